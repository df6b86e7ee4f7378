/* SPDX-License-Identifier: Apache-2.0 */
/* The relay's own state, for relay.c (which state follows) and relay_fill.c (what a transaction holds). */
#ifndef BUS_RELAY_INSIDE_H
#define BUS_RELAY_INSIDE_H

#include <pthread.h>

#include "bus/record.h"

#define RELAY_MEASURE_US 250000
#define RELAY_AHEAD_MAX  512     /* rows */
#define RELAY_QUIET_US   1000000 /* without an event: nobody waits behind many snapshots */
#define RELAY_SHOWN_MAX  8192    /* incidents */

enum fill { FILL_ROWS, FILL_SNAPSHOTS, FILL_PROGRESS };

struct relay {
	struct db *db;
	struct store_meta meta;
	struct kafka *kafka;
	struct clock *clock;
	struct metrics *metrics;
	struct log *log;
	struct relay_options options;
	struct sdk_arena arena;
	struct record record;

	enum relay_state state;
	int64_t state_us;               /* since when */
	struct position position, next; /* committed; what the open transaction claims */
	bool position_known;
	int64_t last_seq;  /* of the store, as seen last */
	int64_t first_seq; /* of the store at the start; the least that is surely new while the position is not known */

	/* the open transaction */
	enum fill fill;
	enum kafka_rc fill_rc;
	struct ent_err *fill_err;
	int64_t n_event, n_snapshot, n_byte, begin_us;
	char person_last[ID_SIZE]; /* ref of the last one that went, of those whom one event names; "": none */
	/* relay_ahead.c: the rows after the position, read before the transaction began */
	struct sdk_spare spare;
	struct sdk_arena ahead_arena;
	struct outbox_row ahead[RELAY_AHEAD_MAX];
	size_t n_ahead;
	int64_t ahead_bytes;
	int64_t people_next;  /* as outbox_people_next(), of what did not go yet */
	int64_t people_known; /* up to this seq: what was committed later may name somebody new */
	bool ahead_is_all;    /* there were no others */
	bool in_doubt;        /* abort after a commit that failed */
	/* snapshots that went since the last abort: an event that one of them tells of needs no other. At the
	 * incident's number % RELAY_SHOWN_MAX; the last one there stands */
	struct relay_shown {
		int64_t incident, sequence;
	} shown[RELAY_SHOWN_MAX];
	int64_t n_share; /* snapshots that the open transaction may hold */

	int64_t not_before_us;       /* pause or backoff */
	int64_t pause_us, commit_us; /* as adapted; when the last commit returned */
	int64_t snapshots_due_us;    /* 0: none are missing */
	int64_t event_us;            /* when the last event went */
	int64_t n_since;             /* events that went since the last snapshots, or shortly before the first */
	int64_t measured_us;
	int failures; /* in a row */
	struct ent_err refused;

	bool lags; /* told already */

	_Atomic int shared_state;
	_Atomic int64_t shared_lag_ms;
	_Atomic int64_t published;
	pthread_mutex_t lock; /* of trouble */
	struct ent_err trouble;
};

#endif
