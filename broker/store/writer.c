/* SPDX-License-Identifier: Apache-2.0 */
/* The queue and the step. The meaning of a job stands in the tables of the files jobs_*.c. */
#include "store/writer.h"

#include "store/apply.h"
#include "store/deliveries.h"
#include "store/audit.h"
#include "store/erase.h"
#include "store/jobs.h"
#include "store/jobs_upload.h"
#include "store/once.h"
#include "store/outbox.h"
#include "store/people.h"
#include "store/works.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PRUNE_FEW = 100, EVENT_SIZE_MAX = 64 << 20, WAL_PATIENCE = 8, TIMER_PAUSE_US = 1000000 };

struct writer {
	struct db *db;
	struct store_meta meta;
	struct clock *clock;
	struct chance *chance;
	struct metrics *metrics;
	struct writer_options options;
	void (*wake_relay)(void *);
	void *relay;

	pthread_mutex_t lock; /* guards the queue */
	pthread_cond_t waiting;
	struct job *first, **last;
	size_t n_queue;
	bool closed, woken;
	struct supplier_set *suppliers; /* of timers; NULL: they wait */

	/* the writer's thread only */
	struct ledger ledger;
	struct sdk_spare spare; /* the arena's, from job to job */
	struct sdk_arena arena; /* of one job */
	struct sdk_buf json;
	struct supplier_tallies tallies;
	struct shelf *shelf; /* what was just written, from job to job */
	struct accounts *accounts;
	int64_t prune_before_ms;        /* what is older goes, some of it each turn; 0: nothing is that old any more */
	int64_t timer_ms;               /* when the next one is due, as committed; TIMER_NEVER */
	int64_t timers_from_us;         /* none runs before (mono): what they did could not be written */
	struct supplier_set *works_for; /* table work is made for these, or being made; NULL: it is to be asked */
	bool works_wait;                /* it is being made: incidents up to works_after are */
	int64_t works_after;
	bool erases; /* somebody is being erased: some rows more each turn, see erase.h */
	int64_t
	    seen_ms; /* the clock at its latest since it was last set back; INT64_MAX: nobody knows, timers are older */

	_Atomic int64_t last_seq;
	atomic_bool wal_held;
};

static void tell_audit(struct writer *writer)
{
	metric_set(writer->metrics, METRIC_AUDIT_ROWS, writer->ledger.audit.id);
	metric_set(writer->metrics, METRIC_AUDIT_HEAD, audit_head_number(&writer->ledger.audit));
}

struct writer *writer_new(struct db *db, const struct store_meta *meta, struct clock *clock, struct chance *chance,
			  struct metrics *metrics, const struct writer_options *options,
			  void (*wake_relay)(void *relay), void *relay)
{
	struct writer *writer = sdk_xalloc(sizeof *writer);
	pthread_condattr_t attr;

	memset(writer, 0, sizeof *writer);
	writer->db = db;
	writer->meta = *meta;
	writer->clock = clock;
	writer->chance = chance;
	writer->metrics = metrics;
	writer->options = *options;
	writer->wake_relay = wake_relay;
	writer->relay = relay;
	writer->last = &writer->first;
	pthread_mutex_init(&writer->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&writer->waiting, &attr);
	pthread_condattr_destroy(&attr);
	sdk_arena_init_spare(&writer->arena, &writer->spare);
	sdk_buf_init(&writer->json, EVENT_SIZE_MAX);
	writer->shelf = shelf_new();
	writer->accounts = accounts_new();
	writer->ledger.seq = outbox_last_seq(db);
	writer->ledger.number = db_ask(db, "SELECT coalesce(max(number), 0) FROM incident");
	writer->ledger.delivery = delivery_last_id(db);
	audit_head(db, &writer->ledger.audit);
	tell_audit(writer);
	writer->erases = erase_waits(db);
	writer->timer_ms = timers_next(db);
	writer->seen_ms = writer->timer_ms == TIMER_NEVER ? 0 : INT64_MAX;
	writer->last_seq = writer->ledger.seq;
	metric_set(metrics, METRIC_DEAD_LETTERS,
		   db_ask(db, "SELECT count(*) FROM dead_letter WHERE state = 'waiting'"));
	return writer;
}

