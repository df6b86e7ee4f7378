/* SPDX-License-Identifier: Apache-2.0 */
/* A delivery: what goes well, each answer, answers that are lost, phases. See link_world.h. */
#include "link_two.h"

/* ---- what goes well --------------------------------------------------------------------- */

static void test_comment(void **state)
{
	int64_t incident;
	struct world *world = two("search", &incident);
	(void)state;

	comment(world, incident, "Hello");
	assert_string_equal(delivery_is(world, 1), "in_flight phase 0 look 0");
	assert_non_null(strstr(expect(world, "POST", "/orion/comment")->body, "Hello"));
	answer(world, "POST", "/orion/comment", 201, "ok C1");
	assert_string_equal(delivery_is(world, 1), "done phase 0 look 0");
	assert_int_equal(db_ask(world->db, "SELECT count(*) FROM copy WHERE external_id = 'C1' AND supplier = 'orion'"),
			 1);
	pass_ms(world, 3600000);
	assert_int_equal(world->fake.n, 1);
	assert_int_equal(n_state_event(world, "orion"), 0); /* never anything but healthy */
	world_free(world);
}

/* "acme" opened an incident; "orion" takes no part in it yet. */
static struct world *world_before_share(int64_t *ret_incident)
{
	struct supplier_set *set = supplier_set_new(2);
	struct world *world = world_new(set);

	toy_supplier(world, set, 0, "acme", "safe")->link.url = ENT_ABSENT;
	toy_supplier(world, set, 1, "orion", "never");
	world_start(world);
	*ret_incident = ticket_comes(world, "acme", "A1", "Open", 0);
	return world;
}

static void test_create(void **state)
{
	int64_t incident;
	struct world *world = world_before_share(&incident);
	(void)state;

	share(world, incident, "orion");
	assert_non_null(strstr(expect(world, "POST", "/orion/create")->body, "The line is down"));
	answer(world, "POST", "/orion/create", 201, "ok T7");
	assert_string_equal(delivery_is(world, 1), "done phase 0 look 0");
	assert_int_equal(db_ask(world->db,
				"SELECT count(*) FROM ticket WHERE supplier = 'orion' AND external_id = 'T7' "
				"AND incident = 1"),
			 1);
	world_free(world);
}

/* The answer to our creation names a ticket of an incident that is not shared with the tool: it leads nowhere. */
static void test_create_leads_to_its_incident_alone(void **state)
{
	int64_t incident;
	struct world *world = world_before_share(&incident);
	(void)state;

	assert_int_not_equal(ticket_comes(world, "acme", "B1", "Open", 0), incident);
	share(world, incident, "orion");
	answer(world, "POST", "/orion/create", 201, "names T7 B1");
	assert_string_equal(delivery_is(world, 1), "done phase 0 look 0");
	assert_int_equal(db_ask(world->db, "SELECT count(*) FROM incident WHERE merged_into <> 0"), 0);
	assert_int_equal(db_ask(world->db, "SELECT count(*) FROM share WHERE supplier = 'orion' AND incident <> 1"), 0);
	world_free(world);
}

/* What a tool takes for too long goes once more, half as long, also in the next life; then a person reads why. */
static void test_too_long_is_halved_once(void **state)
{
	char words[901];
	(void)state;

	memset(words, 'w', sizeof words - 1);
	words[sizeof words - 1] = '\0';
	for (int dies = 0; dies < 2; dies++) {
		int64_t incident;
		struct world *world = two("never", &incident);

		comment(world, incident, words);
		assert_non_null(strstr(expect(world, "POST", "/orion/comment")->body, words));
		if (dies) {
			struct ent_err err;
			give(expect(world, "POST", "/orion/comment"), TRANSFER_ANSWERED, 413, "");
			(void)link_step(world->link);
			assert_true(writer_step(world->writer, &err) >= ENT_OK);
			assert_string_equal(delivery_is(world, 1), "pending phase 0 look 0");
			world_die(world);
			world_start(world);
			settle(world);
		} else {
			answer(world, "POST", "/orion/comment", 413, "");
		}
		const char *half = expect(world, "POST", "/orion/comment")->body;
		assert_true(strlen(half) > 400 && strlen(half) <= 500);
		assert_non_null(strstr(half, "characters are missing. The whole text is in incident ENT-000001.)"));
		answer(world, "POST", "/orion/comment", 413, "");
		assert_string_equal(delivery_is(world, 1), "parked refused phase 0 look 0");
		world_free(world);
	}
}

