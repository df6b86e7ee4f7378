/* SPDX-License-Identifier: Apache-2.0 */
/* A page is read by three statements: the comments, the deliveries that bring them, the copies that stand elsewhere;
 * and for each comment who has seen it. */
#include "view/view_thread.h"

#include "core/wording.h"
#include "sdk/time.h"
#include "sdk/webhook.h"
#include "view/view_json.h"
#include "view/view_markdown.h"
#include "view/view_person.h"
#include "view/view_seen.h"
#include "view/view_unread.h"
#include "view/view_upload.h"

/* ---- reading ------------------------------------------------------------------ */

struct item {
	int64_t id, created_ms, edited_ms, recorded_ms, origin;
	struct ent_str uuid, supplier, ticket, external_id, author, body, format, reply_to, visibility;
	struct audience audience;
	struct entry_act entry;
	bool removed, is_late, is_unread;
	struct audience meant;         /* of one that is held */
	struct ent_str held_by, wrote; /* wrote: the author's organisation */
	int64_t held_ms, pinned_ms, version;
};

struct page {
	struct item *at; /* oldest first */
	size_t n;
	bool has_older, has_newer;
};

/* As read_item() reads them. */
#define COMMENT_COLUMNS                                                                                                \
	"id, uuid, supplier, ticket, external_id, author, body, visibility, organisations, "                           \
	"everyone, created_ms, edited_ms, removed, requester, format, reply_to, recorded_ms, origin, held_by, "        \
	"meant_organisations, meant_everyone, meant_requester, pinned_ms, CASE WHEN held_by = '' THEN 0 ELSE "         \
	"(SELECT due_ms FROM timer WHERE timer.kind = 'undo' AND timer.subject = comment.uuid) END, version, (SELECT " \
	"person.organisation FROM person WHERE person.ref = author), entry, " VIEW_IS_UNREAD
#define COMMENT_SQL "SELECT " COMMENT_COLUMNS " FROM comment WHERE "
enum { COMMENT_N_COLUMN = 28 };

static struct item read_item(const struct view *view, struct db_stmt *stmt)
{
	struct ent_arena *arena = view->arena;

	return (struct item){.id = db_int(stmt, 0),
			     .uuid = sdk_dup(arena, db_str(stmt, 1)),
			     .supplier = sdk_dup(arena, db_str(stmt, 2)),
			     .ticket = sdk_dup(arena, db_str(stmt, 3)),
			     .external_id = sdk_dup(arena, db_str(stmt, 4)),
			     .author = sdk_dup(arena, db_str(stmt, 5)),
			     .body = sdk_dup(arena, db_str(stmt, 6)),
			     .visibility = sdk_dup(arena, db_str(stmt, 7)),
			     .audience = {sdk_dup(arena, db_str(stmt, 8)), db_int(stmt, 9) == 1, db_int(stmt, 13) == 1},
			     .created_ms = db_int(stmt, 10),
			     .edited_ms = db_int(stmt, 11),
			     .removed = db_int(stmt, 12) != 0,
			     .format = sdk_dup(arena, db_str(stmt, 14)),
			     .reply_to = sdk_dup(arena, db_str(stmt, 15)),
			     .recorded_ms = db_int(stmt, 16),
			     .origin = db_int(stmt, 17),
			     .held_by = sdk_dup(arena, db_str(stmt, 18)),
			     .meant = {sdk_dup(arena, db_str(stmt, 19)), db_int(stmt, 20) == 1, db_int(stmt, 21) == 1},
			     .pinned_ms = db_int(stmt, 22),
			     .held_ms = db_int(stmt, 23),
			     .version = db_int(stmt, 24),
			     .wrote = sdk_dup(arena, sdk_or_empty(db_str(stmt, 25))),
			     .entry = entry_of_text(arena, db_str(stmt, 26)),
			     .is_unread = db_int(stmt, 27) != 0};
}

