/* SPDX-License-Identifier: Apache-2.0 */
#include "store/duties.h"

#include "sdk/webhook.h"

#include <stdio.h>
#include <string.h>

enum { DUTIES_MAX = 64 }; /* of one incident; organisations that take part are few */

/* ---- folds ------------------------------------------------------------------------------- */

static void fold_taken(struct db *db, const struct event *event)
{
	static const char take[] =
	    "INSERT INTO taken (incident, of, organisation, account, taken_ms) VALUES ($1, $2, $3, $4, $5) ON CONFLICT "
	    "(incident, of, organisation) DO UPDATE SET account = excluded.account, taken_ms = excluded.taken_ms";
	static const char give[] = "DELETE FROM taken WHERE incident = $1 AND of = $2 AND organisation = $3";
	struct db_stmt *stmt = db_use(db, event->duty.taken ? take : give);

	db_bind_int(stmt, 1, event->incident);
	db_bind_str(stmt, 2, sdk_str(event->duty.of));
	db_bind_str(stmt, 3, event->duty.organisation);
	if (event->duty.taken) {
		db_bind_str(stmt, 4, event->duty.person);
		db_bind_int(stmt, 5, event->recorded_ms);
	}
	(void)db_row(stmt);
}

static void fold_snoozed(struct db *db, const struct event *event)
{
	static const char put[] =
	    "INSERT INTO snooze (incident, organisation, until_ms, account, made_ms, sequence) VALUES ($1, $2, $3, $4, "
	    "$5, $6) ON CONFLICT (incident, organisation) DO UPDATE SET origin = 0, looked = 0, until_ms = "
	    "excluded.until_ms, "
	    "account = excluded.account, made_ms = excluded.made_ms, sequence = excluded.sequence";
	static const char end[] = "DELETE FROM snooze WHERE incident = $1 AND organisation = $2";
	struct db_stmt *stmt = db_use(db, event->duty.until_ms ? put : end);

	db_bind_int(stmt, 1, event->incident);
	db_bind_str(stmt, 2, event->duty.organisation);
	if (event->duty.until_ms) {
		db_bind_int(stmt, 3, event->duty.until_ms);
		db_bind_str(stmt, 4, event->duty.person);
		db_bind_int(stmt, 5, event->recorded_ms);
		db_bind_int(stmt, 6, event->sequence);
	}
	(void)db_row(stmt);
}

void duties_fold(struct db *db, const struct event *event)
{
	struct db_stmt *stmt;

	if (event->kind == EVENT_INCIDENT_TAKEN)
		fold_taken(db, event);
	if (event->kind == EVENT_INCIDENT_SNOOZED)
		fold_snoozed(db, event);
	if (event->kind == EVENT_COMMENT_EDITED) { /* others may read it now */
		stmt = db_use(db, "UPDATE snooze SET looked = 0 WHERE incident = $1 AND looked > 0");
		db_bind_int(stmt, 1, event->incident);
		(void)db_row(stmt);
	}
	if (!act_is_of(event) || act_begins(event))
		return;
	stmt = db_use(db, "DELETE FROM taken WHERE of = $1 AND NOT EXISTS (SELECT 1 FROM act WHERE uuid = $1 AND state "
			  "= 'open')");
	db_bind_str(stmt, 1, sdk_str(event->act.uuid));
	(void)db_row(stmt);
}

/* ---- rows ---------------------------------------------------------------------------------- */

struct ent_str duties_taken_by(struct db *db, struct ent_arena *arena, int64_t incident, struct ent_str of,
			       struct ent_str organisation)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT account FROM taken WHERE incident = $1 AND of = $2 AND organisation = $3");
	struct ent_str account = ENT_STR("");

	db_bind_int(stmt, 1, incident);
	db_bind_str(stmt, 2, of);
	db_bind_str(stmt, 3, organisation);
	if (db_row(stmt))
		account = sdk_dup(arena, db_str(stmt, 0));
	db_done(stmt);
	return account;
}

size_t duties_taken(struct db *db, struct ent_arena *arena, int64_t incident, const struct ent_str **ret,
		    const int64_t **ret_ms)
{
	struct db_stmt *stmt = db_use(db, "SELECT organisation, min(taken_ms) FROM taken WHERE incident = $1 GROUP BY "
					  "organisation ORDER BY organisation");
	struct ent_str *names = SDK_NEW_N(arena, struct ent_str, DUTIES_MAX);
	int64_t *times = SDK_NEW_N(arena, int64_t, DUTIES_MAX);
	size_t n = 0;

	db_bind_int(stmt, 1, incident);
	for (; n < DUTIES_MAX && db_row(stmt); n++) {
		names[n] = sdk_dup(arena, db_str(stmt, 0));
		times[n] = db_int(stmt, 1);
	}
	db_done(stmt);
	*ret = names;
	*ret_ms = times;
	return n;
}

void duties_looked(struct db *db, int64_t incident, struct ent_str organisation, int64_t looked)
{
	struct db_stmt *stmt = db_use(db, "UPDATE snooze SET looked = $3 WHERE incident = $1 AND organisation = $2");

	db_bind_int(stmt, 1, incident);
	db_bind_str(stmt, 2, organisation);
	db_bind_int(stmt, 3, looked);
	(void)db_row(stmt);
}

bool duties_is_snoozed(struct db *db, int64_t incident, struct ent_str organisation, int64_t now_ms)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT 1 FROM snooze WHERE incident = $1 AND organisation = $2 AND until_ms > $3");

	db_bind_int(stmt, 1, incident);
	db_bind_str(stmt, 2, organisation);
	db_bind_int(stmt, 3, now_ms);
	return db_found(stmt);
}

size_t duties_snoozed(struct db *db, struct ent_arena *arena, int64_t incident, const struct snooze **ret)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT organisation, until_ms, sequence, looked FROM snooze WHERE incident = $1 ORDER "
		       "BY organisation");
	struct snooze *list = SDK_NEW_N(arena, struct snooze, DUTIES_MAX);
	size_t n = 0;

	db_bind_int(stmt, 1, incident);
	for (; n < DUTIES_MAX && db_row(stmt); n++)
		list[n] =
		    (struct snooze){sdk_dup(arena, db_str(stmt, 0)), db_int(stmt, 1), db_int(stmt, 2), db_int(stmt, 3)};
	db_done(stmt);
	*ret = list;
	return n;
}

bool duties_next(struct db *db, struct ent_arena *arena, struct ent_str account, int64_t after, int64_t *ret_incident,
		 struct event *ret)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT incident, of, organisation FROM taken WHERE account = $1 AND incident > "
		       "$2 ORDER BY incident, of LIMIT 1");

	db_bind_str(stmt, 1, account);
	db_bind_int(stmt, 2, after);
	if (!db_row(stmt))
		return false;
	*ret_incident = db_int(stmt, 0);
	ret->duty.organisation = sdk_dup(arena, db_str(stmt, 2));
	snprintf(ret->duty.of, ID_SIZE, "%.*s", ENT_F(db_str(stmt, 1)));
	db_done(stmt);
	return true;
}
