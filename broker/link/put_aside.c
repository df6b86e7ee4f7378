/* SPDX-License-Identifier: Apache-2.0 */
#include "link/put_aside.h"

#include "link/flight.h"
#include "link/inside.h"
#include "link/lane.h"
#include "sdk/webhook.h"

enum {
	AGAIN_MS = 15000, /* a back-fill waits at least this long before it asks again for tickets put aside */
	AGAIN_TRIES = 8   /* then it ends without them; as the pauses grow, that is after half an hour */
};

/* A connector passes on what the tool wrote. */
static struct ent_str outside_text(struct ent_arena *arena, struct ent_str text, size_t max)
{
	return sdk_is_utf8(text) ? sdk_dup(arena, sdk_head(text, max)) : ENT_STR("?");
}

static void put_aside_log(struct flight *flight, const struct ent_aside *one)
{
	struct link *link = flight->link;

	if (!link->world.log || aside_known(link->world.read, flight->lane->name, flight->work->stream, one->ticket))
		return;
	log_write(link->world.log, LOG_WARN, "ticket.put_aside", LOG_STR("supplier", flight->lane->name),
		  LOG_Z("stream", stream_name(flight)), LOG_STR("ticket", one->ticket),
		  LOG_STR("key", sdk_or_empty(one->key)), LOG_STR("why", one->reason.text), LOG_END);
}

void put_aside_take(struct flight *flight, const struct ent_result *result)
{
	struct ent_arena *arena = &flight->arena.abi;
	struct ent_aside *list = SDK_NEW_N(arena, struct ent_aside, result->n_aside + 1);
	struct cursor *cursor = &flight->cursor;
	size_t n = 0;

	for (size_t i = 0; i < result->n_aside; i++) {
		const struct ent_aside *one = &result->aside[i];
		if (!one->ticket.n)
			continue;
		list[n] = *one;
		list[n].ticket = outside_text(arena, one->ticket, ENT_ID_MAX);
		list[n].key = outside_text(arena, sdk_or_empty(one->key), ENT_ID_MAX);
		list[n].reason = transcript_said(flight, one->reason);
		put_aside_log(flight, &list[n++]);
	}
	flight->job.ask.aside = (struct aside_news){.how = ASIDE_REPLACED, .at = list, .n = n};
	if (!result->note.code.n)
		return;
	cursor->note = transcript_said(flight, result->note);
	cursor->note_ms = flight->link->now_ms;
	if (flight->link->world.log)
		log_write(flight->link->world.log, LOG_WARN, "page.note", LOG_STR("supplier", flight->lane->name),
			  LOG_Z("stream", stream_name(flight)), LOG_STR("note", cursor->note.text), LOG_END);
}

int64_t put_aside_again_us(const struct flight *flight, const struct ent_result *result)
{
	int64_t least_us = flight->link->now_us + AGAIN_MS * 1000LL, again_us = 0;

	for (size_t i = 0; i < result->n_aside; i++) {
		int64_t at_us = pace_mono_us(result->aside[i].next_ms, flight->link->now_ms, flight->link->now_us);

		if (result->aside[i].tries < AGAIN_TRIES && (again_us == 0 || at_us < again_us))
			again_us = at_us > least_us ? at_us : least_us;
	}
	return again_us;
}

void put_aside_passed(struct flight *flight, const struct ending *ending)
{
	struct ent_arena *arena = &flight->arena.abi;
	struct ent_aside *one = SDK_NEW(arena, struct ent_aside);
	int64_t now_ms = flight->link->now_ms;

	*one = (struct ent_aside){.ticket = flight->call.op.ticket.id,
				  .key = flight->call.op.ticket.key,
				  .reason = transcript_said(flight, sdk_said(&ending->err)),
				  .tries = flight->lane->sweep_tries ? flight->lane->sweep_tries : 1,
				  .since_ms = now_ms,
				  .next_ms = now_ms + flight->supplier->link.sweep_ms};
	put_aside_log(flight, one);
	flight->job.ask.aside = (struct aside_news){.how = ASIDE_ADDED, .at = one, .n = 1};
}

void put_aside_read(struct flight *flight)
{
	struct ent_aside *one = SDK_NEW(&flight->arena.abi, struct ent_aside);

	*one = (struct ent_aside){.ticket = flight->call.op.ticket.id};
	flight->job.ask.aside = (struct aside_news){.how = ASIDE_READ, .at = one, .n = 1};
}

void put_aside_ended(struct flight *flight)
{
	flight->job.ask.aside = (struct aside_news){
	    .how = ASIDE_ENDED, .next_ms = flight->cursor.made_ms + flight->supplier->link.sweep_ms};
}