void writer_free(struct writer *writer)
{
	if (!writer)
		return;
	assert(!writer->first);
	db_close(writer->db);
	sdk_arena_release(&writer->arena);
	sdk_spare_release(&writer->spare);
	sdk_buf_release(&writer->json);
	shelf_free(writer->shelf);
	accounts_free(writer->accounts);
	supplier_set_unref(writer->suppliers);
	supplier_set_unref(writer->works_for);
	pthread_cond_destroy(&writer->waiting);
	pthread_mutex_destroy(&writer->lock);
	free(writer);
}

/* ---- the queue: any thread ----------------------------------------------------- */

bool writer_submit(struct writer *writer, struct job *job)
{
	bool taken = false;

	pthread_mutex_lock(&writer->lock);
	if (!writer->closed && writer->n_queue < writer->options.queue_max) {
		job->next = NULL;
		job->outcome = JOB_WAITING;
		*writer->last = job;
		writer->last = &job->next;
		writer->n_queue++;
		taken = true;
		if (writer->n_queue == 1)
			pthread_cond_signal(&writer->waiting);
	}
	metric_set(writer->metrics, METRIC_WRITER_QUEUE, (int64_t)writer->n_queue);
	pthread_mutex_unlock(&writer->lock);
	return taken;
}

void writer_reload(struct writer *writer, struct supplier_set *suppliers)
{
	struct supplier_set *before;

	(void)supplier_set_ref(suppliers);
	pthread_mutex_lock(&writer->lock);
	before = writer->suppliers;
	writer->suppliers = suppliers;
	pthread_mutex_unlock(&writer->lock);
	supplier_set_unref(before);
	writer_wake(writer);
}

int64_t writer_next_ms(const struct writer *writer)
{
	return writer->timer_ms;
}

/* Under the lock. A step of the clock is noticed when the timeout is over. */
static int until_next_timer(const struct writer *writer, int timeout_ms)
{
	const int64_t left_ms = writer->timer_ms - writer->clock->now_ms(writer->clock);

	if (!writer->suppliers || writer->timer_ms == TIMER_NEVER || left_ms >= timeout_ms ||
	    writer->timers_from_us > writer->clock->mono_us(writer->clock))
		return timeout_ms;
	return left_ms > 0 ? (int)left_ms : 0;
}

void writer_wait(struct writer *writer, int timeout_ms)
{
	struct timespec until;

	pthread_mutex_lock(&writer->lock);
	timeout_ms = until_next_timer(writer, timeout_ms);
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += timeout_ms / 1000;
	until.tv_nsec += (timeout_ms % 1000) * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000L;
	}
	while (!writer->first && !writer->woken &&
	       pthread_cond_timedwait(&writer->waiting, &writer->lock, &until) != ETIMEDOUT)
		;
	writer->woken = false;
	pthread_mutex_unlock(&writer->lock);
}

void writer_wake(struct writer *writer)
{
	pthread_mutex_lock(&writer->lock);
	writer->woken = true;
	pthread_cond_signal(&writer->waiting);
	pthread_mutex_unlock(&writer->lock);
}

void writer_close(struct writer *writer)
{
	pthread_mutex_lock(&writer->lock);
	writer->closed = true;
	pthread_mutex_unlock(&writer->lock);
}

int64_t writer_last_seq(const struct writer *writer)
{
	return writer->last_seq;
}

bool writer_wal_held(const struct writer *writer)
{
	return writer->wal_held;
}

