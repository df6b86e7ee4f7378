/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Table notified: what stands in people's inboxes. The writer fills it with each event, beside the fold and not again
 * when a store is rebuilt. A person is told once of the same words, for the first of these reasons that holds, never of
 * what they did themselves, and only of what they may read; whoever reads the table asks that again.
 */
#ifndef STORE_NOTIFY_H
#define STORE_NOTIFY_H

#include "store/apply.h"

/* The least counts. id, word */
#define NOTIFY_REASONS(X)                                                                                              \
	X(NOTIFY_MENTION, "mention")                                                                                   \
	X(NOTIFY_ASK, "ask")           /* of the person's organisation, also when it is overdue */                     \
	X(NOTIFY_HANDOVER, "handover") /* proposed to it */                                                            \
	X(NOTIFY_PROMISE, "promise")   /* of the person: its time has come, and nobody brought news */                 \
	X(NOTIFY_ANSWER, "answer")     /* to a comment, an ask, a call for help or a proposal of the person */         \
	X(NOTIFY_FOLLOWED, "followed") /* in a thread that the person follows */
#define X(id, word) id,
enum notify_reason { NOTIFY_REASONS(X) NOTIFY_N };
#undef X
const char *notify_word(enum notify_reason reason);

enum {
	/* Followers of one organisation who are told: those who began last. The others see it in the thread. */
	NOTIFY_FOLLOWERS = 200,
	NOTIFY_KEPT = 1000 /* so many of a person, and of an organisation, are kept for certain: the newest */
};

void notify_event(struct apply *apply, struct dossier *dossier, const struct event *event);

#endif
