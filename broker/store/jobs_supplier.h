/* SPDX-License-Identifier: Apache-2.0 */
/* The jobs about a supplier: its maps, how far its tool is read, how it does. */
#ifndef STORE_JOBS_SUPPLIER_H
#define STORE_JOBS_SUPPLIER_H

#include "store/job.h"

extern const struct job_row jobs_supplier[]; /* the last row has no run */

/* How far the page brings its stream and what it put aside, unless a person stopped it or began anew meanwhile. */
void job_page_cursor(struct db *db, struct ent_arena *arena, const struct ask *ask);
/* Records how the page failed, if it did. A poll whose first page failed keeps its beginning, however late it succeeds.
 */
void job_page_trouble(struct db *db, const struct ask *ask);

#endif
