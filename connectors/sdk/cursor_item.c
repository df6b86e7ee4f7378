/* SPDX-License-Identifier: Apache-2.0 */
/* The items that the cursor asks for one by one: tickets that the list named, and those that were put aside. */
#include "sdk/cursor_item.h"
#include "sdk/cursor_list.h"

#include <string.h>

#define PAUSE_MS     15000 /* before the first time it is asked for again; then twice that, and so on */
#define PAUSE_MAX_MS (6 * 3600000LL)
#define DUE_MAX      5   /* of them in one walk: each may take as long as a request may, and the list waits */
#define ITEM_SIZE    100 /* bytes of an item's numbers, quotes and commas */

static size_t said_size(const struct ent_said *said)
{
	return said->code.n + said->params.n + sdk_jsonw_size(sdk_or_empty(said->text));
}

static size_t item_size(const struct sdk_cursor_item *item)
{
	return ITEM_SIZE + sdk_jsonw_size(item->ticket) + sdk_jsonw_size(item->key) + sdk_jsonw_size(item->word) +
	       sdk_jsonw_size(item->place) + said_size(&item->reason);
}

bool cursor_item_fits(const struct sdk_cursor_item *item)
{
	return item->ticket.n > 0 && item->ticket.n <= ENT_ID_MAX && item->key.n <= ENT_ID_MAX &&
	       item->word.n <= CURSOR_WORD_MAX && item->place.n <= CURSOR_WORD_MAX &&
	       item_size(item) < CURSOR_TODO_SIZE;
}

static bool is_same(const struct sdk_cursor_item *a, const struct sdk_cursor_item *b)
{
	return sdk_eq(a->ticket, b->ticket) && sdk_eq(a->word, b->word);
}

/* ---- what is to be asked for ------------------------------------------------------------- */

bool cursor_todo_read(struct sdk_cursor *cursor, const struct sdk_cursor_item *item)
{
	if (cursor->n_todo == CURSOR_TODO_MAX + 1)
		return false;
	cursor->todo[cursor->n_todo++] = *item;
	cursor->todo_size += item_size(item);
	return true;
}

bool cursor_todo_add(struct sdk_cursor *cursor, const struct sdk_cursor_item *item)
{
	bool fits = cursor->n_todo == 0 || cursor->todo_size + item_size(item) <= CURSOR_TODO_SIZE;

	return fits && cursor->n_todo < CURSOR_TODO_MAX && cursor_todo_read(cursor, item);
}

void cursor_todo_drop(struct sdk_cursor *cursor, size_t i)
{
	cursor->todo_size -= item_size(&cursor->todo[i]);
	cursor->n_todo--;
	memmove(cursor->todo + i, cursor->todo + i + 1, (cursor->n_todo - i) * sizeof *cursor->todo);
}

/* One was just dropped, so there is room; a place may be longer than the one before. */
void cursor_todo_first(struct sdk_cursor *cursor, const struct sdk_cursor_item *item)
{
	memmove(cursor->todo + 1, cursor->todo, cursor->n_todo * sizeof *cursor->todo);
	cursor->todo[0] = *item;
	cursor->todo_size += item_size(item);
	cursor->n_todo++;
}

void sdk_cursor_forget(struct sdk_cursor *cursor, struct ent_str ticket)
{
	for (size_t i = cursor->n_todo; i > 1; i--) /* the first one is just being answered */
		if (sdk_eq(cursor->todo[i - 1].ticket, ticket))
			cursor_todo_drop(cursor, i - 1);
	for (size_t i = cursor->n_aside; i > 0; i--)
		if (sdk_eq(cursor->aside[i - 1].ticket, ticket)) {
			cursor->n_aside--;
			memmove(cursor->aside + i - 1, cursor->aside + i,
				(cursor->n_aside - (i - 1)) * sizeof *cursor->aside);
		}
}

void cursor_todo_want(struct sdk_cursor *cursor, const struct sdk_cursor_item *item)
{
	struct sdk_cursor_item *aside;

	aside = cursor_aside_find(cursor, item);
	if (aside) { /* it changed: asked for behind the list, from where it stood */
		aside->next_ms = 0;
		aside->gone_ms = 0;
		return;
	}
	for (size_t i = 0; i < cursor->n_todo; i++)
		if (is_same(&cursor->todo[i], item))
			return;
	if (!cursor_todo_add(cursor, item))
		cursor_row_undo(cursor);
}

/* ---- put aside ----------------------------------------------------------------------------- */

struct sdk_cursor_item *cursor_aside_find(struct sdk_cursor *cursor, const struct sdk_cursor_item *item)
{
	for (size_t i = 0; i < cursor->n_aside; i++)
		if (is_same(&cursor->aside[i], item))
			return &cursor->aside[i];
	return NULL;
}

