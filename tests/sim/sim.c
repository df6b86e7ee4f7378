/* SPDX-License-Identifier: Apache-2.0 */
#include "sim.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { DRAIN_STEPS = 60000, LEAPS = 12, STEPS_A_LEAP = 25 };
#define QUIET_US   25000000  /* a sweep and several polls without a word, and nothing is owed: it is over */
#define PATIENT_US 150000000 /* after so long without a word it is over with what is owed, too */
#define LOOK_US    2000000   /* between two looks whether something is owed */

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

/* ---- steps -------------------------------------------------------------------- */

enum action {
	ACT_CLIENT,
	ACT_PEOPLE,
	ACT_POST,
	ACT_ANSWER,
	ACT_WRITER,
	ACT_LINK,
	ACT_NET,
	ACT_ROBOT,
	ACT_RELAY,
	ACT_CLUSTER,
	ACT_ZOMBIE,
	ACT_START,
	ACT_PRUNE,
	ACT_N
};

static bool is_runnable(struct sim *sim, enum action action)
{
	struct broker *broker = sim->broker;
	int64_t now_us = sim->world.us;

	switch (action) {
	case ACT_CLIENT:
		return client_may_send(sim);
	case ACT_PEOPLE:
		return !sim->healing && sim->people_done < sim->plan.n_people && sim->people_us <= now_us;
	case ACT_POST:
		return post_is_due(sim);
	case ACT_ANSWER:
		return post_has_answer(sim);
	case ACT_WRITER:
		return broker && broker_writer_waits(broker);
	case ACT_LINK:
		return broker && broker->link && (broker->link_due_us <= now_us || net_has_answer(sim));
	case ACT_NET:
		return net_is_due(sim);
	case ACT_ROBOT:
		return robot_next_us(sim) <= now_us;
	case ACT_RELAY:
		return broker && broker->relay_due_us <= now_us;
	case ACT_CLUSTER:
		return cluster_has_work(&sim->cluster);
	case ACT_ZOMBIE:
		return sim->zombie && sim->zombie->relay_due_us <= now_us;
	case ACT_START:
		return !broker && sim->restart_us <= now_us;
	case ACT_PRUNE:
		return broker && !sim->healing && sim->book.n_delivery && rng_below(&sim->rng, 100) == 0;
	case ACT_N:
		break;
	}
	return false;
}

static void step_people(struct sim *sim)
{
	struct calm calm;

	if (sim->broker && !sim->eyes)
		eyes_open(sim);
	calm_begin(&calm, sim, &sim->eyes_life);
	people_act(sim);
	calm_end(&calm, sim);
}

static enum ent_rc step_writer(struct sim *sim, struct ent_err *err)
{
	enum ent_rc rc = broker_step_writer(sim->broker, err);

	trace_line(&sim->world, "writer: %d %s, stored %lld", rc, err->msg,
		   (long long)writer_last_seq(sim->broker->writer));
	if (rc != ENT_EINVAL)
		post_mail(sim);
	return rc;
}

static void step_zombie(struct sim *sim)
{
	struct ent_err err;

	if (broker_step_relay(sim->zombie, &err) != ENT_OK)
		zombie_end(sim);
}

static void step_prune(struct sim *sim)
{
	if (sim->world.us - FORGET_US > sim->forgotten_us)
		sim->forgotten_us = sim->world.us - FORGET_US;
	broker_prune(sim->broker, SIM_EPOCH_MS + (sim->world.us - FORGET_US) / 1000);
}

/* A step of the broker; ENT_EINVAL: it ends. */
static enum ent_rc act_inside(struct sim *sim, enum action action, struct ent_err *err)
{
	switch (action) {
	case ACT_WRITER:
		return step_writer(sim, err);
	case ACT_LINK:
		return broker_step_link(sim->broker, err);
	case ACT_RELAY:
		return broker_step_relay(sim->broker, err);
	default:
		return ENT_OK;
	}
}

static void act_outside(struct sim *sim, enum action action)
{
	switch (action) {
	case ACT_CLIENT:
		client_send(sim);
		break;
	case ACT_PEOPLE:
		step_people(sim);
		break;
	case ACT_POST:
		post_send(sim);
		break;
	case ACT_ANSWER:
		post_take(sim);
		break;
	case ACT_NET:
		net_step(sim);
		break;
	case ACT_ROBOT:
		robot_says(sim);
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
		step_prune(sim);
		break;
	default:
		break;
	}
}

