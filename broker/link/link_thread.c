/* SPDX-License-Identifier: Apache-2.0 */
#include "link/link_thread.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "link/transfers_curl.h"

#define SLEEP_MAX_MS 1000 /* an upper bound; events wake it before */
#define DRAIN_MS     20   /* between two looks whether all has ended */

struct link_thread {
	struct link *link;
	struct transfers *transfers;
	struct clock *clock;
	struct log *log;
	pthread_t thread;
	atomic_bool is_ending;
	_Atomic int64_t deadline_us; /* of the end; 0 until it is known */
};

static void thread_wake(void *of)
{
	struct link_thread *thread = of;

	transfers_curl_wake(thread->transfers);
}

/* At the deadline requests under way are given up; then the thread only waits for the writer's answers. */
static void thread_drain(struct link_thread *thread)
{
	bool gave_up = false;

	while (!link_drain(thread->link)) {
		int64_t deadline_us = atomic_load(&thread->deadline_us);

		if (!gave_up && deadline_us > 0 && thread->clock->mono_us(thread->clock) >= deadline_us) {
			gave_up = true;
			log_write(thread->log, LOG_WARN, "link.gave_up",
				  LOG_Z("why", "the time to end has passed, and requests are still under way"),
				  LOG_Z("next", "each is looked up in its tool before it is repeated"), LOG_END);
			transfers_curl_give_up(thread->transfers);
		}
		if (!link_step(thread->link))
			transfers_curl_wait(thread->transfers, DRAIN_MS);
	}
}

static void *thread_run(void *of)
{
	struct link_thread *thread = of;

	pthread_setname_np(pthread_self(), "link");
	while (!atomic_load(&thread->is_ending)) {
		int64_t sleep_us;

		if (link_step(thread->link))
			continue;
		sleep_us = link_next_us(thread->link);
		if (sleep_us < INT64_MAX)
			sleep_us -= thread->clock->mono_us(thread->clock);
		if (sleep_us > SLEEP_MAX_MS * INT64_C(1000))
			sleep_us = SLEEP_MAX_MS * INT64_C(1000);
		if (sleep_us > 0)
			transfers_curl_wait(thread->transfers, (int)((sleep_us + 999) / 1000));
	}
	thread_drain(thread);
	return NULL;
}

enum ent_rc link_thread_start(const struct link_world *world, const struct link_options *options,
			      struct supplier_set *suppliers, struct link_thread **ret, struct ent_err *err)
{
	struct link_thread *thread = sdk_xalloc(sizeof *thread);
	struct link_world own = *world;

	*thread = (struct link_thread){.transfers = transfers_curl_new(), .clock = world->clock, .log = world->log};
	own.transfers = thread->transfers;
	own.wake = thread_wake;
	own.of = thread;
	thread->link = link_new(&own, options, suppliers);
	if (pthread_create(&thread->thread, NULL, thread_run, thread) != 0) {
		link_free(thread->link);
		transfers_curl_free(thread->transfers);
		free(thread);
		return sdk_fail_as(err, ENT_EINVAL, "link.no_thread", "link's thread could not be started");
	}
	*ret = thread;
	return ENT_OK;
}

struct link *link_thread_link(struct link_thread *thread)
{
	return thread->link;
}

void link_thread_end(struct link_thread *thread, int deadline_ms)
{
	if (!thread || atomic_exchange(&thread->is_ending, true))
		return;
	atomic_store(&thread->deadline_us, thread->clock->mono_us(thread->clock) + deadline_ms * INT64_C(1000));
	transfers_curl_wake(thread->transfers);
	pthread_join(thread->thread, NULL);
}

/* Not in link_thread_end(): the writer's thread may still be on its way out of the last answer. */
void link_thread_stop(struct link_thread *thread)
{
	if (!thread)
		return;
	link_free(thread->link);
	transfers_curl_free(thread->transfers);
	free(thread);
}
