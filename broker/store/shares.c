/* SPDX-License-Identifier: Apache-2.0 */
/* Who takes part in an incident, and where its comments stand. */
#include "store/delivery_rows.h"

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

bool delivery_is_owed(struct db *db, int64_t incident, struct ent_str supplier)
{
	struct db_stmt *stmt = db_use(db, "SELECT 1 FROM delivery WHERE incident = $1 AND supplier = $2 AND owed = 1 "
					  "AND state NOT IN ('done', 'cancelled') LIMIT 1");
	db_bind_int(stmt, 1, incident);
	db_bind_str(stmt, 2, supplier);
	return db_found(stmt);
}

bool ticket_comes(struct db *db, int64_t incident, struct ent_str supplier)
{
	struct db_stmt *stmt = db_use(db, "SELECT 1 FROM delivery WHERE incident = $1 AND supplier = $2 AND op = "
					  "'create_ticket' AND state NOT IN ('done', 'cancelled') LIMIT 1");
	db_bind_int(stmt, 1, incident);
	db_bind_str(stmt, 2, supplier);
	return db_found(stmt);
}

/* $2, $3: supplier and id of the ticket in which the comment was made. '': made by us, for all who read any of the
 * merged incidents. */
#define READS_SINCE                                                                                                    \
	"coalesce((SELECT min(reads.since_ms) FROM reads WHERE reads.incident = share.incident AND reads.supplier = "  \
	"share.supplier AND ($2 = '' OR reads.origin = (SELECT said.origin FROM ticket AS said WHERE said.supplier = " \
	"$2 "                                                                                                          \
	"AND said.external_id = $3))), share.reads_ms)"

static void bind_said(struct db_stmt *stmt, const struct comment *comment)
{
	db_bind_str(stmt, 2, comment ? sdk_or_empty(comment->supplier) : ENT_STR(""));
	db_bind_str(stmt, 3, comment ? sdk_or_empty(comment->ticket) : ENT_STR(""));
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

/* ---- parties ---------------------------------------------------------------------- */

/* A share and the ticket that speaks for it: one that stands before one that was removed, then the last changed. */
static const char parties_sql[] =
    "SELECT share.supplier, share.since_ms, share.withdrawn_ms, share.anew, ticket.external_id, "
    "ticket.attributes, "
    "ticket.removed, EXISTS (SELECT 1 FROM delivery WHERE delivery.incident = "
    "share.incident AND delivery.supplier = share.supplier AND delivery.op = 'create_ticket' AND "
    "delivery.state NOT IN ('done', 'cancelled')), " READS_SINCE " FROM share LEFT JOIN ticket ON ticket.id = "
    "(SELECT t.id FROM ticket AS t WHERE t.incident = share.incident AND t.supplier = share.supplier "
    "ORDER BY t.removed, t.changed_ms DESC, t.id DESC LIMIT 1) WHERE share.incident = $1 "
    "ORDER BY share.since_ms, share.supplier";

static struct party read_party(struct db_stmt *stmt, struct ent_arena *arena, const struct supplier *supplier)
{
	bool stands = db_int(stmt, 2) == 0, anew = db_int(stmt, 3) != 0, removed = db_int(stmt, 6) != 0;
	struct party party = {.supplier = supplier,
			      .since_ms = db_int(stmt, 1),
			      .comes = db_int(stmt, 7) != 0,
			      .reads_ms = db_int(stmt, 8)};
	struct ticket ticket = {.id = 0};

	party.shares = stands && (!removed || anew);
	if (!db_str(stmt, 4).n || removed) /* nothing can be said there any more */
		return party;
	party.ticket = sdk_dup(arena, db_str(stmt, 4));
	if (ticket_attributes(arena, sdk_dup(arena, db_str(stmt, 5)), &ticket))
		party.values = ticket_values(&ticket);
	return party;
}

size_t party_list(struct db *db, struct ent_arena *arena, const struct supplier_set *suppliers, int64_t incident,
		  const struct comment *comment, const struct party **ret)
{
	struct party *list = SDK_NEW_N(arena, struct party, suppliers && suppliers->n ? suppliers->n : 1);
	struct db_stmt *stmt = db_use(db, parties_sql);
	size_t n = 0;

	db_bind_int(stmt, 1, incident);
	bind_said(stmt, comment);
	while (suppliers && db_row(stmt)) {
		const struct supplier *supplier = supplier_by_name(suppliers, db_str(stmt, 0));
		if (supplier)
			list[n++] = read_party(stmt, arena, supplier);
	}
	db_done(stmt);
	*ret = list;
	return n;
}

/* ---- where comments stand ----------------------------------------------------------- */

bool copy_known(struct db *db, struct ent_str supplier, struct ent_str ticket, struct ent_str external_id)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT 1 FROM copy WHERE supplier = $1 AND ticket = $2 AND external_id = $3");
	db_bind_str(stmt, 1, supplier);
	db_bind_str(stmt, 2, ticket);
	db_bind_str(stmt, 3, external_id);
	return db_found(stmt);
}

