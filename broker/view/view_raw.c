/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view_raw.h"

#include "store/raw.h"
#include "view/view_reader.h"

enum { BODY_MAX = 64 << 20, LOOK_BACK = 200000 /* arrivals of all suppliers */ };

enum ent_rc view_raw(const struct view *view, struct ent_str supplier, int64_t max,
		     bool (*take)(void *to, const struct raw_row *row), void *to, struct ent_err *err)
{
	struct db_stmt *stmt = db_use(
	    view->db, "SELECT i.delivery_id, r.header, r.received_ms, r.body FROM inbox i JOIN raw r ON r.inbox = i.id "
		      "WHERE i.supplier = $1 AND i.id > (SELECT max(id) FROM inbox) - $2 ORDER BY i.id DESC LIMIT $3");
	bool more = true;

	if (!view_ours_only(view, err))
		return ENT_EGONE;
	db_bind_str(stmt, 1, supplier);
	db_bind_int(stmt, 2, LOOK_BACK);
	db_bind_int(stmt, 3, max);
	while (more && db_row(stmt)) {
		struct raw_row row = {
		    .delivery_id = db_str(stmt, 0), .header_json = db_str(stmt, 1), .received_ms = db_int(stmt, 2)};
		struct ent_err why;
		struct sdk_arena arena;

		sdk_arena_init(&arena);
		if (raw_unpack(&arena.abi, db_str(stmt, 3), BODY_MAX, &row.body, &why) == ENT_OK)
			more = take(to, &row);
		sdk_arena_release(&arena);
	}
	db_done(stmt);
	return db_failed(view->db) ? sdk_fail_as(err, ENT_ERETRY, "store.error", "{said=%s}", db_error(view->db))
				   : ENT_OK;
}
