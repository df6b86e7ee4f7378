/* SPDX-License-Identifier: Apache-2.0 */
/* A comment that was brought, or is on its way, is edited or removed. */
#include "deliveries.h"

/* Orion's comment c1 on O-1, for everyone: the delivery to telnord waits. */
static struct delivery said(struct world *world)
{
	two_parties(world);
	assert_int_equal(write_word(world, "orion", "O-1", "c1", "It smokes."), JOB_ACCEPTED);
	return due(world, "telnord");
}

static struct delivery brought(struct world *world)
{
	struct delivery delivery = said(world);

	assert_int_equal(bring(world, "telnord", "t77"), delivery.id);
	return load(world, delivery.id);
}

static void edit(struct world *world, const char *body)
{
	assert_int_equal(write_word(world, "orion", "O-1", "c1", body), JOB_ACCEPTED);
}

static void take_away(struct world *world)
{
	struct ent_change change = word(world, "O-1", "c1", "");

	change.kind = ENT_COMMENT_REMOVED;
	assert_int_equal(arrive(world, "orion", &change), JOB_ACCEPTED);
}

static void narrow(struct world *world, const char *body)
{
	struct ent_change change = word(world, "O-1", "c1", body);

	change.comment.visibility = ENT_INTERNAL;
	assert_int_equal(arrive(world, "orion", &change), JOB_ACCEPTED);
}

static int64_t n_of(struct world *world, const char *op)
{
	struct db_stmt *stmt = db_use(world->read, "SELECT count(*) FROM delivery WHERE op = $1 AND comment <> ''");
	db_bind_str(stmt, 1, sdk_str(op));
	int64_t n = db_row(stmt) ? db_int(stmt, 0) : -1;
	db_done(stmt);
	return n;
}

/* The last one of that op. */
static struct delivery last_of(struct world *world, const char *op)
{
	struct db_stmt *stmt =
	    db_use(world->read, "SELECT id FROM delivery WHERE op = $1 AND comment <> '' ORDER BY id DESC LIMIT 1");
	db_bind_str(stmt, 1, sdk_str(op));
	int64_t id = db_row(stmt) ? db_int(stmt, 0) : 0;
	db_done(stmt);
	return load(world, id);
}

static void ends(struct world *world, int64_t id, struct delivery_result result)
{
	struct delivery delivery = load(world, id);

	result.id = id;
	result.attempt = delivery.attempt;
	result.due_ms = world->now_ms;
	assert_int_equal(settle(world, result, "telnord", NULL), JOB_ACCEPTED);
}

static const char own_uuid[] = "00000001-0000-4000-8000-000000000001";

static enum job_outcome change_own(struct world *world, enum job_kind kind, const char *uuid, const char *body,
				   const char *audience)
{
	struct job job = {.kind = kind,
			  .ask = {.incident = 1,
				  .text = body ? sdk_str(body) : ENT_ABSENT,
				  .has_audience = audience != NULL,
				  .author = {ENT_STR("desk2"), ENT_STR("desk2")}}};

	snprintf(job.ask.comment_uuid, ID_SIZE, "%s", uuid);
	if (audience)
		assert_true(audience_words(&world->arena.abi, ENT_STR("us"), sdk_str(audience), &job.ask.audience));
	return run(world, &job);
}

/* ---- its first delivery has not left --------------------------------------------------------- */

static void test_an_edit_changes_what_waits(void **state)
{
	struct world *world = *state;
	struct delivery delivery = said(world);

	assert_int_equal(act(world, delivery.id, DELIVERY_EDIT, "a person's words"), JOB_ACCEPTED);
	edit(world, "It burns.");
	assert_int_equal(n_of(world, "add_comment"), 1);
	assert_int_equal(n_of(world, "edit_comment"), 0);
	delivery = load(world, delivery.id);
	assert_int_equal(delivery.state, DELIVERY_PENDING);
	assert_false(delivery.text.n); /* the comment's words count again */
	check_all(world);
}

