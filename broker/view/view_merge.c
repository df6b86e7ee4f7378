/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view_merge.h"

#include "core/holder.h"
#include "core/organisation.h"
#include "sdk/webhook.h"
#include "store/merge_moves.h"
#include "store/parting.h"
#include "store/rows.h"
#include "view/view_json.h"

#define SHARES_MAX 1000

int64_t view_merge_number(const struct view *view, struct ent_str word)
{
	struct incident incident;
	int64_t number = 0;

	if (!incident_number_parse(word, &number) && !sdk_to_int(word, &number))
		number = incident_by_uuid(view->db, word);
	return number > 0 && incident_load(view->db, view->arena, number, &incident) ? number : 0;
}

static void print_incident_number(struct sdk_jsonw *w, const char *key, int64_t number)
{
	char text[INCIDENT_NUMBER_SIZE];

	if (key)
		sdk_jsonw_kstr(w, key, incident_number(number, text));
	else
		sdk_jsonw_str(w, incident_number(number, text));
}

static void print_pair(struct sdk_jsonw *w, const struct incident *kept, const struct incident *other)
{
	print_incident_number(w, "incident", kept->number);
	sdk_jsonw_kz(w, "incident_id", kept->uuid);
	if (!other->number)
		return;
	print_incident_number(w, "other", other->number);
	sdk_jsonw_kz(w, "other_id", other->uuid);
}

static void print_side(struct sdk_jsonw *w, const char *key, const struct incident *incident)
{
	sdk_jsonw_key(w, key);
	sdk_jsonw_open(w, '{');
	print_incident_number(w, "incident", incident->number);
	sdk_jsonw_kstr(w, "title", incident->title);
	sdk_jsonw_kz(w, "status", sdk_status_name(incident->values.at[ENT_STATUS]));
	holder_json(w, "holder", incident->holder);
	sdk_jsonw_close(w, '}');
}

/* Where a supplier takes part: numbers; 0 ends. */
static void print_taker(const struct view *view, struct sdk_jsonw *w, struct ent_str supplier, const int64_t now[2],
			const int64_t then[2])
{
	const char *const key[] = {"takes_part_in", "will_take_part_in"};
	const int64_t *const list[] = {now, then};

	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr(w, "supplier", supplier);
	sdk_jsonw_kstr(w, "organisation", organisation_named(view->suppliers, supplier));
	for (size_t i = 0; i < 2; i++) {
		sdk_jsonw_key(w, key[i]);
		sdk_jsonw_open(w, '[');
		for (size_t k = 0; k < 2; k++)
			if (list[i][k])
				print_incident_number(w, NULL, list[i][k]);
		sdk_jsonw_close(w, ']');
	}
	sdk_jsonw_close(w, '}');
}

/* ---- a merge --------------------------------------------------------------------------------- */

static void print_takers_of_merge(const struct view *view, struct sdk_jsonw *w, int64_t kept, int64_t gone)
{
	struct db_stmt *stmt =
	    db_use(view->db, "SELECT supplier, max(CASE WHEN incident = $1 AND withdrawn_ms = 0 THEN 1 ELSE 0 END), "
			     "max(CASE WHEN incident = $2 AND withdrawn_ms = 0 THEN 1 ELSE 0 END), max(CASE WHEN "
			     "parted = 0 THEN withdrawn_ms ELSE 0 END) "
			     "FROM share WHERE incident IN ($1, $2) GROUP BY supplier ORDER BY supplier LIMIT $3");

	db_bind_int(stmt, 1, kept);
	db_bind_int(stmt, 2, gone);
	db_bind_int(stmt, 3, SHARES_MAX);
	sdk_jsonw_key(w, "suppliers");
	sdk_jsonw_open(w, '[');
	while (db_row(stmt)) {
		const int64_t now[2] = {db_int(stmt, 1) ? kept : 0, db_int(stmt, 2) ? gone : 0};
		/* A share that somebody took back counts; one that ended by a split does not. */
		const int64_t then[2] = {db_int(stmt, 3) == 0 ? kept : 0, 0};
		if (now[0] || now[1])
			print_taker(view, w, db_str(stmt, 0), now, then);
	}
	sdk_jsonw_close(w, ']');
}

enum ent_rc view_merge_reach(const struct view *view, const struct incident *one, const struct incident *other,
			     struct ent_str *ret, struct ent_err *err)
{
	const bool is_older = one->number < other->number;
	const struct incident *kept = is_older ? one : other, *gone = is_older ? other : one;
	struct sdk_buf buf;
	struct sdk_jsonw w;

	if (!view_ours_only(view, err))
		return ENT_EGONE;
	sdk_buf_init(&buf, JSON_ANSWER_MAX);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	print_pair(&w, kept, gone);
	print_side(&w, "stays", kept);
	print_side(&w, "goes", gone);
	print_takers_of_merge(view, &w, kept->number, gone->number);
	sdk_jsonw_close(&w, '}');
	return json_answer(view->db, view->arena, &buf, ret, err);
}

/* ---- a split ---------------------------------------------------------------------------------- */

static bool is_leaver(const struct ent_str *list, size_t n, struct ent_str name)
{
	for (size_t i = 0; i < n; i++)
		if (sdk_eq(list[i], name))
			return true;
	return false;
}

