/* SPDX-License-Identifier: Apache-2.0 */
/* `joins: ask`: whoever names an incident that is not shared with it opens one of its own, learns nothing, and we
 * decide. */
#include "shares.h"

enum by { BY_NUMBER, BY_KEY, BY_REFERENCE };

/* Only telnord asks. */
static void asks(struct world *world, const char *supplier)
{
	for (size_t i = 0; i < world->suppliers->n; i++)
		if (sdk_eqz(world->suppliers->at[i].name, supplier))
			world->suppliers->at[i].joins = JOINS_ASK;
}

static void open_target(struct world *world)
{
	struct ent_change change = ticket(world, "O-1", "in_progress", NULL);

	change.correlation.key = ENT_STR("their-key");
	arrive(world, "orion", &change);
	write_word(world, "orion", "O-1", "c1", "canary of before");
}

/* known: what it names is there. */
static enum job_outcome named(struct world *world, const char *id, enum by by, bool known)
{
	struct ent_change change = ticket(world, id, "in_progress", NULL);
	struct ent_reference *reference = SDK_NEW(&world->arena.abi, struct ent_reference);

	*reference = (struct ent_reference){ENT_STR("orion"), known ? ENT_STR("O-1") : ENT_STR("O-9")};
	if (by == BY_NUMBER)
		change.correlation.number = known ? ENT_STR("ENT-000001") : ENT_STR("ENT-000999");
	else if (by == BY_KEY)
		change.correlation.key = known ? ENT_STR("their-key") : ENT_STR("no-key");
	else
		change.correlation = (struct ent_correlation){ENT_ABSENT, ENT_ABSENT, reference, 1};
	return arrive(world, "telnord", &change);
}

static int64_t request_of(struct world *world, const char *where)
{
	char sql[300];

	(void)snprintf(sql, sizeof sql, "SELECT id FROM join_request WHERE %s", where);
	struct db_stmt *stmt = db_use(world->read, sdk_z(&world->arena.abi, sdk_str(sql)));
	int64_t id = db_row(stmt) ? db_int(stmt, 0) : 0;
	db_done(stmt);
	return id;
}

static enum job_outcome decide_on(struct world *world, enum job_kind kind, int64_t id)
{
	struct job job = {.kind = kind, .ask = {.id = id, .author = {ENT_STR("desk"), ENT_STR("desk")}}};

	return run(world, &job);
}

static void test_whatever_it_names_it_opens_its_own(void **state)
{
	static const char *const cause[] = {"number", "key", "reference"};
	struct world *world = *state;
	char where[100];

	asks(world, "telnord");
	for (int by = BY_NUMBER; by <= BY_REFERENCE; by++) {
		const char *id = sdk_z(&world->arena.abi, sdk_format(&world->arena.abi, "T-%d", by));

		if (by == BY_NUMBER)
			open_target(world);
		named(world, id, (enum by)by, true);
		(void)snprintf(where, sizeof where,
			       "cause = '%s' AND incident = 1 AND state = 'open' AND ticket = '%s'", cause[by], id);
		assert_true(request_of(world, where) > 0);
	}
	assert_int_equal(count(world, "ticket", "supplier = 'telnord' AND incident = 1"), 0);
	assert_int_equal(count(world, "share", "supplier = 'telnord' AND incident = 1"), 0);
	assert_int_equal(count(world, "incident", "merged_into = 0"), 4);
	check_all(world);
}

/* Who guesses another's next numbers asks in its own name, and fills no list but its own. */
static void test_who_named_it_before_it_was_heard_of_asks(void **state)
{
	struct world *world = *state;

	asks(world, "telnord");
	open_target(world);
	struct ent_change change = ticket(world, "O-1", "pending", NULL);
	const struct ent_reference reference = {ENT_STR("telnord"), ENT_STR("T-9")};
	change.correlation = (struct ent_correlation){ENT_ABSENT, ENT_ABSENT, &reference, 1};
	arrive(world, "orion", &change);
	tell(world, "telnord", "T-9", "in_progress");
	assert_int_equal(count(world, "ticket", "supplier = 'telnord' AND incident = 2"), 1);
	assert_int_equal(count(world, "join_request", "supplier = 'telnord'"), 0);
	assert_true(request_of(world,
			       "supplier = 'orion' AND cause = 'reference' AND ticket = 'O-1' AND asking = 1 AND "
			       "incident = 2 AND state = 'open'") > 0);
	check_all(world);
}

/* All that its own incident says, without numbers and ids. */
static struct ent_str told_of(struct world *world, const char *id)
{
	struct db_stmt *stmt = db_use(
	    world->read, "SELECT kind, json FROM event WHERE incident = (SELECT incident FROM ticket WHERE supplier = "
			 "'telnord' AND external_id = $1) ORDER BY sequence");
	struct ent_str all = ENT_STR("");

