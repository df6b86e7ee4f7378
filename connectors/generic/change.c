/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `decode` gave, read strictly: a member that nobody knows is refused by name, so
 * that a typing error does not lose an attribute without a word. null is "not told"
 * for ids, times and references, and clears an attribute.
 */
#include "generic.h"
#include "sdk/time.h"

#define REFERENCES_MAX 64
#define MS_LEAST       100000000000 /* a smaller number is a time in seconds, not in milliseconds */

/* ---- members ---------------------------------------------------------------------- */

/* known: words with a space behind each. */
static enum ent_rc members_vet(const struct sdk_json *node, const char *what, const char *known, struct ent_err *err)
{
	if (sdk_json_kind(node) != SDK_JSON_OBJECT)
		return sdk_fail(err, ENT_EINVAL, "decode gave a %s that is no object", what);
	for (const struct sdk_json *at = sdk_json_first(node); at; at = sdk_json_next(at)) {
		struct ent_str key = sdk_json_key(at), rest = sdk_str(known);
		bool found = false;

		while (rest.n > 0 && !found)
			found = sdk_eq(sdk_cut(rest, ' ', &rest), key);
		if (!found)
			return sdk_fail(err, ENT_EINVAL, "decode gave %s.%.*s, which has no meaning (known: %s)", what,
					shown(key, 40), key.p, known);
	}
	return ENT_OK;
}

/* Text of a string or number; null, empty and missing are all absent. */
static enum ent_rc word_at(const struct sdk_json *node, const char *path, struct ent_str *ret, struct ent_err *err)
{
	const struct sdk_json *at = sdk_json_at(node, path);
	enum sdk_json_kind kind = sdk_json_kind(at);

	if (at && kind != SDK_JSON_NULL && kind != SDK_JSON_STRING && kind != SDK_JSON_NUMBER)
		return sdk_fail(err, ENT_EINVAL, "decode gave a %s that is neither text nor a number", path);
	*ret = sdk_word_at(node, path);
	return ENT_OK;
}

/* RFC 3339, or milliseconds since 1970 as a number. */
static enum ent_rc time_of(const struct sdk_json *at, const char *what, int64_t *ret, struct ent_err *err)
{
	struct ent_str text = sdk_json_text(at);

	if (!at || sdk_json_kind(at) == SDK_JSON_NULL || (sdk_json_kind(at) == SDK_JSON_STRING && text.n == 0))
		return ENT_OK;
	if (sdk_json_kind(at) == SDK_JSON_STRING && sdk_time_parse(text, 0, ret))
		return ENT_OK;
	if (sdk_json_kind(at) == SDK_JSON_NUMBER && sdk_json_int(at, ret) && *ret >= MS_LEAST)
		return ENT_OK;
	return sdk_fail(
	    err, ENT_EINVAL,
	    "decode gave a %s that is no time: 2026-11-22T04:18:45Z, or milliseconds since 1970 as a number (seconds: "
	    "todate)",
	    what);
}

static enum ent_rc person_at(const struct sdk_json *node, const char *path, struct ent_person *ret, struct ent_err *err)
{
	const struct sdk_json *at = sdk_json_at(node, path);
	enum ent_rc rc;

	if (!at || sdk_json_kind(at) == SDK_JSON_NULL)
		return ENT_OK;
	if (sdk_json_kind(at) == SDK_JSON_STRING) {
		ret->name = sdk_json_text(at);
		return ENT_OK;
	}
	rc = members_vet(at, path, "id name", err);
	if (rc == ENT_OK)
		rc = word_at(at, "id", &ret->id, err);
	if (rc == ENT_OK)
		rc = word_at(at, "name", &ret->name, err);
	return rc;
}

/* ---- the ticket --------------------------------------------------------------------- */

static bool is_mapped(enum ent_attr attr)
{
	return attr == ENT_STATUS || attr == ENT_PRIORITY;
}

