/* SPDX-License-Identifier: Apache-2.0 */
/* The events that follow for open acts, from the events of a job. */
#ifndef STORE_ACTS_FOLLOW_H
#define STORE_ACTS_FOLLOW_H

#include "store/acts.h"
#include "store/apply.h"

/* at: of the dossier; both live as long as the scene. */
struct act_scene acts_follow_scene(struct apply *apply, struct dossier *dossier, const struct situation *at);
/* The event would end an act a second time: it is not stored. */
bool acts_follow_is_stale(struct apply *apply, const struct event *event);
/* The event is stored and folded: what follows from it goes to the list's end. */
void acts_follow(struct apply *apply, struct dossier *dossier, const struct event *event, struct events *ret);

#endif
