/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The data of a native event, strictly: a member that is there and not of its kind
 * refuses the event, since who adapts to us wants to be told what is wrong.
 */
#include "native.h"

#include "sdk/time.h"

#define TYPE_PREFIX     "org.entente.supplier."
#define ATTACHMENTS_MAX 256
#define REFERENCES_MAX  64

static const struct {
	const char *type;
	enum ent_change_kind kind;
} native_kind[] = {
    {TYPE_PREFIX "ticket.changed.v1", ENT_TICKET_CHANGED},     {TYPE_PREFIX "ticket.removed.v1", ENT_TICKET_REMOVED},
    {TYPE_PREFIX "comment.added.v1", ENT_COMMENT_ADDED},       {TYPE_PREFIX "comment.removed.v1", ENT_COMMENT_REMOVED},
    {TYPE_PREFIX "attachment.added.v1", ENT_ATTACHMENT_ADDED},
};

/* How an attribute may be written. */
enum shape {
	SHAPE_TEXT,      /* "..." */
	SHAPE_CANONICAL, /* "native word", or {"native", "canonical"} */
	SHAPE_NAMED,     /* "name", or {"id", "name"} */
	SHAPE_TIME,      /* RFC 3339 */
	SHAPE_OBJECT
};

static const enum shape attr_shape[ENT_N_ATTR] = {
    [ENT_TITLE] = SHAPE_TEXT,         [ENT_DESCRIPTION] = SHAPE_TEXT, [ENT_STATUS] = SHAPE_CANONICAL,
    [ENT_PRIORITY] = SHAPE_CANONICAL, [ENT_CATEGORY] = SHAPE_NAMED,   [ENT_SERVICE] = SHAPE_NAMED,
    [ENT_SITE] = SHAPE_NAMED,         [ENT_TEAM] = SHAPE_NAMED,       [ENT_ASSIGNEE] = SHAPE_NAMED,
    [ENT_REQUESTER] = SHAPE_NAMED,    [ENT_URL] = SHAPE_TEXT,         [ENT_TRANSFERRED_TO] = SHAPE_NAMED,
    [ENT_OPENED_AT] = SHAPE_TIME,     [ENT_DUE_AT] = SHAPE_TIME,      [ENT_FIELDS] = SHAPE_OBJECT,
};

/* Text of a string or a number; absent and missing are both fine. */
static enum ent_rc text_at(const struct sdk_json *node, const char *path, struct ent_str *ret, struct ent_err *err)
{
	const struct sdk_json *at = sdk_json_at(node, path);
	enum sdk_json_kind kind = sdk_json_kind(at);

	if (at && kind != SDK_JSON_NULL && kind != SDK_JSON_STRING && kind != SDK_JSON_NUMBER)
		return sdk_fail(err, ENT_EINVAL, "%s is neither text nor null", path);
	*ret = sdk_json_text(at);
	return ENT_OK;
}

static enum ent_rc time_at(const struct sdk_json *node, const char *path, int64_t *ret, struct ent_err *err)
{
	struct ent_str text;
	enum ent_rc rc = text_at(node, path, &text, err);

	if (rc == ENT_OK && text.n > 0 && !sdk_time_parse(text, 0, ret))
		return sdk_fail(err, ENT_EINVAL, "%s is no RFC 3339 time", path);
	return rc;
}

static bool is_canonical(enum ent_attr attr, struct ent_str word)
{
	if (attr == ENT_STATUS)
		return sdk_status(word) != ENT_STATUS_UNKNOWN;
	return word.n == 1 && word.p[0] >= '1' && word.p[0] <= '5';
}

/* {"native", "canonical"} or {"id", "name"}. */
static enum ent_rc pair_read(struct ent_ticket *ticket, enum ent_attr attr, const struct sdk_json *at,
			     struct ent_err *err)
{
	bool canonical = attr_shape[attr] == SHAPE_CANONICAL;
	struct ent_str text = ENT_ABSENT, native = ENT_ABSENT;
	enum ent_rc rc = text_at(at, canonical ? "canonical" : "name", &text, err);

	if (rc == ENT_OK)
		rc = text_at(at, canonical ? "native" : "id", &native, err);
	if (rc != ENT_OK || (!text.p && !native.p))
		return sdk_fail(err, ENT_EINVAL, "ticket.%s needs text in %s", sdk_attr_name(attr),
				canonical ? "native or canonical" : "id or name");
	if (canonical && text.n > 0 && !is_canonical(attr, text))
		return sdk_fail(err, ENT_EINVAL, "ticket.%s.canonical is no word of the ticket language",
				sdk_attr_name(attr));
	if (canonical && !native.p)
		native = text;
	sdk_set_person(ticket, attr, native, text);
	return ENT_OK;
}

