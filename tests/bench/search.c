/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long searches take as one types, in a store of many incidents: bench_search DIR [INCIDENTS [ROUNDS]]. The store
 * is made in DIR when it is not there yet, by SQL: each incident has a ticket and a comment, 30 suppliers take part,
 * and `one` does in 1 % of them. Then the index is filled from it, which is measured as well. Each round types a phrase
 * letter by letter; one line for each reader: median, p95, worst, and the p95 of the CPU, which counts on a machine
 * that does other things as well.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "search/alike.h"
#include "search/find.h"
#include "search/follower.h"
#include "search/titles.h"
#include "view/view_list.h"

enum { ROUNDS = 20, KEYS_MAX = 100000 };

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

static void die(const char *what, const char *why)
{
	fprintf(stderr, "bench_search: %s: %s\n", what, why);
	exit(1);
}

/* ---- the store ---------------------------------------------------------------------------- */

static void run(struct db *db, const char *what, int64_t n, const char *sql)
{
	struct db_stmt *stmt = db_use(db, sql);

	db_bind_int(stmt, 1, n);
	(void)db_row(stmt);
	if (db_failed(db))
		die(what, db_error(db));
}

/* r: a number by chance; six words of 40, so that a title is one of thousands. */
#define WORD(from)                                                                                                     \
	"substr('imprimante reseau    disque    poste     messagerie batiment  etage     demarre   lent      arret   " \
	"  "                                                                                                           \
	"ecran     clavier   serveur   portail   acces     compte    mot       passe     badge     telephone borne   " \
	"  "                                                                                                           \
	"routeur   switch    fibre     coupure   erreur    mise      jour      sauvegarde restaure  fichier   "        \
	"partage   "                                                                                                   \
	"dossier   agenda    reunion   video     casque    licence   certificat signature ', 1 + 11 * ((r / " from     \
	") % 38), 10)"
#define TITLE  WORD("1") " || ' ' || " WORD("38") " || ' ' || " WORD("1444") " || ' ' || (r % 900)"
#define CHANCE "(n * 2654435761 % 4294967296) / 7"

static void fill(struct db *db, int64_t n)
{
	db_begin(db);
	run(db, "incidents", n,
	    "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < $1), d(n, r) AS (SELECT "
	    "n, " CHANCE " FROM i) INSERT INTO incident (number, uuid, title, status, attributes, holder, "
	    "holder_since_ms, accepted, "
	    "handed_by, declined_by, service, site, requester, requester_of, needed_before_ms, opened_ms, said_ms, "
	    "changed_ms, sequence, merged_into, n_ticket, n_comment, finished) SELECT n, "
	    "lower(hex(randomblob(16))), " TITLE
	    ", 'in_progress', 'status=in_progress priority=3', 'us', 0, 1, '', '', '', '', '', '', 0, n * 30000, n * "
	    "30000, 1500000000000 + n * 30000, 5, 0, 1, 1, 0 FROM d");
	run(db, "tickets", n,
	    "INSERT INTO ticket (supplier, external_id, key, incident, status, removed, removed_version, removed_ms, "
	    "changed_ms, attributes, continues_as, origin) SELECT 'supplier' || (number % 30), 'id' || number, 'INC' "
	    "|| "
	    "(10000000 + number), number, status, 0, 0, 0, changed_ms, '{}', '', number FROM incident WHERE number <= "
	    "$1");
	run(db, "comments", n,
	    "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < $1), d(n, r) AS (SELECT "
	    "n, " CHANCE
	    " FROM i) INSERT INTO comment (uuid, incident, supplier, ticket, external_id, author, body, visibility, "
	    "organisations, everyone, requester, created_ms, edited_ms, removed, stamp_version, stamp_ms, recorded_ms, "
	    "origin) SELECT lower(hex(randomblob(16))), n, '', '', 'c' || n, '', 'Nous regardons: ' || " TITLE
	    " || ', puis ' || " WORD(
		"54872") ", 'internal', 'us', 1, 0, n * 30000 + 7, 0, 0, 0, 0, n * 30000 + 9, n FROM d");
	run(db, "shares", n,
	    "INSERT INTO share (incident, supplier, since_ms, sees_ms, reads_ms, withdrawn_ms, anew) SELECT number, "
	    "'supplier' || (number % 30), 0, 0, 0, 0, 0 FROM incident WHERE number <= $1 UNION ALL SELECT number, "
	    "'one', "
	    "0, 0, 0, 0, 0 FROM incident WHERE number % 100 = 17");
	if (!db_commit(db))
		die("store", db_error(db));
	db_checkpoint(db, true);
}

