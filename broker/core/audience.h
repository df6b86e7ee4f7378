/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The audience: who may read a comment. It is the most dangerous field: the default (zeros) is the narrowest, ours
 * alone. It implies nothing: `everyone` does not mean the requester, and the requester not everyone. The author's own
 * organisation and ours are always among those named.
 */
#ifndef CORE_AUDIENCE_H
#define CORE_AUDIENCE_H

#include "sdk/json.h"
#include "sdk/jsonw.h"
#include "sdk/str.h"

#define AUDIENCE_MAX 64 /* organisations named */

struct audience {
	struct ent_str organisations; /* comma separated, sorted, each once, no blanks; absent: ours alone */
	bool everyone;                /* each organisation with a standing share, from where its share reads */
	bool requester;               /* whom the incident is about */
};

/* The only way to make one. organisations: comma separated, in any order, may be absent; author's may be absent. */
struct audience audience_make(struct ent_arena *arena, struct ent_str ours, struct ent_str author,
			      struct ent_str organisations, bool everyone, bool requester);
/* From the words that people type: "internal", "everyone", "requester", names of organisations; comma separated, each
 * once. False: a word is empty, twice, or beside "internal"; or there are too many. */
bool audience_words(struct ent_arena *arena, struct ent_str ours, struct ent_str words, struct audience *ret);
bool audience_is_word(struct ent_str name); /* no organisation may be called so */
bool audience_names(const struct audience *audience, struct ent_str organisation);
bool audience_equal(const struct audience *a, const struct audience *b);
/* May somebody read b who may not read a? */
bool audience_widens(const struct audience *a, const struct audience *b);
/* The audience of those who may read both. */
struct audience audience_meet(struct ent_arena *arena, const struct audience *a, const struct audience *b);
/* May this organisation read it? `shares`: it takes part in the incident. Any doubt is no. */
bool audience_allows(const struct audience *audience, struct ent_str organisation, bool shares);

/* {"organisations": [...], "everyone": false, "requester": false} */
void audience_print(struct sdk_jsonw *w, const struct audience *audience);
/* And back; a flag that is absent is false. False: it has another shape, or names nobody. */
bool audience_parse(struct ent_arena *arena, const struct sdk_json *node, struct audience *ret);

/* A comment made before a supplier took part is not for it, even if the comment arrives late. */
enum when_said {
	SAID_SINCE,
	SAID_JUST_BEFORE, /* by less than a tool's clock may be behind: it may have been made since */
	SAID_BEFORE
};
/* said_ms: when it was made, by its tool's clock. since_ms: since when the supplier reads, by ours; 0: the whole
 * thread. */
enum when_said audience_said(int64_t said_ms, int64_t since_ms);

#endif
