/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/incident_show.h"

#include "cli/address.h"

#include <stdio.h>
#include <string.h>
#include "cli/client_words.h"
#include "cli/event_words.h"
#include "cli/table.h"
#include "core/attr.h"
#include "sdk/webhook.h"

#define EVENT_WORDS_MAX 4096 /* bytes of the words of one event: the texts in them are cut */

static struct ent_str member_cell(struct ent_arena *arena, const struct sdk_json *node, const char *path)
{
	return table_member(arena, node, path);
}

static void incident_line_print(struct ent_arena *arena, const char *label, const struct sdk_json *value)
{
	printf("%-10s %.*s\n", label, ENT_F(table_cell(arena, value)));
}

static void incident_known_print(struct ent_arena *arena, const char *label, const struct sdk_json *value)
{
	if (value && !sdk_eqz(sdk_json_text(value), "0"))
		incident_line_print(arena, label, value);
}

/* ---- a comment ------------------------------------------------------------------- */

/* The readers of a comment, in words nobody can mistake. */
static struct ent_str say_audience(struct ent_arena *arena, const struct sdk_json *audience)
{
	bool everyone = sdk_json_bool(sdk_json_at(audience, "everyone"), false);
	bool requester = sdk_json_bool(sdk_json_at(audience, "requester"), false);
	const struct sdk_json *list = sdk_json_at(audience, "organisations");
	struct ent_str words = everyone ? ENT_STR("everyone who shares the incident") : ENT_ABSENT;

	if (!everyone && !requester && sdk_json_count(list) == 1)
		return sdk_format(arena, "internal: for %.*s only", ENT_F(table_cell(arena, sdk_json_first(list))));
	for (const struct sdk_json *one = sdk_json_first(list); one && !everyone; one = sdk_json_next(one))
		words = words.n ? sdk_format(arena, "%.*s%s%.*s", ENT_F(words),
					     sdk_json_next(one) || requester ? ", " : " and ",
					     ENT_F(table_cell(arena, one)))
				: table_cell(arena, one);
	return sdk_format(arena, "for %.*s%s", ENT_F(words), requester ? " and the requester" : "");
}

static void incident_where_show(struct ent_arena *arena, const struct sdk_json *where)
{
	struct ent_str supplier = member_cell(arena, where, "supplier"), state = member_cell(arena, where, "state");

	const char *op = sdk_json_is(where, "op", "edit_comment")     ? "edit "
			 : sdk_json_is(where, "op", "remove_comment") ? "removal "
								      : "";

	printf("    -> %.*s: %s%.*s", ENT_F(supplier), op, ENT_F(state));
	if (sdk_json_at(where, "cause"))
		printf(" (%.*s)", ENT_F(member_cell(arena, where, "cause")));
	if (sdk_json_at(where, "reason"))
		printf(": %.*s", ENT_F(member_cell(arena, where, "reason")));
	if (sdk_json_at(where, "external_id"))
		printf(", there %.*s", ENT_F(member_cell(arena, where, "external_id")));
	if (sdk_json_at(where, "delivery") && !sdk_json_is(where, "state", "done"))
		printf("  [delivery %.*s]", ENT_F(member_cell(arena, where, "delivery")));
	putchar('\n');
	if (sdk_json_at(where, "next") &&
	    (sdk_json_is(where, "state", "parked") || sdk_json_is(where, "state", "unknown")))
		printf("       %.*s\n", ENT_F(member_cell(arena, where, "next")));
}

/* The organisation whose people wrote it: nobody may be known by name, neither in a tool nor of our machines. */
static struct ent_str comment_organisation(struct ent_arena *arena, const struct sdk_json *comment)
{
	struct ent_str name = member_cell(arena, comment, "author.organisation|supplier");

	return sdk_eqz(name, "-") ? ENT_STR("us") : name;
}

/* A held comment is read by its author's organisation only, whoever its audience names already. */
static struct ent_str comment_readers(struct ent_arena *arena, const struct sdk_json *comment)
{
	if (!sdk_json_at(comment, "held"))
		return say_audience(arena, sdk_json_at(comment, "audience"));
	return sdk_format(arena, "held until %.*s for %.*s only, then %.*s",
			  ENT_F(member_cell(arena, comment, "held.until")), ENT_F(comment_organisation(arena, comment)),
			  ENT_F(say_audience(arena, sdk_json_at(comment, "held.audience"))));
}

