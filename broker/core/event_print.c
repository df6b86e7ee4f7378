/* SPDX-License-Identifier: Apache-2.0 */
/* An event's data as JSON; event_parse.c is its mirror. */
#include "core/delivery.h"
#include "core/event.h"
#include "core/event_act.h"
#include "core/event_link.h"
#include "core/event_thread.h"
#include "core/holder.h"

#include "sdk/time.h"
#include "sdk/webhook.h"

#include <assert.h>
#include <stdio.h>

static void print_time(struct sdk_jsonw *w, const char *key, int64_t ms)
{
	char text[SDK_TIME_SIZE];
	sdk_jsonw_kstr(w, key, sdk_time_format(ms, text));
}

static void print_incident(struct sdk_jsonw *w, const char *key, int64_t number, const char *uuid)
{
	char text[INCIDENT_NUMBER_SIZE];
	sdk_jsonw_key(w, key);
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr(w, "number", incident_number(number, text));
	sdk_jsonw_kz(w, "id", uuid);
	sdk_jsonw_close(w, '}');
}

static void print_attrs(struct sdk_jsonw *w, const char *key, uint32_t bits)
{
	sdk_jsonw_key(w, key);
	sdk_jsonw_open(w, '[');
	for (int i = 0; i < ENT_N_ATTR; i++)
		if (bits & (1u << i))
			sdk_jsonw_str(w, sdk_str(sdk_attr_name((enum ent_attr)i)));
	sdk_jsonw_close(w, ']');
}

/* ENT_FIELDS is a JSON object and is shown as one; arrival.c has made it compact. */
static void print_value(struct sdk_jsonw *w, const char *key, enum ent_attr attr, const struct ent_value *value)
{
	const struct person person = person_of_value(value);

	if (attr_in(PERSON_ATTRS, attr) && person.ref.n) {
		person_print(w, key, &person);
		return;
	}
	sdk_jsonw_key(w, key);
	sdk_jsonw_open(w, '{');
	if (attr == ENT_FIELDS && value->text.n)
		sdk_jsonw_kraw(w, "json", value->text);
	else
		sdk_jsonw_kstr_some(w, "text", value->text);
	sdk_jsonw_kstr_some(w, "native", value->native);
	sdk_jsonw_close(w, '}');
}

static void print_correlation(struct sdk_jsonw *w, const struct ent_correlation *correlation)
{
	if (!correlation->number.n && !correlation->key.n && !correlation->n_reference)
		return;
	sdk_jsonw_key(w, "correlation");
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr_some(w, "number", correlation->number);
	sdk_jsonw_kstr_some(w, "key", correlation->key);
	if (correlation->n_reference) {
		sdk_jsonw_key(w, "references");
		sdk_jsonw_open(w, '[');
		for (size_t i = 0; i < correlation->n_reference; i++) {
			sdk_jsonw_open(w, '{');
			sdk_jsonw_kstr(w, "supplier", correlation->reference[i].supplier);
			sdk_jsonw_kstr(w, "id", correlation->reference[i].id);
			sdk_jsonw_close(w, '}');
		}
		sdk_jsonw_close(w, ']');
	}
	sdk_jsonw_close(w, '}');
}

/* Nothing for what stands in no ticket: a comment of our own, a delivery whose ticket is not made yet. */
static void print_ticket_name(struct sdk_jsonw *w, const struct event *event)
{
	if (!event->ticket_id.n)
		return;
	sdk_jsonw_key(w, "ticket");
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr(w, "id", event->ticket_id);
	sdk_jsonw_kstr_some(w, "key", event->ticket_key);
	sdk_jsonw_close(w, '}');
}

static void print_ticket_named(struct sdk_jsonw *w, const struct event *event)
{
	print_ticket_name(w, event);
	sdk_jsonw_key(w, "stamp");
	sdk_jsonw_open(w, '{');
	if (event->stamp.version > 0)
		sdk_jsonw_kint(w, "version", event->stamp.version);
	if (event->stamp.time_ms != 0)
		print_time(w, "time", event->stamp.time_ms);
	sdk_jsonw_close(w, '}');
}

static void print_changes(struct sdk_jsonw *w, const struct event *event)
{
	print_attrs(w, "seen", event->seen);
	sdk_jsonw_key(w, "changes");
	sdk_jsonw_open(w, '[');
	for (size_t i = 0; i < event->n_attr; i++) {
		const struct event_attr *attr = &event->attr[i];
		sdk_jsonw_open(w, '{');
		sdk_jsonw_kz(w, "attribute", sdk_attr_name(attr->attr));
		print_value(w, "from", attr->attr, &attr->from);
		print_value(w, "to", attr->attr, &attr->to);
		sdk_jsonw_close(w, '}');
	}
	sdk_jsonw_close(w, ']');
	if (event->unmapped)
		print_attrs(w, "unmapped", event->unmapped);
	print_correlation(w, &event->correlation);
	for (unsigned i = 0; i < ENT_N_ATTR; i++) { /* 0 in JSON: nobody's */
		char key[64];
		if (!event->values.at[i] && !attr_in(event->nobodys, i))
			continue;
		(void)snprintf(key, sizeof key, EVENT_LEVEL_PREFIX "%s", sdk_attr_name((enum ent_attr)i));
		sdk_jsonw_kint(w, key, event->values.at[i]);
	}
}

