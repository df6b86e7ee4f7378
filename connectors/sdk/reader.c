/* SPDX-License-Identifier: Apache-2.0 */
#include "sdk/reader.h"

#include "sdk/acts.h"
#include "sdk/time.h"

#define MS_LEAST 100000000000    /* a smaller number is a time in seconds, not in milliseconds */
#define MS_MOST  253402300799999 /* the end of the year 9999, the last that RFC 3339 can write */

/* ---- members ---------------------------------------------------------------------- */

static bool is_json_null(const struct sdk_json *node)
{
	return sdk_json_kind(node) == SDK_JSON_NULL;
}

enum ent_rc sdk_read_members(const struct sdk_reader *reader, const struct sdk_json *node, const char *what,
			     const char *known)
{
	if (sdk_json_kind(node) != SDK_JSON_OBJECT)
		return sdk_fail_as(reader->err, ENT_EINVAL, "json.no_object", "{what=%s} is no object", what);
	for (const struct sdk_json *at = sdk_json_first(node); at && reader->is_closed; at = sdk_json_next(at)) {
		struct ent_str key = sdk_json_key(at), rest = sdk_str(known);
		bool found = false;

		while (rest.n > 0 && !found)
			found = sdk_eq(sdk_cut(rest, ' ', &rest), key);
		if (!found)
			return sdk_fail_as(reader->err, ENT_EINVAL, "json.no_meaning",
					   "{what=%s}.{name=%.*s} has no meaning (known: {known=%s})", what,
					   ENT_F(sdk_head(key, 40)), known);
	}
	return ENT_OK;
}

/* Text of a string or number; null, empty and missing are all absent. */
static enum ent_rc member_read(const struct sdk_reader *reader, const struct sdk_json *node, const char *what,
			       const char *name, struct ent_str *ret)
{
	const struct sdk_json *at = sdk_json_at(node, name);
	enum sdk_json_kind kind = sdk_json_kind(at);

	if (kind != SDK_JSON_NULL && kind != SDK_JSON_STRING && kind != SDK_JSON_NUMBER)
		return sdk_fail_as(reader->err, ENT_EINVAL, "json.neither_text_nor_number",
				   "{what=%s}.{name=%s} is neither text nor a number", what, name);
	*ret = sdk_word_at(node, name);
	return ENT_OK;
}

static bool text_time(const struct sdk_reader *reader, struct ent_str text, int64_t *ret)
{
	return reader->time ? reader->time(reader->time_of, text, ret) : sdk_time_parse(text, 0, ret);
}

/* RFC 3339, or milliseconds since 1970 as a number. Not told: *ret stays. */
static enum ent_rc time_read(const struct sdk_reader *reader, const struct sdk_json *at, const char *path, int64_t *ret)
{
	struct ent_str text = sdk_json_text(at);
	int64_t ms;

	if (is_json_null(at) || (sdk_json_kind(at) == SDK_JSON_STRING && text.n == 0))
		return ENT_OK;
	if ((sdk_json_kind(at) == SDK_JSON_STRING && text_time(reader, text, &ms)) ||
	    (sdk_json_kind(at) == SDK_JSON_NUMBER && sdk_json_int(at, &ms) && ms >= MS_LEAST && ms <= MS_MOST)) {
		*ret = ms;
		return ENT_OK;
	}
	if (sdk_json_kind(at) == SDK_JSON_STRING && sdk_time_parse(text, 0, &ms))
		return sdk_fail_as(reader->err, ENT_EINVAL, "time.no_zone",
				   "{what=%s} has no zone, and a wrong hour loses changes: set `zone` to the tool's "
				   "time zone, such as Europe/Paris or UTC, or add the offset",
				   path);
	return sdk_fail_as(
	    reader->err, ENT_EINVAL, "time.unread",
	    "{what=%s} is neither a time as 2026-11-22T04:18:45Z nor a number of milliseconds (not seconds) since 1970",
	    path);
}

/* A name, or {"id", "name"}. */
static enum ent_rc person_read(const struct sdk_reader *reader, const struct sdk_json *at, const char *path,
			       struct ent_person *ret)
{
	enum ent_rc rc;