	db_bind_str(stmt, 1, sdk_str(id));
	while (db_row(stmt))
		all = sdk_format(&world->arena.abi, "%.*s%.*s %zu\n", ENT_F(all), ENT_F(db_str(stmt, 0)),
				 db_str(stmt, 1).n);
	return all;
}

/* The asking side gets the same answers, and reads the same, whether or not what it named exists; also when it says it
 * again. */
static void test_who_asks_learns_nothing(void **state)
{
	struct world *world = *state;

	asks(world, "telnord");
	open_target(world);
	for (int by = BY_NUMBER; by <= BY_REFERENCE; by++) {
		const char *there = sdk_z(&world->arena.abi, sdk_format(&world->arena.abi, "T-%d", by)),
			   *not_there = sdk_z(&world->arena.abi, sdk_format(&world->arena.abi, "U-%d", by));

		for (int again = 0; again < 3; again++) {
			assert_int_equal(named(world, there, (enum by)by, true), JOB_ACCEPTED);
			int64_t n_event = world->last.n_event;
			assert_int_equal(named(world, not_there, (enum by)by, false), JOB_ACCEPTED);
			/* The request itself is an event of the other incident. */
			assert_int_equal(n_event - world->last.n_event, again == 0);
		}
		struct ent_str one = told_of(world, there), other = told_of(world, not_there);
		/* The key that is there is not as long as the other. */
		assert_int_equal(by == BY_KEY ? other.n : one.n, other.n);
		assert_true(by == BY_KEY || sdk_eq(one, other));
	}
	assert_int_equal(count(world, "event", "kind = 'incident.join_requested' AND incident = 1"), 3);
	assert_int_equal(count(world, "event", "kind = 'incident.join_requested'"), 3);
	check_all(world);
}

static void test_accepting_shares_and_merges(void **state)
{
	struct world *world = *state;

	asks(world, "telnord");
	open_target(world);
	named(world, "T-1", BY_NUMBER, true);
	int64_t id = request_of(world, "1");
	assert_int_equal(decide_on(world, JOB_JOIN_ACCEPT, id + 1000), JOB_NOT_FOUND);
	assert_int_equal(decide_on(world, JOB_JOIN_ACCEPT, id), JOB_ACCEPTED);
	assert_int_equal(count(world, "ticket", "supplier = 'telnord' AND incident = 1"), 1);
	assert_int_equal(count(world, "share", "supplier = 'telnord' AND incident = 1 AND withdrawn_ms = 0"), 1);
	assert_int_equal(count(world, "event",
			       "kind = 'incident.shared' AND incident = 1 AND supplier = 'telnord' AND "
			       "json_extract(json, '$.by') = 'person' AND json_extract(json, "
			       "'$.ticket.id') = 'T-1'"),
			 1);
	assert_true(request_of(world, "state = 'accepted' AND decided_ms > 0") == id);
	assert_int_equal(count(world, "delivery", "op = 'create_ticket'"), 0); /* its ticket is there */
	assert_int_equal(count(world, "delivery", "op = 'add_comment' AND supplier = 'telnord'"), 0);
	write_word(world, "orion", "O-1", "c2", "said since");
	assert_int_equal(count(world, "delivery", "op = 'add_comment' AND supplier = 'telnord'"), 1);
	assert_int_equal(decide_on(world, JOB_JOIN_ACCEPT, id), JOB_REPEATED);
	assert_int_equal(decide_on(world, JOB_JOIN_REFUSE, id), JOB_CONFLICT);
	check_all(world);
}

static void test_a_refused_pair_is_not_asked_again(void **state)
{
	struct world *world = *state;

	asks(world, "telnord");
	open_target(world);
	named(world, "T-1", BY_NUMBER, true);
	int64_t id = request_of(world, "1");
	assert_int_equal(decide_on(world, JOB_JOIN_REFUSE, id), JOB_ACCEPTED);
	assert_int_equal(decide_on(world, JOB_JOIN_REFUSE, id), JOB_REPEATED);
	assert_int_equal(count(world, "event", "kind = 'incident.join_refused' AND incident = 1"), 1);
	for (int by = BY_NUMBER; by <= BY_REFERENCE; by++)
		named(world, "T-1", (enum by)by, true);
	assert_int_equal(count(world, "join_request", "1"), 1);
	assert_int_equal(count(world, "incident", "merged_into = 0"), 2);
	check_all(world);
	assert_int_equal(decide_on(world, JOB_JOIN_ACCEPT, id), JOB_ACCEPTED); /* a person thinks again */
	assert_int_equal(count(world, "incident", "merged_into = 0"), 1);
	check_all(world);
}

