/* SPDX-License-Identifier: Apache-2.0 */
/* The five topics: made when missing, looked at, judged. */
#include "bus/rd_topics.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define ADMIN_MS     4000
#define LEADER_TRIES 20

void rd_topics_init(struct rd_topic topic[KAFKA_N_TOPIC])
{
	topic[KAFKA_EVENTS] = (struct rd_topic){.name = TOPIC_EVENTS, .cleanup = "delete", .is_partitioned = true};
	topic[KAFKA_INCIDENTS] =
	    (struct rd_topic){.name = TOPIC_INCIDENTS, .cleanup = "compact", .is_partitioned = true};
	topic[KAFKA_PEOPLE] = (struct rd_topic){.name = TOPIC_PEOPLE, .cleanup = "compact"};
	topic[KAFKA_DEADLETTER] = (struct rd_topic){.name = TOPIC_DEADLETTER, .cleanup = "delete"};
	topic[KAFKA_PROGRESS] = (struct rd_topic){.name = TOPIC_PROGRESS, .cleanup = "compact", .is_single = true};
}

/* ---- looking --------------------------------------------------------------- */

static enum ent_rc partitions_look(rd_kafka_t *reader, const struct rd_notes *notes, struct rd_topic *topic,
				   struct ent_err *err)
{
	rd_kafka_topic_t *rkt = rd_kafka_topic_new(reader, topic->name, NULL);
	const struct rd_kafka_metadata *metadata;
	rd_kafka_resp_err_t error = rd_kafka_metadata(reader, 0, rkt, &metadata, RD_CALL_MS);

	rd_kafka_topic_destroy(rkt);
	if (error)
		return rd_fail(reader, notes, error, "asking Kafka for its topics", err);
	topic->partitions = 0;
	error = metadata->topic_cnt == 1 ? metadata->topics[0].err : RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
	if (!error || error == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE)
		topic->partitions = metadata->topics[0].partition_cnt;
	rd_kafka_metadata_destroy(metadata);
	if (error && error != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART && error != RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC &&
	    error != RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE)
		return sdk_fail(err, ENT_ERETRY, "topic %s: %s", topic->name, rd_kafka_err2str(error));
	return ENT_OK;
}

static void text_keep(char *ret, size_t size, const char *text)
{
	size_t n = text ? strlen(text) : 0;

	if (n >= size)
		n = size - 1;
	if (n)
		memcpy(ret, text, n);
	ret[n] = '\0';
}

static void settings_take(const rd_kafka_ConfigResource_t *resource, struct rd_topic topic[KAFKA_N_TOPIC])
{
	size_t n;
	const rd_kafka_ConfigEntry_t **entry = rd_kafka_ConfigResource_configs(resource, &n);
	struct rd_topic *to = NULL;

	for (int i = 0; i < KAFKA_N_TOPIC; i++)
		if (!strcmp(rd_kafka_ConfigResource_name(resource), topic[i].name))
			to = &topic[i];
	if (!to || rd_kafka_ConfigResource_error(resource))
		return;
	to->settings_seen = true;
	for (size_t i = 0; i < n; i++) {
		const char *name = rd_kafka_ConfigEntry_name(entry[i]), *value = rd_kafka_ConfigEntry_value(entry[i]);

		if (!strcmp(name, "cleanup.policy"))
			text_keep(to->seen_cleanup, sizeof to->seen_cleanup, value);
		else if (!strcmp(name, "retention.ms"))
			text_keep(to->seen_retention, sizeof to->seen_retention, value);
		else if (!strcmp(name, "max.message.bytes"))
			to->seen_record_max = value ? strtoll(value, NULL, 10) : 0;
	}
}

