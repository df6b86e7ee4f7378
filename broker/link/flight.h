/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A flight is one piece of work under way at a supplier: a delivery, a page, a ticket of a sweep, a token.
 *
 *   READY --its turn: trip_ask()--> ASKS --the answer: trip_took()--> READY (the next phase)
 *     ^                                 |
 *     +---- TELLS (a job) <-------------+--> ended
 *
 * A delivery begins with a job (JOB_SEND) and ends with one; other kinds only end with one. The table of a kind of
 * work says what it makes of an answer: work.h.
 */
#ifndef LINK_FLIGHT_H
#define LINK_FLIGHT_H

#include "link/errand.h"
#include "link/session.h"
#include "link/transcript.h"
#include "link/work.h"

struct link;
struct lane;
struct roster;

enum flight_state { FLIGHT_READY, FLIGHT_ASKS, FLIGHT_TELLS };

struct flight {
	struct flight *next; /* of its lane */
	const struct work *work;
	struct link *link;
	struct lane *lane;               /* NULL: of the recovery, see recover.h */
	struct roster *roster;           /* as of its beginning */
	const struct supplier *supplier; /* of the roster */
	struct ent_self self;
	enum flight_state state;
	struct sdk_arena arena, trip; /* of the whole flight; of one round trip */

	struct ent_call call;
	uint64_t transfer; /* ASKS */
	unsigned n_trip;
	bool has_turn;     /* the limiter has counted its next request already */
	bool writes;       /* the request under way may change something in the tool */
	bool was_let_in;   /* a 401 led to a new token once already */
	bool uses_session; /* the request under way carries a value of the session session_turn */
	unsigned long session_turn;
	/* The secrets that the request under way carries: its answer may repeat them when the lane has others. */
	struct auth sent_auth;
	struct session sent_session;
	unsigned n_login; /* how often its session was refused */
	int64_t whom;     /* for the breaker: of its work; or the delivery's incident */

	struct job job;
	struct errand errand;
	void (*answered)(struct flight *); /* what the writer's answer leads to */
	struct transcript transcript;      /* the last request of this attempt */

	/* a delivery */
	struct delivery delivery;
	unsigned char hash[32];
	bool in_doubt;     /* an attempt before may have done it; this one looks first, and has not written since */
	bool may_show;     /* its comment may stand there as public */
	int64_t looked_ms; /* in_doubt: when it began to look */

	/* a page */
	struct cursor cursor; /* as it was; then as it shall be */
	bool is_troubled;     /* its stream knows already when to try again */
	bool is_more;         /* the page is not the last one */
	int64_t
	    again_us; /* a back-fill whose list is read: when to ask again for tickets put aside; 0: there are none */
};

struct flight *flight_new(struct link *link, struct lane *lane, const struct work *work);
/* With these settings, which may be older than the lane's. */
void flight_fly_for(struct flight *flight, struct roster *roster, const struct supplier *supplier);
void flight_free(struct flight *flight);
void flight_end(struct flight *flight);                    /* leaves its lane; frees it */
struct stream *flight_stream(const struct flight *flight); /* NULL: its work has none */

/* Sends a request; transfer: without id and supplier. */
void flight_ask(struct flight *flight, struct transfer *transfer);
void flight_phase(struct flight *flight,
		  const struct ent_result *result);            /* the next phase, without telling the writer */
void flight_give_back(struct flight *flight, int64_t wait_ms); /* its turn does not come */
/* Hands its job to the writer; `answered` is called with the writer's answer. */
void flight_tell(struct flight *flight, enum job_kind kind, void (*answered)(struct flight *));

#endif
