/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search.sqlite, beside the store: folded words by FTS5, and how far the store's events are in it. It is only an index:
 * a file of another version, of another store or a damaged one is thrown away and filled anew. One writes, see
 * search/follower.h; whoever reads has a handle of its own.
 */
#ifndef SEARCH_INDEX_H
#define SEARCH_INDEX_H

#include "store/store.h"
#include "view/view_hit.h"

#define INDEX_VERSION 1

/* Rows of table words: the kind is in the upper bits, so that each kind is one span, and within it the newest last. */
#define INDEX_KIND_SHIFT 52
static inline int64_t index_row(enum hit_kind kind, int64_t id)
{
	return ((int64_t)kind << INDEX_KIND_SHIFT) + id;
}

/* Opens the file for its writer; makes it when it is missing, of another version or damaged. */
enum ent_rc index_open(const char *path, struct db **ret, struct ent_err *err) __attribute__((warn_unused_result));
/* ENT_EINVAL: there is none that can be read. */
enum ent_rc index_open_read(const char *path, struct db **ret, struct ent_err *err) __attribute__((warn_unused_result));
void index_remove(const char *path);

/* Everything goes, within the transaction under way. */
void index_clear(struct db *index);
/* Rows of words were deleted because nobody may find them any more: their words leave the file, too. It reads all of
 * it. */
void index_shred(struct db *index);

/* How far it is. Numbers by name; 0: not said. */
int64_t index_number(struct db *index, const char *name);
void index_set_number(struct db *index, const char *name, int64_t value);
bool index_has_text(struct db *index, const char *name, struct ent_str value);
void index_set_text(struct db *index, const char *name, struct ent_str value);
#define INDEX_POSITION "position" /* seq of the last event that is in it */
#define INDEX_STAGE    "stage"    /* what of the store is being gone through: enum index_stage */
enum index_stage { INDEX_STAGE_INCIDENTS, INDEX_STAGE_PEOPLE, INDEX_STAGE_EVENTS };

#endif
