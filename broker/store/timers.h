/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times that come by themselves: the end of an undo, a promise that is due. Rows that outlive the process; the writer
 * runs what is due by the world's clock (see writer.h), each once. They are set and cleared only by the fold of events
 * (see row_folds.c), so that a rebuilt store has the same ones; but for TIMER_WORK. jobs_timer.c has what each kind
 * does.
 */
#ifndef STORE_TIMERS_H
#define STORE_TIMERS_H

#include "base/world.h"
#include "store/db.h"

/* id, word in the table */
#define TIMER_KINDS(X)                                                                                                 \
	X(TIMER_UNDO, "undo") /* subject: a comment that is held */                                                    \
	X(TIMER_PROMISE, "promise")                                                                                    \
	X(TIMER_ASK, "ask")                                                                                            \
	X(TIMER_HANDOVER, "handover")                                                                                  \
	X(TIMER_WORK, "work") /* subject: an incident, whose places time changes; set by works.c, of no event */

#define X(id, word) id,
enum timer_kind { TIMER_KINDS(X) TIMER_N };
#undef X

#define TIMERS_A_TURN 32 /* those that are due at once wait for the next turns of the writer */
#define TIMER_NEVER   INT64_MAX

struct timer {
	enum timer_kind kind;
	int64_t incident; /* number */
	char subject[ID_SIZE];
	int64_t due_ms;
	int64_t made_ms; /* 0: due by the calendar. Else it is a span that began then: where the clock is set back
			  * behind it, the whole span is counted anew, and nothing waits for the time that went */
};

/* One of a kind and subject: set again, it is due at the new time. */
void timer_set(struct db *db, const struct timer *timer);
void timer_clear(struct db *db, enum timer_kind kind, struct ent_str subject); /* none is all right */
/* When the next one is due; TIMER_NEVER. */
int64_t timers_next(struct db *db);
/* Those due by now, the first due first; at most TIMERS_A_TURN. */
size_t timers_due(struct db *db, int64_t now_ms, struct timer ret[TIMERS_A_TURN]);
/* The clock was set back: spans that began later than now begin now. */
void timers_set_back(struct db *db, int64_t now_ms);

#endif
