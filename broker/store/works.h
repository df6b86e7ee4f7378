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
