/* SPDX-License-Identifier: Apache-2.0 */
/* Reading an event's data back: the mirror of event_print.c, for rebuild. */
#include "core/delivery.h"
#include "core/event_act.h"
#include "core/event_link.h"
#include "core/event_thread.h"
#include "core/holder.h"

#include "sdk/said.h"
#include "sdk/time.h"
#include "sdk/webhook.h"

#include <stdio.h>
#include <string.h>
#include <assert.h>

/* A reader that remembers its first failure; checked once at the end. */
struct reader {
	struct ent_arena *arena;
	struct ent_err *err;
	bool failed;
};

static void fail_at_member(struct reader *reader, const char *what)
{
	if (!reader->failed)
		(void)sdk_fail_as(reader->err, ENT_EINVAL, "event.member", "the event's data lacks a valid '{name=%s}'",
				  what);
	reader->failed = true;
}

static struct ent_str member_text(const struct sdk_json *node, const char *path)
{
	return sdk_or_empty(sdk_json_text_at(node, path));
}

static int64_t time_at(struct reader *reader, const struct sdk_json *node, const char *path, bool required)
{
	struct ent_str s = sdk_json_text_at(node, path);
	int64_t ms = 0;
	if ((s.p || required) && (!s.p || !sdk_time_parse(s, 0, &ms)))
		fail_at_member(reader, path);
	return ms;
}

static void incident_at(struct reader *reader, const struct sdk_json *node, const char *path, int64_t *ret_number,
			char ret_uuid[ID_SIZE])
{
	const struct sdk_json *incident = sdk_json_at(node, path);
	struct ent_str id = sdk_json_text_at(incident, "id");
	if (id.n != ID_SIZE - 1 || !incident_number_parse(member_text(incident, "number"), ret_number)) {
		fail_at_member(reader, path);
		return;
	}
	memcpy(ret_uuid, id.p, id.n);
	ret_uuid[id.n] = '\0';
}

static enum ent_status status_at(struct reader *reader, const struct sdk_json *node, const char *path)
{
	struct ent_str name = member_text(node, path);
	enum ent_status status = sdk_status(name);
	if (status == ENT_STATUS_UNKNOWN && !sdk_eqz(name, sdk_status_name(ENT_STATUS_UNKNOWN)))
		fail_at_member(reader, path);
	return status;
}

static uint32_t attrs_at(struct reader *reader, const struct sdk_json *node, const char *path)
{
	uint32_t bits = 0;
	enum ent_attr attr;
	const struct sdk_json *list = sdk_json_at(node, path);
	for (const struct sdk_json *item = sdk_json_first(list); item; item = sdk_json_next(item)) {
		if (!sdk_attr(sdk_json_text(item), &attr))
			fail_at_member(reader, path);
		else
			bits |= 1u << attr;
	}
	return bits;
}

static struct ent_value value_at(struct reader *reader, const struct sdk_json *node, const char *path,
				 enum ent_attr attr)
{
	const struct sdk_json *value = sdk_json_at(node, path);
	const struct sdk_json *json = sdk_json_at(value, "json");
	const struct person person = person_parse(value);

	if (attr_in(PERSON_ATTRS, attr))
		return person_value(reader->arena, &person);
	struct ent_value ret = {member_text(value, "text"), member_text(value, "native")};
	if (attr == ENT_FIELDS && json)
		ret.text = sdk_json_print(reader->arena, json);
	return ret;
}

static void read_correlation(struct reader *reader, const struct sdk_json *node, struct ent_correlation *ret)
{
	const struct sdk_json *correlation = sdk_json_at(node, "correlation");
	const struct sdk_json *list = sdk_json_at(correlation, "references");
	size_t n = sdk_json_count(list);
	struct ent_reference *reference = SDK_NEW_N(reader->arena, struct ent_reference, n + 1);

	ret->number = member_text(correlation, "number");
	ret->key = member_text(correlation, "key");
	n = 0;
	for (const struct sdk_json *item = sdk_json_first(list); item; item = sdk_json_next(item))
		reference[n++] = (struct ent_reference){member_text(item, "supplier"), member_text(item, "id")};
	ret->reference = reference;
	ret->n_reference = n;
}

static void read_ticket_name(const struct sdk_json *node, struct event *ret)
{
	ret->ticket_id = member_text(node, "ticket.id");
	ret->ticket_key = member_text(node, "ticket.key");
}

