/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The states and who moves them:
 *
 *   START --init--> POSITION --position--> READY --begin--> OPEN --all produced--> COMMIT --committed--> READY
 *   OPEN, COMMIT --KAFKA_ABORT--> ABORT --aborted--> READY (from COMMIT: START, its outcome is not taken on trust)
 *   any --KAFKA_REBUILD--> START, any --the store is not the one Kafka knows--> BROKEN
 *
 * `position` moves in two places only: when it is read, and when a commit returned KAFKA_OK.
 */
#include "bus/relay.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bus/relay_ahead.h"
#include "bus/relay_fill.h"
#include "bus/relay_measure.h"

#define BACKOFF_FIRST_US  10000
#define BACKOFF_LAST_US   2000000
#define QUEUE_FULL_US     2000     /* librdkafka drains its queue meanwhile */
#define CALL_MAX_US       30000000 /* one state asked again for longer than this: a new producer */
#define POLL_US           500000   /* a lost wake costs this much */
#define PAUSE_MAX_US      20000    /* librdkafka itself asks again after 20 ms */
#define PAUSE_STEP_US     1000
#define BUSY_EVENTS       32   /* of one transaction */
#define BUSY_RATE         3000 /* events a second */
#define BUSY_PAUSE_US     12000
#define SNAPSHOTS_US      1000000 /* after the first event they tell of; several changes of an incident share one */
#define SNAPSHOTS_NEXT_US 50000   /* while events come: a few at a time, and most transactions without any */

struct relay *relay_new(struct db *db, const struct store_meta *meta, struct kafka *kafka, struct clock *clock,
			struct metrics *metrics, struct log *log, const struct relay_options *options)
{
	struct relay *relay = sdk_xalloc(sizeof *relay);

	*relay = (struct relay){.db = db,
				.meta = *meta,
				.kafka = kafka,
				.clock = clock,
				.metrics = metrics,
				.log = log,
				.options = *options};
	assert(options->batch_max > 0 && options->bytes_max > 0 && options->idle_ms > 0 && options->pause_us >= 0);
	sdk_arena_init(&relay->arena);
	sdk_arena_init_spare(&relay->ahead_arena, &relay->spare);
	relay->options.source = sdk_dup(&relay->arena.abi, options->source);
	record_init(&relay->record, &relay->arena.abi, sdk_str(relay->meta.store_id), relay->options.source);
	relay->pause_us = options->pause_us;
	relay->first_seq = relay->last_seq = outbox_last_seq(db);
	relay->state_us = relay->commit_us = clock->mono_us(clock);
	relay->measured_us = relay->state_us - RELAY_MEASURE_US;
	pthread_mutex_init(&relay->lock, NULL);
	return relay;
}

void relay_free(struct relay *relay)
{
	if (!relay)
		return;
	relay->kafka->close(relay->kafka);
	metric_set(relay->metrics, METRIC_RELAY_UP, 0);
	record_release(&relay->record);
	sdk_arena_release(&relay->arena);
	sdk_arena_release(&relay->ahead_arena);
	sdk_spare_release(&relay->spare);
	pthread_mutex_destroy(&relay->lock);
	free(relay);
}

enum relay_state relay_state(const struct relay *relay)
{
	return (enum relay_state)atomic_load(&relay->shared_state);
}

int64_t relay_published_seq(const struct relay *relay)
{
	return atomic_load(&relay->published);
}

int64_t relay_lag_ms(const struct relay *relay)
{
	return atomic_load(&relay->shared_lag_ms);
}

bool relay_caught_up(const struct relay *relay)
{
	return relay->state == RELAY_READY && relay->position.seq == relay->last_seq &&
	       relay->position.snapshots == relay->position.seq;
}

void relay_trouble(const struct relay *relay, struct ent_err *ret)
{
	pthread_mutex_t *lock = (pthread_mutex_t *)&relay->lock;

	pthread_mutex_lock(lock);
	*ret = relay->trouble;
	pthread_mutex_unlock(lock);
}

