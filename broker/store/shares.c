/* SPDX-License-Identifier: Apache-2.0 */
#include "store/shares.h"

#include "core/organisation.h"
#include "sdk/webhook.h"

#include <string.h>

bool share_stands(struct db *db, int64_t incident, struct ent_str supplier)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT 1 FROM share WHERE incident = $1 AND supplier = $2 AND withdrawn_ms = 0");
	db_bind_int(stmt, 1, incident);
	db_bind_str(stmt, 2, supplier);
	return db_found(stmt);
}

bool shares_stand(struct db *db, const struct supplier_set *set, int64_t incident, struct ent_str organisation)
{
	struct ent_str tool[ORGANISATION_TOOLS_MAX];
	size_t n = organisation_tools(set, organisation, tool);

	for (size_t i = 0; i < n; i++)
		if (share_stands(db, incident, tool[i]))
			return true;
	return false;
}

/* $2, $3: supplier and id of the ticket in which the comment was made. It is of the incident that the ticket was in
 * first; one of ours, of which no ticket is known, of $5. */
#define READS_SINCE                                                                                                    \
	"coalesce((SELECT min(reads.since_ms) FROM reads WHERE reads.incident = share.incident AND reads.supplier = "  \
	"share.supplier AND reads.origin = CASE WHEN $2 = '' THEN $5 ELSE (SELECT said.origin FROM ticket AS said "    \
	"WHERE said.supplier = $2 AND said.external_id = $3) END), share.reads_ms)"

static void bind_said(struct db_stmt *stmt, const struct comment *comment)
{
	db_bind_str(stmt, 2, comment ? sdk_or_empty(comment->supplier) : ENT_STR(""));
	db_bind_str(stmt, 3, comment ? sdk_or_empty(comment->ticket) : ENT_STR(""));
	db_bind_int(stmt, 5, comment ? comment->origin : 0);
}

struct reading share_reading(struct db *db, int64_t incident, struct ent_str supplier, const struct comment *comment)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT withdrawn_ms, " READS_SINCE " FROM share WHERE incident = $1 AND supplier = $4");
	struct reading reading = {false, INT64_MAX};

	db_bind_int(stmt, 1, incident);
	bind_said(stmt, comment);
	db_bind_str(stmt, 4, supplier);
	if (db_row(stmt))
		reading = (struct reading){db_int(stmt, 0) == 0, db_int(stmt, 1)};
	db_done(stmt);
	return reading;
}
