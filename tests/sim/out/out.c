/* SPDX-License-Identifier: Apache-2.0 */
/* The schedule: the seed chooses among what can happen next; faults between any two steps; at the end they stop. */
#include "out.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DRAIN_STEPS = 60000, WEEK_S = 7 * 86400, LEAPS = 12, STEPS_A_LEAP = 25 };
#define POLL_MS  4000
#define SWEEP_MS 20000
#define QUIET_US 90000000 /* several sweeps and polls without a word: it is over */

const char *out_fault_word(enum out_fault fault)
{
#define X(id, word) word,
	static const char *const words[] = {OUT_FAULTS(X)};
#undef X
	return words[fault];
}

void out_violates(struct out_sim *sim, const char *invariant, const char *subject, const char *fmt, ...)
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

/* ---- the broker comes and goes ---------------------------------------------------------------- */

static void process_end(struct out_sim *sim, bool power, const char *why)
{
	if (!sim->broker)
		return;
	trace_line(&sim->world, "%s: %s", power ? "power cut" : "the process ends", why);
	life_end(sim->broker);
	sim->broker = NULL;
	request_reset(sim);
	if (power)
		disk_power_cut(&sim->disk);
	sim->n_power += power;
	sim->n_kill += !power;
	sim->disk.crash_in = 0;
	sim->restart_us = sim->world.us + rng_range(&sim->rng, 1000, 5000000);
}

static void process_start(struct out_sim *sim)
{
	struct ent_err err = {0};

	sim->broker = life_start(sim, &err);
	trace_line(&sim->world, "start %d: %s", sim->serial, sim->broker ? "up" : err.msg);
	sim->restart_us = sim->world.us + rng_range(&sim->rng, 100000, 3000000);
	if (!sim->broker && sim->healing)
		out_violates(sim, "start", "start", "nothing is wrong and the broker does not start: %s", err.msg);
}

static void process_failed(struct out_sim *sim, const struct ent_err *err)
{
	bool power = sim->broker->life.dead && sim->broker->life.power;

	if (!sim->broker->life.dead)
		out_violates(sim, "end", "process", "the disk is well and the broker ends: %s", err->msg);
	process_end(sim, power, "inside a step");
}

/* ---- steps ----------------------------------------------------------------------------------------- */

enum act { ACT_PEOPLE, ACT_REQUEST, ACT_WRITER, ACT_LINK, ACT_NET, ACT_START, ACT_ROBOT, ACT_N };

static bool is_runnable(struct out_sim *sim, enum act act)
{
	switch (act) {
	case ACT_PEOPLE:
		return !sim->healing && sim->people_done < sim->n_people && sim->people_us <= sim->world.us;
	case ACT_REQUEST:
		return request_is_due(sim);
	case ACT_WRITER:
		return sim->broker && life_writer_waits(sim->broker);
	case ACT_LINK:
		return sim->broker != NULL;
	case ACT_NET:
		return net_is_due(sim);
	case ACT_START:
		return !sim->broker && sim->restart_us <= sim->world.us;
	case ACT_ROBOT:
		return robot_is_due(sim);
	case ACT_N:
		break;
	}
	return false;
}

/* False: there was nothing to do. */
static bool act(struct out_sim *sim, enum act what)
{
	struct ent_err err = {0};
	enum ent_rc rc = ENT_OK;
	bool did = true;

	trace_mix(&sim->world, what);
	switch (what) {
	case ACT_PEOPLE:
		people_act(sim);
		break;
	case ACT_REQUEST:
		request_send(sim);
		break;
	case ACT_WRITER:
		rc = life_step_writer(sim->broker, &err);
		request_take(sim);
		break;
	case ACT_LINK:
		did = life_step_link(sim->broker);
		break;
	case ACT_NET:
		net_step(sim);
		break;
	case ACT_START:
		process_start(sim);
		break;
	case ACT_ROBOT:
		robot_says(sim);
		break;
	case ACT_N:
		break;
	}
	if (sim->broker && (rc == ENT_EINVAL || sim->broker->life.dead))
		process_failed(sim, &err);
	return did;
}

static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static void sleep_until_next(struct out_sim *sim)
{
	int64_t next = sooner(sooner(request_next_us(sim), net_next_us(sim)), robot_next_us(sim));

	if (!sim->healing && sim->people_done < sim->n_people)
		next = sooner(next, sim->people_us);
	next = sooner(next, sim->broker ? link_next_us(sim->broker->link) : sim->restart_us);
	if (next == INT64_MAX)
		next = sim->world.us + 1000000;
	if (next > sim->world.us)
		sim->world.us = next;
	else
		world_pass(&sim->world, 1000);
}