static void trouble_keep(struct relay *relay, const char *words)
{
	metric_set(relay->metrics, METRIC_RELAY_UP, *words == '\0');
	pthread_mutex_lock(&relay->lock);
	(void)sdk_fail(&relay->trouble, ENT_OK, "%s", words);
	pthread_mutex_unlock(&relay->lock);
}

static void trouble_set(struct relay *relay, const char *words)
{
	if (strcmp(relay->trouble.msg, words) == 0) /* only this thread writes it */
		return;
	if (relay->log && *words)
		log_write(relay->log, LOG_WARN, "relay.trouble", LOG_Z("why", words), LOG_END);
	else if (relay->log)
		log_write(relay->log, LOG_INFO, "relay.recovered", LOG_INT("seq", relay->position.seq), LOG_END);
	trouble_keep(relay, words);
}

static void relay_become(struct relay *relay, enum relay_state state)
{
	relay->state = state;
	relay->state_us = relay->clock->mono_us(relay->clock);
	atomic_store(&relay->shared_state, (int)state);
}

static int64_t back_off(struct relay *relay)
{
	int64_t wait = BACKOFF_LAST_US;

	if (relay->failures < 8) /* 10 ms doubled seven times is 1.28 s */
		wait = (int64_t)BACKOFF_FIRST_US << relay->failures;
	if (relay->failures < 1000)
		relay->failures++;
	relay->not_before_us = relay->clock->mono_us(relay->clock) + wait;
	return wait;
}

static enum ent_rc relay_refuse(struct relay *relay, const struct ent_err *why, struct ent_err *err)
{
	relay->refused = *why;
	trouble_keep(relay, why->msg); /* whoever ends the process for it says so once */
	relay->kafka->close(relay->kafka);
	relay_become(relay, RELAY_BROKEN);
	*err = *why;
	return ENT_EINVAL;
}

static enum ent_rc store_broken(struct relay *relay, struct ent_err *err)
{
	struct ent_err why;

	(void)sdk_fail(&why, ENT_EINVAL, "the store cannot be read: %s", db_error(relay->db));
	return relay_refuse(relay, &why, err);
}

static void producer_rebuild(struct relay *relay)
{
	relay_fill_forget(relay);
	relay->kafka->close(relay->kafka);
	metric_add(relay->metrics, METRIC_RELAY_REBUILDS, 1);
	relay_become(relay, RELAY_START);
}

/* Reacts to every answer but KAFKA_OK. `doing` is for people. */
static int64_t relay_react(struct relay *relay, enum kafka_rc rc, const char *doing, const struct ent_err *why)
{
	struct ent_err words;
	bool too_long = relay->clock->mono_us(relay->clock) - relay->state_us > CALL_MAX_US;

	(void)sdk_fail(&words, ENT_ERETRY, "%s: %s", doing, why->msg);
	trouble_set(relay, words.msg);
	switch (rc) {
	case KAFKA_OK:
		assert(rc != KAFKA_OK);
		break;
	case KAFKA_RETRY:
		if (too_long && relay->state != RELAY_START)
			producer_rebuild(relay);
		break;
	case KAFKA_ABORT:
		relay->in_doubt = relay->state == RELAY_COMMIT;
		relay_become(relay, RELAY_ABORT);
		break;
	case KAFKA_REBUILD:
		producer_rebuild(relay);
		break;
	}
	return back_off(relay);
}

static void snapshots_plan(struct relay *relay, int64_t now_us)
{
	if (relay->position.snapshots == relay->position.seq)
		relay->snapshots_due_us = 0;
	else if (!relay->snapshots_due_us)
		relay->snapshots_due_us = now_us + SNAPSHOTS_US;
	else if (relay->snapshots_due_us <= now_us && now_us - relay->event_us < RELAY_QUIET_US)
		relay->snapshots_due_us = now_us + SNAPSHOTS_NEXT_US;
}

/* ---- start and position -------------------------------------------------- */

struct row_at {
	int64_t seq; /* 0: none */
	char mark[POSITION_MARK_SIZE];
};

static bool take_mark(void *to, const struct outbox_row *row)
{
	struct row_at *at = to;

	at->seq = row->seq;
	record_mark(row, at->mark);
	return true;
}

