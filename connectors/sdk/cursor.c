/* SPDX-License-Identifier: Apache-2.0 */
/* The cursor's steps: where it stands, what an answer was, what is asked for next. */
#include "sdk/cursor_item.h"
#include "sdk/cursor_list.h"
#include "sdk/cursor_memo.h"

#include <string.h>

#include "sdk/http.h"
#include "sdk/time.h"

#define OVERLAP_MS  20000
#define STAMP_MS    1000
#define PARTS_MAX   10000
#define LIST_MAX    20000 /* changes of one answer, which are told in parts */
#define GONE_TRIES  8     /* a ticket is removed that was asked for so often, and was not there all of GONE_MS */
#define GONE_MS     3600000
#define LIMIT_TRIES 8 /* a limit is about the supplier, but not for ever */

static void cursor_init(struct sdk_cursor *cursor, const struct sdk_cursor_rule *rule, const struct ent_call *call,
			const struct ent_response *response, struct ent_arena *arena, struct ent_err *err)
{
	*cursor = (struct sdk_cursor){.rule = *rule,
				      .call = call,
				      .response = response,
				      .arena = arena,
				      .err = err,
				      .now_ms = call->now_ms,
				      .at = {.rest_ms = -1}};
	cursor->rule.overlap_ms = rule->overlap_ms > 0 ? rule->overlap_ms : OVERLAP_MS;
	cursor->rule.grain_ms = rule->grain_ms > 0 ? rule->grain_ms : 1;
	cursor->rule.stamp_ms = rule->stamp_ms > 0 ? rule->stamp_ms : STAMP_MS;
	cursor->seen = SDK_NEW_N(arena, struct sdk_cursor_seen, CURSOR_SEEN_MAX);
	cursor->todo = SDK_NEW_N(arena, struct sdk_cursor_item, CURSOR_TODO_MAX + 1);
	cursor->aside = SDK_NEW_N(arena, struct sdk_cursor_item, ENT_ASIDE_MAX);
	sdk_changes_init(&cursor->list, arena);
	cursor->list.max = LIST_MAX;
}

void sdk_cursor_begin(struct sdk_cursor *cursor, const struct sdk_cursor_rule *rule, const struct ent_call *call,
		      const struct ent_response *response, struct ent_arena *arena, struct ent_err *err)
{
	cursor_init(cursor, rule, call, response, arena, err);
	cursor->since_ms = cursor_whole(cursor, call->op.since_ms);
	if (call->memo.n > 0 && !cursor_memo_read(cursor, call->memo)) {
		cursor_init(cursor, rule, call, response, arena, err);
		cursor->since_ms = cursor_whole(cursor, call->op.since_ms);
		cursor->note = sdk_say(arena, "poll.began_anew",
				       "where the poll stood could not be read: it began anew at {at=%.*s}",
				       ENT_F(sdk_time(arena, cursor->since_ms)));
	}
	cursor->knows_now = response && sdk_http_date(sdk_http_header(response, "Date"), call->now_ms, &cursor->now_ms);
	if (cursor->n_todo > 0 && !cursor->doubt.code.p)
		cursor->ask = &cursor->todo[0];
}

bool sdk_cursor_is_memo(struct ent_arena *arena, struct ent_str memo)
{
	static const struct sdk_cursor_rule any = {0};
	const struct ent_call call = {.op = {.kind = ENT_POLL}};
	struct sdk_cursor cursor;
	struct ent_err err;

	cursor_init(&cursor, &any, &call, NULL, arena, &err);
	return memo.n == 0 || cursor_memo_read(&cursor, memo);
}

/* ---- what an answer told ------------------------------------------------------------------- */

static enum ent_rc changes_vet(struct sdk_cursor *cursor, size_t begin, size_t end)
{
	enum ent_rc rc = ENT_OK;

	for (size_t i = begin; i < end && rc == ENT_OK; i++) {
		sdk_change_mend(cursor->arena, &cursor->list.at[i]);
		rc = sdk_change_vet(&cursor->list.at[i], cursor->err);
	}
	return rc;
}

/* The note has the reason of the first row and counts the others. */
static void note_row(struct sdk_cursor *cursor)
{
	if (cursor->at.n_passed++ == 0 && !cursor->note.code.p)
		cursor->note = sdk_say(cursor->arena, "poll.row_passed",
				       "ticket {ticket=%.*s} cannot be understood and was passed over: {why=%p}",
				       ENT_F(sdk_head(cursor->at.id, ENT_ID_MAX)), SDK_WHY(cursor->err));
	*cursor->err = (struct ent_err){0};
}

static void row_aside(struct sdk_cursor *cursor, const struct sdk_cursor_item *item)
{
	if (!item || !cursor_item_fits(item))
		note_row(cursor);
	else if (cursor_aside_put(cursor, item, sdk_said_dup(cursor->arena, sdk_said(cursor->err))) != ENT_OK)
		cursor->at.failed = ENT_EINVAL;
}