static void maybe_fault(struct out_sim *sim)
{
	static const enum out_fault between[] = {OUT_KILL, OUT_POWER, OUT_INSIDE, OUT_TIME, OUT_DOWN, OUT_REVOKED};
	enum out_fault fault = between[rng_below(&sim->rng, sizeof between / sizeof *between)];

	if (!rng_ppm(&sim->rng, sim->fault_ppm) || !out_has(sim, fault))
		return;
	if (fault == OUT_INSIDE) {
		sim->disk.crash_in = rng_range(&sim->rng, 1, 60);
		sim->disk.crash_power = out_has(sim, OUT_POWER) && rng_below(&sim->rng, 2);
	} else if (fault == OUT_DOWN) {
		struct tool *tool = &sim->tool[rng_below(&sim->rng, (uint64_t)sim->n_tool)];
		tool->down_until_us = sim->world.us + (rng_below(&sim->rng, 2) ? rng_range(&sim->rng, 1, 600)
									       : rng_range(&sim->rng, 600, WEEK_S)) *
							  1000000;
		trace_line(&sim->world, "%s is down for %lld s", tool->name,
			   (long long)((tool->down_until_us - sim->world.us) / 1000000));
	} else if (fault == OUT_REVOKED) {
		struct tool *tool = &sim->tool[rng_below(&sim->rng, (uint64_t)sim->n_tool)];
		tool->revoked_until_us = sim->world.us + rng_range(&sim->rng, 1, 300) * 1000000;
		trace_line(&sim->world, "%s lets us in no more, for %lld s", tool->name,
			   (long long)((tool->revoked_until_us - sim->world.us) / 1000000));
	} else if (fault == OUT_TIME) {
		world_pass(&sim->world, rng_range(&sim->rng, 1000000, 100000000));
	} else {
		process_end(sim, fault == OUT_POWER, "between two steps");
	}
}

static void step(struct out_sim *sim)
{
	enum act runnable[ACT_N];
	size_t n = 0;

	sim->steps++;
	if (!sim->healing)
		maybe_fault(sim);
	for (int i = 0; i < ACT_N; i++)
		if (is_runnable(sim, (enum act)i))
			runnable[n++] = (enum act)i;
	if (n == 0) {
		sleep_until_next(sim);
		return;
	}
	bool only_link = n == 1 && runnable[0] == ACT_LINK;
	bool did = act(sim, runnable[rng_below(&sim->rng, n)]);
	if (!did && only_link)
		sleep_until_next(sim);
	else if (rng_below(&sim->rng, 4) == 0)
		world_pass(&sim->world, rng_range(&sim->rng, 100, 5000));
}

/* ---- a run --------------------------------------------------------------------------------------------- */

static void settings_of(struct supplier_set *set, struct supplier *supplier, const struct tool *tool, bool polls)
{
	struct ent_arena *arena = &set->arena.abi;
	int64_t *settings = SDK_NEW_N(arena, int64_t, 1);

	*settings = (int64_t)tool->class;
	supplier->name = sdk_dup(arena, sdk_str(tool->name));
	supplier->title = sdk_format(arena, "Supplier %d", tool->index);
	supplier->connector = rank_connector(tool);
	supplier->settings = settings;
	supplier->public_everyone = tool->everyone;
	supplier->joins = JOINS_ANYONE;
	for (unsigned i = 0; i < ENT_N_ATTR; i++)
		supplier->policy[i] = tool->policy;
	supplier->account = tool->knows_account ? ENT_STR("bot") : ENT_ABSENT;
	supplier->link = (struct supplier_link){.url = sdk_format(arena, "https://%s.example/api", tool->name),
						.timeout_ms = 30000,
						.connect_ms = 5000,
						.answer_max = 1 << 20,
						.rate_per_min = tool->rate_per_min,
						.at_once = 3,
						.poll_ms = polls ? POLL_MS : 0,
						.sweep_ms = SWEEP_MS,
						.search_lag_ms = -1,
						.silence_ms = -1};
}

/* Only the remote id tells: the tool changes our words, and our account is not known. Its log shows them late, and
 * nothing is lost, as nobody could tell then. */
static void only_id(struct out_sim *sim)
{
	sim->faults &= 1u << OUT_BUSY | 1u << OUT_NARROW | 1u << OUT_EDIT;
	for (int i = 0; i < sim->n_tool; i++) {
		struct tool *tool = &sim->tool[i];
		tool->class = CLASS_A;
		tool->hooks = tool->knows_account = tool->marks = tool->renumbers = false;
		tool->mangles = true;
	}
}

