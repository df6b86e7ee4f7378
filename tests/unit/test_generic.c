/* SPDX-License-Identifier: Apache-2.0 */
/* The generic connector as the broker uses it: what open() refuses, and that one state serves many deliveries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "config/plugins.h"
#include "sdk/str.h"

#define CANARY "canary-51d0"

static int set_up(void **state)
{
	struct plugins *plugins = NULL;
	struct ent_err err;

	if (setenv("ENTENTE_TEST_CANARY", CANARY, 1) != 0 || plugins_load(CONNECTORS, &plugins, &err) != ENT_OK)
		return -1;
	*state = plugins;
	return 0;
}

static int tear_down(void **state)
{
	plugins_unload(*state);
	return 0;
}

/* Settings by name, pairs that end with NULL; the others have their default. */
static void *settings_of(const struct ent_connector *connector, struct sdk_arena *arena, const char *const *pair)
{
	char *settings = sdk_alloc(&arena->abi, connector->settings_size);

	for (const struct ent_setting *row = connector->setting; row->name; row++) {
		struct ent_str value = sdk_str(row->dflt);

		for (size_t i = 0; pair[i]; i += 2)
			if (strcmp(pair[i], row->name) == 0)
				value = sdk_str(pair[i + 1]);
		if (row->type == ENT_SETTING_INT)
			assert_true(sdk_to_int(value, (int64_t *)(void *)(settings + row->offset)));
		else
			*(struct ent_str *)(void *)(settings + row->offset) = value;
	}
	return settings;
}

static void what_open_refuses(void **state)
{
	static const struct {
		const char *pair[7], *words;
	} rows[] = {
	    {{"decode", ".a |"}, "decode: "},
	    {{"decode", "\n\n  foo"}, "decode: line 3: foo/0 is not defined"},
	    {{"decode", "   "}, "decode: the program is empty"},
	    {{"decode", "import \"x\" as x; .a"}, "modules"},
	    {{"decode", "include \"x\"; .a"}, "modules"},
	    {{"decode", "(import \"x\" as x; .a)"}, "decode: line 1: syntax error"},
	    {{"decode", "$__prog_args"}, "is not defined"},
	    {{"decode", ".", "signature_scheme", "none"}, "unsigned: true"},
	    {{"decode", ".", "signature_scheme", "md5"}, "found \"md5\", allowed: hmac-sha256-hex"},
	    {{"decode", ".", "body_format", "xml"}, "found \"xml\", allowed: json, form, text"},
	    {{"decode", ".", "form_field", "payload"}, "needs body_format: form"},
	    {{"decode", "def _entente_step: .; def f: f; f"}, "decode: names with _entente_ are the broker's own"},
	    {{"decode", "[55296] | _entente_implode"}, "are the broker's own"},
	    {{"decode", ".", "delivery", "foo"}, "delivery: line 1: foo/0"},
	    {{"decode", ".", "build", "."}, "build and parse belong together"},
	    {{"decode", ".", "parse", "."}, "build and parse belong together"},
	    {{"decode", ".", "build", ".", "parse", "\n foo"}, "parse: line 2: foo/0"},
	    {{"decode", ".", "build", "env.x | import", "parse", "."}, "build: "},
	    {{"decode", ".", "statuses", "mine"}, "statuses: allowed: http, own"},
	    {{"decode", ".", "repeat_create", "always"}, "allowed: never, search, safe"},
	    {{"decode", ".", "repeat_comment", ""}, "allowed: never, search, safe"},
	    {{"decode", ".", "poll_overlap_s", "0"}, "poll_overlap_s: 1 to 3600"},
	    {{"decode", ".", "poll_grain_s", "86401"}, "poll_grain_s: 1 to 86400"},
	};
	const struct ent_connector *generic = plugins_find(*state, ENT_STR("generic"));

	assert_non_null(generic);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct sdk_arena arena;
		struct ent_err err = {0};
		void *made = NULL;

		sdk_arena_init(&arena);
		assert_int_equal(generic->open(settings_of(generic, &arena, rows[i].pair), &made, &err), ENT_EINVAL);
		assert_null(made);
		if (!strstr(err.msg, rows[i].words))
			fail_msg("\"%s\" does not say \"%s\"", err.msg, rows[i].words);
		sdk_arena_release(&arena);
	}
	generic->close(NULL);
}

