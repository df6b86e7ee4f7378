/* SPDX-License-Identifier: Apache-2.0 */
#include "store/json.h"

#include "core/holder.h"
#include "sdk/time.h"
#include "sdk/webhook.h"
#include "store/hand_over.h"
#include "store/rows_ticket.h"

void json_time(struct sdk_jsonw *w, const char *key, int64_t ms)
{
	char text[SDK_TIME_SIZE];
	sdk_jsonw_kstr(w, key, sdk_time_format(ms, text));
}

void json_incident(struct sdk_jsonw *w, const struct incident *incident, bool ours)
{
	char number[INCIDENT_NUMBER_SIZE];

	sdk_jsonw_kz(w, "id", incident->uuid);
	sdk_jsonw_kstr(w, "number", incident_number(incident->number, number));
	sdk_jsonw_kstr(w, "title", incident->title);
	attr_json(w, &incident->values);
	holder_json(w, "holder", incident->holder);
	json_time(w, "holder_since", incident->holder_since_ms);
	sdk_jsonw_kbool(w, "holder_accepted", incident->is_accepted);
	if (ours && incident->handed_by.n)
		holder_json(w, "handed_by", incident->handed_by);
	if (incident->needed_before_ms)
		json_time(w, "needed_before", incident->needed_before_ms);
	sdk_jsonw_kstr_some(w, "service", incident->service);
	sdk_jsonw_kstr_some(w, "site", incident->site);
	json_time(w, "opened", incident->opened_ms);
	json_time(w, "changed", incident->changed_ms);
	if (ours)
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
		holder_json(w, "from", list[i].from);
		holder_json(w, "to", list[i].to);
		json_time(w, "at", list[i].at_ms);
		sdk_jsonw_close(w, '}');
	}
	sdk_jsonw_close(w, ']');
}

void json_shares(struct db *db, struct sdk_jsonw *w, int64_t incident)
{
	struct db_stmt *stmt = db_use(db, "SELECT supplier, since_ms, reads_ms FROM share WHERE incident = $1 AND "
					  "withdrawn_ms = 0 ORDER BY since_ms, supplier");

	db_bind_int(stmt, 1, incident);
	sdk_jsonw_key(w, "shares");
	sdk_jsonw_open(w, '[');
	while (db_row(stmt)) {
		sdk_jsonw_open(w, '{');
		sdk_jsonw_kstr(w, "supplier", db_str(stmt, 0));
		json_time(w, "since", db_int(stmt, 1));
		if (db_int(stmt, 2))
			json_time(w, "reads_from", db_int(stmt, 2));
		else
			sdk_jsonw_kz(w, "reads_from", "beginning");
		sdk_jsonw_close(w, '}');
	}
	sdk_jsonw_close(w, ']');
}

void json_ticket(struct sdk_jsonw *w, struct db_stmt *stmt)
{
	struct ent_str key = db_str(stmt, 2);

	sdk_jsonw_kstr(w, "supplier", db_str(stmt, 0));
	sdk_jsonw_kstr(w, "id", db_str(stmt, 1));
	sdk_jsonw_kstr(w, "key", key.n ? key : db_str(stmt, 1));
	sdk_jsonw_kstr(w, "status", db_str(stmt, 3));
	sdk_jsonw_kbool(w, "removed", db_int(stmt, 4) != 0);
	if (db_str(stmt, 6).n)
		sdk_jsonw_kstr(w, "continues_as", db_str(stmt, 6));
	json_time(w, "changed", db_int(stmt, 5));
}

void json_tickets(struct db *db, struct sdk_jsonw *w, int64_t incident)
{
	struct db_stmt *stmt = db_use(db, "SELECT " JSON_TICKET_COLUMNS " FROM ticket WHERE incident = $1 ORDER BY id");

	db_bind_int(stmt, 1, incident);
	sdk_jsonw_key(w, "tickets");
	sdk_jsonw_open(w, '[');
	while (db_row(stmt)) {
		sdk_jsonw_open(w, '{');
		json_ticket(w, stmt);
		sdk_jsonw_close(w, '}');
	}
	sdk_jsonw_close(w, ']');
}

/* ---- pages ------------------------------------------------------------------------ */

void json_page_open(struct sdk_jsonw *w, struct sdk_buf *buf)
{
	sdk_buf_init(buf, JSON_ANSWER_MAX);
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
		rc = sdk_fail_as(err, ENT_ERETRY, "store.error", "{said=%s}", db_error(db));
	else if (buf->failed)
		rc = sdk_fail_as(err, ENT_EUNSUPPORTED, "ask.answer_large",
				 "the answer is larger than {most=%zu} bytes; ask for less", buf->limit);
	else
		*ret = sdk_dup(arena, sdk_buf_view(buf));
	sdk_buf_release(buf);
	return rc;
}
