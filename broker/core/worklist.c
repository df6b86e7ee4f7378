/* SPDX-License-Identifier: Apache-2.0 */
#include "core/worklist.h"

#include "core/holder.h"
#include "core/situation.h"
#include "sdk/webhook.h"

#include <stdlib.h>

static const char *const work_words[WORK_REASON_N] = {
#define X(id, word) word,
    WORK_REASONS(X)
#undef X
};

const char *work_reason_word(enum work_reason reason)
{
	return work_words[reason];
}

bool work_reason_by_word(struct ent_str word, enum work_reason *ret)
{
	for (int i = 0; i < WORK_REASON_N; i++)
		if (sdk_eqz(word, work_words[i])) {
			*ret = (enum work_reason)i;
			return true;
		}
	return false;
}

/* ---- the rows ---------------------------------------------------------------------------- */

/* Two reasons alike: the one that is overdue stands, or else the older one. */
static bool is_more_urgent(const struct work_reason_row *a, const struct work_reason_row *b)
{
	if (a->is_overdue != b->is_overdue)
		return a->is_overdue;
	return a->at_ms < b->at_ms;
}

static void add_reason(const struct work_scene *scene, struct work_places *ret, const struct work_reason_row *row)
{
	const struct ent_str ours = organisation_ours(scene->suppliers);

	if (!same_text(row->organisation, ours) && !scene->takes_part(scene->of, row->organisation))
		return;
	for (size_t i = 0; i < ret->n; i++)
		if (ret->at[i].reason == row->reason && same_text(ret->at[i].organisation, row->organisation)) {
			if (is_more_urgent(row, &ret->at[i]))
				ret->at[i] = *row;
			return;
		}
	if (ret->n < WORK_REASONS_MAX)
		ret->at[ret->n++] = *row;
}

/* For an organisation, and for us too. */
static void add_for_both(const struct work_scene *scene, struct work_places *ret, struct work_reason_row row,
			 struct ent_str organisation)
{
	row.organisation = organisation;
	add_reason(scene, ret, &row);
	row.organisation = organisation_ours(scene->suppliers);
	add_reason(scene, ret, &row);
}

/* Time alone changes the places then. */
static void look_at(const struct work_scene *scene, struct work_places *ret, int64_t at_ms)
{
	if (at_ms > scene->now_ms && at_ms < ret->next_ms)
		ret->next_ms = at_ms;
}

/* The organisation that works on it now. A name that nobody here has leaves it with us. */
static struct ent_str worker_of(const struct work_scene *scene)
{
	struct ent_str word;

	return holder_word(scene->incident->holder, &word) ? organisation_ours(scene->suppliers)
							   : scene->incident->holder;
}

/* ---- acts ---------------------------------------------------------------------------------- */

static void add_promise(const struct work_scene *scene, const struct act *act, struct work_places *ret)
{
	struct work_reason_row row = {.organisation = act->from,
				      .reason = WORK_PROMISE,
				      .at_ms = act->due_ms,
				      .due_ms = act->due_ms,
				      .subject = sdk_str(act->uuid),
				      .about = act->from};

	if (act->state == ACT_OPEN) {
		look_at(scene, ret, act->due_ms - WORK_PROMISE_SOON_MS);
		if (act->due_ms - WORK_PROMISE_SOON_MS <= scene->now_ms)
			add_reason(scene, ret, &row);
		return;
	}
	if (!same_text(act->from, organisation_ours(scene->suppliers)) && !scene->takes_part(scene->of, act->from))
		return; /* it left, and nobody waits for its news */
	ret->by_words = true;
	row.reason = WORK_BROKEN;
	row.at_ms = act->ended_ms;
	row.is_overdue = true;
	if (scene->sees_act(scene->of, act->from, act))
		add_reason(scene, ret, &row);
	row.organisation = organisation_ours(scene->suppliers);
	add_reason(scene, ret, &row);
}

static void add_acts(const struct work_scene *scene, struct work_places *ret)
{
	for (size_t i = 0; i < scene->n_act; i++) {
		const struct act *act = &scene->act[i];
		struct work_reason_row row = {.organisation = act->to,
					      .reason = act->kind == ACT_HANDOVER ? WORK_HANDOVER : WORK_ASK,
					      .at_ms = act->made_ms,
					      .due_ms = act->due_ms,
					      .is_overdue = act->is_overdue,
					      .subject = sdk_str(act->uuid),
					      .about = act->from};

		if (act->kind == ACT_PROMISE)
			add_promise(scene, act, ret);
		else if ((act->kind == ACT_HANDOVER || act_is_ask(act->kind)) &&
			 scene->sees_act(scene->of, act->to, act))
			add_reason(scene, ret, &row);
	}
}

/* ---- the holder ------------------------------------------------------------------------------ */

static int64_t silent_from_ms(const struct work_scene *scene)
{
	const struct incident *incident = scene->incident;
	int64_t last_ms = scene->word_ms > incident->holder_since_ms ? scene->word_ms : incident->holder_since_ms;

	return last_ms + scene->silence_ms;
}

/* The holder promised news at a time that comes: nobody waits for a word before. */
static bool has_promised(const struct work_scene *scene)
{
	for (size_t i = 0; i < scene->n_act; i++)
		if (scene->act[i].kind == ACT_PROMISE && scene->act[i].state == ACT_OPEN &&
		    same_text(scene->act[i].from, worker_of(scene)))
			return true;
	return false;
}

static bool can_be_worked_on(const struct incident *incident)
{
	return !incident->merged_into && status_facts((enum ent_status)incident->values.at[ENT_STATUS])->open;
}

