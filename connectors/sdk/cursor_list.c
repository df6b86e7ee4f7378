/* SPDX-License-Identifier: Apache-2.0 */
/* The list: which rows are news, and where it is asked for next. */
#include "sdk/cursor_list.h"
#include "sdk/cursor_seen.h"

#include <string.h>

#define SKEW_MS   300000 /* of the clock of a tool that does not tell it, to ours */
#define PAGES_MAX 10000  /* with the same time */

int64_t cursor_whole(const struct sdk_cursor *cursor, int64_t ms)
{
	return ms > 0 ? ms - ms % cursor->rule.grain_ms : 0;
}

/* ---- rows ------------------------------------------------------------------------------- */

bool sdk_cursor_is_old(const struct sdk_cursor *cursor, int64_t stamp_ms)
{
	return stamp_ms + cursor_margin_ms(cursor) <= cursor->now_ms;
}

static void row_open(struct sdk_cursor *cursor, struct ent_str id, int64_t stamp_ms)
{
	cursor->at.id = id;
	cursor->at.begin = cursor->list.n;
	cursor->at.old_reach_ms = cursor->at.reach_ms;
	cursor->at.old_high_ms = cursor->high_ms;
	cursor->at.is_open = true;
	if (stamp_ms <= cursor->now_ms + CURSOR_AHEAD_MS) {
		cursor->at.reach_ms = stamp_ms > cursor->at.reach_ms ? stamp_ms : cursor->at.reach_ms;
		cursor->high_ms = stamp_ms > cursor->high_ms ? stamp_ms : cursor->high_ms;
	}
}

static void row_rest(struct sdk_cursor *cursor, int64_t stamp_ms)
{
	if (cursor->at.rest_ms < 0 || stamp_ms < cursor->at.rest_ms)
		cursor->at.rest_ms = stamp_ms;
}

bool sdk_cursor_news(struct sdk_cursor *cursor, struct ent_str id, int64_t stamp_ms, struct ent_str content)
{
	cursor->at.is_open = false;
	cursor->at.n_row++;
	if (cursor->doubt.code.p || cursor->at.n_row <= cursor->skip)
		return false;
	if (cursor->at.is_cut) {
		row_rest(cursor, stamp_ms);
		return false;
	}
	if (id.n == 0 && !cursor->note.code.p)
		cursor->note =
		    sdk_say(cursor->arena, "poll.row_no_id", "row {row=%lld} of the list has no id: it was passed over",
			    (long long)cursor->at.n_row);
	if (id.n == 0)
		return false;
	cursor->at.row_ms = stamp_ms;
	row_open(cursor, id, stamp_ms);
	return cursor_seen_take(cursor, id, content);
}

bool sdk_cursor_row(struct sdk_cursor *cursor, struct ent_str id)
{
	cursor->at.is_open = false;
	cursor->at.n_row++;
	if (cursor->doubt.code.p || cursor->at.n_row <= cursor->skip || cursor->at.is_cut)
		return false;
	cursor->at.row_ms = 0;
	memset(cursor->at.hash, 0, sizeof cursor->at.hash); /* `seen` does not know it */
	row_open(cursor, id, 0);
	return true;
}

bool sdk_cursor_is_taken(const struct sdk_cursor *cursor)
{
	return cursor->at.is_open && !cursor->at.is_cut;
}

void cursor_row_undo(struct sdk_cursor *cursor)
{
	cursor->list.n = cursor->at.begin;
	cursor->list.failed = false;
	cursor->at.is_cut = true;
	cursor->at.n_taken = cursor->at.n_row - 1;
	if (!cursor->at.is_open)
		return;
	row_rest(cursor, cursor->at.row_ms);
	cursor->at.reach_ms = cursor->at.old_reach_ms;
	cursor->high_ms = cursor->at.old_high_ms;
	cursor_seen_undo(cursor);
}

/* ---- where to go on ------------------------------------------------------------------------ */

/* How far back the next walk has to begin, at most: what was made before is shown by now, and this walk has met it. */
static int64_t settled_ms(const struct sdk_cursor *cursor)
{
	int64_t newest = cursor->knows_now || cursor->high_ms > cursor->began_ms ? cursor->began_ms : cursor->high_ms;

	return newest - cursor->rule.overlap_ms - cursor->rule.stamp_ms;
}

/* Forgets the rows that neither this walk nor the next one can meet again. */
static void seen_prune(struct sdk_cursor *cursor)
{
	int64_t next = cursor_whole(cursor, settled_ms(cursor));

	cursor_seen_prune(cursor, cursor->since_ms < next || cursor->caught_up ? cursor->since_ms : next);
}

/* The walk is over: the next one begins where nothing can appear any more that was not told. */
static void walk_end(struct sdk_cursor *cursor)
{
	int64_t next = settled_ms(cursor);

	if (cursor->knows_now && next > cursor->high_ms + cursor->rule.grain_ms)
		next = cursor->high_ms + cursor->rule.grain_ms;
	if (cursor->high_ms > 0 && cursor->rule.by == SDK_BY_STAMP)
		cursor->since_ms = cursor_whole(cursor, next);
	cursor_seen_walk_end(cursor);
	cursor->page = 0;
	cursor->is_down = false;
	cursor->is_dropped = false;
	cursor->caught_up = true;
	if (cursor->rule.by == SDK_BY_STAMP)
		cursor->token = ENT_ABSENT;
}

