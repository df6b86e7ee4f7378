/* SPDX-License-Identifier: Apache-2.0 */
/* Is a store sound, and do two stores hold the same? Read-only. */
#include "store/fsck.h"

#include "sdk/crypto.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What counts, each query in an order that does not depend on row ids. Columns are hashed with their lengths. */
static const char *const contents[] = {
    "SELECT number, uuid, title, status, priority, holder, holder_since_ms, opened_ms, changed_ms, sequence, "
    "merged_into, "
    "n_ticket, n_comment FROM incident ORDER BY number",
    "SELECT supplier, external_id, key, incident, status, removed, removed_version, removed_ms, changed_ms, attributes "
    "FROM ticket "
    "ORDER BY supplier, external_id",
    "SELECT supplier, ticket, external_id, uuid, incident, author_id, author_name, body, visibility, audience, "
    "audience_suppliers, created_ms, edited_ms, removed, stamp_version, stamp_ms FROM comment "
    "ORDER BY supplier, ticket, external_id",
    "SELECT supplier, ticket, external_id, incident, name, media_type, url, size, created_ms FROM attachment "
    "ORDER BY supplier, ticket, external_id",
    "SELECT key, incident FROM correlation ORDER BY key",
    "SELECT supplier, external_id, incident FROM reference ORDER BY supplier, external_id, incident",
    "SELECT seq, kind, incident, sequence, partition_no, time_ms, recorded_ms, supplier, delivery_id, traceparent, "
    "json "
    "FROM event WHERE kind <> 'deadletter' ORDER BY seq",
};
static const int n_column[] = {13, 10, 16, 9, 2, 3, 11};

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
     "WHERE kind <> 'deadletter' GROUP BY incident) AS told ON told.incident = number WHERE last IS NULL OR "
     "last <> sequence OR n <> sequence LIMIT 20"},
    {"an event is about an incident that does not exist",
     "SELECT 'seq ' || seq FROM event WHERE kind <> 'deadletter' AND incident NOT IN (SELECT number FROM incident) "
     "LIMIT 20"},
    {"an incident counts other tickets than it has",
     "SELECT 'ENT-' || number FROM incident LEFT JOIN (SELECT incident, count(*) AS n FROM ticket GROUP BY incident) "
     "AS "
     "told ON told.incident = number WHERE merged_into = 0 AND coalesce(n, 0) <> n_ticket LIMIT 20"},
    {"an incident counts other comments than stand in it",
     "SELECT 'ENT-' || number FROM incident LEFT JOIN (SELECT incident, count(*) AS n FROM comment WHERE removed = 0 "
     "GROUP "
     "BY incident) AS told ON told.incident = number WHERE merged_into = 0 AND coalesce(n, 0) <> n_comment LIMIT 20"},
    {"an audience is none that is known", "SELECT uuid FROM comment WHERE audience NOT IN ('internal', 'suppliers', "
					  "'everyone', 'requester') LIMIT 20"},
};

struct findings {
	struct sdk_buf *report;
	const char *what;
	int64_t n;
};

static bool found(void *to, struct ent_str which)
{
	struct findings *findings = to;

	sdk_buf_format(findings->report, "%s: %.*s\n", findings->what, (int)which.n, which.p);
	findings->n++;
	return true;
}

enum ent_rc store_check(struct db *db, struct sdk_buf *report, int64_t *ret_findings, struct ent_err *err)
{
	struct findings findings = {report, "the file is damaged", 0};

	db_verify(db, found, &findings);
	for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
		struct db_stmt *stmt = db_use(db, checks[i].sql);
		findings.what = checks[i].what;
		while (db_row(stmt))
			(void)found(&findings, db_str(stmt, 0));
	}
	if (db_failed(db))
		return sdk_fail(err, ENT_ERETRY, "%s", db_error(db));
	*ret_findings = findings.n;
	return ENT_OK;
}
