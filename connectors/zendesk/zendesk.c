/* SPDX-License-Identifier: Apache-2.0 */
#include "zendesk.h"

#include "sdk/ask.h"
#include "sdk/crypto.h"
#include "sdk/time.h"

#define EVENT_PREFIX "zen:event-type:"

static const struct ent_setting zendesk_setting[] = {
    {"tolerance_s", ENT_SETTING_INT, "600", offsetof(struct zendesk_settings, tolerance_s),
     "how far a signed timestamp may be from now, in seconds; 0: any"},
    {"unassigned_is_acknowledged", ENT_SETTING_BOOL, "false",
     offsetof(struct zendesk_settings, unassigned_is_acknowledged),
     "Open without an assignee is only acknowledged. Not together with a url, unless whoever opens it there assigns "
     "it, "
     "too"},
    {"requester_email", ENT_SETTING_STR, "", offsetof(struct zendesk_settings, requester_email),
     "requester of the tickets we open; empty: our user"},
    {0},
};

/* Open means accepted by nobody while it has no assignee: that stands after the slash. */
static const struct ent_map_row zendesk_status[] = {
    {"new", "new"},
    {"open/unassigned", "acknowledged"},
    {"open", "in_progress"},
    {"pending", "pending"},
    {"hold", "held"},
    {"solved", "resolved"},
    {"closed", "closed"},
    {"deleted", "cancelled"},
    {0},
};
static const struct ent_map_row zendesk_priority[] = {
    {"urgent", "1"}, {"high", "2"}, {"normal", "3"}, {"low", "4"}, {0},
};

/* ---- comments and attachments ------------------------------------------------- */

static bool is_true(const struct sdk_json *node, const char *path)
{
	return sdk_eqz(sdk_json_text_at(node, path), "true"); /* a trigger writes it as a string */
}

/* A trigger that fired without a comment fills its template with "". */
static bool is_empty(const struct sdk_json *node)
{
	return !sdk_word_at(node, "id").p && !sdk_word_at(node, "html_body").p && !sdk_word_at(node, "plain_body").p &&
	       !sdk_word_at(node, "body").p;
}

static enum ent_rc comment_read(struct ent_comment *ret, bool has_id, const struct sdk_json *node,
				struct ent_arena *arena, struct ent_err *err)
{
	struct ent_str html = sdk_word_at(node, "html_body");
	struct ent_str plain = sdk_word_at(node, "plain_body");
	struct ent_str body = sdk_json_text_at(node, "body");

	if (has_id && sdk_id_at(node, "id", &ret->id, err) != ENT_OK)
		return sdk_fail_as(err, ENT_EINVAL, "webhook.comment_id", "comment.id is missing or no id");
	ret->author = sdk_person_at(node, "author.id", "author.name");
	if (!ret->author.id.p)
		ret->author = (struct ent_person){zendesk_id_at(node, "author_id"), sdk_word_at(node, "author_name")};
	if (html.p || plain.p)
		ret->body = sdk_dialect_read_shown(arena, SDK_ZENDESK, html.p ? sdk_html_to_text(arena, html) : plain);
	else
		ret->body = sdk_dialect_read(arena, SDK_ZENDESK, sdk_or_empty(body));
	ret->visibility = is_true(node, "is_public") || is_true(node, "public") ? ENT_PUBLIC : ENT_INTERNAL;
	ret->created_ms = sdk_time_at(node, "created_at");
	return ENT_OK;
}

/* Events and the API name an attachment's file differently. */
static enum ent_rc attachment_add(struct sdk_changes *list, const struct ent_change *head, const struct sdk_json *node,
				  struct ent_err *err)
{
	struct sdk_attachment_names names = {"id", "file_name", "content_type", "content_url", "size"};

	if (sdk_json_at(node, "filename"))
		names.name = "filename";
	return sdk_attachment_read(node, &names, &sdk_changes_beside(list, head, ENT_ATTACHMENT_ADDED)->attachment,
				   err);
}

/* The comment that a merge leaves in the ticket that took others in names them; the one in the ticket that went in
 * names where it went. */
static void merges_add(struct sdk_changes *list, struct ent_str id, const struct sdk_json *comment)
{
	const struct sdk_json *source = sdk_json_at(comment, "via.source");
	struct ent_str to = zendesk_id_at(source, "to.ticket_id"), from = zendesk_id_at(source, "from.ticket_id");

	if (!sdk_json_is(source, "rel", "merge"))
		return;
	for (const struct sdk_json *at = sdk_json_first(sdk_json_at(source, "from.ticket_ids")); at;
	     at = sdk_json_next(at))
		if (sdk_json_text(at).n && !sdk_eq(sdk_json_text(at), id))
			sdk_continues(list, sdk_json_text(at), id, ENT_ABSENT);
	if (from.n && !sdk_eq(from, id))
		sdk_continues(list, from, id, ENT_ABSENT);
	if (to.n && !sdk_eq(to, id))
		sdk_continues(list, id, to, ENT_ABSENT);
}

