/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages: the poll and the back-fill. One page at a time and stream; what it tells and how far it
 * goes are stored together, and only then the next one is asked for.
 */
#include "link/flight.h"

#include <stdlib.h>
#include <string.h>

#include "sdk/crypto.h"
#include "sdk/json.h"
#include "sdk/webhook.h"

enum {
	JITTER = 10 /* the tenth part */,
	STILL_MS = 600000,
	CIRCLE_MS = 60000,
	FOREIGN_MS = 3600000,
	FIRST_MS = 900000
};
enum { PAGE_QUESTION_MAX = 2 * ENT_MEMO_MAX + 4096 /* bytes: an escaped memo and the other members */ };

struct stream *stream_of(const struct flight *flight)
{
	switch (flight->kind) {
	case FLIGHT_POLL:
		return &flight->lane->stream[CURSOR_POLL];
	case FLIGHT_BACKFILL:
		return &flight->lane->stream[CURSOR_BACKFILL];
	case FLIGHT_SWEEP:
		return &flight->lane->stream[CURSOR_SWEEP];
	case FLIGHT_DELIVERY:
	case FLIGHT_TOKEN:
	case FLIGHT_PROBE:
	case FLIGHT_LOGIN:
		break;
	}
	return NULL;
}

static const char *stream_name(const struct flight *flight)
{
	return cursor_stream_name((enum cursor_stream)(stream_of(flight) - flight->lane->stream));
}

/* ---- when -------------------------------------------------------------------------- */

static int64_t jittered(struct link *link, int64_t ms)
{
	return ms - ms / JITTER + (int64_t)link_below(link, (uint64_t)(2 * (ms / JITTER)) + 1);
}

static bool is_state(const struct cursor *cursor, const char *state)
{
	return sdk_eqz(cursor->state, state);
}

/* A person asked for a page since the last one. Heeded once: after a failure the stream has its own time. */
static void poll_look(struct lane *lane, struct ent_arena *arena)
{
	struct stream *poll = &lane->stream[CURSOR_POLL];
	struct cursor cursor;

	if (poll->is_flying || !cursor_load(lane->link->world.read, arena, lane->name, CURSOR_POLL, &cursor) ||
	    cursor.asked_ms == 0 || cursor.asked_ms == lane->poll_asked_ms || cursor.moved_ms > cursor.asked_ms)
		return;
	lane->poll_asked_ms = cursor.asked_ms;
	poll->due_us = lane->link->now_us;
}

static void backfill_look(struct lane *lane, struct ent_arena *arena)
{
	struct stream *backfill = &lane->stream[CURSOR_BACKFILL];
	struct cursor cursor;

	if (backfill->is_flying || backfill->due_us <= lane->link->now_us ||
	    !cursor_load(lane->link->world.read, arena, lane->name, CURSOR_BACKFILL, &cursor))
		return;
	/* A new back-fill does not wait for the pause of the one before it. */
	if (is_state(&cursor, "running") && (backfill->due_us == NEVER_US || cursor.made_ms != backfill->made_ms))
		backfill->due_us = lane->link->now_us;
}

void streams_look(struct lane *lane)
{
	struct sdk_arena arena;

	if (!lane->supplier || !supplier_can(lane->supplier, ENT_POLL))
		return;
	sdk_arena_init(&arena);
	poll_look(lane, &arena.abi);
	backfill_look(lane, &arena.abi);
	sdk_arena_release(&arena);
}

static int64_t first_poll_us(struct lane *lane, struct ent_arena *arena)
{
	struct link *link = lane->link;
	struct cursor cursor;

	if (!cursor_load(link->world.read, arena, lane->name, CURSOR_POLL, &cursor) || cursor.phase != 0)
		return link->now_us;
	return link_to_us(link, cursor.moved_ms + lane->supplier->link.poll_ms);
}

static int64_t first_sweep_us(struct lane *lane, struct ent_arena *arena)
{
	struct link *link = lane->link;
	int64_t sweep_ms = lane->supplier->link.sweep_ms;
	struct cursor cursor;

	if (!cursor_load(link->world.read, arena, lane->name, CURSOR_SWEEP, &cursor))
		return link->now_us + (sweep_ms < CIRCLE_MS ? sweep_ms : CIRCLE_MS) * 1000;
	if (!is_state(&cursor, "running"))
		return link_to_us(link, cursor.moved_ms + sweep_ms);
	memcpy(lane->sweep_after, cursor.memo.n ? cursor.memo.p : "", cursor.memo.n <= ENT_ID_MAX ? cursor.memo.n : 0);
	return link->now_us;
}

