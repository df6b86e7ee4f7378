/* SPDX-License-Identifier: Apache-2.0 */
/* Who has an incident open: whom of them each reader may know of, and when they are gone. */
#include "face/presence.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ONE   ENT_STR("11111111-1111-4111-8111-111111111111")
#define OTHER ENT_STR("22222222-2222-4222-8222-222222222222")
#define S     ((int64_t)1000000)

static struct reader person(const char *organisation, const char *ref)
{
	return (struct reader){.kind = READER_ORGANISATION, .organisation = sdk_str(organisation), .ref = sdk_str(ref)};
}

static void tell(struct presence *presence, const char *organisation, const char *ref, enum presence_state state,
		 int64_t now_us)
{
	struct reader reader = person(organisation, ref);

	presence_tell(presence, ONE, &reader, sdk_str(ref), state, now_us);
}

/* "ref" or "ref!" of each, with blanks between. */
static void expect(struct presence *presence, struct ent_str incident, const char *organisation, const char *want)
{
	struct reader reader = person(organisation, "r");
	struct presence_person at[PRESENCE_TOLD];
	size_t n = presence_of(presence, incident, &reader, at);
	char got[PRESENCE_TOLD * 40] = "";

	for (size_t i = 0; i < n; i++)
		snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s%s", i ? " " : "", at[i].ref,
			 at[i].writes ? "!" : "");
	assert_string_equal(got, want);
}

static void test_own_and_allowed(void **state)
{
	struct presence *presence = presence_new(chance_system(), ENT_STR("us,orion"));

	(void)state;
	tell(presence, "us", "b", PRESENCE_WRITES, 0);
	tell(presence, "us", "a", PRESENCE_VIEWS, 0);
	tell(presence, "orion", "c", PRESENCE_WRITES, 0);
	tell(presence, "vega", "d", PRESENCE_WRITES, 0);
	expect(presence, ONE, "us", "a b! c");
	expect(presence, ONE, "orion", "c! a b");
	expect(presence, ONE, "vega", "d!");
	expect(presence, ONE, "delta", "");
	expect(presence, OTHER, "us", "");
	presence_free(presence);
}

static void test_nobody_allows(void **state)
{
	struct presence *presence = presence_new(chance_system(), ENT_STR(""));

	(void)state;
	tell(presence, "us", "a", PRESENCE_VIEWS, 0);
	tell(presence, "orion", "c", PRESENCE_VIEWS, 0);
	expect(presence, ONE, "us", "a");
	expect(presence, ONE, "orion", "c");
	presence_free(presence);
}

static void test_comes_and_goes(void **state)
{
	struct presence *presence = presence_new(chance_system(), ENT_STR(""));
	unsigned changed = presence_changed(presence, ONE);

	(void)state;
	tell(presence, "us", "a", PRESENCE_VIEWS, 0);
	assert_int_not_equal(presence_changed(presence, ONE), changed);
	changed = presence_changed(presence, ONE);
	tell(presence, "us", "a", PRESENCE_VIEWS, 30 * S);
	assert_int_equal(presence_changed(presence, ONE), changed);
	presence_step(presence, (30 + PRESENCE_S) * S - 1);
	expect(presence, ONE, "us", "a");
	tell(presence, "us", "a", PRESENCE_WRITES, 31 * S);
	assert_int_not_equal(presence_changed(presence, ONE), changed);
	changed = presence_changed(presence, ONE);
	presence_step(presence, (31 + PRESENCE_S) * S);
	expect(presence, ONE, "us", "");
	assert_int_not_equal(presence_changed(presence, ONE), changed);
	tell(presence, "us", "a", PRESENCE_VIEWS, 100 * S);
	tell(presence, "us", "nobody", PRESENCE_LEFT, 100 * S);
	tell(presence, "us", "a", PRESENCE_LEFT, 100 * S);
	expect(presence, ONE, "us", "");
	presence_free(presence);
}

static void test_there_is_room_for_some(void **state)
{
	struct presence *presence = presence_new(chance_system(), ENT_STR(""));
	char ref[4];

	(void)state;
	for (int i = 0; i <= PRESENCE_EACH; i++) {
		snprintf(ref, sizeof ref, "%02d", i);
		tell(presence, "us", ref, PRESENCE_VIEWS, i);
	}
	expect(presence, ONE, "us", "01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16");
	/* however many of others there are, and in other incidents */
	for (int i = 0; i < 4 * PRESENCE_EACH; i++) {
		struct reader other = person("orion", ref);
		char incident[ID_SIZE];

		snprintf(ref, sizeof ref, "o%02d", i);
		other.ref = sdk_str(ref);
		snprintf(incident, sizeof incident, "33333333-3333-4333-8333-3333333333%02d", i);
		presence_tell(presence, ONE, &other, sdk_str(ref), PRESENCE_VIEWS, S);
		presence_tell(presence, sdk_str(incident), &other, sdk_str(ref), PRESENCE_VIEWS, S);
	}
	expect(presence, ONE, "us", "01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16");
	presence_free(presence);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_own_and_allowed),
	    cmocka_unit_test(test_nobody_allows),
	    cmocka_unit_test(test_comes_and_goes),
	    cmocka_unit_test(test_there_is_room_for_some),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
