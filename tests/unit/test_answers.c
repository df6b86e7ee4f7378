/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each connector with the bodies of its own transcripts, changed at random with a fixed seed: cut, doubled, with other
 * values. The programs of generic return the answer they get, so their outputs are changed as well, with lists above
 * every limit. This does the work of tests/fuzz on machines without libFuzzer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <glob.h>
#include <stdlib.h>
#include "fuzz/answer.h"
#include "config/plugins.h"

enum { BODIES_MAX = 4000, LIST = 1200, MUTATIONS = 12, TEXT_MAX = 1 << 20 };

struct bodies {
	struct ent_str at[BODIES_MAX];
	size_t n;
	struct sdk_arena arena;
};

/* ---- what is changed ------------------------------------------------------------------------ */

static void body_add(struct bodies *bodies, struct ent_str body)
{
	if (body.n > 0 && bodies->n < BODIES_MAX)
		bodies->at[bodies->n++] = body;
}

/* The bodies of a case: behind each ">>> webhook" and ">>> response", from the empty line on. */
static void case_take(struct bodies *bodies, struct ent_str text)
{
	while (text.n > 0) {
		struct ent_str line = line_take(&text), body;
		const char *end;

		if (!sdk_starts(line, ">>> webhook") && !sdk_starts(line, ">>> response"))
			continue;
		while (text.n > 0 && line_take(&text).n > 0)
			;
		end = memmem(text.p ? text.p : "", text.n, "\n<<< ", 5);
		body = (struct ent_str){text.p, end ? (size_t)(end - text.p) : text.n};
		body_add(bodies, body);
	}
}

/* head, then `one` n times with commas between, then tail; %d in `one` is the index. */
static void list_add(struct bodies *bodies, const char *head, const char *one, const char *tail)
{
	struct sdk_buf buf;

	sdk_buf_init(&buf, TEXT_MAX);
	sdk_buf_z(&buf, head);
	for (int i = 0; i < LIST; i++) {
		const char *number = strstr(one, "%d");

		sdk_buf_z(&buf, i ? "," : "");
		sdk_buf_add(&buf, one, (size_t)(number - one));
		sdk_buf_int(&buf, i);
		sdk_buf_z(&buf, number + 2);
	}
	sdk_buf_z(&buf, tail);
	assert_false(buf.failed);
	body_add(bodies, sdk_dup(&bodies->arena.abi, sdk_buf_view(&buf)));
	sdk_buf_release(&buf);
}

/* Outputs of generic's programs, also with more entries than allowed. */
static void programs_words_add(struct bodies *bodies)
{
	static const char secrets[] =
	    "{\"result\":\"more\",\"phase\":1,\"memo\":{\"request\":{\"method\":\"POST\",\"path\":[\"/\",{\"secret\":"
	    "\"k\"}],\"headers\":{\"Cookie\":{\"session\":\"c\"}},\"form\":{\"a\":{\"secret\":\"k\"}}}}}";
	static const char *const words[] = {
	    "{\"result\":\"more\",\"phase\":3,\"memo\":{\"request\":{\"method\":\"GET\",\"path\":\"/x\"}}}",
	    secrets,
	    "{\"session\":{\"cookie\":\"sid=1\",\"csrf\":\"2\"},\"lasts\":60}",
	    "{\"remote_id\":\"7\",\"remote_key\":\"K-7\",\"changes\":[{\"ticket\":{\"id\":\"7\",\"title\":\"a\"}}]}",
	    "{\"page\":[{\"ticket\":{\"id\":\"7\"},\"time\":\"2026-11-22T08:00:00Z\"}],\"more\":true}",
	    "{\"ask\":[{\"id\":\"7\",\"time\":\"2026-11-22T08:00:00Z\",\"version\":\"1\"},{\"id\":\"8\"}]}",
	    "{\"result\":\"later\",\"retry_after\":7,\"message\":\"m\"}",
	    "{\"result\":\"gone\",\"changes\":[{\"ticket\":{\"id\":\"7\"},\"continues_as\":{\"id\":\"8\"}}]}",
	    "{\"result\":\"logged_out\"}",
	    "{\"memo\":{\"own\":1},\"changes\":[]}",
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		body_add(bodies, sdk_str(words[i]));
	list_add(bodies, "{\"ask\":[", "{\"id\":\"%d\",\"time\":\"2026-11-22T08:00:00Z\"}", "],\"more\":true}");
	list_add(bodies, "{\"ask\":[", "{\"id\":\"%d\",\"version\":\"1\"}", "]}");
	list_add(bodies, "{\"page\":[", "{\"ticket\":{\"id\":\"%d\"},\"time\":\"2026-11-22T08:00:00Z\"}", "]}");
	list_add(bodies, "{\"changes\":[{\"ticket\":{\"id\":\"17\"},\"comments\":[", "{\"id\":\"%d\",\"body\":\"x\"}",
		 "]}]}");
	list_add(bodies, "{\"ticket\":{\"id\":\"17\"},\"comments\":[", "{\"id\":\"%d\",\"body\":\"x\"}", "]}");
}

static struct ent_str text_of(struct bodies *bodies, const char *path)
{
	FILE *file = fopen(path, "rb");
	struct sdk_buf buf;
	char chunk[4096];
	struct ent_str text;

	assert_non_null(file);
	sdk_buf_init(&buf, TEXT_MAX);
	for (size_t n; (n = fread(chunk, 1, sizeof chunk, file)) > 0;)
		sdk_buf_add(&buf, chunk, n);
	assert_false(buf.failed);
	(void)fclose(file);
	text = sdk_dup(&bodies->arena.abi, sdk_buf_view(&buf));
	sdk_buf_release(&buf);
	return text;
}

static void bodies_read(struct bodies *bodies, const char *connector)
{
	char pattern[512];
	glob_t found;

	bodies->n = 0;
	sdk_arena_init(&bodies->arena);
	(void)snprintf(pattern, sizeof pattern, "%s/%s/*.case", CASES, connector);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++)
		case_take(bodies, text_of(bodies, found.gl_pathv[i]));
	globfree(&found);
	if (strcmp(connector, "generic") == 0)
		programs_words_add(bodies);
	assert_true(bodies->n > 0);
}