/* A CREATE whose answer has no id: a person has to look. */
static void test_create_without_id(void **state)
{
	int64_t incident;
	struct world *world = world_before_share(&incident);
	(void)state;

	share(world, incident, "orion");
	answer(world, "POST", "/orion/create", 201, "ok");
	assert_string_equal(delivery_is(world, 1), "unknown unknown phase 0 look 0");
	assert_non_null(strstr(reason_of(world, 1), "our side cannot read the answer"));
	world_free(world);
}

static void test_update_reads_then_writes(void **state)
{
	int64_t incident;
	struct world *world = two("never", &incident);
	(void)state;

	set_status(world, incident, ENT_IN_PROGRESS);
	answer(world, "GET", "/orion/read/T1", 200, "more 1 etag7");
	assert_string_equal(delivery_is(world, 1), "in_flight phase 0 look 0"); /* a phase that reads is not stored */
	assert_string_equal(expect(world, "PUT", "/orion/write/T1")->body, "Working etag7");
	answer(world, "PUT", "/orion/write/T1", 200, "is Working");
	assert_string_equal(delivery_is(world, 1), "done phase 0 look 0");
	world_free(world);
}

static void test_update_not_done(void **state)
{
	int64_t incident;
	struct world *world = two("never", &incident);
	(void)state;

	set_status(world, incident, ENT_IN_PROGRESS);
	answer(world, "GET", "/orion/read/T1", 200, "more 1 etag7");
	answer(world, "PUT", "/orion/write/T1", 200, "is Open");
	assert_string_equal(delivery_is(world, 1), "parked not_done phase 0 look 0");
	world_free(world);
}

/* ---- each answer -------------------------------------------------------------------------- */

static void test_answers(void **state)
{
	static const struct {
		const char *repeats;
		int status;
		const char *body, *becomes;
	} row[] = {
	    {"search", 201, "ok", "done phase 0 look 0"},
	    {"search", 200, "gone", "parked gone phase 0 look 1"}, /* a yes that is none: looked at before a repeat */
	    {"search", 404, "", "parked gone phase 0 look 0"},
	    {"search", 410, "", "parked gone phase 0 look 0"},
	    {"search", 400, "", "parked refused phase 0 look 0"},
	    {"search", 422, "", "parked refused phase 0 look 0"},
	    /* no refusal, and our side cannot read it: as if it were lost, and looking lets no write go (look 2) */
	    {"search", 302, "", "pending phase 0 look 2"},
	    {"search", 200, "nonsense", "pending phase 0 look 2"},
	    {"never", 200, "nonsense", "unknown unknown phase 0 look 0"},
	    {"safe", 200, "nonsense", "pending phase 0 look 2"},
	    {"search", 200, "no", "parked refused phase 0 look 0"}, /* a no that was understood */
	    {"search", 422, "nonsense", "parked refused phase 0 look 0"},
	    {"search", 200, "unsupported", "cancelled unsupported phase 0 look 0"},
	    {"search", 200, "more 0 round", "pending phase 0 look 2"},
	    {"never", 429, "", "pending phase 0 look 0"},
	    {"never", 503, "", "pending phase 0 look 0"},
	    {"never", 408, "", "pending phase 0 look 0"},
	    {"never", 425, "", "pending phase 0 look 0"},
	    {"never", 401, "", "pending phase 0 look 0"},
	    {"never", 403, "", "pending phase 0 look 0"},
	    /* it may have been done */
	    {"never", 500, "", "unknown unknown phase 0 look 0"},
	    {"never", 502, "", "unknown unknown phase 0 look 0"},
	    {"never", 200, "html", "unknown unknown phase 0 look 0"},
	    {"search", 504, "", "pending phase 0 look 1"},
	    {"safe", 500, "", "pending phase 0 look 1"},
	};
	(void)state;

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		int64_t incident;
		struct world *world = two(row[i].repeats, &incident);

		comment(world, incident, "Hello");
		answer(world, "POST", "/orion/comment", row[i].status, row[i].body);
		if (strcmp(delivery_is(world, 1), row[i].becomes) != 0)
			fail_msg("%s %d %s: %s, not %s", row[i].repeats, row[i].status, row[i].body,
				 delivery_is(world, 1), row[i].becomes);
		assert_int_equal(n_open(world), 0);
		world_free(world);
	}
}

