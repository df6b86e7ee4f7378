/* SPDX-License-Identifier: Apache-2.0 */
/* The disk alone: a small SQLite workload with power cuts, at each level of synchronous. */
#include "tap.h"
#include "vfs.h"

#include <stdlib.h>
#include <string.h>

#define CUTS 5 /* in one run */

struct outcome {
	int acked, lost, corrupt, unreadable, cuts;
	uint64_t hash;
};

static int64_t number(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *stmt = NULL;
	int64_t n = -1;

	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW)
		n = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return n;
}

static bool intact(sqlite3 *db)
{
	sqlite3_stmt *stmt = NULL;
	bool ok = sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &stmt, NULL) == SQLITE_OK &&
		  sqlite3_step(stmt) == SQLITE_ROW && !strcmp((const char *)sqlite3_column_text(stmt, 0), "ok");

	sqlite3_finalize(stmt);
	return ok;
}

/* One life of a program that writes rows until its disk ends; returns how many it knows to be committed. */
static int write_rows(struct disk *disk, const char *synchronous, int already, int wanted)
{
	sqlite3 *db = NULL;
	char *sql = sqlite3_mprintf("PRAGMA journal_mode=WAL; PRAGMA synchronous=%s; PRAGMA wal_autocheckpoint=20;"
				    "CREATE TABLE IF NOT EXISTS row (id INTEGER PRIMARY KEY, text TEXT)",
				    synchronous);
	char text[700];
	int acked = already;

	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	if (sqlite3_open_v2("t.db", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, VFS_NAME) == SQLITE_OK &&
	    sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK)
		while (acked < wanted) {
			char *insert = sqlite3_mprintf("INSERT OR IGNORE INTO row VALUES (%d, %Q)", acked + 1, text);
			int rc = sqlite3_exec(db, insert, NULL, NULL, NULL);

			sqlite3_free(insert);
			if (rc != SQLITE_OK || disk->life->dead)
				break;
			acked++;
		}
	sqlite3_free(sql);
	sqlite3_close(db);
	return acked;
}

static void look(struct disk *disk, int acked, struct outcome *outcome)
{
	struct life life = {0};
	sqlite3 *db = NULL;

	disk->life = &life;
	if (sqlite3_open_v2("t.db", &db, SQLITE_OPEN_READWRITE, VFS_NAME) != SQLITE_OK) {
		outcome->unreadable += acked > 0;
	} else {
		int64_t n = number(db, "SELECT count(*) FROM row");

		outcome->lost += acked > 0 && n < acked;
		outcome->corrupt += !intact(db);
	}
	sqlite3_close(db);
}

static struct outcome one_run(uint64_t seed, const char *synchronous, bool power)
{
	struct outcome outcome = {0};
	struct world world;
	struct disk disk;
	struct vfs vfs;
	int acked = 0;

	world_init(&world, seed, false);
	disk_init(&disk, &world, seed);
	vfs_init(&vfs, &disk, seed);
	disk.faults.tear_ppm = 300000;
	for (int i = 0; i < CUTS && !outcome.lost && !outcome.corrupt; i++) {
		struct life life = {0};

		disk.life = &life;
		disk.crash_in = rng_range(&disk.rng, 1, 400);
		disk.crash_power = power;
		acked = write_rows(&disk, synchronous, acked, acked + 100);
		life.dead = true;
		if (power)
			disk_power_cut(&disk);
		disk.crash_in = 0;
		outcome.cuts++;
		look(&disk, acked, &outcome);
	}
	outcome.acked = acked;
	trace_mix(&world, (uint64_t)acked);
	outcome.hash = world.trace.hash;
	vfs_release(&vfs);
	disk_release(&disk);
	world_release(&world);
	return outcome;
}

static struct outcome many_runs(const char *synchronous, bool power, uint64_t seeds)
{
	struct outcome sum = {0};

	for (uint64_t seed = 1; seed <= seeds; seed++) {
		struct outcome one = one_run(seed, synchronous, power);

		sum.acked += one.acked;
		sum.lost += one.lost;
		sum.corrupt += one.corrupt;
		sum.unreadable += one.unreadable;
		sum.cuts += one.cuts;
		sum.hash = sum.hash * 31 + one.hash;
	}
	return sum;
}

int main(void)
{
	struct tap tap = {0};
	struct outcome full = many_runs("FULL", true, 100), again = many_runs("FULL", true, 100);
	struct outcome normal = many_runs("NORMAL", true, 100), off = many_runs("OFF", true, 100);
	struct outcome kill = many_runs("OFF", false, 100);

	printf("# FULL: %d rows acked, %d power cuts; lost in %d\n", full.acked, full.cuts, full.lost);
	tap_ok(&tap, full.acked > 1000 && full.cuts > 300, "sim/disk runs", "too little happened");
	tap_ok(&tap, !full.lost && !full.unreadable, "sim/disk synchronous=FULL keeps acked rows over power cuts",
	       "rows lost");
	tap_ok(&tap, !full.corrupt, "sim/disk synchronous=FULL stays intact", "integrity_check");
	tap_ok(&tap, normal.lost > 0 && !normal.corrupt, "sim/disk synchronous=NORMAL loses acked rows, stays intact",
	       "it lost nothing");
	tap_ok(&tap, off.lost + off.corrupt + off.unreadable > normal.lost / 2 && off.corrupt > 0,
	       "sim/disk synchronous=OFF loses rows and files", "it lost nothing");
	tap_ok(&tap, !kill.lost && !kill.corrupt && !kill.unreadable, "sim/disk a killed process loses nothing",
	       "rows lost");
	tap_ok(&tap, full.hash == again.hash, "sim/disk the same seeds do the same", "the traces differ");
	return tap_end(&tap);
}