static struct job *take_batch(struct writer *writer, int64_t *ret_n)
{
	pthread_mutex_lock(&writer->lock);
	struct job *batch = writer->first, *end = batch;
	size_t n = batch ? 1 : 0;
	while (end && end->next && n < writer->options.batch_max) {
		end = end->next;
		n++;
	}
	if (batch) {
		writer->first = end->next;
		end->next = NULL;
		if (!writer->first)
			writer->last = &writer->first;
		writer->n_queue -= n;
	}
	*ret_n = (int64_t)n;
	metric_set(writer->metrics, METRIC_WRITER_QUEUE, (int64_t)writer->n_queue);
	pthread_mutex_unlock(&writer->lock);
	return batch;
}

/* ---- one job -------------------------------------------------------------------- */

static void run_job(struct writer *writer, struct job *job, int64_t now_ms)
{
	struct apply apply = {.db = writer->db,
			      .arena = &writer->arena.abi,
			      .chance = writer->chance,
			      .partitions = writer->meta.partitions,
			      .now_ms = now_ms,
			      .ledger = &writer->ledger,
			      .people_key = sdk_str(writer->meta.people_key),
			      .json = &writer->json,
			      .tallies = &writer->tallies,
			      .shelf = writer->shelf,
			      .accounts = writer->accounts,
			      .prune_before_ms = &writer->prune_before_ms,
			      .erases = &writer->erases,
			      .suppliers = job->suppliers ? job->suppliers : job->arrival.suppliers};

	if (once_begin(&apply, job)) {
		jobs_row(job->kind)->run(&apply, job);
		once_end(&apply, job);
	}
	upload_settle(&apply, job);
	works_follow(&apply);
	audit_job(&apply, job, jobs_row(job->kind)->name);
	job->n_event = apply.n_event;
	job->joins_full = apply.joins_full;
	memcpy(job->incident_uuid, apply.incident_uuid, ID_SIZE);
	shelf_keep(writer->shelf, apply.dossier);
	people_keep(&apply);
	sdk_arena_release(&writer->arena);
}

/* ---- what comes by itself ----------------------------------------------------------- */

static struct supplier_set *take_suppliers(struct writer *writer)
{
	pthread_mutex_lock(&writer->lock);
	struct supplier_set *suppliers = writer->suppliers ? supplier_set_ref(writer->suppliers) : NULL;
	pthread_mutex_unlock(&writer->lock);
	return suppliers;
}

/* The configuration may be another one than the one for which table work was made. */
static void ask_works(struct writer *writer, struct supplier_set *suppliers)
{
	if (!suppliers || suppliers == writer->works_for)
		return;
	supplier_set_unref(writer->works_for);
	writer->works_for = supplier_set_ref(suppliers);
	writer->works_wait = !works_stand(writer->db, suppliers);
	writer->works_after = 0;
}

/* Without suppliers nobody could be told what timers do: they wait. */
static bool timers_have_work(const struct writer *writer, const struct supplier_set *suppliers, int64_t now_ms)
{
	if (!suppliers || writer->clock->mono_us(writer->clock) < writer->timers_from_us)
		return false;
	if (writer->works_wait)
		return true;
	if (writer->timer_ms == TIMER_NEVER)
		return false;
	return writer->timer_ms <= now_ms || now_ms < writer->seen_ms;
}

static int64_t run_timers(struct writer *writer, const struct supplier_set *suppliers, int64_t now_ms)
{
	struct timer due[TIMERS_A_TURN];
	int64_t n_event = 0;

	if (now_ms < writer->seen_ms)
		timers_set_back(writer->db, now_ms);
	size_t n = timers_due(writer->db, now_ms, due);
	for (size_t i = 0; i < n && !db_failed(writer->db); i++) {
		struct job job = {.kind = JOB_TIMER, .timer = due[i], .suppliers = suppliers};

		run_job(writer, &job, now_ms);
		n_event += job.n_event;
	}
	if (writer->works_wait && !db_failed(writer->db)) {
		struct job job = {.kind = JOB_WORKS, .ask.id = writer->works_after, .suppliers = suppliers};

		run_job(writer, &job, now_ms);
		writer->works_after = job.ask.id;
		writer->works_wait = job.outcome == JOB_WAITING;
	}
	return n_event;
}