void incident_show_comment(struct ent_arena *arena, const struct sdk_json *comment)
{
	struct ent_str supplier = sdk_json_text_at(comment, "supplier");
	bool removed = sdk_json_bool(sdk_json_at(comment, "removed"), false);

	printf("\n%.*s  %.*s (%.*s)  [%.*s]", ENT_F(member_cell(arena, comment, "created")),
	       ENT_F(member_cell(arena, comment, "author.name")), ENT_F(comment_organisation(arena, comment)),
	       ENT_F(comment_readers(arena, comment)));
	if (sdk_json_at(comment, "pinned"))
		printf("  pinned");
	if (sdk_json_at(comment, "late"))
		printf("  late: it came at %.*s", ENT_F(member_cell(arena, comment, "recorded")));
	if (sdk_json_at(comment, "unread"))
		printf("  unread");
	if (!supplier.n && !removed) /* `entente comment edit` asks for it */
		printf("  [comment %.*s]", ENT_F(member_cell(arena, comment, "id")));
	putchar('\n');
	table_lines(arena, "    ", removed ? ENT_STR("(removed)") : address_shown(arena, comment));
	for (const struct sdk_json *where = sdk_json_first(sdk_json_at(comment, "where")); where;
	     where = sdk_json_next(where))
		incident_where_show(arena, where);
	for (const struct sdk_json *seen = sdk_json_first(sdk_json_at(comment, "seen")); seen;
	     seen = sdk_json_next(seen))
		printf("    seen by %.*s, %.*s\n", ENT_F(member_cell(arena, seen, "organisation")),
		       ENT_F(member_cell(arena, seen, "at")));
}

/* The comments of which one is unread: how to say that they are read. The one that came last is named. */
static void incident_unread_show(struct ent_arena *arena, const struct sdk_json *incident)
{
	const struct sdk_json *last = NULL, *comment = sdk_json_first(sdk_json_at(incident, "thread"));
	struct ent_str came = ENT_STR("");
	int64_t n = 0;

	if (!sdk_json_int(sdk_json_at(incident, "unread"), &n) || n == 0)
		return;
	for (; comment; comment = sdk_json_next(comment)) {
		struct ent_str at = sdk_json_text_at(comment, "recorded"); /* RFC 3339 sorts as it stands */

		if (at.n != came.n ? at.n > came.n : memcmp(at.p, came.p, at.n) > 0) {
			came = at;
			last = comment;
		}
	}
	printf("\n%lld unread. When you have read them: entente incident read %.*s %.*s\n", (long long)n,
	       ENT_F(member_cell(arena, incident, "number")), ENT_F(member_cell(arena, last, "id")));
}

/* ---- the incident -------------------------------------------------------------------- */

static void incident_holder_show(struct ent_arena *arena, const struct sdk_json *incident)
{
	printf("%-10s %.*s, since %.*s", "holder", ENT_F(member_cell(arena, incident, "holder")),
	       ENT_F(member_cell(arena, incident, "holder_since")));
	if (sdk_json_at(incident, "handed_by"))
		printf("; handed over by %.*s, not accepted yet", ENT_F(member_cell(arena, incident, "handed_by")));
	putchar('\n');
}

static void incident_shares_show(struct ent_arena *arena, const struct sdk_json *incident)
{
	static const struct table_column column[] = {{"SHARED WITH", "supplier"},
						     {"ROLE", "role"},
						     {"SINCE", "since"},
						     {"TICKET", "ticket_key"},
						     {"PENDING", "deliveries.pending"},
						     {"UNKNOWN", "deliveries.unknown"},
						     {"PARKED", "deliveries.parked"},
						     {0}};
	putchar('\n');
	table_print(arena, sdk_json_at(incident, "shares"), column, "Shared with nobody.");
	for (const struct sdk_json *one = sdk_json_first(sdk_json_at(incident, "former_shares")); one;
	     one = sdk_json_next(one))
		printf("Not shared with %.*s any more, since %.*s.\n", ENT_F(member_cell(arena, one, "supplier")),
		       ENT_F(member_cell(arena, one, "withdrawn")));
}

/* The values that suppliers said, and those that stand instead. */
static void incident_overruled_show(struct ent_arena *arena, const struct sdk_json *ticket)
{
	for (const struct sdk_json *one = sdk_json_first(sdk_json_at(ticket, "overruled")); one;
	     one = sdk_json_next(one)) {
		printf("%.*s %.*s said %.*s %.*s at %.*s; by policy %.*s stands.\n",
		       ENT_F(member_cell(arena, ticket, "supplier")), ENT_F(member_cell(arena, ticket, "key")),
		       ENT_F(member_cell(arena, one, "attribute")), ENT_F(member_cell(arena, one, "said.text")),
		       ENT_F(member_cell(arena, one, "time")), ENT_F(member_cell(arena, one, "stands.text")));
	}
}

