/* SPDX-License-Identifier: Apache-2.0 */
#include "link/page.h"

#include <string.h>

#include "core/roster.h"
#include "link/flight.h"
#include "link/inside.h"
#include "link/lane.h"
#include "sdk/crypto.h"
#include "sdk/json.h"
#include "sdk/webhook.h"

enum {
	PAGE_QUESTION_MAX = 2 * ENT_MEMO_MAX + 4096, /* bytes: an escaped memo and the other members */
	PAGE_CHARS = 48                              /* hex digits of a page's hash */
};

/* The request that was asked. It is kept where a webhook keeps its headers: with it the answer can be read again. */
static struct ent_str page_question(struct ent_arena *arena, const struct ent_call *call)
{
	struct ent_str question;
	struct sdk_buf buf;
	struct sdk_jsonw w;

	sdk_buf_init(&buf, PAGE_QUESTION_MAX);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kz(&w, "op", delivery_op_name(call->op.kind));
	sdk_jsonw_kstr(&w, "phase", sdk_int(arena, call->phase));
	sdk_jsonw_kstr(&w, "since", sdk_int(arena, call->op.since_ms));
	sdk_jsonw_kstr_opt(&w, "ticket", call->op.ticket.id);
	sdk_jsonw_kstr_opt(&w, "memo", call->memo);
	sdk_jsonw_close(&w, '}');
	question = buf.failed ? ENT_STR("{}") : sdk_dup(arena, sdk_buf_view(&buf));
	sdk_buf_release(&buf);
	return question;
}

/* Two pages are the same when their bytes are and they tell of the same tickets: a list of comments does not always say
 * whose they are. */
static void page_hash(struct ent_arena *arena, struct ent_str body, struct ent_changes changes, unsigned char ret[32])
{
	struct ent_str *part = SDK_NEW_N(arena, struct ent_str, 1 + 4 * changes.n);
	unsigned char hash[SDK_HASH_MAX];
	size_t n = 0;

	part[n++] = body;
	for (size_t i = 0; i < changes.n; i++) {
		part[n++] = sdk_or_empty(changes.at[i].ticket.id);
		part[n++] = ENT_STR("\n");
		part[n++] = sdk_or_empty(changes.at[i].comment.id);
		part[n++] = ENT_STR("\n");
	}
	(void)sdk_digest(SDK_SHA256, part, n, hash);
	memcpy(ret, hash, 32);
}

/* The same page twice in a row is one arrival. A page that comes back after a different one is a new arrival. So the id
 * is poll:CHAIN:HASH, and CHAIN is made from the id before whenever the page differs. */
static struct ent_str page_id(struct ent_arena *arena, struct ent_str before, struct ent_str hash)
{
	struct ent_str part[] = {before, hash}, tail = sdk_head(hash, PAGE_CHARS);

	if (before.n > PAGE_CHARS && sdk_eq((struct ent_str){before.p + before.n - PAGE_CHARS, PAGE_CHARS}, tail))
		return before;
	return sdk_format(arena, "poll:%.16s:%.*s", sdk_z(arena, sdk_content_id(arena, part, 2)), ENT_F(tail));
}

void page_arrival(struct flight *flight, const struct ending *ending, struct ent_changes changes)
{
	struct ent_arena *arena = &flight->trip.abi;
	struct arrival *arrival = &flight->job.arrival;
	unsigned char hash[32];

	*arrival = (struct arrival){.supplier = flight->supplier->name,
				    .received_ms = flight->link->now_ms,
				    .is_page = true,
				    .header_json = page_question(arena, &flight->call),
				    .body = sdk_or_empty(ending->body),
				    .sweep = flight->work->stream == CURSOR_SWEEP};
	page_hash(arena, arrival->body, changes, hash);
	memcpy(arrival->body_hash, hash, sizeof arrival->body_hash);
	struct ent_str hex = sdk_hex(arena, hash, 32);
	/* A sweep compares the ticket with ours even when the tool shows it as it did the last time. */
	if (arrival->sweep)
		arrival->delivery_id =
		    sdk_format(arena, "sweep:%lld:%s:%.16s", (long long)flight->cursor.made_ms,
			       sdk_z(arena, sdk_content_id(arena, &flight->call.op.ticket.id, 1)), hex.p);
	else
		arrival->delivery_id = flight->cursor.page = page_id(arena, sdk_or_empty(flight->cursor.page), hex);
	arrival_take(flight->roster->set, flight->supplier, changes, arena, arrival);
	if (arrival->is_cut && flight->link->world.log)
		log_write(flight->link->world.log, LOG_WARN, "page.cut", LOG_STR("supplier", flight->lane->name),
			  LOG_Z("stream", stream_name(flight)),
			  LOG_STR("ticket", sdk_or_empty(flight->call.op.ticket.id)),
			  LOG_STR("why", arrival->reason.text), LOG_END);
	transcript_letter(flight);
}

void page_tell(struct flight *flight, void (*answered)(struct flight *))
{
	flight->cursor.moved_ms = flight->link->now_ms;
	flight->job.ask.cursor = flight->cursor;
	flight->job.packed = raw_pack(&flight->trip.abi, flight->job.arrival.body);
	metric_add(flight->link->world.metrics, METRIC_LINK_PAGES, 1);
	flight_tell(flight, JOB_PAGE, answered);
}
