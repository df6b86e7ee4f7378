/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seam over SQLite. The writer's handle does all writes and all checkpoints;
 * readers never checkpoint (3.40's WAL-reset fault needs two that do).
 */
#include "store/db.h"

#include "sdk/fold.h"

#include <assert.h>
#include <errno.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

enum {
	STMT_MAX = 512,
	SLOTS = 1024, /* of the table that finds a statement by its text's address: a power of two, never full */
	PARAMETER_MAX = 48,
	BUSY_MS = 5000,
	WATCH_STEPS = 1000, /* steps of SQLite's machine between two questions to a watch: about 50 us */
	WAL_KEEP = 64 << 20 /* bytes: what a long reader made of the WAL goes back to the disk afterwards */
};

struct db_stmt {
	struct db *db;
	const char *sql; /* the literal's address is the key */
	sqlite3_stmt *stmt;
	/* SQLite takes $2 for a name and numbers names as they first appear; [n] is where $n really is. */
	unsigned char at[PARAMETER_MAX + 1];
};

struct db {
	sqlite3 *handle;
	enum db_mode mode;
	int failure; /* extended result code of the first failure, 0 none */
	char error[240];
	int wal_pages;
	int64_t used;
	bool (*is_over)(void *of); /* db_watch() */
	void *over_of;
	size_t n_stmt;
	struct db_stmt stmt[STMT_MAX];
	uint16_t slot[SLOTS]; /* index in stmt + 1; 0: free */
};

/* The system's error when a file could not be written; 0: it gave none. SQLite keeps it for each file and, less
 * surely, for the handle. */
static int system_error(struct db *db)
{
	sqlite3_file *wal = NULL;
	int number = 0;

	if (sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal) == SQLITE_OK && wal &&
	    wal->pMethods)
		(void)wal->pMethods->xFileControl(wal, SQLITE_FCNTL_LAST_ERRNO, &number);
	if (number == 0)
		(void)sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_LAST_ERRNO, &number);
	return number != 0 ? number : sqlite3_system_errno(db->handle);
}

/* SQLite knows ENOSPC alone as a full disk. A quota that is used up and a file that may not grow are the same to us:
 * nothing of the transaction is there, and room may come. */
static bool is_no_room(int failure, int number)
{
	if (failure != SQLITE_IOERR_WRITE && failure != SQLITE_IOERR_SHMSIZE)
		return false;
	return number == ENOSPC || number == EDQUOT || number == EFBIG;
}

static void keep_failure(struct db *db, const char *what)
{
	int number = 0;

	if (db->failure)
		return;
	db->failure = sqlite3_extended_errcode(db->handle);
	if (db->failure == SQLITE_OK)
		db->failure = SQLITE_ERROR;
	if ((db->failure & 0xff) == SQLITE_IOERR)
		number = system_error(db);
	snprintf(db->error, sizeof db->error, "the store failed (%s): %s%s%s", what, sqlite3_errmsg(db->handle),
		 number ? ": " : "", number ? strerror(number) : "");
	if (is_no_room(db->failure, number))
		db->failure = SQLITE_FULL;
}

static int count_wal_pages(void *to, sqlite3 *handle, const char *name, int pages)
{
	(void)handle, (void)name;
	((struct db *)to)->wal_pages = pages;
	return SQLITE_OK;
}

/* text_has(text, words): is it a part of the text, whatever case and accents? words: folded already. */
static void text_has(sqlite3_context *context, int n, sqlite3_value **value)
{
	enum { SHORT = 1024 };
	struct ent_str text = {(const char *)sqlite3_value_text(value[0]), (size_t)sqlite3_value_bytes(value[0])};
	const void *words = sqlite3_value_text(value[1]);
	char small[SHORT], *folded = text.n <= sizeof small ? small : sqlite3_malloc64(text.n);

	(void)n;
	if (!folded) {
		sqlite3_result_error_nomem(context);
		return;
	}
	bool has =
	    text.p && words && memmem(folded, sdk_fold_to(folded, text), words, (size_t)sqlite3_value_bytes(value[1]));
	sqlite3_result_int(context, has);
	if (folded != small)
		sqlite3_free(folded);
}

