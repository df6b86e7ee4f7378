/* SPDX-License-Identifier: Apache-2.0 */
#include "search/search.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "search/follower.h"

enum {
	LAST = 19,            /* its priority: requests and commits go first */
	IDLE_US = 1000000,    /* looks on its own, too */
	TOGETHER_US = 100000, /* events that come within it are one step */
	AGAIN_US = 5000000,   /* after a failure */
	WAL_PAGES = 1000
};

struct search {
	struct sdk_arena arena;
	const char *path, *store_path;
	struct metrics *metrics;
	struct log *log;
	pthread_t thread;

	/* the thread's */
	struct supplier_set *suppliers;
	struct db *index, *store;
	struct store_meta meta;
	struct follower follower;

	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* under lock */
	bool woken, stopping, anew;
	struct supplier_set *next; /* of a reload */
	struct ent_err why;        /* it cannot be filled; "": it can */

	atomic_uint generation;
	_Atomic int64_t behind;
};

/* ---- the thread --------------------------------------------------------------------- */

static void search_say(struct search *search, const char *why)
{
	pthread_mutex_lock(&search->lock);
	bool is_new = (*why != '\0') != (search->why.msg[0] != '\0');
	(void)sdk_fail(&search->why, ENT_OK, "%s", why);
	pthread_mutex_unlock(&search->lock);
	if (is_new && *why)
		log_write(search->log, LOG_WARN, "search.stands_still", LOG_Z("why", why),
			  LOG_Z("next", "searches are answered from what is there, or 503; nothing else waits for it"),
			  LOG_END);
	else if (is_new)
		log_write(search->log, LOG_INFO, "search.goes_on", LOG_END);
}

static void close_handles(struct search *search)
{
	if (search->index && search->store)
		follower_close(&search->follower);
	db_close(search->index);
	db_close(search->store);
	search->index = search->store = NULL;
}

static bool open_handles(struct search *search)
{
	struct ent_err err = {0};

	if (search->index)
		return true;
	if (store_open_read(search->store_path, NULL, &search->store, &search->meta, &err) != ENT_OK ||
	    index_open(search->path, &search->index, &err) != ENT_OK) {
		search_say(search, err.msg);
		db_close(search->store);
		search->store = NULL;
		return false;
	}
	follower_open(&search->follower, search->index, search->store, &search->meta, search->suppliers);
	return true;
}

/* A full disk: a later try may work. Anything else that the file says of itself: it is thrown away. */
static void take_failure(struct search *search)
{
	bool damaged = db_failed(search->index) && !db_forgive_full(search->index);

	search_say(search, db_failed(search->store) ? db_error(search->store)
			   : damaged                ? db_error(search->index)
						    : "its disk is full");
	close_handles(search);
	if (!damaged)
		return;
	index_remove(search->path);
	atomic_fetch_add(&search->generation, 1);
}

static void wait_us(struct search *search, int64_t us, bool wakeable)
{
	int64_t until_us = system_mono_us() + us;
	struct timespec until = {until_us / 1000000, until_us % 1000000 * 1000};

	pthread_mutex_lock(&search->lock);
	while ((!search->woken || !wakeable) && !search->stopping && system_mono_us() < until_us)
		pthread_cond_timedwait(&search->changed, &search->lock, &until);
	pthread_mutex_unlock(&search->lock);
}

/* Takes up the things that others asked for. False: the end. */
static bool take_wishes(struct search *search)
{
	pthread_mutex_lock(&search->lock);
	bool stopping = search->stopping, anew = search->anew;
	struct supplier_set *next = search->next;
	search->woken = search->anew = false;
	search->next = NULL;
	pthread_mutex_unlock(&search->lock);
	if (next || anew)
		close_handles(search);
	if (next) {
		supplier_set_unref(search->suppliers);
		search->suppliers = next;
	}
	if (anew) {
		index_remove(search->path);
		atomic_fetch_add(&search->generation, 1);
	}
	return !stopping;
}

static void tell_behind(struct search *search)
{
	int64_t behind = follower_behind(search->index, search->store);

	atomic_store(&search->behind, behind);
	metric_set(search->metrics, METRIC_SEARCH_BEHIND,
		   behind < 0 ? index_number(search->index, INDEX_POSITION) : behind);
}

