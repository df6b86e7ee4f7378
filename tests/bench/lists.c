/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long lists and searches take in a store of many incidents: bench_lists DIR [INCIDENTS [ROUNDS]]. The store is
 * made in DIR when it is not there yet, by SQL: 2 % of the incidents are in work, 30 suppliers and one that had 40
 * incidents, 50 teams that hold the ball and are no supplier. Prints a line for each filter: median, p95, worst, and
 * the p95 of the CPU, which counts on a machine that does other things as well.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "view/view_list.h"

enum { ROUNDS = 200, SUPPLIERS = 30 };

static int64_t now_us(clockid_t clock)
{
	struct timespec at;

	clock_gettime(clock, &at);
	return at.tv_sec * INT64_C(1000000) + at.tv_nsec / 1000;
}

static int64_t clock_ms(struct clock *clock)
{
	(void)clock;
	return 1700000000000;
}

static int64_t clock_us(struct clock *clock)
{
	return clock_ms(clock) * 1000;
}

static void chance_uuid(struct chance *chance, char ret[ID_SIZE])
{
	(void)chance;
	snprintf(ret, ID_SIZE, "00000000-0000-4000-8000-000000000000");
}

static void chance_bytes(struct chance *chance, void *ret, size_t n)
{
	(void)chance;
	memset(ret, 1, n);
}

/* ---- the store ---------------------------------------------------------------------------- */

static void run(struct db *db, const char *what, int64_t n, const char *sql)
{
	int64_t began = now_us(CLOCK_MONOTONIC);
	struct db_stmt *stmt = db_use(db, sql);

	if (strstr(sql, "$1"))
		db_bind_int(stmt, 1, n);
	(void)db_row(stmt);
	if (db_failed(db)) {
		fprintf(stderr, "%s: %s\n", what, db_error(db));
		exit(1);
	}
	printf("# %s: %.1f s\n", what, (double)(now_us(CLOCK_MONOTONIC) - began) / 1e6);
	fflush(stdout);
}

static void fill(struct db *db, int64_t n)
{
	db_begin(db);
	run(db, "incidents", n,
	    "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < $1), d(n, r) AS (SELECT n, "
	    "(n * 2654435761 % 4294967296) / 65536 FROM i) INSERT INTO incident SELECT n, lower(hex(randomblob(16))), "
	    "CASE r % 7 WHEN 0 THEN 'Imprimante à l''arrêt, étage ' WHEN 1 THEN 'Réseau lent, bâtiment ' ELSE 'Le "
	    "poste "
	    "ne démarre plus, bureau ' END || r, CASE WHEN n > $1 * 98 / 100 OR r = 7 THEN CASE r % 5 WHEN 0 THEN "
	    "'new' "
	    "WHEN 1 THEN 'pending' ELSE 'in_progress' END WHEN r % 100 = 0 THEN 'rejected' WHEN r % 20 = 1 THEN "
	    "'resolved' ELSE 'closed' END, 'priority=3', CASE WHEN r % 50 = 0 THEN 'team ' || (r / 50 % 50) WHEN r % "
	    "50 = 1 "
	    "THEN '' ELSE 'supplier' || (r % 30) END, 0, n * 30000, n * 30000, 1500000000000 + n * 30000 + r % 29000, "
	    "5, "
	    "0, 1, 3, 0 FROM d");
	run(db, "what is finished", n,
	    "UPDATE incident SET finished = 1 WHERE status IN ('rejected', 'resolved', 'closed') AND $1 > 0");
	run(db, "tickets", n,
	    "INSERT INTO ticket (supplier, external_id, key, incident, status, removed, removed_version, removed_ms, "
	    "changed_ms, attributes, continues_as, origin) SELECT 'supplier' || (number % 30), 'id' || number, 'INC' "
	    "|| "
	    "(10000000 + number), number, status, 0, 0, 0, changed_ms, '{}', '', number FROM incident WHERE $1 > 0");
	run(db, "shares", n,
	    "INSERT INTO share SELECT number, 'supplier' || (number % 30), 0, 0, 0, 0 FROM incident WHERE $1 > 0 UNION "
	    "ALL SELECT number, 'supplier' || ((number + 7) % 30), 0, 0, 0, 0 FROM incident WHERE number % 3 = 0 UNION "
	    "ALL SELECT number, 'few', 0, 0, 0, 0 FROM incident WHERE number % ($1 / 40) = 11");
	run(db, "finished", n,
	    "INSERT INTO finished SELECT number, '', holder, status, changed_ms FROM incident WHERE finished = 1 UNION "
	    "ALL "
	    "SELECT number, share.supplier, holder, status, changed_ms FROM incident JOIN share ON share.incident = "
	    "number WHERE finished = 1 AND $1 > 0");
	if (!db_commit(db)) {
		fprintf(stderr, "%s\n", db_error(db));
		exit(1);
	}
	db_checkpoint(db, true);
}

/* ---- the lists ------------------------------------------------------------------------------ */

static int by_time(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

	return (left > right) - (left < right);
}

struct row {
	const char *name, *status, *holder, *supplier, *text;
};

