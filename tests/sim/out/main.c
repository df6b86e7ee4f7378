/* SPDX-License-Identifier: Apache-2.0 */
/*
 * simulate_out --seeds N [--from S] [--jobs J] [LIMITS]   many runs; the first failing seed and runs a second
 * simulate_out --seed S [--trace] [--hash] [LIMITS]       one run again, line by line
 * simulate_out --seed S --shrink                          the smallest run found that still fails
 *
 * LIMITS: --only FAULT,... --without FAULT,... --people N
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "out.h"

enum { JOBS_MAX = 64 };
#define ALL_FAULTS ((1u << OUT_FAULT_N) - 1)

struct options {
	uint64_t from, seeds;
	int jobs;
	bool one, trace, hash, shrink;
	struct out_limits limits;
};

struct tally {
	uint64_t runs, first_failure; /* UINT64_MAX: none */
	int64_t steps, kills, power_cuts, flights, lost, hooks, delivered;
	double cpu_s;
};

static bool fault_list(const char *list, uint32_t *ret)
{
	struct ent_str rest = sdk_str(list);

	*ret = 0;
	while (rest.p) {
		struct ent_str word = sdk_cut(rest, ',', &rest);
		int i = 0;

		while (i < OUT_FAULT_N && !sdk_eqz(word, out_fault_word((enum out_fault)i)))
			i++;
		if (i == OUT_FAULT_N) {
			fprintf(stderr, "simulate_out: no fault is called %.*s\n", (int)word.n, word.p);
			return false;
		}
		*ret |= 1u << i;
	}
	return true;
}

