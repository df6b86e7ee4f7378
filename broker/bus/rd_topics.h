/* SPDX-License-Identifier: Apache-2.0 */
/* The topics: as they must be, as Kafka has them, made where they are missing. */
#ifndef BUS_RD_TOPICS_H
#define BUS_RD_TOPICS_H

#include "bus/rd.h"

struct rd_topic {
	const char *name;
	const char *cleanup; /* cleanup.policy as it must be */
	bool is_partitioned; /* as many partitions as the store has; else 1 when made, and exactly 1 when is_single */
	bool is_single;
	/* as seen */
	int32_t partitions; /* 0: missing */
	bool settings_seen;
	char seen_cleanup[32], seen_retention[24];
	int64_t seen_record_max;
};
void rd_topics_init(struct rd_topic topic[KAFKA_N_TOPIC]); /* in the order of enum kafka_topic */
/* Fills what is seen. settings: also ask for their settings (skipped when the rights are missing). ENT_ERETRY: not
 * reachable. */
enum ent_rc rd_topics_look(rd_kafka_t *reader, const struct rd_notes *notes, bool settings,
			   struct rd_topic topic[KAFKA_N_TOPIC], struct ent_err *err)
    __attribute__((warn_unused_result));
enum ent_rc rd_topics_make(rd_kafka_t *reader, const struct bus_options *options, const struct rd_notes *notes,
			   const struct rd_topic topic[KAFKA_N_TOPIC], struct ent_err *err)
    __attribute__((warn_unused_result));
/* ENT_EINVAL: what is wrong with this one and what to do. record_max: the producer's. */
enum ent_rc rd_topic_check(const struct rd_topic *topic, int32_t partitions, int64_t record_max, struct ent_err *err)
    __attribute__((warn_unused_result));

#endif
