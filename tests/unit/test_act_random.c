/* SPDX-License-Identifier: Apache-2.0 */
/* Random histories of people who work together, without a store: exactly one holder, one proposed hand-over at most and
 * only from the holder, one promise of an organisation at most, and each act ends once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/decide_act.h"
#include "core/organisation.h"
#include "suppliers.h"

enum { SEEDS = 300, STEPS = 120, ACTS = 400, ORGS = 4 };
static const char *const org[ORGS] = {"us", "orion", "telnord", "vega"};

struct small {
	uint64_t seed;
	struct sdk_arena arena;
	struct supplier_set *set;
	struct incident incident;
	bool shares[ORGS];
	struct act act[ACTS];
	int ended[ACTS];
	size_t n;
	int64_t now_ms;
	int n_uuid;
};

static unsigned pick(struct small *small, unsigned n)
{
	small->seed ^= small->seed << 13;
	small->seed ^= small->seed >> 7;
	small->seed ^= small->seed << 17;
	return (unsigned)(small->seed >> 20) % n;
}

static bool small_takes_part(void *of, struct ent_str organisation)
{
	const struct small *small = of;

	for (int i = 1; i < ORGS; i++)
		if (sdk_eqz(organisation, org[i]))
			return small->shares[i];
	return false;
}

/* ---- as a store does it ----------------------------------------------------------------------- */

static size_t list_open(const struct small *small, struct act ret[ACTS])
{
	size_t n = 0;

	for (size_t i = 0; i < small->n; i++)
		if (small->act[i].state == ACT_OPEN)
			ret[n++] = small->act[i];
	return n;
}

static void fold_small(struct small *small, const struct event *event)
{
	if (event->kind == EVENT_INCIDENT_HOLDER_CHANGED) {
		assert_true(same_text(event->holder_from, small->incident.holder));
		small->incident.holder = event->holder_to;
	}
	if (!act_is_of(event))
		return;
	size_t i = 0;
	while (i < small->n && strcmp(small->act[i].uuid, event->act.uuid) != 0)
		i++;
	assert_true(i < ACTS && (i < small->n) != act_begins(event));
	small->n += i == small->n;
	struct act probe = small->act[i]; /* would it end, if it were open? */
	probe.state = ACT_OPEN;
	act_fold(&probe, event);
	act_fold(&small->act[i], event);
	small->ended[i] += probe.state != ACT_OPEN;
}

static void drain(struct small *small, struct situation *at, struct events *events)
{
	for (size_t i = 0; i < events->n; i++) {
		struct act open[ACTS];
		struct act_scene scene = {.at = at,
					  .open = open,
					  .n_open = list_open(small, open),
					  .takes_part = small_takes_part,
					  .of = small};
		struct event event = events->at[i];

		if (act_is_stale(open, scene.n_open, &event))
			continue;
		fold_small(small, &event);
		scene.n_open = list_open(small, open);
		if (act_may_follow(&event))
			act_follow(&scene, &event, events);
	}
}

/* ---- what must hold ------------------------------------------------------------------------------ */

static void check_small(const struct small *small)
{
	int handovers = 0;

	assert_true(small->incident.holder.n > 0);
	for (size_t i = 0; i < small->n; i++) {
		const struct act *act = &small->act[i];
		bool is_open = act->state == ACT_OPEN;

		assert_int_equal(small->ended[i], !is_open);
		if (is_open && act->kind == ACT_HANDOVER) {
			handovers++;
			assert_true(same_text(act->holder, small->incident.holder));
		}
		for (size_t k = 0; is_open && act->kind == ACT_PROMISE && k < i; k++)
			assert_false(small->act[k].state == ACT_OPEN && small->act[k].kind == ACT_PROMISE &&
				     same_text(small->act[k].from, act->from));
		if (is_open && act->to.n && !sdk_eqz(act->to, "us"))
			assert_true(small_takes_part((void *)(uintptr_t)small, act->to));
	}
	assert_true(handovers <= 1);
}

/* ---- steps ----------------------------------------------------------------------------------------- */

static struct comment words_of(struct small *small, const char *by)
{
	struct comment words = {.author = {.ref = ENT_STR("ref"), .organisation = sdk_str(by)},
				.body = ENT_STR("words"),
				.created_ms = small->now_ms,
				.audience = {.organisations = ENT_STR("us"), .everyone = true}};

