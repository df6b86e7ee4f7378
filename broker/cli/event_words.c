/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/event_words.h"

#include "cli/event_bare.h"
#include "cli/event_line.h"
#include "cli/event_words_act.h"
#include "cli/event_words_comment.h"
#include "cli/event_words_duty.h"
#include "cli/event_words_link.h"
#include "cli/table.h"

#define ARROW " \xe2\x86\x92 "

static void put_changes(struct event_line *line)
{
	const struct sdk_json *change = sdk_json_first(sdk_json_at(line->data, "changes"));

	event_line_z(line, change ? ": " : ": nothing new");
	for (; change; change = sdk_json_next(change)) {
		event_line_text(line, sdk_json_text_at(change, "attribute"));
		if (!sdk_json_is(change, "attribute", "fields") && !sdk_json_is(change, "attribute", "description")) {
			if (sdk_json_count(sdk_json_at(change, "from"))) {
				event_line_z(line, " ");
				event_line_value(line, sdk_json_at(change, "from"));
			}
			event_line_z(line, ARROW);
			event_line_value(line, sdk_json_at(change, "to"));
		}
		if (sdk_json_next(change))
			event_line_z(line, ", ");
	}
}

static struct ent_str title_of(const struct event_line *line)
{
	for (const struct sdk_json *change = sdk_json_first(sdk_json_at(line->data, "changes")); change;
	     change = sdk_json_next(change))
		if (sdk_json_is(change, "attribute", "title"))
			return sdk_json_text_at(change, "to.text");
	return ENT_ABSENT;
}

static void opened_words(struct event_line *line)
{
	event_line_z(line, "opened, ");
	event_line_at(line, "status");
	event_line_z(line, ", with ");
	event_line_holder(line, "holder");
}

static void described_words(struct event_line *line)
{
	static const char *const part[] = {"title", "impact", "urgency", "needed_before", "service", "site"};
	const char *gap = "described: ";

	for (size_t i = 0; i < sizeof part / sizeof *part; i++)
		if (sdk_json_at(line->data, part[i])) {
			event_line_z(line, gap);
			event_line_z(line, part[i]);
			event_line_z(line, " ");
			event_line_text(line, table_cell(line->arena, sdk_json_at(line->data, part[i])));
			gap = ", ";
		}
	if (sdk_json_at(line->data, "requester")) {
		event_line_z(line, gap);
		event_line_z(line, "requester ");
		event_line_value(line, sdk_json_at(line->data, "requester"));
	}
}

static void status_changed(struct event_line *line)
{
	event_line_z(line, "status ");
	event_line_at(line, "from");
	event_line_z(line, ARROW);
	event_line_at(line, "to");
}

static void holder_changed(struct event_line *line)
{
	bool accepted = sdk_json_bool(sdk_json_at(line->data, "accepted"), true);

	event_line_z(line, sdk_json_at(line->data, "declined") ? "given back: " : "handed over: ");
	event_line_holder(line, "from");
	event_line_z(line, ARROW);
	event_line_holder(line, "to");
	event_line_z(line, accepted ? "" : ", not accepted yet");
}

static void holder_accepted(struct event_line *line)
{
	event_line_holder(line, "holder");
	event_line_z(line, " accepted it");
}

static void corrected_words(struct event_line *line)
{
	event_line_z(line, "late words: opened ");
	event_line_at(line, "opened");
	event_line_z(line, ", ");
	event_line_at(line, "status");
	event_line_z(line, ", with ");
	event_line_holder(line, "holder");
	event_line_z(line, " since ");
	event_line_at(line, "since");
}

static void merged_words(struct event_line *line)
{
	event_line_z(line, "took in ");
	event_line_at(line, "other.number");
}

static void absorbed_words(struct event_line *line)
{
	event_line_z(line, "is part of ");
	event_line_at(line, "other.number");
	event_line_z(line, " now");
}

static void shared_words(struct event_line *line)
{
	bool joined = sdk_json_is(line->data, "by", "ticket"),
	     escalated = sdk_json_bool(sdk_json_at(line->data, "escalated"), false);
	event_line_z(line, joined ? "shared by a ticket of " : escalated ? "escalated to " : "shared with ");
	event_line_at(line, "supplier");
	if (event_line_has(line, "brief.what")) {
		event_line_z(line, ": ");
		event_line_at(line, "brief.what");
	}
}

static void unshared_words(struct event_line *line)
{
	event_line_z(line, "not shared with ");
	event_line_at(line, "supplier");
	event_line_z(line, " any more");
	if (event_line_has(line, "reason")) {
		event_line_z(line, ": ");
		event_line_at(line, "reason");
	}
}

static void join_requested(struct event_line *line)
{
	event_line_at(line, "supplier");
	event_line_z(line, " asks to take part: entente join list");
}

static void join_refused(struct event_line *line)
{
	event_line_at(line, "supplier");
	event_line_z(line, " may not take part");
}