static bool search_turn(struct search *search)
{
	bool more = follower_step(&search->follower);

	if (db_failed(search->index) || db_failed(search->store))
		return false;
	if (db_wal_pages(search->index) > WAL_PAGES)
		db_checkpoint(search->index, false);
	tell_behind(search);
	search_say(search, "");
	if (more)
		return true;
	wait_us(search, IDLE_US, true);
	wait_us(search, TOGETHER_US, false);
	return true;
}

static void *search_main(void *arg)
{
	struct search *search = arg;

	pthread_setname_np(pthread_self(), "search");
	(void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), LAST);
	while (take_wishes(search)) {
		if (!open_handles(search)) {
			wait_us(search, AGAIN_US, false);
		} else if (!search_turn(search)) {
			take_failure(search);
			wait_us(search, AGAIN_US, false);
		}
	}
	close_handles(search);
	return NULL;
}

/* ---- other threads -------------------------------------------------------------------- */

void search_wake(struct search *search)
{
	if (!search)
		return;
	pthread_mutex_lock(&search->lock);
	if (!search->woken) {
		search->woken = true;
		pthread_cond_signal(&search->changed);
	}
	pthread_mutex_unlock(&search->lock);
}

void search_reload(struct search *search, struct supplier_set *suppliers)
{
	if (!search)
		return;
	pthread_mutex_lock(&search->lock);
	supplier_set_unref(search->next);
	search->next = supplier_set_ref(suppliers);
	pthread_mutex_unlock(&search->lock);
	search_wake(search);
}

void search_rebuild(struct search *search)
{
	pthread_mutex_lock(&search->lock);
	search->anew = true;
	pthread_mutex_unlock(&search->lock);
	search_wake(search);
}

void search_lost(struct search *search, unsigned generation)
{
	if (generation == search_generation(search))
		search_rebuild(search);
}

bool search_ready(struct search *search, struct ent_err *ret_why)
{
	enum { WORTH_KNOWING = 1000 };
	if (!search)
		return true;
	int64_t behind = atomic_load(&search->behind);
	pthread_mutex_lock(&search->lock);
	bool stands = search->why.msg[0] != '\0';
	if (stands)
		(void)sdk_fail(ret_why, ENT_OK, "the search index stands still: %s", search->why.msg);
	pthread_mutex_unlock(&search->lock);
	if (!stands && behind < 0)
		(void)sdk_fail(ret_why, ENT_OK, "the search index is being made; searches do not find all yet");
	else if (!stands && behind > WORTH_KNOWING)
		(void)sdk_fail(ret_why, ENT_OK, "the search index is %" PRId64 " events behind the store", behind);
	return true;
}

enum ent_rc search_open(struct search *search, struct db **ret, unsigned *generation, struct ent_err *err)
{
	*generation = search_generation(search);
	return index_open_read(search->path, ret, err);
}

unsigned search_generation(struct search *search)
{
	return atomic_load(&search->generation);
}

/* ---- life ------------------------------------------------------------------------------- */

enum ent_rc search_start(const char *path, const char *store_path, struct supplier_set *suppliers,
			 struct metrics *metrics, struct log *log, struct search **ret, struct ent_err *err)
{
	struct search *search = sdk_xalloc(sizeof *search);
	pthread_condattr_t attr;

	*search = (struct search){.metrics = metrics, .log = log, .suppliers = supplier_set_ref(suppliers)};
	sdk_arena_init(&search->arena);
	search->path = sdk_z(&search->arena.abi, sdk_str(path));
	search->store_path = sdk_z(&search->arena.abi, sdk_str(store_path));
	atomic_store(&search->behind, -1);
	pthread_mutex_init(&search->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&search->changed, &attr);
	pthread_condattr_destroy(&attr);
	*ret = search;
	if (pthread_create(&search->thread, NULL, search_main, search) == 0)
		return ENT_OK;
	*ret = NULL;
	free(search);
	return sdk_fail(err, ENT_EINVAL, "the search thread cannot be started");
}

void search_stop(struct search *search)
{
	if (!search)
		return;
	pthread_mutex_lock(&search->lock);
	search->stopping = true;
	pthread_cond_signal(&search->changed);
	pthread_mutex_unlock(&search->lock);
	pthread_join(search->thread, NULL);
	supplier_set_unref(search->suppliers);
	supplier_set_unref(search->next);
	pthread_cond_destroy(&search->changed);
	pthread_mutex_destroy(&search->lock);
	sdk_arena_release(&search->arena);
	free(search);
}
