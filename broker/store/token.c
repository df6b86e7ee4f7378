/* SPDX-License-Identifier: Apache-2.0 */
#include "store/token.h"

#include "store/json.h"

enum { LIST_MAX = 16 << 20 };

bool token_add(struct db *db, const struct token_row *token, int64_t now_ms)
{
	struct db_stmt *stmt =
	    db_use(db, "INSERT INTO token (name, hash, created_ms, expires_ms) VALUES ($1, $2, $3, $4) "
		       "ON CONFLICT (name) DO NOTHING");
	db_bind_str(stmt, 1, token->name);
	db_bind_blob(stmt, 2, (struct ent_str){(const char *)token->hash, sizeof token->hash});
	db_bind_int(stmt, 3, now_ms);
	db_bind_int(stmt, 4, token->expires_ms);
	return db_changed(stmt) > 0;
}

bool token_remove(struct db *db, struct ent_str name)
{
	struct db_stmt *stmt = db_use(db, "DELETE FROM token WHERE name = $1");
	db_bind_str(stmt, 1, name);
	return db_changed(stmt) > 0;
}

bool read_token(struct db *db, struct ent_arena *arena, const unsigned char hash[32], int64_t now_ms,
		struct ent_str *ret_name, int64_t *ret_expires_ms)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT name, expires_ms FROM token WHERE hash = $1 AND (expires_ms = 0 OR expires_ms > $2)");
	db_bind_blob(stmt, 1, (struct ent_str){(const char *)hash, 32});
	db_bind_int(stmt, 2, now_ms);
	bool found = db_row(stmt);
	if (found) {
		*ret_name = sdk_dup(arena, db_str(stmt, 0));
		*ret_expires_ms = db_int(stmt, 1);
	}
	db_done(stmt);
	return found;
}

enum ent_rc read_n_tokens(struct db *db, int64_t *ret, struct ent_err *err)
{
	*ret = db_ask(db, "SELECT count(*) FROM token");
	return db_failed(db) ? sdk_fail_as(err, ENT_ERETRY, "store.error", "{said=%s}", db_error(db)) : ENT_OK;
}

enum ent_rc read_tokens(struct db *db, struct ent_arena *arena, struct ent_str *ret, struct ent_err *err)
{
	struct db_stmt *stmt = db_use(db, "SELECT name, created_ms, expires_ms FROM token ORDER BY name LIMIT 1000");
	struct sdk_buf buf;
	struct sdk_jsonw w;

	sdk_buf_init(&buf, LIST_MAX);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_key(&w, "items");
	sdk_jsonw_open(&w, '[');
	while (db_row(stmt)) {
		sdk_jsonw_open(&w, '{');
		sdk_jsonw_kstr(&w, "name", db_str(stmt, 0));
		json_time(&w, "created", db_int(stmt, 1));
		if (db_int(stmt, 2))
			json_time(&w, "expires", db_int(stmt, 2));
		sdk_jsonw_close(&w, '}');
	}
	sdk_jsonw_close(&w, ']');
	sdk_jsonw_close(&w, '}');
	return json_answer(db, arena, &buf, ret, err);
}
