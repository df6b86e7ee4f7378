/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view_list.h"

#include "view/view_person.h"

#include "sdk/fold.h"
#include "sdk/webhook.h"
#include "store/rows.h"
#include "view/view_list_sql.h"

#include <inttypes.h>

enum { NUMBER_MIN = 5 /* characters */ };

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

static void bind_statuses(struct db_stmt *stmt, struct ent_str word)
{
	for (int i = 0; i < ENT_N_STATUS; i++)
		db_bind_str(stmt, LIST_STATUS + i,
			    is_wanted((enum ent_status)i, word) ? sdk_str(sdk_status_name((enum ent_status)i))
								: ENT_ABSENT);
}

/* The text as a number that something may have. */
struct name {
	struct ent_str word, upper;
	int64_t incident;
};

static struct name name_of(const struct view *view, struct ent_str text)
{
	struct ent_str word = sdk_trim(sdk_or_empty(text));
	char *upper = sdk_alloc(view->arena, word.n + 1);
	struct name name = {word, {upper, word.n}, 0};

	for (size_t i = 0; i < word.n; i++)
		upper[i] = (char)(word.p[i] >= 'a' && word.p[i] <= 'z' ? word.p[i] - ('a' - 'A') : word.p[i]);
	if (word.n && !incident_number_parse(name.upper, &name.incident))
		(void)sdk_to_int(word, &name.incident);
	return name;
}

static void bind_name(const struct view *view, struct db_stmt *stmt, const struct name *name)
{
	db_bind_str(stmt, 9, name->word);
	db_bind_str(stmt, 10, name->upper);
	view_bind(view, stmt);
}

/* A number of some length that something has is meant: titles are not searched for it. */
static bool is_number(const struct view *view, const struct name *name)
{
	static const char sql[] = LIST_NUMBERED " LIMIT 1";
	struct db_stmt *stmt;

	if (name->word.n < NUMBER_MIN)
		return false;
	stmt = db_use(view->db, sql);
	bind_name(view, stmt, name);
	return db_found(stmt) || sdk_starts(name->upper, INCIDENT_PREFIX);
}

/* The statement for these filters, with all of them bound but the page. */
static struct db_stmt *use_list(const struct view *view, const struct incident_filter *filter)
{
	static const char newest[] = LIST_NEWEST, by_status[] = LIST_BY_STATUS, by_holder[] = LIST_BY_HOLDER,
			  by_number[] = LIST_BY_NUMBER, of_part[] = LIST_OF_PART;
	const struct name name = name_of(view, filter->text);
	bool number = view_is_ours(view) && filter->text.n && is_number(view, &name);
	bool filtered = filter->status.n || filter->holder.p || filter->supplier.n;
	const char *sql = !view_is_ours(view) ? of_part
			  : number            ? by_number
			  : filter->holder.p  ? by_holder
			  : filtered          ? by_status
					      : newest;
	struct db_stmt *stmt = db_use(view->db, sql);

	bind_name(view, stmt, &name);
	db_bind_int(stmt, 22, name.incident);
	if (!number)
		db_bind_str(stmt, 7, filter->text.n ? sdk_fold(view->arena, filter->text) : ENT_ABSENT);
	if (sql != newest) {
		bind_statuses(stmt, filter->status);
		db_bind_str(stmt, 6, sdk_or_empty(filter->supplier));
	}
	if (sql != newest && sql != by_status)
		db_bind_str(stmt, 4, filter->holder);
	return stmt;
}

enum ent_rc view_list(const struct view *view, const struct incident_filter *filter, struct ent_str *ret,
		      struct ent_err *err)
{
	int64_t before = INT64_MAX, number = INT64_MAX, last_ms = 0;
	int limit = filter->limit < 1 ? 50 : filter->limit > VIEW_PAGE_MAX ? VIEW_PAGE_MAX : filter->limit;
	struct incident incident = {.number = 0};
	struct sdk_buf buf;
	struct sdk_jsonw w;
	int n = 0;

	if (filter->cursor.n && !parse_cursor(filter->cursor, &before, &number))
		return sdk_fail_as(err, ENT_EINVAL, "ask.cursor", "the cursor is not one that a page gave as 'next'");
	if (!is_status(filter->status))
		return sdk_fail_as(
		    err, ENT_EINVAL, "ask.status",
		    "status '{word=%.*s}' is none; use a status of the ticket language, open or terminal",
		    ENT_F(sdk_head(filter->status, 40)));
	struct db_stmt *stmt = use_list(view, filter);
	db_bind_int(stmt, 1, before);
	db_bind_int(stmt, 2, number);
	db_bind_int(stmt, 5, filter->changed_since_ms);
	db_bind_int(stmt, 8, limit + 1);
	json_page_open(&w, &buf);
	while (n <= limit && db_row(stmt) && ++n <= limit) {
		incident = view_json_read_incident(view, stmt);
		last_ms = view_is_ours(view) ? incident.changed_ms : db_int(stmt, 18);
		sdk_jsonw_open(&w, '{');
		json_incident(&w, &incident, view_is_ours(view));
		view_requester_print(view, &w, incident.requester.ref);
		sdk_jsonw_close(&w, '}');
	}
	db_done(stmt);
	json_page_close(&w, n > limit ? sdk_format(view->arena, "%" PRId64 ".%" PRId64, last_ms, incident.number)
				      : ENT_ABSENT);
	return json_answer(view->db, view->arena, &buf, ret, err);
}