void sdk_cursor_ask(struct sdk_cursor *cursor, const struct sdk_cursor_item *item)
{
	if (cursor->at.is_cut || cursor->doubt.code.p)
		return;
	if (cursor_item_fits(item))
		cursor_todo_want(cursor, item);
	else
		sdk_cursor_told(cursor,
				sdk_fail_as(cursor->err, ENT_EINVAL, "poll.id_long",
					    "its id, or what its tool calls it, is too long"),
				NULL);
}

void sdk_cursor_told(struct sdk_cursor *cursor, enum ent_rc rc, const struct sdk_cursor_item *item)
{
	size_t begin = cursor->at.begin;

	if (!cursor->at.is_open || cursor->at.is_cut)
		return;
	if (rc == ENT_OK && !cursor->list.failed && cursor->list.n <= ENT_CHANGES_MAX)
		rc = changes_vet(cursor, begin, cursor->list.n);
	else if (rc == ENT_OK && begin > 0) {
		cursor_row_undo(cursor);
		return;
	} else if (rc == ENT_OK && item) { /* more than an answer carries: in parts, by its own request */
		cursor->list.n = 0;
		cursor->list.failed = false;
		sdk_cursor_ask(cursor, item);
		return;
	} else if (rc == ENT_OK) {
		cursor->list.n = ENT_CHANGES_MAX;
		cursor->list.failed = false;
		(void)sdk_fail_as(cursor->err, ENT_EINVAL, "poll.changes_many",
				  "it tells more than {most=%d} changes, the first of them were taken",
				  ENT_CHANGES_MAX);
		note_row(cursor);
		rc = changes_vet(cursor, begin, cursor->list.n);
	}
	if (rc == ENT_OK)
		return;
	cursor->list.n = begin;
	cursor->list.failed = false;
	row_aside(cursor, item);
}

void sdk_cursor_page(struct sdk_cursor *cursor, bool more, struct ent_str token)
{
	cursor->at.is_page = true;
	cursor->at.more = more;
	cursor->at.token = token;
}

void sdk_cursor_keys(struct sdk_cursor *cursor, bool more, struct ent_str last, struct ent_str old)
{
	cursor->at.is_page = true;
	cursor->at.more = more;
	cursor->at.last = last;
	cursor->at.old = old;
}

void sdk_cursor_part(struct sdk_cursor *cursor, struct ent_str place)
{
	cursor->at.place = place;
}

/* ---- a ticket's own request ------------------------------------------------------------------ */

/* Told, or as much of it as one answer carries. */
static enum ent_rc item_told(struct sdk_cursor *cursor)
{
	struct sdk_cursor_item item = cursor->todo[0];
	size_t all = cursor->list.n, begin = (size_t)item.skip < all ? (size_t)item.skip : all;
	size_t end = all - begin > ENT_CHANGES_MAX ? begin + ENT_CHANGES_MAX : all;
	enum ent_rc rc = changes_vet(cursor, begin, end);

	if (rc == ENT_OK && cursor->list.failed)
		rc = sdk_fail_as(cursor->err, ENT_EINVAL, "poll.answer_many",
				 "one answer about it tells more than {most=%d} changes", LIST_MAX);
	if (rc == ENT_OK && end == all && cursor->at.place.p &&
	    (sdk_eq(cursor->at.place, item.place) || item.parts >= PARTS_MAX || cursor->at.place.n > CURSOR_WORD_MAX))
		rc = sdk_fail_as(cursor->err, ENT_EINVAL, "poll.inner_endless", "the list inside it does not end");
	if (rc != ENT_OK)
		return rc;
	cursor_todo_drop(cursor, 0);
	cursor->at.tell_begin = begin;
	cursor->at.tell_end = end;
	if (end == all && !cursor->at.place.p)
		return ENT_OK;
	if (end < all) {
		item.skip = (int64_t)end;
	} else {
		item.place = cursor->at.place;
		item.skip = 0;
		item.parts++;
	}
	cursor_todo_first(cursor, &item);
	return ENT_OK;
}

/* Is it the supplier that fails, as far as one answer tells? */
static bool is_of_supplier(const struct sdk_cursor *cursor, enum ent_rc rc)
{
	int status = cursor->response->status;

	bool waits = status == 403 || (status == 503 && sdk_http_header(cursor->response, "Retry-After").p);
	bool is_limit = status == 429 || (rc == ENT_ERETRY && waits);

	return (rc == ENT_EAUTH && status != 403) || (is_limit && cursor->call->attempt < LIMIT_TRIES);
}

static enum ent_rc ticket_failed(struct sdk_cursor *cursor, enum ent_rc rc)
{
	struct sdk_cursor_item item = cursor->todo[0];
	struct ent_said why = cursor_why(cursor, sdk_said(cursor->err));
	int status = cursor->response->status;
	bool may_pass = rc == ENT_ERETRY && cursor->call->attempt < SDK_CURSOR_TRIES;

