/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sdk/json.h"
#include "test_files.h"

#define N(array) (sizeof(array) / sizeof *(array))

static struct ent_arena *arena_of(void **state)
{
	return &((struct sdk_arena *)*state)->abi;
}

static int arena_new(void **state)
{
	struct sdk_arena *arena = test_malloc(sizeof *arena);

	sdk_arena_init(arena);
	*state = arena;
	return 0;
}

static int arena_end(void **state)
{
	sdk_arena_release(*state);
	test_free(*state);
	return 0;
}

static void assert_text(struct ent_str got, const char *want)
{
	if (!sdk_eqz(got, want))
		fail_msg("'%.*s', not '%s'", (int)got.n, got.p ? got.p : "(absent)", want ? want : "(absent)");
}

/* The text in memory of exactly its size, so that the sanitizer sees a byte read behind it. */
static struct ent_str exact(struct ent_arena *arena, struct ent_str s)
{
	char *p = sdk_alloc(arena, s.n > 0 ? s.n : 1);

	if (s.n > 0)
		memcpy(p, s.p, s.n);
	return (struct ent_str){p, s.n};
}

static const struct sdk_json *parse(void **state, const char *text)
{
	const struct sdk_json *node = NULL;
	struct ent_err err;

	if (sdk_json_parse(arena_of(state), exact(arena_of(state), sdk_str(text)), &node, &err) != ENT_OK)
		fail_msg("%s: %s", text, err.msg);
	return node;
}

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

/* ---- reading ---------------------------------------------------------------- */

static void test_numbers_keep_their_literal(void **state)
{
	static const struct {
		const char *text;
		bool integer;
		int64_t value;
	} row[] = {
	    {"0", true, 0},
	    {"-0", true, 0},
	    {"42", true, 42},
	    {"9007199254740993", true, 9007199254740993},
	    {"-9007199254740993", true, -9007199254740993},
	    {"9223372036854775807", true, INT64_MAX},
	    {"-9223372036854775808", true, INT64_MIN},
	    {"9223372036854775808", false, 0},
	    {"123456789012345678901234567890", false, 0},
	    {"1.50", false, 0},
	    {"1.0", false, 0},
	    {"1E400", false, 0},
	    {"1e2", false, 0},
	    {"-0.0", false, 0},
	    {"0.1000000000000000055511151231257827", false, 0},
	};

	for (size_t i = 0; i < N(row); i++) {
		struct ent_str in = sdk_format(arena_of(state), "{\"id\":%s,\"l\":[%s]}", row[i].text, row[i].text);
		const struct sdk_json *node = parse(state, in.p);
		int64_t value = 0;
		assert_int_equal(sdk_json_kind(sdk_json_at(node, "id")), SDK_JSON_NUMBER);
		assert_text(sdk_json_text_at(node, "id"), row[i].text);
		assert_text(sdk_json_text(sdk_json_first(sdk_json_at(node, "l"))), row[i].text);
		assert_int_equal(sdk_json_int(sdk_json_at(node, "id"), &value), row[i].integer);
		assert_true(value == row[i].value);
		assert_text(sdk_json_print(arena_of(state), node), in.p);
		assert_text(sdk_json_text(parse(state, row[i].text)), row[i].text); /* alone, with nothing around it */
	}
}

