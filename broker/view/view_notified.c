/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view_notified.h"

#include "core/organisation.h"
#include "sdk/webhook.h"
#include "store/mentions.h"
#include "store/notify.h"
#include "store/read_place.h"
#include "store/users.h"
#include "view/view_json.h"
#include "view/view_person.h"

#include <inttypes.h>

enum { TEXT_MAX = 200 }; /* bytes of the words that are told */

/* ---- which rows -------------------------------------------------------------------------- */

/* $1 the person, $2 its organisation, $3 since when it has an account. */
#define IS_MINE(row)                                                                                                   \
	"((" row ".account = $1 AND " row ".organisation = '') OR (" row ".account = '' AND " row                      \
	".organisation = $2 AND " row ".by_ref <> $1 AND " row ".made_ms >= $3)) "
/* The same words for a better reason. */
#define IS_ONCE                                                                                                        \
	"NOT EXISTS (SELECT 1 FROM notified AS b WHERE b.about = n.about AND " IS_MINE(                                \
	    "b") "AND (b.reason < n.reason OR (b.reason = n.reason AND b.account > n.account))) "
#define IS_SEEN                                                                                                        \
	"(n.comment = '' OR EXISTS (SELECT 1 FROM comment WHERE comment.uuid = n.comment AND comment.removed = 0 AND " \
	"" VIEW_SEES_COMMENT ")) AND (n.act = '' OR EXISTS (SELECT 1 FROM act WHERE act.uuid = n.act AND "             \
	"" VIEW_SEES_ACT ")) "
/* $6: NOTIFY_FOLLOWED */
#define IS_HEARD                                                                                                       \
	"NOT (n.reason = $6 AND EXISTS (SELECT 1 FROM follow WHERE follow.account = $1 AND follow.incident = "         \
	"n.incident AND follow.state = 'muted')) "
/* Something was read there that came at the same time or later. */
#define READ_LATER                                                                                                     \
	"EXISTS (SELECT 1 FROM reading_place AS later WHERE later.account = $1 AND later.incident = n.incident AND "   \
	"later.read_ms >= n.made_ms) "
/* The words are not, or were changed since. */
#define IS_UNREAD                                                                                                      \
	"(n.made_ms > coalesce((SELECT upto_ms FROM notified_read WHERE notified_read.account = $1), 0) AND CASE "     \
	"WHEN n.comment = '' THEN NOT " READ_LATER                                                                     \
	"ELSE EXISTS (SELECT 1 FROM comment WHERE comment.uuid = n.comment AND (NOT " READ_PLACE_PASSED(               \
	    "$1", "$2") " OR (n.made_ms > comment.recorded_ms AND NOT " READ_LATER "))) END) "
#define ROWS_SQL                                                                                                       \
	"FROM notified AS n JOIN incident ON incident.number = n.incident WHERE " IS_MINE("n") "AND " IS_ONCE          \
											       "AND " IS_HEARD         \
											       "AND " IS_SEEN

/* False: nobody has such an inbox. */
static bool bind_person(const struct view *view, struct db_stmt *stmt)
{
	struct user user;

	if (!view->reader->ref.n || !users_find(view->db, view->arena, view->reader->ref, &user))
		return false;
	db_bind_str(stmt, 1, user.ref);
	db_bind_str(stmt, 2, user.organisation);
	db_bind_int(stmt, 3, user.made_ms);
	db_bind_int(stmt, 6, NOTIFY_FOLLOWED);
	view_bind(view, stmt);
	return true;
}

/* ---- one entry ----------------------------------------------------------------------------- */

struct entry {
	struct ent_str comment, act, about, title, by;
	enum notify_reason reason;
	int64_t incident, made_ms;
	bool is_unread;
};

static struct entry entry_row(const struct view *view, struct db_stmt *stmt)
{
	struct ent_arena *arena = view->arena;
	const int64_t reason = db_int(stmt, 0);

	return (struct entry){.reason = reason >= 0 && reason < NOTIFY_N ? (enum notify_reason)reason : NOTIFY_FOLLOWED,
			      .incident = db_int(stmt, 1),
			      .comment = sdk_dup(arena, db_str(stmt, 2)),
			      .act = sdk_dup(arena, db_str(stmt, 3)),
			      .about = sdk_dup(arena, db_str(stmt, 4)),
			      .made_ms = db_int(stmt, 5),
			      .title = sdk_dup(arena, db_str(stmt, 6)),
			      .is_unread = db_int(stmt, 7) != 0};
}

/* Its author, and how it begins. */
static void print_words_of(const struct view *view, struct sdk_jsonw *w, const struct entry *entry)
{
	struct db_stmt *stmt = db_use(
	    view->db, "SELECT author, body, format, supplier FROM comment WHERE uuid = $1 AND " VIEW_SEES_COMMENT);

	if (!entry->comment.n)
		return;
	db_bind_str(stmt, 1, entry->comment);
	view_bind(view, stmt);
	if (db_row(stmt)) {
		const struct ent_str author = sdk_dup(view->arena, db_str(stmt, 0));
		struct ent_str body = sdk_dup(view->arena, db_str(stmt, 1));
		const bool is_ours_to_read = !db_str(stmt, 3).n;
		enum ent_format format = ENT_TEXT;

		(void)comment_format_by_word(db_str(stmt, 2), &format);
		if (is_ours_to_read)
			body = mentions_plain(view->db, view->arena, body, format);
		sdk_jsonw_key(w, "by");
		view_person_print(view, w, author);
		sdk_jsonw_kstr(w, "text", sdk_head(body, TEXT_MAX));
	}
	db_done(stmt);
}

