/* SPDX-License-Identifier: Apache-2.0 */
/* Is a store sound, and do two stores hold the same? Read-only. */
#include "store/fsck.h"

#include "sdk/crypto.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The contents, each query in an order that does not depend on row ids. Columns are hashed with their lengths. */
static const char *const contents[] = {
    "SELECT number, uuid, title, status, attributes, holder, holder_since_ms, accepted, handed_by, declined_by, "
    "service, site, requester, "
    "requester_of, needed_before_ms, opened_ms, said_ms, changed_ms, "
    "sequence, "
    "merged_into, "
    "n_ticket, n_comment FROM incident ORDER BY number",
    "SELECT incident, at_ms, from_holder, to_holder, seen_by FROM hand_over ORDER BY incident, at_ms, from_holder, "
    "to_holder, seen_by",
    "SELECT supplier, external_id, key, incident, status, removed, removed_version, removed_ms, changed_ms, "
    "attributes, "
    "continues_as FROM ticket "
    "ORDER BY supplier, external_id",
    "SELECT supplier, ticket, external_id, uuid, incident, author, body, visibility, organisations, "
    "everyone, requester, created_ms, edited_ms, removed, stamp_version, stamp_ms, recorded_ms, origin, held_by, "
    "meant_organisations, meant_everyone, meant_requester, pinned_ms, version, entry FROM comment "
    "ORDER BY supplier, ticket, external_id",
    "SELECT supplier, ticket, external_id, incident, name, media_type, url, size, created_ms, comment, "
    "organisations, everyone, requester, sha256 FROM attachment "
    "ORDER BY supplier, ticket, external_id",
    "SELECT ref, organisation, account_hash, kind, name, erased FROM person ORDER BY ref",
    "SELECT key, incident FROM correlation ORDER BY key, incident",
    "SELECT supplier, external_id, incident, by_supplier, by_ticket FROM reference ORDER BY supplier, external_id, "
    "incident, by_supplier",
    "SELECT incident, supplier, since_ms, sees_ms, reads_ms, withdrawn_ms, anew, parted FROM share ORDER BY incident, "
    "supplier",
    "SELECT incident, supplier, origin, since_ms FROM reads ORDER BY incident, supplier, origin",
    "SELECT id, incident, asking, supplier, ticket, cause, state, made_ms, decided_ms, reason FROM join_request ORDER "
    "BY id",
    "SELECT gone, kept, seq, at_ms FROM merging ORDER BY gone",
    "SELECT gone, side, supplier, since_ms, sees_ms, reads_ms, withdrawn_ms, anew, parted FROM merging_share ORDER BY "
    "gone, "
    "side, "
    "supplier",
    "SELECT gone, side, supplier, origin, since_ms FROM merging_reads ORDER BY gone, side, supplier, origin",
    "SELECT one, other, since_ms FROM apart ORDER BY one, other",
    "SELECT incident, other, relation, made_ms FROM link ORDER BY incident, other, relation",
    "SELECT incident, supplier, holder, status, changed_ms FROM finished ORDER BY incident, supplier",
    "SELECT uuid, incident, kind, from_org, to_org, by_ref, holder, due_ms, state, cause, overdue, ended_by, made_ms, "
    "ended_ms FROM act ORDER BY uuid",
    "SELECT incident, origin, of, organisation, account, taken_ms FROM taken ORDER BY incident, of, organisation",
    "SELECT incident, organisation, until_ms, account, made_ms, sequence FROM snooze ORDER BY incident, organisation",
    "SELECT supplier, ticket, external_id, comment, gone FROM copy WHERE learned = 0 ORDER BY supplier, ticket, "
    "external_id",
    "SELECT kind, subject, incident FROM timer WHERE kind <> 'work' ORDER BY kind, subject",
    /* A supplier's number is this store's own. */
    "SELECT seq, kind, CASE WHEN incident < 0 THEN -1 ELSE incident END, sequence, partition_no, time_ms, recorded_ms, "
    "supplier, delivery_id, traceparent, "
    "json "
    "FROM event WHERE kind NOT IN ('deadletter', 'person') ORDER BY seq",
};
static const int n_column[] = {22, 5, 11, 25, 14, 6, 2, 3, 8, 4, 10, 4, 9, 5, 3, 4, 5, 14, 5, 6, 5, 3, 11};
_Static_assert(sizeof n_column / sizeof *n_column == sizeof contents / sizeof *contents,
	       "each statement has its columns");

