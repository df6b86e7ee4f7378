/* SPDX-License-Identifier: Apache-2.0 */
/* The reading side: the last progress record, and the whole stream for tail and rebuild. */
#include "bus/bus_read.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bus/rd_topics.h"
#include "bus/record.h"

#define WINDOW_FIRST 64 /* offsets from the end: the record, its marker, and some aborted ones */
#define BATCH        256
#define IDLE_MS      200   /* nothing came for so long: idle() */
#define SILENCE_MS   30000 /* without follow: Kafka went away */
#define HEADERS_MAX  64

/* ---- the position ------------------------------------------------------------ */

/* The last record from `from` up to the end. *ret_found stays false when only markers and aborted ones are there. */
static enum ent_rc window_read(rd_kafka_t *reader, const struct rd_notes *notes, rd_kafka_topic_t *topic, int64_t from,
			       int64_t until_ms, struct position *ret, bool *ret_found, struct ent_err *err)
{
	bool at_end = false;
	enum ent_rc rc = ENT_OK;

	if (rd_kafka_consume_start(topic, 0, from) == -1)
		return rd_fail(reader, notes, rd_kafka_last_error(), "reading " TOPIC_PROGRESS, err);
	while (!rc && !at_end) {
		int64_t left = until_ms - system_mono_us() / 1000;
		rd_kafka_message_t *message = left > 0 ? rd_kafka_consume(topic, 0, (int)left) : NULL;

		if (!message) {
			rc = rd_fail(reader, notes, RD_KAFKA_RESP_ERR__TIMED_OUT, "reading " TOPIC_PROGRESS, err);
			break;
		}
		if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
			at_end = true;
		} else if (message->err) {
			rc = rd_fail(reader, notes, message->err, "reading " TOPIC_PROGRESS, err);
		} else if (message->payload) {
			rc = record_position((struct ent_str){message->payload, message->len}, ret, err);
			if (rc)
				rc = sdk_fail(err, ENT_EINVAL,
					      TOPIC_PROGRESS " holds at %" PRId64 " what no relay wrote",
					      message->offset);
			*ret_found = true;
		}
		rd_kafka_message_destroy(message);
	}
	rd_kafka_consume_stop(topic, 0);
	return rc;
}

static enum ent_rc position_find(rd_kafka_t *reader, const struct rd_notes *notes, int64_t until_ms,
				 struct position *ret, struct ent_err *err)
{
	int64_t low = 0, high = 0, window = WINDOW_FIRST;
	int64_t left = until_ms - system_mono_us() / 1000;
	bool found = false;
	rd_kafka_topic_t *topic;
	struct position last = {0};
	enum ent_rc rc = ENT_OK;
	rd_kafka_resp_err_t error =
	    rd_kafka_query_watermark_offsets(reader, TOPIC_PROGRESS, 0, &low, &high, left > 0 ? (int)left : 0);

	if (error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || error == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
	    error == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION)
		return sdk_fail(err, ENT_EGONE, "there is no topic " TOPIC_PROGRESS);
	if (error)
		return rd_fail(reader, notes, error, "reading " TOPIC_PROGRESS, err);
	topic = rd_kafka_topic_new(reader, TOPIC_PROGRESS, NULL);
	while (!rc && !found) {
		int64_t from = high - window > low ? high - window : low;

		rc = window_read(reader, notes, topic, from, until_ms, &last, &found, err);
		if (from == low)
			break;
		window *= 8;
	}
	rd_kafka_topic_destroy(topic);
	if (rc)
		return rc;
	if (!found)
		return sdk_fail(err, ENT_EGONE, TOPIC_PROGRESS " holds no record");
	*ret = last;
	return ENT_OK;
}

enum ent_rc bus_read_position_within(const struct bus_options *options, struct log *log, int timeout_ms,
				     struct position *ret, struct ent_err *err)
{
	struct rd_notes notes = {.log = log};
	rd_kafka_t *reader;
	enum ent_rc rc = rd_reader(options, &notes, &reader, err);

