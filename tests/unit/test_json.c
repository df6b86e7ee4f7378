/* SPDX-License-Identifier: Apache-2.0 */
/* Which texts are JSON. */
#include <dirent.h>

#include "json_texts.h"
#include "test_files.h"

/* ---- the gate --------------------------------------------------------------- */

static const struct {
	const char *text, *why; /* why: part of the message; NULL: it is valid */
} gate_row[] = {
    {"{}", NULL},
    {"[]", NULL},
    {" [ 1 , 2 ] \r\n\t", NULL},
    {"\"\"", NULL},
    {"0", NULL},
    {"-0.0e-0", NULL},
    {"[true,false,null]", NULL},
    {"{\"a\":{\"a\":{\"a\":1}},\"b\":[{\"a\":1},{\"a\":1}]}", NULL}, /* the same name, never in one object */
    {"{\"a\":1,\"A\":2,\"\":3,\"a \":4}", NULL},
    {"\"\\ud83d\\udea8 \\\" \\\\ \\/ \\b\\f\\n\\r\\t \\u00e9\"", NULL},
    {"\"\xF0\x9F\x9A\xA8\"", NULL},
    {"\"\\\\u0000\"", NULL},
    {"\"\x7F\"", NULL},
    {"", "empty at byte 0"},
    {" ", "ends early at byte 1"},
    {"[1,", "ends early at byte 3"},
    {"{\"a\"", "expected : after the key at byte 4"},
    {"{\"a\" 1}", "expected : after the key at byte 5"},
    {"{a:1}", "expected a key in quotes at byte 1"},
    {"{'a':1}", "expected a key in quotes at byte 1"},
    {"{\"a\":1,}", "expected a key in quotes at byte 7"},
    {"{,}", "expected a key in quotes at byte 1"},
    {"[1,]", "not a JSON value at byte 3"},
    {"[,1]", "not a JSON value at byte 1"},
    {"[1}", "expected , or ] at byte 2"},
    {"{\"a\":1]", "expected , or } at byte 6"},
    {"[}", "expected , or ] at byte 1"},
    {"{]", "expected , or } at byte 1"},
    {"]", "not a JSON value at byte 0"},
    {"[1] x", "something follows the value at byte 4"},
    {"{}{}", "something follows the value at byte 2"},
    {"1 2", "something follows the value at byte 2"},
    {"01", "leading zero at byte 0"},
    {"-01", "leading zero at byte 1"},
    {"-", "a digit is missing at byte 1"},
    {"1.", "a digit is missing at byte 2"},
    {".5", "not a JSON value at byte 0"},
    {"+1", "not a JSON value at byte 0"},
    {"1e", "a digit is missing at byte 2"},
    {"1e+", "a digit is missing at byte 3"},
    {"0x1", "something follows the value at byte 1"},
    {"NaN", "not a JSON value at byte 0"},
    {"nul", "not a JSON value at byte 0"},
    {"True", "not a JSON value at byte 0"},
    {"\"a", "the string does not end at byte 2"},
    {"\"a\\", "the string does not end at byte 2"},
    {"\"a\\\"", "the string does not end at byte 4"},
    {"\"\\x\"", "no such escape at byte 1"},
    {"\"\\u12\"", "four hexadecimal digits at byte 1"},
    {"\"\\u12g4\"", "four hexadecimal digits at byte 1"},
    {"\"long enough for a word \n\"", "control character in a string at byte 24"},
    {"\"\\u0000\"", "U+0000 in a string at byte 1"},
    {"{\"\\u0000\":1}", "U+0000 in a string at byte 2"},
    {"\"\\ud800\"", "surrogate without its other half at byte 1"},
    {"\"\\udc00\"", "surrogate without its other half at byte 1"},
    {"\"\\ud800\\ud800\"", "surrogate without its other half at byte 1"},
    {"\"\\ud800\\n\"", "surrogate without its other half at byte 1"},
    {"\"\\udc00\\ud800\"", "surrogate without its other half at byte 1"},
    {"\"x\\ud800", "surrogate without its other half at byte 2"},
    {"\"\xED\xA0\x80\"", "not UTF-8 at byte 1"},
    {"\"\xC0\x80\"", "not UTF-8 at byte 1"},
    {"\"\xFF\"", "not UTF-8 at byte 1"}, /* the mark that numbers carry inside */
    {"\"abcdefgh\xC3\"", "not UTF-8 at byte 9"},
    {"\xEF\xBB\xBF{}", "a byte order mark at byte 0"},
    {"{}\xEF\xBB\xBF", "something follows the value at byte 2"},
    {"\xFF\xFE{\x01", "not a JSON value at byte 0"},
    {"[1]\x0C", "something follows the value at byte 3"},
    {"\xC2\xA0[1]", "not a JSON value at byte 0"},
    {"[1]//c", "something follows the value at byte 3"},
    {"{\"a\":1,\"a\":1}", "a key stands twice in the object that ends at byte 12: \"a\""},
    {"{\"a\":1,\"\\u0061\":2}", "a key stands twice"}, /* the same name, written otherwise */
    {"{\"\\u00e9\":1,\"\xC3\xA9\":2}", "a key stands twice"},
    {"{\"\\ud83d\\udea8\":1,\"\xF0\x9F\x9A\xA8\":2}", "a key stands twice"},
    {"{\"/\":1,\"\\/\":2}", "a key stands twice"},
    {"{\"\":1,\"\":2}", "a key stands twice"},
    {"[{\"b\":{\"a\":1,\"b\":2,\"a\":3}}]", "a key stands twice in the object that ends at byte 24: \"a\""},
    {"{\"x\":{\"x\":1},\"x\":2}", "a key stands twice"}, /* after a nested object with that name */
};