static void linked_words(struct event_line *line)
{
	event_line_ticket(line);
	event_line_z(line, " joined: ");
	event_line_text(line, title_of(line));
}

static void changed_words(struct event_line *line)
{
	event_line_ticket(line);
	put_changes(line);
}

static void late_words(struct event_line *line)
{
	event_line_ticket(line);
	event_line_z(line, " spoke too late, nothing moved");
}

static void removed_words(struct event_line *line)
{
	event_line_ticket(line);
	event_line_z(line, " was removed");
}

static void continued_words(struct event_line *line)
{
	event_line_ticket(line);
	event_line_z(line, " goes on as ");
	event_line_at(line, event_line_has(line, "continues_as.key") ? "continues_as.key" : "continues_as.id");
}

static void overruled_words(struct event_line *line)
{
	event_line_ticket(line);
	event_line_z(line, " says ");
	event_line_at(line, "attribute");
	event_line_z(line, " ");
	event_line_value(line, sdk_json_at(line->data, "said"));
	event_line_z(line, ", which does not count: ");
	event_line_value(line, sdk_json_at(line->data, "stands"));
	event_line_z(line, " stands");
}

static void attachment_words(struct event_line *line)
{
	event_line_z(line, "attachment ");
	event_line_at(line, event_line_has(line, "attachment.name") ? "attachment.name" : "attachment.id");
}

/* "delivery 17, a comment for ticket INC0010023" */
static void put_delivery(struct event_line *line)
{
	static const struct {
		const char *op, *words;
	} row[] = {{"create_ticket", "a new ticket"},
		   {"update_ticket", "what stands"},
		   {"add_comment", "a comment"},
		   {"edit_comment", "an edit of a comment"},
		   {"remove_comment", "the removal of a comment"}};

	event_line_z(line, "delivery ");
	event_line_at(line, "delivery.id");
	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		if (sdk_json_is(line->data, "delivery.op", row[i].op)) {
			event_line_z(line, ", ");
			event_line_z(line, row[i].words);
		}
	if (event_line_has(line, "ticket.id")) {
		event_line_z(line, " for ");
		event_line_ticket(line);
	}
}

static void delivered_words(struct event_line *line)
{
	put_delivery(line);
	event_line_z(line, ": done");
}

/* A sentence of the broker's: a text, or an object with its `text`. */
static void put_said(struct event_line *line, const char *before, const char *name)
{
	const struct sdk_json *said = sdk_json_at(line->data, name);
	struct ent_str text = sdk_json_count(said) ? sdk_json_text_at(said, "text") : sdk_json_text(said);

	if (text.n) {
		event_line_z(line, before);
		event_line_text(line, text);
	}
}

static void put_why(struct event_line *line)
{
	event_line_z(line, " (");
	event_line_at(line, "cause");
	event_line_z(line, ")");
	put_said(line, ": ", "reason");
}

static void parked_words(struct event_line *line)
{
	put_delivery(line);
	event_line_z(line, sdk_json_bool(sdk_json_at(line->data, "unknown"), false)
			       ? ": nobody knows whether it was done"
			       : ": waits for a person");
	put_why(line);
}

static void cancelled_words(struct event_line *line)
{
	put_delivery(line);
	event_line_z(line, ": will not be brought");
	put_why(line);
}

static void supplier_state(struct event_line *line)
{
	event_line_z(line, "is ");
	event_line_at(line, "to");
	put_said(line, ": ", "why");
	put_said(line, "; ", "next");
}

