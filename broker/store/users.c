/* SPDX-License-Identifier: Apache-2.0 */
#include "store/users.h"

#include <string.h>

#include "sdk/webhook.h"

struct ent_str user_mail(struct ent_arena *arena, struct ent_str mail)
{
	return sdk_lower(arena, sdk_trim(mail));
}

bool user_mail_vet(struct ent_str mail)
{
	struct ent_str host, local = sdk_cut(mail, '@', &host);

	return local.n > 0 && host.n > 0 && !memchr(host.p, '@', host.n) && !memchr(mail.p, ' ', mail.n) &&
	       !sdk_has_control(mail);
}

void user_row(struct ent_arena *arena, struct db_stmt *stmt, struct user *ret)
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
	struct db_stmt *stmt = db_use(db, "SELECT " USER_COLUMNS " FROM account WHERE ref = $1");

	db_bind_str(stmt, 1, ref);
	bool found = db_row(stmt);
	if (found)
		user_row(arena, stmt, ret);
	db_done(stmt);
	return found;
}

static void bind_tools(struct db_stmt *stmt, int at, const struct supplier_set *suppliers, struct ent_str organisation)
{
	struct ent_str tool[ORGANISATION_TOOLS_MAX];
	size_t n = organisation_tools(suppliers, organisation, tool);

	for (size_t i = 0; i < ORGANISATION_TOOLS_MAX; i++)
		db_bind_str(stmt, at + (int)i, i < n ? tool[i] : ENT_ABSENT);
}

#define USERS_PART(row, tools) row ".withdrawn_ms = 0 AND " row ".supplier IN (" tools ")"
bool users_meet(struct db *db, const struct supplier_set *suppliers, struct ent_str one, struct ent_str other)
{
	static const char alone[] =
	    "SELECT 1 FROM share AS one WHERE " USERS_PART("one", "$1, $2, $3, $4, $5, $6, $7, $8") " LIMIT 1";
	static const char both[] =
	    "SELECT 1 FROM share AS one JOIN share AS other ON other.incident = one.incident AND " USERS_PART(
		"other", "$9, $10, $11, $12, $13, $14, $15, $16") " WHERE " USERS_PART("one", "$1, $2, $3, $4, $5, $6, "
											      "$7, $8") " LIMIT 1";
	const bool is_ours = sdk_eq(other, organisation_ours(suppliers));
	struct db_stmt *stmt = db_use(db, is_ours ? alone : both);

	bind_tools(stmt, 1, suppliers, one);
	if (!is_ours)
		bind_tools(stmt, 9, suppliers, other);
	return db_found(stmt);
}

bool users_has_mail(struct db *db, struct ent_str organisation, struct ent_str mail)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT 1 FROM account WHERE organisation = $1 AND mail = $2 AND mail <> '' LIMIT 1");

	db_bind_str(stmt, 1, organisation);
	db_bind_str(stmt, 2, sdk_or_empty(mail));
	return db_found(stmt);
}

void users_add(struct db *db, const struct user *user, int64_t now_ms)
{
	struct db_stmt *stmt =
	    db_use(db, "INSERT INTO account (ref, organisation, role, name, mail, language, time_zone, state, made_ms, "
		       "seen_ms, shows_seen, password, issuer, subject) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, "
		       "$10, '', '', '')");

	db_bind_str(stmt, 1, user->ref);
	db_bind_str(stmt, 2, user->organisation);
	db_bind_str(stmt, 3, sdk_str(role_word(user->role)));
	db_bind_str(stmt, 4, sdk_or_empty(user->name));
	db_bind_str(stmt, 5, sdk_or_empty(user->mail));
	db_bind_str(stmt, 6, sdk_or_empty(user->language));
	db_bind_str(stmt, 7, sdk_or_empty(user->time_zone));
	db_bind_str(stmt, 8, ENT_STR(USER_INVITED));
	db_bind_int(stmt, 9, now_ms);
	db_bind_int(stmt, 10, user->shows_seen);
	(void)db_row(stmt);
}

void users_save(struct db *db, const struct user *user)
{
	struct db_stmt *stmt = db_use(db, "UPDATE account SET role = $2, name = $3, language = $4, time_zone = $5, "
					  "state = $6, shows_seen = $7 WHERE ref = $1");

	db_bind_str(stmt, 1, user->ref);
	db_bind_str(stmt, 2, sdk_str(role_word(user->role)));
	db_bind_str(stmt, 3, user->name);
	db_bind_str(stmt, 4, user->language);
	db_bind_str(stmt, 5, user->time_zone);
	db_bind_str(stmt, 6, user->state);
	db_bind_int(stmt, 7, user->shows_seen);
	(void)db_row(stmt);
}

void users_end(struct db *db, struct ent_str ref)
{
	struct db_stmt *stmt = db_use(db, "DELETE FROM token WHERE account = $1 AND account <> ''");

	db_bind_str(stmt, 1, ref);
	(void)db_row(stmt);
	stmt = db_use(db, "DELETE FROM session WHERE account = $1");
	db_bind_str(stmt, 1, ref);
	(void)db_row(stmt);
	stmt = db_use(db, "DELETE FROM invitation WHERE account = $1");
	db_bind_str(stmt, 1, ref);
	(void)db_row(stmt);
}

bool users_have_other_admin(struct db *db, struct ent_str ref)
{
	struct db_stmt *stmt = db_use(db, "SELECT 1 FROM account WHERE role = 'admin' AND state = '" USER_ACTIVE
					  "' AND ref <> $1 LIMIT 1");

	db_bind_str(stmt, 1, ref);
	return db_found(stmt);
}

struct ent_str users_state_again(struct db *db, struct ent_str ref)
{
	struct db_stmt *stmt = db_use(db, "SELECT 1 FROM account WHERE ref = $1 AND (password <> '' OR issuer <> '')");

	db_bind_str(stmt, 1, ref);
	return db_found(stmt) ? ENT_STR(USER_ACTIVE) : ENT_STR(USER_INVITED);
}
