/* SPDX-License-Identifier: Apache-2.0 */
/* Events there and back: what is printed is read as it was. tests/schemas holds what is printed against the schemas. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "core/decide.h"
#include "core/fold.h"

#define UUID "8b0fb8b7-7f0d-4f5e-9a63-0c1f5a5d9e11"
#define KEY  "0b9c6f0e-4d1a-4f6c-8e2b-7a5d3c1f0e9a"
#define REF  "b1c2d3e4-0000-4000-8000-00000000a001"
#define MARK "\"incident\":{\"number\":\"ENT-000042\",\"id\":\"" UUID "\"}"

static struct event event_of(enum event_kind kind)
{
	return (struct event){.kind = kind, .incident = 42, .incident_uuid = UUID, .supplier = ENT_STR("vega")};
}

/* Printed, read, printed again; the first print is `json`. */
static void there_and_back(const struct event *event, const char *json, struct sdk_arena *arena, struct event *ret)
{
	struct sdk_buf buf;
	struct ent_err err = {0};

	sdk_buf_init(&buf, 65536);
	event_print(event, &buf);
	if (!sdk_eqz(sdk_buf_view(&buf), json))
		fail_msg("%s: %.*s", event_name(event->kind), (int)buf.n, buf.p);
	struct ent_str kept = sdk_dup(&arena->abi, sdk_buf_view(&buf));
	if (event_parse(&arena->abi, event->kind, kept, ret, &err) != ENT_OK)
		fail_msg("%s: %s", event_name(event->kind), err.msg);
	sdk_buf_clear(&buf);
	event_print(ret, &buf);
	if (!sdk_eqz(sdk_buf_view(&buf), json))
		fail_msg("%s again: %.*s", event_name(event->kind), (int)buf.n, buf.p);
	sdk_buf_release(&buf);
}

static void test_shares(void **state)
{
	struct sdk_arena arena;
	struct event back, event = event_of(EVENT_INCIDENT_SHARED);

	(void)state;
	sdk_arena_init(&arena);
	there_and_back(&event, "{" MARK ",\"supplier\":\"vega\",\"by\":\"person\",\"escalated\":false}", &arena, &back);
	event.escalated = true;
	event.actor = (struct person){.ref = ENT_STR(REF), .organisation = ENT_STR("us"), .name = ENT_STR("desk")};
	event.reads_from = READS_ALL;
	event.brief =
	    (struct brief){.what = ENT_STR("No print"), .wanted = ENT_STR("Look"), .needed_before_ms = 1795335243123};
	there_and_back(
	    &event,
	    "{" MARK ",\"supplier\":\"vega\",\"actor\":{\"ref\":\"" REF
	    "\",\"organisation\":\"us\",\"kind\":\"person\"},\"by\":\"person\",\"escalated\":true,\"reads_from\":"
	    "\"beginning\",\"brief\":{\"what\":\"No "
	    "print\",\"wanted\":\"Look\",\"needed_before\":\"2026-11-22T08:14:03.123Z\"}}",
	    &arena, &back);
	assert_int_equal(back.brief.needed_before_ms, 1795335243123);
	assert_int_equal(back.reads_from, READS_ALL);
	event = event_of(EVENT_INCIDENT_SHARED);
	event.by_ticket = true;
	event.ticket_id = ENT_STR("V-1");
	event.reads_from = READS_FROM_TIME;
	event.reads_ms = 1795335243123;
	there_and_back(&event,
		       "{" MARK ",\"supplier\":\"vega\",\"by\":\"ticket\",\"ticket\":{\"id\":\"V-1\"},"
		       "\"escalated\":false,\"reads_from\":\"2026-11-22T08:14:03.123Z\"}",
		       &arena, &back);
	assert_true(back.by_ticket && back.reads_from == READS_FROM_TIME && back.reads_ms == 1795335243123);
	event = event_of(EVENT_INCIDENT_UNSHARED);
	there_and_back(&event, "{" MARK ",\"supplier\":\"vega\",\"reason\":\"\"}", &arena, &back);
	sdk_arena_release(&arena);
}

