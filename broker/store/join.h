/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Join requests: a supplier's ticket named an incident that is not shared with it, or a tool handed over to a supplier
 * that takes no part. Only our people see them and decide. Here: their rows. Failures stick in db.
 */
#ifndef STORE_JOIN_H
#define STORE_JOIN_H

#include "core/event.h"
#include "store/db.h"

struct join_request {
	int64_t id;
	int64_t incident, asking; /* numbers; asking 0: a tool handed over to the supplier */
	struct ent_str supplier, ticket, state;
};

/* False: there is none. */
bool join_load(struct db *db, struct ent_arena *arena, int64_t id, struct join_request *ret);
/* ---- folds ---- */

void join_fold(struct db *db, const struct event *event);
/* Follows a merge in the join requests of both incidents, after their rows moved. */
void join_merge(struct db *db, int64_t incident, int64_t at_ms);

#endif
