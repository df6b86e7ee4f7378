/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The broker: store, writer thread, bus thread, link thread, http threads, and this thread,
 * which only waits for signals. Everything that outlives the process is in the store.
 */
#include "cli/boot.h"
#include "cli/command.h"
#include "cli/serve_search.h"
#include "cli/entrance_say.h"
#include "cli/serve_files.h"
#include "edge/edge.h"
#include "face/auth.h"
#include "link/fetch.h"
#include "link/link_thread.h"

#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PRUNE_EVERY_MS = 60000, WRITER_WAIT_MS = 1000, LINK_DEADLINE_MS = 2500, BUS_DEADLINE_MS = 5000, END_S = 9 };

static const char help[] =
    "usage: entente serve [--config FILE]\n\n"
    "Runs the broker: takes suppliers' webhooks on POST /hooks/{supplier}, asks their tools and\n"
    "writes to them, keeps incidents in data_dir, writes the event stream to Kafka. Without\n"
    "kafka.brokers it uses a Kafka of its own inside the process, which forgets everything at exit\n"
    "and is for evaluation only.\n\n"
    "  --config FILE   settings; `entente config --sample` prints one to start from.\n"
    "                  Without it the file that ENTENTE_CONFIG names\n\n"
    "Signals: TERM and INT end it within 10 s with nothing lost; HUP reads the suppliers again and\n"
    "keeps the old ones when the file is wrong.\n\n"
    "examples:\n"
    "  entente serve --config /etc/entente/entente.yaml\n"
    "  entente check --config /etc/entente/entente.yaml && entente serve --config /etc/entente/entente.yaml\n";

struct serve {
	struct boot boot;
	const char *config_path;
	struct store_meta meta;
	struct metrics metrics;
	struct writer *writer;
	struct bus *bus;
	struct search *search; /* NULL: search: off */
	struct files *files;
	struct keeping *keeping;
	struct slots *slots;
	_Atomic(struct edge *) edge;
	_Atomic(struct link_thread *) link;
	pthread_t main_thread;
	pthread_t writer_thread;
	bool writer_runs;
	atomic_bool ending, disk_full;
	bool wal_told;  /* the writer's thread only */
	int64_t raw_ms; /* how long raw arrivals are kept */
};

/* ---- the writer's thread ---------------------------------------------------------- */

static void on_events(void *to)
{
	struct serve *serve = to;
	struct edge *edge = atomic_load(&serve->edge);
	struct link_thread *link = atomic_load(&serve->link);

	bus_wake(serve->bus);
	search_wake(serve->search);
	if (link)
		link_wake(link_thread_link(link));
	if (edge)
		edge_notify(edge, writer_last_seq(serve->writer));
}

static void answer_ignore(struct job *job)
{
	(void)job;
}

static void raw_prune(struct serve *serve, struct job *job)
{
	struct clock *clock = clock_system();
	*job = (struct job){.kind = JOB_PRUNE,
			    .outcome = JOB_ACCEPTED, /* unless it is taken */
			    .prune_before_ms = clock->now_ms(clock) - serve->raw_ms,
			    .answer = answer_ignore};
	if (!writer_submit(serve->writer, job))
		return; /* busy: the next minute will do */
}

static void tell_room(struct serve *serve, enum ent_rc rc, const struct ent_err *err)
{
	bool held = writer_wal_held(serve->writer);

	if (rc == ENT_ERETRY && !atomic_exchange(&serve->disk_full, true))
		log_write(&serve->boot.log, LOG_ERROR, "store.full", LOG_Z("why", err->msg),
			  LOG_Z("next", "deliveries are answered 503 until there is room again"), LOG_END);
	if (rc == ENT_OK && atomic_exchange(&serve->disk_full, false))
		log_write(&serve->boot.log, LOG_INFO, "store.has_room", LOG_END);
	if (held == serve->wal_told)
		return;
	serve->wal_told = held;
	if (held)
		log_write(&serve->boot.log, LOG_WARN, "store.wal_grows",
			  LOG_INT("bytes", metric_get(&serve->metrics, METRIC_STORE_WAL_BYTES)),
			  LOG_Z("why", "something reads the store for long: a backup, a report, fsck"),
			  LOG_Z("next", "nothing waits for it; end it before the disk is full"), LOG_END);
	else
		log_write(&serve->boot.log, LOG_INFO, "store.wal_is_short", LOG_END);
}

