/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view_list.h"

#include "view/view_person.h"

#include "sdk/fold.h"
#include "sdk/webhook.h"
#include "store/rows.h"
#include "view/view_list_sql.h"
#include "view/view_unread.h"

#include <inttypes.h>
#include <stdlib.h>

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
static struct db_stmt *bind_list(const struct view *view, const struct incident_filter *filter, const char *sql,
				 const struct name *name, bool with_text)
{
	struct db_stmt *stmt = db_use(view->db, sql);

	bind_name(view, stmt, name);
	db_bind_int(stmt, 22, name->incident);
	if (with_text)
		db_bind_str(stmt, 7, filter->text.n ? sdk_fold(view->arena, filter->text) : ENT_ABSENT);
	return stmt;
}

static void bind_filters(struct db_stmt *stmt, const struct incident_filter *filter)
{
	bind_statuses(stmt, filter->status);
	db_bind_str(stmt, 6, sdk_or_empty(filter->supplier));
}

static struct db_stmt *use_list(const struct view *view, const struct incident_filter *filter, const struct name *name,
				bool number)
{
	static const char newest[] = LIST_NEWEST, by_status[] = LIST_BY_STATUS, by_holder[] = LIST_BY_HOLDER,
			  by_number[] = LIST_BY_NUMBER, of_part[] = LIST_OF_PART;
	bool filtered = filter->status.n || filter->holder.p || filter->supplier.n;
	const char *sql = !view_is_ours(view) ? of_part
			  : number            ? by_number
			  : filter->holder.p  ? by_holder
			  : filtered          ? by_status
					      : newest;
	struct db_stmt *stmt = bind_list(view, filter, sql, name, !number);

	if (sql != newest)
		bind_filters(stmt, filter);
	if (sql != newest && sql != by_status)
		db_bind_str(stmt, 4, filter->holder);
	return stmt;
}

/* ---- where the index names them ------------------------------------------------------------ */

struct place {
	int64_t changed_ms, number;
};

static int newest_place(const void *a, const void *b)
{
	const struct place *left = a, *right = b;

	if (left->changed_ms != right->changed_ms)
		return left->changed_ms > right->changed_ms ? -1 : 1;
	return left->number > right->number ? -1 : left->number < right->number;
}

/* One incident, if it is to be listed after this place. */
static struct db_stmt *use_one(const struct view *view, const struct incident_filter *filter, const struct name *name,
			       struct place after, int64_t number)
{
	static const char one[] = LIST_ONE;
	struct db_stmt *stmt = bind_list(view, filter, one, name, true);

	bind_filters(stmt, filter);
	db_bind_str(stmt, 4, filter->holder);
	db_bind_int(stmt, 1, after.changed_ms);
	db_bind_int(stmt, 2, after.number);
	db_bind_int(stmt, 5, filter->changed_since_ms);
	db_bind_int(stmt, 8, 1);
	db_bind_int(stmt, 23, number);
	return stmt;
}

/* Where each of those stands that are to be listed, the first ones first. */
static size_t places_among(const struct view *view, const struct incident_filter *filter, const struct name *name,
			   struct place after, struct place **ret)
{
	static const char numbered[] = LIST_NUMBERED " LIMIT 100";
	struct place *place = SDK_NEW_N(view->arena, struct place, filter->n_among + 101);
	struct db_stmt *stmt = db_use(view->db, numbered);
	size_t n_number = 0, n = 0;

	bind_name(view, stmt, name);
	for (place[n_number++].number = name->incident; n_number <= 100 && db_row(stmt);)
		place[n_number++].number = db_int(stmt, 0);
	db_done(stmt);
	for (size_t i = 0; i < filter->n_among; i++)
		place[n_number++].number = filter->among[i];
	qsort(place, n_number, sizeof *place, newest_place);
	for (size_t i = 0; i < n_number; i++) {
		if (i > 0 && place[i].number == place[i - 1].number)
			continue;
		int64_t number = place[i].number;
		stmt = use_one(view, filter, name, after, number);
		if (db_row(stmt))
			place[n++] = (struct place){db_int(stmt, 14), number};
		db_done(stmt);
	}
	qsort(place, n, sizeof *place, newest_place);
	*ret = place;
	return n;
}

