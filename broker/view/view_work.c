/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view_work.h"

#include "core/holder.h"
#include "core/organisation.h"
#include "core/worklist.h"
#include "sdk/webhook.h"
#include "view/view_duty.h"
#include "view/view_json.h"

#include <inttypes.h>

/* A row of `work` is for the reader's organisation: it takes part, and sees what the row is about. The table says so as
 * well; whoever reads asks again. */
#define WORK_SEES                                                                                                      \
	"($30 IS NULL OR (EXISTS (" VIEW_PART(                                                                         \
	    "work.incident") ") AND work.reason NOT IN ('join_request', 'third_handover'))) AND (work."                \
			     "reason NOT IN ('promise_broken', 'promise_due', 'handover', 'ask') OR EXISTS (SELECT 1 " \
			     "FROM act WHERE "                                                                         \
			     "act.uuid = work.subject AND " VIEW_SEES_ACT                                              \
			     ")) AND (work.reason <> 'stuck_delivery' OR EXISTS (SELECT 1 "                            \
			     "FROM delivery WHERE delivery.incident = work.incident AND CAST(delivery.id AS TEXT) = "  \
			     "work.subject AND " VIEW_SEES_DELIVERY("delivery") ")) "
#define WORK_PLACE                                                                                                     \
	"SELECT work.incident, work.rank, work.at_ms, incident.uuid, incident.title, incident.attributes, "            \
	"incident.holder, incident.holder_since_ms, incident.needed_before_ms FROM "
#define WORK_JOIN_INCIDENT                                                                                             \
	"JOIN incident ON incident.number = work.incident WHERE work.organisation = $1 AND work.put_off = $7 AND "
#define WORK_AFTER "(work.rank, work.at_ms, work.incident) > ($2, $3, $4) "
#define WORK_ORDER "ORDER BY work.rank, work.at_ms, work.incident LIMIT $5"
/* The incidents of an account are few, and are looked up. */
#define WORK_MINE "(SELECT DISTINCT incident FROM taken WHERE account = $8) AS own CROSS JOIN work "

struct work_place {
	int64_t rank, at_ms, incident;
};

/* "rank.time.number" of the last place of the page before. */
static bool parse_place(struct ent_str cursor, struct work_place *ret)
{
	struct ent_str rest = cursor, word = sdk_cut(rest, '.', &rest);

	if (!sdk_to_int(word, &ret->rank) || !rest.p)
		return false;
	word = sdk_cut(rest, '.', &rest);
	return rest.p && sdk_to_int(word, &ret->at_ms) && sdk_to_int(rest, &ret->incident);
}

/* ---- why it stands there ------------------------------------------------------------------------ */

static struct ent_said said_of(const struct view *view, enum work_reason reason, struct ent_str about, bool overdue)
{
	const bool own =
	    sdk_eq(about, view_is_ours(view) ? organisation_ours(view->suppliers) : view->reader->organisation);
	struct ent_arena *arena = view->arena;

	switch (reason) {
	case WORK_BROKEN:
		return own ? SDK_SENTENCE("work.promise_broken_own",
					  "You promised news, and its time passed without any")
			   : sdk_say(arena, "work.promise_broken",
				     "{organisation=%.*s} promised news, and its time passed without any",
				     ENT_F(about));
	case WORK_PROMISE:
		return SDK_SENTENCE("work.promise_due", "You promised news, and the time for it comes");
	case WORK_NEEDED:
		return overdue ? SDK_SENTENCE("work.needed_late", "The time before which it was needed has passed")
			       : SDK_SENTENCE("work.needed_before", "It is needed soon");
	case WORK_HANDOVER:
		return sdk_say(arena, "work.handover", "{organisation=%.*s} proposes that you take it over",
			       ENT_F(about));
	case WORK_ASK:
		return overdue ? sdk_say(arena, "work.ask_overdue",
					 "{organisation=%.*s} asked you for something, and the time for it has passed",
					 ENT_F(about))
			       : sdk_say(arena, "work.ask", "{organisation=%.*s} asks you for something", ENT_F(about));
	case WORK_SILENCE:
		return own ? SDK_SENTENCE("work.silence_own", "You hold it, and have not said a word for a long time")
			   : sdk_say(arena, "work.silence", "{organisation=%.*s} holds it, and is silent",
				     ENT_F(about));
	case WORK_STUCK:
		return sdk_say(arena, "work.stuck", "A delivery to {supplier=%.*s} waits for a decision", ENT_F(about));
	case WORK_JOIN:
		return sdk_say(arena, "work.join", "{supplier=%.*s} asks to take part", ENT_F(about));
	case WORK_HOPS:
		return SDK_SENTENCE("work.third_handover", "The ball went on three times, or more often");
	case WORK_HELD:
		return SDK_SENTENCE("work.held", "You hold it");
	case WORK_TAKEN:
		return SDK_SENTENCE("work.taken", "Somebody of yours has taken it");
	case WORK_REASON_N:
		break;
	}
	return SDK_SILENCE;
}

