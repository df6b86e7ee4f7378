/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view_find.h"

#include "sdk/webhook.h"
#include "store/rows.h"

static int64_t number_of_uuid(const struct view *view, struct ent_str uuid)
{
	struct db_stmt *stmt = db_use(view->db, "SELECT number FROM incident WHERE uuid = $1");
	db_bind_str(stmt, 1, uuid);
	int64_t number = db_row(stmt) ? db_int(stmt, 0) : 0;
	db_done(stmt);
	return number;
}

enum ent_rc view_find(const struct view *view, struct ent_str word, struct incident *ret, struct ent_err *err)
{
	int64_t number = 0;
	struct ent_str rest = ENT_ABSENT;
	struct ent_str head = sdk_cut(word, ':', &rest);

	if (rest.p)
		number = ticket_incident(view->db, head, rest);
	else if (!incident_number_parse(word, &number) && !sdk_to_int(word, &number))
		number = number_of_uuid(view, word);
	number = incident_living(view->db, number);
	if (number != 0 && incident_load(view->db, view->arena, number, ret))
		return ENT_OK;
	if (db_failed(view->db))
		return sdk_fail(err, ENT_ERETRY, "%s", db_error(view->db));
	return sdk_fail(err, ENT_EGONE,
			"there is no incident '%.*s'; name its number (ENT-000042), its id, or supplier:ticket",
			(int)(word.n < 80 ? word.n : 80), word.p);
}
