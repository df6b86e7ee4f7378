/* SPDX-License-Identifier: Apache-2.0 */
#include "core/queue_loop.h"

#include "core/loop.h"
#include "sdk/webhook.h"

enum { RUSH_MS = 60000, RUSH_UPDATES = 10, RUSH_COMMENTS = 30 };

bool queue_is_rush(struct queue *queue, const struct queue_cause *cause, struct ent_str supplier, enum ent_op_kind op)
{
	struct dossier *dossier = queue->dossier;
	size_t max = op == ENT_UPDATE_TICKET ? RUSH_UPDATES : RUSH_COMMENTS;
	struct lately last[RUSH_COMMENTS];

	if (!cause->origin.n || op == ENT_CREATE_TICKET)
		return false;
	if (dossier_lately(dossier, supplier, op, max, last) < max)
		return false;
	for (size_t i = 0; i < max; i++)
		if (!last[i].origin.n || last[i].made_ms <= queue->now_ms - RUSH_MS ||
		    last[i].said_ms <= cause->event->time_ms - RUSH_MS ||
		    last[i].said_ms >= cause->event->time_ms + RUSH_MS)
			return false;
	return true;
}

/* The supplier's title. No name: it goes into an event. */
static struct ent_str loop_side(const struct dossier *dossier, const struct loop_word *word)
{
	const struct supplier *supplier =
	    dossier->suppliers ? supplier_by_name(dossier->suppliers, word->supplier) : NULL;
	struct ent_str title = supplier && supplier->title.n ? supplier->title : word->supplier;

	return title.n ? sdk_head(title, 80) : ENT_STR("us");
}

bool queue_is_endless(struct queue *queue, const struct queue_cause *cause, struct ent_said *ret_reason)
{
	struct dossier *dossier = queue->dossier;
	size_t other = SIZE_MAX;
	struct loop_word word[LOOP_THREAD_MAX];

	if (!cause->event || cause->event->kind != EVENT_COMMENT_ADDED || !cause->origin.n)
		return false;
	size_t n = dossier_thread(dossier, cause->origin, &cause->event->comment.author, word);
	bool is_ours = dossier->source->is_our_ticket(dossier, cause->origin);
	enum loop_sign sign = loop_find(word, n, is_ours, dossier->arena, &other);
	if (sign == LOOP_NONE)
		return false;
	struct ent_str mine = loop_side(dossier, &word[n - 1]);
	struct ent_str theirs = other < n ? loop_side(dossier, &word[other]) : ENT_STR("the ticket that we opened");
	*ret_reason = sign == LOOP_SAME_WORDS
			  ? sdk_say(dossier->arena, "delivery.same_words",
				    "{one=%.*s} writes the same text again and again, each time in answer to "
				    "{other=%.*s}: both look like automatic answers",
				    ENT_F(mine), ENT_F(theirs))
			  : sdk_say(dossier->arena, "delivery.answer_each_other",
				    "{one=%.*s} and {other=%.*s} have answered each other {times=%d} times, each time "
				    "within {seconds=%d} seconds: they look like automatic answers",
				    ENT_F(mine), ENT_F(theirs), LOOP_SWITCHES, LOOP_PACE_MS / 1000);
	return true;
}
