/* SPDX-License-Identifier: Apache-2.0 */
/* Reads what stands on Kafka: the stream for tail and rebuild, the last progress record. */
#ifndef BUS_BUS_READ_H
#define BUS_BUS_READ_H

#include "bus/bus.h"
#include "entente/connector.h" /* struct ent_header */

struct bus_record {
	int32_t partition;
	int64_t offset, seq; /* seq: from ce_storeseq */
	struct ent_str key, value, type, id, subject;
	int64_t time_ms;                 /* of ce_time */
	const struct ent_header *header; /* all of them */
	size_t n_header;
};

/* Reads entente.events.v1 read_committed. from: 0 beginning, 1 only what is new. follow: do not
 * end at the end. take() gets each record of each partition in order; false stops. idle() is called when nothing came
 * for a while; false stops. */
enum ent_rc bus_read(const struct bus_options *options, int from, bool follow,
		     bool (*take)(void *to, const struct bus_record *), bool (*idle)(void *to), void *to,
		     struct ent_err *err) __attribute__((warn_unused_result));
/* The same of another topic, always from its beginning to its end. ENT_EGONE: there is no such topic. *ret_trimmed:
 * records at its beginning are gone, by retention or by hand. */
enum ent_rc bus_read_whole(const struct bus_options *options, enum kafka_topic topic,
			   bool (*take)(void *to, const struct bus_record *), void *to, bool *ret_trimmed,
			   struct ent_err *err) __attribute__((warn_unused_result));
/* The last progress record, for rebuild. ENT_EGONE: there is none. */
enum ent_rc bus_read_position(const struct bus_options *options, struct position *ret, struct ent_err *err)
    __attribute__((warn_unused_result));
/* bus_read_position() with the waiting bounded by timeout_ms. */
enum ent_rc bus_read_position_within(const struct bus_options *options, struct log *log, int timeout_ms,
				     struct position *ret, struct ent_err *err) __attribute__((warn_unused_result));

#endif
