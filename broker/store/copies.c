/* SPDX-License-Identifier: Apache-2.0 */
#include "store/copies.h"

bool copy_known(struct db *db, struct ent_str supplier, struct ent_str ticket, struct ent_str external_id)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT 1 FROM copy WHERE supplier = $1 AND ticket = $2 AND external_id = $3");
	db_bind_str(stmt, 1, supplier);
	db_bind_str(stmt, 2, ticket);
	db_bind_str(stmt, 3, external_id);
	return db_found(stmt);
}

void copy_save(struct db *db, struct ent_str supplier, struct ent_str ticket, struct ent_str external_id,
	       const char *comment, bool learned)
{
	/* An event's row wins over an echo's. An echo of a comment that was taken out again is old news. */
	struct db_stmt *stmt = db_use(
	    db, "INSERT INTO copy (supplier, ticket, external_id, comment, learned, gone) VALUES ($1, $2, $3, $4, $5, "
		"CASE WHEN $5 = 0 THEN 0 ELSE coalesce((SELECT min(k.gone) FROM copy AS k WHERE k.comment = $4 AND "
		"k.comment <> '' AND k.supplier = $1), 0) END) "
		"ON CONFLICT (supplier, ticket, external_id) DO UPDATE SET comment = excluded.comment, learned = 0, "
		"gone = 0 WHERE excluded.learned = 0");
	db_bind_str(stmt, 1, supplier);
	db_bind_str(stmt, 2, ticket);
	db_bind_str(stmt, 3, external_id);
	db_bind_str(stmt, 4, sdk_str(comment));
	db_bind_int(stmt, 5, learned);
	(void)db_row(stmt);
}

void copy_taken_out(struct db *db, struct ent_str supplier, const char *comment)
{
	struct db_stmt *stmt =
	    db_use(db, "UPDATE copy SET gone = 1 WHERE comment = $1 AND comment <> '' AND supplier = $2");
	db_bind_str(stmt, 1, sdk_str(comment));
	db_bind_str(stmt, 2, supplier);
	(void)db_row(stmt);
}

size_t copy_stale(struct db *db, struct ent_arena *arena, int64_t incident, struct ent_str supplier,
		  struct ent_str organisation, struct copy_stale *ret, size_t max)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT c.uuid, c.removed FROM comment AS c WHERE c.incident = $1 AND " COPY_IS_STALE(
			   "$2", "$3") " AND EXISTS (SELECT 1 FROM copy AS k WHERE k.comment = c.uuid AND k.supplier = "
				       "$2 AND k.gone = 0) ORDER BY c.created_ms, c.id LIMIT $4");
	size_t n = 0;

	db_bind_int(stmt, 1, incident);
	db_bind_str(stmt, 2, supplier);
	db_bind_str(stmt, 3, organisation);
	db_bind_int(stmt, 4, (int64_t)max);
	for (; n < max && db_row(stmt); n++)
		ret[n] = (struct copy_stale){sdk_dup(arena, db_str(stmt, 0)), db_int(stmt, 1) != 0};
	db_done(stmt);
	return n;
}
