/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A poll reads transactions of the queue's tickets, in the order of their numbers. Each ticket they name is
 * asked for once, then the texts of comments. An item's word says which request it is, and its place how far it came:
 *
 *   t                     the ticket; place: who changed it, absent when that is its LastUpdatedBy
 *   c|p|d TRANSACTION     a comment, a reply to the requestors, a description; place: the attachment with its text
 */
#include "rt.h"

#include <string.h>

#include "sdk/time.h"

#define PAGE     60       /* transactions */
#define ZONES_MS 50400000 /* 14 h: no time zone is further from UTC */

/* A transaction that began before another one may show up after it. */
static const struct sdk_cursor_rule poll_rule = {.by = SDK_BY_KEY, .overlap_ms = 60000};

struct item {
	struct ent_str id, ticket, type, field, actor;
	int64_t created_ms;
};

/* ---- what to ask ---------------------------------------------------------------------- */

static struct ent_str list_path(const struct rt_settings *settings, const struct sdk_cursor *cursor,
				struct ent_arena *arena)
{
	struct ent_str query = sdk_format(arena, "ObjectType = 'RT::Ticket' AND TicketQueue = %.*s AND id > %.*s",
					  ENT_F(rt_quote(arena, settings->queue)),
					  ENT_F(cursor->token.n > 0 ? cursor->token : ENT_STR("0")));
	struct ent_str kinds =
	    ENT_STR("Type = 'Create' OR Type = 'Correspond' OR Type = 'Comment' OR Type = 'Status' OR "
		    "Type = 'Set' OR Type = 'AddLink'");

	if (cursor->token.n == 0 && cursor->since_ms > ZONES_MS) { /* 2026-11-22T04:18:45.000Z */
		struct ent_str time = sdk_time(arena, cursor->since_ms - ZONES_MS);

		query = sdk_format(arena, "%.*s AND Created > '%.10s %.8s'", ENT_F(query), time.p, time.p + 11);
	}
	if (settings->number_field.n > 0)
		kinds = sdk_format(arena, "%.*s OR Type = 'CustomField'", ENT_F(kinds));
	query = sdk_format(arena, "%.*s AND (%.*s)", ENT_F(query), ENT_F(kinds));
	return sdk_http_path(
	    arena, "/transactions?query=%s&orderby=id&order=ASC&per_page=60&fields=ObjectId,Type,Field,Creator,Created",
	    &query, NULL);
}

/* The transaction of a word; absent: it is the ticket. */
static struct ent_str transaction_of(struct ent_str word)
{
	struct ent_str transaction;

	(void)sdk_cut(word, ' ', &transaction);
	return transaction;
}

static bool begins(const struct rt_settings *settings, const struct ent_call *call, const struct sdk_cursor *cursor)
{
	bool askable = !memchr(settings->queue.p, '/', settings->queue.n); /* REST2 finds no name with a slash */

	return askable && call->phase == 0 && !cursor->token.n && cursor->high_ms == 0 && !cursor->ask;
}

enum ent_rc rt_poll_build(const struct rt_settings *settings, const struct ent_call *call, struct ent_arena *arena,
			  struct ent_request *ret, struct ent_err *err)
{
	const struct sdk_cursor_item *item;
	struct sdk_cursor cursor;
	struct ent_str transaction;

	sdk_cursor_begin(&cursor, &poll_rule, call, NULL, arena, err);
	item = cursor.ask;
	transaction = item ? transaction_of(item->word) : ENT_ABSENT;
	if (begins(settings, call, &cursor))
		sdk_ask_get(ret, sdk_http_path(arena, "/queue/%s", &settings->queue, NULL));
	else if (!item)
		sdk_ask_get(ret, list_path(settings, &cursor, arena));
	else if (!transaction.p)
		sdk_ask_get(ret, rt_ticket_path(arena, item->ticket));
	else if (!item->place.n)
		sdk_ask_get(ret, sdk_http_path(arena,
					       "/transaction/%s/"
					       "attachments?fields=ContentType,Filename,ContentLength,Creator,Created&"
					       "fields%5BCreator%5D=RealName&per_page=100",
					       &transaction, NULL));
	else
		sdk_ask_get(ret,
			    sdk_http_path(arena, "/attachment/%s?fields%5BCreator%5D=RealName", &item->place, NULL));
	return ENT_OK;
}

