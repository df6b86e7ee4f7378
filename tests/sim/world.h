/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time, chance and the trace of one run. Virtual time moves only when somebody moves
 * it. The trace's hash is the run's identity: the same seed must give the same one,
 * so nothing that is written to it may come from an address or the real clock.
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "base/world.h"
#include "rng.h"

#define SIM_EPOCH_MS 1767225600000 /* 2026-01-01, where every run begins */

struct trace {
	uint64_t hash, n;
	bool keep;           /* keep the text in `text` */
	struct sdk_buf text; /* lines */
};

struct world {
	struct clock clock; /* first: &world->clock is the world */
	struct chance chance;
	struct rng rng; /* of uuids and random bytes */
	int64_t us;     /* since the run began */
	struct trace trace;
};

void world_init(struct world *world, uint64_t seed, bool keep_trace);
void world_release(struct world *world);
void world_pass(struct world *world, int64_t us); /* time goes by */

/* One line: "time what ...". */
void trace_line(struct world *world, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* What is too frequent for a line: hashed only. */
void trace_mix(struct world *world, uint64_t what);

#endif
