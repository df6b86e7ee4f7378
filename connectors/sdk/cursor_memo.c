/* SPDX-License-Identifier: Apache-2.0 */
/* Where a poll stands, as JSON. */
#include "sdk/cursor_item.h"
#include "sdk/cursor_memo.h"
#include "sdk/cursor_seen.h"
#include "sdk/said.h"

#include <string.h>

/* ---- reading -------------------------------------------------------------------------- */

/* [ticket, key, word, place, skip, parts] and, of what was put aside, [.., tries, since, next, gone, reason]. */
static bool item_read(struct ent_arena *arena, const struct sdk_json *node, struct sdk_cursor_item *ret)
{
	struct ent_str *const word[] = {&ret->ticket, &ret->key, &ret->word, &ret->place};
	int64_t *const number[] = {&ret->skip, &ret->parts};
	int64_t *const more[] = {&ret->tries, &ret->aside_ms, &ret->next_ms, &ret->gone_ms};
	const struct sdk_json *at = sdk_json_first(node);

	*ret = (struct sdk_cursor_item){0};
	for (size_t i = 0; i < 4; i++, at = sdk_json_next(at))
		*word[i] = sdk_json_text(at);
	for (size_t i = 0; i < 2; i++, at = sdk_json_next(at))
		if (!sdk_json_int(at, number[i]))
			return false;
	if (!at)
		return ret->ticket.n > 0;
	for (size_t i = 0; i < 4; i++, at = sdk_json_next(at))
		if (!sdk_json_int(at, more[i]))
			return false;
	ret->reason = sdk_said_read(arena, at);
	return ret->ticket.n > 0 && ret->tries > 0;
}

static bool items_read(struct sdk_cursor *cursor, const struct sdk_json *root)
{
	struct sdk_cursor_item item;

	for (const struct sdk_json *at = sdk_json_first(sdk_json_at(root, "todo")); at; at = sdk_json_next(at))
		if (!item_read(cursor->arena, at, &item) || !cursor_todo_read(cursor, &item))
			return false;
	for (const struct sdk_json *at = sdk_json_first(sdk_json_at(root, "aside")); at; at = sdk_json_next(at)) {
		if (cursor->n_aside == ENT_ASIDE_MAX || !item_read(cursor->arena, at, &item) || item.tries == 0)
			return false;
		cursor->aside[cursor->n_aside++] = item;
	}
	return true;
}

bool cursor_memo_read(struct sdk_cursor *cursor, struct ent_str memo)
{
	const struct sdk_json *root = NULL;
	struct ent_err unread;

	if (sdk_json_parse(cursor->arena, memo, &root, &unread) != ENT_OK ||
	    !sdk_json_int(sdk_json_at(root, "since"), &cursor->since_ms) ||
	    !sdk_json_int(sdk_json_at(root, "page"), &cursor->page) ||
	    !sdk_json_int(sdk_json_at(root, "high"), &cursor->high_ms) || cursor->since_ms < 0 || cursor->page < 0)
		return false;
	cursor->before_ms = cursor->high_ms;
	cursor->token = sdk_json_text_at(root, "token");
	cursor->back = sdk_json_text_at(root, "back");
	cursor->doubt = sdk_said_read(cursor->arena, sdk_json_at(root, "doubt"));
	cursor->caught_up = sdk_json_bool(sdk_json_at(root, "caught_up"), false);
	cursor->is_down = sdk_json_int(sdk_json_at(root, "down"), &cursor->up_ms);
	cursor->is_dropped = sdk_json_int(sdk_json_at(root, "dropped"), &cursor->dropped_ms);
	if (!sdk_json_int(sdk_json_at(root, "began"), &cursor->began_ms))
		cursor->began_ms = 0;
	if (!sdk_json_int(sdk_json_at(root, "skip"), &cursor->skip))
		cursor->skip = 0;
	return cursor_seen_read(cursor, sdk_json_at(root, "seen")) && items_read(cursor, root) &&
	       (!cursor->doubt.code.p || cursor->n_todo > 0);
}

/* ---- writing --------------------------------------------------------------------------- */

static void items_write(struct sdk_jsonw *w, const char *key, const struct sdk_cursor_item *item, size_t n)
{
	if (n == 0)
		return;
	sdk_jsonw_key(w, key);
	sdk_jsonw_open(w, '[');
	for (; n > 0; n--, item++) {
		sdk_jsonw_open(w, '[');
		sdk_jsonw_str(w, item->ticket);
		sdk_jsonw_str(w, item->key);
		sdk_jsonw_str(w, item->word);
		sdk_jsonw_str(w, item->place);
		sdk_jsonw_int(w, item->skip);
		sdk_jsonw_int(w, item->parts);
		if (item->tries > 0) {
			sdk_jsonw_int(w, item->tries);
			sdk_jsonw_int(w, item->aside_ms);
			sdk_jsonw_int(w, item->next_ms);
			sdk_jsonw_int(w, item->gone_ms);
			sdk_said_print(w, item->reason);
		}
		sdk_jsonw_close(w, ']');
	}
	sdk_jsonw_close(w, ']');
}

enum ent_rc cursor_memo_write(const struct sdk_cursor *cursor, struct ent_str *ret)
{
	struct sdk_jsonw w;
	struct sdk_buf buf;

	sdk_buf_init(&buf, ENT_MEMO_MAX);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kint(&w, "since", cursor->since_ms);
	sdk_jsonw_kint(&w, "page", cursor->page);
	sdk_jsonw_kstr_opt(&w, "token", cursor->token);
	sdk_jsonw_kstr_opt(&w, "back", cursor->back);
	sdk_jsonw_kint(&w, "high", cursor->high_ms);
	if (cursor->caught_up) /* the same memo as before when nothing was new: then there is nothing to store */
		sdk_jsonw_kbool(&w, "caught_up", true);
	else
		sdk_jsonw_kint(&w, "began", cursor->began_ms);
	if (cursor->is_down)
		sdk_jsonw_kint(&w, "down", cursor->up_ms);
	if (cursor->skip > 0)
		sdk_jsonw_kint(&w, "skip", cursor->skip);
	if (cursor->is_dropped)
		sdk_jsonw_kint(&w, "dropped", cursor->dropped_ms);
	cursor_seen_write(cursor, &w);
	sdk_said_kprint(&w, "doubt", cursor->doubt);
	items_write(&w, "todo", cursor->todo, cursor->n_todo);
	items_write(&w, "aside", cursor->aside, cursor->n_aside);
	sdk_jsonw_close(&w, '}');
	bool fits = !buf.failed;
	if (fits)
		*ret = sdk_dup(cursor->arena, sdk_buf_view(&buf));
	sdk_buf_release(&buf);
	return fits ? ENT_OK
		    : sdk_fail_as(cursor->err, ENT_EINVAL, "poll.memo_large",
				  "what the poll has to keep is longer than {most=%d} bytes", ENT_MEMO_MAX);
}