static void print_comment(struct sdk_jsonw *w, const struct event *event)
{
	const struct comment *comment = &event->comment;
	char number[INCIDENT_NUMBER_SIZE];
	print_ticket_named(w, event);
	sdk_jsonw_key(w, "comment");
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kz(w, "id", comment->uuid);
	sdk_jsonw_kstr_some(w, "external_id", comment->external_id);
	if (event->kind == EVENT_COMMENT_ADDED || event->kind == EVENT_COMMENT_EDITED) {
		person_print(w, "author", &comment->author);
		sdk_jsonw_kstr(w, "body", comment->body.p ? comment->body : ENT_STR(""));
		sdk_jsonw_kz(w, "format", comment_format_word(comment->format));
		if (comment->reply_to[0])
			sdk_jsonw_kz(w, "reply_to", comment->reply_to);
		sdk_jsonw_kz(w, "visibility", comment->visibility == ENT_PUBLIC ? "public" : "internal");
		sdk_jsonw_key(w, "audience");
		audience_print(w, &comment->audience);
		if (comment->entry.kind) {
			sdk_jsonw_key(w, "entry");
			entry_print(w, &comment->entry);
		}
		event_thread_print_mentions(w, comment);
	}
	if (event->kind == EVENT_COMMENT_ADDED && comment->held_by.n)
		event_thread_print_held(w, comment);
	if (event->kind == EVENT_COMMENT_PUBLISHED) {
		sdk_jsonw_key(w, "audience");
		audience_print(w, &comment->audience);
		event_thread_print_mentions(w, comment);
	}
	print_time(w, "created", comment->created_ms);
	if (comment->edited_ms)
		print_time(w, "edited", comment->edited_ms);
	if (comment->recorded_ms)
		print_time(w, "recorded", comment->recorded_ms);
	if (comment->origin)
		sdk_jsonw_kstr(w, "origin", incident_number(comment->origin, number));
	sdk_jsonw_close(w, '}');
	if (event->is_undone)
		sdk_jsonw_kbool(w, "undone", true);
}

static void print_attachment(struct sdk_jsonw *w, const struct event *event)
{
	const struct ent_attachment *attachment = &event->attachment;
	print_ticket_named(w, event);
	sdk_jsonw_key(w, "attachment");
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr(w, "id", attachment->id);
	sdk_jsonw_kstr_some(w, "name", attachment->name);
	sdk_jsonw_kstr_some(w, "media_type", attachment->media_type);
	sdk_jsonw_kstr_some(w, "url", attachment->url);
	if (attachment->size >= 0)
		sdk_jsonw_kint(w, "size", attachment->size);
	if (event->beside.sha256[0])
		sdk_jsonw_kz(w, "sha256", event->beside.sha256);
	if (event->beside.comment[0])
		sdk_jsonw_kz(w, "comment", event->beside.comment);
	if (event->beside.audience.organisations.n) {
		sdk_jsonw_key(w, "audience");
		audience_print(w, &event->beside.audience);
	}
	sdk_jsonw_close(w, '}');
}

static void kstr_empty(struct sdk_jsonw *w, const char *key, struct ent_str s)
{
	sdk_jsonw_kstr(w, key, sdk_or_empty(s));
}

static void print_brief(struct sdk_jsonw *w, const struct brief *brief)
{
	if (!brief->what.n)
		return;
	sdk_jsonw_key(w, "brief");
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr(w, "what", brief->what);
	sdk_jsonw_kstr_some(w, "effect", brief->effect);
	sdk_jsonw_kstr_some(w, "tried", brief->tried);
	sdk_jsonw_kstr_some(w, "wanted", brief->wanted);
	if (brief->needed_before_ms)
		print_time(w, "needed_before", brief->needed_before_ms);
	sdk_jsonw_close(w, '}');
}

static void print_continued(struct sdk_jsonw *w, const struct event *event)
{
	print_ticket_named(w, event);
	sdk_jsonw_key(w, "continues_as");
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr(w, "id", event->continues_id);
	sdk_jsonw_kstr_some(w, "key", event->continues_key);
	sdk_jsonw_close(w, '}');
}

