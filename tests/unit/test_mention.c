/* SPDX-License-Identifier: Apache-2.0 */
/* Where words mention somebody, and where they do not: code, quotes, escapes. */
#include "core/mention.h"

#include "sdk/webhook.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define A "<@00000000-0000-4000-8000-00000000000a>"
#define B "<@00000000-0000-4000-8000-00000000000b>"

/* "a": mentioned; "A": quoted; in order. */
static const char *found(struct ent_arena *arena, const char *text, enum ent_format format)
{
	struct mention *list;
	size_t n = mention_list(arena, sdk_str(text), format, &list);
	char *ret = sdk_alloc(arena, n + 1);

	for (size_t i = 0; i < n; i++)
		ret[i] = (char)(list[i].is_quoted ? list[i].ref[ID_SIZE - 2] - 32 : list[i].ref[ID_SIZE - 2]);
	ret[n] = '\0';
	return ret;
}

static void test_places(void **state)
{
	static const struct {
		const char *text, *plain, *markdown;
	} rows[] = {
	    {"", "", ""},
	    {A, "a", "a"},
	    {"x" A B "y" A, "ab", "ab"},
	    {"<@00000000-0000-4000-8000-00000000000A>", "a", "a"},
	    {"<@00000000-0000-4000-8000-00000000000a", "", ""},
	    {"<@00000000-0000-4000-8000-00000000000g>", "", ""},
	    {"<@U123>", "", ""},
	    {"< @00000000-0000-4000-8000-00000000000a>", "", ""},
	    /* within a line */
	    {"`" A "`" B, "ab", "b"},
	    {"``" A "`" B, "ab", "ab"},
	    {"``" A "`" B "``", "ab", ""},
	    {"a ` b " A, "a", "a"},
	    {"a ` b\n\n" A " ` c", "a", "a"},
	    {"a ` b\n" A " ` " B, "ab", "b"},
	    {"\\`" A "`" B, "ab", "ab"},
	    {"\\" A, "a", ""},
	    {"\\\\" A, "a", "a"},
	    /* blocks */
	    {"```\n" A "\n```\n" B, "ab", "b"},
	    {"```\n" A "\n``\n" B, "ab", ""},
	    {"~~~ c\n" A "\n```\n" B "\n~~~~\n" A, "ab", "a"},
	    {"``` x`y\n" A, "a", "a"},
	    {"text\n    " A, "a", "a"},
	    {"text\n\n    " A "\n\n" B, "ab", "b"},
	    {"\t" A, "a", ""},
	    {"- one\n\n    " A, "a", "a"},
	    {"1. one\n\n    " A "\n\nover\n\n    " B, "ab", "a"},
	    {"- one\n\n  ```\n  " A "\n  ```\n  " B, "ab", "b"},
	    /* quotes */
	    {"> " A "\n\n" B, "Ab", "Ab"},
	    {">> " A "\n" B, "Ab", "Ab"},
	    {"> " A "\n\n" A, "a", "a"},
	    {" > " A, "A", "A"},
	    {"> ```\n> " A "\n\n" B, "Ab", "b"},
	    {"> " A "\n> `" B "`", "AB", "A"},
	    {"a > " A, "a", "a"},
	};
	struct sdk_arena arena;

	(void)state;
	sdk_arena_init(&arena);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *plain = found(&arena.abi, rows[i].text, ENT_TEXT),
			   *markdown = found(&arena.abi, rows[i].text, ENT_MARKDOWN);
		if (strcmp(plain, rows[i].plain) != 0 || strcmp(markdown, rows[i].markdown) != 0)
			fail_msg("%s: \"%s\" and \"%s\"", rows[i].text, plain, markdown);
	}
	sdk_arena_release(&arena);
}

static struct ent_str name_a(void *of, const char *ref)
{
	(void)of;
	return ref[ID_SIZE - 2] == 'a' ? ENT_STR("Ada") : ENT_ABSENT;
}

static void test_plain(void **state)
{
	static const struct {
		const char *text, *plain;
	} rows[] = {
	    {"", ""},
	    {"nobody", "nobody"},
	    {A, "@Ada"},
	    {"x " A ", " B "!", "x @Ada, " B "!"},
	    {"`" A "` " A, "`" A "` @Ada"},
	    {"> " A, "> @Ada"},
	};
	struct sdk_arena arena;

	(void)state;
	sdk_arena_init(&arena);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct ent_str got = mention_plain(&arena.abi, sdk_str(rows[i].text), ENT_MARKDOWN, name_a, NULL);
		if (!sdk_eqz(got, rows[i].plain))
			fail_msg("%s: %.*s", rows[i].text, ENT_F(got));
	}
	sdk_arena_release(&arena);
}

/* However many there are, they are noticed and no more. */
static void test_many(void **state)
{
	struct ent_str text = ENT_STR("");
	struct sdk_arena arena;
	struct mention *list;

	(void)state;
	sdk_arena_init(&arena);
	for (int i = 0; i < 2 * MENTION_MAX; i++)
		text = sdk_format(&arena.abi, "%.*s<@00000000-0000-4000-8000-%012d>", ENT_F(text), i);
	assert_int_equal(mention_list(&arena.abi, text, ENT_TEXT, &list), MENTION_MAX + 1);
	struct ent_str refs = mention_refs(&arena.abi, list, 2);
	assert_true(mention_has(refs, ENT_STR("00000000-0000-4000-8000-000000000001")));
	assert_false(mention_has(refs, ENT_STR("00000000-0000-4000-8000-000000000002")));
	sdk_arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_places),
	    cmocka_unit_test(test_plain),
	    cmocka_unit_test(test_many),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
