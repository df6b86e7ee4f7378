/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view_json.h"

#include <stdio.h>

#include "core/delivery.h"
#include "core/holder.h"
#include "core/organisation.h"
#include "sdk/webhook.h"
#include "store/rows.h"
#include "store/rows_ticket.h"
#include "view/view_person.h"

enum { OVERRULED_MAX = 100 /* events looked at for what was said last */ };

/* ---- incidents --------------------------------------------------------------- */

struct incident view_json_read_incident(const struct view *view, struct db_stmt *stmt)
{
	struct ent_str uuid = db_str(stmt, 1);
	struct incident ret = {.number = db_int(stmt, 0),
			       .title = sdk_dup(view->arena, db_str(stmt, 2)),
			       .values = attr_values_parse(db_str(stmt, 3)),
			       .holder = sdk_dup(view->arena, db_str(stmt, 5)),
			       .holder_since_ms = db_int(stmt, 6),
			       .is_accepted = db_int(stmt, 7) != 0,
			       .handed_by = sdk_dup(view->arena, db_str(stmt, 4)),
			       .needed_before_ms = db_int(stmt, 8),
			       .service = sdk_dup(view->arena, db_str(stmt, 9)),
			       .site = sdk_dup(view->arena, db_str(stmt, 10)),
			       .requester = person_of_value(&(struct ent_value){
				   sdk_dup(view->arena, db_str(stmt, 11)), sdk_dup(view->arena, db_str(stmt, 12))}),
			       .opened_ms = db_int(stmt, 13),
			       .changed_ms = db_int(stmt, 14),
			       .sequence = db_int(stmt, 15),
			       .n_ticket = db_int(stmt, 16),
			       .n_comment = db_int(stmt, 17)};

	snprintf(ret.uuid, sizeof ret.uuid, "%.*s", ENT_F(uuid));
	return ret;
}

void view_json_hand_overs(const struct view *view, struct sdk_jsonw *w, int64_t incident)
{
	struct db_stmt *stmt = db_use(
	    view->db, "SELECT from_holder, to_holder, at_ms FROM hand_over WHERE incident = $1 AND ($30 IS NULL "
		      "OR EXISTS (" VIEW_PART("hand_over.incident") " AND CASE WHEN hand_over.seen_by = '' THEN "
								    "part.sees_ms <= hand_over.at_ms ELSE replace("
								    "hand_over.seen_by, ',' || $30 || ',', '') <> "
								    "hand_over.seen_by END)) ORDER BY at_ms, id");

	db_bind_int(stmt, 1, incident);
	view_bind(view, stmt);
	sdk_jsonw_key(w, "hand_overs");
	sdk_jsonw_open(w, '[');
	while (db_row(stmt)) {
		sdk_jsonw_open(w, '{');
		holder_json(w, "from", db_str(stmt, 0));
		holder_json(w, "to", db_str(stmt, 1));
		json_time(w, "at", db_int(stmt, 2));
		sdk_jsonw_close(w, '}');
	}
	sdk_jsonw_close(w, ']');
}

/* ---- tickets ----------------------------------------------------------------- */

static void json_attributes(const struct view *view, struct sdk_jsonw *w, const struct ticket *ticket)
{
	sdk_jsonw_key(w, "attributes");
	sdk_jsonw_open(w, '{');
	for (int i = 0; i < ENT_N_ATTR; i++) {
		const struct ent_value *value = &ticket->at[i].value;
		if (!(ticket->has & (1u << i)) || (!value->text.n && !value->native.n))
			continue;
		sdk_jsonw_key(w, sdk_attr_name((enum ent_attr)i));
		if (attr_in(PERSON_ATTRS, (unsigned)i)) {
			view_person_print(view, w, value->text);
			continue;
		}
		sdk_jsonw_open(w, '{');
		if (i == ENT_FIELDS && value->text.n)
			sdk_jsonw_kraw(w, "json", value->text);
		else
			sdk_jsonw_kstr(w, "text", value->text);
		if (value->native.n)
			sdk_jsonw_kstr(w, "native", value->native);
		sdk_jsonw_close(w, '}');
	}
	sdk_jsonw_close(w, '}');
}

