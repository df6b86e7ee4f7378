/* SPDX-License-Identifier: Apache-2.0 */
/* A ticket that goes on as another one of the same tool: merged, moved, transferred. */
#include "deliveries.h"

static struct ent_change goes_on(struct world *world, const char *id, const char *next, const char *key)
{
	struct ent_change change = {.kind = ENT_TICKET_CONTINUES,
				    .stamp.time_ms = world->now_ms,
				    .ticket.id = sdk_str(id),
				    .continues_as.id = sdk_str(next)};

	if (key)
		change.continues_as.key = sdk_str(key);
	return change;
}

static void move(struct world *world, const char *supplier, const char *id, const char *next)
{
	struct ent_change change = goes_on(world, id, next, NULL);

	assert_int_equal(arrive(world, supplier, &change), JOB_ACCEPTED);
}

/* "A>B B" of one supplier, in the order of ids; '-': it was removed. */
static const char *tickets(struct world *world, const char *supplier)
{
	struct db_stmt *stmt =
	    db_use(world->read, "SELECT external_id, continues_as, removed FROM ticket WHERE supplier "
				"= $1 ORDER BY external_id");
	struct ent_str is = ENT_STR("");

	db_bind_str(stmt, 1, sdk_str(supplier));
	while (db_row(stmt))
		is = sdk_format(&world->arena.abi, "%.*s%s%.*s%s%.*s", ENT_F(is), is.n ? " " : "",
				ENT_F(db_str(stmt, 0)),
				db_str(stmt, 1).n      ? ">"
				: db_int(stmt, 2) != 0 ? "-"
						       : "",
				ENT_F(db_str(stmt, 1)));
	return sdk_z(&world->arena.abi, is);
}

static int64_t n_incident(struct world *world)
{
	return ask(world, "SELECT count(*) FROM incident WHERE merged_into = 0");
}

/* ---- the binding ------------------------------------------------------------------ */

static void test_it_moves(void **state)
{
	struct world *world = *state;
	struct ent_change change;

	two_parties(world);
	change = goes_on(world, "O-1", "O-9", "KEY-9");
	assert_int_equal(arrive(world, "orion", &change), JOB_ACCEPTED);
	assert_string_equal(tickets(world, "orion"), "O-1>O-9 O-9");
	assert_int_equal(ask(world, "SELECT count(*) FROM ticket WHERE external_id = 'O-9' AND key = 'KEY-9' AND "
				    "status = 'in_progress'"),
			 1);
	assert_int_equal(ask(world, "SELECT n_ticket FROM incident"), 2);
	assert_int_equal(n_event(world, "ticket.continued"), 1);
	check_all(world);

	/* Told each time it is seen; done once. */
	int64_t last = writer_last_seq(world->writer);
	move(world, "orion", "O-1", "O-9");
	assert_int_equal(writer_last_seq(world->writer), last);

	/* The new one's first word counts, although its versions are counted anew; it opens nothing. */
	assert_int_equal(tell(world, "orion", "O-9", "held"), JOB_ACCEPTED);
	assert_int_equal(ask(world, "SELECT count(*) FROM incident WHERE status = 'held'"), 1);
	assert_int_equal(n_incident(world), 1);
	check_all(world);
}

static void test_versions_are_counted_anew(void **state)
{
	struct world *world = *state;
	struct ent_change change = ticket(world, "O-1", "in_progress", NULL);

	change.stamp.version = 90;
	arrive(world, "orion", &change);
	move(world, "orion", "O-1", "O-9");
	change = ticket(world, "O-9", "held", NULL);
	change.stamp.version = 1;
	arrive(world, "orion", &change);
	assert_int_equal(ask(world, "SELECT count(*) FROM incident WHERE status = 'held'"), 1);
	check_all(world);
}

/* What the old one still says is recorded; the merge that closed it closes nothing here. */
static void test_the_old_one_moves_nothing_more(void **state)
{
	struct world *world = *state;

	two_parties(world);
	move(world, "orion", "O-1", "O-9");
	assert_int_equal(tell(world, "orion", "O-1", "closed"), JOB_ACCEPTED);
	assert_int_equal(n_event(world, "ticket.late"), 1);
	assert_int_equal(ask(world, "SELECT count(*) FROM incident WHERE status = 'in_progress'"), 1);
	assert_int_equal(n_incident(world), 1);
	write_word(world, "orion", "O-1", "c1", "said there before it moved");
	assert_int_equal(ask(world, "SELECT n_comment FROM incident"), 1);
	struct ent_change removed = {.kind = ENT_TICKET_REMOVED, .ticket.id = ENT_STR("O-1")};
	arrive(world, "orion", &removed);
	assert_string_equal(tickets(world, "orion"), "O-1>O-9 O-9");
	check_all(world);
}