void streams_open(struct lane *lane)
{
	bool polls = supplier_can(lane->supplier, ENT_POLL) && lane->supplier->link.poll_ms > 0;
	bool sweeps = supplier_can(lane->supplier, ENT_FETCH_TICKET) && lane->supplier->link.sweep_ms > 0;
	struct sdk_arena arena;

	sdk_arena_init(&arena);
	for (int i = 0; i < CURSOR_N; i++) {
		lane->stream[i].due_us = NEVER_US;
		lane->stream[i].failures = 0;
		lane->stream[i].trouble = (struct ent_err){""};
	}
	if (polls)
		lane->stream[CURSOR_POLL].due_us = first_poll_us(lane, &arena.abi);
	if (sweeps)
		lane->stream[CURSOR_SWEEP].due_us = first_sweep_us(lane, &arena.abi);
	sdk_arena_release(&arena);
}

/* ---- asking -------------------------------------------------------------------------- */

/* A memo of another connector is not to be read: the same time is asked for again, with some to spare. */
static void own_memo(struct cursor *cursor, const struct supplier *supplier)
{
	struct ent_str own = sdk_str(supplier->connector->name);

	if (cursor->connector.n && !sdk_eq(cursor->connector, own)) {
		cursor->since_ms =
		    cursor->moved_ms > cursor->since_ms + FOREIGN_MS ? cursor->moved_ms - FOREIGN_MS : cursor->since_ms;
		cursor->memo = ENT_ABSENT;
		cursor->phase = 0;
	}
	cursor->connector = own;
}

void page_begin(struct lane *lane, enum cursor_stream which)
{
	struct link *link = lane->link;
	struct flight *flight = flight_new(link, lane, which == CURSOR_POLL ? FLIGHT_POLL : FLIGHT_BACKFILL);
	struct cursor *cursor = &flight->cursor;

	flight->has_turn = true;
	if (!cursor_load(link->world.read, &flight->arena.abi, lane->name, which, cursor)) {
		if (which == CURSOR_BACKFILL || db_failed(link->world.read)) {
			lane->stream[which].due_us = which == CURSOR_POLL ? link->now_us + 1000000 : NEVER_US;
			flight_end(flight);
			return;
		}
		/* From about now on, as the tool's clock may be behind; what was before is the back-fill's business. */
		*cursor =
		    (struct cursor){.since_ms = link->now_ms - FIRST_MS, .made_ms = link->now_ms, .memo = ENT_ABSENT};
	}
	own_memo(cursor, flight->supplier);
	if (which == CURSOR_BACKFILL && !is_state(cursor, "running")) {
		lane->stream[which].trouble = (struct ent_err){""}; /* a person stopped it */
		flight_end(flight);
		return;
	}
	lane->stream[which].made_ms = cursor->made_ms;
	cursor->supplier = lane->name;
	cursor->stream = which;
	cursor->state = ENT_STR("running");
	flight->call = (struct ent_call){.op = {.kind = ENT_POLL, .since_ms = cursor->since_ms},
					 .phase = cursor->phase,
					 .attempt = lane->stream[which].failures + 1,
					 .memo = cursor->memo.n ? cursor->memo : ENT_ABSENT};
	flight->state = FLIGHT_READY;
	lane_touch(lane);
}

/* ---- telling ------------------------------------------------------------------------- */

/* What was asked, kept beside the answer where a webhook keeps its headers: with it the answer can be read again. */
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

/* One page is like another when its bytes are and it tells of the same things: a list of comments need not say whose.
 */
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

#define PAGE_CHARS 48 /* hex digits of a page's hash */

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
				    .sweep = flight->kind == FLIGHT_SWEEP};
	page_hash(arena, arrival->body, changes, hash);
	memcpy(arrival->body_hash, hash, sizeof arrival->body_hash);
	struct ent_str hex = sdk_hex(arena, hash, 32);
	/* A sweep compares also when the ticket stands there as it did the last time. */
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
			  LOG_STR("ticket", sdk_or_empty(flight->call.op.ticket.id)), LOG_STR("why", arrival->reason),
			  LOG_END);
	exchange_letter(flight);
}

void page_tell(struct flight *flight, void (*answered)(struct flight *))
{
	flight->cursor.moved_ms = flight->link->now_ms;
	flight->job.ask.cursor = flight->cursor;
	flight->job.packed = raw_pack(&flight->trip.abi, flight->job.arrival.body);
	metric_add(flight->link->world.metrics, METRIC_LINK_PAGES, 1);
	flight_tell(flight, JOB_PAGE, answered);
}

/* ---- trouble --------------------------------------------------------------------------- */