	if (is_json_null(at))
		return ENT_OK;
	if (sdk_json_kind(at) == SDK_JSON_STRING) {
		if (sdk_json_text(at).n > 0)
			ret->name = sdk_json_text(at);
		return ENT_OK;
	}
	if (sdk_json_kind(at) != SDK_JSON_OBJECT)
		return sdk_fail_as(reader->err, ENT_EINVAL, "person.kind",
				   "{what=%s} is neither a name nor {\"id\", \"name\"}", path);
	rc = sdk_read_members(reader, at, path, "id name");
	if (rc == ENT_OK)
		rc = member_read(reader, at, path, "id", &ret->id);
	if (rc == ENT_OK)
		rc = member_read(reader, at, path, "name", &ret->name);
	return rc;
}

/* ---- the ticket --------------------------------------------------------------------- */

/* {"native", "canonical"} of a mapped attribute, {"id", "name"} of another; "text" and "native" in either. */
static enum ent_rc pair_read(const struct sdk_reader *reader, struct ent_ticket *ticket, enum ent_attr attr,
			     const struct sdk_json *at)
{
	bool mapped = sdk_attr_is_mapped(attr), told = false;
	const char *const member[] = {"text", mapped ? "canonical" : "name", "native", mapped ? "native" : "id"};
	struct ent_str value[4] = {ENT_ABSENT}, text, native;
	struct ent_str path = sdk_format(reader->arena, "ticket.%s", sdk_attr_name(attr));
	const char *what = sdk_z(reader->arena, path);
	enum ent_rc rc = sdk_read_members(reader, at, what, mapped ? "native canonical text" : "id name native text");

	for (size_t i = 0; i < 4 && rc == ENT_OK; i++) {
		told |= sdk_json_at(at, member[i]) != NULL;
		rc = member_read(reader, at, what, member[i], &value[i]);
	}
	if (rc != ENT_OK)
		return rc;
	text = value[0].p ? value[0] : value[1];
	native = value[2].p ? value[2] : value[3];
	if (!told)
		return mapped ? sdk_fail_as(reader->err, ENT_EINVAL, "ticket.needs_native",
					    "ticket.{name=%s} needs native or canonical", sdk_attr_name(attr))
			      : sdk_fail_as(reader->err, ENT_EINVAL, "ticket.needs_id",
					    "ticket.{name=%s} needs id or name", sdk_attr_name(attr));
	if (!mapped) {
		sdk_set_reference(ticket, attr, native, text);
		return ENT_OK;
	}
	if (text.p && !sdk_is_canonical(attr, text))
		return sdk_fail_as(reader->err, ENT_EINVAL, "ticket.no_word",
				   "{what=%s}.{name=%s} \"{found=%.*s}\" is no word of the ticket language", what,
				   member[value[0].p ? 0 : 1], ENT_F(sdk_head(text, 40)));
	sdk_set_person(ticket, attr, native.p ? native : text, text);
	return ENT_OK;
}

static enum ent_rc attr_read(const struct sdk_reader *reader, struct ent_ticket *ticket, enum ent_attr attr,
			     const struct sdk_json *at)
{
	bool is_text = attr == ENT_TITLE || attr == ENT_DESCRIPTION || attr == ENT_URL;
	enum sdk_json_kind kind = sdk_json_kind(at);
	int64_t ms = 0;
	enum ent_rc rc;

	if (kind == SDK_JSON_NULL || (kind == SDK_JSON_STRING && sdk_json_text(at).n == 0)) {
		sdk_set(ticket, attr, ENT_ABSENT);
		return ENT_OK;
	}
	if (attr == ENT_FIELDS && kind == SDK_JSON_OBJECT) {
		sdk_set(ticket, attr, sdk_json_print(reader->arena, at));
		return ENT_OK;
	}
	if (attr == ENT_OPENED_AT || attr == ENT_DUE_AT) {
		rc = time_read(reader, at, attr == ENT_DUE_AT ? "ticket.due_at" : "ticket.opened_at", &ms);
		if (rc == ENT_OK)
			sdk_set(ticket, attr, sdk_time(reader->arena, ms));
		return rc;
	}
	if (kind == SDK_JSON_OBJECT && !is_text)
		return pair_read(reader, ticket, attr, at);
	if (attr == ENT_FIELDS || (kind != SDK_JSON_STRING && kind != SDK_JSON_NUMBER))
		return sdk_fail_as(reader->err, ENT_EINVAL, "ticket.kind", "ticket.{name=%s} is of the wrong kind",
				   sdk_attr_name(attr));
	if (sdk_attr_is_mapped(attr))
		sdk_set_native(ticket, attr, sdk_json_text(at));
	else
		sdk_set(ticket, attr, sdk_json_text(at));
	return ENT_OK;
}