static void set_up(struct db *db)
{
	char limit[48];

	sqlite3_extended_result_codes(db->handle, 1);
	sqlite3_busy_timeout(db->handle, BUSY_MS);
	if (sqlite3_create_function_v2(db->handle, "text_has", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
				       NULL, text_has, NULL, NULL, NULL) != SQLITE_OK)
		keep_failure(db, "function");
	db_exec(db, "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA mmap_size=0");
	if (db->mode == DB_READ) {
		db_exec(db, "PRAGMA wal_autocheckpoint=0; PRAGMA query_only=ON; PRAGMA cache_size=-8192");
		return;
	}
	/* 8 KiB: an event or a ticket with a description is 2 KB, and a page of 4 would hold but one. */
	db_exec(db, "PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL");
	db_exec(db, "PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY; PRAGMA "
		    "secure_delete=FAST");
	sqlite3_wal_hook(db->handle, count_wal_pages, db);
	(void)snprintf(limit, sizeof limit, "PRAGMA journal_size_limit=%d", WAL_KEEP);
	db_exec(db, limit);
}

/* Pages that the last process left in the WAL are visible, but may not be durable: it died between write and sync, or a
 * sync failed and the system calls the pages clean. So that nobody reads, publishes or acknowledges what a power cut
 * can still take back, the same bytes are written again and synced (the first sync of this handle takes the folder
 * along). */
static void settle_wal(struct db *db)
{
	sqlite3_file *wal = NULL;
	sqlite3_int64 size = 0;
	char page[16384];
	int rc = SQLITE_OK;

	db_begin(db); /* nobody else appends meanwhile */
	if (!db->failure && sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal) == SQLITE_OK &&
	    wal && wal->pMethods)
		rc = wal->pMethods->xFileSize(wal, &size);
	for (sqlite3_int64 at = 0; at < size && rc == SQLITE_OK; at += (int)sizeof page) {
		int n = size - at < (sqlite3_int64)sizeof page ? (int)(size - at) : (int)sizeof page;
		rc = wal->pMethods->xRead(wal, page, n, at);
		if (rc == SQLITE_OK)
			rc = wal->pMethods->xWrite(wal, page, n, at);
	}
	if (size > 0 && rc == SQLITE_OK)
		rc = wal->pMethods->xSync(wal, SQLITE_SYNC_FULL);
	if (rc != SQLITE_OK && !db->failure) {
		db->failure = rc;
		snprintf(db->error, sizeof db->error, "the store failed (making the WAL durable): %s",
			 sqlite3_errstr(rc));
	}
	db_rollback(db);
}

void db_library(void)
{
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); /* refused when SQLite runs already: slower, not wrong */
}

enum ent_rc db_open(const char *path, enum db_mode mode, const char *vfs, struct db **ret, struct ent_err *err)
{
	int flags = mode == DB_WRITE ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
	struct db *db = sdk_xalloc(sizeof *db);

	memset(db, 0, sizeof *db);
	db->mode = mode;
	if (sqlite3_open_v2(path, &db->handle, flags | SQLITE_OPEN_NOMUTEX, vfs) != SQLITE_OK)
		keep_failure(db, "open");
	else
		set_up(db);
	if (mode == DB_WRITE && !db->failure)
		settle_wal(db);
	if (db->failure) {
		enum ent_rc rc = sdk_fail(err, ENT_EINVAL, "%s: %s", path, db->error);
		db_close(db);
		return rc;
	}
	*ret = db;
	return ENT_OK;
}

void db_close(struct db *db)
{
	if (!db)
		return;
	for (size_t i = 0; i < db->n_stmt; i++)
		sqlite3_finalize(db->stmt[i].stmt);
	sqlite3_close_v2(db->handle);
	free(db);
}

/* Where the statement of this text stands, or will stand. */
static uint16_t *slot_of(struct db *db, const char *sql)
{
	size_t at = (size_t)(((uint64_t)(uintptr_t)sql * UINT64_C(0x9E3779B97F4A7C15)) >> 32) % SLOTS;

	while (db->slot[at] != 0 && db->stmt[db->slot[at] - 1].sql != sql)
		at = (at + 1) % SLOTS;
	return &db->slot[at];
}