static void test_a_removal_cancels_what_waits(void **state)
{
	struct world *world = *state;
	struct delivery delivery = said(world);

	take_away(world);
	delivery = load(world, delivery.id);
	assert_int_equal(delivery.state, DELIVERY_CANCELLED);
	assert_int_equal(delivery.cause, CAUSE_SUPERSEDED);
	assert_true(delivery.reason.n);
	assert_int_equal(n_of(world, "remove_comment"), 0);
	check_all(world);
}

/* ---- it is done -------------------------------------------------------------------------------- */

static void test_an_edit_follows(void **state)
{
	struct world *world = *state;
	struct delivery add = brought(world), edits;

	edit(world, "It burns.");
	edits = due(world, "telnord");
	assert_int_equal(edits.op, ENT_EDIT_COMMENT);
	assert_string_equal(edits.comment, add.comment);
	delivery_place(world->read, &world->arena.abi, &edits);
	assert_true(sdk_eqz(edits.stands_as, "t77"));
	assert_string_equal(edits.first_key, add.key);

	/* A second edit folds into one that waits. */
	edit(world, "It burns, and loudly.");
	assert_int_equal(n_of(world, "edit_comment"), 1);

	/* Into one that is in flight it does not fold. */
	assert_int_equal(send(world, edits.id, "orion: It burns, and loudly."), JOB_ACCEPTED);
	edit(world, "It is out.");
	assert_int_equal(n_of(world, "edit_comment"), 2);
	ends(world, edits.id, (struct delivery_result){.outcome = OUTCOME_DONE, .remote_id = ENT_STR("t77")});
	assert_int_equal(due(world, "telnord").id, last_of(world, "edit_comment").id);

	/* The same words said once more are no edit. */
	edit(world, "It is out.");
	assert_int_equal(n_of(world, "edit_comment"), 2);
	check_all(world);
}

static void test_an_echo_of_an_edit_is_none(void **state)
{
	struct world *world = *state;
	struct delivery edits;

	brought(world);
	edit(world, "It burns.");
	edits = due(world, "telnord");
	assert_int_equal(send(world, edits.id, "orion: It burns."), JOB_ACCEPTED);
	int64_t n = ask(world, "SELECT count(*) FROM event WHERE kind LIKE 'comment.%'");
	assert_int_equal(write_word(world, "telnord", "T-1", "t77", "orion: It burns."), JOB_ACCEPTED); /* before */
	ends(world, edits.id, (struct delivery_result){.outcome = OUTCOME_DONE, .remote_id = ENT_STR("t77")});
	assert_int_equal(write_word(world, "telnord", "T-1", "t77", "orion: It burns."), JOB_ACCEPTED); /* and after */
	assert_int_equal(ask(world, "SELECT count(*) FROM event WHERE kind LIKE 'comment.%'"), n);
	/* Other words of theirs, the same as ours by chance, are news. */
	assert_int_equal(write_word(world, "telnord", "T-1", "t78", "orion: It burns."), JOB_ACCEPTED);
	assert_int_equal(ask(world, "SELECT count(*) FROM event WHERE kind LIKE 'comment.%'"), n + 1);
	check_all(world);
}

static void test_after_a_lost_answer_an_edit_is_done_again(void **state)
{
	struct world *world = *state;
	struct delivery edits;

	brought(world);
	edit(world, "It burns.");
	edits = due(world, "telnord");
	assert_int_equal(send(world, edits.id, "orion: It burns."), JOB_ACCEPTED);
	ends(world, edits.id, (struct delivery_result){.outcome = OUTCOME_LOST, .may_look = true});
	assert_int_equal(due(world, "telnord").id, edits.id);
	/* Other words go with another key: a tool that takes a key once would keep the old ones. */
	edit(world, "It is out.");
	assert_int_equal(load(world, edits.id).cause, CAUSE_SUPERSEDED);
	assert_int_equal(n_of(world, "edit_comment"), 2);
	assert_int_equal(due(world, "telnord").id, last_of(world, "edit_comment").id);
	check_all(world);
}