static bool is_canonical(enum ent_attr attr, struct ent_str word)
{
	if (attr == ENT_STATUS)
		return sdk_status(word) != ENT_STATUS_UNKNOWN;
	return word.n == 1 && word.p[0] >= '1' && word.p[0] <= '5';
}

/* {"text", "native"}: canonical word and native one; else a name and an id. */
static enum ent_rc pair_read(struct ent_ticket *ticket, enum ent_attr attr, const struct sdk_json *at,
			     struct ent_err *err)
{
	const char *name = sdk_attr_name(attr);
	struct ent_str text = ENT_ABSENT, native = ENT_ABSENT, id = ENT_ABSENT, named = ENT_ABSENT;
	enum ent_rc rc = members_vet(at, name, is_mapped(attr) ? "text native" : "text native id name", err);

	if (rc == ENT_OK)
		rc = word_at(at, "text", &text, err);
	if (rc == ENT_OK)
		rc = word_at(at, "native", &native, err);
	if (rc == ENT_OK)
		rc = word_at(at, "id", &id, err);
	if (rc == ENT_OK)
		rc = word_at(at, "name", &named, err);
	if (rc != ENT_OK)
		return rc;
	text = text.p ? text : named;
	native = native.p ? native : id;
	if (is_mapped(attr) && text.p && !is_canonical(attr, text))
		return sdk_fail(err, ENT_EINVAL, "decode gave %s.text \"%.*s\", which is no %s of the ticket language",
				name, shown(text, 40), text.p, name);
	if (is_mapped(attr) && text.p && !native.p)
		native = text;
	if (is_mapped(attr))
		sdk_set_person(ticket, attr, native, text);
	else
		sdk_set_reference(ticket, attr, native, text);
	return ENT_OK;
}

static enum ent_rc attr_read(struct ent_ticket *ticket, enum ent_attr attr, const struct sdk_json *at,
			     struct ent_arena *arena, struct ent_err *err)
{
	enum sdk_json_kind kind = sdk_json_kind(at);
	const char *name = sdk_attr_name(attr);
	int64_t ms = 0;
	enum ent_rc rc;

	if (kind == SDK_JSON_NULL || (kind == SDK_JSON_STRING && sdk_json_text(at).n == 0)) {
		sdk_set(ticket, attr, ENT_ABSENT);
		return ENT_OK;
	}
	if (attr == ENT_FIELDS) {
		if (kind != SDK_JSON_OBJECT)
			return sdk_fail(err, ENT_EINVAL, "decode gave fields that are no object");
		sdk_set(ticket, attr, sdk_json_print(arena, at));
		return ENT_OK;
	}
	if (attr == ENT_OPENED_AT || attr == ENT_DUE_AT) {
		rc = time_of(at, name, &ms, err);
		if (rc == ENT_OK)
			sdk_set(ticket, attr, sdk_time(arena, ms));
		return rc;
	}
	if (kind == SDK_JSON_OBJECT)
		return pair_read(ticket, attr, at, err);
	if (kind != SDK_JSON_STRING && kind != SDK_JSON_NUMBER)
		return sdk_fail(err, ENT_EINVAL, "decode gave a %s that is neither text nor {\"text\", \"native\"}",
				name);
	if (is_mapped(attr))
		sdk_set_native(ticket, attr, sdk_json_text(at));
	else
		sdk_set(ticket, attr, sdk_json_text(at));
	return ENT_OK;
}

static enum ent_rc ticket_read(struct ent_ticket *ticket, const struct sdk_json *node, struct ent_arena *arena,
			       struct ent_err *err)
{
	const struct sdk_json *at = sdk_json_at(node, "ticket");
	enum ent_rc rc =
	    sdk_json_kind(at) == SDK_JSON_OBJECT
		? sdk_id_at(node, "ticket.id", &ticket->id, err)
		: sdk_fail(err, ENT_EINVAL, "decode gave no ticket: {\"ticket\": {\"id\": ...}} is the least");

