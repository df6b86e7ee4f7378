/* SPDX-License-Identifier: Apache-2.0 */
#include "store/hand_over.h"

#include "sdk/webhook.h"

#include <string.h>

#define HAND_OVERS_MAX 1000 /* that are read of one incident */

static void hand_over_add(struct db *db, int64_t incident, const struct hand_over *hand_over)
{
	struct db_stmt *stmt =
	    db_use(db, "INSERT INTO hand_over (incident, at_ms, from_holder, to_holder) VALUES ($1, $2, $3, $4)");

	db_bind_int(stmt, 1, incident);
	db_bind_int(stmt, 2, hand_over->at_ms);
	db_bind_str(stmt, 3, sdk_or_empty(hand_over->from));
	db_bind_str(stmt, 4, sdk_or_empty(hand_over->to));
	(void)db_row(stmt);
}

void hand_over_fold(struct db *db, const struct event *event)
{
	struct hand_over moved = {event->holder_from, event->holder_to, event->holder_since_ms};
	struct db_stmt *stmt;

	if (event->kind == EVENT_INCIDENT_HOLDER_CHANGED) {
		hand_over_add(db, event->incident, &moved);
		return;
	}
	stmt = db_use(db, "DELETE FROM hand_over WHERE incident = $1");
	db_bind_int(stmt, 1, event->incident);
	(void)db_row(stmt);
	for (size_t i = 0; i < event->n_hand_over; i++)
		hand_over_add(db, event->incident, &event->hand_over[i]);
}

size_t hand_over_list(struct db *db, struct ent_arena *arena, int64_t incident, const struct hand_over **ret)
{
	struct db_stmt *stmt = db_use(db, "SELECT from_holder, to_holder, at_ms FROM hand_over WHERE incident = $1 "
					  "ORDER BY at_ms, id LIMIT $2");
	struct hand_over *list = NULL;
	size_t n = 0, cap = 0;

	db_bind_int(stmt, 1, incident);
	db_bind_int(stmt, 2, HAND_OVERS_MAX);
	while (n < HAND_OVERS_MAX && db_row(stmt)) {
		if (n == cap) {
			struct hand_over *grown = SDK_NEW_N(arena, struct hand_over, cap = cap ? cap * 2 : 8);
			if (n)
				memcpy(grown, list, n * sizeof *grown);
			list = grown;
		}
		list[n++] = (struct hand_over){sdk_dup(arena, db_str(stmt, 0)), sdk_dup(arena, db_str(stmt, 1)),
					       db_int(stmt, 2)};
	}
	db_done(stmt);
	*ret = list;
	return n;
}
