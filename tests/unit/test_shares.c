/* SPDX-License-Identifier: Apache-2.0 */
/* Who takes part, and what people with us say: shares, briefs, comments of our own, states. */
#include "shares.h"

#include "store/dossier.h"

#include "store/supplier_rows.h"

#define A_UUID "0b9c6f0e-4d1a-4f6c-8e2b-7a5d3c1f0e9a"

static const struct party *party(struct world *world, int64_t incident, const char *supplier)
{
	const struct party *list;
	struct dossier *dossier = SDK_NEW(&world->arena.abi, struct dossier);

	assert_true(dossier_load(dossier, world->read, &world->arena.abi, world->suppliers, incident));
	size_t n = dossier_parties(dossier, NULL, &list);

	for (size_t i = 0; i < n; i++)
		if (sdk_eqz(list[i].supplier->name, supplier))
			return &list[i];
	fail_msg("%s has no part in %" PRId64, supplier, incident);
	return NULL;
}

/* ---- sharing ------------------------------------------------------------------------------ */

static void test_what_cannot_be_shared(void **state)
{
	struct world *world = *state;

	assert_int_equal(share(world, 1, "telnord", false), JOB_NOT_FOUND);
	assert_non_null(strstr(world->last.err.msg, "ENT-000001"));
	tell(world, "orion", "O-1", "in_progress");
	assert_int_equal(share(world, 1, "nobody", false), JOB_NOT_FOUND);
	assert_non_null(strstr(world->last.err.msg, "nobody"));
	assert_int_equal(share(world, 1, "deaf", false), JOB_CONFLICT);
	assert_non_null(strstr(world->last.err.msg, "only listened to"));
	assert_int_equal(unshare(world, 1, "telnord"), JOB_NOT_FOUND);
	tell(world, "orion", "O-1", "closed");
	assert_int_equal(share(world, 1, "telnord", false), JOB_CONFLICT);
	assert_non_null(strstr(world->last.err.msg, "closed"));
	assert_int_equal(n_event(world, "incident.shared"), 0);
	check_all(world);
}

static void test_a_share_makes_a_ticket(void **state)
{
	struct world *world = *state;

	tell(world, "orion", "O-1", "in_progress");
	assert_int_equal(share(world, 1, "telnord", true), JOB_ACCEPTED);
	assert_string_equal(world->last.incident_uuid, load(world, due(world, "telnord").id).incident_uuid);
	assert_int_equal(count(world, "incident", "holder = 'telnord'"), 1);
	assert_true(party(world, 1, "telnord")->shares);
	assert_true(party(world, 1, "telnord")->comes);
	assert_false(party(world, 1, "telnord")->ticket.n > 0);
	bring(world, "telnord", "T-1");
	assert_true(sdk_eqz(party(world, 1, "telnord")->ticket, "T-1"));
	assert_int_equal(party(world, 1, "telnord")->values.at[ENT_STATUS], ENT_NEW);
	assert_false(party(world, 1, "telnord")->comes);
	assert_int_equal(count(world, "ticket", "supplier = 'telnord' AND incident = 1"), 1);
	assert_int_equal(n_event(world, "ticket.linked"), 2);
	assert_int_equal(due(world, "telnord").id, 0); /* who holds the ball and has not spoken yet is told nothing */
	assert_int_equal(count(world, "incident", "holder = 'telnord' AND status = 'in_progress'"), 1);
	check_all(world);
}

static void names(struct world *world, const char *supplier, const char *id)
{
	struct ent_change change = ticket(world, id, "in_progress", NULL);

	change.correlation.number = ENT_STR("ENT-000001");
	change.correlation.key = ENT_STR("a-key-of-several");
	arrive(world, supplier, &change);
}

