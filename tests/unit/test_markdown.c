/* SPDX-License-Identifier: Apache-2.0 */
/* Markdown becomes known nodes and nothing else, whatever it says, and in bounded time. */
#include "view/view_markdown.h"

#include "sdk/json.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { MAX_MS = 100 }; /* of this process's time, for one text: many times what it takes */

static const char *const known[] = {"paragraph", "heading", "quote", "list",  "item", "emphasis",  "strong",
				    "link",      "text",    "code",  "break", "rule", "code_block"};

/* How many nodes; each is a known one, and each address is of a known scheme. */
static size_t check_nodes(const struct sdk_json *list, int depth)
{
	size_t n = 0;

	assert_in_range(depth, 0, MARKDOWN_DEPTH);
	for (const struct sdk_json *node = sdk_json_first(list); node; node = sdk_json_next(node)) {
		struct ent_str type = sdk_json_text_at(node, "type"), url = sdk_json_text_at(node, "url");
		const struct sdk_json *children = sdk_json_at(node, "children");
		bool is_known = false;

		for (size_t i = 0; i < sizeof known / sizeof *known; i++)
			is_known = is_known || sdk_eqz(type, known[i]);
		assert_true(is_known);
		assert_int_equal(sdk_eqz(type, "link"), url.p != NULL);
		if (url.p)
			assert_true(sdk_ieq(sdk_head(url, 7), ENT_STR("http://")) ||
				    sdk_ieq(sdk_head(url, 8), ENT_STR("https://")) ||
				    sdk_ieq(sdk_head(url, 7), ENT_STR("mailto:")));
		n += 1 + (children ? check_nodes(children, depth + 1) : 0);
	}
	return n;
}

static const struct view_mentions nobody = {.n = 0};

/* The tree as JSON; "": it stays plain. The caller frees. */
static char *tree_of(const char *text, size_t n)
{
	struct sdk_arena arena;
	const struct sdk_json *json;
	struct sdk_buf buf;
	struct sdk_jsonw w;
	struct ent_err err;
	clock_t begin = clock();

	sdk_buf_init(&buf, 64 << 20);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	view_markdown_kprint(&w, "tree", (struct ent_str){text, n}, &nobody);
	sdk_jsonw_close(&w, '}');
	assert_true((clock() - begin) * 1000 / CLOCKS_PER_SEC < MAX_MS);
	sdk_arena_init(&arena);
	if (sdk_json_parse(&arena.abi, sdk_buf_view(&buf), &json, &err) != ENT_OK)
		fail_msg("%s: %.*s", err.msg, ENT_F(sdk_head(sdk_buf_view(&buf), 500)));
	const struct sdk_json *tree = sdk_json_at(json, "tree");
	if (tree)
		assert_in_range(check_nodes(tree, 0), 0, MARKDOWN_NODES_MAX);
	struct ent_str view = sdk_buf_view(&buf);
	char *ret = tree ? strndup(view.p + 8, view.n - 9) : strdup("");
	sdk_arena_release(&arena);
	sdk_buf_release(&buf);
	return ret;
}