static void print_entry_of(const struct view *view, struct sdk_jsonw *w, const struct entry *entry)
{
	char number[INCIDENT_NUMBER_SIZE];

	sdk_jsonw_open(w, '{');
	sdk_jsonw_kz(w, "reason", notify_word(entry->reason));
	sdk_jsonw_kstr(w, "incident", incident_number(entry->incident, number));
	sdk_jsonw_kstr(w, "title", entry->title);
	json_time(w, "time", entry->made_ms);
	sdk_jsonw_kbool(w, "unread", entry->is_unread);
	sdk_jsonw_kstr_some(w, "comment", entry->comment);
	sdk_jsonw_kstr_some(w, "act", entry->act);
	print_words_of(view, w, entry);
	sdk_jsonw_close(w, '}');
}

/* ---- a page ----------------------------------------------------------------------------------- */

/* "1700000000000.UUID": the place of the last one of the page before. */
static bool read_cursor(struct ent_str cursor, int64_t *ret_ms, struct ent_str *ret_about)
{
	struct ent_str ms = sdk_cut(cursor, '.', ret_about);

	return sdk_to_int(ms, ret_ms) && *ret_ms > 0 && ret_about->n > 0;
}

static int64_t count_all_unread(const struct view *view)
{
	struct db_stmt *stmt =
	    db_use(view->db, "SELECT count(*) FROM (SELECT 1 " ROWS_SQL "AND " IS_UNREAD "LIMIT $4) AS unread");
	int64_t n = 0;

	db_bind_int(stmt, 4, VIEW_NOTIFIED_UNREAD_MAX);
	if (bind_person(view, stmt) && db_row(stmt))
		n = db_int(stmt, 0);
	db_done(stmt);
	return n;
}

static size_t read_entries(const struct view *view, bool unread_only, int64_t before_ms, struct ent_str before,
			   struct entry *ret, size_t max)
{
	struct db_stmt *stmt = db_use(
	    view->db, "SELECT n.reason, n.incident, n.comment, n.act, n.about, n.made_ms, incident.title, " IS_UNREAD
		      "AS unread " ROWS_SQL "AND (n.made_ms, n.about) < ($4, $5) AND ($8 = 0 OR " IS_UNREAD
		      ") ORDER BY n.made_ms DESC, n.about DESC LIMIT $7");
	size_t n = 0;

	db_bind_int(stmt, 4, before_ms);
	db_bind_str(stmt, 5, before);
	db_bind_int(stmt, 7, (int64_t)max);
	db_bind_int(stmt, 8, unread_only);
	if (!bind_person(view, stmt))
		return 0;
	while (n < max && db_row(stmt))
		ret[n++] = entry_row(view, stmt);
	db_done(stmt);
	return n;
}

enum ent_rc view_notified(const struct view *view, bool unread_only, struct ent_str cursor, int limit,
			  struct ent_str *ret, struct ent_err *err)
{
	const size_t max = limit < 1 || limit > VIEW_PAGE_MAX ? VIEW_PAGE_MAX : (size_t)limit;
	struct entry *list = SDK_NEW_N(view->arena, struct entry, max + 1);
	struct ent_str before = ENT_STR("");
	int64_t before_ms = INT64_MAX;
	struct sdk_buf buf;
	struct sdk_jsonw w;

	if (cursor.p && !read_cursor(cursor, &before_ms, &before))
		return sdk_fail_as(err, ENT_EINVAL, "notified.cursor",
				   "the cursor is none of this list: begin without one");
	size_t n = read_entries(view, unread_only, before_ms, before, list, max + 1);
	json_page_open(&w, &buf);
	for (size_t i = 0; i < n && i < max; i++)
		print_entry_of(view, &w, &list[i]);
	sdk_jsonw_close(&w, ']');
	sdk_jsonw_kstr(
	    &w, "next",
	    n > max ? sdk_format(view->arena, "%" PRId64 ".%.*s", list[max - 1].made_ms, ENT_F(list[max - 1].about))
		    : ENT_ABSENT);
	sdk_jsonw_kint(&w, "unread", count_all_unread(view));
	sdk_jsonw_close(&w, '}');
	return json_answer(view->db, view->arena, &buf, ret, err);
}

/* ---- who follows ---------------------------------------------------------------------------------- */

struct ent_str view_notified_tag(const struct view *view, int64_t incident)
{
	struct db_stmt *stmt = db_use(view->db, "SELECT state FROM follow WHERE account = $1 AND incident = $2");
	struct ent_str state = ENT_ABSENT;

	db_bind_str(stmt, 1, sdk_or_empty(view->reader->ref));
	db_bind_int(stmt, 2, incident);
	if (db_row(stmt))
		state = sdk_dup(view->arena, db_str(stmt, 0));
	db_done(stmt);
	return state;
}

void view_notified_following(const struct view *view, struct sdk_jsonw *w, int64_t incident)
{
	if (view->reader->ref.n)
		sdk_jsonw_kstr(w, "following", view_notified_tag(view, incident));
}

enum ent_rc view_notified_follow(const struct view *view, int64_t incident, struct ent_str *ret, struct ent_err *err)
{
	char number[INCIDENT_NUMBER_SIZE];
	struct sdk_buf buf;
	struct sdk_jsonw w;

	sdk_buf_init(&buf, JSON_ANSWER_MAX);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kstr(&w, "incident", incident_number(incident, number));
	view_notified_following(view, &w, incident);
	sdk_jsonw_close(&w, '}');
	return json_answer(view->db, view->arena, &buf, ret, err);
}