	snprintf(words.uuid, ID_SIZE, "%08x-0000-4000-8000-000000000000", ++small->n_uuid);
	return words;
}

/* Twice in one job: the second event comes before the end that follows from the first one. */
static void tool_moves(struct small *small, struct situation *at, struct events *events)
{
	struct ent_str holder = small->incident.holder;

	for (unsigned n = 1 + pick(small, 2); n > 0; n--) {
		struct event *event = events_add(events, EVENT_INCIDENT_HOLDER_CHANGED, at);

		event->holder_from = holder;
		event->holder_to = holder = sdk_str(org[pick(small, ORGS)]);
	}
}

static void leave(struct small *small, struct situation *at, struct events *events)
{
	unsigned i = 1 + pick(small, ORGS - 1);

	small->shares[i] = !small->shares[i];
	if (!small->shares[i])
		events_add(events, EVENT_INCIDENT_UNSHARED, at)->supplier = sdk_str(org[i]);
}

static void time_comes(struct small *small, const struct act_scene *scene, struct events *events)
{
	for (size_t i = 0; i < scene->n_open; i++)
		if (scene->open[i].due_ms && scene->open[i].due_ms <= small->now_ms)
			act_due(scene, &scene->open[i], events);
}

static void begin_one(struct small *small, const struct act_scene *scene, const struct comment *words,
		      struct events *events)
{
	struct act act = {.kind = (enum act_kind)pick(small, ACT_KIND_N), .due_ms = small->now_ms + pick(small, 9000)};
	struct ent_err err;

	if (act.kind != ACT_PROMISE && act.kind != ACT_HELP)
		act.to = sdk_str(org[pick(small, ORGS)]);
	(void)decide_act_begin(scene, &act, words, events, &err);
}

static void end_one(struct small *small, const struct act_scene *scene, const struct comment *words,
		    struct events *events)
{
	const struct act *act = &small->act[pick(small, (unsigned)small->n)]; /* also one that has ended */
	struct ent_err err;

	if (pick(small, 3) == 0)
		(void)decide_act_end(scene, act, &words->author, events, &err);
	else if (act->kind == ACT_HANDOVER)
		(void)decide_handover_answer(scene, act, pick(small, 2) == 0, words, events, &err);
	else if (act_is_ask(act->kind))
		(void)decide_ask_answer(scene, act, (enum act_said)pick(small, 3), words, events, &err);
	else if (act->kind == ACT_HELP)
		(void)decide_help_offer(scene, act, words, events, &err);
}

static void step_small(struct small *small)
{
	struct act open[ACTS];
	struct situation at = {.suppliers = small->set, .incident = &small->incident, .now_ms = small->now_ms += 1000};
	const struct act_scene scene = {
	    .at = &at, .open = open, .n_open = list_open(small, open), .takes_part = small_takes_part, .of = small};
	struct events events = {.arena = &small->arena.abi};
	const struct comment words = words_of(small, org[pick(small, ORGS)]);
	unsigned what = pick(small, 100);

	at.supplier = ENT_STR("");
	if (what < 40)
		begin_one(small, &scene, &words, &events);
	else if (what < 75 && small->n)
		end_one(small, &scene, &words, &events);
	else if (what < 82)
		tool_moves(small, &at, &events);
	else if (what < 88)
		leave(small, &at, &events);
	else
		time_comes(small, &scene, &events);
	drain(small, &at, &events);
	check_small(small);
}

static void test_random_histories(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct small small = {.seed = seed * 0x9e3779b97f4a7c15u,
				      .set = test_suppliers(),
				      .shares = {true, true, true, true},
				      .now_ms = 1700000000000};

		sdk_arena_init(&small.arena);
		small.incident = (struct incident){.number = 1, .holder = ENT_STR("orion"), .is_accepted = true};
		small.incident.values.at[ENT_STATUS] = ENT_IN_PROGRESS;
		for (int i = 0; i < STEPS; i++)
			step_small(&small);
		assert_true(small.n > 10);
		supplier_set_unref(small.set);
		sdk_arena_release(&small.arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_histories)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
