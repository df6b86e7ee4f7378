/* SPDX-License-Identifier: Apache-2.0 */
/*
 * simulate --seeds N [--from S] [--jobs J] [LIMITS]   many runs; the first failing seed and runs a second
 * simulate --seed S [--trace] [--hash] [LIMITS]       one run again, line by line
 * simulate --seed S --shrink [LIMITS]                 the smallest run found that still fails
 *
 * LIMITS: --only FAULT,... --without FAULT,... --deliveries N --steps N --suppliers N
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sim.h"

#define JOBS_MAX   64
#define ALL_FAULTS ((1u << FAULT_N) - 1)

struct options {
	uint64_t from, seeds;
	int jobs;
	bool one, trace, hash, shrink;
	struct limits limits;
};

/* What a child tells its parent. */
struct tally {
	uint64_t runs, first_failure; /* UINT64_MAX: none */
	int64_t steps, kills, power_cuts, io_ends, zombies, acked, repeated, fenced, aborted_by_time, late, appended;
	int64_t merges, late_events, dead_letters;
	double cpu_s;
};

static bool fault_list(const char *list, uint32_t *ret)
{
	struct ent_str rest = sdk_str(list);

	*ret = 0;
	while (rest.p) {
		struct ent_str word = sdk_cut(rest, ',', &rest);
		int i = 0;

		while (i < FAULT_N && !sdk_eqz(word, fault_word((enum fault)i)))
			i++;
		if (i == FAULT_N) {
			fprintf(stderr, "simulate: no fault is called %.*s\n", (int)word.n, word.p);
			return false;
		}
		*ret |= 1u << i;
	}
	return true;
}

static bool number(const char *text, int64_t *ret)
{
	if (sdk_to_int(sdk_str(text), ret) && *ret >= 0)
		return true;
	fprintf(stderr, "simulate: %s is no number\n", text);
	return false;
}

static bool options_parse(int argc, char **argv, struct options *ret)
{
	enum { SEEDS = 1, SEED, FROM, JOBS, DELIVERIES, STEPS, SUPPLIERS, TRACE, HASH, SHRINK, ONLY, WITHOUT };
	static const struct option table[] = {
	    {"seeds", 1, NULL, SEEDS},
	    {"seed", 1, NULL, SEED},
	    {"from", 1, NULL, FROM},
	    {"jobs", 1, NULL, JOBS},
	    {"deliveries", 1, NULL, DELIVERIES},
	    {"steps", 1, NULL, STEPS},
	    {"suppliers", 1, NULL, SUPPLIERS},
	    {"trace", 0, NULL, TRACE},
	    {"hash", 0, NULL, HASH},
	    {"shrink", 0, NULL, SHRINK},
	    {"only", 1, NULL, ONLY},
	    {"without", 1, NULL, WITHOUT},
	    {0},
	};
	uint32_t faults;
	int64_t n = 0;
	int option;

	*ret = (struct options){.from = 1, .seeds = 1, .jobs = 1, .limits = {.faults = ALL_FAULTS}};
	while ((option = getopt_long(argc, argv, "", table, NULL)) != -1) {
		if (option == '?' || (option >= SEEDS && option <= SUPPLIERS && !number(optarg, &n)))
			return false;
		switch (option) {
		case SEEDS:
			ret->seeds = (uint64_t)n;
			break;
		case SEED:
			ret->one = true;
			ret->from = (uint64_t)n;
			break;
		case FROM:
			ret->from = (uint64_t)n;
			break;
		case JOBS:
			ret->jobs = (int)n;
			break;
		case DELIVERIES:
			ret->limits.deliveries = (int)n;
			break;
		case STEPS:
			ret->limits.steps = (int)n;
			break;
		case SUPPLIERS:
			ret->limits.suppliers = (int)n;
			break;
		case TRACE:
			ret->trace = true;
			break;
		case HASH:
			ret->hash = true;
			break;
		case SHRINK:
			ret->shrink = true;
			break;
		default:
			if (!fault_list(optarg, &faults))
				return false;
			ret->limits.faults &= option == ONLY ? faults : ~faults;
			break;
		}
	}
	return optind == argc && ret->jobs >= 1 && ret->jobs <= JOBS_MAX && ret->seeds >= 1;
}

/* ---- one run -------------------------------------------------------------------- */

