/* SPDX-License-Identifier: Apache-2.0 */
#include "bus/record.h"

#include <assert.h>
#include <string.h>

#define SEQUENCE_DIGITS 20 /* as text they stand in the order of their numbers */
#define CAUSE_MAX       (64 * 1024)
#define VALUE_MAX       (64 * 1024) /* of values made here: progress, and what stands for too large a record */

void record_init(struct record *record, struct ent_arena *arena, struct ent_str store_id, struct ent_str source)
{
	*record = (struct record){.store_id = store_id, .source = source};
	sdk_buf_init(&record->cause, CAUSE_MAX);
	sdk_buf_init(&record->value, VALUE_MAX);
	for (int i = 0; i < EVENT_N; i++) {
		record->type[i] = event_type(arena, (enum event_kind)i);
		record->schema[i] = sdk_format(arena, RECORD_SCHEMA_PREFIX "%s.v1", event_name((enum event_kind)i));
	}
}

void record_release(struct record *record)
{
	sdk_buf_release(&record->cause);
	sdk_buf_release(&record->value);
}

/* At least `width` digits, and returns the place behind them. snprintf takes ten times as long, for each record. */
static char *put_digits(char *p, int64_t number, int width)
{
	char digit[20];
	int n = 0;

	assert(number >= 0);
	do
		digit[n++] = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	for (; width > n; width--)
		*p++ = '0';
	while (n > 0)
		*p++ = digit[--n];
	return p;
}

static void record_header(struct record *record, const char *name, struct ent_str value)
{
	if (!value.p)
		return;
	assert(record->kafka.n_header < RECORD_HEADERS_MAX);
	record->header[record->kafka.n_header++] = (struct kafka_header){name, value};
}

/* The one '/' between supplier and delivery is unique: theirs are encoded. */
static struct ent_str causation_of(struct record *record, const struct outbox_row *row)
{
	if (!row->supplier.p)
		return ENT_ABSENT;
	sdk_buf_clear(&record->cause);
	sdk_percent_encode(&record->cause, row->supplier);
	if (row->delivery_id.p) {
		sdk_buf_add(&record->cause, "/", 1);
		sdk_percent_encode(&record->cause, row->delivery_id);
	}
	return record->cause.failed ? ENT_ABSENT : sdk_buf_view(&record->cause);
}

static void headers_common(struct record *record, const struct outbox_row *row, struct ent_str type,
			   struct ent_str subject)
{
	char *end = record->id + record->store_id.n;

	assert(record->store_id.n == ID_SIZE - 1);
	memcpy(record->id, record->store_id.p, record->store_id.n);
	*end++ = '-';
	end = put_digits(end, row->seq, 1);
	record_header(record, "ce_id", (struct ent_str){record->id, (size_t)(end - record->id)});
	record_header(record, "ce_source", record->source);
	record_header(record, "ce_type", type);
	record_header(record, "ce_specversion", ENT_STR("1.0"));
	record_header(record, "ce_time", sdk_time_format(row->time_ms, record->time));
	record_header(record, "ce_subject", subject);
	record_header(record, "ce_partitionkey", row->key);
	end = put_digits(record->store_seq, row->seq, SEQUENCE_DIGITS);
	record_header(record, "ce_storeseq", (struct ent_str){record->store_seq, (size_t)(end - record->store_seq)});
	record_header(record, RECORD_SHAPE, ENT_STR(STORE_SHAPE_TEXT));
	record_header(record, "ce_recordedtime", sdk_time_format(row->recorded_ms, record->recorded));
	record_header(record, "ce_causationid", causation_of(record, row));
	record_header(record, "ce_traceparent", row->traceparent);
	record_header(record, "traceparent", row->traceparent);
}

static void record_start(struct record *record, enum kafka_topic topic, int32_t partition, struct ent_str key,
			 struct ent_str value, int64_t time_ms)
{
	record->kafka = (struct kafka_record){topic, partition, key, value, record->header, 0, time_ms};
}

