/* SPDX-License-Identifier: Apache-2.0 */
/* Table account: the people of each organisation who may come in here. Their tools' people stand in table person. */
#ifndef STORE_USERS_H
#define STORE_USERS_H

#include "core/role.h"
#include "store/db.h"

#define USER_INVITED  "invited"  /* has not come in yet */
#define USER_ACTIVE   "active"   /* may come in */
#define USER_DISABLED "disabled" /* may not, and no token of it does */

struct user {
	struct ent_str ref, organisation, name, mail, language, time_zone, state;
	enum role role;
	bool shows_seen;
	int64_t made_ms, seen_ms;
};

/* False: there is none. */
bool users_find(struct db *db, struct ent_arena *arena, struct ent_str ref, struct user *ret);

#endif
