/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The writer keeps in its memory the incidents that it has just written, so that the next job about one of them reads
 * nothing back: the incident, its tickets and its shares, as they stand in the tables within the writer's transaction.
 * Only the writer changes these rows, so an entry holds until a job touches its incident, or the transaction is undone.
 *
 * Deliveries and comments are never here. An incident has one place, by its number: a newer one with the same place
 * puts it out. Bounded: SHELF_PLACES incidents and SHELF_BYTES of memory; an incident with many tickets is left out.
 *
 * A pointer from the shelf is borrowed, and lives until the next shelf_keep().
 */
#ifndef STORE_SHELF_H
#define STORE_SHELF_H

#include "core/dossier.h"

#define SHELF_PLACES      4096
#define SHELF_BYTES       (16 << 20)
#define SHELF_TICKETS_MAX 16 /* of one incident */

struct shelf;
struct shelf *shelf_new(void);
void shelf_free(struct shelf *shelf); /* takes NULL */

/* Fills the dossier of an incident: what a job asked for before is brought. False: the incident is not here. NULL: an
 * empty shelf. */
bool shelf_fill(const struct shelf *shelf, struct dossier *ret);
/* A ticket, with its incident; false: it is not here. */
bool shelf_ticket(const struct shelf *shelf, struct ent_str supplier, struct ent_str external_id, struct ticket *ret);
/* At the end of a job, when all that it changed is saved: its dossiers replace what was here of their incidents. One
 * that still is dirty, or went into another incident, is forgotten. */
void shelf_keep(struct shelf *shelf, const struct dossier *list);
/* All is forgotten: the transaction was undone, or rows were changed beside the dossiers. */
void shelf_clear(struct shelf *shelf);

#endif
