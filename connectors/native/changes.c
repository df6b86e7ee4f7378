/* SPDX-License-Identifier: Apache-2.0 */
/* The data of a native event: the ticket language as the sdk reads it, and which change the event's type means. */
#include "native.h"

#include "sdk/acts.h"
#include "sdk/reader.h"

#define TYPE_PREFIX "org.entente.supplier."

static const struct {
	const char *type;
	enum ent_change_kind kind;
} native_kind[] = {
    {TYPE_PREFIX "ticket.changed.v1", ENT_TICKET_CHANGED},
    {TYPE_PREFIX "ticket.removed.v1", ENT_TICKET_REMOVED},
    {TYPE_PREFIX "comment.added.v1", ENT_COMMENT_ADDED},
    {TYPE_PREFIX "comment.removed.v1", ENT_COMMENT_REMOVED},
    {TYPE_PREFIX "attachment.added.v1", ENT_ATTACHMENT_ADDED},
    {TYPE_PREFIX "ticket.continued.v1", ENT_TICKET_CONTINUES},
};

/* "ask.answered.v1". False: it is none of an act. */
static bool is_act(struct ent_str type, enum ent_act_kind *ret)
{
	static const size_t n = sizeof TYPE_PREFIX - 1;
	struct ent_str rest, noun, verb;

	if (!sdk_starts(type, TYPE_PREFIX))
		return false;
	noun = sdk_cut((struct ent_str){type.p + n, type.n - n}, '.', &rest);
	verb = sdk_cut(rest, '.', &rest);
	return sdk_eqz(rest, "v1") && sdk_act(noun, verb, ret);
}

static enum ent_rc act_read(const struct sdk_reader *reader, const struct native_event *event,
			    struct ent_change *change)
{
	enum ent_rc rc = sdk_read_act(reader, event->data, sdk_act_noun(change->act.kind), change);

	if (rc == ENT_OK && change->comment.body.n && !change->comment.id.p)
		return sdk_fail_as(reader->err, ENT_EINVAL, "webhook.comment_id_missing", "comment.id is missing");
	return rc;
}

static enum ent_rc change_read(const struct sdk_reader *reader, const struct native_event *event,
			       struct ent_change *change)
{
	enum ent_rc rc;

	change->stamp.time_ms = event->time_ms; /* unless data has one of its own */
	rc = sdk_read_head(reader, event->data, change);
	if (rc == ENT_OK && (change->kind == ENT_COMMENT_ADDED || change->kind == ENT_COMMENT_REMOVED)) {
		rc = sdk_read_comment(reader, sdk_json_at(event->data, "comment"), change);
		if (rc == ENT_OK && !change->comment.id.p) /* who adapts to us can give one */
			return sdk_fail_as(reader->err, ENT_EINVAL, "webhook.comment_id_missing",
					   "comment.id is missing");
	}
	if (rc == ENT_OK && change->kind == ENT_ACT)
		rc = act_read(reader, event, change);
	if (rc == ENT_OK && change->kind == ENT_TICKET_CONTINUES)
		rc = sdk_read_continues(reader, sdk_json_at(event->data, "continues_as"), change);
	if (change->kind == ENT_ATTACHMENT_ADDED)
		change->comment.id = sdk_json_text_at(event->data, "comment.id");
	if (rc == ENT_OK && change->kind == ENT_ATTACHMENT_ADDED)
		rc = sdk_read_attachment(reader, sdk_json_at(event->data, "attachment"), change);
	return rc;
}

/* Each attachment is a change of its own; it repeats who, when and which ticket. */
static enum ent_rc attachments_add(const struct sdk_reader *reader, struct sdk_changes *list,
				   const struct ent_change *model, const struct sdk_json *node)
{
	enum ent_rc rc = ENT_OK;

	if (sdk_json_kind(node) != SDK_JSON_NULL && sdk_json_kind(node) != SDK_JSON_ARRAY)
		return sdk_fail_as(reader->err, ENT_EINVAL, "native.attachments_kind", "attachments is no list");
	for (const struct sdk_json *at = sdk_json_first(node); at && rc == ENT_OK; at = sdk_json_next(at))
		rc = sdk_read_attachment(reader, at, sdk_changes_beside(list, model, ENT_ATTACHMENT_ADDED));
	return rc;
}

static enum ent_rc event_add(const struct native_event *event, enum ent_change_kind kind, enum ent_act_kind act,
			     struct sdk_changes *list, struct ent_err *err)
{
	const struct sdk_reader reader = {.arena = list->arena, .err = err};
	struct ent_change *change = sdk_changes_add(list, kind);

	change->act.kind = act;
	enum ent_rc rc = change_read(&reader, event, change);
	struct ent_change model = *change;

	if (act != ENT_NO_ACT && model.ticket.has) { /* the state first, then the act beside it */
		change->kind = ENT_TICKET_CHANGED;
		change = sdk_changes_beside(list, &model, ENT_ACT);
		change->act = model.act;
		change->comment = model.comment;
	}
	if (rc == ENT_OK)
		rc = attachments_add(&reader, list, &model, sdk_json_at(event->data, "attachments"));
	return rc;
}

enum ent_rc native_changes(const struct native_event *event, struct sdk_changes *list, struct ent_err *err)
{
	const size_t n = sizeof(native_kind) / sizeof(native_kind[0]);
	enum ent_act_kind act = ENT_NO_ACT;
	size_t i = 0;

	if (sdk_eqz(event->type, TYPE_PREFIX "ping.v1"))
		return ENT_OK;
	while (i < n && !sdk_eqz(event->type, native_kind[i].type))
		i++;
	if (i == n && !is_act(event->type, &act))
		return sdk_fail_as(err, ENT_EINVAL, "native.type_unknown",
				   "type {type=%.*s} is none that Entente takes", ENT_F(sdk_head(event->type, 80)));
	if (sdk_json_kind(event->data) != SDK_JSON_OBJECT)
		return sdk_fail_as(err, ENT_EINVAL, "native.data_kind", "data is no object");
	return event_add(event, i == n ? ENT_ACT : native_kind[i].kind, act, list, err);
}

bool native_is_state(struct ent_str type)
{
	return sdk_eqz(type, TYPE_PREFIX "ticket.changed.v1") || sdk_eqz(type, TYPE_PREFIX "ticket.removed.v1");
}

enum ent_rc native_ticket(const struct sdk_json *data, struct sdk_changes *list, struct ent_err *err)
{
	const struct native_event event = {.data = data};

	return event_add(&event, ENT_TICKET_CHANGED, ENT_NO_ACT, list, err);
}
