/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sdk/webhook.h"

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

static void test_header(void **state)
{
	const struct ent_header header[] = {
	    {ENT_STR("Content-Type"), ENT_STR("application/json")},
	    {ENT_STR("X-Twice"), ENT_STR("a")},
	    {ENT_STR("X-Empty"), ENT_STR("")},
	    {ENT_STR("x-twice"), ENT_STR("a")},
	};

	(void)state;
	assert_true(sdk_eqz(sdk_header(header, N(header), "content-type"), "application/json"));
	assert_true(sdk_eqz(sdk_header(header, N(header), "X-EMPTY"), ""));
	assert_null(sdk_header(header, N(header), "X-Twice").p);
	assert_null(sdk_header(header, N(header), "Content-Typ").p);
	assert_null(sdk_header(NULL, 0, "Content-Type").p);
}

static void test_set(void **state)
{
	struct ent_ticket ticket = {0};

	(void)state;
	sdk_set(&ticket, ENT_TITLE, ENT_STR("a"));
	sdk_set(&ticket, ENT_SITE, ENT_ABSENT);
	sdk_set(&ticket, ENT_STATUS, ENT_STR("new"));
	sdk_set_native(&ticket, ENT_STATUS, ENT_STR("1"));
	sdk_set_person(&ticket, ENT_ASSIGNEE, ENT_STR("u7"), ENT_STR("Ann"));
	assert_int_equal(ticket.has, 1u << ENT_TITLE | 1u << ENT_SITE | 1u << ENT_STATUS | 1u << ENT_ASSIGNEE);
	assert_true(sdk_eqz(ticket.at[ENT_TITLE].text, "a"));
	assert_null(ticket.at[ENT_SITE].text.p);
	assert_true(sdk_eqz(ticket.at[ENT_STATUS].text, "new"));
	assert_true(sdk_eqz(ticket.at[ENT_STATUS].native, "1"));
	assert_true(sdk_eqz(ticket.at[ENT_ASSIGNEE].text, "Ann"));
	assert_true(sdk_eqz(ticket.at[ENT_ASSIGNEE].native, "u7"));
}

static void test_set_at(void **state)
{
	struct ent_ticket ticket = {0};
	const struct sdk_json *node = NULL;
	struct ent_err err;

	assert_int_equal(sdk_json_parse(arena_of(state),
					ENT_STR("{\"t\":{\"title\":\"x\",\"site\":null,\"n\":12345678901234567890,"
						"\"state\":6,\"list\":[1]}}"),
					&node, &err),
			 ENT_OK);
	sdk_set_at(&ticket, ENT_TITLE, node, "t.title");
	sdk_set_at(&ticket, ENT_SITE, node, "t.site");
	sdk_set_at(&ticket, ENT_TEAM, node, "t.team");
	sdk_set_at(&ticket, ENT_CATEGORY, node, "t.n");
	sdk_set_at(&ticket, ENT_STATUS, node, "t.state");
	sdk_set_at(&ticket, ENT_SERVICE, node, "t.list");
	assert_int_equal(ticket.has, 1u << ENT_TITLE | 1u << ENT_SITE | 1u << ENT_CATEGORY | 1u << ENT_STATUS);
	assert_true(sdk_eqz(ticket.at[ENT_TITLE].text, "x"));
	assert_null(ticket.at[ENT_SITE].text.p); /* null clears */
	assert_true(sdk_eqz(ticket.at[ENT_CATEGORY].text, "12345678901234567890"));
	assert_true(sdk_eqz(ticket.at[ENT_STATUS].native, "6")); /* not canonical: never in text */
	assert_null(ticket.at[ENT_STATUS].text.p);
}