/* A place in the thread, between two comments or at an end. */
struct place {
	int64_t created_ms, id;
};

static bool find_place(const struct view *view, int64_t incident, struct ent_str uuid, struct place *ret)
{
	struct db_stmt *stmt = db_use(
	    view->db, "SELECT created_ms, id FROM comment WHERE uuid = $1 AND incident = $2 AND " VIEW_SEES_COMMENT);
	db_bind_str(stmt, 1, uuid);
	db_bind_int(stmt, 2, incident);
	view_bind(view, stmt);
	bool found = db_row(stmt);
	if (found)
		*ret = (struct place){db_int(stmt, 0), db_int(stmt, 1)};
	db_done(stmt);
	return found;
}

/* Up to max on one side of the place, nearest first. True: there are more. */
static bool read_side(const struct view *view, int64_t incident, struct place from, bool newer, size_t max,
		      struct item *ret, size_t *ret_n)
{
	static const char down[] = COMMENT_SQL "incident = $1 AND (created_ms, id) < ($2, $3) AND " VIEW_SEES_COMMENT
					       " ORDER BY created_ms DESC, id DESC LIMIT $4";
	static const char up[] = COMMENT_SQL "incident = $1 AND (created_ms, id) > ($2, $3) AND " VIEW_SEES_COMMENT
					     " ORDER BY created_ms, id LIMIT $4";
	struct db_stmt *stmt = db_use(view->db, newer ? up : down);
	bool more = false;

	*ret_n = 0;
	db_bind_int(stmt, 1, incident);
	db_bind_int(stmt, 2, from.created_ms);
	db_bind_int(stmt, 3, from.id);
	db_bind_int(stmt, 4, (int64_t)max + 1);
	view_bind(view, stmt);
	while (!more && db_row(stmt)) {
		more = *ret_n == max;
		if (!more)
			ret[(*ret_n)++] = read_item(view, stmt);
	}
	db_done(stmt);
	return more;
}

/* older below the place and newer above it; the place itself, when it is a comment's, counts as newer. */
static struct page read_page(const struct view *view, int64_t incident, struct place at, size_t n_older, size_t n_newer)
{
	struct page page = {.at = SDK_NEW_N(view->arena, struct item, n_older + n_newer + 1)};
	struct item *older = SDK_NEW_N(view->arena, struct item, n_older + 1);
	size_t n = 0;

	page.has_older = read_side(view, incident, at, false, n_older, older, &n);
	for (size_t i = n; i-- > 0;)
		page.at[page.n++] = older[i];
	page.has_newer = read_side(view, incident, at, true, n_newer, page.at + page.n, &n);
	page.n += n;
	return page;
}

/* ---- where they stand ----------------------------------------------------------- */

#define OF_PAGE                                                                                                        \
	"comment.incident = $1 AND (comment.created_ms, comment.id) >= ($2, $3) AND (comment.created_ms, comment.id) " \
	"<= ($4, $5) "
/* Deliveries know more; a copy without one is left after a rebuild, or of a comment that was found there. Edits are
 * told while they are not done, removals also when they are. */
static const char ways_sql[] =
    "SELECT comment.id, way.supplier, way.id, way.state, way.state_ms, way.cause, way.reason, way.remote_id, way.op "
    "FROM comment "
    "JOIN delivery AS way ON way.comment = comment.uuid AND way.comment <> '' WHERE " OF_PAGE
    "AND (way.op = 'add_comment' OR (way.cause <> 'superseded' AND (way.state <> 'done' OR way.op = "
    "'remove_comment'))) AND " VIEW_SEES_OWN(
	"way.supplier") " ORDER BY comment.created_ms, comment.id, way.supplier, way.id";
