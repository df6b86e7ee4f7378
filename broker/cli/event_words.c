/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/event_words.h"

#include "cli/table.h"
#include "core/event.h"

#define TEXT_MAX  100 /* bytes of a comment or a title that are shown */
#define REF_SHOWN 8   /* bytes of a ref whose name is not known */
#define ARROW     " \xe2\x86\x92 "

struct line {
	struct ent_arena *arena;
	struct tail_names *names;
	const struct sdk_json *data;
	struct sdk_buf *buf;
	const char *act; /* of act_words(), else NULL */
};
/* Cut on a character border, without control characters. */
static void put_text(struct line *line, struct ent_str s)
{
	struct ent_str cut = s;

	if (cut.n > TEXT_MAX) {
		cut.n = TEXT_MAX;
		while (cut.n > 0 && ((unsigned char)cut.p[cut.n] & 0xC0) == 0x80)
			cut.n--;
	}
	sdk_buf_str(line->buf, table_safe(line->arena, cut, false));
	if (cut.n < s.n)
		sdk_buf_z(line->buf, "\xe2\x80\xa6");
}

static void put_at(struct line *line, const char *path)
{
	put_text(line, sdk_json_text_at(line->data, path));
}

static bool has_text(const struct line *line, const char *path)
{
	return sdk_json_text_at(line->data, path).n > 0;
}

static void put_z(struct line *line, const char *words)
{
	sdk_buf_z(line->buf, words);
}

static void put_ticket(struct line *line)
{
	put_z(line, "ticket ");
	put_at(line, has_text(line, "ticket.key") ? "ticket.key" : "ticket.id");
}

/* A value as an event tells it: text, else the tool's own word; of a person the name, else the beginning of the ref. */
static void put_value(struct line *line, const struct sdk_json *of)
{
	struct ent_str words = sdk_json_text_at(of, "text");

	if (!words.n)
		words = sdk_json_text_at(of, "native");
	if (!words.n && sdk_json_at(of, "ref"))
		words = tail_names_find(line->names, sdk_json_text_at(of, "ref"));
	if (!words.n)
		words = sdk_head(sdk_json_text_at(of, "ref"), REF_SHOWN);
	put_text(line, words.n ? words : ENT_STR("-"));
}

static void put_changes(struct line *line)
{
	const struct sdk_json *change = sdk_json_first(sdk_json_at(line->data, "changes"));

	put_z(line, change ? ": " : ": nothing new");
	for (; change; change = sdk_json_next(change)) {
		put_text(line, sdk_json_text_at(change, "attribute"));
		if (!sdk_json_is(change, "attribute", "fields") && !sdk_json_is(change, "attribute", "description")) {
			if (sdk_json_count(sdk_json_at(change, "from"))) {
				put_z(line, " ");
				put_value(line, sdk_json_at(change, "from"));
			}
			put_z(line, ARROW);
			put_value(line, sdk_json_at(change, "to"));
		}
		if (sdk_json_next(change))
			put_z(line, ", ");
	}
}

static struct ent_str title_of(const struct line *line)
{
	for (const struct sdk_json *change = sdk_json_first(sdk_json_at(line->data, "changes")); change;
	     change = sdk_json_next(change))
		if (sdk_json_is(change, "attribute", "title"))
			return sdk_json_text_at(change, "to.text");
	return ENT_ABSENT;
}

static void put_audience(struct line *line, const struct sdk_json *audience)
{
	const struct sdk_json *one = sdk_json_first(sdk_json_at(audience, "organisations"));
	bool everyone = sdk_json_bool(sdk_json_at(audience, "everyone"), false);

	if (!audience)
		return;
	put_z(line, " (for ");
	put_z(line, everyone ? "everyone" : "");
	for (const char *comma = ""; one && !everyone; one = sdk_json_next(one), comma = ", ") {
		put_z(line, comma);
		put_text(line, sdk_json_text(one));
	}
	if (sdk_json_bool(sdk_json_at(audience, "requester"), false))
		put_z(line, " and the requester");
	put_z(line, ")");
}

static void put_comment(struct line *line, const char *did)
{
	put_z(line, "comment ");
	put_z(line, did);
	struct ent_str name = tail_names_find(line->names, sdk_json_text_at(line->data, "comment.author.ref"));
	if (name.n) {
		put_z(line, " by ");
		put_text(line, name);
	}
	put_audience(line, sdk_json_at(line->data, "comment.audience"));
	if (has_text(line, "comment.body")) {
		put_z(line, ": ");
		put_at(line, "comment.body");
	}
}

