/* SPDX-License-Identifier: Apache-2.0 */
/*
 * librdkafka, as bus/ uses it. Only rd_*.c, kafka_rd.c and embedded.c know it.
 *
 * Handles: one transactional producer (kafka_rd.c), and readers that belong to no
 * group, so that they need no rights on groups and leave nothing behind. Topics are
 * looked at through a reader, too: a producer's metadata request would make a missing
 * topic with the broker's defaults.
 */
#ifndef BUS_RD_H
#define BUS_RD_H

#include <librdkafka/rdkafka.h>

#include "bus/bus.h"

#define RD_CALL_MS         1000              /* one blocking call; the relay asks again */
#define RD_RECORD_MAX      (4 * 1024 * 1024) /* max.message.bytes of topics that Entente makes */
#define RD_RECORD_OVERHEAD 65536             /* of a batch with one record, generously */

enum rd_role { RD_PRODUCER, RD_READER };

/* What a handle tells beside its answers. Outlives the handle. */
struct rd_notes {
	struct log *log; /* may be NULL; any thread */
	char last[200];  /* the last broker error; only the thread that polls the handle */
};

/* Our settings, then options->pass. ENT_EINVAL names the setting that is unknown, wrong, or Entente's own. */
enum ent_rc rd_conf(const struct bus_options *options, enum rd_role role, struct rd_notes *notes, rd_kafka_conf_t **ret,
		    struct ent_err *err) __attribute__((warn_unused_result));
/* Takes conf. ENT_EINVAL: settings that do not go together, a file that cannot be read... */
enum ent_rc rd_open(enum rd_role role, rd_kafka_conf_t *conf, rd_kafka_t **ret, struct ent_err *err)
    __attribute__((warn_unused_result));
/* rd_conf() and rd_open(). */
enum ent_rc rd_reader(const struct bus_options *options, struct rd_notes *notes, rd_kafka_t **ret, struct ent_err *err)
    __attribute__((warn_unused_result));
/* "Local: Timed out (127.0.0.1:9092: connection refused)": the error with what the handle noted last. */
enum ent_rc rd_fail(rd_kafka_t *rk, const struct rd_notes *notes, rd_kafka_resp_err_t error, const char *doing,
		    struct ent_err *err);

/* ---- topics ---------------------------------------------------------------- */

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

/* ---- the world ------------------------------------------------------------- */

/* The real Kafka behind kafka.h. embedded: topics are there already, nothing to make or check.
 * options and log must outlive it. */
struct kafka *kafka_rd_new(const struct bus_options *options, bool embedded, struct log *log);
void kafka_rd_free(struct kafka *kafka);

/* bus_position() with the waiting bounded by timeout_ms. */
enum ent_rc rd_position(const struct bus_options *options, struct log *log, int timeout_ms, struct position *ret,
			struct ent_err *err) __attribute__((warn_unused_result));

/* ---- the embedded cluster -------------------------------------------------- */

struct embedded;
enum ent_rc embedded_new(int32_t partitions, struct log *log, struct embedded **ret, struct ent_err *err)
    __attribute__((warn_unused_result));
const char *embedded_address(const struct embedded *embedded);
void embedded_free(struct embedded *embedded); /* takes NULL */

#endif
