/* SPDX-License-Identifier: Apache-2.0 */
/* Each kind of event as the line that `entente tail` prints. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "cli/event_words.h"
#include "cli/tail_line.h"

#define WHO    "\"incident\":{\"number\":\"ENT-000042\",\"id\":\"u\"},\"supplier\":\"orion\""
#define TICKET WHO ",\"ticket\":{\"id\":\"5f0c\",\"key\":\"INC0010023\"},\"stamp\":{}"
#define JANE   WHO ",\"actor\":{\"ref\":\"ref-jane\",\"organisation\":\"us\",\"kind\":\"person\"}"
#define START  "2026-11-22 08:14:03  ENT-000042  orion         "

static const struct {
	const char *type, *data, *want;
} row[] = {
    {"incident.opened", "{" WHO ",\"status\":\"new\",\"holder\":\"orion\"}", "opened, new, with orion"},
    {"incident.opened", "{" WHO ",\"status\":\"new\",\"holder\":{\"word\":\"Vega Nights\"}}",
     "opened, new, with word:Vega Nights"},
    {"incident.status_changed", "{" WHO ",\"from\":\"new\",\"to\":\"resolved\"}", "status new \xe2\x86\x92 resolved"},
    {"incident.holder_changed", "{" WHO ",\"from\":\"orion\",\"to\":\"us\",\"accepted\":false}",
     "handed over: orion \xe2\x86\x92 us, not accepted yet"},
    {"incident.holder_changed", "{" WHO ",\"from\":\"vega\",\"to\":\"orion\",\"accepted\":true,\"declined\":true}",
     "given back: vega \xe2\x86\x92 orion"},
    {"incident.described",
     "{" WHO ",\"title\":\"No uplink\",\"impact\":1,\"site\":null,\"requester\":{\"ref\":\"ref-jane\"}}",
     "described: title No uplink, impact 1, site -, requester Jane Doe"},
    {"incident.holder_accepted", "{" WHO ",\"holder\":\"vega\"}", "vega accepted it"},
    {"incident.merged", "{" WHO ",\"other\":{\"number\":\"ENT-000007\",\"id\":\"v\"},\"tickets\":[]}",
     "took in ENT-000007"},
    {"incident.split", "{" WHO ",\"other\":{\"number\":\"ENT-000007\",\"id\":\"v\"},\"tickets\":[]}",
     "ENT-000007 was parted from it and stands again"},
    {"incident.restored", "{" WHO ",\"other\":{\"number\":\"ENT-000007\",\"id\":\"v\"},\"status\":\"new\"}",
     "stands again, new; it was part of ENT-000007"},
    {"incident.linked",
     "{" WHO ",\"other\":{\"number\":\"ENT-000007\",\"id\":\"v\"},\"relation\":\"causes\",\"linked\":true}",
     "is the cause of ENT-000007"},
    {"incident.linked",
     "{" WHO ",\"other\":{\"number\":\"ENT-000007\",\"id\":\"v\"},\"relation\":\"caused_by\",\"linked\":false}",
     "is not caused by ENT-000007 any more"},
    {"incident.linked",
     "{" WHO ",\"other\":{\"number\":\"ENT-000007\",\"id\":\"v\"},\"relation\":\"of_a_newer_broker\",\"linked\":true}",
     "is linked to ENT-000007"},
    {"incident.taken", "{" JANE ",\"duty\":{\"person\":\"ref-jane\",\"of\":\"incident\",\"taken\":true}}",
     "Jane Doe took the incident"},
    {"incident.taken", "{" JANE ",\"duty\":{\"person\":\"ref-jane\",\"of\":\"5f0c\",\"taken\":true}}",
     "Jane Doe took an ask"},
    {"incident.taken", "{" JANE ",\"duty\":{\"person\":\"ref-jane\",\"of\":\"incident\",\"taken\":false}}",
     "Jane Doe gave back the incident"},
    {"incident.taken", "{" JANE ",\"duty\":{\"person\":\"0c4f2b7e-31a5\",\"of\":\"5f0c\",\"taken\":false}}",
     "Jane Doe gave back an ask that 0c4f2b7e had taken"},
    {"incident.taken", "{" WHO ",\"duty\":{\"person\":\"ref-jane\",\"of\":\"incident\",\"taken\":false}}",
     "the incident that Jane Doe had taken was given back"},
    {"incident.snoozed", "{" JANE ",\"duty\":{\"person\":\"ref-jane\",\"until\":\"2026-12-01T08:00:00.000Z\"}}",
     "Jane Doe put it off until 2026-12-01T08:00:00.000Z"},
    {"incident.snoozed", "{" JANE ",\"duty\":{\"person\":\"ref-jane\"}}", "Jane Doe put it back in the list of work"},
    {"incident.absorbed", "{" WHO ",\"other\":{\"number\":\"ENT-000007\",\"id\":\"v\"}}", "is part of ENT-000007 now"},
    {"ticket.linked",
     "{" TICKET ",\"seen\":[\"title\"],\"changes\":[{\"attribute\":\"title\",\"from\":{},\"to\":{\"text\":\"No "
     "\\u001b[31mprint\\nat all\"}}]}",
     "ticket INC0010023 joined: No ?[31mprint at all"},
    {"ticket.changed",
     "{" TICKET ",\"seen\":[],\"changes\":[{\"attribute\":\"status\",\"from\":{\"text\":\"new\"},\"to\":{\"text\":\"in_"
     "progress\",\"native\":\"2\"}},"
     "{\"attribute\":\"assignee\",\"from\":{},\"to\":{\"ref\":\"ref-jane\"}},{\"attribute\":\"fields\",\"from\":{},"
     "\"to\":{\"json\":{}}}]}",
     "ticket INC0010023: status new \xe2\x86\x92 in_progress, assignee \xe2\x86\x92 Jane Doe, fields"},
    {"ticket.changed", "{" TICKET ",\"seen\":[],\"changes\":[]}", "ticket INC0010023: nothing new"},
    {"ticket.late", "{" TICKET ",\"seen\":[],\"changes\":[]}", "ticket INC0010023 spoke too late, nothing moved"},
    {"ticket.removed", "{" TICKET "}", "ticket INC0010023 was removed"},
    {"ticket.continued", "{" TICKET ",\"continues_as\":{\"id\":\"77\",\"key\":\"INC0010031\"}}",
     "ticket INC0010023 goes on as INC0010031"},
    {"comment.added",
     "{" TICKET ",\"comment\":{\"id\":\"c\",\"author\":{\"ref\":\"ref-jane\"},\"body\":\"It "
     "burns\",\"visibility\":\"internal\",\"audience\":{\"organisations\":[\"telnord\",\"us\"],\"everyone\":false,"
     "\"requester\":false}}}",
     "comment added by Jane Doe (for telnord, us): It burns"},
    {"comment.edited",
     "{" TICKET ",\"comment\":{\"id\":\"c\",\"body\":\"x\",\"audience\":{\"organisations\":[\"us\"],\"everyone\":true,"
     "\"requester\":true}}}",
     "comment edited (for everyone and the requester): x"},
    {"comment.removed", "{" TICKET ",\"comment\":{\"id\":\"c\"}}", "comment removed"},
    {"comment.added",
     "{" WHO ",\"comment\":{\"id\":\"c\",\"author\":{\"ref\":\"ref-jane\",\"organisation\":\"us\"},\"body\":\"x\","
     "\"audience\":{\"organisations\":[\"telnord\",\"us\"],\"everyone\":false,\"requester\":false},"
     "\"held\":{\"until\":\"2026-11-22T08:15:03.000Z\",\"audience\":{\"organisations\":[\"us\"],\"everyone\":true,"
     "\"requester\":false}}}}",
     "comment added by Jane Doe (held until 2026-11-22T08:15:03.000Z for us only, then for everyone): x"},
    {"delivery.parked",
     "{" WHO
     ",\"delivery\":{\"id\":19,\"op\":\"add_comment\"},\"cause\":\"refused\",\"reason\":{\"code\":\"x\",\"text\":\"it "
     "is locked\"}}",
     "delivery 19, a comment: waits for a person (refused): it is locked"},
    {"attachment.added", "{" TICKET ",\"attachment\":{\"id\":\"a\",\"name\":\"log.txt\"}}", "attachment log.txt"},
    {"incident.shared", "{" WHO ",\"escalated\":true,\"brief\":{\"what\":\"No print\"}}",
     "escalated to orion: No print"},
    {"incident.shared", "{" WHO ",\"escalated\":false}", "shared with orion"},
    {"incident.unshared", "{" WHO ",\"reason\":\"\"}", "not shared with orion any more"},
    {"incident.unshared", "{" WHO ",\"reason\":\"found\"}", "not shared with orion any more: found"},
    {"incident.corrected",
     "{" WHO ",\"opened\":\"2026-11-22T07:58:00.000Z\",\"status\":\"held\",\"holder\":\"us\",\"since\":\"2026-11-22T08:"
     "14:03.000Z\"}",
     "late words: opened 2026-11-22T07:58:00.000Z, held, with us since 2026-11-22T08:14:03.000Z"},
    {"ticket.overruled",
     "{" TICKET ",\"attribute\":\"status\",\"said\":{\"text\":\"closed\"},\"stands\":{\"text\":\"held\"}}",
     "ticket INC0010023 says status closed, which does not count: held stands"},
    {"delivery.done", "{" TICKET ",\"delivery\":{\"id\":17,\"op\":\"add_comment\"}}",
     "delivery 17, a comment for ticket INC0010023: done"},
    {"delivery.parked",
     "{" WHO ",\"delivery\":{\"id\":18,\"op\":\"create_ticket\"},\"cause\":\"unknown\",\"reason\":{\"code\":\"x.y\","
     "\"params\":{},\"text\":\"no answer\"},"
     "\"unknown\":true}",
     "delivery 18, a new ticket: nobody knows whether it was done (unknown): no answer"},
    {"delivery.parked",
     "{" WHO ",\"delivery\":{\"id\":18,\"op\":\"update_ticket\"},\"cause\":\"not_done\",\"unknown\":false}",
     "delivery 18, what stands: waits for a person (not_done)"},
    {"delivery.cancelled",
     "{" WHO ",\"delivery\":{\"id\":19,\"op\":\"add_comment\"},\"cause\":\"unsupported\",\"reason\":{\"code\":\"x.y\","
     "\"params\":{},\"text\":\"no notes\"}}",
     "delivery 19, a comment: will not be brought (unsupported): no notes"},
    {"weather.turned", "{" WHO "}", "org.entente.weather.turned.v1"},
};

static struct bus_record record_of(struct sdk_arena *arena, const char *type, const char *data,
				   const struct sdk_json **ret)
{
	struct ent_err err;

	assert_int_equal(sdk_json_parse(&arena->abi, sdk_str(data), ret, &err), ENT_OK);
	return (struct bus_record){.type = sdk_format(&arena->abi, "org.entente.%s.v1", type),
				   .time_ms = 1795335243123,
				   .value = sdk_str(data)};
}

static void test_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct sdk_arena arena;
		struct sdk_buf line;
		const struct sdk_json *data;
		struct bus_record record;
		struct tail_names names;
		struct ent_str want;

		sdk_arena_init(&arena);
		sdk_buf_init(&line, 65536);
		tail_names_init(&names, NULL);
		tail_names_add(&names, ENT_STR("ref-jane"), ENT_STR("Jane D."));
		tail_names_add(&names, ENT_STR("ref-jane"), ENT_STR("Jane Doe")); /* the newer one counts */
		record = record_of(&arena, row[i].type, row[i].data, &data);
		tail_line_words(&arena.abi, &names, &record, data, false, &line);
		want = sdk_format(&arena.abi, START "%s\n", row[i].want);
		if (!sdk_eq(sdk_buf_view(&line), want))
			fail_msg("%s\n got  %.*s want %.*s", row[i].type, (int)line.n, line.p, (int)want.n, want.p);
		sdk_buf_release(&line);
		tail_names_release(&names);
		sdk_arena_release(&arena);
	}
}

