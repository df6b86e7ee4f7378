/* SPDX-License-Identifier: Apache-2.0 */
#include "store/follows.h"

#include "sdk/webhook.h"
#include "store/users.h"

void follows_begin(struct db *db, struct ent_str account, int64_t incident, int64_t now_ms)
{
	struct db_stmt *stmt;

	if (!account.n)
		return;
	stmt = db_use(db, "INSERT INTO follow (account, incident, state, since_ms) SELECT ref, $2, '" FOLLOWS_FOLLOWED
			  "', $3 FROM account WHERE ref = $1 ON CONFLICT (account, incident) DO NOTHING");
	db_bind_str(stmt, 1, account);
	db_bind_int(stmt, 2, incident);
	db_bind_int(stmt, 3, now_ms);
	(void)db_row(stmt);
}

struct ent_str follows_organisations(struct db *db, struct ent_arena *arena, int64_t incident)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT DISTINCT account.organisation FROM follow JOIN account ON account.ref = follow.account "
		       "WHERE follow.incident = $1 AND follow.state = '" FOLLOWS_FOLLOWED "' ORDER BY 1");
	struct ent_str names = ENT_ABSENT;

	db_bind_int(stmt, 1, incident);
	while (db_row(stmt))
		names = sdk_join(arena, names, ",", db_str(stmt, 0));
	return names;
}

size_t follows_list(struct db *db, struct ent_arena *arena, int64_t incident, struct ent_str organisation,
		    struct ent_str *ret, size_t max)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT follow.account FROM follow JOIN account ON account.ref = follow.account WHERE "
		       "follow.incident = $1 AND follow.state = '" FOLLOWS_FOLLOWED "' AND account.organisation = $2 "
		       "AND account.state <> '" USER_DISABLED "' ORDER BY follow.since_ms DESC, follow.account LIMIT "
		       "$3");
	size_t n = 0;

	db_bind_int(stmt, 1, incident);
	db_bind_str(stmt, 2, organisation);
	db_bind_int(stmt, 3, (int64_t)max);
	while (n < max && db_row(stmt))
		ret[n++] = sdk_dup(arena, db_str(stmt, 0));
	db_done(stmt);
	return n;
}
