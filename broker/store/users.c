/* SPDX-License-Identifier: Apache-2.0 */
#include "store/users.h"

#include "sdk/webhook.h"

#define USER_FIELDS                                                                                                    \
	"ref, organisation, role, name, mail, language, time_zone, state, made_ms, seen_ms, shows_seen FROM account "

static void user_row(struct ent_arena *arena, struct db_stmt *stmt, struct user *ret)
{
	*ret = (struct user){.ref = sdk_dup(arena, db_str(stmt, 0)),
			     .organisation = sdk_dup(arena, db_str(stmt, 1)),
			     .role = role_of_word(db_str(stmt, 2)),
			     .name = sdk_dup(arena, db_str(stmt, 3)),
			     .mail = sdk_dup(arena, db_str(stmt, 4)),
			     .language = sdk_dup(arena, db_str(stmt, 5)),
			     .time_zone = sdk_dup(arena, db_str(stmt, 6)),
			     .state = sdk_dup(arena, db_str(stmt, 7)),
			     .made_ms = db_int(stmt, 8),
			     .seen_ms = db_int(stmt, 9),
			     .shows_seen = db_int(stmt, 10) != 0};
}

bool users_find(struct db *db, struct ent_arena *arena, struct ent_str ref, struct user *ret)
{
	struct db_stmt *stmt = db_use(db, "SELECT " USER_FIELDS "WHERE ref = $1");

	db_bind_str(stmt, 1, ref);
	bool found = db_row(stmt);
	if (found)
		user_row(arena, stmt, ret);
	db_done(stmt);
	return found;
}
