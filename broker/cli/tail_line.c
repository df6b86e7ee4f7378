/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/tail_line.h"

#include <string.h>

#include "cli/table.h"
#include "core/event.h"
#include "sdk/time.h"

#define TEXT_MAX 100 /* bytes of a comment or a title that are shown */
#define ARROW    " \xe2\x86\x92 "

struct line {
	struct ent_arena *arena;
	const struct sdk_json *data;
	struct sdk_buf *buf;
	bool color;
};

static void paint(struct line *line, const char *code)
{
	if (line->color)
		sdk_buf_z(line->buf, code);
}

/* Cut on a character border, without control characters. */
static void text(struct line *line, struct ent_str s)
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

static void at(struct line *line, const char *path)
{
	text(line, sdk_json_text_at(line->data, path));
}

static bool has(const struct line *line, const char *path)
{
	return sdk_json_text_at(line->data, path).n > 0;
}

static void z(struct line *line, const char *words)
{
	sdk_buf_z(line->buf, words);
}

static void ticket(struct line *line)
{
	z(line, "ticket ");
	at(line, has(line, "ticket.key") ? "ticket.key" : "ticket.id");
}

/* A value as an event tells it: text, else the tool's own word. */
static void value(struct line *line, const struct sdk_json *of)
{
	struct ent_str words = sdk_json_text_at(of, "text");

	if (!words.n)
		words = sdk_json_text_at(of, "native");
	if (words.n)
		text(line, words);
	else
		z(line, "-");
}