static void walk_begin(struct sdk_cursor *cursor)
{
	int64_t guess = cursor->now_ms - SKEW_MS, before = cursor->before_ms;

	if (before > cursor->now_ms) /* the stamp of a row is ahead, not the tool */
		before = cursor->now_ms;

	cursor->began_ms = cursor->knows_now ? cursor->now_ms : guess > before ? guess : before;
}

static void list_go(struct sdk_cursor *cursor, int64_t since_ms)
{
	cursor->since_ms = since_ms;
	cursor->page = 0;
	cursor->token = ENT_ABSENT;
	cursor->is_down = false;
}

/* Not all of the page was taken: the rest is asked for again. */
static void page_rest(struct sdk_cursor *cursor)
{
	int64_t rest = cursor_whole(cursor, cursor->at.rest_ms);
	bool by_stamp = cursor->rule.by == SDK_BY_STAMP && cursor->page == 0 && !cursor->token.p && !cursor->is_down;

	if (by_stamp && rest > cursor->since_ms) {
		list_go(cursor, rest);
		cursor->skip = 0;
	} else if (cursor->at.n_taken > CURSOR_SEEN_SURE / 2) {
		/* `seen` tells which of the last ones were taken, when rows leave and the others move to the front */
		cursor->skip = cursor->at.n_taken - CURSOR_SEEN_SURE / 2;
	}
}

static void page_by_stamp(struct sdk_cursor *cursor)
{
	int64_t reach = cursor_whole(cursor, cursor->at.reach_ms);
	bool more = cursor->at.more, goes_far = reach > cursor->since_ms;

	if (cursor->is_down && cursor->page > 0) {
		cursor->page--;
	} else if (cursor->is_down && cursor->up_ms > 0) {
		list_go(cursor, cursor->up_ms);
	} else if (cursor->is_down) {
		walk_end(cursor);
	} else if (more && !goes_far) {
		cursor->token = cursor->at.token;
		cursor->page++;
	} else if (cursor->page > 0 && !cursor->token.p) {
		cursor->is_down = true;
		cursor->up_ms = more ? reach : 0;
		cursor->page--;
	} else if (more) {
		list_go(cursor, reach);
	} else {
		walk_end(cursor);
	}
}

static void page_by_token(struct sdk_cursor *cursor)
{
	if (cursor->at.token.p)
		cursor->token = cursor->at.token;
	if (!cursor->at.more)
		walk_end(cursor);
}

static void page_by_key(struct sdk_cursor *cursor)
{
	/* Behind a row that was young when it was read something may have appeared since. */
	if (cursor->at.old.p && sdk_eq(sdk_or_empty(cursor->token), sdk_or_empty(cursor->back)))
		cursor->back = cursor->at.old;
	if (cursor->at.more) {
		cursor->token = cursor->at.last;
	} else {
		cursor->token = cursor->back;
		walk_end(cursor);
	}
}

enum ent_rc cursor_page_move(struct sdk_cursor *cursor)
{
	if (cursor->at.more && cursor->page >= PAGES_MAX)
		return sdk_fail_as(cursor->err, ENT_EINVAL, "poll.pages_of_one_time",
				   "more than {most=%d} pages of changes of one time", PAGES_MAX);
	if (cursor->at.token.n > CURSOR_WORD_MAX || cursor->at.last.n > CURSOR_WORD_MAX)
		return sdk_fail_as(cursor->err, ENT_EINVAL, "poll.token_long",
				   "the token for the next page has more than {most=%d} bytes", CURSOR_WORD_MAX);
	if (cursor->caught_up || cursor->began_ms == 0) /* this page is a walk's first */
		walk_begin(cursor);
	cursor->caught_up = false;
	if (cursor->at.is_cut) {
		page_rest(cursor);
	} else {
		cursor->skip = 0;
		if (cursor->rule.by == SDK_BY_STAMP)
			page_by_stamp(cursor);
		else if (cursor->rule.by == SDK_BY_TOKEN)
			page_by_token(cursor);
		else
			page_by_key(cursor);
	}
	if (!cursor->at.is_cut)
		seen_prune(cursor);
	return ENT_OK;
}

/* ---- a token that is refused ---------------------------------------------------------------- */

static bool is_refusal(int status)
{
	return status >= 400 && status < 500 && status != 401 && status != 403 && status != 407 && status != 408 &&
	       status != 425 && status != 429;
}

bool cursor_token_drop(struct sdk_cursor *cursor, enum ent_rc rc)
{
	int64_t safe_ms = cursor->since_ms;

	if (rc >= ENT_OK || !cursor->token.p || !is_refusal(cursor->response->status))
		return false;
	if (cursor->rule.by != SDK_BY_STAMP && cursor->high_ms > cursor->rule.overlap_ms + cursor->rule.stamp_ms)
		safe_ms = cursor->high_ms - cursor->rule.overlap_ms - cursor->rule.stamp_ms;
	safe_ms = cursor_whole(cursor, safe_ms);
	/* Once; a tool that refuses the next one as well is seen to fail before it is tried again. */
	if (cursor->is_dropped && safe_ms <= cursor->dropped_ms && cursor->call->attempt <= SDK_CURSOR_TRIES)
		return false;
	list_go(cursor, safe_ms);
	cursor->back = ENT_ABSENT;
	cursor->skip = 0;
	cursor->is_dropped = true;
	cursor->dropped_ms = safe_ms;
	if (cursor->caught_up ||
	    cursor->began_ms == 0) /* if not, rows that this walk read earlier may have changed since */
		walk_begin(cursor);
	cursor->caught_up = false;
	return true;
}