static void test_deliveries(void **state)
{
	struct sdk_arena arena;
	struct event back, event = event_of(EVENT_DELIVERY_DONE);

	(void)state;
	sdk_arena_init(&arena);
	event.delivery = 17;
	memcpy(event.delivery_key, KEY, ID_SIZE);
	event.op = ENT_ADD_COMMENT;
	memcpy(event.comment.uuid, UUID, ID_SIZE);
	event.ticket_id = ENT_STR("9");
	event.remote_id = ENT_STR("77");
	there_and_back(&event,
		       "{" MARK
		       ",\"supplier\":\"vega\",\"ticket\":{\"id\":\"9\"},\"delivery\":{\"id\":17,\"key\":\"" KEY
		       "\",\"op\":\"add_comment\",\"comment\":\"" UUID "\"},\"remote_id\":\"77\"}",
		       &arena, &back);
	assert_string_equal(back.comment.uuid, UUID);
	assert_string_equal(back.delivery_key, KEY);
	event = event_of(EVENT_DELIVERY_PARKED);
	event.delivery = 18;
	memcpy(event.delivery_key, KEY, ID_SIZE);
	event.cause = ENT_STR("unknown");
	event.unknown = true;
	there_and_back(&event,
		       "{" MARK ",\"supplier\":\"vega\",\"delivery\":{\"id\":18,\"key\":\"" KEY
		       "\",\"op\":\"create_ticket\"},\"cause\":\"unknown\",\"unknown\":true}",
		       &arena, &back);
	event.kind = EVENT_DELIVERY_CANCELLED;
	there_and_back(&event,
		       "{" MARK ",\"supplier\":\"vega\",\"delivery\":{\"id\":18,\"key\":\"" KEY
		       "\",\"op\":\"create_ticket\"},\"cause\":\"unknown\"}",
		       &arena, &back);
	sdk_arena_release(&arena);
}

static void test_overruled(void **state)
{
	static const struct event_attr row = {
	    ENT_STATUS, {ENT_STR("closed"), ENT_STR("Closed")}, {ENT_STR("held"), {NULL, 0}}};
	struct sdk_arena arena;
	struct event back, event = event_of(EVENT_TICKET_OVERRULED);

	(void)state;
	sdk_arena_init(&arena);
	event.ticket_id = ENT_STR("9");
	event.attr = &row;
	event.n_attr = 1;
	there_and_back(
	    &event,
	    "{" MARK ",\"supplier\":\"vega\",\"ticket\":{\"id\":\"9\"},\"stamp\":{},\"attribute\":\"status\",\"said\":{"
	    "\"text\":\"closed\",\"native\":\"Closed\"},\"stands\":{\"text\":\"held\"}}",
	    &arena, &back);
	assert_int_equal(back.attr[0].attr, ENT_STATUS);
	assert_true(sdk_eqz(back.attr[0].from.native, "Closed"));
	sdk_arena_release(&arena);
}

static void test_corrected(void **state)
{
	static const struct hand_over moves[] = {{ENT_STR("vega"), ENT_STR("orion"), 0},
						 {ENT_STR("orion"), ENT_STR("word:Vega Nights"), 1000}};
	struct sdk_arena arena;
	struct event back, event = event_of(EVENT_INCIDENT_CORRECTED);

	(void)state;
	sdk_arena_init(&arena);
	event.title = ENT_STR("Lift");
	event.values.at[ENT_STATUS] = ENT_HELD;
	event.values.at[ENT_PRIORITY] = 2;
	event.values.at[ENT_URGENCY] = 3;
	event.holder_to = ENT_STR("word:Vega Nights");
	event.handed_by = ENT_STR("vega");
	event.declined_by = ENT_STR("orion");
	event.holder_since_ms = 1000;
	event.opened_ms = 500;
	event.hand_over = moves;
	event.n_hand_over = 2;
	there_and_back(
	    &event,
	    "{" MARK ",\"supplier\":\"vega\",\"title\":\"Lift\",\"status\":\"held\",\"priority\":2,\"impact\":0,"
	    "\"urgency\":3,\"holder\":{\"word\":\"Vega Nights\"},"
	    "\"since\":\"1970-01-01T00:00:01.000Z\",\"accepted\":false,\"handed_by\":\"vega\",\"declined_by\":"
	    "\"orion\",\"opened\":\"1970-01-01T00:00:00.500Z\",\"hand_overs\":[{"
	    "\"from\":\"vega\",\"to\":\"orion\",\"at\":\"1970-01-01T00:00:00.000Z\"},{\"from\":\"orion\",\"to\":"
	    "{\"word\":\"Vega Nights\"},\"at\":\"1970-01-01T00:00:01.000Z\"}]}",
	    &arena, &back);
	assert_int_equal(back.n_hand_over, 2);
	assert_true(sdk_eqz(back.holder_to, "word:Vega Nights"));
	assert_true(sdk_eqz(back.hand_over[1].to, "word:Vega Nights"));
	assert_false(back.is_accepted);
	assert_true(sdk_eqz(back.handed_by, "vega"));
	assert_true(sdk_eqz(back.declined_by, "orion"));
	assert_int_equal(back.hand_over[1].at_ms, 1000);
	assert_int_equal(back.opened_ms, 500);
	sdk_arena_release(&arena);
}

