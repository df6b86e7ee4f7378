/* SPDX-License-Identifier: Apache-2.0 */
/* Steps that most connectors take with a tool's JSON. */
#include "sdk/webhook_json.h"

#include <string.h>

#include "sdk/crypto.h"
#include "sdk/time.h"

#define FIELDS_MAX (256u * 1024u)

enum ent_rc sdk_body_object(struct ent_arena *arena, struct ent_str body, const struct sdk_json **ret,
			    struct ent_err *err)
{
	const struct sdk_json *root = NULL;
	enum ent_rc rc = sdk_json_parse(arena, sdk_json_mend(arena, body), &root, err);

	if (rc != ENT_OK)
		return rc;
	if (sdk_json_kind(root) != SDK_JSON_OBJECT)
		return sdk_fail_as(err, ENT_EINVAL, "webhook.no_object", "the body is JSON, but no object");
	*ret = root;
	return ENT_OK;
}

enum ent_rc sdk_id_at(const struct sdk_json *node, const char *path, struct ent_str *ret, struct ent_err *err)
{
	const struct sdk_json *at = sdk_json_at(node, path);
	enum sdk_json_kind kind = sdk_json_kind(at);
	struct ent_str id = sdk_json_text(at);
	int64_t number;

	if (!at || kind == SDK_JSON_NULL)
		return sdk_fail_as(err, ENT_EINVAL, "json.missing", "{path=%s} is missing", path);
	if (kind != SDK_JSON_STRING && (kind != SDK_JSON_NUMBER || !sdk_json_int(at, &number)))
		return sdk_fail_as(err, ENT_EINVAL, "webhook.id_kind", "{path=%s} is neither a string nor an integer",
				   path);
	if (id.n == 0 || id.n > ENT_ID_MAX)
		return sdk_fail_as(err, ENT_EINVAL, "webhook.id_size",
				   "{path=%s} has {bytes=%zu} bytes, an id has 1 to {most=%d}", path, id.n, ENT_ID_MAX);
	*ret = id;
	return ENT_OK;
}

struct ent_str sdk_word_at(const struct sdk_json *node, const char *path)
{
	struct ent_str text = sdk_json_text_at(node, path);

	return text.n > 0 ? text : ENT_ABSENT;
}

struct ent_str sdk_or_empty(struct ent_str s)
{
	return s.p ? s : ENT_STR("");
}

struct ent_person sdk_person_at(const struct sdk_json *node, const char *id, const char *name)
{
	return (struct ent_person){sdk_word_at(node, id), sdk_word_at(node, name)};
}

struct ent_str sdk_content_id(struct ent_arena *arena, const struct ent_str *part, size_t n_part)
{
	unsigned char hash[SDK_HASH_MAX];

	sdk_digest(SDK_SHA256, part, n_part, hash);
	return sdk_hex(arena, hash, 16);
}

bool sdk_form_value(struct ent_arena *arena, struct ent_str body, const char *name, struct ent_str *ret)
{
	struct ent_str rest = body;

	while (rest.p) {
		struct ent_str value;
		struct ent_str pair = sdk_cut(rest, '&', &rest);

		if (sdk_eqz(sdk_cut(pair, '=', &value), name))
			return value.p && sdk_percent_decode(arena, value, true, ret);
	}
	return false;
}

int64_t sdk_time_at(const struct sdk_json *node, const char *path)
{
	int64_t ms = 0;

	return sdk_time_parse(sdk_json_text_at(node, path), 0, &ms) ? ms : 0;
}

void sdk_set_time_at(struct ent_ticket *ticket, enum ent_attr attr, const struct sdk_json *node, const char *path,
		     struct ent_arena *arena)
{
	const struct sdk_json *at = sdk_json_at(node, path);
	struct ent_str text = sdk_json_text(at);
	int64_t ms;

	if (!at)
		return;
	if (text.n == sizeof("2026-11-22") - 1)
		text = sdk_format(arena, "%.*sT00:00:00Z", ENT_F(text));
	if (sdk_time_parse(text, 0, &ms))
		sdk_set(ticket, attr, sdk_time(arena, ms));
	else if (sdk_json_kind(at) == SDK_JSON_NULL || (text.p && text.n == 0))
		sdk_set(ticket, attr, ENT_ABSENT);
}

