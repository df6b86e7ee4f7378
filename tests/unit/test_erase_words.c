/* SPDX-License-Identifier: Apache-2.0 */
/* A name in the bytes of tools: however it is coded it is found, and in no other word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "core/erase_words.h"
#include "sdk/webhook.h"

#define WORDS                                                                                                          \
	"Zo\xc3\xa9 L\xc3\xb3pez\nAna\nzoe@us.example\n\xf0\x9f\xa6\x8a"                                               \
	"fox"

static void test_a_name_is_found_in_each_coding(void **state)
{
	static const struct {
		const char *text, *blank; /* NULL: the text as it is */
	} row[] = {
	    {"by Zo\xc3\xa9 L\xc3\xb3pez, today", "by erased, today"},
	    {"zO\xc3\xa9 l\xc3\xb3pez", "erased"},
	    {"{\"name\":\"Zo\\u00e9 L\\u00F3pez\"}", "{\"name\":\"erased\"}"},
	    {"who=Zo%C3%A9+L%c3%b3pez&x", "who=erased&x"},
	    {"Zo%C3%A9%20L%C3%B3pez", "erased"},
	    {"\"\\ud83e\\udd8afox\"", "\"erased\""},
	    {"mail zoe@us.example.", "mail erased."},
	    {"mail=zoe%40us.example", "mail=erased"},
	    {"said\\nAna: hello", "said\\nerased: hello"},
	    {"aNA, ZOE@us.example", "erased, erased"},
	    {"%41na \\u005ao\\u00e9 l\\u00f3pez", "erased erased"},
	    {"x%20Ana%20y", "x%20erased%20y"},
	    {"Ana Ana,Ana", "erased erased,erased"},
	    {"Banana", NULL},
	    {"Anatol", NULL},
	    {"Ana7", NULL},
	    {"\\u0041na", "erased"},
	    {"Zo\xc3\xa9", NULL},
	    {"Zo\\u00e9 L", NULL},
	    {"%", NULL},
	    {"\\u", NULL},
	    {"\\u00", NULL},
	    {"%4", NULL},
	    {"\\ud83e", NULL},
	    {"", NULL},
	};
	struct sdk_arena arena;

	(void)state;
	sdk_arena_init(&arena);
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct ent_str text = sdk_str(row[i].text), blank = erase_blank(&arena.abi, text, ENT_STR(WORDS));

		if (erase_holds(text, ENT_STR(WORDS)) != (row[i].blank != NULL) ||
		    !sdk_eqz(blank, row[i].blank ? row[i].blank : row[i].text))
			fail_msg("%s: %.*s", row[i].text, ENT_F(blank));
	}
	assert_false(erase_holds(ENT_STR("Ana"), ENT_STR("")));
	assert_false(erase_holds(ENT_STR("Ana"), ENT_STR("\n\n")));
	sdk_arena_release(&arena);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(test_a_name_is_found_in_each_coding)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