/* An old copy of the store that went on by itself while Kafka was away has other events up to the position, and nobody
 * would ever publish them. False with the words; db_failed() is the caller's to ask. */
static bool store_is_marked(struct relay *relay, const struct position *found, struct ent_err *ret_why)
{
	struct row_at at = {0};

	if (!found->mark[0] || found->seq == 0)
		return true;
	(void)outbox_read(relay->db, found->seq - 1, 1, take_mark, &at);
	if (at.seq == found->seq ? !strcmp(at.mark, found->mark) : found->seq <= outbox_reserved(relay->db))
		return true; /* a rebuilt store: dead letters up to what is reserved did not come back */
	(void)sdk_fail(ret_why, ENT_EINVAL,
		       "this store is an old copy that went on by itself: its event %" PRId64
		       " is not Kafka's, and up to there none "
		       "of its own would be published. Bring the newest store back, or keep this one aside and run "
		       "`entente rebuild`",
		       found->seq);
	if (relay->log)
		log_write(relay->log, LOG_ERROR, "relay.store_is_a_copy", LOG_INT("seq", found->seq),
			  LOG_STR("on_kafka", sdk_str(found->mark)),
			  LOG_STR("in_store", sdk_str(at.seq == found->seq ? at.mark : "")), LOG_END);
	return false;
}

static enum ent_rc position_take(struct relay *relay, const struct position *found, bool is_found, struct ent_err *err)
{
	struct ent_err why;
	bool is_marked = true;

	relay->last_seq = outbox_last_seq(relay->db);
	if (is_found && found->seq <= relay->last_seq && !strcmp(found->store_id, relay->meta.store_id))
		is_marked = store_is_marked(relay, found, &why);
	if (db_failed(relay->db))
		return store_broken(relay, err);
	if (!is_marked)
		return relay_refuse(relay, &why, err);
	if (is_found && strcmp(found->store_id, relay->meta.store_id) != 0) {
		(void)sdk_fail(&why, ENT_EINVAL,
			       "Kafka holds the stream of store %s, this one is %s: another store, or made anew. Start "
			       "with the old "
			       "store, run `entente rebuild`, or use an empty Kafka",
			       found->store_id, relay->meta.store_id);
		return relay_refuse(relay, &why, err);
	}
	if (is_found && found->seq > relay->last_seq) {
		(void)sdk_fail(&why, ENT_EINVAL,
			       "Kafka has events up to %" PRId64 ", this store only up to %" PRId64
			       ": it was restored. Going on would "
			       "use ids twice. Bring the newest store back, or run `entente rebuild`",
			       found->seq, relay->last_seq);
		return relay_refuse(relay, &why, err);
	}
	relay->position = (struct position){0};
	memcpy(relay->position.store_id, relay->meta.store_id, sizeof relay->position.store_id);
	memcpy(relay->position.people_key, relay->meta.people_key, sizeof relay->position.people_key);
	if (is_found) {
		relay->position.seq = found->seq;
		relay->position.snapshots = found->snapshots;
		memcpy(relay->position.mark, found->mark, sizeof relay->position.mark);
	}
	relay->position_known = true;
	snapshots_plan(relay, relay->clock->mono_us(relay->clock));
	relay->measured_us = relay->clock->mono_us(relay->clock) - RELAY_MEASURE_US; /* now the backlog is known */
	atomic_store(&relay->published, relay->position.seq);
	if (relay->log)
		log_write(relay->log, LOG_INFO, "relay.position", LOG_INT("seq", relay->position.seq),
			  LOG_INT("snapshots", relay->position.snapshots),
			  LOG_INT("backlog", relay->last_seq - relay->position.seq), LOG_END);
	return ENT_OK;
}

static enum ent_rc step_position(struct relay *relay, int64_t *ret_wait_us, struct ent_err *err)
{
	struct position found = {0};
	bool is_found = false;
	struct ent_err why = {0};
	enum kafka_rc rc = relay->kafka->position(relay->kafka, &found, &is_found, &why);