static void read_ticket(struct reader *reader, const struct sdk_json *node, struct event *ret)
{
	read_ticket_name(node, ret);
	/* A comment of a person with us stands in no ticket. */
	bool may_be_ours =
	    sdk_starts(sdk_str(event_name(ret->kind)), "comment.") || ret->kind == EVENT_ATTACHMENT_ADDED;
	if (!ret->ticket_id.n && (!may_be_ours || ret->supplier.n))
		fail_at_member(reader, "ticket.id");
	const struct sdk_json *version = sdk_json_at(node, "stamp.version");
	if (version && !sdk_json_int(version, &ret->stamp.version))
		fail_at_member(reader, "stamp.version");
	ret->stamp.time_ms = time_at(reader, node, "stamp.time", false);
}

static void read_levels(const struct sdk_json *node, const char *prefix, struct event *ret)
{
	for (unsigned i = 0; i < ENT_N_ATTR; i++) {
		char key[64];
		if (!attr_in(ATTR_LEVELS, i))
			continue;
		(void)snprintf(key, sizeof key, "%s%s", prefix, sdk_attr_name((enum ent_attr)i));
		const struct sdk_json *level = sdk_json_at(node, key);
		ret->values.at[i] = attr_value((enum ent_attr)i, sdk_json_text(level));
		if (level && !ret->values.at[i])
			ret->nobodys |= 1u << i;
	}
}

static void read_changes(struct reader *reader, const struct sdk_json *node, struct event *ret)
{
	const struct sdk_json *list = sdk_json_at(node, "changes");
	struct event_attr *attr = SDK_NEW_N(reader->arena, struct event_attr, sdk_json_count(list) + 1);

	ret->seen = attrs_at(reader, node, "seen");
	ret->unmapped = attrs_at(reader, node, "unmapped");
	for (const struct sdk_json *item = sdk_json_first(list); item; item = sdk_json_next(item)) {
		struct event_attr *a = &attr[ret->n_attr];
		if (!sdk_attr(member_text(item, "attribute"), &a->attr)) {
			fail_at_member(reader, "changes.attribute");
			continue;
		}
		a->from = value_at(reader, item, "from", a->attr);
		a->to = value_at(reader, item, "to", a->attr);
		ret->n_attr++;
	}
	ret->attr = attr;
	read_levels(node, EVENT_LEVEL_PREFIX, ret);
	read_correlation(reader, node, &ret->correlation);
}

static struct audience audience_at(struct reader *reader, const struct sdk_json *node)
{
	struct audience audience = {.everyone = false};

	if (!audience_parse(reader->arena, sdk_json_at(node, "audience"), &audience))
		fail_at_member(reader, "comment.audience");
	return audience;
}

/* An id that may be missing: then "". */
static void uuid_at(struct reader *reader, const struct sdk_json *node, const char *path, bool required,
		    char ret[ID_SIZE])
{
	struct ent_str id = sdk_json_text_at(node, path);

	ret[0] = '\0';
	if (id.n == ID_SIZE - 1) {
		memcpy(ret, id.p, id.n);
		ret[id.n] = '\0';
	} else if (id.p || required) {
		fail_at_member(reader, path);
	}
}

static void read_comment(struct reader *reader, const struct sdk_json *node, struct event *ret)
{
	const struct sdk_json *comment = sdk_json_at(node, "comment");
	struct comment *to = &ret->comment;

	uuid_at(reader, node, "comment.id", true, to->uuid);
	to->external_id = member_text(comment, "external_id");
	to->author = person_parse(sdk_json_at(comment, "author"));
	to->body = member_text(comment, "body");
	to->visibility = sdk_json_is(comment, "visibility", "public") ? ENT_PUBLIC : ENT_INTERNAL;
	if (ret->kind != EVENT_COMMENT_REMOVED)
		to->audience = audience_at(reader, comment);
	const char *wrong = event_thread_parse(reader->arena, comment, to);
	if (wrong)
		fail_at_member(reader, wrong);
	to->created_ms = time_at(reader, comment, "created", true);
	to->edited_ms = time_at(reader, comment, "edited", false);
	to->recorded_ms = time_at(reader, comment, "recorded", false);
	if (sdk_json_at(comment, "origin") && !incident_number_parse(member_text(comment, "origin"), &to->origin))
		fail_at_member(reader, "comment.origin");
	if (sdk_json_at(comment, "format") && !comment_format_by_word(member_text(comment, "format"), &to->format))
		fail_at_member(reader, "comment.format");
	uuid_at(reader, comment, "reply_to", false, to->reply_to);
	to->supplier = ret->supplier;
	to->ticket = ret->ticket_id;
	to->stamp = ret->stamp;
}