void stream_trouble(struct flight *flight, struct ending *ending, int64_t wait_ms)
{
	struct link *link = flight->link;
	struct stream *at = stream_of(flight);
	int64_t backoff_ms = link_backoff_ms(link, at->failures);

	flight->is_troubled = true;
	if (at->failures < INT32_MAX)
		at->failures++;
	/* Refused once: the probe is asked before anybody hears of it. */
	if ((ending->rc != ENT_ERETRY && ending->rc != ENT_ECONFLICT &&
	     (ending->rc != ENT_EAUTH || at->failures > 1)) ||
	    at->failures >= (unsigned)link->options.breaker_failures)
		(void)sdk_fail(&at->trouble, ending->rc, "%s: %s", stream_name(flight), ending->err.msg);
	if (wait_ms < backoff_ms)
		wait_ms = backoff_ms;
	if (wait_ms < ending->wait_ms)
		wait_ms = ending->wait_ms;
	at->due_us = link->now_us + wait_ms * 1000;
	if (link->world.log && at->failures == 1)
		log_write(link->world.log, LOG_WARN, "page.trouble", LOG_STR("supplier", flight->lane->name),
			  LOG_Z("stream", stream_name(flight)), LOG_Z("why", ending->err.msg), LOG_END);
}

/* Nobody can read it: it is kept raw, and the cursor stays before it. */
static void dead(struct flight *flight, struct ending *ending)
{
	stream_trouble(flight, ending, flight->supplier->link.poll_ms);
	page_arrival(flight, ending, (struct ent_changes){NULL, 0});
	flight->job.arrival.dead = true;
	flight->job.arrival.reason = sdk_dup(&flight->arena.abi, sdk_str(ending->err.msg));
	exchange_letter(flight);
	trouble_note(flight, ending);
	page_tell(flight, flight_end);
}

/* ---- circles: a place that comes again while there is "more" is one that never ends ------- */

static void place_hash(unsigned phase, struct ent_str memo, unsigned char ret[32])
{
	unsigned char hash[SDK_HASH_MAX];
	const struct ent_str part[] = {{(const char *)&phase, sizeof phase}, sdk_or_empty(memo)};

	(void)sdk_digest(SDK_SHA256, part, 2, hash);
	memcpy(ret, hash, 32);
}

/* Brent's way: one place is remembered, a later one each time the way has doubled. */
static bool goes_round(struct stream *at, const struct ent_call *from, const struct ent_result *to)
{
	unsigned char hash[32];

	if (from->phase == to->phase && sdk_eq(sdk_or_empty(from->memo), sdk_or_empty(to->memo)))
		return true;
	if (at->n_page == 0) {
		place_hash(from->phase, from->memo, at->mark);
		at->mark_at = 1;
	}
	at->n_page++;
	place_hash(to->phase, to->memo, hash);
	if (memcmp(hash, at->mark, sizeof hash) == 0)
		return true;
	if (at->n_page == 2 * at->mark_at) {
		memcpy(at->mark, hash, sizeof hash);
		at->mark_at = at->n_page;
	}
	return false;
}

/* ---- a page that was read ------------------------------------------------------------------ */

/* poll_ms 0: it is polled only when a person asks for it. */
static int64_t next_poll_us(struct link *link, const struct supplier *supplier)
{
	int64_t poll_ms = supplier->link.poll_ms;

	return poll_ms > 0 ? link->now_us + jittered(link, poll_ms) * 1000 : NEVER_US;
}

static void page_told(struct flight *flight)
{
	struct link *link = flight->link;
	struct lane *lane = flight->lane;
	struct stream *at = stream_of(flight);
	bool is_more = flight->call.phase == 1; /* see take() */

	if (flight->job.outcome != JOB_ACCEPTED && flight->job.outcome != JOB_REPEATED) {
		at->due_us = flight->kind == FLIGHT_POLL ? link->now_us + 1000000 : NEVER_US;
	} else if (!flight->is_troubled) { /* else it has its time */
		at->failures = 0;
		at->trouble = (struct ent_err){""};
		if (is_more)
			at->due_us = link->now_us;
		else if (flight->kind == FLIGHT_POLL)
			at->due_us = next_poll_us(link, flight->supplier);
		else if (flight->again_us)
			at->due_us = flight->again_us;
	}
	flight_end(flight);
	streams_look(lane); /* a person may have asked while it flew */
}

