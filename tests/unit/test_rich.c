/* SPDX-License-Identifier: Apache-2.0 */
/* Rich text as text: one convention, whether it came as HTML, as wiki markup or as a document of Jira's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "jira/jira.h"

#define N(table) (sizeof(table) / sizeof *(table))

static struct ent_str of_html(struct ent_arena *arena, const char *html)
{
	return sdk_html_to_text(arena, sdk_str(html));
}

static struct ent_str of_wiki(struct ent_arena *arena, const char *wiki)
{
	return jira_wiki(arena, sdk_str(wiki));
}

static struct ent_str of_adf(struct ent_arena *arena, const char *content)
{
	const struct sdk_json *node = NULL;
	struct ent_str json = sdk_format(arena, "{\"type\": \"doc\", \"version\": 1, \"content\": [%s]}", content);
	struct ent_err err = {0};

	if (sdk_json_parse(arena, json, &node, &err) != ENT_OK)
		fail_msg("%s: %s", content, err.msg);
	return jira_text(arena, node);
}

static void check(const char *from, struct ent_str got, const char *want)
{
	if (!sdk_eqz(got, want))
		fail_msg("%s\n gives: '%.*s'\n  want: '%s'", from, ENT_F(got), want);
}

#define T(text)                 "{\"type\": \"text\", \"text\": \"" text "\"}"
#define M(text, mark)           "{\"type\": \"text\", \"text\": \"" text "\", \"marks\": [{\"type\": \"" mark "\"}]}"
#define P(content)              "{\"type\": \"paragraph\", \"content\": [" content "]}"
#define B(type, content)        "{\"type\": \"" type "\", \"content\": [" content "]}"
#define A(type, attrs, content) "{\"type\": \"" type "\", \"attrs\": {" attrs "}, \"content\": [" content "]}"
#define L(type, attrs)          "{\"type\": \"" type "\", \"attrs\": {" attrs "}}"

static const struct {
	const char *text, *html, *wiki, *adf;
} same[] = {
    {"bold words", "<b>bold</b> <i>words</i>", "*bold* _words_",
     P(M("bold", "strong") "," T(" ") "," M("words", "em"))},
    {"~~gone~~ here", "<del>gone</del> here", "-gone- here", P(M("gone ", "strike") "," T("here"))},
    {"a ~~b c~~", "a <s>b <b>c</b></s>", "a -b *c*-", P(T("a ") "," M("b ", "strike") "," M("c", "strike"))},
    {"run `ls -l` now", "run <code>ls -l</code> now", "run {{ls -l}} now",
     P(T("run ") "," M("ls -l", "code") "," T(" now"))},
    {"```\nif a\n  b *c*\n```", "<pre><code>if a\n  b *c*\n</code></pre>", "{code:java}\nif a\n  b *c*\n{code}",
     A("codeBlock", "\"language\": \"java\"", T("if a\\n  b *c*"))},
    {"````\n```\n````", "<pre><code>```</code></pre>", "{noformat}\n```\n{noformat}", B("codeBlock", T("```"))},
    {"> said", "<blockquote>said</blockquote>", "{quote}said{quote}", B("blockquote", P(T("said")))},
    {"> one\n> two", "<blockquote>one<br>two</blockquote>", "{quote}\none\ntwo\n{quote}",
     B("blockquote", P(T("one")) "," P(T("two")))},
    {"- one\n- two\n  - inner", "<ul><li>one</li><li>two<ul><li>inner</li></ul></li></ul>", "* one\n* two\n** inner",
     B("bulletList",
       B("listItem", P(T("one"))) "," B("listItem", P(T("two")) "," B("bulletList", B("listItem", P(T("inner"))))))},
    {"1. a\n2. b\n  - x\n3. c", "<ol><li><p>a</p></li><li>b<ul><li>x</li></ul></li><li>c</li></ol>",
     "# a\n# b\n#* x\n# c",
     B("orderedList",
       B("listItem", P(T("a"))) "," B("listItem", P(T("b")) "," B("bulletList", B("listItem", P(T("x"))))) "," B(
	   "listItem", P(T("c"))))},
    {"Host | State\na | up",
     "<table><tr><th>Host</th><th>State</th></tr><tr><td><p>a</p></td><td><div>up</div></td></tr></table>",
     "||Host||State||\n|a|up|",
     B("table", B("tableRow", B("tableHeader", P(T("Host"))) "," B("tableHeader", P(T("State")))) "," B(
		    "tableRow", B("tableCell", P(T("a"))) "," B("tableCell", P(T("up")))))},
    {"a | one two", "<table><tr><td>a</td><td><p>one</p><p>two</p></td></tr></table>", "|a|one two|",
     B("table", B("tableRow", B("tableCell", P(T("a"))) "," B("tableCell", P(T("one")) "," P(T("two")))))},
    {"see the page [https://x.example/1]", "see <a href=\"https://x.example/1\">the page</a>",
     "see [the page|https://x.example/1]",
     P(T("see ") ",{\"type\": \"text\", \"text\": \"the page\", \"marks\": [{\"type\": \"link\", \"attrs\": {\"href\": "
		 "\"https://x.example/1\"}}]}")},
    {"[picture: panel.png]", "<img src=\"/p/1\" alt=\"panel.png\">", "!panel.png|width=300!",
     B("mediaSingle", L("media", "\"id\": \"6e7c\", \"type\": \"file\", \"alt\": \"panel.png\""))},
    {"a\n---\nb", "a<hr>b", "a\n----\nb", P(T("a")) ",{\"type\": \"rule\"}," P(T("b"))},
    {"Head\ntext", "<div>Head</div>text", "h2. Head\ntext", A("heading", "\"level\": 2", T("Head")) "," P(T("text"))},
    {"one\ntwo", "one<br>two", "one\\\\ two", P(T("one") ",{\"type\": \"hardBreak\"}," T("two"))},
    /* text that looks like signs of ours stays text */
    {"~~ | ` [x]", "~~ | ` [x]", "~~ | ` [x]", P(T("~~ | ` [x]"))},
};