bool worklist_wants_word(const struct work_scene *scene)
{
	return can_be_worked_on(scene->incident) && scene->silence_ms && !has_promised(scene) &&
	       scene->incident->holder_since_ms + scene->silence_ms <= scene->now_ms;
}

static void add_silence(const struct work_scene *scene, struct work_places *ret)
{
	const int64_t from_ms = silent_from_ms(scene);
	const struct work_reason_row row = {
	    .reason = WORK_SILENCE, .at_ms = from_ms - scene->silence_ms, .about = worker_of(scene)};

	if (!scene->silence_ms || has_promised(scene))
		return;
	look_at(scene, ret, from_ms);
	if (from_ms > scene->now_ms)
		return;
	ret->by_words = true;
	add_for_both(scene, ret, row, worker_of(scene));
}

static void add_needed(const struct work_scene *scene, struct work_places *ret)
{
	const int64_t at_ms = scene->incident->needed_before_ms;
	const struct work_reason_row row = {
	    .reason = WORK_NEEDED, .at_ms = at_ms, .due_ms = at_ms, .is_overdue = at_ms <= scene->now_ms};

	if (!at_ms)
		return;
	look_at(scene, ret, at_ms - WORK_NEEDED_SOON_MS);
	look_at(scene, ret, at_ms);
	if (at_ms - WORK_NEEDED_SOON_MS <= scene->now_ms)
		add_for_both(scene, ret, row, worker_of(scene));
}

static void add_held(const struct work_scene *scene, struct work_places *ret)
{
	add_reason(scene, ret,
		   &(struct work_reason_row){.organisation = worker_of(scene),
					     .reason = WORK_HELD,
					     .at_ms = scene->incident->holder_since_ms});
	if (scene->n_hop >= WORK_HOPS_MIN)
		add_reason(scene, ret,
			   &(struct work_reason_row){.organisation = organisation_ours(scene->suppliers),
						     .reason = WORK_HOPS,
						     .at_ms = scene->hop_ms});
	for (size_t i = 0; i < scene->n_taken; i++)
		add_reason(scene, ret,
			   &(struct work_reason_row){
			       .organisation = scene->taken[i], .reason = WORK_TAKEN, .at_ms = scene->taken_ms[i]});
}

/* ---- all --------------------------------------------------------------------------------------- */

/* Somebody has to decide about these, also when the incident itself is over. */
static void add_decisions(const struct work_scene *scene, struct work_places *ret)
{
	for (size_t i = 0; i < scene->n_stuck; i++) {
		const struct work_stuck *stuck = &scene->stuck[i];
		const struct ent_str of = organisation_named(scene->suppliers, stuck->supplier);
		struct work_reason_row row = {.organisation = organisation_ours(scene->suppliers),
					      .reason = WORK_STUCK,
					      .at_ms = stuck->since_ms,
					      .subject = sdk_int(scene->arena, stuck->id),
					      .about = stuck->supplier};

		add_reason(scene, ret, &row);
		row.organisation = of;
		if (stuck->is_seen)
			add_reason(scene, ret, &row);
	}
	for (size_t i = 0; i < scene->n_join; i++)
		add_reason(scene, ret,
			   &(struct work_reason_row){.organisation = organisation_ours(scene->suppliers),
						     .reason = WORK_JOIN,
						     .at_ms = scene->join[i].made_ms,
						     .subject = sdk_int(scene->arena, scene->join[i].id),
						     .about = scene->join[i].supplier});
}

static int by_place(const void *a, const void *b)
{
	const struct work_reason_row *one = a, *two = b;
	const size_t n = one->organisation.n < two->organisation.n ? one->organisation.n : two->organisation.n;
	const int differs = memcmp(one->organisation.p, two->organisation.p, n);

	if (differs)
		return differs;
	if (one->organisation.n != two->organisation.n)
		return one->organisation.n < two->organisation.n ? -1 : 1;
	return (int)one->reason - (int)two->reason;
}

void worklist_make(const struct work_scene *scene, struct work_places *ret)
{
	ret->n = 0;
	ret->next_ms = INT64_MAX;
	ret->by_words = false;
	if (scene->incident->merged_into)
		return;
	add_decisions(scene, ret);
	if (can_be_worked_on(scene->incident)) {
		add_acts(scene, ret);
		add_needed(scene, ret);
		add_silence(scene, ret);
		add_held(scene, ret);
	}
	if (ret->n)
		qsort(ret->at, ret->n, sizeof *ret->at, by_place);
}

unsigned worklist_stir(const struct event *event)
{
	switch (event->kind) {
	case EVENT_INCIDENT_OPENED:
		return WORK_STIR_OPENED;
	case EVENT_COMMENT_ADDED:
	case EVENT_COMMENT_PUBLISHED:
		return WORK_STIR_WORDS;
	case EVENT_TICKET_LINKED: /* what it moves is an event of its own */
	case EVENT_TICKET_CHANGED:
	case EVENT_TICKET_REMOVED:
	case EVENT_TICKET_CONTINUED:
	case EVENT_TICKET_LATE:
	case EVENT_TICKET_OVERRULED:
	case EVENT_COMMENT_PINNED:
	case EVENT_ATTACHMENT_ADDED:
	case EVENT_DELIVERY_DONE: /* a delivery that is stuck, or is not any more, says so itself: see queue_become() */
	case EVENT_DELIVERY_CANCELLED:
	case EVENT_DELIVERY_PARKED:
	case EVENT_SUPPLIER_STATE_CHANGED:
	case EVENT_N:
		return 0;
	default:
		return WORK_STIR_ALL;
	}
}
