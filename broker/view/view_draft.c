/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view_draft.h"

#include <inttypes.h>
#include <string.h>

#include "sdk/webhook.h"
#include "store/rows.h"
#include "view/view_find.h"
#include "view/view_json.h"

static struct ent_str reader_ref(const struct view *view)
{
	return sdk_or_empty(view->reader->ref);
}

/* The incident as the reader knows it: the living one while it is shared, else the one in which the draft was begun,
 * which the author knew then. */
static bool draft_incident(const struct view *view, const struct draft *draft, struct incident *ret)
{
	char number[INCIDENT_NUMBER_SIZE];
	struct ent_err unused;
	struct incident begun;

	if (view_find(view, incident_number(draft->incident, number), ret, &unused) == ENT_OK)
		return true;
	if (incident_load(view->db, view->arena, draft->incident, &begun)) {
		*ret = (struct incident){.number = begun.number};
		memcpy(ret->uuid, begun.uuid, ID_SIZE);
	}
	return false;
}

static void draft_print(const struct view *view, struct sdk_jsonw *w, const struct draft *draft)
{
	struct incident incident = {.number = draft->incident};
	char number[INCIDENT_NUMBER_SIZE];
	bool can_send = draft_incident(view, draft, &incident);

	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr(w, "id", draft->id);
	sdk_jsonw_kstr(w, "incident", incident_number(incident.number, number));
	sdk_jsonw_kz(w, "incident_id", incident.uuid);
	sdk_jsonw_kbool(w, "can_send", can_send);
	sdk_jsonw_kstr(w, "body", draft->text);
	sdk_jsonw_kstr(w, "format", draft->format);
	sdk_jsonw_key(w, "audience");
	audience_print(w, &draft->audience);
	sdk_jsonw_kstr_some(w, "reply_to", draft->reply_to);
	sdk_jsonw_kint(w, "version", draft->version);
	json_time(w, "changed", draft->changed_ms);
	sdk_jsonw_close(w, '}');
}

static enum ent_rc draft_gone(const struct view *view, struct ent_err *err)
{
	return db_failed(view->db)
		   ? sdk_fail_as(err, ENT_ERETRY, "store.error", "{said=%s}", db_error(view->db))
		   : sdk_fail_as(
			 err, ENT_EGONE, "ask.no_draft_here",
			 "you have no draft with this id here; GET /v1/drafts, or entente draft list, lists yours");
}

/* "1732932000000.5a52ac4e-...": when the last row was saved, and its id. */
static bool cursor_read(struct ent_str cursor, int64_t *ret_ms, struct ent_str *ret_id)
{
	struct ent_str id = ENT_ABSENT, ms = sdk_cut(cursor, '.', &id);

	*ret_ms = INT64_MAX;
	*ret_id = ENT_STR("");
	if (!cursor.n)
		return true;
	*ret_id = sdk_or_empty(id);
	return sdk_to_int(ms, ret_ms) && id.n > 0;
}

enum ent_rc view_draft_list(const struct view *view, struct ent_str incident, struct ent_str cursor, int limit,
			    struct ent_str *ret, struct ent_err *err)
{
	struct db_stmt *stmt =
	    db_use(view->db,
		   "SELECT " DRAFT_COLUMNS " FROM draft WHERE account = $1 AND account <> '' AND (changed_ms < $2 OR "
		   "(changed_ms = $2 AND id < $3)) ORDER BY changed_ms DESC, id DESC");
	struct draft draft, last = {.version = 0};
	struct incident named = {.number = 0};
	struct ent_str before_id;
	int64_t before_ms;
	struct sdk_buf buf;
	struct sdk_jsonw w;
	int n = 0;

	if (!cursor_read(cursor, &before_ms, &before_id))
		return sdk_fail_as(err, ENT_EINVAL, "ask.cursor", "the cursor is not one that a page gave as 'next'");
	if (incident.n && view_find(view, incident, &named, err) != ENT_OK)
		return ENT_EGONE;
	limit = limit < 1 ? 50 : limit > VIEW_PAGE_MAX ? VIEW_PAGE_MAX : limit;
	db_bind_str(stmt, 1, reader_ref(view));
	db_bind_int(stmt, 2, before_ms);
	db_bind_str(stmt, 3, before_id);
	json_page_open(&w, &buf);
	while (n <= limit && db_row(stmt)) {
		draft_row(view->arena, stmt, &draft);
		if (named.number && incident_living(view->db, draft.incident) != named.number)
			continue;
		if (++n > limit)
			continue;
		last = draft;
		draft_print(view, &w, &draft);
	}
	db_done(stmt);
	json_page_close(&w, n > limit ? sdk_format(view->arena, "%" PRId64 ".%.*s", last.changed_ms, ENT_F(last.id))
				      : ENT_ABSENT);
	return json_answer(view->db, view->arena, &buf, ret, err);
}

/* Does the word name the incident in which the draft was begun? Its author knew that one. */
static bool names_begun(const struct view *view, struct ent_str word, const struct draft *draft)
{
	int64_t number;

	if (incident_number_parse(word, &number) || sdk_to_int(word, &number))
		return number == draft->incident;
	return incident_by_uuid(view->db, word) == draft->incident;
}

enum ent_rc view_draft_find(const struct view *view, struct ent_str word, struct ent_str id, struct draft *ret,
			    struct ent_err *err)
{
	struct incident named;
	struct ent_err unused;

	if (!drafts_find(view->db, view->arena, reader_ref(view), id, ret))
		return draft_gone(view, err);
	if (names_begun(view, word, ret) || (view_find(view, word, &named, &unused) == ENT_OK &&
					     named.number == incident_living(view->db, ret->incident)))
		return ENT_OK;
	return draft_gone(view, err);
}

enum ent_rc view_draft(const struct view *view, struct ent_str id, struct ent_str *ret, struct ent_err *err)
{
	struct draft draft;
	struct sdk_buf buf;
	struct sdk_jsonw w;

	if (!drafts_find(view->db, view->arena, reader_ref(view), id, &draft))
		return draft_gone(view, err);
	sdk_buf_init(&buf, JSON_ANSWER_MAX);
	sdk_jsonw_init(&w, &buf);
	draft_print(view, &w, &draft);
	return json_answer(view->db, view->arena, &buf, ret, err);
}