static void the_same_reads_the_same_from_every_dialect(void **state)
{
	struct sdk_arena arena;

	(void)state;
	sdk_arena_init(&arena);
	for (size_t i = 0; i < N(same); i++) {
		check(same[i].html, of_html(&arena.abi, same[i].html), same[i].text);
		check(same[i].wiki, of_wiki(&arena.abi, same[i].wiki), same[i].text);
		check(same[i].adf, of_adf(&arena.abi, same[i].adf), same[i].text);
	}
	sdk_arena_release(&arena);
}

static const struct {
	const char *wiki, *text;
} wikis[] = {
    {"", ""},
    {"plain words", "plain words"},
    {"a\n\n\nb", "a\n\n\nb"},
    {"  in\n    deeper", "  in\n    deeper"},
    {"[~admin] and [~accountid:5f1a90]", "@admin and @5f1a90"},
    {"see [^panel log.txt]", "see [file: panel log.txt]"},
    {"see [the log|^panel.txt]", "see the log [file: panel.txt]"},
    {"[https://x.example/a_b_c] or https://x.example/a_b_c-d-",
     "https://x.example/a_b_c or https://x.example/a_b_c-d-"},
    {"[https://x.example/1|https://x.example/1|smart-link]", "https://x.example/1"},
    {"[Ann|mailto:ann@x.example] [mailto:ann@x.example]", "Ann [mailto:ann@x.example] ann@x.example"},
    {"[chapter two|#two]", "chapter two"},
    {"[see *this*|https://x.example/]", "see this [https://x.example/]"},
    {"[ENT-000042:0b9c6f0e4d1a4f6c8e2b7a5d3c1f0e9a]", "[ENT-000042:0b9c6f0e4d1a4f6c8e2b7a5d3c1f0e9a]"},
    {"[ok] [1] [a|b] [", "[ok] [1] [a|b] ["},
    {"!https://x.example/i/panel.png! !clip.mp4!", "[picture: panel.png] [file: clip.mp4]"},
    {"!a b.png|thumbnail,width=3!", "[picture: a b.png]"},
    {"Stop! Now! Wow!! a!=b", "Stop! Now! Wow!! a!=b"},
    {"{color:red}hot{color} {color:#ff0000}*now*{color}", "hot now"},
    {"{panel:title=Plan|borderStyle=dashed}\nfirst\n{panel}\nafter", "Plan\nfirst\nafter"},
    {"{info}know{info}", "know"},
    {"{expand:Stack trace}\nline 1\n{expand}", "Stack trace\nline 1"},
    {"{code:title=Foo.java|java}\na{b}\n{code}", "Foo.java\n```\na{b}\n```"},
    {"x {code}y{code} z", "x\n```\ny\n```\nz"},
    {"before\n{code}\ny\n{code}\nafter", "before\n```\ny\n```\nafter"},
    {"* item\n{noformat}\nlog *x*\n{noformat}\n* next", "- item\n```\nlog *x*\n```\n- next"},
    {"# a\ngoes on\n# b\n\n# c", "1. a\ngoes on\n2. b\n\n1. c"},
    {"- a\n- b", "- a\n- b"},
    {"bq. said\nanswer", "> said\nanswer"},
    {"{quote}open", "{quote}open"},
    {"{code}open *x*", "{code}open x"},
    {"{json: 1} {foo} ${bar}", "{json: 1} {foo} ${bar}"},
    {"{anchor:top}here", "here"},
    {"|a|[x|https://x.example/]|\n||h|v|", "a | x [https://x.example/]\nh | v"},
    {"|one", "|one"},
    {"a\\|b \\*c\\* \\{code} \\[x]", "a|b *c* {code} [x]"},
    {"&#123;code&#125; &#92;", "{code} \\"},
    {"C:\\temp\\new \\\\server\\share", "C:\\temp\\new \\\\server\\share"},
    {"one\\\\ two", "one\ntwo"},
    {"snake_case_name 10-20-30 a*b*c x^2 2*3", "snake_case_name 10-20-30 a*b*c x^2 2*3"},
    {"ls -l -a --all", "ls -l -a --all"},
    {"* not closed -nor this", "- not closed -nor this"},
    {"un{*}believ{*}able {-}no{-}", "unbelievable ~~no~~"},
    {"*a _b -c-_*", "a b ~~c~~"},
    {"{adf:display=block}\n{\"type\":\"taskList\",\"content\":[{\"type\":\"taskItem\",\"attrs\":{\"state\":\"DONE\"},"
     "\"content\":[{\"type\":\"text\",\"text\":\"fuse\"}]}]}\n{adf}",
     "- [x] fuse"},
    {"{adf}no json{adf}", "```\nno json\n```"},
    {"caf\xC3\xA9-bar-\xC3\xA9", "caf\xC3\xA9-bar-\xC3\xA9"},
};

