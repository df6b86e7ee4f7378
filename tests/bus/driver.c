/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bus without the rest: its real thread, relay and librdkafka over a store that is a formula, so that any number of
 * events can be published, the process killed, and the outcome checked. tests/bus/run drives it.
 *
 *   driver drain BROKERS TOTAL [OPTION=VALUE...]    until all is published; prints figures as one JSON object
 *   driver latency BROKERS N [OPTION=VALUE...]      N events one at a time; prints p50 and p99 of store to committed
 *   driver hold BROKERS TOTAL [OPTION=VALUE...]     until killed or SIGTERM; prints "ready" or "not ready: why" lines
 *   driver read BROKERS                             the stream as bus_read() gives it
 *   driver position BROKERS                         the last progress record
 *   driver check BROKERS [OPTION=VALUE...]          what `entente check` says
 *
 * BROKERS "-" is the embedded cluster. OPTION: store_id, partitions, copied, size, batch, pause_us, incidents, seconds,
 * snapshots=0, or kafka.NAME for librdkafka.
 */
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bus/bus_check.h"
#include "bus/bus_read.h"

#define PASS_MAX 16

struct store {
	_Atomic int64_t last_seq;
	int64_t incidents, size, partitions;
	int64_t copied; /* 0: none; else an old copy up to here, which went on by itself */
	bool snapshots;
	char store_id[ID_SIZE];
};

/* ---- the store, by formula: event s is of incident s % incidents -------------------------- */

struct db {
	const struct store *store;
};

/* bus_start() opens the store by its path; here the path is the address of the formula. */
enum ent_rc store_open_read(const char *path, const char *vfs, struct db **ret_db, struct store_meta *ret_meta,
			    struct ent_err *err)
{
	struct db *db = sdk_xalloc(sizeof *db);
	void *store = NULL;

	(void)vfs, (void)ret_meta;
	if (sscanf(path, "%p", &store) != 1) {
		free(db);
		return sdk_fail(err, ENT_EINVAL, "no store");
	}
	db->store = store;
	*ret_db = db;
	return ENT_OK;
}

void db_close(struct db *db)
{
	free(db);
}

bool db_failed(const struct db *db)
{
	(void)db;
	return false;
}

const char *db_error(const struct db *db)
{
	(void)db;
	return "";
}

static int uuid_of(int64_t incident, char ret[ID_SIZE])
{
	return snprintf(ret, ID_SIZE, "%08x-0000-4000-8000-%012x", (unsigned)(incident * 2654435761u),
			(unsigned)incident);
}

/* Words in the order of a small generator: compresses about as ticket texts do. */
static size_t json_of(const struct store *store, int64_t seq, const char *uuid, char *ret, size_t cap)
{
	static const char *const word[] = {"printer", "network", "slow",   "since", "monday", "user",
					   "cannot",  "login",   "screen", "black", "after",  "update",
					   "server",  "rack",    "please", "check", "again",  "thanks"};
	uint32_t x = (uint32_t)seq * 2654435761u + 1;
	size_t n = (size_t)snprintf(ret, cap,
				    "{\"incident\":{\"number\":\"ENT-%06" PRId64
				    "\",\"id\":\"%s\"},\"supplier\":\"acme\",\"n\":%" PRId64 ",\"text\":\"",
				    seq % store->incidents, uuid, seq);

	while (n + 14 < (size_t)store->size) {
		const char *next = word[(x >> 16) % (sizeof word / sizeof *word)];
		size_t size = strlen(next);

		x = x * 1664525u + 1013904223u;
		memcpy(ret + n, next, size);
		ret[n + size] = ' ';
		n += size + 1;
	}
	return n + (size_t)snprintf(ret + n, cap - n, "\"}");
}

