/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts and bodies of a request, with the places of secrets: {"secret": "name"} of the supplier's `credentials`,
 * {"session": "name"} of what the login gave. The program names them and never sees one.
 */
#include <string.h>

#include "generic.h"
#include "sdk/reader.h"

#define BODY_MAX   (8u * 1024u * 1024u)
#define TEXT_MAX   (256u * 1024u) /* of a path or a header, before its own limit */
#define NAME_MAX_N 64

/* ---- places of secrets ------------------------------------------------------------------ */

static bool slot_is(const struct sdk_json *node, struct ent_str *ret_name, bool *ret_session)
{
	const struct sdk_json *only = sdk_json_first(node);
	struct ent_str key = sdk_json_key(only);

	if (sdk_json_kind(node) != SDK_JSON_OBJECT || sdk_json_count(node) != 1 ||
	    sdk_json_kind(only) != SDK_JSON_STRING)
		return false;
	*ret_session = sdk_eqz(key, "session");
	*ret_name = sdk_json_text(only);
	return *ret_session || sdk_eqz(key, "secret");
}

static enum ent_rc slot_add(struct texts *texts, struct ent_slot slot, struct ent_err *err)
{
	if (slot.name.n == 0 || slot.name.n > NAME_MAX_N)
		return sdk_fail_as(err, ENT_EINVAL, "generic.secret_name", "a secret has no name, or a long one");
	if (texts->n_slot == ENT_SLOTS_MAX)
		return sdk_fail_as(err, ENT_EINVAL, "generic.secrets_many", "a request holds at most {most=%d} secrets",
				   ENT_SLOTS_MAX);
	texts->slot[texts->n_slot++] = slot;
	return ENT_OK;
}

/* One part of a text into `out`: words as `coding` wants them, or the place of a secret. */
static enum ent_rc part_add(struct texts *texts, const struct sdk_json *node, struct ent_slot where,
			    struct sdk_buf *out, struct ent_err *err)
{
	if (slot_is(node, &where.name, &where.session)) {
		where.at = out->n;
		return slot_add(texts, where, err);
	}
	if (sdk_json_kind(node) == SDK_JSON_OBJECT || sdk_json_kind(node) == SDK_JSON_ARRAY)
		return sdk_fail_as(err, ENT_EINVAL, "generic.text_kind",
				   "a text is neither words, {\"secret\": \"name\"} nor a list of them");
	if (where.place == ENT_IN_BODY && where.coding == ENT_PERCENT)
		sdk_percent_encode(out, sdk_or_empty(sdk_json_text(node)));
	else
		sdk_buf_str(out, sdk_or_empty(sdk_json_text(node)));
	return ENT_OK;
}

static enum ent_rc parts_add(struct texts *texts, const struct sdk_json *node, struct ent_slot where,
			     struct sdk_buf *out, struct ent_err *err)
{
	enum ent_rc rc = ENT_OK;

	if (sdk_json_kind(node) != SDK_JSON_ARRAY)
		return part_add(texts, node, where, out, err);
	for (const struct sdk_json *at = sdk_json_first(node); at && rc == ENT_OK; at = sdk_json_next(at))
		rc = part_add(texts, at, where, out, err);
	return rc;
}

enum ent_rc text_read(struct texts *texts, const struct sdk_json *node, enum ent_place place, size_t header,
		      struct ent_str *ret, struct ent_err *err)
{
	struct ent_slot where = {.place = place, .header = header, .coding = ENT_AS_IT_IS};
	struct sdk_buf out;
	enum ent_rc rc;

	*ret = ENT_STR("");
	sdk_buf_init(&out, TEXT_MAX);
	rc = parts_add(texts, node, where, &out, err);
	if (rc == ENT_OK && out.failed)
		rc = sdk_fail_as(err, ENT_EINVAL, "generic.text_long", "a path or a header is too long");
	if (rc == ENT_OK)
		*ret = sdk_dup(texts->arena, sdk_buf_view(&out));
	sdk_buf_release(&out);
	return rc;
}

/* ---- bodies -------------------------------------------------------------------------- */