/* ---- the list ---------------------------------------------------------------------------- */

static enum ent_rc item_read(const struct sdk_json *node, struct item *ret, struct ent_err *err)
{
	int64_t number;

	ret->id = sdk_word_at(node, "id");
	ret->ticket = sdk_word_at(node, "ObjectId");
	ret->type = sdk_word_at(node, "Type");
	ret->field = sdk_word_at(node, "Field");
	ret->actor = sdk_word_at(node, "Creator.id");
	ret->created_ms = sdk_time_at(node, "Created");
	if (!sdk_to_int(ret->id, &number) || !sdk_to_int(ret->ticket, &number) || !ret->type.p)
		return sdk_fail_as(err, ENT_EINVAL, "rt.transaction", "a transaction lacks id, ObjectId or Type");
	return ENT_OK;
}

/* Whoever set the status; else whoever set something; absent: nobody did. */
static struct ent_str actor_of(const struct sdk_json *items, struct ent_str ticket)
{
	struct ent_str set = ENT_ABSENT, status = ENT_ABSENT;

	for (const struct sdk_json *at = sdk_json_first(items); at; at = sdk_json_next(at)) {
		if (!sdk_eq(sdk_word_at(at, "ObjectId"), ticket))
			continue;
		if (sdk_json_is(at, "Type", "Status"))
			status = sdk_word_at(at, "Creator.id");
		else if (sdk_json_is(at, "Type", "Set"))
			set = sdk_word_at(at, "Creator.id");
	}
	return status.p ? status : set;
}

static char kind_of(struct ent_str type)
{
	return sdk_eqz(type, "Comment")      ? 'c'
	       : sdk_eqz(type, "Correspond") ? 'p'
	       : sdk_eqz(type, "Create")     ? 'd'
					     : '\0';
}

static void item_ask(struct sdk_cursor *cursor, const struct sdk_json *items, const struct item *item)
{
	struct ent_str actor = sdk_head(actor_of(items, item->ticket), ENT_ID_MAX);
	char kind = kind_of(item->type);

	sdk_cursor_ask(cursor, &(struct sdk_cursor_item){.ticket = item->ticket,
							 .word = ENT_STR("t"),
							 .place = actor.n ? actor : ENT_ABSENT});
	if (kind)
		sdk_cursor_ask(cursor, &(struct sdk_cursor_item){
					   .ticket = item->ticket,
					   .word = sdk_format(cursor->arena, "%c %.*s", kind, ENT_F(item->id))});
}

static enum ent_rc list_parse(struct sdk_cursor *cursor, struct ent_err *err)
{
	const struct sdk_json *root = NULL, *items = NULL;
	enum ent_rc rc = sdk_http_list(cursor->response, "items", cursor->arena, &root, &items, err);
	struct ent_str last = ENT_ABSENT, old = ENT_ABSENT;
	int64_t count = 0;