static void lines_about(const struct sim *sim, const char *subject)
{
	struct ent_str rest = sdk_buf_view(&sim->world.trace.text);

	while (rest.p) {
		struct ent_str line = sdk_cut(rest, '\n', &rest);
		char *z = strndup(line.p, line.n);

		if (z && (strstr(z, subject) || strstr(z, "power cut") || strstr(z, "the process ends") ||
			  strstr(z, "start ")))
			printf("# %s\n", z);
		free(z);
	}
}

static void print_violation(const struct sim *sim)
{
	printf("seed %" PRIu64 " violates %s: %s\n", sim->seed, sim->violation.invariant, sim->violation.what);
}

static int run_one(const struct options *options)
{
	struct sim sim;
	bool ok = sim_run(&sim, options->from, &options->limits, true);

	if (options->trace)
		fwrite(sim.world.trace.text.p, 1, sim.world.trace.text.n, stdout);
	if (options->hash)
		printf("%016" PRIx64 " %" PRIu64 "\n", sim.world.trace.hash, sim.world.trace.n);
	if (!ok) {
		print_violation(&sim);
		if (!options->trace)
			lines_about(&sim, sim.violation.subject);
	}
	sim_release(&sim);
	return !ok;
}

static double seconds(clockid_t of)
{
	struct timespec now;

	clock_gettime(of, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- many runs ------------------------------------------------------------------- */

static void tally_add(struct tally *to, const struct sim *sim)
{
	to->runs++;
	to->steps += sim->steps;
	to->kills += sim->n_kill;
	to->power_cuts += sim->n_power;
	to->io_ends += sim->n_io_end;
	to->zombies += sim->n_zombie;
	to->acked += sim->n_acked;
	to->repeated += sim->n_repeated;
	to->fenced += sim->cluster.n_fenced;
	to->aborted_by_time += sim->cluster.n_timeout;
	to->late += sim->cluster.n_late;
	to->appended += sim->cluster.n_append;
	to->merges += sim->n_merge;
	to->late_events += sim->n_late;
	to->dead_letters += sim->n_dead;
}

static struct tally run_share(const struct options *options, uint64_t share)
{
	struct tally tally = {.first_failure = UINT64_MAX};
	double began = seconds(CLOCK_PROCESS_CPUTIME_ID);

	for (uint64_t i = share; i < options->seeds; i += (uint64_t)options->jobs) {
		struct sim sim;
		bool ok = sim_run(&sim, options->from + i, &options->limits, false);

		tally_add(&tally, &sim);
		if (options->hash)
			printf("%" PRIu64 " %016" PRIx64 "\n", sim.seed, sim.world.trace.hash);
		if (!ok)
			print_violation(&sim);
		fflush(stdout);
		sim_release(&sim);
		if (!ok) {
			tally.first_failure = options->from + i;
			break;
		}
	}
	tally.cpu_s = seconds(CLOCK_PROCESS_CPUTIME_ID) - began;
	return tally;
}

static void sum_add(struct tally *sum, const struct tally *one)
{
	sum->runs += one->runs;
	sum->steps += one->steps;
	sum->kills += one->kills;
	sum->power_cuts += one->power_cuts;
	sum->io_ends += one->io_ends;
	sum->zombies += one->zombies;
	sum->acked += one->acked;
	sum->repeated += one->repeated;
	sum->fenced += one->fenced;
	sum->aborted_by_time += one->aborted_by_time;
	sum->late += one->late;
	sum->appended += one->appended;
	sum->merges += one->merges;
	sum->cpu_s += one->cpu_s;
	sum->late_events += one->late_events;
	sum->dead_letters += one->dead_letters;
	if (one->first_failure < sum->first_failure)
		sum->first_failure = one->first_failure;
}

/* Each share in a process of its own: SQLite's randomness is one for a process. Returns how many ended badly. */
static int run_shares(const struct options *options, struct tally *sum)
{
	struct tally one;
	int pipes[2], broken = 0;

	if (pipe(pipes))
		return options->jobs;
	for (int j = 0; j < options->jobs; j++) {
		if (fork() == 0) {
			one = run_share(options, (uint64_t)j);
			_exit(write(pipes[1], &one, sizeof one) != (ssize_t)sizeof one);
		}
	}
	close(pipes[1]);
	for (int j = 0, status; j < options->jobs; j++)
		broken += wait(&status) < 0 || status != 0;
	while (read(pipes[0], &one, sizeof one) == (ssize_t)sizeof one)
		sum_add(sum, &one);
	close(pipes[0]);
	return broken;
}

static void print_sum(const struct tally *sum, double took_s)
{
	double runs = sum->runs ? (double)sum->runs : 1;

	printf("%" PRIu64 " runs in %.1f s, %.0f a second of one core, %.0f steps a run\n", sum->runs, took_s,
	       runs / sum->cpu_s, (double)sum->steps / runs);
	printf("deliveries: %" PRId64 " answered 2xx, %" PRId64 " of them as repeats, %" PRId64
	       " dead letters, %" PRId64 " late changes, %" PRId64 " merges\n",
	       sum->acked, sum->repeated, sum->dead_letters, sum->late_events, sum->merges);
	printf("broker: %" PRId64 " kills, %" PRId64 " power cuts, %" PRId64 " ends after I/O errors, %" PRId64
	       " zombies\n",
	       sum->kills, sum->power_cuts, sum->io_ends, sum->zombies);
	printf("Kafka: %" PRId64 " records, %" PRId64 " requests fenced, %" PRId64 " landed late, %" PRId64
	       " transactions timed out\n",
	       sum->appended, sum->fenced, sum->late, sum->aborted_by_time);
}

static int run_many(const struct options *options)
{
	struct tally sum = {.first_failure = UINT64_MAX};
	double began = seconds(CLOCK_MONOTONIC);
	int broken = 0;

	if (options->jobs == 1)
		sum = run_share(options, 0);
	else
		broken = run_shares(options, &sum);
	print_sum(&sum, seconds(CLOCK_MONOTONIC) - began);
	if (sum.first_failure != UINT64_MAX)
		printf("first failing seed: %" PRIu64 "\n", sum.first_failure);
	if (broken)
		printf("%d of %d jobs ended badly\n", broken, options->jobs);
	return broken || sum.first_failure != UINT64_MAX;
}

/* ---- shrinking -------------------------------------------------------------------- */

static bool still_fails(uint64_t seed, const struct limits *limits)
{
	struct sim sim;
	bool ok = sim_run(&sim, seed, limits, false);

	sim_release(&sim);
	return !ok;
}

/* The smallest value that still fails, by halving; the schedule changes with it, so this is a walk, not a search. */
static void shrink_number(uint64_t seed, struct limits *limits, int *number, int drawn)
{
	int step;

	if (*number == 0)
		*number = drawn;
	for (step = *number / 2; step >= 1; step /= 2)
		while (*number > step) {
			*number -= step;
			if (still_fails(seed, limits))
				continue;
			*number += step;
			break;
		}
}

static int shrink(const struct options *options)
{
	struct limits limits = options->limits;
	struct plan plan;

	if (!still_fails(options->from, &limits)) {
		printf("seed %" PRIu64 " does not fail\n", options->from);
		return 0;
	}
	plan_draw(&plan, options->from, &limits);
	limits.faults = plan.faults;
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < FAULT_N; i++) {
			uint32_t before = limits.faults;

			limits.faults &= ~(1u << i);
			if (limits.faults != before && !still_fails(options->from, &limits))
				limits.faults = before;
		}
		shrink_number(options->from, &limits, &limits.deliveries, plan.n_delivery);
		shrink_number(options->from, &limits, &limits.steps, plan.max_steps);
		shrink_number(options->from, &limits, &limits.suppliers, plan.n_supplier);
	}
	printf("--seed %" PRIu64 " --deliveries %d --steps %d --suppliers %d", options->from, limits.deliveries,
	       limits.steps, limits.suppliers);
	for (int i = 0, n = 0; i < FAULT_N; i++)
		if (limits.faults >> i & 1)
			printf("%s%s", n++ ? "," : " --only ", fault_word((enum fault)i));
	if (!limits.faults)
		for (int i = 0; i < FAULT_N; i++)
			printf("%s%s", i ? "," : " --without ", fault_word((enum fault)i));
	printf("\n");
	return 1;
}

int main(int argc, char **argv)
{
	struct options options;

	/* One thread: no locks, no counting. */
	if (sqlite3_config(SQLITE_CONFIG_SINGLETHREAD) != SQLITE_OK ||
	    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) != SQLITE_OK)
		return 2;
	if (!options_parse(argc, argv, &options)) {
		fputs("simulate --seeds N [--from S] [--jobs J] | --seed S [--trace] [--hash] [--shrink]\n"
		      "  [--only FAULT,...] [--without FAULT,...] [--deliveries N] [--steps N] [--suppliers N] "
		      "\nfaults:",
		      stderr);
		for (int i = 0; i < FAULT_N; i++)
			fprintf(stderr, " %s", fault_word((enum fault)i));
		fputs("\n", stderr);
		return 2;
	}
	if (options.shrink)
		return shrink(&options);
	return options.one ? run_one(&options) : run_many(&options);
}
