/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way out and the asking: brings deliveries to suppliers' tools, polls and sweeps them.
 * One thread around one step. All it knows about what is to be done is in the store; what it
 * keeps in memory (tokens, limits, breakers, what is under way) may be lost at any instruction.
 *
 * A delivery: JOB_SEND is committed, then the audience is asked again, then the bytes leave;
 * the answer goes to the writer as JOB_RESULT. A page: the changes and the cursor go to the
 * writer as one JOB_PAGE.
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
	struct slots *slots; /* of what ended the process; may be NULL */
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
void link_free(struct link *link); /* its jobs must have been answered, or their writer be gone; takes NULL */
/* Another set from now on; takes a reference of its own. ENT_EINVAL: a connector refused its settings, the old set
 * stays. Any thread. */
enum ent_rc link_reload(struct link *link, struct supplier_set *suppliers, struct ent_err *err)
    __attribute__((warn_unused_result));
/* A hint that there may be new deliveries. Any thread. */
void link_wake(struct link *link);
/* One turn: takes what ended and what the writer answered, starts what is due. True: it did something. */
bool link_step(struct link *link);
int64_t link_next_us(struct link *link); /* when (mono) there is something to do without a hint; INT64_MAX: never */
/* Starts nothing new; true: nothing is under way any more. */
bool link_drain(struct link *link);

#endif
