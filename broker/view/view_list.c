/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view_list.h"

#include "sdk/fold.h"
#include "sdk/webhook.h"
#include "store/rows.h"
#include "view/view_list_sql.h"

#include <inttypes.h>

_Static_assert(LIST_N_STATUS == ENT_N_STATUS, "each status has a parameter");

/* "time.number" of the last row of the page before. */
static bool parse_cursor(struct ent_str cursor, int64_t *ret_ms, int64_t *ret_number)
{
	struct ent_str rest = ENT_ABSENT;
	struct ent_str head = sdk_cut(cursor, '.', &rest);
	return rest.p && sdk_to_int(head, ret_ms) && sdk_to_int(rest, ret_number);
}

static bool is_wanted(enum ent_status status, struct ent_str word)
{
	const struct status_facts *facts = status_facts(status);

	return !word.n || sdk_eqz(word, sdk_status_name(status)) || (sdk_eqz(word, "open") && facts->open) ||
	       (sdk_eqz(word, "terminal") && facts->terminal);
}

/* False: no such status. */
static bool is_status(struct ent_str word)
{
	for (int i = 0; i < ENT_N_STATUS; i++)
		if (is_wanted((enum ent_status)i, word))
			return true;
	return false;
}

static void bind_filters(struct db_stmt *stmt, const struct incident_filter *filter)
{
	for (int i = 0; i < ENT_N_STATUS; i++)
		db_bind_str(stmt, LIST_STATUS + i,
			    is_wanted((enum ent_status)i, filter->status) ? sdk_str(sdk_status_name((enum ent_status)i))
									  : ENT_ABSENT);
	db_bind_str(stmt, 4, filter->holder);
	db_bind_str(stmt, 6, sdk_or_empty(filter->supplier));
}

static void bind_text(const struct view *view, struct db_stmt *stmt, struct ent_str text)
{
	struct ent_str word = sdk_trim(sdk_or_empty(text));
	char *upper = sdk_alloc(view->arena, word.n + 1);
	int64_t number = 0;

	for (size_t i = 0; i < word.n; i++)
		upper[i] = (char)(word.p[i] >= 'a' && word.p[i] <= 'z' ? word.p[i] - ('a' - 'A') : word.p[i]);
	if (word.n && !incident_number_parse((struct ent_str){upper, word.n}, &number))
		(void)sdk_to_int(word, &number);
	db_bind_str(stmt, 7, text.n ? sdk_fold(view->arena, text) : ENT_ABSENT);
	db_bind_str(stmt, 9, word);
	db_bind_str(stmt, 10, (struct ent_str){upper, word.n});
	db_bind_int(stmt, 22, number);
}

static struct db_stmt *use_list(const struct view *view, const struct incident_filter *filter, bool *ret_filtered)
{
	static const char newest[] = LIST_NEWEST, filtered[] = LIST_FILTERED, of_part[] = LIST_OF_PART;

	*ret_filtered = true;
	if (!view_is_ours(view))
		return db_use(view->db, of_part);
	*ret_filtered = filter->status.n || filter->holder.p || filter->supplier.n;
	return db_use(view->db, *ret_filtered ? filtered : newest);
}

enum ent_rc view_list(const struct view *view, const struct incident_filter *filter, struct ent_str *ret,
		      struct ent_err *err)
{
	int64_t before = INT64_MAX, number = INT64_MAX, last_ms = 0;
	int limit = filter->limit < 1 ? 50 : filter->limit > VIEW_PAGE_MAX ? VIEW_PAGE_MAX : filter->limit;
	struct incident incident = {.number = 0};
	struct sdk_buf buf;
	struct sdk_jsonw w;
	bool filtered;
	int n = 0;

	if (filter->cursor.n && !parse_cursor(filter->cursor, &before, &number))
		return sdk_fail(err, ENT_EINVAL, "the cursor is not one that a page gave as 'next'");
	if (!is_status(filter->status))
		return sdk_fail(err, ENT_EINVAL,
				"status '%.*s' is none; use a status of the ticket language, open or terminal",
				ENT_F(sdk_head(filter->status, 40)));
	struct db_stmt *stmt = use_list(view, filter, &filtered);
	db_bind_int(stmt, 1, before);
	db_bind_int(stmt, 2, number);
	db_bind_int(stmt, 5, filter->changed_since_ms);
	db_bind_int(stmt, 8, limit + 1);
	bind_text(view, stmt, filter->text);
	if (filtered)
		bind_filters(stmt, filter);
	view_bind(view, stmt);
	json_page_open(&w, &buf);
	while (n <= limit && db_row(stmt) && ++n <= limit) {
		incident = view_json_read_incident(view, stmt);
		last_ms = view_is_ours(view) ? incident.changed_ms : db_int(stmt, 12);
		sdk_jsonw_open(&w, '{');
		view_json_incident(view, &w, &incident);
		sdk_jsonw_close(&w, '}');
	}
	db_done(stmt);
	json_page_close(&w, n > limit ? sdk_format(view->arena, "%" PRId64 ".%" PRId64, last_ms, incident.number)
				      : ENT_ABSENT);
	return json_answer(view->db, view->arena, &buf, ret, err);
}