static enum ent_rc attr_read(struct ent_ticket *ticket, enum ent_attr attr, const struct sdk_json *at,
			     struct ent_arena *arena, struct ent_err *err)
{
	enum sdk_json_kind kind = sdk_json_kind(at);
	enum shape shape = attr_shape[attr];
	bool is_text = kind == SDK_JSON_STRING || kind == SDK_JSON_NUMBER;
	int64_t ms;

	if (kind == SDK_JSON_NULL) {
		sdk_set(ticket, attr, ENT_ABSENT);
		return ENT_OK;
	}
	if (kind == SDK_JSON_OBJECT && (shape == SHAPE_CANONICAL || shape == SHAPE_NAMED))
		return pair_read(ticket, attr, at, err);
	if (kind == SDK_JSON_OBJECT && shape == SHAPE_OBJECT) {
		sdk_set(ticket, attr, sdk_json_print(arena, at));
		return ENT_OK;
	}
	if (!is_text || shape == SHAPE_OBJECT)
		return sdk_fail(err, ENT_EINVAL, "ticket.%s is of the wrong kind", sdk_attr_name(attr));
	if (shape == SHAPE_TIME) {
		if (!sdk_time_parse(sdk_json_text(at), 0, &ms))
			return sdk_fail(err, ENT_EINVAL, "ticket.%s is no RFC 3339 time", sdk_attr_name(attr));
		sdk_set(ticket, attr, sdk_time(arena, ms));
	} else if (shape == SHAPE_CANONICAL) {
		sdk_set_native(ticket, attr, sdk_json_text(at));
	} else {
		sdk_set(ticket, attr, sdk_json_text(at));
	}
	return ENT_OK;
}

static enum ent_rc ticket_read(struct ent_ticket *ticket, const struct sdk_json *data, struct ent_arena *arena,
			       struct ent_err *err)
{
	const struct sdk_json *node = sdk_json_at(data, "ticket");
	enum ent_rc rc = sdk_id_at(data, "ticket.id", &ticket->id, err);

	ticket->key = sdk_word_at(data, "ticket.key");
	for (unsigned attr = 0; attr < ENT_N_ATTR && rc == ENT_OK; attr++) {
		const struct sdk_json *at = sdk_json_at(node, sdk_attr_name((enum ent_attr)attr));

		if (at)
			rc = attr_read(ticket, (enum ent_attr)attr, at, arena, err);
	}
	return rc;
}

static enum ent_rc correlation_read(struct ent_correlation *ret, const struct sdk_json *data, struct ent_arena *arena,
				    struct ent_err *err)
{
	const struct sdk_json *list = sdk_json_at(data, "correlation.references");
	size_t n = 0, count = sdk_json_count(list);
	struct ent_reference *reference;

	ret->number = sdk_word_at(data, "correlation.number");
	ret->key = sdk_word_at(data, "correlation.key");
	if (!list || sdk_json_kind(list) == SDK_JSON_NULL)
		return ENT_OK;
	if (sdk_json_kind(list) != SDK_JSON_ARRAY || count > REFERENCES_MAX)
		return sdk_fail(err, ENT_EINVAL, "correlation.references is no list of at most %d", REFERENCES_MAX);
	reference = SDK_NEW_N(arena, struct ent_reference, count + 1);
	for (const struct sdk_json *at = sdk_json_first(list); at; at = sdk_json_next(at), n++) {
		reference[n].supplier = sdk_word_at(at, "supplier");
		reference[n].id = sdk_word_at(at, "id");
		if (!reference[n].supplier.p || !reference[n].id.p)
			return sdk_fail(err, ENT_EINVAL, "correlation.references: each needs supplier and id");
	}
	ret->reference = reference;
	ret->n_reference = n;
	return ENT_OK;
}

static enum ent_rc comment_read(struct ent_comment *ret, const struct sdk_json *data, bool is_removal,
				struct ent_err *err)
{
	struct ent_str visibility = sdk_json_text_at(data, "comment.visibility");
	enum ent_rc rc = sdk_id_at(data, "comment.id", &ret->id, err);

