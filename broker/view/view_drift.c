/* SPDX-License-Identifier: Apache-2.0 */
/* Pages of what core/drift.h finds, and of comments that stand nowhere in a supplier's tool. Worked out on reading. */
#include "view/view_drift.h"

#include "core/drift.h"
#include "core/organisation.h"
#include "sdk/webhook.h"
#include "store/copies.h"
#include "store/dossier.h"
#include "store/json.h"
#include "store/rows.h"
#include "view/view_reader.h"

#include <inttypes.h>

enum { INCIDENTS_LOOKED_AT = 500 /* for one page */, COMMENTS_LOOKED_AT = 200 /* of one incident and supplier */ };

struct drift_page {
	struct db *db;
	struct ent_arena *arena;
	struct sdk_jsonw *w;
	struct dossier dossier;
	int64_t n, skip; /* rows of the incident so far; those that the page before had */
	int64_t shown, limit;
};

/* False: the page is full. */
static bool add_row(struct drift_page *drift, const struct party *party, const struct drift_row *row)
{
	char number[INCIDENT_NUMBER_SIZE];
	struct sdk_jsonw *w = drift->w;

	if (drift->n++ < drift->skip)
		return true;
	if (drift->shown == drift->limit) {
		drift->n--;
		return false;
	}
	drift->shown++;
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr(w, "incident", incident_number(drift->dossier.incident.number, number));
	sdk_jsonw_kstr(w, "supplier", party->supplier->name);
	sdk_jsonw_kstr_opt(w, "ticket", party->ticket);
	sdk_jsonw_kz(w, "what", row->what);
	sdk_jsonw_kstr_opt(w, "comment", row->comment);
	sdk_jsonw_kstr(w, "ours", row->ours);
	sdk_jsonw_kstr(w, "theirs", row->theirs);
	sdk_said_kprint(w, "next", row->next);
	sdk_jsonw_close(w, '}');
	return true;
}

/* ---- comments ---------------------------------------------------------------------------- */

/* Was the comment written here after the supplier took part? Comments that came in by a merge, or were made before the
 * last merge, were made for others: as with a share, they are not sent by themselves. */
static bool is_after(struct drift_page *drift, struct ent_str uuid, int64_t since_ms)
{
	struct db_stmt *stmt = db_use(
	    drift->db, "SELECT max(recorded_ms), kind FROM event WHERE incident = $1 AND (kind = 'incident.merged' OR "
		       "(kind = 'comment.added' AND recorded_ms > $2 AND json LIKE $3)) GROUP BY kind ORDER BY kind");
	int64_t said_ms = 0, merged_ms = 0;

	db_bind_int(stmt, 1, drift->dossier.incident.number);
	db_bind_int(stmt, 2, since_ms);
	db_bind_str(stmt, 3, sdk_format(drift->arena, "%%\"%.*s\"%%", (int)uuid.n, uuid.p));
	while (db_row(stmt))
		*(sdk_eqz(db_str(stmt, 1), "comment.added") ? &said_ms : &merged_ms) = db_int(stmt, 0);
	return said_ms > since_ms && said_ms > merged_ms;
}

