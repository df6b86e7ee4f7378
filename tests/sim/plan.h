/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one seed does: which parts of the world there are, its own mix of fault kinds, their rates, and the size of its
 * world. Runs with few kinds reach states that runs with all of them never do. Each number is drawn from a generator
 * of its own name, so that one more number or fault moves none of the others.
 */
#ifndef SIM_PLAN_H
#define SIM_PLAN_H

#include "disk.h"
#include "producer.h"

/* id, word for --only and the trace */
#define FAULT_TABLE(X)                                                                                                 \
	X(FAULT_KILL, "kill")     /* the process ends between two steps */                                             \
	X(FAULT_POWER, "power")   /* the power goes between two steps */                                               \
	X(FAULT_INSIDE, "inside") /* either, at some change of the disk or request to Kafka */                         \
	X(FAULT_TIME, "time")     /* the clock leaps */                                                                \
	X(FAULT_TEAR, "tear")     /* a power cut tears writes */                                                       \
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
	X(FAULT_QUEUE, "queue")             /* a queue and batches so small that they fill */                          \
	X(FAULT_ANSWER_LOST, "answer-lost") /* who asked over HTTP never hears of it */                                \
	X(FAULT_REPEAT, "repeat")           /* clients: sent again although it was answered */                         \
	X(FAULT_REORDER, "reorder")                                                                                    \
	X(FAULT_STALE, "stale")             /* old words under a new delivery id */                                    \
	X(FAULT_POISON, "poison")           /* what nobody understands, and what is not signed */                      \
	X(FAULT_GIVE_UP, "give-up")         /* a client that does not repeat what was unknown */                       \
	X(FAULT_TANGLE, "tangle")           /* several correlations meet in one ticket */                              \
	X(FAULT_LOST_AFTER, "lost-after")   /* tools: done, and the answer is lost */                                  \
	X(FAULT_LOST_BEFORE, "lost-before") /* not done, and nobody knows */                                           \
	X(FAULT_NOT_SENT, "not-sent")                                                                                  \
	X(FAULT_FAILS, "fails") /* 500, 502: done or not */                                                            \
	X(FAULT_BUSY, "busy")   /* 429, 503: not done */                                                               \
	X(FAULT_SLOW, "slow")                                                                                          \
	X(FAULT_LOCKED, "locked")     /* a ticket that takes no comments: 403, 422 or 423 */                           \
	X(FAULT_IDLE_PUT, "idle-put") /* 200 and nothing done */                                                       \
	X(FAULT_HOOK_LOST, "hook-lost")                                                                                \
	X(FAULT_HOOK_TWICE, "hook-twice")                                                                              \
	X(FAULT_HOOK_ORDER, "hook-order")                                                                              \
	X(FAULT_EARLY, "early")     /* webhooks overtake answers */                                                    \
	X(FAULT_NARROW, "narrow")   /* a public comment becomes internal */                                            \
	X(FAULT_UNSHARE, "unshare") /* we take shares back */                                                          \
	X(FAULT_DOWN, "down")       /* a tool is away, for minutes or for days */                                      \
	X(FAULT_DECIDE, "decide")   /* we retry what is parked, give up what nobody knows about */                     \
	X(FAULT_POLICY, "policy")   /* suppliers differ in whose word counts about the status */                       \
	X(FAULT_REVOKED, "revoked") /* a tool lets us in no more, for minutes: 401 or 403 to all there is */           \
	X(FAULT_MERGE, "merge")     /* a person at a tool writes our number of another incident into a ticket */       \
	X(FAULT_MOVE, "move")       /* a ticket goes on as another: moved, merged, or moved where we cannot read it */ \
	X(FAULT_ROBOT, "robot")     /* tools answer what we write by themselves; people say thanks */                  \
	X(FAULT_OPENED, "opened")   /* people with us open incidents, which have no ticket */                          \
	X(FAULT_SPLIT, "split")     /* people with us undo merges, and merge themselves */                             \
	X(FAULT_REWORD, "reword")   /* people with us edit and remove what they said */                                \
	X(FAULT_SHARED, "shared")   /* clients' incidents are shared with tools, and we write into them */

#define X(id, word) id,
enum fault { FAULT_TABLE(X) FAULT_N };
#undef X
const char *fault_word(enum fault fault);
#define FAULT_BIT(fault) (UINT64_C(1) << (fault))
#define FAULTS_ALL       (FAULT_BIT(FAULT_N) - 1)

/* Clients send webhooks whose every word is known before; tools are whole tickets systems, with people at them. */
enum part { PART_CLIENTS, PART_TOOLS, PART_N };
const char *part_word(enum part part);

/* What happens most in some runs: states that need several of the same are not reached by an even mix. */
enum theme { THEME_NONE, THEME_MERGES, THEME_ROBOTS, THEME_MOVES, THEME_LOST };

struct plan {
	enum theme theme;
	uint64_t faults; /* FAULT_BIT() */
	bool part[PART_N];
	int n_supplier, n_ticket, n_delivery; /* clients */
	int n_group;                          /* incidents that tickets are to end in */
	int n_tool, n_people;                 /* people: what they do, in times */
	bool only_id;                         /* in the tools only the id of what we wrote tells that it is ours */
	int32_t partitions;
	bool makes_store;  /* it begins with no store at all */
	int64_t fault_ppm; /* of a fault between two steps */
	int64_t answer_lost_ppm, repeat_ppm, stale_ppm, poison_ppm, give_up_ppm;
	int64_t lost_ppm; /* of a request to a tool */
	int reorder;      /* how far ahead a client may reach */
	int64_t queue_max, batch_max, wal_pages, relay_batch;
	int max_steps, more_steps; /* with faults; more: after the last person's word */
	struct disk_faults disk;
	struct producer_faults kafka;
	int64_t disk_space; /* when the disk is small */
};

/* What a person, or --shrink, takes away from what the seed drew. */
struct reach {
	uint64_t faults;                          /* only these */
	int deliveries, steps, suppliers, people; /* at most; 0: as drawn */
	unsigned parts;                           /* 1u << enum part: only these; 0: as drawn */
};

void plan_draw(struct plan *plan, uint64_t seed, const struct reach *reach);
static inline bool plan_has(const struct plan *plan, enum fault fault)
{
	return plan->faults >> fault & 1;
}

#endif