static void put_holder(struct line *line, const char *path)
{
	put_text(line, table_cell(line->arena, sdk_json_at(line->data, path)));
}

static void opened_words(struct line *line)
{
	put_z(line, "opened, ");
	put_at(line, "status");
	put_z(line, ", with ");
	put_holder(line, "holder");
}

static void described_words(struct line *line)
{
	static const char *const part[] = {"title", "impact", "urgency", "needed_before", "service", "site"};
	const char *gap = "described: ";

	for (size_t i = 0; i < sizeof part / sizeof *part; i++)
		if (sdk_json_at(line->data, part[i])) {
			put_z(line, gap);
			put_z(line, part[i]);
			put_z(line, " ");
			put_text(line, table_cell(line->arena, sdk_json_at(line->data, part[i])));
			gap = ", ";
		}
	if (sdk_json_at(line->data, "requester")) {
		put_z(line, gap);
		put_z(line, "requester ");
		put_value(line, sdk_json_at(line->data, "requester"));
	}
}

static void status_changed(struct line *line)
{
	put_z(line, "status ");
	put_at(line, "from");
	put_z(line, ARROW);
	put_at(line, "to");
}

static void holder_changed(struct line *line)
{
	bool accepted = sdk_json_bool(sdk_json_at(line->data, "accepted"), true);

	put_z(line, sdk_json_at(line->data, "declined") ? "given back: " : "handed over: ");
	put_holder(line, "from");
	put_z(line, ARROW);
	put_holder(line, "to");
	put_z(line, accepted ? "" : ", not accepted yet");
}

static void holder_accepted(struct line *line)
{
	put_holder(line, "holder");
	put_z(line, " accepted it");
}

static void corrected_words(struct line *line)
{
	put_z(line, "late words: opened ");
	put_at(line, "opened");
	put_z(line, ", ");
	put_at(line, "status");
	put_z(line, ", with ");
	put_holder(line, "holder");
	put_z(line, " since ");
	put_at(line, "since");
}

static void merged_words(struct line *line)
{
	put_z(line, "took in ");
	put_at(line, "other.number");
}

static void absorbed_words(struct line *line)
{
	put_z(line, "is part of ");
	put_at(line, "other.number");
	put_z(line, " now");
}

static void shared_words(struct line *line)
{
	bool joined = sdk_json_is(line->data, "by", "ticket"),
	     escalated = sdk_json_bool(sdk_json_at(line->data, "escalated"), false);
	put_z(line, joined ? "shared by a ticket of " : escalated ? "escalated to " : "shared with ");
	put_at(line, "supplier");
	if (has_text(line, "brief.what")) {
		put_z(line, ": ");
		put_at(line, "brief.what");
	}
}

static void unshared_words(struct line *line)
{
	put_z(line, "not shared with ");
	put_at(line, "supplier");
	put_z(line, " any more");
	if (has_text(line, "reason")) {
		put_z(line, ": ");
		put_at(line, "reason");
	}
}

static void join_requested(struct line *line)
{
	put_at(line, "supplier");
	put_z(line, " asks to take part: entente join list");
}

static void join_refused(struct line *line)
{
	put_at(line, "supplier");
	put_z(line, " may not take part");
}

static void linked_words(struct line *line)
{
	put_ticket(line);
	put_z(line, " joined: ");
	put_text(line, title_of(line));
}

static void changed_words(struct line *line)
{
	put_ticket(line);
	put_changes(line);
}

static void late_words(struct line *line)
{
	put_ticket(line);
	put_z(line, " spoke too late, nothing moved");
}

static void removed_words(struct line *line)
{
	put_ticket(line);
	put_z(line, " was removed");
}

static void continued_words(struct line *line)
{
	put_ticket(line);
	put_z(line, " goes on as ");
	put_at(line, has_text(line, "continues_as.key") ? "continues_as.key" : "continues_as.id");
}

static void overruled_words(struct line *line)
{
	put_ticket(line);
	put_z(line, " says ");
	put_at(line, "attribute");
	put_z(line, " ");
	put_value(line, sdk_json_at(line->data, "said"));
	put_z(line, ", which does not count: ");
	put_value(line, sdk_json_at(line->data, "stands"));
	put_z(line, " stands");
}