/* Kafka's own time is when it was recorded: retention counts from it, and a supplier may report what is years old. */
static void record_event(struct record *record, const struct outbox_row *row)
{
	record_start(record, KAFKA_EVENTS, row->partition, row->key, row->json, row->recorded_ms);
	headers_common(record, row, record->type[row->kind], row->subject);
	record_header(record, "ce_dataschema", record->schema[row->kind]);
	const char *end = put_digits(record->sequence, row->sequence, SEQUENCE_DIGITS);
	record_header(record, "ce_sequence", (struct ent_str){record->sequence, (size_t)(end - record->sequence)});
	record_header(record, "content-type", ENT_STR("application/json"));
}

/* The names are Kafka Connect's, so that its tools show the reason. */
static void record_dead_letter(struct record *record, const struct outbox_row *row, struct ent_str reason,
			       struct ent_str value)
{
	record_start(record, KAFKA_DEADLETTER, -1, row->key, value, row->recorded_ms);
	headers_common(record, row, ENT_STR(RECORD_DEADLETTER_TYPE), row->subject);
	record_header(record, "__connect.errors.connector.name", row->supplier);
	record_header(record, "__connect.errors.stage", ENT_STR("VALUE_CONVERTER"));
	record_header(record, "__connect.errors.exception.message", reason);
	record_header(record, "content-type", ENT_STR("application/octet-stream"));
}

/* Its bytes stay in the store; here stands where to find them. */
static void record_too_large(struct record *record, const struct outbox_row *row, int64_t size, int64_t record_max)
{
	struct sdk_jsonw w;

	sdk_buf_clear(&record->value);
	sdk_jsonw_init(&w, &record->value);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kint(&w, "store_seq", row->seq);
	sdk_jsonw_kstr_opt(&w, "incident", row->subject);
	if (row->topic == OUTBOX_DEADLETTER)
		sdk_jsonw_kint(&w, "dead_letter", row->dead_letter);
	sdk_jsonw_kint(&w, "record_bytes", size);
	sdk_jsonw_kint(&w, "record_bytes_max", record_max);
	sdk_jsonw_close(&w, '}');
	record_dead_letter(record, row, ENT_STR(RECORD_TOO_LARGE), sdk_buf_view(&record->value));
}

void record_row(struct record *record, const struct outbox_row *row, int64_t record_max, bool *ret_too_large)
{
	int64_t size;

	if (row->topic == OUTBOX_EVENTS)
		record_event(record, row);
	else
		record_dead_letter(record, row, row->reason, row->json);
	size = record_size(&record->kafka);
	*ret_too_large = record_max > 0 && size > record_max;
	if (*ret_too_large)
		record_too_large(record, row, size, record_max);
}

void record_snapshot(struct record *record, struct ent_str uuid, struct ent_str json, int32_t partition, int64_t now_ms)
{
	record_start(record, KAFKA_INCIDENTS, partition, uuid, json, now_ms);
	if (!json.p)
		return;
	record_header(record, RECORD_SHAPE, ENT_STR(STORE_SHAPE_TEXT));
	record_header(record, "content-type", ENT_STR("application/json"));
}

void record_person(struct record *record, const struct person_row *row, int64_t now_ms)
{
	sdk_buf_clear(&record->value);
	person_record(row, &record->value);
	record_start(record, KAFKA_PEOPLE, -1, row->person.ref, sdk_buf_view(&record->value), now_ms);
	record_header(record, "content-type", ENT_STR("application/json"));
}

/* A rebuilt store has the same: all of it stands on the stream. The time tells copies of one store apart, whose next
 * event of an incident has the same number in each. */