/* ---- what is measured ------------------------------------------------------------------------ */

struct took {
	int64_t wall[KEYS_MAX], cpu[KEYS_MAX];
	size_t n, found;
};

static int by_time(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

	return (left > right) - (left < right);
}

static void tell(const char *name, struct took *took)
{
	if (!took->n)
		return;
	qsort(took->wall, took->n, sizeof *took->wall, by_time);
	qsort(took->cpu, took->n, sizeof *took->cpu, by_time);
	printf("%-34s p50 %7.2f ms  p95 %7.2f ms  worst %7.2f ms  CPU p95 %7.2f ms  %zu keys, %.1f found\n", name,
	       (double)took->wall[took->n / 2] / 1e3, (double)took->wall[took->n * 95 / 100] / 1e3,
	       (double)took->wall[took->n - 1] / 1e3, (double)took->cpu[took->n * 95 / 100] / 1e3, took->n,
	       (double)took->found / (double)took->n);
	fflush(stdout);
}

static const char *const phrase[] = {
    "imprimante etage",     "reseau lent batiment", "mot passe",     "INC10000042",          "ent-000317",
    "certificat signature", "sauvegarde erreur",    "telephone bor", "messagerie coupure 7", "zanzibar"};

/* One key: the reader's omnibox. */
static void press_key(struct view *view, struct db *index, struct ent_str typed, struct took *took)
{
	const struct find_ask ask = {.text = typed, .limit = 10};
	int64_t began = now_us(CLOCK_MONOTONIC), cpu = now_us(CLOCK_THREAD_CPUTIME_ID);
	const struct sdk_json *answer;
	struct ent_str json;
	struct ent_err err;

	if (find_words(view, index, &ask, &json, &err) != ENT_OK || db_failed(index))
		die(typed.p, db_failed(index) ? db_error(index) : err.msg);
	took->wall[took->n] = now_us(CLOCK_MONOTONIC) - began;
	took->cpu[took->n++] = now_us(CLOCK_THREAD_CPUTIME_ID) - cpu;
	if (sdk_json_parse(view->arena, json, &answer, &err) == ENT_OK)
		took->found += sdk_json_count(sdk_json_at(answer, "items"));
}

static void type_phrases(struct db *store, struct db *index, const char *name, const struct reader *reader, int rounds)
{
	struct took *took = sdk_xalloc(sizeof *took);

	memset(took, 0, sizeof *took);
	for (int round = 0; round < rounds; round++)
		for (size_t i = 0; i < sizeof phrase / sizeof *phrase; i++)
			for (size_t n = 1; n <= strlen(phrase[i]) && took->n < KEYS_MAX; n++) {
				struct sdk_arena arena;

				sdk_arena_init(&arena);
				struct view view = {.db = store, .arena = &arena.abi, .reader = reader};
				press_key(&view, index, (struct ent_str){phrase[i], n}, took);
				sdk_arena_release(&arena);
			}
	tell(name, took);
	free(took);
}

/* The list by a text that no title has: by the index, and by looking at each title. */
static void list_text(struct db *store, struct db *index, const char *text, int rounds)
{
	struct took *took = sdk_xalloc(sizeof *took);

	memset(took, 0, sizeof *took);
	for (int round = 0; round < rounds; round++) {
		struct sdk_arena arena;
		struct ent_str json;
		struct ent_err err;

		sdk_arena_init(&arena);
		struct view view = {.db = store, .arena = &arena.abi, .reader = &reader_ours};
		struct incident_filter filter = {.limit = 50, .text = sdk_str(text)};
		int64_t began = now_us(CLOCK_MONOTONIC), cpu = now_us(CLOCK_THREAD_CPUTIME_ID);
		if (index && titles_find(index, store, view.arena, filter.text, &filter.among, &filter.n_among) !=
				 TITLES_NARROWED)
			filter.among = NULL;
		if (view_list(&view, &filter, &json, &err) != ENT_OK)
			die(text, err.msg);
		took->wall[took->n] = now_us(CLOCK_MONOTONIC) - began;
		took->cpu[took->n++] = now_us(CLOCK_THREAD_CPUTIME_ID) - cpu;
		sdk_arena_release(&arena);
	}
	tell(index ? "list, text in no title, index" : "list, text in no title, walked", took);
	free(took);
}