static void test_supplier_state(void **state)
{
	struct sdk_arena arena;
	struct event back, event = {.kind = EVENT_SUPPLIER_STATE_CHANGED, .incident = -3, .supplier = ENT_STR("vega")};

	(void)state;
	sdk_arena_init(&arena);
	event.state_from = ENT_STR("healthy");
	event.state_to = ENT_STR("refused");
	event.why = sdk_say(&arena.abi, "http.status", "HTTP {status=%d}", 401);
	there_and_back(&event,
		       "{\"supplier\":\"vega\",\"from\":\"healthy\",\"to\":\"refused\",\"why\":{\"code\":\"http."
		       "status\",\"params\":{\"status\":401},\"text\":\"HTTP 401\"}}",
		       &arena, &back);
	assert_int_equal(back.incident, 0);
	assert_string_equal(back.incident_uuid, "");
	sdk_arena_release(&arena);
}

/* What the incident's priority becomes must be the same after a journey through the stream. */
static void test_priority(void **state)
{
	static const struct {
		unsigned priority;
		bool is_nobodys;
		const char *printed;
		unsigned then;
	} row[] = {
	    {0, false, "", 3}, {2, false, ",\"incident_priority\":2", 2}, {0, true, ",\"incident_priority\":0", 1}};
	static const struct event_attr attr = {ENT_PRIORITY, {{NULL, 0}, {NULL, 0}}, {ENT_STR("3"), {NULL, 0}}};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct sdk_arena arena;
		struct event back, event = event_of(EVENT_TICKET_CHANGED);
		struct incident incident = {.holder = ENT_STR("vega"), .values.at[ENT_PRIORITY] = 1};

		sdk_arena_init(&arena);
		event.ticket_id = ENT_STR("9");
		event.seen = 1u << ENT_PRIORITY;
		event.attr = &attr;
		event.n_attr = 1;
		event.values.at[ENT_PRIORITY] = row[i].priority;
		event.nobodys = row[i].is_nobodys ? 1u << ENT_PRIORITY : 0;
		const char *json =
		    sdk_z(&arena.abi, sdk_format(&arena.abi,
						 "{" MARK ",\"supplier\":\"vega\",\"ticket\":{\"id\":\"9\"},"
						 "\"stamp\":{},\"seen\":[\"priority\"],\"changes\":[{\"attribute\":"
						 "\"priority\",\"from\":{},\"to\":{\"text\":\"3\"}}]%s}",
						 row[i].printed));
		there_and_back(&event, json, &arena, &back);
		fold_incident(&incident, &back);
		assert_int_equal(incident.values.at[ENT_PRIORITY], row[i].then);
		sdk_arena_release(&arena);
	}
}

/* What a person with us wrote, edited and removed stands in no ticket. */
static void test_own_comment(void **state)
{
	struct sdk_arena arena;
	struct event back, event = event_of(EVENT_COMMENT_ADDED);

	(void)state;
	sdk_arena_init(&arena);
	event.supplier = ENT_ABSENT;
	event.comment = (struct comment){.uuid = KEY,
					 .external_id = ENT_STR(KEY),
					 .body = ENT_STR("hm"),
					 .format = ENT_MARKDOWN,
					 .reply_to = UUID,
					 .audience = {ENT_STR("us"), false, false},
					 .created_ms = 1795335243123,
					 .recorded_ms = 1795335243124,
					 .origin = 7};
	for (int edits = 0; edits < 2; edits++) {
		event.kind = edits ? EVENT_COMMENT_EDITED : EVENT_COMMENT_ADDED;
		there_and_back(&event,
			       "{" MARK ",\"stamp\":{},\"comment\":{\"id\":\"" KEY "\",\"external_id\":\"" KEY
			       "\",\"body\":\"hm\",\"format\":\"markdown\",\"reply_to\":\"" UUID
			       "\",\"visibility\":\"internal\",\"audience\":{\"organisations\":[\"us\"],"
			       "\"everyone\":false,\"requester\":false},\"created\":\"2026-11-22T08:14:03.123Z\","
			       "\"recorded\":\"2026-11-22T08:14:03.124Z\",\"origin\":\"ENT-000007\"}}",
			       &arena, &back);
		assert_int_equal(back.comment.supplier.n + back.comment.ticket.n, 0);
		assert_int_equal(back.comment.format, ENT_MARKDOWN);
		assert_string_equal(back.comment.reply_to, UUID);
		assert_true(back.comment.recorded_ms == 1795335243124 && back.comment.origin == 7);
	}
	event.kind = EVENT_COMMENT_REMOVED;
	there_and_back(&event,
		       "{" MARK ",\"stamp\":{},\"comment\":{\"id\":\"" KEY "\",\"external_id\":\"" KEY
		       "\",\"created\":\"2026-11-22T08:14:03.123Z\",\"recorded\":\"2026-11-22T08:14:03.124Z\","
		       "\"origin\":\"ENT-000007\"}}",
		       &arena, &back);
	sdk_arena_release(&arena);
}