int64_t outbox_read(struct db *db, int64_t after, int64_t max, bool (*take)(void *to, const struct outbox_row *row),
		    void *to)
{
	const struct store *store = db->store;
	int64_t n = 0, last = store->last_seq;
	size_t cap = (size_t)store->size + 512;
	char uuid[ID_SIZE], delivery[24], *json = sdk_xalloc(cap);

	for (int64_t seq = after + 1; seq <= last && n < max; seq++, n++) {
		int size = uuid_of(seq % store->incidents, uuid);
		struct ent_str key = {uuid, (size_t)size};
		struct outbox_row row = {.seq = seq,
					 .kind = EVENT_TICKET_CHANGED,
					 .sequence = seq / store->incidents + 1,
					 .partition = event_partition(key, (int32_t)store->partitions),
					 .key = key,
					 .subject = key,
					 .time_ms = 1456790400000 + seq,
					 .recorded_ms = 1456790400500 + seq,
					 .supplier = ENT_STR("acme"),
					 .traceparent =
					     ENT_STR("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")};

		if (store->copied && seq > store->copied)
			row.recorded_ms += 60000;
		size = snprintf(delivery, sizeof delivery, "delivery/%" PRId64, seq);
		row.delivery_id = (struct ent_str){delivery, (size_t)size};
		row.json = (struct ent_str){json, json_of(store, seq, uuid, json, cap)};
		if (!take(to, &row))
			break;
	}
	free(json);
	return n;
}

int64_t outbox_people_next(struct db *db, int64_t after)
{
	(void)db, (void)after;
	return INT64_MAX;
}

bool outbox_people(struct db *db, int64_t after, int64_t up_to, struct ent_str last,
		   bool (*take)(void *to, const struct person_row *row), void *to)
{
	(void)db, (void)after, (void)up_to, (void)last, (void)take, (void)to;
	return true;
}

int64_t outbox_last_seq(struct db *db)
{
	return db->store->last_seq;
}

int64_t outbox_reserved(struct db *db)
{
	(void)db;
	return 0;
}

int64_t outbox_oldest_ms(struct db *db, int64_t after)
{
	(void)db, (void)after;
	return 0;
}

int64_t outbox_touched(struct db *db, int64_t after, int64_t up_to,
		       bool (*take)(void *to, const struct outbox_touch *touch), void *to)
{
	const struct store *store = db->store;
	char uuid[ID_SIZE];

	for (int64_t seq = after + 1; store->snapshots && seq <= up_to; seq++) {
		int size = uuid_of(seq % store->incidents, uuid);
		struct outbox_touch touch = {
		    seq, seq % store->incidents + 1, seq / store->incidents + 1,
		    event_partition((struct ent_str){uuid, (size_t)size}, (int32_t)store->partitions)};

		if (!take(to, &touch))
			return seq - 1;
	}
	return up_to;
}

struct ent_str outbox_snapshot(struct db *db, struct ent_arena *arena, int64_t number, struct outbox_shown *ret)
{
	const struct store *store = db->store;
	int64_t incident = number - 1;

	/* of the last event that was made of it */
	*ret = (struct outbox_shown){.sequence = (store->last_seq - incident) / store->incidents + 1};
	(void)uuid_of(incident, ret->uuid);
	return sdk_format(
	    arena, "{\"id\":\"%s\",\"title\":\"a printer that prints nothing\",\"status\":\"in_progress\"}", ret->uuid);
}

/* ---- the run --------------------------------------------------------------------- */

struct run {
	struct store store;
	struct bus_options options;
	struct bus_pair pass[PASS_MAX];
	struct metrics metrics;
	struct log log;
	struct bus *bus;
	double seconds;
	char path[32];
};

static int64_t log_now(void *clock)
{
	return ((struct clock *)clock)->now_ms(clock);
}

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void nap(long us)
{
	struct timespec pause = {us / 1000000, us % 1000000 * 1000};

	nanosleep(&pause, NULL);
}

static bool option(struct run *run, char *arg)
{
	char *value = strchr(arg, '=');
	int64_t n;

	if (!value)
		return false;
	*value++ = '\0';
	if (!strncmp(arg, "kafka.", 6)) {
		if (run->options.n_pass == PASS_MAX)
			return false;
		run->pass[run->options.n_pass++] = (struct bus_pair){sdk_str(arg + 6), sdk_str(value)};
		return true;
	}
	if (!strcmp(arg, "store_id")) {
		snprintf(run->store.store_id, sizeof run->store.store_id, "%s", value);
		return true;
	}
	n = strtoll(value, NULL, 10);
	if (!strcmp(arg, "partitions"))
		run->store.partitions = n;
	else if (!strcmp(arg, "copied"))
		run->store.copied = n;
	else if (!strcmp(arg, "size"))
		run->store.size = n;
	else if (!strcmp(arg, "batch"))
		run->options.relay.batch_max = n;
	else if (!strcmp(arg, "pause_us"))
		run->options.relay.pause_us = n;
	else if (!strcmp(arg, "incidents"))
		run->store.incidents = n;
	else if (!strcmp(arg, "snapshots"))
		run->store.snapshots = n != 0;
	else if (!strcmp(arg, "seconds"))
		run->seconds = (double)n;
	else
		return false;
	return true;
}