static const char copies_sql[] =
    "SELECT comment.id, copy.supplier, copy.ticket, copy.external_id FROM comment JOIN copy ON copy.comment = "
    "comment.uuid "
    "WHERE " OF_PAGE
    "AND NOT EXISTS (SELECT 1 FROM delivery WHERE delivery.comment = copy.comment AND delivery.comment <> "
    "'' AND delivery.supplier = copy.supplier) AND " VIEW_SEES_OWN(
	"copy.supplier") " ORDER BY comment.created_ms, comment.id, copy.supplier";

/* Rows of all comments of a page, in their order; the one that stands next. */
struct rows {
	struct db_stmt *stmt;
	bool stands;
};

static struct rows open_rows(const struct view *view, const char *sql, int64_t incident, const struct page *page)
{
	struct rows rows = {.stmt = db_use(view->db, sql)};
	const struct item *first = page->at, *last = page->at + page->n - 1;

	if (page->n == 0)
		return rows;
	db_bind_int(rows.stmt, 1, incident);
	db_bind_int(rows.stmt, 2, first->created_ms);
	db_bind_int(rows.stmt, 3, first->id);
	db_bind_int(rows.stmt, 4, last->created_ms);
	db_bind_int(rows.stmt, 5, last->id);
	view_bind(view, rows.stmt);
	rows.stands = db_row(rows.stmt);
	return rows;
}

/* False: the next row is of another comment. Rows of comments that the reader does not see are passed over. */
static bool is_next(struct rows *rows, const struct page *page, const struct item *item)
{
	while (rows->stands && db_int(rows->stmt, 0) != item->id) {
		for (const struct item *later = item + 1; later < page->at + page->n; later++)
			if (later->id == db_int(rows->stmt, 0))
				return false;
		rows->stands = db_row(rows->stmt);
	}
	return rows->stands;
}

static void print_way(const struct view *view, struct sdk_jsonw *w, struct db_stmt *stmt)
{
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr(w, "supplier", db_str(stmt, 1));
	if (!sdk_eqz(db_str(stmt, 8), "add_comment"))
		sdk_jsonw_kstr(w, "op", db_str(stmt, 8));
	sdk_jsonw_kstr(w, "state", db_str(stmt, 3));
	if (view_is_ours(view))
		sdk_jsonw_kint(w, "delivery", db_int(stmt, 2));
	json_time(w, "since", db_int(stmt, 4));
	if (view_is_ours(view))
		view_json_cause(w, db_str(stmt, 5), db_str(stmt, 6));
	if (db_str(stmt, 7).n)
		sdk_jsonw_kstr(w, "external_id", db_str(stmt, 7));
	sdk_jsonw_close(w, '}');
}

static void print_copy(struct sdk_jsonw *w, struct db_stmt *stmt)
{
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr(w, "supplier", db_str(stmt, 1));
	sdk_jsonw_kz(w, "state", "done");
	sdk_jsonw_kstr(w, "ticket", db_str(stmt, 2));
	if (!sdk_starts(db_str(stmt, 3), "delivery:")) /* the tool told no id: the store made one */
		sdk_jsonw_kstr(w, "external_id", db_str(stmt, 3));
	sdk_jsonw_close(w, '}');
}

/* ---- printing -------------------------------------------------------------------- */

/* Read by the author's organisation alone. */
static void print_held(const struct view *view, struct sdk_jsonw *w, const struct item *item)
{
	sdk_jsonw_key(w, "held");
	sdk_jsonw_open(w, '{');
	json_time(w, "until", item->held_ms);
	view_json_audience(view, w, item->meant);
	sdk_jsonw_close(w, '}');
}

/* The act that it carries, and its line. The title of a tool is for us: others know organisations by their names. */
static void print_entry(const struct view *view, struct sdk_jsonw *w, const struct entry_act *entry)
{
	const struct ent_str to = view_is_ours(view) ? wording_title(view->suppliers, entry->to) : entry->to;

	if (entry->kind == ENTRY_WORDS)
		return;
	sdk_jsonw_key(w, "entry");
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kz(w, "kind", entry_word(entry->kind));
	sdk_jsonw_kstr_some(w, "to", entry->to);
	if (entry->due_ms)
		json_time(w, "due", entry->due_ms);
	if (entry->was_ms)
		json_time(w, "was", entry->was_ms);
	sdk_jsonw_kstr_some(w, "line", entry_line(view->arena, view_language(view), entry, to));
	sdk_jsonw_close(w, '}');
}

