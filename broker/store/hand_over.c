/* SPDX-License-Identifier: Apache-2.0 */
#include "store/hand_over.h"

#include "core/merge.h"
#include "sdk/webhook.h"

#include <string.h>

#define HAND_OVERS_MAX 1000 /* that are read of one incident */

static void hand_over_add(struct db *db, int64_t incident, const struct hand_over *hand_over, struct ent_str seen_by)
{
	struct db_stmt *stmt = db_use(
	    db, "INSERT INTO hand_over (incident, at_ms, from_holder, to_holder, seen_by) VALUES ($1, $2, $3, $4, $5)");

	db_bind_int(stmt, 1, incident);
	db_bind_int(stmt, 2, hand_over->at_ms);
	db_bind_str(stmt, 3, sdk_or_empty(hand_over->from));
	db_bind_str(stmt, 4, sdk_or_empty(hand_over->to));
	db_bind_str(stmt, 5, seen_by);
	(void)db_row(stmt);
}

static bool took_others_in(struct db *db, int64_t incident)
{
	struct db_stmt *stmt = db_use(db, "SELECT 1 FROM incident WHERE merged_into = $1 AND merged_into <> 0 LIMIT 1");

	db_bind_int(stmt, 1, incident);
	return db_found(stmt);
}

/* Told anew, of which side it was is not known: then it is ours alone. */
static void correct_all(struct db *db, const struct event *event)
{
	struct ent_str seen_by = took_others_in(db, event->incident) ? ENT_STR(",") : ENT_STR("");
	struct db_stmt *stmt = db_use(db, "DELETE FROM hand_over WHERE incident = $1");

	db_bind_int(stmt, 1, event->incident);
	(void)db_row(stmt);
	for (size_t i = 0; i < event->n_hand_over; i++)
		hand_over_add(db, event->incident, &event->hand_over[i], seen_by);
}

void hand_over_fold(struct db *db, const struct event *event)
{
	struct hand_over moved = {event->holder_from, event->holder_to, event->holder_since_ms};

	if (event->kind == EVENT_INCIDENT_HOLDER_CHANGED)
		hand_over_add(db, event->incident, &moved, ENT_STR(""));
	else
		correct_all(db, event);
}

void hand_over_fix(struct db *db, struct dossier *side, const struct event *merged)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT id, at_ms FROM hand_over WHERE incident = $1 AND seen_by = '' ORDER BY id LIMIT 1");

	for (;;) { /* one after the other: an incident has few */
		db_bind_int(stmt, 1, side->incident.number);
		if (!db_row(stmt))
			return;
		int64_t id = db_int(stmt, 0), at_ms = db_int(stmt, 1);
		db_done(stmt);
		struct db_stmt *fix = db_use(db, "UPDATE hand_over SET seen_by = $2 WHERE id = $1");
		db_bind_int(fix, 1, id);
		db_bind_str(fix, 2, merge_seen_by(side, merged, at_ms));
		(void)db_row(fix);
		stmt = db_use(db, "SELECT id, at_ms FROM hand_over WHERE incident = $1 AND seen_by = '' ORDER BY id "
				  "LIMIT 1");
	}
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
