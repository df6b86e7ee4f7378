/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The act that a comment carries: an ask, a hand-over, a promise. In a tool a line from the catalogue stands before the
 * comment's words, in that tool's language. Pure.
 */
#ifndef CORE_ENTRY_H
#define CORE_ENTRY_H

#include "core/phrase.h"
#include "sdk/json.h"
#include "sdk/jsonw.h"

enum entry_act_kind {
	ENTRY_WORDS, /* nothing but words */
	ENTRY_QUESTION,
	ENTRY_INFORMATION,
	ENTRY_ACTION,
	ENTRY_APPROVAL,
	ENTRY_ANSWER,
	ENTRY_APPROVED, /* an answer to an approval: yes */
	ENTRY_REFUSED,  /* no */
	ENTRY_HANDOVER,
	ENTRY_ACCEPTED,
	ENTRY_DECLINED,
	ENTRY_PROMISE, /* was_ms: in place of one for that time */
	ENTRY_HELP,
	ENTRY_OFFER,
	ENTRY_TOLD, /* plain words for the requester: no line */
	ENTRY_N
};

struct entry_act {
	enum entry_act_kind kind;
	struct ent_str to;      /* the organisation that is asked, answered, offered to; who takes over, or declines */
	int64_t due_ms, was_ms; /* 0: none */
};

const char *entry_word(enum entry_act_kind kind); /* "question" */
bool entry_by_word(struct ent_str word, enum entry_act_kind *ret);

/* {"kind": "question", "to": "orion", "due": "..."} */
void entry_print(struct sdk_jsonw *w, const struct entry_act *entry);
/* And back; node NULL: nothing but words. False: it has another shape. */
bool entry_parse(const struct sdk_json *node, struct entry_act *ret);
/* As a text to be stored: "" for nothing but words. */
struct ent_str entry_text(struct ent_arena *arena, const struct entry_act *entry);
struct entry_act entry_of_text(struct ent_arena *arena, struct ent_str text);

/* title: what people call entry.to. Empty: there is no line. */
struct ent_str entry_line(struct ent_arena *arena, enum ent_language language, const struct entry_act *entry,
			  struct ent_str title);

#endif
