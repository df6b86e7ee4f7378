/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dossier: an incident with its tickets, its shares and what is on its way to suppliers, as far as a job asks for
 * them, and what of it the job changed. Decisions are functions of it. Pure: a source brings the parts when they are
 * first asked for; store/dossier.c is the one that reads the tables and saves what is dirty.
 *
 * Bounded: of the tickets the DOSSIER_TICKETS_MAX that count most, of a supplier's queue one page after the other, of
 * the thread only comments that somebody names.
 */
#ifndef CORE_DOSSIER_H
#define CORE_DOSSIER_H

#include "core/situation.h"
#include "core/delivery.h"
#include "core/loop.h"

#define DOSSIER_TICKETS_MAX 256
#define DOSSIER_PAGE        8 /* deliveries of the first page; each further one is as long as all before it */

/* The open deliveries for one supplier, in the order of the ids. Those closed by now stay in the list, closed. */
struct dossier_queue {
	struct ent_str supplier;
	struct delivery **at;
	size_t n, cap;
	int64_t cursor; /* id of the last one that a page brought */
	bool is_whole;  /* there is no further page */
	bool touched;   /* its head may be another one now */
};

/* A delivery as the loop breaker asks for it. */
struct lately {
	struct ent_str origin;
	int64_t made_ms, said_ms;
};

struct dossier;
/* The source of the parts. All that it brings lives in the dossier's arena. */
struct dossier_source {
	/* Adds the tickets that count: those that stand first, then the last changed. A ticket that is there already is
	 * passed over. */
	void (*tickets)(struct dossier *dossier);
	struct ticket *(*ticket)(struct dossier *dossier, struct ent_str supplier, struct ent_str external_id);
	void (*shares)(struct dossier *dossier);
	void (*reads)(struct dossier *dossier);
	/* The next open deliveries after queue->cursor, at least DOSSIER_PAGE; with the first ones the head. */
	void (*page)(struct dossier *dossier, struct dossier_queue *queue);
	/* Every stored delivery of this comment, through dossier_adopt(). */
	void (*of_comment)(struct dossier *dossier, const char *uuid);
	/* The last stored ones of that op for a supplier, the newest first; those withheld as `earlier` left out. */
	size_t (*lately)(struct dossier *dossier, struct ent_str supplier, enum ent_op_kind op, size_t max,
			 struct lately *ret);
	/* The newest stored comments, in order of arrival, at most LOOP_THREAD_MAX; `reached` is about `origin`. Bodies
	 * of other authors than `author` may be empty. */
	size_t (*thread)(struct dossier *dossier, struct ent_str origin, const struct person *author,
			 struct loop_word ret[LOOP_THREAD_MAX]);
	/* The last stored delivery of that op for a supplier (an update: that sets all of `set`), open or not; those
	 * that were superseded left out. Only state and cause are needed. False: there is none. */
	bool (*last)(struct dossier *dossier, struct ent_str supplier, enum ent_op_kind op, uint32_t set,
		     struct delivery *ret);
	/* Puts what updates set over what the ticket says: those that are done, where the ticket has told nothing of
	 * the attribute since. A tool may answer with nothing, and its webhook comes later or never. */
	void (*brought)(struct dossier *dossier, const struct ticket *ticket, struct values *ret);
	/* A copy of the comment is known to stand in the supplier's tool. Asked where no delivery of it is remembered,
	 * as after a rebuild. */
	bool (*stands)(struct dossier *dossier, const char *uuid, struct ent_str supplier);
	bool (*is_our_ticket)(struct dossier *dossier, struct ent_str supplier); /* we opened it */
	/* False: it is not stored. */
	bool (*comment)(struct dossier *dossier, struct ent_str supplier, struct ent_str ticket,
			struct ent_str external_id, struct comment *ret);
};

struct dossier {
	struct ent_arena *arena;
	const struct supplier_set *suppliers; /* may be NULL: nobody can be written to */
	const struct dossier_source *source;  /* NULL: everything is here */
	void *of;                             /* the source's */
	struct incident incident;
	bool is_new, dirty; /* of the incident's own row */
	unsigned stirred;   /* what may have changed of its places in work: see worklist_stir() */

	struct ticket **ticket;
	size_t n_ticket, cap_ticket;
	struct comment **comment; /* that somebody named; one without uuid is not there */
	size_t n_comment, cap_comment;
	struct share **share;
	size_t n_share, cap_share;
	struct reads *reads;
	size_t n_reads;
	struct dossier_queue **queue;
	size_t n_queue, cap_queue;
	struct delivery **delivery; /* all that anybody asked for, open or not */
	size_t n_delivery, cap_delivery;
	bool has_tickets, has_shares, has_reads; /* were brought */
	struct dossier *next;                    /* of the same job */
};

