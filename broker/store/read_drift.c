/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Drift: where a supplier's tool does not say what it should, and nothing is on its way to mend it. Worked out on
 * reading. What a person ignored, or the tool cannot express, is no drift: somebody was told.
 */
#include "sdk/webhook.h"
#include "store/dossier.h"
#include "store/read_drift.h"
#include "store/json.h"

#include <inttypes.h>

enum { INCIDENTS_LOOKED_AT = 500 /* for one page */, COMMENTS_LOOKED_AT = 200 /* of one incident and supplier */ };

struct drift {
	struct db *db;
	struct ent_arena *arena;
	struct sdk_jsonw *w;
	struct dossier dossier;
	int64_t n, skip; /* rows of the incident so far; those that the page before had */
	int64_t shown, limit;
};

struct row {
	const char *what;
	struct ent_str ours, theirs, comment;
	const char *next;
};

/* False: the page is full. */
static bool add(struct drift *drift, const struct party *party, const struct row *row)
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
	sdk_jsonw_kz(w, "next", row->next);
	sdk_jsonw_close(w, '}');
	return true;
}

/* ---- what is on its way, or was given up ------------------------------------------------- */

/* The last delivery of that op (an update: of that attribute) is open, or was given up by a person or for good. */
static bool is_settled(struct drift *drift, const struct party *party, enum ent_op_kind op, uint32_t set)
{
	struct db_stmt *stmt =
	    db_use(drift->db, "SELECT state, cause FROM delivery WHERE incident = $1 AND supplier = $2 AND op = $3 AND "
			      "(attributes & $4) = $4 AND cause <> 'superseded' ORDER BY id DESC LIMIT 1");
	bool settled = false;

	db_bind_int(stmt, 1, drift->dossier.incident.number);
	db_bind_str(stmt, 2, party->supplier->name);
	db_bind_str(stmt, 3, sdk_str(delivery_op_name(op)));
	db_bind_int(stmt, 4, set);
	if (db_row(stmt)) {
		struct ent_str state = db_str(stmt, 0), cause = db_str(stmt, 1);

		settled = sdk_eqz(state, "cancelled") ? sdk_eqz(cause, "ignored") || sdk_eqz(cause, "unsupported")
						      : !sdk_eqz(state, "done");
	}
	db_done(stmt);
	return settled;
}

/* ---- the three kinds ------------------------------------------------------------------------ */

static bool add_ticket(struct drift *drift, const struct party *party)
{
	static const struct row row = {"ticket", ENT_STR("shared"), ENT_STR("no ticket"), ENT_ABSENT,
				       "entente share: again, so that a ticket is made; or entente unshare"};

	if (party->ticket.n || party->comes || !supplier_can(party->supplier, ENT_CREATE_TICKET) ||
	    is_settled(drift, party, ENT_CREATE_TICKET, 0))
		return true;
	return add(drift, party, &row);
}

static bool add_attribute(struct drift *drift, const struct party *party, enum ent_attr attr)
{
	const struct incident *incident = &drift->dossier.incident;
	bool is_status = attr_rule(attr) == ATTR_STATE;
	struct ent_value ours = {ENT_ABSENT, ENT_ABSENT};
	struct row row = {.what = sdk_attr_name(attr),
			  .next = is_status && party->values.at[attr] == ENT_STATUS_UNKNOWN
				      ? "no map knows the tool's word: entente map publish"
				  : is_status ? "set it in the tool, or here: entente incident status"
					      : "set it in the tool"};

	if (!party->ticket.n || !supplier_can(party->supplier, ENT_UPDATE_TICKET) ||
	    federate_agrees(party, incident, attr) || is_settled(drift, party, ENT_UPDATE_TICKET, 1u << attr))
		return true;
	/* A holder that has not looked at it yet has not spoken. */
	if (party->values.at[ENT_STATUS] == ENT_NEW && sdk_eq(party->supplier->name, incident->holder))
		return true;
	(void)federate_value(party->supplier, &incident->values, attr, &ours);
	row.ours = ours.text.p ? ours.text : ENT_STR("unknown");
	row.theirs = party->values.at[attr] ? attr_word(attr, party->values.at[attr]) : ENT_STR("unknown");
	return add(drift, party, &row);
}

