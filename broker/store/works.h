/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Table work: the places of incidents in the lists of what each organisation has to do, see core/worklist.h. Kept by
 * the writer at the end of each job for the incidents that the job stirred, by a timer when time alone changes them,
 * and made anew, some incidents in each turn, when the configuration that it depends on is another one, or the store
 * was rebuilt. Failures stick in db.
 */
#ifndef STORE_WORKS_H
#define STORE_WORKS_H

#include "store/apply.h"
#include "store/timers.h"

/* The last words and moves of an incident, the newest first, each from an index of its own: what else happens there,
 * seen by others alone, takes no place from them. $1: the incident; $2: since when, or how many. */
#define WORKS_LAST_SAID                                                                                                \
	"SELECT comment.supplier, coalesce(person.organisation, ''), comment.organisations, comment.everyone OR "      \
	"comment.requester, comment.recorded_ms FROM comment LEFT JOIN person ON person.ref = comment.author WHERE "   \
	"comment.incident = $1 AND comment.held_by = '' AND comment.recorded_ms > $2 ORDER BY comment.recorded_ms "    \
	"DESC"
#define WORKS_LAST_MOVED                                                                                               \
	"SELECT supplier, recorded_ms FROM event WHERE incident = $1 AND kind IN ('incident.status_changed', "         \
	"'incident.holder_accepted') ORDER BY sequence DESC LIMIT $2"

/* After a job: the places of all incidents that it stirred. */
void works_follow(struct apply *apply);
/* TIMER_WORK: the incident's time has come. */
void works_due(struct apply *apply, const struct timer *timer);

/* The table is made for these suppliers. False: it has to be made anew, see works_anew(). */
bool works_stand(struct db *db, const struct supplier_set *suppliers);
#define WORKS_A_TURN 100 /* incidents */
/* Makes the places of the incidents with a higher number than *after, and moves it. False: all are made; then the table
 * says for which suppliers. */
bool works_anew(struct apply *apply, int64_t *after);

#endif