/* Ids and visibility of a tool are read by those who have the tool. */
static void print_item(const struct view *view, struct sdk_jsonw *w, const struct item *item, struct ent_str part)
{
	bool own = view_is_own(view, item->supplier);
	char number[INCIDENT_NUMBER_SIZE];

	sdk_jsonw_kstr(w, "id", item->uuid);
	sdk_jsonw_kstr(w, "supplier", item->supplier);
	if (own) {
		sdk_jsonw_kstr(w, "ticket", item->ticket);
		sdk_jsonw_kstr(w, "external_id", item->external_id);
	}
	sdk_jsonw_key(w, "author");
	view_person_print(view, w, item->author);
	sdk_jsonw_kstr(w, "body", item->body);
	sdk_jsonw_kstr(w, "format", item->format);
	if (!item->removed)
		view_markdown_words(view, w, item->body, item->format, item->supplier.n ? NULL : &item->uuid);
	if (item->reply_to.n)
		sdk_jsonw_kstr(w, "reply_to", item->reply_to);
	print_entry(view, w, &item->entry);
	if (own)
		sdk_jsonw_kstr(w, "visibility", item->visibility);
	view_json_readers(view, w, item->audience, part);
	json_time(w, "created", item->created_ms);
	if (item->edited_ms)
		json_time(w, "edited", item->edited_ms);
	json_time(w, "recorded", item->recorded_ms);
	if (view_is_ours(view) ||
	    sdk_eq(item->wrote, view->reader->organisation)) /* others would feel hidden changes */
		sdk_jsonw_kint(w, "version", item->version);
	if (item->is_late)
		sdk_jsonw_kbool(w, "late", true);
	if (item->is_unread)
		sdk_jsonw_kbool(w, "unread", true);
	if (item->pinned_ms)
		json_time(w, "pinned", item->pinned_ms);
	if (item->held_ms)
		print_held(view, w, item);
	if (view_is_ours(view))
		sdk_jsonw_kstr(w, "origin", incident_number(item->origin, number));
	sdk_jsonw_kbool(w, "removed", item->removed);
}

/* It was heard of long after it was said, and after one that was said later: whoever had read that one has not seen it.
 */
static void find_late(const struct view *view, int64_t incident, const struct page *page)
{
	enum { LATE_MS = 60000 };
	int64_t first_ms = INT64_MAX; /* when the first of those said later was heard of */
	bool is_asked = !page->has_newer;

	for (size_t i = page->n; i-- > 0;) {
		struct item *item = &page->at[i], *last = &page->at[page->n - 1];
		bool is_slow = item->recorded_ms - item->created_ms > LATE_MS;

		if (is_slow && !is_asked) { /* few are: only then the rest of the thread is asked */
			int64_t heard_ms = view_unread_heard(view, incident, last->created_ms, last->id);
			first_ms = heard_ms < first_ms ? heard_ms : first_ms;
		}
		is_asked |= is_slow;
		item->is_late = is_slow && item->recorded_ms > first_ms;
		first_ms = item->recorded_ms < first_ms ? item->recorded_ms : first_ms;
	}
}

