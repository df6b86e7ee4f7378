/* SPDX-License-Identifier: Apache-2.0 */
/* Loading and saving tickets. Loaded strings live in the arena. Failures stick in db. */
#ifndef STORE_ROWS_TICKET_H
#define STORE_ROWS_TICKET_H

#include "core/state.h"
#include "store/db.h"

bool ticket_load(struct db *db, struct ent_arena *arena, struct ent_str supplier, struct ent_str external_id,
		 struct ticket *ret);
/* The next row of a statement that begins with these columns. False: no more, or a damaged one, which sticks in db. */
#define TICKET_COLUMNS                                                                                                 \
	"SELECT id, key, incident, removed, changed_ms, attributes, removed_version, removed_ms, continues_as, "       \
	"origin, supplier, external_id FROM ticket "
bool ticket_read(struct db *db, struct db_stmt *stmt, struct ent_arena *arena, struct ticket *ret);
void ticket_save(struct db *db, struct ticket *ticket); /* sets id when it was 0 */
/* Tickets that went on as `from` go on as `to`. */
void ticket_follow(struct db *db, struct ent_str supplier, struct ent_str from, struct ent_str to);
/* From the column `attributes`. False: damaged. */
bool ticket_attributes(struct ent_arena *arena, struct ent_str json, struct ticket *ret);
/* The incident of a supplier's ticket by external id, else by key; 0: none. */
int64_t ticket_incident(struct db *db, struct ent_str supplier, struct ent_str word);
/* All tickets of an incident as (supplier, external id), in the order they were linked. */
size_t ticket_list(struct db *db, struct ent_arena *arena, int64_t incident, const struct ent_reference **ret);

#endif
