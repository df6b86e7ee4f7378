/* SPDX-License-Identifier: Apache-2.0 */
#include "store/token.h"

#include "sdk/crypto.h"
#include "sdk/webhook.h"
#include "store/json.h"

enum { OLD_REF_BYTES = 16 };

bool token_add(struct db *db, struct ent_arena *arena, const struct token_row *token, int64_t now_ms)
{
	struct db_stmt *stmt = db_use(
	    db, "INSERT INTO token (name, hash, created_ms, expires_ms, ref, organisation, role, verbs, account) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (name) DO NOTHING");
	struct ent_str verbs = token->verbs ? role_verbs_print(arena, token->verbs) : ENT_STR("");
	db_bind_str(stmt, 1, token->name);
	db_bind_blob(stmt, 2, (struct ent_str){(const char *)token->hash, sizeof token->hash});
	db_bind_int(stmt, 3, now_ms);
	db_bind_int(stmt, 4, token->expires_ms);
	db_bind_str(stmt, 5, sdk_str(token->ref));
	db_bind_str(stmt, 6, sdk_or_empty(token->organisation));
	db_bind_str(stmt, 7, sdk_str(role_word(token->role ? token->role : ROLE_SYSTEM)));
	db_bind_str(stmt, 8, verbs);
	db_bind_str(stmt, 9, sdk_or_empty(token->account));
	return db_changed(stmt) > 0;
}

bool token_remove(struct db *db, struct ent_arena *arena, struct ent_str name, struct ent_str *ret_ref)
{
	struct db_stmt *stmt = db_use(db, "SELECT ref FROM token WHERE name = $1");

	db_bind_str(stmt, 1, name);
	if (db_row(stmt))
		*ret_ref = sdk_dup(arena, db_str(stmt, 0));
	db_done(stmt);
	stmt = db_use(db, "DELETE FROM token WHERE name = $1");
	db_bind_str(stmt, 1, name);
	return db_changed(stmt) > 0;
}

/* The verbs that it was made with, but never more than its role has today. */
static bool holder_row(struct ent_arena *arena, struct db_stmt *stmt, struct token_holder *ret)
{
	struct ent_str verbs = db_str(stmt, 4);
	uint32_t given = VERB_ALL;

	*ret = (struct token_holder){.name = sdk_dup(arena, db_str(stmt, 0)),
				     .expires_ms = db_int(stmt, 1),
				     .organisation = sdk_dup(arena, db_str(stmt, 2)),
				     .role = role_of_word(db_str(stmt, 3)),
				     .account = sdk_dup(arena, db_str(stmt, 5)),
				     .ref = sdk_dup(arena, db_str(stmt, 6))};
	if (verbs.n && !role_verbs_parse(verbs, &given))
		return false;
	ret->verbs = given & role_verbs(ret->role);
	return true;
}

bool read_token(struct db *db, struct ent_arena *arena, const unsigned char hash[32], int64_t now_ms,
		struct token_holder *ret)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT token.name, expires_ms, CASE WHEN account = '' THEN token.organisation ELSE "
		       "account.organisation END, CASE WHEN account = '' THEN token.role ELSE account.role END, verbs, "
		       "account, token.ref FROM token LEFT JOIN account ON account.ref = token.account WHERE hash = $1 "
		       "AND (expires_ms = 0 "
		       "OR expires_ms > $2) AND (account = '' OR account.state <> 'disabled')");
	db_bind_blob(stmt, 1, (struct ent_str){(const char *)hash, 32});
	db_bind_int(stmt, 2, now_ms);
	bool found = db_row(stmt) && holder_row(arena, stmt, ret);
	db_done(stmt);
	if (found && !ret->ref.n)
		ret->ref = sdk_hex(arena, hash, OLD_REF_BYTES);
	return found;
}

bool token_by_ref(struct db *db, struct ent_arena *arena, struct ent_str ref, struct ent_str *ret_name,
		  int64_t *ret_expires_ms)
{
	struct db_stmt *stmt = db_use(db, "SELECT name, expires_ms FROM token WHERE ref = $1 AND ref <> ''");

	db_bind_str(stmt, 1, ref);
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

void token_verbs_print(struct sdk_jsonw *w, uint32_t verbs)
{
	sdk_jsonw_key(w, "verbs");
	sdk_jsonw_open(w, '[');
	for (unsigned i = 0; i < VERB_BITS; i++)
		if (verbs & UINT32_C(1) << i)
			sdk_jsonw_str(w, sdk_str(role_verb_word((enum verb)(1 << i))));
	sdk_jsonw_close(w, ']');
}

static void verbs_print(struct sdk_jsonw *w, enum role role, struct ent_str words)
{
	uint32_t verbs = VERB_NONE;

	if (!words.n || !role_verbs_parse(words, &verbs))
		verbs = role_verbs(role);
	token_verbs_print(w, verbs & role_verbs(role));
}

enum ent_rc read_tokens(struct db *db, struct ent_arena *arena, struct ent_str ours, struct ent_str *ret,
			struct ent_err *err)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT name, created_ms, expires_ms, organisation, role, verbs, account, ref FROM "
		       "token ORDER BY name LIMIT 1000");
	struct sdk_buf buf;
	struct sdk_jsonw w;

	json_page_open(&w, &buf);
	while (db_row(stmt)) {
		sdk_jsonw_open(&w, '{');
		sdk_jsonw_kstr(&w, "name", db_str(stmt, 0));
		json_time(&w, "created", db_int(stmt, 1));
		if (db_int(stmt, 2))
			json_time(&w, "expires", db_int(stmt, 2));
		sdk_jsonw_kstr(&w, "organisation", db_str(stmt, 3).n ? db_str(stmt, 3) : ours);
		sdk_jsonw_kstr(&w, "role", db_str(stmt, 4));
		verbs_print(&w, role_of_word(db_str(stmt, 4)), db_str(stmt, 5));
		sdk_jsonw_kstr_some(&w, "account", db_str(stmt, 6));
		sdk_jsonw_kstr_some(&w, "ref", db_str(stmt, 7));
		sdk_jsonw_close(&w, '}');
	}
	sdk_jsonw_close(&w, ']');
	sdk_jsonw_close(&w, '}');
	return json_answer(db, arena, &buf, ret, err);
}