static void read_attachment(struct reader *reader, const struct sdk_json *node, struct event *ret)
{
	const struct sdk_json *from = sdk_json_at(node, "attachment");
	read_ticket(reader, node, ret);
	ret->attachment = (struct ent_attachment){member_text(from, "id"), member_text(from, "name"),
						  member_text(from, "media_type"), member_text(from, "url"), -1};
	const struct sdk_json *size = sdk_json_at(from, "size");
	if (size && !sdk_json_int(size, &ret->attachment.size))
		fail_at_member(reader, "attachment.size");
	if (!ret->attachment.id.n)
		fail_at_member(reader, "attachment.id");
	uuid_at(reader, from, "comment", false, ret->beside.comment);
	if (!event_thread_parse_sha256(from, ret->beside.sha256))
		fail_at_member(reader, "attachment.sha256");
	if (sdk_json_at(from, "audience")) /* absent: ours alone */
		ret->beside.audience = audience_at(reader, from);
}

static void read_moved(struct reader *reader, const struct sdk_json *node, struct event *ret)
{
	const struct sdk_json *list = sdk_json_at(node, "tickets");
	struct ent_reference *moved = SDK_NEW_N(reader->arena, struct ent_reference, sdk_json_count(list) + 1);
	for (const struct sdk_json *item = sdk_json_first(list); item; item = sdk_json_next(item))
		moved[ret->n_moved++] = (struct ent_reference){member_text(item, "supplier"), member_text(item, "id")};
	ret->moved = moved;
}

static void read_shared(struct reader *reader, const struct sdk_json *node, struct event *ret)
{
	const struct sdk_json *brief = sdk_json_at(node, "brief");

	ret->escalated = sdk_json_bool(sdk_json_at(node, "escalated"), false);
	ret->by_ticket = sdk_json_is(node, "by", "ticket");
	read_ticket_name(node, ret);
	if (sdk_json_is(node, "reads_from", "beginning")) {
		ret->reads_from = READS_ALL;
	} else if (sdk_json_at(node, "reads_from")) {
		ret->reads_from = READS_FROM_TIME;
		ret->reads_ms = time_at(reader, node, "reads_from", true);
	}
	ret->brief =
	    (struct brief){member_text(brief, "what"), member_text(brief, "effect"), member_text(brief, "tried"),
			   member_text(brief, "wanted"), time_at(reader, brief, "needed_before", false)};
}

static void read_continued(struct reader *reader, const struct sdk_json *node, struct event *ret)
{
	read_ticket(reader, node, ret);
	ret->continues_id = member_text(node, "continues_as.id");
	ret->continues_key = member_text(node, "continues_as.key");
	if (!ret->continues_id.n)
		fail_at_member(reader, "continues_as.id");
}

static void read_overruled(struct reader *reader, const struct sdk_json *node, struct event *ret)
{
	struct event_attr *attr = SDK_NEW(reader->arena, struct event_attr);

	read_ticket(reader, node, ret);
	if (!sdk_attr(member_text(node, "attribute"), &attr->attr)) {
		fail_at_member(reader, "attribute");
		return;
	}
	attr->from = value_at(reader, node, "said", attr->attr);
	attr->to = value_at(reader, node, "stands", attr->attr);
	ret->attr = attr;
	ret->n_attr = 1;
}

static void read_delivery(struct reader *reader, const struct sdk_json *node, struct event *ret)
{
	read_ticket_name(node, ret);
	if (!sdk_json_int(sdk_json_at(node, "delivery.id"), &ret->delivery))
		fail_at_member(reader, "delivery.id");
	uuid_at(reader, node, "delivery.key", true, ret->delivery_key);
	uuid_at(reader, node, "delivery.comment", false, ret->comment.uuid);
	if (!delivery_op_by_name(member_text(node, "delivery.op"), &ret->op))
		fail_at_member(reader, "delivery.op");
	ret->remote_id = member_text(node, "remote_id");
	ret->cause = member_text(node, "cause");
	ret->said = sdk_said_read(reader->arena, sdk_json_at(node, "reason"));
	ret->unknown = sdk_json_bool(sdk_json_at(node, "unknown"), false);
}

