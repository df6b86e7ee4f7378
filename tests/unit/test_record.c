/* SPDX-License-Identifier: Apache-2.0 */
/* What stands on Kafka, header by header. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bus/record.h"
#include "relay_store.h"

static struct ent_str header_of(const struct kafka_record *record, const char *name)
{
	for (size_t i = 0; i < record->n_header; i++)
		if (!strcmp(record->header[i].name, name))
			return record->header[i].value;
	return ENT_ABSENT;
}

static void assert_header(const struct kafka_record *record, const char *name, const char *want)
{
	struct ent_str got = header_of(record, name);

	if (!got.p || got.n != strlen(want) || memcmp(got.p, want, got.n) != 0)
		fail_msg("%s is %.*s, not %s", name, (int)got.n, got.p ? got.p : "", want);
}

struct kept {
	struct record *record;
	int64_t record_max;
	bool too_large;
};

static bool keep(void *to, const struct outbox_row *row)
{
	struct kept *kept = to;

	record_row(kept->record, row, kept->record_max, &kept->too_large);
	return false;
}

static void test_event_record(void **state)
{
	struct sdk_arena arena;
	struct record record;
	struct kept kept = {&record, 0, true};
	struct db db = {.last_seq = 100};

	(void)state;
	sdk_arena_init(&arena);
	record_init(&record, &arena.abi, ENT_STR(STORE_ID), ENT_STR("/entente"));
	(void)outbox_read(&db, 12, 1, keep, &kept);
	assert_false(kept.too_large);
	assert_int_equal(record.kafka.topic, KAFKA_EVENTS);
	assert_int_equal(record.kafka.partition, 3);
	assert_int_equal(record.kafka.time_ms, 1700000000513); /* when it was recorded: retention counts from it */
	assert_true(sdk_eqz(record.kafka.key, uuid[3]));
	assert_header(&record.kafka, "ce_id", STORE_ID "-13");
	assert_header(&record.kafka, "ce_source", "/entente");
	assert_header(&record.kafka, "ce_type", "org.entente.ticket.changed.v1");
	assert_header(&record.kafka, "ce_specversion", "1.0");
	assert_header(&record.kafka, "ce_time", "2023-11-14T22:13:20.013Z");
	assert_header(&record.kafka, "ce_subject", uuid[3]);
	assert_header(&record.kafka, "ce_dataschema", RECORD_SCHEMA_PREFIX "ticket.changed.v1");
	assert_header(&record.kafka, "ce_partitionkey", uuid[3]);
	assert_header(&record.kafka, "ce_sequence", "00000000000000000003");
	assert_header(&record.kafka, "ce_storeseq", "00000000000000000013");
	assert_header(&record.kafka, "ce_entshape", "2");
	assert_header(&record.kafka, "ce_recordedtime", "2023-11-14T22:13:20.513Z");
	assert_header(&record.kafka, "ce_causationid", "acme/d%2F1%20%C3%A9");
	assert_header(&record.kafka, "ce_traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
	assert_header(&record.kafka, "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
	assert_header(&record.kafka, "content-type", "application/json");
	assert_int_equal(record.kafka.n_header, 16);
	record_release(&record);
	sdk_arena_release(&arena);
}

static void test_dead_letter_record(void **state)
{
	struct sdk_arena arena;
	struct record record;
	struct kept kept = {&record, 0, true};
	struct db db = {.last_seq = 100};

	(void)state;
	sdk_arena_init(&arena);
	record_init(&record, &arena.abi, ENT_STR(STORE_ID), ENT_STR("/entente"));
	(void)outbox_read(&db, 13, 1, keep, &kept);
	assert_int_equal(record.kafka.topic, KAFKA_DEADLETTER);
	assert_int_equal(record.kafka.partition, -1);
	assert_true(sdk_eqz(record.kafka.value, "{\"n\":14}")); /* raw, as it came */
	assert_header(&record.kafka, "ce_type", RECORD_DEADLETTER_TYPE);
	assert_header(&record.kafka, "ce_storeseq", "00000000000000000014");
	assert_header(&record.kafka, "__connect.errors.exception.message", "no ticket id");
	assert_header(&record.kafka, "__connect.errors.connector.name", "acme");
	assert_null(header_of(&record.kafka, "ce_sequence").p);
	record_release(&record);
	sdk_arena_release(&arena);
}

static void test_too_large_record(void **state)
{
	struct sdk_arena arena;
	struct record record;
	struct kept kept = {&record, 2000, false};
	struct db db = {.last_seq = 100, .large = 13};

	(void)state;
	sdk_arena_init(&arena);
	record_init(&record, &arena.abi, ENT_STR(STORE_ID), ENT_STR("/entente"));
	(void)outbox_read(&db, 12, 1, keep, &kept);
	assert_true(kept.too_large);
	assert_int_equal(record.kafka.topic, KAFKA_DEADLETTER);
	assert_true(record_size(&record.kafka) < 2000);
	assert_true(sdk_starts(record.kafka.value, "{\"store_seq\":13,\"incident\":\""));
	assert_true(sdk_starts(header_of(&record.kafka, "__connect.errors.exception.message"), "the record is larger"));
	record_release(&record);
	sdk_arena_release(&arena);
}

static void test_position_parse(void **state)
{
	static const char *const bad[] = {
	    "",
	    "{}",
	    "[]",
	    "{\"store_id\":\"" STORE_ID "\",\"seq\":5}",
	    "{\"store_id\":\"x\",\"seq\":5,\"snapshots\":5}",
	    "{\"store_id\":\"" STORE_ID "\",\"seq\":-1,\"snapshots\":-1}",
	    "{\"store_id\":\"" STORE_ID "\",\"seq\":5,\"snapshots\":6}",
	    "{\"store_id\":\"" STORE_ID
	    "\",\"seq\":5,\"snapshots\":5,\"mark\":\"0123456789012345678901234567890123456789"
	    "012345678901234567890123456789012345678901234567\"}"};
	struct position position;
	struct ent_err err;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(record_position(sdk_str(bad[i]), &position, &err), ENT_EINVAL);
	assert_int_equal(
	    record_position(ENT_STR("{\"store_id\":\"" STORE_ID "\",\"seq\":6,\"snapshots\":5,\"at\":\"x\",\"new\":1}"),
			    &position, &err),
	    ENT_OK);
	assert_int_equal(position.seq, 6);
	assert_int_equal(position.snapshots, 5);
	assert_string_equal(position.store_id, STORE_ID);
	assert_string_equal(position.mark, ""); /* of an older relay */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_event_record),
	    cmocka_unit_test(test_dead_letter_record),
	    cmocka_unit_test(test_too_large_record),
	    cmocka_unit_test(test_position_parse),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