/* Without the right to describe them the settings stay unseen; that alone must not stop the stream. */
static void settings_look(rd_kafka_t *reader, struct rd_topic topic[KAFKA_N_TOPIC])
{
	rd_kafka_ConfigResource_t *ask[KAFKA_N_TOPIC];
	rd_kafka_queue_t *queue = rd_kafka_queue_new(reader);
	rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(reader, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
	rd_kafka_event_t *event;
	size_t n = 0;
	char why[200];

	for (int i = 0; i < KAFKA_N_TOPIC; i++)
		if (topic[i].partitions > 0)
			ask[n++] = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic[i].name);
	(void)rd_kafka_AdminOptions_set_request_timeout(options, RD_CALL_MS, why, sizeof why); /* in range */
	if (n) {
		rd_kafka_DescribeConfigs(reader, ask, n, options, queue);
		event = rd_kafka_queue_poll(queue, 2 * RD_CALL_MS);
		if (event && !rd_kafka_event_error(event)) {
			const rd_kafka_ConfigResource_t **told =
			    rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event), &n);
			for (size_t i = 0; i < n; i++)
				settings_take(told[i], topic);
		}
		if (event)
			rd_kafka_event_destroy(event);
		n = 0;
		for (int i = 0; i < KAFKA_N_TOPIC; i++)
			if (topic[i].partitions > 0)
				rd_kafka_ConfigResource_destroy(ask[n++]);
	}
	rd_kafka_AdminOptions_destroy(options);
	rd_kafka_queue_destroy(queue);
}

enum ent_rc rd_topics_look(rd_kafka_t *reader, const struct rd_notes *notes, bool settings,
			   struct rd_topic topic[KAFKA_N_TOPIC], struct ent_err *err)
{
	for (int i = 0; i < KAFKA_N_TOPIC; i++) {
		enum ent_rc rc = partitions_look(reader, notes, &topic[i], err);
		if (rc)
			return rc;
	}
	if (settings)
		settings_look(reader, topic);
	return ENT_OK;
}

/* ---- making ---------------------------------------------------------------- */

static void topic_wish(rd_kafka_NewTopic_t *made, const char *name, const char *value)
{
	(void)rd_kafka_NewTopic_set_config(made, name, value); /* fails on an empty name only */
}

static rd_kafka_NewTopic_t *topic_wanted(const struct rd_topic *topic, const struct bus_options *options)
{
	char text[24], why[200];
	rd_kafka_NewTopic_t *made = rd_kafka_NewTopic_new(topic->name, topic->is_partitioned ? options->partitions : 1,
							  options->replication, why, sizeof why);

	if (!made)
		return NULL;
	topic_wish(made, "cleanup.policy", topic->cleanup);
	snprintf(text, sizeof text, "%d", RD_RECORD_MAX);
	topic_wish(made, "max.message.bytes", text);
	if (!strcmp(topic->cleanup, "delete")) {
		snprintf(text, sizeof text, "%" PRId64,
			 options->retention_ms < 0 ? (int64_t)-1 : options->retention_ms);
		topic_wish(made, "retention.ms", text);
	}
	if (topic->is_single) /* a record a transaction: small segments, so that compaction keeps it small */
		topic_wish(made, "segment.bytes", "16777216");
	return made;
}

static enum ent_rc made_check(rd_kafka_event_t *event, struct ent_err *err)
{
	size_t n;
	const rd_kafka_topic_result_t **told =
	    rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &n);

	for (size_t i = 0; i < n; i++) {
		rd_kafka_resp_err_t error = rd_kafka_topic_result_error(told[i]);

		if (error && error != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
			return sdk_fail(err, ENT_ERETRY, "making topic %s: %s", rd_kafka_topic_result_name(told[i]),
					rd_kafka_topic_result_error_string(told[i])
					    ? rd_kafka_topic_result_error_string(told[i])
					    : rd_kafka_err2str(error));
	}
	return ENT_OK;
}

/* A new topic shows in metadata a moment after it was made. */
static enum ent_rc made_wait(rd_kafka_t *reader, const struct rd_notes *notes, struct rd_topic topic[KAFKA_N_TOPIC],
			     struct ent_err *err)
{
	for (int try = 0; try < LEADER_TRIES; try++) {
		bool all = true;
		enum ent_rc rc = rd_topics_look(reader, notes, false, topic, err);

		if (rc)
			return rc;
		for (int i = 0; i < KAFKA_N_TOPIC; i++)
			all = all && topic[i].partitions > 0;
		if (all)
			return ENT_OK;
		rd_kafka_poll(reader, 50);
	}
	return sdk_fail(err, ENT_ERETRY, "topics were made and do not show yet");
}