/* Numbers can be guessed: who may join only what is shared with it gets in by none. */
static void test_joins_shared(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < world->suppliers->n; i++)
		if (sdk_eqz(world->suppliers->at[i].name, "telnord"))
			world->suppliers->at[i].joins = JOINS_SHARED;
	tell(world, "orion", "O-1", "in_progress");
	names(world, "telnord", "T-1");
	assert_int_equal(count(world, "ticket", "supplier = 'telnord' AND incident = 1"), 0);
	assert_int_equal(count(world, "share", "supplier = 'telnord' AND incident = 1"), 0);
	assert_int_equal(count(world, "correlation", "1"), 0);
	assert_int_equal(share(world, 1, "telnord", false), JOB_ACCEPTED);
	names(world, "telnord", "T-2");
	assert_int_equal(count(world, "ticket", "supplier = 'telnord' AND external_id = 'T-2' AND incident = 1"), 1);
	check_all(world);
}

static size_t shares_told(struct world *world, const char *where)
{
	char condition[256];

	(void)snprintf(condition, sizeof condition, "kind = 'incident.shared' AND %s", where);
	return (size_t)count(world, "event", condition);
}

/* A ticket that joins makes its supplier take part, and says so; its next ticket, and one after the share was taken
 * back, say nothing. */
static void test_a_ticket_that_joins_is_a_share_that_is_told(void **state)
{
	struct world *world = *state;

	tell(world, "orion", "O-1", "in_progress");
	assert_int_equal(shares_told(world, "1"), 0); /* incident.opened tells it */
	assert_int_equal(count(world, "share", "supplier = 'orion' AND reads_ms = since_ms"), 1);
	world->now_ms += 5000;
	names(world, "telnord", "T-1");
	assert_int_equal(shares_told(world, "json_extract(json, '$.by') = 'ticket' AND json_extract(json, "
					    "'$.ticket.id') = 'T-1' AND supplier = 'telnord' AND delivery_id <> ''"),
			 1);
	assert_int_equal(
	    count(world, "share AS s JOIN event AS e ON e.kind = 'incident.shared'",
		  "s.supplier = 'telnord' AND s.since_ms = e.recorded_ms AND s.reads_ms = e.recorded_ms AND "
		  "CAST(strftime('%s', json_extract(e.json, '$.reads_from')) AS INTEGER) = s.reads_ms / "
		  "1000"),
	    1);
	names(world, "telnord", "T-2");
	unshare(world, 1, "telnord");
	names(world, "telnord", "T-3");
	assert_int_equal(shares_told(world, "1"), 1);
	assert_int_equal(count(world, "share", "supplier = 'telnord' AND withdrawn_ms > 0"), 1);
	check_all(world);
}

/* A share that stands goes on reading as before, unless a person gives it the history; one that was taken back begins
 * anew. */
static void test_a_share_tells_from_where_it_reads(void **state)
{
	struct world *world = *state;

	tell(world, "orion", "O-1", "in_progress");
	names(world, "telnord", "T-1");
	int64_t reads_ms = db_ask(world->read, "SELECT reads_ms FROM share WHERE supplier = 'telnord'");
	world->now_ms += 5000;
	share(world, 1, "telnord", true);
	assert_int_equal(db_ask(world->read, "SELECT reads_ms FROM share WHERE supplier = 'telnord'"), reads_ms);
	assert_int_equal(shares_told(world, "json_extract(json, '$.reads_from') IS NULL"), 1);
	unshare(world, 1, "telnord");
	share(world, 1, "telnord", false);
	assert_int_equal(db_ask(world->read, "SELECT reads_ms FROM share WHERE supplier = 'telnord'"), world->now_ms);
	check_all(world);
}

static void test_a_brief_for_who_has_a_ticket_is_a_comment(void **state)
{
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(share_saying(world, 1, "telnord", true, "Now the scanners, too."), JOB_ACCEPTED);
	struct delivery delivery = due(world, "telnord");
	assert_int_equal(delivery.op, ENT_ADD_COMMENT);
	assert_true(delivery.comment[0]);
	assert_int_equal(due(world, "orion").id, 0);
	assert_int_equal(count(world, "comment",
			       "supplier = '' AND ticket = '' AND external_id = uuid AND organisations = "
			       "'telnord,us' AND everyone = 0"),
			 1);
	assert_int_equal(count(world, "ticket", "1 = 1"), 2);
	bring(world, "telnord", "t1");
	check_all(world);
}

