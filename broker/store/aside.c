/* SPDX-License-Identifier: Apache-2.0 */
#include "store/aside.h"

#include "store/said.h"

#include "sdk/webhook.h"

static void bind_stream(struct db_stmt *stmt, struct ent_str supplier, enum cursor_stream stream)
{
	db_bind_str(stmt, 1, supplier);
	db_bind_str(stmt, 2, sdk_str(cursor_stream_name(stream)));
}

static void aside_add(struct db *db, struct ent_str supplier, enum cursor_stream stream, const struct ent_aside *one)
{
	struct db_stmt *stmt = db_use(
	    db, "INSERT INTO aside (supplier, stream, ticket, key, reason, tries, since_ms, next_ms) VALUES ($1, $2, "
		"$3, $4, $5, $6, $7, $8) ON CONFLICT (supplier, stream, ticket) DO UPDATE SET reason = "
		"excluded.reason, tries = aside.tries + excluded.tries, next_ms = excluded.next_ms");
	struct sdk_buf reason;

	bind_stream(stmt, supplier, stream);
	db_bind_str(stmt, 3, one->ticket);
	db_bind_str(stmt, 4, sdk_or_empty(one->key));
	said_bind(stmt, 5, one->reason, &reason);
	db_bind_int(stmt, 6, one->tries);
	db_bind_int(stmt, 7, one->since_ms);
	db_bind_int(stmt, 8, one->next_ms);
	(void)db_row(stmt);
	sdk_buf_release(&reason);
}

static void aside_drop(struct db *db, struct ent_str supplier, enum cursor_stream stream, struct ent_str ticket)
{
	struct db_stmt *stmt = db_use(db, "DELETE FROM aside WHERE supplier = $1 AND stream = $2 AND ticket = $3");

	bind_stream(stmt, supplier, stream);
	db_bind_str(stmt, 3, ticket);
	(void)db_row(stmt);
}

static void aside_drop_before(struct db *db, struct ent_str supplier, enum cursor_stream stream, int64_t next_ms)
{
	struct db_stmt *stmt = db_use(db, "DELETE FROM aside WHERE supplier = $1 AND stream = $2 AND next_ms < $3");

	bind_stream(stmt, supplier, stream);
	db_bind_int(stmt, 3, next_ms);
	(void)db_row(stmt);
}

void aside_save(struct db *db, struct ent_str supplier, enum cursor_stream stream, const struct aside_news *news)
{
	if (news->how == ASIDE_REPLACED)
		aside_drop_before(db, supplier, stream, INT64_MAX);
	else if (news->how == ASIDE_ENDED)
		aside_drop_before(db, supplier, stream, news->next_ms);
	for (size_t i = 0; i < news->n; i++)
		if (news->how == ASIDE_READ)
			aside_drop(db, supplier, stream, news->at[i].ticket);
		else
			aside_add(db, supplier, stream, &news->at[i]);
}

bool aside_known(struct db *db, struct ent_str supplier, enum cursor_stream stream, struct ent_str ticket)
{
	struct db_stmt *stmt = db_use(db, "SELECT 1 FROM aside WHERE supplier = $1 AND stream = $2 AND ticket = $3");

	bind_stream(stmt, supplier, stream);
	db_bind_str(stmt, 3, ticket);
	return db_found(stmt);
}

int64_t aside_count(struct db *db, struct ent_str supplier)
{
	struct db_stmt *stmt = db_use(db, "SELECT count(*) FROM aside WHERE supplier = $1");

	db_bind_str(stmt, 1, supplier);
	int64_t n = db_row(stmt) ? db_int(stmt, 0) : 0;
	db_done(stmt);
	return n;
}

int64_t aside_oldest_ms(struct db *db, struct ent_str supplier, enum cursor_stream stream)
{
	struct db_stmt *stmt = db_use(db, "SELECT since_ms FROM aside WHERE supplier = $1 AND stream = $2 "
					  "AND since_ms > 0 ORDER BY since_ms LIMIT 1");
	int64_t oldest_ms;

	bind_stream(stmt, supplier, stream);
	oldest_ms = db_row(stmt) ? db_int(stmt, 0) : INT64_MAX;
	db_done(stmt);
	return oldest_ms;
}
