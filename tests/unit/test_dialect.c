/* SPDX-License-Identifier: Apache-2.0 */
/* Words of people act nowhere, and come back as they were. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "sdk/dialect.h"

#define B "\xe2\x80\x8b" /* a blank without width */

static void test_made_harmless(void **state)
{
	static const struct {
		enum sdk_dialect dialect;
		const char *said, *written;
	} row[] = {
	    {SDK_PLAIN, "@dana {code} #12 <b>", "@dana {code} #12 <b>"},
	    /* Markdown: GitHub, GitLab, Gitea */
	    {SDK_MARKDOWN, "@dana please", "@" B "dana please"},
	    {SDK_MARKDOWN, "(@org/team)", "(@" B "org/team)"},
	    {SDK_MARKDOWN, "dana@example.org", "dana@example.org"},
	    {SDK_MARKDOWN, "see #12", "see #" B "12"},
	    {SDK_MARKDOWN, "owner/name#12 fixes #7", "owner/name#" B "12 fixes #" B "7"},
	    {SDK_MARKDOWN, "GH-12 gh-7 XGH-1", "GH-" B "12 gh-" B "7 XGH-1"},
	    {SDK_MARKDOWN, "!7 and 100%", "!" B "7 and 100%"},
	    {SDK_MARKDOWN, "in 0b9c6f0e", "in 0<span></span>b9c6f0e"},
	    {SDK_MARKDOWN, "defaced 1234567", "defaced 1234567"},
	    {SDK_MARKDOWN, "# not a title", "\\# not a title"},
	    {SDK_MARKDOWN, "1. one\n- two\n+ three\n* four", "1\\. one\n\\- two\n\\+ three\n\\* four"},
	    {SDK_MARKDOWN, "a\n===\nb\n---", "a\n\\===\nb\n\\---"},
	    {SDK_MARKDOWN, "a | b\n:-- | --", "a \\| b\n\\:-- \\| --"},
	    {SDK_MARKDOWN, "/close\n  /assign me\na/b", "\\/close\n  \\/assign me\na/b"},
	    {SDK_MARKDOWN, "![cat](http://x.example/a_b.png)", "!\\[cat\\](http://x.example/a_b.png)"},
	    {SDK_MARKDOWN, "<img src=x> &lt; &", "\\<img src=x\\> \\&lt; &"},
	    {SDK_MARKDOWN, "`a` *b* _c_ ~~d~~", "\\`a\\` \\*b\\* \\_c\\_ \\~\\~d\\~\\~"},
	    {SDK_MARKDOWN, "C:\\temp\\", "C:\\\\temp\\\\"},
	    {SDK_MARKDOWN, "    code", B "    code"},
	    {SDK_MARKDOWN, "> said", "\\> said"},
	    {SDK_MARKDOWN, ":tada: at 12:30:45", ":" B "tada: at 12:30:45"},
	    {SDK_MARKDOWN, "$x$", "<span>$</span>x<span>$</span>"},
	    {SDK_MARKDOWN, "5 $", "5 $"},
	    {SDK_MARKDOWN, "https://x.example/a_b#12, or", "https://x.example/a_b#12, or"},
	    {SDK_MARKDOWN, "{{x}}", "{{x}}"},
	    /* Jira */
	    {SDK_JIRA_WIKI, "{code}a{code} {quote}", "\\{code}a\\{code} \\{quote}"},
	    {SDK_JIRA_WIKI, "[~admin] [x|http://y.example]", "\\[\\~admin] \\[x\\|http://y.example]"},
	    {SDK_JIRA_WIKI, "!image.png!", "\\!image.png\\!"},
	    {SDK_JIRA_WIKI, "# one\n- two\n* three", B "# one\n\\- two\n\\* three"},
	    {SDK_JIRA_WIKI, "h1. Big\nbq. said", B "h1. Big\n" B "bq. said"},
	    {SDK_JIRA_WIKI, "-gone- well-known a - b ----", "\\-gone\\- well-known a - b \\-\\-\\-\\-"},
	    {SDK_JIRA_WIKI, "||a||", "\\|\\|a\\|\\|"},
	    {SDK_JIRA_WIKI, "??c??, why?", "\\?\\?c\\?\\?, why?"},
	    {SDK_JIRA_WIKI, ":) (x) (!)", "\\:) \\(x) \\(\\!)"},
	    {SDK_JIRA_WIKI, "C:\\temp\\\\x\\", "C:\\temp&#92;\\x&#92;"},
	    {SDK_JIRA_WIKI, "&lt; & a", "&#38;lt; & a"},
	    {SDK_JIRA_WIKI, "https://x.example/a_b-c", "https://x.example/a_b-c"},
	    /* Redmine */
	    {SDK_TEXTILE, "#12 @dana r12", "&#35;12 &#64;dana r" B "12"},
	    {SDK_TEXTILE, "commit:0b9c attachment:a.png", "commit" B ":0b9c attachment" B ":a.png"},
	    {SDK_TEXTILE, "{{toc}} [[Wiki]]", "&#123;&#123;toc}} &#91;&#91;Wiki]]"},
	    {SDK_TEXTILE, "!img.png! *b* _c_", "&#33;img.png&#33; &#42;b&#42; &#95;c&#95;"},
	    {SDK_TEXTILE, "h1. Big\np(x). y\nh1 x", B "h1. Big\n" B "p&#40;x). y\nh1 x"},
	    {SDK_TEXTILE, "\"a\":http://x.example", "\"a&#34;:http://x.example"},
	    {SDK_TEXTILE, "<pre>x</pre>", "&#60;pre&#62;x&#60;/pre&#62;"},
	    {SDK_TEXTILE, "well-known - 1+1 +new+ -old-", "well-known - 1+1 &#43;new&#43; &#45;old&#45;"},
	    {SDK_REDMINE_MARKDOWN, "#12 @dana r12 [[W]] {{toc}}",
	     "\\#" B "12 @" B "dana r" B "12 \\[" B "\\[W\\]\\] \\{\\{toc}}"},
	    {SDK_REDMINE_MARKDOWN, "commit:0b9c", "commit" B ":0b9c"},
	    /* ServiceNow, Zendesk, HTML */
	    {SDK_SERVICENOW, "[code]<b>x</b>[/code]", "[" B "code]<b>x</b>[" B "/code]"},
	    {SDK_SERVICENOW, "[CODE] @[Dana] @dana", "[" B "CODE] @" B "[Dana] @dana"},
	    {SDK_ZENDESK, "{{ticket.title}} {% if x %}", "{" B "{ticket.title}} {" B "% if x %}"},
	    {SDK_ZENDESK, "#12 *b* @dana", "\\#" B "12 \\*b\\* @dana"},
	    {SDK_HTML, "<b>&amp;\"x\"\ny", "&lt;b&gt;&amp;amp;&quot;x&quot;<br>\ny"},
	    /* a blank of the text itself is no break */
	    {SDK_SERVICENOW, "a" B "b", "a" B B "b"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct sdk_arena arena;

		sdk_arena_init(&arena);
		struct ent_str written = sdk_dialect_escape(&arena.abi, row[i].dialect, sdk_str(row[i].said));
		if (!sdk_eqz(written, row[i].written))
			fail_msg("%s, \"%s\": \"%.*s\", not \"%s\"", sdk_dialect_name(row[i].dialect), row[i].said,
				 ENT_F(written), row[i].written);
		assert_true(sdk_eqz(sdk_dialect_read(&arena.abi, row[i].dialect, written), row[i].said));
		sdk_arena_release(&arena);
	}
}

static void test_titles(void **state)
{
	static const struct {
		enum sdk_dialect dialect;
		const char *said, *written;
	} row[] = {
	    {SDK_MARKDOWN, "# @dana *x* `y`", "# @dana *x* `y`"},
	    {SDK_ZENDESK, "{{ticket.title}} *x*", "{" B "{ticket.title}} *x*"},
	    {SDK_MAIL_SUBJECT, "Re: [desk.example #12] x", "Re: [desk.example #" B "12] x"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct sdk_arena arena;

		sdk_arena_init(&arena);
		struct ent_str written = sdk_dialect_escape_title(&arena.abi, row[i].dialect, sdk_str(row[i].said));
		assert_true(sdk_eqz(written, row[i].written));
		assert_true(sdk_eqz(sdk_dialect_read_title(&arena.abi, row[i].dialect, written), row[i].said));
		sdk_arena_release(&arena);
	}
}

/* Whatever was said comes back, in every dialect. */
static void comes_back(struct ent_str said)
{
	for (int i = 0; i < SDK_N_DIALECT; i++) {
		struct sdk_arena arena;

		sdk_arena_init(&arena);
		enum sdk_dialect dialect = (enum sdk_dialect)i;
		struct ent_str written = sdk_dialect_escape(&arena.abi, dialect, said);
		struct ent_str back = sdk_dialect_unescape(&arena.abi, dialect, written);
		if (!sdk_eq(back, said))
			fail_msg("%s: \"%.*s\" -> \"%.*s\" -> \"%.*s\"", sdk_dialect_name(dialect), ENT_F(said),
				 ENT_F(written), ENT_F(back));
		assert_true(sdk_eq(sdk_dialect_read(&arena.abi, dialect, written), said));
		written = sdk_dialect_escape_title(&arena.abi, dialect, said);
		assert_true(sdk_eq(sdk_dialect_read_title(&arena.abi, dialect, written), said));
		sdk_arena_release(&arena);
	}
}

static void test_random_words_come_back(void **state)
{
	static const char *const piece[] = {"\\",
					    "`",
					    "*",
					    "_",
					    "[",
					    "]",
					    "{",
					    "{{",
					    "&",
					    "&#",
					    "&#92;",
					    "&lt;",
					    ";",
					    "#",
					    "12",
					    "@",
					    "dana",
					    "-",
					    "--",
					    "+",
					    "!",
					    "|",
					    "?",
					    "??",
					    "(",
					    ")",
					    "(x)",
					    ":",
					    ":)",
					    ":p",
					    " ",
					    "    ",
					    "\t",
					    "\n",
					    "\r\n",
					    "$",
					    "<",
					    ">",
					    "<br>",
					    "\"",
					    "%",
					    "=",
					    "h1. ",
					    "bq.",
					    "1.",
					    "/",
					    "close",
					    "GH-7",
					    "0b9c6f0",
					    "r12",
					    "commit:",
					    "https://x.example/",
					    "a",
					    "Z9",
					    "\xc3\xa9",
					    "\xe2\x80\x8b",
					    "[code]",
					    "[/code]",
					    "~",
					    "^",
					    "<span>$</span>",
					    "<span></span>",
					    ".",
					    ","};
	unsigned seed = 7;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		char text[512];
		size_t n = 0;

		seed = seed * 1103515245u + 12345u;
		for (unsigned left = 1 + (seed >> 16) % 20; left > 0; left--) {
			seed = seed * 1103515245u + 12345u;
			const char *z = piece[(seed >> 16) % (sizeof piece / sizeof *piece)];
			memcpy(text + n, z, strlen(z));
			n += strlen(z);
		}
		comes_back((struct ent_str){text, n});
	}
}

/* The Big List of Naughty Strings, where the shared material lies. */
static void test_naughty_strings_come_back(void **state)
{
	char line[16384];
	FILE *file = fopen(TEST_SHARED "/hostile/strings/blns.txt", "r");
	size_t n = 0;

	(void)state;
	if (!file) {
		skip();
		return;
	}
	while (fgets(line, sizeof line, file)) {
		struct ent_str said = sdk_str(line);
		if (sdk_is_utf8(said)) {
			comes_back(said);
			n++;
		}
	}
	assert_true(n > 400);
	assert_int_equal(fclose(file), 0);
}

/* What a person wrote in the tool's own markup is not touched; what is ours is read, also with words around it. */
static void test_what_is_ours(void **state)
{
	static const struct {
		enum sdk_dialect dialect;
		const char *there, *read;
	} row[] = {
	    {SDK_MARKDOWN, "run `grep \\.txt` *now*", "run `grep \\.txt` *now*"},
	    {SDK_MARKDOWN, "a \\*b\\*", "a *b*"},
	    {SDK_MARKDOWN, "a \\*b\\* *c*\n\n[ENT-000042:0b9c6f0e4d1a4f6c8e2b7a5d3c1f0e9a]",
	     "a *b* *c*\n\n[ENT-000042:0b9c6f0e4d1a4f6c8e2b7a5d3c1f0e9a]"},
	    {SDK_JIRA_WIKI, "{code}C:\\[x]{code}", "{code}C:\\[x]{code}"},
	    {SDK_TEXTILE, "*yes* &#35;12", "*yes* &#35;12"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct sdk_arena arena;

		sdk_arena_init(&arena);
		struct ent_str read = sdk_dialect_read(&arena.abi, row[i].dialect, sdk_str(row[i].there));
		if (!sdk_eqz(read, row[i].read))
			fail_msg("row %zu: %.*s", i, ENT_F(read));
		sdk_arena_release(&arena);
	}
}

static void test_names(void **state)
{
	enum sdk_dialect found = SDK_PLAIN;

	(void)state;
	for (int i = 0; i < SDK_N_DIALECT; i++) {
		assert_true(sdk_dialect_by_name(sdk_str(sdk_dialect_name((enum sdk_dialect)i)), &found));
		assert_int_equal(found, i);
	}
	assert_false(sdk_dialect_by_name(ENT_STR("markdwon"), &found));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_made_harmless),          cmocka_unit_test(test_titles),
	    cmocka_unit_test(test_random_words_come_back), cmocka_unit_test(test_naughty_strings_come_back),
	    cmocka_unit_test(test_what_is_ours),           cmocka_unit_test(test_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
