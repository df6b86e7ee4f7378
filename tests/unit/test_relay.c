/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The relay against a scripted Kafka that is strict about the order of calls, and a store that is a formula. Every
 * answer is tried at every call, alone and in pairs; whatever happens, each event is committed once and in order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bus/relay_record.h"

#define STORE_ID "0b0e7a66-0000-4000-8000-000000000001"
#define OTHER_ID "0b0e7a66-0000-4000-8000-000000000002"
#define UUIDS    5
#define SEQ_MAX  4096

/* ---- the store: event s belongs to incident s % UUIDS, every 7th is a dead letter -------------- */

struct db {
	int64_t last_seq;
	int64_t large; /* the seq of a row of 5,000 bytes, 0: none */
	bool failed;
	int64_t reads;
};

static const char *const uuid[UUIDS] = {
    "aaaaaaaa-0000-4000-8000-000000000000", "aaaaaaaa-0000-4000-8000-000000000001", "aaaaaaaa-0000-4000-8000-000000000002",
    "aaaaaaaa-0000-4000-8000-000000000003", "aaaaaaaa-0000-4000-8000-000000000004"};

int64_t outbox_read(struct db *db, int64_t after, int64_t max, bool (*take)(void *to, const struct outbox_row *row), void *to)
{
	int64_t n = 0;
	char json[5000];

	db->reads++;
	if (db->failed)
		return -1;
	for (int64_t seq = after + 1; seq <= db->last_seq && n < max; seq++, n++) {
		const char *key = uuid[seq % UUIDS];
		int size = snprintf(json, sizeof json, "{\"n\":%d}", (int)seq);
		struct outbox_row row = {.seq = seq, .kind = EVENT_TICKET_CHANGED, .sequence = seq / UUIDS + 1,
		                         .partition = (int32_t)(seq % UUIDS), .key = sdk_str(key), .subject = sdk_str(key),
		                         .time_ms = 1700000000000 + seq, .recorded_ms = 1700000000500 + seq,
		                         .supplier = ENT_STR("acme"), .delivery_id = ENT_STR("d/1 \xc3\xa9"),
		                         .traceparent = ENT_STR("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
		                         .json = {json, (size_t)size}};
		if (seq == db->large) {
			memset(json, ' ', sizeof json);
			row.json.n = sizeof json;
		}
		if (seq % 7 == 0) {
			row.topic = OUTBOX_DEADLETTER;
			row.partition = -1;
			row.key = ENT_STR("acme");
			row.reason = ENT_STR("no ticket id");
			row.dead_letter = seq;
		}
		if (!take(to, &row))
			break;
	}
	return n;
}

int64_t outbox_last_seq(struct db *db)
{
	return db->last_seq;
}

int64_t outbox_oldest_ms(struct db *db, int64_t after)
{
	return after < db->last_seq ? 1700000000500 + after + 1 : 0;
}

int64_t outbox_touched(struct db *db, int64_t after, int64_t up_to, int64_t max, bool (*take)(void *to, struct ent_str uuid),
                       void *to, int64_t *ret_reached)
{
	bool told[UUIDS] = {false};
	int64_t n = 0, seq;

	(void)db;
	for (seq = after + 1; seq <= up_to && n < max; seq++) {
		if (seq % 7 == 0 || told[seq % UUIDS])
			continue;
		told[seq % UUIDS] = true;
		n++;
		if (!take(to, sdk_str(uuid[seq % UUIDS])))
			return n;
	}
	*ret_reached = up_to; /* the last event of each is up to date by then: snapshots show the present */
	return n;
}

struct ent_str outbox_snapshot(struct db *db, struct ent_arena *arena, struct ent_str which, bool *ret_gone, int32_t *ret_partition)
{
	*ret_partition = which.p[which.n - 1] - '0';
	*ret_gone = *ret_partition == 4;
	return *ret_gone ? ENT_ABSENT : sdk_format(arena, "{\"at\":%d}", (int)db->last_seq);
}

bool db_failed(const struct db *db)
{
	return db->failed;
}

const char *db_error(const struct db *db)
{
	return db->failed ? "disk I/O error" : "";
}

/* ---- the clock -------------------------------------------------------------- */

struct fake_clock {
	struct clock clock;
	int64_t us;
};

static int64_t clock_now(struct clock *clock)
{
	return 1700000001000 + ((struct fake_clock *)clock)->us / 1000;
}

static int64_t clock_mono(struct clock *clock)
{
	return ((struct fake_clock *)clock)->us;
}

/* ---- Kafka ------------------------------------------------------------------ */

enum fault { FAULT_RETRY, FAULT_ABORT, FAULT_REBUILD, FAULT_DONE_REBUILD, FAULT_DONE_ABORT, FAULT_N };
enum phase { CLOSED, READY, OPEN, MUST_ABORT, MUST_CLOSE };

struct fake_kafka {
	struct kafka kafka;
	enum phase phase;
	int call; /* counted over all functions */
	struct {
		int at; /* -1: none */
		enum fault fault;
	} plan[2];
	bool abort_is_fatal; /* after FAULT_DONE_ABORT */
	/* committed */
	int64_t seq[SEQ_MAX * 2];
	size_t n_seq, n_snapshot, n_tombstone, n_progress, n_transaction;
	struct position position;
	bool has_position;
	/* pending */
	int64_t pending[SEQ_MAX];
	size_t n_pending, n_pending_snapshot, n_pending_tombstone;
	struct position pending_position;
	bool has_pending_position;
	int64_t snapshot_after; /* of the last snapshot: how many events were pending beside it */
};

static bool planned(struct fake_kafka *fake, enum fault *ret)
{
	int call = fake->call++;

	for (int i = 0; i < 2; i++)
		if (fake->plan[i].at == call) {
			*ret = fake->plan[i].fault;
			return true;
		}
	return false;
}

static void pending_apply(struct fake_kafka *fake)
{
	assert_true(fake->n_seq + fake->n_pending <= SEQ_MAX * 2);
	memcpy(fake->seq + fake->n_seq, fake->pending, fake->n_pending * sizeof *fake->pending);
	fake->n_seq += fake->n_pending;
	fake->n_snapshot += fake->n_pending_snapshot;
	fake->n_tombstone += fake->n_pending_tombstone;
	fake->n_transaction++;
	if (fake->has_pending_position) {
		fake->position = fake->pending_position;
		fake->has_position = true;
		fake->n_progress++;
	}
}

static void pending_drop(struct fake_kafka *fake)
{
	fake->n_pending = fake->n_pending_snapshot = fake->n_pending_tombstone = 0;
	fake->has_pending_position = false;
}

static enum kafka_rc answer_fault(struct fake_kafka *fake, enum fault fault, struct ent_err *err)
{
	(void)sdk_fail(err, ENT_ERETRY, "planned fault %d", (int)fault);
	switch (fault) {
	case FAULT_RETRY:
		return KAFKA_RETRY;
	case FAULT_ABORT:
	case FAULT_DONE_ABORT:
		fake->phase = MUST_ABORT;
		return KAFKA_ABORT;
	case FAULT_REBUILD:
	case FAULT_DONE_REBUILD:
	case FAULT_N:
		break;
	}
	fake->phase = MUST_CLOSE;
	return KAFKA_REBUILD;
}

static enum kafka_rc fake_init(struct kafka *kafka, struct ent_err *err)
{
	struct fake_kafka *fake = (struct fake_kafka *)kafka;
	enum fault fault;

	assert_int_equal(fake->phase, CLOSED);
	pending_drop(fake); /* fences: what was open is aborted */
	if (planned(fake, &fault))
		return answer_fault(fake, fault == FAULT_RETRY ? FAULT_RETRY : FAULT_REBUILD, err);
	fake->phase = READY;
	return KAFKA_OK;
}

static enum kafka_rc fake_position(struct kafka *kafka, struct position *ret, bool *ret_found, struct ent_err *err)
{
	struct fake_kafka *fake = (struct fake_kafka *)kafka;
	enum fault fault;

	assert_int_equal(fake->phase, READY); /* only after init */
	if (planned(fake, &fault))
		return answer_fault(fake, fault == FAULT_RETRY ? FAULT_RETRY : FAULT_REBUILD, err);
	*ret = fake->position;
	*ret_found = fake->has_position;
	return KAFKA_OK;
}

static enum kafka_rc fake_begin(struct kafka *kafka, struct ent_err *err)
{
	struct fake_kafka *fake = (struct fake_kafka *)kafka;
	enum fault fault;

	assert_int_equal(fake->phase, READY);
	pending_drop(fake);
	if (planned(fake, &fault))
		return answer_fault(fake, fault, err);
	fake->phase = OPEN;
	return KAFKA_OK;
}

static int64_t seq_of(const struct kafka_record *record)
{
	int64_t seq = 0;

	for (size_t i = 0; i < record->n_header; i++)
		if (!strcmp(record->header[i].name, "ce_storeseq")) {
			assert_int_equal(record->header[i].value.n, 20);
			assert_true(sdk_to_int(record->header[i].value, &seq));
		}
	return seq;
}

static enum kafka_rc fake_produce(struct kafka *kafka, const struct kafka_record *record, struct ent_err *err)
{
	struct fake_kafka *fake = (struct fake_kafka *)kafka;
	enum fault fault;

	assert_int_equal(fake->phase, OPEN);
	if (planned(fake, &fault))
		return answer_fault(fake, fault, err);
	switch (record->topic) {
	case KAFKA_EVENTS:
	case KAFKA_DEADLETTER:
		assert_false(fake->has_pending_position); /* the progress is last */
		fake->pending[fake->n_pending++] = seq_of(record);
		assert_int_equal(record->topic == KAFKA_DEADLETTER, seq_of(record) % 7 == 0);
		assert_int_equal(record->partition, record->topic == KAFKA_DEADLETTER ? -1 : (int32_t)(seq_of(record) % UUIDS));
		break;
	case KAFKA_INCIDENTS:
		fake->snapshot_after = (int64_t)fake->n_pending;
		fake->n_pending_snapshot++;
		fake->n_pending_tombstone += record->value.p == NULL;
		assert_int_equal(record->partition, record->key.p[record->key.n - 1] - '0');
		break;
	case KAFKA_PROGRESS:
		assert_int_equal(record->partition, 0);
		assert_true(sdk_eqz(record->key, STORE_ID));
		assert_int_equal(position_parse(record->value, &fake->pending_position, err), ENT_OK);
		fake->has_pending_position = true;
		break;
	}
	return KAFKA_OK;
}

static enum kafka_rc fake_commit(struct kafka *kafka, struct ent_err *err)
{
	struct fake_kafka *fake = (struct fake_kafka *)kafka;
	enum fault fault;

	assert_int_equal(fake->phase, OPEN);
	if (planned(fake, &fault)) {
		if (fault == FAULT_DONE_REBUILD || fault == FAULT_DONE_ABORT)
			pending_apply(fake);
		fake->abort_is_fatal = fault == FAULT_DONE_ABORT;
		return answer_fault(fake, fault, err);
	}
	pending_apply(fake);
	fake->phase = READY;
	return KAFKA_OK;
}

static enum kafka_rc fake_abort(struct kafka *kafka, struct ent_err *err)
{
	struct fake_kafka *fake = (struct fake_kafka *)kafka;
	enum fault fault;

	assert_int_equal(fake->phase, MUST_ABORT);
	if (fake->abort_is_fatal) {
		fake->abort_is_fatal = false;
		return answer_fault(fake, FAULT_REBUILD, err);
	}
	if (planned(fake, &fault))
		return answer_fault(fake, fault == FAULT_RETRY ? FAULT_RETRY : FAULT_REBUILD, err);
	pending_drop(fake);
	fake->phase = READY;
	return KAFKA_OK;
}

static void fake_close(struct kafka *kafka)
{
	((struct fake_kafka *)kafka)->phase = CLOSED;
}

/* ---- one world per test ------------------------------------------------------ */

struct world {
	struct db db;
	struct fake_clock clock;
	struct fake_kafka kafka;
	struct metrics metrics;
	struct relay *relay;
};

static struct world *world_new(int64_t last_seq, int64_t batch_max)
{
	struct world *world = sdk_xalloc(sizeof *world);
	struct store_meta meta = {.store_id = STORE_ID, .partitions = UUIDS};
	struct relay_options options = {.batch_max = batch_max, .bytes_max = 1 << 20, .pause_us = 4000, .idle_ms = 3600000,
	                                .source = ENT_STR("/entente")};

	memset(world, 0, sizeof *world);
	world->db.last_seq = last_seq;
	world->clock.clock = (struct clock){clock_now, clock_mono};
	world->kafka.kafka = (struct kafka){.init = fake_init, .position = fake_position, .begin = fake_begin,
	                                    .produce = fake_produce, .commit = fake_commit, .abort = fake_abort, .close = fake_close};
	world->kafka.plan[0].at = world->kafka.plan[1].at = -1;
	world->relay = relay_new(&world->db, &meta, &world->kafka.kafka, &world->clock.clock, &world->metrics, NULL, &options);
	return world;
}

static void world_free(struct world *world)
{
	relay_free(world->relay);
	assert_int_equal(world->kafka.phase, CLOSED);
	free(world);
}

/* One step, then time passes as the step said. */
static enum ent_rc step(struct world *world, struct ent_err *err)
{
	int64_t wait_us = -1;
	enum ent_rc rc = relay_step(world->relay, &wait_us, err);

	if (!rc) {
		assert_in_range(wait_us, 0, 5000000);
		world->clock.us += wait_us;
	}
	return rc;
}

static void run(struct world *world, int steps)
{
	struct ent_err err;

	for (int i = 0; i < steps; i++)
		assert_int_equal(step(world, &err), ENT_OK);
}

static bool drained(const struct world *world)
{
	return relay_published_seq(world->relay) == world->db.last_seq && world->kafka.has_position &&
	       world->kafka.position.snapshots == world->db.last_seq && relay_state(world->relay) == RELAY_READY;
}

static void run_until_drained(struct world *world)
{
	struct ent_err err;
	int steps = 0;

	while (!drained(world)) {
		assert_int_equal(step(world, &err), ENT_OK);
		assert_true(++steps < 4000);
	}
}

static void check_exactly_once(const struct world *world)
{
	assert_int_equal(world->kafka.n_seq, world->db.last_seq);
	for (size_t i = 0; i < world->kafka.n_seq; i++)
		assert_int_equal(world->kafka.seq[i], (int64_t)i + 1);
	assert_int_equal(world->kafka.position.seq, world->db.last_seq);
	assert_string_equal(world->kafka.position.store_id, STORE_ID);
}

/* ---- tests ------------------------------------------------------------------- */

static void test_drains_in_order(void **state)
{
	struct world *world = world_new(100, 16);
	struct ent_err trouble;

	(void)state;
	run(world, 3);
	assert_int_equal(metric_get(&world->metrics, METRIC_RELAY_BACKLOG_EVENTS), 100);
	run_until_drained(world);
	check_exactly_once(world);
	assert_int_equal(metric_get(&world->metrics, METRIC_EVENTS_PUBLISHED), 100);
	assert_int_equal(metric_get(&world->metrics, METRIC_RELAY_UP), 1);
	run(world, 2);
	assert_int_equal(metric_get(&world->metrics, METRIC_RELAY_BACKLOG_EVENTS), 0);
	relay_trouble(world->relay, &trouble);
	assert_string_equal(trouble.msg, "");
	world_free(world);
}

static void test_snapshots_wait_for_the_backlog(void **state)
{
	struct world *world = world_new(1000, 16);
	struct ent_err err;

	(void)state;
	while (world->kafka.n_seq < 992) {
		assert_int_equal(step(world, &err), ENT_OK);
		assert_int_equal(world->kafka.n_snapshot, 0); /* none while draining, although they are due for long */
		assert_int_equal(world->kafka.position.snapshots, 0);
	}
	assert_true(world->clock.us > 200000);
	run_until_drained(world);
	assert_int_equal(world->kafka.n_snapshot, UUIDS); /* each incident once */
	assert_int_equal(world->kafka.n_tombstone, 1);    /* the one that was absorbed */
	assert_int_equal(world->kafka.snapshot_after, 8); /* beside the last events, in their transaction */
	world_free(world);
}

static void test_snapshots_let_a_single_event_go_first(void **state)
{
	struct world *world = world_new(0, 16);
	struct ent_err err;
	int64_t from;

	(void)state;
	run(world, 4);
	world->db.last_seq = 1;
	from = world->clock.us;
	while (world->kafka.n_seq < 1)
		assert_int_equal(step(world, &err), ENT_OK);
	assert_int_equal(world->kafka.n_snapshot, 0);
	run_until_drained(world);
	assert_int_equal(world->kafka.n_snapshot, 1);
	assert_in_range(world->clock.us - from, 50000, 60000);
	world_free(world);
}

static void test_every_fault_at_every_call(void **state)
{
	(void)state;
	for (int at = 0; at < 54; at++)
		for (int fault = 0; fault < FAULT_N; fault++) {
			struct world *world = world_new(40, 16);

			world->kafka.plan[0].at = at;
			world->kafka.plan[0].fault = (enum fault)fault;
			run_until_drained(world);
			assert_true(world->kafka.call > at);
			check_exactly_once(world);
			world_free(world);
		}
}

static void test_pairs_of_faults(void **state)
{
	(void)state;
	for (int a = 0; a < 30; a++)
		for (int b = a + 1; b < 36; b++)
			for (int faults = 0; faults < FAULT_N * FAULT_N; faults++) {
				struct world *world = world_new(12, 5);

				world->kafka.plan[0].at = a;
				world->kafka.plan[0].fault = (enum fault)(faults % FAULT_N);
				world->kafka.plan[1].at = b;
				world->kafka.plan[1].fault = (enum fault)(faults / FAULT_N);
				run_until_drained(world);
				check_exactly_once(world);
				world_free(world);
			}
}

/* Killed after any call: the next relay goes on from what Kafka has committed. */
static void test_killed_after_every_step(void **state)
{
	struct ent_err err;

	(void)state;
	for (int steps = 0; steps < 40; steps++) {
		struct world *world = world_new(40, 7), *next;

		for (int i = 0; i < steps; i++)
			assert_int_equal(step(world, &err), ENT_OK);
		next = world_new(40, 7);
		next->kafka = world->kafka;
		next->kafka.phase = CLOSED;
		run_until_drained(next);
		check_exactly_once(next);
		world_free(world);
		world_free(next);
	}
}

static void test_refuses_another_store(void **state)
{
	struct world *world = world_new(10, 16);
	struct ent_err err, trouble;
	int64_t wait_us;

	(void)state;
	world->kafka.has_position = true;
	world->kafka.position = (struct position){.store_id = OTHER_ID, .seq = 5};
	assert_int_equal(step(world, &err), ENT_OK);
	assert_int_equal(step(world, &err), ENT_EINVAL);
	assert_non_null(strstr(err.msg, OTHER_ID));
	assert_non_null(strstr(err.msg, STORE_ID));
	assert_int_equal(relay_state(world->relay), RELAY_BROKEN);
	assert_int_equal(relay_step(world->relay, &wait_us, &err), ENT_EINVAL); /* and stays so */
	relay_trouble(world->relay, &trouble);
	assert_string_equal(trouble.msg, err.msg);
	assert_int_equal(world->kafka.n_transaction, 0);
	world_free(world);
}

static void test_refuses_a_restored_store(void **state)
{
	struct world *world = world_new(10, 16);
	struct ent_err err;

	(void)state;
	world->kafka.has_position = true;
	world->kafka.position = (struct position){.store_id = STORE_ID, .seq = 11};
	assert_int_equal(step(world, &err), ENT_OK);
	assert_int_equal(step(world, &err), ENT_EINVAL);
	assert_non_null(strstr(err.msg, "up to 11"));
	assert_non_null(strstr(err.msg, "only up to 10"));
	world_free(world);
}

static void test_store_failure_stops_it(void **state)
{
	struct world *world = world_new(10, 16);
	struct ent_err err;

	(void)state;
	run_until_drained(world);
	world->db.failed = true;
	assert_int_equal(step(world, &err), ENT_OK); /* the pause */
	assert_int_equal(step(world, &err), ENT_EINVAL);
	assert_non_null(strstr(err.msg, "disk I/O error"));
	world_free(world);
}

static void test_idle_progress(void **state)
{
	struct world *world = world_new(3, 16);
	int64_t from;
	size_t n;
	struct ent_err err;

	(void)state;
	run_until_drained(world);
	n = world->kafka.n_progress;
	from = world->clock.us;
	while (world->kafka.n_progress == n)
		assert_int_equal(step(world, &err), ENT_OK);
	assert_in_range(world->clock.us - from, 3599000000, 3601000000);
	assert_int_equal(world->kafka.position.seq, 3);
	world_free(world);
}

/* One more event just after the last commit; how long until it is committed. */
static int64_t publish_one(struct world *world)
{
	int64_t from = world->clock.us;
	struct ent_err err;

	world->db.last_seq++;
	while (relay_published_seq(world->relay) < world->db.last_seq)
		assert_int_equal(step(world, &err), ENT_OK);
	return world->clock.us - from;
}

static void test_pause_follows_the_markers(void **state)
{
	struct world *world = world_new(0, 16);

	(void)state;
	run(world, 2);
	(void)publish_one(world);
	assert_in_range(publish_one(world), 3900, 4100);
	world->kafka.kafka.contended = true;
	for (int i = 0; i < 40; i++)
		(void)publish_one(world);
	assert_in_range(publish_one(world), 19000, 20000); /* bounded */
	world->kafka.kafka.contended = false;
	for (int i = 0; i < 3000; i++)
		(void)publish_one(world);
	assert_in_range(publish_one(world), 3900, 4200); /* and comes back */
	world_free(world);
}

static void test_backs_off_while_kafka_is_away(void **state)
{
	struct world *world = world_new(10, 16);
	struct ent_err err, trouble;
	int calls;

	(void)state;
	world->kafka.plan[0].at = 0;
	while (world->clock.us < 60000000) {
		world->kafka.plan[0].at = world->kafka.call;
		assert_int_equal(step(world, &err), ENT_OK);
	}
	calls = world->kafka.call;
	assert_in_range(calls, 25, 60); /* 10 ms doubled up to 2 s */
	relay_trouble(world->relay, &trouble);
	assert_string_equal(trouble.msg, "connecting to Kafka: planned fault 0");
	assert_int_equal(metric_get(&world->metrics, METRIC_RELAY_UP), 0);
	/* what came since the start is surely not published; before, it is not known without Kafka */
	world->db.last_seq = 25;
	world->kafka.plan[0].at = world->kafka.call;
	assert_int_equal(step(world, &err), ENT_OK);
	assert_int_equal(metric_get(&world->metrics, METRIC_RELAY_BACKLOG_EVENTS), 15);
	assert_true(metric_get(&world->metrics, METRIC_RELAY_BACKLOG_MS) > 50000);
	world->kafka.plan[0].at = -1;
	run_until_drained(world);
	check_exactly_once(world);
	assert_int_equal(metric_get(&world->metrics, METRIC_RELAY_UP), 1);
	world_free(world);
}

static void test_early_steps_do_not_hammer(void **state)
{
	struct world *world = world_new(10, 16);
	struct ent_err err;
	int64_t wait_us;

	(void)state;
	world->kafka.plan[0].at = 0;
	assert_int_equal(relay_step(world->relay, &wait_us, &err), ENT_OK);
	assert_int_equal(wait_us, 10000);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(relay_step(world->relay, &wait_us, &err), ENT_OK); /* woken, and no time passed */
		assert_int_equal(wait_us, 10000);
	}
	assert_int_equal(world->kafka.call, 1);
	world_free(world);
}

