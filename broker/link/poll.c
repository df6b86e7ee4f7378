/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The poll and the back-fill: both read the tool page by page. A page and the cursor behind it are stored together, and
 * only then the next page is asked for.
 */
#include <string.h>

#include "link/flight.h"
#include "link/inside.h"
#include "link/lane.h"
#include "link/page.h"
#include "link/put_aside.h"
#include "sdk/crypto.h"
#include "sdk/webhook.h"

enum {
	STILL_MS = 600000,    /* a poll that tells nothing new is stored at least so often */
	FOREIGN_MS = 3600000, /* read again after a change of connectors */
	FIRST_MS = 900000     /* before its beginning, for a tool whose clock is behind */
};

/* ---- asking -------------------------------------------------------------------------- */

/* The supplier has another connector now, which cannot read the old one's memo: the last hour is read again. */
static void cursor_adopt(struct cursor *cursor, const struct supplier *supplier)
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

static void pages_begin(struct lane *lane, const struct work *work)
{
	struct link *link = lane->link;
	struct flight *flight = flight_new(link, lane, work);
	struct cursor *cursor = &flight->cursor;
	enum cursor_stream which = work->stream;

	flight->has_turn = true;
	if (!cursor_load(link->world.read, &flight->arena.abi, lane->name, which, cursor)) {
		if (which == CURSOR_BACKFILL || db_failed(link->world.read)) {
			lane->stream[which].due_us = which == CURSOR_POLL ? link->now_us + 1000000 : NEVER_US;
			flight_end(flight);
			return;
		}
		/* It reads from about now on. A back-fill reads what was before. */
		*cursor =
		    (struct cursor){.since_ms = link->now_ms - FIRST_MS, .made_ms = link->now_ms, .memo = ENT_ABSENT};
	}
	cursor_adopt(cursor, flight->supplier);
	if (which == CURSOR_BACKFILL && !sdk_eqz(cursor->state, "running")) {
		lane->stream[which].trouble = (struct ent_err){0}; /* a person stopped it */
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

/* ---- a page that nobody can read ------------------------------------------------------------ */

/* It becomes a dead letter, and the cursor stays before it. */
static void page_unreadable(struct flight *flight, struct ending *ending)
{
	stream_trouble(flight, ending, flight->supplier->link.poll_ms);
	page_arrival(flight, ending, (struct ent_changes){NULL, 0});
	flight->job.arrival.dead = true;
	flight->job.arrival.reason = sdk_said_dup(&flight->arena.abi, sdk_said(&ending->err));
	transcript_letter(flight);
	stream_trouble_note(flight, ending);
	page_tell(flight, flight_end);
}

/* ---- circles: the tool says "more", and sends us back to where we were; that never ends ------ */

static void place_hash(unsigned phase, struct ent_str memo, unsigned char ret[32])
{
	unsigned char hash[SDK_HASH_MAX];
	const struct ent_str part[] = {{(const char *)&phase, sizeof phase}, sdk_or_empty(memo)};

	(void)sdk_digest(SDK_SHA256, part, 2, hash);
	memcpy(ret, hash, 32);
}

/* Brent's way: one place is remembered; each time the number of pages has doubled, a later one. */
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

	return poll_ms > 0 ? link->now_us + pace_spread_ms(&link->pace, poll_ms) * 1000 : NEVER_US;
}

static void page_told(struct flight *flight)
{
	struct link *link = flight->link;
	struct lane *lane = flight->lane;
	struct stream *at = flight_stream(flight);

	if (flight->job.outcome != JOB_ACCEPTED && flight->job.outcome != JOB_REPEATED) {
		at->due_us = flight->work->stream == CURSOR_POLL ? link->now_us + 1000000 : NEVER_US;
	} else if (!flight->is_troubled) {
		at->failures = 0;
		at->trouble = (struct ent_err){0};
		if (flight->is_more)
			at->due_us = link->now_us;
		else if (flight->work->stream == CURSOR_POLL)
			at->due_us = next_poll_us(link, flight->supplier);
		else if (flight->again_us)
			at->due_us = flight->again_us;
	}
	flight_end(flight);
	stream_look(lane); /* a person may have asked while it flew */
}

static void page_store(struct flight *flight, struct ending *ending)
{
	struct cursor *cursor = &flight->cursor;
	struct stream *at = flight_stream(flight);
	bool is_more = ending->rc == ENT_MORE;
	struct ent_str memo = ending->result.memo.p ? ending->result.memo : cursor->memo;
	bool is_still = !is_more && flight->job.arrival.changes.n == 0 && cursor->phase == 0 && cursor->pages > 0 &&
			sdk_eq(sdk_or_empty(memo), sdk_or_empty(cursor->memo)) && flight->work->stream == CURSOR_POLL &&
			!ending->result.note.code.n && cursor->asked_ms <= cursor->moved_ms &&
			flight->link->now_ms - cursor->moved_ms < STILL_MS &&
			!trouble_known(flight->link->world.read, cursor->supplier, CURSOR_POLL);

	cursor->memo = sdk_or_empty(sdk_dup(&flight->arena.abi, memo));
	cursor->phase = is_more ? ending->result.phase : 0;
	cursor->pages++;
	cursor->changes += (int64_t)flight->job.arrival.changes.n;
	if (flight->job.arrival.changes.n)
		cursor->told_ms = flight->link->now_ms;
	put_aside_take(flight, &ending->result);
	flight->is_more = is_more;
	if (!is_more)
		at->n_page = 0;
	/* Only the back-fill reads old tickets: it goes on while one that is put aside may still be read. */
	if (!is_more && flight->work->stream == CURSOR_BACKFILL)
		flight->again_us = put_aside_again_us(flight, &ending->result);
	if (!is_more && flight->work->stream == CURSOR_BACKFILL && !flight->again_us)
		cursor->state = ENT_STR("done");
	if (is_still) { /* nothing is new, not even the cursor: nothing is stored */
		flight->job.outcome = JOB_ACCEPTED;
		page_told(flight);
		return;
	}
	page_tell(flight, page_told);
}

static void page_read(struct flight *flight, struct ending *ending)
{
	page_arrival(flight, ending, ending->result.changes);
	if (ending->result.n_aside > ENT_ASIDE_MAX && !flight->job.arrival.dead) {
		flight->job.arrival.dead = true;
		flight->job.arrival.reason = sdk_say(&flight->trip.abi, "poll.stops",
						     "more than {most=%d} tickets cannot be read. The poll stops here, "
						     "so that none is lost. `entente supplier show` lists them",
						     ENT_ASIDE_MAX);
	}
	if (flight->job.arrival.dead) {
		(void)sdk_fail_said(&ending->err, ENT_EINVAL, flight->job.arrival.reason);
		ending->rc = ENT_EINVAL;
		page_unreadable(flight, ending);
		return;
	}
	if (ending->rc == ENT_MORE && goes_round(flight_stream(flight), &flight->call, &ending->result)) {
		flight_stream(flight)->n_page = 0;
		(void)sdk_fail_as(&ending->err, ENT_EINVAL, "poll.circle",
				  "the tool says that there is more, and sends us back to a page that we read before");
		if (flight->work->stream == CURSOR_BACKFILL)
			flight->cursor.state = ENT_STR("stopped");
		struct ending trouble = *ending;
		trouble.rc = ENT_EINVAL;
		stream_trouble(flight, &trouble, STREAM_CIRCLE_MS);
		stream_trouble_note(flight, &trouble);
		if (flight->work->stream == CURSOR_BACKFILL)
			flight_stream(flight)->due_us = NEVER_US;
	}
	page_store(flight, ending);
}

static void pages_stop_backfill(struct flight *flight)
{
	flight->job.ask.supplier = flight->supplier->name;
	flight_tell(flight, JOB_BACKFILL_STOP, flight_end);
}

/* The tool cannot be asked for what was before: the back-fill ends, and `entente supplier show` says why. */
static void pages_unsupported(struct flight *flight, struct ending *ending)
{
	stream_trouble(flight, ending, STREAM_CIRCLE_MS);
	flight_stream(flight)->due_us = NEVER_US;
	stream_trouble_tell(flight, ending, pages_stop_backfill);
}

static void pages_ended(struct flight *flight, struct ending *ending)
{
	int64_t poll_ms = flight->supplier->link.poll_ms;

	if (ending->rc == ENT_EUNSUPPORTED && flight->work->stream == CURSOR_BACKFILL) {
		pages_unsupported(flight, ending);
		return;
	}

	if (ending->rc == ENT_OK || ending->rc == ENT_MORE) {
		page_read(flight, ending);
		return;
	}
	if (ending->rc == ENT_EINVAL && ending->is_built) {
		page_unreadable(flight, ending);
		return;
	}
	if (ending->rc == ENT_EUNSUPPORTED && flight->work->stream == CURSOR_POLL)
		flight_stream(flight)->due_us = NEVER_US; /* its settings leave nothing to ask; a reload may */
	else if (ending->rc == ENT_EAUTH && ending->is_refused)
		flight_stream(flight)->due_us = flight->link->now_us; /* nobody is let in: the whole lane waits */
	else if (ending->rc == ENT_EAUTH)
		stream_trouble(flight, ending, flight_stream(flight)->failures ? flight->link->options.refused_ms : 0);
	else
		stream_trouble(flight, ending, ending->rc == ENT_ERETRY || ending->rc == ENT_ECONFLICT ? 0 : poll_ms);
	stream_trouble_tell(flight, ending, flight_end);
}

static void pages_begin_poll(struct lane *lane)
{
	pages_begin(lane, &poll_work);
}

static void pages_begin_backfill(struct lane *lane)
{
	pages_begin(lane, &backfill_work);
}

const struct work poll_work = {.name = "poll",
			       .ended = pages_ended,
			       .begin = pages_begin_poll,
			       .has_stream = true,
			       .stream = CURSOR_POLL,
			       .whom = -1};
const struct work backfill_work = {.name = "backfill",
				   .ended = pages_ended,
				   .begin = pages_begin_backfill,
				   .has_stream = true,
				   .stream = CURSOR_BACKFILL,
				   .whom = -2};
