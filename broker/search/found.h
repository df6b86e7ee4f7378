/* SPDX-License-Identifier: Apache-2.0 */
/* How a thing that was found is told: as JSON, with where the words stand in it as numbers, never as markup. */
#ifndef SEARCH_FOUND_H
#define SEARCH_FOUND_H

#include "search/words.h"
#include "view/view_hit.h"

const char *found_kind(enum hit_kind kind); /* "incident" */
#define FOUND_ORGANISATION "organisation"

/* One item, braces included. */
void found_print(const struct view *view, struct sdk_jsonw *w, const struct query *query, const struct hit *hit);
void found_print_organisation(struct sdk_jsonw *w, const struct query *query, struct ent_str organisation,
			      struct ent_str title);
/* "incident", "id", "title", "status". */
void found_print_incident(struct sdk_jsonw *w, const struct hit *hit);

#endif
