/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kafka.h by librdkafka. Its own flags tell what an error asks for; they are read once in answer_rc():
 *
 *                 retriable   abortable   fatal, fenced, anything else
 *   init          RETRY       REBUILD     REBUILD
 *   begin         REBUILD     ABORT       REBUILD
 *   produce       RETRY only when the local queue is full; ABORT; fatal: REBUILD
 *   commit        RETRY       ABORT       REBUILD
 *   abort         RETRY       REBUILD     REBUILD
 *
 * Brokers before transaction protocol 2 tell two transactions of one producer epoch apart by nothing, so an end that
 * was sent twice (a connection broke before its answer) may still be on its way and end the NEXT transaction.
 * Interceptors count what was sent; after such a transaction begin() asks for a new producer, whose epoch is higher.
 * It does so after an abort, too: librdkafka 2.0 cannot go on after a record that failed (it skips sequence numbers).
 */
#include "bus/kafka_rd.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bus/bus_read.h"
#include "bus/rd_topics.h"

#define API_ADD_PARTITIONS 24
#define API_END_TXN        26
#define CONTENDED_US       10000 /* AddPartitionsToTxn asked again so much later: the answer was CONCURRENT_TRANSACTIONS */
#define FILLED_US          5000 /* filled more slowly, it may also ask again for partitions that came late */
#define POSITION_MS        2000

enum call { CALL_INIT, CALL_BEGIN, CALL_PRODUCE, CALL_COMMIT, CALL_ABORT };

struct kafka_rd {
	struct kafka kafka; /* first */
	const struct bus_options *options;
	bool embedded;
	struct rd_notes notes;
	rd_kafka_t *producer;
	rd_kafka_topic_t *topic[KAFKA_N_TOPIC];
	bool is_ready, topics_ready, was_aborted;
	int64_t begin_us, n_failed;  /* of the open transaction; records */
	rd_kafka_resp_err_t failure; /* of the first that failed */
	/* of the open transaction; written by librdkafka's threads */
	_Atomic int n_end;
	_Atomic int64_t first_add_us, last_add_us;
};

/* ---- what librdkafka tells on the side ------------------------------------ */

