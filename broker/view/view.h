/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything that people and programs read: each function is given the store, an arena and the reader, and answers JSON
 * in the arena. Rows that the reader may not see are left out by the statement itself (view_reader.h), so that no
 * count, order, position or time tells of them. Read-only handles, one for each thread. Every list is bounded and pages
 * by cursor. Failures of the store are ENT_ERETRY with the reason in err; too large an answer is ENT_EUNSUPPORTED; what
 * does not exist, or is not for this reader, is ENT_EGONE; a bad cursor or filter is ENT_EINVAL.
 */
#ifndef VIEW_H
#define VIEW_H

#include "core/reader.h"
#include "core/supplier.h"
#include "store/store.h"

#define VIEW_PAGE_MAX 200

struct view {
	struct db *db;
	struct ent_arena *arena;
	const struct reader *reader;
	const struct supplier_set *suppliers; /* NULL: each supplier is an organisation of its own */
};

#endif
