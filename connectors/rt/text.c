/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a transaction. They lie in its attachments, beside files. */
#include "rt.h"

#include "sdk/crypto.h"
#include "sdk/marker.h"

#define TEXT_MAX 1000000 /* bytes; in base64 it must stay within what the broker takes as one answer */

static bool is_text(struct ent_str type)
{
	return sdk_eqz(type, "text/plain") || sdk_eqz(type, "text/html");
}

/* Files are attachments; the first plain text without a name is what was said, else the first HTML. */
/* Adds what was said; `node` tells who and when: an attachment, alone or in a list. */
static void said_add(struct sdk_changes *list, const struct ent_change *model, char kind, struct ent_str transaction,
		     const struct sdk_json *node, struct ent_str text)
{
	struct ent_change head = *model, *change;

	head.stamp.time_ms = sdk_time_at(node, "Created");
	head.actor = sdk_person_at(node, "Creator.id", "Creator.RealName");
	change = sdk_changes_beside(list, &head, kind == 'd' ? ENT_TICKET_CHANGED : ENT_COMMENT_ADDED);
	if (kind == 'd')
		sdk_set(&change->ticket, ENT_DESCRIPTION, sdk_marker_strip(list->arena, text));
	else
		change->comment = (struct ent_comment){.id = transaction,
						       .author = head.actor,
						       .body = text,
						       .visibility = kind == 'p' ? ENT_PUBLIC : ENT_INTERNAL,
						       .created_ms = head.stamp.time_ms};
}

enum ent_rc rt_parts_parse(struct sdk_cursor *cursor, const struct ent_change *model, char kind,
			   struct ent_str transaction, struct ent_err *err)
{
	static const struct sdk_attachment_names names = {"id", "Filename", "ContentType", NULL, "ContentLength"};
	const struct sdk_json *root = NULL, *items = NULL, *text = NULL;
	enum ent_rc rc = sdk_http_list(cursor->response, "items", cursor->arena, &root, &items, err);
	struct sdk_changes *list = &cursor->list;
	int64_t size = 0;

	for (const struct sdk_json *at = sdk_json_first(items); at && rc == ENT_OK; at = sdk_json_next(at)) {
		struct ent_str type = sdk_word_at(at, "ContentType");

		if (sdk_word_at(at, "Filename").p && !sdk_starts(type, "multipart/"))
			rc = sdk_attachment_read(
			    at, &names, &sdk_changes_beside(list, model, ENT_ATTACHMENT_ADDED)->attachment, err);
		else if (is_text(type) && sdk_word_at(at, "id").p &&
			 (!text || (sdk_eqz(type, "text/plain") && !sdk_json_is(text, "ContentType", "text/plain"))))
			text = at;
	}
	if (rc != ENT_OK)
		return rc;
	if (text && sdk_json_int(sdk_json_at(text, "ContentLength"), &size) && size > TEXT_MAX)
		said_add(list, model, kind, transaction, text,
			 ENT_STR("(This text is too long to be carried: see the ticket.)"));
	if (text && size <= TEXT_MAX)
		sdk_cursor_part(cursor, sdk_word_at(text, "id"));
	return ENT_OK;
}

static struct ent_str text_of(const struct sdk_json *root, struct ent_arena *arena)
{
	struct ent_str text = ENT_ABSENT, plain;
	struct sdk_buf digits; /* without the line ends */

	plain = sdk_json_text_at(root, "Content");
	sdk_buf_init(&digits, plain.n + 1);
	for (size_t i = 0; i < plain.n; i++)
		if ((unsigned char)plain.p[i] > ' ')
			sdk_buf_char(&digits, plain.p[i]);
	if (!sdk_unbase64(arena, sdk_dup(arena, sdk_buf_view(&digits)), &text) || !sdk_is_utf8(text))
		text = ENT_STR("(This text could not be read here: see the ticket.)");
	sdk_buf_release(&digits);
	if (sdk_json_is(root, "ContentType", "text/html"))
		text = sdk_html_to_text(arena, text);
	while (text.n > 0 && (unsigned char)text.p[text.n - 1] <= ' ')
		text.n--;
	return sdk_or_empty(text);
}

enum ent_rc rt_text_parse(struct sdk_cursor *cursor, const struct ent_change *model, char kind,
			  struct ent_str transaction, struct ent_err *err)
{
	const struct sdk_json *root = NULL;
	enum ent_rc rc = sdk_http_json(cursor->response, cursor->arena, &root, err);

	if (rc == ENT_OK)
		said_add(&cursor->list, model, kind, transaction, root, text_of(root, cursor->arena));
	return rc;
}