enum ent_rc zendesk_comment(struct sdk_changes *list, const struct ent_change *head, enum ent_change_kind kind,
			    const struct sdk_json *comment, struct ent_err *err)
{
	const struct sdk_json *attachment = sdk_json_first(sdk_json_at(comment, "attachments"));
	struct ent_change *change;
	enum ent_rc rc;

	if (kind == ENT_COMMENT_ADDED && is_empty(comment))
		return ENT_OK;
	change = sdk_changes_beside(list, head, kind);
	rc = comment_read(&change->comment, kind == ENT_COMMENT_REMOVED || sdk_word_at(comment, "id").p, comment,
			  list->arena, err);
	if (rc == ENT_OK && change->comment.created_ms == 0 && kind == ENT_COMMENT_ADDED)
		change->comment.created_ms = head->stamp.time_ms;
	const struct ent_change said = *change; /* the list may move */
	for (; attachment && rc == ENT_OK; attachment = sdk_json_next(attachment))
		rc = attachment_add(list, &said, attachment, err);
	if (rc == ENT_OK)
		merges_add(list, head->ticket.id, comment);
	return rc;
}

/* ---- the two shapes ------------------------------------------------------------- */

static bool is_removal(struct ent_str type)
{
	return sdk_eqz(type, "ticket.soft_deleted") || sdk_eqz(type, "ticket.permanently_deleted") ||
	       sdk_eqz(type, "ticket.marked_as_spam");
}

static enum ent_rc event_decode(const struct zendesk_settings *settings, struct sdk_changes *list, struct ent_str type,
				const struct sdk_json *root, struct ent_err *err)
{
	const struct sdk_json *detail = sdk_json_at(root, "detail");
	const struct sdk_json *comment = sdk_json_at(root, "event.comment");
	struct ent_change head = {0}, *change;
	enum ent_rc rc = sdk_id_at(root, "detail.id", &head.ticket.id, err);

	if (rc != ENT_OK)
		return rc;
	head.stamp.time_ms = sdk_time_at(root, "time");
	if (head.stamp.time_ms == 0)
		head.stamp.time_ms = sdk_time_at(detail, "updated_at");
	head.actor.id = zendesk_id_at(detail, "actor_id");
	if (sdk_eqz(type, "ticket.merged") && zendesk_id_at(root, "event.target_ticket_id").p) {
		sdk_continues(list, head.ticket.id, zendesk_id_at(root, "event.target_ticket_id"), ENT_ABSENT);
		return ENT_OK;
	}
	change = sdk_changes_beside(list, &head, is_removal(type) ? ENT_TICKET_REMOVED : ENT_TICKET_CHANGED);
	if (change->kind == ENT_TICKET_REMOVED)
		return ENT_OK;
	zendesk_ticket(settings, &change->ticket, detail, list->arena);
	zendesk_event(&change->ticket, type, sdk_json_at(root, "event"), list->arena);
	zendesk_went_in(&change->ticket, detail);
	change->correlation.number = sdk_word_at(detail, "external_id");
	if (sdk_eqz(type, "ticket.comment_added"))
		return zendesk_comment(list, &head, ENT_COMMENT_ADDED, comment, err);
	/* These two tell the id alone. A comment that the supplier took back must not be shown any longer. */
	if (sdk_eqz(type, "ticket.comment_made_private") || sdk_eqz(type, "ticket.comment_redacted"))
		return zendesk_comment(list, &head, ENT_COMMENT_REMOVED, comment, err);
	if (sdk_eqz(type, "ticket.attachment_linked_to_comment")) {
		head.kind = ENT_COMMENT_ADDED; /* the file stands at it */
		head.comment.id = sdk_word_at(comment, "id");
		return attachment_add(list, &head, sdk_json_at(comment, "attachment"), err);
	}
	return ENT_OK;
}

static enum ent_rc trigger_decode(const struct zendesk_settings *settings, struct sdk_changes *list,
				  const struct sdk_json *root, struct ent_err *err)
{
	const struct sdk_json *ticket = sdk_json_at(root, "ticket");
	struct ent_change head = {0}, *change;
	enum ent_rc rc = sdk_id_at(root, "ticket.id", &head.ticket.id, err);

	if (rc != ENT_OK)
		return rc;
	head.stamp.time_ms = sdk_time_at(ticket, "updated_at");
	head.actor = (struct ent_person){zendesk_id_at(root, "actor.id"), sdk_word_at(root, "actor.name")};
	change = sdk_changes_beside(list, &head, ENT_TICKET_CHANGED);
	zendesk_ticket(settings, &change->ticket, ticket, list->arena);
	zendesk_went_in(&change->ticket, ticket);
	change->correlation.number = sdk_word_at(ticket, "external_id");
	return zendesk_comment(list, &head, ENT_COMMENT_ADDED, sdk_json_at(root, "comment"), err);
}

