/* SPDX-License-Identifier: Apache-2.0 */
/* The events that follow for open acts, from the events of a job. */
#ifndef STORE_ACTS_FOLLOW_H
#define STORE_ACTS_FOLLOW_H

#include "store/acts.h"
#include "store/apply.h"

/* at: of the dossier; both live as long as the scene. */
struct act_scene acts_follow_scene(struct apply *apply, struct dossier *dossier, const struct situation *at);
/* Looks up which open acts the people of the change's tool may end with it: proposed, answers, declined of *at. */
void acts_follow_look(struct apply *apply, struct dossier *dossier, struct situation *at,
		      const struct ent_change *change);
/* The event would end an act a second time: it is not stored. */
bool acts_follow_is_stale(struct apply *apply, const struct event *event);
/* The event is stored and folded: what follows from it goes to the list's end. */
void acts_follow(struct apply *apply, struct dossier *dossier, const struct event *event, struct events *ret);

#endif
