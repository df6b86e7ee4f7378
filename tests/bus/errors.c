/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What kafka_rd.c makes of errors, and that the stream goes on afterwards. librdkafka's mock cluster answers the given
 * request once with the given error; the calls of one transaction follow as the relay would make them. One line per
 * check.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bus/kafka_rd.h"
#include "bus/rd_topics.h"

#include <librdkafka/rdkafka_mock.h>

enum api { API_PRODUCE = 0, API_INIT = 22, API_ADD = 24, API_END = 26 };

struct row {
	enum api api;
	rd_kafka_resp_err_t error;
	int times;
	const char *want; /* each call's answer until a transaction is committed or the producer must go */
};

/* c: committed, r: the same again, a: abort, A: aborted, x: a new producer. librdkafka itself asks again for what is
 * only a matter of waiting, so that most of it never shows. */
static const struct row table[] = {
    {API_END, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, 1, "c"},
    {API_END, RD_KAFKA_RESP_ERR_NOT_COORDINATOR, 1, "c"},
    {API_END, RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS, 1, "c"},
    {API_END, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, 1, "aA"},
    {API_END, RD_KAFKA_RESP_ERR_PRODUCER_FENCED, 1, "x"},
    {API_END, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, 1, "x"},
    {API_END, RD_KAFKA_RESP_ERR_INVALID_TXN_STATE, 1, "x"},
    {API_END, RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED, 1, "x"},
    {API_END, RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID, 1, "aA"},
    {API_PRODUCE, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, 1, "c"},
    {API_PRODUCE, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, 1, "c"},
    {API_PRODUCE, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, 1, "c"},
    {API_PRODUCE, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, 1, "aA"},
    {API_PRODUCE, RD_KAFKA_RESP_ERR_INVALID_RECORD, 1, "aA"},
    {API_PRODUCE, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, 1, "aA"},
    {API_PRODUCE, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, 1, "x"},
    {API_PRODUCE, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, 1, "x"},
    {API_ADD, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, 1, "c"},
    {API_ADD, RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS, 1, "c"},
    {API_ADD, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, 1, "aA"},
    {API_ADD, RD_KAFKA_RESP_ERR_INVALID_TXN_STATE, 1, "x"},
    {API_ADD, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, 1, "x"},
    {API_INIT, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, 2, "c"},
    {API_INIT, RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED, 1, "x"},
};

struct world {
	rd_kafka_t *handle;
	rd_kafka_mock_cluster_t *cluster;
	struct rd_notes notes;
	struct bus_options options;
	int n_failed;
};

static enum kafka_rc init(struct kafka *kafka, char *said, size_t cap)
{
	struct ent_err err;
	enum kafka_rc rc = KAFKA_RETRY;

	for (int i = 0; i < 20 && rc == KAFKA_RETRY; i++)
		rc = kafka->init(kafka, &err);
	if (rc != KAFKA_OK && strlen(said) + 1 < cap)
		strcat(said, rc == KAFKA_REBUILD ? "x" : "?");
	return rc;
}

static enum kafka_rc put(struct kafka *kafka, struct ent_err *err)
{
	struct kafka_header header = {"ce_id", ENT_STR("1")};
	struct kafka_record record = {.topic = KAFKA_EVENTS,
				      .partition = 1,
				      .key = ENT_STR("k"),
				      .value = ENT_STR("{}"),
				      .header = &header,
				      .n_header = 1,
				      .time_ms = 1700000000000};
	enum kafka_rc rc = kafka->produce(kafka, &record, err);

	record.topic = KAFKA_PROGRESS;
	record.partition = 0;
	return rc ? rc : kafka->produce(kafka, &record, err);
}

/* One transaction; appends what was answered. */
static enum kafka_rc transaction(struct kafka *kafka, char *said, size_t cap, struct ent_err *err)
{
	enum kafka_rc rc = kafka->begin(kafka, err);