/* A state that is asked again for too long ends in a new producer. */
static void test_retries_are_bounded(void **state)
{
	struct world *world = world_new(3, 16);
	struct ent_err err;

	(void)state;
	while (relay_state(world->relay) != RELAY_COMMIT)
		assert_int_equal(step(world, &err), ENT_OK);
	while (relay_state(world->relay) == RELAY_COMMIT) {
		world->kafka.plan[0].at = world->kafka.call;
		assert_int_equal(step(world, &err), ENT_OK);
		assert_true(world->clock.us < 40000000);
	}
	assert_int_equal(relay_state(world->relay), RELAY_START);
	assert_int_equal(metric_get(&world->metrics, METRIC_RELAY_REBUILDS), 1);
	run_until_drained(world);
	check_exactly_once(world);
	world_free(world);
}

static void test_too_large_a_record_does_not_stop_the_rest(void **state)
{
	struct world *world = world_new(10, 16);

	(void)state;
	world->kafka.kafka.record_max = 2000;
	world->db.large = 7; /* this one is a dead letter already, and stays where it was */
	run_until_drained(world);
	check_exactly_once(world);
	world_free(world);
}

/* ---- records ------------------------------------------------------------------ */

static struct ent_str header_of(const struct kafka_record *record, const char *name)
{
	for (size_t i = 0; i < record->n_header; i++)
		if (!strcmp(record->header[i].name, name))
			return record->header[i].value;
	return ENT_ABSENT;
}

