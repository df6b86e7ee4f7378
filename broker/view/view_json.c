/* SPDX-License-Identifier: Apache-2.0 */
#include "store/read_json.h"

#include "sdk/time.h"
#include "sdk/webhook.h"
#include "core/delivery.h"
#include "store/correct.h"
#include "store/rows.h"

enum { OVERRULED_MAX = 100 /* events looked at for what was said last */ };

void json_time(struct sdk_jsonw *w, const char *key, int64_t ms)
{
	char text[SDK_TIME_SIZE];
	sdk_jsonw_kstr(w, key, sdk_time_format(ms, text));
}

void json_incident(struct sdk_jsonw *w, const struct incident *incident)
{
	char number[INCIDENT_NUMBER_SIZE];

	sdk_jsonw_kz(w, "id", incident->uuid);
	sdk_jsonw_kstr(w, "number", incident_number(incident->number, number));
	sdk_jsonw_kstr(w, "title", incident->title);
	sdk_jsonw_kz(w, "status", sdk_status_name(incident->status));
	sdk_jsonw_kint(w, "priority", incident->priority);
	sdk_jsonw_kstr(w, "holder", incident->holder);
	json_time(w, "holder_since", incident->holder_since_ms);
	json_time(w, "opened", incident->opened_ms);
	json_time(w, "changed", incident->changed_ms);
	sdk_jsonw_kint(w, "sequence", incident->sequence);
	sdk_jsonw_kint(w, "n_ticket", incident->n_ticket);
	sdk_jsonw_kint(w, "n_comment", incident->n_comment);
}

void json_hand_overs(struct db *db, struct ent_arena *arena, struct sdk_jsonw *w, int64_t incident)
{
	const struct hand_over *list;
	size_t n = hand_over_list(db, arena, incident, &list);

	sdk_jsonw_key(w, "hand_overs");
	sdk_jsonw_open(w, '[');
	for (size_t i = 0; i < n; i++) {
		sdk_jsonw_open(w, '{');
		sdk_jsonw_kstr(w, "from", list[i].from);
		sdk_jsonw_kstr(w, "to", list[i].to);
		json_time(w, "at", list[i].at_ms);
		sdk_jsonw_close(w, '}');
	}
	sdk_jsonw_close(w, ']');
}

