/* SPDX-License-Identifier: Apache-2.0 */
/* Pages: the poll, the back-fill, the sweep; tokens; silence. See link_world.h for the world and its tool. */
#include "link_world.h"

static struct world *polled(void (*tune)(struct supplier *), struct supplier **ret)
{
	struct supplier_set *set = supplier_set_new(2);
	struct world *world = world_new(set);

	toy_supplier(world, set, 0, "acme", "safe")->link.url = ENT_ABSENT;
	*ret = toy_supplier(world, set, 1, "orion", "search");
	tune(*ret);
	world_start(world);
	settle(world);
	return world;
}

static void tune_poll(struct supplier *supplier)
{
	supplier->link.poll_ms = 60000;
}

static void tune_sweep(struct supplier *supplier)
{
	supplier->link.sweep_ms = 3600000;
}

static void tune_nothing(struct supplier *supplier)
{
	(void)supplier;
}

static int64_t n_ticket(struct world *world)
{
	return db_ask(world->db, "SELECT count(*) FROM ticket WHERE supplier = 'orion' AND removed = 0");
}

static const char *cursor_is(struct world *world, const char *stream)
{
	struct db_stmt *stmt =
	    db_use(world->db,
		   "SELECT memo, phase, pages, changes, state FROM cursor WHERE supplier = 'orion' AND stream = $1");
	const char *is = "none";

	db_bind_str(stmt, 1, sdk_str(stream));
	if (db_row(stmt))
		is = sdk_z(&world->arena.abi,
			   sdk_format(&world->arena.abi, "%.*s phase %d pages %d changes %d %.*s",
				      ENT_F(db_str(stmt, 0)), (int)db_int(stmt, 1), (int)db_int(stmt, 2),
				      (int)db_int(stmt, 3), ENT_F(db_str(stmt, 4))));
	db_done(stmt);
	return is;
}

/* ---- the poll --------------------------------------------------------------------------- */

static void test_poll(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_poll, &orion);
	(void)state;

	answer(world, "GET", "/orion/poll?", 200, "page m1 more ticket:P1:Open ticket:P2:Open");
	assert_int_equal(n_ticket(world), 2);
	assert_string_equal(cursor_is(world, "poll"), "m1 phase 1 pages 1 changes 2 running");
	answer(world, "GET", "/orion/poll?m1", 200, "page m2 end ticket:P3:Open");
	assert_string_equal(cursor_is(world, "poll"), "m2 phase 0 pages 2 changes 3 running");
	pass_ms(world, 50000);
	assert_int_equal(n_open(world), 0);
	pass_ms(world, 20000);
	answer(world, "GET", "/orion/poll?m2", 200, "page m2 end"); /* nothing new */
	assert_int_equal(n_ticket(world), 3);
	pass_ms(world, 70000);
	answer(world, "GET", "/orion/poll?m2", 200, "page m3 end ticket:P1:Fixed");
	assert_string_equal(cursor_is(world, "poll"), "m3 phase 0 pages 3 changes 4 running");
	assert_int_equal(db_ask(world->db, "SELECT count(*) FROM ticket WHERE status = 'resolved'"), 1);
	world_free(world);
}

/* At whatever instant the power goes: the page is read again, or the next one; nothing is missed. */
static void test_poll_crash(void **state)
{
	struct ent_err err;
	(void)state;

	for (int at = 0; at < 5; at++) {
		struct supplier *orion;
		struct world *world = polled(tune_poll, &orion);

		give(expect(world, "GET", "/orion/poll?"), TRANSFER_ANSWERED, 200, "page m1 more ticket:P1:Open");
		for (int i = 0; i < at; i++)
			if (i % 2 == 0)
				(void)link_step(world->link);
			else
				assert_true(writer_step(world->writer, &err) >= ENT_OK);
		bool is_stored = db_ask(world->db, "SELECT count(*) FROM cursor") == 1;
		assert_int_equal(n_ticket(world), is_stored);
		assert_true(is_stored == (at >= 2));
		if (!is_stored) /* the next page is not asked for before this one is durable */
			assert_int_equal(world->fake.n, 1);
		world_die(world);
		world_start(world);
		settle(world);
		assert_int_equal(world->fake.n, 1);
		assert_non_null(strstr(world->fake.sent[0].line, is_stored ? "/poll?m1" : "/poll?"));
		if (!is_stored)
			answer(world, "GET", "/orion/poll?", 200, "page m1 more ticket:P1:Open");
		answer(world, "GET", "/orion/poll?m1", 200, "page m2 end ticket:P2:Open");
		assert_int_equal(n_ticket(world), 2);
		world_free(world);
	}
}

