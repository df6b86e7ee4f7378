/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sdk/fold.h"

static void check(const char *text, const char *folded)
{
	struct sdk_arena arena;

	sdk_arena_init(&arena);
	struct ent_str is = sdk_fold(&arena.abi, sdk_str(text));
	if (!sdk_eqz(is, folded))
		fail_msg("'%s' is folded to '%.*s', not to '%s'", text, ENT_F(is), folded);
	sdk_arena_release(&arena);
}

static void test_folds(void **state)
{
	(void)state;
	check("", "");
	check("DÉCHETS Ménagers", "dechets menagers");
	check("De\xcc\x81"
	      "CHETS",
	      "dechets"); /* the accent as a code point of its own */
	check("CŒUR, Ætna, Straße, ﬁn", "coeur, aetna, strasse, fin");
	check("l’imprimante", "l'imprimante");
	check("Łódź Øre ĐURĐEVAC İstanbul ısı", "lodz ore durdevac istanbul isi");
	check("ΆΣΟΣ ΐ", "ασοσ ι");
	check("Ёлка ЙОД Ґ", "елка иод ґ");
	check("Ấm Ǖ ṩ Ⅷ Ⓐ Ｗ", "am u s ⅷ ⓐ ｗ");
	check("ẞ ǅ Ꙁ 𐐀 Ა", "ss ǆ ꙁ 𐐨 ა");
	check("工単 한국 हिन्दी 😀", "工単 한국 हिन्दी 😀");
}

/* What is no UTF-8 stays, and nothing is written past the text's length. */
static void test_bad_bytes(void **state)
{
	static const char bad[] = "A\xff\xc3\xe2\x82z\xc0\x80";
	char ret[sizeof bad + 1];
	(void)state;

	memset(ret, '#', sizeof ret);
	assert_int_equal(sdk_fold_to(ret, (struct ent_str){bad, sizeof bad - 1}), sizeof bad - 1);
	assert_memory_equal(ret, "a\xff\xc3\xe2\x82z\xc0\x80##", sizeof ret);
}

/* Folding twice changes nothing, and no code point grows. */
static void test_each(void **state)
{
	(void)state;
	for (uint32_t c = 0x80; c < 0x110000; c++) {
		char text[4], once[8], twice[8];
		size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4, folded;

		if (c >= 0xD800 && c < 0xE000)
			continue;
		for (size_t i = 0; i < n; i++)
			text[i] = (char)((i ? 0x80 : 0xF00u >> n & 0xF0) | (c >> 6 * (n - 1 - i) & (i ? 0x3F : 0xFF)));
		folded = sdk_fold_to(once, (struct ent_str){text, n});
		if (folded > n || sdk_fold_to(twice, (struct ent_str){once, folded}) != folded ||
		    memcmp(once, twice, folded) != 0)
			fail_msg("U+%04X", (unsigned)c);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_folds),
	    cmocka_unit_test(test_bad_bytes),
	    cmocka_unit_test(test_each),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