static void print_items(const struct view *view, struct sdk_jsonw *w, int64_t incident, const struct page *page)
{
	struct rows ways = open_rows(view, ways_sql, incident, page),
		    copies = open_rows(view, copies_sql, incident, page);
	struct ent_str part = view_is_ours(view) ? ENT_ABSENT : view_json_part(view, incident);

	find_late(view, incident, page);
	for (const struct item *item = page->at; item < page->at + page->n; item++) {
		sdk_jsonw_open(w, '{');
		print_item(view, w, item, part);
		view_upload_print_of(view, w, item->uuid);
		sdk_jsonw_key(w, "where");
		sdk_jsonw_open(w, '[');
		for (; is_next(&ways, page, item); ways.stands = db_row(ways.stmt))
			print_way(view, w, ways.stmt);
		for (; is_next(&copies, page, item); copies.stands = db_row(copies.stmt))
			print_copy(w, copies.stmt);
		sdk_jsonw_close(w, ']');
		if (!item->removed)
			view_seen_print(view, w, item->uuid, &item->audience, part);
		sdk_jsonw_close(w, '}');
	}
	db_done(ways.stmt);
	db_done(copies.stmt);
}

/* ---- pages ----------------------------------------------------------------------- */

static const struct place newest = {INT64_MAX, INT64_MAX};

static int64_t count_older(const struct view *view, int64_t incident, const struct page *page)
{
	struct db_stmt *stmt =
	    db_use(view->db, "SELECT count(*) FROM comment WHERE incident = $1 AND (created_ms, id) < "
			     "($2, $3) AND " VIEW_SEES_COMMENT);
	int64_t n = 0;

	if (!page->has_older)
		return 0;
	db_bind_int(stmt, 1, incident);
	db_bind_int(stmt, 2, page->at[0].created_ms);
	db_bind_int(stmt, 3, page->at[0].id);
	view_bind(view, stmt);
	if (db_row(stmt))
		n = db_int(stmt, 0);
	db_done(stmt);
	return n;
}

static void print_ends(struct sdk_jsonw *w, const struct page *page, const char *before, const char *after)
{
	sdk_jsonw_kstr(w, before, page->has_older && page->n ? page->at[0].uuid : ENT_ABSENT);
	if (after)
		sdk_jsonw_kstr(w, after, page->has_newer && page->n ? page->at[page->n - 1].uuid : ENT_ABSENT);
}

/* Room for the whole thread, up to the limit. */
static size_t thread_room(const struct view *view, int64_t incident)
{
	struct db_stmt *stmt =
	    db_use(view->db, "SELECT count(*) FROM (SELECT 1 FROM comment WHERE incident = $1 LIMIT $2) AS thread");
	int64_t n = 0;

	db_bind_int(stmt, 1, incident);
	db_bind_int(stmt, 2, VIEW_THREAD_MAX);
	if (db_row(stmt))
		n = db_int(stmt, 0);
	db_done(stmt);
	return (size_t)n;
}

void view_thread_print(const struct view *view, struct sdk_jsonw *w, const struct incident *incident)
{
	struct page page = read_page(view, incident->number, newest, thread_room(view, incident->number), 0);

	sdk_jsonw_key(w, "thread");
	sdk_jsonw_open(w, '[');
	print_items(view, w, incident->number, &page);
	sdk_jsonw_close(w, ']');
	sdk_jsonw_kint(w, "thread_left_out", count_older(view, incident->number, &page));
	print_ends(w, &page, "thread_before", NULL);
}

enum ent_rc view_thread(const struct view *view, const struct incident *incident, const struct thread_page *asked,
			struct ent_str *ret, struct ent_err *err)
{
	size_t limit = asked->limit < 1 || asked->limit > VIEW_PAGE_MAX ? VIEW_THREAD_PAGE : (size_t)asked->limit;
	struct ent_str word = asked->before.p ? asked->before : asked->after.p ? asked->after : asked->around;
	struct place at = newest;
	struct page page;
	struct sdk_buf buf;
	struct sdk_jsonw w;

