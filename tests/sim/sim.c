/* SPDX-License-Identifier: Apache-2.0 */
#include "sim.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define DRAIN_STEPS 6000 /* more than any healthy run needs */

void sim_violates(struct sim *sim, const char *invariant, const char *subject, const char *fmt, ...)
{
	va_list args;

	if (sim->violation.invariant[0])
		return;
	snprintf(sim->violation.invariant, sizeof sim->violation.invariant, "%s", invariant);
	snprintf(sim->violation.subject, sizeof sim->violation.subject, "%s", subject);
	va_start(args, fmt);
	vsnprintf(sim->violation.what, sizeof sim->violation.what, fmt, args);
	va_end(args);
	trace_line(&sim->world, "VIOLATION %s: %s", invariant, sim->violation.what);
}

/* ---- the broker comes and goes ---------------------------------------------- */

static void zombie_end(struct sim *sim)
{
	broker_die(sim->zombie);
	sim->zombie = NULL;
}

/* The process is dead already, or dies now. */
static void process_end(struct sim *sim, bool power, const char *why)
{
	struct broker *broker = sim->broker;

	if (!broker)
		return;
	trace_line(&sim->world, "%s: %s", power ? "power cut" : "the process ends", why);
	if (!power && !broker->life.dead && plan_has(&sim->plan, FAULT_ZOMBIE) && !sim->healing) {
		zombie_end(sim);
		broker_become_zombie(broker);
		sim->zombie = broker;
		sim->n_zombie++;
	} else {
		broker_die(broker);
	}
	sim->broker = NULL;
	client_reset(sim);
	if (power) {
		zombie_end(sim);
		disk_power_cut(&sim->disk);
	}
	sim->n_power += power;
	sim->n_kill += !power;
	sim->disk.crash_in = 0;
	sim->restart_us = sim->world.us + rng_range(&sim->rng, 1000, 2000000);
}

static void process_start(struct sim *sim)
{
	struct ent_err err = {0};

	sim->broker = broker_start(&sim->world, &sim->disk, &sim->cluster, &sim->plan, sim->seed, ++sim->serial, &err);
	trace_line(&sim->world, "start %d: %s", sim->serial, sim->broker ? "up" : err.msg);
	if (sim->broker) {
		sim->n_restart++;
		if (sim->healing)
			memset(&sim->broker->kafka_faults, 0, sizeof sim->broker->kafka_faults);
		check_readable(sim);
		return;
	}
	sim->restart_us = sim->world.us + rng_range(&sim->rng, 100000, 3000000);
	if (sim->disk.crash_in == 0 && rng_below(&sim->rng, 2))
		sim->disk.broken = false; /* somebody looked after it */
	if (sim->healing)
		sim_violates(sim, "start", "start", "nothing is wrong and the broker does not start: %s", err.msg);
}

/* A step of the broker ended with ENT_EINVAL. */
static void process_failed(struct sim *sim, const struct ent_err *err)
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
	bool power = plan_has(&sim->plan, FAULT_POWER) && rng_below(&sim->rng, 2);

	if (rng_below(&sim->rng, 3)) {
		sim->disk.crash_in = rng_range(&sim->rng, 1, 60);
		sim->disk.crash_power = power;
	} else if (sim->broker) {
		sim->broker->producer.crash_in = rng_range(&sim->rng, 1, 30);
		sim->broker->producer.crash_power = power;
	}
}

static void fault_strike(struct sim *sim, enum fault fault)
{
	switch (fault) {
	case FAULT_KILL:
		process_end(sim, false, "kill");
		break;
	case FAULT_POWER:
		process_end(sim, true, "cut");
		break;
	case FAULT_CRASH_INSIDE:
		fault_inside(sim);
		break;
	case FAULT_FULL:
		sim->disk.faults.space = sim->disk.faults.space ? 0 : sim->plan.disk_space;
		trace_line(&sim->world, "disk: %lld bytes", (long long)sim->disk.faults.space);
		break;
	case FAULT_KAFKA_DOWN:
		cluster_restart(&sim->cluster, rng_range(&sim->rng, 0, 20000000));
		break;
	case FAULT_TIME:
		world_pass(&sim->world, rng_range(&sim->rng, 1000000, 40000000));
		break;
	default: /* the others are rates inside the worlds */
		break;
	}
}

