/* SPDX-License-Identifier: Apache-2.0 */
/* Table work in worlds of deliveries.h: what stands in it, and whether it is what is made of all the rest anew. */
#ifndef UNIT_WORK_WORLD_H
#define UNIT_WORK_WORLD_H

#include "deliveries.h"

#define HOUR_MS 3600000

/* Time passes; what is due runs, until nothing is. */
static inline void pass(struct world *world, int64_t ms)
{
	struct ent_err err;
	enum ent_rc rc;

	world->now_ms += ms;
	while ((rc = writer_step(world->writer, &err)) == ENT_OK)
		;
	if (rc != ENT_MORE)
		fail_msg("%s", err.msg);
}

/* "ENT-1 us ask overdue"; a line for each row, with all that it holds when `whole`. */
static inline struct ent_str work_rows(struct db *db, struct ent_arena *arena, const char *organisation, bool whole)
{
	struct db_stmt *stmt = db_use(
	    db,
	    "SELECT incident, organisation, reason, rank, place, at_ms, due_ms, overdue, subject, about, put_off FROM "
	    "work WHERE $1 = '' OR organisation = $1 ORDER BY organisation, incident, rank");
	struct sdk_buf buf;

	sdk_buf_init(&buf, 1 << 20);
	db_bind_str(stmt, 1, sdk_str(organisation));
	while (db_row(stmt)) {
		sdk_buf_str(&buf,
			    sdk_format(arena, "%lld %.*s %.*s%s", (long long)db_int(stmt, 0), ENT_F(db_str(stmt, 1)),
				       ENT_F(db_str(stmt, 2)), db_int(stmt, 7) ? " overdue" : ""));
		if (whole)
			sdk_buf_str(&buf,
				    sdk_format(arena, " %lld %lld %lld %lld %lld %.*s %.*s", (long long)db_int(stmt, 3),
					       (long long)db_int(stmt, 4), (long long)db_int(stmt, 5),
					       (long long)db_int(stmt, 6), (long long)db_int(stmt, 10),
					       ENT_F(db_str(stmt, 8)), ENT_F(db_str(stmt, 9))));
		sdk_buf_z(&buf, "\n");
	}
	stmt = db_use(db, "SELECT number FROM incident WHERE worded = 1 AND $1 ORDER BY number");
	db_bind_int(stmt, 1, whole);
	while (db_row(stmt))
		sdk_buf_str(&buf, sdk_format(arena, "worded %lld\n", (long long)db_int(stmt, 0)));
	struct ent_str text = sdk_dup(arena, sdk_buf_view(&buf));
	sdk_buf_release(&buf);
	return text;
}

/* A timer may come too early: the last word is asked for when the holder may be silent, and not with each word. It
 * never comes too late. */
static inline void check_timers(struct world *world, struct db *anew)
{
	struct db_stmt *stmt = db_use(anew, "SELECT subject, due_ms FROM timer WHERE kind = 'work'");

	while (db_row(stmt)) {
		struct db_stmt *kept =
		    db_use(world->read, "SELECT due_ms FROM timer WHERE kind = 'work' AND subject = $1");

		db_bind_str(kept, 1, db_str(stmt, 0));
		if (!db_row(kept) || db_int(kept, 0) > db_int(stmt, 1))
			fail_msg("no timer in time: %.*s", ENT_F(db_str(stmt, 0)));
		db_done(kept);
	}
}

/* The store at `path` makes its table without looking at what stands in it. */
static inline struct ent_str work_anew(struct world *world, const char *path)
{
	static const struct writer_options options = {.queue_max = 10, .batch_max = 10, .wal_pages = 1000};
	struct metrics metrics = {0};
	struct store_meta meta;
	struct db *db = NULL;
	struct ent_err err;
	struct writer *writer;
	enum ent_rc rc;

	if (store_open(path, NULL, 6, &world->clock, &world->chance, &db, &meta, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	db_exec(db, "DELETE FROM work; DELETE FROM meta WHERE name = 'work'; DELETE FROM timer WHERE kind = 'work'; "
		    "UPDATE incident SET worded = 0");
	writer = writer_new(db, &meta, &world->clock, &world->chance, &metrics, &options, NULL, NULL);
	writer_reload(writer, world->suppliers);
	while ((rc = writer_step(writer, &err)) == ENT_OK)
		;
	if (rc != ENT_MORE)
		fail_msg("%s", err.msg);
	check_timers(world, db);
	struct ent_str rows = work_rows(db, &world->arena.abi, "", true);
	writer_free(writer);
	return rows;
}

/* The table kept step by step is the one that is made of the whole state. */
static inline void check_work(struct world *world)
{
	struct ent_err err;

	pass(world, 0);
	remove(world->again);
	if (db_copy(world->read, world->again, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	struct ent_str kept = work_rows(world->read, &world->arena.abi, "", true),
		       anew = work_anew(world, world->again);
	while (kept.n && anew.n) {
		struct ent_str one = sdk_cut(kept, '\n', &kept), two = sdk_cut(anew, '\n', &anew);

		if (!sdk_eq(one, two))
			fail_msg("kept:\n%.*s\nmade anew:\n%.*s", ENT_F(one), ENT_F(two));
	}
	if (kept.n || anew.n)
		fail_msg("kept alone:\n%.*s\nmade anew alone:\n%.*s", ENT_F(kept), ENT_F(anew));
}

#endif