static void draw(struct out_sim *sim)
{
	struct rng rng;
	int64_t density;

	rng_init(&rng, sim->seed, 7);
	density = rng_range(&rng, 100000, 700000);
	for (int i = 0; i < OUT_FAULT_N; i++)
		sim->faults |= (uint32_t)rng_ppm(&rng, density) << i;
	sim->faults &= sim->limits.faults;
	sim->fault_ppm = rng_range(&rng, 500, 8000);
	sim->lost_ppm = rng_range(&rng, 20000, 400000);
	sim->n_tool = (int)rng_range(&rng, 2, TOOLS);
	sim->n_people = (int)rng_range(&rng, 6, 30);
	for (int i = 0; i < sim->n_tool; i++)
		tool_init(&sim->tool[i], i, &rng);
	if (rng_below(&rng, 6) == 0)
		only_id(sim);
	robot_draw(sim, &rng);
	rank_draw(sim);
	words_draw(sim);
	for (int i = 0; i < sim->n_tool && sim->faults >> OUT_POLICY & 1; i++)
		sim->tool[i].policy = (enum policy)rng_below(&rng, POLICY_THEIRS + 1);
	if (sim->limits.people && sim->n_people > sim->limits.people)
		sim->n_people = sim->limits.people;
	sim->suppliers = supplier_set_new((size_t)sim->n_tool);
	for (int i = 0; i < sim->n_tool; i++)
		settings_of(sim->suppliers, &sim->suppliers->at[i], &sim->tool[i], true);
}

static void init(struct out_sim *sim, uint64_t seed, const struct out_limits *limits, bool keep_trace)
{
	memset(sim, 0, sizeof *sim);
	sim->seed = seed;
	sim->limits = *limits;
	rng_init(&sim->rng, seed, 6);
	sdk_arena_init(&sim->arena);
	world_init(&sim->world, seed, keep_trace);
	disk_init(&sim->disk, &sim->world, seed);
	vfs_init(&sim->vfs, &sim->disk, seed);
	sim->disk.faults.tear_ppm = 300000;
	sim->disk.faults.keep_ppm = rng_range(&sim->rng, 0, 2) * 500000;
	draw(sim);
	for (int i = 0; i < sim->n_tool; i++) {
		const struct tool *tool = &sim->tool[i];
		trace_line(&sim->world, "%s: class %c%s%s%s%s%s%s", tool->name, 'A' + (int)tool->class,
			   tool->hooks ? ", hooks" : "", tool->tells_actor ? ", tells actor" : "",
			   tool->mangles ? ", mangles" : "", tool->marks ? ", keeps markers" : "",
			   tool->knows_account ? ", account known" : "", tool->everyone ? ", public is everyone" : "");
	}
	for (int i = 0; i < OUT_FAULT_N; i++)
		if (sim->faults >> i & 1)
			trace_line(&sim->world, "fault %s", out_fault_word((enum out_fault)i));
}

static bool is_over(const struct out_sim *sim)
{
	return sim->broker && !sim->requests && robot_next_us(sim) == INT64_MAX &&
	       sim->world.us - sim->last_word_us > QUIET_US;
}

static void drain(struct out_sim *sim)
{
	for (int i = 0; i < DRAIN_STEPS; i++) {
		if (sim->violation.invariant[0] || is_over(sim))
			return;
		step(sim);
	}
	out_violates(sim, "I7", "traffic", "it does not end: %d requests wait, the last word was %lld ms ago",
		     sim->requests != NULL, (long long)((sim->world.us - sim->last_word_us) / 1000));
}

/* Days go by in leaps: nobody wants to see each poll of them. */
static void wait_for_tools(struct out_sim *sim)
{
	int64_t until_us = 0;

	for (int i = 0; i < sim->n_tool; i++)
		if (sim->tool[i].down_until_us > until_us)
			until_us = sim->tool[i].down_until_us;
	for (int i = 0; i < LEAPS && sim->world.us < until_us && !sim->violation.invariant[0]; i++) {
		world_pass(&sim->world, (until_us - sim->world.us) / (LEAPS - i) + 1);
		for (int k = 0; k < STEPS_A_LEAP && !sim->violation.invariant[0]; k++)
			step(sim);
	}
}

bool out_run(struct out_sim *sim, uint64_t seed, const struct out_limits *limits, bool keep_trace)
{
	init(sim, seed, limits, keep_trace);
	for (int i = 0; i < DRAIN_STEPS && !sim->violation.invariant[0] && sim->people_done < sim->n_people; i++)
		step(sim);
	for (int i = (int)rng_below(&sim->rng, 400); i > 0 && !sim->violation.invariant[0]; i--)
		step(sim);
	wait_for_tools(sim);
	trace_line(&sim->world, "healed after %d steps", sim->steps);
	sim->healing = true;
	sim->last_word_us = sim->world.us;
	sim->disk.crash_in = 0;
	disk_heal(&sim->disk);
	drain(sim);
	if (!sim->violation.invariant[0]) {
		check_out(sim);
		process_end(sim, false, "the end of the run");
	}
	return !sim->violation.invariant[0];
}

void out_release(struct out_sim *sim)
{
	sim->healing = true;
	process_end(sim, true, "release");
	request_release(sim);
	supplier_set_unref(sim->suppliers);
	disk_release(&sim->disk);
	vfs_release(&sim->vfs);
	world_release(&sim->world);
	sdk_arena_release(&sim->arena);
}