/* One that stands still holds nobody back, and a newer one takes its place. */
static void test_a_parked_edit_holds_nobody_back(void **state)
{
	struct world *world = *state;
	struct delivery edits;

	brought(world);
	edit(world, "It burns.");
	edits = due(world, "telnord");
	assert_int_equal(send(world, edits.id, "orion: It burns."), JOB_ACCEPTED);
	ends(world, edits.id, (struct delivery_result){.outcome = OUTCOME_PARKED, .cause = CAUSE_REFUSED});
	assert_int_equal(write_word(world, "orion", "O-1", "c2", "Hello?"), JOB_ACCEPTED);
	assert_int_equal(due(world, "telnord").op, ENT_ADD_COMMENT);
	check_sound(world);
	edit(world, "It is out.");
	assert_int_equal(load(world, edits.id).cause, CAUSE_SUPERSEDED);
	assert_int_equal(n_of(world, "edit_comment"), 2);
	check_all(world);
}

static void test_a_removal_follows(void **state)
{
	struct world *world = *state;
	struct delivery edits, removal;

	brought(world);
	edit(world, "It burns.");
	edits = due(world, "telnord");
	take_away(world);
	assert_int_equal(load(world, edits.id).state, DELIVERY_CANCELLED);
	removal = due(world, "telnord");
	assert_int_equal(removal.op, ENT_REMOVE_COMMENT);
	assert_int_equal(act(world, removal.id, DELIVERY_EDIT, "words"), JOB_CONFLICT);
	assert_int_equal(bring(world, "telnord", "t77"), removal.id);
	/* The tool tells that it is gone: our own doing. */
	int64_t n = ask(world, "SELECT count(*) FROM event WHERE kind LIKE 'comment.%'");
	struct ent_change gone = word(world, "T-1", "t77", "");
	gone.kind = ENT_COMMENT_REMOVED;
	assert_int_equal(arrive(world, "telnord", &gone), JOB_ACCEPTED);
	assert_int_equal(ask(world, "SELECT count(*) FROM event WHERE kind LIKE 'comment.%'"), n);
	check_all(world);
}

/* Who may not read it any more has it taken away. */
static void test_a_narrower_audience_takes_it_away(void **state)
{
	struct world *world = *state;
	struct delivery removal, edits;

	brought(world);
	narrow(world, "It burns.");
	removal = due(world, "telnord");
	assert_int_equal(removal.op, ENT_REMOVE_COMMENT);
	assert_int_equal(n_of(world, "edit_comment"), 0);

	/* It is for telnord again before the removal left: it only gets its new words. */
	edit(world, "It burns.");
	assert_int_equal(load(world, removal.id).state, DELIVERY_CANCELLED);

	narrow(world, "It burns.");
	removal = due(world, "telnord");
	assert_int_equal(bring(world, "telnord", "t77"), removal.id);
	edit(world, "It is out."); /* too late: people see it */
	edits = last_of(world, "edit_comment");
	assert_int_equal(edits.state, DELIVERY_CANCELLED);
	assert_true(edits.reason.n);
	check_all(world);
}

