/* SPDX-License-Identifier: Apache-2.0 */
/* Where our comments stand in tools: the first layer against echoes. Failures stick in db. */
#ifndef STORE_COPIES_H
#define STORE_COPIES_H

#include "store/rows.h"

bool copy_known(struct db *db, struct ent_str supplier, struct ent_str ticket, struct ent_str external_id);
void copy_save(struct db *db, struct ent_str supplier, struct ent_str ticket, struct ent_str external_id,
	       const char *comment, bool learned);
/* The comment was taken out of the supplier's tool. Its places stay known: the tool may tell it late. */
void copy_taken_out(struct db *db, struct ent_str supplier, const char *comment);

/* A comment that stands in a supplier's tool and should not: it was removed, or is not for this supplier any more. */
struct copy_stale {
	struct ent_str comment; /* uuid */
	bool removed;
};
/* In SQL, of comment c: its copy at the supplier should not be there, and no delivery takes it out. */
#define COPY_IS_STALE(supplier, organisation)                                                                          \
	"c.supplier <> " supplier " AND (c.removed = 1 OR (c.everyone = 0 AND NOT (" LIST_HAS(                         \
	    "c.organisations", organisation) "))) AND NOT EXISTS (SELECT 1 FROM delivery AS d WHERE d.comment = "      \
					     "c.uuid AND d.comment <> '' AND d.supplier = " supplier                   \
					     " AND d.op = 'remove_comment')"
/* Those of an incident whose removal nobody remembers, as after a rebuild. */
size_t copy_stale(struct db *db, struct ent_arena *arena, int64_t incident, struct ent_str supplier,
		  struct ent_str organisation, struct copy_stale *ret, size_t max);

#endif
