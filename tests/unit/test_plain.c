/* SPDX-License-Identifier: Apache-2.0 */
/* A program that only copies says without jq what jq says: each program here is run both ways over each body. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "generic/generic.h"

#define N(array) (sizeof(array) / sizeof *(array))

static const char *const plain_program[] = {
    ".body",
    "{a: .body.id}",
    "{ticket: {id: .body.issue.id, key: .body.issue.key, title: .body.issue.fields.summary}}",
    "{ticket: {id: .body[\"id\"], title: .body.\"sub ject\", \"x y\": .body.issue[ \"key\" ]}}",
    ".body as $b | {id: $b.id, other: {$b}, id2: ($b.issue | .id)}",
    ".body.issue as $i | .body.id as $d | {i: $i, d: $d, both: [$i.id]}",
    "{a: (.body.none // \"instead\"), b: (.body.id // 7), c: (.body.no // .body.never // false)}",
    "{a: (.body.yes // 1), b: (.body.no // 1), c: (.body.null // null)}",
    ".body | {id, issue, \"null\", \"sub ject\"}",
    ".body.id as $x | .body.issue | .key as $x | {x: $x, y: .id}",
    "{a: .body.list, b: .body.issue.fields} # a comment",
    "{a: .body.id?, b: .body?.issue?.key?}",
    "{a: [.body.id], b: [.], c: 0}",
    "{a: {}, b: \"\", c: true, d: null, e: 123456789012345}",
    "\n{\n  ticket: {\n    id: .body.id\n  },\n  time: .body.number\n}\n",
    "(.body.id // .body.number) as $n | {n: $n}",
    ".headers.x // {h: .body.id}",
    ". as $all | {a: $all.body.id, b: $all}",
    ".",
};

/* jq runs these, as they do more. */
static const char *const other_program[] = {
    ".body[]",
    ".body.a + 1",
    "{a: .body.id | tostring}",
    "if .body then 1 else 2 end",
    ".body[0]",
    "{(.body.id): 1}",
    "\"a\\(.body)\"",
    "\"\\u00e9\"",
    "{a: 1, a: 2}",
    "-1",
    "1.5",
    "12345678901234567890",
    ".body |= 1",
    ".a //= 2",
    "..",
    "def f: 1; f",
    "@base64",
    "[]",
    ".body.a, .body.b",
    "empty",
    "$x.y[0]",
    ".a as [$b] | $b",
    "reduce .a as $x (0; 1)",
    "try .a",
    ".a?//.b",
    "not",
    "{a: .b, }",
    "",
};

static const char *const bodies[] = {
    "{}",
    "null",
    "[]",
    "\"text\"",
    "17",
    "{\"id\":\"A-1\",\"issue\":{\"id\":12,\"key\":\"K\",\"fields\":{\"summary\":\"S \\u00e9 \\n "
    "\\\"q\\\"\",\"z\":[1,2,{\"a\":null}]}}}",
    "{\"id\":0,\"issue\":null,\"sub ject\":\"two "
    "words\",\"yes\":true,\"no\":false,\"null\":null,\"list\":[],\"number\":-5}",
    "{\"id\":1.5,\"issue\":{\"id\":1e3,\"key\":9007199254740993,\"fields\":{\"summary\":-0}},\"number\":"
    "100000000000000000000}",
    "{\"id\":{\"id\":{\"id\":1}},\"issue\":\"text\",\"number\":1700000000000,\"list\":[[[]],{\"b\":1,\"a\":2}]}",
    "{\"id\":[1],\"issue\":[],\"sub ject\":{},\"none\":\"\",\"yes\":0,\"no\":\"\"}",
};

struct said {
	struct ent_arena *arena;
	struct ent_str text;
	unsigned n;
};

static enum ent_rc keep(void *to, struct ent_str json, struct ent_err *err)
{
	struct said *said = to;
	const struct sdk_json *node;

	assert_int_equal(sdk_json_parse(said->arena, json, &node, err), ENT_OK);
	said->text = sdk_json_print(said->arena, node);
	said->n++;
	return ENT_OK;
}

static struct program *jq_compiled(const char *source)
{
	const struct program_world world = {ENT_STR(""), ENT_ABSENT, NULL, false};
	struct program *program;
	struct ent_err err;

	if (program_compile("decode", &world, sdk_str(source), &program, &err) != ENT_OK)
		fail_msg("%s: %s", source, err.msg);
	return program;
}

static void jq_says(struct program *program, const char *json, struct said *said)
{
	struct ent_err err;
	jv body;

	assert_int_equal(json_read(sdk_str(json), said->arena, &body, &err), ENT_OK);
	jv input =
	    jv_object_set(jv_object_set(jv_object(), jv_string("headers"), jv_object()), jv_string("body"), body);
	assert_int_equal(program_run(program, input, SIZE_MAX, keep, said, &err), ENT_OK);
	assert_int_equal(said->n, 1);
}

/* True: it was answered without jq. */
static bool plain_says_the_same(const struct plain *plain, struct program *program, const char *source,
				const char *json)
{
	struct sdk_arena arena;
	const struct sdk_json *node, *output;
	struct said said;

	sdk_arena_init(&arena);
	said = (struct said){.arena = &arena.abi};
	assert_int_equal(sdk_json_parse(&arena.abi, sdk_str(json), &node, NULL), ENT_OK);
	bool answered = plain_run(plain, node, &arena.abi, &output);
	if (answered) {
		struct ent_str text = sdk_json_print(&arena.abi, output);
		jq_says(program, json, &said);
		if (!sdk_eq(text, said.text))
			fail_msg("%s over %s: %.*s, but jq says %.*s", source, json, ENT_F(text), ENT_F(said.text));
	}
	sdk_arena_release(&arena);
	return answered;
}

static void test_says_what_jq_says(void **state)
{
	unsigned n = 0;

	(void)state;
	for (size_t i = 0; i < N(plain_program); i++) {
		struct plain *plain = plain_compile(sdk_str(plain_program[i]));
		struct program *program = jq_compiled(plain_program[i]);
		if (!plain)
			fail_msg("%s is plain", plain_program[i]);
		for (size_t j = 0; j < N(bodies); j++)
			n += plain_says_the_same(plain, program, plain_program[i], bodies[j]);
		program_free(program);
		plain_free(plain);
	}
	assert_in_range(n, 80, N(plain_program) * N(bodies)); /* most; the rest jq must say */
}

static void test_leaves_the_rest_to_jq(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(other_program); i++)
		if (plain_compile(sdk_str(other_program[i])))
			fail_msg("%s is not plain", other_program[i]);
}

/* A usual webhook through a usual program needs no jq: that is what it is for. */
static void test_answers_the_usual(void **state)
{
	static const char source[] = ".body.issue as $i | {ticket: {id: $i.id, key: $i.key, title: $i.fields.summary}}";
	struct plain *plain = plain_compile(sdk_str(source));
	struct program *program = jq_compiled(source);

	(void)state;
	assert_non_null(plain);
	assert_true(plain_says_the_same(plain, program, source, bodies[5]));
	program_free(program);
	plain_free(plain);
}

static void test_depth_is_bounded(void **state)
{
	char source[4096];

	(void)state;
	memset(source, '(', sizeof source);
	assert_null(plain_compile((struct ent_str){source, sizeof source}));
	memset(source, '{', sizeof source);
	assert_null(plain_compile((struct ent_str){source, sizeof source}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_says_what_jq_says),
	    cmocka_unit_test(test_leaves_the_rest_to_jq),
	    cmocka_unit_test(test_answers_the_usual),
	    cmocka_unit_test(test_depth_is_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
