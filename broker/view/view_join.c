/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view_join.h"

#include "sdk/webhook.h"
#include "view/view_json.h"

#include <inttypes.h>

#define JOIN_SQL                                                                                                       \
	"SELECT id, incident, supplier, cause, asking, ticket, state, made_ms, decided_ms, reason FROM join_request "

static void print_number(struct sdk_jsonw *w, const char *key, int64_t number)
{
	char text[INCIDENT_NUMBER_SIZE];

	if (number)
		sdk_jsonw_kstr(w, key, incident_number(number, text));
}

static void print_join(struct sdk_jsonw *w, struct db_stmt *stmt)
{
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kint(w, "id", db_int(stmt, 0));
	print_number(w, "incident", db_int(stmt, 1));
	sdk_jsonw_kstr(w, "supplier", db_str(stmt, 2));
	sdk_jsonw_kstr(w, "cause", db_str(stmt, 3));
	print_number(w, "asking", db_int(stmt, 4));
	sdk_jsonw_kstr_some(w, "ticket", db_str(stmt, 5));
	sdk_jsonw_kstr(w, "state", db_str(stmt, 6));
	json_time(w, "since", db_int(stmt, 7));
	if (db_int(stmt, 8))
		json_time(w, "decided", db_int(stmt, 8));
	sdk_jsonw_kstr_some(w, "reason", db_str(stmt, 9));
	sdk_jsonw_close(w, '}');
}

enum ent_rc view_join_list(const struct view *view, struct ent_str supplier, struct ent_str state,
			   struct ent_str cursor, int limit, struct ent_str *ret, struct ent_err *err)
{
	static const char of_all[] = JOIN_SQL "WHERE $1 IS NULL AND id < $2 AND ($3 IS NULL OR supplier = $3) ORDER BY "
					      "id DESC LIMIT $4";
	static const char of_state[] =
	    JOIN_SQL "WHERE state = $1 AND id < $2 AND ($3 IS NULL OR supplier = $3) ORDER BY id DESC LIMIT $4";
	bool all = sdk_eqz(state, "all");
	int64_t before = INT64_MAX, last = 0;
	struct sdk_buf buf;
	struct sdk_jsonw w;
	int n = 0;

	if (!view_ours_only(view, err))
		return ENT_EGONE;
	limit = limit < 1 ? 50 : limit > VIEW_PAGE_MAX ? VIEW_PAGE_MAX : limit;
	if (!state.n)
		state = ENT_STR("open");
	if (!all && !sdk_eqz(state, "open") && !sdk_eqz(state, "accepted") && !sdk_eqz(state, "refused"))
		return sdk_fail_as(err, ENT_EINVAL, "ask.join_state", "state is one of open, accepted, refused, all");
	if (cursor.n && !sdk_to_int(cursor, &before))
		return sdk_fail_as(err, ENT_EINVAL, "ask.cursor", "the cursor is not one that a page gave as 'next'");
	struct db_stmt *stmt = db_use(view->db, all ? of_all : of_state);
	db_bind_str(stmt, 1, all ? ENT_ABSENT : state);
	db_bind_int(stmt, 2, before);
	db_bind_str(stmt, 3, supplier.n ? supplier : ENT_ABSENT);
	db_bind_int(stmt, 4, limit + 1);
	json_page_open(&w, &buf);
	while (db_row(stmt)) {
		if (++n > limit)
			continue;
		last = db_int(stmt, 0);
		print_join(&w, stmt);
	}
	json_page_close(&w, n > limit ? sdk_int(view->arena, last) : ENT_ABSENT);
	return json_answer(view->db, view->arena, &buf, ret, err);
}

enum ent_rc view_join(const struct view *view, int64_t id, struct ent_str *ret, struct ent_err *err)
{
	struct db_stmt *stmt = db_use(view->db, JOIN_SQL "WHERE id = $1");
	struct sdk_buf buf;
	struct sdk_jsonw w;

	if (!view_ours_only(view, err))
		return ENT_EGONE;
	db_bind_int(stmt, 1, id);
	if (!db_row(stmt))
		return db_failed(view->db)
			   ? sdk_fail_as(err, ENT_ERETRY, "store.error", "{said=%s}", db_error(view->db))
			   : sdk_fail_as(err, ENT_EGONE, "ask.no_join",
					 "there is no join request {id=%ld}; entente join list --state all shows them",
					 id);
	sdk_buf_init(&buf, JSON_ANSWER_MAX);
	sdk_jsonw_init(&w, &buf);
	print_join(&w, stmt);
	db_done(stmt);
	return json_answer(view->db, view->arena, &buf, ret, err);
}