static void print_takers_of_split(const struct view *view, struct sdk_jsonw *w, int64_t kept, int64_t gone)
{
	const struct ent_str *leaver;
	size_t n = parting_leavers(view->db, view->arena, gone, kept, &leaver);
	struct db_stmt *stmt =
	    db_use(view->db,
		   "SELECT now.supplier, now.withdrawn_ms = 0, EXISTS (SELECT 1 FROM merging_share AS b WHERE b.gone = "
		   "$1 AND b.side = $1 AND b.supplier = now.supplier AND b.withdrawn_ms = 0), now.withdrawn_ms = "
		   "m.at_ms FROM share AS now JOIN merging AS m ON m.gone = $1 WHERE now.incident = $2 ORDER BY "
		   "now.supplier LIMIT $3");

	db_bind_int(stmt, 1, gone);
	db_bind_int(stmt, 2, kept);
	db_bind_int(stmt, 3, SHARES_MAX);
	sdk_jsonw_key(w, "suppliers");
	sdk_jsonw_open(w, '[');
	while (db_row(stmt)) {
		bool stands = db_int(stmt, 1) != 0, was = db_int(stmt, 2) != 0, by_merge = db_int(stmt, 3) != 0;
		bool leaves = is_leaver(leaver, n, db_str(stmt, 0));
		const int64_t now[2] = {stands ? kept : 0, 0};
		const int64_t then[2] = {(stands && !leaves) || (by_merge && !was) ? kept : 0,
					 was && (stands || by_merge) ? gone : 0};
		if (now[0] || then[0] || then[1])
			print_taker(view, w, db_str(stmt, 0), now, then);
	}
	sdk_jsonw_close(w, ']');
}

static void print_what_goes(const struct view *view, struct sdk_jsonw *w, int64_t kept, int64_t gone)
{
	const struct ent_reference *ticket;
	size_t n = parting_tickets(view->db, view->arena, gone, kept, &ticket);
	struct db_stmt *stmt =
	    db_use(view->db,
		   "SELECT sum(goes), sum(1 - goes) FROM (SELECT CASE WHEN supplier = '' THEN origin IN " MERGE_OF_GONE
		   " ELSE EXISTS (SELECT 1 FROM ticket WHERE ticket.supplier = comment.supplier AND "
		   "ticket.external_id = comment.ticket AND " MERGE_TICKET_LEAVES ") END AS goes FROM comment "
		   "WHERE incident = $2 AND removed = 0 AND held_by IN ('', $3)) AS said");

	sdk_jsonw_key(w, "tickets");
	sdk_jsonw_open(w, '[');
	for (size_t i = 0; i < n; i++) {
		sdk_jsonw_open(w, '{');
		sdk_jsonw_kstr(w, "supplier", ticket[i].supplier);
		sdk_jsonw_kstr(w, "id", ticket[i].id);
		sdk_jsonw_close(w, '}');
	}
	sdk_jsonw_close(w, ']');
	db_bind_int(stmt, 1, gone);
	db_bind_int(stmt, 2, kept);
	db_bind_str(stmt, 3, organisation_ours(view->suppliers));
	if (db_row(stmt)) {
		sdk_jsonw_kint(w, "comments_go", db_int(stmt, 0));
		sdk_jsonw_kint(w, "comments_stay", db_int(stmt, 1));
	}
	db_done(stmt);
}

enum ent_rc view_split_reach(const struct view *view, const struct incident *kept, int64_t other, struct ent_str *ret,
			     struct ent_err *err)
{
	struct incident gone = {.number = 0};
	struct sdk_buf buf;
	struct sdk_jsonw w;
	int64_t number;

	if (!view_ours_only(view, err))
		return ENT_EGONE;
	enum parting_is is = parting_choose(view->db, kept->number, other, &number, err);
	if (is == PARTING_NONE)
		return ENT_EINVAL;
	(void)incident_load(view->db, view->arena, number, &gone);
	sdk_buf_init(&buf, JSON_ANSWER_MAX);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	print_pair(&w, kept, &gone);
	if (is == PARTING_STANDS) {
		print_side(&w, "stays", kept);
		print_side(&w, "goes", &gone);
		print_what_goes(view, &w, kept->number, gone.number);
		print_takers_of_split(view, &w, kept->number, gone.number);
	}
	sdk_jsonw_close(&w, '}');
	return json_answer(view->db, view->arena, &buf, ret, err);
}

enum ent_rc view_merge_pair(const struct view *view, struct ent_str uuid, struct ent_str other_uuid,
			    struct ent_str *ret, struct ent_err *err)
{
	struct incident kept, other = {.number = 0};
	struct sdk_buf buf;
	struct sdk_jsonw w;

	if (!view_ours_only(view, err) ||
	    !incident_load(view->db, view->arena, incident_by_uuid(view->db, uuid), &kept))
		return ENT_EGONE;
	(void)incident_load(view->db, view->arena, incident_by_uuid(view->db, other_uuid), &other);
	sdk_buf_init(&buf, JSON_ANSWER_MAX);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	print_pair(&w, &kept, &other);
	sdk_jsonw_close(&w, '}');
	return json_answer(view->db, view->arena, &buf, ret, err);
}