/* ---- orders ---------------------------------------------------------------------------- */

static void move_at(struct world *world, const char *id, const char *next, int64_t time_ms)
{
	struct ent_change change = goes_on(world, id, next, NULL);

	change.stamp.time_ms = time_ms;
	assert_int_equal(arrive(world, "orion", &change), JOB_ACCEPTED);
}

/* Each is a row of words: "t" tells a ticket, "m" moves it ("u": without a time, "o": long ago); all orders end in the
 * same place. */
static void run_words(struct world *world, const char *const *word, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct ent_str rest, kind = sdk_cut(sdk_str(word[i]), ' ', &rest), next;
		struct ent_str id = sdk_cut(rest, ' ', &next);
		const char *a = sdk_z(&world->arena.abi, id);
		if (sdk_eqz(kind, "t"))
			tell(world, "orion", a, "in_progress");
		else
			move_at(world, a, sdk_z(&world->arena.abi, next),
				sdk_eqz(kind, "m")   ? world->now_ms
				: sdk_eqz(kind, "o") ? world->now_ms - 86400000
						     : 0);
	}
}

static void test_orders(void **state)
{
	static const struct {
		const char *word[8], *tickets;
		int64_t n_incident;
	} row[] = {
	    {{"t A", "m A B"}, "A>B B", 1},
	    {{"t A", "m A B", "t B"}, "A>B B", 1},
	    {{"t A", "t B", "m A B"}, "A>B B", 1},
	    {{"t B", "t A", "m A B"}, "A>B B", 1},
	    {{"t B", "m A B", "t A"}, "A>B B", 1}, /* the old one is heard last */
	    {{"m A B", "t A", "t B", "m A B"}, "A>B B", 1},
	    {{"t A", "m A B", "m B C"}, "A>C B>C C", 1}, /* a chain */
	    {{"t A", "t B", "t C", "m B C", "m A B"}, "A>C B>C C", 1},
	    {{"t A", "t C", "m A B", "m B C"}, "A>C B>C C", 1},
	    {{"t A", "t B", "m A B", "m A C"}, "A>C B>C C", 1}, /* it moved on: so did what it went on as */
	    {{"t A", "m A B", "m A C", "m B C", "m A B"}, "A>C B>C C", 1},
	    {{"t A", "t B", "t C", "m A C", "m B C"}, "A>C B>C C", 1}, /* two go on as one */
	    {{"t A", "t B", "m A B", "m B A"}, "A B>A", 1},            /* it came back */
	    {{"t A", "m A B", "m B A", "m A B"}, "A>B B", 1},
	    {{"t A", "t B", "m A B", "m B C", "m C A"}, "A B>A C>A", 1},
	    {{"t A", "t B", "m A B", "m B C", "m C B", "m B A"}, "A B>A C>A", 1},
	    {{"t A", "t B", "m A B", "u B A"},
	     "A>B B",
	     1}, /* without a time nobody knows which was later: nothing moves */
	    {{"t A", "t B", "m A B", "o B A"}, "A>B B", 1}, /* it is older than the move that is known */
	    {{"t A", "t B", "u A B", "m B A"}, "A>B B", 1},
	    {{"m A B"}, "", 0}, /* nobody has heard of either */
	    {{"t A", "t B"}, "A B", 2},
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		void *of = NULL;
		size_t n = 0;
		world_set_up(&of);
		struct world *world = of;
		while (n < 8 && row[i].word[n])
			n++;
		run_words(world, row[i].word, n);
		if (strcmp(tickets(world, "orion"), row[i].tickets) != 0 || n_incident(world) != row[i].n_incident)
			fail_msg("row %zu: %s, %" PRId64 " incidents", i, tickets(world, "orion"), n_incident(world));
		check_all(world);
		world_tear_down(&of);
	}
}

