/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A merge widens nothing. A comment that was said for everyone, in either incident, is from then on for those by name
 * who could read it before. Those who saw a hand-over before go on seeing it, and nobody else does. Pure functions of a
 * side's shares and reads and of the event, so that rebuild finds the same.
 */
#ifndef CORE_MERGE_H
#define CORE_MERGE_H

#include "core/dossier.h"

/* The suppliers whose shares stand on either side, each with the organisation whose tool it is, into the event. */
void merge_name_shares(struct dossier *kept, struct dossier *gone, struct event *merged);
/* side: the incident that the comment, which is for everyone, is in. */
struct audience merge_audience(struct dossier *side, const struct event *merged, const struct comment *comment);
/* The organisations that see a hand-over: ",orion,vega,", and "," for nobody. */
struct ent_str merge_seen_by(struct dossier *side, const struct event *merged, int64_t at_ms);

#endif