/* The same page again is a repeat, and its cursor is saved all the same. */
static void test_poll_repeats(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_poll, &orion);
	int64_t n_event;
	(void)state;

	answer(world, "GET", "/orion/poll?", 200, "page m1 end ticket:P1:Open");
	n_event = writer_last_seq(world->writer);
	for (int i = 0; i < 3; i++) {
		pass_ms(world, 70000);
		answer(world, "GET", "/orion/poll?m1", 200, "page m1 end ticket:P1:Open");
	}
	assert_int_equal(writer_last_seq(world->writer), n_event);
	assert_string_equal(cursor_is(world, "poll"), "m1 phase 0 pages 4 changes 4 running");
	world_free(world);
}

static void test_poll_unreadable(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_poll, &orion);
	(void)state;

	answer(world, "GET", "/orion/poll?", 200, "page m1 end ticket:P1:Open");
	for (int i = 0; i < 3; i++) {
		pass_ms(world, 70000);
		answer(world, "GET", "/orion/poll?m1", 200, "nonsense");
	}
	assert_string_equal(cursor_is(world, "poll"), "m1 phase 0 pages 1 changes 1 running");
	assert_int_equal(db_ask(world->db, "SELECT count(*) FROM dead_letter WHERE state = 'waiting'"), 1);
	assert_string_equal(supplier_is(world, "orion"), "failing");
	pass_ms(world, 70000);
	answer(world, "GET", "/orion/poll?m1", 200, "page m2 end ticket:P2:Open");
	assert_string_equal(supplier_is(world, "orion"), "healthy");
	assert_int_equal(n_ticket(world), 2);
	world_free(world);
}

static void test_poll_fails(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_poll, &orion);
	(void)state;

	for (int i = 0; i < 6; i++) {
		if (i % 2)
			lose(world, "GET", "/orion/poll?");
		else
			answer(world, "GET", "/orion/poll?", 502, "");
		assert_int_equal(n_open(world), 0);
		for (int k = 0; k < 4000 && !n_open(world); k++)
			pass_ms(world, 100);
	}
	assert_string_equal(supplier_is(world, "orion"), "failing");
	answer(world, "GET", "/orion/poll?", 200, "page m1 end ticket:P1:Open");
	assert_string_equal(supplier_is(world, "orion"), "healthy");
	world_free(world);
}

/* A tool that says "more" and gives places it gave before, after 1, 2 or 7 pages. */
static void test_poll_never_ends(void **state)
{
	static const int around[] = {1, 2, 7};
	(void)state;

	for (size_t i = 0; i < 3; i++) {
		struct supplier *orion;
		struct world *world = polled(tune_poll, &orion);
		char path[64], body[64];
		int at = 0, pages = 0;

		for (; n_open(world) && pages < 100; pages++) {
			snprintf(path, sizeof path, pages ? "/orion/poll?m%d" : "/orion/poll?", at);
			at = (at + 1) % around[i];
			snprintf(body, sizeof body, "page m%d more ticket:P1:Open", at);
			answer(world, "GET", path, 200, body);
		}
		assert_in_range(pages, around[i] + 1, 4 * around[i] + 4);
		assert_string_equal(supplier_is(world, "orion"), "failing");
		assert_int_equal(n_ticket(world), 1);
		pass_ms(world, 30000);
		assert_int_equal(n_open(world), 0);
		pass_ms(world, 60000); /* it is tried again, and all is well when it ends */
		snprintf(path, sizeof path, "/orion/poll?m%d", at);
		answer(world, "GET", path, 200, "page z end");
		assert_string_equal(supplier_is(world, "orion"), "healthy");
		world_free(world);
	}
}