static void alike_titles(struct db *store, struct db *index, const struct reader *reader, int rounds)
{
	struct took *took = sdk_xalloc(sizeof *took);

	memset(took, 0, sizeof *took);
	for (int round = 0; round < rounds; round++)
		for (size_t i = 0; i < sizeof phrase / sizeof *phrase; i++) {
			struct sdk_arena arena;
			struct ent_str json;
			struct ent_err err;

			sdk_arena_init(&arena);
			struct view view = {.db = store, .arena = &arena.abi, .reader = reader};
			int64_t began = now_us(CLOCK_MONOTONIC), cpu = now_us(CLOCK_THREAD_CPUTIME_ID);
			if (alike_find(&view, index, sdk_str(phrase[i]), 0, 5, &json, &err) != ENT_OK)
				die(phrase[i], err.msg);
			took->wall[took->n] = now_us(CLOCK_MONOTONIC) - began;
			took->cpu[took->n++] = now_us(CLOCK_THREAD_CPUTIME_ID) - cpu;
			sdk_arena_release(&arena);
		}
	tell("similar titles, ours", took);
	free(took);
}

/* Goes through the whole store, as a broker does that finds no index. */
static void fill_index(struct db *index, struct db *store, const struct store_meta *meta, int64_t n)
{
	int64_t cpu = now_us(CLOCK_THREAD_CPUTIME_ID), began = now_us(CLOCK_MONOTONIC);
	struct follower follower;
	bool worked = false;

	follower_open(&follower, index, store, meta, NULL);
	while (follower_step(&follower)) {
		worked = true;
		if (db_wal_pages(index) > 1000)
			db_checkpoint(index, false);
	}
	follower_close(&follower);
	if (db_failed(index) || db_failed(store))
		die("index", db_failed(index) ? db_error(index) : db_error(store));
	double s = (double)(now_us(CLOCK_THREAD_CPUTIME_ID) - cpu) / 1e6;
	if (worked && s > 0.01)
		printf("# index filled: %" PRId64
		       " incidents, as many tickets and comments, %.1f s of CPU, %.1f s, %.0f "
		       "rows/s of CPU\n",
		       n, s, (double)(now_us(CLOCK_MONOTONIC) - began) / 1e6, 3 * (double)n / s);
}

int main(int argc, char **argv)
{
	static const struct reader one = {.kind = READER_ORGANISATION, .organisation = ENT_STR("one")};
	struct clock clock = {clock_ms, clock_us};
	struct chance chance = {chance_uuid, chance_bytes};
	int64_t n = argc > 2 ? strtoll(argv[2], NULL, 10) : 1000000;
	int rounds = argc > 3 ? (int)strtol(argv[3], NULL, 10) : ROUNDS;
	struct db *store = NULL, *index = NULL, *read = NULL;
	struct store_meta meta;
	struct ent_err err;
	char path[512], words[512];

	if (argc < 2)
		die("usage", "bench_search DIR [INCIDENTS [ROUNDS]]");
	snprintf(path, sizeof path, "%s/search-store.db", argv[1]);
	snprintf(words, sizeof words, "%s/search.sqlite", argv[1]);
	bool is_new = access(path, F_OK) != 0;
	if (store_open(path, NULL, 6, &clock, &chance, &store, &meta, &err) != ENT_OK)
		die(path, err.msg);
	if (is_new)
		fill(store, n);
	db_close(store);
	if (store_open_read(path, NULL, &store, &meta, &err) != ENT_OK || index_open(words, &index, &err) != ENT_OK)
		die(path, err.msg);
	fill_index(index, store, &meta, n);
	if (index_open_read(words, &read, &err) != ENT_OK)
		die(words, err.msg);
	type_phrases(store, read, "omnibox, a viewer of 1 %", &one, rounds);
	type_phrases(store, read, "omnibox, ours", &reader_ours, rounds);
	alike_titles(store, read, &reader_ours, rounds);
	list_text(store, read, "zanzibar", rounds);
	list_text(store, NULL, "zanzibar", 3);
	db_close(read);
	db_close(index);
	db_close(store);
	return 0;
}