void dossier_init(struct dossier *dossier, struct ent_arena *arena, const struct supplier_set *suppliers,
		  const struct dossier_source *source, void *of);
/* Everything but the incident is brought again when it is asked for: other rows came in by a merge. Nothing may be
 * dirty. */
void dossier_forget(struct dossier *dossier);

/* ---- tickets: of this incident ---- */

/* Takes the ticket in, by its (supplier, external id); the pointer stays. */
struct ticket *dossier_ticket_add(struct dossier *dossier, const struct ticket *ticket);
/* NULL: not heard of, or in another incident. */
struct ticket *dossier_ticket(struct dossier *dossier, struct ent_str supplier, struct ent_str external_id);
/* The same, of those that are here already. */
struct ticket *dossier_ticket_known(struct dossier *dossier, struct ent_str supplier, struct ent_str external_id);
/* No other ticket of its supplier that stands changed later. */
bool dossier_speaks_last(struct dossier *dossier, const struct ticket *ticket);
/* The ticket that speaks for a supplier: one that stands before one that was removed, then the last changed. */
const struct ticket *dossier_speaker(struct dossier *dossier, struct ent_str supplier);
/* The one that a delivery is for: that of its last attempt if it stands, else the last changed that stands. */
const struct ticket *dossier_addressee(struct dossier *dossier, const struct delivery *delivery);
/* The words of each supplier's ticket, `but` left out (may be NULL); of several tickets, the one that changed last. */
size_t dossier_words(struct dossier *dossier, const struct ticket *but, const struct word **ret);

/* ---- comments ---- */

/* uuid "": it is not there (yet). The pointer stays. */
struct comment *dossier_comment(struct dossier *dossier, struct ent_str supplier, struct ent_str ticket,
				struct ent_str external_id);

/* ---- shares ---- */

void dossier_load_shares(struct dossier *dossier); /* before share[] is read; dossier_share() does so itself */
struct share *dossier_share(struct dossier *dossier, struct ent_str supplier); /* NULL: it never took part */
struct share *dossier_share_add(struct dossier *dossier, struct share share);
bool dossier_shares(struct dossier *dossier, struct ent_str supplier); /* its share stands */
/* That of one of this organisation's tools stands, or its own; `but` left out (may be absent). */
bool dossier_takes_part(struct dossier *dossier, struct ent_str organisation, struct ent_str but);
/* A person who shares now begins a share: there is none, it was taken back, or the ticket it was about is gone. */
bool dossier_share_begins(struct dossier *dossier, struct ent_str supplier);
/* Since when its supplier reads what is said in a stored comment's place; INT64_MAX: never, it came in by a merge. */
int64_t dossier_reads_since(struct dossier *dossier, const struct share *share, const struct comment *comment);
bool dossier_others_share(struct dossier *dossier, struct ent_str supplier);
/* Every supplier of the set with a share, and its ticket; comment: the one for which reads_ms is wanted, NULL: none. */
size_t dossier_parties(struct dossier *dossier, const struct comment *comment, const struct party **ret);
/* ---- deliveries ---- */

struct dossier_queue *dossier_queue(struct dossier *dossier, struct ent_str supplier);
/* Takes a delivery in, or finds it; the pointer stays. */
struct delivery *dossier_adopt(struct dossier *dossier, const struct delivery *delivery);
struct delivery *dossier_delivery(struct dossier *dossier, int64_t id); /* NULL: nobody asked for it yet */
/* Every delivery of a comment, by id. */
size_t dossier_of_comment(struct dossier *dossier, const char *uuid, struct delivery ***ret);
/* The last ones of that op for a supplier, the newest first; those withheld as `earlier` left out. */
size_t dossier_lately(struct dossier *dossier, struct ent_str supplier, enum ent_op_kind op, size_t max,
		      struct lately *ret);
/* The newest comments, in order of arrival, those of this job last: see the source's. */
size_t dossier_thread(struct dossier *dossier, struct ent_str origin, const struct person *author,
		      struct loop_word ret[LOOP_THREAD_MAX]);
/* The open one behind id `after` (0: the first); NULL: there is none. */
struct delivery *dossier_open(struct dossier *dossier, struct dossier_queue *queue, int64_t after);

/* ---- folding: dossier_fold.c ---- */

/* Applies an event of this incident whose seq, sequence and (for comments) uuid are set. The store does the rest: it
 * moves rows between incidents at a merge, and keeps the rows that only grow (attachments, keys, the ball's way). */
void dossier_fold(struct dossier *dossier, const struct event *event);

#endif
