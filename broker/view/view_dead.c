/* SPDX-License-Identifier: Apache-2.0 */
/* Dead letters for people. */
#include "view/view_dead.h"
#include "sdk/time.h"
#include "sdk/webhook.h"
#include "store/raw.h"
#include "view/view_json.h"

#include <inttypes.h>

enum { BODY_MAX = 64 << 20 };

static void print_dead(struct sdk_jsonw *w, int64_t id, struct ent_str supplier, struct ent_str delivery_id,
		       int64_t received_ms, struct ent_str reason, struct ent_str state)
{
	sdk_jsonw_kint(w, "id", id);
	sdk_jsonw_kstr(w, "supplier", supplier);
	sdk_jsonw_kstr(w, "delivery_id", delivery_id);
	json_time(w, "received", received_ms);
	said_kprint(w, "reason", reason);
	sdk_jsonw_kstr(w, "state", state);
}

#define DEAD_LIST "SELECT id, supplier, delivery_id, received_ms, reason, state, length(body) FROM dead_letter WHERE "
#define DEAD_PAGE "id < $2 AND ($3 IS NULL OR supplier = $3) AND " VIEW_SEES_OWN("supplier") "ORDER BY id DESC LIMIT $4"

enum ent_rc view_dead_list(const struct view *view, struct ent_str supplier, struct ent_str state,
			   struct ent_str cursor, int limit, struct ent_str *ret, struct ent_err *err)
{
	struct db_stmt *stmt;
	int64_t before = INT64_MAX, last = 0;
	int n = 0;
	struct sdk_buf buf;
	struct sdk_jsonw w;

	limit = limit < 1 ? 50 : limit > VIEW_PAGE_MAX ? VIEW_PAGE_MAX : limit;
	if (!state.n)
		state = ENT_STR("waiting");
	if (!sdk_eqz(state, "waiting") && !sdk_eqz(state, "replayed") && !sdk_eqz(state, "ignored") &&
	    !sdk_eqz(state, "all"))
		return sdk_fail_as(err, ENT_EINVAL, "ask.dead_state",
				   "state is one of waiting, replayed, ignored, all");
	if (cursor.n && !sdk_to_int(cursor, &before))
		return sdk_fail_as(err, ENT_EINVAL, "ask.cursor", "the cursor is not one that a page gave as 'next'");
	if (sdk_eqz(state, "all")) {
		stmt = db_use(view->db, DEAD_LIST DEAD_PAGE);
	} else {
		stmt = db_use(view->db, DEAD_LIST "state = $1 AND " DEAD_PAGE);
		db_bind_str(stmt, 1, state);
	}
	db_bind_int(stmt, 2, before);
	db_bind_str(stmt, 3, supplier.n ? supplier : ENT_ABSENT);
	db_bind_int(stmt, 4, limit + 1);
	view_bind(view, stmt);
	sdk_buf_init(&buf, BODY_MAX);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_key(&w, "items");
	sdk_jsonw_open(&w, '[');
	while (db_row(stmt)) {
		if (++n > limit)
			continue;
		last = db_int(stmt, 0);
		sdk_jsonw_open(&w, '{');
		print_dead(&w, last, db_str(stmt, 1), db_str(stmt, 2), db_int(stmt, 3), db_str(stmt, 4),
			   db_str(stmt, 5));
		sdk_jsonw_close(&w, '}');
	}
	sdk_jsonw_close(&w, ']');
	sdk_jsonw_kstr(&w, "next", n > limit ? sdk_int(view->arena, last) : ENT_ABSENT);
	sdk_jsonw_close(&w, '}');
	return json_answer(view->db, view->arena, &buf, ret, err);
}

enum ent_rc view_dead(const struct view *view, int64_t id, struct dead_letter *ret, struct ent_err *err)
{
	struct db_stmt *stmt =
	    db_use(view->db, "SELECT supplier, delivery_id, reason, state, header, received_ms, body, "
			     "exchange FROM dead_letter WHERE id = $1 AND " VIEW_SEES_OWN("supplier"));

	db_bind_int(stmt, 1, id);
	view_bind(view, stmt);
	if (!db_row(stmt))
		return db_failed(view->db)
			   ? sdk_fail_as(err, ENT_ERETRY, "store.error", "{said=%s}", db_error(view->db))
			   : sdk_fail_as(err, ENT_EGONE, "ask.no_dead_letter", "there is no dead letter {id=%ld}", id);
	*ret = (struct dead_letter){.id = id,
				    .supplier = sdk_dup(view->arena, db_str(stmt, 0)),
				    .delivery_id = sdk_dup(view->arena, db_str(stmt, 1)),
				    .reason = sdk_dup(view->arena, db_str(stmt, 2)),
				    .state = sdk_dup(view->arena, db_str(stmt, 3)),
				    .header_json = sdk_dup(view->arena, db_str(stmt, 4)),
				    .received_ms = db_int(stmt, 5),
				    .exchange = sdk_dup(view->arena, db_str(stmt, 7))};
	enum ent_rc rc = raw_unpack(view->arena, db_str(stmt, 6), BODY_MAX, &ret->body, err);
	db_done(stmt);
	return rc;
}

struct ent_str view_dead_print(const struct view *view, const struct dead_letter *letter)
{
	struct sdk_buf buf;
	struct sdk_jsonw w;

	sdk_buf_init(&buf, BODY_MAX);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	print_dead(&w, letter->id, letter->supplier, letter->delivery_id, letter->received_ms, letter->reason,
		   letter->state);
	sdk_jsonw_kraw(&w, "headers", letter->header_json);
	sdk_jsonw_kint(&w, "size", (int64_t)letter->body.n);
	/* As text where it is text; the raw bytes are one address further. */
	sdk_jsonw_kstr(&w, "body", sdk_is_utf8(letter->body) ? letter->body : ENT_ABSENT);
	if (letter->exchange.n && view_is_ours(view))
		sdk_jsonw_kraw(&w, "exchange", letter->exchange);
	sdk_jsonw_close(&w, '}');
	struct ent_str json = sdk_dup(view->arena, sdk_buf_view(&buf));
	sdk_buf_release(&buf);
	return json;
}

int64_t view_dead_ids(const struct view *view, struct ent_str supplier, int64_t after, int64_t *ret, int64_t max)
{
	struct db_stmt *stmt =
	    db_use(view->db, "SELECT id FROM dead_letter WHERE state = 'waiting' AND conflict = 0 AND id > $1 AND "
			     "($2 IS NULL OR supplier = $2) ORDER BY id LIMIT $3");
	int64_t n = 0;

	if (!view_is_ours(view))
		return 0;
	db_bind_int(stmt, 1, after);
	db_bind_str(stmt, 2, supplier.n ? supplier : ENT_ABSENT);
	db_bind_int(stmt, 3, max);
	while (db_row(stmt))
		ret[n++] = db_int(stmt, 0);
	return db_failed(view->db) ? -1 : n;
}
