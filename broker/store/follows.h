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
/* The newest followers of an incident. How many, max at most. */
size_t follows_list(struct db *db, struct ent_arena *arena, int64_t incident, struct ent_str *ret, size_t max);

#endif