	if (rc != KAFKA_OK) {
		*ret_wait_us = relay_react(relay, rc, "reading the position", &why);
		return ENT_OK;
	}
	if (position_take(relay, &found, is_found, err))
		return ENT_EINVAL;
	trouble_set(relay, "");
	metric_set(relay->metrics, METRIC_RELAY_UP, 1);
	relay_become(relay, RELAY_READY);
	return ENT_OK;
}

static enum ent_rc step_start(struct relay *relay, int64_t *ret_wait_us, struct ent_err *err)
{
	struct ent_err why = {0};
	enum kafka_rc rc;

	(void)err;
	rc = relay->kafka->init(relay->kafka, &why);
	if (rc != KAFKA_OK) {
		*ret_wait_us = relay_react(relay, rc == KAFKA_ABORT ? KAFKA_REBUILD : rc, "connecting to Kafka", &why);
		return ENT_OK;
	}
	relay_become(relay, RELAY_POSITION);
	return ENT_OK;
}

/* ---- one transaction ----------------------------------------------------- */

static enum ent_rc step_open(struct relay *relay, int64_t *ret_wait_us, struct ent_err *err)
{
	struct ent_err why = {0};

	enum kafka_rc rc = relay_fill(relay, &why);
	int64_t now_us;

	if (db_failed(relay->db))
		return store_broken(relay, err);
	now_us = relay->clock->mono_us(relay->clock);
	if (rc == KAFKA_OK) {
		relay_become(relay, RELAY_COMMIT);
	} else if (rc == KAFKA_RETRY && now_us - relay->state_us < CALL_MAX_US) {
		*ret_wait_us = QUEUE_FULL_US;
		relay->not_before_us = now_us + QUEUE_FULL_US;
	} else {
		*ret_wait_us = relay_react(relay, rc, "sending events", &why);
	}
	return ENT_OK;
}

/* How long until a transaction is due; 0: now. */
static int64_t ready_wait(const struct relay *relay, int64_t now_us)
{
	int64_t idle = relay->commit_us + relay->options.idle_ms * 1000 - now_us;

	if (relay->snapshots_due_us && relay->snapshots_due_us - now_us < idle)
		idle = relay->snapshots_due_us - now_us;
	if (relay->position.seq < relay->last_seq || idle <= 0)
		return 0;
	return idle < POLL_US ? idle : POLL_US;
}

static enum ent_rc step_ready(struct relay *relay, int64_t *ret_wait_us, struct ent_err *err)
{
	struct ent_err why = {0};
	enum kafka_rc rc;

	relay->last_seq = outbox_last_seq(relay->db);
	if (db_failed(relay->db))
		return store_broken(relay, err);
	*ret_wait_us = ready_wait(relay, relay->clock->mono_us(relay->clock));
	if (*ret_wait_us > 0)
		return ENT_OK;
	relay_ahead_read(relay);
	if (db_failed(relay->db))
		return store_broken(relay, err);
	rc = relay->kafka->begin(relay->kafka, &why);
	if (rc != KAFKA_OK) {
		*ret_wait_us = relay_react(relay, rc, "beginning a transaction", &why);
		return ENT_OK;
	}
	relay->next = relay->position;
	relay->fill = FILL_ROWS;
	relay->n_event = relay->n_snapshot = relay->n_byte = 0;
	relay->person_last[0] = '\0';
	relay_become(relay, RELAY_OPEN);
	relay->begin_us = relay->state_us;
	return step_open(relay, ret_wait_us, err);
}

/* A begin while the last markers are still being written costs librdkafka 20 ms, so the pause grows when that was seen
 * and shrinks slowly: at 4 ms about one transaction in 250 tries a shorter one in vain. */
static void pause_adapt(struct relay *relay)
{
	int64_t pause = relay->pause_us;

	pause = relay->kafka->contended ? pause + PAUSE_STEP_US : pause - pause / 1000;
	if (pause > PAUSE_MAX_US)
		pause = PAUSE_MAX_US;
	relay->pause_us = pause > relay->options.pause_us ? pause : relay->options.pause_us;
}

/* Each transaction costs librdkafka and Kafka 2 ms of CPU, however much it carries. So under load there are fewer of
 * them; not while a backlog goes out, nor where Kafka is slow and each holds many for that reason alone. */