/* ---- by chance --------------------------------------------------------------------------------- */

static uint64_t chance(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static size_t below(uint64_t *seed, size_t n)
{
	return n ? (size_t)(chance(seed) % n) : 0;
}

/* In memory of its own, so that a sanitizer sees a read of the byte behind it. */
static struct ent_str changed(uint64_t *seed, struct ent_str body, char **ret_memory)
{
	static const char *const token[] = {"null", "\"\"", "[]",      "{}", "-1",   "1e999", "9223372036854775808",
					    "true", "\"",   "\\u0000", ",",  "[[[[", "\xff",  "0"};
	size_t at = below(seed, body.n + 1), n = below(seed, body.n - at + 1);
	const char *put = token[below(seed, sizeof token / sizeof *token)];
	struct sdk_buf buf;
	struct ent_str whole;

	sdk_buf_init(&buf, 4 * TEXT_MAX);
	switch (below(seed, 5)) {
	case 0: /* cut */
		sdk_buf_add(&buf, body.p, at);
		break;
	case 1: /* a part is gone */
		sdk_buf_add(&buf, body.p, at);
		sdk_buf_add(&buf, body.p + at + n, body.n - at - n);
		break;
	case 2: /* a part stands twice */
		sdk_buf_add(&buf, body.p, at + n);
		sdk_buf_add(&buf, body.p + at, body.n - at);
		break;
	case 3: /* another value in place of one */
		n = at < body.n ? value_end(body, at) - at : 0;
		sdk_buf_add(&buf, body.p, at);
		sdk_buf_z(&buf, put);
		sdk_buf_add(&buf, body.p + at + n, body.n - at - n);
		break;
	default: /* as it is */
		sdk_buf_str(&buf, body);
		break;
	}
	assert_false(buf.failed);
	*ret_memory = malloc(buf.n ? buf.n : 1);
	assert_non_null(*ret_memory);
	memcpy(*ret_memory, buf.p ? buf.p : "", buf.n);
	whole = (struct ent_str){*ret_memory, buf.n};
	sdk_buf_release(&buf);
	return whole;
}

static void feed(struct answerer *answerer, struct ent_str body, uint8_t kind, uint8_t bits, uint64_t seed)
{
	static const int status[] = {200, 201, 204, 400, 404, 409, 200, 503};
	struct ent_call call = {0};
	struct ent_err err = {0};
	const char *fault;

	call_fill(&call, kind, bits & 8, words_of(body));
	fault = answerer_ask(answerer, &call, status[bits >> 4 & 7], body, &err);
	if (!fault)
		fault = answerer_hear(answerer, body, &err);
	if (fault)
		fail_msg("%s, op %d, seed %llu: %s (%s): %.*s", answerer->connector->name, kind % ENT_N_OP,
			 (unsigned long long)seed, fault, err.msg, (int)(body.n < 300 ? body.n : 300), body.p);
}

static void connector_feed(const struct ent_connector *connector)
{
	struct bodies *bodies = calloc(1, sizeof *bodies);
	struct answerer answerer;
	struct ent_err err = {0};
	uint64_t seed = 0x9e3779b97f4a7c15;
	const char *fault = answerer_open(&answerer, connector, &err);

	assert_non_null(bodies);
	if (fault)
		fail_msg("%s: %s (%s)", connector->name, fault, err.msg);
	bodies_read(bodies, connector->name);
	for (size_t i = 0; i < bodies->n; i++)
		for (int k = 0; k < MUTATIONS; k++) {
			uint64_t from = seed;
			char *memory;
			struct ent_str body = changed(&seed, bodies->at[i], &memory);
			uint8_t bits = (uint8_t)chance(&seed);

			/* each op in its turn; a good status in half of them */
			feed(&answerer, body, (uint8_t)(i + (size_t)k), k & 1 ? bits : bits & 8, from);
			free(memory);
		}
	answerer_close(&answerer);
	sdk_arena_release(&bodies->arena);
	free(bodies);
}

static void no_answer_breaks_a_promise(void **state)
{
	struct plugins *plugins = NULL;
	struct ent_err err;
	size_t n = 0;

	(void)state;
	if (plugins_load(CONNECTORS, &plugins, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	for (size_t i = 0; i < plugins_count(plugins); i++)
		if (plugins_at(plugins, i)->build) {
			connector_feed(plugins_at(plugins, i));
			n++;
		}
	assert_true(n >= 8);
	plugins_unload(plugins);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(no_answer_breaks_a_promise)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