/* reason, at_ms, due_ms, overdue, subject, about */
static void print_reason(const struct view *view, struct sdk_jsonw *w, struct db_stmt *stmt)
{
	static const char *const subject[WORK_REASON_N] = {
	    [WORK_BROKEN] = "act", [WORK_PROMISE] = "act",    [WORK_HANDOVER] = "act",
	    [WORK_ASK] = "act",    [WORK_STUCK] = "delivery", [WORK_JOIN] = "join"};
	const bool overdue = db_int(stmt, 3) != 0;
	enum work_reason reason;
	int64_t number;

	if (!work_reason_by_word(db_str(stmt, 0), &reason))
		return;
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr(w, "reason", db_str(stmt, 0));
	sdk_said_kprint(w, "said", said_of(view, reason, db_str(stmt, 5), overdue));
	if (db_int(stmt, 1) != db_int(stmt, 2)) /* a time that comes orders these */
		json_time(w, "since", db_int(stmt, 1));
	if (db_int(stmt, 2))
		json_time(w, "due", db_int(stmt, 2));
	sdk_jsonw_kbool(w, "overdue", overdue);
	if (subject[reason] && reason != WORK_STUCK && reason != WORK_JOIN)
		sdk_jsonw_kstr(w, subject[reason], db_str(stmt, 4));
	else if (subject[reason] && sdk_to_int(db_str(stmt, 4), &number))
		sdk_jsonw_kint(w, subject[reason], number);
	sdk_jsonw_close(w, '}');
}

static void print_reasons(const struct view *view, struct sdk_jsonw *w, struct ent_str organisation, int64_t incident)
{
	static const char sql[] =
	    "SELECT work.reason, work.at_ms, work.due_ms, work.overdue, work.subject, work.about "
	    "FROM work WHERE work.incident = $2 AND work.organisation = $1 AND " WORK_SEES "ORDER BY work.rank";
	struct db_stmt *stmt = db_use(view->db, sql);

	db_bind_str(stmt, 1, organisation);
	db_bind_int(stmt, 2, incident);
	view_bind(view, stmt);
	sdk_jsonw_key(w, "reasons");
	sdk_jsonw_open(w, '[');
	while (db_row(stmt))
		print_reason(view, w, stmt);
	sdk_jsonw_close(w, ']');
}

/* ---- the list -------------------------------------------------------------------------------------- */

static void print_place(const struct view *view, struct sdk_jsonw *w, struct db_stmt *stmt, struct ent_str organisation)
{
	const struct values values = attr_values_parse(db_str(stmt, 5));
	char number[INCIDENT_NUMBER_SIZE];

	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr(w, "id", db_str(stmt, 3));
	sdk_jsonw_kstr(w, "number", incident_number(db_int(stmt, 0), number));
	sdk_jsonw_kstr(w, "title", db_str(stmt, 4));
	attr_json(w, &values);
	holder_json(w, "holder", db_str(stmt, 6));
	json_time(w, "holder_since", db_int(stmt, 7));
	if (db_int(stmt, 8))
		json_time(w, "needed_before", db_int(stmt, 8));
	print_reasons(view, w, organisation, db_int(stmt, 0));
	view_duty_print(view, w, db_int(stmt, 0));
	sdk_jsonw_close(w, '}');
}