static enum ent_rc pair_write(struct texts *texts, struct ent_str name, const struct sdk_json *value,
			      struct sdk_buf *out, struct ent_err *err)
{
	sdk_buf_z(out, out->n > 0 ? "&" : "");
	sdk_percent_encode(out, name);
	sdk_buf_char(out, '=');
	return part_add(texts, value, (struct ent_slot){.place = ENT_IN_BODY, .coding = ENT_PERCENT}, out, err);
}

/* {"name": "value", "list": ["a", "b"]}: a list stands several times, null not at all. */
static enum ent_rc form_write(struct texts *texts, const struct sdk_json *form, struct sdk_buf *out,
			      struct ent_err *err)
{
	struct ent_str name;
	bool session;
	enum ent_rc rc = ENT_OK;

	if (sdk_json_kind(form) != SDK_JSON_OBJECT)
		return sdk_fail_as(err, ENT_EINVAL, "generic.form_kind", "form is no object");
	for (const struct sdk_json *at = sdk_json_first(form); at && rc == ENT_OK; at = sdk_json_next(at)) {
		if (sdk_json_kind(at) == SDK_JSON_OBJECT && !slot_is(at, &name, &session))
			return sdk_fail_as(err, ENT_EINVAL, "generic.form_nested", "form has an object in it");
		if (sdk_json_kind(at) == SDK_JSON_ARRAY)
			for (const struct sdk_json *one = sdk_json_first(at); one && rc == ENT_OK;
			     one = sdk_json_next(one))
				rc = pair_write(texts, sdk_json_key(at), one, out, err);
		else if (sdk_json_kind(at) != SDK_JSON_NULL)
			rc = pair_write(texts, sdk_json_key(at), at, out, err);
	}
	return rc;
}

/* JSON as it was, but for secrets, which stand as empty texts. */
static enum ent_rc json_write(struct texts *texts, const struct sdk_json *node, struct sdk_jsonw *w,
			      struct ent_err *err)
{
	struct ent_slot where = {.place = ENT_IN_BODY, .coding = ENT_IN_JSON};
	enum sdk_json_kind kind = sdk_json_kind(node);
	enum ent_rc rc = ENT_OK;

	if (slot_is(node, &where.name, &where.session)) {
		sdk_jsonw_str(w, ENT_STR(""));
		where.at = w->buf->n - 1;
		return slot_add(texts, where, err);
	}
	if (kind != SDK_JSON_OBJECT && kind != SDK_JSON_ARRAY) {
		sdk_jsonw_raw(w, sdk_json_print(texts->arena, node));
		return ENT_OK;
	}
	sdk_jsonw_open(w, kind == SDK_JSON_OBJECT ? '{' : '[');
	for (const struct sdk_json *at = sdk_json_first(node); at && rc == ENT_OK; at = sdk_json_next(at)) {
		if (kind == SDK_JSON_OBJECT)
			sdk_jsonw_key_str(w, sdk_json_key(at));
		rc = json_write(texts, at, w, err);
	}
	sdk_jsonw_close(w, kind == SDK_JSON_OBJECT ? '}' : ']');
	return rc;
}

/* Writes the text between quotes in a header of a part. */
static void quoted_write(struct sdk_buf *out, struct ent_str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '"' || text.p[i] == '\r' || text.p[i] == '\n')
			sdk_buf_format(out, "%%%02X", (unsigned)text.p[i]);
		else
			sdk_buf_char(out, text.p[i]);
}

/* {"name": words, or {"filename", "content_type", "text"}}: one part each. */
static enum ent_rc part_write(struct texts *texts, const struct sdk_json *part, struct sdk_buf *out,
			      struct ent_err *err)
{
	const struct sdk_reader reader = {.arena = texts->arena, .err = err, .is_closed = true};
	struct ent_str name = sdk_word_at(part, "filename"), type = sdk_word_at(part, "content_type");
	const struct sdk_json *words = part;
	struct ent_str unused;
	bool session;
	enum ent_rc rc = ENT_OK;

