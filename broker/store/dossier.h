/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Brings a dossier from the tables, part by part as it is asked for, and saves what a job changed. Each part is one
 * statement: the incident, its tickets, its shares, and a page of each queue that somebody asks about. Failures stick
 * in db.
 */
#ifndef STORE_DOSSIER_H
#define STORE_DOSSIER_H

#include "core/dossier.h"
#include "store/db.h"
#include "store/shelf.h"

/* False: there is no such incident; the dossier is empty then, and is_new. Nothing else is read yet. */
bool dossier_load(struct dossier *ret, struct db *db, struct ent_arena *arena, const struct supplier_set *suppliers,
		  int64_t number);
/* The same from the shelf, see store/shelf.h, which may be NULL. False: it is not there, and has to be loaded. */
bool dossier_recall(struct dossier *ret, struct db *db, struct ent_arena *arena, const struct supplier_set *suppliers,
		    int64_t number, const struct shelf *shelf);
/* The dossier of an incident that begins now; the caller sets its uuid. */
void dossier_new(struct dossier *ret, struct db *db, struct ent_arena *arena, const struct supplier_set *suppliers,
		 int64_t number);
/* Writes what is dirty. Heads are chosen before: see queue_heads(). */
void dossier_save(struct dossier *dossier);
/* A delivery by its id, to be adopted by the dossier of its incident; without incident_uuid. False: there is none. */
bool dossier_delivery_load(struct db *db, struct ent_arena *arena, int64_t id, struct delivery *ret);

#endif