static void test_a_supplier_has_20_open_requests_at_most(void **state)
{
	struct world *world = *state;

	asks(world, "telnord");
	open_target(world);
	for (int i = 0; i < 25; i++)
		named(world, sdk_z(&world->arena.abi, sdk_format(&world->arena.abi, "T-%d", i)), BY_NUMBER, true);
	assert_int_equal(count(world, "join_request", "state = 'open'"), 20);
	assert_int_equal(count(world, "ticket", "supplier = 'telnord'"), 25);
	decide_on(world, JOB_JOIN_REFUSE, request_of(world, "ticket = 'T-0'"));
	named(world, "T-24", BY_NUMBER, true); /* there is room again */
	assert_int_equal(count(world, "join_request", "state = 'open'"), 20);
	check_all(world);
}

/* Several incidents have a key: the one that is shared with the supplier is meant. */
static void test_a_key_means_the_shared_one(void **state)
{
	struct world *world = *state;

	asks(world, "telnord");
	open_target(world);
	named(world, "T-1", BY_KEY, true); /* in 2, whose key it is, too */
	assert_int_equal(count(world, "correlation", "key = 'their-key'"), 2);
	named(world, "T-2", BY_KEY, true);
	assert_int_equal(count(world, "ticket", "supplier = 'telnord' AND incident = 2"), 2);
	assert_int_equal(count(world, "incident", "1"), 2);
	assert_int_equal(count(world, "ticket", "supplier = 'telnord' AND incident = 1"), 0);
	/* Nor does one that joins freely bring the two together. */
	struct ent_change change = ticket(world, "D-1", "in_progress", NULL);
	change.correlation.key = ENT_STR("their-key");
	arrive(world, "datacoeur", &change);
	assert_int_equal(count(world, "ticket", "supplier = 'datacoeur' AND incident = 1"), 1);
	assert_int_equal(count(world, "incident", "merged_into = 0"), 2);
	check_all(world);
}

/* What is shared with it is no secret to it, and what we create is ours. */
static void test_it_joins_what_is_shared_with_it(void **state)
{
	struct world *world = *state;

	asks(world, "telnord");
	open_target(world);
	share(world, 1, "telnord", false);
	for (int by = BY_NUMBER; by <= BY_REFERENCE; by++)
		named(world, sdk_z(&world->arena.abi, sdk_format(&world->arena.abi, "T-%d", by)), (enum by)by, true);
	assert_int_equal(count(world, "ticket", "supplier = 'telnord' AND incident = 1"), 3);
	assert_int_equal(count(world, "join_request", "1"), 0);
	check_all(world);
}

static void hand_over(struct world *world, const char *from, const char *id, const char *to)
{
	struct ent_change change = ticket(world, id, "transferred", NULL);

	sdk_set(&change.ticket, ENT_TRANSFERRED_TO, sdk_str(to));
	arrive(world, from, &change);
}

static void hand_to(struct world *world, const char *supplier)
{
	hand_over(world, "orion", "O-1", supplier);
}

/* Whoever lost its share since is asked for as if it had never been there. */
static void test_a_second_hand_over_asks_again(void **state)
{
	struct world *world = *state;

	asks(world, "telnord");
	open_target(world);
	hand_to(world, "telnord");
	int64_t id = request_of(world, "1");
	assert_int_equal(decide_on(world, JOB_JOIN_ACCEPT, id), JOB_ACCEPTED);
	assert_int_equal(unshare(world, 1, "telnord"), JOB_ACCEPTED);
	assert_int_equal(share(world, 1, "orion", true), JOB_ACCEPTED);
	tell(world, "orion", "O-1", "in_progress");
	assert_int_equal(count(world, "incident", "holder = 'orion'"), 1);
	assert_int_equal(count(world, "join_request", "1"), 1);
	hand_to(world, "telnord");
	assert_int_equal(count(world, "incident", "holder = 'telnord'"), 1);
	assert_true(request_of(world, "state = 'open' AND asking = 0") > id);
	assert_int_equal(decide_on(world, JOB_JOIN_REFUSE, request_of(world, "state = 'open'")), JOB_ACCEPTED);
	write_word(world, "orion", "O-1", "c9", "and again");
	assert_int_equal(count(world, "join_request", "1"), 2); /* refused: not asked again */
	check_all(world);
}