static int64_t pause_next(const struct relay *relay, int64_t since_us)
{
	int64_t n = relay->n_event;
	bool is_busy = n >= BUSY_EVENTS && n < relay->options.batch_max && n * 1000000 >= BUSY_RATE * since_us;

	return is_busy && relay->pause_us < BUSY_PAUSE_US ? BUSY_PAUSE_US : relay->pause_us;
}

static void position_move(struct relay *relay)
{
	int64_t before_us = relay->commit_us;

	relay->commit_us = relay->clock->mono_us(relay->clock);
	if (relay->n_event > 0)
		relay->event_us = relay->commit_us;
	if (relay->n_snapshot > 0 || !relay->snapshots_due_us)
		relay->n_since = 0;
	else if (relay->commit_us >= relay->snapshots_due_us - SNAPSHOTS_NEXT_US)
		relay->n_since += relay->n_event;
	relay->position = relay->next;
	relay->failures = 0;
	atomic_store(&relay->published, relay->position.seq);
	trouble_set(relay, "");
	metric_add(relay->metrics, METRIC_RELAY_TRANSACTIONS, 1);
	metric_add(relay->metrics, METRIC_EVENTS_PUBLISHED, relay->n_event);
	metric_add(relay->metrics, METRIC_SNAPSHOTS_PUBLISHED, relay->n_snapshot);
	metric_observe(relay->metrics, METRIC_RELAY_COMMIT_US, relay->commit_us - relay->begin_us);
	pause_adapt(relay);
	snapshots_plan(relay, relay->commit_us);
	relay->not_before_us = relay->commit_us + pause_next(relay, relay->commit_us - before_us);
	if (relay->position.seq >= relay->last_seq)
		relay->measured_us = relay->commit_us - RELAY_MEASURE_US; /* caught up: show it at once */
}

static enum ent_rc step_commit(struct relay *relay, int64_t *ret_wait_us, struct ent_err *err)
{
	struct ent_err why = {0};
	enum kafka_rc rc = relay->kafka->commit(relay->kafka, &why);

	(void)err;
	if (rc != KAFKA_OK) {
		*ret_wait_us = relay_react(relay, rc, "committing", &why);
		return ENT_OK;
	}
	position_move(relay);
	relay_become(relay, RELAY_READY);
	return ENT_OK;
}

static enum ent_rc step_abort(struct relay *relay, int64_t *ret_wait_us, struct ent_err *err)
{
	struct ent_err why = {0};
	enum kafka_rc rc = relay->kafka->abort(relay->kafka, &why);

	(void)err;
	if (rc != KAFKA_OK) {
		*ret_wait_us = relay_react(relay, rc == KAFKA_ABORT ? KAFKA_REBUILD : rc, "aborting", &why);
		return ENT_OK;
	}
	metric_add(relay->metrics, METRIC_RELAY_ABORTS, 1);
	relay_fill_forget(relay);
	if (relay->in_doubt)
		producer_rebuild(relay);
	else
		relay_become(relay, RELAY_READY);
	return ENT_OK;
}

enum ent_rc relay_step(struct relay *relay, int64_t *ret_wait_us, struct ent_err *err)
{
	int64_t now_us = relay->clock->mono_us(relay->clock);

	*ret_wait_us = 0;
	if (relay->state != RELAY_BROKEN)
		relay_measure(relay, now_us);
	if (now_us < relay->not_before_us && relay->state != RELAY_BROKEN) {
		*ret_wait_us = relay->not_before_us - now_us;
		return ENT_OK;
	}
	switch (relay->state) {
	case RELAY_START:
		return step_start(relay, ret_wait_us, err);
	case RELAY_POSITION:
		return step_position(relay, ret_wait_us, err);
	case RELAY_READY:
		return step_ready(relay, ret_wait_us, err);
	case RELAY_OPEN:
		return step_open(relay, ret_wait_us, err);
	case RELAY_COMMIT:
		return step_commit(relay, ret_wait_us, err);
	case RELAY_ABORT:
		return step_abort(relay, ret_wait_us, err);
	case RELAY_BROKEN:
		break;
	}
	*err = relay->refused;
	return ENT_EINVAL;
}
