/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the disk gives: one row of 2 KB a SQLite transaction, WAL, synchronous=FULL, for
 * S seconds. Prints one JSON line. usage: commits FILE SECONDS
 */
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	enum { MAX = 1000000 };
	char row[2048];
	sqlite3 *db;
	sqlite3_stmt *insert;

	if (argc != 3 || sqlite3_open(argv[1], &db) ||
	    sqlite3_exec(
		db,
		"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t(id INTEGER PRIMARY KEY, row BLOB)",
		NULL, NULL, NULL) ||
	    sqlite3_prepare_v2(db, "INSERT INTO t(row) VALUES(?)", -1, &insert, NULL))
		return 2;
	memset(row, 'x', sizeof row);
	uint32_t *us = calloc(MAX, sizeof *us);
	int64_t started = now_ns(), ends = started + (int64_t)(atof(argv[2]) * 1e9), now = started;
	int n = 0;
	while (us && now < ends && n < MAX) {
		int64_t from = now;
		sqlite3_bind_blob(insert, 1, row, sizeof row, SQLITE_STATIC);
		if (sqlite3_step(insert) != SQLITE_DONE)
			return 2;
		sqlite3_reset(insert);
		now = now_ns();
		us[n++] = (uint32_t)((now - from) / 1000);
	}
	qsort(us, (size_t)n, sizeof *us, by_value);
	printf("{\"commits\":%d,\"rate\":%.1f,\"p50_us\":%u,\"p99_us\":%u}\n", n,
	       (double)n / ((double)(now - started) / 1e9), us[n / 2], us[(int)((double)(n - 1) * .99)]);
	sqlite3_finalize(insert);
	sqlite3_close(db);
	free(us);
	return 0;
}
