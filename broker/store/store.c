/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store.h"

#include "sdk/crypto.h"
#include "sdk/webhook.h"
#include "store/sql_text.h"

#include <stdio.h>
#include <string.h>

/* "ENTE": so that another program's SQLite file is not taken for a store. */
#define APPLICATION_ID 0x454e5445

static enum ent_rc store_trouble(struct db *db, const char *path, struct ent_err *err)
{
	return sdk_fail(err, ENT_EINVAL, "%s: %s", path, db_error(db));
}

static void meta_put(struct db *db, const char *name, struct ent_str value)
{
	struct db_stmt *stmt = db_use(db, "INSERT INTO meta (name, value) VALUES ($1, $2) "
					  "ON CONFLICT (name) DO UPDATE SET value = excluded.value");
	db_bind_str(stmt, 1, sdk_str(name));
	db_bind_str(stmt, 2, value);
	(void)db_row(stmt);
}

static bool meta_get(struct db *db, const char *name, char *ret, size_t size)
{
	struct db_stmt *stmt = db_use(db, "SELECT value FROM meta WHERE name = $1");
	db_bind_str(stmt, 1, sdk_str(name));
	bool found = db_row(stmt);
	if (found) {
		struct ent_str value = db_str(stmt, 0);
		snprintf(ret, size, "%.*s", (int)value.n, value.p);
	}
	db_done(stmt);
	return found;
}

static enum ent_rc read_meta(struct db *db, const char *path, struct store_meta *ret, struct ent_err *err)
{
	char partitions[16] = "", created[24] = "";
	int64_t n = 0, ms = 0;

	if (!meta_get(db, "store_id", ret->store_id, sizeof ret->store_id) ||
	    !meta_get(db, "partitions", partitions, sizeof partitions) ||
	    !meta_get(db, "people_key", ret->people_key, sizeof ret->people_key) ||
	    !meta_get(db, "created_ms", created, sizeof created) || !sdk_to_int(sdk_str(partitions), &n) ||
	    !sdk_to_int(sdk_str(created), &ms) || n < 1 || n > 10000 || strlen(ret->store_id) != ID_SIZE - 1 ||
	    strlen(ret->people_key) != PEOPLE_KEY_SIZE - 1)
		return sdk_fail(err, ENT_EINVAL, "%s: %s", path,
				db_failed(db) ? db_error(db) : "its identity is missing or damaged; restore a backup");
	ret->partitions = (int32_t)n;
	ret->created_ms = ms;
	return ENT_OK;
}

static enum ent_rc check_version(struct db *db, const char *path, bool may_be_empty, int64_t *ret_version,
				 struct ent_err *err)
{
	struct db_identity identity = db_identity(db);
	int64_t version = identity.version;

	if (db_failed(db))
		return store_trouble(db, path, err);
	*ret_version = version;
	if (identity.is_empty && may_be_empty)
		return ENT_OK;
	if (identity.application != APPLICATION_ID)
		return sdk_fail(err, ENT_EINVAL, "%s is not a store of Entente; name another data_dir", path);
	if (version > STORE_VERSION)
		return sdk_fail(err, ENT_EINVAL, "%s has version %d, this program knows %d; use the newer program",
				path, (int)version, STORE_VERSION);
	if (version < STORE_VERSION && !may_be_empty)
		return sdk_fail(err, ENT_EINVAL, "%s has version %d; `entente serve` brings it to %d", path,
				(int)version, STORE_VERSION);
	return ENT_OK;
}

/* Only for a store that holds anything. */
static enum ent_rc check_shape(struct db *db, const char *path, struct ent_err *err)
{
	char shape[16] = "1";

	(void)meta_get(db, "shape", shape, sizeof shape);
	if (db_failed(db))
		return store_trouble(db, path, err);
	if (!strcmp(shape, STORE_SHAPE_TEXT))
		return ENT_OK;
	return sdk_fail(
	    err, ENT_EINVAL,
	    "%s was made by another program: it has shape %s, this one reads shape " STORE_SHAPE_TEXT
	    " and cannot bring it over. Name a new data_dir and new Kafka topics (another cluster, or delete "
	    "those of Entente), then read the open tickets again: entente backfill SUPPLIER --since TIME",
	    path, shape);
}

