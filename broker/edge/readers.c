/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/readers.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>
#include "face/reading.h"

#define REOPEN_US 1000000

/* ---- asking: a worker's thread ------------------------------------------------- */

bool readers_take(void *of, struct exchange *x)
{
	struct readers *readers = of;
	bool taken;

	pthread_mutex_lock(&readers->lock);
	taken = readers->n_waiting < readers->n_max;
	if (taken) {
		*readers->last = x;
		readers->last = &x->next_read;
		readers->n_waiting++;
		pthread_cond_signal(&readers->asked);
	}
	pthread_mutex_unlock(&readers->lock);
	return taken;
}

/* ---- a reader's thread ------------------------------------------------------------ */

static void check_store(struct read_thread *reader)
{
	struct desk *desk = &reader->desk;
	bool failed = db_failed(desk->db);

	if (failed && desk->now_us - reader->reopened_us >= REOPEN_US) {
		reader->reopened_us = desk->now_us;
		failed = !desk_reopen(desk);
	}
	if (failed != reader->unreadable)
		atomic_fetch_add(&desk->face->n_unreadable, failed ? 1 : -1);
	reader->unreadable = failed;
}

static void serve_read(struct read_thread *reader, struct exchange *x)
{
	desk_sample(&reader->desk);
	check_store(reader);
	reading_serve(&reader->desk, x);
	check_store(reader);
}

static void *reader_main(void *arg)
{
	struct read_thread *reader = arg;
	struct readers *readers = reader->readers;

	pthread_setname_np(pthread_self(), readers->name);
	/* On Linux it is the thread's own; where it is refused, the number of threads is the only bound. */
	if (readers->nice > 0)
		(void)setpriority(PRIO_PROCESS, (id_t)gettid(), readers->nice);
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
		serve_read(reader, x);
		reading_give_back(x);
	}
}

/* ---- life --------------------------------------------------------------------------- */

void readers_open(struct readers *readers, const char *name, int n_max, int nice)
{
	*readers = (struct readers){.n_max = n_max, .name = name, .nice = nice};
	pthread_mutex_init(&readers->lock, NULL);
	pthread_cond_init(&readers->asked, NULL);
	readers->last = &readers->first;
}

void readers_close(struct readers *readers)
{
	pthread_cond_destroy(&readers->asked);
	pthread_mutex_destroy(&readers->lock);
}

enum ent_rc readers_start(struct readers *readers, struct face *face, int n, struct ent_err *err)
{
	readers->at = sdk_xalloc((size_t)n * sizeof *readers->at);
	while (readers->n < n) {
		struct read_thread *reader = &readers->at[readers->n];
		char name[32];
		enum ent_rc rc;

		*reader = (struct read_thread){.readers = readers};
		snprintf(name, sizeof name, "%s-%d", readers->name, readers->n);
		rc = desk_open(&reader->desk, face, name, NULL, NULL, err);
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