/* ---- one turn --------------------------------------------------------------------- */

static void count_job(struct writer *writer, const struct job *job)
{
	struct metrics *metrics = writer->metrics;

	metric_add(metrics, METRIC_EVENTS_STORED, job->n_event);
	if (job->kind == JOB_ARRIVAL || (job->kind == JOB_PAGE && (job->arrival.dead || job->arrival.changes.n))) {
		metric_add(metrics, METRIC_ARRIVALS_ACCEPTED, job->outcome == JOB_ACCEPTED);
		metric_add(metrics, METRIC_ARRIVALS_REPEATED, job->outcome == JOB_REPEATED);
		metric_add(metrics, METRIC_ARRIVALS_DEAD, job->outcome == JOB_DEAD);
		metric_add(metrics, METRIC_VALUES_UNMAPPED, job->arrival.n_unmapped);
		metric_add(metrics, METRIC_DEAD_LETTERS, job->outcome == JOB_DEAD || job->has_letter);
	} else if (job->kind == JOB_REPLAY || job->kind == JOB_DEAD_IGNORE) {
		metric_add(metrics, METRIC_DEAD_LETTERS, -(job->outcome == JOB_ACCEPTED));
	}
}

static void answer_all(struct job *batch)
{
	while (batch) {
		struct job *job = batch;
		batch = job->next; /* answer() may free it */
		job->answer(job);
	}
}

static enum ent_rc undo_batch(struct writer *writer, struct job *batch, struct ledger before, struct ent_err *err)
{
	(void)sdk_fail(err, ENT_EINVAL, "%s", db_error(writer->db));
	db_rollback(writer->db);
	shelf_clear(writer->shelf);
	accounts_clear(writer->accounts);
	writer->ledger = before;
	supplier_set_unref(writer->works_for);
	writer->works_for = NULL;
	writer->works_wait = false;
	writer->prune_before_ms = 0; /* until it is asked for again: without room that would be tried without end */
	writer->erases = false;      /* the same: JOB_PRUNE asks */
	writer->timers_from_us = writer->clock->mono_us(writer->clock) + TIMER_PAUSE_US;
	if (!db_forgive_full(writer->db))
		return ENT_EINVAL;
	for (struct job *job = batch; job; job = job->next)
		job->outcome = JOB_UNAVAILABLE;
	answer_all(batch);
	return ENT_ERETRY;
}

/* Old rows go twice as fast as new ones come, in the transactions that there are anyway: a turn that has nothing else
 * to do takes few, so that whoever comes next need not wait. */
static void prune_old(struct writer *writer, int64_t n_job)
{
	if (writer->prune_before_ms && !inbox_prune(writer->db, writer->prune_before_ms, PRUNE_FEW + 2 * n_job))
		writer->prune_before_ms = 0;
}

/* Without room to move pages into the file they are safe in the WAL, and a later checkpoint may do it. */
static enum ent_rc checkpoint_wal(struct writer *writer, struct ent_err *err)
{
	int64_t pages = db_wal_pages(writer->db);
	bool held = pages > writer->options.wal_pages * WAL_PATIENCE;
	struct ent_err why;

	atomic_store(&writer->wal_held, held);
	metric_set(writer->metrics, METRIC_STORE_WAL_BYTES, pages * DB_PAGE_BYTES);
	if (pages <= writer->options.wal_pages)
		return ENT_OK;
	db_checkpoint(writer->db, held);
	if (!db_failed(writer->db))
		return ENT_OK;
	(void)sdk_fail(&why, ENT_EINVAL, "%s", db_error(writer->db));
	if (db_forgive_full(writer->db))
		return ENT_OK;
	*err = why;
	return ENT_EINVAL;
}

