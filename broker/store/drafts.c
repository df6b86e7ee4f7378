/* SPDX-License-Identifier: Apache-2.0 */
#include "store/drafts.h"

#include "sdk/webhook.h"
#include "store/rows.h"

void draft_row(struct ent_arena *arena, struct db_stmt *stmt, struct draft *ret)
{
	*ret = (struct draft){.account = sdk_dup(arena, db_str(stmt, 0)),
			      .id = sdk_dup(arena, db_str(stmt, 1)),
			      .incident = db_int(stmt, 2),
			      .audience = {sdk_dup(arena, db_str(stmt, 3)), db_int(stmt, 4) != 0, db_int(stmt, 5) != 0},
			      .reply_to = sdk_dup(arena, db_str(stmt, 6)),
			      .text = sdk_dup(arena, db_str(stmt, 7)),
			      .format = sdk_dup(arena, db_str(stmt, 8)),
			      .version = db_int(stmt, 9),
			      .changed_ms = db_int(stmt, 10)};
}

bool drafts_find(struct db *db, struct ent_arena *arena, struct ent_str account, struct ent_str id, struct draft *ret)
{
	struct db_stmt *stmt = db_use(db, "SELECT " DRAFT_COLUMNS " FROM draft WHERE account = $1 AND id = $2");

	if (!account.n) /* a machine */
		return false;
	db_bind_str(stmt, 1, account);
	db_bind_str(stmt, 2, id);
	bool found = db_row(stmt);
	if (found)
		draft_row(arena, stmt, ret);
	db_done(stmt);
	return found;
}

bool drafts_same_place(struct db *db, struct ent_arena *arena, const struct draft *draft, struct draft *ret)
{
	const int64_t living = incident_living(db, draft->incident);
	struct db_stmt *stmt =
	    db_use(db, "SELECT " DRAFT_COLUMNS " FROM draft WHERE account = $1 AND id <> $2 AND organisations = $3 AND "
		       "everyone = $4 AND requester = $5 AND reply_to = $6 ORDER BY id");
	bool found = false;

	db_bind_str(stmt, 1, draft->account);
	db_bind_str(stmt, 2, draft->id);
	db_bind_str(stmt, 3, sdk_or_empty(draft->audience.organisations));
	db_bind_int(stmt, 4, draft->audience.everyone);
	db_bind_int(stmt, 5, draft->audience.requester);
	db_bind_str(stmt, 6, sdk_or_empty(draft->reply_to));
	while (!found && db_row(stmt)) {
		draft_row(arena, stmt, ret);
		found = incident_living(db, ret->incident) == living;
	}
	db_done(stmt);
	return found;
}

int64_t drafts_count(struct db *db, struct ent_str account)
{
	struct db_stmt *stmt = db_use(db, "SELECT count(*) FROM draft WHERE account = $1");

	db_bind_str(stmt, 1, account);
	int64_t n = db_row(stmt) ? db_int(stmt, 0) : 0;
	db_done(stmt);
	return n;
}

void drafts_save(struct db *db, const struct draft *draft)
{
	struct db_stmt *stmt =
	    db_use(db, "INSERT INTO draft (account, id, incident, organisations, everyone, requester, reply_to, text, "
		       "format, version, changed_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT "
		       "(account, id) DO UPDATE SET organisations = excluded.organisations, everyone = "
		       "excluded.everyone, requester = excluded.requester, text = excluded.text, format = "
		       "excluded.format, version = excluded.version, changed_ms = excluded.changed_ms");

	db_bind_str(stmt, 1, draft->account);
	db_bind_str(stmt, 2, draft->id);
	db_bind_int(stmt, 3, draft->incident);
	db_bind_str(stmt, 4, sdk_or_empty(draft->audience.organisations));
	db_bind_int(stmt, 5, draft->audience.everyone);
	db_bind_int(stmt, 6, draft->audience.requester);
	db_bind_str(stmt, 7, sdk_or_empty(draft->reply_to));
	db_bind_str(stmt, 8, draft->text);
	db_bind_str(stmt, 9, draft->format);
	db_bind_int(stmt, 10, draft->version);
	db_bind_int(stmt, 11, draft->changed_ms);
	(void)db_row(stmt);
}

void drafts_drop(struct db *db, struct ent_str account, struct ent_str id)
{
	struct db_stmt *stmt = db_use(db, "DELETE FROM draft WHERE account = $1 AND id = $2");

	db_bind_str(stmt, 1, account);
	db_bind_str(stmt, 2, id);
	(void)db_row(stmt);
}
