/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Drift: where a supplier's tool does not say what it should, and nothing is on its way to mend it. A difference that a
 * person ignored, or the tool cannot express, is no drift: somebody was told. Pure: asks the functions that plan.
 */
#ifndef CORE_DRIFT_H
#define CORE_DRIFT_H

#include "core/dossier.h"

struct drift_row {
	const char *what;
	struct ent_str ours, theirs, comment;
	struct ent_said next; /* for people: what to do */
};

/* The supplier shares the incident and has no ticket. False: no drift. */
bool drift_ticket(struct dossier *dossier, const struct party *party, struct drift_row *ret);
/* A carried attribute differs. False: no drift. */
bool drift_attribute(struct dossier *dossier, const struct party *party, enum ent_attr attr, struct drift_row *ret);

#endif