/* All that a turn changes, to be committed. Returns the events of what came by itself. */
static int64_t run_turn(struct writer *writer, struct job *batch, int64_t n_job, const struct supplier_set *suppliers,
			int64_t now_ms)
{
	int64_t n_event = 0;

	writer->tallies.n = 0;
	db_begin(writer->db);
	if (suppliers)
		n_event = run_timers(writer, suppliers, now_ms);
	for (struct job *job = batch; job && !db_failed(writer->db); job = job->next)
		run_job(writer, job, now_ms);
	prune_old(writer, n_job);
	if (writer->erases)
		writer->erases = erase_step(writer->db, now_ms);
	for (size_t i = 0; i < writer->tallies.n; i++)
		supplier_tally_save(writer->db, &writer->tallies.at[i]);
	return n_event;
}

/* The turn is durable. True: link has something to do though no event says so. */
static bool count_turn(struct writer *writer, const struct job *batch, int64_t n_timer_event)
{
	int64_t late = 0;
	bool stirs = false;

	for (const struct job *job = batch; job; job = job->next) {
		count_job(writer, job);
		stirs = stirs || (job->outcome == JOB_ACCEPTED && jobs_row(job->kind)->stirs);
	}
	for (size_t i = 0; i < writer->tallies.n; i++)
		late += writer->tallies.at[i].late;
	metric_add(writer->metrics, METRIC_EVENTS_STORED, n_timer_event);
	metric_add(writer->metrics, METRIC_CHANGES_LATE, late);
	metric_add(writer->metrics, METRIC_WRITER_COMMITS, 1);
	tell_audit(writer);
	return stirs;
}

/* A turn of jobs, of timers (then suppliers is not NULL), or both. */
static enum ent_rc step_turn(struct writer *writer, struct job *batch, int64_t n_job,
			     const struct supplier_set *suppliers, int64_t now_ms, struct ent_err *err)
{
	struct ledger before = writer->ledger;
	const int64_t used = *db_used(writer->db);
	int64_t begin_us = writer->clock->mono_us(writer->clock);
	int64_t n_timer_event = run_turn(writer, batch, n_job, suppliers, now_ms);
	bool moved = suppliers || writer->ledger.seq != before.seq; /* timers are set by the fold of events alone */
	int64_t timer_ms = moved ? timers_next(writer->db) : writer->timer_ms;

	if (!db_commit(writer->db))
		return undo_batch(writer, batch, before, err);
	writer->last_seq = writer->ledger.seq;
	writer->timer_ms = timer_ms;
	if (suppliers || now_ms > writer->seen_ms) /* only a turn of timers sees that the clock was set back */
		writer->seen_ms = now_ms;
	bool stirs = count_turn(writer, batch, n_timer_event);
	metric_add(writer->metrics, METRIC_WRITER_STATEMENTS, *db_used(writer->db) - used);
	metric_observe(writer->metrics, METRIC_WRITER_COMMIT_US, writer->clock->mono_us(writer->clock) - begin_us);
	answer_all(batch);
	if (writer->wake_relay && (stirs || writer->ledger.seq != before.seq))
		writer->wake_relay(writer->relay);
	return checkpoint_wal(writer, err);
}

enum ent_rc writer_step(struct writer *writer, struct ent_err *err)
{
	int64_t n_job;
	struct job *batch = take_batch(writer, &n_job);
	int64_t now_ms = writer->clock->now_ms(writer->clock);
	struct supplier_set *suppliers = take_suppliers(writer);
	ask_works(writer, suppliers);
	bool has_timers = timers_have_work(writer, suppliers, now_ms);

	if (!batch && !writer->prune_before_ms && !writer->erases && !has_timers) {
		supplier_set_unref(suppliers);
		return ENT_MORE;
	}
	enum ent_rc rc = step_turn(writer, batch, n_job, has_timers ? suppliers : NULL, now_ms, err);
	supplier_set_unref(suppliers);
	return rc;
}