static void test_not_built(void **state)
{
	int64_t incident;
	struct world *world = two("search", &incident);
	struct job *job;
	(void)state;

	comment(world, incident, "Hello");
	give(expect(world, "POST", "/orion/comment"), TRANSFER_NOT_SENT, 0, "refused");
	settle(world);
	job = job_new(world, JOB_DELIVERY_ACT);
	job->ask.id = 1;
	job->ask.action = DELIVERY_EDIT;
	job->ask.text = ENT_STR("unbuildable");
	job_run(world, job);
	assert_int_equal(job->outcome, JOB_ACCEPTED);
	pass_ms(world, 2000);
	assert_string_equal(delivery_is(world, 1), "parked invalid phase 0 look 0");
	assert_int_equal(world->fake.n, 1);
	world_free(world);
}

/* ---- answers that are lost ------------------------------------------------------------------ */

static void test_lost_never(void **state)
{
	int64_t incident;
	struct world *world = two("never", &incident);
	(void)state;

	comment(world, incident, "Hello");
	lose(world, "POST", "/orion/comment");
	assert_string_equal(delivery_is(world, 1), "unknown unknown phase 0 look 0");
	pass_ms(world, 3600000);
	assert_int_equal(world->fake.n, 1);
	world_free(world);
}

static void test_lost_safe(void **state)
{
	int64_t incident;
	struct world *world = two("safe", &incident);
	(void)state;

	comment(world, incident, "Hello");
	lose(world, "POST", "/orion/comment");
	assert_string_equal(delivery_is(world, 1), "pending phase 0 look 1");
	pass_ms(world, 1100);
	answer(world, "POST", "/orion/comment", 200, "ok C1");
	assert_string_equal(delivery_is(world, 1), "done phase 0 look 1");
	world_free(world);
}

static void test_lost_search_found(void **state)
{
	int64_t incident;
	struct world *world = two("search", &incident);
	(void)state;

	comment(world, incident, "Hello");
	lose(world, "POST", "/orion/comment");
	assert_string_equal(delivery_is(world, 1), "pending phase 0 look 1");
	pass_ms(world, 1100);
	assert_int_equal(n_sent(world, "POST", "/orion/comment"), 1);
	answer(world, "GET", "/orion/search/", 200, "found C9");
	assert_string_equal(delivery_is(world, 1), "done phase 0 look 1");
	assert_int_equal(db_ask(world->db, "SELECT count(*) FROM copy WHERE external_id = 'C9'"), 1);
	assert_int_equal(n_sent(world, "POST", "/orion/comment"), 1);
	world_free(world);
}

/* It looks, and as long as looking fails it goes on looking; only after "none" it writes. */
static void test_lost_search_not_found(void **state)
{
	int64_t incident;
	struct world *world = two("search", &incident);
	(void)state;

	comment(world, incident, "Hello");
	lose(world, "POST", "/orion/comment");
	pass_ms(world, 1100);
	lose(world, "GET", "/orion/search/");
	assert_string_equal(delivery_is(world, 1), "pending phase 0 look 1");
	pass_ms(world, 2100);
	answer(world, "GET", "/orion/search/", 500, "");
	assert_string_equal(delivery_is(world, 1), "pending phase 0 look 1");
	pass_ms(world, 4100);
	answer(world, "GET", "/orion/search/", 200, "none");
	answer(world, "POST", "/orion/comment", 200, "ok C2");
	assert_string_equal(delivery_is(world, 1), "done phase 0 look 1");
	assert_int_equal(n_sent(world, "POST", "/orion/comment"), 2);
	world_free(world);
}

static void test_not_sent(void **state)
{
	int64_t incident;
	struct world *world = two("never", &incident);
	(void)state;

	comment(world, incident, "Hello");
	give(expect(world, "POST", "/orion/comment"), TRANSFER_NOT_SENT, 0, "no such host");
	settle(world);
	assert_string_equal(delivery_is(world, 1), "pending phase 0 look 0"); /* certain: nothing left */
	pass_ms(world, 1100);
	answer(world, "POST", "/orion/comment", 200, "ok C1");
	assert_string_equal(delivery_is(world, 1), "done phase 0 look 0");
	world_free(world);
}

/* ---- phases ------------------------------------------------------------------------------------ */

static void test_written_phase_is_kept(void **state)
{
	int64_t incident;
	struct world *world = two("search", &incident);
	(void)state;

	comment(world, incident, "Hello");
	answer(world, "POST", "/orion/comment", 200, "more 2 C5");
	assert_string_equal(delivery_is(world, 1), "in_flight phase 2 look 0");
	answer(world, "PUT", "/orion/show/C5", 408, "");
	assert_string_equal(delivery_is(world, 1), "pending phase 2 look 0");
	pass_ms(world, 1100);
	answer(world, "PUT", "/orion/show/C5", 200, "ok C5");
	assert_string_equal(delivery_is(world, 1), "done phase 0 look 0");
	assert_int_equal(n_sent(world, "POST", "/orion/comment"), 1);
	world_free(world);
}