/* It stands there in public: telnord still may read it, the requester no more. */
static void test_the_requester_alone_goes(void **state)
{
	struct world *world = *state;
	struct delivery add, removal;

	two_parties(world);
	assert_int_equal(say(world, 1, own_uuid, "Please look.", "telnord,requester"), JOB_ACCEPTED);
	add = due(world, "telnord");
	assert_int_equal(change_own(world, JOB_COMMENT_EDIT, own_uuid, NULL, "telnord"), JOB_ACCEPTED);
	assert_int_equal(due(world, "telnord").id, add.id); /* it has not left: it goes, and not in public */
	assert_false(due(world, "telnord").audience.requester);
	assert_int_equal(n_of(world, "remove_comment"), 0);

	assert_int_equal(change_own(world, JOB_COMMENT_EDIT, own_uuid, NULL, "telnord,requester"), JOB_ACCEPTED);
	assert_int_equal(bring(world, "telnord", "t5"), add.id);
	assert_int_equal(change_own(world, JOB_COMMENT_EDIT, own_uuid, NULL, "telnord"), JOB_ACCEPTED);
	removal = due(world, "telnord");
	assert_int_equal(removal.op, ENT_REMOVE_COMMENT);
	/* Other words do not keep it there. */
	assert_int_equal(change_own(world, JOB_COMMENT_EDIT, own_uuid, "In private.", NULL), JOB_ACCEPTED);
	assert_int_equal(due(world, "telnord").id, removal.id);
	assert_int_equal(last_of(world, "edit_comment").state, DELIVERY_CANCELLED);
	/* That it is for nobody in between changes nothing. */
	assert_int_equal(change_own(world, JOB_COMMENT_EDIT, own_uuid, NULL, "internal"), JOB_ACCEPTED);
	assert_int_equal(change_own(world, JOB_COMMENT_EDIT, own_uuid, NULL, "telnord"), JOB_ACCEPTED);
	assert_int_equal(due(world, "telnord").id, removal.id);
	assert_true(due(world, "telnord").audience.requester);
	/* For the requester again, it stays. */
	assert_int_equal(change_own(world, JOB_COMMENT_EDIT, own_uuid, NULL, "telnord,requester"), JOB_ACCEPTED);
	assert_int_equal(load(world, removal.id).state, DELIVERY_CANCELLED);
	assert_int_equal(due(world, "telnord").op, ENT_EDIT_COMMENT);
	check_all(world);
}

/* On its way when the requester goes: it is tried again without the requester, or taken out once it is there. */
static void test_the_requester_goes_meanwhile(void **state)
{
	struct world *world = *state;
	struct delivery add;

	two_parties(world);
	assert_int_equal(say(world, 1, own_uuid, "Please look.", "telnord,requester"), JOB_ACCEPTED);
	add = due(world, "telnord");
	assert_int_equal(send(world, add.id, "us: Please look."), JOB_ACCEPTED);
	assert_int_equal(change_own(world, JOB_COMMENT_EDIT, own_uuid, NULL, "telnord"), JOB_ACCEPTED);
	assert_int_equal(last_of(world, "remove_comment").state, DELIVERY_PENDING);
	ends(world, add.id, (struct delivery_result){.outcome = OUTCOME_LATER});
	assert_int_equal(last_of(world, "remove_comment").state, DELIVERY_CANCELLED);
	assert_int_equal(due(world, "telnord").id, add.id);
	assert_false(due(world, "telnord").audience.requester);
	check_all(world);
}

static void test_narrowed_before_it_left(void **state)
{
	struct world *world = *state;
	struct delivery delivery = said(world);

	narrow(world, "It burns.");
	delivery = load(world, delivery.id);
	assert_int_equal(delivery.state, DELIVERY_CANCELLED);
	assert_int_equal(delivery.cause, CAUSE_AUDIENCE);
	edit(world, "It burns."); /* and is for everyone again */
	assert_int_equal(due(world, "telnord").id, delivery.id);
	check_all(world);
}

/* ---- nobody knows whether it is done -------------------------------------------------------------- */

static void test_an_edit_waits_for_one_on_its_way(void **state)
{
	struct world *world = *state;
	struct delivery add = said(world);

	assert_int_equal(send(world, add.id, "orion: It smokes."), JOB_ACCEPTED);
	edit(world, "It burns.");
	assert_int_equal(due(world, "telnord").id, 0);
	ends(world, add.id, (struct delivery_result){.outcome = OUTCOME_LOST});
	assert_int_equal(load(world, add.id).state, DELIVERY_UNKNOWN);
	assert_int_equal(due(world, "telnord").id, 0);
	check_sound(world);
	/* A person says that it stands there: the edit goes, and if nobody knows as which comment it says so. */
	assert_int_equal(act(world, add.id, DELIVERY_IGNORE, ""), JOB_ACCEPTED);
	assert_int_equal(due(world, "telnord").id, last_of(world, "edit_comment").id);
	check_all(world);
}