static void test_readers(void **state)
{
	const struct sdk_json *node =
	    parse(state, "{\"a\":{\"b\":{\"c\":\"deep\"},\"n\":null,\"t\":true,\"f\":false,\"e\":\"\",\"d\":\"12\"},"
			 "\"l\":[1,\"two\",{}],\"o\":{},\"a.b\":1,\"ab\":\"no\",\"esc\":\"\\u00e9\\n\\ud83d\\udea8\"}");
	const struct sdk_json *item;
	int64_t value = 0;

	assert_text(sdk_json_text_at(node, "a.b.c"), "deep");
	assert_true(sdk_json_is(node, "a.b.c", "deep"));
	assert_false(sdk_json_is(node, "a.b.c", "dee"));
	assert_false(sdk_json_is(node, "a.t", "true"));
	assert_false(sdk_json_is(node, "a.x", ""));
	assert_true(sdk_json_is(node, "a.e", ""));
	assert_null(sdk_json_at(node, "a.b.c.d"));
	assert_null(sdk_json_at(node, "A"));
	assert_null(sdk_json_at(node, "l.0"));
	assert_null(sdk_json_at(node, "x"));
	assert_ptr_equal(sdk_json_at(node, ""), node);
	assert_text(sdk_json_text_at(node, "a.t"), "true");
	assert_text(sdk_json_text_at(node, "a.f"), "false");
	assert_text(sdk_json_text_at(node, "a.n"), NULL);
	assert_text(sdk_json_text_at(node, "a"), NULL);
	assert_text(sdk_json_text_at(node, "l"), NULL);
	assert_text(sdk_json_text_at(node, "esc"), "\xC3\xA9\n\xF0\x9F\x9A\xA8");
	assert_int_equal(sdk_json_kind(sdk_json_at(node, "a.n")), SDK_JSON_NULL);
	assert_int_equal(sdk_json_kind(sdk_json_at(node, "a.t")), SDK_JSON_BOOL);
	assert_int_equal(sdk_json_kind(sdk_json_at(node, "a.d")), SDK_JSON_STRING);
	assert_int_equal(sdk_json_kind(sdk_json_at(node, "l")), SDK_JSON_ARRAY);
	assert_int_equal(sdk_json_kind(node), SDK_JSON_OBJECT);
	assert_true(sdk_json_bool(sdk_json_at(node, "a.t"), false));
	assert_false(sdk_json_bool(sdk_json_at(node, "a.f"), true));
	assert_true(sdk_json_bool(sdk_json_at(node, "a.d"), true));
	assert_true(sdk_json_int(sdk_json_at(node, "a.d"), &value));
	assert_int_equal(value, 12);
	assert_false(sdk_json_int(sdk_json_at(node, "a.t"), &value));

	assert_int_equal(sdk_json_count(sdk_json_at(node, "l")), 3);
	assert_int_equal(sdk_json_count(sdk_json_at(node, "o")), 0);
	assert_null(sdk_json_first(sdk_json_at(node, "o")));
	item = sdk_json_next(sdk_json_first(sdk_json_at(node, "l")));
	assert_text(sdk_json_text(item), "two");
	assert_text(sdk_json_key(item), NULL);
	assert_null(sdk_json_next(sdk_json_next(item)));
	assert_text(sdk_json_key(sdk_json_first(node)), "a");
}

static void test_absent(void **state)
{
	int64_t value = 5;

	assert_int_equal(sdk_json_kind(NULL), SDK_JSON_NULL);
	assert_null(sdk_json_at(NULL, "a.b"));
	assert_null(sdk_json_first(NULL));
	assert_null(sdk_json_next(NULL));
	assert_text(sdk_json_key(NULL), NULL);
	assert_text(sdk_json_text(NULL), NULL);
	assert_text(sdk_json_text_at(NULL, "a"), NULL);
	assert_int_equal(sdk_json_count(NULL), 0);
	assert_false(sdk_json_is(NULL, "a", ""));
	assert_true(sdk_json_bool(NULL, true));
	assert_false(sdk_json_int(NULL, &value));
	assert_int_equal(value, 5);
	assert_text(sdk_json_print(arena_of(state), NULL), "null");
}

static void test_quote_big(void **state)
{
	static const char *const row[][2] = {
	    {"9007199254740992", "9007199254740992"},
	    {"9007199254740993", "\"9007199254740993\""},
	    {"-9007199254740992", "-9007199254740992"},
	    {"-9007199254740993", "\"-9007199254740993\""},
	    {"10000000000000000", "\"10000000000000000\""},
	    {"1e300", "1e300"},
	    {"12345678901234567.5", "12345678901234567.5"},
	    {"{\"id\" : 123456789012345678, \"n\":1,\"s\":\"123456789012345678\",\"\\\"1\":[18446744073709551615 ]}",
	     "{\"id\" : \"123456789012345678\", "
	     "\"n\":1,\"s\":\"123456789012345678\",\"\\\"1\":[\"18446744073709551615\" ]}"},
	    {"[1,2]", "[1,2]"},
	};

	for (size_t i = 0; i < N(row); i++)
		assert_text(sdk_json_quote_big(arena_of(state), exact(arena_of(state), sdk_str(row[i][0]))), row[i][1]);
}

