/* SPDX-License-Identifier: Apache-2.0 */
/* An organisation's live stream: what it may not see leaves no byte in it, no heartbeat, no order and no id. */
#include "face_world.h"

#define COUNCIL "council"
static const struct reader council = {.kind = READER_ORGANISATION, .organisation = ENT_STR(COUNCIL)};

static void ask_as_us(struct world *world, const char *method, const char *target, const char *body, int status)
{
	world->as = NULL;
	assert_false(send(world, method, target, body));
	commit(world);
	expect(world, status, "");
}

static void ticket_of_telnord(struct world *world, int number)
{
	char body[200];

	snprintf(body, sizeof body, "{\"id\": \"T-%d\", \"title\": \"Elsewhere\", \"status\": \"open\"}", number);
	assert_false(send_with(world, "POST", "/hooks/telnord", body, (const char *[]){NULL}));
	commit(world);
	expect(world, 202, "accepted");
}

static void comment_for(struct world *world, const char *audience, const char *words)
{
	char body[200];

	snprintf(body, sizeof body, "{\"body\": \"%s\", \"audience\": \"%s\"}", words, audience);
	ask_as_us(world, "POST", "/v1/incidents/ENT-000001/comments", body, 201);
}

/* Its exchange is kept beside while others go on. */
static struct exchange open_stream(struct world *world, const struct reader *reader, const char *target)
{
	struct exchange kept;

	world->as = reader;
	assert_true(send(world, "GET", target, ""));
	expect(world, 200, "text/event-stream");
	kept = world->x;
	kept.stream->sent_us = (int64_t)1 << 50;
	exchange_open(&world->x, &world->desk);
	return kept;
}

static void close_stream(struct world *world, struct exchange *kept)
{
	live_end(kept);
	exchange_reset(kept);
	assert_null(world->desk.tapes);
}

/* All that goes out in the next ten seconds. */
static void hear(struct world *world, struct exchange *kept, int64_t *now_us, struct sdk_buf *heard)
{
	struct stream *stream = kept->stream;

	for (int second = 0; second < 10; second++) {
		world->desk.now_us = *now_us += 1000000; /* a request takes the real time */
		sdk_buf_clear(&world->out);
		while (live_fill(&world->desk, stream, &world->out, 0) || (stream->behind && world->desk.pump))
			;
		(void)live_heartbeat(&world->desk, stream, &world->out);
		sdk_buf_str(heard, sdk_buf_view(&world->out));
		sdk_buf_format(heard, "second %d\n", second);
	}
}

/* Ids and times become signs of the same length. */
static void mask(struct sdk_buf *heard)
{
	char *p = (char *)(uintptr_t)sdk_buf_view(heard).p;

	for (size_t i = 0; i + 36 <= heard->n; i++) {
		if (p[i + 8] == '-' && p[i + 13] == '-' && p[i + 18] == '-' && p[i + 23] == '-')
			memset(p + i, '#', 36);
		else if (p[i + 4] == '-' && p[i + 7] == '-' && p[i + 10] == 'T' && p[i + 23] == 'Z')
			memset(p + i, '@', 24);
	}
}

/* The last id of a stream. */
static void last_id(const struct sdk_buf *heard, char ret[ID_SIZE])
{
	struct ent_str text = {heard->p, heard->n};

	ret[0] = '\0';
	for (const char *at = text.p; (at = memmem(at, text.n - (size_t)(at - text.p), "\nid: ", 5)); at += 5)
		snprintf(ret, ID_SIZE, "%.36s", at + 5);
}

static void live_for_council(struct world *world, bool hidden, struct sdk_buf *heard)
{
	int64_t now_us = (int64_t)1 << 50;
	struct exchange kept;
	char id[ID_SIZE], target[100];

	world->suppliers->named = ENT_STR(COUNCIL);
	sdk_buf_init(heard, 1 << 20);
	assert_false(send_with(world, "POST", "/hooks/telnord", BODY, (const char *[]){NULL}));
	commit(world);
	ask_as_us(world, "POST", "/v1/incidents/ENT-000001/shares",
		  "{\"supplier\": \"council\", \"role\": \"shadow\", \"brief\": {\"what\": \"Look.\"}}", 201);
	kept = open_stream(world, &council, "/v1/live?after=0");
	hear(world, &kept, &now_us, heard);
	for (int step = 0; step < 4; step++) {
		for (int i = 0; hidden && i <= 3 * step; i++) {
			comment_for(world, "internal", "hidden canary");
			ticket_of_telnord(world, step * 100 + i);
		}
		hear(world, &kept, &now_us, heard);
		if (step % 2)
			comment_for(world, "everyone", "for all");
	}
	hear(world, &kept, &now_us, heard);
	last_id(heard, id);
	assert_int_equal(strlen(id), ID_SIZE - 1);
	close_stream(world, &kept);
	comment_for(world, COUNCIL, "for one");
	if (hidden)
		comment_for(world, "internal", "hidden canary");
	/* From there on, and as a browser does it. What is hidden from it makes no gap. */
	snprintf(target, sizeof target, "/v1/live?catch_up=1&after=%s", id);
	kept = open_stream(world, &council, target);
	hear(world, &kept, &now_us, heard);
	close_stream(world, &kept);
	/* Ours is no position of its, and its is none of another's. */
	world->as = &council;
	assert_true(send(world, "GET", "/v1/live?after=3", ""));
	expect(world, 400, "after");
	world->as = NULL;
	assert_true(send(world, "GET", target, ""));
	expect(world, 400, "after");
	world->as = &(struct reader){.kind = READER_ORGANISATION, .organisation = ENT_STR("telnord")};
	assert_true(send(world, "GET", target, ""));
	expect(world, 400, "after");
	/* Nor does it learn who there is. */
	world->as = &council;
	assert_true(send(world, "GET", "/v1/live?supplier=telnord", ""));
	expect(world, 400, "supplier");
	world->as = NULL;
}