/* Nobody knew whether it is there, and a person left it so: what changes it still follows. */
static void test_one_that_is_ignored_may_stand(void **state)
{
	struct world *world = *state;
	struct delivery add = said(world);

	assert_int_equal(send(world, add.id, "orion: It smokes."), JOB_ACCEPTED);
	ends(world, add.id, (struct delivery_result){.outcome = OUTCOME_LOST});
	assert_int_equal(act(world, add.id, DELIVERY_IGNORE, ""), JOB_ACCEPTED);
	edit(world, "It burns.");
	assert_int_equal(last_of(world, "edit_comment").state, DELIVERY_PENDING);
	/* Its echo tells where it stands. */
	assert_int_equal(write_word(world, "telnord", "T-1", "t77", "orion: It smokes."), JOB_ACCEPTED);
	take_away(world);
	assert_int_equal(due(world, "telnord").op, ENT_REMOVE_COMMENT);
	check_all(world);
}

static void test_a_removal_outlives_what_is_ignored(void **state)
{
	struct world *world = *state;
	struct delivery add = said(world), removal;

	assert_int_equal(send(world, add.id, "orion: It smokes."), JOB_ACCEPTED);
	ends(world, add.id, (struct delivery_result){.outcome = OUTCOME_LOST});
	take_away(world);
	removal = last_of(world, "remove_comment");
	assert_int_equal(act(world, add.id, DELIVERY_IGNORE, ""), JOB_ACCEPTED);
	assert_int_equal(load(world, removal.id).state, DELIVERY_PENDING);
	check_all(world);
}

/* What certainly did not get there needs no removal. */
static void test_one_that_never_left_takes_its_removal_along(void **state)
{
	struct world *world = *state;
	struct delivery add = said(world);

	assert_int_equal(send(world, add.id, "orion: It smokes."), JOB_ACCEPTED);
	take_away(world);
	ends(world, add.id, (struct delivery_result){.outcome = OUTCOME_CANCELLED, .cause = CAUSE_UNSUPPORTED});
	assert_int_equal(last_of(world, "remove_comment").state, DELIVERY_CANCELLED);
	check_all(world);
}

/* The share is taken back while the removal waits: no word goes out with it, and the comment stands there. */
static void test_a_removal_outlives_the_share(void **state)
{
	struct world *world = *state;
	struct delivery removal;

	brought(world);
	take_away(world);
	removal = due(world, "telnord");
	assert_int_equal(unshare(world, 1, "telnord"), JOB_ACCEPTED);
	assert_int_equal(load(world, removal.id).state, DELIVERY_PENDING);
	assert_int_equal(bring(world, "telnord", "t77"), removal.id);
	check_all(world);
}

/* A delivery that was parked as made earlier holds nobody back, but not what it has to go before. */
static void test_an_edit_never_overtakes(void **state)
{
	struct world *world = *state;
	struct delivery add = said(world), edits;

	assert_int_equal(send(world, add.id, "orion: It smokes."), JOB_ACCEPTED);
	ends(world, add.id, (struct delivery_result){.outcome = OUTCOME_LOST, .may_look = true});
	/* It is taken back with its share, shared again, and for telnord once more: but it was made before. */
	assert_int_equal(unshare(world, 1, "telnord"), JOB_ACCEPTED);
	assert_true(bring(world, "telnord", "n1") > 0);
	world->now_ms += 60000;
	assert_int_equal(share(world, 1, "telnord", false), JOB_ACCEPTED);
	while (bring(world, "telnord", "x"))
		;
	narrow(world, "It smokes.");
	edit(world, "It burns.");
	add = load(world, add.id);
	assert_int_equal(add.state, DELIVERY_PARKED);
	assert_int_equal(add.cause, CAUSE_EARLIER);
	edits = last_of(world, "edit_comment");
	assert_int_equal(edits.cause, CAUSE_EARLIER);
	/* A person lets only the edit go. */
	assert_int_equal(act(world, edits.id, DELIVERY_RETRY, ""), JOB_ACCEPTED);
	assert_int_equal(due(world, "telnord").id, 0);
	check_sound(world);
	assert_int_equal(act(world, add.id, DELIVERY_RETRY, ""), JOB_ACCEPTED);
	assert_int_equal(bring(world, "telnord", "t77"), add.id);
	assert_int_equal(due(world, "telnord").id, edits.id);
	check_all(world);
}