static bool options_parse(int argc, char **argv, struct options *ret)
{
	enum { SEEDS = 1, SEED, FROM, JOBS, PEOPLE, TRACE, HASH, SHRINK, ONLY, WITHOUT };
	static const struct option table[] = {{"seeds", 1, NULL, SEEDS},
					      {"seed", 1, NULL, SEED},
					      {"from", 1, NULL, FROM},
					      {"jobs", 1, NULL, JOBS},
					      {"people", 1, NULL, PEOPLE},
					      {"trace", 0, NULL, TRACE},
					      {"hash", 0, NULL, HASH},
					      {"shrink", 0, NULL, SHRINK},
					      {"only", 1, NULL, ONLY},
					      {"without", 1, NULL, WITHOUT},
					      {0}};
	uint32_t faults;
	int64_t n = 0;
	int option;

	*ret = (struct options){.from = 1, .seeds = 1, .jobs = 1, .limits = {.faults = ALL_FAULTS}};
	while ((option = getopt_long(argc, argv, "", table, NULL)) != -1) {
		if (option == '?' || (option <= PEOPLE && (!sdk_to_int(sdk_str(optarg), &n) || n < 0)))
			return false;
		switch (option) {
		case SEED:
			ret->one = true;
			ret->from = (uint64_t)n;
			break;
		case SEEDS:
			ret->seeds = (uint64_t)n;
			break;
		case FROM:
			ret->from = (uint64_t)n;
			break;
		case JOBS:
			ret->jobs = (int)n;
			break;
		case PEOPLE:
			ret->limits.people = (int)n;
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

static void print_violation(const struct out_sim *sim)
{
	printf("seed %" PRIu64 " violates %s: %s\n", sim->seed, sim->violation.invariant, sim->violation.what);
}

static int run_one(const struct options *options)
{
	struct out_sim *sim = sdk_xalloc(sizeof *sim);
	bool ok = out_run(sim, options->from, &options->limits, options->trace);

	if (options->trace)
		fwrite(sim->world.trace.text.p, 1, sim->world.trace.text.n, stdout);
	if (options->hash)
		printf("%016" PRIx64 " %" PRIu64 "\n", sim->world.trace.hash, sim->world.trace.n);
	if (!ok)
		print_violation(sim);
	out_release(sim);
	free(sim);
	return !ok;
}

static double seconds(clockid_t of)
{
	struct timespec now;

	clock_gettime(of, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct tally run_share(const struct options *options, uint64_t share)
{
	struct tally tally = {.first_failure = UINT64_MAX};
	double began = seconds(CLOCK_PROCESS_CPUTIME_ID);
	struct out_sim *sim = sdk_xalloc(sizeof *sim);

	for (uint64_t i = share; i < options->seeds && tally.first_failure == UINT64_MAX;
	     i += (uint64_t)options->jobs) {
		bool ok = out_run(sim, options->from + i, &options->limits, false);

		tally.runs++;
		tally.steps += sim->steps;
		tally.kills += sim->n_kill;
		tally.power_cuts += sim->n_power;
		tally.flights += sim->n_flight;
		tally.lost += sim->n_lost;
		tally.hooks += sim->n_hook;
		tally.delivered += sim->n_delivered;
		if (options->hash)
			printf("%" PRIu64 " %016" PRIx64 "\n", sim->seed, sim->world.trace.hash);
		if (!ok) {
			print_violation(sim);
			tally.first_failure = options->from + i;
		}
		fflush(stdout);
		out_release(sim);
	}
	free(sim);
	tally.cpu_s = seconds(CLOCK_PROCESS_CPUTIME_ID) - began;
	return tally;
}

static void sum_add(struct tally *sum, const struct tally *one)
{
	sum->runs += one->runs;
	sum->steps += one->steps;
	sum->kills += one->kills;
	sum->power_cuts += one->power_cuts;
	sum->flights += one->flights;
	sum->lost += one->lost;
	sum->hooks += one->hooks;
	sum->delivered += one->delivered;
	sum->cpu_s += one->cpu_s;
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
	for (int j = 0; j < options->jobs; j++)
		if (fork() == 0) {
			one = run_share(options, (uint64_t)j);
			_exit(write(pipes[1], &one, sizeof one) != (ssize_t)sizeof one);
		}
	close(pipes[1]);
	for (int j = 0, status; j < options->jobs; j++)
		broken += wait(&status) < 0 || status != 0;
	while (read(pipes[0], &one, sizeof one) == (ssize_t)sizeof one)
		sum_add(sum, &one);
	close(pipes[0]);
	return broken;
}

static int run_many(const struct options *options)
{
	struct tally sum = {.first_failure = UINT64_MAX};
	int broken = run_shares(options, &sum);

	printf("%" PRIu64 " runs, %.0f a second of one core, %.0f steps a run\n", sum.runs,
	       (double)sum.runs / sum.cpu_s, (double)sum.steps / (double)(sum.runs ? sum.runs : 1));
	printf("%" PRId64 " kills, %" PRId64 " power cuts; %" PRId64 " requests, %" PRId64 " struck; %" PRId64
	       " webhooks; %" PRId64 " comments brought\n",
	       sum.kills, sum.power_cuts, sum.flights, sum.lost, sum.hooks, sum.delivered);
	if (sum.first_failure != UINT64_MAX)
		printf("first failing seed: %" PRIu64 "\n", sum.first_failure);
	if (broken)
		printf("%d of %d jobs ended badly\n", broken, options->jobs);
	return broken || sum.first_failure != UINT64_MAX;
}

static bool still_fails(uint64_t seed, const struct out_limits *limits)
{
	struct out_sim *sim = sdk_xalloc(sizeof *sim);
	bool ok = out_run(sim, seed, limits, false);

	out_release(sim);
	free(sim);
	return !ok;
}

static int shrink(const struct options *options)
{
	struct out_limits limits = options->limits;

	if (!still_fails(options->from, &limits)) {
		printf("seed %" PRIu64 " does not fail\n", options->from);
		return 0;
	}
	for (int i = 0; i < OUT_FAULT_N; i++) {
		uint32_t before = limits.faults;

		limits.faults &= ~(1u << i);
		if (limits.faults != before && !still_fails(options->from, &limits))
			limits.faults = before;
	}
	for (limits.people = 1; limits.people < 30 && !still_fails(options->from, &limits); limits.people++)
		;
	printf("--seed %" PRIu64 " --people %d", options->from, limits.people);
	for (int i = 0, n = 0; i < OUT_FAULT_N; i++)
		if (limits.faults >> i & 1)
			printf("%s%s", n++ ? "," : " --only ", out_fault_word((enum out_fault)i));
	printf("\n");
	return 1;
}

int main(int argc, char **argv)
{
	struct options options;

	if (sqlite3_config(SQLITE_CONFIG_SINGLETHREAD) != SQLITE_OK ||
	    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) != SQLITE_OK)
		return 2;
	if (!options_parse(argc, argv, &options)) {
		fputs("simulate_out --seeds N [--from S] [--jobs J] | --seed S [--trace] [--hash] [--shrink]\n"
		      "  [--only FAULT,...] [--without FAULT,...] [--people N]\nfaults:",
		      stderr);
		for (int i = 0; i < OUT_FAULT_N; i++)
			fprintf(stderr, " %s", out_fault_word((enum out_fault)i));
		fputs("\n", stderr);
		return 2;
	}
	if (options.shrink)
		return shrink(&options);
	return options.one ? run_one(&options) : run_many(&options);
}
