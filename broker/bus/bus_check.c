/* SPDX-License-Identifier: Apache-2.0 */
/* For `entente check`: lines for people, changing nothing. */
#include "bus/bus_check.h"

#include <inttypes.h>

#include "bus/rd_topics.h"

static void topic_tell(const struct rd_topic *topic, struct sdk_buf *report)
{
	sdk_buf_format(report, "topic %s: %d partition%s", topic->name, (int)topic->partitions,
		       topic->partitions == 1 ? "" : "s");
	if (topic->settings_seen)
		sdk_buf_format(report, ", cleanup.policy=%s, retention.ms=%s, max.message.bytes=%" PRId64,
			       topic->seen_cleanup, topic->seen_retention, topic->seen_record_max);
	else
		sdk_buf_z(report, ", settings not shown to us");
	sdk_buf_z(report, "\n");
}

static enum ent_rc topics_tell(rd_kafka_t *reader, const struct rd_notes *notes, const struct bus_options *options,
			       struct sdk_buf *report, struct ent_err *err)
{
	struct rd_topic topic[KAFKA_N_TOPIC];
	struct ent_err first = {0}, why;
	enum ent_rc rc;

	rd_topics_init(topic);
	for (int try = 0; try < 3; try++) {
		rc = rd_topics_look(reader, notes, true, topic, err);
		if (!rc)
			break;
	}
	if (rc)
		return rc;
	for (int i = 0; i < KAFKA_N_TOPIC; i++) {
		if (topic[i].partitions == 0) {
			sdk_buf_format(report, "topic %s: not there yet, `entente serve` makes it\n", topic[i].name);
			continue;
		}
		topic_tell(&topic[i], report);
		if (rd_topic_check(&topic[i], options->partitions, RD_RECORD_MAX - RD_RECORD_OVERHEAD, &why)) {
			sdk_buf_format(report, "  wrong: %s\n", why.msg);
			if (!first.msg[0])
				first = why;
		}
	}
	return first.msg[0] ? sdk_fail(err, ENT_EINVAL, "%s", first.msg) : ENT_OK;
}

enum ent_rc bus_check(const struct bus_options *options, struct sdk_buf *report, struct ent_err *err)
{
	struct rd_notes notes = {0};
	struct bus_options checked = *options;
	rd_kafka_conf_t *conf;
	rd_kafka_t *reader, *producer;
	enum ent_rc rc;

	if (options->brokers.n == 0)
		checked.brokers = ENT_STR("127.0.0.1:1"); /* the settings are checked all the same */
	rc = rd_conf(&checked, RD_PRODUCER, &notes, &conf, err);
	if (!rc)
		rc = rd_open(RD_PRODUCER, conf, &producer, err);
	if (rc)
		return rc;
	rd_kafka_destroy(producer);
	if (options->brokers.n == 0) {
		sdk_buf_z(report, "embedded Kafka, for evaluation: set kafka.brokers for real ones\n");
		return ENT_OK;
	}
	rc = rd_reader(&checked, &notes, &reader, err);
	if (rc)
		return rc;
	rc = topics_tell(reader, &notes, &checked, report, err);
	rd_kafka_destroy(reader);
	return rc;
}