static void changes(struct line *line)
{
	const struct sdk_json *change = sdk_json_first(sdk_json_at(line->data, "changes"));

	z(line, change ? ": " : ": nothing else");
	for (; change; change = sdk_json_next(change)) {
		text(line, sdk_json_text_at(change, "attribute"));
		if (!sdk_json_is(change, "attribute", "fields") && !sdk_json_is(change, "attribute", "description")) {
			if (sdk_json_count(sdk_json_at(change, "from"))) {
				z(line, " ");
				value(line, sdk_json_at(change, "from"));
			}
			z(line, ARROW);
			value(line, sdk_json_at(change, "to"));
		}
		if (sdk_json_next(change))
			z(line, ", ");
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

static void comment(struct line *line, const char *did)
{
	z(line, "comment ");
	z(line, did);
	if (has(line, "comment.author.name")) {
		z(line, " by ");
		at(line, "comment.author.name");
	}
	if (has(line, "comment.audience.kind")) {
		z(line, " (for ");
		at(line, "comment.audience.kind");
		z(line, ")");
	}
	if (has(line, "comment.body")) {
		z(line, ": ");
		at(line, "comment.body");
	}
}

static void holder(struct line *line, const char *path)
{
	if (has(line, path))
		at(line, path);
	else
		z(line, "nobody");
}

static void opened(struct line *line)
{
	z(line, "opened, ");
	at(line, "status");
	z(line, ", with ");
	holder(line, "holder");
}

static void status_changed(struct line *line)
{
	z(line, "status ");
	at(line, "from");
	z(line, ARROW);
	at(line, "to");
}

static void holder_changed(struct line *line)
{
	z(line, "handed over: ");
	holder(line, "from");
	z(line, ARROW);
	holder(line, "to");
}

static void corrected(struct line *line)
{
	z(line, "late words: opened ");
	at(line, "opened");
	z(line, ", ");
	at(line, "status");
	z(line, ", with ");
	holder(line, "holder");
	z(line, " since ");
	at(line, "since");
}

static void merged(struct line *line)
{
	z(line, "took in ");
	at(line, "other.number");
}

static void absorbed(struct line *line)
{
	z(line, "is part of ");
	at(line, "other.number");
	z(line, " now");
}

static void shared(struct line *line)
{
	z(line, sdk_json_bool(sdk_json_at(line->data, "escalated"), false) ? "escalated to " : "shared with ");
	at(line, "supplier");
	if (has(line, "brief.what")) {
		z(line, ": ");
		at(line, "brief.what");
	}
}

static void unshared(struct line *line)
{
	z(line, "not shared with ");
	at(line, "supplier");
	z(line, " any more");
	if (has(line, "reason")) {
		z(line, ": ");
		at(line, "reason");
	}
}

static void linked(struct line *line)
{
	ticket(line);
	z(line, " joined: ");
	text(line, title_of(line));
}

static void changed(struct line *line)
{
	ticket(line);
	changes(line);
}

static void late(struct line *line)
{
	ticket(line);
	z(line, " spoke too late, nothing moved");
}

static void removed(struct line *line)
{
	ticket(line);
	z(line, " was removed");
}

static void continued(struct line *line)
{
	ticket(line);
	z(line, " goes on as ");
	at(line, has(line, "continues_as.key") ? "continues_as.key" : "continues_as.id");
}

static void overruled(struct line *line)
{
	ticket(line);
	z(line, " says ");
	at(line, "attribute");
	z(line, " ");
	value(line, sdk_json_at(line->data, "said"));
	z(line, ", which does not count: ");
	value(line, sdk_json_at(line->data, "stands"));
	z(line, " stands");
}

static void comment_added(struct line *line)
{
	comment(line, "added");
}

static void comment_edited(struct line *line)
{
	comment(line, "edited");
}

static void comment_removed(struct line *line)
{
	comment(line, "removed");
}

static void attachment(struct line *line)
{
	z(line, "attachment ");
	at(line, has(line, "attachment.name") ? "attachment.name" : "attachment.id");
}

/* "delivery 17, a comment for ticket INC0010023" */
static void delivery(struct line *line)
{
	static const struct {
		const char *op, *words;
	} row[] = {{"create_ticket", "a new ticket"}, {"update_ticket", "what stands"}, {"add_comment", "a comment"}};

	z(line, "delivery ");
	at(line, "delivery.id");
	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		if (sdk_json_is(line->data, "delivery.op", row[i].op)) {
			z(line, ", ");
			z(line, row[i].words);
		}
	if (has(line, "ticket.id")) {
		z(line, " for ");
		ticket(line);
	}
}

static void delivered(struct line *line)
{
	delivery(line);
	z(line, ": done");
}

static void why(struct line *line)
{
	z(line, " (");
	at(line, "cause");
	z(line, ")");
	if (has(line, "reason")) {
		z(line, ": ");
		at(line, "reason");
	}
}

static void parked(struct line *line)
{
	delivery(line);
	z(line, sdk_json_bool(sdk_json_at(line->data, "unknown"), false) ? ": nobody knows whether it was done"
									 : ": waits for a person");
	why(line);
}

static void cancelled(struct line *line)
{
	delivery(line);
	z(line, ": will not be brought");
	why(line);
}

static void supplier_state(struct line *line)
{
	z(line, "is ");
	at(line, "to");
	if (has(line, "why")) {
		z(line, ": ");
		at(line, "why");
	}
	if (has(line, "next")) {
		z(line, "; ");
		at(line, "next");
	}
}

#define GREEN   "\033[32m" /* something new */
#define MAGENTA "\033[35m" /* the ball moves, who takes part */
#define CYAN    "\033[36m" /* people talk */
#define YELLOW  "\033[33m" /* look twice */

static const struct {
	void (*words)(struct line *);
	const char *color;
} looks[EVENT_N] = {
    [EVENT_INCIDENT_OPENED] = {opened, GREEN},
    [EVENT_INCIDENT_STATUS_CHANGED] = {status_changed, ""},
    [EVENT_INCIDENT_HOLDER_CHANGED] = {holder_changed, MAGENTA},
    [EVENT_INCIDENT_CORRECTED] = {corrected, YELLOW},
    [EVENT_INCIDENT_MERGED] = {merged, MAGENTA},
    [EVENT_INCIDENT_ABSORBED] = {absorbed, MAGENTA},
    [EVENT_INCIDENT_SHARED] = {shared, MAGENTA},
    [EVENT_INCIDENT_UNSHARED] = {unshared, MAGENTA},
    [EVENT_TICKET_LINKED] = {linked, GREEN},
    [EVENT_TICKET_CHANGED] = {changed, ""},
    [EVENT_TICKET_LATE] = {late, YELLOW},
    [EVENT_TICKET_REMOVED] = {removed, YELLOW},
    [EVENT_TICKET_CONTINUED] = {continued, MAGENTA},
    [EVENT_TICKET_OVERRULED] = {overruled, YELLOW},
    [EVENT_COMMENT_ADDED] = {comment_added, CYAN},
    [EVENT_COMMENT_EDITED] = {comment_edited, CYAN},
    [EVENT_COMMENT_REMOVED] = {comment_removed, CYAN},
    [EVENT_ATTACHMENT_ADDED] = {attachment, CYAN},
    [EVENT_DELIVERY_DONE] = {delivered, ""},
    [EVENT_DELIVERY_PARKED] = {parked, YELLOW},
    [EVENT_DELIVERY_CANCELLED] = {cancelled, YELLOW},
    [EVENT_SUPPLIER_STATE_CHANGED] = {supplier_state, YELLOW},
};

static void column(struct line *line, const char *path, const char *other, size_t width)
{
	size_t from = line->buf->n, shown = 0;

	if (has(line, path))
		at(line, path);
	else
		z(line, other);
	for (size_t i = from; i < line->buf->n; i++)
		shown += ((unsigned char)line->buf->p[i] & 0xC0) != 0x80;
	for (; shown < width; shown++)
		z(line, " ");
	z(line, "  ");
}

void tail_line_words(struct ent_arena *arena, const struct bus_record *record, const struct sdk_json *data, bool color,
		     struct sdk_buf *buf)
{
	struct line line = {arena, data, buf, color};
	char stamp[SDK_TIME_SIZE];
	enum event_kind kind;

	(void)sdk_time_format(record->time_ms, stamp);
	stamp[10] = ' ';
	stamp[19] = '\0'; /* seconds are fine enough to read */
	paint(&line, "\033[2m");
	z(&line, stamp);
	paint(&line, "\033[0m");
	z(&line, "  ");
	paint(&line, "\033[1m");
	column(&line, "incident.number", "-", 10);
	paint(&line, "\033[0m");
	column(&line, "supplier", "-", 12);
	if (event_kind(record->type, &kind)) {
		paint(&line, looks[kind].color);
		looks[kind].words(&line);
		paint(&line, "\033[0m");
	} else { /* of a newer broker: its name says most */
		text(&line, record->type);
	}
	z(&line, "\n");
}

bool tail_line_json(const struct bus_record *record, const struct sdk_json *data, struct sdk_buf *buf)
{
	struct sdk_jsonw w;

	if (!data)
		return false;
	sdk_jsonw_init(&w, buf);
	sdk_jsonw_open(&w, '{');
	for (size_t i = 0; i < record->n_header; i++) {
		struct ent_str name = record->header[i].name;

		if (sdk_eqz(name, "content-type"))
			name = ENT_STR("datacontenttype");
		else if (sdk_starts(name, "ce_"))
			name = (struct ent_str){name.p + 3, name.n - 3};
		else
			continue; /* traceparent stands there as ce_traceparent, too */
		if (!sdk_is_utf8(record->header[i].value))
			continue;
		sdk_jsonw_key_str(&w, name);
		sdk_jsonw_str(&w, record->header[i].value);
	}
	sdk_jsonw_kraw(&w, "data", record->value);
	sdk_jsonw_close(&w, '}');
	sdk_buf_z(buf, "\n");
	return true;
}
