/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A mention: `<@REF>` in words that were written here, REF being an account's. It is stored so and shown by the name
 * that the person has now. Within code of Markdown it is no mention; within a quote it stays one, of which nobody is
 * notified. Pure.
 */
#ifndef CORE_MENTION_H
#define CORE_MENTION_H

#include "core/dossier.h"

#define MENTION_MAX    50 /* people that a text may mention */
#define MENTION_BYTES  (2 + (ID_SIZE - 1) + 1)
#define MENTION_OPENER "<@"

struct mention {
	char ref[ID_SIZE]; /* lower case */
	bool is_quoted;    /* of mention_list(): wherever it stands */
};

/* Each person that the words mention, once, in their order: MENTION_MAX + 1 at most, so that more are noticed. */
size_t mention_list(struct ent_arena *arena, struct ent_str text, enum ent_format format, struct mention **ret);
/* The refs of those that are mentioned outside of quotes, with commas between; absent: nobody. */
struct ent_str mention_refs(struct ent_arena *arena, const struct mention *list, size_t n);
bool mention_has(struct ent_str refs, struct ent_str ref);

/* May people of the organisation read the comment as it would be: audience, author; id 0: a new one? Whom a quote
 * mentions takes part: nobody is told of the quote, but everybody who reads it sees the name. */
bool mention_reaches(struct dossier *dossier, const struct comment *comment, struct ent_str organisation,
		     bool is_quoted, int64_t now_ms);

/* A mention stands at the text's beginning, whatever is around it. */
bool mention_at(struct ent_str text, char ret_ref[ID_SIZE]);

/* Answers what stands in place of a mention; absent: it stays as it is. */
typedef struct ent_str mention_name_fn(void *of, const char *ref);
/* The words with "@" and a name where each mention stands. The text itself where there is none. */
struct ent_str mention_plain(struct ent_arena *arena, struct ent_str text, enum ent_format format,
			     mention_name_fn *name, void *of);

#endif
