/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happened since: transactions of the queue's tickets, in the order of their numbers.
 * Each ticket they name is asked for once, then the texts of comments. What is still to be
 * asked for, as words:
 *
 *   t TICKET ACTOR                 the ticket; who changed it, "" when that is its LastUpdatedBy
 *   c|p|d TRANSACTION TICKET       the parts of a comment, a reply to the requestors, a description
 *   C|P|D ATTACHMENT TRANSACTION TICKET   its text
 */
#include "rt.h"

#include <string.h>

#include "sdk/time.h"

#define PAGE     60       /* transactions */
#define WINDOW   40       /* of them that are listed again, for those that show up late */
#define ZONES_MS 50400000 /* 14 h: no time zone is further from UTC */

struct item {
	struct ent_str id, ticket, type, field, actor;
	int64_t created_ms;
};

/* ---- what to ask ---------------------------------------------------------------------- */

static struct ent_str list_path(const struct rt_settings *settings, const struct sdk_walk *walk,
				struct ent_arena *arena)
{
	struct ent_str query =
	    sdk_format(arena, "ObjectType = 'RT::Ticket' AND TicketQueue = %.*s AND id > %.*s",
		       ENT_F(rt_quote(arena, settings->queue)), ENT_F(walk->from.n > 0 ? walk->from : ENT_STR("0")));
	struct ent_str kinds =
	    ENT_STR("Type = 'Create' OR Type = 'Correspond' OR Type = 'Comment' OR Type = 'Status' OR "
		    "Type = 'Set' OR Type = 'AddLink'");

	if (walk->from.n == 0 && walk->since_ms > ZONES_MS) { /* 2026-11-22T04:18:45.000Z */
		struct ent_str time = sdk_time(arena, walk->since_ms - ZONES_MS);

		query = sdk_format(arena, "%.*s AND Created > '%.10s %.8s'", ENT_F(query), time.p, time.p + 11);
	}
	if (settings->number_field.n > 0)
		kinds = sdk_format(arena, "%.*s OR Type = 'CustomField'", ENT_F(kinds));
	query = sdk_format(arena, "%.*s AND (%.*s)", ENT_F(query), ENT_F(kinds));
	return sdk_http_path(
	    arena, "/transactions?query=%s&orderby=id&order=ASC&per_page=60&fields=ObjectId,Type,Field,Creator,Created",
	    &query, NULL);
}

static struct ent_str word_take(struct ent_str *rest)
{
	return sdk_cut(*rest, ' ', rest);
}

static bool begins(const struct rt_settings *settings, const struct ent_call *call, const struct sdk_walk *walk)
{
	bool askable = !memchr(settings->queue.p, '/', settings->queue.n); /* REST2 finds no name with a slash */

	return askable && call->phase == 0 && walk->from.n == 0 && walk->seen.n == 0 && walk->todo.n == 0;
}

enum ent_rc rt_poll_build(const struct rt_settings *settings, const struct ent_call *call, struct ent_arena *arena,
			  struct ent_request *ret, struct ent_err *err)
{
	struct sdk_walk *walk;
	struct ent_str rest, kind, id;
	enum ent_rc rc = sdk_walk_read(call, arena, &walk, err);

	if (rc != ENT_OK)
		return rc;
	rest = sdk_walk_first(walk);
	kind = word_take(&rest);
	id = word_take(&rest);
	if (begins(settings, call, walk))
		sdk_ask_get(ret, sdk_http_path(arena, "/queue/%s", &settings->queue, NULL));
	else if (kind.n == 0)
		sdk_ask_get(ret, list_path(settings, walk, arena));
	else if (kind.p[0] == 't')
		sdk_ask_get(ret, rt_ticket_path(arena, id));
	else if (kind.p[0] >= 'a')
		sdk_ask_get(ret, sdk_http_path(arena,
					       "/transaction/%s/"
					       "attachments?fields=ContentType,Filename,ContentLength,Creator,Created&"
					       "fields%5BCreator%5D=RealName&per_page=100",
					       &id, NULL));
	else
		sdk_ask_get(ret, sdk_http_path(arena, "/attachment/%s?fields%5BCreator%5D=RealName", &id, NULL));
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
		return sdk_fail(err, ENT_EINVAL, "a transaction lacks id, ObjectId or Type");
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

static struct ent_str ticket_of(struct ent_str word)
{
	struct ent_str kind = word_take(&word), id = word_take(&word);

