/* SPDX-License-Identifier: Apache-2.0 */
/* What may go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/delivery.h"
#include "suppliers.h"

#define UUID  "51f4a1d6-6f0b-4c89-9a57-3f1fd33d0b02"
#define OTHER "61f4a1d6-6f0b-4c89-9a57-3f1fd33d0b02"

static void test_names(void **state)
{
	enum delivery_state found;
	enum ent_op_kind op;
	enum delivery_cause cause;

	(void)state;
	for (int i = DELIVERY_PENDING; i <= DELIVERY_CANCELLED; i++) {
		assert_true(delivery_state_by_name(sdk_str(delivery_state_name((enum delivery_state)i)), &found));
		assert_int_equal(found, i);
	}
	for (int i = ENT_CREATE_TICKET; i < ENT_N_OP; i++) {
		assert_true(delivery_op_by_name(sdk_str(delivery_op_name((enum ent_op_kind)i)), &op));
		assert_int_equal(op, i);
	}
	for (int i = CAUSE_NONE; i < CAUSE_N; i++) {
		assert_true(delivery_cause_by_word(sdk_str(delivery_cause_word((enum delivery_cause)i)), &cause));
		assert_int_equal(cause, i);
		assert_true(i == CAUSE_NONE || delivery_cause_next((enum delivery_cause)i).text.n);
	}
	assert_false(delivery_state_by_name(ENT_STR("lost"), &found));
	assert_false(delivery_op_by_name(ENT_STR(""), &op));
	assert_false(delivery_cause_by_word(ENT_STR("weather"), &cause));
	assert_false(delivery_cause_by_word(ENT_ABSENT, &cause));
}

static const struct supplier vegas = {.name = ENT_STR("vega")};

/* A comment of orion's for everyone, on its way to vega; each row breaks one thing. */
static void test_second_ask(void **state)
{
	(void)state;
	static const struct audience everyone = {ENT_STR("us"), true, false}, internal = {ENT_STR("us"), false, false},
				     vega = {ENT_STR("us,vega"), false, false},
				     telnord = {ENT_STR("telnord,us"), false, false}, none = {{NULL, 0}, false, false};
	static const struct {
		const char *what;
		const struct audience *planned, *now;
		bool shares, removed, missing;
		const char *from, *uuid;
		int64_t incident;
		bool may;
		enum delivery_cause cause;
	} row[] = {
	    {"as it should be", &everyone, &everyone, true, false, false, "orion", UUID, 42, true, CAUSE_NONE},
	    {"named", &vega, &vega, true, false, false, "orion", UUID, 42, true, CAUSE_NONE},
	    {"of ours", &vega, &vega, true, false, false, "", UUID, 42, true, CAUSE_NONE},
	    {"narrowed since", &everyone, &internal, true, false, false, "orion", UUID, 42, false, CAUSE_AUDIENCE},
	    {"narrowed to another", &everyone, &telnord, true, false, false, "orion", UUID, 42, false, CAUSE_AUDIENCE},
	    {"widened since: planned for another", &telnord, &everyone, true, false, false, "orion", UUID, 42, false,
	     CAUSE_AUDIENCE},
	    {"planned as internal", &internal, &everyone, true, false, false, "orion", UUID, 42, false, CAUSE_AUDIENCE},
	    {"nobody named", &none, &none, true, false, false, "orion", UUID, 42, false, CAUSE_AUDIENCE},
	    {"not shared any more", &everyone, &everyone, false, false, false, "orion", UUID, 42, false,
	     CAUSE_UNSHARED},
	    {"named, not shared any more", &vega, &vega, false, false, false, "orion", UUID, 42, false, CAUSE_UNSHARED},
	    {"removed", &everyone, &everyone, true, true, false, "orion", UUID, 42, false, CAUSE_AUDIENCE},
	    {"the comment cannot be read", &everyone, &everyone, true, false, true, "orion", UUID, 42, false,
	     CAUSE_AUDIENCE},
	    {"another comment was read", &everyone, &everyone, true, false, false, "orion", OTHER, 42, false,
	     CAUSE_AUDIENCE},
	    {"of another incident", &everyone, &everyone, true, false, false, "orion", UUID, 43, false, CAUSE_AUDIENCE},
	    {"its own", &everyone, &everyone, true, false, false, "vega", UUID, 42, false, CAUSE_AUDIENCE},
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct delivery delivery = {.op = ENT_ADD_COMMENT,
					    .incident = 42,
					    .supplier = ENT_STR("vega"),
					    .comment = UUID,
					    .audience = *row[i].planned};
		struct comment comment = {.incident = row[i].incident,
					  .supplier = sdk_str(row[i].from),
					  .audience = *row[i].now,
					  .removed = row[i].removed};
		enum delivery_cause cause = CAUSE_NONE;

		memcpy(comment.uuid, row[i].uuid, ID_SIZE);
		bool may = delivery_may_go(&delivery, &vegas, row[i].missing ? NULL : &comment,
					   (struct reading){row[i].shares, 0}, &cause);
		if (may != row[i].may || cause != row[i].cause)
			fail_msg("%s: %d, %s", row[i].what, may, delivery_cause_word(cause));
	}
}

/* A comment made before the supplier took part is not sent, whatever was planned; except when a person wants it, or
 * when it was owed before a merge. */