static enum ent_rc zendesk_decode(const struct ent_self *self, const struct ent_webhook *webhook,
				  struct ent_arena *arena, struct ent_changes *ret, struct ent_err *err)
{
	const struct sdk_json *root;
	struct sdk_changes list;
	struct ent_str type;
	enum ent_rc rc = sdk_body_object(arena, webhook->body, &root, err);

	if (rc != ENT_OK)
		return rc;
	sdk_changes_init(&list, arena);
	type = sdk_json_text_at(root, "type");
	if (sdk_starts(type, EVENT_PREFIX "ticket.")) {
		type = (struct ent_str){type.p + sizeof(EVENT_PREFIX) - 1, type.n - (sizeof(EVENT_PREFIX) - 1)};
		rc = event_decode(self->settings, &list, type, root, err);
	} else if (!sdk_starts(type, EVENT_PREFIX)) {
		rc = trigger_decode(self->settings, &list, root, err);
	} /* else users, organizations, articles: not about tickets */
	return rc == ENT_OK ? sdk_changes_take(&list, ret, err) : rc;
}

/* ---- the signature -------------------------------------------------------------- */

static enum ent_rc signature_check(const struct zendesk_settings *settings, const struct ent_webhook *webhook,
				   const struct ent_str *secret, size_t n_secret, int64_t now_ms, struct ent_err *err)
{
	struct ent_str given = sdk_header(webhook->header, webhook->n_header, "X-Zendesk-Webhook-Signature");
	struct ent_str time = sdk_header(webhook->header, webhook->n_header, "X-Zendesk-Webhook-Signature-Timestamp");
	struct ent_str part[] = {time, webhook->body};
	int64_t sent_ms, away_ms;

	if (!given.p || !time.p)
		return sdk_fail_as(
		    err, ENT_EAUTH, "zendesk.signature_missing",
		    "header X-Zendesk-Webhook-Signature or ...-Signature-Timestamp is missing or stands twice");
	if (!sdk_signed_base64(SDK_SHA256, given, secret, n_secret, part, 2))
		return sdk_fail_as(err, ENT_EAUTH, "zendesk.signature_wrong",
				   "header X-Zendesk-Webhook-Signature matches none of the supplier's secrets");
	if (settings->tolerance_s == 0)
		return ENT_OK;
	if (!sdk_time_parse(time, 0, &sent_ms))
		return sdk_fail_as(err, ENT_EAUTH, "zendesk.time_kind",
				   "header X-Zendesk-Webhook-Signature-Timestamp is no time");
	away_ms = now_ms > sent_ms ? now_ms - sent_ms : sent_ms - now_ms;
	if (away_ms / 1000 > settings->tolerance_s)
		return sdk_fail_as(
		    err, ENT_EAUTH, "zendesk.time_far",
		    "header X-Zendesk-Webhook-Signature-Timestamp is more than {seconds=%lld} s from now",
		    (long long)settings->tolerance_s);
	return ENT_OK;
}

static enum ent_rc zendesk_verify(const struct ent_self *self, const struct ent_webhook *webhook,
				  const struct ent_str *secret, size_t n_secret, int64_t now_ms,
				  struct ent_arena *arena, struct ent_str *ret_delivery, struct ent_err *err)
{
	struct ent_str delivery = sdk_header(webhook->header, webhook->n_header, "X-Zendesk-Webhook-Invocation-Id");
	const struct sdk_json *root;
	struct ent_err ignored;
	enum ent_rc rc =
	    n_secret > 0 ? signature_check(self->settings, webhook, secret, n_secret, now_ms, err) : ENT_OK;

	if (rc != ENT_OK)
		return rc;
	/* An imported event may have lost its headers, but has an id. A body that is no JSON is decode's affair. */
	if (!delivery.p && sdk_body_object(arena, webhook->body, &root, &ignored) == ENT_OK)
		delivery = sdk_word_at(root, "id");
	*ret_delivery = delivery;
	return ENT_OK;
}

static const struct ent_connector zendesk_connector = {
    .abi = ENT_ABI,
    .size = sizeof(struct ent_connector),
    .name = "zendesk",
    .version = ENTENTE_VERSION,
    .summary = "Zendesk Support: ticket events, triggers with a body in the shape of the REST API, and that API",
    .ops = SDK_OPS_ALL | 1u << ENT_REMOVE_COMMENT,
    .setting = zendesk_setting,
    .settings_size = sizeof(struct zendesk_settings),
    .map[ENT_STATUS] = zendesk_status,
    .map[ENT_PRIORITY] = zendesk_priority,
    .verify = zendesk_verify,
    .decode = zendesk_decode,
    .build = zendesk_build,
    .parse = zendesk_parse,
    .repeat = sdk_repeat_by_search,
    .cannot = zendesk_cannot,
    .limits = {ENT_BYTES, 255, 65535},
};

ENT_EXPORT(zendesk_connector)
