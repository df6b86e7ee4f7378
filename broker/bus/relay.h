/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The relay: events from the store to Kafka, each exactly once under
 * read_committed. The position is a progress record inside the same transaction,
 * so the store needs no "published" flag and a crash at any instruction repeats
 * nothing. Never concludes from a commit's error whether it committed.
 */
#ifndef BUS_RELAY_H
#define BUS_RELAY_H

#include "base/log.h"
#include "base/metric.h"
#include "bus/kafka.h"
#include "store/outbox.h"

struct relay;

struct relay_options {
	int64_t batch_max; /* events a transaction, 4000 */
	int64_t bytes_max; /* of values a transaction */
	int64_t
	    pause_us; /* least pause between a commit and the next begin; adapted upward to the broker's marker time */
	int64_t idle_ms;       /* a progress-only transaction after so long without one, 3600000 */
	struct ent_str source; /* ce_source */
};

/* db: a DB_READ handle of its own. log may be NULL. */
struct relay *relay_new(struct db *db, const struct store_meta *meta, struct kafka *kafka, struct clock *clock,
			struct metrics *metrics, struct log *log, const struct relay_options *options);
void relay_free(struct relay *relay); /* closes kafka's producer */

enum relay_state { RELAY_START, RELAY_POSITION, RELAY_READY, RELAY_OPEN, RELAY_COMMIT, RELAY_ABORT, RELAY_BROKEN };

/* One transition: init, read the position, begin and produce a batch, commit, or back off. Never sleeps.
 * *ret_wait_us: how long nothing needs doing (0: step again now); new events may end the wait early.
 * ENT_EINVAL: the store is not the one Kafka knows (restored, or another's), or cannot be read: stop and say so. */
enum ent_rc relay_step(struct relay *relay, int64_t *ret_wait_us, struct ent_err *err)
    __attribute__((warn_unused_result));
enum relay_state relay_state(const struct relay *relay);
int64_t relay_published_seq(const struct relay *relay); /* last committed position; any thread */
/* How long entente.incidents.v1 is behind the store, when it is more than a minute; else 0. Any thread. */
int64_t relay_lag_ms(const struct relay *relay);
/* Everything stored when it last looked is on Kafka, snapshots too. Only the thread that steps. */
bool relay_caught_up(const struct relay *relay);
/* Copies why Kafka cannot be reached right now, for /readyz; "" when it can. Any thread. */
void relay_trouble(const struct relay *relay, struct ent_err *ret);

#endif
