/* SPDX-License-Identifier: Apache-2.0 */
#include "store/read_place.h"

#include "sdk/webhook.h"

#include <stdio.h>

/* A comment that was published late has a low id and came after others with a higher one. A time that lies ahead says
 * nothing: the clock was set back since. */
struct read_place read_place_of(struct db *db, int64_t incident, int64_t id, int64_t recorded_ms, int64_t now_ms)
{
	struct read_place place = {id, recorded_ms};
	struct db_stmt *stmt;

	if (recorded_ms > now_ms)
		return place;
	stmt = db_use(db, READ_PLACE_LAST);
	db_bind_int(stmt, 1, incident);
	db_bind_int(stmt, 2, id);
	db_bind_int(stmt, 3, recorded_ms);
	if (db_row(stmt))
		place.id = db_int(stmt, 0);
	db_done(stmt);
	return place;
}

bool read_place_move(struct db *db, struct ent_str account, int64_t incident, struct read_place to)
{
	struct db_stmt *stmt = db_use(
	    db, "INSERT INTO reading_place (account, incident, origin, read_id, read_ms) SELECT $2, $1, here.origin, "
		"$3, $4 FROM (" READ_PLACE_ORIGINS ") AS here WHERE 1 = 1 ON CONFLICT "
		"(account, incident, origin) DO UPDATE SET read_id = CASE WHEN excluded.read_id > "
		"reading_place.read_id THEN excluded.read_id ELSE reading_place.read_id END, read_ms = CASE WHEN "
		"excluded.read_ms > reading_place.read_ms THEN excluded.read_ms ELSE reading_place.read_ms END WHERE "
		"excluded.read_id > reading_place.read_id OR excluded.read_ms > reading_place.read_ms");

	db_bind_int(stmt, 1, incident);
	db_bind_str(stmt, 2, account);
	db_bind_int(stmt, 3, to.id);
	db_bind_int(stmt, 4, to.ms);
	return db_changed(stmt) > 0;
}

void read_place_fold(struct db *db, const struct event *event)
{
	struct db_stmt *stmt;

	if (event->kind != EVENT_COMMENT_PUBLISHED)
		return;
	stmt = db_use(db, "UPDATE reading_place SET read_ms = $2 - 1 WHERE incident = $1 AND read_ms >= $2");
	db_bind_int(stmt, 1, event->incident);
	db_bind_int(stmt, 2, event->recorded_ms);
	(void)db_row(stmt);
}

static struct read_place least_place(struct db *db, struct ent_str account, int64_t incident)
{
	struct db_stmt *stmt = db_use(db, READ_PLACE_LEAST);
	struct read_place place = {0, 0};

	db_bind_int(stmt, 1, incident);
	db_bind_str(stmt, 2, account);
	if (db_row(stmt))
		place = (struct read_place){db_int(stmt, 0), db_int(stmt, 1)};
	db_done(stmt);
	return place;
}

size_t read_place_passed(struct db *db, struct ent_str account, struct ent_str organisation, int64_t incident,
			 struct read_place to, char (*ret)[ID_SIZE], size_t max)
{
	const struct read_place from = least_place(db, account, incident);
	struct db_stmt *stmt = db_use(
	    db, "SELECT uuid FROM comment WHERE id IN (" READ_PLACE_NEWS
		") AND id <= $5 AND recorded_ms <= $6 AND NOT " READ_PLACE_IS_OF(
		    "$7") " AND NOT EXISTS (SELECT 1 FROM seen WHERE seen.comment = comment.uuid AND "
			  "seen.organisation = $7) AND " READ_PLACE_UNREAD("$2", "$7") " ORDER BY id DESC LIMIT $8");
	size_t n = 0;

	db_bind_int(stmt, 1, incident);
	db_bind_str(stmt, 2, account);
	db_bind_int(stmt, 3, from.id);
	db_bind_int(stmt, 4, from.ms);
	db_bind_int(stmt, 5, to.id);
	db_bind_int(stmt, 6, to.ms);
	db_bind_str(stmt, 7, organisation);
	db_bind_int(stmt, 8, (int64_t)max);
	while (n < max && db_row(stmt))
		snprintf(ret[n++], ID_SIZE, "%.*s", ENT_F(db_str(stmt, 0)));
	db_done(stmt);
	return n;
}

void read_place_see(struct db *db, struct ent_str comment, struct ent_str organisation, int64_t now_ms)
{
	struct db_stmt *stmt = db_use(db, "INSERT INTO seen (comment, organisation, seen_ms) VALUES ($1, $2, $3) ON "
					  "CONFLICT (comment, organisation) DO NOTHING");

	db_bind_str(stmt, 1, comment);
	db_bind_str(stmt, 2, organisation);
	db_bind_int(stmt, 3, now_ms);
	(void)db_row(stmt);
}