	sdk_buf_z(out, "Content-Disposition: form-data; name=\"");
	quoted_write(out, sdk_json_key(part));
	if (sdk_json_kind(part) == SDK_JSON_OBJECT && !slot_is(part, &unused, &session)) {
		rc = sdk_read_members(&reader, part, "multipart", "filename content_type text");
		if (rc == ENT_OK && (!name.p || (type.p && !is_plain(type, ' ', ""))))
			rc = sdk_fail_as(err, ENT_EINVAL, "generic.file_name",
					 "a file of multipart needs a filename, and a content_type that is one");
		sdk_buf_z(out, "\"; filename=\"");
		quoted_write(out, name);
		words = sdk_json_at(part, "text");
	}
	sdk_buf_z(out, "\"\r\n");
	if (words != part)
		sdk_buf_format(out, "Content-Type: %.*s\r\n",
			       ENT_F(type.p ? type : ENT_STR("application/octet-stream")));
	sdk_buf_z(out, "\r\n");
	if (rc == ENT_OK)
		rc = parts_add(texts, words, (struct ent_slot){.place = ENT_IN_BODY}, out, err);
	sdk_buf_z(out, "\r\n");
	return rc;
}

/* The boundary is a hash of what it bounds, which therefore does not hold it. */
static enum ent_rc multipart_write(struct texts *texts, const struct sdk_json *multipart, struct sdk_buf *out,
				   struct ent_str *ret_type, struct ent_err *err)
{
	struct ent_str printed = sdk_json_print(texts->arena, multipart);
	struct ent_str boundary = sdk_content_id(texts->arena, &printed, 1);
	enum ent_rc rc = ENT_OK;

	if (sdk_json_kind(multipart) != SDK_JSON_OBJECT)
		return sdk_fail_as(err, ENT_EINVAL, "generic.multipart_kind", "multipart is no object");
	for (const struct sdk_json *at = sdk_json_first(multipart); at && rc == ENT_OK; at = sdk_json_next(at)) {
		if (sdk_json_kind(at) == SDK_JSON_NULL)
			continue;
		sdk_buf_format(out, "--entente-%.*s\r\n", ENT_F(boundary));
		rc = part_write(texts, at, out, err);
	}
	sdk_buf_format(out, "--entente-%.*s--\r\n", ENT_F(boundary));
	*ret_type = sdk_format(texts->arena, "multipart/form-data; boundary=entente-%.*s", ENT_F(boundary));
	return rc;
}

enum ent_rc body_read(const struct sdk_json *root, struct texts *texts, struct ent_request *ret, struct ent_err *err)
{
	const struct sdk_json *body = sdk_json_at(root, "body"), *form = sdk_json_at(root, "form");
	const struct sdk_json *text = sdk_json_at(root, "text"), *multipart = sdk_json_at(root, "multipart");
	struct ent_str type = sdk_word_at(root, "content_type");
	int n = (body != NULL) + (form != NULL) + (text != NULL) + (multipart != NULL);
	struct sdk_jsonw w;
	struct sdk_buf out;
	enum ent_rc rc = ENT_OK;

	if (n > 1 || (n == 0 && type.p))
		return sdk_fail_as(err, ENT_EINVAL, "generic.one_body",
				   "one of body, form, text and multipart, and content_type only beside it");
	if (n == 0)
		return ENT_OK;
	if (strcmp(ret->method, "GET") == 0 || strcmp(ret->method, "HEAD") == 0)
		return sdk_fail_as(err, ENT_EINVAL, "generic.no_body", "GET and HEAD have no body");
	if (type.p && (multipart || !is_plain(type, ' ', "")))
		return sdk_fail_as(err, ENT_EINVAL, "generic.content_type",
				   "content_type has a character it may not have, or stands beside multipart");
	sdk_buf_init(&out, BODY_MAX);
	sdk_jsonw_init(&w, &out);
	if (form) {
		rc = form_write(texts, form, &out, err);
		ret->content_type = ENT_STR("application/x-www-form-urlencoded");
	} else if (body) {
		rc = json_write(texts, body, &w, err);
		ret->content_type = ENT_STR("application/json");
	} else if (text) {
		rc = parts_add(texts, text, (struct ent_slot){.place = ENT_IN_BODY}, &out, err);
		ret->content_type = ENT_STR("text/plain; charset=utf-8");
	} else {
		rc = multipart_write(texts, multipart, &out, &ret->content_type, err);
	}
	if (rc == ENT_OK && out.failed)
		rc = sdk_fail_as(err, ENT_EINVAL, "generic.body_large", "the body is too large");
	ret->body = sdk_or_empty(sdk_dup(texts->arena, sdk_buf_view(&out)));
	sdk_buf_release(&out);
	if (type.p)
		ret->content_type = type;
	return rc;
}
