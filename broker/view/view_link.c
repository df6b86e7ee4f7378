/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view_link.h"

#include "sdk/webhook.h"
#include "store/merge_moves.h"
#include "store/rows.h"
#include "view/view_json.h"
#include "view/view_reader.h"

#define LINKS_MAX 200

struct linked {
	int64_t number;
	struct ent_str relation;
};

static bool may_see(const struct view *view, int64_t number)
{
	struct db_stmt *stmt = db_use(
	    view->db,
	    "SELECT 1 FROM incident WHERE number = $1 AND ($30 IS NULL OR EXISTS (" VIEW_PART("incident.number") "))");

	db_bind_int(stmt, 1, number);
	view_bind(view, stmt);
	return db_found(stmt);
}

static void print_linked(const struct view *view, struct sdk_jsonw *w, const struct linked *linked)
{
	char number[INCIDENT_NUMBER_SIZE];
	struct incident incident;

	if (!may_see(view, linked->number) || !incident_load(view->db, view->arena, linked->number, &incident))
		return;
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr(w, "incident", incident_number(linked->number, number));
	sdk_jsonw_kz(w, "id", incident.uuid);
	sdk_jsonw_kstr(w, "relation", linked->relation);
	sdk_jsonw_kz(w, "status", sdk_status_name(incident.values.at[ENT_STATUS]));
	sdk_jsonw_close(w, '}');
}

/* Told once, whichever of the incidents that are one now it was said of; and never of itself. */
static bool is_told_before_it(const struct linked *list, size_t n, const struct linked *linked, int64_t number)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].number == linked->number && sdk_eq(list[i].relation, linked->relation))
			return true;
	return linked->number == 0 || linked->number == number;
}

enum ent_rc view_link_list(const struct view *view, const struct incident *incident, struct ent_str *ret,
			   struct ent_err *err)
{
	struct db_stmt *stmt = db_use(view->db, "SELECT other, relation FROM link WHERE incident IN " MERGE_OF_GONE
						" ORDER BY made_ms, other, relation LIMIT $2");
	struct linked list[LINKS_MAX];
	struct sdk_buf buf;
	struct sdk_jsonw w;
	size_t n = 0;

	db_bind_int(stmt, 1, incident->number);
	db_bind_int(stmt, 2, LINKS_MAX);
	while (n < LINKS_MAX && db_row(stmt)) {
		list[n].relation = sdk_dup(view->arena, db_str(stmt, 1));
		list[n++].number = db_int(stmt, 0);
	}
	db_done(stmt);
	sdk_buf_init(&buf, JSON_ANSWER_MAX);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_key(&w, "items");
	sdk_jsonw_open(&w, '[');
	for (size_t i = 0; i < n; i++) {
		list[i].number = incident_living(view->db, list[i].number);
		if (!is_told_before_it(list, i, &list[i], incident->number))
			print_linked(view, &w, &list[i]);
	}
	sdk_jsonw_close(&w, ']');
	sdk_jsonw_close(&w, '}');
	return json_answer(view->db, view->arena, &buf, ret, err);
}
