/* SPDX-License-Identifier: Apache-2.0 */
/* Steps that most connectors take: see the end of webhook.h. */
#include "sdk/webhook.h"

#include <string.h>

#include "sdk/crypto.h"
#include "sdk/time.h"

#define FIELDS_MAX (256u * 1024u)

enum ent_rc sdk_verify_hex(const struct ent_webhook *webhook, const char *name, const char *prefix,
			   const struct ent_str *secret, size_t n_secret, struct ent_err *err)
{
	struct ent_str given = sdk_header(webhook->header, webhook->n_header, name);

	if (n_secret == 0)
		return ENT_OK;
	if (!given.p)
		return sdk_fail(err, ENT_EAUTH, "header %s is missing or stands twice", name);
	if (!sdk_signed_hex(SDK_SHA256, given, prefix, secret, n_secret, &webhook->body, 1))
		return sdk_fail(err, ENT_EAUTH, "header %s matches none of the supplier's secrets", name);
	return ENT_OK;
}

enum ent_rc sdk_body_object(struct ent_arena *arena, struct ent_str body, const struct sdk_json **ret,
			    struct ent_err *err)
{
	const struct sdk_json *root = NULL;
	enum ent_rc rc = sdk_json_parse(arena, body, &root, err);

	if (rc != ENT_OK)
		return rc;
	if (sdk_json_kind(root) != SDK_JSON_OBJECT)
		return sdk_fail(err, ENT_EINVAL, "the body is JSON, but no object");
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
		return sdk_fail(err, ENT_EINVAL, "%s is missing", path);
	if (kind != SDK_JSON_STRING && (kind != SDK_JSON_NUMBER || !sdk_json_int(at, &number)))
		return sdk_fail(err, ENT_EINVAL, "%s is neither a string nor an integer", path);
	if (id.n == 0 || id.n > SDK_ID_MAX)
		return sdk_fail(err, ENT_EINVAL, "%s has %zu bytes, an id has 1 to %d", path, id.n, SDK_ID_MAX);
	*ret = id;
	return ENT_OK;
}

struct ent_str sdk_word_at(const struct sdk_json *node, const char *path)
{
	struct ent_str text = sdk_json_text_at(node, path);

	return text.n > 0 ? text : ENT_ABSENT;
}

struct ent_str sdk_content_id(struct ent_arena *arena, const struct ent_str *part, size_t n_part)
{
	unsigned char hash[SDK_HASH_MAX];

	sdk_digest(SDK_SHA256, part, n_part, hash);
	return sdk_hex(arena, hash, 16);
}

/* The byte that %XX stands for, or -1. */
static int percent_byte(const char *p)
{
	const char *digit = "0123456789abcdef0123456789ABCDEF";
	const char *high = memchr(digit, p[1], 32);
	const char *low = memchr(digit, p[2], 32);

	return high && low ? (int)((high - digit) % 16 * 16 + (low - digit) % 16) : -1;
}

static bool form_decode(struct ent_arena *arena, struct ent_str text, struct ent_str *ret)
{
	char *out = sdk_alloc(arena, text.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] != '%') {
			out[n++] = text.p[i] == '+' ? ' ' : text.p[i];
			continue;
		}
		if (text.n - i < 3 || percent_byte(text.p + i) < 0)
			return false;
		out[n++] = (char)percent_byte(text.p + i);
		i += 2;
	}
	*ret = (struct ent_str){out, n};
	return true;
}

bool sdk_form_value(struct ent_arena *arena, struct ent_str body, const char *name, struct ent_str *ret)
{
	struct ent_str rest = body;

	while (rest.p) {
		struct ent_str value;
		struct ent_str pair = sdk_cut(rest, '&', &rest);

		if (sdk_eqz(sdk_cut(pair, '=', &value), name))
			return value.p && form_decode(arena, value, ret);
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
		text = sdk_format(arena, "%.*sT00:00:00Z", (int)text.n, text.p);
	sdk_set(ticket, attr, sdk_time_parse(text, 0, &ms) ? sdk_time(arena, ms) : ENT_ABSENT);
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

void sdk_set_reference(struct ent_ticket *ticket, enum ent_attr attr, struct ent_str id, struct ent_str name)
{
	sdk_set_person(ticket, attr, id.n > 0 ? id : ENT_ABSENT, name.n > 0 ? name : id.n > 0 ? id : ENT_ABSENT);
}

struct ent_change *sdk_changes_beside(struct sdk_changes *list, const struct ent_change *model,
				      enum ent_change_kind kind)
{
	struct ent_change from = *model; /* the list may move under it */
	struct ent_change *change = sdk_changes_add(list, kind);

	if (change) {
		change->stamp = from.stamp;
		change->actor = from.actor;
		change->ticket.id = from.ticket.id;
		change->ticket.key = from.ticket.key;
	}
	return change;
}

enum ent_rc sdk_attachment_read(const struct sdk_json *node, const struct sdk_attachment_names *names,
				struct ent_attachment *ret, struct ent_err *err)
{
	enum ent_rc rc = sdk_id_at(node, names->id, &ret->id, err);

	if (rc != ENT_OK)
		return sdk_fail(err, rc, "an attachment's %s is missing or no id", names->id);
	ret->name = sdk_word_at(node, names->name);
	ret->media_type = names->media_type ? sdk_word_at(node, names->media_type) : ENT_ABSENT;
	ret->url = names->url ? sdk_word_at(node, names->url) : ENT_ABSENT;
	if (!names->size || !sdk_json_int(sdk_json_at(node, names->size), &ret->size) || ret->size < 0)
		ret->size = -1;
	return ENT_OK;
}

bool sdk_map_knows(const struct ent_map_row *row, struct ent_str native)
{
	for (; row && row->native; row++)
		if (sdk_eqz(native, row->native))
			return true;
	return false;
}

static bool is_number(struct ent_str s, const char *prefix)
{
	size_t n = strlen(prefix);

	if (n == 0 || s.n <= n || s.n > n + 18 || !sdk_starts(s, prefix))
		return false;
	for (size_t i = n; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return true;
}

struct ent_str sdk_number_in_list(const struct sdk_json *list, const char *prefix)
{
	for (const struct sdk_json *at = sdk_json_first(list); at; at = sdk_json_next(at)) {
		struct ent_str word =
		    sdk_json_kind(at) == SDK_JSON_OBJECT ? sdk_json_text_at(at, "name") : sdk_json_text(at);

		if (is_number(word, prefix))
			return word;
	}
	return ENT_ABSENT;
}