	if (rc == ENT_OK)
		rc = word_at(node, "ticket.key", &ticket->key, err);
	for (at = sdk_json_first(at); at && rc == ENT_OK; at = sdk_json_next(at)) {
		struct ent_str key = sdk_json_key(at);
		enum ent_attr attr;

		if (sdk_eqz(key, "id") || sdk_eqz(key, "key"))
			continue;
		if (sdk_attr(key, &attr))
			rc = attr_read(ticket, attr, at, arena, err);
		else
			rc = sdk_fail(
			    err, ENT_EINVAL,
			    "decode gave ticket.%.*s, which is no attribute; put what has no name of its own under "
			    "ticket.fields",
			    shown(key, 40), key.p);
	}
	return rc;
}

/* ---- what it belongs to --------------------------------------------------------------- */

static enum ent_rc correlation_read(struct ent_correlation *ret, const struct sdk_json *node, struct ent_arena *arena,
				    struct ent_err *err)
{
	const struct sdk_json *correlation = sdk_json_at(node, "correlation");
	const struct sdk_json *list = sdk_json_at(correlation, "references");
	struct ent_reference *reference;
	enum ent_rc rc;

	if (!correlation || sdk_json_kind(correlation) == SDK_JSON_NULL)
		return ENT_OK;
	rc = members_vet(correlation, "correlation", "number key references", err);
	if (rc == ENT_OK)
		rc = word_at(node, "correlation.number", &ret->number, err);
	if (rc == ENT_OK)
		rc = word_at(node, "correlation.key", &ret->key, err);
	if (rc != ENT_OK || !list || sdk_json_kind(list) == SDK_JSON_NULL)
		return rc;
	if (sdk_json_kind(list) != SDK_JSON_ARRAY || sdk_json_count(list) > REFERENCES_MAX)
		return sdk_fail(err, ENT_EINVAL, "decode gave correlation.references that are no list of at most %d",
				REFERENCES_MAX);
	ret->reference = reference = SDK_NEW_N(arena, struct ent_reference, sdk_json_count(list) + 1);
	for (const struct sdk_json *at = sdk_json_first(list); at && rc == ENT_OK; at = sdk_json_next(at)) {
		struct ent_reference *one = &reference[ret->n_reference];

		rc = members_vet(at, "reference", "supplier id", err);
		if (rc == ENT_OK)
			rc = word_at(at, "supplier", &one->supplier, err);
		if (rc == ENT_OK)
			rc = word_at(at, "id", &one->id, err);
		/* half of one says nothing: a tool's field that nobody filled in */
		ret->n_reference += one->supplier.p && one->id.p;
	}
	return rc;
}

/* ---- comments and attachments ------------------------------------------------------------ */

static enum ent_rc visibility_read(struct ent_comment *ret, const struct sdk_json *node, struct ent_err *err)
{
	const struct sdk_json *at = sdk_json_at(node, "public"), *word = sdk_json_at(node, "visibility");

	if (at && sdk_json_kind(at) != SDK_JSON_BOOL && sdk_json_kind(at) != SDK_JSON_NULL)
		return sdk_fail(err, ENT_EINVAL, "decode gave a comment.public that is neither true nor false");
	if (word && sdk_json_kind(word) != SDK_JSON_NULL && !sdk_json_is(node, "visibility", "public") &&
	    !sdk_json_is(node, "visibility", "internal"))
		return sdk_fail(err, ENT_EINVAL,
				"decode gave a comment.visibility that is neither \"public\" nor \"internal\"");
	if (sdk_json_bool(at, false) || (!at && sdk_json_is(node, "visibility", "public")))
		ret->visibility = ENT_PUBLIC;
	return ENT_OK;
}

