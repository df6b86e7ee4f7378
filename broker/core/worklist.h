/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The work of an organisation: the places of one incident in the ordered lists, one list for each organisation, and the
 * reasons why it stands there. A place holds only what its organisation may see. A function of the incident as it
 * stands and of the time; store/works.c keeps table `work` by it. Pure.
 */
#ifndef CORE_WORKLIST_H
#define CORE_WORKLIST_H

#include "core/act.h"
#include "core/event.h"
#include "core/supplier.h"

/* id, word. In the order of the lists: the first one of an incident gives its place, then the oldest goes first. */
#define WORK_REASONS(X)                                                                                                \
	X(WORK_BROKEN, "promise_broken") /* and no news since: for who promised, and for us */                         \
	X(WORK_PROMISE, "promise_due")   /* within WORK_PROMISE_SOON_MS: for who promised */                           \
	X(WORK_NEEDED, "needed_before")  /* within WORK_NEEDED_SOON_MS: for the holder, and for us */                  \
	X(WORK_HANDOVER, "handover")     /* proposed to the organisation */                                            \
	X(WORK_ASK, "ask")               /* of the organisation */                                                     \
	X(WORK_SILENCE, "silence")       /* of the holder: for it, and for us */                                       \
	X(WORK_STUCK, "stuck_delivery")  /* for us, and for whose tool it is */                                        \
	X(WORK_JOIN, "join_request")     /* for us */                                                                  \
	X(WORK_HOPS, "third_handover")   /* the ball went on three times: for us */                                    \
	X(WORK_HELD, "held")             /* the organisation holds it; nobody here does: for us */                     \
	X(WORK_TAKEN, "taken")           /* one of its people has it */

#define X(id, word) id,
enum work_reason { WORK_REASONS(X) WORK_REASON_N };
#undef X

#define WORK_PROMISE_SOON_MS 3600000
#define WORK_NEEDED_SOON_MS  86400000
#define WORK_SILENCE_MS      14400000 /* silence_after, where nothing is configured */
#define WORK_HOPS_MIN        3
#define WORK_REASONS_MAX     64 /* of one incident, all organisations together */

const char *work_reason_word(enum work_reason reason);
bool work_reason_by_word(struct ent_str word, enum work_reason *ret);

/* One reason of one organisation. Of several alike, such as two asks, the most urgent stands. */
struct work_reason_row {
	struct ent_str organisation;
	enum work_reason reason;
	int64_t at_ms;          /* the oldest goes first: since when, or, where it has a time that comes, that time */
	int64_t due_ms;         /* 0: none */
	bool is_overdue;        /* that time has come */
	bool is_put_off;        /* the organisation does not want to see the place now: works.c says so */
	struct ent_str subject; /* uuid of the act; number of the delivery, of the join request; "" */
	struct ent_str about;   /* the organisation that promised, proposed, asks, is silent; the supplier that the
				 * delivery is for, that asks to join; "" */
};

/* A delivery that a person must look at. */
struct work_stuck {
	int64_t id, since_ms;
	struct ent_str supplier;
	bool is_seen; /* its supplier's organisation may see it */
};

struct work_join {
	int64_t id, made_ms;
	struct ent_str supplier;
};

/* The incident as far as its places depend on it. */
struct work_scene {
	const struct incident *incident;
	const struct supplier_set *suppliers; /* may be NULL */
	int64_t now_ms;
	int64_t silence_ms; /* 0: nobody is ever silent */
	struct ent_arena *arena;
	const struct act *act; /* open ones; and each broken promise without news since */
	size_t n_act;
	const struct work_stuck *stuck; /* the oldest first */
	size_t n_stuck;
	const struct work_join *join; /* open ones, the oldest first */
	size_t n_join;
	int64_t n_hop, hop_ms;       /* how often the ball went on, and when last */
	int64_t word_ms;             /* the holder's last word; 0: none since it holds the ball */
	const struct ent_str *taken; /* organisations of which somebody has it, or an ask of it, since taken_ms */
	const int64_t *taken_ms;
	size_t n_taken;
	bool (*takes_part)(void *of, struct ent_str organisation);
	bool (*sees_act)(void *of, struct ent_str organisation, const struct act *act);
	void *of;
};

struct work_places {
	struct work_reason_row at[WORK_REASONS_MAX]; /* by organisation, then by reason */
	size_t n;
	int64_t next_ms; /* when time alone changes them; INT64_MAX: never */
	bool by_words;   /* what is said in the incident may change them */
};
void worklist_make(const struct work_scene *scene, struct work_places *ret);
/* Whether the holder can be silent by now: only then its last word is asked for. */
bool worklist_wants_word(const struct work_scene *scene);

/* The part of an incident's places that an event may change. */
enum { WORK_STIR_OPENED = 1, WORK_STIR_ALL = 2, WORK_STIR_WORDS = 4 };
unsigned worklist_stir(const struct event *event);

#endif
