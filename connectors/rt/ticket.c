/* SPDX-License-Identifier: Apache-2.0 */
#include "rt.h"

#include <string.h>

#include "sdk/marker.h"
#include "sdk/time.h"
#include "sdk/title.h"

#define FIELDS_MAX (64u * 1024u)
#define API        "/REST/2.0/"

struct ent_str rt_quote(struct ent_arena *arena, struct ent_str word)
{
	struct ent_str quoted;
	struct sdk_buf buf;

	sdk_buf_init(&buf, 2 * word.n + 2);
	sdk_buf_char(&buf, '\'');
	for (size_t i = 0; i < word.n; i++) {
		if (word.p[i] == '\'' || word.p[i] == '\\')
			sdk_buf_char(&buf, '\\');
		sdk_buf_char(&buf, word.p[i]);
	}
	sdk_buf_char(&buf, '\'');
	quoted = sdk_dup(arena, sdk_buf_view(&buf));
	sdk_buf_release(&buf);
	return quoted;
}

struct ent_str rt_ticket_path(struct ent_arena *arena, struct ent_str id)
{
	return sdk_http_path(
	    arena, "/ticket/%s?fields%5BQueue%5D=Name&fields%5BOwner%5D=RealName&fields%5BLastUpdatedBy%5D=RealName",
	    &id, NULL);
}

enum ent_rc rt_ticket_read(const struct ent_response *response, struct ent_str id, struct ent_arena *arena,
			   const struct sdk_json **ret, struct ent_err *err)
{
	struct ent_str answers = ENT_ABSENT;
	enum ent_rc rc;

	rc = sdk_http_json(response, arena, ret, err);
	if (rc == ENT_EAUTH && response->status == 403) /* this ticket is not for our user to see */
		return ENT_EGONE;
	if (rc == ENT_OK)
		rc = sdk_id_at(*ret, "id", &answers, err);
	if (rc == ENT_OK && !sdk_eq(answers, id))
		return sdk_fail_as(err, ENT_EGONE, "rt.merged",
				   "ticket {ticket=%.*s} was merged into ticket {into=%.*s}", ENT_F(id),
				   ENT_F(answers));
	return rc;
}

/* 1970 is how RT writes "never". */
static void set_time(struct ent_ticket *ticket, enum ent_attr attr, const struct sdk_json *node, const char *path,
		     struct ent_arena *arena)
{
	struct ent_str text;
	int64_t ms = 0;

	/* what is no time changes nothing */
	if (sdk_told_at(node, path, NULL, &text) && (!text.p || sdk_time_parse(text, 0, &ms)))
		sdk_set(ticket, attr, ms > 0 ? sdk_time(arena, ms) : ENT_ABSENT);
}

/* 0 to 100 by default, any number in between: the nearest of 100, 75, 50, 25, 0. */
static void set_priority(struct ent_ticket *ticket, struct ent_str native)
{
	int64_t n;

	sdk_set_native(ticket, ENT_PRIORITY, native);
	if (!sdk_to_int(native, &n))
		return;
	ticket->at[ENT_PRIORITY].text = n >= 88   ? ENT_STR("1")
					: n >= 63 ? ENT_STR("2")
					: n >= 38 ? ENT_STR("3")
					: n >= 13 ? ENT_STR("4")
						  : ENT_STR("5");
}

/* An object, or in some answers the name alone. */
static void set_person(struct ent_ticket *ticket, enum ent_attr attr, const struct sdk_json *person)
{
	bool is_object = sdk_json_kind(person) == SDK_JSON_OBJECT;
	struct ent_str id = is_object ? sdk_word_at(person, "id") : sdk_json_text(person);
	struct ent_str name = sdk_word_at(person, "RealName");

	if (is_object && !id.p && !name.p)
		return;
	if (sdk_eqz(id, "Nobody"))
		id = name = ENT_ABSENT;
	sdk_set_reference(ticket, attr, id, name);
}

/* {"Incident": ["ENT-000042"]}: of custom fields those that hold something. */
static void set_fields(struct ent_ticket *ticket, const struct sdk_json *fields, struct ent_arena *arena)
{
	struct sdk_buf buf;
	struct sdk_jsonw w;
	size_t n = 0;

	sdk_buf_init(&buf, FIELDS_MAX);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	for (const struct sdk_json *at = sdk_json_first(fields); at; at = sdk_json_next(at)) {
		const struct sdk_json *values = sdk_json_at(at, "values");
		struct ent_str name = sdk_word_at(at, "name");

		if (!name.p || sdk_json_count(values) == 0)
			continue;
		sdk_jsonw_key_str(&w, name);
		sdk_jsonw_raw(&w, sdk_json_print(arena, values));
		n++;
	}
	sdk_jsonw_close(&w, '}');
	if (n > 0 && !buf.failed && sdk_json_check(sdk_buf_view(&buf), NULL) == ENT_OK)
		sdk_set(ticket, ENT_FIELDS, sdk_dup(arena, sdk_buf_view(&buf)));
	sdk_buf_release(&buf);
}