static void test_print(void **state)
{
	static const char *const row[][2] = {
	    {" { \"b\" : [ 1.50 , true , null , { } , [ ] ] , \"a\" : \"\\u0041\\/\\u00e9\" } ",
	     "{\"b\":[1.50,true,null,{},[]],\"a\":\"A/\xC3\xA9\"}"},
	    {"\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\\u007f\"", "\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\""},
	    {"{\"k\\n\\\"\":0}", "{\"k\\n\\\"\":0}"},
	    {"\"\"", "\"\""},
	};

	for (size_t i = 0; i < N(row); i++)
		assert_text(sdk_json_print(arena_of(state), parse(state, row[i][0])), row[i][1]);
}

struct ticket {
	struct ent_str id, title;
	int64_t version, at_ms;
	bool open;
};

static const struct sdk_field ticket_fields[] = {
    {"id", SDK_FIELD_STR, true, offsetof(struct ticket, id)},
    {"f.title", SDK_FIELD_STR, false, offsetof(struct ticket, title)},
    {"f.version", SDK_FIELD_INT, false, offsetof(struct ticket, version)},
    {"f.at", SDK_FIELD_TIME, false, offsetof(struct ticket, at_ms)},
    {"f.open", SDK_FIELD_BOOL, false, offsetof(struct ticket, open)},
    {0},
};

static void test_read_by_table(void **state)
{
	static const char *const bad[][2] = {
	    {"{}", "id is missing"},
	    {"{\"id\":null}", "id is missing"},
	    {"[]", "id is missing"},
	    {"{\"id\":{}}", "id is not text or a number"},
	    {"{\"id\":1,\"f\":{\"title\":[]}}", "f.title is not text or a number"},
	    {"{\"id\":1,\"f\":{\"version\":1.5}}", "f.version is not an integer"},
	    {"{\"id\":1,\"f\":{\"version\":\"x\"}}", "f.version is not an integer"},
	    {"{\"id\":1,\"f\":{\"at\":\"yesterday\"}}", "f.at is not a time"},
	    {"{\"id\":1,\"f\":{\"at\":1700000000}}", "f.at is not a time"},
	    {"{\"id\":1,\"f\":{\"open\":\"true\"}}", "f.open is not true or false"},
	};
	struct ticket t = {.version = -1, .at_ms = -1, .open = true, .title = ENT_STR("before")};
	struct ent_err err;

	const struct sdk_json *node = parse(state, "{\"id\":9007199254740993,\"f\":{\"title\":null}}");
	assert_int_equal(sdk_json_read(node, ticket_fields, &t, &err), ENT_OK);
	assert_text(t.id, "9007199254740993");
	assert_text(t.title, "before");
	assert_true(t.version == -1 && t.at_ms == -1 && t.open);
	node = parse(
	    state,
	    "{\"id\":\"A1\",\"f\":{\"title\":\"\",\"version\":\"7\",\"at\":\"1970-01-01T00:00:01Z\",\"open\":false}}");
	assert_int_equal(sdk_json_read(node, ticket_fields, &t, &err), ENT_OK);
	assert_text(t.id, "A1");
	assert_text(t.title, "");
	assert_true(t.version == 7 && t.at_ms == 1000 && !t.open);
	for (size_t i = 0; i < N(bad); i++) {
		assert_int_equal(sdk_json_read(parse(state, bad[i][0]), ticket_fields, &t, &err), ENT_EINVAL);
		assert_string_equal(err.msg, bad[i][1]);
	}
}

