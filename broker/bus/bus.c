/* SPDX-License-Identifier: Apache-2.0 */
/* The bus thread: steps the relay, waits for a wake or for as long as the step said. */
#include "bus/bus.h"

#include <assert.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "bus/embedded.h"
#include "bus/kafka_rd.h"
#include "bus/rd.h"

struct bus {
	struct sdk_arena arena;
	struct bus_options options; /* a copy; everything in it lives in the arena */
	struct log *log;
	struct embedded *embedded;
	struct kafka *kafka;
	struct relay *relay;
	struct db *db;
	pthread_t thread;

	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* under lock */
	bool woken, stopping, refused;
	int64_t deadline_us; /* when stopping */
	struct ent_err why;  /* when refused */
};

/* ---- the thread ------------------------------------------------------------ */

static void wait_until(struct bus *bus, int64_t until_us)
{
	struct timespec until = {until_us / 1000000, until_us % 1000000 * 1000};

	pthread_mutex_lock(&bus->lock);
	while (!bus->woken && !bus->stopping && system_mono_us() < until_us)
		pthread_cond_timedwait(&bus->changed, &bus->lock, &until);
	bus->woken = false;
	pthread_mutex_unlock(&bus->lock);
}

/* While stopping a wake must not shorten a backoff into a busy loop, and the wait is bounded by the deadline. */
static bool may_go_on(struct bus *bus)
{
	struct ent_err trouble;
	bool stopping;
	int64_t left_us;

	pthread_mutex_lock(&bus->lock);
	stopping = bus->stopping;
	left_us = bus->deadline_us - system_mono_us();
	pthread_mutex_unlock(&bus->lock);
	if (!stopping)
		return true;
	relay_trouble(bus->relay, &trouble);
	return left_us > RD_CALL_MS * 1000 && !trouble.msg[0] &&
	       relay_published_seq(bus->relay) < outbox_last_seq(bus->db) && !db_failed(bus->db);
}

static void pause_stopping(int64_t us)
{
	struct timespec pause = {us / 1000000, us % 1000000 * 1000};

	nanosleep(&pause, NULL);
}

static void *bus_run(void *arg)
{
	struct bus *bus = arg;
	int64_t wait_us;
	struct ent_err err;

	pthread_setname_np(pthread_self(), "relay");
	while (may_go_on(bus)) {
		if (relay_step(bus->relay, &wait_us, &err)) {
			pthread_mutex_lock(&bus->lock);
			bus->refused = true;
			bus->why = err;
			pthread_mutex_unlock(&bus->lock);
			break;
		}
		if (wait_us <= 0)
			continue;
		pthread_mutex_lock(&bus->lock);
		bool stopping = bus->stopping;
		pthread_mutex_unlock(&bus->lock);
		if (stopping)
			pause_stopping(wait_us < 20000 ? wait_us : 20000);
		else
			wait_until(bus, system_mono_us() + wait_us);
	}
	return NULL;
}

/* ---- from other threads ---------------------------------------------------- */

void bus_wake(void *arg)
{
	struct bus *bus = arg;

	pthread_mutex_lock(&bus->lock);
	if (!bus->woken) {
		bus->woken = true;
		pthread_cond_signal(&bus->changed);
	}
	pthread_mutex_unlock(&bus->lock);
}

const char *bus_address(const struct bus *bus)
{
	return bus->options.brokers.p; /* sdk_z() made it */
}

bool bus_is_embedded(const struct bus *bus)
{
	return bus->embedded != NULL;
}

bool bus_refused(struct bus *bus, struct ent_err *ret_why)
{
	bool refused;

	pthread_mutex_lock(&bus->lock);
	refused = bus->refused;
	if (refused)
		*ret_why = bus->why;
	pthread_mutex_unlock(&bus->lock);
	return refused;
}

bool bus_ready(struct bus *bus, struct ent_err *ret_why)
{
	enum relay_state state = relay_state(bus->relay);
	struct ent_err trouble;

	if (bus_refused(bus, ret_why))
		return false;
	relay_trouble(bus->relay, &trouble);
	if (trouble.msg[0]) {
		*ret_why = trouble;
		return false;
	}
	if (state == RELAY_READY || state == RELAY_OPEN || state == RELAY_COMMIT) {
		if (relay_lag_ms(bus->relay) > 0)
			(void)sdk_fail(ret_why, ENT_OK, TOPIC_INCIDENTS " is %" PRId64 " s behind the events",
				       relay_lag_ms(bus->relay) / 1000);
		return true;
	}
	(void)sdk_fail(ret_why, ENT_ERETRY, "connecting to Kafka at %s", bus_address(bus));
	return false;
}

