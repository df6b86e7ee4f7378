/* SPDX-License-Identifier: Apache-2.0 */
/*
 * May the asker of a job do it? The routes have asked before, from what was committed then; here it is asked of the
 * dossier, within the writer's transaction: a share may have been taken back since. Pure.
 */
#ifndef STORE_ASKER_H
#define STORE_ASKER_H

#include "core/dossier.h"
#include "core/reader.h"
#include "store/job.h"

/* A share of the asker's organisation stands. Ours takes part everywhere; so does nobody: the broker itself. */
bool asker_takes_part(struct dossier *dossier, const struct reader *by);
/* Machines do not read, follow, take or keep a draft. False: the job is answered. */
bool asker_is_person(struct job *job);
/* Words are changed by the organisation that wrote them, and by no other. */
bool asker_wrote(const struct reader *by, const struct supplier_set *suppliers, const struct comment *known);

#endif
