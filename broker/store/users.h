/* SPDX-License-Identifier: Apache-2.0 */
/* Table account: the people of each organisation who may come in here. Their tools' people stand in table person. */
#ifndef STORE_USERS_H
#define STORE_USERS_H

#include "core/organisation.h"
#include "core/role.h"
#include "store/db.h"

#define USER_INVITED  "invited"  /* has not come in yet */
#define USER_ACTIVE   "active"   /* may come in */
#define USER_DISABLED "disabled" /* may not come in, and has no tokens */

struct user {
	struct ent_str ref, organisation, name, mail, language, time_zone, state;
	enum role role;
	bool shows_seen;
	int64_t made_ms, seen_ms;
};

#define USER_COLUMNS "ref, organisation, role, name, mail, language, time_zone, state, made_ms, seen_ms, shows_seen"

/* A change of a person that somebody asks for; `has`: which of the members are said. */
#define USER_HAS_ROLE     1u
#define USER_HAS_STATE    2u
#define USER_HAS_NAME     4u
#define USER_HAS_LANGUAGE 8u
#define USER_HAS_ZONE     16u
#define USER_HAS_SEEN     32u
struct user_change {
	struct user user; /* .ref: whom; a new one: its ref */
	uint32_t has;
};

#define USER_MAIL_MAX 254 /* of a mail address (RFC 5321) */
/* A mail address as it is stored and looked for. */
struct ent_str user_mail(struct ent_arena *arena, struct ent_str mail);
/* One @ with something on both sides, and no blank or control character. */
bool user_mail_vet(struct ent_str mail);
/* A row of USER_COLUMNS. */
void user_row(struct ent_arena *arena, struct db_stmt *stmt, struct user *ret);

/* ---- in the writer's transaction ---- */

bool users_has_mail(struct db *db, struct ent_str organisation, struct ent_str mail);
void users_add(struct db *db, const struct user *user, int64_t now_ms);
void users_save(struct db *db, const struct user *user);
/* A person who was disabled has no tokens any more, no sessions and no invitation. */
void users_end(struct db *db, struct ent_str ref);
/* Another administrator of ours is active. */
bool users_have_other_admin(struct db *db, struct ent_str ref);
/* The state of a person who is enabled again: active with a password or a provider, else invited. */
struct ent_str users_state_again(struct db *db, struct ent_str ref);

/* Both take part in one incident, by a share that stands. Ours is in each. */
bool users_meet(struct db *db, const struct supplier_set *suppliers, struct ent_str one, struct ent_str other);
/* False: there is none. */
bool users_find(struct db *db, struct ent_arena *arena, struct ent_str ref, struct user *ret);

#endif