/* Orion's hand-overs have room of their own, and none is lost: what is left out is asked when there is room. */
static void test_hand_overs_take_no_room_from_others(void **state)
{
	struct world *world = *state;
	int n_told = 0;

	asks(world, "telnord");
	open_target(world);
	for (int i = 0; i < 25; i++) {
		const char *id = sdk_z(&world->arena.abi, sdk_format(&world->arena.abi, "P-%d", i));

		tell(world, "orion", id, "in_progress");
		hand_over(world, "orion", id, "telnord");
		n_told += world->last.joins_full;
		assert_int_equal(world->last.joins_full, i == 19);
	}
	assert_int_equal(n_told, 1); /* people are told once */
	assert_int_equal(count(world, "join_request", "state = 'open'"), 20);
	named(world, "T-1", BY_NUMBER, true);
	assert_true(request_of(world, "cause = 'number' AND state = 'open'") > 0);
	tell(world, "datacoeur", "D-1", "in_progress");
	hand_over(world, "datacoeur", "D-1", "telnord");
	assert_int_equal(count(world, "join_request", "state = 'open'"), 22);
	decide_on(world, JOB_JOIN_REFUSE, request_of(world, "cause = 'hand_over' ORDER BY id"));
	write_word(world, "orion", "P-24", "c2", "nobody there?");
	assert_true(request_of(world, "cause = 'hand_over' AND state = 'open' AND incident = (SELECT incident FROM "
				      "ticket WHERE external_id = 'P-24')") > 0);
	assert_int_equal(count(world, "join_request", "state = 'open'"), 22);
	check_all(world);
}

static void test_a_hand_over_asks_for_who_takes_no_part(void **state)
{
	struct world *world = *state;

	asks(world, "telnord");
	open_target(world);
	hand_to(world, "telnord");
	assert_int_equal(count(world, "incident", "holder = 'telnord'"), 1); /* the ball moves at once */
	int64_t id = request_of(world, "cause = 'hand_over' AND supplier = 'telnord' AND incident = 1 AND asking = 0");
	assert_true(id > 0);
	assert_int_equal(count(world, "share", "supplier = 'telnord'"), 0);
	check_all(world);
	assert_int_equal(decide_on(world, JOB_JOIN_ACCEPT, id), JOB_ACCEPTED);
	assert_int_equal(count(world, "share", "supplier = 'telnord' AND incident = 1"), 1);
	assert_int_equal(due(world, "telnord").op, ENT_CREATE_TICKET);
	assert_true(request_of(world, "state = 'accepted'") == id);
	hand_to(world, "datacoeur"); /* trusted: as before, nobody is asked */
	assert_int_equal(count(world, "join_request", "1"), 1);
	check_all(world);
}

/* A merge of what was named, or of who asks, moves the request. */
static void test_requests_follow_merges(void **state)
{
	struct world *world = *state;
	struct ent_change change;

	asks(world, "telnord");
	open_target(world);
	tell(world, "datacoeur", "D-1", "in_progress"); /* 2 */
	named(world, "T-1", BY_NUMBER, true);           /* 3 asks for 1 */
	change = ticket(world, "T-1", "in_progress", NULL);
	change.correlation.number = ENT_STR("ENT-000002"); /* and for 2 */
	arrive(world, "telnord", &change);
	assert_int_equal(count(world, "join_request", "state = 'open'"), 2);
	change = ticket(world, "D-1", "pending", NULL);
	change.correlation.number = ENT_STR("ENT-000001");
	arrive(world, "datacoeur", &change);
	assert_int_equal(count(world, "join_request", "state = 'open' AND incident = 1"), 2);
	assert_int_equal(decide_on(world, JOB_JOIN_ACCEPT, request_of(world, "1 ORDER BY id")), JOB_ACCEPTED);
	assert_int_equal(count(world, "join_request", "state = 'accepted'"), 2);
	assert_int_equal(count(world, "incident", "merged_into = 0"), 1);
	check_all(world);
}

static void test_shared_asks_nobody(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < world->suppliers->n; i++)
		world->suppliers->at[i].joins = JOINS_SHARED;
	open_target(world);
	for (int by = BY_NUMBER; by <= BY_REFERENCE; by++)
		named(world, sdk_z(&world->arena.abi, sdk_format(&world->arena.abi, "T-%d", by)), (enum by)by, true);
	hand_to(world, "telnord");
	assert_int_equal(count(world, "join_request", "1"), 0);
	assert_int_equal(count(world, "share", "supplier = 'telnord' AND incident = 1"), 0);
	check_all(world);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_whatever_it_names_it_opens_its_own),
	    TEST(test_who_named_it_before_it_was_heard_of_asks),
	    TEST(test_who_asks_learns_nothing),
	    TEST(test_accepting_shares_and_merges),
	    TEST(test_a_refused_pair_is_not_asked_again),
	    TEST(test_a_supplier_has_20_open_requests_at_most),
	    TEST(test_a_key_means_the_shared_one),
	    TEST(test_it_joins_what_is_shared_with_it),
	    TEST(test_a_hand_over_asks_for_who_takes_no_part),
	    TEST(test_a_second_hand_over_asks_again),
	    TEST(test_hand_overs_take_no_room_from_others),
	    TEST(test_requests_follow_merges),
	    TEST(test_shared_asks_nobody),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