static enum ent_rc ticket_read(const struct sdk_reader *reader, const struct sdk_json *root, struct ent_ticket *ret)
{
	const struct sdk_json *node = sdk_json_at(root, "ticket");
	enum ent_rc rc = sdk_id_at(root, "ticket.id", &ret->id, reader->err);

	if (rc == ENT_OK)
		rc = member_read(reader, node, "ticket", "key", &ret->key);
	for (const struct sdk_json *at = sdk_json_first(node); at && rc == ENT_OK; at = sdk_json_next(at)) {
		struct ent_str key = sdk_json_key(at);
		enum ent_attr attr;

		if (is_json_null(at) && reader->null_is_untold)
			continue;
		if (sdk_attr(key, &attr))
			rc = attr_read(reader, ret, attr, at);
		else if (reader->is_closed && !sdk_eqz(key, "id") && !sdk_eqz(key, "key"))
			rc = sdk_fail_as(
			    reader->err, ENT_EINVAL, "ticket.no_attribute",
			    "ticket.{name=%.*s} is no attribute; put what has no name of its own under ticket.fields",
			    ENT_F(sdk_head(key, 40)));
	}
	return rc;
}

/* ---- what it belongs to --------------------------------------------------------------- */

static enum ent_rc references_read(const struct sdk_reader *reader, const struct sdk_json *list,
				   struct ent_correlation *ret)
{
	struct ent_reference *reference = SDK_NEW_N(reader->arena, struct ent_reference, ENT_REFERENCES_MAX);

	if (sdk_json_kind(list) != SDK_JSON_ARRAY || sdk_json_count(list) > ENT_REFERENCES_MAX)
		return sdk_fail_as(reader->err, ENT_EINVAL, "ticket.references_many",
				   "correlation.references is no list of at most {most=%d}", ENT_REFERENCES_MAX);
	ret->reference = reference;
	for (const struct sdk_json *at = sdk_json_first(list); at; at = sdk_json_next(at)) {
		struct ent_reference one = {ENT_ABSENT, ENT_ABSENT};
		enum ent_rc rc = sdk_read_members(reader, at, "correlation.references", "supplier id");

		if (rc == ENT_OK && (!sdk_json_at(at, "supplier") || !sdk_json_at(at, "id")))
			return sdk_fail_as(reader->err, ENT_EINVAL, "ticket.reference_needs",
					   "correlation.references: each needs supplier and id");
		if (rc == ENT_OK)
			rc = member_read(reader, at, "correlation.references", "supplier", &one.supplier);
		if (rc == ENT_OK)
			rc = member_read(reader, at, "correlation.references", "id", &one.id);
		if (rc != ENT_OK)
			return rc;
		if (one.supplier.p && one.id.p) /* else a tool's field that nobody filled in */
			reference[ret->n_reference++] = one;
	}
	return ENT_OK;
}

static enum ent_rc correlation_read(const struct sdk_reader *reader, const struct sdk_json *node,
				    struct ent_correlation *ret)
{
	enum ent_rc rc;

	if (is_json_null(node))
		return ENT_OK;
	rc = sdk_read_members(reader, node, "correlation", "number key references");
	if (rc == ENT_OK)
		rc = member_read(reader, node, "correlation", "number", &ret->number);
	if (rc == ENT_OK)
		rc = member_read(reader, node, "correlation", "key", &ret->key);
	if (rc == ENT_OK && !is_json_null(sdk_json_at(node, "references")))
		rc = references_read(reader, sdk_json_at(node, "references"), ret);
	return rc;
}

enum ent_rc sdk_read_head(const struct sdk_reader *reader, const struct sdk_json *root, struct ent_change *ret)
{
	const struct sdk_json *version = sdk_json_at(root, "version");
	enum ent_rc rc = ticket_read(reader, root, &ret->ticket);