static void act(struct sim *sim, enum action action)
{
	struct ent_err err = {0};
	enum ent_rc rc;

	trace_mix(&sim->world, action);
	act_outside(sim, action);
	rc = act_inside(sim, action, &err);
	if (sim->broker && (rc == ENT_EINVAL || sim->broker->life.dead))
		process_failed(sim, &err);
}

static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t next_us(const struct sim *sim)
{
	int64_t next = sooner(client_next_us(sim), post_next_us(sim));

	next = sooner(next, sooner(cluster_next_us(&sim->cluster), net_next_us(sim)));
	next = sooner(next, robot_next_us(sim));
	if (!sim->healing && sim->people_done < sim->plan.n_people)
		next = sooner(next, sim->people_us);
	if (sim->zombie)
		next = sooner(next, sim->zombie->relay_due_us);
	if (!sim->broker)
		return sooner(next, sim->restart_us);
	next = sooner(next, sooner(sim->broker->relay_due_us, broker_timer_us(sim->broker)));
	return sim->broker->link ? sooner(next, sim->broker->link_due_us) : next;
}

/* Nothing can happen now: on to when something can. */
static void sleep_until_next(struct sim *sim)
{
	int64_t next = next_us(sim);

	if (next == INT64_MAX)
		next = sim->world.us + 1000000;
	if (next > sim->world.us)
		sim->world.us = next;
	else
		world_pass(&sim->world, 1000);
}