static void take(struct flight *flight, struct ending *ending)
{
	struct cursor *cursor = &flight->cursor;
	struct stream *at = stream_of(flight);
	bool is_more = ending->rc == ENT_MORE;
	struct ent_str memo = ending->result.memo.p ? ending->result.memo : cursor->memo;
	bool is_still = !is_more && flight->job.arrival.changes.n == 0 && cursor->phase == 0 && cursor->pages > 0 &&
			sdk_eq(sdk_or_empty(memo), sdk_or_empty(cursor->memo)) && flight->kind == FLIGHT_POLL &&
			!ending->result.note.n && cursor->asked_ms <= cursor->moved_ms &&
			flight->link->now_ms - cursor->moved_ms < STILL_MS &&
			!trouble_known(flight->link->world.read, cursor->supplier, CURSOR_POLL);

	cursor->memo = sdk_or_empty(sdk_dup(&flight->arena.abi, memo));
	cursor->phase = is_more ? ending->result.phase : 0;
	cursor->pages++;
	cursor->changes += (int64_t)flight->job.arrival.changes.n;
	if (flight->job.arrival.changes.n)
		cursor->told_ms = flight->link->now_ms;
	aside_take(flight, &ending->result);
	flight->call.phase = is_more; /* for page_told */
	if (!is_more)
		at->n_page = 0;
	/* Only the back-fill reads old tickets: it goes on while one that is put aside may still be read. */
	if (!is_more && flight->kind == FLIGHT_BACKFILL)
		flight->again_us = aside_again_us(flight, &ending->result);
	if (!is_more && flight->kind == FLIGHT_BACKFILL && !flight->again_us)
		cursor->state = ENT_STR("done");
	if (is_still) { /* nothing is new, not even how far: nothing to store */
		flight->job.outcome = JOB_ACCEPTED;
		page_told(flight);
		return;
	}
	page_tell(flight, page_told);
}

static void read_page(struct flight *flight, struct ending *ending)
{
	page_arrival(flight, ending, ending->result.changes);
	if (ending->result.n_aside > ENT_ASIDE_MAX && !flight->job.arrival.dead) {
		flight->job.arrival.dead = true;
		flight->job.arrival.reason = sdk_format(
		    &flight->trip.abi,
		    "more than %d tickets cannot be read. The poll stops here, so that none is lost. `entente supplier "
		    "show` lists them",
		    ENT_ASIDE_MAX);
	}
	if (flight->job.arrival.dead) {
		(void)sdk_fail(&ending->err, ENT_EINVAL, "%.*s", ENT_F(flight->job.arrival.reason));
		ending->rc = ENT_EINVAL;
		dead(flight, ending);
		return;
	}
	if (ending->rc == ENT_MORE && goes_round(stream_of(flight), &flight->call, &ending->result)) {
		stream_of(flight)->n_page = 0;
		(void)sdk_fail(&ending->err, ENT_EINVAL,
			       "the tool says that there is more, and sends us back to a page that we read before");
		if (flight->kind == FLIGHT_BACKFILL)
			flight->cursor.state = ENT_STR("stopped");
		struct ending trouble = *ending;
		trouble.rc = ENT_EINVAL;
		stream_trouble(flight, &trouble, CIRCLE_MS);
		trouble_note(flight, &trouble);
		if (flight->kind == FLIGHT_BACKFILL)
			stream_of(flight)->due_us = NEVER_US;
	}
	take(flight, ending);
}

static void backfill_stop(struct flight *flight)
{
	flight->job.ask.supplier = flight->supplier->name;
	flight_tell(flight, JOB_BACKFILL_STOP, flight_end);
}

/* There is nothing to fill back from: it ends, and the supplier's `why` says so. */
static void backfill_unsupported(struct flight *flight, struct ending *ending)
{
	stream_trouble(flight, ending, CIRCLE_MS);
	stream_of(flight)->due_us = NEVER_US;
	trouble_tell(flight, ending, backfill_stop);
}

void page_ended(struct flight *flight, struct ending *ending)
{
	int64_t poll_ms = flight->supplier->link.poll_ms;

	if (ending->rc == ENT_EUNSUPPORTED && flight->kind == FLIGHT_BACKFILL) {
		backfill_unsupported(flight, ending);
		return;
	}

	if (ending->rc == ENT_OK || ending->rc == ENT_MORE) {
		read_page(flight, ending);
		return;
	}
	if (ending->rc == ENT_EINVAL && ending->is_built) {
		dead(flight, ending);
		return;
	}
	if (ending->rc == ENT_EUNSUPPORTED && flight->kind == FLIGHT_POLL)
		stream_of(flight)->due_us = NEVER_US; /* its settings leave nothing to ask; a reload may */
	else if (ending->rc == ENT_EAUTH && ending->is_refused)
		stream_of(flight)->due_us = flight->link->now_us; /* nobody is let in: the lane waits */
	else if (ending->rc == ENT_EAUTH)
		stream_trouble(flight, ending, stream_of(flight)->failures ? flight->link->options.refused_ms : 0);
	else
		stream_trouble(flight, ending, ending->rc == ENT_ERETRY || ending->rc == ENT_ECONFLICT ? 0 : poll_ms);
	trouble_tell(flight, ending, flight_end);
}