struct db_stmt *db_use(struct db *db, const char *sql)
{
	uint16_t *slot = slot_of(db, sql);
	db->used++;
	if (*slot != 0) {
		sqlite3_reset(db->stmt[*slot - 1].stmt);
		return &db->stmt[*slot - 1];
	}
	assert(db->n_stmt < STMT_MAX);
	struct db_stmt *stmt = &db->stmt[db->n_stmt++];
	*stmt = (struct db_stmt){.db = db, .sql = sql};
	if (sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt->stmt, NULL) != SQLITE_OK) {
		keep_failure(db, "prepare");
		db->n_stmt--;
		return stmt;
	}
	*slot = (uint16_t)db->n_stmt;
	for (int i = 1; i <= sqlite3_bind_parameter_count(stmt->stmt); i++) {
		int64_t n = 0;
		const char *name = sqlite3_bind_parameter_name(stmt->stmt, i);
		bool is_number = name && sdk_to_int(sdk_str(name + 1), &n);
		assert(is_number && n >= 1 && n <= PARAMETER_MAX);
		stmt->at[n] = (unsigned char)i;
	}
	return stmt;
}

int64_t *db_used(struct db *db)
{
	return &db->used;
}

bool db_takes(const struct db_stmt *stmt, int i)
{
	return stmt->at[i] != 0;
}

static void bind_absent(struct db_stmt *stmt, int i)
{
	if (!stmt->db->failure && sqlite3_bind_null(stmt->stmt, stmt->at[i]) != SQLITE_OK)
		keep_failure(stmt->db, "bind");
}

void db_bind_int(struct db_stmt *stmt, int i, int64_t v)
{
	if (!stmt->db->failure && sqlite3_bind_int64(stmt->stmt, stmt->at[i], v) != SQLITE_OK)
		keep_failure(stmt->db, "bind");
}

void db_bind_str(struct db_stmt *stmt, int i, struct ent_str s)
{
	if (!s.p)
		bind_absent(stmt, i);
	else if (!stmt->db->failure &&
		 sqlite3_bind_text64(stmt->stmt, stmt->at[i], s.p, s.n, SQLITE_STATIC, SQLITE_UTF8) != SQLITE_OK)
		keep_failure(stmt->db, "bind");
}

void db_bind_blob(struct db_stmt *stmt, int i, struct ent_str s)
{
	if (!s.p)
		bind_absent(stmt, i);
	else if (!stmt->db->failure &&
		 sqlite3_bind_blob64(stmt->stmt, stmt->at[i], s.p, s.n, SQLITE_STATIC) != SQLITE_OK)
		keep_failure(stmt->db, "bind");
}

bool db_row(struct db_stmt *stmt)
{
	if (stmt->db->failure) {
		sqlite3_reset(stmt->stmt); /* or its snapshot of the store stays open; takes NULL */
		return false;
	}
	int rc = sqlite3_step(stmt->stmt);
	if (rc == SQLITE_ROW)
		return true;
	if (rc != SQLITE_DONE)
		keep_failure(stmt->db, "step");
	sqlite3_reset(stmt->stmt);
	return false;
}

int64_t db_int(struct db_stmt *stmt, int column)
{
	return sqlite3_column_int64(stmt->stmt, column);
}

struct ent_str db_str(struct db_stmt *stmt, int column)
{
	if (sqlite3_column_type(stmt->stmt, column) == SQLITE_NULL)
		return ENT_ABSENT;
	const char *p = sqlite3_column_blob(stmt->stmt, column);
	size_t n = (size_t)sqlite3_column_bytes(stmt->stmt, column);
	return (struct ent_str){p ? p : "", n};
}

void db_done(struct db_stmt *stmt)
{
	if (stmt->stmt)
		sqlite3_reset(stmt->stmt);
}

bool db_found(struct db_stmt *stmt)
{
	bool found = db_row(stmt);

	db_done(stmt);
	return found;
}

int64_t db_changed(struct db_stmt *stmt)
{
	assert(!stmt->stmt || sqlite3_column_count(stmt->stmt) == 0);
	(void)db_row(stmt);
	return stmt->db->failure ? 0 : sqlite3_changes64(stmt->db->handle);
}

int64_t db_insert(struct db_stmt *stmt)
{
	return db_changed(stmt) > 0 ? sqlite3_last_insert_rowid(stmt->db->handle) : 0;
}

int64_t db_ask(struct db *db, const char *sql)
{
	struct db_stmt *stmt = db_use(db, sql);
	int64_t value = db_row(stmt) ? db_int(stmt, 0) : 0;

	db_done(stmt);
	return value;
}

struct db_identity db_identity(struct db *db)
{
	return (struct db_identity){db_ask(db, "PRAGMA application_id"), db_ask(db, "PRAGMA user_version"),
				    db_ask(db, "SELECT count(*) FROM sqlite_master") == 0};
}