static void sim_step(struct sim *sim)
{
	enum action runnable[ACT_N];
	size_t n = 0;

	sim->steps++;
	if (!sim->healing)
		fault_maybe(sim);
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

static bool is_right(const struct sim *sim)
{
	return !sim->violation.invariant[0];
}

static void sim_heal(struct sim *sim)
{
	trace_line(&sim->world, "healed after %d steps", sim->steps);
	sim->healing = true;
	sim->healed_serial = sim->serial;
	sim->last_word_us = sim->world.us;
	zombie_end(sim);
	cluster_heal(&sim->cluster);
	disk_heal(&sim->disk);
	sim->disk.crash_in = 0;
	if (sim->broker) {
		memset(&sim->broker->kafka_faults, 0, sizeof sim->broker->kafka_faults);
		sim->broker->producer.crash_in = 0;
	}
}

static bool tools_are_quiet(struct sim *sim)
{
	int64_t quiet_us = sim->world.us - sim->last_word_us;

	if (robot_next_us(sim) != INT64_MAX || quiet_us <= QUIET_US || sim->world.us < sim->next_look_us)
		return false;
	sim->next_look_us = sim->world.us + LOOK_US;
	if (!sim->eyes)
		eyes_open(sim);
	return quiet_us > PATIENT_US || !tools_are_owed(sim);
}

static bool is_drained(struct sim *sim)
{
	return sim->broker && client_is_settled(sim) && post_is_settled(sim) && broker_is_drained(sim->broker) &&
	       cluster_next_us(&sim->cluster) == INT64_MAX && (sim->n_tool == 0 || tools_are_quiet(sim));
}

static void drain(struct sim *sim)
{
	struct ent_err why = {0};

	for (int i = 0; i < DRAIN_STEPS; i++) {
		if (!is_right(sim) || is_drained(sim))
			return;
		sim_step(sim);
	}
	if (sim->broker)
		relay_trouble(sim->broker->relay, &why);
	sim_violates(sim, "I9", "relay",
		     "it does not end: clients %d, requests %d, last word %lld ms ago, relay %d at %lld of %lld: %s",
		     client_is_settled(sim), post_is_settled(sim),
		     (long long)((sim->world.us - sim->last_word_us) / 1000),
		     sim->broker ? (int)relay_state(sim->broker->relay) : -1,
		     sim->broker ? (long long)relay_published_seq(sim->broker->relay) : -1LL,
		     sim->broker ? (long long)writer_last_seq(sim->broker->writer) : -1LL, why.msg);
}

/* Days go by in leaps: nobody wants to see each poll of them. */
static void wait_for_tools(struct sim *sim)
{
	int64_t until_us = 0;

	for (int i = 0; i < sim->n_tool; i++)
		if (sim->tool[i].down_until_us > until_us)
			until_us = sim->tool[i].down_until_us;
	for (int i = 0; i < LEAPS && sim->world.us < until_us && is_right(sim); i++) {
		world_pass(&sim->world, (until_us - sim->world.us) / (LEAPS - i) + 1);
		for (int k = 0; k < STEPS_A_LEAP && is_right(sim); k++)
			sim_step(sim);
	}
}

static int64_t log_now(void *clock)
{
	return ((struct clock *)clock)->now_ms(clock);
}

static void draw_generators(struct sim *sim)
{
	rng_init(&sim->rng, sim->seed, "schedule", 0);
	rng_init(&sim->by_faults, sim->seed, "faults", 0);
	rng_init(&sim->by_clients, sim->seed, "clients", 0);
	rng_init(&sim->by_posts, sim->seed, "posts", 0);
	rng_init(&sim->by_people, sim->seed, "people", 0);
	rng_init(&sim->by_splits, sim->seed, "splits", 0);
	rng_init(&sim->by_tools, sim->seed, "tools", 0);
	rng_init(&sim->by_robots, sim->seed, "robots", 0);
	rng_init(&sim->by_net, sim->seed, "net", 0);
}

static void trace_plan(struct sim *sim)
{
	const struct plan *plan = &sim->plan;

	trace_line(&sim->world,
		   "seed %llu: %d clients, %d tickets, %d deliveries; %d tools, %d acts of people; %d partitions",
		   (unsigned long long)sim->seed, plan->n_supplier, plan->n_ticket, plan->n_delivery, plan->n_tool,
		   plan->n_people, plan->partitions);
	for (int i = 0; i < FAULT_N; i++)
		if (plan_has(plan, (enum fault)i))
			trace_line(&sim->world, "fault %s", fault_word((enum fault)i));
}

static void sim_init(struct sim *sim, struct blank *blank, uint64_t seed, const struct reach *reach, bool keep_trace)
{
	unsigned char hash[AUTH_HASH_SIZE];

	memset(sim, 0, sizeof *sim);
	sim->seed = seed;
	plan_draw(&sim->plan, seed, reach);
	draw_generators(sim);
	sdk_arena_init(&sim->arena);
	if (!sim->plan.makes_store)
		blank_make(blank, sim->plan.partitions);
	world_init(&sim->world, seed, keep_trace);
	sim->log = (struct log){2, (enum log_level)(LOG_ERROR + 1), LOG_JSON, false, log_now, &sim->world.clock};
	disk_init(&sim->disk, &sim->world, seed);
	vfs_init(&sim->vfs, &sim->disk, seed);
	if (!sim->plan.makes_store)
		blank_put(blank, sim->plan.partitions, &sim->disk);
	sim->disk.faults = sim->plan.disk;
	cluster_init(&sim->cluster, &sim->world, seed, sim->plan.partitions);
	auth_token_make(&sim->world.chance, sim->token, hash);
	trace_plan(sim);
	sdk_arena_init(&sim->book.arena);
	if (sim->plan.part[PART_CLIENTS])
		book_write(&sim->book, &sim->plan, seed);
	if (sim->plan.part[PART_TOOLS])
		tools_draw(sim);
	sim->suppliers = supplier_set_new((size_t)(sim->n_tool + sim->book.n_supplier));
	tools_configure(sim->suppliers, sim);
	book_configure(&sim->book, sim->suppliers, sim->n_tool);
}

static void sim_live(struct sim *sim)
{
	const struct plan *plan = &sim->plan;

	for (int i = 0; i < DRAIN_STEPS && is_right(sim); i++) {
		if (sim->steps >= plan->max_steps && sim->people_done >= plan->n_people)
			break;
		sim_step(sim);
	}
	for (int i = 0; i < plan->more_steps && is_right(sim); i++)
		sim_step(sim);
	wait_for_tools(sim);
}

bool sim_run(struct sim *sim, struct blank *blank, uint64_t seed, const struct reach *reach, bool keep_trace)
{
	sim_init(sim, blank, seed, reach, keep_trace);
	sim_live(sim);
	sim_heal(sim);
	drain(sim);
	/* Once more from what is on the disk alone; what nobody answered may stand up then, and goes out, too. */
	if (is_right(sim) && (sim->n_tool == 0 || rng_below(&sim->rng, 2)))
		process_end(sim, rng_below(&sim->rng, 2), "everything is drained");
	drain(sim);
	if (is_right(sim)) {
		process_end(sim, false, "the end of the run");
		check_all(sim);
	}
	return is_right(sim);
}

void sim_release(struct sim *sim)
{
	sim->plan.faults = 0;
	sim->healing = true;
	process_end(sim, true, "release");
	zombie_end(sim);
	post_release(sim);
	supplier_set_unref(sim->suppliers);
	book_release(&sim->book);
	cluster_release(&sim->cluster);
	disk_release(&sim->disk);
	vfs_release(&sim->vfs);
	world_release(&sim->world);
	sdk_arena_release(&sim->arena);
}