static void test_gate(void **state)
{
	for (size_t i = 0; i < N(gate_row); i++) {
		const char *why = gate_row[i].why;
		const struct sdk_json *node = NULL;
		struct ent_err err = {.msg = ""};
		struct ent_str text = exact(arena_of(state), sdk_str(gate_row[i].text));
		enum ent_rc rc = sdk_json_check(text, &err);
		if (rc != (why ? ENT_EINVAL : ENT_OK) || (why && !strstr(err.msg, why)))
			fail_msg("row %zu, %s: '%s', not '%s'", i, gate_row[i].text, err.msg, why ? why : "");
		assert_int_equal(sdk_json_parse(arena_of(state), text, &node, &err), rc);
		assert_int_equal(node != NULL, rc == ENT_OK);
	}
	assert_int_equal(sdk_json_check(ENT_ABSENT, &(struct ent_err){0}), ENT_EINVAL);
	assert_int_equal(sdk_json_check(ENT_STR("[1]\0"), &(struct ent_err){0}), ENT_EINVAL);
	assert_int_equal(sdk_json_check(ENT_STR("\"a\0b\""), &(struct ent_err){0}), ENT_EINVAL);
}

/* Wrong at every length: each beginning of a valid text is invalid. */
static void test_gate_cut_off(void **state)
{
	struct ent_str text =
	    ENT_STR("{\"k\\u00e9y\":[-1.5e+3,\"\\ud83d\\udea8 \xF0\x9F\x9A\xA8\",true,null,{}],\"b\":\"x\"}");

	assert_int_equal(sdk_json_check(text, &(struct ent_err){0}), ENT_OK);
	for (size_t n = 0; n < text.n; n++) {
		struct ent_str part = exact(arena_of(state), (struct ent_str){text.p, n});
		assert_int_equal(sdk_json_check(part, &(struct ent_err){0}), ENT_EINVAL);
	}
}

static void test_depth(void **state)
{
	struct ent_err err;

	for (size_t depth = SDK_JSON_DEPTH_MAX - 1; depth <= SDK_JSON_DEPTH_MAX + 1; depth++) {
		enum ent_rc want = depth <= SDK_JSON_DEPTH_MAX ? ENT_OK : ENT_EINVAL;
		const struct sdk_json *node = NULL;
		struct sdk_buf buf;
		sdk_buf_init(&buf, 1000);
		for (size_t i = 0; i < depth; i++)
			sdk_buf_z(&buf, i % 2 ? "{\"a\":" : "[");
		sdk_buf_z(&buf, "1");
		for (size_t i = depth; i-- > 0;)
			sdk_buf_z(&buf, i % 2 ? "}" : "]");
		assert_int_equal(sdk_json_parse(arena_of(state), sdk_buf_view(&buf), &node, &err), want);
		if (want == ENT_OK)
			assert_true(sdk_eq(sdk_json_print(arena_of(state), node), sdk_buf_view(&buf)));
		sdk_buf_release(&buf);
	}
	assert_non_null(strstr(err.msg, "nested too deeply at byte"));
}