static int start(struct run *run)
{
	struct store_meta meta = {.partitions = (int32_t)run->store.partitions};
	struct ent_err err;

	memcpy(meta.store_id, run->store.store_id, sizeof meta.store_id);
	snprintf(run->path, sizeof run->path, "%p", (void *)&run->store);
	run->options.store_path = sdk_str(run->path);
	run->options.partitions = (int32_t)run->store.partitions;
	if (bus_start(&run->options, &meta, clock_system(), &run->metrics, &run->log, &run->bus, &err)) {
		printf("refused: %s\n", err.msg);
		return 1;
	}
	return 0;
}

static int64_t metric(struct run *run, enum metric which)
{
	return metric_get(&run->metrics, which);
}

static int drain(struct run *run, int64_t total)
{
	struct ent_err err;
	double from = now_s(), until = from + run->seconds, first = 0, took;

	run->store.last_seq = total;
	if (start(run))
		return 1;
	while (bus_ready(run->bus, &err) == false || metric(run, METRIC_RELAY_BACKLOG_EVENTS) > 0 || first == 0) {
		if (first == 0 && metric(run, METRIC_RELAY_TRANSACTIONS) > 0)
			first = now_s();
		if (bus_refused(run->bus, &err) || now_s() > until) {
			if (now_s() > until)
				(void)bus_ready(run->bus, &err);
			printf("refused: %s\n", err.msg);
			bus_stop(run->bus, 2000);
			return 1;
		}
		if (first == 0 && bus_ready(run->bus, &err) && metric(run, METRIC_RELAY_UP) &&
		    metric(run, METRIC_RELAY_BACKLOG_EVENTS) == 0 && now_s() - from > 2)
			break; /* all of it was there before */
		nap(1000);
	}
	took = now_s() - from;
	printf("{\"seconds\":%.3f,\"events\":%" PRId64 ",\"rate\":%.0f,\"transactions\":%" PRId64 ",\"aborts\":%" PRId64
	       ",\"rebuilds\":%" PRId64 ",\"snapshots\":%" PRId64 "}\n",
	       took, metric(run, METRIC_EVENTS_PUBLISHED), (double)metric(run, METRIC_EVENTS_PUBLISHED) / took,
	       metric(run, METRIC_RELAY_TRANSACTIONS), metric(run, METRIC_RELAY_ABORTS),
	       metric(run, METRIC_RELAY_REBUILDS), metric(run, METRIC_SNAPSHOTS_PUBLISHED));
	bus_stop(run->bus, 5000);
	return 0;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* One event at a time, 10 ms apart: nothing but the relay and Kafka is in the way. */
static int latency(struct run *run, int64_t n)
{
	double *ms = sdk_xalloc((size_t)n * sizeof *ms), until = now_s() + run->seconds;
	struct position position = {0};
	struct ent_err err;
	int64_t done;

	if (bus_read_position(&run->options, &position, &err))
		position.seq = 0; /* none yet */
	run->store.last_seq = position.seq;
	if (start(run))
		return 1;
	while (!bus_ready(run->bus, &err) && now_s() < until)
		nap(1000);
	for (int64_t i = 0; i < n; i++) {
		double from = now_s();

		done = metric(run, METRIC_EVENTS_PUBLISHED);
		run->store.last_seq++;
		bus_wake(run->bus);
		while (metric(run, METRIC_EVENTS_PUBLISHED) == done && now_s() < until)
			nap(50);
		ms[i] = (now_s() - from) * 1e3;
		nap(10000);
	}
	bus_stop(run->bus, 2000);
	qsort(ms, (size_t)n, sizeof *ms, by_size);
	printf("{\"n\":%" PRId64 ",\"p50_ms\":%.2f,\"p99_ms\":%.2f,\"max_ms\":%.2f}\n", n, ms[n / 2], ms[n * 99 / 100],
	       ms[n - 1]);
	free(ms);
	return now_s() > until;
}

static int hold(struct run *run, int64_t total)
{
	sigset_t term;
	struct ent_err err, last = {0};
	struct timespec tick = {0, 20000000};
	double from;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &term, NULL);
	run->store.last_seq = total;
	if (start(run))
		return 1;
	printf("address: %s\n", bus_address(run->bus));
	fflush(stdout);
	while (sigtimedwait(&term, NULL, &tick) != SIGTERM) {
		bool ready = bus_ready(run->bus, &err);

		if (ready)
			memcpy(err.msg, "ready", sizeof "ready");
		if (strcmp(err.msg, last.msg) != 0) {
			printf("%s%s published=%" PRId64 "\n", ready ? "" : "not ready: ", err.msg,
			       metric(run, METRIC_EVENTS_PUBLISHED));
			fflush(stdout);
			last = err;
		}
		if (bus_refused(run->bus, &err))
			break;
	}
	from = now_s();
	bus_stop(run->bus, 5000);
	printf("stopped in %.1f s, published=%" PRId64 "\n", now_s() - from, metric(run, METRIC_EVENTS_PUBLISHED));
	return 0;
}