#define GREEN   "\033[32m" /* something new */
#define MAGENTA "\033[35m" /* the ball moves, who takes part */
#define CYAN    "\033[36m" /* people talk */
#define YELLOW  "\033[33m" /* look twice */
static const struct {
	void (*words)(struct event_line *);
	const char *color;
	const char *did; /* struct event_line says of what */
} looks[EVENT_N] = {
    [EVENT_INCIDENT_OPENED] = {opened_words, GREEN, NULL},
    [EVENT_INCIDENT_DESCRIBED] = {described_words, "", NULL},
    [EVENT_INCIDENT_STATUS_CHANGED] = {status_changed, "", NULL},
    [EVENT_INCIDENT_HOLDER_CHANGED] = {holder_changed, MAGENTA, NULL},
    [EVENT_INCIDENT_HOLDER_ACCEPTED] = {holder_accepted, MAGENTA, NULL},
    [EVENT_INCIDENT_CORRECTED] = {corrected_words, YELLOW, NULL},
    [EVENT_INCIDENT_MERGED] = {merged_words, MAGENTA, NULL},
    [EVENT_INCIDENT_ABSORBED] = {absorbed_words, MAGENTA, NULL},
    [EVENT_INCIDENT_SPLIT] = {event_words_link_split, MAGENTA, NULL},
    [EVENT_INCIDENT_RESTORED] = {event_words_link_restored, MAGENTA, NULL},
    [EVENT_INCIDENT_LINKED] = {event_words_link_linked, "", NULL},
    [EVENT_INCIDENT_SHARED] = {shared_words, MAGENTA, NULL},
    [EVENT_INCIDENT_UNSHARED] = {unshared_words, MAGENTA, NULL},
    [EVENT_JOIN_REQUESTED] = {join_requested, YELLOW, NULL},
    [EVENT_JOIN_REFUSED] = {join_refused, MAGENTA, NULL},
    [EVENT_TICKET_LINKED] = {linked_words, GREEN, NULL},
    [EVENT_TICKET_CHANGED] = {changed_words, "", NULL},
    [EVENT_TICKET_LATE] = {late_words, YELLOW, NULL},
    [EVENT_TICKET_REMOVED] = {removed_words, YELLOW, NULL},
    [EVENT_TICKET_CONTINUED] = {continued_words, MAGENTA, NULL},
    [EVENT_TICKET_OVERRULED] = {overruled_words, YELLOW, NULL},
    [EVENT_COMMENT_ADDED] = {event_words_comment, CYAN, "added"},
    [EVENT_COMMENT_EDITED] = {event_words_comment, CYAN, "edited"},
    [EVENT_COMMENT_REMOVED] = {event_words_comment_removed, CYAN, NULL},
    [EVENT_COMMENT_PUBLISHED] = {event_words_comment, CYAN, "sent to those it is for"},
    [EVENT_COMMENT_PINNED] = {event_words_comment_pinned, CYAN, NULL},
    [EVENT_ASK_MADE] = {event_words_act, CYAN, "asked"},
    [EVENT_ASK_ANSWERED] = {event_words_act, CYAN, "answered an ask"},
    [EVENT_ASK_WITHDRAWN] = {event_words_act, CYAN, "withdrew an ask"},
    [EVENT_ASK_OVERDUE] = {event_words_act, YELLOW, "an ask is overdue"},
    [EVENT_HANDOVER_PROPOSED] = {event_words_act, MAGENTA, "proposed to hand the ball over"},
    [EVENT_HANDOVER_ACCEPTED] = {event_words_act, MAGENTA, "accepted the ball"},
    [EVENT_HANDOVER_DECLINED] = {event_words_act, MAGENTA, "declined the ball"},
    [EVENT_HANDOVER_LAPSED] = {event_words_act, YELLOW, "a proposed hand-over lapsed"},
    [EVENT_HANDOVER_WITHDRAWN] = {event_words_act, MAGENTA, "withdrew a proposed hand-over"},
    [EVENT_PROMISE_MADE] = {event_words_act, CYAN, "promised the next news"},
    [EVENT_PROMISE_KEPT] = {event_words_act, CYAN, "kept a promise of news"},
    [EVENT_PROMISE_BROKEN] = {event_words_act, YELLOW, "a promise of news is broken"},
    [EVENT_PROMISE_REPLACED] = {event_words_act, CYAN, "replaced a promise of news"},
    [EVENT_HELP_WANTED] = {event_words_act, CYAN, "wants help"},
    [EVENT_HELP_OFFERED] = {event_words_act, CYAN, "offered help"},
    [EVENT_HELP_ENDED] = {event_words_act, CYAN, "ended its call for help"},
    [EVENT_INCIDENT_TOLD] = {event_words_act, CYAN, "told the requester"},
    [EVENT_INCIDENT_TAKEN] = {event_words_duty_taken, CYAN, NULL},
    [EVENT_INCIDENT_SNOOZED] = {event_words_duty_snoozed, CYAN, NULL},
    [EVENT_ATTACHMENT_ADDED] = {attachment_words, CYAN, NULL},
    [EVENT_DELIVERY_DONE] = {delivered_words, "", NULL},
    [EVENT_DELIVERY_PARKED] = {parked_words, YELLOW, NULL},
    [EVENT_DELIVERY_CANCELLED] = {cancelled_words, YELLOW, NULL},
    [EVENT_SUPPLIER_STATE_CHANGED] = {supplier_state, YELLOW, NULL},
};

void event_words(struct ent_arena *arena, struct tail_names *names, struct ent_str type, const struct sdk_json *data,
		 struct sdk_buf *buf)
{
	struct event_line line = {arena, names, data, buf, NULL};
	enum event_kind kind;

	if (!event_kind(type, &kind)) { /* of a newer broker: its name says most */
		event_line_text(&line, type);
		return;
	}
	const char *bare = event_bare_words(kind, data);
	if (bare) {
		event_line_z(&line, bare);
		return;
	}
	line.did = looks[kind].did;
	looks[kind].words(&line);
}

const char *event_words_color(struct ent_str type)
{
	enum event_kind kind;

	return event_kind(type, &kind) ? looks[kind].color : "";
}
