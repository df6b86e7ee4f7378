/* SPDX-License-Identifier: Apache-2.0 */
#include "store/supplier_rows.h"

#include "store/said.h"

#include "sdk/webhook.h"

#include <assert.h>

/* ---- cursors ----------------------------------------------------------------------- */

static const char *const stream_names[CURSOR_N] = {
    [CURSOR_POLL] = "poll", [CURSOR_BACKFILL] = "backfill", [CURSOR_SWEEP] = "sweep"};

const char *cursor_stream_name(enum cursor_stream stream)
{
	assert((unsigned)stream < CURSOR_N);
	return stream_names[stream];
}

bool cursor_load(struct db *db, struct ent_arena *arena, struct ent_str supplier, enum cursor_stream stream,
		 struct cursor *ret)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT memo, phase, since_ms, made_ms, moved_ms, pages, changes, state, connector, told_ms, "
		       "asked_ms, note, note_ms, page FROM cursor WHERE supplier = $1 AND stream = $2");
	db_bind_str(stmt, 1, supplier);
	db_bind_str(stmt, 2, sdk_str(cursor_stream_name(stream)));
	bool found = db_row(stmt);
	if (found)
		*ret = (struct cursor){.supplier = supplier,
				       .stream = stream,
				       .memo = sdk_dup(arena, db_str(stmt, 0)),
				       .phase = (unsigned)db_int(stmt, 1),
				       .since_ms = db_int(stmt, 2),
				       .made_ms = db_int(stmt, 3),
				       .moved_ms = db_int(stmt, 4),
				       .pages = db_int(stmt, 5),
				       .changes = db_int(stmt, 6),
				       .state = sdk_dup(arena, db_str(stmt, 7)),
				       .connector = sdk_dup(arena, db_str(stmt, 8)),
				       .told_ms = db_int(stmt, 9),
				       .asked_ms = db_int(stmt, 10),
				       .note = said_column(stmt, 11, arena),
				       .note_ms = db_int(stmt, 12),
				       .page = sdk_dup(arena, db_str(stmt, 13))};
	db_done(stmt);
	return found;
}

void cursor_save(struct db *db, const struct cursor *cursor)
{
	struct db_stmt *stmt = db_use(
	    db,
	    "INSERT INTO cursor (supplier, stream, memo, phase, since_ms, made_ms, moved_ms, pages, changes, state, "
	    "connector, told_ms, asked_ms, note, note_ms, page) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, "
	    "$12, $13, $14, $15, $16) ON CONFLICT (supplier, stream) DO UPDATE SET "
	    "memo = excluded.memo, phase = excluded.phase, since_ms = excluded.since_ms, made_ms = excluded.made_ms, "
	    "moved_ms = excluded.moved_ms, pages = excluded.pages, changes = excluded.changes, "
	    "state = excluded.state, connector = excluded.connector, told_ms = excluded.told_ms, "
	    "asked_ms = excluded.asked_ms, note = excluded.note, note_ms = excluded.note_ms, page = excluded.page");
	struct sdk_buf note;

	db_bind_str(stmt, 1, cursor->supplier);
	db_bind_str(stmt, 2, sdk_str(cursor_stream_name(cursor->stream)));
	db_bind_str(stmt, 3, sdk_or_empty(cursor->memo));
	db_bind_int(stmt, 4, cursor->phase);
	db_bind_int(stmt, 5, cursor->since_ms);
	db_bind_int(stmt, 6, cursor->made_ms);
	db_bind_int(stmt, 7, cursor->moved_ms);
	db_bind_int(stmt, 8, cursor->pages);
	db_bind_int(stmt, 9, cursor->changes);
	db_bind_str(stmt, 10, sdk_or_empty(cursor->state));
	db_bind_str(stmt, 11, sdk_or_empty(cursor->connector));
	db_bind_int(stmt, 12, cursor->told_ms);
	db_bind_int(stmt, 13, cursor->asked_ms);
	said_bind(stmt, 14, cursor->note, &note);
	db_bind_int(stmt, 15, cursor->note_ms);
	db_bind_str(stmt, 16, sdk_or_empty(cursor->page));
	(void)db_row(stmt);
	sdk_buf_release(&note);
}

void cursor_begin(struct db *db, const struct cursor *cursor)
{
	struct db_stmt *stmt =
	    db_use(db, "INSERT INTO cursor (supplier, stream, memo, phase, since_ms, made_ms, moved_ms, "
		       "pages, changes, state, connector, told_ms, asked_ms, note, note_ms, page) VALUES "
		       "($1, $2, '', 0, $3, $4, 0, 0, 0, 'running', $5, 0, 0, '', 0, '') ON CONFLICT "
		       "(supplier, stream) DO NOTHING");

	db_bind_str(stmt, 1, cursor->supplier);
	db_bind_str(stmt, 2, sdk_str(cursor_stream_name(cursor->stream)));
	db_bind_int(stmt, 3, cursor->since_ms);
	db_bind_int(stmt, 4, cursor->made_ms);
	db_bind_str(stmt, 5, sdk_or_empty(cursor->connector));
	(void)db_row(stmt);
}

