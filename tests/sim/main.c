/* SPDX-License-Identifier: Apache-2.0 */
/*
 * simulate --seeds N [--from S] [--jobs J] [LIMITS]   many runs; the first failing seed and runs a second
 * simulate --seed S [--trace] [--hash] [LIMITS]       one run again, line by line
 * simulate --seed S --shrink [LIMITS]                 the smallest run found that still fails
 *
 * LIMITS: --only FAULT,... --without FAULT,... --part clients|tools --deliveries N --people N --steps N --suppliers N
 */
#include <getopt.h>
#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sim.h"

#define JOBS_MAX 64

struct options {
	uint64_t from, seeds;
	int jobs;
	bool one, trace, hash, shrink;
	struct reach reach;
};

/* What a child tells its parent. */
struct tally {
	uint64_t runs, first_failure; /* UINT64_MAX: none */
	int64_t steps, kills, power_cuts, io_ends, zombies, acked, fenced, aborted_by_time, late, appended;
	int64_t merges, late_events, dead_letters, flights, lost, hooks, delivered;
	double cpu_s;
};

static bool fault_list(const char *list, uint64_t *ret)
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
		*ret |= UINT64_C(1) << i;
	}
	return true;
}

static bool part_of(const char *word, unsigned *ret)
{
	for (int i = 0; i < PART_N; i++)
		if (!strcmp(word, part_word((enum part)i))) {
			*ret |= 1u << i;
			return true;
		}
	fprintf(stderr, "simulate: no part is called %s\n", word);
	return false;
}

static bool number(const char *text, int64_t *ret)
{
	if (sdk_to_int(sdk_str(text), ret) && *ret >= 0)
		return true;
	fprintf(stderr, "simulate: %s is no number\n", text);
	return false;
}

enum option_id {
	OPTION_SEEDS = 1,
	OPTION_SEED,
	OPTION_FROM,
	OPTION_JOBS,
	OPTION_DELIVERIES,
	OPTION_STEPS,
	OPTION_SUPPLIERS,
	OPTION_PEOPLE, /* the last that takes a number */
	OPTION_PART,
	OPTION_TRACE,
	OPTION_HASH,
	OPTION_SHRINK,
	OPTION_ONLY,
	OPTION_WITHOUT
};

static const struct option option_table[] = {
    {"seeds", 1, NULL, OPTION_SEEDS},
    {"seed", 1, NULL, OPTION_SEED},
    {"from", 1, NULL, OPTION_FROM},
    {"jobs", 1, NULL, OPTION_JOBS},
    {"deliveries", 1, NULL, OPTION_DELIVERIES},
    {"steps", 1, NULL, OPTION_STEPS},
    {"suppliers", 1, NULL, OPTION_SUPPLIERS},
    {"people", 1, NULL, OPTION_PEOPLE},
    {"part", 1, NULL, OPTION_PART},
    {"trace", 0, NULL, OPTION_TRACE},
    {"hash", 0, NULL, OPTION_HASH},
    {"shrink", 0, NULL, OPTION_SHRINK},
    {"only", 1, NULL, OPTION_ONLY},
    {"without", 1, NULL, OPTION_WITHOUT},
    {0},
};

static void take_number(struct options *ret, enum option_id option, int64_t n)
{
	if (option == OPTION_SEEDS)
		ret->seeds = (uint64_t)n;
	if (option == OPTION_SEED || option == OPTION_FROM)
		ret->from = (uint64_t)n;
	if (option == OPTION_SEED)
		ret->one = true;
	if (option == OPTION_JOBS)
		ret->jobs = (int)n;
	if (option == OPTION_DELIVERIES)
		ret->reach.deliveries = (int)n;
	if (option == OPTION_STEPS)
		ret->reach.steps = (int)n;
	if (option == OPTION_SUPPLIERS)
		ret->reach.suppliers = (int)n;
	if (option == OPTION_PEOPLE)
		ret->reach.people = (int)n;
}