/* ---- writing ---------------------------------------------------------------- */

static void test_writer(void **state)
{
	struct sdk_buf buf;
	struct sdk_jsonw w;

	sdk_buf_init(&buf, 4096);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kstr(&w, "a\"", ENT_STR("x\ny"));
	sdk_jsonw_kstr(&w, "absent", ENT_ABSENT);
	sdk_jsonw_kstr_opt(&w, "left out", ENT_ABSENT);
	sdk_jsonw_kstr_opt(&w, "empty", ENT_STR(""));
	sdk_jsonw_kz(&w, "z", "\xC3\xA9");
	sdk_jsonw_kint(&w, "i", INT64_MIN);
	sdk_jsonw_kbool(&w, "b", true);
	sdk_jsonw_kraw(&w, "r", ENT_STR("[1.50]"));
	sdk_jsonw_key_str(&w, ENT_STR("l"));
	sdk_jsonw_open(&w, '[');
	sdk_jsonw_int(&w, 1);
	sdk_jsonw_open(&w, '[');
	sdk_jsonw_close(&w, ']');
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_close(&w, '}');
	sdk_jsonw_null(&w);
	sdk_jsonw_bool(&w, false);
	sdk_jsonw_raw(&w, ENT_STR("{}"));
	sdk_jsonw_close(&w, ']');
	sdk_jsonw_key(&w, "real");
	sdk_jsonw_open(&w, '[');
	sdk_jsonw_real(&w, 0.1);
	sdk_jsonw_real(&w, 1.0 / 3);
	sdk_jsonw_real(&w, -1e300);
	sdk_jsonw_real(&w, 5e-324);
	sdk_jsonw_real(&w, 3);
	sdk_jsonw_close(&w, ']');
	sdk_jsonw_close(&w, '}');
	assert_false(buf.failed);
	assert_text(sdk_buf_view(&buf), "{\"a\\\"\":\"x\\ny\",\"absent\":null,\"empty\":\"\",\"z\":\"\xC3\xA9\","
					"\"i\":-9223372036854775808,\"b\":true,\"r\":[1.50],"
					"\"l\":[1,[],{},null,false,{}],"
					"\"real\":[0.1,0.3333333333333333,-1e+300,4.94065645841247e-324,3]}");
	assert_int_equal(sdk_json_check(sdk_buf_view(&buf), &(struct ent_err){0}), ENT_OK);
	sdk_buf_release(&buf);
	(void)state;
}

/* Whatever bytes a string has, what is written is valid and the valid part comes back. */
static void test_writer_heals(void **state)
{
	struct sdk_buf buf;
	struct sdk_jsonw w;
	char all[256];

	for (int i = 0; i < 256; i++)
		all[i] = (char)i;
	sdk_buf_init(&buf, 4096);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_str(&w, (struct ent_str){all, sizeof all});
	const struct sdk_json *node = parse(state, sdk_z(arena_of(state), sdk_buf_view(&buf)));
	struct ent_str got = sdk_json_text(node);
	assert_memory_equal(got.p, "\xEF\xBF\xBD\x01\x02", 5);
	assert_int_equal(got.n, 3 + 127 + 128 * 3);
	assert_memory_equal(got.p + 3, all + 1, 127);
	sdk_buf_release(&buf);

	sdk_buf_init(&buf, 5); /* too small: failed, not cut */
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_str(&w, ENT_STR("longer"));
	assert_true(buf.failed);
	sdk_buf_release(&buf);
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

#define TEST(f) cmocka_unit_test_setup_teardown(f, arena_new, arena_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_gate),
	    TEST(test_gate_cut_off),
	    TEST(test_depth),
	    TEST(test_many_keys),
	    TEST(test_numbers_keep_their_literal),
	    TEST(test_readers),
	    TEST(test_absent),
	    TEST(test_quote_big),
	    TEST(test_print),
	    TEST(test_read_by_table),
	    TEST(test_writer),
	    TEST(test_writer_heals),
	    TEST(test_suite),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