	if (rc == ENT_EGONE)
		return sdk_fail_as(err, ENT_EAUTH, "rt.url",
				   "HTTP {status=%d}: the supplier's url does not end in REST2's",
				   cursor->response->status);
	(void)sdk_json_int(sdk_json_at(root, "count"), &count);
	if (rc == ENT_OK)
		rc = sdk_list_whole(items, count, err);
	for (const struct sdk_json *at = sdk_json_first(items); at && rc == ENT_OK; at = sdk_json_next(at)) {
		struct item item;
		enum ent_rc read = item_read(at, &item, err);

		if (item.id.n)
			last = item.id;
		if (item.id.n && sdk_cursor_is_old(cursor, item.created_ms))
			old = item.id;
		if (!sdk_cursor_news(cursor, item.id, item.created_ms, ENT_STR("t")))
			continue;
		sdk_cursor_told(cursor, read, NULL);
		if (read == ENT_OK && item.created_ms >= cursor->since_ms)
			item_ask(cursor, items, &item);
	}
	if (rc == ENT_OK)
		sdk_cursor_keys(cursor, sdk_json_count(items) >= PAGE, last, old);
	return rc;
}

/* ---- answers ---------------------------------------------------------------------------- */

/* A ticket that was merged answers as the one it goes on as: here it is heard of. */
static enum ent_rc ticket_parse(const struct rt_settings *settings, struct sdk_cursor *cursor, struct ent_err *err)
{
	const struct ent_response *response = cursor->response;
	const struct sdk_json *ticket = NULL;
	struct ent_str id = cursor->ask->ticket;
	enum ent_rc rc = rt_ticket_read(response, id, cursor->arena, &ticket, err);

	if (rc == ENT_OK)
		rc = rt_ticket_add(settings, &cursor->list, ticket, sdk_http_header(response, "ETag"),
				   cursor->ask->place, err);
	if (rc != ENT_EGONE || response->status >= 300)
		return rc;
	err->msg[0] = '\0';
	if (rt_merged_add(settings, &cursor->list, ticket, response, id)) /* what was said before can still be read */
		return ENT_OK;
	sdk_changes_add(&cursor->list, ENT_TICKET_REMOVED)->ticket.id = id;
	sdk_cursor_forget(cursor, id); /* out of our sight: with all that was said there */
	return ENT_OK;
}

/* A transaction that was removed meanwhile says nothing. */
static enum ent_rc said_parse(struct sdk_cursor *cursor, struct ent_err *err)
{
	struct ent_str transaction = transaction_of(cursor->ask->word);
	struct ent_change model = {.ticket = {.id = cursor->ask->ticket}};
	char kind = cursor->ask->word.p[0];

	if (cursor->response->status == 404)
		return ENT_OK;
	if (!sdk_to_int(transaction, &model.stamp.version) || model.stamp.version < 1)
		model.stamp.version = 0;
	return cursor->ask->place.n ? rt_text_parse(cursor, &model, kind, transaction, err)
				    : rt_parts_parse(cursor, &model, kind, transaction, err);
}

/* A queue that is not there or not ours has no transactions: better refused than deaf. */
static enum ent_rc queue_parse(const struct rt_settings *settings, const struct ent_response *response,
			       struct ent_arena *arena, struct ent_err *err)
{
	const struct sdk_json *root = NULL;

	if (response->status == 403 || response->status == 404)
		return sdk_fail_as(err, ENT_EAUTH, "rt.queue",
				   "HTTP {status=%d}: there is no queue {queue=%.*s} that our user may see",
				   response->status, ENT_F(settings->queue));
	return sdk_http_json(response, arena, &root, err);
}

enum ent_rc rt_poll_parse(const struct rt_settings *settings, const struct ent_call *call,
			  const struct ent_response *response, struct ent_arena *arena, struct ent_result *ret,
			  struct ent_err *err)
{
	struct sdk_cursor cursor;
	enum ent_rc rc;

	sdk_cursor_begin(&cursor, &poll_rule, call, response, arena, err);
	if (begins(settings, call, &cursor)) {
		rc = queue_parse(settings, response, arena, err);
		cursor.goes_on = true;
	} else if (!cursor.ask) {
		rc = list_parse(&cursor, err);
	} else if (transaction_of(cursor.ask->word).p) {
		rc = said_parse(&cursor, err);
	} else {
		rc = ticket_parse(settings, &cursor, err);
	}
	return sdk_cursor_end(&cursor, rc, ret);
}