size_t sweep_list(struct db *db, struct ent_arena *arena, struct ent_str supplier, struct ent_str after,
		  int64_t since_ms, struct ent_reference *ret, size_t max)
{
	/* Open is also what no map knows. A ticket that is over there, in an incident that is not, is asked for, too;
	 * and what changed a short while ago: its last word may have been overtaken within one stamp. */
	struct db_stmt *stmt = db_use(
	    db, "SELECT ticket.external_id, ticket.key FROM ticket JOIN incident ON incident.number = "
		"ticket.incident WHERE ticket.supplier = $1 AND ticket.external_id > $2 AND ticket.removed = 0 AND "
		"(ticket.status NOT IN ('resolved', 'closed', 'cancelled', 'rejected') OR incident.status NOT IN "
		"('resolved', 'closed', 'cancelled', 'rejected') OR ticket.changed_ms >= $4) ORDER BY "
		"ticket.external_id LIMIT $3");
	size_t n = 0;

	db_bind_str(stmt, 1, supplier);
	db_bind_str(stmt, 2, sdk_or_empty(after));
	db_bind_int(stmt, 3, (int64_t)max);
	db_bind_int(stmt, 4, since_ms);
	while (n < max && db_row(stmt)) {
		ret[n].id = sdk_dup(arena, db_str(stmt, 0));
		ret[n++].supplier = supplier;
	}
	db_done(stmt);
	return n;
}

/* ---- how it does --------------------------------------------------------------------- */

static const char *const health_names[] = {[SUPPLIER_HEALTHY] = "healthy",
					   [SUPPLIER_SLOW] = "slow",
					   [SUPPLIER_FAILING] = "failing",
					   [SUPPLIER_PAUSED] = "paused",
					   [SUPPLIER_REFUSED] = "refused"};
#define N_HEALTH (sizeof health_names / sizeof *health_names)

const char *supplier_health_name(enum supplier_health health)
{
	assert((size_t)health < N_HEALTH);
	return health_names[health];
}

bool supplier_health_by_name(struct ent_str name, enum supplier_health *ret)
{
	for (size_t i = 0; i < N_HEALTH; i++) {
		if (!sdk_eqz(name, health_names[i]))
			continue;
		*ret = (enum supplier_health)i;
		return true;
	}
	return false;
}

bool supplier_state_load(struct db *db, struct ent_arena *arena, struct ent_str supplier, struct supplier_state *ret)
{
	struct db_stmt *stmt = db_use(db, "SELECT state, since_ms, why, next, quiet_since_ms, gap_ms, (SELECT heard_ms "
					  "FROM supplier WHERE name = $1) FROM supplier_state WHERE supplier = $1");
	db_bind_str(stmt, 1, supplier);
	bool found = db_row(stmt);
	if (found) {
		*ret = (struct supplier_state){.supplier = supplier,
					       .since_ms = db_int(stmt, 1),
					       .why = said_column(stmt, 2, arena),
					       .next = said_column(stmt, 3, arena),
					       .quiet_since_ms = db_int(stmt, 4),
					       .gap_ms = db_int(stmt, 5),
					       .heard_ms = db_int(stmt, 6)};
		(void)supplier_health_by_name(db_str(stmt, 0), &ret->state);
	}
	db_done(stmt);
	return found;
}

int64_t supplier_row(struct db *db, struct ent_str supplier, int64_t now_ms)
{
	struct db_stmt *stmt = db_use(db, "SELECT row_no FROM supplier_state WHERE supplier = $1");

	db_bind_str(stmt, 1, supplier);
	int64_t row = db_row(stmt) ? db_int(stmt, 0) : 0;
	db_done(stmt);
	if (row)
		return row;
	stmt = db_use(db, "INSERT INTO supplier_state (supplier, row_no, state, since_ms, why, next, quiet_since_ms, "
			  "gap_ms, sequence) SELECT $1, coalesce(max(row_no), 0) + 1, 'healthy', $2, '', '', 0, 0, 0 "
			  "FROM supplier_state RETURNING row_no");
	db_bind_str(stmt, 1, supplier);
	db_bind_int(stmt, 2, now_ms);
	row = db_row(stmt) ? db_int(stmt, 0) : 0;
	db_done(stmt);
	return row;
}

