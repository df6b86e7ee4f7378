/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP in without a socket or a thread: requests go through the whole table of routes against a store in a folder of
 * its own. The writer's turn is a call, so that what is answered before a commit, and what after it, can be seen.
 */
#include "face_world.h"

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