static void test_removed_while_it_is_on_its_way(void **state)
{
	static const struct {
		enum delivery_outcome outcome;
		bool may_look;
		enum delivery_state add, removal;
	} row[] = {
	    {OUTCOME_DONE, false, DELIVERY_DONE, DELIVERY_PENDING},
	    {OUTCOME_LATER, false, DELIVERY_CANCELLED, DELIVERY_CANCELLED},
	    {OUTCOME_LOST, true, DELIVERY_PARKED, DELIVERY_PENDING}, /* not sent again; a person looks */
	    {OUTCOME_LOST, false, DELIVERY_UNKNOWN, DELIVERY_PENDING},
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		void *of = NULL;
		world_set_up(&of);
		struct world *world = of;
		struct delivery add = said(world);
		assert_int_equal(send(world, add.id, "orion: It smokes."), JOB_ACCEPTED);
		take_away(world);
		assert_int_equal(load(world, add.id).state, DELIVERY_IN_FLIGHT);
		ends(world, add.id,
		     (struct delivery_result){.outcome = row[i].outcome,
					      .may_look = row[i].may_look,
					      .remote_id =
						  row[i].outcome == OUTCOME_DONE ? ENT_STR("t77") : ENT_ABSENT});
		assert_int_equal(load(world, add.id).state, row[i].add);
		assert_int_equal(last_of(world, "remove_comment").state, row[i].removal);
		assert_int_equal(due(world, "telnord").op, row[i].add == DELIVERY_DONE ? ENT_REMOVE_COMMENT : 0);
		/* Its echo tells where it stands: then it is taken away. */
		assert_int_equal(write_word(world, "telnord", "T-1", "t77", "orion: It smokes."), JOB_ACCEPTED);
		if (row[i].removal == DELIVERY_PENDING)
			assert_int_equal(due(world, "telnord").op, ENT_REMOVE_COMMENT);
		check_all(world);
		world_tear_down(&of);
	}
}

/* ---- a person with us edits what we wrote --------------------------------------------------------- */

static void test_our_own_is_edited_and_removed(void **state)
{
	struct world *world = *state;
	struct comment comment;

	two_parties(world);
	assert_int_equal(say(world, 1, own_uuid, "Please look.", "everyone"), JOB_ACCEPTED);
	assert_true(bring(world, "telnord", "t5") > 0 && bring(world, "orion", "o5") > 0);
	assert_int_equal(change_own(world, JOB_COMMENT_EDIT, own_uuid, "Please look again.", NULL), JOB_ACCEPTED);
	assert_int_equal(due(world, "telnord").op, ENT_EDIT_COMMENT);
	assert_int_equal(due(world, "orion").op, ENT_EDIT_COMMENT);
	assert_true(comment_by_uuid(world->read, &world->arena.abi, sdk_str(own_uuid), &comment));
	assert_true(sdk_eqz(comment.body, "Please look again.") && comment.edited_ms > 0);
	assert_true(sdk_eqz(comment.author.name, "desk")); /* who edits does not become who wrote */
	assert_true(comment.origin == 1 && comment.recorded_ms > 0 && comment.recorded_ms < comment.edited_ms);

	/* The audience alone: telnord is out. */
	assert_int_equal(change_own(world, JOB_COMMENT_EDIT, own_uuid, NULL, "orion"), JOB_ACCEPTED);
	assert_int_equal(due(world, "telnord").op, ENT_REMOVE_COMMENT);
	assert_true(bring(world, "orion", "o5") > 0);
	assert_int_equal(due(world, "orion").id, 0);
	int64_t n = n_event(world, "comment.edited");
	assert_int_equal(change_own(world, JOB_COMMENT_EDIT, own_uuid, "Please look again.", "orion"), JOB_ACCEPTED);
	assert_int_equal(n_event(world, "comment.edited"), n);

	assert_int_equal(change_own(world, JOB_COMMENT_REMOVE, own_uuid, NULL, NULL), JOB_ACCEPTED);
	assert_int_equal(due(world, "orion").op, ENT_REMOVE_COMMENT);
	assert_int_equal(change_own(world, JOB_COMMENT_REMOVE, own_uuid, NULL, NULL), JOB_ACCEPTED);
	assert_int_equal(n_event(world, "comment.removed"), 1);
	assert_int_equal(change_own(world, JOB_COMMENT_EDIT, own_uuid, "Too late.", NULL), JOB_CONFLICT);
	check_all(world);
}