/* A moves to B and back: A is heard again, and what is brought goes to A. */
static void test_a_ticket_that_comes_back_is_heard(void **state)
{
	struct world *world = *state;

	two_parties(world);
	move(world, "telnord", "T-1", "T-2");
	assert_int_equal(tell(world, "telnord", "T-2", "pending"), JOB_ACCEPTED);
	move(world, "telnord", "T-2", "T-1");
	assert_string_equal(tickets(world, "telnord"), "T-1 T-2>T-1");
	assert_int_equal(ask(world, "SELECT count(*) FROM ticket WHERE external_id = 'T-1' AND status = 'pending'"), 1);
	assert_int_equal(ask(world, "SELECT n_ticket FROM incident"), 2);
	check_all(world);
	int64_t late = n_event(world, "ticket.late");
	assert_int_equal(tell(world, "telnord", "T-1", "held"), JOB_ACCEPTED);
	assert_int_equal(ask(world, "SELECT count(*) FROM ticket WHERE external_id = 'T-1' AND status = 'held'"), 1);
	assert_int_equal(n_event(world, "ticket.late"), late);
	assert_int_equal(say(world, 1, "00000001-0000-4000-8000-000000000001", "Please look.", AUDIENCE_EVERYONE, ""),
			 JOB_ACCEPTED);
	assert_true(sdk_eqz(due(world, "telnord").ticket, "T-1"));

	/* The first move, heard once more, moves nothing. */
	int64_t last = writer_last_seq(world->writer);
	struct ent_change again = goes_on(world, "T-1", "T-2", NULL);
	again.stamp.time_ms -= 86400000;
	arrive(world, "telnord", &again);
	assert_int_equal(writer_last_seq(world->writer), last);
	check_all(world);
}

/* ---- two incidents ------------------------------------------------------------------- */

static void test_incidents_are_joined(void **state)
{
	struct world *world = *state;

	two_parties(world); /* 1: O-1, T-1 */
	tell(world, "orion", "O-2", "new");
	assert_int_equal(share(world, 2, "datacoeur", false), JOB_ACCEPTED);
	assert_true(bring(world, "datacoeur", "D-2") > 0);
	assert_int_equal(n_incident(world), 2);
	move(world, "orion", "O-2", "O-1");
	assert_int_equal(n_incident(world), 1);
	assert_int_equal(ask(world, "SELECT count(*) FROM ticket WHERE incident = 1"), 4);
	assert_int_equal(n_event(world, "incident.merged"), 1);
	assert_string_equal(tickets(world, "orion"), "O-1 O-2>O-1");
	check_all(world);
}

/* With `joins: shared` a supplier gets only into what is shared with it. */
static void test_joins_shared(void **state)
{
	struct world *world = *state;

	world->suppliers->at[0].joins_shared = true;
	tell(world, "orion", "O-1", "in_progress");
	tell(world, "orion", "O-2", "in_progress");
	assert_int_equal(unshare(world, 1, "orion"), JOB_ACCEPTED);
	move(world, "orion", "O-2", "O-1");
	assert_int_equal(n_incident(world), 2);
	assert_string_equal(tickets(world, "orion"), "O-1 O-2");
	assert_int_equal(share(world, 1, "orion", false), JOB_ACCEPTED);
	move(world, "orion", "O-2", "O-1");
	assert_int_equal(n_incident(world), 1);
	check_all(world);
}

/* ---- the thread ------------------------------------------------------------------------- */

