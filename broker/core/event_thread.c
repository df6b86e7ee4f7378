/* SPDX-License-Identifier: Apache-2.0 */
#include "core/event_thread.h"

#include "sdk/time.h"
#include "sdk/uuid.h"
#include "sdk/webhook.h"

#include <string.h>

void event_thread_print_held(struct sdk_jsonw *w, const struct comment *comment)
{
	char until[SDK_TIME_SIZE];

	sdk_jsonw_key(w, "held");
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr(w, "until", sdk_time_format(comment->held_ms, until));
	sdk_jsonw_key(w, "audience");
	audience_print(w, &comment->meant);
	sdk_jsonw_close(w, '}');
}

static bool parse_held(struct ent_arena *arena, const struct sdk_json *comment, struct comment *ret)
{
	const struct sdk_json *held = sdk_json_at(comment, "held");

	if (!held)
		return true;
	ret->held_by = sdk_or_empty(ret->author.organisation);
	return ret->held_by.n && audience_parse(arena, sdk_json_at(held, "audience"), &ret->meant) &&
	       sdk_time_parse(sdk_json_text_at(held, "until"), 0, &ret->held_ms);
}

void event_thread_print_mentions(struct sdk_jsonw *w, const struct comment *comment)
{
	struct ent_str rest = comment->mentions;

	if (!rest.n)
		return;
	sdk_jsonw_key(w, "mentions");
	sdk_jsonw_open(w, '[');
	while (rest.n)
		sdk_jsonw_str(w, sdk_cut(rest, ',', &rest));
	sdk_jsonw_close(w, ']');
}

static bool parse_mentions(struct ent_arena *arena, const struct sdk_json *comment, struct comment *ret)
{
	const struct sdk_json *list = sdk_json_at(comment, "mentions");

	for (const struct sdk_json *one = sdk_json_first(list); one; one = sdk_json_next(one)) {
		if (!sdk_is_uuid(sdk_json_text(one)))
			return false;
		ret->mentions = sdk_join(arena, ret->mentions, ",", sdk_json_text(one));
	}
	return true;
}

const char *event_thread_parse(struct ent_arena *arena, const struct sdk_json *comment, struct comment *ret)
{
	if (!parse_held(arena, comment, ret))
		return "comment.held";
	if (!parse_mentions(arena, comment, ret))
		return "comment.mentions";
	return entry_parse(sdk_json_at(comment, "entry"), &ret->entry) ? NULL : "comment.entry";
}

bool event_thread_parse_sha256(const struct sdk_json *attachment, char ret[EVENT_SHA256_SIZE])
{
	const struct ent_str text = sdk_json_text_at(attachment, "sha256");

	memset(ret, 0, EVENT_SHA256_SIZE);
	if (text.n == EVENT_SHA256_SIZE - 1)
		memcpy(ret, text.p, text.n);
	return text.n == 0 || ret[0];
}

void event_thread_print_pinned(struct sdk_jsonw *w, const struct event *event)
{
	const struct comment *comment = &event->comment;

	sdk_jsonw_key(w, "comment");
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kz(w, "id", comment->uuid);
	sdk_jsonw_kstr_some(w, "supplier", comment->supplier);
	sdk_jsonw_kstr_some(w, "ticket", comment->ticket);
	sdk_jsonw_kstr(w, "external_id", sdk_or_empty(comment->external_id));
	sdk_jsonw_close(w, '}');
	sdk_jsonw_kbool(w, "pinned", event->is_pinned);
}

bool event_thread_parse_pinned(const struct sdk_json *node, struct event *ret)
{
	struct ent_str id = sdk_json_text_at(node, "comment.id");

	if (id.n != ID_SIZE - 1)
		return false;
	memcpy(ret->comment.uuid, id.p, id.n);
	ret->comment.supplier = sdk_or_empty(sdk_json_text_at(node, "comment.supplier"));
	ret->comment.ticket = sdk_or_empty(sdk_json_text_at(node, "comment.ticket"));
	ret->comment.external_id = sdk_or_empty(sdk_json_text_at(node, "comment.external_id"));
	ret->is_pinned = sdk_json_bool(sdk_json_at(node, "pinned"), false);
	return true;
}
