/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The people of an organisation who have taken an incident or an ask of it (table taken), and the places that it puts
 * off in its list of work (table snooze). Only that organisation knows. Failures stick in db.
 */
#ifndef STORE_DUTIES_H
#define STORE_DUTIES_H

#include "core/event.h"
#include "store/db.h"

/* A fold of row_folds.c, after that of acts: an ask that has ended is nobody's any more. */
void duties_fold(struct db *db, const struct event *event);

/* The ref of the account that has it; of: uuid of an ask, "" the incident itself. Empty: nobody of the organisation. */
struct ent_str duties_taken_by(struct db *db, struct ent_arena *arena, int64_t incident, struct ent_str of,
			       struct ent_str organisation);
/* The first that the account has, of an incident with a higher number; false: there is none. */
bool duties_next(struct db *db, struct ent_arena *arena, struct ent_str account, int64_t after, int64_t *ret_incident,
		 struct event *ret);

/* For works.c: which organisations have an incident, since when; and which put it off. */
size_t duties_taken(struct db *db, struct ent_arena *arena, int64_t incident, const struct ent_str **ret,
		    const int64_t **ret_ms);
struct snooze {
	struct ent_str organisation;
	int64_t until_ms;
	int64_t sequence; /* of the incident: what happened since then is new */
	int64_t looked;   /* and up to here nothing of it is news; 0: not yet */
};
void duties_looked(struct db *db, int64_t incident, struct ent_str organisation, int64_t looked);
/* Does the organisation put its place off, and has that time not come? */
bool duties_is_snoozed(struct db *db, int64_t incident, struct ent_str organisation, int64_t now_ms);
size_t duties_snoozed(struct db *db, struct ent_arena *arena, int64_t incident, const struct snooze **ret);

#endif
