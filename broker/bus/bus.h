/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kafka out, for real: topics made and checked, the embedded cluster when no brokers
 * are configured, and the thread that steps the relay.
 */
#ifndef BUS_BUS_H
#define BUS_BUS_H

#include "bus/relay.h"

struct bus_pair {
	struct ent_str name, value;
};

struct bus_options {
	struct ent_str brokers; /* empty: the embedded cluster */
	int32_t partitions;     /* of entente.events.v1, from store_meta */
	int32_t replication;
	int64_t retention_ms;        /* of events; -1 for ever */
	const struct bus_pair *pass; /* for librdkafka, after our own */
	size_t n_pass;
	struct relay_options relay;
	struct ent_str store_path;
};

#define TOPIC_EVENTS     "entente.events.v1"
#define TOPIC_INCIDENTS  "entente.incidents.v1"
#define TOPIC_PEOPLE     "entente.people.v1"
#define TOPIC_DEADLETTER "entente.deadletter.v1"
#define TOPIC_PROGRESS   "entente.progress.v1"

struct bus;

/* Copies what it needs of the options. Starts the thread; it retries for ever while Kafka is away (webhooks go on). A
 * setting librdkafka does not know, or a wrong value: ENT_EINVAL with its name. */
enum ent_rc bus_start(const struct bus_options *options, const struct store_meta *meta, struct clock *clock,
		      struct metrics *metrics, struct log *log, struct bus **ret, struct ent_err *err)
    __attribute__((warn_unused_result));
const char *bus_address(const struct bus *bus); /* bootstrap servers; the embedded cluster's own, too */
bool bus_is_embedded(const struct bus *bus);
void bus_wake(void *bus); /* any thread: there are new events; fits writer_new()'s wake_relay */
/* True: Kafka can be reached and topics are as they must be; a text in ret_why is then worth knowing (a lag of the
 * snapshots). False: why not. Any thread. */
bool bus_ready(struct bus *bus, struct ent_err *ret_why);
/* True: the relay found that the store is not the one Kafka knows; the process must end with this reason. */
bool bus_refused(struct bus *bus, struct ent_err *ret_why);
/* Publishes what is stored until deadline_ms from now (not at all while Kafka is away), then ends the thread and frees.
 * A call into Kafka that hangs just then may hold it up for 2 s more. */
void bus_stop(struct bus *bus, int deadline_ms);

#endif