	if (rc == ENT_OK)
		rc = time_read(reader, sdk_json_at(root, "time"), "time", &ret->stamp.time_ms);
	if (rc == ENT_OK)
		rc = person_read(reader, sdk_json_at(root, "actor"), "actor", &ret->actor);
	if (rc == ENT_OK)
		rc = correlation_read(reader, sdk_json_at(root, "correlation"), &ret->correlation);
	if (rc == ENT_OK && !is_json_null(version) &&
	    (!sdk_json_int(version, &ret->stamp.version) || ret->stamp.version < 1))
		return sdk_fail_as(reader->err, ENT_EINVAL, "change.version",
				   "version is no whole number of 1 or more");
	return rc;
}

enum ent_rc sdk_read_continues(const struct sdk_reader *reader, const struct sdk_json *node, struct ent_change *ret)
{
	struct ent_err why;
	enum ent_rc rc;

	if (sdk_json_kind(node) != SDK_JSON_OBJECT)
		return sdk_fail_as(reader->err, ENT_EINVAL, "change.continues_as",
				   "continues_as is missing or no object");
	rc = sdk_read_members(reader, node, "continues_as", "id key");
	if (rc == ENT_OK)
		rc = member_read(reader, node, "continues_as", "key", &ret->continues_as.key);
	if (rc != ENT_OK)
		return rc;
	rc = sdk_id_at(node, "id", &ret->continues_as.id, &why);
	return rc == ENT_OK
		   ? rc
		   : sdk_fail_as(reader->err, rc, "change.continues_as_member", "continues_as.{why=%p}", SDK_WHY(&why));
}

/* ---- comments and attachments ------------------------------------------------------------ */

/* "public": true, or "visibility": "public"; whatever else is known says internal. */
static enum ent_rc visibility_read(const struct sdk_reader *reader, const struct sdk_json *node,
				   enum ent_visibility *ret)
{
	const struct sdk_json *at = sdk_json_at(node, "public");
	bool is_public = sdk_json_is(node, "visibility", "public");

	if (!is_json_null(at) && sdk_json_kind(at) != SDK_JSON_BOOL)
		return sdk_fail_as(reader->err, ENT_EINVAL, "comment.public",
				   "comment.public is neither true nor false");
	if (!is_public && !is_json_null(sdk_json_at(node, "visibility")) &&
	    !sdk_json_is(node, "visibility", "internal"))
		return sdk_fail_as(reader->err, ENT_EINVAL, "comment.visibility",
				   "comment.visibility is neither public nor internal");
	if (sdk_json_bool(at, false) || (!at && is_public))
		*ret = ENT_PUBLIC;
	return ENT_OK;
}

enum ent_rc sdk_read_comment(const struct sdk_reader *reader, const struct sdk_json *node, struct ent_change *ret)
{
	struct ent_comment *comment = &ret->comment;
	const struct sdk_json *body = sdk_json_at(node, "body");
	struct ent_str word;
	struct ent_err why;
	enum ent_rc rc =
	    sdk_read_members(reader, node, "comment", "id author body format public visibility created_at removed");

	if (rc == ENT_OK)
		rc = visibility_read(reader, node, &comment->visibility);
	if (rc == ENT_OK)
		rc = person_read(reader, sdk_json_at(node, "author"), "comment.author", &comment->author);
	if (rc == ENT_OK)
		rc = time_read(reader, sdk_json_at(node, "created_at"), "comment.created_at", &comment->created_ms);
	if (rc == ENT_OK)
		rc = member_read(reader, node, "comment", "body", &word);
	if (rc != ENT_OK)
		return rc;
	comment->body = sdk_json_text(body); /* "" is a body */
	comment->format = sdk_json_is(node, "format", "markdown") ? ENT_MARKDOWN : ENT_TEXT;
	if (ret->kind != ENT_COMMENT_REMOVED && !comment->body.p)
		return sdk_fail_as(reader->err, ENT_EINVAL, "json.missing", "{path=%s} is missing", "comment.body");
	if (ret->kind != ENT_COMMENT_REMOVED && is_json_null(sdk_json_at(node, "id")))
		return ENT_OK;
	rc = sdk_id_at(node, "id", &comment->id, &why);
	return rc == ENT_OK ? rc
			    : sdk_fail_as(reader->err, rc, "change.comment_member", "comment.{why=%p}", SDK_WHY(&why));
}

