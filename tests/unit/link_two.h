/* SPDX-License-Identifier: Apache-2.0 */
/* Two suppliers that share an incident, or many, for the tests of deliveries. */
#ifndef UNIT_LINK_TWO_H
#define UNIT_LINK_TWO_H

#include "link_world.h"

/* Two tools: "acme" opened an incident, "orion" takes part with ticket T1. */
static inline struct world *two(const char *repeats, int64_t *ret_incident)
{
	struct supplier_set *set = supplier_set_new(2);
	struct world *world = world_new(set);

	toy_supplier(world, set, 0, "acme", "safe")->link.url = ENT_ABSENT; /* only listened to */
	toy_supplier(world, set, 1, "orion", repeats);
	world_start(world);
	*ret_incident = ticket_comes(world, "acme", "A1", "Open", 0);
	assert_int_equal(ticket_comes(world, "orion", "T1", "Open", *ret_incident), *ret_incident);
	return world;
}

static inline void refresh(struct world *world, struct supplier_set *set)
{
	struct ent_err err;

	if (link_reload(world->link, set, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	supplier_set_unref(world->set);
	world->set = set;
	settle(world);
}

static inline struct supplier_set *same_two(struct world *world, const char *repeats)
{
	struct supplier_set *set = supplier_set_new(2);

	toy_supplier(world, set, 0, "acme", "safe")->link.url = ENT_ABSENT;
	toy_supplier(world, set, 1, "orion", repeats);
	return set;
}

static inline void set_status(struct world *world, int64_t incident, enum ent_status status)
{
	struct job *job = job_new(world, JOB_STATUS);

	job->ask.incident = incident;
	job->ask.status = status;
	job_run(world, job);
	assert_int_equal(job->outcome, JOB_ACCEPTED);
}

/* Many incidents at one supplier. */
static inline struct world *many(int n, void (*tune)(struct supplier *))
{
	struct supplier_set *set = supplier_set_new(2);
	struct world *world = world_new(set);
	char id[16];

	toy_supplier(world, set, 0, "acme", "safe")->link.url = ENT_ABSENT;
	tune(toy_supplier(world, set, 1, "orion", "search"));
	world_start(world);
	for (int i = 0; i < n; i++) {
		snprintf(id, sizeof id, "T%d", i);
		int64_t incident = ticket_comes(world, "acme", id, "Open", 0);
		assert_int_equal(ticket_comes(world, "orion", id, "Open", incident), incident);
	}
	return world;
}

static inline void tune_probe(struct supplier *supplier)
{
	supplier->connector = &toy_probed_connector;
}

static inline void tune_none(struct supplier *supplier)
{
	(void)supplier;
}

#endif
