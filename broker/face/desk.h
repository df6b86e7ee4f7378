/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A route works at a desk. Each thread has one: a handle on the store, a buffer for the answer, the time. A worker's
 * desk, where exchanges are at home, has more: the suppliers, the mailbox by which answers come back, and live streams.
 */
#ifndef FACE_DESK_H
#define FACE_DESK_H

#include "base/mailbox.h"
#include "core/roster.h"
#include "face/auth.h"
#include "face/face.h"
#include "face/tape.h"

#define DESK_DATE_SIZE 40

#define DESK_RANDOM  32
#define TRACE_RANDOM 24 /* bytes of one trace and its span */

struct desk {
	struct face *face;
	struct db *db;
	struct db *index; /* of words, opened when it is first asked; NULL: not yet */
	unsigned index_generation;
	struct sdk_spare spare; /* memory that the exchanges at home here leave to each other */
	struct sdk_buf scratch; /* the body of the answer under way */
	int64_t now_us, now_ms; /* one sample a turn or read */
	int64_t until_us;       /* the long read under way is cut off then */
	struct slot *slot;      /* names the text that its thread decodes; NULL: crashes are not recorded */

	/* A worker's. The mailbox takes exchanges whose job or read came back; what replaces another there is a
	 * roster. */
	struct mailbox mailbox;
	struct roster *roster;
	struct packer *packer;
	struct auth_cache auth;
	unsigned char random[DESK_RANDOM][TRACE_RANDOM]; /* for the next traces: one question to the system for many */
	size_t n_random;
	struct stream *streams; /* live ones */
	bool pump;              /* and there is something for them */
	struct tape *tapes;     /* the newest events for them, one for each reader */
	int refused_logs;       /* lines left this second */
	int64_t date_s;         /* of `date` */
	char date[DESK_DATE_SIZE];
};

/* name: the name of its thread, see slot_new(). wake: see mailbox_open(). */
enum ent_rc desk_open(struct desk *desk, struct face *face, const char *name, void (*wake)(void *of), void *of,
		      struct ent_err *err) __attribute__((warn_unused_result));
/* A read that failed sticks to its handle: a fresh one tells whether the store can be read again. False: not yet. */
bool desk_reopen(struct desk *desk);
void desk_close(struct desk *desk);

void desk_sample(struct desk *desk); /* the time */
/* A line about a refused arrival: bounded, so that an attacker does not write the log. */
bool desk_may_log_refusal(struct desk *desk);

#endif