static void comment_added(struct line *line)
{
	put_comment(line, "added");
}

static void comment_edited(struct line *line)
{
	put_comment(line, "edited");
}

static void comment_removed(struct line *line)
{
	bool is_undone = sdk_json_bool(sdk_json_at(line->data, "undone"), false);

	put_comment(line, is_undone ? "undone, before others read it" : "removed");
}

static void comment_published(struct line *line)
{
	put_comment(line, "sent to those it is for");
}

static void comment_pinned(struct line *line)
{
	put_comment(line, sdk_json_bool(sdk_json_at(line->data, "pinned"), false) ? "pinned" : "not pinned any more");
}

static void attachment_words(struct line *line)
{
	put_z(line, "attachment ");
	put_at(line, has_text(line, "attachment.name") ? "attachment.name" : "attachment.id");
}

/* "delivery 17, a comment for ticket INC0010023" */
static void put_delivery(struct line *line)
{
	static const struct {
		const char *op, *words;
	} row[] = {{"create_ticket", "a new ticket"},
		   {"update_ticket", "what stands"},
		   {"add_comment", "a comment"},
		   {"edit_comment", "an edit of a comment"},
		   {"remove_comment", "the removal of a comment"}};

	put_z(line, "delivery ");
	put_at(line, "delivery.id");
	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		if (sdk_json_is(line->data, "delivery.op", row[i].op)) {
			put_z(line, ", ");
			put_z(line, row[i].words);
		}
	if (has_text(line, "ticket.id")) {
		put_z(line, " for ");
		put_ticket(line);
	}
}

static void delivered_words(struct line *line)
{
	put_delivery(line);
	put_z(line, ": done");
}

/* A sentence of the broker's: a text, or an object with its `text`. */
static void put_said(struct line *line, const char *before, const char *name)
{
	const struct sdk_json *said = sdk_json_at(line->data, name);
	struct ent_str text = sdk_json_count(said) ? sdk_json_text_at(said, "text") : sdk_json_text(said);

	if (text.n) {
		put_z(line, before);
		put_text(line, text);
	}
}

static void put_why(struct line *line)
{
	put_z(line, " (");
	put_at(line, "cause");
	put_z(line, ")");
	put_said(line, ": ", "reason");
}

static void parked_words(struct line *line)
{
	put_delivery(line);
	put_z(line, sdk_json_bool(sdk_json_at(line->data, "unknown"), false) ? ": nobody knows whether it was done"
									     : ": waits for a person");
	put_why(line);
}

static void cancelled_words(struct line *line)
{
	put_delivery(line);
	put_z(line, ": will not be brought");
	put_why(line);
}

static void supplier_state(struct line *line)
{
	put_z(line, "is ");
	put_at(line, "to");
	put_said(line, ": ", "why");
	put_said(line, "; ", "next");
}

/* "asked (question, us -> orion, due 2026-...)" */
static void act_words(struct line *line)
{
	static const char *const nouns[] = {"ask", "handover", "promise", "help"};
	const struct sdk_json *act = NULL;
	struct ent_str kind, to, due;

	for (size_t i = 0; i < sizeof nouns / sizeof *nouns && !act; i++)
		act = sdk_json_at(line->data, nouns[i]);
	put_z(line, line->act);
	if (!act)
		return;
	kind = sdk_json_text_at(act, "kind"), to = sdk_json_text_at(act, "to"), due = sdk_json_text_at(act, "due");
	put_z(line, " (");
	put_text(line, kind);
	put_z(line, kind.n ? ", " : "");
	put_text(line, sdk_json_text_at(act, "from"));
	put_z(line, to.n ? " -> " : "");
	put_text(line, to);
	put_z(line, due.n ? ", due " : "");
	put_text(line, due);
	put_z(line, ")");
}