static void test_nodes(void **state)
{
	static const struct {
		const char *text, *tree;
	} rows[] = {
	    {"Hello *you*", "[{\"type\":\"paragraph\",\"children\":[{\"type\":\"text\",\"text\":\"Hello "
			    "\"},{\"type\":\"emphasis\",\"children\":[{\"type\":\"text\",\"text\":\"you\"}]}]}]"},
	    {"# One", "[{\"type\":\"heading\",\"level\":1,\"children\":[{\"type\":\"text\",\"text\":\"One\"}]}]"},
	    {"3. a", "[{\"type\":\"list\",\"start\":3,\"children\":[{\"type\":\"item\",\"children\":[{\"type\":"
		     "\"paragraph\",\"children\":[{\"type\":\"text\",\"text\":\"a\"}]}]}]}]"},
	    {"[x](https://a.example/b)",
	     "[{\"type\":\"paragraph\",\"children\":[{\"type\":\"link\",\"url\":\"https://a.example/"
	     "b\",\"children\":[{\"type\":\"text\",\"text\":\"x\"}]}]}]"},
	    {"![x](https://a.example/b.png)",
	     "[{\"type\":\"paragraph\",\"children\":[{\"type\":\"link\",\"url\":\"https://a.example/"
	     "b.png\",\"children\":[{\"type\":\"text\",\"text\":\"x\"}]}]}]"},
	    {"[x](javascript:alert)", "[{\"type\":\"paragraph\",\"children\":[{\"type\":\"text\",\"text\":\"x\"}]}]"},
	    {"[x](&#106;avascript:alert)",
	     "[{\"type\":\"paragraph\",\"children\":[{\"type\":\"text\",\"text\":\"x\"}]}]"},
	    {"![x](data:image/png;base64,AA)",
	     "[{\"type\":\"paragraph\",\"children\":[{\"type\":\"text\",\"text\":\"x\"}]}]"},
	    {"[x](//a.example)", "[{\"type\":\"paragraph\",\"children\":[{\"type\":\"text\",\"text\":\"x\"}]}]"},
	    {"<b>x</b>", "[{\"type\":\"paragraph\",\"children\":[{\"type\":\"text\",\"text\":\"<b>\"},{\"type\":"
			 "\"text\",\"text\":\"x\"},{\"type\":\"text\",\"text\":\"</b>\"}]}]"},
	    {"<script>alert(1)</script>", "[{\"type\":\"text\",\"text\":\"<script>alert(1)</script>\\n\"}]"},
	    {"a\n***\n`c`", "[{\"type\":\"paragraph\",\"children\":[{\"type\":\"text\",\"text\":\"a\"}]},{\"type\":"
			    "\"rule\"},{\"type\":\"paragraph\",\"children\":[{\"type\":\"code\",\"text\":\"c\"}]}]"},
	    {"", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char *tree = tree_of(rows[i].text, strlen(rows[i].text));
		assert_string_equal(tree, rows[i].tree);
		free(tree);
	}
}

/* What is quadratic in cmark, and what is deep. */
static void test_hostile_sizes(void **state)
{
	static const char *const parts[] = {"> ",    "- ",   "* a_ ", "![[]()", "[",   "<!--",  "**a",
					    "_",     "`a``", "a*",    "1. ",    "<a ", "&amp;", "\\*",
					    "[a](b", "~",    "|",     "\t",     "#",   "*_"};
	static char text[MARKDOWN_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		for (size_t n = 500; n <= MARKDOWN_MAX; n += n < 8000 ? 500 : 4000) {
			for (size_t k = 0; k < n; k++)
				text[k] = parts[i][k % strlen(parts[i])];
			free(tree_of(text, n));
		}
}

static void test_what_stays_plain(void **state)
{
	size_t n = 20000;
	char *text = malloc(n), *tree;

	(void)state;
	memset(text, 'a', n);
	tree = tree_of(text, MARKDOWN_MAX);
	assert_string_not_equal(tree, "");
	free(tree);
	tree = tree_of(text, MARKDOWN_MAX + 1);
	assert_string_equal(tree, "");
	free(tree);
	memset(text, '[', MARKDOWN_BRACKETS_MAX + 1);
	tree = tree_of(text, MARKDOWN_BRACKETS_MAX + 1);
	assert_string_equal(tree, "");
	free(tree);
	for (size_t i = 0; i < n; i++) /* 10,000 quotes in one another */
		text[i] = i % 2 ? ' ' : '>';
	free(tree_of(text, n));
	free(tree_of(text, MARKDOWN_MAX));
	free(text);
}

/* Each line of each file of others' attacks, and each file's beginning. */
static size_t try_file(const char *path)
{
	char *line = NULL, whole[MARKDOWN_MAX];
	FILE *file = fopen(path, "r");
	size_t size = 0, n = 0;
	ssize_t got;

	if (!file)
		return 0;
	while ((got = getline(&line, &size, file)) > 0) {
		struct ent_str s = {line, (size_t)got};
		if (!sdk_is_utf8(s) || memchr(line, 0, s.n))
			continue;
		free(tree_of(line, s.n));
		n++;
	}
	rewind(file);
	size = fread(whole, 1, sizeof whole, file);
	if (sdk_is_utf8((struct ent_str){whole, size}) && !memchr(whole, 0, size))
		free(tree_of(whole, size));
	free(line);
	fclose(file);
	return n;
}

static void test_others_attacks(void **state)
{
	static const char *const folders[] = {TEST_SHARED "/hostile/xss", TEST_SHARED "/hostile/strings"};
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		DIR *folder = opendir(folders[i]);
		const struct dirent *entry;
		char path[4096];

		while (folder && (entry = readdir(folder)) != NULL) {
			snprintf(path, sizeof path, "%s/%s", folders[i], entry->d_name);
			n += try_file(path);
		}
		if (folder)
			closedir(folder);
	}
	if (n == 0) {
		print_message("SKIPPED: no attacks in " TEST_SHARED "/hostile\n");
		skip();
	}
	print_message("%zu lines of others' attacks\n", n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_nodes),
	    cmocka_unit_test(test_hostile_sizes),
	    cmocka_unit_test(test_what_stays_plain),
	    cmocka_unit_test(test_others_attacks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