/* One object of n keys, then the same with `twice` at its end. */
static void check_keys(unsigned n, bool collide, const char *twice)
{
	struct sdk_buf buf;

	sdk_buf_init(&buf, 4u << 20);
	for (unsigned i = 0; i < n; i++) {
		sdk_buf_z(&buf, i > 0 ? ",\"" : "{\"");
		if (collide)
			sdk_buf_format(&buf, "aaaaaaaaaaaa%06ubbbbbbbbbbbb\":%u", i, i);
		else
			sdk_buf_format(&buf, "key%u\":%u", i, i);
	}
	size_t end = buf.n;
	sdk_buf_z(&buf, "}");
	assert_int_equal(sdk_json_check(sdk_buf_view(&buf), &(struct ent_err){0}), ENT_OK);
	buf.n = end;
	sdk_buf_format(&buf, ",\"%s\":0}", twice);
	assert_int_equal(sdk_json_check(sdk_buf_view(&buf), &(struct ent_err){0}), ENT_EINVAL);
	sdk_buf_release(&buf);
}

/* Few and many keys; once with names that collide in whatever the hash looks at: same size, same
 * first and last 8 bytes. */
static void test_many_keys(void **state)
{
	const unsigned n[] = {8, 63, 64, 65, 100, 127, 128, 129, 500, 20000};

	(void)state;
	for (size_t i = 0; i < N(n); i++) {
		check_keys(n[i], false, "key7");
		check_keys(n[i], true, "aaaaaaaaaaaa000007bbbbbbbbbbbb");
	}
}

/* ---- JSONTestSuite ------------------------------------------------------------ */

/* Valid by RFC 8259, refused here on purpose. */
static const char *const refused[] = {
    "y_object_duplicated_key.json",           /* two readers would see two different values */
    "y_object_duplicated_key_and_value.json", /* the same */
    "y_object_escaped_null_in_key.json",      /* U+0000: C strings, SQLite and PostgreSQL cut or refuse it */
    "y_string_null_escape.json",              /* the same */
};

static bool is_refused_on_purpose(const char *name)
{
	for (size_t i = 0; i < N(refused); i++)
		if (strcmp(name, refused[i]) == 0)
			return true;
	return false;
}

static void suite_file(struct ent_arena *arena, const char *folder, const char *name, size_t count[3])
{
	struct ent_str text = file_read(arena, sdk_format(arena, "%s/%s", folder, name).p);
	const struct sdk_json *node = NULL;
	struct ent_err err = {.msg = ""};

	assert_non_null(text.p);
	text = exact(arena, text);
	enum ent_rc rc = sdk_json_parse(arena, text, &node, &err);
	assert_int_equal(sdk_json_check(text, &err), rc);
	if (name[0] == 'y') {
		count[0]++;
		if ((rc == ENT_OK) == is_refused_on_purpose(name))
			fail_msg("%s: %s", name, rc == ENT_OK ? "accepted" : err.msg);
	} else if (name[0] == 'n') {
		count[1]++;
		if (rc == ENT_OK)
			fail_msg("%s: accepted", name);
	} else {
		count[2]++; /* either is right, crashing is not */
	}
	if (rc != ENT_OK)
		return;
	/* What we print of it is valid and prints the same again. */
	struct ent_str printed = sdk_json_print(arena, node);
	assert_int_equal(sdk_json_parse(arena, printed, &node, &err), ENT_OK);
	assert_true(sdk_eq(sdk_json_print(arena, node), printed));
	assert_int_equal(sdk_json_check(sdk_json_quote_big(arena, text), &err), ENT_OK);
}

static void test_suite(void **state)
{
	struct ent_arena *arena = arena_of(state);
	struct ent_str folder = shared_path(arena, "hostile/json/test_parsing");
	DIR *dir = opendir(folder.p);
	size_t count[3] = {0};

	if (!dir) {
		print_message("SKIP: JSONTestSuite is not at %s\n", folder.p);
		skip();
	}
	for (const struct dirent *entry; (entry = readdir(dir));)
		if (entry->d_name[0] && entry->d_name[1] == '_' && strchr("yni", entry->d_name[0]))
			suite_file(arena, folder.p, entry->d_name, count);
	closedir(dir);
	if (count[0] < 95 || count[1] < 185 || count[2] < 35)
		fail_msg("only %zu y, %zu n, %zu i files", count[0], count[1], count[2]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_gate), TEST(test_gate_cut_off), TEST(test_depth), TEST(test_many_keys), TEST(test_suite),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