void db_identify(struct db *db, int64_t application, int64_t version)
{
	char text[96];

	snprintf(text, sizeof text, "PRAGMA application_id=%d; PRAGMA user_version=%d", (int)application, (int)version);
	db_exec(db, text);
}

void db_verify(struct db *db, bool (*found)(void *to, struct ent_str finding), void *to)
{
	struct db_stmt *stmt = db_use(db, "PRAGMA integrity_check(20)");

	while (db_row(stmt))
		if (!sdk_eqz(db_str(stmt, 0), "ok") && !found(to, db_str(stmt, 0)))
			break;
	db_done(stmt);
}

void db_exec(struct db *db, const char *sql)
{
	if (!db->failure && sqlite3_exec(db->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
		keep_failure(db, "exec");
}

void db_fail(struct db *db, const char *fmt, ...)
{
	va_list args;

	if (db->failure)
		return;
	db->failure = SQLITE_CORRUPT;
	va_start(args, fmt);
	vsnprintf(db->error, sizeof db->error, fmt, args);
	va_end(args);
}

static void reset_all(struct db *db)
{
	for (size_t i = 0; i < db->n_stmt; i++)
		if (db->stmt[i].stmt)
			sqlite3_reset(db->stmt[i].stmt);
}

static int ask_watch(void *of)
{
	return ((struct db *)of)->is_over(((struct db *)of)->over_of);
}

void db_watch(struct db *db, bool (*is_over)(void *of), void *of)
{
	db->is_over = is_over;
	db->over_of = of;
	sqlite3_progress_handler(db->handle, is_over ? WATCH_STEPS : 0, is_over ? ask_watch : NULL, db);
}

bool db_forgive_cut(struct db *db)
{
	if (db->failure != SQLITE_INTERRUPT)
		return false;
	reset_all(db);
	db->failure = 0;
	db->error[0] = '\0';
	return true;
}

enum ent_rc db_copy(struct db *db, const char *to, struct ent_err *err)
{
	sqlite3 *handle = NULL;
	sqlite3_backup *backup = NULL;
	int rc = sqlite3_open_v2(to, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);

	if (rc == SQLITE_OK) {
		backup = sqlite3_backup_init(handle, "main", db->handle, "main");
		(void)sqlite3_backup_step(backup, -1); /* in one read, so that no commit comes between; takes NULL */
		(void)sqlite3_backup_finish(backup);
		rc = sqlite3_errcode(handle);
	}
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(handle, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		(void)sdk_fail(err, ENT_EINVAL, "%s: %s", to, handle ? sqlite3_errmsg(handle) : sqlite3_errstr(rc));
	sqlite3_close_v2(handle);
	return rc == SQLITE_OK ? ENT_OK : ENT_EINVAL;
}

bool db_failed(const struct db *db)
{
	return db->failure != 0;
}

const char *db_error(const struct db *db)
{
	return db->error;
}

bool db_forgive_full(struct db *db)
{
	if (db->failure && (db->failure & 0xff) != SQLITE_FULL)
		return false;
	db->failure = 0;
	db->error[0] = '\0';
	return true;
}

void db_begin(struct db *db)
{
	(void)db_row(db_use(db, "BEGIN IMMEDIATE"));
}

bool db_commit(struct db *db)
{
	(void)db_row(db_use(db, "COMMIT"));
	if (!db->failure)
		return true;
	db_rollback(db);
	return false;
}

void db_rollback(struct db *db)
{
	reset_all(db);
	if (!sqlite3_get_autocommit(db->handle))
		(void)sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL); /* the first failure stands already */
}

int64_t db_wal_pages(struct db *db)
{
	return db->wal_pages;
}

void db_checkpoint(struct db *db, bool anew)
{
	int pages = 0, moved = 0, mode = anew ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE;

	assert(db->mode == DB_WRITE);
	if (db->failure)
		return;
	sqlite3_busy_timeout(db->handle, 0); /* nobody waits for an answer longer than a reader reads */
	int rc = sqlite3_wal_checkpoint_v2(db->handle, NULL, mode, &pages, &moved);
	if (rc != SQLITE_OK && rc != SQLITE_BUSY)
		keep_failure(db, "checkpoint");
	sqlite3_busy_timeout(db->handle, BUSY_MS);
	if (pages >= 0 && pages == moved)
		db->wal_pages = 0;
}
