/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a supplier does, as link judges it: healthy, slow, failing, paused or refused, each with why and what to do; and
 * whether it fell silent. The store is told when it changes.
 */
#ifndef LINK_HEALTH_H
#define LINK_HEALTH_H

#include "link/errand.h"

#define HEALTH_SAMPLES 31

struct lane;
struct roster;

struct health {
	bool known; /* `told` is what the store knows */
	struct supplier_state told;
	struct sdk_arena arena; /* of told */
	int64_t quiet_since_ms;
	bool is_slow;
	int64_t took_us[HEALTH_SAMPLES]; /* of the last answers, a ring */
	size_t n_took;

	struct job job; /* tells the store the next `told` */
	struct sdk_arena job_arena;
	struct roster *job_roster; /* what the job points into */
	struct errand errand;
	bool is_telling; /* the job waits for its answer */
};

void health_open(struct lane *lane);
void health_close(struct lane *lane);
void health_took(struct lane *lane, int64_t us); /* an answer came */
/* Compares what is with what the store was told, and tells it. True: it did something. */
bool health_judge(struct lane *lane);
/* Once a minute: was nothing heard of the supplier for too long? */
void health_listen(struct lane *lane);

#endif
