/* SPDX-License-Identifier: Apache-2.0 */
/* The part of an incident that an organisation may see, as the writer asks for it: for what it keeps for one
 * organisation alone, such as its list of work. The same rules as core/reader.h. */
#ifndef STORE_SIGHTS_H
#define STORE_SIGHTS_H

#include "store/apply.h"

/* It reads the comment, which stands. */
bool sights_words(struct apply *apply, struct dossier *dossier, struct ent_str organisation, const char *uuid);
/* As VIEW_SEES_ACT. */
bool sights_act(struct apply *apply, struct dossier *dossier, struct ent_str organisation, const struct act *act);
/* Something happened after the incident's event with the sequence *last that the organisation sees, and that its own
 * people and tools did not do. False: *last is the last event that there is. */
bool sights_news(struct apply *apply, struct dossier *dossier, struct ent_str organisation, int64_t *last);

#endif