static void test_changes(void **state)
{
	struct sdk_changes list;
	struct ent_changes changes;
	struct ent_err err = {0};

	sdk_changes_init(&list, arena_of(state));
	assert_int_equal(sdk_changes_take(&list, &changes, &err), ENT_OK);
	assert_int_equal(changes.n, 0);
	for (int64_t i = 0; i < ENT_CHANGES_MAX + 1; i++) { /* one more tells the broker that there is more */
		struct ent_change *change = sdk_changes_add(&list, ENT_COMMENT_ADDED);
		assert_non_null(change);
		assert_null(change->comment.id.p);
		change->stamp.version = i + 1;
	}
	assert_int_equal(sdk_changes_take(&list, &changes, &err), ENT_OK);
	assert_int_equal(changes.n, ENT_CHANGES_MAX + 1);
	for (size_t i = 0; i < changes.n; i++) {
		assert_int_equal(changes.at[i].stamp.version, i + 1);
		assert_int_equal(changes.at[i].kind, ENT_COMMENT_ADDED);
	}
	struct ent_change *spilt = sdk_changes_add(&list, ENT_TICKET_CHANGED);
	spilt->stamp.version = 7;
	assert_int_equal(sdk_changes_add(&list, ENT_TICKET_CHANGED)->stamp.version, 0);
	assert_int_equal(changes.at[0].stamp.version, 1);
	assert_int_equal(sdk_changes_take(&list, &changes, &err), ENT_OK);
	assert_int_equal(changes.n, ENT_CHANGES_MAX + 1);
	assert_int_equal(changes.at[ENT_CHANGES_MAX].stamp.version, ENT_CHANGES_MAX + 1);
	sdk_changes_init(&list, arena_of(state));
	list.max = 1;
	(void)sdk_changes_add(&list, ENT_TICKET_CHANGED);
	(void)sdk_changes_add(&list, ENT_TICKET_CHANGED);
	assert_int_equal(sdk_changes_take(&list, &changes, &err), ENT_EINVAL);
	assert_non_null(strstr(err.msg, "more than 1 changes"));
}

static void test_names(void **state)
{
	enum ent_attr attr = ENT_FIELDS;

	(void)state;
	for (unsigned i = 0; i < ENT_N_STATUS; i++)
		assert_int_equal(sdk_status(sdk_str(sdk_status_name((enum ent_status)i))), i);
	for (unsigned i = 0; i < ENT_N_ATTR; i++) {
		assert_true(sdk_attr(sdk_str(sdk_attr_name((enum ent_attr)i)), &attr));
		assert_int_equal(attr, i);
	}
	assert_string_equal(sdk_status_name(ENT_IN_PROGRESS), "in_progress");
	assert_string_equal(sdk_attr_name(ENT_TRANSFERRED_TO), "transferred_to");
	assert_int_equal(sdk_status(ENT_STR("In_Progress")), ENT_STATUS_UNKNOWN);
	assert_int_equal(sdk_status(ENT_ABSENT), ENT_STATUS_UNKNOWN);
	assert_true(sdk_is_canonical(ENT_STATUS, ENT_STR("in_progress")));
	assert_false(sdk_is_canonical(ENT_STATUS, ENT_STR("unknown")));
	assert_false(sdk_is_canonical(ENT_STATUS, ENT_STR("1")));
	assert_true(sdk_is_canonical(ENT_PRIORITY, ENT_STR("1")) && sdk_is_canonical(ENT_PRIORITY, ENT_STR("5")));
	assert_false(sdk_is_canonical(ENT_PRIORITY, ENT_STR("0")) || sdk_is_canonical(ENT_PRIORITY, ENT_STR("6")));
	assert_false(sdk_is_canonical(ENT_PRIORITY, ENT_STR("11")) || sdk_is_canonical(ENT_PRIORITY, ENT_ABSENT));
	assert_false(sdk_is_canonical(ENT_SITE, ENT_STR("new")));
	assert_false(sdk_attr(ENT_STR("colour"), &attr));
	assert_false(sdk_attr(ENT_ABSENT, &attr));
}

/* ---- HTML ------------------------------------------------------------------- */