/* What another organisation is told: hardly more than that it happened. */
static void test_bare(void **state)
{
	static const struct {
		const char *type, *data, *want;
	} told[] = {
	    {"incident.described", "{}", "described anew"},
	    {"incident.shared", "{}", "shared with you"},
	    {"incident.unshared", "{}", "not shared with you any more"},
	    {"ticket.linked", "{\"ticket\":\"V-1\"}", "your ticket joined"},
	    {"ticket.changed", "{\"ticket\":\"V-1\"}", "your ticket changed"},
	    {"ticket.removed", "{\"ticket\":\"V-1\"}", "your ticket was removed"},
	    {"ticket.continued", "{\"ticket\":\"V-1\"}", "your ticket goes on as another one"},
	    {"attachment.added", "{\"ticket\":\"V-1\"}", "an attachment was added"},
	    {"delivery.done", "{}", "a delivery to your tool is done"},
	    {"incident.status_changed", "{\"from\":\"new\",\"to\":\"held\"}", "status new \xe2\x86\x92 held"},
	    {"comment.added", "{\"comment\":\"c\"}", "comment added"},
	    {"ask.made", "{\"comment\":\"c\"}", "asked"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
		struct sdk_arena arena;
		struct sdk_buf words;
		const struct sdk_json *data;
		struct bus_record record;
		struct tail_names names;

		sdk_arena_init(&arena);
		sdk_buf_init(&words, 4096);
		tail_names_init(&names, NULL);
		record = record_of(&arena, told[i].type, told[i].data, &data);
		event_words(&arena.abi, &names, record.type, data, &words);
		if (!sdk_eqz(sdk_buf_view(&words), told[i].want))
			fail_msg("%s: %.*s", told[i].type, (int)words.n, words.p);
		tail_names_release(&names);
		sdk_buf_release(&words);
		sdk_arena_release(&arena);
	}
}

static void test_long_text_is_cut_between_characters(void **state)
{
	struct sdk_arena arena;
	struct sdk_buf line;
	const struct sdk_json *data;
	struct bus_record record;
	struct tail_names names;
	char body[400] = "{" WHO ",\"comment\":{\"body\":\"";

	(void)state;
	for (int i = 0; i < 120; i++)
		strcat(body, "\xc3\xa9");
	strcat(body, "\"}}");
	sdk_arena_init(&arena);
	sdk_buf_init(&line, 65536);
	tail_names_init(&names, NULL);
	record = record_of(&arena, "comment.added", body, &data);
	tail_line_words(&arena.abi, &names, &record, data, false, &line);
	assert_true(sdk_is_utf8(sdk_buf_view(&line)));
	assert_in_range(line.n, 150, 180);
	tail_names_release(&names);
	sdk_buf_release(&line);
	sdk_arena_release(&arena);
}

static void test_json(void **state)
{
	const struct ent_header header[] = {{ENT_STR("ce_id"), ENT_STR("s-1")},
					    {ENT_STR("ce_specversion"), ENT_STR("1.0")},
					    {ENT_STR("traceparent"), ENT_STR("00-x")},
					    {ENT_STR("ce_odd"), ENT_STR("\xff")},
					    {ENT_STR("content-type"), ENT_STR("application/json")}};
	struct sdk_arena arena;
	struct sdk_buf line;
	const struct sdk_json *data;
	struct bus_record record;

	(void)state;
	sdk_arena_init(&arena);
	sdk_buf_init(&line, 65536);
	record = record_of(&arena, "ticket.removed", "{\"n\":9007199254740993}", &data);
	record.header = header;
	record.n_header = sizeof header / sizeof *header;
	assert_true(tail_line_json(&record, data, &line));
	assert_true(sdk_eqz(sdk_buf_view(&line),
			    "{\"id\":\"s-1\",\"specversion\":\"1.0\",\"datacontenttype\":\"application/json\","
			    "\"data\":{\"n\":9007199254740993}}\n"));
	assert_false(tail_line_json(&record, NULL, &line));
	sdk_buf_release(&line);
	sdk_arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_words),
	    cmocka_unit_test(test_bare),
	    cmocka_unit_test(test_long_text_is_cut_between_characters),
	    cmocka_unit_test(test_json),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