static void measure(struct db *db, const struct row *row, int rounds)
{
	int64_t *took = sdk_xalloc((size_t)rounds * sizeof *took), *cpu = sdk_xalloc((size_t)rounds * sizeof *cpu);
	size_t bytes = 0;

	for (int i = 0; i < rounds; i++) {
		struct sdk_arena arena;
		char supplier[32], holder[32];
		struct ent_str json = ENT_ABSENT;
		struct ent_err err;

		sdk_arena_init(&arena);
		struct view view = {.db = db, .arena = &arena.abi, .reader = &reader_ours};
		struct incident_filter filter = {
		    .limit = 50, .status = sdk_str(row->status), .text = sdk_str(row->text)};
		snprintf(supplier, sizeof supplier, "supplier%d", i * 7 % SUPPLIERS);
		snprintf(holder, sizeof holder, "supplier%d", i * 11 % SUPPLIERS);
		if (row->supplier)
			filter.supplier = sdk_str(strcmp(row->supplier, "*") ? row->supplier : supplier);
		if (row->holder)
			filter.holder = sdk_str(strcmp(row->holder, "*") ? row->holder : holder);
		int64_t began = now_us(CLOCK_MONOTONIC), cpu_began = now_us(CLOCK_THREAD_CPUTIME_ID);
		if (view_list(&view, &filter, &json, &err) != ENT_OK) {
			fprintf(stderr, "%s: %s\n", row->name, err.msg);
			exit(1);
		}
		took[i] = now_us(CLOCK_MONOTONIC) - began;
		cpu[i] = now_us(CLOCK_THREAD_CPUTIME_ID) - cpu_began;
		bytes += json.n;
		sdk_arena_release(&arena);
	}
	qsort(took, (size_t)rounds, sizeof *took, by_time);
	qsort(cpu, (size_t)rounds, sizeof *cpu, by_time);
	printf("%-28s p50 %8.2f ms  p95 %8.2f ms  worst %8.2f ms  CPU p95 %8.2f ms  %6zu bytes\n", row->name,
	       (double)took[rounds / 2] / 1e3, (double)took[rounds * 95 / 100] / 1e3, (double)took[rounds - 1] / 1e3,
	       (double)cpu[rounds * 95 / 100] / 1e3, bytes / (size_t)rounds);
	fflush(stdout);
	free(took);
	free(cpu);
}

int main(int argc, char **argv)
{
	static const struct row rows[] = {
	    {"newest", "", NULL, NULL, ""},
	    {"status open", "open", NULL, NULL, ""},
	    {"status terminal", "terminal", NULL, NULL, ""},
	    {"status new", "new", NULL, NULL, ""},
	    {"status rejected (1 %)", "rejected", NULL, NULL, ""},
	    {"holder", "", "*", NULL, ""},
	    {"holder nobody", "", "", NULL, ""},
	    {"holder that there is not", "", "none", NULL, ""},
	    {"supplier", "", NULL, "*", ""},
	    {"supplier with 40", "", NULL, "few", ""},
	    {"holder, status open", "open", "*", NULL, ""},
	    {"holder, status rejected", "rejected", "*", NULL, ""},
	    {"supplier, status open", "open", NULL, "*", ""},
	    {"supplier, status resolved", "resolved", NULL, "*", ""},
	    {"supplier, holder", "", "*", "*", ""},
	    {"supplier with 40, holder", "", "*", "few", ""},
	    {"supplier, holder, status", "closed", "*", "*", ""},
	    {"text, found often", "", NULL, NULL, "RESEAU"},
	    {"status open, text", "open", NULL, NULL, "etage 17"},
	};
	/* They look at each title: until search has an index of its own. */
	static const struct row long_rows[] = {{"text, not found", "", NULL, NULL, "zanzibar"},
					       {"number of a ticket", "", NULL, NULL, "INC10000042"}};
	struct clock clock = {clock_ms, clock_us};
	struct chance chance = {chance_uuid, chance_bytes};
	struct store_meta meta;
	struct ent_err err;
	struct db *db = NULL;
	char path[512];
	int64_t n = argc > 2 ? strtoll(argv[2], NULL, 10) : 1000000;
	int rounds = argc > 3 ? (int)strtol(argv[3], NULL, 10) : ROUNDS;

	if (argc < 2) {
		fputs("usage: bench_lists DIR [INCIDENTS [ROUNDS]]\n", stderr);
		return 2;
	}
	snprintf(path, sizeof path, "%s/lists.db", argv[1]);
	bool is_new = access(path, F_OK) != 0;
	if (store_open(path, NULL, 6, &clock, &chance, &db, &meta, &err) != ENT_OK) {
		fprintf(stderr, "%s\n", err.msg);
		return 1;
	}
	if (is_new)
		fill(db, n);
	db_close(db);
	if (store_open_read(path, NULL, &db, &meta, &err) != ENT_OK) {
		fprintf(stderr, "%s\n", err.msg);
		return 1;
	}
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		measure(db, &rows[i], rounds);
	for (size_t i = 0; i < sizeof long_rows / sizeof *long_rows; i++)
		measure(db, &long_rows[i], 5);
	db_close(db);
	return 0;
}
