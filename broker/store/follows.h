/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Table follow: who follows an incident's thread, and who wants to hear nothing of it. Whoever writes in it, is
 * mentioned in it or takes it follows it by that, unless the thread is muted for them. Private to the person.
 */
#ifndef STORE_FOLLOWS_H
#define STORE_FOLLOWS_H

#include "store/db.h"

#define FOLLOWS_FOLLOWED "followed"
#define FOLLOWS_MUTED    "muted"

/* By what the person did, or what was said to them: a state that stands is not changed. Nobody: no account has the ref.
 */
void follows_begin(struct db *db, struct ent_str account, int64_t incident, int64_t now_ms);
/* Whose people follow an incident: names, comma separated. */
struct ent_str follows_organisations(struct db *db, struct ent_arena *arena, int64_t incident);
/* The newest followers of an organisation, of those who can come in. How many, max at most. */
size_t follows_list(struct db *db, struct ent_arena *arena, int64_t incident, struct ent_str organisation,
		    struct ent_str *ret, size_t max);

#endif