	cursor->list.n = 0;
	if (is_of_supplier(cursor, rc) || (may_pass && item.tries == 0))
		return rc;
	if (rc != ENT_EGONE || (status != 404 && status != 410))
		item.gone_ms = 0;
	else if (item.gone_ms == 0)
		item.gone_ms = cursor->call->now_ms;
	if (item.tries >= GONE_TRIES && item.gone_ms > 0 && cursor->call->now_ms - item.gone_ms >= GONE_MS) {
		*cursor->err = (struct ent_err){0};
		sdk_changes_add(&cursor->list, ENT_TICKET_REMOVED)->ticket.id = item.ticket;
		cursor_todo_drop(cursor, 0);
		cursor->at.tell_begin = 0;
		cursor->at.tell_end = 1;
		return ENT_OK;
	}
	/* The tool answered it with success, or was asked again while it answered its list. */
	if ((status >= 200 && status < 300 && rc != ENT_ERETRY) || item.tries > 0) {
		cursor_todo_drop(cursor, 0);
		return cursor_aside_put(cursor, &item, why);
	}
	*cursor->err = (struct ent_err){0};
	cursor->doubt = why;
	return ENT_OK;
}

/* ---- the list ----------------------------------------------------------------------------------- */

/* It was asked for to see whether the tool answers: then the first item is at fault. */
static enum ent_rc doubt_end(struct sdk_cursor *cursor)
{
	struct sdk_cursor_item item = cursor->todo[0];
	struct ent_said why = cursor->doubt;

	cursor->list.n = 0;
	cursor->doubt = SDK_SILENCE;
	cursor_todo_drop(cursor, 0);
	return cursor_aside_put(cursor, &item, why);
}

static enum ent_rc list_failed(struct sdk_cursor *cursor, enum ent_rc rc)
{
	const struct ent_err why = *cursor->err;

	cursor->list.n = 0;
	if (!cursor_token_drop(cursor, rc))
		return rc;
	cursor->note =
	    sdk_say(cursor->arena, "poll.cursor_refused",
		    "the tool refused its own cursor for the next page ({why=%p}): the walk began anew at {at=%.*s}",
		    SDK_WHY(&why), ENT_F(sdk_time(cursor->arena, cursor->since_ms)));
	*cursor->err = (struct ent_err){0};
	return ENT_OK;
}

static enum ent_rc list_told(struct sdk_cursor *cursor)
{
	if (cursor->at.failed < 0)
		return cursor->at.failed;
	cursor->at.tell_begin = 0;
	cursor->at.tell_end = cursor->list.n;
	return cursor->at.is_page ? cursor_page_move(cursor) : ENT_OK;
}

/* ---- behind the answer ----------------------------------------------------------------------------- */

static enum ent_rc answer_take(struct sdk_cursor *cursor, enum ent_rc rc)
{
	if (cursor->goes_on) /* it said something about the supplier alone */
		return rc;
	if (!cursor->ask) {
		if (rc < ENT_OK)
			return list_failed(cursor, rc);
		return cursor->doubt.code.p ? doubt_end(cursor) : list_told(cursor);
	}
	if (rc >= ENT_OK)
		rc = item_told(cursor);
	return rc < ENT_OK ? ticket_failed(cursor, rc) : rc;
}

enum ent_rc sdk_cursor_end(struct sdk_cursor *cursor, enum ent_rc rc, struct ent_result *ret)
{
	bool more;

	rc = answer_take(cursor, rc);
	if (rc < ENT_OK) {
		ret->remote_id = cursor->ask ? sdk_dup(cursor->arena, cursor->ask->ticket) : ENT_ABSENT;
		return rc;
	}
	*cursor->err = (struct ent_err){0}; /* of a ticket that is put aside */
	if (cursor->at.n_passed > 1)
		cursor->note =
		    sdk_say(cursor->arena, "poll.and_more_rows", "{why=%p}; and {n=%zu} more rows of this page",
			    (const void *)&cursor->note, cursor->at.n_passed - 1);
	if (cursor->caught_up && cursor->n_todo == 0 && !cursor->goes_on) /* behind the list */
		cursor_aside_due(cursor);
	more = cursor->goes_on || !cursor->caught_up || cursor->n_todo > 0;
	rc = cursor_memo_write(cursor, &ret->memo);
	if (rc != ENT_OK)
		return rc;
	ret->phase = more ? 1 : 0;
	ret->note = cursor->note;
	ret->changes =
	    (struct ent_changes){cursor->list.at + cursor->at.tell_begin, cursor->at.tell_end - cursor->at.tell_begin};
	cursor_aside_tell(cursor, ret);
	return more ? ENT_MORE : ENT_OK;
}