/* null, "" and [] and {} say nothing. */
static bool holds_something(const struct sdk_json *node)
{
	switch (sdk_json_kind(node)) {
	case SDK_JSON_NULL:
		return false;
	case SDK_JSON_STRING:
		return sdk_json_text(node).n > 0;
	case SDK_JSON_ARRAY:
	case SDK_JSON_OBJECT:
		return sdk_json_count(node) > 0;
	case SDK_JSON_BOOL:
	case SDK_JSON_NUMBER:
		break;
	}
	return true;
}

void sdk_set_fields(struct ent_ticket *ticket, const struct sdk_json *node, const char *const *name,
		    struct ent_arena *arena)
{
	struct sdk_buf buf;
	struct sdk_jsonw w;
	size_t n = 0;

	sdk_buf_init(&buf, FIELDS_MAX);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	for (; *name; name++) {
		const struct sdk_json *at = sdk_json_at(node, *name);

		if (!holds_something(at))
			continue;
		sdk_jsonw_kraw(&w, *name, sdk_json_print(arena, at));
		n++;
	}
	sdk_jsonw_close(&w, '}');
	if (n > 0 && !buf.failed)
		sdk_set(ticket, ENT_FIELDS, sdk_dup(arena, sdk_buf_view(&buf)));
	sdk_buf_release(&buf);
}

struct ent_change *sdk_changes_beside(struct sdk_changes *list, const struct ent_change *model,
				      enum ent_change_kind kind)
{
	struct ent_change from = *model; /* the list may move under it */
	struct ent_change *change = sdk_changes_add(list, kind);

	change->stamp = from.stamp;
	change->actor = from.actor;
	change->ticket.id = from.ticket.id;
	change->ticket.key = from.ticket.key;
	if (kind == ENT_ATTACHMENT_ADDED && from.kind == ENT_COMMENT_ADDED)
		change->comment.id = from.comment.id;
	return change;
}

void sdk_continues(struct sdk_changes *list, struct ent_str from, struct ent_str to, struct ent_str key)
{
	struct ent_change *change = sdk_changes_add(list, ENT_TICKET_CONTINUES);

	change->ticket.id = from;
	change->continues_as.id = to;
	change->continues_as.key = key;
}

enum ent_rc sdk_attachment_read(const struct sdk_json *node, const struct sdk_attachment_names *names,
				struct ent_attachment *ret, struct ent_err *err)
{
	enum ent_rc rc = sdk_id_at(node, names->id, &ret->id, err);

	if (rc != ENT_OK)
		return sdk_fail_as(err, rc, "webhook.attachment_id", "an attachment's {name=%s} is missing or no id",
				   names->id);
	ret->name = sdk_word_at(node, names->name);
	ret->media_type = names->media_type ? sdk_word_at(node, names->media_type) : ENT_ABSENT;
	ret->url = names->url ? sdk_word_at(node, names->url) : ENT_ABSENT;
	if (!names->size || !sdk_json_int(sdk_json_at(node, names->size), &ret->size) || ret->size < 0)
		ret->size = -1;
	return ENT_OK;
}

enum ent_rc sdk_attachments_add(struct sdk_changes *list, const struct ent_change *model, const struct sdk_json *nodes,
				const struct sdk_attachment_names *names, struct ent_err *err)
{
	enum ent_rc rc = ENT_OK;

	for (const struct sdk_json *at = sdk_json_first(nodes); at && rc == ENT_OK; at = sdk_json_next(at))
		rc = sdk_attachment_read(at, names, &sdk_changes_beside(list, model, ENT_ATTACHMENT_ADDED)->attachment,
					 err);
	return rc;
}

bool sdk_map_knows(const struct ent_map_row *row, struct ent_str native)
{
	for (; row && row->native; row++)
		if (sdk_eqz(native, row->native))
			return true;
	return false;
}

static bool is_prefixed_number(struct ent_str s, const char *prefix)
{
	size_t n = strlen(prefix);

	if (n == 0 || s.n <= n || s.n > n + 18 || !sdk_starts(s, prefix))
		return false;
	for (size_t i = n; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return true;
}

struct ent_str sdk_label(const struct sdk_json *node)
{
	return sdk_json_kind(node) == SDK_JSON_OBJECT ? sdk_json_text_at(node, "name") : sdk_json_text(node);
}

struct ent_str sdk_number_in_list(const struct sdk_json *list, const char *prefix)
{
	for (const struct sdk_json *at = sdk_json_first(list); at; at = sdk_json_next(at)) {
		if (is_prefixed_number(sdk_label(at), prefix))
			return sdk_label(at);
	}
	return ENT_ABSENT;
}