int64_t supplier_sequence(struct db *db, struct ent_str supplier)
{
	struct db_stmt *stmt = db_use(db, "SELECT sequence FROM supplier_state WHERE supplier = $1");

	db_bind_str(stmt, 1, supplier);
	int64_t sequence = db_row(stmt) ? db_int(stmt, 0) : 0;
	db_done(stmt);
	return sequence;
}

void supplier_state_save(struct db *db, const struct supplier_state *state, int64_t sequence)
{
	struct db_stmt *stmt =
	    db_use(db, "UPDATE supplier_state SET state = $1, since_ms = $2, why = $3, next = $4, quiet_since_ms = $5, "
		       "sequence = $6 WHERE supplier = $7");
	struct sdk_buf why, next;

	db_bind_str(stmt, 1, sdk_str(supplier_health_name(state->state)));
	db_bind_int(stmt, 2, state->since_ms);
	said_bind(stmt, 3, state->why, &why);
	said_bind(stmt, 4, state->next, &next);
	db_bind_int(stmt, 5, state->quiet_since_ms);
	db_bind_int(stmt, 6, sequence);
	db_bind_str(stmt, 7, state->supplier);
	(void)db_row(stmt);
	sdk_buf_release(&why);
	sdk_buf_release(&next);
}

bool supplier_gap_save(struct db *db, struct ent_str supplier, int64_t heard_ms, int64_t n)
{
	/* Each gap counts as much as it is long, against a day: a burst hardly moves what is usual, a night does. */
	struct db_stmt *stmt = db_use(
	    db,
	    "UPDATE supplier_state SET gap_ms = CASE WHEN gap_ms = 0 THEN told.gap ELSE gap_ms + (told.gap - gap_ms) "
	    "* told.gap / (told.gap + 86400000) END FROM (SELECT CASE WHEN $1 - heard_ms > 2592000000 THEN 2592000000 "
	    "ELSE ($1 - heard_ms) / $2 END AS gap FROM supplier WHERE name = $3 AND heard_ms > 0 AND heard_ms < $1) "
	    "AS told WHERE supplier = $3 AND told.gap > 0");
	db_bind_int(stmt, 1, heard_ms);
	db_bind_int(stmt, 2, n);
	db_bind_str(stmt, 3, supplier);
	return db_changed(stmt) > 0;
}

/* ---- maps ------------------------------------------------------------------------------ */

bool map_active(struct db *db, struct ent_arena *arena, struct ent_str supplier, struct map_row_version *ret)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT version, made_ms, author, json FROM map WHERE supplier = $1 AND active = 1");
	db_bind_str(stmt, 1, supplier);
	bool found = db_row(stmt);
	if (found)
		*ret = (struct map_row_version){.version = db_int(stmt, 0),
						.made_ms = db_int(stmt, 1),
						.author = sdk_dup(arena, db_str(stmt, 2)),
						.json = sdk_dup(arena, db_str(stmt, 3)),
						.active = true};
	db_done(stmt);
	return found;
}

static void map_choose(struct db *db, struct ent_str supplier, int64_t version)
{
	struct db_stmt *stmt =
	    db_use(db, "UPDATE map SET active = CASE WHEN version = $2 THEN 1 ELSE 0 END WHERE supplier = $1");
	db_bind_str(stmt, 1, supplier);
	db_bind_int(stmt, 2, version);
	(void)db_row(stmt);
}

int64_t map_publish(struct db *db, struct ent_str supplier, struct ent_str json, struct ent_str author, int64_t now_ms)
{
	struct db_stmt *stmt =
	    db_use(db, "INSERT INTO map (supplier, version, made_ms, author, json, active) SELECT $1, "
		       "coalesce(max(version), 0) + 1, $2, $3, $4, 0 FROM map WHERE supplier = $1 RETURNING version");
	db_bind_str(stmt, 1, supplier);
	db_bind_int(stmt, 2, now_ms);
	db_bind_str(stmt, 3, sdk_or_empty(author));
	db_bind_str(stmt, 4, json);
	int64_t version = db_row(stmt) ? db_int(stmt, 0) : 0;
	db_done(stmt);
	map_choose(db, supplier, version);
	return version;
}

bool map_roll_back(struct db *db, struct ent_str supplier, int64_t version)
{
	struct db_stmt *stmt = db_use(db, "SELECT 1 FROM map WHERE supplier = $1 AND version = $2");

	db_bind_str(stmt, 1, supplier);
	db_bind_int(stmt, 2, version);
	bool found = db_row(stmt);
	db_done(stmt);
	if (version != 0 && !found)
		return false;
	map_choose(db, supplier, version);
	return true;
}