/* Deliveries do not wait for the end of a long poll, nor it for theirs. */
static void test_poll_beside_deliveries(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_poll, &orion);
	char path[64], body[64];
	int64_t incident;
	(void)state;

	give(expect(world, "GET", "/orion/poll?"), TRANSFER_ANSWERED, 200, "page m0 more");
	settle(world);
	incident = ticket_comes(world, "acme", "A1", "Open", 0);
	ticket_comes(world, "orion", "T1", "Open", incident);
	for (int i = 0; i < 20; i++) {
		comment(world, incident, "word");
		answer(world, "POST", "/orion/comment", 200, "ok");
		snprintf(path, sizeof path, "/orion/poll?m%d", i);
		snprintf(body, sizeof body, "page m%d more", i + 1);
		answer(world, "GET", path, 200, body);
	}
	assert_int_equal(n_delivery(world, "done"), 20);
	world_free(world);
}

/* We may write but not read there, or reading fails: it is shown, and deliveries go on. */
static void test_poll_alone_fails(void **state)
{
	static const int status[] = {403, 500};
	(void)state;

	for (size_t i = 0; i < 2; i++) {
		struct supplier *orion;
		struct world *world = polled(tune_poll, &orion);
		int64_t incident;

		answer(world, "GET", "/orion/poll?", status[i], "");
		incident = ticket_comes(world, "acme", "A1", "Open", 0);
		ticket_comes(world, "orion", "T1", "Open", incident);
		for (int k = 0; k < 200; k++) {
			comment(world, incident, "word");
			answer(world, "POST", "/orion/comment", 200, "ok"); /* at once */
			pass_ms(world, 10000);
			if (sent_find(world, "GET", "/orion/poll?"))
				answer(world, "GET", "/orion/poll?", status[i], "");
		}
		assert_string_equal(supplier_is(world, "orion"), "failing");
		assert_in_range(n_sent(world, "GET", "/orion/poll?"), 5, 30);
		world_free(world);
	}
}

static void other_connector(const struct world *world)
{
	struct db *db;
	struct ent_err err;

	assert_int_equal(db_open(world->path, DB_WRITE, NULL, &db, &err), ENT_OK);
	db_begin(db);
	db_exec(db, "UPDATE cursor SET connector = 'other'");
	assert_true(db_commit(db));
	db_close(db);
}

/* The supplier changed its tool and kept its name: what another connector noted is not read. */
static void test_poll_foreign_memo(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_poll, &orion);
	(void)state;

	answer(world, "GET", "/orion/poll?", 200, "page m1 end ticket:P1:Open");
	pass_ms(world, 70000);
	answer(world, "GET", "/orion/poll?m1", 200, "page m2 end");
	assert_int_equal(db_ask(world->db, "SELECT count(*) FROM cursor WHERE connector = 'toy'"), 1);
	world_die(world);
	other_connector(world);
	world_start(world);
	pass_ms(world, 70000);
	assert_null(sent_find(world, "GET", "/orion/poll?m2"));
	answer(world, "GET", "/orion/poll?", 200, "page n1 end");
	world_free(world);
}

/* Its settings leave nothing to ask: that is no trouble, and is not asked again. */
static void test_poll_unsupported(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_poll, &orion);
	(void)state;

	answer(world, "GET", "/orion/poll?", 200, "unsupported");
	pass_ms(world, 600000);
	assert_null(sent_find(world, "GET", "/orion/poll?"));
	assert_string_equal(supplier_is(world, "orion"), "unknown"); /* never in trouble */
	world_free(world);
}

/* With one request at a time both go by turns. */
static void test_turns(void **state)
{
	struct supplier_set *set = supplier_set_new(2);
	struct world *world = world_new(set);
	char text[64];
	int polls = 0, posts = 0;
	(void)state;

	toy_supplier(world, set, 0, "acme", "safe")->link.url = ENT_ABSENT;
	struct supplier *orion = toy_supplier(world, set, 1, "orion", "search");
	orion->link.at_once = 1;
	world_start(world);
	for (int i = 0; i < 12; i++) {
		snprintf(text, sizeof text, "A%d", i);
		int64_t incident = ticket_comes(world, "acme", text, "Open", 0);
		ticket_comes(world, "orion", text, "Open", incident);
		comment(world, incident, "word");
	}
	struct supplier_set *again = supplier_set_new(2);
	struct ent_err err;
	toy_supplier(world, again, 0, "acme", "safe")->link.url = ENT_ABSENT;
	toy_supplier(world, again, 1, "orion", "search")->link = orion->link;
	again->at[1].link.poll_ms = 1000;
	assert_int_equal(link_reload(world->link, again, &err), ENT_OK);
	for (int i = 0; i < 20; i++) {
		pass_ms(world, 10);
		assert_int_equal(n_open(world), 1);
		for (size_t k = 0; k < world->fake.n; k++) {
			struct sent *sent = &world->fake.sent[k];
			if (!sent->is_open)
				continue;
			polls += strstr(sent->line, "/poll") != NULL;
			posts += strstr(sent->line, "/comment") != NULL;
			snprintf(text, sizeof text, "page m%d more", i);
			give(sent, TRANSFER_ANSWERED, 200, strstr(sent->line, "/poll") ? text : "ok");
		}
		settle(world);
	}
	assert_in_range(polls, 8, 12);
	assert_in_range(posts, 8, 12);
	supplier_set_unref(world->set);
	world->set = again;
	world_free(world);
}