	if (rc == ENT_OK)
		rc = text_at(data, "comment.body", &ret->body, err);
	if (rc == ENT_OK)
		rc = time_at(data, "comment.created_at", &ret->created_ms, err);
	if (rc != ENT_OK)
		return rc;
	if (!is_removal && !ret->body.p)
		return sdk_fail(err, ENT_EINVAL, "comment.body is missing");
	if (visibility.p && !sdk_eqz(visibility, "public") && !sdk_eqz(visibility, "internal"))
		return sdk_fail(err, ENT_EINVAL, "comment.visibility is neither public nor internal");
	if (sdk_eqz(visibility, "public"))
		ret->visibility = ENT_PUBLIC;
	ret->author.id = sdk_word_at(data, "comment.author.id");
	ret->author.name = sdk_word_at(data, "comment.author.name");
	return ENT_OK;
}

static enum ent_rc attachment_read(struct ent_attachment *ret, const struct sdk_json *node, struct ent_err *err)
{
	static const struct sdk_attachment_names names = {"id", "name", "media_type", "url", "size"};

	return sdk_attachment_read(node, &names, ret, err);
}

/* Each attachment is a change of its own; it repeats who, when and which ticket. */
static enum ent_rc attachments_add(struct sdk_changes *list, const struct ent_change *model,
				   const struct sdk_json *node, struct ent_err *err)
{
	for (const struct sdk_json *at = sdk_json_first(node); at; at = sdk_json_next(at)) {
		struct ent_change *change = sdk_changes_beside(list, model, ENT_ATTACHMENT_ADDED);
		enum ent_rc rc;

		if (!change)
			return sdk_fail(err, ENT_EINVAL, "attachments are more than %d", ATTACHMENTS_MAX);
		rc = attachment_read(&change->attachment, at, err);
		if (rc != ENT_OK)
			return rc;
	}
	return ENT_OK;
}

static enum ent_rc change_read(struct ent_change *change, const struct native_event *event, struct ent_arena *arena,
			       struct ent_err *err)
{
	const struct sdk_json *version = sdk_json_at(event->data, "version");
	enum ent_rc rc = ticket_read(&change->ticket, event->data, arena, err);

	change->stamp.time_ms = event->time_ms;
	if (rc == ENT_OK)
		rc = time_at(event->data, "time", &change->stamp.time_ms, err);
	if (rc == ENT_OK)
		rc = correlation_read(&change->correlation, event->data, arena, err);
	if (rc != ENT_OK)
		return rc;
	if (version && (!sdk_json_int(version, &change->stamp.version) || change->stamp.version < 1))
		return sdk_fail(err, ENT_EINVAL, "version is no whole number of 1 or more");
	change->actor.id = sdk_word_at(event->data, "actor.id");
	change->actor.name = sdk_word_at(event->data, "actor.name");
	if (change->kind == ENT_COMMENT_ADDED || change->kind == ENT_COMMENT_REMOVED)
		return comment_read(&change->comment, event->data, change->kind == ENT_COMMENT_REMOVED, err);
	if (change->kind == ENT_ATTACHMENT_ADDED)
		return attachment_read(&change->attachment, sdk_json_at(event->data, "attachment"), err);
	return ENT_OK;
}

enum ent_rc native_changes(const struct native_event *event, struct ent_arena *arena, struct ent_changes *ret,
			   struct ent_err *err)
{
	const struct sdk_json *attachments = sdk_json_at(event->data, "attachments");
	struct sdk_changes list;
	struct ent_change model;
	struct ent_change *change;
	enum ent_rc rc;
	size_t i = 0;

	sdk_changes_init(&list, arena, 1 + ATTACHMENTS_MAX);
	if (sdk_eqz(event->type, TYPE_PREFIX "ping.v1")) {
		*ret = sdk_changes_take(&list);
		return ENT_OK;
	}
	while (i < sizeof(native_kind) / sizeof(native_kind[0]) && !sdk_eqz(event->type, native_kind[i].type))
		i++;
	if (i == sizeof(native_kind) / sizeof(native_kind[0]))
		return sdk_fail(err, ENT_EINVAL, "type %.*s is none that Entente takes",
				(int)(event->type.n < 80 ? event->type.n : 80), event->type.p);
	if (sdk_json_kind(event->data) != SDK_JSON_OBJECT)
		return sdk_fail(err, ENT_EINVAL, "data is no object");
	if (attachments && sdk_json_kind(attachments) != SDK_JSON_ARRAY)
		return sdk_fail(err, ENT_EINVAL, "attachments is no list");

	change = sdk_changes_add(&list, native_kind[i].kind);
	rc = change_read(change, event, arena, err);
	model = *change;
	if (rc == ENT_OK)
		rc = attachments_add(&list, &model, attachments, err);
	if (rc == ENT_OK)
		*ret = sdk_changes_take(&list);
	return rc;
}