/* ticket.overruled events of an incident, newest first. */
struct lost {
	const struct sdk_json *data;
	int64_t time_ms;
};
struct lost_list {
	struct lost at[OVERRULED_MAX];
	size_t n;
};

static void lost_load(const struct view *view, int64_t incident, struct lost_list *ret)
{
	struct db_stmt *stmt = db_use(view->db, "SELECT time_ms, json FROM event WHERE incident = $1 AND "
						"kind = 'ticket.overruled' ORDER BY sequence DESC LIMIT $2");
	struct ent_err err;

	ret->n = 0;
	db_bind_int(stmt, 1, incident);
	db_bind_int(stmt, 2, OVERRULED_MAX);
	while (ret->n < OVERRULED_MAX && db_row(stmt)) {
		struct lost *lost = &ret->at[ret->n];
		lost->time_ms = db_int(stmt, 0);
		if (sdk_json_parse(view->arena, sdk_dup(view->arena, db_str(stmt, 1)), &lost->data, &err) == ENT_OK)
			ret->n++;
	}
	db_done(stmt);
}

static bool is_of(const struct lost *lost, struct ent_str supplier, struct ent_str ticket, enum ent_attr attr)
{
	return sdk_json_is(lost->data, "attribute", sdk_attr_name(attr)) &&
	       sdk_eq(sdk_json_text_at(lost->data, "supplier"), supplier) &&
	       sdk_eq(sdk_json_text_at(lost->data, "ticket.id"), ticket);
}

static void json_value(struct sdk_jsonw *w, const char *key, const struct sdk_json *value)
{
	sdk_jsonw_key(w, key);
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr(w, "text", sdk_json_text_at(value, "text"));
	sdk_jsonw_kstr_opt(w, "native", sdk_json_text_at(value, "native"));
	sdk_jsonw_close(w, '}');
}

/* The ticket's last word and the value that stands instead, for each attribute that has a policy. */
static void json_overruled(struct sdk_jsonw *w, const struct lost_list *list, struct ent_str supplier,
			   struct ent_str ticket)
{
	sdk_jsonw_key(w, "overruled");
	sdk_jsonw_open(w, '[');
	for (unsigned i = 0; i < ENT_N_ATTR; i++) {
		size_t k = 0;
		while (k < list->n && !is_of(&list->at[k], supplier, ticket, (enum ent_attr)i))
			k++;
		if (k == list->n || !attr_in(ATTR_CARRIED, i))
			continue;
		sdk_jsonw_open(w, '{');
		sdk_jsonw_kz(w, "attribute", sdk_attr_name((enum ent_attr)i));
		json_value(w, "said", sdk_json_at(list->at[k].data, "said"));
		json_value(w, "stands", sdk_json_at(list->at[k].data, "stands"));
		json_time(w, "time", list->at[k].time_ms);
		sdk_jsonw_close(w, '}');
	}
	sdk_jsonw_close(w, ']');
}

/* All that others are told of a ticket, beside its common status. */
static void print_ticket_common(const struct view *view, struct sdk_jsonw *w, struct db_stmt *stmt)
{
	struct ent_str key = db_str(stmt, 2);

	sdk_jsonw_kstr(w, "organisation", organisation_named(view->suppliers, db_str(stmt, 0)));
	sdk_jsonw_kstr(w, "number", key.n ? key : db_str(stmt, 1));
}