enum ent_rc store_digest(struct db *db, char ret[65], struct ent_err *err)
{
	struct sdk_digest hash;
	unsigned char out[32];

	sdk_digest_init(&hash);
	for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) {
		struct db_stmt *stmt = db_use(db, contents[i]);
		while (db_row(stmt))
			for (int column = 0; column < n_column[i]; column++) {
				struct ent_str value = db_str(stmt, column);
				uint64_t size = value.n;
				sdk_digest_add(&hash, &size, sizeof size);
				sdk_digest_add(&hash, value.p ? value.p : "", value.n);
			}
	}
	sdk_digest_end(&hash, out);
	for (size_t i = 0; i < sizeof out; i++)
		snprintf(ret + 2 * i, 3, "%02x", out[i]);
	return db_failed(db) ? sdk_fail(err, ENT_ERETRY, "%s", db_error(db)) : ENT_OK;
}

/* Each query gives one row per finding: a sentence and the id it is about. */
static const struct {
	const char *what, *sql;
} checks[] = {
    {"a ticket belongs to an incident that does not exist",
     "SELECT supplier || ':' || external_id FROM ticket WHERE incident NOT IN (SELECT number FROM incident) LIMIT 20"},
    {"a ticket belongs to an incident that was merged into another",
     "SELECT supplier || ':' || external_id FROM ticket JOIN incident ON number = ticket.incident WHERE merged_into <> "
     "0 "
     "LIMIT 20"},
    {"a comment belongs to an incident that does not exist or was merged",
     "SELECT comment.uuid FROM comment LEFT JOIN incident ON number = comment.incident WHERE number IS NULL OR "
     "merged_into <> 0 LIMIT 20"},
    {"a comment stands in a ticket that does not exist",
     "SELECT comment.uuid FROM comment LEFT JOIN ticket ON ticket.supplier = comment.supplier AND ticket.external_id = "
     "comment.ticket WHERE comment.supplier <> '' AND ticket.id IS NULL LIMIT 20"},
    {"an incident's sequence is not that of its last event",
     "SELECT 'ENT-' || number FROM incident LEFT JOIN (SELECT incident, max(sequence) AS last, count(*) AS n FROM "
     "event "
     "WHERE kind NOT IN ('deadletter', 'person') GROUP BY incident) AS told ON told.incident = number WHERE last IS "
     "NULL OR "
     "last <> sequence OR n <> sequence LIMIT 20"},
    {"an event is about an incident that does not exist",
     "SELECT 'seq ' || seq FROM event WHERE kind NOT IN ('deadletter', 'person') AND incident >= 0 AND incident NOT IN "
     "(SELECT number "
     "FROM incident) LIMIT 20"},
    {"a supplier's sequence is not that of its last event",
     "SELECT supplier FROM supplier_state LEFT JOIN (SELECT incident, max(sequence) AS last, count(*) AS n FROM event "
     "WHERE incident < 0 GROUP BY incident) AS told ON told.incident = -row_no WHERE coalesce(last, 0) <> sequence OR "
     "coalesce(n, 0) <> sequence LIMIT 20"},
    {"an event is about a supplier that has no row",
     "SELECT 'seq ' || seq FROM event WHERE incident < 0 AND -incident NOT IN (SELECT row_no FROM supplier_state) "
     "LIMIT 20"},
    {"a share is of an incident that does not exist or was merged",
     "SELECT supplier || ' ENT-' || incident FROM share LEFT JOIN incident ON number = share.incident WHERE number IS "
     "NULL OR merged_into <> 0 LIMIT 20"},
    {"a ticket goes on as one that does not exist, went on itself, or is in another incident",
     "SELECT t.supplier || ':' || t.external_id FROM ticket AS t LEFT JOIN ticket AS n ON n.supplier = t.supplier AND "
     "n.external_id = t.continues_as WHERE t.continues_as <> '' AND (n.id IS NULL OR n.continues_as <> '' OR t.removed "
     "= 0 OR n.incident <> t.incident) LIMIT 20"},
    {"a ticket's supplier has no share in its incident",
     "SELECT supplier || ':' || external_id FROM ticket WHERE NOT EXISTS (SELECT 1 FROM share WHERE share.incident = "
     "ticket.incident AND share.supplier = ticket.supplier) LIMIT 20"},
    {"a delivery is of an incident that does not exist or was merged",
     "SELECT 'delivery ' || id FROM delivery LEFT JOIN incident ON number = delivery.incident WHERE number IS NULL OR "
     "merged_into <> 0 LIMIT 20"},
    {"a delivery brings a comment that does not exist or is of another incident",
     "SELECT 'delivery ' || delivery.id FROM delivery LEFT JOIN comment ON comment.uuid = delivery.comment WHERE "
     "delivery.comment <> '' AND (comment.id IS NULL OR comment.incident <> delivery.incident) LIMIT 20"},
    {"a delivery's supplier has no share in its incident",
     "SELECT 'delivery ' || id FROM delivery WHERE NOT EXISTS (SELECT 1 FROM share WHERE share.incident = "
     "delivery.incident AND share.supplier = delivery.supplier) LIMIT 20"},
    {"a delivery is not where it should be in its queue",
     "SELECT 'delivery ' || id FROM delivery LEFT JOIN (SELECT coalesce(min(CASE WHEN q.state = 'in_flight' THEN q.id "
     "END), min(q.id)) AS first FROM delivery AS q WHERE q.state NOT IN ('done', 'cancelled') AND NOT (q.state IN "
     "('parked', 'unknown') AND (q.op IN ('update_ticket', 'edit_comment', 'remove_comment') OR q.cause IN ('loop', "
     "'earlier'))) AND NOT (q.op "
     "IN ('edit_comment', 'remove_comment') AND EXISTS (SELECT 1 FROM delivery AS a WHERE a.comment = q.comment AND "
     "a.supplier = q.supplier AND a.op = 'add_comment' AND a.state NOT IN ('done', 'cancelled'))) AND (q.op = "
     "'create_ticket' OR q.state "
     "= 'in_flight' OR EXISTS (SELECT 1 "
     "FROM ticket WHERE ticket.incident = q.incident AND ticket.supplier = q.supplier AND ticket.removed = 0)) GROUP "
     "BY q.incident, q.supplier) AS queue ON queue.first = delivery.id WHERE state NOT IN ('done', 'cancelled') AND "
     "(head = 1) <> (queue.first IS NOT NULL) LIMIT 20"},
    {"a delivery's state or op is none that is known",
     "SELECT 'delivery ' || id FROM delivery WHERE state NOT IN ('pending', 'in_flight', 'unknown', 'parked', 'done', "
     "'cancelled') OR op NOT IN ('create_ticket', 'update_ticket', 'add_comment', 'edit_comment', 'remove_comment') "
     "LIMIT 20"},
    {"a copy is of a comment that does not exist",
     "SELECT supplier || ':' || ticket || ':' || external_id FROM copy WHERE comment <> '' AND NOT EXISTS (SELECT 1 "
     "FROM comment WHERE comment.uuid = copy.comment) LIMIT 20"},
    {"an incident counts other tickets than it has",
     "SELECT 'ENT-' || number FROM incident LEFT JOIN (SELECT incident, count(*) AS n FROM ticket WHERE continues_as = "
     "'' GROUP BY incident) AS told ON told.incident = number WHERE merged_into = 0 AND coalesce(n, 0) <> n_ticket "
     "LIMIT 20"},
    {"an incident counts other comments than stand in it",
     "SELECT 'ENT-' || number FROM incident LEFT JOIN (SELECT incident, count(*) AS n FROM comment WHERE removed = 0 "
     "GROUP "
     "BY incident) AS told ON told.incident = number WHERE merged_into = 0 AND coalesce(n, 0) <> n_comment LIMIT 20"},
    {"a finished incident is not listed as it is, or one in work is listed as finished",
     "SELECT 'ENT-' || number FROM incident WHERE (merged_into = 0 AND status IN ('resolved', 'closed', 'cancelled', "
     "'rejected')) <> EXISTS (SELECT 1 FROM finished WHERE finished.incident = number AND finished.supplier = '' AND "
     "finished.status = incident.status AND finished.holder = incident.holder AND finished.changed_ms = "
     "incident.changed_ms) LIMIT 20"},
    {"a supplier's list lacks a finished incident, or has one that it takes no part in",
     "SELECT 'ENT-' || incident FROM (SELECT share.incident, share.supplier FROM share JOIN incident ON number = "
     "share.incident WHERE finished = 1 EXCEPT SELECT incident, supplier FROM finished UNION ALL SELECT incident, "
     "supplier FROM finished WHERE supplier <> '' AND NOT EXISTS (SELECT 1 FROM share WHERE share.incident = "
     "finished.incident AND share.supplier = finished.supplier)) LIMIT 20"},
    {"several hand-overs are proposed at once", "SELECT 'ENT-' || incident FROM act WHERE kind = 'handover' AND state "
						"= 'open' GROUP BY incident HAVING count(*) > "
						"1 LIMIT 20"},
    {"a hand-over is proposed from an organisation that does not hold the ball",
     "SELECT act.uuid FROM act JOIN incident ON number = act.incident WHERE kind = 'handover' AND state = 'open' AND "
     "act.holder <> incident.holder LIMIT 20"},
    {"an organisation promises several times at once", "SELECT 'ENT-' || incident || ' ' || from_org FROM act WHERE "
						       "kind = 'promise' AND state = 'open' GROUP BY incident, "
						       "from_org HAVING count(*) > 1 LIMIT 20"},
    {"an act of people has no words, or stands in another incident",
     "SELECT act.uuid FROM act WHERE NOT EXISTS (SELECT 1 FROM comment WHERE comment.uuid = act.uuid AND "
     "comment.incident = act.incident) LIMIT 20"},
    {"a time that an act waits for has no timer, or one that waits has ended",
     "SELECT act.uuid FROM act WHERE (state = 'open' AND due_ms <> 0 AND overdue = 0) <> EXISTS (SELECT 1 FROM timer "
     "WHERE timer.subject = act.uuid AND timer.kind <> 'undo') LIMIT 20"},
    {"an audience names nobody", "SELECT uuid FROM comment WHERE organisations = '' AND removed = 0 LIMIT 20"},
};

struct findings {
	struct sdk_buf *report;
	const char *what;
	int64_t n;
};

static bool finding_add(void *to, struct ent_str which)
{
	struct findings *findings = to;

	sdk_buf_format(findings->report, "%s: %.*s\n", findings->what, (int)which.n, which.p);
	findings->n++;
	return true;
}

enum ent_rc store_check(struct db *db, struct sdk_buf *report, int64_t *ret_findings, struct ent_err *err)
{
	struct findings findings = {report, "the file is damaged", 0};

	db_verify(db, finding_add, &findings);
	for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
		struct db_stmt *stmt = db_use(db, checks[i].sql);
		findings.what = checks[i].what;
		while (db_row(stmt))
			(void)finding_add(&findings, db_str(stmt, 0));
	}
	if (db_failed(db))
		return sdk_fail(err, ENT_ERETRY, "%s", db_error(db));
	*ret_findings = findings.n;
	return ENT_OK;
}
