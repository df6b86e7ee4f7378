/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deciding: what one change of a supplier's ticket means, as events. And folding:
 * what an event does to what is kept. Deciding reads, folding writes; the writer
 * folds what it decided, and rebuild folds what it read back from Kafka, so that
 * both end with the same incidents, tickets and threads. Pure.
 */
#ifndef CORE_DECIDE_H
#define CORE_DECIDE_H

#include "core/event.h"
#include "core/supplier.h"

/* What a supplier's ticket in the incident says; of several, the one that changed last. */
struct word {
	struct ent_str supplier, transferred_to;
	struct values values;
};

struct word ticket_word(const struct ticket *ticket);

/* What is known about the change's neighbours; NULL where there is nothing. */
struct situation {
	const struct supplier_set *suppliers; /* may be NULL: then words are taken as they stand */
	struct ent_str supplier;
	enum audience_kind public_audience;
	struct incident *incident;     /* the one the ticket is in after correlation; never NULL */
	const struct ticket *ticket;   /* NULL: not seen yet. TICKET_CONTINUES: the last of its chain */
	const struct ticket *next;     /* TICKET_CONTINUES: the last of the chain that it goes on as; NULL: not seen
					* yet */
	const struct comment *comment; /* COMMENT_*: the stored one of that external id, NULL: none */
	bool attachment_known;         /* ATTACHMENT_ADDED: it is stored already */
	struct ent_correlation news;   /* the part of the change's correlation that is not known yet */
	const struct word *word;       /* of the incident's other tickets; what a person does: of all of them */
	size_t n_word;
	int64_t now_ms;
	const struct arrival *arrival;

	/* The supplier's ways; zero for one that is only listened to. */
	enum policy policy[ENT_N_ATTR];
	bool writes;          /* we can write to its tool */
	uint32_t echo;        /* 1u << attribute whose value is our own coming back: kept, but nobody's word */
	bool is_comment_echo; /* the comment is our own coming back: nothing is said */
	bool sweep; /* asked to compare: what stands there now counts as said now. False while an update for the ticket
		     * is open: what it says then is about to be something else */
	bool withdrawn; /* its share was taken back: what it says of carried attributes is kept and nobody's
			 * word, and its comments are for us alone */
	/* The answer to our own delivery: 1u << attribute that it set, all for a CREATE: kept, but nobody's word. What
	 * an answer tells beyond that somebody said there, and its webhook will then tell nothing new. */
	uint32_t asked;
};

/* A growing list of events in an arena. */
struct events {
	struct ent_arena *arena;
	struct event *at;
	size_t n, cap;
};
struct event *events_add(struct events *events, enum event_kind kind, const struct situation *at);

/* Appends what `change` means to the list. Nothing is folded yet. */
void decide_change(const struct situation *at, const struct ent_change *change, struct events *ret);

/* What a person with us does. author may be empty. A brief for a supplier that has a ticket already becomes a comment
 * of our own for it alone: comment.added with uuid "" and no external_id; the store gives it both, the same. */
void decide_share(const struct situation *at, struct ent_str supplier, bool escalated, bool with_thread,
		  const struct brief *brief, const struct ent_person *author, struct events *ret);
void decide_unshare(const struct situation *at, struct ent_str supplier, struct ent_str reason,
		    const struct ent_person *author, struct events *ret);
void decide_status(const struct situation *at, enum ent_status status, const struct ent_person *author,
		   struct events *ret);
/* comment: uuid, author, body, audience. It stands with supplier "", ticket "" and its uuid as external_id. */
void decide_own_comment(const struct situation *at, const struct comment *comment, struct events *ret);

/* The change says that its ticket goes on as another one: is that new? False: both tickets are unknown, or it is
 * recorded already. at->next is the last ticket of the other's chain, or the other itself when it came back (see
 * follow.c). */
bool decide_moves(const struct situation *at, const struct ent_change *change);

/* The two sides of a merge: `kept` takes in `gone`. */
void decide_merge(const struct situation *at, const struct incident *kept, const struct incident *gone,
		  struct events *ret);

/* Who holds the ball after this change? While the holder's own ticket says transferred, the one it names does; so
 * hand-overs that are learned in the wrong order end where those in the right order do. A circle moves nothing: the
 * next word of one in it will tell. */
struct ent_str decide_next_holder(const struct situation *at, const struct ent_change *change);

/* Applies an event to the three things it may touch. ticket and comment are those it names: zeroed with id 0 when it is
 * their first. Strings are borrowed from the event. */
void fold_incident(struct incident *incident, const struct event *event);
void fold_ticket(struct ticket *ticket, const struct event *event);
void fold_comment(struct comment *comment, const struct event *event);
/* ticket.continued: the ticket that the one that was left goes on as, when it was not known before. */
struct ticket fold_continued(const struct ticket *left, const struct event *event);
/* ticket.continued: as above, for a known ticket that was left before and to which `left` comes back. `known` keeps its
 * address. */
struct ticket fold_returned(const struct ticket *known, const struct ticket *left, const struct event *event);

/* Which incident does a ticket belong to? `found` are the living incidents that lead to it: where it is now, our
 * number, a shared key, references in both directions; 0 stands for nothing found. Whatever the order they are learned
 * in, the oldest (lowest number) keeps it, and the others turn out to be the same and are merged into it. 0: open a new
 * one. */
int64_t correlate(const int64_t *found, size_t n);

#endif