static const struct sdk_json *ticket_find(const struct sdk_json *tickets, struct ent_str supplier, struct ent_str id)
{
	for (const struct sdk_json *one = sdk_json_first(tickets); one; one = sdk_json_next(one))
		if (sdk_eq(sdk_json_text_at(one, "supplier"), supplier) && sdk_eq(sdk_json_text_at(one, "id"), id))
			return one;
	return NULL;
}

/* The ticket went on as another one, and whether that one can be read. */
static void incident_continued_show(struct ent_arena *arena, const struct sdk_json *tickets,
				    const struct sdk_json *ticket)
{
	struct ent_str id = sdk_json_text_at(ticket, "continues_as");
	const struct sdk_json *next = id.n ? ticket_find(tickets, sdk_json_text_at(ticket, "supplier"), id) : NULL;

	if (!next)
		return;
	printf("%.*s %.*s goes on as %.*s there.", ENT_F(member_cell(arena, ticket, "supplier")),
	       ENT_F(member_cell(arena, ticket, "key")), ENT_F(member_cell(arena, next, "key")));
	if (sdk_json_bool(sdk_json_at(next, "removed"), false))
		printf(" That one cannot be read: nothing more is heard of it, and nothing is brought to it.");
	putchar('\n');
}

static void incident_tickets_show(struct ent_arena *arena, const struct sdk_json *tickets)
{
	static const struct table_column column[] = {{"SUPPLIER", "supplier|organisation"},
						     {"TICKET", "key|number"},
						     {"STATUS", "status"},
						     {"THERE", "attributes.status.native"},
						     {"PRIO", "attributes.priority.text"},
						     {"TEAM", "attributes.team.text"},
						     {"CHANGED", "changed"},
						     {"TITLE", "attributes.title.text"},
						     {0}};
	putchar('\n');
	table_print(arena, tickets, column, "No tickets.");
	for (const struct sdk_json *ticket = sdk_json_first(tickets); ticket; ticket = sdk_json_next(ticket))
		incident_overruled_show(arena, ticket);
	for (const struct sdk_json *ticket = sdk_json_first(tickets); ticket; ticket = sdk_json_next(ticket))
		incident_continued_show(arena, tickets, ticket);
}

/* The deliveries beside comments: tickets to be made, values to be set, notices. */
static void incident_deliveries_show(struct ent_arena *arena, const struct sdk_json *deliveries)
{
	static const struct table_column column[] = {{"TO", "supplier"}, {"WHAT", "op"},       {"SETS", "attributes"},
						     {"STATE", "state"}, {"CAUSE", "cause"},   {"DELIVERY", "id"},
						     {"SINCE", "since"}, {"REASON", "reason"}, {0}};
	if (!sdk_json_count(deliveries))
		return;
	putchar('\n');
	table_print(arena, deliveries, column, "");
}

void incident_show(struct ent_arena *arena, struct ent_str json)
{
	const struct sdk_json *incident = client_parse(arena, json), *thread = sdk_json_at(incident, "thread");
	int64_t left_out = 0;

	if (!incident)
		return;
	printf("%.*s  %.*s\n", ENT_F(member_cell(arena, incident, "number")),
	       ENT_F(member_cell(arena, incident, "title")));
	incident_line_print(arena, "status", sdk_json_at(incident, "status"));
	incident_line_print(arena, "priority", sdk_json_at(incident, "priority"));
	for (unsigned i = 0; i < ENT_N_ATTR; i++)
		if (attr_rule((enum ent_attr)i) == ATTR_OPTIONAL)
			incident_known_print(arena, sdk_attr_name((enum ent_attr)i),
					     sdk_json_at(incident, sdk_attr_name((enum ent_attr)i)));
	incident_holder_show(arena, incident);
	incident_known_print(arena, "needed by", sdk_json_at(incident, "needed_before"));
	incident_known_print(arena, "next news", sdk_json_at(incident, "next_news"));
	incident_known_print(arena, "service", sdk_json_at(incident, "service"));
	incident_known_print(arena, "site", sdk_json_at(incident, "site"));
	incident_known_print(arena, "requester", sdk_json_at(incident, "requester.name"));
	incident_line_print(arena, "opened", sdk_json_at(incident, "opened"));
	incident_line_print(arena, "changed", sdk_json_at(incident, "changed"));
	incident_shares_show(arena, incident);
	incident_tickets_show(arena, sdk_json_at(incident, "tickets"));
	incident_deliveries_show(arena, sdk_json_at(incident, "deliveries"));
	if (sdk_json_int(sdk_json_at(incident, "thread_left_out"), &left_out) && left_out > 0)
		printf("\n%lld older comments are not shown: `entente incident comments %.*s --before %.*s`\n",
		       (long long)left_out, ENT_F(member_cell(arena, incident, "number")),
		       ENT_F(member_cell(arena, incident, "thread_before")));
	for (const struct sdk_json *comment = sdk_json_first(thread); comment; comment = sdk_json_next(comment))
		incident_show_comment(arena, comment);
	incident_unread_show(arena, incident);
}

