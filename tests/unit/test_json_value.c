/* SPDX-License-Identifier: Apache-2.0 */
/* Values of JSON are read, printed and written. */
#include "json_texts.h"

#include <stdio.h>

static void assert_text(struct ent_str got, const char *want)
{
	if (!sdk_eqz(got, want))
		fail_msg("'%.*s', not '%s'", (int)got.n, got.p ? got.p : "(absent)", want ? want : "(absent)");
}

static const struct sdk_json *parse(void **state, const char *text)
{
	const struct sdk_json *node = NULL;
	struct ent_err err;

	if (sdk_json_parse(arena_of(state), exact(arena_of(state), sdk_str(text)), &node, &err) != ENT_OK)
		fail_msg("%s: %s", text, err.msg);
	return node;
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

/* It is looked at in words of 8 bytes: a byte that has to be escaped is found at each place of each length. */
static void test_writer_looks_at_each_byte(void **state)
{
	static const struct {
		char byte;
		const char *written;
	} special[] = {{'"', "\\\""},
		       {'\\', "\\\\"},
		       {'\n', "\\n"},
		       {'\x1f', "\\u001f"},
		       {'\x7f', "\x7f"},
		       {' ', " "},
		       {(char)0x80, "\xEF\xBF\xBD"}};
	char text[40];

	(void)state;
	for (size_t k = 0; k < N(special); k++)
		for (size_t n = 1; n <= 26; n++)
			for (size_t at = 0; at < n; at++) {
				char want[64];
				struct sdk_buf buf;
				struct sdk_jsonw w;

				memset(text, 'a', n);
				text[at] = special[k].byte;
				snprintf(want, sizeof want, "\"%.*s%s%.*s\"", (int)at, text, special[k].written,
					 (int)(n - at - 1), text + at + 1);
				sdk_buf_init(&buf, 64);
				sdk_jsonw_init(&w, &buf);
				sdk_jsonw_str(&w, (struct ent_str){text, n});
				assert_text(sdk_buf_view(&buf), want);
				sdk_buf_release(&buf);
				sdk_buf_init(&buf, n + 1); /* no room for the second quote */
				sdk_jsonw_str(&w, (struct ent_str){text, n});
				assert_true(buf.failed);
				sdk_buf_release(&buf);
			}
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

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_numbers_keep_their_literal),
	    TEST(test_readers),
	    TEST(test_absent),
	    TEST(test_quote_big),
	    TEST(test_print),
	    TEST(test_read_by_table),
	    TEST(test_writer),
	    TEST(test_writer_looks_at_each_byte),
	    TEST(test_writer_heals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
