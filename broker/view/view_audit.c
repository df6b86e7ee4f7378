/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view_audit.h"

#include "sdk/crypto.h"
#include "sdk/webhook.h"
#include "store/audit.h"
#include "view/view_json.h"

enum ent_rc view_audit_list(const struct view *view, struct ent_str act, struct ent_str cursor, int limit,
			    struct ent_str *ret, struct ent_err *err)
{
	struct db_stmt *stmt = db_use(view->db, "SELECT id, at_ms, act, by_ref, subject, detail, hash FROM audit WHERE "
						"id < $1 AND ($2 = '' OR act = $2) ORDER BY id DESC LIMIT $3");
	int64_t before = INT64_MAX, last = 0;
	struct sdk_buf buf;
	struct sdk_jsonw w;
	int n = 0;

	if (!view_ours_only(view, err))
		return ENT_EGONE;
	if (cursor.n && !sdk_to_int(cursor, &before))
		return sdk_fail_as(err, ENT_EINVAL, "ask.cursor", "the cursor is not one that a page gave as 'next'");
	limit = limit < 1 ? 50 : limit > VIEW_PAGE_MAX ? VIEW_PAGE_MAX : limit;
	db_bind_int(stmt, 1, before);
	db_bind_str(stmt, 2, sdk_or_empty(act));
	db_bind_int(stmt, 3, limit + 1);
	json_page_open(&w, &buf);
	while (db_row(stmt)) {
		if (++n > limit)
			continue;
		last = db_int(stmt, 0);
		sdk_jsonw_open(&w, '{');
		sdk_jsonw_kint(&w, "id", last);
		json_time(&w, "at", db_int(stmt, 1));
		sdk_jsonw_kstr(&w, "act", db_str(stmt, 2));
		sdk_jsonw_kstr(&w, "by", db_str(stmt, 3));
		sdk_jsonw_kstr(&w, "subject", db_str(stmt, 4));
		sdk_jsonw_kstr(&w, "detail", db_str(stmt, 5));
		sdk_jsonw_kstr(&w, "hash",
			       sdk_hex(view->arena, (const unsigned char *)db_str(stmt, 6).p, db_str(stmt, 6).n));
		sdk_jsonw_close(&w, '}');
	}
	json_page_close(&w, n > limit ? sdk_int(view->arena, last) : ENT_ABSENT);
	return json_answer(view->db, view->arena, &buf, ret, err);
}

enum ent_rc view_audit_verify(const struct view *view, const struct audit_head *from, struct ent_str wanted,
			      struct ent_str *ret, struct ent_err *err)
{
	struct audit_found found;
	struct sdk_buf buf;
	struct sdk_jsonw w;

	if (!view_ours_only(view, err))
		return ENT_EGONE;
	if (audit_verify(view->db, from, AUDIT_STEP, sdk_lower(view->arena, wanted), &found, err) != ENT_OK)
		return ENT_ERETRY;
	sdk_buf_init(&buf, JSON_ANSWER_MAX);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kbool(&w, "holds", found.broken == 0 && (!wanted.n || found.has_wanted || found.more));
	sdk_jsonw_kint(&w, "rows", found.head.id);
	sdk_jsonw_kstr(&w, "head", sdk_hex(view->arena, found.head.hash, AUDIT_HASH_SIZE));
	sdk_jsonw_kint(&w, "metric", audit_head_number(&found.head));
	sdk_jsonw_kbool(&w, "more", found.more);
	if (found.broken)
		sdk_jsonw_kint(&w, "broken", found.broken);
	if (wanted.n)
		sdk_jsonw_kbool(&w, "found", found.has_wanted);
	sdk_jsonw_close(&w, '}');
	return json_answer(view->db, view->arena, &buf, ret, err);
}
