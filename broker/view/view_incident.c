/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view_incident.h"

#include "view/view_act.h"
#include "view/view_duty.h"
#include "view/view_person.h"

#include "sdk/crypto.h"
#include "sdk/webhook.h"
#include "view/view_json.h"
#include "view/view_thread.h"
#include "view/view_notified.h"
#include "view/view_unread.h"
#include "view/view_upload.h"

enum { ATTACHMENTS_MAX = 5000, TAG_BYTES = 16 };

/* A file that stands in a tool is named by the tool's own ids to those who have it. */
static void print_of_tool(const struct view *view, struct sdk_jsonw *w, struct db_stmt *stmt)
{
	if (view_is_own(view, db_str(stmt, 0))) {
		sdk_jsonw_kstr(w, "ticket", db_str(stmt, 1));
		sdk_jsonw_kstr(w, "id", db_str(stmt, 2));
		sdk_jsonw_kstr(w, "url", db_str(stmt, 5));
	}
	sdk_jsonw_kstr(w, "name", db_str(stmt, 3));
	sdk_jsonw_kstr(w, "media_type", db_str(stmt, 4));
	if (db_int(stmt, 6) >= 0)
		sdk_jsonw_kint(w, "size", db_int(stmt, 6));
}

static void print_attachments(const struct view *view, struct sdk_jsonw *w, int64_t number)
{
	struct ent_str part = view_json_part(view, number);
	struct db_stmt *stmt =
	    db_use(view->db, "SELECT supplier, ticket, external_id, name, media_type, url, size, comment, "
			     "organisations, everyone, requester, " VIEW_UPLOAD "FROM attachment "
			     "WHERE incident = $1 AND " VIEW_SEES_ATTACHMENT "ORDER BY id LIMIT $2");
	db_bind_int(stmt, 1, number);
	db_bind_int(stmt, 2, ATTACHMENTS_MAX);
	view_bind(view, stmt);
	sdk_jsonw_key(w, "attachments");
	sdk_jsonw_open(w, '[');
	while (db_row(stmt)) {
		sdk_jsonw_open(w, '{');
		struct audience audience = {db_str(stmt, 8), db_int(stmt, 9) != 0, db_int(stmt, 10) != 0};

		sdk_jsonw_kstr(w, "supplier", db_str(stmt, 0));
		if (db_str(stmt, 15).n)
			view_upload_print(w, stmt, 11);
		else
			print_of_tool(view, w, stmt);
		sdk_jsonw_kstr_some(w, "comment", db_str(stmt, 7));
		if (audience.organisations.n)
			view_json_readers(view, w, audience, part);
		sdk_jsonw_close(w, '}');
	}
	sdk_jsonw_close(w, ']');
}

enum ent_rc view_incident(const struct view *view, const struct incident *incident, struct ent_str *ret,
			  struct ent_err *err)
{
	struct sdk_buf buf;
	struct sdk_jsonw w;

	sdk_buf_init(&buf, JSON_ANSWER_MAX);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	json_incident(&w, incident, view_is_ours(view));
	view_requester_print(view, &w, incident->requester.ref);
	view_unread_print(view, &w, incident->number);
	view_notified_following(view, &w, incident->number);
	view_json_organisations(&w, view_json_part(view, incident->number));
	view_json_tickets(view, &w, incident->number);
	view_json_hand_overs(view, &w, incident->number);
	view_act_print_open(view, &w, incident->number);
	view_duty_print(view, &w, incident->number);
	view_json_shares(view, &w, incident);
	view_json_deliveries(view, &w, incident->number);
	view_thread_print(view, &w, incident);
	print_attachments(view, &w, incident->number);
	sdk_jsonw_close(&w, '}');
	return json_answer(view->db, view->arena, &buf, ret, err);
}

/* ---- its entity tag ----------------------------------------------------------------- */

static int64_t deliveries_mark(const struct view *view, int64_t incident)
{
	struct db_stmt *stmt =
	    db_use(view->db, "SELECT coalesce(max(state_ms), 0) + count(*) + coalesce(sum(attempt), 0) "
			     "FROM delivery WHERE incident = $1");
	db_bind_int(stmt, 1, incident);
	int64_t mark = db_row(stmt) ? db_int(stmt, 0) : 0;
	db_done(stmt);
	return mark;
}

/* Each event of an incident has a sequence of its own; its deliveries and whoever reads have a mark for what moves
 * without an event. Those tell of what an organisation does not see: its tag is made of what it reads. */
enum ent_rc view_incident_tag(const struct view *view, const struct incident *incident, struct ent_str *ret,
			      struct ent_err *err)
{
	const struct reader *reader = view->reader;
	struct ent_str part[3] = {sdk_str(view_is_ours(view) ? "ours" : "organisation"),
				  sdk_or_empty(reader->organisation)};
	unsigned char hash[SDK_HASH_MAX];

	if (!view_is_ours(view)) {
		enum ent_rc rc = view_incident(view, incident, &part[2], err);

		if (rc != ENT_OK)
			return rc;
	} else {
		part[2] = sdk_format(view->arena, "%s %lld %lld %.*s %.*s", incident->uuid,
				     (long long)incident->sequence, (long long)deliveries_mark(view, incident->number),
				     ENT_F(view_unread_tag(view, incident->number)),
				     ENT_F(sdk_or_empty(view_notified_tag(view, incident->number))));
	}
	sdk_digest(SDK_SHA256, part, 3, hash);
	*ret = sdk_format(view->arena, "\"%.*s\"", ENT_F(sdk_hex(view->arena, hash, TAG_BYTES)));
	return ENT_OK;
}
