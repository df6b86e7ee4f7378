/* SPDX-License-Identifier: Apache-2.0 */
#include "link/health.h"

#include <stdlib.h>
#include <string.h>

#include "core/roster.h"
#include "link/inside.h"
#include "link/lane.h"
#include "sdk/time.h"

#define SAMPLES_MIN  9
#define QUIET_GAPS   20      /* silent when nothing came for so many of its usual gaps */
#define QUIET_MIN_MS 3600000 /* at least, where `silence` is not configured */

struct judgement {
	enum supplier_health state;
	struct ent_err why;
	struct ent_said next;
};

/* ---- slow ------------------------------------------------------------------------------ */

static int compare_us(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int64_t median_us(const struct health *health)
{
	int64_t sorted[HEALTH_SAMPLES];
	size_t n = health->n_took < HEALTH_SAMPLES ? health->n_took : HEALTH_SAMPLES;

	memcpy(sorted, health->took_us, sizeof sorted);
	qsort(sorted, n, sizeof *sorted, compare_us);
	return n ? sorted[n / 2] : 0;
}

void health_took(struct lane *lane, int64_t us)
{
	struct health *health = &lane->health;
	int64_t slow_us = lane->link->options.slow_ms * 1000;

	health->took_us[health->n_took++ % HEALTH_SAMPLES] = us;
	if (health->n_took < SAMPLES_MIN)
		return;
	/* It is slow above the limit, and well again when clearly below. */
	health->is_slow = median_us(health) > (health->is_slow ? slow_us * 4 / 5 : slow_us);
}

/* ---- the judgement ---------------------------------------------------------------------- */

static const struct stream *stream_in_trouble(const struct lane *lane)
{
	for (int i = 0; i < CURSOR_N; i++)
		if (lane->stream[i].trouble.msg[0])
			return &lane->stream[i];
	return NULL;
}

static struct judgement health_now(const struct lane *lane)
{
	struct judgement ret = {.state = SUPPLIER_HEALTHY, .next = SDK_SILENCE};
	const struct supplier *supplier = lane->supplier;
	const struct stream *stream = stream_in_trouble(lane);

	if (lane->roster->broken[supplier->index].msg[0]) {
		ret =
		    (struct judgement){SUPPLIER_REFUSED, lane->roster->broken[supplier->index],
				       SDK_SENTENCE("supplier.correct_settings", "correct its settings, then reload")};
	} else if (supplier->link.paused) {
		ret.state = SUPPLIER_PAUSED;
		ret.next =
		    SDK_SENTENCE("supplier.unpause", "when the maintenance is over, set paused: false, then reload");
		(void)sdk_fail_as(&ret.why, ENT_OK, "supplier.paused", "the configuration says so");
	} else if (breaker_is_refused(&lane->breaker)) {
		ret = (struct judgement){SUPPLIER_REFUSED, lane->breaker.why,
					 SDK_SENTENCE("supplier.check_account",
						      "check url, auth and the account's rights there, then "
						      "reload; it is tried again every 5 minutes")};
	} else if (breaker_is_failing(&lane->breaker, lane->link->options.breaker_failures)) {
		ret = (struct judgement){
		    SUPPLIER_FAILING, lane->breaker.why,
		    SDK_SENTENCE("supplier.tried_again",
				 "nothing is lost: it is tried again with growing pauses; ask whoever runs it")};
	} else if (stream) {
		ret =
		    (struct judgement){SUPPLIER_FAILING, stream->trouble,
				       SDK_SENTENCE("supplier.reading_stopped",
						    "reading its tool has stopped: see its dead letters and settings")};
	} else if (lane->health.is_slow) {
		ret.state = SUPPLIER_SLOW;
		ret.next = SDK_SENTENCE("supplier.ask_them", "nothing is lost; ask whoever runs it");
		(void)sdk_fail_as(&ret.why, ENT_OK, "supplier.slow",
				  "half of its last answers took more than {ms=%lld} ms",
				  (long long)(median_us(&lane->health) / 1000));
	}
	return ret;
}

static void health_log(const struct lane *lane, const struct supplier_state *state)
{
	bool is_well = state->state == SUPPLIER_HEALTHY && !state->quiet_since_ms;

	if (lane->link->world.log)
		log_write(lane->link->world.log, is_well ? LOG_INFO : LOG_WARN, "supplier.state",
			  LOG_STR("supplier", lane->name), LOG_Z("state", supplier_health_name(state->state)),
			  LOG_INT("quiet", state->quiet_since_ms != 0), LOG_STR("why", state->why.text),
			  LOG_STR("next", state->next.text), LOG_END);
}

static struct ent_said quiet_words(struct ent_arena *arena, int64_t since_ms)
{
	return sdk_say(arena, "supplier.quiet", "nothing was heard since {since=%.*s}",
		       ENT_F(sdk_time(arena, since_ms)));
}

static void health_tell(struct lane *lane, const struct judgement *now)
{
	struct health *health = &lane->health;
	struct link *link = lane->link;
	struct ent_arena *arena = &health->job_arena.abi;
	struct supplier_state *state = &health->job.ask.state;
	enum supplier_health was = health->known ? health->told.state : SUPPLIER_HEALTHY;

	health->job = (struct job){.kind = JOB_SUPPLIER_STATE, .suppliers = lane->roster->set};
	*state = (struct supplier_state){.supplier = lane->name,
					 .state = now->state,
					 .since_ms =
					     health->known && was == now->state ? health->told.since_ms : link->now_ms,
					 .why = sdk_said_dup(arena, sdk_said(&now->why)),
					 .next = now->next,
					 .quiet_since_ms = health->quiet_since_ms,
					 .gap_ms = health->told.gap_ms};
	if (health->quiet_since_ms && now->state == SUPPLIER_HEALTHY) {
		state->why = quiet_words(arena, health->quiet_since_ms);
		state->next =
		    SDK_SENTENCE("supplier.check_webhooks",
				 "check whether its webhooks still arrive here; perhaps there is just nothing new");
	}
	health->job.ask.supplier = lane->name;
	health->job_roster = roster_ref(lane->roster);
	health->is_telling = true;
	health_log(lane, state);
	errand_send(&health->errand);
}

bool health_judge(struct lane *lane)
{
	struct health *health = &lane->health;

	if (!lane->supplier || health->is_telling || lane->link->is_draining)
		return false;
	struct judgement now = health_now(lane);
	enum supplier_health was = health->known ? health->told.state : SUPPLIER_HEALTHY;
	if (now.state == was && health->quiet_since_ms == health->told.quiet_since_ms)
		return false;
	health_tell(lane, &now);
	return true;
}

/* ---- silence ------------------------------------------------------------------------------ */

static int64_t patience_ms(const struct supplier *supplier, const struct supplier_state *state)
{
	int64_t learned_ms = state->gap_ms * QUIET_GAPS;

	if (supplier->link.silence_ms != 0)
		return supplier->link.silence_ms > 0 ? supplier->link.silence_ms : INT64_MAX;
	if (state->gap_ms <= 0)
		return INT64_MAX;
	return learned_ms > QUIET_MIN_MS ? learned_ms : QUIET_MIN_MS;
}

void health_listen(struct lane *lane)
{
	struct supplier_state state = {0};
	struct sdk_arena arena;
	int64_t now_ms = lane->link->now_ms;

	if (!lane->supplier)
		return;
	sdk_arena_init(&arena);
	if (supplier_state_load(lane->link->world.read, &arena.abi, lane->name, &state)) {
		bool is_quiet = state.heard_ms > 0 && now_ms - state.heard_ms > patience_ms(lane->supplier, &state);
		int64_t since_ms = is_quiet ? state.heard_ms : 0;
		if (since_ms != lane->health.quiet_since_ms)
			lane_touch(lane);
		lane->health.quiet_since_ms = since_ms;
		lane->health.told.gap_ms = state.gap_ms;
	}
	sdk_arena_release(&arena);
}

/* ---- life ---------------------------------------------------------------------------------- */

static void health_answered(void *of)
{
	struct lane *lane = of;
	struct health *health = &lane->health;
	struct supplier_state *told = &health->job.ask.state;

	health->is_telling = false;
	sdk_arena_release(&health->arena);
	health->told = *told;
	health->told.why = sdk_said_dup(&health->arena.abi, told->why);
	health->told.next = sdk_said_dup(&health->arena.abi, told->next);
	health->known = true;
	sdk_arena_release(&health->job_arena);
	roster_unref(health->job_roster);
	health->job_roster = NULL;
	lane_touch(lane);
}

void health_open(struct lane *lane)
{
	struct health *health = &lane->health;

	sdk_arena_init(&health->arena);
	sdk_arena_init(&health->job_arena);
	health->errand =
	    (struct errand){.link = lane->link, .job = &health->job, .answered = health_answered, .of = lane};
}

void health_close(struct lane *lane)
{
	roster_unref(lane->health.job_roster);
	sdk_arena_release(&lane->health.arena);
	sdk_arena_release(&lane->health.job_arena);
}