static void assert_header(const struct kafka_record *record, const char *name, const char *want)
{
	struct ent_str got = header_of(record, name);

	if (!got.p || got.n != strlen(want) || memcmp(got.p, want, got.n) != 0)
		fail_msg("%s is %.*s, not %s", name, (int)got.n, got.p ? got.p : "", want);
}

struct kept {
	struct record *record;
	int64_t record_max;
	bool too_large;
};

static bool keep(void *to, const struct outbox_row *row)
{
	struct kept *kept = to;

	record_row(kept->record, row, kept->record_max, &kept->too_large);
	return false;
}

static void test_event_record(void **state)
{
	struct sdk_arena arena;
	struct record record;
	struct kept kept = {&record, 0, true};
	struct db db = {.last_seq = 100};

	(void)state;
	sdk_arena_init(&arena);
	record_init(&record, &arena.abi, ENT_STR(STORE_ID), ENT_STR("/entente"));
	(void)outbox_read(&db, 12, 1, keep, &kept);
	assert_false(kept.too_large);
	assert_int_equal(record.kafka.topic, KAFKA_EVENTS);
	assert_int_equal(record.kafka.partition, 3);
	assert_int_equal(record.kafka.time_ms, 1700000000513); /* when it was recorded: retention counts from it */
	assert_true(sdk_eqz(record.kafka.key, uuid[3]));
	assert_header(&record.kafka, "ce_id", STORE_ID "-13");
	assert_header(&record.kafka, "ce_source", "/entente");
	assert_header(&record.kafka, "ce_type", "org.entente.ticket.changed.v1");
	assert_header(&record.kafka, "ce_specversion", "1.0");
	assert_header(&record.kafka, "ce_time", "2023-11-14T22:13:20.013Z");
	assert_header(&record.kafka, "ce_subject", uuid[3]);
	assert_header(&record.kafka, "ce_dataschema", RECORD_SCHEMA_PREFIX "ticket.changed.v1");
	assert_header(&record.kafka, "ce_partitionkey", uuid[3]);
	assert_header(&record.kafka, "ce_sequence", "00000000000000000003");
	assert_header(&record.kafka, "ce_storeseq", "00000000000000000013");
	assert_header(&record.kafka, "ce_recordedtime", "2023-11-14T22:13:20.513Z");
	assert_header(&record.kafka, "ce_causationid", "acme/d%2F1%20%C3%A9");
	assert_header(&record.kafka, "ce_traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
	assert_header(&record.kafka, "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
	assert_header(&record.kafka, "content-type", "application/json");
	assert_int_equal(record.kafka.n_header, 15);
	record_release(&record);
	sdk_arena_release(&arena);
}

static void test_dead_letter_record(void **state)
{
	struct sdk_arena arena;
	struct record record;
	struct kept kept = {&record, 0, true};
	struct db db = {.last_seq = 100};

	(void)state;
	sdk_arena_init(&arena);
	record_init(&record, &arena.abi, ENT_STR(STORE_ID), ENT_STR("/entente"));
	(void)outbox_read(&db, 13, 1, keep, &kept);
	assert_int_equal(record.kafka.topic, KAFKA_DEADLETTER);
	assert_int_equal(record.kafka.partition, -1);
	assert_true(sdk_eqz(record.kafka.value, "{\"n\":14}")); /* raw, as it came */
	assert_header(&record.kafka, "ce_type", RECORD_DEADLETTER_TYPE);
	assert_header(&record.kafka, "ce_storeseq", "00000000000000000014");
	assert_header(&record.kafka, "__connect.errors.exception.message", "no ticket id");
	assert_header(&record.kafka, "__connect.errors.connector.name", "acme");
	assert_null(header_of(&record.kafka, "ce_sequence").p);
	record_release(&record);
	sdk_arena_release(&arena);
}

static void test_too_large_record(void **state)
{
	struct sdk_arena arena;
	struct record record;
	struct kept kept = {&record, 2000, false};
	struct db db = {.last_seq = 100, .large = 13};

	(void)state;
	sdk_arena_init(&arena);
	record_init(&record, &arena.abi, ENT_STR(STORE_ID), ENT_STR("/entente"));
	(void)outbox_read(&db, 12, 1, keep, &kept);
	assert_true(kept.too_large);
	assert_int_equal(record.kafka.topic, KAFKA_DEADLETTER);
	assert_true(record_size(&record.kafka) < 2000);
	assert_true(sdk_starts(record.kafka.value, "{\"store_seq\":13,\"incident\":\""));
	assert_true(sdk_starts(header_of(&record.kafka, "__connect.errors.exception.message"), "the record is larger"));
	record_release(&record);
	sdk_arena_release(&arena);
}

static void test_position_parse(void **state)
{
	static const char *const bad[] = {
	    "", "{}", "[]", "{\"store_id\":\"" STORE_ID "\",\"seq\":5}", "{\"store_id\":\"x\",\"seq\":5,\"snapshots\":5}",
	    "{\"store_id\":\"" STORE_ID "\",\"seq\":-1,\"snapshots\":-1}",
	    "{\"store_id\":\"" STORE_ID "\",\"seq\":5,\"snapshots\":6}"};
	struct position position;
	struct ent_err err;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(position_parse(sdk_str(bad[i]), &position, &err), ENT_EINVAL);
	assert_int_equal(position_parse(ENT_STR("{\"store_id\":\"" STORE_ID "\",\"seq\":6,\"snapshots\":5,\"at\":\"x\",\"new\":1}"),
	                                &position, &err), ENT_OK);
	assert_int_equal(position.seq, 6);
	assert_int_equal(position.snapshots, 5);
	assert_string_equal(position.store_id, STORE_ID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_drains_in_order),
	    cmocka_unit_test(test_snapshots_wait_for_the_backlog),
	    cmocka_unit_test(test_snapshots_let_a_single_event_go_first),
	    cmocka_unit_test(test_every_fault_at_every_call),
	    cmocka_unit_test(test_pairs_of_faults),
	    cmocka_unit_test(test_killed_after_every_step),
	    cmocka_unit_test(test_refuses_another_store),
	    cmocka_unit_test(test_refuses_a_restored_store),
	    cmocka_unit_test(test_store_failure_stops_it),
	    cmocka_unit_test(test_idle_progress),
	    cmocka_unit_test(test_pause_follows_the_markers),
	    cmocka_unit_test(test_backs_off_while_kafka_is_away),
	    cmocka_unit_test(test_early_steps_do_not_hammer),
	    cmocka_unit_test(test_retries_are_bounded),
	    cmocka_unit_test(test_too_large_a_record_does_not_stop_the_rest),
	    cmocka_unit_test(test_event_record),
	    cmocka_unit_test(test_dead_letter_record),
	    cmocka_unit_test(test_too_large_record),
	    cmocka_unit_test(test_position_parse),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
