/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view_duty.h"

#include "core/organisation.h"
#include "sdk/webhook.h"
#include "view/view_json.h"
#include "view/view_person.h"

static struct ent_str organisation_asking(const struct view *view)
{
	return view_is_ours(view) ? organisation_ours(view->suppliers) : sdk_or_empty(view->reader->organisation);
}

/* The name of an account that no event has named yet is that of the account. */
static void print_whose(const struct view *view, struct sdk_jsonw *w, struct ent_str ref)
{
	sdk_jsonw_key(w, "person");
	view_person_print(view, w, sdk_dup(view->arena, ref));
}

void view_duty_print(const struct view *view, struct sdk_jsonw *w, int64_t incident)
{
	struct db_stmt *stmt = db_use(view->db, "SELECT of, account, taken_ms FROM taken WHERE incident = $1 AND "
						"organisation = $2 ORDER BY taken_ms, of");

	db_bind_int(stmt, 1, incident);
	db_bind_str(stmt, 2, organisation_asking(view));
	sdk_jsonw_key(w, "taken");
	sdk_jsonw_open(w, '[');
	while (db_row(stmt)) {
		sdk_jsonw_open(w, '{');
		sdk_jsonw_kstr(w, "of", db_str(stmt, 0).n ? db_str(stmt, 0) : ENT_STR("incident"));
		json_time(w, "since", db_int(stmt, 2));
		print_whose(view, w, db_str(stmt, 1));
		sdk_jsonw_close(w, '}');
	}
	sdk_jsonw_close(w, ']');
	stmt =
	    db_use(view->db, "SELECT snooze.until_ms, snooze.account, snooze.made_ms FROM snooze WHERE "
			     "snooze.incident = $1 AND snooze.organisation = $2 AND EXISTS (SELECT 1 FROM work WHERE "
			     "work.incident = $1 AND work.organisation = $2 AND work.put_off = 1)");
	db_bind_int(stmt, 1, incident);
	db_bind_str(stmt, 2, organisation_asking(view));
	if (!db_row(stmt))
		return;
	sdk_jsonw_key(w, "snoozed");
	sdk_jsonw_open(w, '{');
	json_time(w, "until", db_int(stmt, 0));
	json_time(w, "since", db_int(stmt, 2));
	print_whose(view, w, db_str(stmt, 1));
	sdk_jsonw_close(w, '}');
	db_done(stmt);
}

enum ent_rc view_duty(const struct view *view, const struct incident *incident, struct ent_str *ret,
		      struct ent_err *err)
{
	char number[INCIDENT_NUMBER_SIZE];
	struct sdk_buf buf;
	struct sdk_jsonw w;

	sdk_buf_init(&buf, JSON_ANSWER_MAX);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kstr(&w, "incident", incident_number(incident->number, number));
	view_duty_print(view, &w, incident->number);
	sdk_jsonw_close(&w, '}');
	return json_answer(view->db, view->arena, &buf, ret, err);
}
