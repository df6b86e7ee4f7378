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
	/* What an event tells stands before what an echo told. */
	struct db_stmt *stmt = db_use(
	    db, "INSERT INTO copy (supplier, ticket, external_id, comment, learned) VALUES ($1, $2, $3, $4, $5) "
		"ON CONFLICT (supplier, ticket, external_id) DO UPDATE SET comment = excluded.comment, learned = 0 "
		"WHERE excluded.learned = 0");
	db_bind_str(stmt, 1, supplier);
	db_bind_str(stmt, 2, ticket);
	db_bind_str(stmt, 3, external_id);
	db_bind_str(stmt, 4, sdk_str(comment));
	db_bind_int(stmt, 5, learned);
	(void)db_row(stmt);
}