	if (rc)
		return rc;
	rc = position_find(reader, &notes, system_mono_us() / 1000 + timeout_ms, ret, err);
	rd_kafka_destroy(reader);
	return rc;
}

enum ent_rc bus_read_position(const struct bus_options *options, struct position *ret, struct ent_err *err)
{
	return bus_read_position_within(options, NULL, 10 * RD_CALL_MS, ret, err);
}

/* ---- the stream ---------------------------------------------------------------- */

struct reading {
	rd_kafka_t *reader;
	struct rd_notes notes;
	enum kafka_topic which;
	char doing[64]; /* for people */
	rd_kafka_topic_t *topic;
	rd_kafka_queue_t *queue;
	int32_t partitions, n_started;
	bool *at_end; /* by partition */
	int32_t n_at_end;
	bool (*take)(void *to, const struct bus_record *record);
	void *to;
	bool stopped;
};

static bool reading_header(struct bus_record *record, struct ent_header *header, const char *name, const void *value,
			   size_t n)
{
	struct ent_str text = {value, n};

	if (record->n_header == HEADERS_MAX)
		return false;
	header[record->n_header++] = (struct ent_header){sdk_str(name), text};
	if (!strcmp(name, "ce_type"))
		record->type = text;
	else if (!strcmp(name, "ce_id"))
		record->id = text;
	else if (!strcmp(name, "ce_subject"))
		record->subject = text;
	else if (!strcmp(name, "ce_storeseq"))
		(void)sdk_to_int(text, &record->seq); /* absent or odd: 0, the reader's to judge */
	else if (!strcmp(name, "ce_time") && !sdk_time_parse(text, 0, &record->time_ms))
		record->time_ms = 0;
	return true;
}

static bool record_give(struct reading *reading, const rd_kafka_message_t *message)
{
	struct ent_header header[HEADERS_MAX];
	struct bus_record record = {.partition = message->partition,
				    .offset = message->offset,
				    .header = header,
				    .key = {message->key, message->key_len},
				    .value = {message->payload, message->len}};
	rd_kafka_headers_t *headers;
	const char *name;
	const void *value;
	size_t n;

	if (rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR)
		for (size_t i = 0; !rd_kafka_header_get_all(headers, i, &name, &value, &n); i++)
			if (!reading_header(&record, header, name, value, n))
				break;
	return reading->take(reading->to, &record);
}

static enum ent_rc message_take(struct reading *reading, const rd_kafka_message_t *message, struct ent_err *err)
{
	bool *at_end = NULL;

	if (message->partition >= 0 && message->partition < reading->partitions)
		at_end = &reading->at_end[message->partition];
	if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
		if (at_end && !*at_end) {
			*at_end = true;
			reading->n_at_end++;
		}
		return ENT_OK;
	}
	if (message->err)
		return rd_fail(reading->reader, &reading->notes, message->err, reading->doing, err);
	reading->stopped = !record_give(reading, message);
	return ENT_OK;
}

static enum ent_rc reading_start(struct reading *reading, int from, struct ent_err *err)
{
	struct rd_topic topic[KAFKA_N_TOPIC];
	enum ent_rc rc;

	rd_topics_init(topic);
	for (int try = 0; try < 5; try++) {
		rc = rd_topics_look(reading->reader, &reading->notes, false, topic, err);
		if (!rc)
			break;
	}
	if (rc)
		return rc;
	if (topic[reading->which].partitions == 0)
		return sdk_fail(err, ENT_EGONE, "there is no topic %s on these brokers yet: `entente serve` makes it",
				topic[reading->which].name);
	(void)snprintf(reading->doing, sizeof reading->doing, "reading %s", topic[reading->which].name);
	reading->partitions = topic[reading->which].partitions;
	reading->at_end = sdk_xalloc((size_t)reading->partitions * sizeof *reading->at_end);
	memset(reading->at_end, 0, (size_t)reading->partitions * sizeof *reading->at_end);
	reading->topic = rd_kafka_topic_new(reading->reader, topic[reading->which].name, NULL);
	reading->queue = rd_kafka_queue_new(reading->reader);
	for (; reading->n_started < reading->partitions; reading->n_started++)
		if (rd_kafka_consume_start_queue(reading->topic, reading->n_started,
						 from == 1 ? RD_KAFKA_OFFSET_END : RD_KAFKA_OFFSET_BEGINNING,
						 reading->queue) == -1)
			return rd_fail(reading->reader, &reading->notes, rd_kafka_last_error(), reading->doing, err);
	return ENT_OK;
}

