/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP in without a socket or a thread: requests go through the whole table of routes against a store in a folder of
 * its own. The writer's turn is a call, so that what is answered before a commit, and what after it, can be seen.
 */
#include "face/answer.h"
#include "face/auth.h"
#include "face/live.h"
#include "face/reading.h"
#include "face/route.h"
#include "sdk/crypto.h"
#include "store/writer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define BODY "{\"id\":\"7\",\"title\":\"Printer on fire\",\"status\":\"open\"}"

struct world {
	char dir[64], path[96];
	struct metrics metrics;
	struct log log;
	struct store_meta meta;
	struct writer *writer;
	struct supplier_set *suppliers;
	struct face face;
	struct desk desk, reader;
	struct exchange *read; /* handed to the reader */
	int wakes, reloads;
	char token[AUTH_TOKEN_SIZE];
	char authorization[AUTH_TOKEN_SIZE + 16];
	struct exchange x;
	struct sdk_buf out;
};

static int64_t log_now(void *clock)
{
	return ((struct clock *)clock)->now_ms(clock);
}

static void count_wake(void *of)
{
	((struct world *)of)->wakes++;
}

/* orion signs, telnord does not, west is only asked. */
static struct supplier_set *suppliers(void)
{
	static const char *const name[] = {"orion", "telnord", "west"};
	struct supplier_set *set = supplier_set_new(3);
	struct ent_err err;

	for (size_t i = 0; i < 3; i++) {
		struct supplier *supplier = &set->at[i];

		supplier->name = supplier->title = sdk_str(name[i]);
		supplier->connector = entente_connector(ENT_ABI);
		supplier->settings = sdk_alloc(&set->arena.abi, supplier->connector->settings_size);
		*(struct ent_str *)supplier->settings = ENT_STR(""); /* id_prefix, its only setting */
	}
	setenv("FACE_TEST_SECRET", "orion-secret-canary", 1);
	assert_int_equal(secret_load(ENT_STR("env:FACE_TEST_SECRET"), &set->at[0].secret[0], &err), ENT_OK);
	set->at[0].n_secret = 1;
	set->at[2].no_hooks = true;
	return set;
}

static void no_answer(struct job *job)
{
	(void)job;
}