/* ---- back-fill ---------------------------------------------------------------------------- */

static void backfill(struct world *world, enum job_kind kind)
{
	struct job *job = job_new(world, kind);

	job->ask.supplier = ENT_STR("orion");
	job->ask.since_ms = START_MS - 86400000;
	job_run(world, job);
	assert_int_equal(job->outcome, JOB_ACCEPTED);
}

static void test_backfill(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_nothing, &orion);
	(void)state;

	assert_int_equal(n_open(world), 0);
	backfill(world, JOB_BACKFILL);
	pass_ms(world, 1100);
	answer(world, "GET", "/orion/poll?", 200, "page m1 more ticket:P1:Open");
	assert_string_equal(cursor_is(world, "backfill"), "m1 phase 1 pages 1 changes 1 running");
	world_die(world); /* it goes on where it was */
	world_start(world);
	pass_ms(world, 1100);
	answer(world, "GET", "/orion/poll?m1", 200, "page m2 end ticket:P2:Open");
	assert_string_equal(cursor_is(world, "backfill"), "m2 phase 0 pages 2 changes 2 done");
	pass_ms(world, 3600000);
	assert_int_equal(world->fake.n, 1);
	assert_string_equal(cursor_is(world, "poll"), "none");
	world_free(world);
}

static void test_backfill_stopped(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_nothing, &orion);
	(void)state;

	backfill(world, JOB_BACKFILL);
	pass_ms(world, 1100);
	expect(world, "GET", "/orion/poll?");
	backfill(world, JOB_BACKFILL_STOP);
	answer(world, "GET", "/orion/poll?", 200, "page m1 more ticket:P1:Open");
	pass_ms(world, 10000);
	assert_int_equal(world->fake.n, 1);
	assert_string_equal(cursor_is(world, "backfill"), " phase 0 pages 0 changes 0 stopped");
	backfill(world, JOB_BACKFILL);
	pass_ms(world, 1100);
	answer(world, "GET", "/orion/poll?", 200, "page m1 end ticket:P1:Open");
	assert_string_equal(cursor_is(world, "backfill"), "m1 phase 0 pages 1 changes 1 done");
	world_free(world);
}

/* Its settings leave nothing to ask: it does not run for ever without a word. */
static void test_backfill_unsupported(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_nothing, &orion);
	(void)state;

	backfill(world, JOB_BACKFILL);
	pass_ms(world, 1100);
	answer(world, "GET", "/orion/poll?", 200, "unsupported");
	pass_ms(world, 600000);
	assert_null(sent_find(world, "GET", "/orion/poll?"));
	assert_string_equal(cursor_is(world, "backfill"), " phase 0 pages 0 changes 0 stopped");
	world_free(world);
}

static void test_backfill_never_ends(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_nothing, &orion);
	(void)state;

	backfill(world, JOB_BACKFILL);
	pass_ms(world, 1100);
	answer(world, "GET", "/orion/poll?", 200, "page m1 more ticket:P1:Open");
	answer(world, "GET", "/orion/poll?m1", 200, "page m1 more ticket:P1:Open");
	assert_string_equal(cursor_is(world, "backfill"), "m1 phase 1 pages 2 changes 2 stopped");
	assert_string_equal(supplier_is(world, "orion"), "failing");
	pass_ms(world, 600000);
	assert_int_equal(world->fake.n, 2);
	backfill(world, JOB_BACKFILL);
	pass_ms(world, 1100);
	answer(world, "GET", "/orion/poll?", 200, "page m1 end");
	assert_string_equal(supplier_is(world, "orion"), "healthy");
	world_free(world);
}

