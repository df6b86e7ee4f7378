/* SPDX-License-Identifier: Apache-2.0 */
/* The events that follow for open acts from an event of their incident, and from time. Pure. */
#ifndef CORE_ACT_FOLLOW_H
#define CORE_ACT_FOLLOW_H

#include "core/situation.h"

/* An incident as decisions about acts see it; the situation's incident is as it stands now. */
struct act_scene {
	const struct situation *at;
	const struct act *open; /* its open acts, the oldest first */
	size_t n_open;
	bool (*takes_part)(void *of, struct ent_str organisation); /* its share stands */
	void *of;
};

/* The organisation takes part in the incident; ours always does. */
bool act_takes_part(const struct act_scene *scene, struct ent_str organisation);
/* An event about the act, with the act as it stands. */
struct event *act_event(struct events *events, enum event_kind kind, const struct act_scene *scene,
			const struct act *act);
/* The event is about an act that has ended, or marks it a second time: it is not to be stored. open: its incident's. */
bool act_is_stale(const struct act *open, size_t n, const struct event *event);
/* The events that may end open acts; of others act_follow() adds nothing. */
bool act_may_follow(const struct event *event);
/* The event is folded. It may add the end of an act that another event of the list ends first: the one that stores
 * events leaves such an end out. */
void act_follow(const struct act_scene *scene, const struct event *event, struct events *ret);
/* The act's time has come. */
void act_due(const struct act_scene *scene, const struct act *act, struct events *ret);

#endif
