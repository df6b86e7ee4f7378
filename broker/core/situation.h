/* SPDX-License-Identifier: Apache-2.0 */
/* The facts that are known when a change arrives, and the list of events that a decision about it fills. Pure. */
#ifndef CORE_SITUATION_H
#define CORE_SITUATION_H

#include <string.h>

#include "core/event.h"
#include "core/supplier.h"

/* A stored text does not tell absent from empty. */
static inline bool same_text(struct ent_str a, struct ent_str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool same_value(const struct ent_value *a, const struct ent_value *b)
{
	return same_text(a->text, b->text) && same_text(a->native, b->native);
}

/* The words of a supplier's ticket in the incident; of several tickets, the one that changed last. */
struct word {
	struct ent_str supplier, transferred_to;
	struct values values;
	int64_t said_ms; /* the status, by the tool's clock; 0: not known */
};

struct word ticket_word(const struct ticket *ticket);

/* The facts known about the change's neighbours; NULL where there are none. */
struct situation {
	const struct supplier_set *suppliers; /* may be NULL: then words are taken as they stand */
	struct ent_str supplier;
	const struct supplier *from; /* the supplier's settings; NULL: there are none, and what it says is for ours and
				      * its own alone */
	struct incident *incident;   /* the one the ticket is in after correlation; never NULL */
	const struct ticket *ticket; /* NULL: not seen yet. TICKET_CONTINUES: the last of its chain */
	const struct ticket *next;   /* TICKET_CONTINUES: the last of the chain that it goes on as; NULL: not seen
				      * yet */
	const struct comment *comment; /* COMMENT_*, ATTACHMENT_ADDED: the stored one of that external id, NULL: none */
	bool attachment_known;         /* ATTACHMENT_ADDED: it is stored already */
	struct ent_correlation news;   /* the part of the change's correlation that is not known yet */
	const struct word *word;       /* of the incident's other tickets; what a person does: of all of them */
	size_t n_word;
	int64_t now_ms;
	const struct arrival *arrival;
	struct person actor, author; /* of the change: who did it, who wrote its comment */

	/* The supplier's ways; zero for one that is only listened to. */
	enum policy policy[ENT_N_ATTR];
	bool writes;          /* we can write to its tool */
	uint32_t echo;        /* 1u << attribute whose value is our own coming back: kept, but nobody's word */
	bool is_comment_echo; /* the comment is our own coming back: nothing is said */
	bool sweep; /* asked to compare: what stands there now counts as said now. False while an update for the ticket
		     * is open: what it says then is about to be something else */
	bool unheard;   /* an update of the ticket is done, and what the ticket told last is something else: what it
			 * tells now is news, whatever it is */
	bool withdrawn; /* its share was taken back: what it says of carried attributes is kept and nobody's
			 * word, and its comments are for us alone */
	bool joins;     /* its supplier takes no part yet: with this ticket its share begins */
	/* The answer to our own delivery: 1u << attribute that it set, all for a CREATE: kept, but nobody's word.
	 * Somebody said there what an answer tells beyond that, and its webhook will then tell nothing new. */
	uint32_t asked;
	bool others_share; /* a share is taken back: another tool of its organisation takes part */
	/* Acts that its people may end here: see core/decide_tool.h. NULL: none. */
	const struct act *proposed; /* the hand-over that is proposed to its organisation */
	const struct act *answers;  /* COMMENT_ADDED: the open ask for it that our text above the comment is */
	const struct act *declined; /* the hand-over that it declined here last, without a reason yet */
	bool giver_left;            /* who handed the ball to the holder takes no part any more */
};

/* A growing list of events in an arena. */
struct events {
	struct ent_arena *arena;
	struct event *at;
	size_t n, cap;
};
/* An event of the situation's incident. */
struct event *events_add(struct events *events, enum event_kind kind, const struct situation *at);
/* The same, about the change's ticket. */
struct event *events_add_change(struct events *events, enum event_kind kind, const struct situation *at,
				const struct ent_change *change);

/* When it was said: the tool's stamp, at most its arrival. */
int64_t situation_when(const struct situation *at, const struct ent_change *change);
/* Can these two stamps say which is newer? */
bool situation_can_compare(struct ent_stamp a, struct ent_stamp b);
/* Is the change older than what is stored with this stamp? */
bool situation_is_older(const struct situation *at, const struct ent_change *change, struct ent_stamp stored);
/* Bits of the change that are older than what is stored. */
uint32_t situation_late(const struct situation *at, const struct ent_change *change);

#endif
