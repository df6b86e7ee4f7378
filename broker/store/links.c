/* SPDX-License-Identifier: Apache-2.0 */
#include "store/links.h"

#include "sdk/webhook.h"
#include "store/merge_moves.h"

/* As MERGE_OF_GONE, of $2. */
#define OF_OTHER                                                                                                       \
	"(WITH RECURSIVE all_of(number) AS (SELECT $2 UNION SELECT incident.number FROM incident JOIN all_of ON "      \
	"incident.merged_into = all_of.number WHERE incident.merged_into <> 0) SELECT number FROM all_of)"

void links_fold(struct db *db, const struct event *event)
{
	struct db_stmt *stmt;

	if (event->kind != EVENT_INCIDENT_LINKED)
		return;
	stmt = event->is_linked
		   ? db_use(db, "INSERT INTO link (incident, other, relation, made_ms) VALUES ($1, $2, $3, $4) ON "
				"CONFLICT (incident, other, relation) DO NOTHING")
		   : db_use(db, "DELETE FROM link WHERE incident IN " MERGE_OF_GONE " AND other IN " OF_OTHER
				" AND relation = $3");
	db_bind_int(stmt, 1, event->incident);
	db_bind_int(stmt, 2, event->other);
	db_bind_str(stmt, 3, sdk_str(relation_word(event->relation)));
	if (db_takes(stmt, 4))
		db_bind_int(stmt, 4, event->recorded_ms);
	(void)db_row(stmt);
}

bool links_has(struct db *db, int64_t incident, int64_t other, enum relation relation)
{
	struct db_stmt *stmt = db_use(db, "SELECT 1 FROM link WHERE incident IN " MERGE_OF_GONE
					  " AND other IN " OF_OTHER " AND relation = $3 LIMIT 1");

	db_bind_int(stmt, 1, incident);
	db_bind_int(stmt, 2, other);
	db_bind_str(stmt, 3, sdk_str(relation_word(relation)));
	return db_found(stmt);
}