static struct ent_str number_of(const struct rt_settings *settings, const struct sdk_json *ticket,
				struct ent_str subject, struct ent_str *ret_title)
{
	struct ent_str number = ENT_ABSENT, in_title;

	*ret_title = sdk_title_split(subject, &in_title);
	if (settings->number_field.n == 0)
		return in_title;
	for (const struct sdk_json *at = sdk_json_first(sdk_json_at(ticket, "CustomFields")); at;
	     at = sdk_json_next(at))
		if (sdk_eq(sdk_word_at(at, "name"), settings->number_field))
			number = sdk_json_text(sdk_json_first(sdk_json_at(at, "values")));
	return number.n > 0 && number.n <= ENT_ID_MAX ? number : ENT_ABSENT;
}

/* The page for people: the REST address with another path. */
static void set_url(struct ent_ticket *ticket, const struct sdk_json *node, struct ent_arena *arena)
{
	for (const struct sdk_json *at = sdk_json_first(sdk_json_at(node, "_hyperlinks")); at; at = sdk_json_next(at)) {
		struct ent_str url = sdk_word_at(at, "_url");
		const char *api = url.n > 0 ? memmem(url.p, url.n, API, sizeof(API) - 1) : NULL;

		if (api && sdk_json_is(at, "ref", "self"))
			sdk_set(ticket, ENT_URL,
				sdk_format(arena, "%.*s/Ticket/Display.html?id=%.*s", (int)(api - url.p), url.p,
					   ENT_F(ticket->id)));
	}
}

static void attributes_set(const struct rt_settings *settings, struct ent_change *change, const struct sdk_json *node,
			   struct ent_arena *arena)
{
	struct ent_ticket *ticket = &change->ticket;
	const struct sdk_json *owner = sdk_json_at(node, "Owner"), *requestor = sdk_json_at(node, "Requestor");
	struct ent_str title, word;

	change->correlation.number = number_of(settings, node, sdk_json_text_at(node, "Subject"), &title);
	if (sdk_told_at(node, "Subject", NULL, &word))
		sdk_set(ticket, ENT_TITLE, sdk_dialect_read_title(arena, SDK_MAIL_SUBJECT, title));
	if (sdk_word_at(node, "Status").p)
		sdk_set_native(ticket, ENT_STATUS, sdk_word_at(node, "Status"));
	if (sdk_word_at(node, "Priority").p)
		set_priority(ticket, sdk_word_at(node, "Priority"));
	if (sdk_word_at(node, "Queue.Name").p)
		sdk_set_reference(ticket, ENT_TEAM, sdk_word_at(node, "Queue.id"), sdk_word_at(node, "Queue.Name"));
	if (owner && sdk_json_kind(owner) != SDK_JSON_ARRAY)
		set_person(ticket, ENT_ASSIGNEE, owner);
	if (requestor)
		set_person(ticket, ENT_REQUESTER,
			   sdk_json_kind(requestor) == SDK_JSON_ARRAY ? sdk_json_first(requestor) : requestor);
	set_time(ticket, ENT_OPENED_AT, node, "Created", arena);
	set_time(ticket, ENT_DUE_AT, node, "Due", arena);
	set_url(ticket, node, arena);
	set_fields(ticket, sdk_json_at(node, "CustomFields"), arena);
}

enum ent_rc rt_ticket_add(const struct rt_settings *settings, struct sdk_changes *list, const struct sdk_json *ticket,
			  struct ent_str etag, struct ent_str actor, struct ent_err *err)
{
	bool is_deleted = sdk_json_is(ticket, "Status", "deleted");
	struct ent_change head = {0}, *change;
	struct ent_str quoted = sdk_trim(etag);
	enum ent_rc rc = sdk_id_at(ticket, "id", &head.ticket.id, err);

	if (rc != ENT_OK)
		return rc;
	head.stamp.time_ms = sdk_time_at(ticket, "LastUpdated");
	if (quoted.n > 2 && quoted.p[0] == '"' &&
	    (!sdk_to_int((struct ent_str){quoted.p + 1, quoted.n - 2}, &head.stamp.version) || head.stamp.version < 1))
		head.stamp.version = 0;
	head.actor = sdk_person_at(ticket, "LastUpdatedBy.id", "LastUpdatedBy.RealName");
	if (actor.n > 0 && !sdk_eq(actor, head.actor.id))
		head.actor = (struct ent_person){actor, ENT_ABSENT};
	change = sdk_changes_beside(list, &head, is_deleted ? ENT_TICKET_REMOVED : ENT_TICKET_CHANGED);
	if (!is_deleted)
		attributes_set(settings, change, ticket, list->arena);
	return ENT_OK;
}

bool rt_merged_add(const struct rt_settings *settings, struct sdk_changes *list, const struct sdk_json *ticket,
		   const struct ent_response *response, struct ent_str id)
{
	struct ent_str answers = sdk_word_at(ticket, "id");
	struct ent_err ignored;

	if (response->status != 200 || !answers.n || sdk_eq(answers, id))
		return false;
	sdk_continues(list, id, answers, ENT_ABSENT);
	return rt_ticket_add(settings, list, ticket, sdk_http_header(response, "ETag"), ENT_ABSENT, &ignored) == ENT_OK;
}