static void print_overruled(struct sdk_jsonw *w, const struct event *event)
{
	assert(event->n_attr == 1);
	print_ticket_named(w, event);
	sdk_jsonw_kz(w, "attribute", sdk_attr_name(event->attr->attr));
	print_value(w, "said", event->attr->attr, &event->attr->from);
	print_value(w, "stands", event->attr->attr, &event->attr->to);
}

static void print_delivery(struct sdk_jsonw *w, const struct event *event)
{
	print_ticket_name(w, event);
	sdk_jsonw_key(w, "delivery");
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kint(w, "id", event->delivery);
	sdk_jsonw_kz(w, "key", event->delivery_key);
	sdk_jsonw_kz(w, "op", delivery_op_name(event->op));
	if (event->comment.uuid[0])
		sdk_jsonw_kz(w, "comment", event->comment.uuid);
	sdk_jsonw_close(w, '}');
	if (event->kind == EVENT_DELIVERY_DONE) {
		sdk_jsonw_kstr_some(w, "remote_id", event->remote_id);
		return;
	}
	sdk_jsonw_kstr(w, "cause", event->cause);
	sdk_said_kprint(w, "reason", event->said);
	if (event->kind == EVENT_DELIVERY_PARKED)
		sdk_jsonw_kbool(w, "unknown", event->unknown);
}

static void print_supplier_state(struct sdk_jsonw *w, const struct event *event)
{
	sdk_jsonw_kstr(w, "from", event->state_from);
	sdk_jsonw_kstr(w, "to", event->state_to);
	sdk_said_kprint(w, "why", event->why);
	sdk_said_kprint(w, "next", event->next);
}

static void print_opened(struct sdk_jsonw *w, const struct event *event)
{
	sdk_jsonw_kz(w, "status", sdk_status_name(event->status_to));
	holder_json(w, "holder", event->holder_to);
	print_time(w, "since", event->holder_since_ms);
	sdk_jsonw_kbool(w, "accepted", event->is_accepted);
	if (!event->is_accepted) /* its ticket says that it was handed over before */
		holder_json(w, "handed_by", event->holder_from);
}

static void print_status_changed(struct sdk_jsonw *w, const struct event *event)
{
	sdk_jsonw_kz(w, "from", sdk_status_name(event->status_from));
	sdk_jsonw_kz(w, "to", sdk_status_name(event->status_to));
}

static void print_levels(struct sdk_jsonw *w, const struct values *values)
{
	for (unsigned i = 0; i < ENT_N_ATTR; i++)
		if (values->at[i])
			sdk_jsonw_kint(w, sdk_attr_name((enum ent_attr)i), values->at[i]);
}

static void print_holder_changed(struct sdk_jsonw *w, const struct event *event)
{
	holder_json(w, "from", event->holder_from);
	holder_json(w, "to", event->holder_to);
	print_time(w, "since", event->holder_since_ms);
	sdk_jsonw_kbool(w, "accepted", event->is_accepted);
	if (event->is_declined)
		sdk_jsonw_kbool(w, "declined", true);
	print_levels(w, &event->values);
}

static void print_holder_accepted(struct sdk_jsonw *w, const struct event *event)
{
	holder_json(w, "holder", event->holder_to);
	holder_json(w, "handed_by", event->holder_from);
}

static void print_corrected(struct sdk_jsonw *w, const struct event *event)
{
	kstr_empty(w, "title", event->title);
	attr_json(w, &event->values);
	holder_json(w, "holder", event->holder_to);
	print_time(w, "since", event->holder_since_ms);
	sdk_jsonw_kbool(w, "accepted", event->is_accepted);
	if (event->handed_by.n)
		holder_json(w, "handed_by", event->handed_by);
	if (event->declined_by.n)
		holder_json(w, "declined_by", event->declined_by);
	print_time(w, "opened", event->opened_ms);
	sdk_jsonw_key(w, "hand_overs");
	sdk_jsonw_open(w, '[');
	for (size_t i = 0; i < event->n_hand_over; i++) {
		sdk_jsonw_open(w, '{');
		holder_json(w, "from", event->hand_over[i].from);
		holder_json(w, "to", event->hand_over[i].to);
		print_time(w, "at", event->hand_over[i].at_ms);
		sdk_jsonw_close(w, '}');
	}
	sdk_jsonw_close(w, ']');
}

static void print_described(struct sdk_jsonw *w, const struct event *event)
{
	description_print(w, &event->description);
}

static void print_absorbed(struct sdk_jsonw *w, const struct event *event)
{
	print_incident(w, "other", event->other, event->other_uuid);
}

static void print_merged(struct sdk_jsonw *w, const struct event *event)
{
	print_absorbed(w, event);
	event_link_print_tickets(w, event);
	sdk_jsonw_key(w, "shares");
	sdk_jsonw_open(w, '[');
	for (size_t i = 0; i < event->n_part; i++) {
		sdk_jsonw_open(w, '{');
		sdk_jsonw_kstr(w, "supplier", event->part[i].supplier);
		sdk_jsonw_kstr(w, "organisation", event->part[i].id);
		sdk_jsonw_close(w, '}');
	}
	sdk_jsonw_close(w, ']');
	print_levels(w, &event->values);
}