static struct db_stmt *use_work(const struct view *view, const struct work_filter *filter)
{
	static const char all[] =
	    WORK_PLACE "work " WORK_JOIN_INCIDENT "work.place = 1 AND " WORK_AFTER "AND " WORK_SEES WORK_ORDER;
	static const char of_reason[] =
	    WORK_PLACE "work " WORK_JOIN_INCIDENT "work.reason = $6 AND " WORK_AFTER "AND " WORK_SEES WORK_ORDER;
	static const char mine[] = WORK_PLACE WORK_MINE WORK_JOIN_INCIDENT
	    "work.incident = own.incident AND CASE WHEN $6 IS NULL THEN work.place = 1 ELSE work.reason = $6 END "
	    "AND " WORK_AFTER "AND " WORK_SEES WORK_ORDER;
	struct db_stmt *stmt = db_use(view->db, filter->mine ? mine : filter->reason.n ? of_reason : all);

	if (filter->mine || filter->reason.n)
		db_bind_str(stmt, 6, filter->reason.n ? filter->reason : ENT_ABSENT);
	if (filter->mine)
		db_bind_str(stmt, 8, sdk_or_empty(view->reader->ref));
	db_bind_int(stmt, 7, filter->snoozed);
	return stmt;
}

/* Every incident has its places; after a change of the configuration, or a rebuild, they are being made. */
static bool is_whole(const struct view *view)
{
	return db_ask(view->db, "SELECT count(*) FROM meta WHERE name = 'work' AND value <> ''") != 0;
}

static enum ent_rc fail_reason(const struct view *view, struct ent_str word, struct ent_err *err)
{
	struct ent_str known = ENT_STR("");

	for (int i = 0; i < WORK_REASON_N; i++)
		known = sdk_join(view->arena, known, ", ", sdk_str(work_reason_word((enum work_reason)i)));
	return sdk_fail_as(err, ENT_EINVAL, "ask.work_reason",
			   "reason '{word=%.*s}' is none; the reasons are: {known=%.*s}", ENT_F(sdk_head(word, 40)),
			   ENT_F(known));
}

enum ent_rc view_work(const struct view *view, const struct work_filter *filter, struct ent_str *ret,
		      struct ent_err *err)
{
	const struct ent_str organisation =
	    view_is_ours(view) ? organisation_ours(view->suppliers) : sdk_or_empty(view->reader->organisation);
	struct work_place after = {-1, 0, 0}, last = after;
	enum work_reason reason;
	struct sdk_buf buf;
	struct sdk_jsonw w;
	int n = 0;

	if (filter->cursor.n && !parse_place(filter->cursor, &after))
		return sdk_fail_as(err, ENT_EINVAL, "ask.cursor", "the cursor is not one that a page gave as 'next'");
	if (filter->reason.n && !work_reason_by_word(filter->reason, &reason))
		return fail_reason(view, filter->reason, err);
	struct db_stmt *stmt = use_work(view, filter);
	db_bind_str(stmt, 1, organisation);
	db_bind_int(stmt, 2, after.rank);
	db_bind_int(stmt, 3, after.at_ms);
	db_bind_int(stmt, 4, after.incident);
	db_bind_int(stmt, 5, filter->limit + 1);
	view_bind(view, stmt);
	json_page_open(&w, &buf);
	while (n <= filter->limit && db_row(stmt) && ++n <= filter->limit) {
		last = (struct work_place){db_int(stmt, 1), db_int(stmt, 2), db_int(stmt, 0)};
		print_place(view, &w, stmt, organisation);
	}
	db_done(stmt);
	sdk_jsonw_close(&w, ']');
	sdk_jsonw_kstr(&w, "next",
		       n > filter->limit ? sdk_format(view->arena, "%" PRId64 ".%" PRId64 ".%" PRId64, last.rank,
						      last.at_ms, last.incident)
					 : ENT_ABSENT);
	sdk_jsonw_kbool(&w, "whole", is_whole(view));
	sdk_jsonw_close(&w, '}');
	return json_answer(view->db, view->arena, &buf, ret, err);
}