static void wiki_markup_loses_no_word(void **state)
{
	struct sdk_arena arena;

	(void)state;
	sdk_arena_init(&arena);
	for (size_t i = 0; i < N(wikis); i++)
		check(wikis[i].wiki, of_wiki(&arena.abi, wikis[i].wiki), wikis[i].text);
	assert_null(jira_wiki(&arena.abi, ENT_ABSENT).p);
	sdk_arena_release(&arena);
}

static const struct {
	const char *adf, *text;
} documents[] = {
    {P(L("mention", "\"id\": \"5f1a90\", \"text\": \"@Mia Novak\"") "," T(" please")), "@Mia Novak please"},
    {P(L("mention", "\"id\": \"5f1a90\"")), "@5f1a90"},
    {P(L("emoji", "\"shortName\": \":custom:\"")), ":custom:"},
    {P(L("status", "\"text\": \"BLOCKED\", \"color\": \"red\"")), "BLOCKED"},
    {P(L("date", "\"timestamp\": \"1795996800000\"")), "2026-11-30"},
    {P(L("inlineCard", "\"url\": \"https://x.example/1\"")), "https://x.example/1"},
    {P(L("inlineCard", "\"data\": {\"name\": \"Plan\"}")), "Plan"},
    {P(T("a")) "," L("blockCard", "\"url\": \"https://x.example/1\"") "," P(T("b")), "a\nhttps://x.example/1\nb"},
    {P(T("See ") "," L("mediaInline", "\"id\": \"6e\", \"type\": \"file\"") "," T(" for it.")), "See [file] for it."},
    {B("mediaGroup", L("media", "\"id\": \"1\", \"alt\": \"a.log\"") "," L("media", "\"id\": \"2\"")),
     "[file: a.log] [file]"},
    {B("mediaSingle",
       L("media", "\"type\": \"external\", \"url\": \"https://x.example/p.png\"") "," B("caption", T("The panel"))),
     "[picture: https://x.example/p.png]\nThe panel"},
    {A("expand", "\"title\": \"Stack trace\"", P(T("line 1"))), "Stack trace\nline 1"},
    {B("taskList", A("taskItem", "\"state\": \"DONE\"", T("fuse")) "," A("taskItem",
									 "\"state\": \"TO"
									 "DO\"",
									 T("cable"))),
     "- [x] fuse\n- [ ] cable"},
    {B("decisionList", A("decisionItem", "\"state\": \"DECIDED\"", T("wait"))), "- wait"},
    {A("orderedList", "\"order\": 3", B("listItem", P(T("third"))) "," B("listItem", P(T("fourth")))),
     "3. third\n4. fourth"},
    {A("panel", "\"panelType\": \"warning\"", P(T("hot"))), "hot"},
    {P(M("a", "strike") "," M("b", "strike") "," T("c")), "~~ab~~c"},
    {P(M("a`b", "code")), "``a`b``"},
    {B("blockquote", P(T("a")) "," B("bulletList", B("listItem", P(T("x"))))) "," P(T("b")), "> a\n> - x\nb"},
    {B("listItem", P(T("one")) "," P(T("two"))), "- one\ntwo"},
    /* kinds that came after this was written */
    {L("newThing", "\"title\": \"Forecast\""), "Forecast"},
    {L("newThing", "\"size\": 3"), "[newThing]"},
    {B("newBlock", P(T("words"))), "words"},
    {L("extension", "\"extensionKey\": \"poll\""), "poll"},
    {P(""), ""},
    {"", ""},
};