/* A tool that gives no id: the same words of the same person at the same time are the same comment. */
static struct ent_str comment_id(const struct ent_change *change, const struct sdk_json *node, struct ent_arena *arena)
{
	const struct ent_comment *comment = &change->comment;
	const struct ent_str part[] = {
	    change->ticket.id,
	    ENT_STR("\n"),
	    sdk_int(arena, change->stamp.version),
	    ENT_STR("\n"),
	    sdk_int(arena, comment->created_ms ? comment->created_ms : change->stamp.time_ms),
	    ENT_STR("\n"),
	    sdk_json_print(arena, sdk_json_at(node, "author") ? sdk_json_at(node, "author") : node),
	    ENT_STR("\n"),
	    comment->body};

	return sdk_content_id(arena, part, sizeof part / sizeof *part);
}

static enum ent_rc comment_read(struct ent_change *change, const struct sdk_json *node, struct ent_arena *arena,
				struct ent_err *err)
{
	struct ent_comment *comment = &change->comment;
	const struct sdk_json *id = sdk_json_at(node, "id");
	enum ent_rc rc = members_vet(node, "comment", "id author body public visibility created_at removed", err);

	if (rc != ENT_OK)
		return rc;
	if (sdk_json_bool(sdk_json_at(node, "removed"), false))
		change->kind = ENT_COMMENT_REMOVED;
	rc = visibility_read(comment, node, err);
	if (rc == ENT_OK)
		rc = person_at(node, "author", &comment->author, err);
	if (rc == ENT_OK)
		rc = time_of(sdk_json_at(node, "created_at"), "comment.created_at", &comment->created_ms, err);
	if (rc != ENT_OK)
		return rc;
	if (sdk_json_kind(sdk_json_at(node, "body")) == SDK_JSON_STRING)
		comment->body = sdk_json_text_at(node, "body");
	if (change->kind == ENT_COMMENT_ADDED && !comment->body.p)
		return sdk_fail(err, ENT_EINVAL, "decode gave a comment whose body is no text");
	if (id && sdk_json_kind(id) != SDK_JSON_NULL)
		return sdk_id_at(node, "id", &comment->id, err);
	if (change->kind == ENT_COMMENT_REMOVED)
		return sdk_fail(err, ENT_EINVAL, "decode gave a removed comment without id");
	comment->id = comment_id(change, node, arena);
	return ENT_OK;
}

static enum ent_rc attachment_read(struct ent_change *change, const struct sdk_json *node, struct ent_arena *arena,
				   struct ent_err *err)
{
	static const struct sdk_attachment_names names = {"id", "name", "media_type", "url", "size"};
	enum ent_rc rc = members_vet(node, "attachment", "id name media_type url size", err);

	(void)arena;
	return rc == ENT_OK ? sdk_attachment_read(node, &names, &change->attachment, err) : rc;
}

/* ---- one output ------------------------------------------------------------------------------ */

struct output {
	struct sdk_changes *list;
	struct ent_change model; /* ticket, stamp, actor and correlation: the first change has all of it */
	bool told;
};

static enum ent_rc change_add(struct output *output, enum ent_change_kind kind, struct ent_change **ret,
			      struct ent_err *err)
{
	struct ent_change *change =
	    output->told ? sdk_changes_beside(output->list, &output->model, kind) : sdk_changes_add(output->list, kind);

	if (!change)
		return sdk_fail(err, ENT_EINVAL, "decode gave more than %d changes", CHANGES_MAX);
	if (!output->told) {
		*change = output->model;
		change->kind = kind;
	}
	output->told = true;
	*ret = change;
	return ENT_OK;
}

static enum ent_rc part_add(struct output *output, enum ent_change_kind kind,
			    enum ent_rc (*read)(struct ent_change *, const struct sdk_json *, struct ent_arena *,
						struct ent_err *),
			    const struct sdk_json *node, struct ent_err *err)
{
	struct ent_change *change;
	enum ent_rc rc = change_add(output, kind, &change, err);

	return rc == ENT_OK ? read(change, node, output->list->arena, err) : rc;
}

