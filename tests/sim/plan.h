/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one seed does: its own mix of fault kinds, their rates, and the size of its
 * world. Runs with few kinds reach states that runs with all of them never do.
 */
#ifndef SIM_PLAN_H
#define SIM_PLAN_H

#include "disk.h"
#include "producer.h"

/* id, word for --only and the trace */
#define FAULT_TABLE(X)                                                                                                 \
	X(FAULT_KILL, "kill")           /* the process ends between two steps */                                       \
	X(FAULT_POWER, "power")         /* the power goes between two steps */                                         \
	X(FAULT_CRASH_INSIDE, "inside") /* either, at some change of the disk or request to Kafka */                   \
	X(FAULT_TEAR, "tear")           /* a power cut tears writes */                                                 \
	X(FAULT_DISK_READ, "disk-read")                                                                                \
	X(FAULT_DISK_WRITE, "disk-write")                                                                              \
	X(FAULT_DISK_SYNC, "disk-sync")                                                                                \
	X(FAULT_DISK_LOSES, "disk-loses") /* what a failed sync did not bring is gone for later ones */                \
	X(FAULT_DISK_FOR_EVER, "disk-for-ever")                                                                        \
	X(FAULT_FULL, "full")                                                                                          \
	X(FAULT_KAFKA_ERROR, "kafka-error")                                                                            \
	X(FAULT_KAFKA_LOST, "kafka-lost") /* answers */                                                                \
	X(FAULT_KAFKA_LATE, "kafka-late")                                                                              \
	X(FAULT_KAFKA_DOWN, "kafka-down")                                                                              \
	X(FAULT_ZOMBIE, "zombie")           /* the relay before the last one still runs */                             \
	X(FAULT_ANSWER_LOST, "answer-lost") /* the client never hears of its 2xx */                                    \
	X(FAULT_REPEAT, "repeat")           /* sent again although it was answered */                                  \
	X(FAULT_REORDER, "reorder")                                                                                    \
	X(FAULT_STALE, "stale")     /* old words under a new delivery id */                                            \
	X(FAULT_POISON, "poison")   /* what nobody understands, and what is not signed */                              \
	X(FAULT_TIME, "time")       /* the clock leaps */                                                              \
	X(FAULT_QUEUE, "queue")     /* a queue and batches so small that they fill */                                  \
	X(FAULT_GIVE_UP, "give-up") /* a client that does not repeat what was unknown */                               \
	X(FAULT_TANGLE, "tangle")   /* several correlations meet in one ticket */

#define X(id, word) id,
enum fault { FAULT_TABLE(X) FAULT_N };
#undef X
const char *fault_word(enum fault fault);

struct plan {
	uint32_t faults; /* 1u << enum fault */
	int n_supplier, n_ticket, n_delivery;
	int n_group; /* incidents that tickets are to end in */
	int32_t partitions;
	int64_t fault_ppm; /* of a fault between two steps */
	int64_t answer_lost_ppm, repeat_ppm, stale_ppm, poison_ppm, give_up_ppm;
	int reorder; /* how far ahead a client may reach */
	int64_t queue_max, batch_max, wal_pages, relay_batch;
	int max_steps; /* with faults */
	struct disk_faults disk;
	struct producer_faults kafka;
	int64_t disk_space; /* when the disk is small */
};

/* What a person, or --shrink, takes away from what the seed drew. */
struct limits {
	uint32_t faults;                  /* only these */
	int deliveries, steps, suppliers; /* at most; 0: as drawn */
};

void plan_draw(struct plan *plan, uint64_t seed, const struct limits *limits);
static inline bool plan_has(const struct plan *plan, enum fault fault)
{
	return plan->faults >> fault & 1;
}

#endif