static int64_t pause_ms(int64_t tries)
{
	return tries > 12 || PAUSE_MS << (tries - 1) > PAUSE_MAX_MS ? PAUSE_MAX_MS : PAUSE_MS << (tries - 1);
}

/* Room for one more; those that are being asked for again may come back. */
static bool aside_has_room(const struct sdk_cursor *cursor, const struct sdk_cursor_item *item)
{
	size_t n = cursor->n_aside, size = item_size(item);

	for (size_t i = 0; i < cursor->n_aside; i++)
		size += item_size(&cursor->aside[i]);
	for (size_t i = 0; i < cursor->n_todo; i++)
		if (cursor->todo[i].tries > 0) {
			size += item_size(&cursor->todo[i]);
			n++;
		}
	return n < ENT_ASIDE_MAX && size <= CURSOR_ASIDE_SIZE;
}

/* There is no more room: one whose pause is over makes some. It becomes the next that is asked for. */
static struct sdk_cursor_item *aside_make_room(struct sdk_cursor *cursor)
{
	for (size_t i = 0; i < cursor->n_aside; i++)
		if (cursor->aside[i].next_ms <= cursor->call->now_ms && cursor->n_todo < CURSOR_TODO_MAX) {
			cursor_todo_first(cursor, &cursor->aside[i]);
			return &cursor->aside[i];
		}
	return NULL;
}

struct ent_said cursor_why(const struct sdk_cursor *cursor, struct ent_said why)
{
	if (!why.code.n)
		return sdk_say(cursor->arena, "poll.no_reason", "no reason is known");
	if (said_size(&why) > CURSOR_REASON_MAX)
		return sdk_say(cursor->arena, SDK_SAID_PLAIN, "{said=%.*s}",
			       ENT_F(sdk_head(why.text, CURSOR_TEXT_MAX)));
	return sdk_said_dup(cursor->arena, why);
}

enum ent_rc cursor_aside_put(struct sdk_cursor *cursor, const struct sdk_cursor_item *item, struct ent_said reason)
{
	struct sdk_cursor_item put = *item, *to = cursor_aside_find(cursor, item);
	int64_t now_ms = cursor->call->now_ms;

	if (to)
		put.tries = to->tries;
	put.tries++;
	if (put.aside_ms == 0)
		put.aside_ms = now_ms;
	put.next_ms = now_ms + pause_ms(put.tries);
	put.reason = cursor_why(cursor, reason);
	if (!to && aside_has_room(cursor, &put))
		to = &cursor->aside[cursor->n_aside++];
	if (!to)
		to = aside_make_room(cursor);
	if (!to)
		return sdk_fail_as(cursor->err, ENT_EINVAL, "poll.aside_full",
				   "{n=%zu} tickets are put aside, more are not kept: the poll waits at ticket "
				   "{ticket=%.*s} until one of them can be read ({why=%p})",
				   cursor->n_aside, ENT_F(item->ticket), (const void *)&put.reason);
	*to = put;
	*cursor->err = (struct ent_err){0};
	return ENT_OK;
}

void cursor_aside_due(struct sdk_cursor *cursor)
{
	size_t n = 0, n_due = 0;

	for (size_t i = 0; i < cursor->n_aside; i++) {
		bool due = cursor->aside[i].next_ms <= cursor->call->now_ms && n_due < DUE_MAX;

		if (due && cursor_todo_add(cursor, &cursor->aside[i]))
			n_due++;
		else
			cursor->aside[n++] = cursor->aside[i];
	}
	cursor->n_aside = n;
}

static void item_tell(const struct sdk_cursor_item *item, struct ent_result *ret, struct ent_aside *aside)
{
	for (size_t i = 0; i < ret->n_aside; i++)
		if (sdk_eq(aside[i].ticket, item->ticket))
			return; /* several requests of one ticket: the first says why */
	aside[ret->n_aside++] = (struct ent_aside){.ticket = item->ticket,
						   .key = item->key,
						   .reason = item->reason,
						   .tries = item->tries < INT32_MAX ? (unsigned)item->tries : INT32_MAX,
						   .since_ms = item->aside_ms,
						   .next_ms = item->next_ms};
}

/* Also what is being asked for again: it is put aside until it is told. */
void cursor_aside_tell(const struct sdk_cursor *cursor, struct ent_result *ret)
{
	struct ent_aside *aside = SDK_NEW_N(cursor->arena, struct ent_aside, cursor->n_aside + cursor->n_todo + 1);

	ret->n_aside = 0;
	for (size_t i = 0; i < cursor->n_todo; i++)
		if (cursor->todo[i].tries > 0)
			item_tell(&cursor->todo[i], ret, aside);
	for (size_t i = 0; i < cursor->n_aside; i++)
		item_tell(&cursor->aside[i], ret, aside);
	ret->aside = aside;
}