static void a_document_loses_no_word(void **state)
{
	struct sdk_arena arena;

	(void)state;
	sdk_arena_init(&arena);
	for (size_t i = 0; i < N(documents); i++)
		check(documents[i].adf, of_adf(&arena.abi, documents[i].adf), documents[i].text);
	sdk_arena_release(&arena);
}

static const struct {
	const char *html, *text;
} pages[] = {
    {"<blockquote>a<blockquote>b</blockquote></blockquote>c", "> a\n>\n>> b\n\nc"},
    {"<p>top</p><blockquote><p>one</p><p>two</p></blockquote>", "top\n\n> one\n>\n> two"},
    {"<ol start=\"3\"><li>third</li><li>fourth</li></ol>", "3. third\n4. fourth"},
    {"<ul><li><p>one</p><p>more</p></li><li><p>two</p></li></ul>", "- one\n\nmore\n- two"},
    {"<img src=x> <img alt=\"\" src=y> <img width=\"1\" height=\"1\" src=z>", "[picture]"},
    {"<img alt=\"a &amp; b\"> <img src=x title=\"the stairs\">", "[picture: a & b] [picture: the stairs]"},
    {"<img class=emoji alt=\"\xF0\x9F\x94\xA7\"><img alt=\":wrench:\">", "\xF0\x9F\x94\xA7:wrench:"},
    {"<p><del>a</del></p><p><del>b<br>c</del></p>", "~~a~~\n\n~~b~~\n~~c~~"},
    {"<del> spaced </del>x", "~~spaced~~ x"},
    {"<code>a`b</code>", "``a`b``"},
    {"<pre>a\n  b</pre>", "a\n  b"},
    {"<pre class=x><code class=y>a\n\n  b</code></pre>after", "```\na\n\n  b\n```\n\nafter"},
    {"<pre>$ <code>x</code></pre>", "$ x"},
    {"<blockquote><pre><code>a\n\nb</code></pre></blockquote>", "> ```\n> a\n>\n> b\n> ```"},
    {"<li><input type=checkbox checked> a</li><li><input type=\"checkbox\"> b</li>", "- [x] a\n- [ ] b"},
    {"<input type=text>x", "x"},
    {"<table><tr><td>only</td></tr><tr><td><p>a</p><p>b</p></td></tr></table>", "only\na\n\nb"},
};