static void read_supplier_state(struct reader *reader, const struct sdk_json *node, struct event *ret)
{
	ret->state_from = member_text(node, "from");
	ret->state_to = member_text(node, "to");
	ret->why = sdk_said_read(reader->arena, sdk_json_at(node, "why"));
	ret->next = sdk_said_read(reader->arena, sdk_json_at(node, "next"));
	if (!ret->state_to.n)
		fail_at_member(reader, "to");
}

static struct ent_str holder_at(struct reader *reader, const struct sdk_json *node, const char *path, bool required)
{
	struct ent_str holder = holder_read(reader->arena, sdk_json_at(node, path));

	if (!holder.n && (required || sdk_json_at(node, path)))
		fail_at_member(reader, path);
	return holder.n ? holder : ENT_STR("");
}

static void read_opened(struct reader *reader, const struct sdk_json *node, struct event *ret)
{
	ret->status_to = status_at(reader, node, "status");
	ret->holder_to = holder_at(reader, node, "holder", true);
	ret->holder_since_ms = time_at(reader, node, "since", true);
	ret->is_accepted = sdk_json_bool(sdk_json_at(node, "accepted"), false);
	ret->holder_from = holder_at(reader, node, "handed_by", !ret->is_accepted);
}

static void read_status_changed(struct reader *reader, const struct sdk_json *node, struct event *ret)
{
	ret->status_from = status_at(reader, node, "from");
	ret->status_to = status_at(reader, node, "to");
}

static void read_holder_changed(struct reader *reader, const struct sdk_json *node, struct event *ret)
{
	ret->holder_from = holder_at(reader, node, "from", true);
	ret->holder_to = holder_at(reader, node, "to", true);
	ret->holder_since_ms = time_at(reader, node, "since", true);
	ret->is_accepted = sdk_json_bool(sdk_json_at(node, "accepted"), false);
	ret->is_declined = sdk_json_bool(sdk_json_at(node, "declined"), false);
	read_levels(node, "", ret);
}

static void read_holder_accepted(struct reader *reader, const struct sdk_json *node, struct event *ret)
{
	ret->holder_to = holder_at(reader, node, "holder", true);
	ret->holder_from = holder_at(reader, node, "handed_by", true);
}

static void read_corrected(struct reader *reader, const struct sdk_json *node, struct event *ret)
{
	const struct sdk_json *list = sdk_json_at(node, "hand_overs");
	struct hand_over *move = SDK_NEW_N(reader->arena, struct hand_over, sdk_json_count(list) + 1);

	ret->title = member_text(node, "title");
	read_levels(node, "", ret);
	ret->values.at[ENT_STATUS] = status_at(reader, node, "status");
	ret->holder_to = holder_at(reader, node, "holder", true);
	ret->holder_since_ms = time_at(reader, node, "since", true);
	ret->is_accepted = sdk_json_bool(sdk_json_at(node, "accepted"), false);
	ret->handed_by = holder_at(reader, node, "handed_by", false);
	ret->declined_by = holder_at(reader, node, "declined_by", false);
	ret->opened_ms = time_at(reader, node, "opened", true);
	for (const struct sdk_json *item = sdk_json_first(list); item; item = sdk_json_next(item))
		move[ret->n_hand_over++] =
		    (struct hand_over){holder_at(reader, item, "from", true), holder_at(reader, item, "to", true),
				       time_at(reader, item, "at", true)};
	ret->hand_over = move;
}

static void read_described(struct reader *reader, const struct sdk_json *node, struct event *ret)
{
	if (!description_read(node, &ret->description) || !ret->description.says)
		fail_at_member(reader, "title, impact, urgency, needed_before, service, site or requester");
}

static void read_absorbed(struct reader *reader, const struct sdk_json *node, struct event *ret)
{
	incident_at(reader, node, "other", &ret->other, ret->other_uuid);
}

static void read_parts(struct reader *reader, const struct sdk_json *node, struct event *ret)
{
	const struct sdk_json *list = sdk_json_at(node, "shares");
	struct ent_reference *part = SDK_NEW_N(reader->arena, struct ent_reference, sdk_json_count(list) + 1);

	for (const struct sdk_json *item = sdk_json_first(list); item; item = sdk_json_next(item))
		part[ret->n_part++] =
		    (struct ent_reference){member_text(item, "supplier"), member_text(item, "organisation")};
	ret->part = part;
}

static void read_merged(struct reader *reader, const struct sdk_json *node, struct event *ret)
{
	read_moved(reader, node, ret);
	read_absorbed(reader, node, ret);
	read_levels(node, "", ret);
	read_parts(reader, node, ret);
}