void json_attributes(struct sdk_jsonw *w, const struct ticket *ticket)
{
	sdk_jsonw_key(w, "attributes");
	sdk_jsonw_open(w, '{');
	for (int i = 0; i < ENT_N_ATTR; i++) {
		const struct ent_value *value = &ticket->at[i].value;
		if (!(ticket->has & (1u << i)) || (!value->text.n && !value->native.n))
			continue;
		sdk_jsonw_key(w, sdk_attr_name((enum ent_attr)i));
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

/* ---- tickets ----------------------------------------------------------------- */

/* ticket.overruled events of an incident, newest first. */
struct lost {
	const struct sdk_json *data;
	int64_t time_ms;
};
struct lost_list {
	struct lost at[OVERRULED_MAX];
	size_t n;
};

static void lost_load(struct db *db, struct ent_arena *arena, int64_t incident, struct lost_list *ret)
{
	struct db_stmt *stmt = db_use(db, "SELECT time_ms, json FROM event WHERE incident = $1 AND "
					  "kind = 'ticket.overruled' ORDER BY sequence DESC LIMIT $2");
	struct ent_err err;

	ret->n = 0;
	db_bind_int(stmt, 1, incident);
	db_bind_int(stmt, 2, OVERRULED_MAX);
	while (ret->n < OVERRULED_MAX && db_row(stmt)) {
		struct lost *lost = &ret->at[ret->n];
		lost->time_ms = db_int(stmt, 0);
		if (sdk_json_parse(arena, sdk_dup(arena, db_str(stmt, 1)), &lost->data, &err) == ENT_OK)
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

/* What the ticket said last and what stands instead, for each attribute that has a policy. */
static void json_overruled(struct sdk_jsonw *w, const struct lost_list *list, struct ent_str supplier,
			   struct ent_str ticket)
{
	static const enum ent_attr attr[] = {ENT_STATUS, ENT_PRIORITY};

	sdk_jsonw_key(w, "overruled");
	sdk_jsonw_open(w, '[');
	for (size_t i = 0; i < sizeof attr / sizeof *attr; i++) {
		size_t k = 0;
		while (k < list->n && !is_of(&list->at[k], supplier, ticket, attr[i]))
			k++;
		if (k == list->n)
			continue;
		sdk_jsonw_open(w, '{');
		sdk_jsonw_kz(w, "attribute", sdk_attr_name(attr[i]));
		json_value(w, "said", sdk_json_at(list->at[k].data, "said"));
		json_value(w, "stands", sdk_json_at(list->at[k].data, "stands"));
		json_time(w, "time", list->at[k].time_ms);
		sdk_jsonw_close(w, '}');
	}
	sdk_jsonw_close(w, ']');
}

static void json_ticket(struct db_stmt *stmt, struct ent_arena *arena, struct sdk_jsonw *w,
			const struct lost_list *lost)
{
	bool whole = lost != NULL;
	struct ticket ticket = {.id = 1};
	struct ent_str key = db_str(stmt, 2);

	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr(w, "supplier", db_str(stmt, 0));
	sdk_jsonw_kstr(w, "id", db_str(stmt, 1));
	sdk_jsonw_kstr(w, "key", key.n ? key : db_str(stmt, 1));
	sdk_jsonw_kstr(w, "status", db_str(stmt, 3));
	sdk_jsonw_kbool(w, "removed", db_int(stmt, 4) != 0);
	if (db_str(stmt, 7).n)
		sdk_jsonw_kstr(w, "continues_as", db_str(stmt, 7));
	json_time(w, "changed", db_int(stmt, 5));
	if (whole && ticket_attributes(arena, db_str(stmt, 6), &ticket))
		json_attributes(w, &ticket);
	if (whole)
		json_overruled(w, lost, db_str(stmt, 0), db_str(stmt, 1));
	sdk_jsonw_close(w, '}');
}

void json_tickets(struct db *db, struct ent_arena *arena, struct sdk_jsonw *w, int64_t incident, bool whole)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT supplier, external_id, key, status, removed, changed_ms, attributes, continues_as "
		       "FROM ticket WHERE incident = $1 ORDER BY id");
	struct lost_list lost;

	if (whole)
		lost_load(db, arena, incident, &lost);
	db_bind_int(stmt, 1, incident);
	sdk_jsonw_key(w, "tickets");
	sdk_jsonw_open(w, '[');
	while (db_row(stmt))
		json_ticket(stmt, arena, w, whole ? &lost : NULL);
	sdk_jsonw_close(w, ']');
}

/* ---- the way out ---------------------------------------------------------------- */

void json_audience(struct sdk_jsonw *w, struct ent_str kind, struct ent_str suppliers)
{
	sdk_jsonw_key(w, "audience");
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr(w, "kind", kind);
	if (suppliers.n) {
		sdk_jsonw_key(w, "suppliers");
		sdk_jsonw_open(w, '[');
		while (suppliers.n)
			sdk_jsonw_str(w, sdk_cut(suppliers, ',', &suppliers));
		sdk_jsonw_close(w, ']');
	}
	sdk_jsonw_close(w, '}');
}

void json_set(struct sdk_jsonw *w, uint32_t set)
{
	sdk_jsonw_key(w, "attributes");
	sdk_jsonw_open(w, '[');
	for (int i = 0; i < ENT_N_ATTR; i++)
		if (set & (1u << i))
			sdk_jsonw_str(w, sdk_str(sdk_attr_name((enum ent_attr)i)));
	sdk_jsonw_close(w, ']');
}

void json_cause(struct sdk_jsonw *w, struct ent_str cause, struct ent_str reason)
{
	enum delivery_cause known;

	if (cause.n)
		sdk_jsonw_kstr(w, "cause", cause);
	if (reason.n)
		sdk_jsonw_kstr(w, "reason", reason);
	if (cause.n && delivery_cause_by_word(cause, &known))
		sdk_jsonw_kz(w, "next", delivery_cause_help(known));
}

/* ---- pages ------------------------------------------------------------------------ */

void json_page_open(struct sdk_jsonw *w, struct sdk_buf *buf)
{
	sdk_buf_init(buf, READ_ANSWER_MAX);
	sdk_jsonw_init(w, buf);
	sdk_jsonw_open(w, '{');
	sdk_jsonw_key(w, "items");
	sdk_jsonw_open(w, '[');
}

void json_page_close(struct sdk_jsonw *w, struct ent_str next)
{
	sdk_jsonw_close(w, ']');
	sdk_jsonw_kstr(w, "next", next);
	sdk_jsonw_close(w, '}');
}

enum ent_rc json_answer(struct db *db, struct ent_arena *arena, struct sdk_buf *buf, struct ent_str *ret,
			struct ent_err *err)
{
	enum ent_rc rc = ENT_OK;

	if (db_failed(db))
		rc = sdk_fail(err, ENT_ERETRY, "%s", db_error(db));
	else if (buf->failed)
		rc = sdk_fail(err, ENT_EUNSUPPORTED, "the answer is larger than %zu bytes; ask for less", buf->limit);
	else
		*ret = sdk_dup(arena, sdk_buf_view(buf));
	sdk_buf_release(buf);
	return rc;
}