static void maybe_fault(struct sim *sim)
{
	static const enum fault between[] = {FAULT_KILL, FAULT_POWER,      FAULT_CRASH_INSIDE,
					     FAULT_FULL, FAULT_KAFKA_DOWN, FAULT_TIME};
	enum fault fault = between[rng_below(&sim->rng, sizeof between / sizeof *between)];

	if (rng_ppm(&sim->rng, sim->plan.fault_ppm) && plan_has(&sim->plan, fault))
		fault_strike(sim, fault);
}

/* ---- steps -------------------------------------------------------------------- */

enum action { ACT_SEND, ACT_ANSWER, ACT_WRITER, ACT_RELAY, ACT_CLUSTER, ACT_ZOMBIE, ACT_START, ACT_PRUNE, ACT_N };

static bool is_runnable(struct sim *sim, enum action action)
{
	struct broker *broker = sim->broker;

	switch (action) {
	case ACT_SEND:
		return client_may_send(sim);
	case ACT_ANSWER:
		return client_has_answer(sim);
	case ACT_WRITER:
		return broker && broker->n_waiting > 0;
	case ACT_RELAY:
		return broker && broker->relay_due_us <= sim->world.us;
	case ACT_CLUSTER:
		return cluster_has_work(&sim->cluster);
	case ACT_ZOMBIE:
		return sim->zombie && sim->zombie->relay_due_us <= sim->world.us;
	case ACT_START:
		return !broker && sim->restart_us <= sim->world.us;
	case ACT_PRUNE:
		return broker && !sim->healing && rng_below(&sim->rng, 100) == 0;
	case ACT_N:
		break;
	}
	return false;
}

static void step_zombie(struct sim *sim)
{
	struct ent_err err;

	if (broker_step_relay(sim->zombie, &err) != ENT_OK)
		zombie_end(sim);
}

static void act(struct sim *sim, enum action action)
{
	struct ent_err err = {0};
	enum ent_rc rc = ENT_OK;

	trace_mix(&sim->world, action);
	switch (action) {
	case ACT_SEND:
		client_send(sim);
		break;
	case ACT_ANSWER:
		client_take_answer(sim);
		break;
	case ACT_WRITER:
		rc = broker_step_writer(sim->broker, &err);
		trace_line(&sim->world, "writer: %d %s, stored %lld", rc, err.msg,
			   (long long)writer_last_seq(sim->broker->writer));
		break;
	case ACT_RELAY:
		rc = broker_step_relay(sim->broker, &err);
		break;
	case ACT_CLUSTER:
		cluster_step(&sim->cluster);
		break;
	case ACT_ZOMBIE:
		step_zombie(sim);
		break;
	case ACT_START:
		process_start(sim);
		break;
	case ACT_PRUNE:
		client_prune(sim);
		break;
	case ACT_N:
		break;
	}
	if (sim->broker && (rc == ENT_EINVAL || sim->broker->life.dead))
		process_failed(sim, &err);
}

static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Nothing can happen now: on to when something can. */
static void sleep_until_next(struct sim *sim)
{
	int64_t next = sooner(client_next_us(sim), cluster_next_us(&sim->cluster));

	next = sooner(next, sim->broker ? sim->broker->relay_due_us : sim->restart_us);
	if (sim->zombie)
		next = sooner(next, sim->zombie->relay_due_us);
	if (next > sim->world.us)
		sim->world.us = next;
}

static void sim_step(struct sim *sim)
{
	enum action runnable[ACT_N];
	size_t n = 0;

	sim->steps++;
	if (!sim->healing)
		maybe_fault(sim);
	for (int i = 0; i < ACT_N; i++)
		if (is_runnable(sim, (enum action)i))
			runnable[n++] = (enum action)i;
	if (n == 0) {
		sleep_until_next(sim);
		return;
	}
	act(sim, runnable[rng_below(&sim->rng, n)]);
	if (rng_below(&sim->rng, 4) == 0)
		world_pass(&sim->world, rng_range(&sim->rng, 100, 5000));
}