void incident_show_read(struct ent_arena *arena, struct ent_str json)
{
	const struct sdk_json *answer = client_parse(arena, json);
	int64_t n = 0;

	if (sdk_json_int(sdk_json_at(answer, "unread"), &n))
		printf("%.*s: %lld unread.\n", ENT_F(member_cell(arena, answer, "incident")), (long long)n);
}

void incident_show_receipts(struct ent_arena *arena, struct ent_str json)
{
	static const struct table_column column[] = {{"ORGANISATION", "organisation"},
						     {"TOOL", "supplier"},
						     {"STATE", "state"},
						     {"SINCE", "since"},
						     {"SEEN", "seen"},
						     {"WHY", "why"},
						     {0}};
	const struct sdk_json *answer = client_parse(arena, json),
			      *one = sdk_json_first(sdk_json_at(answer, "read_by"));

	if (!answer)
		return;
	table_print(arena, sdk_json_at(answer, "items"), column, "Nothing is known of it.");
	for (; one; one = sdk_json_next(one))
		printf("Read by %.*s, of your own organisation.\n", ENT_F(member_cell(arena, one, "name")));
}

/* ---- its history ---------------------------------------------------------------------- */

/* The names of the people that the events hold. */
static void names_take(struct tail_names *names, const struct sdk_json *people)
{
	tail_names_init(names, NULL);
	for (const struct sdk_json *one = sdk_json_first(people); one; one = sdk_json_next(one))
		tail_names_add(names, sdk_json_text_at(one, "ref"), sdk_json_text_at(one, "name"));
}

void incident_show_history(struct ent_arena *arena, struct ent_str json)
{
	const struct sdk_json *answer = client_parse(arena, json),
			      *event = sdk_json_first(sdk_json_at(answer, "items"));
	struct ent_str next = sdk_json_text_at(answer, "next");
	struct tail_names names;
	struct sdk_buf words;

	names_take(&names, sdk_json_at(answer, "people"));
	sdk_buf_init(&words, EVENT_WORDS_MAX);
	if (answer && !event)
		puts("Nothing has happened.");
	for (; event; event = sdk_json_next(event)) {
		const struct sdk_json *data = sdk_json_at(event, "data");
		struct ent_str number = table_cell(arena, sdk_json_at(event, "sequence"));
		struct ent_str when = table_cell(arena, sdk_json_at(event, "time"));
		struct ent_str type = table_cell(arena, sdk_json_at(event, "type"));
		struct ent_str supplier = table_cell(arena, sdk_json_at(data, "supplier"));

		sdk_buf_clear(&words);
		event_words(arena, &names, sdk_json_text_at(event, "type"), data, &words);
		struct ent_str what = sdk_buf_view(&words);
		if (sdk_starts(type, "org.entente.") && type.n > 15) /* and ".v1" */
			type = (struct ent_str){type.p + 12, type.n - 15};
		printf("%4.*s  %.*s  %-24.*s  %-16.*s  %.*s\n", (int)number.n, number.p, (int)when.n, when.p,
		       (int)type.n, type.p, (int)supplier.n, supplier.p, (int)what.n, what.p);
	}
	sdk_buf_release(&words);
	tail_names_release(&names);
	if (next.n)
		printf("\nMore: add --after %.*s\n", (int)next.n, next.p);
}

void incident_show_comments(struct ent_arena *arena, struct ent_str json)
{
	const struct sdk_json *answer = client_parse(arena, json), *items = sdk_json_at(answer, "items");
	struct ent_str before = sdk_json_text_at(answer, "before"), after = sdk_json_text_at(answer, "after");

	if (!answer)
		return;
	if (!sdk_json_count(items))
		puts("No comments.");
	if (before.n)
		printf("Older comments: add --before %.*s\n", ENT_F(table_safe(arena, before, false)));
	for (const struct sdk_json *comment = sdk_json_first(items); comment; comment = sdk_json_next(comment))
		incident_show_comment(arena, comment);
	if (after.n)
		printf("\nNewer comments: add --after %.*s\n", ENT_F(table_safe(arena, after, false)));
}