/* Was the comment written here after the supplier took part? Comments that came in by a merge, or were made before the
 * last merge, were made for others: as with a share, they are not sent by themselves. */
static bool is_after(struct drift *drift, struct ent_str uuid, int64_t since_ms)
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

static bool add_comments(struct drift *drift, const struct party *party)
{
	static const char sql[] = "SELECT uuid, audience, audience_suppliers FROM comment c WHERE incident "
				  "= $1 AND removed = 0 AND "
				  "supplier <> $2 AND audience <> 'internal' AND NOT EXISTS (SELECT 1 FROM delivery d "
				  "WHERE d.comment = c.uuid "
				  "AND d.comment <> '' AND d.supplier = $2) AND NOT EXISTS (SELECT 1 FROM copy k WHERE "
				  "k.comment = c.uuid AND "
				  "k.supplier = $2) ORDER BY created_ms, id LIMIT $3";
	struct db_stmt *stmt = db_use(drift->db, sql);
	bool more = true;

	if (!party->ticket.n || !supplier_can(party->supplier, ENT_ADD_COMMENT))
		return true;
	db_bind_int(stmt, 1, drift->dossier.incident.number);
	db_bind_str(stmt, 2, party->supplier->name);
	db_bind_int(stmt, 3, COMMENTS_LOOKED_AT);
	while (more && db_row(stmt)) {
		struct audience audience = {AUDIENCE_INTERNAL, db_str(stmt, 2)};
		struct row row = {"comment", ENT_STR("in the thread"), ENT_STR("not there"), db_str(stmt, 0),
				  "say it there, or write it again with entente comment"};

		if (audience_kind(db_str(stmt, 1), &audience.kind) &&
		    audience_allows(&audience, party->supplier->name, true) &&
		    is_after(drift, db_str(stmt, 0), party->since_ms))
			more = add(drift, party, &row);
	}
	db_done(stmt);
	return more;
}

/* ---- a page ----------------------------------------------------------------------------------- */

/* False: the page is full. */
static bool add_incident(struct drift *drift, struct ent_str supplier)
{
	const struct party *party;
	size_t n = dossier_parties(&drift->dossier, NULL, &party);
	bool more = true;

	for (size_t i = 0; i < n && more; i++) {
		if (!party[i].shares || (supplier.n && !sdk_eq(party[i].supplier->name, supplier)))
			continue;
		more = add_ticket(drift, &party[i]);
		for (unsigned k = 0; k < ENT_N_ATTR && more; k++)
			more = !attr_in(ATTR_CARRIED, k) || add_attribute(drift, &party[i], (enum ent_attr)k);
		more = more && add_comments(drift, &party[i]);
	}
	return more;
}

static size_t candidates(struct db *db, struct ent_str supplier, int64_t from, int64_t *ret, size_t max)
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

enum ent_rc read_drift(struct db *db, struct ent_arena *arena, const struct supplier_set *set, struct ent_str supplier,
		       struct ent_str cursor, int limit, struct ent_str *ret, struct ent_err *err)
{
	int64_t number[INCIDENTS_LOOKED_AT + 1], from = 0;
	struct ent_str rest, head = sdk_cut(cursor, '.', &rest), next = ENT_ABSENT;
	struct drift drift = {.db = db, .limit = limit < 1 ? 50 : limit > JSON_PAGE_MAX ? JSON_PAGE_MAX : limit};
	struct sdk_buf buf;
	struct sdk_jsonw w;

	if (cursor.n && (!sdk_to_int(head, &from) || !sdk_to_int(rest, &drift.skip) || drift.skip < 0))
		return sdk_fail(err, ENT_EINVAL, "the cursor is not one that a page gave as 'next'");
	size_t n = candidates(db, supplier, from, number, INCIDENTS_LOOKED_AT + 1);
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
			next = sdk_format(arena, "%" PRId64 ".%" PRId64, number[i], drift.n);
		drift.skip = 0;
	}
	json_page_close(&w, next);
	return json_answer(db, arena, &buf, ret, err);
}