static void *run_writer(void *of)
{
	struct serve *serve = of;
	struct clock *clock = clock_system();
	int64_t pruned_us = clock->mono_us(clock);
	struct job prune_job = {.outcome = JOB_ACCEPTED};
	struct ent_err err = {0};

	pthread_setname_np(pthread_self(), "writer");
	for (;;) {
		enum ent_rc rc = writer_step(serve->writer, &err);
		if (rc == ENT_EINVAL) {
			log_write(&serve->boot.log, LOG_ERROR, "store.failed", LOG_Z("why", err.msg),
				  LOG_Z("next",
					"nothing is acknowledged any more; the process ends and can be started again"),
				  LOG_END);
			_exit(3); /* after a failed write not even a clean-up may pretend */
		}
		tell_room(serve, rc, &err);
		if (clock->mono_us(clock) - pruned_us > PRUNE_EVERY_MS * INT64_C(1000) &&
		    prune_job.outcome != JOB_WAITING) {
			pruned_us = clock->mono_us(clock);
			raw_prune(serve, &prune_job);
			continue;
		}
		if (rc != ENT_MORE)
			continue;
		if (atomic_load(&serve->ending))
			return NULL;
		writer_wait(serve->writer, WRITER_WAIT_MS);
	}
}

/* ---- readiness ----------------------------------------------------------------------- */

static const char *part_readiness(void *of, int i, bool *ret_ready, struct ent_err *ret_why)
{
	struct serve *serve = of;

	*ret_ready = true;
	switch (i) {
	case 0:
		*ret_ready = !atomic_load(&serve->disk_full);
		if (!*ret_ready)
			(void)sdk_fail(ret_why, ENT_ERETRY, "the disk of data_dir is full; make room");
		else if (writer_wal_held(serve->writer))
			(void)sdk_fail(ret_why, ENT_OK,
				       "a reader that lasts (a backup, a report) keeps %lld MB of changes in the "
				       "write-ahead log; end it before the disk is full",
				       (long long)(metric_get(&serve->metrics, METRIC_STORE_WAL_BYTES) >> 20));
		return "store";
	case 1:
		*ret_ready = bus_ready(serve->bus, ret_why);
		return "kafka";
	case 2:
		*ret_ready = search_ready(serve->search, ret_why);
		return serve->search ? "search" : NULL;
	default:
		return NULL;
	}
}

/* ---- the first token -------------------------------------------------------------------- */

/* Before any thread runs: the writer is stepped from here. */
static enum ent_rc first_token(struct serve *serve, struct db *read, struct ent_err *err)
{
	char token[AUTH_TOKEN_SIZE];
	int64_t n;
	struct job job = {.kind = JOB_TOKEN_ADD, .token = {.name = ENT_STR("first")}, .answer = answer_ignore};

	enum ent_rc rc = read_n_tokens(read, &n, err);
	if (rc != ENT_OK || n > 0)
		return rc;
	auth_token_make(chance_system(), token, job.token.hash);
	if (!writer_submit(serve->writer, &job))
		return sdk_fail(err, ENT_EINVAL, "the writer takes no work");
	rc = writer_step(serve->writer, err);
	if (rc != ENT_OK)
		return rc;
	if (job.outcome != JOB_ACCEPTED)
		return sdk_fail(err, ENT_EINVAL, "the first token could not be stored");
	/* To standard output, never to the log: it is shown this once. */
	printf("First start: this is the bearer token of '/v1', shown only now. Keep it.\n\n  %s\n\n", token);
	fflush(stdout);
	return ENT_OK;
}