void record_mark(const struct outbox_row *row, char ret[POSITION_MARK_SIZE])
{
	struct ent_str what = row->topic == OUTBOX_DEADLETTER ? ENT_STR(EVENT_KIND_DEADLETTER) : row->subject;
	int64_t sequence = row->topic == OUTBOX_PEOPLE ? row->seq : row->sequence; /* it has none in an incident */
	size_t n = what.n < ID_SIZE ? what.n : ID_SIZE - 1;
	char *end = ret + n;

	if (n > 0)
		memcpy(ret, what.p, n);
	*end++ = ':';
	end = put_digits(end, sequence, 1);
	*end++ = ':';
	end = put_digits(end, row->recorded_ms, 1);
	*end = '\0';
}

void record_progress(struct record *record, const struct position *position, int64_t now_ms)
{
	struct sdk_jsonw w;

	sdk_buf_clear(&record->value);
	sdk_jsonw_init(&w, &record->value);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kz(&w, "store_id", position->store_id);
	sdk_jsonw_kint(&w, "seq", position->seq);
	sdk_jsonw_kint(&w, "snapshots", position->snapshots);
	if (position->mark[0])
		sdk_jsonw_kz(&w, "mark", position->mark);
	if (position->people_key[0])
		sdk_jsonw_kz(&w, "people_key", position->people_key);
	sdk_jsonw_kstr(&w, "at", sdk_time_format(now_ms, record->time));
	sdk_jsonw_close(&w, '}');
	record_start(record, KAFKA_PROGRESS, 0, sdk_str(position->store_id), sdk_buf_view(&record->value), now_ms);
	record_header(record, RECORD_SHAPE, ENT_STR(STORE_SHAPE_TEXT));
	record_header(record, "content-type", ENT_STR("application/json"));
}

struct position_row {
	struct ent_str store_id, mark, people_key;
	int64_t seq, snapshots;
};

enum ent_rc record_position(struct ent_str json, struct position *ret, struct ent_err *err)
{
	static const struct sdk_field table[] = {
	    {"store_id", SDK_FIELD_STR, true, offsetof(struct position_row, store_id)},
	    {"seq", SDK_FIELD_INT, true, offsetof(struct position_row, seq)},
	    {"snapshots", SDK_FIELD_INT, true, offsetof(struct position_row, snapshots)},
	    {"mark", SDK_FIELD_STR, false, offsetof(struct position_row, mark)},
	    {"people_key", SDK_FIELD_STR, false, offsetof(struct position_row, people_key)},
	    {0},
	};
	struct sdk_arena arena;
	const struct sdk_json *node;
	struct position_row row = {0};
	enum ent_rc rc;

	sdk_arena_init(&arena);
	rc = sdk_json_parse(&arena.abi, json, &node, err);
	if (!rc)
		rc = sdk_json_read(node, table, &row, err);
	if (!rc && (row.store_id.n != ID_SIZE - 1 || row.seq < 0 || row.snapshots < 0 || row.snapshots > row.seq))
		rc = sdk_fail(err, ENT_EINVAL, "store_id, seq or snapshots out of range");
	if (!rc && (row.mark.n >= POSITION_MARK_SIZE || row.people_key.n >= POSITION_KEY_SIZE))
		rc = sdk_fail(err, ENT_EINVAL, "mark or people_key is too long");
	if (!rc) {
		*ret = (struct position){.seq = row.seq, .snapshots = row.snapshots};
		memcpy(ret->store_id, row.store_id.p, ID_SIZE - 1);
		if (row.mark.n)
			memcpy(ret->mark, row.mark.p, row.mark.n);
		if (row.people_key.n)
			memcpy(ret->people_key, row.people_key.p, row.people_key.n);
	}
	sdk_arena_release(&arena);
	return rc;
}

int64_t record_size(const struct kafka_record *kafka)
{
	size_t n = kafka->key.n + kafka->value.n;

	for (size_t i = 0; i < kafka->n_header; i++)
		n += strlen(kafka->header[i].name) + kafka->header[i].value.n + 4; /* two lengths */
	return (int64_t)n;
}