/* One delivery; returns the rc, *ret_n the number of changes, and what the first one's fields say. */
static enum ent_rc decode(const struct ent_connector *generic, const struct ent_self *self, const char *body,
			  size_t *ret_n, char fields[256], struct ent_err *err)
{
	struct ent_webhook webhook = {.body = sdk_str(body)};
	struct ent_changes changes = {NULL, 0};
	struct sdk_arena arena;
	enum ent_rc rc;

	sdk_arena_init(&arena);
	rc = generic->decode(self, &webhook, &arena.abi, &changes, err);
	*ret_n = changes.n;
	fields[0] = '\0';
	if (rc == ENT_OK && changes.n > 0 && changes.at[0].ticket.at[ENT_FIELDS].text.n < 256) {
		struct ent_str text = changes.at[0].ticket.at[ENT_FIELDS].text;

		memcpy(fields, text.n ? text.p : "", text.n);
		fields[text.n] = '\0';
	}
	sdk_arena_release(&arena);
	return rc;
}

static struct ent_self self_of(const struct ent_connector *generic, struct sdk_arena *arena, const char *program)
{
	const char *const pair[] = {"decode", program, NULL};
	struct ent_self self = {.settings = settings_of(generic, arena, pair)};
	struct ent_err err = {0};

	if (generic->open(self.settings, &self.state, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	return self;
}

/* Functions of the sdk that a program may call, applied to the body. Each row: the call and its value or error text. */
static void functions_of_the_sdk(void **state)
{
	static const struct {
		const char *zone, *program, *body, *value;
	} rows[] = {
	    {"", "html_text", "\"<p>a&amp;b</p><ul><li>c</li></ul>\"", "\"a&b\\n\\n- c\""},
	    {"", "html_text", "\"plain\"", "\"plain\""},
	    {"", "html_escape", "\"<a href='x'>&\\\"\"", "\"&lt;a href=&#39;x&#39;&gt;&amp;&quot;\""},
	    {"", "html_escape | html_text", "\"1 < 2 & 3 > 2\"", "\"1 < 2 & 3 > 2\""},
	    {"", "trim", "\" \\t a b \\n\"", "\"a b\""},
	    {"", "trim", "\"\"", "\"\""},
	    {"", "[xml | xml_all(\"i\").text]", "\"<r><i>1</i><g><i>2</i></g></r>\"", "[\"1\",\"2\"]"},
	    {"", "[xml | xml_all(\"n\")]", "\"<r/>\"", "[]"},
	    {"", "xml | [xml_text(\"t\"), xml_text(\"n\")]", "\"<r><t>1</t><t>2</t></r>\"", "[\"1\",null]"},
	    {"", "xml | .child[0].attr.href", "\"<r><a href='x'/></r>\"", "\"x\""},
	    {"Europe/Paris", "from_local", "\"2026-07-01 12:00:00\"", "\"2026-07-01T10:00:00.000Z\""},
	    {"Europe/Paris", "to_local", "\"2026-01-01T12:00:00Z\"", "\"2026-01-01T13:00:00\""},
	    {"", "html_text", "7", "take a text"},
	    {"", "trim", "null", "take a text"},
	    {"", "xml", "\"<a>\"", "the XML "},
	    {"", "xml", "\"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>\"", "document type"},
	    {"", "from_local", "\"2026-07-01 12:00:00\"", "the setting `zone`"},
	    {"UTC", "from_local", "\"soon\"", "not a time"},
	    {"UTC", "to_local", "\"2026-07-01 12:00:00\"", "not a time"},
	};
	const struct ent_connector *generic = plugins_find(*state, ENT_STR("generic"));

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char program[128], wanted[128], fields[256];
		const char *const pair[] = {"decode", program, "zone", rows[i].zone, NULL};
		struct ent_self self = {NULL, NULL};
		struct sdk_arena arena;
		struct ent_err err = {0};
		enum ent_rc rc;
		size_t n;

		sdk_arena_init(&arena);
		(void)snprintf(program, sizeof program, "{ticket: {id: \"x\", fields: {v: (.body | %s)}}}",
			       rows[i].program);
		(void)snprintf(wanted, sizeof wanted, "{\"v\":%s}", rows[i].value);
		self.settings = settings_of(generic, &arena, pair);
		assert_int_equal(generic->open(self.settings, &self.state, &err), ENT_OK);
		rc = decode(generic, &self, rows[i].body, &n, fields, &err);
		if (rc == ENT_OK ? strcmp(fields, wanted) != 0 : !strstr(err.msg, rows[i].value))
			fail_msg("%s of %s: %s%s, not %s", rows[i].program, rows[i].body, fields, err.msg,
				 rows[i].value);
		generic->close(self.state);
		sdk_arena_release(&arena);
	}
}

/* After an error, an endless run or too many outputs, the next delivery is decoded as if nothing had been. */
static void errors_leave_nothing_behind(void **state)
{
	static const char program[] =
	    "if .body == 1 then range(1e12) | empty elif .body == 2 then .body.x "
	    "elif .body == 3 then range(1000) | {ticket: {id: \"\\(.)\"}} elif .body == 4 then 7 "
	    "elif .body == 5 then def _step: .; def f: f; f else {ticket: {id: \"x\", fields: {body}}} end";
	const struct ent_connector *generic = plugins_find(*state, ENT_STR("generic"));
	struct sdk_arena arena;
	struct ent_self self;
	struct ent_err err;
	char fields[256];
	size_t n;

	sdk_arena_init(&arena);
	self = self_of(generic, &arena, program);
	for (int i = 0; i < 20; i++) {
		const char body[] = {(char)('1' + i % 5), '\0'};

		assert_int_equal(decode(generic, &self, body, &n, fields, &err), ENT_EINVAL);
		assert_int_equal(n, 0);
		assert_int_equal(decode(generic, &self, "9007199254740993", &n, fields, &err), ENT_OK);
		assert_int_equal(n, 1);
		assert_string_equal(fields, "{\"body\":\"9007199254740993\"}");
	}
	generic->close(self.state);
	sdk_arena_release(&arena);
}

/* Whatever a program tries, the process' environment is not in what it gives, nor in its errors. */
static void environment_stays_inside(void **state)
{
	static const char *const program[] = {
	    "{ticket: {id: \"1\", fields: {e: $ENV}}}",
	    "{ticket: {id: \"1\", fields: {e: env}}}",
	    "{ticket: {id: \"1\", fields: {e: env.ENTENTE_TEST_CANARY, f: $ENV.ENTENTE_TEST_CANARY}}}",
	    "1) | ({ticket: {id: \"1\", fields: {e: $ENV, f: env}}}",
	    "def env: $ENV; {ticket: {id: \"1\", fields: {e: env}}}",
	    "{ticket: {id: \"1\", fields: {e: [$ENV, env | .. | strings]}}}",
	    "error(env | tostring)",
	    "error($ENV)",
	    "{ticket: {id: \"1\", fields: ($ENV + env)}}",
	    "$__loc__ | {ticket: {id: \"1\", fields: .}}",
	    "{ticket: {id: \"1\", fields: {e: (try get_search_list catch .), f: (try (\"x\" | modulemeta) catch .)}}}",
	    "{ticket: {id: \"1\", fields: {g: input_filename}}}",
	};
	const struct ent_connector *generic = plugins_find(*state, ENT_STR("generic"));

	for (size_t i = 0; i < sizeof program / sizeof *program; i++) {
		struct sdk_arena arena;
		struct ent_self self;
		struct ent_err err = {0};
		char fields[256];
		size_t n;

		sdk_arena_init(&arena);
		self = self_of(generic, &arena, program[i]);
		if (decode(generic, &self, "{}", &n, fields, &err) == ENT_OK)
			assert_true(fields[0]); /* small enough to be looked at */
		if (strstr(fields, CANARY) || strstr(err.msg, CANARY) || strstr(fields, "PATH") ||
		    strstr(err.msg, "PATH"))
			fail_msg("%s gives %s%s", program[i], fields, err.msg);
		generic->close(self.state);
		sdk_arena_release(&arena);
	}
}

struct worker {
	const struct ent_connector *generic;
	struct ent_self self;
	int n_wrong;
};

static void *work(void *of)
{
	struct worker *worker = of;

	for (int i = 0; i < 500; i++) {
		struct ent_err err;
		char fields[256];
		size_t n;

		if (decode(worker->generic, &worker->self, "{\"a\":\"b  \"}", &n, fields, &err) != ENT_OK || n != 1 ||
		    strcmp(fields, "{\"a\":\"b\",\"r\":[0.1,12]}") != 0)
			worker->n_wrong++;
	}
	return NULL;
}

/* One state per thread, as the broker has it: libjq keeps things per thread, too. */
static void states_on_threads(void **state)
{
	const struct ent_connector *generic = plugins_find(*state, ENT_STR("generic"));
	struct worker worker[2];
	struct sdk_arena arena;
	pthread_t thread[2];

	sdk_arena_init(&arena);
	for (int i = 0; i < 2; i++) {
		worker[i] = (struct worker){generic,
					    self_of(generic, &arena,
						    "{ticket: {id: \"1\", fields: {a: (.body.a | gsub(\"\\\\s+$\"; "
						    "\"\")), r: [0.1, (\"12\" | tonumber)]}}}"),
					    0};
		assert_int_equal(pthread_create(&thread[i], NULL, work, &worker[i]), 0);
	}
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pthread_join(thread[i], NULL), 0);
		assert_int_equal(worker[i].n_wrong, 0);
		generic->close(worker[i].self.state);
	}
	sdk_arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_open_refuses),           cmocka_unit_test(functions_of_the_sdk),
	    cmocka_unit_test(errors_leave_nothing_behind), cmocka_unit_test(environment_stays_inside),
	    cmocka_unit_test(states_on_threads),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
