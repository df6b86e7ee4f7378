/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes rows of the index from rows of the store, as they stand now: what is repeated changes nothing. An
 * organisation's word stands in `who` when view_hit() gives it the thing.
 */
#ifndef SEARCH_FILL_H
#define SEARCH_FILL_H

#include "search/index.h"

#define FILL_ORGANISATIONS_MAX 64 /* that take part in one incident */

struct fill {
	struct db *index, *store;
	const struct supplier_set *suppliers;
	struct sdk_arena arena;
	struct sdk_buf name, text, who, reads;
	int64_t incident; /* whose part stands below; 0: none */
	struct ent_str organisation[FILL_ORGANISATIONS_MAX];
	size_t n_organisation;
	bool forgets; /* a person's name was taken out since index_shred() */
};

void fill_open(struct fill *fill, struct db *index, struct db *store, const struct supplier_set *suppliers);
void fill_close(struct fill *fill);
/* Other rows of the store may be read from now on. */
void fill_forget(struct fill *fill);

/* The incident, and when who may read there has changed since, or with `whole`, all that is in it. */
void fill_incident_row(struct fill *fill, int64_t number, bool whole);
void fill_ticket_row(struct fill *fill, int64_t id);
void fill_comment_row(struct fill *fill, int64_t id);
void fill_person_row(struct fill *fill, struct ent_str ref);

#endif
