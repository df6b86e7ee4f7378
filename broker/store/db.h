/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seam: SQL in, rows out. The SQL of the other files is what SQLite and PostgreSQL
 * both speak ($1 parameters, ON CONFLICT, RETURNING), and one function that each
 * engine is given: text_has(text, words), see sdk/fold.h; what only one engine knows is
 * behind a function here, so that a second engine is one more file beside db_sqlite.c.
 *
 * Errors stick: after the first failure every call is a no-op and db_failed() says
 * why. Callers check once, before the commit. One handle, one thread.
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include "sdk/str.h"

struct db;
struct db_stmt; /* belongs to its db, prepared once per SQL text, reset by the next db_use of it */

enum db_mode {
	DB_READ, /* read-only, never checkpoints */
	DB_WRITE /* the one writer: WAL, synchronous=FULL, all checkpoints are its own */
};

/* Once, before any thread: SQLite keeps no statistics of its memory, whose lock every allocation would take. */
void db_library(void);

/* vfs: NULL for the real files. DB_READ of a missing file, a corrupt file or no access: ENT_EINVAL, says which. */
enum ent_rc db_open(const char *path, enum db_mode mode, const char *vfs, struct db **ret, struct ent_err *err)
    __attribute__((warn_unused_result));
void db_close(struct db *db); /* takes NULL */

/* `sql` must be a string literal or live as long as db: it is the cache's key by address. */
struct db_stmt *db_use(struct db *db, const char *sql);
bool db_takes(const struct db_stmt *stmt, int i); /* its text names the parameter */
/* Bound text and blobs are borrowed until the statement is used again. i from 1: $1 */
void db_bind_int(struct db_stmt *stmt, int i, int64_t v);
void db_bind_str(struct db_stmt *stmt, int i, struct ent_str s);  /* absent: NULL */
void db_bind_blob(struct db_stmt *stmt, int i, struct ent_str s); /* absent: NULL */
bool db_row(struct db_stmt *stmt);                /* true: a row stands; false: no more, or failed; then it is reset */
int64_t db_int(struct db_stmt *stmt, int column); /* from 0; NULL gives 0 */
struct ent_str db_str(struct db_stmt *stmt, int column); /* text or blob, until the next db_row; NULL gives absent */
void db_done(struct db_stmt *stmt);                      /* leave before the last row */
bool db_found(struct db_stmt *stmt);                     /* was there a row? Done with it */
/* Runs a statement that gives no rows: how many it inserted, changed or deleted. RETURNING costs SQLite a table of its
 * own each time, so it stands only where neither of these two tells enough. */
int64_t db_changed(struct db_stmt *stmt);
/* Runs an INSERT of one row into a table with an integer key: that key; 0: ON CONFLICT DO NOTHING left it out. */
int64_t db_insert(struct db_stmt *stmt);
int64_t db_ask(struct db *db, const char *sql); /* one number without parameters; no row, NULL or failure: 0 */
int64_t *db_used(struct db *db);                /* how often db_use() was called; may be set back */
void db_exec(struct db *db, const char *sql);   /* no parameters, no rows; several statements allowed */

/* The stored data is not what it must be: a failure that sticks like the engine's own. */
void db_fail(struct db *db, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool db_failed(const struct db *db);
const char *db_error(const struct db *db); /* for people; "" when not failed */
/* is_over(of) is asked about each 50 us of a statement's work; true cuts it off, and the handle has failed until
 * db_forgive_cut(). NULL: nothing is cut off any more. */
void db_watch(struct db *db, bool (*is_over)(void *of), void *of);
/* True: a watch caused the failure, and the failure is cleared. All statements are reset, so that the next one reads
 * the store as it is then. */
bool db_forgive_cut(struct db *db);
/* All of one moment into a new file without a WAL, durable. Reads for as long as it takes. On failure a part of it may
 * be there. */
enum ent_rc db_copy(struct db *db, const char *to, struct ent_err *err) __attribute__((warn_unused_result));
/* Full disk (a used up quota and a limit of a file's size are the same): nothing was committed and a later try may
 * work. Anything else on the write path (I/O, corruption) must end the process. Clears the failure only for the former.
 */
bool db_forgive_full(struct db *db);

/* Whose file is it, of which version, and is there anything in it? For store.c. */
struct db_identity {
	int64_t application, version;
	bool is_empty;
};
struct db_identity db_identity(struct db *db);
void db_identify(struct db *db, int64_t application, int64_t version);
/* Each finding of the engine's own check as one line. */
void db_verify(struct db *db, bool (*found)(void *to, struct ent_str finding), void *to);

void db_begin(struct db *db);  /* immediate */
bool db_commit(struct db *db); /* true: durable. false: failed, rolled back */
void db_rollback(struct db *db);
int64_t db_wal_pages(struct db *db); /* pages of DB_PAGE_BYTES in the WAL after the last commit */
#define DB_PAGE_BYTES 8192
/* Moves WAL pages into the file; DB_WRITE only. It never waits: what a reader holds back stays in the WAL, which grows
 * meanwhile. anew: tries also to begin the WAL at its start again, which works at a moment without readers only. */
void db_checkpoint(struct db *db, bool anew);

#endif
