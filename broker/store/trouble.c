/* SPDX-License-Identifier: Apache-2.0 */
#include "store/trouble.h"

#include "store/said.h"

#include "sdk/webhook.h"

void trouble_save(struct db *db, struct ent_str supplier, enum cursor_stream stream, const struct trouble *trouble)
{
	struct db_stmt *stmt;
	struct sdk_buf why;

	if (!trouble->at_ms)
		return;
	stmt = db_use(
	    db, "INSERT INTO trouble (supplier, stream, at_ms, ticket, why, exchange) VALUES ($1, $2, $3, $4, $5, $6) "
		"ON CONFLICT (supplier, stream) DO UPDATE SET at_ms = excluded.at_ms, ticket = excluded.ticket, "
		"why = excluded.why, exchange = excluded.exchange");
	db_bind_str(stmt, 1, supplier);
	db_bind_str(stmt, 2, sdk_str(cursor_stream_name(stream)));
	db_bind_int(stmt, 3, trouble->at_ms);
	db_bind_str(stmt, 4, sdk_or_empty(trouble->ticket));
	said_bind(stmt, 5, trouble->why, &why);
	db_bind_str(stmt, 6, sdk_or_empty(trouble->exchange));
	(void)db_row(stmt);
	sdk_buf_release(&why);
}

void trouble_drop(struct db *db, struct ent_str supplier, enum cursor_stream stream, struct ent_str ticket,
		  int64_t before_ms)
{
	struct db_stmt *stmt = db_use(db, "DELETE FROM trouble WHERE supplier = $1 AND stream = $2 AND ($3 IS NULL OR "
					  "ticket = $3) AND at_ms < $4");

	db_bind_str(stmt, 1, supplier);
	db_bind_str(stmt, 2, sdk_str(cursor_stream_name(stream)));
	db_bind_str(stmt, 3, ticket);
	db_bind_int(stmt, 4, before_ms);
	(void)db_row(stmt);
}

bool trouble_known(struct db *db, struct ent_str supplier, enum cursor_stream stream)
{
	struct db_stmt *stmt = db_use(db, "SELECT 1 FROM trouble WHERE supplier = $1 AND stream = $2");

	db_bind_str(stmt, 1, supplier);
	db_bind_str(stmt, 2, sdk_str(cursor_stream_name(stream)));
	return db_found(stmt);
}