	if (!rc)
		rc = put(kafka, err);
	for (int i = 0; rc == KAFKA_OK && i < 20; i++) {
		rc = kafka->commit(kafka, err);
		if (rc != KAFKA_RETRY)
			break;
		rc = KAFKA_OK;
	}
	if (strlen(said) + 2 < cap)
		strcat(said, rc == KAFKA_OK ? "c" : rc == KAFKA_ABORT ? "a" : rc == KAFKA_REBUILD ? "x" : "r");
	if (rc != KAFKA_ABORT)
		return rc;
	do
		rc = kafka->abort(kafka, err);
	while (rc == KAFKA_RETRY);
	if (strlen(said) + 2 < cap)
		strcat(said, rc == KAFKA_OK ? "A" : "x");
	return rc;
}

static void check(struct world *world, bool holds, const char *what, const char *error, const char *why)
{
	world->n_failed += !holds;
	printf("%s - %s %s%s%s\n", holds ? "ok" : "not ok", what, error, holds ? "" : ": ", holds ? "" : why);
}

static void try_row(struct world *world, const struct row *row)
{
	static const struct {
		enum api api;
		const char *name;
	} api[] = {{API_PRODUCE, "Produce"},
		   {API_INIT, "InitProducerId"},
		   {API_ADD, "AddPartitionsToTxn"},
		   {API_END, "EndTxn"}};
	struct kafka *kafka = kafka_rd_new(&world->options, true, NULL);
	char said[16] = "", after[16] = "", why[400];
	const char *name = "";
	struct ent_err err = {0};
	enum kafka_rc rc;

	for (size_t i = 0; i < sizeof api / sizeof *api; i++)
		if (api[i].api == row->api)
			name = api[i].name;
	if (row->api == API_INIT)
		for (int i = 0; i < row->times; i++)
			rd_kafka_mock_push_request_errors(world->cluster, (int16_t)row->api, 1, row->error);
	rc = init(kafka, said, sizeof said);
	if (!rc && row->api != API_INIT) { /* the first one warms up */
		(void)transaction(kafka, after, sizeof after, &err);
		for (int i = 0; i < row->times; i++)
			rd_kafka_mock_push_request_errors(world->cluster, (int16_t)row->api, 1, row->error);
	}
	if (!rc)
		rc = transaction(kafka, said, sizeof said, &err);
	snprintf(why, sizeof why, "answered \"%s\", not \"%s\" (%s)", said, row->want, err.msg);
	check(world, !strcmp(said, row->want), name, rd_kafka_err2name(row->error), why);
	rd_kafka_mock_clear_request_errors(world->cluster, (int16_t)row->api);
	/* As the relay goes on: a new producer when told so, else the same one. */
	after[0] = '\0';
	if (rc == KAFKA_REBUILD) {
		kafka->close(kafka);
		rc = init(kafka, after, sizeof after);
	}
	if (!rc)
		rc = transaction(kafka, after, sizeof after, &err);
	if (rc == KAFKA_REBUILD) { /* begin asks for a new one: an end was sent twice, or aborted */
		kafka->close(kafka);
		after[0] = '\0';
		if (!init(kafka, after, sizeof after))
			rc = transaction(kafka, after, sizeof after, &err);
	}
	snprintf(why, sizeof why, "the next transaction: \"%s\" (%s)", after, err.msg);
	check(world, rc == KAFKA_OK && !strcmp(after, "c"), "and goes on after", name, why);
	kafka_rd_free(kafka);
}

int main(void)
{
	struct world world = {.options = {.partitions = 4, .replication = 1, .brokers = ENT_STR("127.0.0.1:1")}};
	struct rd_topic topic[KAFKA_N_TOPIC];
	struct ent_err err;

	if (rd_reader(&world.options, &world.notes, &world.handle, &err)) {
		printf("not ok - the mock cluster: %s\n", err.msg);
		return 1;
	}
	world.cluster = rd_kafka_mock_cluster_new(world.handle, 1);
	rd_topics_init(topic);
	for (int i = 0; i < KAFKA_N_TOPIC; i++)
		rd_kafka_mock_topic_create(world.cluster, topic[i].name, 4, 1);
	world.options.brokers = sdk_str(rd_kafka_mock_cluster_bootstraps(world.cluster));
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		try_row(&world, &table[i]);
	rd_kafka_mock_cluster_destroy(world.cluster);
	rd_kafka_destroy(world.handle);
	return world.n_failed > 0;
}