static bool print_record(void *to, const struct bus_record *record)
{
	(void)to;
	printf("%d %" PRId64 " %" PRId64 " %.*s %.*s %" PRId64 " %zu\n", record->partition, record->offset, record->seq,
	       (int)record->type.n, record->type.p, (int)record->key.n, record->key.p, record->time_ms,
	       record->n_header);
	return true;
}

static int ask(struct run *run, const char *what)
{
	struct ent_err err;
	struct position position;
	struct sdk_buf report;
	enum ent_rc rc = ENT_EINVAL;

	run->options.partitions = (int32_t)run->store.partitions;
	sdk_buf_init(&report, 65536);
	if (!strcmp(what, "read")) {
		rc = bus_read(&run->options, 0, false, print_record, NULL, NULL, &err);
	} else if (!strcmp(what, "position")) {
		rc = bus_read_position(&run->options, &position, &err);
		if (!rc)
			printf("%s %" PRId64 " %" PRId64 "\n", position.store_id, position.seq, position.snapshots);
	} else if (!strcmp(what, "check")) {
		rc = bus_check(&run->options, &report, &err);
		printf("%.*s", (int)report.n, report.p ? report.p : "");
	}
	sdk_buf_release(&report);
	if (rc)
		printf("refused: %s\n", err.msg);
	return rc != ENT_OK;
}

int main(int argc, char **argv)
{
	struct run *run = sdk_xalloc(sizeof *run);
	int rest = 3, rc = 2;
	int64_t n = 0;

	memset(run, 0, sizeof *run);
	run->store = (struct store){.incidents = 500,
				    .size = 600,
				    .partitions = 4,
				    .snapshots = true,
				    .store_id = "0b0e7a66-0000-4000-8000-000000000001"};
	run->options.relay = (struct relay_options){.batch_max = 4000,
						    .bytes_max = 16 << 20,
						    .pause_us = 4000,
						    .idle_ms = 3600000,
						    .source = ENT_STR("/entente")};
	run->options.replication = 1;
	run->options.pass = run->pass;
	run->options.retention_ms = -1;
	run->seconds = 120;
	run->log = (struct log){.fd = STDERR_FILENO,
				.level = getenv("DRIVER_DEBUG") ? LOG_DEBUG : LOG_INFO,
				.now_ms = log_now,
				.clock = clock_system()};
	if (argc >= 3 && strcmp(argv[2], "-") != 0)
		run->options.brokers = sdk_str(argv[2]);
	if (argc >= 4 && !strchr(argv[3], '='))
		n = strtoll(argv[rest++], NULL, 10);
	while (rest < argc && option(run, argv[rest]))
		rest++;
	if (argc >= 3 && rest == argc) {
		if (!strcmp(argv[1], "drain"))
			rc = drain(run, n);
		else if (!strcmp(argv[1], "latency"))
			rc = latency(run, n > 0 ? n : 100);
		else if (!strcmp(argv[1], "hold"))
			rc = hold(run, n);
		else
			rc = ask(run, argv[1]);
	}
	free(run);
	if (rc == 2)
		fprintf(stderr, "driver: wrong use, see the head of tests/bus/driver.c\n");
	return rc;
}