static void test_live_stream_of_an_organisation(void **state)
{
	static const char *const wanted[] = {"org.entente.incident.shared.v1", "org.entente.comment.added.v1",
					     ": still here\n"};
	static const char *const never[] = {"canary",  "sequence", "delivery_id", "traceparent",
					    "telnord", "Look.",    "Printer"};
	struct world *world[2] = {*state, NULL};
	struct sdk_buf heard[2];
	void *second;

	assert_int_equal(set_up(&second), 0);
	world[1] = second;
	for (int i = 0; i < 2; i++)
		live_for_council(world[i], i == 1, &heard[i]);
	assert_true(writer_last_seq(world[1]->writer) > 2 * writer_last_seq(world[0]->writer));
	for (int i = 0; i < 2; i++) {
		mask(&heard[i]);
		sdk_buf_char(&heard[i], '\0');
		for (size_t k = 0; k < sizeof wanted / sizeof *wanted; k++)
			assert_non_null(strstr(heard[i].p, wanted[k]));
		for (size_t k = 0; k < sizeof never / sizeof *never; k++)
			assert_null(strstr(heard[i].p, never[k]));
	}
	assert_string_equal(heard[0].p, heard[1].p);
	for (int i = 0; i < 2; i++)
		sdk_buf_release(&heard[i]);
	assert_int_equal(tear_down(&second), 0);
}

/* Another of its streams has it on the tape, from when it still took part. */
static void test_who_resumes_gets_nothing_of_a_share_that_ended(void **state)
{
	struct world *world = *state;
	int64_t now_us = (int64_t)1 << 50;
	struct exchange first, second;
	struct sdk_buf heard, later;
	char id[ID_SIZE], target[100];

	world->suppliers->named = ENT_STR(COUNCIL);
	world->face.limits.streams_max = 2;
	sdk_buf_init(&heard, 1 << 20);
	sdk_buf_init(&later, 1 << 20);
	assert_false(send_with(world, "POST", "/hooks/telnord", BODY, (const char *[]){NULL}));
	commit(world);
	ask_as_us(world, "POST", "/v1/incidents/ENT-000001/shares",
		  "{\"supplier\": \"council\", \"role\": \"shadow\", \"brief\": {\"what\": \"Look.\"}}", 201);
	first = open_stream(world, &council, "/v1/live?after=0");
	hear(world, &first, &now_us, &heard);
	last_id(&heard, id);
	comment_for(world, "everyone", "for all");
	hear(world, &first, &now_us, &heard);
	sdk_buf_char(&heard, '\0');
	assert_non_null(strstr(heard.p, "org.entente.comment.added.v1"));
	ask_as_us(world, "DELETE", "/v1/incidents/ENT-000001/shares/council", "", 200);
	snprintf(target, sizeof target, "/v1/live?after=%s", id);
	second = open_stream(world, &council, target);
	hear(world, &second, &now_us, &later);
	sdk_buf_char(&later, '\0');
	assert_null(strstr(later.p, "org.entente"));
	live_end(&second);
	exchange_reset(&second);
	close_stream(world, &first);
	sdk_buf_release(&later);
	sdk_buf_release(&heard);
	world->as = NULL;
}

static void test_a_stream_ends_with_its_token(void **state)
{
	struct world *world = *state;
	struct exchange kept = open_stream(world, NULL, "/v1/live");

	kept.stream->x = &kept;
	world->desk.now_us += 60 * 1000000;
	assert_true(live_stands(&world->desk, kept.stream));
	ask_as_us(world, "DELETE", "/v1/tokens/ada", "", 204);
	assert_false(live_stands(&world->desk, kept.stream));
	close_stream(world, &kept);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_live_stream_of_an_organisation, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_who_resumes_gets_nothing_of_a_share_that_ended, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_a_stream_ends_with_its_token, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
