/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a supplier does, as link judges it, told to the store when it changes: healthy, slow,
 * failing, paused, refused, each with why and what to do; and whether it fell silent.
 */
#ifndef LINK_HEALTH_H
#define LINK_HEALTH_H

#include "store/writer.h"

#define HEALTH_SAMPLES 31

struct lane;
struct roster;

struct health {
	bool known; /* what the store has is in `told` */
	struct supplier_state told;
	struct sdk_arena arena; /* of told */
	int64_t quiet_since_ms;
	bool is_slow;
	int64_t took_us[HEALTH_SAMPLES]; /* of the last answers, a ring */
	size_t n_took;

	struct job job; /* the next `told` */
	struct sdk_arena job_arena;
	struct roster *job_roster; /* what the job points into */
	bool is_telling, is_out;   /* the job waits for its answer; and is with the writer */
};

void health_open(struct health *health);
void health_release(struct health *health);
void health_took(struct lane *lane, int64_t us);
/* Compares what stands with what was told, and tells. True: it did something. */
bool health_judge(struct lane *lane);
void health_answered(struct lane *lane);
/* Once a minute: is it too long since it was heard? */
void health_listen(struct lane *lane);

#endif