/* False: it is said what is wrong with it. */
static bool take_word(struct options *ret, enum option_id option, const char *word)
{
	uint64_t faults = 0;

	if (option == OPTION_PART)
		return part_of(word, &ret->reach.parts);
	ret->trace |= option == OPTION_TRACE;
	ret->hash |= option == OPTION_HASH;
	ret->shrink |= option == OPTION_SHRINK;
	if (option != OPTION_ONLY && option != OPTION_WITHOUT)
		return true;
	if (!fault_list(word, &faults))
		return false;
	ret->reach.faults &= option == OPTION_ONLY ? faults : ~faults;
	return true;
}

static bool options_parse(int argc, char **argv, struct options *ret)
{
	int64_t n = 0;
	int option;

	*ret = (struct options){.from = 1, .seeds = 1, .jobs = 1, .reach = {.faults = FAULTS_ALL}};
	while ((option = getopt_long(argc, argv, "", option_table, NULL)) != -1) {
		bool counts = option <= OPTION_PEOPLE;

		if (option == '?' || (counts ? !number(optarg, &n) : !take_word(ret, (enum option_id)option, optarg)))
			return false;
		if (counts)
			take_number(ret, (enum option_id)option, n);
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
	struct sim *sim = sdk_xalloc(sizeof *sim);
	struct blank blank = {0};
	bool ok = sim_run(sim, &blank, options->from, &options->reach, true);

	if (options->trace)
		fwrite(sim->world.trace.text.p, 1, sim->world.trace.text.n, stdout);
	if (options->hash)
		printf("%016" PRIx64 " %" PRIu64 "\n", sim->world.trace.hash, sim->world.trace.n);
	if (!ok) {
		print_violation(sim);
		if (!options->trace)
			lines_about(sim, sim->violation.subject);
	}
	sim_release(sim);
	blank_release(&blank);
	free(sim);
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
	to->fenced += sim->cluster.n_fenced;
	to->aborted_by_time += sim->cluster.n_timeout;
	to->late += sim->cluster.n_late;
	to->appended += sim->cluster.n_append;
	to->merges += sim->n_merge;
	to->late_events += sim->n_late;
	to->dead_letters += sim->n_dead;
	to->flights += sim->n_flight;
	to->lost += sim->n_lost;
	to->hooks += sim->n_hook;
	to->delivered += sim->n_delivered;
}

static struct tally run_share(const struct options *options, uint64_t share)
{
	struct tally tally = {.first_failure = UINT64_MAX};
	struct sim *sim = sdk_xalloc(sizeof *sim);
	struct blank blank = {0};
	double began = seconds(CLOCK_PROCESS_CPUTIME_ID);

	for (uint64_t i = share; i < options->seeds; i += (uint64_t)options->jobs) {
		bool ok = sim_run(sim, &blank, options->from + i, &options->reach, false);

		tally_add(&tally, sim);
		if (options->hash)
			printf("%" PRIu64 " %016" PRIx64 "\n", sim->seed, sim->world.trace.hash);
		if (!ok)
			print_violation(sim);
		fflush(stdout);
		sim_release(sim);
		if (!ok) {
			tally.first_failure = options->from + i;
			break;
		}
	}
	blank_release(&blank);
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
	sum->io_ends += one->io_ends;
	sum->zombies += one->zombies;
	sum->acked += one->acked;
	sum->fenced += one->fenced;
	sum->aborted_by_time += one->aborted_by_time;
	sum->late += one->late;
	sum->appended += one->appended;
	sum->merges += one->merges;
	sum->cpu_s += one->cpu_s;
	sum->late_events += one->late_events;
	sum->dead_letters += one->dead_letters;
	sum->flights += one->flights;
	sum->lost += one->lost;
	sum->hooks += one->hooks;
	sum->delivered += one->delivered;
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
	printf("clients: %" PRId64 " deliveries answered 2xx, %" PRId64 " dead letters; %" PRId64
	       " late changes, %" PRId64 " merges\n",
	       sum->acked, sum->dead_letters, sum->late_events, sum->merges);
	printf("tools: %" PRId64 " requests, %" PRId64 " struck; %" PRId64 " webhooks; %" PRId64 " comments brought\n",
	       sum->flights, sum->lost, sum->hooks, sum->delivered);
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

static bool still_fails(uint64_t seed, const struct reach *reach)
{
	struct sim *sim = sdk_xalloc(sizeof *sim);
	struct blank blank = {0};
	bool ok = sim_run(sim, &blank, seed, reach, false);

	sim_release(sim);
	blank_release(&blank);
	free(sim);
	return !ok;
}

/* The smallest value that still fails, by halving; the schedule changes with it, so this is a walk, not a search. */
static void shrink_number(uint64_t seed, struct reach *reach, int *number, int drawn)
{
	int step;

	if (*number == 0)
		*number = drawn;
	for (step = *number / 2; step >= 1; step /= 2)
		while (*number > step) {
			*number -= step;
			if (still_fails(seed, reach))
				continue;
			*number += step;
			break;
		}
}

/* One part alone, if that fails too. */
static void shrink_parts(uint64_t seed, struct reach *reach)
{
	unsigned before = reach->parts;

	for (int i = 0; i < PART_N; i++) {
		reach->parts = 1u << i;
		if (still_fails(seed, reach))
			return;
	}
	reach->parts = before;
}

static void shrink_faults(uint64_t seed, struct reach *reach)
{
	for (int i = 0; i < FAULT_N; i++) {
		uint64_t before = reach->faults;

		reach->faults &= ~FAULT_BIT(i);
		if (reach->faults != before && !still_fails(seed, reach))
			reach->faults = before;
	}
}

static void print_shrunk(uint64_t seed, const struct reach *reach)
{
	printf("--seed %" PRIu64 " --deliveries %d --people %d --steps %d --suppliers %d", seed, reach->deliveries,
	       reach->people, reach->steps, reach->suppliers);
	for (int i = 0; i < PART_N; i++)
		if (reach->parts >> i & 1)
			printf(" --part %s", part_word((enum part)i));
	for (int i = 0, n = 0; i < FAULT_N; i++)
		if (reach->faults >> i & 1)
			printf("%s%s", n++ ? "," : " --only ", fault_word((enum fault)i));
	for (int i = 0; !reach->faults && i < FAULT_N; i++)
		printf("%s%s", i ? "," : " --without ", fault_word((enum fault)i));
	printf("\n");
}

static int shrink(const struct options *options)
{
	struct reach reach = options->reach;
	struct plan plan;

	if (!still_fails(options->from, &reach)) {
		printf("seed %" PRIu64 " does not fail\n", options->from);
		return 0;
	}
	shrink_parts(options->from, &reach);
	plan_draw(&plan, options->from, &reach);
	reach.faults = plan.faults;
	for (int round = 0; round < 2; round++) {
		shrink_faults(options->from, &reach);
		shrink_number(options->from, &reach, &reach.deliveries, plan.n_delivery);
		shrink_number(options->from, &reach, &reach.people, plan.n_people);
		shrink_number(options->from, &reach, &reach.steps,
			      plan.max_steps > plan.more_steps ? plan.max_steps : plan.more_steps);
		shrink_number(options->from, &reach, &reach.suppliers,
			      plan.n_supplier > plan.n_tool ? plan.n_supplier : plan.n_tool);
	}
	print_shrunk(options->from, &reach);
	return 1;
}

int main(int argc, char **argv)
{
	struct options options;

	/* Runs take the memory that the runs before them gave back. */
	(void)mallopt(M_MMAP_THRESHOLD, 1 << 30);
	(void)mallopt(M_TRIM_THRESHOLD, 1 << 30);
	(void)mallopt(M_TOP_PAD, 1 << 24);
	/* One thread: no locks, no counting. */
	if (sqlite3_config(SQLITE_CONFIG_SINGLETHREAD) != SQLITE_OK ||
	    sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 512, 500) != SQLITE_OK ||
	    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) != SQLITE_OK)
		return 2;
	if (!options_parse(argc, argv, &options)) {
		fputs(
		    "simulate --seeds N [--from S] [--jobs J] | --seed S [--trace] [--hash] [--shrink]\n"
		    "  [--only FAULT,...] [--without FAULT,...] [--part clients|tools] [--deliveries N] [--people N]\n"
		    "  [--steps N] [--suppliers N]\nfaults:",
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