/* ---- starting --------------------------------------------------------------------------- */

static enum ent_rc start_store(struct serve *serve, struct ent_err *err)
{
	struct config *config = serve->boot.config;
	const char *path = sdk_z(&config->arena.abi, boot_path(&serve->boot, BOOT_STORE));
	struct writer_options options = {.queue_max = (size_t)config->store.queue_max,
					 .batch_max = (size_t)config->store.batch_max,
					 .wal_pages = config->store.wal_pages};
	struct db *db = NULL, *read = NULL;
	struct store_meta meta;

	enum ent_rc rc = store_open(path, NULL, (int32_t)config->kafka.partitions, clock_system(), chance_system(), &db,
				    &serve->meta, err);
	if (rc == ENT_OK)
		rc = store_organisation(db, config->organisation, err);
	if (rc != ENT_OK) {
		db_close(db);
		return rc;
	}
	if (serve->meta.partitions != config->kafka.partitions)
		log_write(&serve->boot.log, LOG_WARN, "config.partitions_kept",
			  LOG_INT("store", serve->meta.partitions), LOG_INT("configured", config->kafka.partitions),
			  LOG_Z("next", "the number is fixed when a store is made; set kafka.partitions to it"),
			  LOG_END);
	serve->raw_ms = config->store.raw_days * INT64_C(86400000);
	serve->writer =
	    writer_new(db, &serve->meta, clock_system(), chance_system(), &serve->metrics, &options, on_events, serve);
	writer_reload(serve->writer, config->suppliers);
	if (db_failed(db)) /* it could not read where it stands */
		return sdk_fail(err, ENT_EINVAL, "%s: %s", path, db_error(db));
	rc = store_open_read(path, NULL, &read, &meta, err);
	if (rc == ENT_OK)
		rc = first_token(serve, read, err);
	db_close(read);
	return rc == ENT_OK ? boot_maps(&serve->boot, config->suppliers, err) : rc;
}

static enum ent_rc start_bus(struct serve *serve, struct ent_err *err)
{
	struct bus_options options;
	const char *path = sdk_z(&serve->boot.config->arena.abi, boot_path(&serve->boot, BOOT_ADDRESS));

	boot_bus_options(&serve->boot, &serve->meta, &options);
	enum ent_rc rc =
	    bus_start(&options, &serve->meta, clock_system(), &serve->metrics, &serve->boot.log, &serve->bus, err);
	if (rc != ENT_OK)
		return rc;
	FILE *file = fopen(path, "we");
	if (!file)
		return sdk_fail(err, ENT_EINVAL, "%s cannot be written: %s", path, strerror(errno));
	fprintf(file, "%s\n", bus_address(serve->bus));
	if (fclose(file) != 0)
		return sdk_fail(err, ENT_EINVAL, "%s cannot be written: %s", path, strerror(errno));
	return serve_search(&serve->boot, &serve->metrics, &serve->search, err);
}

static enum ent_rc start_link(struct serve *serve, struct ent_err *err)
{
	struct config *config = serve->boot.config;
	const char *path = sdk_z(&config->arena.abi, boot_path(&serve->boot, BOOT_STORE));
	struct link_world world = {.writer = serve->writer,
				   .clock = clock_system(),
				   .chance = chance_system(),
				   .metrics = &serve->metrics,
				   .log = &serve->boot.log,
				   .slots = serve->slots};
	struct link_thread *link = NULL;
	struct store_meta meta;

	enum ent_rc rc = store_open_read(path, NULL, &world.read, &meta, err);
	if (rc == ENT_OK)
		rc = link_thread_start(&world, &link_options_default, config->suppliers, &link, err);
	if (rc == ENT_OK)
		atomic_store(&serve->link, link);
	return rc;
}