static bool add_comments(struct drift_page *drift, const struct party *party)
{
	static const char sql[] =
	    "SELECT uuid FROM comment c WHERE incident = $1 AND removed = 0 AND "
	    "supplier <> $2 AND (everyone = 1 OR " LIST_HAS(
		"organisations",
		"$4") ") AND NOT EXISTS (SELECT 1 FROM delivery d "
		      "WHERE d.comment = c.uuid "
		      "AND d.comment <> '' AND d.supplier = $2) AND NOT EXISTS (SELECT 1 FROM copy k WHERE "
		      "k.comment = c.uuid AND "
		      "k.supplier = $2 AND k.gone = 0) ORDER BY created_ms, id LIMIT $3";
	struct db_stmt *stmt = db_use(drift->db, sql);
	bool more = true;

	if (!party->ticket.n || !supplier_can(party->supplier, ENT_ADD_COMMENT))
		return true;
	db_bind_int(stmt, 1, drift->dossier.incident.number);
	db_bind_str(stmt, 2, party->supplier->name);
	db_bind_int(stmt, 3, COMMENTS_LOOKED_AT);
	db_bind_str(stmt, 4, organisation_of(party->supplier));
	while (more && db_row(stmt)) {
		struct drift_row row = {
		    "comment", ENT_STR("in the thread"), ENT_STR("not there"), db_str(stmt, 0),
		    SDK_SENTENCE("drift.say_again", "say it there, or write it again with entente comment")};

		if (is_after(drift, db_str(stmt, 0), party->since_ms))
			more = add_row(drift, party, &row);
	}
	db_done(stmt);
	return more;
}

static bool add_stale(struct drift_page *drift, const struct party *party)
{
	struct copy_stale *stale = SDK_NEW_N(drift->arena, struct copy_stale, COMMENTS_LOOKED_AT);
	size_t n = 0;
	bool more = true;

	if (party->ticket.n)
		n = copy_stale(drift->db, drift->arena, drift->dossier.incident.number, party->supplier->name,
			       organisation_of(party->supplier), stale, COMMENTS_LOOKED_AT);
	for (size_t i = 0; i < n && more; i++) {
		struct drift_row row = {
		    "comment", stale[i].removed ? ENT_STR("removed") : ENT_STR("not for them"), ENT_STR("still there"),
		    stale[i].comment,
		    SDK_SENTENCE("drift.repair_takes_out", "entente delivery repair --cause audience takes it out")};

		more = add_row(drift, party, &row);
	}
	return more;
}

/* Those that the supplier may read, which stood in its tool, and were taken out there or keep old words. */
static bool add_changed(struct drift_page *drift, const struct party *party)
{
	struct db_stmt *stmt = db_use(
	    drift->db,
	    "SELECT c.uuid, d.op FROM comment AS c JOIN delivery AS d ON d.id = (SELECT max(l.id) FROM delivery AS l "
	    "WHERE l.comment = c.uuid AND l.comment <> '' AND l.supplier = $2 AND l.op <> 'add_comment' AND l.cause <> "
	    "'superseded') WHERE c.incident = $1 AND c.removed = 0 AND c.supplier <> $2 AND (c.everyone = 1 "
	    "OR " LIST_HAS("c.organisations", "$4") ") AND ((d.op = 'remove_comment' AND d.state = 'done' "
						    "AND NOT EXISTS (SELECT 1 FROM copy AS k WHERE k.comment = c.uuid "
						    "AND k.supplier = $2 AND k.gone = 0)) OR "
						    "(d.op = 'edit_comment' AND d.state = 'cancelled' AND d.cause = "
						    "'unshared')) ORDER BY c.created_ms, c.id "
						    "LIMIT $3");
	bool more = true;

	if (!party->ticket.n)
		return true;
	db_bind_int(stmt, 1, drift->dossier.incident.number);
	db_bind_str(stmt, 2, party->supplier->name);
	db_bind_int(stmt, 3, COMMENTS_LOOKED_AT);
	db_bind_str(stmt, 4, organisation_of(party->supplier));
	while (more && db_row(stmt)) {
		bool was_removed = sdk_eqz(db_str(stmt, 1), delivery_op_name(ENT_REMOVE_COMMENT));
		struct drift_row row = {"comment", ENT_STR("in the thread"), ENT_STR("old words"), db_str(stmt, 0),
					SDK_SENTENCE("drift.share_with_history",
						     "entente share --with-history brings the new words to the tool")};
		if (was_removed) {
			row.theirs = ENT_STR("taken out");
			row.next = SDK_SENTENCE("drift.write_again",
						"write it again with entente comment, and remove this one");
		}
		more = add_row(drift, party, &row);
	}
	db_done(stmt);
	return more;
}