	while (!sdk_eqz(kind, "t") && word.n > 0)
		id = word_take(&word);
	return id;
}

static bool has_ticket(const struct sdk_walk *walk, struct ent_str ticket)
{
	for (size_t i = 0; i < walk->todo.n; i++)
		if (walk->todo.at[i].p[0] == 't' && sdk_eq(ticket_of(walk->todo.at[i]), ticket))
			return true;
	return false;
}

/* False: no room, it is for the next page. */
static bool item_take(struct sdk_walk *walk, const struct sdk_json *items, const struct item *item)
{
	struct ent_arena *arena = walk->arena;
	char kind = kind_of(item->type);

	if (!has_ticket(walk, item->ticket) &&
	    !sdk_walk_add(walk, sdk_format(arena, "t %.*s %.*s", ENT_F(item->ticket),
					   ENT_F(sdk_head(actor_of(items, item->ticket), ENT_ID_MAX)))))
		return false;
	return !kind ||
	       sdk_walk_add(walk, sdk_format(arena, "%c %.*s %.*s", kind, ENT_F(item->id), ENT_F(item->ticket)));
}

/* What was seen before and is not on this page lies behind it. */
static void seen_renew(struct sdk_walk *walk, const struct sdk_walk_words *page)
{
	struct sdk_walk_words old = walk->seen;

	sdk_walk_forget(walk, old.n);
	for (size_t i = 0; i < page->n; i++)
		(void)sdk_walk_see(walk, page->at[i]); /* SDK_WALK_WORDS_MAX is more than PAGE and WINDOW */
	for (size_t i = 0; i < old.n; i++)
		if (!sdk_walk_has_seen(walk, old.at[i]))
			(void)sdk_walk_see(walk, old.at[i]);
	if (walk->seen.n > WINDOW) {
		walk->from = walk->seen.at[walk->seen.n - WINDOW - 1];
		sdk_walk_forget(walk, walk->seen.n - WINDOW);
	}
}

static enum ent_rc list_parse(struct sdk_walk *walk, const struct ent_response *response, struct ent_err *err)
{
	const struct sdk_json *root = NULL, *items;
	struct sdk_walk_words page = {.n = 0};
	enum ent_rc rc = sdk_http_json(response, walk->arena, &root, err);

	items = sdk_json_at(root, "items");
	if (rc == ENT_EGONE)
		return sdk_fail(err, ENT_EAUTH, "HTTP %d: the supplier's url does not end in REST2's",
				response->status);
	if (rc == ENT_OK && sdk_json_kind(items) != SDK_JSON_ARRAY)
		return sdk_fail(err, ENT_EINVAL, "the list of transactions has no items");
	walk->more = sdk_json_count(items) >= PAGE;
	for (const struct sdk_json *at = sdk_json_first(items); at && rc == ENT_OK; at = sdk_json_next(at)) {
		struct item item;

		rc = item_read(at, &item, err);
		if (rc != ENT_OK || page.n == SDK_WALK_WORDS_MAX)
			break;
		if (!sdk_walk_has_seen(walk, item.id) && item.created_ms >= walk->since_ms &&
		    !item_take(walk, items, &item)) {
			walk->more = true;
			break;
		}
		page.at[page.n++] = item.id;
	}
	if (rc == ENT_OK)
		seen_renew(walk, &page);
	return rc;
}

/* ---- answers ---------------------------------------------------------------------------- */

static enum ent_rc ticket_parse(const struct rt_settings *settings, struct sdk_walk *walk,
				const struct ent_response *response, struct ent_str id, struct ent_str actor,
				struct sdk_changes *list, struct ent_err *err)
{
	const struct sdk_json *ticket = NULL;
	enum ent_rc rc = rt_ticket_read(response, id, walk->arena, &ticket, err);

