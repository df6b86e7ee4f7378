/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kinds of work that link does at a supplier: one const table each, in the file that does it. A flight holds its
 * table; flight.c and trip.c ask it and know no kind by name. A new kind of work is a file with a table, and a line in
 * schedule.c that begins it.
 */
#ifndef LINK_WORK_H
#define LINK_WORK_H

#include "link/ending.h"
#include "store/supplier_rows.h"

struct flight;
struct lane;

struct work {
	const char *name;
	/* A round trip ended. NULL: took() takes the answer as it is. */
	void (*ended)(struct flight *flight, struct ending *ending);
	/* Its turn does not come in time; wait_ms: it is not to try again before. NULL: it ends, and its stream, if it
	 * has one, becomes due again. */
	void (*give_back)(struct flight *flight, int64_t wait_ms);
	/* Takes the answer itself; NULL: the connector's parse() reads it first. */
	void (*took)(struct flight *flight, const struct transfer_end *end);
	/* The next request, which writes, must not be sent: the work has said what comes instead. NULL: it may. */
	bool (*holds_back)(struct flight *flight);
	/* The flight leaves its lane. NULL: nobody needs to know. */
	void (*leaves)(struct flight *flight);
	/* Begins the next page, or ticket, of a stream. */
	void (*begin)(struct lane *lane);

	bool has_stream;
	enum cursor_stream stream;
	/* For the breaker, see breaker.h: what fails here alone says nothing of the supplier. A negative number of its
	 * own; deliveries put the incident's number there. */
	int64_t whom;
	bool has_strikes; /* one delivery: strike.h remembers how it failed */
	bool lets_in;     /* fetches what all other requests need to be let in; those wait for it */
	bool asks_who;    /* asks only who we are: it may be sent while the supplier lets nobody in */
};

extern const struct work deliver_work, poll_work, backfill_work, sweep_work, oauth_work, login_work, probe_work;

#endif
