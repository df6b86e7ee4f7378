/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The relay's struct kafka over the cluster: a client library with a queue of its own,
 * one per life of the broker. Its requests are done and answered, done and not
 * answered, not done, or held back by the network; what the relay hears of it is one
 * of the four words of kafka.h.
 */
#ifndef SIM_PRODUCER_H
#define SIM_PRODUCER_H

#include "cluster.h"
#include "disk.h"

/* Each out of a million. */
struct producer_faults {
	int64_t error_ppm; /* a call fails before it did anything */
	int64_t lost_ppm;  /* done, but the answer is lost */
	int64_t late_ppm;  /* held back: arrives when nobody waits for it any more */
	int64_t full_ppm;  /* the local queue is full */
};

struct producer {
	struct kafka api; /* first */
	struct cluster *cluster;
	struct life *life;
	const struct producer_faults *faults;
	struct rng rng;
	int64_t crash_in; /* the life ends at this many requests from now; 0: no */
	bool crash_power;

	int32_t epoch; /* -1: no producer */
	bool in_txn, must_abort, fatal;
	bool is_begun;  /* some partition was added to the transaction */
	int n_end;      /* EndTxn sent for it; more than one: the first may still be under way */
	bool must_bump; /* something may be held back: abort() takes a new epoch, as the library does */
	int64_t sequence[KAFKA_N_TOPIC][CLUSTER_PARTITIONS];
	struct sdk_arena arena; /* of the queue */
	struct kafka_record *queue;
	size_t n_queue, n_sent, cap_queue;
	int64_t n_commit;
};

void producer_init(struct producer *producer, struct cluster *cluster, struct life *life,
		   const struct producer_faults *faults, uint64_t seed, uint64_t stream);
void producer_release(struct producer *producer);

#endif