void copy_save(struct db *db, struct ent_str supplier, struct ent_str ticket, struct ent_str external_id,
	       const char *comment, bool learned)
{
	/* What an event tells stands before what an echo told. */
	struct db_stmt *stmt = db_use(
	    db, "INSERT INTO copy (supplier, ticket, external_id, comment, learned) VALUES ($1, $2, $3, $4, $5) "
		"ON CONFLICT (supplier, ticket, external_id) DO UPDATE SET comment = excluded.comment, learned = 0 "
		"WHERE excluded.learned = 0");
	db_bind_str(stmt, 1, supplier);
	db_bind_str(stmt, 2, ticket);
	db_bind_str(stmt, 3, external_id);
	db_bind_str(stmt, 4, sdk_str(comment));
	db_bind_int(stmt, 5, learned);
	(void)db_row(stmt);
}

void delivery_fold(struct db *db, const struct event *event)
{
	char made[sizeof "delivery:" + ID_SIZE] = "delivery:";

	if (event->kind != EVENT_DELIVERY_DONE || event->op != ENT_ADD_COMMENT || !event->ticket_id.n)
		return;
	memcpy(made + sizeof "delivery:" - 1, event->delivery_key, ID_SIZE);
	copy_save(db, event->supplier, event->ticket_id, event->remote_id.n ? event->remote_id : sdk_str(made),
		  event->comment.uuid, false);
}

/* ---- folding shares ------------------------------------------------------------------ */

/* A ticket that joins makes a share; what was withdrawn stays withdrawn until a person shares again. */
static void share_join(struct db *db, const struct event *event)
{
	struct db_stmt *stmt =
	    db_use(db, "INSERT INTO share (incident, supplier, since_ms, reads_ms, withdrawn_ms, anew) VALUES ($1, $2, "
		       "$3, $3, 0, 0) "
		       "ON CONFLICT (incident, supplier) DO UPDATE SET anew = 0 WHERE share.anew <> 0");
	db_bind_int(stmt, 1, event->incident);
	db_bind_str(stmt, 2, event->supplier);
	db_bind_int(stmt, 3, event->recorded_ms);
	(void)db_row(stmt);
}

static void share_again(struct db *db, const struct event *event)
{
	struct db_stmt *stmt = db_use(
	    db,
	    "INSERT INTO share (incident, supplier, since_ms, reads_ms, withdrawn_ms, anew) SELECT $1, $2, $3, $4, 0, "
	    "CASE WHEN EXISTS (SELECT 1 FROM ticket WHERE incident = $1 AND supplier = $2 AND removed = 0) "
	    "THEN 0 ELSE 1 END WHERE 1 = 1 ON CONFLICT (incident, supplier) DO UPDATE SET withdrawn_ms = 0, "
	    "anew = excluded.anew, since_ms = CASE WHEN share.withdrawn_ms <> 0 OR excluded.anew > share.anew THEN "
	    "excluded.since_ms ELSE share.since_ms END, reads_ms = CASE WHEN excluded.reads_ms = 0 OR "
	    "share.withdrawn_ms <> 0 OR excluded.anew > share.anew THEN excluded.reads_ms ELSE share.reads_ms END");
	db_bind_int(stmt, 1, event->incident);
	db_bind_str(stmt, 2, event->supplier);
	db_bind_int(stmt, 3, event->recorded_ms);
	db_bind_int(stmt, 4, event->with_thread ? 0 : event->recorded_ms);
	(void)db_row(stmt);
	/* When it reads anew from this event on, that holds for all merged incidents. */
	stmt =
	    db_use(db, "DELETE FROM reads WHERE incident = $1 AND supplier = $2 AND EXISTS (SELECT 1 FROM share WHERE "
		       "incident = $1 AND supplier = $2 AND reads_ms = $3)");
	db_bind_int(stmt, 1, event->incident);
	db_bind_str(stmt, 2, event->supplier);
	db_bind_int(stmt, 3, event->with_thread ? 0 : event->recorded_ms);
	(void)db_row(stmt);
}

