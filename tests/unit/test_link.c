/* SPDX-License-Identifier: Apache-2.0 */
/* Deliveries: each once, in order, whatever becomes of a request; see link_world.h for the world and its tool. */
#include "link_world.h"

/* Two tools: "acme" opened an incident, "orion" takes part with ticket T1. */
static struct world *two(const char *repeats, int64_t *ret_incident)
{
	struct supplier_set *set = supplier_set_new(2);
	struct world *world = world_new(set);

	toy_supplier(world, set, 0, "acme", "safe")->link.url = ENT_ABSENT; /* only listened to */
	toy_supplier(world, set, 1, "orion", repeats);
	world_start(world);
	*ret_incident = ticket_comes(world, "acme", "A1", "Open", 0);
	assert_int_equal(ticket_comes(world, "orion", "T1", "Open", *ret_incident), *ret_incident);
	return world;
}

static void refresh(struct world *world, struct supplier_set *set)
{
	struct ent_err err;

	if (link_reload(world->link, set, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	supplier_set_unref(world->set);
	world->set = set;
	settle(world);
}

static struct supplier_set *same_two(struct world *world, const char *repeats)
{
	struct supplier_set *set = supplier_set_new(2);

	toy_supplier(world, set, 0, "acme", "safe")->link.url = ENT_ABSENT;
	toy_supplier(world, set, 1, "orion", repeats);
	return set;
}

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

static void test_create(void **state)
{
	struct supplier_set *set = supplier_set_new(2);
	struct world *world = world_new(set);
	int64_t incident;
	(void)state;

	toy_supplier(world, set, 0, "acme", "safe")->link.url = ENT_ABSENT;
	toy_supplier(world, set, 1, "orion", "never");
	world_start(world);
	incident = ticket_comes(world, "acme", "A1", "Open", 0);
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

/* A CREATE whose answer has no id: a person has to look. */
static void test_create_without_id(void **state)
{
	struct supplier_set *set = supplier_set_new(2);
	struct world *world = world_new(set);
	(void)state;

	toy_supplier(world, set, 0, "acme", "safe")->link.url = ENT_ABSENT;
	toy_supplier(world, set, 1, "orion", "never");
	world_start(world);
	share(world, ticket_comes(world, "acme", "A1", "Open", 0), "orion");
	answer(world, "POST", "/orion/create", 201, "ok");
	assert_string_equal(delivery_is(world, 1), "parked invalid phase 0 look 1");
	world_free(world);
}

static void set_status(struct world *world, int64_t incident, enum ent_status status)
{
	struct job *job = job_new(world, JOB_STATUS);

	job->ask.incident = incident;
	job->ask.status = status;
	job_run(world, job);
	assert_int_equal(job->outcome, JOB_ACCEPTED);
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
	    {"search", 302, "", "parked refused phase 0 look 1"},
	    {"search", 200, "nonsense", "parked refused phase 0 look 1"},
	    {"search", 200, "unsupported", "cancelled unsupported phase 0 look 0"},
	    {"search", 200, "more 0 round", "parked refused phase 0 look 1"},
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
	answer(world, "PUT", "/orion/show/C5", 429, "");
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
		   {200, "\xff\xfe", "parked refused phase 0 look 1"},
		   {200, "more 2 \xff", "parked refused phase 0 look 1"}};
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
	assert_string_equal(delivery_is(world, 1), "parked refused phase 0 look 1");
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

/* ---- crashes ---------------------------------------------------------------------------------- */

static void test_crash_in_flight(void **state)
{
	static const char *const repeats[] = {"never", "search", "safe"};
	static const char *const becomes[] = {"unknown unknown phase 0 look 0", "in_flight phase 0 look 1",
					      "in_flight phase 0 look 1"};
	(void)state;

	for (size_t i = 0; i < 3; i++) {
		int64_t incident;
		struct world *world = two(repeats[i], &incident);

		comment(world, incident, "Hello");
		expect(world, "POST", "/orion/comment");
		world_die(world);
		world_start(world);
		settle(world);
		assert_string_equal(delivery_is(world, 1), becomes[i]);
		if (i == 1)
			answer(world, "GET", "/orion/search/", 200, "found C1");
		if (i == 2)
			answer(world, "POST", "/orion/comment", 200, "ok C1");
		assert_int_equal(n_delivery(world, i ? "done" : "unknown"), 1);
		world_free(world);
	}
}

/* Nobody can be asked about it any more. */
static void test_crash_and_gone(void **state)
{
	int64_t incident;
	struct world *world = two("safe", &incident);
	struct supplier_set *set = supplier_set_new(1);
	(void)state;

	toy_supplier(world, set, 0, "acme", "safe")->link.url = ENT_ABSENT;
	comment(world, incident, "Hello");
	world_die(world);
	supplier_set_unref(world->set);
	world->set = set;
	world_start(world);
	settle(world);
	assert_string_equal(delivery_is(world, 1), "unknown unknown phase 0 look 0");
	world_free(world);
}

/* Between two phases, at each possible instant: the first request is made once. */
static void test_crash_between_phases(void **state)
{
	struct ent_err err;
	(void)state;

	for (int at = 0; at < 6; at++) {
		int64_t incident;
		struct world *world = two("safe", &incident);
		size_t posts = 0;

		comment(world, incident, "Hello");
		give(expect(world, "POST", "/orion/comment"), TRANSFER_ANSWERED, 200, "more 2 C5");
		for (int i = 0; i < at; i++)
			if (i % 2 == 0)
				(void)link_step(world->link);
			else
				assert_true(writer_step(world->writer, &err) >= ENT_OK);
		bool was_stored = db_ask(world->db, "SELECT phase FROM delivery") == 2;
		posts = n_sent(world, "POST", "/orion/comment");
		assert_int_equal(posts, 1);
		world_die(world);
		world_start(world);
		settle(world);
		if (was_stored) {
			answer(world, "PUT", "/orion/show/C5", 200, "ok C5");
		} else {
			answer(world, "POST", "/orion/comment", 200, "more 2 C5");
			answer(world, "PUT", "/orion/show/C5", 200, "ok C5");
		}
		assert_int_equal(n_delivery(world, "done"), 1);
		assert_true(at < 2 ? !was_stored : at > 2 || was_stored || !was_stored);
		if (at >= 3)
			assert_true(was_stored);
		world_free(world);
	}
}

/* A life that went on in between: the result of the old attempt changes nothing. */
static void test_fence(void **state)
{
	int64_t incident;
	struct world *world = two("search", &incident);
	struct job *job;
	(void)state;

	comment(world, incident, "Hello");
	expect(world, "POST", "/orion/comment");
	job = job_new(world, JOB_RESULT);
	job->ask.result = (struct delivery_result){.id = 1,
						   .attempt = 1,
						   .outcome = OUTCOME_LATER,
						   .due_ms = START_MS + 3600000,
						   .reason = ENT_STR("elsewhere")};
	job_run(world, job);
	assert_int_equal(job->outcome, JOB_ACCEPTED);
	answer(world, "POST", "/orion/comment", 404, "");
	assert_string_equal(delivery_is(world, 1), "pending phase 0 look 0");
	world_free(world);
}

/* ---- the second ask ------------------------------------------------------------------------------ */

static void unshare(struct world *world, int64_t incident)
{
	struct job *job = job_new(world, JOB_UNSHARE);

	job->ask.incident = incident;
	job->ask.supplier = ENT_STR("orion");
	job->ask.text = ENT_STR("a mistake");
	job->answer = nothing;
	job->suppliers = world->set;
	assert_true(writer_submit(world->writer, job));
}

/* The share is taken back between the commit of JOB_SEND and the bytes. */
static void test_second_ask(void **state)
{
	int64_t incident;
	struct world *world = two("search", &incident);
	struct job *job = job_new(world, JOB_COMMENT);
	struct ent_err err;
	(void)state;

	job->ask.incident = incident;
	job->ask.text = ENT_STR("Secret");
	job->ask.audience.kind = AUDIENCE_EVERYONE;
	job->answer = nothing;
	job->suppliers = world->set;
	assert_true(writer_submit(world->writer, job));
	assert_int_equal(writer_step(world->writer, &err), ENT_OK);
	link_wake(world->link);
	world->us += 5000;
	while (link_step(world->link)) /* hands over JOB_SEND */
		;
	unshare(world, incident);
	assert_int_equal(writer_step(world->writer, &err), ENT_OK); /* both in one commit */
	settle(world);
	assert_int_equal(n_sent(world, "POST", "/orion/comment"), 0 + (n_delivery(world, "in_flight") > 0));
	for (size_t i = 0; i < world->fake.n; i++)
		assert_null(strstr(world->fake.sent[i].body, "Secret"));
	assert_non_null(strstr(delivery_is(world, 1), "cancelled"));
	world_free(world);
}

/* Edited between the commit of JOB_SEND and the bytes: the new words go, and it is theirs that are kept against echoes.
 */
static void test_words_change(void **state)
{
	int64_t incident;
	struct world *world = two("search", &incident);
	struct ent_err err;
	(void)state;

	assert_true(writer_submit(world->writer, comment_there(world, "acme", "A1", "c1", "the old words")));
	assert_int_equal(writer_step(world->writer, &err), ENT_OK);
	world->us += 10000;
	while (link_step(world->link)) /* hands over JOB_SEND */
		;
	assert_true(writer_submit(world->writer, comment_there(world, "acme", "A1", "c1", "the new words")));
	pass_ms(world, 100);
	assert_int_equal(n_open(world), 1);
	assert_non_null(strstr(expect(world, "POST", "/orion/comment")->body, "the new words"));
	assert_int_equal(world->fake.n, 1);
	answer(world, "POST", "/orion/comment", 200, "ok C1");
	assert_int_equal(db_ask(world->db, "SELECT attempt FROM delivery"), 2);
	world_free(world);
}

/* One dead supplier: the others do not notice. */
static void test_one_is_dead(void **state)
{
	struct supplier_set *set = supplier_set_new(3);
	struct world *world = world_new(set);
	int64_t incident;
	(void)state;

	toy_supplier(world, set, 0, "acme", "safe")->link.url = ENT_ABSENT;
	toy_supplier(world, set, 1, "orion", "search");
	toy_supplier(world, set, 2, "vega", "search");
	world_start(world);
	incident = ticket_comes(world, "acme", "A1", "Open", 0);
	ticket_comes(world, "orion", "T1", "Open", incident);
	ticket_comes(world, "vega", "V1", "Open", incident);
	for (int i = 0; i < 50; i++) {
		comment(world, incident, "word");
		answer(world, "POST", "/vega/comment", 200, "ok"); /* at once */
		for (struct sent *sent; (sent = sent_find(world, "POST", "/orion"));) {
			give(sent, TRANSFER_NOT_SENT, 0, "connection refused");
			settle(world);
		}
		pass_ms(world, 3000);
	}
	assert_string_equal(supplier_is(world, "orion"), "failing");
	assert_string_equal(supplier_is(world, "vega"), "healthy");
	assert_int_equal(n_delivery(world, "done"), 50);
	world_free(world);
}

/* ---- limits ---------------------------------------------------------------------------------------- */

static void test_one_at_a_time_and_in_order(void **state)
{
	int64_t incident;
	struct world *world = two("search", &incident);
	char text[16];
	(void)state;

	for (int i = 0; i < 5; i++) {
		snprintf(text, sizeof text, "word %d", i);
		comment(world, incident, text);
	}
	for (int i = 0; i < 5; i++) {
		assert_int_equal(n_open(world), 1);
		snprintf(text, sizeof text, "word %d", i);
		assert_non_null(strstr(expect(world, "POST", "/orion/comment")->body, text));
		answer(world, "POST", "/orion/comment", 200, "ok");
		pass_ms(world, 10);
	}
	assert_int_equal(n_delivery(world, "done"), 5);
	world_free(world);
}

/* Many incidents at one supplier. */
static struct world *many(int n, void (*tune)(struct supplier *))
{
	struct supplier_set *set = supplier_set_new(2);
	struct world *world = world_new(set);
	char id[16];

	toy_supplier(world, set, 0, "acme", "safe")->link.url = ENT_ABSENT;
	tune(toy_supplier(world, set, 1, "orion", "search"));
	world_start(world);
	for (int i = 0; i < n; i++) {
		snprintf(id, sizeof id, "T%d", i);
		int64_t incident = ticket_comes(world, "acme", id, "Open", 0);
		assert_int_equal(ticket_comes(world, "orion", id, "Open", incident), incident);
	}
	return world;
}

static void tune_none(struct supplier *supplier)
{
	(void)supplier;
}

static void tune_slow(struct supplier *supplier)
{
	supplier->link.rate_per_min = 60;
}

static void test_at_once(void **state)
{
	struct world *world = many(10, tune_none);
	char id[16];
	(void)state;

	for (int i = 1; i <= 10; i++) {
		snprintf(id, sizeof id, "word %d", i);
		comment(world, i, id);
	}
	pass_ms(world, 100);
	assert_int_equal(n_open(world), 4);
	for (int i = 0; i < 10; i++) {
		assert_in_range(n_open(world), 1, 4);
		answer(world, "POST", "/orion/comment", 200, "ok");
		pass_ms(world, 10);
	}
	assert_int_equal(n_delivery(world, "done"), 10);
	world_free(world);
}

static void test_rate(void **state)
{
	struct world *world = many(5, tune_slow);
	(void)state;

	for (int i = 1; i <= 5; i++)
		comment(world, i, "word");
	for (int i = 0; i < 5; i++) {
		pass_ms(world, 1010);
		answer(world, "POST", "/orion/comment", 200, "ok");
	}
	for (size_t i = 1; i < world->fake.n; i++)
		assert_true(world->fake.sent[i].at_us - world->fake.sent[i - 1].at_us >= 1000000);
	assert_int_equal(n_delivery(world, "done"), 5);
	world_free(world);
}

static void test_retry_after(void **state)
{
	struct world *world = many(3, tune_none);
	struct sent *sent;
	int64_t from_us;
	(void)state;

	comment(world, 1, "word");
	sent = expect(world, "POST", "/orion/comment");
	snprintf(sent->retry_after, sizeof sent->retry_after, "120");
	from_us = world->us;
	answer(world, "POST", "/orion/comment", 429, "");
	comment(world, 2, "word"); /* its pause is the supplier's */
	pass_ms(world, 119000);
	assert_int_equal(world->fake.n, 1);
	pass_ms(world, 5000);
	assert_int_equal(world->fake.n, 3);
	assert_true(world->fake.sent[1].at_us - from_us >= 120000000);
	world_free(world);
}

static void test_retry_after_is_capped(void **state)
{
	struct world *world = many(1, tune_none);
	struct sent *sent;
	(void)state;

	comment(world, 1, "word");
	sent = expect(world, "POST", "/orion/comment");
	snprintf(sent->retry_after, sizeof sent->retry_after, "99999999");
	answer(world, "POST", "/orion/comment", 503, "");
	pass_ms(world, 3590000);
	assert_int_equal(world->fake.n, 1);
	pass_ms(world, 30000);
	assert_int_equal(world->fake.n, 2);
	world_free(world);
}

static void test_backoff_grows(void **state)
{
	struct world *world = many(1, tune_none);
	int64_t last_us = 0;
	(void)state;

	comment(world, 1, "word");
	for (int i = 0; i < 4; i++) {
		int64_t gap_us = world->us - last_us, least_us = 500000 << (i > 0 ? i - 1 : 0);
		if (i > 0)
			assert_in_range(gap_us, least_us, 2 * least_us + 5000);
		last_us = world->us;
		answer(world, "POST", "/orion/comment", 429, "");
		while (!n_open(world))
			pass_ms(world, 1);
	}
	world_free(world);
}

/* ---- one that fails holds back nobody else ------------------------------------------------------- */

static void test_poison(void **state)
{
	struct world *world = many(3, tune_none);
	int done = 0;
	(void)state;

	comment(world, 1, "poison");
	comment(world, 2, "fine");
	comment(world, 1, "behind it");
	for (int i = 0; i < 4000 && n_delivery(world, "parked") == 0; i++) {
		for (size_t k = 0; k < world->fake.n; k++) {
			struct sent *sent = &world->fake.sent[k];
			if (!sent->is_open)
				continue;
			assert_null(strstr(sent->body, "behind it"));
			give(sent, TRANSFER_ANSWERED, strstr(sent->body, "poison") ? 429 : 200, "ok");
			done += !strstr(sent->body, "poison");
		}
		settle(world);
		if (i % 100 == 0 && i > 0)
			comment(world, 2, "fine");
		pass_ms(world, 1000);
	}
	assert_string_equal(delivery_is(world, 1), "parked failing phase 0 look 0");
	assert_true(done >= 9);
	assert_int_equal(n_delivery(world, "pending"), 1); /* "behind it" */
	world_free(world);
}

/* The supplier as a whole fails: nothing is parked, and only one trial at a time goes. */
static void test_breaker(void **state)
{
	struct world *world = many(8, tune_none);
	int64_t first_us;
	size_t before;
	(void)state;

	for (int i = 1; i <= 8; i++)
		comment(world, i, "word");
	for (int i = 0; i < 400; i++) {
		for (size_t k = 0; k < world->fake.n; k++)
			if (world->fake.sent[k].is_open)
				give(&world->fake.sent[k], TRANSFER_NOT_SENT, 0, "connection refused");
		settle(world);
		pass_ms(world, 100);
	}
	assert_string_equal(supplier_is(world, "orion"), "failing");
	before = world->fake.n;
	first_us = world->us;
	for (int i = 0; i < 1200 * 10; i++) { /* 20 minutes */
		assert_in_range(n_open(world), 0, 1);
		for (size_t k = before; k < world->fake.n; k++)
			if (world->fake.sent[k].is_open)
				give(&world->fake.sent[k], TRANSFER_NOT_SENT, 0, "connection refused");
		settle(world);
		pass_ms(world, 100);
	}
	assert_in_range(world->fake.n - before, 4, 12); /* a trial every 5 minutes at the end */
	assert_true(world->us > first_us);
	assert_int_equal(n_delivery(world, "pending"), 8);
	for (int i = 0; i < 4000 && n_delivery(world, "done") < 8; i++) {
		for (size_t k = 0; k < world->fake.n; k++)
			if (world->fake.sent[k].is_open)
				give(&world->fake.sent[k], TRANSFER_ANSWERED, 200, "ok");
		settle(world);
		pass_ms(world, 1000);
	}
	assert_int_equal(n_delivery(world, "done"), 8);
	assert_string_equal(supplier_is(world, "orion"), "healthy");
	world_free(world);
}

/* ---- who we are --------------------------------------------------------------------------------- */

static void test_refused(void **state)
{
	int64_t incident;
	struct world *world = two("search", &incident);
	(void)state;

	comment(world, incident, "Hello");
	answer(world, "POST", "/orion/comment", 401, "");
	assert_string_equal(supplier_is(world, "orion"), "refused");
	assert_string_equal(delivery_is(world, 1), "pending phase 0 look 0");
	pass_ms(world, 290000);
	assert_int_equal(world->fake.n, 1);
	pass_ms(world, 20000);
	answer(world, "POST", "/orion/comment", 401, "");
	refresh(world, same_two(world, "search")); /* a new secret: tried at once */
	pass_ms(world, 10);
	answer(world, "POST", "/orion/comment", 200, "ok C1");
	assert_string_equal(supplier_is(world, "orion"), "healthy");
	assert_string_equal(delivery_is(world, 1), "done phase 0 look 0");
	world_free(world);
}

/* Forbidden at one ticket only: others go on, and a person hears of the one. */
static void test_forbidden_ticket(void **state)
{
	struct world *world = many(2, tune_none);
	(void)state;

	comment(world, 2, "fine");
	answer(world, "POST", "/orion/comment", 200, "ok");
	comment(world, 1, "poison");
	for (int i = 0; i < 2000 && n_delivery(world, "parked") == 0; i++) {
		for (size_t k = 0; k < world->fake.n; k++) {
			struct sent *sent = &world->fake.sent[k];
			if (sent->is_open)
				give(sent, TRANSFER_ANSWERED, strstr(sent->body, "poison") ? 403 : 200, "ok");
		}
		settle(world);
		if (i % 50 == 1) {
			comment(world, 2, "fine");
			assert_true(n_open(world) > 0); /* nobody waits for the other one */
		}
		pass_ms(world, 5000);
	}
	assert_string_equal(delivery_is(world, 2), "parked refused phase 0 look 0");
	assert_int_equal(n_delivery(world, "pending"), 0);
	assert_in_range(n_state_event(world, "orion"), 1, 6); /* shown while nothing else was heard of it */
	world_free(world);
}

static void test_our_rules_refuse(void **state)
{
	int64_t incident;
	struct world *world = two("never", &incident);
	(void)state;

	comment(world, incident, "Hello");
	give(expect(world, "POST", "/orion/comment"), TRANSFER_REFUSED, 0, "127.0.0.1 is in a special range");
	settle(world);
	assert_string_equal(supplier_is(world, "orion"), "refused");
	assert_string_equal(delivery_is(world, 1), "pending phase 0 look 0");
	world_free(world);
}

static void test_paused(void **state)
{
	int64_t incident;
	struct world *world = two("search", &incident);
	struct supplier_set *set = same_two(world, "search");
	(void)state;

	set->at[1].link.paused = true;
	refresh(world, set);
	comment(world, incident, "Hello");
	pass_ms(world, 60000);
	assert_int_equal(world->fake.n, 0);
	assert_string_equal(supplier_is(world, "orion"), "paused");
	refresh(world, same_two(world, "search"));
	pass_ms(world, 10);
	answer(world, "POST", "/orion/comment", 200, "ok");
	assert_string_equal(supplier_is(world, "orion"), "healthy");
	world_free(world);
}

static void test_slow(void **state)
{
	int64_t incident;
	struct world *world = two("search", &incident);
	(void)state;

	for (int i = 0; i < 60; i++) {
		comment(world, incident, "Hello");
		expect(world, "POST", "/orion/comment")->took_us = i < 12 ? 9000000 : 1000;
		answer(world, "POST", "/orion/comment", 200, "ok");
		if (i == 11)
			assert_string_equal(supplier_is(world, "orion"), "slow");
		pass_ms(world, 5000);
	}
	assert_string_equal(supplier_is(world, "orion"), "healthy");
	world_free(world);
}

/* ---- reload, end ------------------------------------------------------------------------------- */

static void test_reload_refused(void **state)
{
	int64_t incident;
	struct world *world = two("search", &incident);
	struct supplier_set *set = same_two(world, "broken");
	struct ent_err err;
	(void)state;

	assert_int_equal(link_reload(world->link, set, &err), ENT_EINVAL);
	assert_non_null(strstr(err.msg, "orion"));
	supplier_set_unref(set);
	comment(world, incident, "Hello");
	answer(world, "POST", "/orion/comment", 200, "ok");
	assert_int_equal(n_delivery(world, "done"), 1);
	world_free(world);
}

static void test_reload_while_flying(void **state)
{
	int64_t incident;
	struct world *world = two("search", &incident);
	struct supplier_set *none = supplier_set_new(1), *other = same_two(world, "search");
	(void)state;

	other->at[1].link.url = ENT_STR(BASE "/elsewhere");
	comment(world, incident, "one");
	expect(world, "POST", "/orion/comment");
	refresh(world, other);
	comment(world, incident, "two");
	assert_int_equal(world->fake.n_drop, 0); /* not before what flies has landed */
	answer(world, "POST", "/orion/comment", 200, "ok");
	assert_int_equal(world->fake.n_drop, 1);
	pass_ms(world, 10);
	expect(world, "POST", "/elsewhere/comment");
	toy_supplier(world, none, 0, "acme", "safe")->link.url = ENT_ABSENT;
	refresh(world, none); /* gone while something is under way */
	answer(world, "POST", "/elsewhere/comment", 200, "ok");
	assert_int_equal(n_delivery(world, "done"), 2);
	pass_ms(world, 2000);
	world_free(world);
}

static void test_drain(void **state)
{
	struct world *world = many(3, tune_none);
	(void)state;

	comment(world, 1, "one");
	assert_false(link_drain(world->link));
	comment(world, 2, "two");
	pass_ms(world, 10);
	assert_int_equal(world->fake.n, 1);
	answer(world, "POST", "/orion/comment", 200, "ok");
	assert_true(link_drain(world->link));
	assert_int_equal(n_delivery(world, "in_flight"), 0);
	assert_int_equal(n_delivery(world, "pending"), 1);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_comment),
	    cmocka_unit_test(test_create),
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
	    cmocka_unit_test(test_too_many_phases),
	    cmocka_unit_test(test_conflict),
	    cmocka_unit_test(test_conflict_after_write),
	    cmocka_unit_test(test_crash_in_flight),
	    cmocka_unit_test(test_crash_and_gone),
	    cmocka_unit_test(test_crash_between_phases),
	    cmocka_unit_test(test_odd_bytes),
	    cmocka_unit_test(test_fence),
	    cmocka_unit_test(test_second_ask),
	    cmocka_unit_test(test_words_change),
	    cmocka_unit_test(test_one_is_dead),
	    cmocka_unit_test(test_one_at_a_time_and_in_order),
	    cmocka_unit_test(test_at_once),
	    cmocka_unit_test(test_rate),
	    cmocka_unit_test(test_retry_after),
	    cmocka_unit_test(test_retry_after_is_capped),
	    cmocka_unit_test(test_backoff_grows),
	    cmocka_unit_test(test_poison),
	    cmocka_unit_test(test_breaker),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_forbidden_ticket),
	    cmocka_unit_test(test_our_rules_refuse),
	    cmocka_unit_test(test_paused),
	    cmocka_unit_test(test_slow),
	    cmocka_unit_test(test_reload_refused),
	    cmocka_unit_test(test_reload_while_flying),
	    cmocka_unit_test(test_drain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