/* Begun anew while a page of the one before is under way: that page moves nothing. */
static void test_backfill_anew(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_nothing, &orion);
	(void)state;

	backfill(world, JOB_BACKFILL);
	pass_ms(world, 1100);
	expect(world, "GET", "/orion/poll?");
	backfill(world, JOB_BACKFILL);
	answer(world, "GET", "/orion/poll?", 200, "page m1 end ticket:P1:Open");
	pass_ms(world, 2000);
	answer(world, "GET", "/orion/poll?", 200, "page m1 end ticket:P1:Open");
	assert_string_equal(cursor_is(world, "backfill"), "m1 phase 0 pages 1 changes 1 done");
	world_free(world);
}

/* ---- the sweep ---------------------------------------------------------------------------- */

static void test_sweep(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_sweep, &orion);
	int64_t from_us;
	(void)state;

	for (int i = 0; i < 4; i++) {
		char id[16];
		snprintf(id, sizeof id, "T%d", i);
		ticket_comes(world, "orion", id, "Open", 0);
	}
	pass_ms(world, 61000);
	from_us = world->us;
	answer(world, "GET", "/orion/ticket/T0", 200, "is Working"); /* its webhook was lost */
	assert_int_equal(db_ask(world->db, "SELECT count(*) FROM ticket WHERE status = 'in_progress'"), 1);
	pass_ms(world, 900);
	assert_int_equal(n_open(world), 0); /* at a walk */
	pass_ms(world, 200);
	answer(world, "GET", "/orion/ticket/T1", 404, "");
	assert_int_equal(n_ticket(world), 3);
	pass_ms(world, 1100);
	answer(world, "GET", "/orion/ticket/T2", 200, "nonsense"); /* passed over */
	pass_ms(world, 1100);
	world_die(world); /* the sweep goes on where it was stored last */
	world_start(world);
	pass_ms(world, 1100);
	answer(world, "GET", "/orion/ticket/T2", 200, "is Open");
	pass_ms(world, 1100);
	answer(world, "GET", "/orion/ticket/T3", 200, "is Open");
	pass_ms(world, 1100);
	assert_int_equal(n_open(world), 0);
	assert_non_null(strstr(cursor_is(world, "sweep"), "done"));
	assert_true(world->us - from_us < 60000000);
	pass_ms(world, 3500000);
	assert_int_equal(n_open(world), 0);
	pass_ms(world, 120000);
	expect(world, "GET", "/orion/ticket/T0");
	world_free(world);
}

static void test_sweep_stumbles(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_sweep, &orion);
	int asked = 0;
	(void)state;

	ticket_comes(world, "orion", "T0", "Open", 0);
	ticket_comes(world, "orion", "T1", "Open", 0);
	pass_ms(world, 61000);
	for (; asked < 10 && !sent_find(world, "GET", "/orion/ticket/T1"); asked++) {
		answer(world, "GET", "/orion/ticket/T0", 500, "");
		for (int i = 0; i < 100 && !n_open(world); i++)
			pass_ms(world, 100);
	}
	assert_int_equal(asked, 3);
	answer(world, "GET", "/orion/ticket/T1", 200, "is Open");
	world_free(world);
}

/* ---- tokens --------------------------------------------------------------------------------- */

