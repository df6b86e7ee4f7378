/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds words for a reader. The index names candidates that the reader's organisation may read, newest first. Each is
 * read again from the store by the reader, view_hit(), before it is told, and its place comes from its own words and
 * age: nothing that the reader may not see is counted.
 */
#ifndef SEARCH_FIND_H
#define SEARCH_FIND_H

#include "search/index.h"

#define FIND_CUT 500 /* candidates of a kind: the newest of those that the reader's word of the index names */

struct find_ask {
	struct ent_str text;   /* as typed */
	struct ent_str kind;   /* incident, ticket, person, comment, organisation; absent: all */
	struct ent_str cursor; /* from the page before */
	int limit;
};

/* {"items": [...], "next": cursor|null, "index": "current"|"behind"|"being_made"}: one list, the best first.
 * ENT_EINVAL: the text is too long, or no such kind or cursor. A failure of the index alone sticks there: see
 * db_failed(). */
enum ent_rc find_words(const struct view *view, struct db *index, const struct find_ask *ask, struct ent_str *ret,
		       struct ent_err *err) __attribute__((warn_unused_result));
/* "index": how far it is. */
void find_print_state(const struct view *view, struct db *index, struct sdk_jsonw *w);

#endif
