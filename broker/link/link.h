/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP out: brings deliveries to suppliers' tools, polls and sweeps the tools. One thread around one step. The work
 * to do is in the store; what link keeps in memory (tokens, limits, breakers, what is under way) may be lost at any
 * time.
 *
 * A delivery: JOB_SEND is committed, the audience is asked again, then the request is sent; its result goes to the
 * writer as JOB_RESULT. A page: its changes and the cursor go to the writer as one JOB_PAGE.
 *
 * Files, from the ground: pace, limiter, breaker, refusal, repeat, strike, ending are pure. lane: a supplier. work,
 * flight: a kind of work, and one piece of it. outcome, doubt, deliver; page, stream, poll, sweep; oauth, login, probe:
 * the kinds. trip: a request and its answer. schedule: whose turn it is. link: the step.
 */
#ifndef LINK_LINK_H
#define LINK_LINK_H

#include "base/log.h"
#include "base/slot.h"
#include "link/transfers.h"
#include "store/writer.h"

struct link;

struct link_world {
	struct writer *writer;
	struct db *read; /* link's own; closed by link_free */
	struct clock *clock;
	struct chance *chance;
	struct transfers *transfers; /* the caller's */
	struct metrics *metrics;
	struct log *log;
	struct slots *slots; /* of answers that ended the process; may be NULL */
	void (*wake)(
	    void *of); /* any thread: the step has work (a job was answered, the suppliers changed); may be NULL */
	void *of;
};

struct link_options {
	int64_t backoff_ms, backoff_max_ms; /* after a failure: doubled each time, half of it by chance */
	int64_t breaker_failures;       /* in a row, over all of a supplier's tickets: then only one trial at a time */
	int64_t attempts_max;           /* of one delivery while its supplier does well: then parked */
	int64_t slow_ms;                /* p50 of the last answers above: the supplier is `slow` */
	int64_t limit_ms, limit_max_ms; /* after "too often" without Retry-After: doubled each time */
	int64_t refused_ms;             /* before we try again whether we are let in */
};
extern const struct link_options link_options_default;

/* A supplier whose connector refuses its settings is shown as refused; the others work. */
struct link *link_new(const struct link_world *world, const struct link_options *options,
		      struct supplier_set *suppliers);
void link_free(struct link *link); /* takes NULL. Before: its jobs were answered, or their writer is gone */
/* Other suppliers from now on; takes a reference of its own. ENT_EINVAL: a connector refused its settings, the old set
 * stays. Any thread. */
enum ent_rc link_reload(struct link *link, struct supplier_set *suppliers, struct ent_err *err)
    __attribute__((warn_unused_result));
/* A hint that there may be new deliveries. Any thread. */
void link_wake(struct link *link);
/* One turn: takes answers of tools and of the writer, starts what is due. True: it did something. */
bool link_step(struct link *link);
int64_t link_next_us(struct link *link); /* when (mono) there is something to do without a hint; INT64_MAX: never */
/* Starts nothing new; true: nothing is under way any more. */
bool link_drain(struct link *link);

#endif