static struct secret secret_of(const char *z)
{
	char path[] = "/tmp/entente-secret-XXXXXX", reference[64];
	struct secret secret = {0};
	struct ent_err err;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, z, strlen(z)), strlen(z));
	close(fd);
	snprintf(reference, sizeof reference, "file:%s", path);
	if (secret_load(sdk_str(reference), &secret, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	unlink(path);
	return secret;
}

static struct world *with_secret(enum auth_kind kind, const char *scheme, const char *secret, int64_t *ret_incident)
{
	struct supplier_set *set = supplier_set_new(2);
	struct world *world = world_new(set);
	struct supplier *orion;

	toy_supplier(world, set, 0, "acme", "safe")->link.url = ENT_ABSENT;
	orion = toy_supplier(world, set, 1, "orion", "search");
	orion->link.auth = kind;
	orion->link.user = ENT_STR("bot:1");
	orion->link.header = ENT_STR("X-Key");
	orion->link.scheme = sdk_str(scheme);
	orion->link.token_url = ENT_STR("https://login.example/token");
	orion->link.scope = ENT_STR("tickets write");
	orion->link.credential = secret_of(secret);
	world_start(world);
	*ret_incident = ticket_comes(world, "acme", "A1", "Open", 0);
	ticket_comes(world, "orion", "T1", "Open", *ret_incident);
	return world;
}

static struct world *with_auth(enum auth_kind kind, const char *scheme, int64_t *ret_incident)
{
	return with_secret(kind, scheme, "s3cret/&", ret_incident);
}

static void test_auth(void **state)
{
	static const struct {
		enum auth_kind kind;
		const char *scheme, *header;
	} row[] = {{AUTH_NONE, "", ""},
		   {AUTH_BASIC, "", "Basic Ym90OjE6czNjcmV0LyY="},
		   {AUTH_BEARER, "", "Bearer s3cret/&"},
		   {AUTH_HEADER, "", "s3cret/&"},
		   {AUTH_HEADER, "token", "token s3cret/&"}};
	(void)state;

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		int64_t incident;
		struct world *world = with_auth(row[i].kind, row[i].scheme, &incident);

		comment(world, incident, "Hello");
		assert_string_equal(expect(world, "POST", "/orion/comment")->authorization, row[i].header);
		/* A tool that says our secret to us: its words are not kept. */
		answer(world, "POST", "/orion/comment", 400, "{\"message\": \"no such key s3cret/&\"}");
		assert_int_equal(db_ask(world->db, "SELECT count(*) FROM delivery WHERE reason LIKE '%s3cret%'"), 0);
		assert_int_equal(n_delivery(world, "parked"), 1);
		world_free(world);
	}
}

/* Nor when it repeats the header as it came, or a page of words that is cut in the midst of the secret. */
static void test_auth_repeated(void **state)
{
	int64_t incident;
	struct world *world = with_auth(AUTH_BASIC, "", &incident);
	char answered[TEXT_MAX];
	(void)state;

	comment(world, incident, "Hello");
	answer(world, "POST", "/orion/comment", 400, "{\"message\": \"who is Basic Ym90OjE6czNjcmV0LyY=?\"}");
	assert_int_equal(n_delivery(world, "parked"), 1);
	assert_int_equal(db_ask(world->db, "SELECT count(*) FROM delivery WHERE reason LIKE '%Ym90OjE6czNj%'"), 0);
	world_free(world);

	world = with_secret(AUTH_BEARER, "", "0123456789abcdefghijklmnopqrstuvwxyz", &incident);
	comment(world, incident, "Hello");
	snprintf(answered, sizeof answered, "%0165d: 0123456789abcdefghijklmnopqrstuvwxyz", 7);
	answer(world, "POST", "/orion/comment", 400, answered);
	assert_int_equal(n_delivery(world, "parked"), 1);
	assert_int_equal(db_ask(world->db, "SELECT count(*) FROM delivery WHERE reason LIKE '%0123456789abcdef%'"), 0);
	world_free(world);
}

/* Lists that do not say whose they are: the same bytes about another ticket are no repeat. */
static enum ent_rc nameless_parse(const struct ent_self *self, const struct ent_call *call,
				  const struct ent_response *response, struct ent_arena *arena, struct ent_result *ret,
				  struct ent_err *err)
{
	struct sdk_changes list;

	if (call->op.kind != ENT_POLL)
		return toy_parse(self, call, response, arena, ret, err);
	sdk_changes_init(&list, arena);
	toy_ticket(&list, call->memo.n ? call->memo : ENT_STR("P1"), ENT_STR("Open"));
	ret->phase = 1;
	ret->memo = call->memo.n ? ENT_STR("P3") : ENT_STR("P2");
	enum ent_rc rc = sdk_changes_take(&list, &ret->changes, err);
	return rc != ENT_OK || sdk_eqz(call->memo, "P2") ? rc : ENT_MORE;
}

static void test_pages_of_the_same_bytes(void **state)
{
	struct ent_connector nameless = toy_connector;
	struct supplier *orion;
	struct world *world = polled(tune_poll, &orion);
	(void)state;

	nameless.parse = nameless_parse;
	orion->connector = &nameless;
	answer(world, "GET", "/orion/poll?", 200, "[]");
	answer(world, "GET", "/orion/poll?P2", 200, "[]");
	assert_int_equal(n_ticket(world), 2);
	world_free(world);
}

