/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "edge/worker.h"

#define REOPEN_US 1000000

/* ---- asking: a worker's thread ------------------------------------------------- */

static void read_came_back(struct exchange *x)
{
	x->work = NULL; /* the answer stands already */
}

void exchange_read(struct exchange *x, void (*serve)(struct exchange *x))
{
	struct edge *edge = x->worker->edge;
	struct readers *readers = &edge->readers;
	bool taken;

	x->read = serve;
	x->next_read = NULL;
	x->asked_us = x->worker->now_us;
	x->work = SDK_NEW(&x->arena.abi, struct job); /* the note by which it comes back */
	x->resume = read_came_back;
	x->n_waiting++; /* before a reader has it */
	pthread_mutex_lock(&readers->lock);
	taken = readers->n_waiting < edge->limits.reads_max;
	if (taken) {
		*readers->last = x;
		readers->last = &x->next_read;
		readers->n_waiting++;
		pthread_cond_signal(&readers->asked);
	}
	pthread_mutex_unlock(&readers->lock);
	if (taken)
		return;
	x->n_waiting--;
	answer_busy(x, "Too many reads wait for the store. Try again in a moment.");
}

/* ---- a reader's thread ------------------------------------------------------------ */

static bool is_over(void *of)
{
	struct reader *reader = of;
	struct clock *clock = reader->edge->world.clock;

	return atomic_load(&reader->edge->stopping) || clock->mono_us(clock) >= reader->until_us;
}

static void answer_cut(struct exchange *x)
{
	const struct edge *edge = x->worker->edge;

	if (atomic_load(&edge->stopping)) {
		answer_busy(x, "The broker is being stopped.");
		return;
	}
	answer_problem(x, PROBLEM_UNAVAILABLE,
		       "This read took longer than %d ms (http.read) and was cut off. Narrow the filter: a supplier, a "
		       "status, a later \"since\", a smaller \"limit\".",
		       edge->options.read_ms);
	x->answer.fields = ENT_STR("Retry-After: 60\r\n");
}

static void look_again(struct reader *reader, int64_t now_us)
{
	bool failed = db_failed(reader->desk.db);

	if (failed && now_us - reader->reopened_us >= REOPEN_US) {
		reader->reopened_us = now_us;
		failed = !desk_reopen(&reader->desk, reader->edge);
	}
	if (failed != reader->unreadable)
		atomic_fetch_add(&reader->edge->readers.n_unreadable, failed ? 1 : -1);
	reader->unreadable = failed;
}

/* What stands in the reader's buffer is copied: the next read writes there. */
static void serve(struct reader *reader, struct exchange *x)
{
	struct clock *clock = reader->edge->world.clock;
	int64_t now_us = clock->mono_us(clock), limit_us = (int64_t)reader->edge->options.read_ms * 1000;

	look_again(reader, now_us);
	reader->until_us = now_us + limit_us;
	reader->desk.now_ms = clock->now_ms(clock);
	db_watch(reader->desk.db, is_over, reader);
	x->desk = &reader->desk;
	if (limit_us > 0 && now_us - x->asked_us > 2 * limit_us)
		answer_busy(x, "Slow reads are in front of this one. Try again in a moment.");
	else
		x->read(x);
	if (db_forgive_cut(reader->desk.db))
		answer_cut(x);
	if (x->answer.body.p == reader->desk.scratch.p)
		x->answer.body = sdk_dup(&x->arena.abi, x->answer.body);
	x->desk = &x->worker->desk;
	look_again(reader, now_us);
}

static void *reader_main(void *arg)
{
	struct reader *reader = arg;
	struct readers *readers = &reader->edge->readers;

	pthread_setname_np(pthread_self(), "reader");
	for (;;) {
		struct exchange *x;

		pthread_mutex_lock(&readers->lock);
		while (readers->first == NULL && !readers->closing)
			pthread_cond_wait(&readers->asked, &readers->lock);
		x = readers->first;
		if (x != NULL) {
			readers->first = x->next_read;
			if (readers->first == NULL)
				readers->last = &readers->first;
			readers->n_waiting--;
		}
		pthread_mutex_unlock(&readers->lock);
		if (x == NULL)
			return NULL;
		serve(reader, x);
		exchange_give_back(x);
	}
}

/* ---- life --------------------------------------------------------------------------- */

enum ent_rc readers_start(struct readers *readers, struct edge *edge, struct ent_err *err)
{
	int wanted = edge->options.read_threads;

	readers->at = sdk_xalloc((size_t)wanted * sizeof *readers->at);
	while (readers->n < wanted) {
		struct reader *reader = &readers->at[readers->n];
		char name[32];
		enum ent_rc rc;

		*reader = (struct reader){.edge = edge};
		snprintf(name, sizeof name, "reader-%d", readers->n);
		rc = desk_open(&reader->desk, edge, name, err);
		if (rc == ENT_OK && pthread_create(&reader->id, NULL, reader_main, reader) != 0)
			rc = sdk_fail(err, ENT_EINVAL, "a thread for reads cannot be started");
		if (rc != ENT_OK) {
			desk_close(&reader->desk);
			return rc;
		}
		readers->n++;
	}
	return ENT_OK;
}

void readers_stop(struct readers *readers)
{
	pthread_mutex_lock(&readers->lock);
	readers->closing = true;
	pthread_cond_broadcast(&readers->asked);
	pthread_mutex_unlock(&readers->lock);
	for (int i = 0; i < readers->n; i++) {
		pthread_join(readers->at[i].id, NULL);
		desk_close(&readers->at[i].desk);
	}
	free(readers->at);
	readers->at = NULL;
	readers->n = 0;
}
