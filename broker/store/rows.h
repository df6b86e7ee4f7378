/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading and saving what core/state.h describes. Loaded strings live in the
 * arena. Failures stick in db; a load that fails says "not found".
 */
#ifndef STORE_ROWS_H
#define STORE_ROWS_H

#include "core/decide.h"
#include "core/state.h"
#include "store/db.h"

/* In SQL: comment.files of the comment with this uuid. */
#define COMMENT_FILES(uuid)                                                                                            \
	"coalesce((SELECT group_concat(size || ' ' || attachment.name, char(10)) FROM attachment WHERE "               \
	"attachment.comment = " uuid " AND sha256 <> ''), '')"

/* In SQL: a comma list holds the name. */
#define LIST_HAS(list, name) "',' || " list " || ',' LIKE '%,' || " name " || ',%'"

bool incident_load(struct db *db, struct ent_arena *arena, int64_t number, struct incident *ret);
/* After its shares: table finished takes the suppliers from them. Sets incident->finished. */
void incident_save(struct db *db, struct ent_arena *arena, struct incident *incident, bool is_new);
int64_t incident_by_uuid(struct db *db, struct ent_str uuid); /* number; 0: there is none */
/* The living incident that `number` is part of now: follows merges; 0: there is none. */
int64_t incident_living(struct db *db, int64_t number);

bool comment_load(struct db *db, struct ent_arena *arena, struct ent_str supplier, struct ent_str ticket,
		  struct ent_str external_id, struct comment *ret);
bool comment_by_uuid(struct db *db, struct ent_arena *arena, struct ent_str uuid, struct comment *ret);
void comment_save(struct db *db, struct comment *comment);

bool attachment_known(struct db *db, struct ent_str supplier, struct ent_str ticket, struct ent_str external_id);
void attachment_save(struct db *db, const struct event *event);
/* Files that stand at the comment are for nobody who may not read it any more; one that was removed has no readers. */
void attachments_narrow(struct db *db, int64_t incident, const struct comment *comment);

void incident_count(struct db *db, struct incident *incident); /* n_ticket, n_comment from the rows */

/* Correlation keys and references, as the event of a ticket tells them. */
void correlation_save(struct db *db, const struct event *event);
bool correlation_known(struct db *db, struct ent_str key, int64_t incident);
/* The oldest that has the key, as stored, but this one; one that is shared with the supplier before all others. 0:
 * none. Others with the key are left out: a free joiner must not bring together what others were kept out of. */
int64_t correlation_find(struct db *db, struct ent_str key, struct ent_str supplier, int64_t but);
bool reference_known(struct db *db, const struct ent_reference *reference, int64_t incident);
/* A supplier's ticket that named another one, and the incident that it is in, as stored. */
struct referrer {
	int64_t incident;
	struct ent_str supplier, ticket;
};
/* Who refers to this ticket, by its id or key? The oldest incidents first; returns how many. */
#define REFERRERS_MAX 32
size_t reference_find(struct db *db, struct ent_arena *arena, struct ent_str supplier, struct ent_str external_id,
		      struct ent_str key, struct referrer ret[REFERRERS_MAX]);

#endif
