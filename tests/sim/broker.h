/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One life of the broker: the real writer and relay over the simulated worlds, made
 * the way main makes them. When it dies, nothing it holds writes any more.
 */
#ifndef SIM_BROKER_H
#define SIM_BROKER_H

#include "bus/relay.h"
#include "plan.h"
#include "store/writer.h"
#include "vfs.h"

#define STORE_PATH "store.db"

struct broker {
	struct life life; /* first of all: handles point here */
	struct world *world;
	struct disk *disk;
	struct db *reader; /* the relay's */
	struct writer *writer;
	struct relay *relay;
	struct store_meta meta;
	struct metrics metrics;
	struct producer producer;
	struct producer_faults kafka_faults;
	struct rng rng;
	int64_t relay_due_us; /* when the relay wants to be stepped */
	int n_waiting;        /* jobs at the writer */
	int serial;
};

/* NULL: it could not start (the reason in err); the disk is as it left it. */
struct broker *broker_start(struct world *world, struct disk *disk, struct cluster *cluster, const struct plan *plan,
			    uint64_t seed, int serial, struct ent_err *err);
/* The process is gone at once; frees all but keeps the disk as it is. */
void broker_die(struct broker *broker);
/* The writer is gone, the relay goes on beside its successor. */
void broker_become_zombie(struct broker *broker);

/* The process ends by itself: ENT_EINVAL. */
enum ent_rc broker_step_writer(struct broker *broker, struct ent_err *err);
enum ent_rc broker_step_relay(struct broker *broker, struct ent_err *err);
/* All that is stored is on Kafka, and nothing is under way. */
bool broker_is_drained(const struct broker *broker);

#endif
