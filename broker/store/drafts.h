/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Table draft: words that a person has not sent yet, one draft for each incident, audience and answered comment; what
 * undo gives back may stand beside it. It is its author's alone: every function here is given the author's ref, and
 * none reads a draft without it. No event tells of it. A draft names the incident in which it was begun and is of the
 * one that it is part of now, so that merges and splits need not know drafts. When the author's organisation loses its
 * share, its drafts stay, and cannot be sent.
 */
#ifndef STORE_DRAFTS_H
#define STORE_DRAFTS_H

#include "core/state.h"
#include "store/db.h"

#define DRAFTS_MAX 200 /* of one person; what undo gives back is kept beyond it */

struct draft {
	struct ent_str account, id;
	int64_t incident; /* in which it was begun */
	struct audience audience;
	struct ent_str reply_to, text, format;
	int64_t version, changed_ms;
};

#define DRAFT_COLUMNS                                                                                                  \
	"draft.account, draft.id, draft.incident, draft.organisations, draft.everyone, draft.requester, "              \
	"draft.reply_to, draft.text, draft.format, draft.version, draft.changed_ms"
void draft_row(struct ent_arena *arena, struct db_stmt *stmt, struct draft *ret);

/* False: this person has none with this id. */
bool drafts_find(struct db *db, struct ent_arena *arena, struct ent_str account, struct ent_str id, struct draft *ret);
/* Another draft of the person in the same living incident, for the same readers, that answers the same. */
bool drafts_same_place(struct db *db, struct ent_arena *arena, const struct draft *draft, struct draft *ret);
int64_t drafts_count(struct db *db, struct ent_str account);

/* ---- in the writer's transaction ---- */

void drafts_save(struct db *db, const struct draft *draft); /* new, or in place of what stands */
void drafts_drop(struct db *db, struct ent_str account, struct ent_str id);

#endif