static void print_listed(const struct view *view, struct sdk_jsonw *w, const struct incident *incident)
{
	sdk_jsonw_open(w, '{');
	json_incident(w, incident, view_is_ours(view));
	view_requester_print(view, w, incident->requester.ref);
	view_unread_print(view, w, incident->number);
	sdk_jsonw_close(w, '}');
}

/* Both print at most limit rows and tell the last one. True: there are more. */
static bool list_among(const struct view *view, const struct incident_filter *filter, const struct name *name,
		       struct place after, int limit, struct sdk_jsonw *w, struct place *ret_last)
{
	struct place *place;
	size_t n = places_among(view, filter, name, after, &place);

	for (size_t i = 0; i < n && i < (size_t)limit; i++) {
		struct db_stmt *stmt = use_one(view, filter, name, after, place[i].number);

		if (db_row(stmt)) {
			struct incident incident = view_json_read_incident(view, stmt);
			print_listed(view, w, &incident);
		}
		db_done(stmt);
		*ret_last = place[i];
	}
	return n > (size_t)limit;
}

static bool list_walked(const struct view *view, const struct incident_filter *filter, const struct name *name,
			bool number, struct place after, int limit, struct sdk_jsonw *w, struct place *ret_last)
{
	struct db_stmt *stmt = use_list(view, filter, name, number);
	int n = 0;

	db_bind_int(stmt, 1, after.changed_ms);
	db_bind_int(stmt, 2, after.number);
	db_bind_int(stmt, 5, filter->changed_since_ms);
	db_bind_int(stmt, 8, limit + 1);
	while (n <= limit && db_row(stmt) && ++n <= limit) {
		struct incident incident = view_json_read_incident(view, stmt);

		*ret_last =
		    (struct place){view_is_ours(view) ? incident.changed_ms : db_int(stmt, 18), incident.number};
		print_listed(view, w, &incident);
	}
	db_done(stmt);
	return n > limit;
}

enum ent_rc view_list(const struct view *view, const struct incident_filter *filter, struct ent_str *ret,
		      struct ent_err *err)
{
	struct place after = {INT64_MAX, INT64_MAX}, last = {0, 0};
	int limit = filter->limit < 1 ? 50 : filter->limit > VIEW_PAGE_MAX ? VIEW_PAGE_MAX : filter->limit;
	struct sdk_buf buf;
	struct sdk_jsonw w;

	if (filter->cursor.n && !parse_cursor(filter->cursor, &after.changed_ms, &after.number))
		return sdk_fail_as(err, ENT_EINVAL, "ask.cursor", "the cursor is not one that a page gave as 'next'");
	if (!is_status(filter->status))
		return sdk_fail_as(
		    err, ENT_EINVAL, "ask.status",
		    "status '{word=%.*s}' is none; use a status of the ticket language, open or terminal",
		    ENT_F(sdk_head(filter->status, 40)));
	const struct name name = name_of(view, filter->text);
	bool number = view_is_ours(view) && filter->text.n && is_number(view, &name);
	bool among = filter->among && view_is_ours(view) && filter->text.n && !number;
	json_page_open(&w, &buf);
	bool more = among ? list_among(view, filter, &name, after, limit, &w, &last)
			  : list_walked(view, filter, &name, number, after, limit, &w, &last);
	sdk_jsonw_close(&w, ']');
	sdk_jsonw_kstr(&w, "next",
		       more ? sdk_format(view->arena, "%" PRId64 ".%" PRId64, last.changed_ms, last.number)
			    : ENT_ABSENT);
	if (filter->index && view_is_ours(view))
		sdk_jsonw_kz(&w, "index", filter->index);
	sdk_jsonw_close(&w, '}');
	return json_answer(view->db, view->arena, &buf, ret, err);
}
