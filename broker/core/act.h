/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An act of people who work together: one organisation begins it and waits for its end. An ask waits for its answer, a
 * proposed hand-over for a yes or no, a promise of news for the news, a call for help until it is ended. Its words are
 * a comment of the thread: who may read the comment learns of an ask or a call for help; hand-overs and promises are
 * for whoever takes part. Pure.
 */
#ifndef CORE_ACT_H
#define CORE_ACT_H

#include "core/entry.h"
#include "core/person.h"
#include "base/world.h"

enum act_kind {
	ACT_QUESTION,
	ACT_INFORMATION,
	ACT_ACTION,
	ACT_APPROVAL,
	ACT_HANDOVER,
	ACT_PROMISE,
	ACT_HELP,
	ACT_KIND_N
};

enum act_state {
	ACT_OPEN,
	ACT_ANSWERED,  /* an ask */
	ACT_WITHDRAWN, /* an ask, a hand-over */
	ACT_ACCEPTED,  /* a hand-over: the ball has moved */
	ACT_DECLINED,
	ACT_LAPSED, /* nobody answered in time, or the ball moved otherwise */
	ACT_KEPT,   /* a promise */
	ACT_BROKEN,
	ACT_REPLACED, /* a promise: another one stands for it */
	ACT_ENDED,    /* a call for help */
	ACT_STATE_N
};

/* Why it ended by itself. */
enum act_cause {
	ACT_CAUSE_NONE,
	ACT_CAUSE_TIME,     /* its time came */
	ACT_CAUSE_MOVED,    /* the ball went another way */
	ACT_CAUSE_UNSHARED, /* the organisation takes no part any more */
	ACT_CAUSE_REMOVED,  /* its words were taken away */
	ACT_CAUSE_MERGED,   /* the incidents that came together had two of it */
	ACT_CAUSE_OVER,     /* nobody works on the incident any more */
	ACT_CAUSE_N
};

/* The answer to an approval. */
enum act_said { ACT_SAID_NOTHING, ACT_SAID_YES, ACT_SAID_NO };

struct act {
	char uuid[ID_SIZE]; /* of the comment that carries its words, too */
	enum act_kind kind;
	struct ent_str from, to; /* organisations: who began it; an ask, a hand-over: whom it is for, else empty */
	struct ent_str holder;   /* a hand-over: who held the ball when it was proposed, and keeps it until then */
	char ended_by[ID_SIZE];  /* the comment that ended it; of a promise that was replaced: the next promise */
	int64_t due_ms;          /* 0: never */
	enum act_cause cause;    /* of its end */
	enum act_state state;
	enum act_said said;
	bool is_overdue;   /* an ask: its time came, and it waits still */
	int64_t incident;  /* number; a merge moves it */
	struct ent_str by; /* ref of who began it; "" of a machine without one */
	int64_t made_ms, ended_ms;
};

const char *act_word(enum act_kind kind); /* "question" */
bool act_by_word(struct ent_str word, enum act_kind *ret);
const char *act_state_word(enum act_state state);
bool act_state_by_word(struct ent_str word, enum act_state *ret);
const char *act_cause_word(enum act_cause cause); /* "" for none */
bool act_cause_by_word(struct ent_str word, enum act_cause *ret);
bool act_is_ask(enum act_kind kind);
enum entry_act_kind act_entry(enum act_kind kind); /* as its words carry it */
enum entry_act_kind act_entry_of_answer(enum act_said said);
/* Is it the entry of a comment that answers an ask? *ret: its yes or no, where it answers an approval. */
bool act_entry_answers(enum entry_act_kind entry, enum act_said *ret);

struct event;
/* Is the event about an act? */
bool act_is_of(const struct event *event);
/* The noun of its events: "ask", "handover", "promise", "help". */
const char *act_noun(const struct event *event);
bool act_begins(const struct event *event);
/* Applies an event about an act; act: as it stands, zeroed when the event begins it. */
void act_fold(struct act *act, const struct event *event);

#endif