/* `one` holds an object, `many` a list of them; either may be missing. */
static enum ent_rc parts_add(struct output *output, enum ent_change_kind kind,
			     enum ent_rc (*read)(struct ent_change *, const struct sdk_json *, struct ent_arena *,
						 struct ent_err *),
			     const struct sdk_json *one, const struct sdk_json *many, struct ent_err *err)
{
	enum ent_rc rc = ENT_OK;

	if (one && sdk_json_kind(one) != SDK_JSON_NULL)
		rc = part_add(output, kind, read, one, err);
	if (rc != ENT_OK || !many || sdk_json_kind(many) == SDK_JSON_NULL)
		return rc;
	if (sdk_json_kind(many) != SDK_JSON_ARRAY)
		return sdk_fail(err, ENT_EINVAL, "decode gave comments or attachments that are no list");
	for (const struct sdk_json *at = sdk_json_first(many); at && rc == ENT_OK; at = sdk_json_next(at))
		rc = part_add(output, kind, read, at, err);
	return rc;
}

static enum ent_rc model_read(struct ent_change *model, const struct sdk_json *root, struct ent_arena *arena,
			      struct ent_err *err)
{
	const struct sdk_json *version = sdk_json_at(root, "version");
	enum ent_rc rc = ticket_read(&model->ticket, root, arena, err);

	if (rc == ENT_OK)
		rc = time_of(sdk_json_at(root, "time"), "time", &model->stamp.time_ms, err);
	if (rc == ENT_OK)
		rc = person_at(root, "actor", &model->actor, err);
	if (rc == ENT_OK)
		rc = correlation_read(&model->correlation, root, arena, err);
	if (rc == ENT_OK && version && sdk_json_kind(version) != SDK_JSON_NULL &&
	    (!sdk_json_int(version, &model->stamp.version) || model->stamp.version < 1))
		return sdk_fail(err, ENT_EINVAL, "decode gave a version that is no whole number of 1 or more");
	return rc;
}

enum ent_rc output_read(struct sdk_changes *list, struct ent_str json, struct ent_err *err)
{
	static const char known[] =
	    "ticket version time actor correlation comment comments attachment attachments removed";
	struct output output = {.list = list};
	const struct sdk_json *root = NULL, *comment, *comments, *attachment, *attachments;
	bool removed;
	struct ent_change *change;
	enum ent_rc rc = sdk_json_parse(list->arena, json, &root, err);

	if (rc != ENT_OK)
		return rc;
	if (sdk_json_kind(root) != SDK_JSON_OBJECT)
		return sdk_fail(err, ENT_EINVAL,
				"decode gave %.*s%s, each output must be an object (nothing: empty; a list: .[])",
				shown(json, 30), json.p, json.n > 30 ? "..." : "");
	rc = members_vet(root, "output", known, err);
	if (rc == ENT_OK)
		rc = model_read(&output.model, root, list->arena, err);
	if (rc != ENT_OK)
		return rc;
	comment = sdk_json_at(root, "comment");
	comments = sdk_json_at(root, "comments");
	attachment = sdk_json_at(root, "attachment");
	attachments = sdk_json_at(root, "attachments");
	removed = sdk_json_bool(sdk_json_at(root, "removed"), false);
	/* a ticket that is only named beside a comment did not change */
	if (removed || output.model.ticket.has ||
	    (sdk_json_kind(comment) != SDK_JSON_OBJECT && sdk_json_count(comments) == 0 &&
	     sdk_json_kind(attachment) != SDK_JSON_OBJECT && sdk_json_count(attachments) == 0))
		rc = change_add(&output, removed ? ENT_TICKET_REMOVED : ENT_TICKET_CHANGED, &change, err);
	if (rc == ENT_OK)
		rc = parts_add(&output, ENT_COMMENT_ADDED, comment_read, comment, comments, err);
	if (rc == ENT_OK)
		rc = parts_add(&output, ENT_ATTACHMENT_ADDED, attachment_read, attachment, attachments, err);
	return rc;
}