static struct sent *token_asked(struct world *world)
{
	for (size_t i = 0; i < world->fake.n; i++)
		if (world->fake.sent[i].is_open && strstr(world->fake.sent[i].line, "https://login.example/token"))
			return &world->fake.sent[i];
	fail_msg("no token is asked for");
	return NULL;
}

static void token_given(struct world *world, int status, const char *json)
{
	give(token_asked(world), TRANSFER_ANSWERED, status, json);
	settle(world);
}

static void test_token(void **state)
{
	int64_t incident;
	struct world *world = with_auth(AUTH_OAUTH2, "", &incident);
	(void)state;

	comment(world, incident, "Hello");
	assert_int_equal(n_open(world), 1); /* who needs it waits */
	assert_string_equal(token_asked(world)->body, "grant_type=client_credentials&client_id=bot%3A1&client_secret="
						      "s3cret%2F%26&scope=tickets%20write");
	assert_string_equal(token_asked(world)->authorization, "");
	token_given(world, 200, "{\"access_token\": \"abc.def\", \"expires_in\": 3600, \"token_type\": \"Bearer\"}");
	assert_string_equal(expect(world, "POST", "/orion/comment")->authorization, "Bearer abc.def");
	answer(world, "POST", "/orion/comment", 200, "ok");
	comment(world, incident, "again");
	answer(world, "POST", "/orion/comment", 200, "ok");
	pass_ms(world, 3545000); /* less than a minute to its end */
	comment(world, incident, "later");
	token_given(world, 200, "{\"access_token\": \"ghi\", \"expires_in\": \"3600\"}");
	assert_string_equal(expect(world, "POST", "/orion/comment")->authorization, "Bearer ghi");
	answer(world, "POST", "/orion/comment", 200, "ok");
	assert_int_equal(n_delivery(world, "done"), 3);
	world_free(world);
}

/* Taken back before its time: once a new one; refused with that, too: the supplier refuses us. */
static void test_token_taken_back(void **state)
{
	int64_t incident;
	struct world *world = with_auth(AUTH_OAUTH2, "", &incident);
	(void)state;

	comment(world, incident, "Hello");
	token_given(world, 200, "{\"access_token\": \"abc\", \"expires_in\": 3600}");
	answer(world, "POST", "/orion/comment", 401, "");
	token_given(world, 200, "{\"access_token\": \"def\", \"expires_in\": 3600}");
	assert_string_equal(expect(world, "POST", "/orion/comment")->authorization, "Bearer def");
	answer(world, "POST", "/orion/comment", 401, "");
	assert_string_equal(supplier_is(world, "orion"), "refused");
	assert_int_equal(n_open(world), 0);
	assert_int_equal(n_delivery(world, "pending"), 1);
	world_free(world);
}

static void test_token_refused(void **state)
{
	static const struct {
		int status;
		const char *json, *becomes;
	} row[] = {{400, "{\"error\": \"invalid_client\"}", "refused"},
		   {401, "{\"error\": \"invalid_client\"}", "refused"},
		   {200, "{\"token\": \"x\"}", "healthy"},
		   {200, "{\"access_token\": \"a\\r\\nX-Evil: 1\"}", "healthy"},
		   {200, "<html>", "healthy"},
		   {503, "", "healthy"}};
	(void)state;

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		int64_t incident;
		struct world *world = with_auth(AUTH_OAUTH2, "", &incident);

		comment(world, incident, "Hello");
		token_given(world, row[i].status, row[i].json);
		assert_string_equal(supplier_is(world, "orion"), row[i].becomes);
		assert_int_equal(n_sent(world, "POST", "/orion/comment"), 0);
		for (int k = 0; k < 6 && i >= 2; k++) {
			for (int j = 0; j < 100 && !n_open(world); j++)
				pass_ms(world, 1000);
			token_given(world, row[i].status, row[i].json);
		}
		if (i >= 2)
			assert_string_equal(supplier_is(world, "orion"), "failing");
		pass_ms(world, 620000);
		token_given(world, 200, "{\"access_token\": \"abc\", \"expires_in\": 3600}");
		answer(world, "POST", "/orion/comment", 200, "ok");
		assert_string_equal(supplier_is(world, "orion"), "healthy");
		assert_int_equal(n_delivery(world, "done"), 1);
		world_free(world);
	}
}

/* ---- silence ---------------------------------------------------------------------------------- */