static void test_what_was_heard_stays_known(void **state)
{
	struct world *world = *state;
	struct ent_change change;

	two_parties(world);
	change = word(world, "O-1", "c1", "It smokes.");
	change.comment.created_ms = 1699999990000;
	change.stamp.version = 50;
	arrive(world, "orion", &change);
	change.kind = ENT_ATTACHMENT_ADDED;
	change.attachment = (struct ent_attachment){.id = ENT_STR("f1"), .name = ENT_STR("smoke.png"), .size = 7};
	arrive(world, "orion", &change);
	move(world, "orion", "O-1", "O-9");
	int64_t last = writer_last_seq(world->writer);

	/* Under the same id, and under a new one. */
	change = word(world, "O-9", "c1", "It smokes.");
	change.comment.created_ms = 1699999990000;
	arrive(world, "orion", &change);
	change.comment.id = ENT_STR("c901");
	arrive(world, "orion", &change);
	change.kind = ENT_ATTACHMENT_ADDED;
	change.attachment = (struct ent_attachment){.id = ENT_STR("f1"), .name = ENT_STR("smoke.png"), .size = 7};
	arrive(world, "orion", &change);
	change.attachment.id = ENT_STR("f901");
	arrive(world, "orion", &change);
	assert_int_equal(writer_last_seq(world->writer), last);

	/* Edited there, and removed there: the comment of before is meant. Its version is counted anew. */
	world->now_ms += 1000;
	change = word(world, "O-9", "c1", "It smokes a lot.");
	change.comment.created_ms = 1699999990000;
	change.stamp.version = 2;
	arrive(world, "orion", &change);
	assert_int_equal(n_event(world, "comment.edited"), 1);
	assert_int_equal(ask(world, "SELECT count(*) FROM comment WHERE ticket = 'O-1' AND external_id = 'c1' AND body "
				    "= 'It smokes a lot.'"),
			 1);
	check_all(world);
	change.kind = ENT_COMMENT_REMOVED;
	change.stamp.version = 3;
	arrive(world, "orion", &change);
	assert_int_equal(ask(world, "SELECT n_comment FROM incident"), 0);
	check_all(world);
}

/* Where ids are counted by ticket the two have a comment 1 each: both are kept. */
static void test_ids_counted_by_ticket(void **state)
{
	struct world *world = *state;

	two_parties(world);
	write_word(world, "orion", "O-1", "1", "the first of the old one");
	move(world, "orion", "O-1", "O-9");
	write_word(world, "orion", "O-9", "1", "the first of the new one");
	assert_int_equal(ask(world, "SELECT count(*) FROM comment WHERE removed = 0"), 2);
	assert_int_equal(n_event(world, "comment.edited"), 0);
	check_all(world);
}

/* ---- the way out --------------------------------------------------------------------------- */

static const char uuid_1[] = "00000001-0000-4000-8000-000000000001";

/* What waited for the old one goes to the new one, also what was begun for the old one. */
static void test_deliveries_go_to_the_new_one(void **state)
{
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(say(world, 1, uuid_1, "Please look.", AUDIENCE_EVERYONE, ""), JOB_ACCEPTED);
	struct delivery delivery = due(world, "telnord");
	assert_true(sdk_eqz(delivery.ticket, "T-1"));
	assert_int_equal(send(world, delivery.id, "Please look."), JOB_ACCEPTED);
	struct delivery_result later = {
	    .id = delivery.id, .attempt = 1, .outcome = OUTCOME_LATER, .due_ms = world->now_ms};
	assert_int_equal(settle(world, later, "telnord", NULL), JOB_ACCEPTED);
	move(world, "telnord", "T-1", "T-9");
	assert_true(sdk_eqz(due(world, "telnord").ticket, "T-9"));
	assert_true(bring(world, "telnord", "c77") > 0);
	check_all(world);
}

/* It was gone first, and where to was told later: what was parked for it goes. */
static void test_what_was_parked_as_gone_goes(void **state)
{
	struct world *world = *state;
	struct ent_change removed = {.kind = ENT_TICKET_REMOVED, .ticket.id = ENT_STR("T-1")};

	two_parties(world);
	assert_int_equal(say(world, 1, uuid_1, "Please look.", AUDIENCE_EVERYONE, ""), JOB_ACCEPTED);
	removed.stamp.time_ms = world->now_ms;
	arrive(world, "telnord", &removed);
	assert_int_equal(due(world, "telnord").id, 0);
	assert_int_equal(ask(world, "SELECT count(*) FROM delivery WHERE state = 'parked' AND cause = 'gone'"), 1);
	move(world, "telnord", "T-1", "T-9");
	assert_true(sdk_eqz(due(world, "telnord").ticket, "T-9"));
	check_all(world);
}

