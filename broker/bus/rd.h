/* SPDX-License-Identifier: Apache-2.0 */
/*
 * librdkafka, as bus/ uses it. Only rd*.c, kafka_rd.c, bus_read.c, bus_check.c, embedded.c and bus.c know it.
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

/* The notes of a handle, beside its answers. They outlive the handle. */
struct rd_notes {
	struct log *log; /* may be NULL; any thread */
	char last[200];  /* the last broker error; only the thread that polls the handle */
};

/* Our settings, then options->pass. ENT_EINVAL names the setting that is unknown, wrong, or Entente's own. */
enum ent_rc rd_conf(const struct bus_options *options, enum rd_role role, struct rd_notes *notes, rd_kafka_conf_t **ret,
		    struct ent_err *err) __attribute__((warn_unused_result));
/* Takes conf. The threads of a producer run at a lower priority. ENT_EINVAL: settings that do not go together, a file
 * that cannot be read... */
enum ent_rc rd_open(enum rd_role role, rd_kafka_conf_t *conf, rd_kafka_t **ret, struct ent_err *err)
    __attribute__((warn_unused_result));
/* rd_conf() and rd_open(). */
enum ent_rc rd_reader(const struct bus_options *options, struct rd_notes *notes, rd_kafka_t **ret, struct ent_err *err)
    __attribute__((warn_unused_result));
/* "Local: Timed out (127.0.0.1:9092: connection refused)": the error with what the handle noted last. */
enum ent_rc rd_fail(rd_kafka_t *rk, const struct rd_notes *notes, rd_kafka_resp_err_t error, const char *doing,
		    struct ent_err *err);

#endif