static void tune_silence(struct supplier *supplier)
{
	supplier->link.silence_ms = 7200000;
}

static void test_silence(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_silence, &orion);
	(void)state;

	pass_ms(world, 10000000); /* it never talked: nothing to miss */
	assert_int_equal(n_state_event(world, "orion"), 0);
	ticket_comes(world, "orion", "T1", "Open", 0);
	pass_ms(world, 7100000);
	assert_string_equal(supplier_is(world, "orion"), "healthy");
	pass_ms(world, 200000);
	assert_string_equal(supplier_is(world, "orion"), "healthy quiet");
	assert_int_equal(n_state_event(world, "orion"), 1);
	ticket_comes(world, "orion", "T1", "Fixed", 0);
	pass_ms(world, 61000);
	assert_string_equal(supplier_is(world, "orion"), "healthy");
	assert_int_equal(n_state_event(world, "orion"), 2);
	world_free(world);
}

/* That it answers when we ask is not that it talks: its webhook may be broken. */
static void tune_silence_and_sweep(struct supplier *supplier)
{
	supplier->link.silence_ms = 7200000;
	supplier->link.sweep_ms = 600000;
}

static void test_silence_beside_sweep(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_silence_and_sweep, &orion);
	(void)state;

	ticket_comes(world, "orion", "T1", "Open", 0);
	for (int i = 0; i < 90; i++) {
		pass_ms(world, 100000);
		if (n_open(world))
			answer(world, "GET", "/orion/ticket/T1", 200, "is Open");
	}
	assert_in_range(n_sent(world, "GET", "/orion/ticket/T1"), 10, 16);
	assert_string_equal(supplier_is(world, "orion"), "healthy quiet");
	world_free(world);
}

static void tune_learned(struct supplier *supplier)
{
	supplier->link.silence_ms = 0;
}

static void test_silence_learned(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_learned, &orion);
	(void)state;

	for (int i = 0; i < 30; i++) {
		char id[16];
		snprintf(id, sizeof id, "T%d", i);
		ticket_comes(world, "orion", id, "Open", 0);
		pass_ms(world, 600000);
	}
	assert_string_equal(supplier_is(world, "orion"), "healthy");
	pass_ms(world, 10000000); /* 20 gaps of ten minutes are 3 h 20 */
	assert_string_equal(supplier_is(world, "orion"), "healthy");
	pass_ms(world, 4000000);
	assert_string_equal(supplier_is(world, "orion"), "healthy quiet");
	world_free(world);
}

/* A supplier at rest costs nothing but a look a second. */
static void test_rest(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_nothing, &orion);
	int turns = 0;
	(void)state;

	settle(world);
	for (int64_t until_us = world->us + 60000000; world->us < until_us; turns++) {
		world->us = link_next_us(world->link);
		settle(world);
	}
	assert_in_range(turns, 55, 65);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_poll),
	    cmocka_unit_test(test_poll_crash),
	    cmocka_unit_test(test_poll_repeats),
	    cmocka_unit_test(test_poll_unreadable),
	    cmocka_unit_test(test_poll_fails),
	    cmocka_unit_test(test_poll_never_ends),
	    cmocka_unit_test(test_poll_beside_deliveries),
	    cmocka_unit_test(test_poll_alone_fails),
	    cmocka_unit_test(test_poll_unsupported),
	    cmocka_unit_test(test_poll_foreign_memo),
	    cmocka_unit_test(test_backfill_unsupported),
	    cmocka_unit_test(test_turns),
	    cmocka_unit_test(test_backfill),
	    cmocka_unit_test(test_backfill_stopped),
	    cmocka_unit_test(test_backfill_never_ends),
	    cmocka_unit_test(test_backfill_anew),
	    cmocka_unit_test(test_sweep),
	    cmocka_unit_test(test_sweep_stumbles),
	    cmocka_unit_test(test_auth),
	    cmocka_unit_test(test_auth_repeated),
	    cmocka_unit_test(test_pages_of_the_same_bytes),
	    cmocka_unit_test(test_token),
	    cmocka_unit_test(test_token_taken_back),
	    cmocka_unit_test(test_token_refused),
	    cmocka_unit_test(test_silence),
	    cmocka_unit_test(test_silence_beside_sweep),
	    cmocka_unit_test(test_silence_learned),
	    cmocka_unit_test(test_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