/* Zendesk closes what it merges, and refuses words to what is closed; where it went to is told later. */
static void test_what_the_old_one_refused_goes(void **state)
{
	static const struct {
		const char *uuid, *old, *next;
		enum delivery_cause cause;
		bool goes;
	} row[] = {{uuid_1, "T-1", "T-7", CAUSE_REFUSED, true},
		   {"00000002-0000-4000-8000-000000000001", "T-7", "T-8", CAUSE_CONFLICT, true},
		   {"00000003-0000-4000-8000-000000000001", "T-8", "T-9", CAUSE_UNSUPPORTED, false}};
	struct world *world = *state;

	two_parties(world);
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		assert_int_equal(say(world, 1, row[i].uuid, "Please look.", AUDIENCE_EVERYONE, ""), JOB_ACCEPTED);
		struct delivery delivery = due(world, "telnord");
		assert_int_equal(send(world, delivery.id, "Please look."), JOB_ACCEPTED);
		struct delivery_result parked = {.id = delivery.id,
						 .attempt = 1,
						 .outcome = OUTCOME_PARKED,
						 .cause = row[i].cause,
						 .reason = ENT_STR("HTTP 422")};
		assert_int_equal(settle(world, parked, "telnord", NULL), JOB_ACCEPTED);
		assert_int_equal(due(world, "telnord").id, 0);
		move(world, "telnord", row[i].old, row[i].next);
		if (row[i].goes) {
			assert_true(sdk_eqz(due(world, "telnord").ticket, row[i].next));
			assert_true(bring(world, "telnord", row[i].next) > 0);
		}
		assert_int_equal(due(world, "telnord").id, 0);
	}
	check_all(world);
}

/* The answer to a delivery says where its ticket went: it follows by itself. */
static void test_a_delivery_follows(void **state)
{
	struct world *world = *state;
	static const enum ent_op_kind op[] = {ENT_ADD_COMMENT, ENT_UPDATE_TICKET};

	two_parties(world);
	for (size_t i = 0; i < 2; i++) {
		const char *old = i ? "T-9" : "T-1", *next = i ? "T-99" : "T-9";
		struct ent_change told = goes_on(world, old, next, NULL);
		world->now_ms += 120000;
		if (i)
			give_status(world, 1, ENT_RESOLVED);
		else
			say(world, 1, uuid_1, "Please look.", AUDIENCE_EVERYONE, "");
		struct delivery delivery = due(world, "telnord");
		assert_int_equal(delivery.op, op[i]);
		struct delivery_result gone = {.id = delivery.id,
					       .attempt = 1,
					       .outcome = OUTCOME_PARKED,
					       .cause = CAUSE_GONE,
					       .reason = ENT_STR("it moved")};
		assert_int_equal(send(world, delivery.id, "Please look."), JOB_ACCEPTED);
		assert_int_equal(settle(world, gone, "telnord", &told), JOB_ACCEPTED);
		assert_int_equal(due(world, "telnord").id, delivery.id);
		assert_true(sdk_eqz(due(world, "telnord").ticket, next));
		assert_true(bring(world, "telnord", i ? "x" : "c78") > 0);
		check_all(world);
	}
	assert_int_equal(n_event(world, "delivery.parked"), 0);

	/* Gone, and nobody says where to: parked as ever. */
	struct ent_change removed = {.kind = ENT_TICKET_REMOVED, .ticket.id = ENT_STR("T-99")};
	world->now_ms += 120000;
	give_status(world, 1, ENT_HELD);
	struct delivery delivery = due(world, "telnord");
	struct delivery_result gone = {
	    .id = delivery.id, .attempt = 1, .outcome = OUTCOME_PARKED, .cause = CAUSE_GONE, .reason = ENT_STR("gone")};
	removed.stamp.time_ms = world->now_ms;
	assert_int_equal(send(world, delivery.id, NULL), JOB_ACCEPTED);
	assert_int_equal(settle(world, gone, "telnord", &removed), JOB_ACCEPTED);
	assert_int_equal(load(world, delivery.id).state, DELIVERY_PARKED);
	check_all(world);
}

/* The move is heard while a delivery is on its way to the old one, which then is not there: also where nobody says
 * where to, it goes to the new one. Each attempt is for the ticket of its time: one that is gone from the new one is
 * parked. */