	if ((asked->before.p != NULL) + (asked->after.p != NULL) + (asked->around.p != NULL) > 1)
		return sdk_fail_as(err, ENT_EINVAL, "ask.one_position",
				   "only one of before, after and around can be asked for");
	if (word.p && !find_place(view, incident->number, word, &at))
		return db_failed(view->db)
			   ? sdk_fail_as(err, ENT_ERETRY, "store.error", "{said=%s}", db_error(view->db))
			   : sdk_fail_as(err, ENT_EINVAL, "ask.no_position",
					 "the position is no comment of this thread");
	if (asked->around.p) {
		at.id--; /* so that it counts as newer */
		page = read_page(view, incident->number, at, limit / 2, limit - limit / 2);
	} else {
		page = read_page(view, incident->number, at, asked->after.p ? 0 : limit, asked->after.p ? limit : 0);
	}
	page.has_older |= asked->after.p != NULL; /* the position itself */
	page.has_newer |= asked->before.p != NULL;
	json_page_open(&w, &buf);
	print_items(view, &w, incident->number, &page);
	sdk_jsonw_close(&w, ']');
	print_ends(&w, &page, "before", "after");
	sdk_jsonw_close(&w, '}');
	return json_answer(view->db, view->arena, &buf, ret, err);
}

enum ent_rc view_thread_comment(const struct view *view, struct ent_str uuid, struct ent_str *ret, struct ent_err *err)
{
	struct db_stmt *stmt = db_use(view->db, "SELECT " COMMENT_COLUMNS
						", incident FROM comment WHERE uuid = $1 AND " VIEW_SEES_COMMENT);
	struct item item;
	struct page page = {.at = &item, .has_newer = true};
	int64_t incident = 0;
	struct sdk_buf buf;
	struct sdk_jsonw w;

	db_bind_str(stmt, 1, uuid);
	view_bind(view, stmt);
	if (db_row(stmt)) {
		item = read_item(view, stmt);
		incident = db_int(stmt, COMMENT_N_COLUMN);
		page.n = 1;
	}
	db_done(stmt);
	if (page.n == 0 && !db_failed(view->db))
		return sdk_fail_as(err, ENT_EGONE, "ask.no_comment_of_ours",
				   "there is no comment of ours with this id");
	sdk_buf_init(&buf, JSON_ANSWER_MAX);
	sdk_jsonw_init(&w, &buf);
	print_items(view, &w, incident, &page);
	return json_answer(view->db, view->arena, &buf, ret, err);
}

enum ent_rc view_thread_has(const struct view *view, int64_t incident, struct ent_str uuid, struct ent_err *err)
{
	struct place at;

	if (find_place(view, incident, uuid, &at))
		return ENT_OK;
	return db_failed(view->db) ? sdk_fail_as(err, ENT_ERETRY, "store.error", "{said=%s}", db_error(view->db))
				   : sdk_fail_as(err, ENT_EGONE, "ask.no_comment_here",
						 "there is no comment with this id in this thread");
}

struct ent_str view_thread_draft(const struct view *view, struct ent_str uuid)
{
	struct db_stmt *stmt =
	    db_use(view->db, "SELECT " COMMENT_COLUMNS
			     " FROM comment WHERE uuid = $1 AND held_by <> '' AND removed = 0 AND " VIEW_SEES_COMMENT);
	struct ent_str json = ENT_ABSENT;
	struct sdk_buf buf;
	struct sdk_jsonw w;

	db_bind_str(stmt, 1, uuid);
	view_bind(view, stmt);
	sdk_buf_init(&buf, JSON_ANSWER_MAX);
	if (db_row(stmt)) {
		const struct item item = read_item(view, stmt);
		sdk_jsonw_init(&w, &buf);
		sdk_jsonw_open(&w, '{');
		sdk_jsonw_kstr(&w, "body", item.body);
		sdk_jsonw_kstr(&w, "format", item.format);
		if (item.reply_to.n)
			sdk_jsonw_kstr(&w, "reply_to", item.reply_to);
		view_json_audience(view, &w, item.meant);
		view_upload_print_of(view, &w, uuid);
		sdk_jsonw_close(&w, '}');
		json = sdk_dup(view->arena, sdk_buf_view(&buf));
	}
	db_done(stmt);
	sdk_buf_release(&buf);
	return json;
}
