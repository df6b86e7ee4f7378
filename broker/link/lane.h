/* SPDX-License-Identifier: Apache-2.0 */
/* A lane is what link remembers of one supplier: how fast it may be asked, whether it does well, what is under way
 * there and when there is something to do. All of it is in memory and may be lost at any time. */
#ifndef LINK_LANE_H
#define LINK_LANE_H

#include "link/auth.h"
#include "link/breaker.h"
#include "link/health.h"
#include "link/limiter.h"
#include "link/session.h"
#include "link/stream.h"
#include "link/strike.h"

struct link;
struct work;

struct lane {
	struct link *link;
	struct ent_str name; /* points to name_z */
	char name_z[SUPPLIER_NAME_MAX + 1];
	struct roster *roster;
	const struct supplier *supplier; /* of the roster; NULL: the configuration does not have it any more */
	bool reopens; /* the rules of its connections changed: they are closed when nothing flies any more */

	struct limiter limiter;
	struct breaker breaker;
	struct auth auth;
	struct session session;
	struct health health;
	struct stream stream[CURSOR_N];
	struct strikes strikes;

	int64_t probe_us;        /* when to ask who we are, as nobody knows who is refused; NEVER_US: no need */
	unsigned probe_failures; /* in a row: the probe could not be asked */
	unsigned probe_oddities; /* in a row: we could not understand its answer */
	int64_t probe_from_us;   /* no probe is sent before; NEVER_US: the connector has no probe */

	struct flight *flights;
	size_t n_flight; /* without those that let us in and those that ask who we are */
	int64_t ask_us;  /* when to look into the store for deliveries that are due */
	bool polled_last;
	int64_t poll_asked_ms;            /* the last time a person asked for a page, and we heeded it */
	char sweep_after[ENT_ID_MAX + 1]; /* the ticket that the sweep asked for last; "": it begins */
	unsigned sweep_tries;             /* of the next ticket */
	int64_t next_us;                  /* when there is something to do */
	bool is_touched;
};

void lane_touch(struct lane *lane); /* look at it in this turn or the next */
bool lane_is_gone(const struct lane *lane);
bool lane_is_open(const struct lane *lane); /* its breaker is: only one trial at a time */
bool lane_flies(const struct lane *lane, const struct work *work);

/* Can the supplier be asked who we are? */
bool lane_can_probe(const struct lane *lane);
void lane_want_probe(struct lane *lane); /* soon, if it can */

/* For the breaker; whom: see breaker.h. pause_us: until the next trial. */
void lane_failed(struct lane *lane, int64_t whom, int64_t pause_us, const struct ent_err *why);
void lane_refused(struct lane *lane, int64_t whom, const struct ent_err *why);
int64_t lane_pause_us(struct lane *lane); /* the usual pause after a failure; by chance another one each time */

#endif