static void writer_open(struct world *world)
{
	static const struct writer_options options = {.queue_max = 4, .batch_max = 500, .wal_pages = 200};
	struct job token = {.kind = JOB_TOKEN_ADD, .answer = no_answer, .token.name = ENT_STR("ada")};
	struct db *db = NULL;
	struct ent_err err;

	if (store_open(world->path, NULL, 6, clock_system(), chance_system(), &db, &world->meta, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	world->writer =
	    writer_new(db, &world->meta, clock_system(), chance_system(), &world->metrics, &options, NULL, NULL);
	auth_token_make(chance_system(), world->token, token.token.hash);
	snprintf(world->authorization, sizeof world->authorization, "Bearer %s", world->token);
	assert_true(writer_submit(world->writer, &token));
	assert_int_equal(writer_step(world->writer, &err), ENT_OK);
	assert_int_equal(token.outcome, JOB_ACCEPTED);
}

static int set_up(void **state)
{
	struct world *world = sdk_xalloc(sizeof *world);
	struct face_options options = {.limits = {LIMITS_FIXED, .body_max = 1 << 20, .streams_max = 1},
				       .source = ENT_STR("/entente/test")};
	struct ent_err err;

	memset(world, 0, sizeof *world);
	snprintf(world->dir, sizeof world->dir, "/tmp/entente-face-XXXXXX");
	assert_non_null(mkdtemp(world->dir));
	snprintf(world->path, sizeof world->path, "%s/entente.db", world->dir);
	world->log = (struct log){2, LOG_ERROR, LOG_JSON, false, log_now, clock_system()};
	writer_open(world);
	options.store_path = sdk_str(world->path);
	face_open(&world->face, &options,
		  &(struct face_world){.writer = world->writer,
				       .clock = clock_system(),
				       .chance = chance_system(),
				       .metrics = &world->metrics,
				       .log = &world->log});
	assert_int_equal(desk_open(&world->desk, &world->face, "test", count_wake, world, &err), ENT_OK);
	assert_int_equal(desk_open(&world->reader, &world->face, "reader", NULL, NULL, &err), ENT_OK);
	world->suppliers = suppliers();
	assert_int_equal(roster_open(world->suppliers, true, &world->desk.roster, &err), ENT_OK);
	world->desk.packer = packer_new();
	exchange_open(&world->x, &world->desk);
	sdk_buf_init(&world->out, 1 << 20);
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;
	char command[128];

	exchange_reset(&world->x);
	sdk_buf_release(&world->out);
	desk_close(&world->desk);
	desk_close(&world->reader);
	face_close(&world->face);
	writer_close(world->writer);
	writer_free(world->writer);
	supplier_set_unref(world->suppliers);
	snprintf(command, sizeof command, "rm -r %s", world->dir);
	assert_int_equal(system(command), 0);
	free(world);
	return 0;
}

/* ---- one request ------------------------------------------------------------------ */

/* Headers: name, value, ... NULL. True: it is answered already. */
static bool send_with(struct world *world, const char *method, const char *target, const char *body,
		      const char *const *header)
{
	struct exchange *x = &world->x;
	size_t n = 0;

	exchange_reset(x);
	desk_sample(&world->desk);
	exchange_begin(x);
	x->request = (struct request){.method = sdk_str(method), .target = sdk_str(target)};
	x->request.header = SDK_NEW_N(&x->arena.abi, struct ent_header, 8);
	for (; header[n] != NULL; n += 2)
		x->request.header[n / 2] = (struct ent_header){sdk_str(header[n]), sdk_str(header[n + 1])};
	x->request.n_header = n / 2;
	x->body = sdk_str(body);
	x->request.length = (int64_t)x->body.n;
	if (route_admit(x))
		route_serve(x);
	return x->n_waiting == 0;
}

/* By the holder of the token, with JSON. */
static bool send(struct world *world, const char *method, const char *target, const char *body)
{
	return send_with(
	    world, method, target, body,
	    (const char *[]){"Authorization", world->authorization, "Content-Type", "application/json", NULL});
}

/* What came back to the desk. */
static void take_mail(struct world *world)
{
	for (struct note *note = mailbox_take(&world->desk.mailbox).note, *next; note != NULL; note = next) {
		next = note->next;
		assert_ptr_equal(note->of, &world->x);
		assert_true(exchange_came_back(note->of));
	}
}

static void commit(struct world *world)
{
	struct ent_err err;

	assert_int_equal(writer_step(world->writer, &err), ENT_OK);
	take_mail(world);
	atomic_store(&world->face.last_seq, writer_last_seq(world->writer));
}

/* The answer's bytes, as they would go out. */
static const char *answered(struct world *world)
{
	assert_int_equal(world->x.n_waiting, 0);
	assert_int_not_equal(world->x.answer.status, 0);
	sdk_buf_clear(&world->out);
	answer_print(&world->x, false, &world->out);
	sdk_buf_add(&world->out, "", 1);
	return world->out.p;
}

static void expect(struct world *world, int status, const char *part)
{
	const char *bytes = answered(world);
	char line[32];

	snprintf(line, sizeof line, "HTTP/1.1 %d ", status);
	if (strncmp(bytes, line, strlen(line)) != 0 || strstr(bytes, part) == NULL)
		fail_msg("wanted %d with %s, got:\n%s", status, part, bytes);
}

/* ---- tests ------------------------------------------------------------------------ */

static void test_webhook_is_answered_after_the_commit(void **state)
{
	struct world *world = *state;

	assert_false(send_with(world, "POST", "/hooks/telnord", BODY, (const char *[]){NULL}));
	take_mail(world);
	assert_int_equal(world->x.answer.status, 0);
	assert_int_equal(world->wakes, 0);
	commit(world);
	assert_int_equal(world->wakes, 1);
	expect(world, 202, "\"status\":\"accepted\"");

	assert_true(send(world, "GET", "/v1/incidents", ""));
	expect(world, 200, "Printer on fire");
	assert_true(send(world, "HEAD", "/v1/incidents", ""));
	expect(world, 200, "Content-Length: ");
	assert_null(strstr(world->out.p, "Printer on fire"));
}

static void test_unsigned_is_refused_and_not_kept(void **state)
{
	struct world *world = *state;
	const struct ent_str body = ENT_STR(BODY);
	unsigned char mac[SDK_HASH_MAX];
	struct sdk_arena arena;
	char signature[80];
	size_t n;

	assert_true(send_with(world, "POST", "/hooks/orion", BODY, (const char *[]){NULL}));
	expect(world, 401, "WWW-Authenticate: Signature");
	n = sdk_hmac(SDK_SHA256, ENT_STR("orion-secret-canary"), &body, 1, mac);
	sdk_arena_init(&arena);
	snprintf(signature, sizeof signature, "sha256=%s", sdk_z(&arena.abi, sdk_hex(&arena.abi, mac, n)));
	sdk_arena_release(&arena);
	assert_true(send_with(world, "POST", "/hooks/orion", BODY "\n", /* the signature is of other bytes */
			      (const char *[]){"X-Null-Signature", signature, "X-Null-Delivery", "1", NULL}));
	expect(world, 401, "not signed");
	assert_false(send_with(world, "POST", "/hooks/orion", BODY,
			       (const char *[]){"X-Null-Signature", signature, "X-Null-Delivery", "1", NULL}));
	commit(world);
	expect(world, 202, "\"delivery_id\":\"1\"");
	assert_true(send_with(world, "POST", "/hooks/west", BODY, (const char *[]){NULL}));
	expect(world, 404, "No supplier that sends webhooks");
}

static void test_tokens(void **state)
{
	struct world *world = *state;
	char other[sizeof world->authorization];

	assert_true(send_with(world, "GET", "/v1/incidents", "", (const char *[]){NULL}));
	expect(world, 401, "WWW-Authenticate: Bearer");
	memcpy(other, world->authorization, sizeof other);
	other[strlen(other) - 1] = other[strlen(other) - 1] == 'A' ? 'E' : 'A';
	assert_true(send_with(world, "GET", "/v1/incidents", "", (const char *[]){"Authorization", other, NULL}));
	expect(world, 401, "a token that exists");

	/* It removes itself: from the commit on it is not believed, although it was a moment ago. */
	assert_true(send(world, "GET", "/v1/tokens", ""));
	expect(world, 200, "\"ada\"");
	assert_null(strstr(world->out.p, world->token));
	assert_false(send(world, "DELETE", "/v1/tokens/ada", ""));
	commit(world);
	expect(world, 204, "Cache-Control: no-store");
	assert_true(send(world, "GET", "/v1/incidents", ""));
	expect(world, 401, "token");
}

static void test_paths_that_nobody_has(void **state)
{
	struct world *world = *state;

	assert_true(send(world, "GET", "/v2/incidents", ""));
	expect(world, 404, "No route has this path");
	assert_true(send(world, "DELETE", "/v1/incidents", ""));
	expect(world, 405, "Allow: GET, HEAD");
	assert_true(send(world, "GET", "/v1/incidents?colour=red", ""));
	expect(world, 400, "colour");
	assert_true(send(world, "GET", "/v1/incidents/ENT-99", ""));
	expect(world, 404, "application/problem+json");
	assert_true(send_with(world, "GET", "/healthz", "", (const char *[]){NULL}));
	expect(world, 200, "alive");
}

static void test_full_queue_keeps_nothing(void **state)
{
	struct world *world = *state;

	writer_close(world->writer);
	assert_true(send_with(world, "POST", "/hooks/telnord", BODY, (const char *[]){NULL}));
	expect(world, 503, "Retry-After: ");
	assert_true(send(world, "GET", "/v1/incidents", ""));
	assert_null(strstr(answered(world), "Printer"));
}

static bool take_read(void *of, struct exchange *x)
{
	struct world *world = of;

	if (world->read != NULL)
		return false;
	world->read = x;
	return true;
}

static void test_long_read_at_another_desk(void **state)
{
	struct world *world = *state;

	assert_false(send_with(world, "POST", "/hooks/telnord", BODY, (const char *[]){NULL}));
	commit(world);
	world->face.read = take_read;
	world->face.readers = world;
	assert_false(send(world, "GET", "/metrics", ""));
	assert_ptr_equal(world->read, &world->x);
	assert_int_equal(world->x.answer.status, 0);
	desk_sample(&world->reader);
	reading_serve(&world->reader, &world->x);
	sdk_buf_clear(&world->reader.scratch); /* the next read writes there */
	for (int i = 0; i < 10000; i++)
		sdk_buf_z(&world->reader.scratch, "another answer");
	reading_give_back(&world->x);
	take_mail(world);
	expect(world, 200, "entente_supplier_state{supplier=\"orion\"");
	assert_true(send(world, "GET", "/v1/incidents", "")); /* the one place is taken */
	expect(world, 503, "Too many reads");
	assert_true(send(world, "GET", "/v1/live", "")); /* a stream is no long read */
	live_end(&world->x);
}

static void test_live_stream(void **state)
{
	struct world *world = *state;
	struct exchange other;
	struct stream *stream;

	assert_false(send_with(world, "POST", "/hooks/telnord", BODY, (const char *[]){NULL}));
	commit(world);
	assert_true(send(world, "GET", "/v1/live?after=0&supplier=telnord", ""));
	expect(world, 200, "text/event-stream");
	stream = world->x.stream;
	assert_non_null(stream);
	assert_ptr_equal(world->desk.streams, stream);
	sdk_buf_clear(&world->out);
	assert_true(live_fill(&world->desk, stream, &world->out, 0));
	sdk_buf_add(&world->out, "", 1);
	assert_ptr_equal(strstr(world->out.p, "id: 1\nevent: "), world->out.p);
	assert_non_null(strstr(world->out.p, "Printer on fire"));
	sdk_buf_clear(&world->out);
	assert_false(live_fill(&world->desk, stream, &world->out, 0)); /* all of it was told */
	assert_false(live_heartbeat(&world->desk, stream, &world->out));
	world->desk.now_us += (int64_t)60 * 1000000;
	assert_true(live_heartbeat(&world->desk, stream, &world->out));

	/* A second one is one too many. */
	other = world->x;
	exchange_open(&world->x, &world->desk);
	assert_true(send(world, "GET", "/v1/live", ""));
	expect(world, 503, "live streams");
	exchange_reset(&world->x);
	world->x = other;
	stream->x = &world->x;
	live_end(&world->x);
	assert_null(world->desk.streams);
	assert_int_equal(atomic_load(&world->face.n_stream), 0);
}

int main(void)
{
#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
	    WITH_WORLD(test_webhook_is_answered_after_the_commit),
	    WITH_WORLD(test_unsigned_is_refused_and_not_kept),
	    WITH_WORLD(test_tokens),
	    WITH_WORLD(test_paths_that_nobody_has),
	    WITH_WORLD(test_full_queue_keeps_nothing),
	    WITH_WORLD(test_long_read_at_another_desk),
	    WITH_WORLD(test_live_stream),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
