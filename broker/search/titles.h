/* SPDX-License-Identifier: Apache-2.0 */
/* Which incidents may have a text in their title, so that a list need not look at all of them. */
#ifndef SEARCH_TITLES_H
#define SEARCH_TITLES_H

#include "search/index.h"

#define TITLES_MAX  2000 /* incidents; a text that more have is soon found by looking */
#define TITLES_LATE 1000 /* events that the index may be behind */

enum titles {
	TITLES_NARROWED, /* *ret holds each incident whose title has the text, and maybe others */
	TITLES_MANY,     /* more than TITLES_MAX have it, or it is too short to look for */
	TITLES_BEHIND    /* the index is being made, or is too far behind */
};

/* Incidents that events spoke of since the index was filled are among them: it may be behind, and nothing is missed. */
enum titles titles_find(struct db *index, struct db *store, struct ent_arena *arena, struct ent_str text,
			const int64_t **ret, size_t *ret_n);

#endif