static void share_withdraw(struct db *db, const struct event *event)
{
	struct db_stmt *stmt = db_use(db, "UPDATE share SET withdrawn_ms = $3 WHERE incident = $1 AND supplier = $2");

	db_bind_int(stmt, 1, event->incident);
	db_bind_str(stmt, 2, event->supplier);
	db_bind_int(stmt, 3, event->recorded_ms);
	(void)db_row(stmt);
	stmt = db_use(db, "UPDATE delivery SET owed = 0 WHERE incident = $1 AND supplier = $2 AND owed = 1");
	db_bind_int(stmt, 1, event->incident);
	db_bind_str(stmt, 2, event->supplier);
	(void)db_row(stmt);
}

void share_fold(struct db *db, const struct event *event)
{
	if (event->kind == EVENT_TICKET_LINKED)
		share_join(db, event);
	else if (event->kind == EVENT_INCIDENT_SHARED)
		share_again(db, event);
	else if (event->kind == EVENT_INCIDENT_UNSHARED)
		share_withdraw(db, event);
}

/* Each supplier goes on reading its incident as before, and the other incident from now on. */
void reads_move(struct db *db, int64_t from, int64_t to, int64_t at_ms)
{
	struct db_stmt *stmt = db_use(
	    db, "INSERT INTO reads (incident, supplier, origin, since_ms) SELECT $2, share.supplier, said.origin, "
		"min(CASE WHEN said.incident = share.incident THEN coalesce((SELECT r.since_ms FROM reads AS r WHERE "
		"r.incident = share.incident AND r.supplier = share.supplier AND r.origin = said.origin), "
		"share.reads_ms) ELSE $3 END) FROM share JOIN (SELECT DISTINCT incident, origin FROM ticket WHERE "
		"incident IN ($1, $2)) AS said WHERE share.incident IN ($1, $2) GROUP BY share.supplier, said.origin "
		"ON CONFLICT (incident, supplier, origin) DO UPDATE SET since_ms = excluded.since_ms");
	db_bind_int(stmt, 1, from);
	db_bind_int(stmt, 2, to);
	db_bind_int(stmt, 3, at_ms);
	(void)db_row(stmt);
	stmt = db_use(db, "DELETE FROM reads WHERE incident = $1");
	db_bind_int(stmt, 1, from);
	(void)db_row(stmt);
}

void deliveries_move(struct db *db, int64_t from, int64_t to, int64_t at_ms)
{
	/* If one of the two shares was taken back, that one counts: any doubt is no. But deliveries that are open for
	 * the other share are owed and still sent: their supplier was allowed to read them before the merge. */
	static const char *const sql[] = {
	    ("UPDATE delivery SET owed = 1 WHERE incident IN ($1, $2) AND state NOT IN ('done', 'cancelled') AND "
	     "EXISTS "
	     "(SELECT 1 FROM share AS own WHERE own.incident = delivery.incident AND own.supplier = delivery.supplier "
	     "AND own.withdrawn_ms = 0) AND EXISTS (SELECT 1 FROM share AS other WHERE other.incident IN ($1, $2) AND "
	     "other.incident <> delivery.incident AND other.supplier = delivery.supplier AND other.withdrawn_ms <> "
	     "0)"),
	    ("INSERT INTO share (incident, supplier, since_ms, reads_ms, withdrawn_ms, anew) SELECT $2, supplier, "
	     "since_ms, "
	     "$3, withdrawn_ms, anew FROM share WHERE incident = $1 ON CONFLICT (incident, supplier) DO UPDATE SET "
	     "since_ms = CASE WHEN excluded.since_ms < share.since_ms THEN excluded.since_ms ELSE share.since_ms END, "
	     "withdrawn_ms = CASE WHEN excluded.withdrawn_ms > share.withdrawn_ms THEN excluded.withdrawn_ms ELSE "
	     "share.withdrawn_ms END"),
	    ("UPDATE delivery SET incident = $2, marked = CASE WHEN attempt = 0 AND length(hash) = 0 THEN $2 ELSE "
	     "marked "
	     "END WHERE incident = $1"),
	    "DELETE FROM share WHERE incident = $1",
	};
	for (size_t i = 0; i < sizeof sql / sizeof *sql; i++) {
		struct db_stmt *stmt = db_use(db, sql[i]);
		db_bind_int(stmt, 1, from);
		if (i < 3)
			db_bind_int(stmt, 2, to);
		if (i == 1)
			db_bind_int(stmt, 3, at_ms);
		(void)db_row(stmt);
	}
}