#define GREEN   "\033[32m" /* something new */
#define MAGENTA "\033[35m" /* the ball moves, who takes part */
#define CYAN    "\033[36m" /* people talk */
#define YELLOW  "\033[33m" /* look twice */
static const struct {
	void (*words)(struct line *);
	const char *color;
	const char *act; /* of act_words() */
} looks[EVENT_N] = {
    [EVENT_INCIDENT_OPENED] = {opened_words, GREEN, NULL},
    [EVENT_INCIDENT_DESCRIBED] = {described_words, "", NULL},
    [EVENT_INCIDENT_STATUS_CHANGED] = {status_changed, "", NULL},
    [EVENT_INCIDENT_HOLDER_CHANGED] = {holder_changed, MAGENTA, NULL},
    [EVENT_INCIDENT_HOLDER_ACCEPTED] = {holder_accepted, MAGENTA, NULL},
    [EVENT_INCIDENT_CORRECTED] = {corrected_words, YELLOW, NULL},
    [EVENT_INCIDENT_MERGED] = {merged_words, MAGENTA, NULL},
    [EVENT_INCIDENT_ABSORBED] = {absorbed_words, MAGENTA, NULL},
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
    [EVENT_COMMENT_ADDED] = {comment_added, CYAN, NULL},
    [EVENT_COMMENT_EDITED] = {comment_edited, CYAN, NULL},
    [EVENT_COMMENT_REMOVED] = {comment_removed, CYAN, NULL},
    [EVENT_COMMENT_PUBLISHED] = {comment_published, CYAN, NULL},
    [EVENT_COMMENT_PINNED] = {comment_pinned, CYAN, NULL},
    [EVENT_ASK_MADE] = {act_words, CYAN, "asked"},
    [EVENT_ASK_ANSWERED] = {act_words, CYAN, "answered an ask"},
    [EVENT_ASK_WITHDRAWN] = {act_words, CYAN, "withdrew an ask"},
    [EVENT_ASK_OVERDUE] = {act_words, YELLOW, "an ask is overdue"},
    [EVENT_HANDOVER_PROPOSED] = {act_words, MAGENTA, "proposed to hand the ball over"},
    [EVENT_HANDOVER_ACCEPTED] = {act_words, MAGENTA, "accepted the ball"},
    [EVENT_HANDOVER_DECLINED] = {act_words, MAGENTA, "declined the ball"},
    [EVENT_HANDOVER_LAPSED] = {act_words, YELLOW, "a proposed hand-over lapsed"},
    [EVENT_HANDOVER_WITHDRAWN] = {act_words, MAGENTA, "withdrew a proposed hand-over"},
    [EVENT_PROMISE_MADE] = {act_words, CYAN, "promised the next news"},
    [EVENT_PROMISE_KEPT] = {act_words, CYAN, "kept a promise of news"},
    [EVENT_PROMISE_BROKEN] = {act_words, YELLOW, "a promise of news is broken"},
    [EVENT_PROMISE_REPLACED] = {act_words, CYAN, "replaced a promise of news"},
    [EVENT_HELP_WANTED] = {act_words, CYAN, "wants help"},
    [EVENT_HELP_OFFERED] = {act_words, CYAN, "offered help"},
    [EVENT_HELP_ENDED] = {act_words, CYAN, "ended its call for help"},
    [EVENT_INCIDENT_TOLD] = {act_words, CYAN, "told the requester"},
    [EVENT_INCIDENT_TAKEN] = {act_words, CYAN, "somebody took it, or gave it back"},
    [EVENT_INCIDENT_SNOOZED] = {act_words, CYAN, "somebody put it off in their list"},
    [EVENT_ATTACHMENT_ADDED] = {attachment_words, CYAN, NULL},
    [EVENT_DELIVERY_DONE] = {delivered_words, "", NULL},
    [EVENT_DELIVERY_PARKED] = {parked_words, YELLOW, NULL},
    [EVENT_DELIVERY_CANCELLED] = {cancelled_words, YELLOW, NULL},
    [EVENT_SUPPLIER_STATE_CHANGED] = {supplier_state, YELLOW, NULL},
};

void event_words(struct ent_arena *arena, struct tail_names *names, struct ent_str type, const struct sdk_json *data,
		 struct sdk_buf *buf)
{
	struct line line = {arena, names, data, buf, NULL};
	enum event_kind kind;

	if (!event_kind(type, &kind)) { /* of a newer broker: its name says most */
		put_text(&line, type);
		return;
	}
	line.act = looks[kind].act;
	looks[kind].words(&line);
}

const char *event_words_color(struct ent_str type)
{
	enum event_kind kind;

	return event_kind(type, &kind) ? looks[kind].color : "";
}