static void reading_end(struct reading *reading)
{
	for (int32_t i = 0; i < reading->n_started; i++)
		rd_kafka_consume_stop(reading->topic, i);
	if (reading->queue)
		rd_kafka_queue_destroy(reading->queue);
	if (reading->topic)
		rd_kafka_topic_destroy(reading->topic);
	rd_kafka_destroy(reading->reader);
	free(reading->at_end);
}

static enum ent_rc batch_take(struct reading *reading, rd_kafka_message_t **message, ssize_t n, struct ent_err *err)
{
	enum ent_rc rc = ENT_OK;

	for (ssize_t i = 0; i < n; i++) {
		if (!rc && !reading->stopped)
			rc = message_take(reading, message[i], err);
		rd_kafka_message_destroy(message[i]);
	}
	return rc;
}

static enum ent_rc reading_run(struct reading *reading, bool follow, bool (*idle)(void *to), struct ent_err *err)
{
	rd_kafka_message_t *message[BATCH];
	int64_t heard_ms = system_mono_us() / 1000;
	enum ent_rc rc = ENT_OK;

	while (!rc && !reading->stopped && (follow || reading->n_at_end < reading->partitions)) {
		ssize_t n = rd_kafka_consume_batch_queue(reading->queue, IDLE_MS, message, BATCH);

		if (n > 0) {
			rc = batch_take(reading, message, n, err);
			heard_ms = system_mono_us() / 1000;
		} else if (idle && !idle(reading->to)) {
			break;
		} else if (!follow && system_mono_us() / 1000 - heard_ms > SILENCE_MS) {
			rc = rd_fail(reading->reader, &reading->notes, RD_KAFKA_RESP_ERR__TIMED_OUT, reading->doing,
				     err);
		}
	}
	return rc;
}

enum ent_rc bus_read(const struct bus_options *options, int from, bool follow,
		     bool (*take)(void *to, const struct bus_record *), bool (*idle)(void *to), void *to,
		     struct ent_err *err)
{
	struct reading reading = {.take = take, .to = to, .which = KAFKA_EVENTS};
	enum ent_rc rc = rd_reader(options, &reading.notes, &reading.reader, err);

	if (rc)
		return rc;
	rc = reading_start(&reading, from, err);
	if (!rc)
		rc = reading_run(&reading, follow, idle, err);
	reading_end(&reading);
	return rc;
}

/* Asked after the reading: what was deleted meanwhile was perhaps not read. Aborted transactions do not move it. */
static enum ent_rc reading_trimmed(struct reading *reading, bool *ret, struct ent_err *err)
{
	int64_t low, high;

	*ret = false;
	for (int32_t i = 0; i < reading->partitions; i++) {
		rd_kafka_resp_err_t error = rd_kafka_query_watermark_offsets(
		    reading->reader, rd_kafka_topic_name(reading->topic), i, &low, &high, 5 * RD_CALL_MS);
		if (error)
			return rd_fail(reading->reader, &reading->notes, error, reading->doing, err);
		*ret |= low > 0;
	}
	return ENT_OK;
}

enum ent_rc bus_read_whole(const struct bus_options *options, enum kafka_topic topic,
			   bool (*take)(void *to, const struct bus_record *), void *to, bool *ret_trimmed,
			   struct ent_err *err)
{
	struct reading reading = {.take = take, .to = to, .which = topic};
	enum ent_rc rc = rd_reader(options, &reading.notes, &reading.reader, err);

	if (rc)
		return rc;
	rc = reading_start(&reading, 0, err);
	if (!rc)
		rc = reading_run(&reading, false, NULL, err);
	if (!rc)
		rc = reading_trimmed(&reading, ret_trimmed, err);
	reading_end(&reading);
	return rc;
}
