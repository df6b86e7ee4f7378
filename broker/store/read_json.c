/* SPDX-License-Identifier: Apache-2.0 */
#include "store/read_json.h"

#include "sdk/time.h"
#include "sdk/webhook.h"
#include "store/rows.h"

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

static void json_ticket(struct db_stmt *stmt, struct ent_arena *arena, struct sdk_jsonw *w, bool whole)
{
	struct ticket ticket = {.id = 1};
	struct ent_str key = db_str(stmt, 2);

	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr(w, "supplier", db_str(stmt, 0));
	sdk_jsonw_kstr(w, "id", db_str(stmt, 1));
	sdk_jsonw_kstr(w, "key", key.n ? key : db_str(stmt, 1));
	sdk_jsonw_kstr(w, "status", db_str(stmt, 3));
	sdk_jsonw_kbool(w, "removed", db_int(stmt, 4) != 0);
	json_time(w, "changed", db_int(stmt, 5));
	if (whole && ticket_attributes(arena, db_str(stmt, 6), &ticket))
		json_attributes(w, &ticket);
	sdk_jsonw_close(w, '}');
}

void json_tickets(struct db *db, struct ent_arena *arena, struct sdk_jsonw *w, int64_t incident, bool whole)
{
	struct db_stmt *stmt = db_use(db, "SELECT supplier, external_id, key, status, removed, changed_ms, attributes "
					  "FROM ticket WHERE incident = $1 ORDER BY id");
	db_bind_int(stmt, 1, incident);
	sdk_jsonw_key(w, "tickets");
	sdk_jsonw_open(w, '[');
	while (db_row(stmt))
		json_ticket(stmt, arena, w, whole);
	sdk_jsonw_close(w, ']');
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
