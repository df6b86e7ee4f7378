/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Kafka that lives through everything: partitions, one transactional id, its
 * coordinator, and a network that may hold requests back. Only what is needed to
 * tell an exactly-once relay from one that is not:
 *
 *  - records carry epoch and sequence; a stale epoch is fenced, a repeat is dropped;
 *  - EndTxn is answered when the decision is written; markers reach the partitions
 *    later, one by one, and until then nothing after them is stable;
 *  - a new epoch (init, time-out) aborts what was open;
 *  - a request whose answer nobody waits for any more may arrive later all the same.
 *
 * Kafka itself loses nothing here: records lost by Kafka are for the chaos tests.
 */
#ifndef SIM_CLUSTER_H
#define SIM_CLUSTER_H

#include "bus/kafka.h"
#include "world.h"

#define CLUSTER_PARTITIONS     8
#define CLUSTER_TXN_TIMEOUT_US 15000000
#define CLUSTER_INFLIGHT       32

enum entry_kind { ENTRY_DATA, ENTRY_COMMIT, ENTRY_ABORT };
struct entry {
	enum entry_kind kind;
	int32_t epoch;
	int64_t sequence;        /* of the producer in this partition and epoch */
	struct sdk_arena *arena; /* of the record; NULL for markers */
	struct kafka_record record;
};
struct partition {
	struct entry *entry; /* offset = index */
	size_t n, cap;
	int32_t epoch;         /* of the last data */
	int64_t next_sequence; /* of that epoch */
	bool in_txn;           /* the coordinator knows that the open transaction writes here */
	bool marker_due;
};

enum txn_state { TXN_EMPTY, TXN_ONGOING, TXN_PREPARE_COMMIT, TXN_PREPARE_ABORT, TXN_COMMITTED, TXN_ABORTED };

enum request_rc { REQUEST_OK, REQUEST_FENCED, REQUEST_BAD_STATE, REQUEST_CONCURRENT, REQUEST_DOWN };

/* EndTxn or one record, under way although nobody waits for its answer. */
struct late_request {
	bool used, is_end, commit;
	int32_t epoch;
	int64_t due_us;
	enum kafka_topic topic;
	int32_t partition;
	int64_t sequence;
	struct sdk_arena *arena;
	struct kafka_record record;
};

struct cluster {
	struct world *world;
	struct rng rng;
	int32_t partitions[KAFKA_N_TOPIC]; /* of each topic */
	struct partition partition[KAFKA_N_TOPIC][CLUSTER_PARTITIONS];
	enum txn_state state;
	int32_t epoch;
	int64_t txn_began_us;
	int64_t down_until_us; /* the node is away */
	struct late_request late[CLUSTER_INFLIGHT];
	int64_t n_append, n_fenced, n_timeout, n_late, n_duplicate;
};

void cluster_init(struct cluster *cluster, struct world *world, uint64_t seed, int32_t event_partitions);
void cluster_release(struct cluster *cluster);

/* ---- requests: what really happens at the broker --------------------------- */

/* A new epoch; fences and aborts. REQUEST_CONCURRENT: markers of the predecessor are being written, ask again.
 * known: the epoch the asker has and wants to raise, refused when it is not the newest; -1: a new producer. */
enum request_rc cluster_init_producer(struct cluster *cluster, int32_t known, int32_t *ret_epoch);
enum request_rc cluster_add_partition(struct cluster *cluster, int32_t epoch, enum kafka_topic topic,
				      int32_t partition);
/* The record's bytes are copied. A repeated sequence is OK and not stored twice. */
enum request_rc cluster_append(struct cluster *cluster, int32_t epoch, int64_t sequence, int32_t partition,
			       const struct kafka_record *record);
enum request_rc cluster_end(struct cluster *cluster, int32_t epoch, bool commit);
/* Something under way: it lands in late_step() once delay_us passed, unless there is no room any more. */
void cluster_end_later(struct cluster *cluster, int32_t epoch, bool commit, int64_t delay_us);
void cluster_append_later(struct cluster *cluster, int32_t epoch, int64_t sequence, int32_t partition,
			  const struct kafka_record *record, int64_t delay_us);

/* ---- what the broker does by itself ---------------------------------------- */

bool cluster_has_work(const struct cluster *cluster);   /* a marker to write, a late request that is due, a time-out */
void cluster_step(struct cluster *cluster);             /* one of them */
int64_t cluster_next_us(const struct cluster *cluster); /* when there will be work; INT64_MAX: never by itself */
void cluster_restart(struct cluster *cluster,
		     int64_t away_us); /* the node; connections and what is under way are lost */
bool cluster_is_down(const struct cluster *cluster);
void cluster_heal(struct cluster *cluster);

/* ---- a read_committed reader ------------------------------------------------ */

struct consumer {
	const struct cluster *cluster;
	enum kafka_topic topic;
	int32_t partition;
	size_t at;
};
int32_t cluster_partition(const struct cluster *cluster, const struct kafka_record *record);
/* The next committed record of the partition, NULL at the last stable offset. *ret_offset may be NULL. */
const struct kafka_record *consumer_next(struct consumer *consumer, int64_t *ret_offset);
/* Every record ever appended, committed or not, for ids that must never name two things. */
const struct kafka_record *consumer_next_any(struct consumer *consumer, int64_t *ret_offset);

#endif