static const struct {
	const char *html, *text;
} html_row[] = {
    {"", ""},
    {"plain", "plain"},
    {"  two\n\t words \r\n", "two words"},
    /* blocks and breaks */
    {"<p>One</p><p>Two</p>", "One\n\nTwo"},
    {"<div>One</div><div>Two</div>", "One\nTwo"},
    {"One<br>Two<br/>Three<BR />Four", "One\nTwo\nThree\nFour"},
    {"One<br><br><br><br>Two", "One\n\nTwo"},
    {"<p>One</p>\n\n<p>&nbsp;</p>\n<p>Two</p>", "One\n\nTwo"},
    {"<h1>Head</h1>text", "Head\n\ntext"},
    {"a<hr>b", "a\n---\nb"},
    {"<b>bo</b>ld and <i>it</i>", "bold and it"},
    {"a <b> b</b> c", "a b c"},
    {"<span>a</span> <span>b</span>", "a b"},
    {"<blockquote>said</blockquote>answer", "> said\n\nanswer"},
    {"<ul><li>one</li><li>two</li></ul>after", "- one\n- two\n\nafter"},
    {"<ol><li>one<li>two</ol>", "1. one\n2. two"},
    {"<ol><li>a<ul><li>x</li></ul></li><li>b</li></ol>", "1. a\n  - x\n2. b"},
    {"<li>stray</li></ul></ol>", "- stray"},
    {"<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>", "A | B\n1 | 2"},
    {"<pre>a\n  b\r\n\n\nc</pre>d", "a\n  b\n\n\nc\n\nd"},
    {"x<pre>  in</pre>", "x\n\n  in"},
    {"</pre>a  b", "a b"},
    /* what is never shown */
    {"a<script>var x = '<p>no</p>';</script>b", "ab"},
    {"a<SCRIPT type=\"x\">no</sCript >b", "ab"},
    {"a<script>no</scripty></script>b", "ab"},
    {"a<script>never closed <p>x", "a"},
    {"a<style>p { x: '</p>' }</style>b", "ab"},
    {"<head><title>T</title></head><body>b", "b"},
    {"a<!-- <p>no</p> -->b", "ab"},
    {"a<!-->b", "ab"},
    {"a<!--->b", "ab"},
    {"a<!-- never closed", "a"},
    {"<!DOCTYPE html><?xml version='1'?>a", "a"},
    {"<![CDATA[x]]>a", "a"},
    {"a<iframe src=x>no</iframe>b", "ab"},
    {"a\x01\x1b\x7f"
     "b",
     "ab"}, /* control characters */
    /* entities */
    {"&amp;&lt;&gt;&quot;&apos;", "&<>\"'"},
    {"&eacute;&Eacute;&uuml;&szlig;&oelig;", "\xC3\xA9\xC3\x89\xC3\xBC\xC3\x9F\xC5\x93"},
    {"&euro;&hellip;&ndash;&mdash;", "\xE2\x82\xAC\xE2\x80\xA6\xE2\x80\x93\xE2\x80\x94"},
    {"&lsquo;&rsquo;&ldquo;&rdquo;&laquo;&raquo;", "\xE2\x80\x98\xE2\x80\x99\xE2\x80\x9C\xE2\x80\x9D\xC2\xAB\xC2\xBB"},
    {"&#65;&#x42;&#X43;&#128680;&#68", "ABC\xF0\x9F\x9A\xA8"
				       "D"},
    {"&#146;&#x80;", "\xE2\x80\x99\xE2\x82\xAC"}, /* Windows-1252, as in every browser */
    {"a&nbsp;&nbsp;b\xC2\xA0"
     "c",
     "a b c"},
    {"&#0;|&#xD800;|&#x110000;|&#99999999999999999999;|&#27;|&#129;",
     "\xEF\xBF\xBD|\xEF\xBF\xBD|\xEF\xBF\xBD|\xEF\xBF\xBD|\xEF\xBF\xBD|\xEF\xBF\xBD"},
    {"&; &a; &unknown; &#; &#x; &#xg; &amp &averyverylongname;",
     "&; &a; &unknown; &#; &#x; &#xg; &amp &averyverylongname;"},
    {"&amp;lt;b&amp;gt;", "&lt;b&gt;"}, /* decoded once */
    {"&lt;script&gt;x&lt;/script&gt;", "<script>x</script>"},
    {"a &", "a &"},
    /* links */
    {"<a href=\"https://x.example/1?a=1&amp;b=2\">see</a>.", "see [https://x.example/1?a=1&b=2]."},
    {"<a href=https://x.example/>here</a>", "here [https://x.example/]"},
    {"<a class='y' HREF='/t/1'>ticket</a>", "ticket [/t/1]"},
    {"<a href=\"https://x.example/\"> https://x.example/ </a>", "https://x.example/"},
    {"<a href=\"mailto:a@x.example\">a@x.example</a>", "a@x.example"},
    {"<a href=\"mailto:a@x.example\">Ann</a>", "Ann [mailto:a@x.example]"},
    {"<a href=\"https://x.example/\"></a>", "[https://x.example/]"},
    {"<a href=\"https://x.example/\"><img src=i alt=\"Logo &amp; name\"></a>",
     "[picture: Logo & name] [https://x.example/]"},
    {"<a href=\"javascript:alert(1)\">x</a>", "x"},
    {"<a href=\" java\nscript:alert(1)\">x</a>", "x"},
    {"<a href=\"&#106;avascript:alert(1)\">x</a>", "x"},
    {"<a href=\"data:text/html,x\">x</a>", "x"},
    {"<a href=\"#top\">x</a>", "x"},
    {"<a name=x>y</a>", "y"},
    {"<a href=\"https://x.example/1\">a<a href=\"https://x.example/2\">b",
     "a [https://x.example/1]b [https://x.example/2]"},
    {"<a data-href=\"https://x.example/\">x</a>", "x"},
    {"<a title=\"href=no\" href=\"/yes\">x</a>", "x [/yes]"},
    {"<a title='>' href='/a>b'>x</a>", "x [/a>b]"},
    {"</a>x</a>", "x"},
    /* broken */
    {"a < b and b > c", "a < b and b > c"},
    {"1<2", "1<2"},
    {"<", "<"},
    {"a<", "a<"},
    {"a</", "a</"},
    {"a</>b", "ab"},
    {"a<b", "a<b"}, /* a tag that never ends is text */
    {"x <p>y <em z", "x\n\ny <em z"},
    {"<p title=\"never closed>text</p>more", "text\n\nmore"},
    {"<>a", "<>a"},
    {"a</ p>b", "ab"},
    {"<unknown-tag x=1>a</unknown-tag>", "a"},
    {"<p/>a", "a"},
    {"<br/", "<br/"},
    {"<p<b>a", "a"},
    {"bad \xFF\xC3 utf8", "bad \xEF\xBF\xBD\xEF\xBF\xBD utf8"},
};