static rd_kafka_resp_err_t on_request_sent(rd_kafka_t *rk, int fd, const char *broker, int32_t broker_id, int16_t api,
					   int16_t version, int32_t correlation, size_t size, void *opaque)
{
	struct kafka_rd *rd = opaque;
	int64_t none = 0, now;

	(void)rk, (void)fd, (void)broker, (void)broker_id, (void)version, (void)correlation, (void)size;
	if (api == API_END_TXN)
		atomic_fetch_add(&rd->n_end, 1);
	if (api == API_ADD_PARTITIONS) {
		now = system_mono_us();
		(void)atomic_compare_exchange_strong(&rd->first_add_us, &none, now);
		atomic_store(&rd->last_add_us, now);
	}
	return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static rd_kafka_resp_err_t on_new(rd_kafka_t *rk, const rd_kafka_conf_t *conf, void *opaque, char *why, size_t why_size)
{
	(void)conf, (void)why, (void)why_size;
	return rd_kafka_interceptor_add_on_request_sent(rk, "entente", on_request_sent, opaque);
}

/* For every record, not for failures only: the reports are what wakes the flush inside a commit; without them it looks
 * every 10 ms, and a commit takes that much longer. Served by the bus thread. */
static void delivery_cb(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque)
{
	struct rd_notes *notes = opaque;
	struct kafka_rd *rd = (struct kafka_rd *)((char *)notes - offsetof(struct kafka_rd, notes));

	(void)rk;
	if (message->err && rd->n_failed++ == 0)
		rd->failure = message->err;
}

/* ---- answers --------------------------------------------------------------- */

/* Takes error. */
static enum kafka_rc answer_rc(struct kafka_rd *rd, enum call call, rd_kafka_error_t *error, struct ent_err *err)
{
	enum kafka_rc rc = KAFKA_REBUILD;
	bool fatal, fenced;

	if (!error)
		return KAFKA_OK;
	fatal = rd_kafka_error_is_fatal(error) != 0;
	fenced = rd_kafka_error_code(error) == RD_KAFKA_RESP_ERR__FENCED;
	rd_kafka_poll(rd->producer, 0);
	if (call == CALL_PRODUCE)
		rc = fatal                                                         ? KAFKA_REBUILD
		     : rd_kafka_error_code(error) == RD_KAFKA_RESP_ERR__QUEUE_FULL ? KAFKA_RETRY
										   : KAFKA_ABORT;
	else if (!fatal && rd_kafka_error_txn_requires_abort(error))
		rc = call == CALL_INIT || call == CALL_ABORT ? KAFKA_REBUILD : KAFKA_ABORT;
	else if (!fatal && rd_kafka_error_is_retriable(error) && call != CALL_BEGIN)
		rc = KAFKA_RETRY;
	if (fenced)
		(void)sdk_fail(err, ENT_ERETRY,
			       "another broker took over the stream (same kafka.transactional.id); two must not "
			       "run on one stream");
	else
		(void)sdk_fail(err, ENT_ERETRY, "%s%s%s%s%s", rd_kafka_error_string(error), rd->n_failed ? "; " : "",
			       rd->n_failed ? rd_kafka_err2str(rd->failure) : "", rd->notes.last[0] ? "; " : "",
			       rd->notes.last);
	rd_kafka_error_destroy(error);
	return rc;
}

/* ---- the functions of kafka.h ---------------------------------------------- */

static enum ent_rc producer_new(struct kafka_rd *rd, struct ent_err *err)
{
	rd_kafka_conf_t *conf;
	char size[24];
	size_t n = sizeof size;
	enum ent_rc rc = rd_conf(rd->options, RD_PRODUCER, &rd->notes, &conf, err);

	if (rc)
		return rc;
	rd_kafka_conf_set_dr_msg_cb(conf, delivery_cb);
	rd_kafka_conf_interceptor_add_on_new(conf, "entente", on_new, rd);
	if (rd_kafka_conf_get(conf, "message.max.bytes", size, &n) == RD_KAFKA_CONF_OK)
		rd->kafka.record_max = strtoll(size, NULL, 10);
	return rd_open(RD_PRODUCER, conf, &rd->producer, err);
}

static enum ent_rc topics_ready(struct kafka_rd *rd, struct ent_err *err)
{
	struct rd_topic topic[KAFKA_N_TOPIC];
	rd_kafka_t *reader;
	bool missing = false;
	enum ent_rc rc;

	if (rd->embedded || rd->topics_ready)
		return ENT_OK;
	rc = rd_reader(rd->options, &rd->notes, &reader, err);
	if (rc)
		return rc;
	rd_topics_init(topic);
	rc = rd_topics_look(reader, &rd->notes, true, topic, err);
	for (int i = 0; i < KAFKA_N_TOPIC && !rc; i++)
		missing |= topic[i].partitions == 0;
	if (!rc && missing) {
		rc = rd_topics_make(reader, rd->options, &rd->notes, topic, err);
		if (!rc)
			rc = rd_topics_look(reader, &rd->notes, true, topic, err);
	}
	for (int i = 0; i < KAFKA_N_TOPIC && !rc; i++)
		rc = rd_topic_check(&topic[i], rd->options->partitions, rd->kafka.record_max, err);
	rd_kafka_destroy(reader);
	rd->topics_ready = !rc;
	return rc;
}

/* Without it the first transaction waits a second for its partitions. */
static enum kafka_rc topics_warm(struct kafka_rd *rd, struct ent_err *err)
{
	struct rd_topic topic[KAFKA_N_TOPIC];
	const struct rd_kafka_metadata *metadata;
	rd_kafka_resp_err_t error;

	rd_topics_init(topic);
	for (int i = 0; i < KAFKA_N_TOPIC; i++) {
		if (!rd->topic[i])
			rd->topic[i] = rd_kafka_topic_new(rd->producer, topic[i].name, NULL);
		assert(rd->topic[i]);
		error = rd_kafka_metadata(rd->producer, 0, rd->topic[i], &metadata, RD_CALL_MS);
		if (error) {
			(void)rd_fail(rd->producer, &rd->notes, error, topic[i].name, err);
			return KAFKA_RETRY;
		}
		rd_kafka_metadata_destroy(metadata);
	}
	return KAFKA_OK;
}

static enum kafka_rc rd_init(struct kafka *kafka, struct ent_err *err)
{
	struct kafka_rd *rd = (struct kafka_rd *)kafka;
	enum kafka_rc rc;

	if (!rd->producer && producer_new(rd, err))
		return KAFKA_RETRY;
	if (topics_ready(rd, err))
		return KAFKA_RETRY;
	if (!rd->is_ready) {
		rc = answer_rc(rd, CALL_INIT, rd_kafka_init_transactions(rd->producer, RD_CALL_MS), err);
		if (rc)
			return rc;
		rd->is_ready = true;
	}
	rc = topics_warm(rd, err);
	if (rc)
		return rc;
	rd->notes.last[0] = '\0';
	return KAFKA_OK;
}

static enum kafka_rc rd_position_of(struct kafka *kafka, struct position *ret, bool *ret_found, struct ent_err *err)
{
	struct kafka_rd *rd = (struct kafka_rd *)kafka;
	enum ent_rc rc = bus_read_position_within(rd->options, rd->notes.log, POSITION_MS, ret, err);

	if (rc && rc != ENT_EGONE)
		return KAFKA_RETRY;
	*ret_found = rc == ENT_OK;
	return KAFKA_OK;
}

static enum kafka_rc rd_begin(struct kafka *kafka, struct ent_err *err)
{
	struct kafka_rd *rd = (struct kafka_rd *)kafka;

	if (atomic_load(&rd->n_end) > 1) {
		(void)sdk_fail(err, ENT_ERETRY,
			       "the last transaction's end was sent twice: going on with a new producer");
		return KAFKA_REBUILD;
	}
	if (rd->was_aborted) {
		(void)sdk_fail(err, ENT_ERETRY, "the last transaction was aborted: going on with a new producer");
		return KAFKA_REBUILD;
	}
	rd->n_failed = 0;
	rd->begin_us = system_mono_us();
	rd->notes.last[0] = '\0';
	atomic_store(&rd->n_end, 0);
	atomic_store(&rd->first_add_us, 0);
	atomic_store(&rd->last_add_us, 0);
	return answer_rc(rd, CALL_BEGIN, rd_kafka_begin_transaction(rd->producer), err);
}

static enum kafka_rc rd_produce(struct kafka *kafka, const struct kafka_record *record, struct ent_err *err)
{
	struct kafka_rd *rd = (struct kafka_rd *)kafka;
	rd_kafka_headers_t *headers = rd_kafka_headers_new(record->n_header);
	rd_kafka_error_t *error;

	for (size_t i = 0; i < record->n_header; i++)
		rd_kafka_header_add(headers, record->header[i].name, -1, record->header[i].value.p,
				    (ssize_t)record->header[i].value.n);
	rd_kafka_vu_t part[] = {
	    {.vtype = RD_KAFKA_VTYPE_RKT, .u.rkt = rd->topic[record->topic]},
	    {.vtype = RD_KAFKA_VTYPE_PARTITION,
	     .u.i32 = record->partition < 0 ? RD_KAFKA_PARTITION_UA : record->partition},
	    {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
	    {.vtype = RD_KAFKA_VTYPE_KEY, .u.mem = {(void *)(uintptr_t)record->key.p, record->key.n}},
	    {.vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = {(void *)(uintptr_t)record->value.p, record->value.n}},
	    {.vtype = RD_KAFKA_VTYPE_TIMESTAMP, .u.i64 = record->time_ms},
	    {.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers},
	};
	error = rd_kafka_produceva(rd->producer, part, sizeof part / sizeof *part);
	if (error)
		rd_kafka_headers_destroy(headers); /* taken only on success */
	return answer_rc(rd, CALL_PRODUCE, error, err);
}

static enum kafka_rc rd_commit(struct kafka *kafka, struct ent_err *err)
{
	struct kafka_rd *rd = (struct kafka_rd *)kafka;
	bool quick = system_mono_us() - rd->begin_us < FILLED_US;
	enum kafka_rc rc = answer_rc(rd, CALL_COMMIT, rd_kafka_commit_transaction(rd->producer, RD_CALL_MS), err);

	rd_kafka_poll(rd->producer, 0);
	kafka->contended = quick && atomic_load(&rd->last_add_us) - atomic_load(&rd->first_add_us) > CONTENDED_US;
	if (rc == KAFKA_OK && rd->n_failed) {
		(void)sdk_fail(err, ENT_ERETRY, "committed although a record failed: %s",
			       rd_kafka_err2str(rd->failure));
		return KAFKA_REBUILD;
	}
	return rc;
}

static enum kafka_rc rd_abort(struct kafka *kafka, struct ent_err *err)
{
	struct kafka_rd *rd = (struct kafka_rd *)kafka;

	enum kafka_rc rc = answer_rc(rd, CALL_ABORT, rd_kafka_abort_transaction(rd->producer, RD_CALL_MS), err);

	rd->was_aborted = rc == KAFKA_OK;
	return rc;
}

static void rd_close(struct kafka *kafka)
{
	struct kafka_rd *rd = (struct kafka_rd *)kafka;

	if (!rd->producer)
		return;
	/* The queued records were never promised; without this destroy would wait for them. */
	rd_kafka_purge(rd->producer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
	rd_kafka_poll(rd->producer, 0);
	for (int i = 0; i < KAFKA_N_TOPIC; i++) {
		if (rd->topic[i])
			rd_kafka_topic_destroy(rd->topic[i]);
		rd->topic[i] = NULL;
	}
	rd_kafka_destroy(rd->producer);
	rd->producer = NULL;
	rd->is_ready = rd->topics_ready = rd->was_aborted = false;
	rd->notes.last[0] = '\0';
	atomic_store(&rd->n_end, 0);
}

struct kafka *kafka_rd_new(const struct bus_options *options, bool embedded, struct log *log)
{
	struct kafka_rd *rd = sdk_xalloc(sizeof *rd);

	*rd = (struct kafka_rd){
	    .kafka = {.init = rd_init,
		      .position = rd_position_of,
		      .begin = rd_begin,
		      .produce = rd_produce,
		      .commit = rd_commit,
		      .abort = rd_abort,
		      .close = rd_close},
	    .options = options,
	    .embedded = embedded,
	    .notes = {.log = log},
	};
	return &rd->kafka;
}

void kafka_rd_free(struct kafka *kafka)
{
	if (!kafka)
		return;
	rd_close(kafka);
	free(kafka);
}