/* ---- a page ----------------------------------------------------------------------------------- */

/* False: the page is full. */
static bool add_incident(struct drift_page *drift, struct ent_str supplier)
{
	const struct party *party;
	struct drift_row row;
	size_t n = dossier_parties(&drift->dossier, NULL, &party);
	bool more = true;

	for (size_t i = 0; i < n && more; i++) {
		if (!party[i].shares || (supplier.n && !sdk_eq(party[i].supplier->name, supplier)))
			continue;
		if (drift_ticket(&drift->dossier, &party[i], &row))
			more = add_row(drift, &party[i], &row);
		for (unsigned k = 0; k < ENT_N_ATTR && more; k++)
			if (attr_in(ATTR_CARRIED, k) &&
			    drift_attribute(&drift->dossier, &party[i], (enum ent_attr)k, &row))
				more = add_row(drift, &party[i], &row);
		more = more && add_comments(drift, &party[i]) && add_changed(drift, &party[i]) &&
		       add_stale(drift, &party[i]);
	}
	return more;
}

static size_t drift_candidates(struct db *db, struct ent_str supplier, int64_t from, int64_t *ret, size_t max)
{
	struct db_stmt *stmt = db_use(
	    db, "SELECT number FROM incident i WHERE number >= $1 AND merged_into = 0 AND EXISTS (SELECT 1 FROM "
		"share s WHERE s.incident = i.number AND s.withdrawn_ms = 0 AND ($2 IS NULL OR s.supplier = $2)) "
		"ORDER BY number LIMIT $3");
	size_t n = 0;

	db_bind_int(stmt, 1, from);
	db_bind_str(stmt, 2, supplier.n ? supplier : ENT_ABSENT);
	db_bind_int(stmt, 3, (int64_t)max);
	while (n < max && db_row(stmt))
		ret[n++] = db_int(stmt, 0);
	db_done(stmt);
	return n;
}

enum ent_rc view_drift(const struct view *view, const struct supplier_set *set, struct ent_str supplier,
		       struct ent_str cursor, int limit, struct ent_str *ret, struct ent_err *err)
{
	struct db *db = view->db;
	int64_t number[INCIDENTS_LOOKED_AT + 1], from = 0;
	struct ent_str rest, head = sdk_cut(cursor, '.', &rest), next = ENT_ABSENT;
	struct drift_page drift = {.db = db, .limit = limit < 1 ? 50 : limit > JSON_PAGE_MAX ? JSON_PAGE_MAX : limit};
	struct sdk_buf buf;
	struct sdk_jsonw w;

	if (!view_ours_only(view, err))
		return ENT_EGONE;
	if (cursor.n && (!sdk_to_int(head, &from) || !sdk_to_int(rest, &drift.skip) || drift.skip < 0))
		return sdk_fail_as(err, ENT_EINVAL, "ask.cursor", "the cursor is not one that a page gave as 'next'");
	size_t n = drift_candidates(db, supplier, from, number, INCIDENTS_LOOKED_AT + 1);
	if (n && number[0] != from)
		drift.skip = 0;
	drift.w = &w;
	json_page_open(&w, &buf);
	for (size_t i = 0; i < n && !next.p; i++) {
		struct sdk_arena one;
		bool more = i < INCIDENTS_LOOKED_AT;

		sdk_arena_init(&one);
		drift.arena = &one.abi;
		drift.n = 0;
		if (more && dossier_load(&drift.dossier, db, &one.abi, set, number[i]))
			more = add_incident(&drift, supplier);
		sdk_arena_release(&one);
		if (!more)
			next = sdk_format(view->arena, "%" PRId64 ".%" PRId64, number[i], drift.n);
		drift.skip = 0;
	}
	json_page_close(&w, next);
	return json_answer(db, view->arena, &buf, ret, err);
}
