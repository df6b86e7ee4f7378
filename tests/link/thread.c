/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The real store, writer thread and link thread against a tool that misbehaves, with reloads and hints from other
 * threads all the while, and an end in the middle of it; again and again. Meant for the sanitizers.
 *
 *   link_thread FOLDER PORT ROUNDS        prints a line a round: events stored so far, milliseconds of the end
 */
#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "link/link_thread.h"

enum { SUPPLIERS = 6, STIRRERS = 2, ROUND_MS = 1200, END_MS = 300, STIR_US = 700 };

struct test {
	struct writer *writer;
	struct link_thread *link;
	struct metrics *metrics;
	int port;
	atomic_bool is_ending, is_stirring;
	_Atomic int64_t reloads;
};

static void die(const char *what, const struct ent_err *err)
{
	fprintf(stderr, "link_thread: %s: %s\n", what, err->msg);
	exit(1);
}

static int64_t log_now(void *clock)
{
	return ((struct clock *)clock)->now_ms(clock);
}

/* Every second reload they have other rules for their connections. */
static struct supplier_set *suppliers(const struct test *test, int64_t n)
{
	const struct ent_connector *connector = entente_connector(ENT_ABI);
	struct supplier_set *set = supplier_set_new(SUPPLIERS);
	struct ent_arena *arena = &set->arena.abi;

	for (size_t i = 0; i < SUPPLIERS; i++) {
		struct supplier *supplier = &set->at[i];
		struct ent_str *allow = SDK_NEW_N(arena, struct ent_str, 2);

		allow[0] = ENT_STR("127.0.0.0/8");
		allow[1] = ENT_STR("10.0.0.0/8");
		supplier->name = supplier->title = sdk_format(arena, "s%zu", i);
		supplier->connector = connector;
		supplier->settings = sdk_alloc(arena, connector->settings_size);
		*(struct ent_str *)supplier->settings = ENT_STR(""); /* id_prefix, its only setting */
		supplier->link =
		    (struct supplier_link){.url = sdk_format(arena, "http://127.0.0.1:%d/%zu", test->port, i),
					   .plain_http = true,
					   .allow = allow,
					   .n_allow = 1 + (size_t)(n & 1),
					   .timeout_ms = i == 0 ? 20000 : 300,
					   .connect_ms = 300,
					   .answer_max = 1 << 20,
					   .rate_per_min = 100000,
					   .at_once = 4,
					   .poll_ms = 10,
					   .search_lag_ms = -1,
					   .silence_ms = -1};
	}
	return set;
}

static void *run_writer(void *of)
{
	struct test *test = of;
	struct ent_err err;

	for (;;) {
		enum ent_rc rc = writer_step(test->writer, &err);

		if (rc == ENT_EINVAL)
			die("writer", &err);
		if (rc != ENT_MORE)
			continue;
		if (atomic_load(&test->is_ending))
			return NULL;
		writer_wait(test->writer, 1000);
	}
}

static void on_events(void *of)
{
	struct test *test = of;

	if (test->link)
		link_wake(link_thread_link(test->link));
}

static void *stir(void *of)
{
	struct test *test = of;
	struct ent_err err;

	while (atomic_load(&test->is_stirring)) {
		int64_t n = atomic_fetch_add(&test->reloads, 1);

		link_wake(link_thread_link(test->link));
		if (n % 40 == 0) {
			struct supplier_set *set = suppliers(test, n / 40);

			if (link_reload(link_thread_link(test->link), set, &err) != ENT_OK)
				die("reload", &err);
			supplier_set_unref(set);
		}
		usleep(STIR_US);
	}
	return NULL;
}

static void start(struct test *test, const char *path, struct log *log)
{
	struct clock *clock = clock_system();
	struct link_world world = {.clock = clock, .chance = chance_system(), .metrics = test->metrics, .log = log};
	struct link_options options = link_options_default;
	struct supplier_set *set = suppliers(test, 0);
	struct store_meta meta;
	struct db *db = NULL;
	struct ent_err err;

	options.backoff_ms = 5;
	options.backoff_max_ms = 40;
	if (store_open(path, NULL, 4, clock, chance_system(), &db, &meta, &err) != ENT_OK)
		die("store", &err);
	test->link = NULL;
	test->writer = writer_new(db, &meta, clock, chance_system(), test->metrics,
				  &(struct writer_options){10000, 500, 4000}, on_events, test);
	if (store_open_read(path, NULL, &world.read, &meta, &err) != ENT_OK)
		die("store", &err);
	world.writer = test->writer;
	if (link_thread_start(&world, &options, set, &test->link, &err) != ENT_OK)
		die("link", &err);
	supplier_set_unref(set);
}

static void round_run(struct test *test, const char *path, struct log *log)
{
	struct clock *clock = clock_system();
	pthread_t writer, stirrer[STIRRERS];
	int64_t began_us, ended_us;

	atomic_store(&test->is_ending, false);
	atomic_store(&test->is_stirring, true);
	start(test, path, log);
	pthread_create(&writer, NULL, run_writer, test);
	for (int i = 0; i < STIRRERS; i++)
		pthread_create(&stirrer[i], NULL, stir, test);
	usleep(ROUND_MS * 1000); /* how long it is under way; nothing is waited for */
	atomic_store(&test->is_stirring, false);
	for (int i = 0; i < STIRRERS; i++)
		pthread_join(stirrer[i], NULL);
	/* as serve ends it */
	began_us = clock->mono_us(clock);
	link_thread_end(test->link, END_MS);
	ended_us = clock->mono_us(clock);
	writer_close(test->writer);
	atomic_store(&test->is_ending, true);
	writer_wake(test->writer);
	pthread_join(writer, NULL);
	link_thread_stop(test->link);
	writer_free(test->writer);
	printf("%lld %lld\n", (long long)metric_get(test->metrics, METRIC_EVENTS_STORED),
	       (long long)(ended_us - began_us) / 1000);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct test *test = calloc(1, sizeof *test);
	struct log log = {2, LOG_ERROR, LOG_JSON, false, log_now, clock_system()};
	char path[4096];

	if (argc != 4 || !test || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return 2;
	test->metrics = calloc(1, sizeof *test->metrics);
	test->port = atoi(argv[2]);
	db_library();
	(void)snprintf(path, sizeof path, "%s/link.db", argv[1]);
	for (int i = atoi(argv[3]); i > 0; i--)
		round_run(test, path, &log);
	curl_global_cleanup();
	free(test->metrics);
	free(test);
	return 0;
}