/* What a tool says goes into events: ids that are none, words that are no text. */
static void test_odd_bytes(void **state)
{
	static const struct {
		int status;
		const char *body, *becomes;
	} row[] = {{200, "ok \xff\xfe", "done phase 0 look 0"},
		   {200, "\xff\xfe", "pending phase 0 look 2"},
		   {200, "more 2 \xff", "pending phase 0 look 2"}};
	char body[TEXT_MAX];
	(void)state;

	for (size_t i = 0; i < 4; i++) {
		int64_t incident;
		struct world *world = two("search", &incident);

		comment(world, incident, "Hello");
		memset(body, 'x', sizeof body);
		memcpy(body, "ok ", 3);
		body[3 + ENT_ID_MAX + 1] = '\0'; /* an id of 201 bytes */
		answer(world, "POST", "/orion/comment", i < 3 ? row[i].status : 200, i < 3 ? row[i].body : body);
		assert_string_equal(delivery_is(world, 1), row[i < 3 ? i : 0].becomes);
		struct db_stmt *stmt = db_use(world->db, "SELECT reason FROM delivery");
		assert_true(db_row(stmt));
		assert_true(sdk_is_utf8(db_str(stmt, 0)));
		db_done(stmt);
		world_free(world);
	}
}

static void test_too_many_phases(void **state)
{
	int64_t incident;
	struct world *world = two("search", &incident);
	(void)state;

	comment(world, incident, "Hello");
	answer(world, "POST", "/orion/comment", 200, "more 2 C5");
	for (int i = 0; i < 100 && n_open(world); i++)
		answer(world, "PUT", "/orion/show/C5", 200, "more 2 C5");
	assert_string_equal(delivery_is(world, 1), "pending phase 0 look 2");
	assert_int_equal(world->fake.n, ENT_PHASES_MAX);
	world_free(world);
}

static void test_conflict(void **state)
{
	int64_t incident;
	struct world *world = two("never", &incident);
	(void)state;

	set_status(world, incident, ENT_IN_PROGRESS);
	for (int i = 0; i < 6; i++) {
		answer(world, "GET", "/orion/read/T1", 200, "more 1 old");
		answer(world, "PUT", "/orion/write/T1", i % 2 ? 412 : 409, "");
		if (i < 5)
			pass_ms(world, 10);
	}
	assert_string_equal(delivery_is(world, 1), "parked conflict phase 0 look 0");
	assert_int_equal(n_sent(world, "PUT", "/orion/write/T1"), 6);
	world_free(world);
}

/* The first request wrote, the second is told that it is too late: the first one is not repeated without looking. */
static void test_conflict_after_write(void **state)
{
	int64_t incident;
	struct world *world = two("search", &incident);
	(void)state;

	comment(world, incident, "Hello");
	answer(world, "POST", "/orion/comment", 200, "more 2 C5");
	answer(world, "PUT", "/orion/show/C5", 409, "");
	pass_ms(world, 10);
	answer(world, "GET", "/orion/search/", 200, "found C5");
	assert_string_equal(delivery_is(world, 1), "done phase 0 look 1");
	assert_int_equal(n_sent(world, "POST", "/orion/comment"), 1);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_comment),
	    cmocka_unit_test(test_create),
	    cmocka_unit_test(test_create_leads_to_its_incident_alone),
	    cmocka_unit_test(test_too_long_is_halved_once),
	    cmocka_unit_test(test_create_without_id),
	    cmocka_unit_test(test_update_reads_then_writes),
	    cmocka_unit_test(test_update_not_done),
	    cmocka_unit_test(test_answers),
	    cmocka_unit_test(test_not_built),
	    cmocka_unit_test(test_lost_never),
	    cmocka_unit_test(test_lost_safe),
	    cmocka_unit_test(test_lost_search_found),
	    cmocka_unit_test(test_lost_search_not_found),
	    cmocka_unit_test(test_not_sent),
	    cmocka_unit_test(test_written_phase_is_kept),
	    cmocka_unit_test(test_odd_bytes),
	    cmocka_unit_test(test_too_many_phases),
	    cmocka_unit_test(test_conflict),
	    cmocka_unit_test(test_conflict_after_write),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