static void print_ticket(const struct view *view, struct db_stmt *stmt, struct sdk_jsonw *w,
			 const struct lost_list *lost)
{
	struct ticket ticket = {.id = 1};

	sdk_jsonw_open(w, '{');
	print_ticket_common(view, w, stmt);
	if (!view_is_own(view, db_str(stmt, 0))) {
		sdk_jsonw_kstr(w, "status", db_str(stmt, 3));
		sdk_jsonw_close(w, '}');
		return;
	}
	json_ticket(w, stmt);
	if (ticket_attributes(view->arena, db_str(stmt, 7), &ticket))
		json_attributes(view, w, &ticket);
	if (lost)
		json_overruled(w, lost, db_str(stmt, 0), db_str(stmt, 1));
	sdk_jsonw_close(w, '}');
}

void view_json_tickets(const struct view *view, struct sdk_jsonw *w, int64_t incident)
{
	struct db_stmt *stmt =
	    db_use(view->db, "SELECT " JSON_TICKET_COLUMNS
			     ", attributes FROM ticket WHERE incident = $1 AND " VIEW_SEES_TICKET " ORDER BY id");
	struct lost_list lost;

	if (view_is_ours(view))
		lost_load(view, incident, &lost);
	db_bind_int(stmt, 1, incident);
	view_bind(view, stmt);
	sdk_jsonw_key(w, "tickets");
	sdk_jsonw_open(w, '[');
	while (db_row(stmt))
		print_ticket(view, stmt, w, view_is_ours(view) ? &lost : NULL);
	sdk_jsonw_close(w, ']');
}

/* ---- the way out ---------------------------------------------------------------- */

void view_json_audience(const struct view *view, struct sdk_jsonw *w, struct audience audience)
{
	if (!view_is_ours(view))
		audience.organisations =
		    audience_names(&audience, view->reader->organisation) ? view->reader->organisation : ENT_ABSENT;
	sdk_jsonw_key(w, "audience");
	audience_print(w, &audience);
}

/* ---- who takes part --------------------------------------------------------------- */

struct ent_str view_json_part(const struct view *view, int64_t incident)
{
	struct db_stmt *stmt =
	    db_use(view->db, "SELECT supplier FROM share WHERE incident = $1 AND withdrawn_ms = 0 ORDER BY supplier");
	struct ent_str names = ENT_ABSENT;

	db_bind_int(stmt, 1, incident);
	while (db_row(stmt)) {
		struct ent_str name = organisation_named(view->suppliers, db_str(stmt, 0));
		names = sdk_join(view->arena, names, ",", name);
	}
	return audience_make(view->arena, organisation_ours(view->suppliers), ENT_ABSENT, names, false, false)
	    .organisations;
}

void view_json_organisations(struct sdk_jsonw *w, struct ent_str part)
{
	sdk_jsonw_key(w, "organisations");
	sdk_jsonw_open(w, '[');
	while (part.n)
		sdk_jsonw_str(w, sdk_cut(part, ',', &part));
	sdk_jsonw_close(w, ']');
}

void view_json_readers(const struct view *view, struct sdk_jsonw *w, struct audience audience, struct ent_str part)
{
	const struct audience all = {part, false, false};
	const struct audience named = {audience.organisations, false, false};

	if (!view_is_ours(view))
		audience.organisations = audience_meet(view->arena, &named, &all).organisations;
	sdk_jsonw_key(w, "audience");
	audience_print(w, &audience);
}

void view_json_set(struct sdk_jsonw *w, uint32_t set)
{
	sdk_jsonw_key(w, "attributes");
	sdk_jsonw_open(w, '[');
	for (int i = 0; i < ENT_N_ATTR; i++)
		if (set & (1u << i))
			sdk_jsonw_str(w, sdk_str(sdk_attr_name((enum ent_attr)i)));
	sdk_jsonw_close(w, ']');
}

void view_json_cause(struct sdk_jsonw *w, struct ent_str cause, struct ent_str reason)
{
	enum delivery_cause known;

	if (cause.n)
		sdk_jsonw_kstr(w, "cause", cause);
	said_kprint(w, "reason", reason);
	if (cause.n && delivery_cause_by_word(cause, &known))
		sdk_said_kprint(w, "next", delivery_cause_next(known));
}