static void test_a_share_repeated_does_not_bring_the_brief_again(void **state)
{
	struct world *world = *state;

	tell(world, "orion", "O-1", "in_progress");
	share(world, 1, "telnord", false);
	share(world, 1, "telnord", false); /* its ticket is on its way */
	assert_int_equal(count(world, "delivery", "supplier = 'telnord'"), 1);
	bring(world, "telnord", "T-1");
	while (bring(world, "telnord", "x"))
		;
	share(world, 1, "telnord", false);
	share(world, 1, "telnord", true); /* the ball goes, the words do not */
	assert_int_equal(count(world, "delivery", "op = 'add_comment'"), 0);
	assert_int_equal(count(world, "comment", "1 = 1"), 0);
	unshare(world, 1, "telnord");
	while (bring(world, "telnord", "y"))
		;
	world->now_ms += 1000;
	share(world, 1, "telnord", false); /* taken back meanwhile: it is said again */
	assert_int_equal(count(world, "comment", "organisations = 'telnord,us'"), 1);
	share(world, 1, "telnord", false);
	assert_int_equal(count(world, "comment", "organisations = 'telnord,us'"), 1);
	check_all(world);
}

/* A person put aside what would have brought it: nobody there has read it, so sharing again says it again. */
static void test_a_brief_that_was_cancelled_was_not_given(void **state)
{
	struct world *world = *state;

	tell(world, "orion", "O-1", "in_progress");
	share_saying(world, 1, "telnord", false, "The scanners in hall 3 are dead.");
	struct delivery create = due(world, "telnord");
	assert_int_equal(act(world, create.id, DELIVERY_IGNORE, "wrong project"), JOB_ACCEPTED);
	share_saying(world, 1, "telnord", false, "The scanners in hall 3 are dead.");
	struct delivery again = due(world, "telnord");
	assert_int_equal(again.op, ENT_CREATE_TICKET);
	assert_true(sdk_eq(load(world, again.id).text, load(world, create.id).text));
	assert_true(bring(world, "telnord", "T-1") > 0);
	while (bring(world, "telnord", "x"))
		;
	/* The same of one that is brought as a comment. */
	share_saying(world, 1, "telnord", false, "Now the printers, too.");
	assert_int_equal(act(world, due(world, "telnord").id, DELIVERY_IGNORE, "not now"), JOB_ACCEPTED);
	share_saying(world, 1, "telnord", false, "Now the printers, too.");
	assert_int_equal(due(world, "telnord").op, ENT_ADD_COMMENT);
	share_saying(world, 1, "telnord", false, "Now the printers, too."); /* it is on its way: not twice */
	assert_int_equal(count(world, "delivery", "op = 'add_comment' AND state = 'pending'"), 1);
	check_all(world);
}

static void test_the_thread_for_who_joins(void **state)
{
	struct world *world = *state;
	struct job job;

	tell(world, "orion", "O-1", "in_progress");
	write_word(world, "orion", "O-1", "c1", "first");
	struct ent_change secret = word(world, "O-1", "c2", "secret");
	secret.comment.visibility = ENT_INTERNAL;
	arrive(world, "orion", &secret);
	world->now_ms += 1000;
	write_word(world, "orion", "O-1", "c3", "third");
	job = (struct job){
	    .kind = JOB_SHARE,
	    .ask = {.incident = 1, .supplier = ENT_STR("telnord"), .with_history = true, .brief.what = ENT_STR("x")}};
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_int_equal(count(world, "delivery", "op = 'add_comment'"), 2);
	bring(world, "telnord", "T-1");
	struct delivery delivery = due(world, "telnord");
	struct comment comment;
	assert_true(comment_by_uuid(world->read, &world->arena.abi, sdk_str(delivery.comment), &comment));
	assert_true(sdk_eqz(comment.body, "first"));
	bring(world, "telnord", "t1");
	delivery = due(world, "telnord");
	assert_true(comment_by_uuid(world->read, &world->arena.abi, sdk_str(delivery.comment), &comment));
	assert_true(sdk_eqz(comment.body, "third"));
	/* Taken back and given again: what it has stays one, what did not go does. */
	unshare(world, 1, "telnord");
	assert_int_equal(count(world, "delivery", "state = 'cancelled'"), 2); /* the comment, the update behind it */
	run(world, &job);
	assert_int_equal(count(world, "delivery", "state = 'pending' AND comment <> ''"), 2); /* and the brief */
	check_all(world);
}