static void test_html(void **state)
{
	for (size_t i = 0; i < N(html_row); i++) {
		struct ent_str got = sdk_html_to_text(arena_of(state), sdk_str(html_row[i].html));
		if (!sdk_eqz(got, html_row[i].text))
			fail_msg("%s\n gives: '%.*s'\n  want: '%s'", html_row[i].html, (int)got.n, got.p,
				 html_row[i].text);
	}
	assert_null(sdk_html_to_text(arena_of(state), ENT_ABSENT).p);
	assert_true(sdk_eq(sdk_html_to_text(arena_of(state), ENT_STR("a\0b")), ENT_STR("ab")));
}

/* Patterns that make careless readers quadratic, a megabyte of each: the time is linear (were it not, this
 * would take hours), and the text is at most 16 times as long as the input. */
static void test_html_is_bounded(void **state)
{
	static const char *const pattern[] = {"<a ",        "<a b=\"", "<a b='<a b=\"", "<!--", "<script>", "</script",
					      "<li>",       "<ol>",    "<ol><li>",      "</",   "&#",       "&amp",
					      "<a href=x>", "<",       "<pre>",         "\n",   "<!",       "<script><",
					      "&",          "<td>",    "\xFF"};
	const size_t size = 1u << 20;
	char *text = test_malloc(size);

	for (size_t i = 0; i < N(pattern); i++) {
		struct sdk_arena arena;
		size_t n = strlen(pattern[i]);
		for (size_t j = 0; j < size; j++)
			text[j] = pattern[i][j % n];
		sdk_arena_init(&arena);
		struct ent_str got = sdk_html_to_text(&arena.abi, (struct ent_str){text, size});
		assert_true(got.n <= 16 * size);
		assert_true(sdk_is_utf8(got));
		sdk_arena_release(&arena);
	}
	test_free(text);
	(void)state;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, arena_new, arena_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_header), TEST(test_set),  TEST(test_set_at),          TEST(test_changes),
	    TEST(test_names),  TEST(test_html), TEST(test_html_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