/* Any thread; the main one takes it up as if somebody had sent HUP. */
static void reload_ask(void *of)
{
	struct serve *serve = of;

	pthread_kill(serve->main_thread, SIGHUP);
}

static enum ent_rc start_edge(struct serve *serve, struct ent_err *err)
{
	struct config *config = serve->boot.config;
	const struct edge_options options = serve_edge_options(&serve->boot);
	struct face_world world = {.writer = serve->writer,
				   .clock = clock_system(),
				   .chance = chance_system(),
				   .metrics = &serve->metrics,
				   .log = &serve->boot.log,
				   .search = serve->search,
				   .files = serve->files,
				   .slots = serve->slots,
				   .readiness = part_readiness,
				   .reload = reload_ask,
				   .of = serve,
				   .ask_provider = fetch_once};
	struct edge *edge = NULL;

	enum ent_rc rc = edge_start(&options, &world, config->suppliers, &edge, err);
	if (rc == ENT_OK)
		atomic_store(&serve->edge, edge);
	return rc;
}

static void start_announce(struct serve *serve)
{
	struct config *config = serve->boot.config;

	log_write(&serve->boot.log, LOG_INFO, "serve.ready", LOG_STR("listen", config->http.listen),
		  LOG_INT("port", edge_port(atomic_load(&serve->edge))), LOG_Z("kafka", bus_address(serve->bus)),
		  LOG_Z("kafka_is", bus_is_embedded(serve->bus) ? "embedded" : "configured"),
		  LOG_INT("suppliers", (int64_t)config->suppliers->n), LOG_Z("store_id", serve->meta.store_id),
		  LOG_END);
	entrance_say(&serve->boot.log, atomic_load(&serve->edge));
	if (bus_is_embedded(serve->bus))
		log_write(
		    &serve->boot.log, LOG_WARN, "kafka.embedded",
		    LOG_Z("why", "no kafka.brokers are configured: the stream lives in this process and ends with it"),
		    LOG_Z("next", "for more than a trial set kafka.brokers to your Kafka"), LOG_END);
}

/* ---- running ----------------------------------------------------------------------------- */

static void serve_reload(struct serve *serve)
{
	struct config *config = NULL;
	struct ent_err err;

	enum ent_rc rc = boot_reload(&serve->boot, serve->config_path, &config, &err);
	if (rc == ENT_OK)
		rc = boot_maps(&serve->boot, config->suppliers, &err);
	if (rc == ENT_OK)
		rc = edge_reload(atomic_load(&serve->edge), config->suppliers, &err);
	if (rc == ENT_OK)
		rc = link_reload(link_thread_link(atomic_load(&serve->link)), config->suppliers, &err);
	if (rc == ENT_OK) {
		writer_reload(serve->writer, config->suppliers);
		search_reload(serve->search, config->suppliers);
		slots_forgive(serve->slots);
		log_write(&serve->boot.log, LOG_INFO, "config.reloaded",
			  LOG_INT("suppliers", (int64_t)config->suppliers->n),
			  LOG_Z("note", "suppliers only; other settings need a restart"), LOG_END);
	} else {
		log_write(&serve->boot.log, LOG_ERROR, "config.refused", LOG_Z("why", err.msg),
			  LOG_Z("next", "the old suppliers stay in force; correct the file and send HUP again"),
			  LOG_END);
	}
	config_free(config);
}

/* Until a signal ends it. Returns the exit status. */
static int wait_for_signals(struct serve *serve, const sigset_t *signals)
{
	const struct timespec second = {.tv_sec = 1};
	struct ent_err why;

	for (;;) {
		int which = sigtimedwait(signals, NULL, &second);
		if (which == SIGTERM || which == SIGINT)
			return 0;
		if (which == SIGHUP)
			serve_reload(serve);
		if (bus_refused(serve->bus, &why)) {
			log_write(&serve->boot.log, LOG_ERROR, "relay.refused", LOG_Z("why", why.msg), LOG_END);
			return 1;
		}
	}
}

