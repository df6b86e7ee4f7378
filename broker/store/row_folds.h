/* SPDX-License-Identifier: Apache-2.0 */
/* Applies an event to rows that no dossier holds. The writer and rebuild both go through here, after dossier_fold().
 * Failures stick in db. */
#ifndef STORE_ROW_FOLDS_H
#define STORE_ROW_FOLDS_H

#include "core/dossier.h"
#include "store/db.h"

void row_folds_apply(struct db *db, const struct event *event);
/* incident.merged: all that is of `gone` is of `kept` from now on. Both dossiers are saved and then know their incident
 * alone. */
void row_folds_merge(struct db *db, struct dossier *kept, struct dossier *gone, const struct event *merged);
/* incident.split: what is of `gone` is its own again; incident.restored follows and makes it stand. As above. */
void row_folds_split(struct db *db, struct dossier *kept, struct dossier *gone, const struct event *split);

#endif