	if (rc == ENT_OK)
		rc = rt_ticket_add(settings, list, ticket, sdk_http_header(response, "ETag"), actor, err);
	if (rc == ENT_OK)
		sdk_walk_drop(walk);
	if (rc != ENT_EGONE)
		return rc;
	err->msg[0] = '\0';
	if (rt_merged_add(settings, list, ticket, response, id)) { /* what was said before can still be read */
		sdk_walk_drop(walk);
		return ENT_OK;
	}
	/* out of our sight: with all that was said there */
	sdk_changes_add(list, ENT_TICKET_REMOVED)->ticket.id = id;
	for (size_t i = walk->todo.n; i > 0; i--)
		if (sdk_eq(ticket_of(walk->todo.at[i - 1]), id))
			sdk_walk_drop_at(walk, i - 1);
	return ENT_OK;
}

/* What was removed meanwhile, or is not ours to see, says nothing. */
static enum ent_rc said_parse(struct sdk_walk *walk, const struct ent_response *response, char kind,
			      struct ent_str rest, struct sdk_changes *list, struct ent_err *err)
{
	struct ent_str id = word_take(&rest), transaction = kind >= 'a' ? id : word_take(&rest);
	struct ent_change model = {.ticket = {.id = rest}};

	if (response->status == 403 || response->status == 404) {
		sdk_walk_drop(walk);
		return ENT_OK;
	}
	if (!sdk_to_int(transaction, &model.stamp.version) || model.stamp.version < 1)
		model.stamp.version = 0;
	return kind >= 'a' ? rt_parts_parse(walk, response, &model, kind, transaction, list, err)
			   : rt_text_parse(walk, response, &model, kind, transaction, list, err);
}

/* A queue that is not there or not ours has no transactions: better refused than deaf. */
static enum ent_rc queue_parse(const struct rt_settings *settings, const struct ent_response *response,
			       struct ent_arena *arena, struct ent_err *err)
{
	const struct sdk_json *root = NULL;

	if (response->status == 403 || response->status == 404)
		return sdk_fail(err, ENT_EAUTH, "HTTP %d: there is no queue %.*s that our user may see",
				response->status, ENT_F(settings->queue));
	return sdk_http_json(response, arena, &root, err);
}

enum ent_rc rt_poll_parse(const struct rt_settings *settings, const struct ent_call *call,
			  const struct ent_response *response, struct ent_arena *arena, struct ent_result *ret,
			  struct ent_err *err)
{
	struct ent_str rest, kind;
	struct sdk_changes list;
	struct sdk_walk *walk;
	enum ent_rc rc = sdk_walk_read(call, arena, &walk, err);

	if (rc != ENT_OK)
		return rc;
	sdk_changes_init(&list, arena);
	rest = sdk_walk_first(walk);
	kind = word_take(&rest);
	if (begins(settings, call, walk)) {
		rc = queue_parse(settings, response, arena, err);
		walk->more = true;
	} else if (kind.n == 0) {
		rc = list_parse(walk, response, err);
	} else if (kind.p[0] == 't') {
		struct ent_str id = word_take(&rest);

		rc = ticket_parse(settings, walk, response, id, rest, &list, err);
	} else {
		rc = said_parse(walk, response, kind.p[0], rest, &list, err);
	}
	if (sdk_walk_aside(walk, call, response, rc)) {
		err->msg[0] = '\0';
		sdk_changes_init(&list, arena);
		rc = ENT_OK;
	}
	if (rc == ENT_OK)
		rc = sdk_changes_take(&list, &ret->changes, err);
	return rc == ENT_OK ? sdk_walk_end(walk, ret) : rc;
}
