/* SPDX-License-Identifier: Apache-2.0 */
/* Our own words coming back, as tools bring them; and what looks like them and is news. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/echo.h"
#include "sdk/webhook.h"
#include "suppliers.h"

#define KEY    "0b9c6f0e-4d1a-4f6c-8e2b-7a5d3c1f0e9a"
#define MARKER "[ENT-000042:0b9c6f0e4d1a4f6c8e2b7a5d3c1f0e9a]"
#define SAID   "David (Orion): the *router* on floor_2 is <down> & \\dark\\ since `8:00`"

static void test_hash(void **state)
{
	(void)state;
	static const struct {
		const char *what, *text;
		bool same;
	} row[] = {
	    {"as it went", SAID "\n\n" MARKER, true},
	    {"without its marker", SAID, true},
	    {"Jira wiki: escapes eaten and added",
	     "David (Orion): the *router* on floor\\_2 is <down> & dark since `8:00`\n" MARKER, true},
	    {"Zendesk: HTML and back",
	     "David (Orion): the router on floor_2 is &lt;down&gt; &amp; \\dark\\ since 8:00\r\n\r\n" MARKER, true},
	    {"RT: wrapped and quoted",
	     "> David (Orion): the *router* on\n> floor_2 is <down> & \\dark\\\n> since `8:00`\n>\n> " MARKER, true},
	    {"hard blanks",
	     "David&nbsp;(Orion):\xc2\xa0the *router* on floor_2 is <down> & \\dark\\ since &#160;`8:00`", true},
	    {"blanks at both ends", "  \n" SAID "\t ", true},
	    {"blanks without width",
	     "David (Orion): the *rou\xe2\x80\x8bter* on floor_2 is <down> & \\dark\\ since `8:00`", true},
	    {"another word", "David (Orion): the *router* on floor_3 is <down> & \\dark\\ since `8:00`", false},
	    {"another case", "david (Orion): the *router* on floor_2 is <down> & \\dark\\ since `8:00`", false},
	    {"a word more", SAID " yes", false},
	    {"words run together", "David (Orion): therouter on floor_2 is <down> & \\dark\\ since `8:00`", false},
	    {"nothing", "", false},
	};
	unsigned char sent[32], back[32];
	struct sdk_arena arena;

	sdk_arena_init(&arena);
	echo_hash(&arena.abi, ENT_STR(SAID "\n\n" MARKER), sent);
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		echo_hash(&arena.abi, sdk_str(row[i].text), back);
		if ((memcmp(sent, back, 32) == 0) != row[i].same)
			fail_msg("%s", row[i].what);
	}
	sdk_arena_release(&arena);
}

static void test_comments(void **state)
{
	(void)state;
	static const struct {
		const char *what, *body, *author, *account;
		bool is_known, is_bound, removed;
		enum echo expect;
		bool sent;
	} row[] = {
	    {"its id is known", "anything", "", "", true, false, false, ECHO_ID, false},
	    {"removed there", "", "", "", true, false, true, ECHO_ID, false},
	    {"theirs, removed", "", "", "", false, false, true, ECHO_NONE, false},
	    {"by id, edited by a person", "quite other words", "jdoe", "entente", true, true, false, ECHO_ID, false},
	    {"marker and words", SAID "\n\n" MARKER, "", "", false, false, false, ECHO_MARKER, true},
	    {"marker, words by a person's account", SAID "\n\n" MARKER, "jdoe", "entente", false, false, false,
	     ECHO_MARKER, true},
	    {"marker, mangled, our account", "David: ~~~ " MARKER, "Entente", "entente", false, false, false,
	     ECHO_MARKER, true},
	    {"marker, mangled, nobody tells the author", "David: ~~~ " MARKER, "", "entente", false, false, false,
	     ECHO_MARKER, true},
	    {"quoted by a person whose name is told", "Yes.\n\n> David: ~~~\n> " MARKER, "jdoe", "entente", false,
	     false, false, ECHO_NONE, false},
	    {"quoted above, no author", "David: ~~~ " MARKER "\nYes.", "", "", false, false, false, ECHO_NONE, false},
	    {"quoted below, no author", "Yes.\n\n> David: ~~~\n> " MARKER, "", "", false, false, false, ECHO_NONE,
	     false},
	    {"quoted below, escaped", "Yes.\n\n&gt; David: ~~~\n&gt; " MARKER, "", "", false, false, false, ECHO_NONE,
	     false},
	    {"a marker that is not ours", "Yes [ENT-000042:ffffffff4d1a4f6c8e2b7a5d3c1f0e9a]", "", "", false, false,
	     false, ECHO_NONE, false},
	    {"marker of a copy that is bound", "Yes " MARKER, "", "", false, true, false, ECHO_NONE, false},
	    {"our account, other words", "a note by hand", "entente", "entente", false, false, false, ECHO_AUTHOR,
	     false},
	    {"our account, words without marker", SAID, "entente", "entente", false, false, false, ECHO_AUTHOR, true},
	    {"words alone", SAID, "", "", false, false, false, ECHO_CONTENT, true},
	    {"words alone, the copy is bound: said again", SAID, "", "", false, true, false, ECHO_NONE, false},
	    {"news", "the router is up again", "jdoe", "entente", false, false, false, ECHO_NONE, false},
	    {"empty", "", "", "", false, false, false, ECHO_NONE, false},
	};
	struct supplier_set *set = test_suppliers();

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct sdk_arena arena;
		struct echo_sent sent[2] = {
		    {.set = 1u << ENT_STATUS, .values.at[ENT_STATUS] = ENT_RESOLVED, .key = "x"},
		    {.key = KEY, .is_bound = row[i].is_bound}};
		struct ent_change change = {.kind = row[i].removed ? ENT_COMMENT_REMOVED : ENT_COMMENT_ADDED};
		const struct echo_sent *found;
		unsigned char hash[32];

		sdk_arena_init(&arena);
		echo_hash(&arena.abi, ENT_STR(SAID), hash);
		sent[1].hashes = (struct ent_str){(const char *)hash, sizeof hash};
		set->at[ORION].account = sdk_str(row[i].account);
		change.comment.body = sdk_str(row[i].body);
		change.comment.author.name = sdk_str(row[i].author);
		enum echo echo = echo_comment(&set->at[ORION], &change, row[i].is_known, sent, 2, &arena.abi, &found);
		if (echo != row[i].expect)
			fail_msg("%s: %d", row[i].what, (int)echo);
		if (found != (row[i].sent ? &sent[1] : NULL))
			fail_msg("%s: of which delivery", row[i].what);
		sdk_arena_release(&arena);
	}
	supplier_set_unref(set);
}

static void test_values(void **state)
{
	(void)state;
	static const struct {
		const char *what, *actor, *account, *status;
		bool is_bound;
		uint32_t expect;
	} row[] = {
	    {"as we set it", "", "", "resolved", false, 1u << ENT_STATUS},
	    {"as we set it, by our account", "entente", "entente", "resolved", false, 1u << ENT_STATUS},
	    {"a person who is not our account", "jdoe", "entente", "resolved", false, 0},
	    {"a person, our account is not known", "jdoe", "", "resolved", false, 1u << ENT_STATUS},
	    {"another value", "", "", "closed", false, 0},
	    {"another value by our account: a workflow there", "entente", "entente", "closed", false, 0},
	    {"told since: said once more", "", "", "resolved", true, 0},
	    {"a word no map knows", "", "", "", false, 0},
	};
	struct supplier_set *set = test_suppliers();

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct echo_sent sent = {
		    .set = 1u << ENT_STATUS, .values.at[ENT_STATUS] = ENT_RESOLVED, .is_bound = row[i].is_bound};
		struct ent_change change = {.kind = ENT_TICKET_CHANGED,
					    .ticket.has = 1u << ENT_STATUS | 1u << ENT_PRIORITY};

		set->at[ORION].account = sdk_str(row[i].account);
		change.actor.name = sdk_str(row[i].actor);
		change.ticket.at[ENT_STATUS].text = sdk_str(row[i].status);
		change.ticket.at[ENT_PRIORITY].text = ENT_STR("1");
		if (echo_attributes(&set->at[ORION], &change, &sent, 1) != row[i].expect)
			fail_msg("%s", row[i].what);
	}
	supplier_set_unref(set);
}

static void test_account(void **state)
{
	struct supplier_set *set = test_suppliers();
	struct supplier *orion = &set->at[ORION];

	(void)state;
	assert_false(echo_is_account(orion, &(struct ent_person){ENT_STR("entente"), ENT_ABSENT})); /* not configured */
	assert_false(echo_is_account(orion, &(struct ent_person){ENT_STR(""), ENT_STR("")}));
	orion->account = ENT_STR("entente");
	assert_true(echo_is_account(orion, &(struct ent_person){ENT_STR("entente"), ENT_ABSENT}));
	assert_true(echo_is_account(orion, &(struct ent_person){ENT_STR("17"), ENT_STR("Entente")}));
	assert_false(echo_is_account(orion, &(struct ent_person){ENT_STR("17"), ENT_STR("Jane")}));
	assert_false(echo_is_account(orion, &(struct ent_person){ENT_ABSENT, ENT_ABSENT}));
	supplier_set_unref(set);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_hash),
	    cmocka_unit_test(test_comments),
	    cmocka_unit_test(test_values),
	    cmocka_unit_test(test_account),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
