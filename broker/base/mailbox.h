/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How one thread leaves another a note. Many threads leave, one takes: notes come out in the order in which they were
 * left. Beside them lies at most one thing that replaces the one before it (a set of suppliers), and a bell.
 */
#ifndef BASE_MAILBOX_H
#define BASE_MAILBOX_H

#include <pthread.h>
#include <stdbool.h>
#include "base/note.h"

struct mailbox {
	pthread_mutex_t lock;
	void (*wake)(void *of);
	void *of;
	/* under lock */
	struct note *first, **last;
	void *latest;
	bool is_rung;
};

/* wake(of) is called, outside the lock, when something comes into an empty mailbox. Any thread calls it, so it may not
 * wait. NULL: nobody sleeps. */
void mailbox_open(struct mailbox *mailbox, void (*wake)(void *of), void *of);
void mailbox_close(struct mailbox *mailbox);

/* Any thread. After mailbox_leave() the note and what it is about may be gone. */
void mailbox_leave(struct mailbox *mailbox, struct note *note, void *of);
/* Returns what was left this way before and not taken yet: it is the caller's again. */
void *mailbox_replace(struct mailbox *mailbox, void *latest) __attribute__((warn_unused_result));
void mailbox_ring(struct mailbox *mailbox);

/* By its owner. */
struct mail {
	struct note *note; /* the first; look at the next before one is given back */
	void *latest;      /* NULL: none since */
	bool is_rung;
};
struct mail mailbox_take(struct mailbox *mailbox);
bool mailbox_has(struct mailbox *mailbox); /* notes, or what replaces another */
/* Was it rung? Takes that alone, so that the next ring wakes again. */
bool mailbox_answer_bell(struct mailbox *mailbox);

#endif