/* incident.unshared has fewer of these. */
static void read_join(struct reader *reader, const struct sdk_json *node, struct event *ret)
{
	if (sdk_json_at(node, "asking"))
		incident_at(reader, node, "asking", &ret->other, ret->other_uuid);
	ret->cause = member_text(node, "cause");
	ret->reason = member_text(node, "reason");
	read_ticket_name(node, ret);
	if (!ret->supplier.n)
		fail_at_member(reader, "supplier");
}

static void read_ticket_changes(struct reader *reader, const struct sdk_json *node, struct event *ret)
{
	read_ticket(reader, node, ret);
	read_changes(reader, node, ret);
}

static void read_thread_change(struct reader *reader, const struct sdk_json *node, struct event *ret)
{
	read_ticket(reader, node, ret);
	read_comment(reader, node, ret);
	ret->is_undone = sdk_json_bool(sdk_json_at(node, "undone"), false);
}

static void read_pinned(struct reader *reader, const struct sdk_json *node, struct event *ret)
{
	if (!event_thread_parse_pinned(node, ret))
		fail_at_member(reader, "comment.id");
}

static void (*const read_body[EVENT_N])(struct reader *reader, const struct sdk_json *node, struct event *ret) = {
    [EVENT_INCIDENT_OPENED] = read_opened,
    [EVENT_INCIDENT_DESCRIBED] = read_described,
    [EVENT_INCIDENT_STATUS_CHANGED] = read_status_changed,
    [EVENT_INCIDENT_HOLDER_CHANGED] = read_holder_changed,
    [EVENT_INCIDENT_HOLDER_ACCEPTED] = read_holder_accepted,
    [EVENT_INCIDENT_CORRECTED] = read_corrected,
    [EVENT_INCIDENT_MERGED] = read_merged,
    [EVENT_INCIDENT_ABSORBED] = read_absorbed,
    [EVENT_INCIDENT_SHARED] = read_shared,
    [EVENT_INCIDENT_UNSHARED] = read_join,
    [EVENT_JOIN_REQUESTED] = read_join,
    [EVENT_JOIN_REFUSED] = read_join,
    [EVENT_TICKET_LINKED] = read_ticket_changes,
    [EVENT_TICKET_CHANGED] = read_ticket_changes,
    [EVENT_TICKET_LATE] = read_ticket_changes,
    [EVENT_TICKET_REMOVED] = read_ticket,
    [EVENT_TICKET_CONTINUED] = read_continued,
    [EVENT_TICKET_OVERRULED] = read_overruled,
    [EVENT_COMMENT_ADDED] = read_thread_change,
    [EVENT_COMMENT_EDITED] = read_thread_change,
    [EVENT_COMMENT_REMOVED] = read_thread_change,
    [EVENT_COMMENT_PUBLISHED] = read_thread_change,
    [EVENT_COMMENT_PINNED] = read_pinned,
    [EVENT_ATTACHMENT_ADDED] = read_attachment,
    [EVENT_DELIVERY_DONE] = read_delivery,
    [EVENT_DELIVERY_PARKED] = read_delivery,
    [EVENT_DELIVERY_CANCELLED] = read_delivery,
    [EVENT_SUPPLIER_STATE_CHANGED] = read_supplier_state,
};

enum ent_rc event_parse(struct ent_arena *arena, enum event_kind kind, struct ent_str json, struct event *ret,
			struct ent_err *err)
{
	struct reader reader = {arena, err, false};
	const struct sdk_json *node;
	enum ent_rc rc = sdk_json_parse(arena, json, &node, err);

	assert(kind < EVENT_N);
	if (rc != ENT_OK)
		return rc;
	struct event event = {.kind = kind};
	if (kind != EVENT_SUPPLIER_STATE_CHANGED) /* of no incident: who reads it finds the supplier's row by name */
		incident_at(&reader, node, "incident", &event.incident, event.incident_uuid);
	event.supplier = member_text(node, "supplier");
	event.delivery_id = member_text(node, "delivery_id");
	event.actor = person_parse(sdk_json_at(node, "actor"));
	if (!event_act_is(&event) && !event_link_is(&event))
		read_body[kind](&reader, node, &event);
	else if (event_act_is(&event) ? !event_act_read(arena, node, &event) : !event_link_read(arena, node, &event))
		fail_at_member(&reader, event_name(kind));
	if (reader.failed)
		return ENT_EINVAL;
	*ret = event;
	return ENT_OK;
}