static void make_people_key(struct db *db, struct chance *chance)
{
	unsigned char bytes[PEOPLE_KEY_SIZE / 2];
	struct sdk_arena arena;

	sdk_arena_init(&arena);
	chance->bytes(chance, bytes, sizeof bytes);
	meta_put(db, "people_key", sdk_hex(&arena.abi, bytes, sizeof bytes));
	sdk_arena_release(&arena);
}

/* All that is missing and the version number in one transaction: killed midway, it starts again. */
static void migrate_store(struct db *db, int64_t version, int32_t partitions, struct clock *clock,
			  struct chance *chance)
{
	static const char *const step[STORE_VERSION] = {sql_0001, sql_0002, sql_0003};
	char text[64];

	db_begin(db);
	for (int64_t i = version; i < STORE_VERSION; i++)
		db_exec(db, step[i]);
	db_identify(db, APPLICATION_ID, STORE_VERSION);
	if (version == 0) {
		char id[ID_SIZE];
		chance->uuid(chance, id);
		meta_put(db, "store_id", sdk_str(id));
		make_people_key(db, chance);
		meta_put(db, "shape", ENT_STR(STORE_SHAPE_TEXT));
		snprintf(text, sizeof text, "%d", (int)partitions);
		meta_put(db, "partitions", sdk_str(text));
		snprintf(text, sizeof text, "%lld", (long long)clock->now_ms(clock));
		meta_put(db, "created_ms", sdk_str(text));
	}
	(void)db_commit(db);
}

enum ent_rc store_open(const char *path, const char *vfs, int32_t partitions, struct clock *clock,
		       struct chance *chance, struct db **ret_db, struct store_meta *ret_meta, struct ent_err *err)
{
	struct db *db = NULL;
	int64_t version = 0;
	enum ent_rc rc = db_open(path, DB_WRITE, vfs, &db, err);

	if (rc == ENT_OK)
		rc = check_version(db, path, true, &version, err);
	if (rc == ENT_OK && version > 0)
		rc = check_shape(db, path, err);
	if (rc == ENT_OK && version < STORE_VERSION)
		migrate_store(db, version, partitions, clock, chance);
	if (rc == ENT_OK && db_failed(db))
		rc = store_trouble(db, path, err);
	if (rc == ENT_OK)
		rc = read_meta(db, path, ret_meta, err);
	if (rc != ENT_OK) {
		db_close(db);
		return rc;
	}
	*ret_db = db;
	return ENT_OK;
}

enum ent_rc store_open_read(const char *path, const char *vfs, struct db **ret_db, struct store_meta *ret_meta,
			    struct ent_err *err)
{
	struct db *db = NULL;
	int64_t version;
	enum ent_rc rc = db_open(path, DB_READ, vfs, &db, err);

	if (rc == ENT_OK)
		rc = check_version(db, path, false, &version, err);
	if (rc == ENT_OK)
		rc = check_shape(db, path, err);
	if (rc == ENT_OK)
		rc = read_meta(db, path, ret_meta, err);
	if (rc != ENT_OK) {
		db_close(db);
		return rc;
	}
	*ret_db = db;
	return ENT_OK;
}

enum ent_rc store_organisation(struct db *db, struct ent_str name, struct ent_err *err)
{
	char known[128] = "";

	if (!meta_get(db, "organisation", known, sizeof known) && !db_failed(db)) {
		db_begin(db);
		meta_put(db, "organisation", name);
		(void)db_commit(db);
	}
	if (db_failed(db))
		return sdk_fail(err, ENT_EINVAL, "%s", db_error(db));
	if (!known[0] || sdk_eqz(name, known))
		return ENT_OK;
	return sdk_fail(
	    err, ENT_EINVAL,
	    "organisation is %.*s, and this store knows us as %s: its comments say so to whom they are for. "
	    "Set organisation: %s",
	    ENT_F(name), known, known);
}