/* The end must not wait for a connector that does not come back. Answered work is durable, so this loses nothing. */
static void end_now(int signal_number)
{
	static const char words[] = "entente serve: something did not end in time; what was answered is durable\n";

	(void)signal_number;
	(void)!write(STDERR_FILENO, words, sizeof words - 1);
	_exit(4);
}

/* Work under way is answered, answered work is durable, durable work goes to Kafka if it answers in time.
 * Takes a half-started broker, too. */
static void serve_stop(struct serve *serve)
{
	struct edge *edge = atomic_load(&serve->edge);
	struct link_thread *link = atomic_load(&serve->link);

	signal(SIGALRM, end_now);
	alarm(END_S);
	if (edge)
		edge_drain(edge);
	link_thread_end(link, LINK_DEADLINE_MS); /* the writer still answers it */
	keeping_stop(serve->keeping);
	if (serve->writer_runs) {
		writer_close(serve->writer);
		atomic_store(&serve->ending, true);
		writer_wake(serve->writer);
		pthread_join(serve->writer_thread, NULL);
	}
	atomic_store(&serve->edge, NULL);
	atomic_store(&serve->link, NULL);
	link_thread_stop(link);
	if (edge)
		edge_stop(edge);
	search_stop(serve->search);
	if (serve->bus)
		bus_stop(serve->bus, BUS_DEADLINE_MS);
	writer_free(serve->writer);
	files_close(serve->files);
	slots_close(serve->slots);
	boot_release(&serve->boot);
	alarm(0);
}

static enum ent_rc serve_start(struct serve *serve, struct ent_err *err)
{
	enum ent_rc rc = boot_load(&serve->boot, serve->config_path, true, err);
	if (rc == ENT_OK)
		rc = boot_lock(&serve->boot, err);
	if (rc == ENT_OK)
		rc = slots_open(sdk_z(&serve->boot.config->arena.abi, boot_path(&serve->boot, BOOT_SLOTS)),
				&serve->boot.log, &serve->slots, err);
	if (rc == ENT_OK)
		rc = start_store(serve, err);
	if (rc == ENT_OK)
		rc = start_bus(serve, err);
	if (rc != ENT_OK)
		return rc;
	serve->writer_runs = pthread_create(&serve->writer_thread, NULL, run_writer, serve) == 0;
	if (!serve->writer_runs)
		return sdk_fail(err, ENT_EINVAL, "the writer's thread could not be started");
	rc = serve_files(&serve->boot, serve->writer, &serve->boot.log, &serve->files, &serve->keeping, err);
	if (rc == ENT_OK)
		rc = start_link(serve, err);
	return rc == ENT_OK ? start_edge(serve, err) : rc;
}

static int serve_command(int argc, char **argv)
{
	struct serve *serve = sdk_xalloc(sizeof *serve);
	sigset_t signals;
	struct ent_err err;
	int status;

	memset(serve, 0, sizeof *serve);
	status = boot_arguments(argc, argv, help, &serve->config_path);
	if (status >= 0) {
		free(serve);
		return status;
	}
	/* Blocked before the first thread, so that only this one hears them. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a limit of a file's size is a full disk, not the end */
	umask(077);               /* raw arrivals and internal comments are nobody else's */
	boot_keep_memory();
	db_library();
	serve->main_thread = pthread_self();
	(void)curl_global_init(CURL_GLOBAL_DEFAULT); /* a handle that cannot be made tells it */
	if (serve_start(serve, &err) != ENT_OK) {
		fprintf(stderr, "entente serve: %s\n", err.msg);
		status = 1;
	} else {
		start_announce(serve);
		status = wait_for_signals(serve, &signals);
		log_write(&serve->boot.log, LOG_INFO, "serve.ending", LOG_END);
	}
	serve_stop(serve);
	curl_global_cleanup();
	free(serve);
	return status;
}

const struct command command_serve = {.name = "serve", .summary = "run the broker", .run = serve_command};
