/* SPDX-License-Identifier: Apache-2.0 */
/* The one rule of who may read what was said. */
#include "core/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#define S ENT_STR

enum { BEGAN_MS = 1000500, SAID_MS = 2000500 };

struct row {
	const char *rule;
	enum reader_kind kind;
	const char *reader, *author, *names;
	bool everyone, by_us, held, shares;
	int64_t since_ms, published_ms, said_ms;
	bool sees;
};

static const struct row rows[] = {
    {"ours reads what is for ours alone", READER_OURS, "", "orion", "us", .shares = false, .sees = true},
    {"ours is in every audience and reads from the beginning", READER_OURS, "", "orion", "orion,us",
     .since_ms = SAID_MS + 1, .published_ms = 1, .said_ms = 1, .sees = true},
    {"ours does not read what another organisation holds back", READER_OURS, "", "orion", "orion,us", .held = true},
    {"ours reads what ours holds back", READER_OURS, "", "us", "orion,us", .by_us = true, .held = true, .sees = true},
    {"nobody reads nothing", READER_NOBODY, "", "", "us", .everyone = true, .shares = true},
    {"nobody with an organisation reads nothing", READER_NOBODY, "orion", "orion", "orion,us", .everyone = true,
     .shares = true},
    {"an organisation without a name reads nothing", READER_ORGANISATION, "", "", "us", .everyone = true,
     .shares = true},
    {"without a standing share one reads nothing of one's own", READER_ORGANISATION, "orion", "orion", "orion,us",
     .shares = false},
    {"without a standing share one reads nothing that is for everyone", READER_ORGANISATION, "orion", "telnord",
     "telnord,us", .everyone = true},
    {"without a standing share one who is named reads nothing", READER_ORGANISATION, "orion", "telnord",
     "orion,telnord,us", .shares = false},
    {"one reads one's own", READER_ORGANISATION, "orion", "orion", "us", .shares = true, .sees = true},
    {"one reads one's own that is held back", READER_ORGANISATION, "orion", "orion", "orion,us", .shares = true,
     .held = true, .sees = true},
    {"one who is named reads also what was said before", READER_ORGANISATION, "orion", "telnord", "orion,telnord,us",
     .shares = true, .since_ms = SAID_MS, .published_ms = BEGAN_MS, .said_ms = BEGAN_MS, .sees = true},
    {"one who is named does not read what is held back", READER_ORGANISATION, "orion", "us", "orion,us", .by_us = true,
     .shares = true, .held = true},
    {"everyone does not read what is held back", READER_ORGANISATION, "orion", "us", "us", .everyone = true,
     .by_us = true, .shares = true, .held = true},
    {"one who is not named does not read", READER_ORGANISATION, "orion", "telnord", "telnord,us", .shares = true},
    {"a longer name is another one", READER_ORGANISATION, "orion", "telnord", "orion2,telnord,us", .shares = true},
    {"everyone reads the whole thread with a share that reads all", READER_ORGANISATION, "orion", "telnord",
     "telnord,us", .everyone = true, .shares = true, .since_ms = 0, .published_ms = 1, .said_ms = 1, .sees = true},
    {"everyone reads what was said and published since", READER_ORGANISATION, "orion", "telnord", "telnord,us",
     .everyone = true, .shares = true, .since_ms = BEGAN_MS, .published_ms = SAID_MS, .said_ms = SAID_MS, .sees = true},
    {"everyone does not read what was said before and published since", READER_ORGANISATION, "orion", "telnord",
     "telnord,us", .everyone = true, .shares = true, .since_ms = SAID_MS, .published_ms = SAID_MS + 1,
     .said_ms = BEGAN_MS},
    {"a clock that is ahead makes nobody a reader of what was published before", READER_ORGANISATION, "orion",
     "telnord", "telnord,us", .everyone = true, .shares = true, .since_ms = SAID_MS, .published_ms = SAID_MS,
     .said_ms = SAID_MS + 100000},
};

static void test_the_rule(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *row = &rows[i];
		const struct reader reader = {.kind = row->kind, .organisation = sdk_str(row->reader)};
		const struct audience audience = {sdk_str(row->names), row->everyone, false};
		const struct spoken spoken = {.author = sdk_str(row->author),
					      .audience = &audience,
					      .published_ms = row->published_ms,
					      .said_ms = row->said_ms,
					      .by_us = row->by_us,
					      .held = row->held};
		const struct reading reading = {row->shares, row->since_ms};
		enum right right = reader_right(&reader, &spoken, row->shares);

		if (reader_sees_said(&reader, &spoken, &reading) != row->sees)
			fail_msg("%s: %s", row->rule, row->sees ? "it does not" : "it does");
		if (row->sees && right == RIGHT_NONE)
			fail_msg("%s: without a right", row->rule);
		if (row->kind == READER_ORGANISATION)
			assert_int_equal(reader_right_of(reader.organisation, &spoken, row->shares), right);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(test_the_rule)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