static void test_unsharing(void **state)
{
	struct world *world = *state;

	two_parties(world);
	share(world, 1, "telnord", true);
	bring(world, "telnord", "t1");
	write_word(world, "orion", "O-1", "c1", "hello");
	struct delivery delivery = due(world, "telnord");
	assert_int_equal(unshare(world, 1, "telnord"), JOB_ACCEPTED);
	assert_int_equal(load(world, delivery.id).state, DELIVERY_CANCELLED);
	assert_int_equal(load(world, delivery.id).cause, CAUSE_UNSHARED);
	assert_int_equal(count(world, "incident", "holder = 'us' AND accepted = 1"), 1);
	delivery = due(world, "telnord");
	assert_int_equal(delivery.op, ENT_ADD_COMMENT);
	assert_string_equal(delivery.comment, "");
	assert_non_null(strstr(sdk_z(&world->arena.abi, delivery.text), "not shared with you any more. It is done."));
	enum delivery_cause cause;
	assert_true(delivery_may_go(&delivery, supplier_by_name(world->suppliers, delivery.supplier), NULL,
				    (struct reading){false, 0}, &cause));
	bring(world, "telnord", "t9");
	assert_true(copy_known(world->read, ENT_STR("telnord"), ENT_STR("T-1"), ENT_STR("t9")));
	write_word(world, "orion", "O-1", "c2", "not for them");
	tell(world, "orion", "O-1", "held");
	assert_int_equal(due(world, "telnord").id, 0);
	/* What its ticket goes on saying does not bring it back in. */
	tell(world, "telnord", "T-1", "held");
	assert_false(share_stands(world->read, 1, ENT_STR("telnord")));
	check_all(world);
	assert_int_equal(share(world, 1, "telnord", false), JOB_ACCEPTED);
	assert_true(share_stands(world->read, 1, ENT_STR("telnord")));
	assert_true(sdk_eqz(due(world, "telnord").ticket, "T-1"));
	check_all(world);
}

static void test_unshared_while_its_ticket_is_made(void **state)
{
	struct world *world = *state;

	tell(world, "orion", "O-1", "in_progress");
	share(world, 1, "telnord", false);
	struct delivery create = due(world, "telnord");
	send(world, create.id, "x");
	write_word(world, "orion", "O-1", "c1", "hello");
	unshare(world, 1, "telnord");
	assert_int_equal(load(world, create.id).state, DELIVERY_IN_FLIGHT);
	assert_int_equal(due(world, "telnord").id, 0);
	struct ent_change told = ticket(world, "T-1", "new", NULL);
	told.correlation.number = ENT_STR("ENT-000001");
	assert_int_equal(settle(world, (struct delivery_result){.id = create.id, .attempt = 1, .outcome = OUTCOME_DONE},
				"telnord", &told),
			 JOB_ACCEPTED);
	assert_false(share_stands(world->read, 1, ENT_STR("telnord")));
	struct delivery notice = due(world, "telnord");
	assert_true(sdk_eqz(notice.ticket, "T-1"));
	assert_non_null(strstr(sdk_z(&world->arena.abi, notice.text), "not shared with you any more"));
	check_all(world);
}

/* ---- people ----------------------------------------------------------------------------------- */

static void test_our_own_comments(void **state)
{
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(say(world, 9, "", "x", "everyone"), JOB_NOT_FOUND);
	assert_int_equal(say(world, 1, A_UUID, "hello all", "everyone"), JOB_ACCEPTED);
	assert_int_equal(say(world, 1, A_UUID, "hello all", "everyone"), JOB_REPEATED);
	assert_int_equal(count(world, "comment", "1 = 1"), 1);
	assert_string_equal(due(world, "orion").comment, A_UUID);
	assert_string_equal(due(world, "telnord").comment, A_UUID);
	assert_int_equal(say(world, 1, "", "for one who is not here", "datacoeur,telnord"), JOB_CONFLICT);
	assert_non_null(strstr(world->last.err.msg, "datacoeur"));
	tell(world, "orion", "O-2", "new");
	assert_int_equal(say(world, 2, A_UUID, "elsewhere", "everyone"), JOB_CONFLICT);
	check_all(world);
}