enum ent_rc rd_topics_make(rd_kafka_t *reader, const struct bus_options *options, const struct rd_notes *notes,
			   const struct rd_topic topic[KAFKA_N_TOPIC], struct ent_err *err)
{
	rd_kafka_NewTopic_t *made[KAFKA_N_TOPIC];
	rd_kafka_queue_t *queue = rd_kafka_queue_new(reader);
	rd_kafka_AdminOptions_t *admin = rd_kafka_AdminOptions_new(reader, RD_KAFKA_ADMIN_OP_CREATETOPICS);
	struct rd_topic again[KAFKA_N_TOPIC];
	rd_kafka_event_t *event = NULL;
	size_t n = 0;
	char why[200];
	enum ent_rc rc = ENT_OK;

	(void)rd_kafka_AdminOptions_set_request_timeout(admin, ADMIN_MS / 2, why, sizeof why);   /* in range */
	(void)rd_kafka_AdminOptions_set_operation_timeout(admin, ADMIN_MS / 4, why, sizeof why); /* in range */
	for (int i = 0; i < KAFKA_N_TOPIC && !rc; i++) {
		if (topic[i].partitions > 0)
			continue;
		made[n] = topic_wanted(&topic[i], options);
		if (made[n])
			n++;
		else
			rc = sdk_fail(err, ENT_ERETRY, "making topic %s: partitions or replication out of range",
				      topic[i].name);
	}
	if (!rc && n) {
		rd_kafka_CreateTopics(reader, made, n, admin, queue);
		event = rd_kafka_queue_poll(queue, ADMIN_MS);
		if (!event || rd_kafka_event_error(event))
			rc = rd_fail(reader, notes, event ? rd_kafka_event_error(event) : RD_KAFKA_RESP_ERR__TIMED_OUT,
				     "making topics", err);
		else
			rc = made_check(event, err);
		if (event)
			rd_kafka_event_destroy(event);
	}
	rd_kafka_NewTopic_destroy_array(made, n);
	rd_kafka_AdminOptions_destroy(admin);
	rd_kafka_queue_destroy(queue);
	if (rc)
		return rc;
	rd_topics_init(again);
	return made_wait(reader, notes, again, err);
}

/* ---- judging --------------------------------------------------------------- */

enum ent_rc rd_topic_check(const struct rd_topic *topic, int32_t partitions, int64_t record_max, struct ent_err *err)
{
	if (topic->partitions == 0)
		return sdk_fail(err, ENT_EINVAL, "topic %s is missing; `entente serve` makes it if it may",
				topic->name);
	if (topic->is_partitioned && topic->partitions != partitions)
		return sdk_fail(
		    err, ENT_EINVAL,
		    "topic %s has %d partitions, this store was made for %d. Nothing is published until they agree: "
		    "delete the topic if it is not in use, or start on an empty store",
		    topic->name, (int)topic->partitions, (int)partitions);
	if (topic->is_single && topic->partitions != 1)
		return sdk_fail(
		    err, ENT_EINVAL,
		    "topic %s has %d partitions and must have one: the position is read from there. Delete it",
		    topic->name, (int)topic->partitions);
	if (!topic->settings_seen)
		return ENT_OK;
	if (strcmp(topic->seen_cleanup, topic->cleanup) != 0)
		return sdk_fail(err, ENT_EINVAL,
				"topic %s has cleanup.policy=%s and must have %s: set it with kafka-configs",
				topic->name, topic->seen_cleanup, topic->cleanup);
	if (topic->seen_record_max > 0 && topic->seen_record_max < record_max)
		return sdk_fail(err, ENT_EINVAL,
				"topic %s takes records up to %" PRId64
				" bytes (max.message.bytes), the relay sends up to %" PRId64
				": raise it, or set kafka.message.max.bytes lower",
				topic->name, topic->seen_record_max, record_max);
	return ENT_OK;
}