static void print_shared(struct sdk_jsonw *w, const struct event *event)
{
	sdk_jsonw_kz(w, "by", event->by_ticket ? "ticket" : "person");
	print_ticket_name(w, event);
	sdk_jsonw_kbool(w, "escalated", event->escalated);
	if (event->reads_from == READS_ALL)
		sdk_jsonw_kz(w, "reads_from", "beginning");
	else if (event->reads_from == READS_FROM_TIME)
		print_time(w, "reads_from", event->reads_ms);
	print_brief(w, &event->brief);
}

static void print_unshared(struct sdk_jsonw *w, const struct event *event)
{
	kstr_empty(w, "reason", event->reason);
	sdk_jsonw_kstr_some(w, "cause", event->cause);
}

/* `asking`: the incident that the supplier's own ticket opened; left out where a tool handed over to the supplier. */
static void print_join_asking(struct sdk_jsonw *w, const struct event *event)
{
	if (event->other)
		print_incident(w, "asking", event->other, event->other_uuid);
}

static void print_join_requested(struct sdk_jsonw *w, const struct event *event)
{
	print_join_asking(w, event);
	sdk_jsonw_kstr(w, "cause", event->cause);
	print_ticket_name(w, event);
}

static void print_join_refused(struct sdk_jsonw *w, const struct event *event)
{
	print_join_asking(w, event);
	kstr_empty(w, "reason", event->reason);
}

static void print_ticket_changes(struct sdk_jsonw *w, const struct event *event)
{
	print_ticket_named(w, event);
	print_changes(w, event);
}

static void (*const print_body[EVENT_N])(struct sdk_jsonw *w, const struct event *event) = {
    [EVENT_INCIDENT_OPENED] = print_opened,
    [EVENT_INCIDENT_DESCRIBED] = print_described,
    [EVENT_INCIDENT_STATUS_CHANGED] = print_status_changed,
    [EVENT_INCIDENT_HOLDER_CHANGED] = print_holder_changed,
    [EVENT_INCIDENT_HOLDER_ACCEPTED] = print_holder_accepted,
    [EVENT_INCIDENT_CORRECTED] = print_corrected,
    [EVENT_INCIDENT_MERGED] = print_merged,
    [EVENT_INCIDENT_ABSORBED] = print_absorbed,
    [EVENT_INCIDENT_SHARED] = print_shared,
    [EVENT_INCIDENT_UNSHARED] = print_unshared,
    [EVENT_JOIN_REQUESTED] = print_join_requested,
    [EVENT_JOIN_REFUSED] = print_join_refused,
    [EVENT_TICKET_LINKED] = print_ticket_changes,
    [EVENT_TICKET_CHANGED] = print_ticket_changes,
    [EVENT_TICKET_LATE] = print_ticket_changes,
    [EVENT_TICKET_REMOVED] = print_ticket_named,
    [EVENT_TICKET_CONTINUED] = print_continued,
    [EVENT_TICKET_OVERRULED] = print_overruled,
    [EVENT_COMMENT_ADDED] = print_comment,
    [EVENT_COMMENT_EDITED] = print_comment,
    [EVENT_COMMENT_REMOVED] = print_comment,
    [EVENT_COMMENT_PUBLISHED] = print_comment,
    [EVENT_COMMENT_PINNED] = event_thread_print_pinned,
    [EVENT_ATTACHMENT_ADDED] = print_attachment,
    [EVENT_DELIVERY_DONE] = print_delivery,
    [EVENT_DELIVERY_PARKED] = print_delivery,
    [EVENT_DELIVERY_CANCELLED] = print_delivery,
    [EVENT_SUPPLIER_STATE_CHANGED] = print_supplier_state,
};

void event_print(const struct event *event, struct sdk_buf *buf)
{
	struct sdk_jsonw w;
	sdk_jsonw_init(&w, buf);
	sdk_jsonw_open(&w, '{');
	if (event->kind != EVENT_SUPPLIER_STATE_CHANGED)
		print_incident(&w, "incident", event->incident, event->incident_uuid);
	sdk_jsonw_kstr_some(&w, "supplier", event->supplier);
	sdk_jsonw_kstr_some(&w, "delivery_id", event->delivery_id);
	person_print(&w, "actor", &event->actor);
	if (event_act_is(event))
		event_act_print(&w, event);
	else if (event_link_is(event))
		event_link_print(&w, event);
	else
		print_body[event->kind](&w, event);
	sdk_jsonw_close(&w, '}');
}