static void test_refused(void **state)
{
	static const struct {
		enum event_kind kind;
		const char *data, *lacks;
	} row[] = {
	    {EVENT_DELIVERY_DONE, "{" MARK ",\"delivery\":{\"id\":1,\"key\":\"short\",\"op\":\"add_comment\"}}",
	     "delivery.key"},
	    {EVENT_DELIVERY_DONE, "{" MARK ",\"delivery\":{\"key\":\"" KEY "\",\"op\":\"add_comment\"}}",
	     "delivery.id"},
	    {EVENT_DELIVERY_DONE, "{" MARK ",\"delivery\":{\"id\":1,\"key\":\"" KEY "\",\"op\":\"dance\"}}",
	     "delivery.op"},
	    {EVENT_DELIVERY_DONE,
	     "{" MARK ",\"delivery\":{\"id\":1,\"key\":\"" KEY "\",\"op\":\"add_comment\",\"comment\":\"x\"}}",
	     "delivery.comment"},
	    {EVENT_TICKET_OVERRULED, "{" MARK ",\"ticket\":{\"id\":\"9\"},\"attribute\":\"weather\"}", "attribute"},
	    {EVENT_INCIDENT_SHARED, "{" MARK ",\"escalated\":true,\"brief\":{\"needed_before\":\"soon\"}}",
	     "needed_before"},
	    {EVENT_SUPPLIER_STATE_CHANGED, "{\"supplier\":\"vega\"}", "to"},
	    {EVENT_COMMENT_ADDED, "{" MARK ",\"supplier\":\"vega\",\"comment\":{\"id\":\"" KEY "\"}}", "ticket.id"},
	    {EVENT_INCIDENT_UNSHARED, "{}", "incident"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct sdk_arena arena;
		struct event event;
		struct ent_err err = {0};

		sdk_arena_init(&arena);
		assert_int_equal(event_parse(&arena.abi, row[i].kind, sdk_str(row[i].data), &event, &err), ENT_EINVAL);
		if (!strstr(err.msg, row[i].lacks))
			fail_msg("%s: %s", row[i].lacks, err.msg);
		sdk_arena_release(&arena);
	}
}

/* A kind that nobody prints or reads would end the process. */
static void test_each_kind_is_printed_and_read(void **state)
{
	struct sdk_arena arena;
	struct sdk_buf buf;

	(void)state;
	sdk_arena_init(&arena);
	sdk_buf_init(&buf, 1 << 20);
	const struct event_attr status = {.attr = ENT_STATUS};
	for (int i = 0; i < EVENT_N; i++) {
		struct event event = {.kind = (enum event_kind)i, .supplier = ENT_STR("orion")}, read;
		event.attr = &status;
		event.n_attr = 1;
		struct ent_err err;

		sdk_buf_clear(&buf);
		event_print(&event, &buf);
		assert_int_equal(sdk_json_check(sdk_buf_view(&buf), &err), ENT_OK);
		enum ent_rc rc = event_parse(&arena.abi, event.kind, sdk_buf_view(&buf), &read, &err);
		assert_true(rc == ENT_OK || rc == ENT_EINVAL); /* most lack what they need */
	}
	sdk_buf_release(&buf);
	sdk_arena_release(&arena);
}

static void test_names(void **state)
{
	struct sdk_arena arena;
	enum event_kind kind;

	(void)state;
	sdk_arena_init(&arena);
	for (int i = 0; i < EVENT_N; i++) {
		assert_true(event_kind(event_type(&arena.abi, (enum event_kind)i), &kind));
		assert_int_equal(kind, i);
	}
	assert_false(event_kind(ENT_STR("org.entente.weather.turned.v1"), &kind));
	assert_false(event_kind(ENT_STR("org.entente.v1"), &kind));
	sdk_arena_release(&arena);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_shares),         cmocka_unit_test(test_deliveries),
	    cmocka_unit_test(test_overruled),      cmocka_unit_test(test_corrected),
	    cmocka_unit_test(test_supplier_state), cmocka_unit_test(test_priority),
	    cmocka_unit_test(test_own_comment),    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_names),          cmocka_unit_test(test_each_kind_is_printed_and_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