static void test_a_move_overtakes_a_delivery(void **state)
{
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(say(world, 1, uuid_1, "Please look.", AUDIENCE_EVERYONE, ""), JOB_ACCEPTED);
	struct delivery delivery = due(world, "telnord");
	struct delivery_result gone = {
	    .id = delivery.id, .attempt = 1, .outcome = OUTCOME_PARKED, .cause = CAUSE_GONE, .reason = ENT_STR("404")};
	assert_int_equal(send(world, delivery.id, "Please look."), JOB_ACCEPTED);
	move(world, "telnord", "T-1", "T-9");
	assert_int_equal(settle(world, gone, "telnord", NULL), JOB_ACCEPTED);
	assert_true(sdk_eqz(due(world, "telnord").ticket, "T-9"));
	assert_int_equal(n_event(world, "delivery.parked"), 0);
	assert_int_equal(send(world, delivery.id, "Please look."), JOB_ACCEPTED);
	gone.attempt = 2;
	assert_int_equal(settle(world, gone, "telnord", NULL), JOB_ACCEPTED);
	assert_int_equal(load(world, delivery.id).state, DELIVERY_PARKED);
	check_all(world);
}

/* What we wrote into the old one is told again by the new one, as it was or with other ids: it is ours still. */
static void test_what_was_sent_stays_ours(void **state)
{
	struct world *world = *state;
	struct ent_change change;

	two_parties(world);
	assert_int_equal(say(world, 1, uuid_1, "Please look.", AUDIENCE_EVERYONE, ""), JOB_ACCEPTED);
	struct delivery delivery = due(world, "telnord");
	const char *text =
	    sdk_z(&world->arena.abi,
		  sdk_marker_append(&world->arena.abi, ENT_STR("Please look."),
				    sdk_marker(&world->arena.abi, ENT_STR("ENT-000001"), sdk_str(delivery.key))));
	assert_int_equal(send(world, delivery.id, text), JOB_ACCEPTED);
	struct delivery_result done = {
	    .id = delivery.id, .attempt = 1, .outcome = OUTCOME_DONE, .remote_id = ENT_STR("c5")};
	assert_int_equal(settle(world, done, "telnord", NULL), JOB_ACCEPTED);
	world->now_ms += 86400000; /* long after the window of words */
	move(world, "telnord", "T-1", "T-9");
	int64_t n_comment = ask(world, "SELECT count(*) FROM comment");
	for (int i = 0; i < 2; i++) {
		change = word(world, "T-9", i ? "c905" : "c5", text);
		arrive(world, "telnord", &change);
	}
	assert_int_equal(ask(world, "SELECT count(*) FROM comment"), n_comment);

	/* Another one's comment that has the number of ours by chance is heard. */
	write_word(world, "telnord", "T-9", "c5", "I am looking.");
	assert_int_equal(ask(world, "SELECT count(*) FROM comment"), n_comment + 1);
	check_all(world);
}

/* The new one cannot be read: what waits for it is put before a person. */
static void test_the_new_one_cannot_be_read(void **state)
{
	struct world *world = *state;
	struct ent_change change[2] = {{.kind = ENT_TICKET_REMOVED, .ticket.id = ENT_STR("T-9")}};

	two_parties(world);
	assert_int_equal(say(world, 1, uuid_1, "Please look.", AUDIENCE_EVERYONE, ""), JOB_ACCEPTED);
	change[1] = change[0];
	change[0] = goes_on(world, "T-1", "T-9", NULL);
	struct job job = {.kind = JOB_ARRIVAL, .arrival = arrival_of(world, "telnord", change, 2)};
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_string_equal(tickets(world, "telnord"), "T-1>T-9 T-9-");
	assert_int_equal(ask(world, "SELECT count(*) FROM delivery WHERE state = 'parked' AND cause = 'gone'"), 1);
	check_all(world);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
	static const struct CMUnitTest tests[] = {
	    TEST(test_it_moves),
	    TEST(test_versions_are_counted_anew),
	    TEST(test_the_old_one_moves_nothing_more),
	    cmocka_unit_test(test_orders),
	    TEST(test_a_ticket_that_comes_back_is_heard),
	    TEST(test_incidents_are_joined),
	    TEST(test_joins_shared),
	    TEST(test_what_was_heard_stays_known),
	    TEST(test_ids_counted_by_ticket),
	    TEST(test_deliveries_go_to_the_new_one),
	    TEST(test_what_was_parked_as_gone_goes),
	    TEST(test_what_the_old_one_refused_goes),
	    TEST(test_a_delivery_follows),
	    TEST(test_a_move_overtakes_a_delivery),
	    TEST(test_what_was_sent_stays_ours),
	    TEST(test_the_new_one_cannot_be_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