static void test_second_ask_when_it_was_said(void **state)
{
	(void)state;
	static const struct {
		const char *what;
		int64_t said_ms, since_ms;
		bool anyway, owed, may;
	} row[] = {
	    {"after", 5500, 5001, false, false, true},
	    {"then", 5001, 5001, false, false, true},
	    {"within the same second, told in whole ones", 5000, 5999, false, false, true},
	    {"before", 5000, 6000, false, false, false},
	    {"before, told to the millisecond", 5001, 5002, false, false, false},
	    {"long before", 1000, 900000000, false, false, false},
	    {"the whole thread", 1001, 0, false, false, true},
	    {"before, a person asked", 1001, 900000000, true, false, true},
	    {"before, owed", 1001, 900000000, false, true, true},
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct delivery delivery = {.op = ENT_ADD_COMMENT,
					    .incident = 42,
					    .supplier = ENT_STR("vega"),
					    .comment = UUID,
					    .audience.everyone = true,
					    .anyway = row[i].anyway,
					    .owed = row[i].owed};
		struct comment comment = {.incident = 42,
					  .uuid = UUID,
					  .supplier = ENT_STR("orion"),
					  .audience.everyone = true,
					  .created_ms = row[i].said_ms};
		enum delivery_cause cause = CAUSE_NONE;

		bool may =
		    delivery_may_go(&delivery, &vegas, &comment, (struct reading){true, row[i].since_ms}, &cause);
		if (may != row[i].may || cause != (may ? CAUSE_NONE : CAUSE_EARLIER))
			fail_msg("%s: %d, %s", row[i].what, may, delivery_cause_word(cause));
	}
}

static void test_second_ask_without_comment(void **state)
{
	(void)state;
	static const struct {
		const char *what;
		enum ent_op_kind op;
		const char *text, *audience;
		bool everyone, shares, may;
	} row[] = {
	    {"a ticket", ENT_CREATE_TICKET, "brief", "us,vega", false, true, true},
	    {"a ticket, not shared any more", ENT_CREATE_TICKET, "brief", "us,vega", false, false, false},
	    {"an update", ENT_UPDATE_TICKET, "", "us,vega", false, true, true},
	    {"an update, not shared any more", ENT_UPDATE_TICKET, "", "us,vega", false, false, false},
	    {"a notice", ENT_ADD_COMMENT, "words", "us,vega", false, true, true},
	    {"a notice that it is not shared any more", ENT_ADD_COMMENT, "words", "us,vega", false, false, true},
	    {"a notice for another", ENT_ADD_COMMENT, "words", "orion,us", false, true, false},
	    {"a notice for everyone", ENT_ADD_COMMENT, "words", "us,vega", true, true, false},
	    {"a notice without words", ENT_ADD_COMMENT, "", "us,vega", false, true, false},
	    {"what is no delivery", ENT_POLL, "", "us,vega", false, true, false},
	    {"what is no delivery", ENT_FETCH_TICKET, "", "us,vega", false, true, false},
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct delivery delivery = {.op = row[i].op,
					    .supplier = ENT_STR("vega"),
					    .text = sdk_str(row[i].text),
					    .audience = {sdk_str(row[i].audience), row[i].everyone, false}};
		enum delivery_cause cause = CAUSE_NONE;

		if (delivery_may_go(&delivery, &vegas, NULL, (struct reading){row[i].shares, 0}, &cause) !=
			row[i].may ||
		    row[i].may != !cause)
			fail_msg("%s: %s", row[i].what, delivery_cause_word(cause));
	}
}

/* No word goes out with a removal: it goes wherever the comment is not to stand as it does. */
static void test_removals(void **state)
{
	static const struct {
		const char *readers;
		bool removed, shares, was_requesters, requester;
		enum delivery_cause cause;
	} row[] = {
	    {"us", false, true, false, false, CAUSE_NONE},
	    {"us,vega", true, true, false, false, CAUSE_NONE},
	    {"us,vega", false, true, false, false, CAUSE_SUPERSEDED}, /* it is for vega again */
	    {"us,vega", false, true, true, false, CAUSE_NONE},        /* the requester is to read it no more */
	    {"us,vega", false, true, true, true, CAUSE_SUPERSEDED},
	    {"us,vega", true, false, false, false, CAUSE_NONE}, /* its share was taken back meanwhile */
	    {"us", false, false, false, false, CAUSE_NONE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct comment comment = {.uuid = UUID,
					  .incident = 42,
					  .removed = row[i].removed,
					  .audience = {sdk_str(row[i].readers), false, row[i].requester}};
		struct delivery delivery = {.op = ENT_REMOVE_COMMENT,
					    .incident = 42,
					    .comment = UUID,
					    .supplier = vegas.name,
					    .audience.requester = row[i].was_requesters};
		enum delivery_cause cause = CAUSE_NONE;
		bool may = delivery_may_go(&delivery, &vegas, &comment, (struct reading){row[i].shares, 0}, &cause);
		if (cause != row[i].cause || may != !cause)
			fail_msg("row %zu: %s", i, delivery_cause_word(cause));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_removals),
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_second_ask),
	    cmocka_unit_test(test_second_ask_when_it_was_said),
	    cmocka_unit_test(test_second_ask_without_comment),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