/* ---- life ------------------------------------------------------------------ */

static void options_copy(struct bus *bus, const struct bus_options *options, const struct store_meta *meta)
{
	struct ent_arena *arena = &bus->arena.abi;
	struct bus_pair *pass = SDK_NEW_N(arena, struct bus_pair, options->n_pass);
	const char *brokers = bus->embedded ? embedded_address(bus->embedded) : sdk_z(arena, options->brokers);

	bus->options = *options;
	bus->options.partitions = meta->partitions;
	bus->options.brokers = sdk_str(sdk_z(arena, sdk_str(brokers)));
	for (size_t i = 0; i < options->n_pass; i++)
		pass[i] =
		    (struct bus_pair){sdk_dup(arena, options->pass[i].name), sdk_dup(arena, options->pass[i].value)};
	bus->options.pass = pass;
	bus->options.store_path = sdk_str(sdk_z(arena, options->store_path));
	bus->options.relay.source = sdk_dup(arena, options->relay.source);
}

/* Makes a producer and a reader with these settings and drops them: what does not go together shows only then. */
static enum ent_rc settings_check(const struct bus_options *options, struct ent_err *err)
{
	struct rd_notes notes = {0};
	rd_kafka_conf_t *conf;
	rd_kafka_t *rk;
	enum ent_rc rc = rd_conf(options, RD_PRODUCER, &notes, &conf, err);

	if (!rc)
		rc = rd_open(RD_PRODUCER, conf, &rk, err);
	if (rc)
		return rc;
	rd_kafka_destroy(rk);
	rc = rd_reader(options, &notes, &rk, err);
	if (!rc)
		rd_kafka_destroy(rk);
	return rc;
}

static void bus_free(struct bus *bus)
{
	relay_free(bus->relay);
	kafka_rd_free(bus->kafka);
	db_close(bus->db);
	embedded_free(bus->embedded);
	pthread_cond_destroy(&bus->changed);
	pthread_mutex_destroy(&bus->lock);
	sdk_arena_release(&bus->arena);
	free(bus);
}

enum ent_rc bus_start(const struct bus_options *options, const struct store_meta *meta, struct clock *clock,
		      struct metrics *metrics, struct log *log, struct bus **ret, struct ent_err *err)
{
	struct bus *bus = sdk_xalloc(sizeof *bus);
	pthread_condattr_t attr;
	struct store_meta seen;
	enum ent_rc rc = ENT_OK;

	*bus = (struct bus){.log = log};
	sdk_arena_init(&bus->arena);
	pthread_mutex_init(&bus->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&bus->changed, &attr);
	pthread_condattr_destroy(&attr);
	if (options->brokers.n == 0)
		rc = embedded_new(meta->partitions, log, &bus->embedded, err);
	if (!rc) {
		options_copy(bus, options, meta);
		rc = settings_check(&bus->options, err);
	}
	if (!rc)
		rc = store_open_read(bus->options.store_path.p, NULL, &bus->db, &seen, err);
	if (rc) {
		bus_free(bus);
		return rc;
	}
	bus->kafka = kafka_rd_new(&bus->options, bus->embedded != NULL, log);
	bus->relay = relay_new(bus->db, meta, bus->kafka, clock, metrics, log, &bus->options.relay);
	if (pthread_create(&bus->thread, NULL, bus_run, bus) != 0) {
		bus_free(bus);
		return sdk_fail(err, ENT_EINVAL, "the bus thread cannot be started");
	}
	*ret = bus;
	return ENT_OK;
}

void bus_stop(struct bus *bus, int deadline_ms)
{
	if (!bus)
		return;
	pthread_mutex_lock(&bus->lock);
	bus->stopping = true;
	bus->deadline_us = system_mono_us() + (int64_t)deadline_ms * 1000;
	pthread_cond_signal(&bus->changed);
	pthread_mutex_unlock(&bus->lock);
	pthread_join(bus->thread, NULL);
	bus_free(bus);
}
