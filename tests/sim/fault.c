/* SPDX-License-Identifier: Apache-2.0 */
/* The broker comes and goes; what strikes between two steps; and eyes from outside that nothing strikes. */
#include "sim.h"

#include <string.h>

enum { WEEK_S = 7 * 86400 };

/* ---- who looks at the store from outside ------------------------------------ */

void calm_begin(struct calm *calm, struct sim *sim, struct life *who)
{
	*calm = (struct calm){sim->disk.life, sim->disk.faults, sim->disk.crash_in, sim->disk.broken};
	sim->disk.faults = (struct disk_faults){0};
	sim->disk.crash_in = 0;
	sim->disk.broken = false;
	sim->disk.life = who;
}

void calm_end(const struct calm *calm, struct sim *sim)
{
	sim->disk.life = calm->before;
	sim->disk.faults = calm->faults;
	sim->disk.crash_in = calm->crash_in;
	sim->disk.broken = calm->broken;
}

void eyes_open(struct sim *sim)
{
	struct ent_err err = {0};
	struct calm calm;

	sim->eyes_life = (struct life){0};
	calm_begin(&calm, sim, &sim->eyes_life);
	if (db_open(STORE_PATH, DB_READ, VFS_NAME, &sim->eyes, &err) != ENT_OK)
		sim_violates(sim, "store", "store", "the store cannot be read: %s", err.msg);
	calm_end(&calm, sim);
}

void eyes_close(struct sim *sim)
{
	sim->eyes_life.dead = true; /* the end of the last handle writes nothing */
	db_close(sim->eyes);
	sim->eyes = NULL;
}

/* ---- the broker comes and goes ---------------------------------------------- */

void zombie_end(struct sim *sim)
{
	broker_die(sim->zombie);
	sim->zombie = NULL;
}

void process_end(struct sim *sim, bool power, const char *why)
{
	struct broker *broker = sim->broker;

	if (!broker)
		return;
	trace_line(&sim->world, "%s: %s", power ? "power cut" : "the process ends", why);
	/* A worker may have sent the answers of a step that did not end any more. */
	if (broker->life.dead && rng_below(&sim->by_posts, 4))
		post_mail(sim);
	eyes_close(sim);
	if (!power && !broker->life.dead && sim_has(sim, FAULT_ZOMBIE)) {
		zombie_end(sim);
		broker_become_zombie(broker);
		sim->zombie = broker;
		sim->n_zombie++;
	} else {
		broker_die(broker);
	}
	sim->broker = NULL;
	if (power) {
		zombie_end(sim);
		disk_power_cut(&sim->disk);
	}
	sim->n_power += power;
	sim->n_kill += !power;
	sim->disk.crash_in = 0;
	sim->restart_us = sim->world.us + rng_range(&sim->by_faults, 1000, 2000000);
}

void process_start(struct sim *sim)
{
	struct ent_err err = {0};

	sim->broker = broker_start(sim, ++sim->serial, &err);
	trace_line(&sim->world, "start %d: %s", sim->serial, sim->broker ? "up" : err.msg);
	if (sim->broker) {
		sim->meta = sim->broker->meta;
		if (sim->healing)
			memset(&sim->broker->kafka_faults, 0, sizeof sim->broker->kafka_faults);
		if (sim->book.n_delivery)
			check_readable(sim);
		return;
	}
	sim->restart_us = sim->world.us + rng_range(&sim->by_faults, 100000, 3000000);
	if (sim->disk.crash_in == 0 && rng_below(&sim->by_faults, 2))
		sim->disk.broken = false; /* somebody looked after it */
	if (sim->healing)
		sim_violates(sim, "start", "start", "nothing is wrong and the broker does not start: %s", err.msg);
}

void process_failed(struct sim *sim, const struct ent_err *err)
{
	struct life life = sim->broker->life;

	if (life.dead) {
		process_end(sim, life.power, "inside a step");
		return;
	}
	sim->n_io_end++;
	/* A life that began among faults may still carry one: a handle's failure sticks. */
	if (sim->healing && sim->broker->serial > sim->healed_serial)
		sim_violates(sim, "end", "process", "nothing is wrong and the broker ends: %s", err->msg);
	sim->broker->life.dead = true; /* no zombie: the whole process ends */
	process_end(sim, false, err->msg);
}

/* ---- faults between two steps ------------------------------------------------ */

static void fault_inside(struct sim *sim)
{
	bool power = plan_has(&sim->plan, FAULT_POWER) && rng_below(&sim->by_faults, 2);

	if (rng_below(&sim->by_faults, 3)) {
		sim->disk.crash_in = rng_range(&sim->by_faults, 1, 60);
		sim->disk.crash_power = power;
	} else if (sim->broker) {
		sim->broker->producer.crash_in = rng_range(&sim->by_faults, 1, 30);
		sim->broker->producer.crash_power = power;
	}
}

static struct tool *any_tool(struct sim *sim)
{
	return &sim->tool[rng_below(&sim->by_faults, (uint64_t)sim->n_tool)];
}

static void fault_down(struct sim *sim)
{
	struct tool *tool = any_tool(sim);
	int64_t s = rng_below(&sim->by_faults, 2) ? rng_range(&sim->by_faults, 1, 600)
						  : rng_range(&sim->by_faults, 600, WEEK_S);

	tool->down_until_us = sim->world.us + s * 1000000;
	trace_line(&sim->world, "%s is down for %lld s", tool->name, (long long)s);
}

static void fault_revoked(struct sim *sim)
{
	struct tool *tool = any_tool(sim);
	int64_t s = rng_range(&sim->by_faults, 1, 300);

	tool->revoked_until_us = sim->world.us + s * 1000000;
	trace_line(&sim->world, "%s lets us in no more, for %lld s", tool->name, (long long)s);
}

static void fault_strike(struct sim *sim, enum fault fault)
{
	switch (fault) {
	case FAULT_KILL:
	case FAULT_POWER:
		process_end(sim, fault == FAULT_POWER, "between two steps");
		break;
	case FAULT_INSIDE:
		fault_inside(sim);
		break;
	case FAULT_FULL:
		sim->disk.faults.space = sim->disk.faults.space ? 0 : sim->plan.disk_space;
		trace_line(&sim->world, "disk: %lld bytes", (long long)sim->disk.faults.space);
		break;
	case FAULT_KAFKA_DOWN:
		cluster_restart(&sim->cluster, rng_range(&sim->by_faults, 0, 20000000));
		break;
	case FAULT_TIME:
		world_pass(&sim->world, rng_range(&sim->by_faults, 1000000, sim->n_tool ? 100000000 : 40000000));
		break;
	case FAULT_DOWN:
		fault_down(sim);
		break;
	case FAULT_REVOKED:
		fault_revoked(sim);
		break;
	default: /* the others are rates inside the worlds */
		break;
	}
}

void fault_maybe(struct sim *sim)
{
	static const enum fault between[] = {FAULT_KILL,       FAULT_POWER, FAULT_INSIDE, FAULT_FULL,
					     FAULT_KAFKA_DOWN, FAULT_TIME,  FAULT_DOWN,   FAULT_REVOKED};
	size_t n = sizeof between / sizeof *between - (sim->n_tool ? 0 : 2);
	enum fault fault = between[rng_below(&sim->by_faults, n)];

	if (rng_ppm(&sim->by_faults, sim->plan.fault_ppm) && plan_has(&sim->plan, fault))
		fault_strike(sim, fault);
}
