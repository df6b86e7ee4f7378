/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One unit of change: an incident, one ticket and one comment of it, loaded, folded
 * and saved together. The writer folds what it decided; rebuild folds what it read
 * back. Both go through here and nowhere else.
 */
#ifndef STORE_UNIT_H
#define STORE_UNIT_H

#include "core/decide.h"
#include "store/rows.h"

struct unit {
	struct db *db;
	struct ent_arena *arena;
	struct incident incident;
	struct ticket ticket;
	struct comment comment;
	bool incident_is_new, has_ticket, has_comment; /* has_: loaded or made */
	bool incident_dirty, ticket_dirty;
};

/* An empty unit; then load what there is. */
void unit_init(struct unit *unit, struct db *db, struct ent_arena *arena);
bool unit_load_ticket(struct unit *unit, struct ent_str supplier, struct ent_str external_id);
bool unit_load_comment(struct unit *unit, struct ent_str supplier, struct ent_str ticket, struct ent_str external_id);
bool unit_load_incident(struct unit *unit, int64_t number);

/* Applies one event whose seq, sequence and (for comments) uuid are set. Comments, attachments, correlation and what a
 * merge moves are written at once; the incident and the ticket wait for unit_save(), as several events change them. */
void unit_fold(struct unit *unit, const struct event *event);
void unit_save(struct unit *unit);

#endif