static void test_what_is_not_ours_is_not_changed_here(void **state)
{
	struct world *world = *state;
	struct delivery add = said(world);

	assert_int_equal(change_own(world, JOB_COMMENT_EDIT, add.comment, "Mine.", NULL), JOB_CONFLICT);
	assert_int_equal(change_own(world, JOB_COMMENT_REMOVE, add.comment, NULL, NULL), JOB_CONFLICT);
	assert_int_equal(change_own(world, JOB_COMMENT_REMOVE, own_uuid, NULL, NULL), JOB_NOT_FOUND);
	assert_int_equal(n_event(world, "comment.edited") + n_event(world, "comment.removed"), 0);
	check_all(world);
}

/* ---- a tool that cannot ------------------------------------------------------------------------ */

static void test_what_a_tool_cannot_is_said(void **state)
{
	struct world *world = *state;
	struct ent_connector connector = *world->suppliers->at[1].connector;
	struct delivery delivery;

	connector.ops = 1u << ENT_CREATE_TICKET | 1u << ENT_UPDATE_TICKET | 1u << ENT_ADD_COMMENT;
	world->suppliers->at[1].connector = &connector;
	brought(world);
	edit(world, "It burns.");
	delivery = last_of(world, "edit_comment");
	assert_int_equal(delivery.state, DELIVERY_CANCELLED);
	assert_int_equal(delivery.cause, CAUSE_UNSUPPORTED);
	assert_true(delivery.reason.n);
	take_away(world);
	delivery = last_of(world, "remove_comment");
	assert_int_equal(delivery.cause, CAUSE_UNSUPPORTED);
	assert_int_equal(due(world, "telnord").id, 0);
	check_all(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_an_edit_changes_what_waits, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_a_removal_cancels_what_waits, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_an_edit_follows, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_an_echo_of_an_edit_is_none, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_after_a_lost_answer_an_edit_is_done_again, world_set_up,
					    world_tear_down),
	    cmocka_unit_test_setup_teardown(test_a_parked_edit_holds_nobody_back, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_a_removal_follows, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_a_narrower_audience_takes_it_away, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_the_requester_alone_goes, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_the_requester_goes_meanwhile, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_narrowed_before_it_left, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_an_edit_waits_for_one_on_its_way, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_one_that_is_ignored_may_stand, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_a_removal_outlives_what_is_ignored, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_one_that_never_left_takes_its_removal_along, world_set_up,
					    world_tear_down),
	    cmocka_unit_test_setup_teardown(test_a_removal_outlives_the_share, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_an_edit_never_overtakes, world_set_up, world_tear_down),
	    cmocka_unit_test(test_removed_while_it_is_on_its_way),
	    cmocka_unit_test_setup_teardown(test_our_own_is_edited_and_removed, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_what_is_not_ours_is_not_changed_here, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_what_a_tool_cannot_is_said, world_set_up, world_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
