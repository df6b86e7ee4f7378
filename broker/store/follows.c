/* SPDX-License-Identifier: Apache-2.0 */
#include "store/follows.h"

#include "sdk/webhook.h"

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

size_t follows_list(struct db *db, struct ent_arena *arena, int64_t incident, struct ent_str *ret, size_t max)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT account FROM follow WHERE incident = $1 AND state = '" FOLLOWS_FOLLOWED
		       "' ORDER BY since_ms DESC, account LIMIT $2");
	size_t n = 0;

	db_bind_int(stmt, 1, incident);
	db_bind_int(stmt, 2, (int64_t)max);
	while (n < max && db_row(stmt))
		ret[n++] = sdk_dup(arena, db_str(stmt, 0));
	db_done(stmt);
	return n;
}