/* ---- acts ---------------------------------------------------------------------------------- */

static enum ent_rc act_verb(const struct sdk_reader *reader, const struct sdk_json *node, const char *noun,
			    enum ent_act_kind *ret)
{
	struct ent_str verb = sdk_json_text_at(node, "act");

	if (*ret != ENT_NO_ACT)
		return ENT_OK;
	if (verb.p && sdk_act(sdk_str(noun), verb, ret))
		return ENT_OK;
	return sdk_fail_as(reader->err, ENT_EINVAL, "act.verb",
			   "{noun=%s}.act \"{found=%.*s}\" is none that Entente knows", noun,
			   ENT_F(sdk_head(verb, 40)));
}

static enum ent_rc act_accepts(const struct sdk_reader *reader, const struct sdk_json *node, const char *noun,
			       enum ent_yes_no *ret)
{
	const struct sdk_json *at = sdk_json_at(node, "accepts");

	if (is_json_null(at))
		return ENT_OK;
	if (sdk_json_kind(at) != SDK_JSON_BOOL)
		return sdk_fail_as(reader->err, ENT_EINVAL, "act.accepts_kind",
				   "{noun=%s}.accepts is neither true nor false", noun);
	*ret = sdk_json_bool(at, false) ? ENT_YES : ENT_NO;
	return ENT_OK;
}

/* Words that are to stay inside are for nobody whom an act could be for. */
static enum ent_rc act_words(const struct sdk_reader *reader, const struct sdk_json *node, struct ent_change *ret)
{
	if (is_json_null(node) || (reader->null_is_untold && is_json_null(sdk_json_at(node, "body"))))
		return ENT_OK;
	if (sdk_json_is(node, "visibility", "internal") || !sdk_json_bool(sdk_json_at(node, "public"), true))
		return sdk_fail_as(reader->err, ENT_EINVAL, "act.internal",
				   "comment.visibility: the words of an act are for whom it is for; leave it out");
	return sdk_read_comment(reader, node, ret);
}

enum ent_rc sdk_read_act(const struct sdk_reader *reader, const struct sdk_json *root, const char *noun,
			 struct ent_change *ret)
{
	const struct sdk_json *node = sdk_json_at(root, noun);
	struct ent_act *act = &ret->act;
	struct ent_str path = sdk_format(reader->arena, "%s.due", noun);
	bool tells_verb = act->kind == ENT_NO_ACT;
	enum ent_rc rc = ENT_OK;

	if (node || tells_verb)
		rc = sdk_read_members(reader, node, noun,
				      tells_verb ? "act id kind to due accepts" : "id kind to due accepts");
	if (rc == ENT_OK)
		rc = act_verb(reader, node, noun, &act->kind);
	if (rc == ENT_OK)
		rc = member_read(reader, node, noun, "id", &act->id);
	if (rc == ENT_OK)
		rc = member_read(reader, node, noun, "kind", &act->ask);
	if (rc == ENT_OK)
		rc = member_read(reader, node, noun, "to", &act->to);
	if (rc == ENT_OK)
		rc = time_read(reader, sdk_json_at(node, "due"), sdk_z(reader->arena, path), &act->due_ms);
	if (rc == ENT_OK)
		rc = act_accepts(reader, node, noun, &act->accepts);
	if (rc == ENT_OK)
		rc = act_words(reader, sdk_json_at(root, "comment"), ret);
	return rc == ENT_OK ? sdk_act_vet(act, ret->comment.body.n > 0, reader->err) : rc;
}

enum ent_rc sdk_read_attachment(const struct sdk_reader *reader, const struct sdk_json *node, struct ent_change *ret)
{
	static const struct sdk_attachment_names names = {"id", "name", "media_type", "url", "size"};
	enum ent_rc rc = sdk_read_members(reader, node, "attachment", "id name media_type url size");

	return rc == ENT_OK ? sdk_attachment_read(node, &names, &ret->attachment, reader->err) : rc;
}