static void test_a_status_by_a_person_goes_to_all(void **state)
{
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(give_status(world, 1, ENT_TRANSFERRED), JOB_CONFLICT);
	assert_int_equal(give_status(world, 7, ENT_RESOLVED), JOB_NOT_FOUND);
	assert_int_equal(give_status(world, 1, ENT_RESOLVED), JOB_ACCEPTED);
	assert_int_equal(due(world, "orion").values.at[ENT_STATUS], ENT_RESOLVED);
	assert_int_equal(due(world, "telnord").values.at[ENT_STATUS], ENT_RESOLVED);
	int64_t last = writer_last_seq(world->writer);
	assert_int_equal(give_status(world, 1, ENT_RESOLVED), JOB_ACCEPTED);
	assert_int_equal(writer_last_seq(world->writer), last);
	check_all(world);
}

static void test_who_is_configured_no_more(void **state)
{
	struct world *world = *state;

	two_parties(world);
	write_word(world, "orion", "O-1", "c1", "hello");
	world->suppliers->at[1].name = ENT_STR("renamed");
	assert_int_equal(share_stands(world->read, 1, ENT_STR("telnord")), true);
	write_word(world, "orion", "O-1", "c2", "hello");
	assert_int_equal(count(world, "delivery", "comment <> ''"), 1);
	assert_int_equal(unshare(world, 1, "telnord"), JOB_ACCEPTED);
	assert_int_equal(count(world, "delivery", "state = 'cancelled'"), 1);
	check_all(world);
}

/* Without a share no word goes to it; what is taken back or is not for it any more is taken out of its tool. */
static void test_taken_out_after_the_share(void **state)
{
	(void)state;
	for (int narrows = 0; narrows < 2; narrows++) {
		void *of = NULL;
		world_set_up(&of);
		struct world *world = of;
		two_parties(world);
		write_word(world, "orion", "O-1", "c1", "It smokes.");
		assert_true(bring(world, "telnord", "t77") > 0);
		assert_int_equal(unshare(world, 1, "telnord"), JOB_ACCEPTED);
		assert_true(bring(world, "telnord", "t78") > 0); /* the notice */
		write_word(world, "orion", "O-1", "c1", "It burns.");
		assert_int_equal(count(world, "delivery", "state = 'pending'"), 0);
		struct ent_change back = word(world, "O-1", "c1", narrows ? "It burns." : "");
		if (narrows)
			back.comment.visibility = ENT_INTERNAL;
		else
			back.kind = ENT_COMMENT_REMOVED;
		assert_int_equal(arrive(world, "orion", &back), JOB_ACCEPTED);
		assert_int_equal(count(world, "delivery", "state = 'pending' AND op = 'remove_comment'"), 1);
		assert_int_equal(due(world, "telnord").op, ENT_REMOVE_COMMENT);
		check_all(world);
		world_tear_down(&of);
	}
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, world_set_up, world_tear_down)
	static const struct CMUnitTest tests[] = {
	    TEST(test_what_cannot_be_shared),
	    TEST(test_a_share_makes_a_ticket),
	    TEST(test_joins_shared),
	    TEST(test_a_ticket_that_joins_is_a_share_that_is_told),
	    TEST(test_a_share_tells_from_where_it_reads),
	    TEST(test_a_brief_for_who_has_a_ticket_is_a_comment),
	    TEST(test_a_share_repeated_does_not_bring_the_brief_again),
	    TEST(test_a_brief_that_was_cancelled_was_not_given),
	    TEST(test_the_thread_for_who_joins),
	    TEST(test_unsharing),
	    TEST(test_taken_out_after_the_share),
	    TEST(test_unshared_while_its_ticket_is_made),
	    TEST(test_our_own_comments),
	    TEST(test_a_status_by_a_person_goes_to_all),
	    TEST(test_who_is_configured_no_more),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