static void html_loses_no_word(void **state)
{
	struct sdk_arena arena;

	(void)state;
	sdk_arena_init(&arena);
	for (size_t i = 0; i < N(pages); i++)
		check(pages[i].html, of_html(&arena.abi, pages[i].html), pages[i].text);
	sdk_arena_release(&arena);
}

/* A page that is laid out by a table keeps its lines. */
static void a_layout_keeps_its_lines(void **state)
{
	struct sdk_arena arena;
	struct sdk_buf page;

	(void)state;
	sdk_arena_init(&arena);
	sdk_buf_init(&page, 1 << 20);
	sdk_buf_z(&page, "<table><tr><td>menu</td><td>");
	for (int i = 0; i < 40; i++)
		sdk_buf_format(&page, "<p>paragraph %d</p>", i);
	sdk_buf_z(&page, "</td></tr></table>");
	struct ent_str text = sdk_html_to_text(&arena.abi, sdk_buf_view(&page));
	assert_non_null(memmem(text.p, text.n, "\n\nparagraph 39", 14));
	sdk_buf_release(&page);
	sdk_arena_release(&arena);
}

/* A block that begins within a mark or a link and ends behind it appears once. */
static void a_block_within_a_mark_is_said_once(void **state)
{
	static const struct {
		const char *wiki, *text;
	} once[] = {
	    {"*{code}x* y{code} z", "```\nx* y\n```\nz"},         {"+{noformat}x+ y{noformat} z", "```\nx+ y\n```\nz"},
	    {"-{noformat}x- y{noformat} z", "```\nx- y\n```\nz"}, {"{*}{code}x{*} y{code} z", "```\nx{*} y\n```\nz"},
	    {"[{code}x|#a] y{code} z", "```\nx|#a] y\n```\nz"},   {"*_{code}x_* y{code} *z*", "```\nx_* y\n```\nz"},
	};
	static const char *const opener[] = {"*{code:a}* ",     "{*}{code:a}{*} ", "[{code:a}|#a] ",
					     "_*-{code:a}-*_ ", "*{noformat}* ",   "*{quote}* "};
	struct sdk_arena arena;
	enum { TIMES = 3000 };

	(void)state;
	sdk_arena_init(&arena);
	for (size_t i = 0; i < N(once); i++)
		check(once[i].wiki, of_wiki(&arena.abi, once[i].wiki), once[i].text);
	for (size_t i = 0; i < N(opener); i++) {
		size_t n = strlen(opener[i]);
		char *wiki = calloc(TIMES + 1, n + 1);
		for (size_t k = 0; k < TIMES; k++)
			memcpy(wiki + k * n, opener[i], n);
		memcpy(wiki + TIMES * n, "{code}", 7);
		size_t text = of_wiki(&arena.abi, wiki).n;
		if (text > 4 * (TIMES * n + 6))
			fail_msg("%s: %zu bytes become %zu", opener[i], TIMES * n + 6, text);
		free(wiki);
	}
	sdk_arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_same_reads_the_same_from_every_dialect),
	    cmocka_unit_test(wiki_markup_loses_no_word),
	    cmocka_unit_test(a_block_within_a_mark_is_said_once),
	    cmocka_unit_test(a_document_loses_no_word),
	    cmocka_unit_test(html_loses_no_word),
	    cmocka_unit_test(a_layout_keeps_its_lines),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