/* ---- a run -------------------------------------------------------------------- */

static void sim_heal(struct sim *sim)
{
	trace_line(&sim->world, "healed after %d steps", sim->steps);
	sim->healing = true;
	sim->healed_serial = sim->serial;
	zombie_end(sim);
	cluster_heal(&sim->cluster);
	disk_heal(&sim->disk);
	if (sim->broker) {
		memset(&sim->broker->kafka_faults, 0, sizeof sim->broker->kafka_faults);
		sim->broker->producer.crash_in = 0;
	}
}

static bool is_drained(const struct sim *sim)
{
	return sim->broker && client_is_settled(sim) && broker_is_drained(sim->broker) &&
	       cluster_next_us(&sim->cluster) == INT64_MAX;
}

static void drain(struct sim *sim)
{
	struct ent_err why = {0};

	for (int i = 0; i < DRAIN_STEPS; i++) {
		if (sim->violation.invariant[0] || is_drained(sim))
			return;
		sim_step(sim);
	}
	if (sim->broker)
		relay_trouble(sim->broker->relay, &why);
	sim_violates(sim, "I9", "relay", "it does not drain: settled %d, relay %d at %lld of %lld: %s",
		     client_is_settled(sim), sim->broker ? (int)relay_state(sim->broker->relay) : -1,
		     sim->broker ? (long long)relay_published_seq(sim->broker->relay) : -1LL,
		     sim->broker ? (long long)writer_last_seq(sim->broker->writer) : -1LL, why.msg);
}

static void sim_init(struct sim *sim, uint64_t seed, const struct limits *limits, bool keep_trace)
{
	memset(sim, 0, sizeof *sim);
	sim->seed = seed;
	sim->limits = *limits;
	plan_draw(&sim->plan, seed, limits);
	rng_init(&sim->rng, seed, 6);
	world_init(&sim->world, seed, keep_trace);
	disk_init(&sim->disk, &sim->world, seed);
	vfs_init(&sim->vfs, &sim->disk, seed);
	sim->disk.faults = sim->plan.disk;
	cluster_init(&sim->cluster, &sim->world, seed, sim->plan.partitions);
	book_write(&sim->book, &sim->plan, seed);
	sim->suppliers = book_suppliers(&sim->book);
	trace_line(&sim->world, "seed %llu: %d suppliers, %d tickets, %d deliveries, %d partitions",
		   (unsigned long long)seed, sim->plan.n_supplier, sim->plan.n_ticket, sim->plan.n_delivery,
		   sim->plan.partitions);
	for (int i = 0; i < FAULT_N; i++)
		if (plan_has(&sim->plan, (enum fault)i))
			trace_line(&sim->world, "fault %s", fault_word((enum fault)i));
}

bool sim_run(struct sim *sim, uint64_t seed, const struct limits *limits, bool keep_trace)
{
	sim_init(sim, seed, limits, keep_trace);
	while (sim->steps < sim->plan.max_steps && !sim->violation.invariant[0])
		sim_step(sim);
	sim_heal(sim);
	drain(sim);
	/* Once more from what is on the disk alone; what nobody answered may stand up then, and goes out, too. */
	if (!sim->violation.invariant[0])
		process_end(sim, rng_below(&sim->rng, 2), "everything is drained");
	drain(sim);
	if (!sim->violation.invariant[0]) {
		process_end(sim, false, "the end of the run");
		check_all(sim);
	}
	return !sim->violation.invariant[0];
}

void sim_release(struct sim *sim)
{
	sim->plan.faults = 0;
	process_end(sim, true, "release");
	zombie_end(sim);
	while (sim->attempts) {
		sim->healing = true;
		client_take_answer(sim);
	}
	supplier_set_unref(sim->suppliers);
	book_release(&sim->book);
	cluster_release(&sim->cluster);
	disk_release(&sim->disk);
	vfs_release(&sim->vfs);
	world_release(&sim->world);
}
