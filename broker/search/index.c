/* SPDX-License-Identifier: Apache-2.0 */
#include "search/index.h"

#include <stdio.h>
#include <unistd.h>

#define INDEX_APPLICATION 0x454e5453 /* "ENTS" */

/*
 * words: an incident's name is its number and title; a ticket's its key, id and title; a person's the name. text: what
 * else it says. who: a word for each organisation that may read it. Words are made by search/words.h, so the tokenizer
 * has only to cut at blanks.
 *
 * part: what decides who may read in an incident, when its rows of words were made, and the organisations that take
 * part. beside: in how many incidents two organisations take part together.
 */
static const char index_tables[] =
    "CREATE VIRTUAL TABLE words USING fts5(name, text, who, tokenize = \"ascii tokenchars '_-'\", prefix = '2 3 4 5 "
    "6');"
    "CREATE VIRTUAL TABLE title USING fts5(folded, content = 'part', content_rowid = 'incident', detail = none, "
    "tokenize = 'trigram case_sensitive 1');"
    "CREATE TABLE part (incident INTEGER PRIMARY KEY, reads TEXT NOT NULL, organisations TEXT NOT NULL, "
    "folded TEXT NOT NULL);"
    "CREATE TABLE beside (one TEXT NOT NULL, other TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (one, other)) "
    "WITHOUT ROWID;"
    "CREATE TABLE person (id INTEGER PRIMARY KEY, ref TEXT NOT NULL UNIQUE);"
    "CREATE TABLE progress (name TEXT PRIMARY KEY, value) WITHOUT ROWID;";

void index_remove(const char *path)
{
	static const char *const suffix[] = {"", "-wal", "-shm"};
	struct sdk_arena arena;

	sdk_arena_init(&arena);
	for (size_t i = 0; i < sizeof suffix / sizeof *suffix; i++)
		(void)unlink(sdk_z(&arena.abi, sdk_format(&arena.abi, "%s%s", path, suffix[i])));
	sdk_arena_release(&arena);
}

static bool is_index(struct db *index)
{
	struct db_identity identity = db_identity(index);

	return identity.application == INDEX_APPLICATION && identity.version == INDEX_VERSION;
}

/* A power cut may take back the last of it, which is filled again: only a checkpoint waits for the disk. */
static bool make_index(struct db *index)
{
	db_exec(index, "PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16384");
	if (db_identity(index).is_empty) {
		db_begin(index);
		db_exec(index, index_tables);
		db_identify(index, INDEX_APPLICATION, INDEX_VERSION);
		(void)db_commit(index);
	}
	return is_index(index) && !db_failed(index);
}

enum ent_rc index_open(const char *path, struct db **ret, struct ent_err *err)
{
	struct db *index = NULL;
	enum ent_rc rc = ENT_OK;

	for (int try = 0; try < 2; try++) {
		rc = db_open(path, DB_WRITE, NULL, &index, err);
		if (rc == ENT_OK && make_index(index)) {
			*ret = index;
			return ENT_OK;
		}
		if (rc == ENT_OK) {
			rc = sdk_fail(err, ENT_EINVAL, "%s: %s", path,
				      db_failed(index) ? db_error(index) : "not an index of this version");
			db_close(index);
		}
		index_remove(path);
	}
	return rc;
}

enum ent_rc index_open_read(const char *path, struct db **ret, struct ent_err *err)
{
	struct db *index = NULL;
	enum ent_rc rc = db_open(path, DB_READ, NULL, &index, err);

	if (rc == ENT_OK && (!is_index(index) || db_failed(index))) {
		rc = sdk_fail(err, ENT_EINVAL, "%s is not an index of this version", path);
		db_close(index);
	}
	if (rc == ENT_OK)
		*ret = index;
	return rc;
}

void index_clear(struct db *index)
{
	db_exec(index, "DROP TABLE words; DROP TABLE title; DROP TABLE part; DROP TABLE beside; DROP TABLE person; "
		       "DROP TABLE progress");
	db_exec(index, index_tables);
}

void index_shred(struct db *index)
{
	db_exec(index,
		"PRAGMA secure_delete=ON; INSERT INTO words (words) VALUES ('optimize'); PRAGMA secure_delete=FAST");
}

int64_t index_number(struct db *index, const char *name)
{
	struct db_stmt *stmt = db_use(index, "SELECT value FROM progress WHERE name = $1");

	db_bind_str(stmt, 1, sdk_str(name));
	int64_t value = db_row(stmt) ? db_int(stmt, 0) : 0;
	db_done(stmt);
	return value;
}

#define INDEX_PUT                                                                                                      \
	"INSERT INTO progress (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value"

void index_set_number(struct db *index, const char *name, int64_t value)
{
	struct db_stmt *stmt = db_use(index, INDEX_PUT);

	db_bind_str(stmt, 1, sdk_str(name));
	db_bind_int(stmt, 2, value);
	(void)db_row(stmt);
}

bool index_has_text(struct db *index, const char *name, struct ent_str value)
{
	struct db_stmt *stmt = db_use(index, "SELECT 1 FROM progress WHERE name = $1 AND value = $2");

	db_bind_str(stmt, 1, sdk_str(name));
	db_bind_str(stmt, 2, value);
	return db_found(stmt);
}

void index_set_text(struct db *index, const char *name, struct ent_str value)
{
	struct db_stmt *stmt = db_use(index, INDEX_PUT);

	db_bind_str(stmt, 1, sdk_str(name));
	db_bind_str(stmt, 2, value);
	(void)db_row(stmt);
}
