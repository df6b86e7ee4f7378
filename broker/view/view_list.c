/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view_list.h"

#include "sdk/webhook.h"
#include "store/rows.h"
#include "view/view_json.h"

#include <inttypes.h>
#include <string.h>

/* "changed_ms.number" of the last row of the page before. */
static bool parse_cursor(struct ent_str cursor, int64_t *ret_changed, int64_t *ret_number)
{
	struct ent_str rest = ENT_ABSENT;
	struct ent_str head = sdk_cut(cursor, '.', &rest);
	return rest.p && sdk_to_int(head, ret_changed) && sdk_to_int(rest, ret_number);
}

/* One statement for all filters: an absent one is NULL and lets everything pass. $3 is a list ",a,b," of statuses, $7 a
 * pattern. */
static const char list_sql[] =
    "SELECT number FROM incident WHERE merged_into = 0 AND (changed_ms, number) < ($1, $2) "
    "AND ($3 IS NULL OR $3 LIKE '%,' || status || ',%') AND ($4 IS NULL OR holder = $4) AND changed_ms >= $5 "
    "AND ($6 IS NULL OR EXISTS (SELECT 1 FROM ticket t WHERE t.incident = number AND t.supplier = $6) OR EXISTS "
    "(SELECT 1 FROM share s WHERE s.incident = number AND s.supplier = $6)) "
    "AND ($7 IS NULL OR lower(title) LIKE $7 ESCAPE '!') ORDER BY changed_ms DESC, number DESC LIMIT $8";

/* ",new,pending," for a status, "open" or "terminal"; absent for no filter. False: no such status. */
static bool status_list(struct ent_arena *arena, struct ent_str word, struct ent_str *ret)
{
	struct ent_str list = ENT_STR(",");
	bool found = false;

	*ret = ENT_ABSENT;
	if (!word.n)
		return true;
	for (int i = 0; i < ENT_N_STATUS; i++) {
		enum ent_status status = (enum ent_status)i;
		const struct status_facts *facts = status_facts(status);
		if (!sdk_eqz(word, sdk_status_name(status)) && !(sdk_eqz(word, "open") && facts->open) &&
		    !(sdk_eqz(word, "terminal") && facts->terminal))
			continue;
		list = sdk_format(arena, "%.*s%s,", (int)list.n, list.p, sdk_status_name(status));
		found = true;
	}
	*ret = list;
	return found;
}

/* "%words%", folded, with the pattern's own characters escaped. */
static struct ent_str text_pattern(struct ent_arena *arena, struct ent_str text)
{
	char *p = sdk_alloc(arena, text.n * 2 + 3);
	size_t n = 0;

	if (!text.n)
		return ENT_ABSENT;
	p[n++] = '%';
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		if (c == '%' || c == '_' || c == '!')
			p[n++] = '!';
		p[n++] = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
	}
	p[n++] = '%';
	return (struct ent_str){p, n};
}

enum ent_rc view_list(const struct view *view, const struct incident_filter *filter, struct ent_str *ret,
		      struct ent_err *err)
{
	int64_t changed = INT64_MAX, number = INT64_MAX, list[VIEW_PAGE_MAX + 1];
	int limit = filter->limit < 1 ? 50 : filter->limit > VIEW_PAGE_MAX ? VIEW_PAGE_MAX : filter->limit;
	int n = 0;
	struct sdk_buf buf;
	struct sdk_jsonw w;
	struct incident incident = {.number = 0};
	struct ent_str statuses;

	if (filter->cursor.n && !parse_cursor(filter->cursor, &changed, &number))
		return sdk_fail(err, ENT_EINVAL, "the cursor is not one that a page gave as 'next'");
	if (!status_list(view->arena, filter->status, &statuses))
		return sdk_fail(err, ENT_EINVAL,
				"status '%.*s' is none; use a status of the ticket language, open or terminal",
				(int)(filter->status.n < 40 ? filter->status.n : 40), filter->status.p);
	struct db_stmt *stmt = db_use(view->db, list_sql);
	db_bind_int(stmt, 1, changed);
	db_bind_int(stmt, 2, number);
	db_bind_str(stmt, 3, statuses);
	db_bind_str(stmt, 4, filter->holder);
	db_bind_int(stmt, 5, filter->changed_since_ms);
	db_bind_str(stmt, 6, filter->supplier.n ? filter->supplier : ENT_ABSENT);
	db_bind_str(stmt, 7, text_pattern(view->arena, filter->text));
	db_bind_int(stmt, 8, limit + 1);
	while (n <= limit && db_row(stmt))
		list[n++] = db_int(stmt, 0);
	db_done(stmt);

	sdk_buf_init(&buf, JSON_ANSWER_MAX);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_key(&w, "items");
	sdk_jsonw_open(&w, '[');
	for (int i = 0; i < n && i < limit; i++) {
		if (!incident_load(view->db, view->arena, list[i], &incident))
			continue;
		sdk_jsonw_open(&w, '{');
		json_incident(&w, &incident);
		sdk_jsonw_close(&w, '}');
	}
	sdk_jsonw_close(&w, ']');
	sdk_jsonw_kstr(&w, "next",
		       n > limit ? sdk_format(view->arena, "%" PRId64 ".%" PRId64, incident.changed_ms, incident.number)
				 : ENT_ABSENT);
	sdk_jsonw_close(&w, '}');
	return json_answer(view->db, view->arena, &buf, ret, err);
}
