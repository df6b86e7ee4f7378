/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sign.h"

#include <string.h>

#include "sdk/webhook.h"
#include "store/json.h"

enum { SESSIONS_LISTED = 1000 };

static struct ent_str hash_text(const unsigned char hash[SIGN_HASH_SIZE])
{
	return (struct ent_str){(const char *)hash, SIGN_HASH_SIZE};
}

static bool hash_is_none(const unsigned char hash[SIGN_HASH_SIZE])
{
	for (size_t i = 0; i < SIGN_HASH_SIZE; i++)
		if (hash[i])
			return false;
	return true;
}

/* ---- sessions -------------------------------------------------------------------------------- */

static int64_t account_sessions_end(struct db *db, struct ent_str account, int64_t now_ms)
{
	struct db_stmt *stmt =
	    db_use(db, "UPDATE session SET ended_ms = $1 WHERE account = $2 AND ended_ms = 0 AND ends_ms > $1");

	db_bind_int(stmt, 1, now_ms);
	db_bind_str(stmt, 2, account);
	return db_changed(stmt);
}

static int64_t session_end_hash(struct db *db, const unsigned char hash[SIGN_HASH_SIZE], int64_t now_ms)
{
	struct db_stmt *stmt = db_use(db, "UPDATE session SET ended_ms = $1 WHERE hash = $2 AND ended_ms = 0");

	db_bind_int(stmt, 1, now_ms);
	db_bind_blob(stmt, 2, hash_text(hash));
	return db_changed(stmt);
}

/* Those that ended long ago go; too many that stand end, the oldest first. */
static void sessions_tidy(struct db *db, struct ent_str account, int64_t now_ms)
{
	struct db_stmt *stmt =
	    db_use(db, "DELETE FROM session WHERE account = $1 AND (ends_ms < $2 OR (ended_ms > 0 AND "
		       "ended_ms < $2))");

	db_bind_str(stmt, 1, account);
	db_bind_int(stmt, 2, now_ms - SESSION_KEPT_MS);
	(void)db_changed(stmt);
	stmt =
	    db_use(db, "UPDATE session SET ended_ms = $1 WHERE ended_ms = 0 AND account = $2 AND hash NOT IN (SELECT "
		       "hash FROM session WHERE account = $2 AND ended_ms = 0 ORDER BY made_ms DESC LIMIT $3)");
	db_bind_int(stmt, 1, now_ms);
	db_bind_str(stmt, 2, account);
	db_bind_int(stmt, 3, SESSIONS_MAX - 1);
	(void)db_changed(stmt);
}

static void session_add(struct db *db, const struct sign *sign, int64_t now_ms)
{
	struct ent_str account = sdk_str(sign->ret_ref);
	struct db_stmt *stmt;

	if (!hash_is_none(sign->before))
		(void)session_end_hash(db, sign->before, now_ms); /* none: the browser had an old cookie */
	sessions_tidy(db, account, now_ms);
	stmt = db_use(db, "INSERT INTO session (hash, id, account, made_ms, seen_ms, ends_ms, ended_ms, agent) VALUES "
			  "($1, $2, $3, $4, $4, $5, 0, $6)");
	db_bind_blob(stmt, 1, hash_text(sign->hash));
	db_bind_str(stmt, 2, sdk_str(sign->session));
	db_bind_str(stmt, 3, account);
	db_bind_int(stmt, 4, now_ms);
	db_bind_int(stmt, 5, now_ms + sign->absolute_ms);
	db_bind_str(stmt, 6, sdk_or_empty(sdk_head(sign->agent, SESSION_AGENT_MAX)));
	(void)db_changed(stmt);
	stmt = db_use(db, "UPDATE account SET seen_ms = $1, state = '" USER_ACTIVE "' WHERE ref = $2");
	db_bind_int(stmt, 1, now_ms);
	db_bind_str(stmt, 2, account);
	(void)db_changed(stmt);
}

void sign_saw(struct db *db, const unsigned char hash[SIGN_HASH_SIZE], int64_t now_ms)
{
	struct db_stmt *stmt =
	    db_use(db, "UPDATE session SET seen_ms = $1 WHERE hash = $2 AND ended_ms = 0 AND seen_ms < $1");

	db_bind_int(stmt, 1, now_ms);
	db_bind_blob(stmt, 2, hash_text(hash));
	(void)db_changed(stmt);
}

void sign_end(struct db *db, struct sign *sign, bool all, int64_t now_ms)
{
	struct db_stmt *stmt;

	if (all) {
		sign->ret_count = account_sessions_end(db, sign->account, now_ms);
		return;
	}
	if (!sign->id.p) {
		sign->ret_count = session_end_hash(db, sign->hash, now_ms);
		return;
	}
	stmt =
	    db_use(db, "UPDATE session SET ended_ms = $1 WHERE id = $2 AND ended_ms = 0 AND ($3 IS NULL OR account = "
		       "$3)");
	db_bind_int(stmt, 1, now_ms);
	db_bind_str(stmt, 2, sign->id);
	db_bind_str(stmt, 3, sign->account);
	sign->ret_count = db_changed(stmt);
}

/* ---- who comes in ----------------------------------------------------------------------------- */

static void take_ref(struct sign *sign, struct ent_str ref)
{
	size_t n = ref.n < ID_SIZE - 1 ? ref.n : ID_SIZE - 1;

	memcpy(sign->ret_ref, ref.p, n);
	sign->ret_ref[n] = '\0';
}

/* One row with a ref: of somebody who may come in. */
static bool row_ref(struct db_stmt *stmt, struct sign *sign)
{
	bool found = db_row(stmt);

	if (found)
		take_ref(sign, db_str(stmt, 0));
	db_done(stmt);
	return found;
}

static bool find_by_password(struct db *db, struct sign *sign)
{
	struct db_stmt *stmt = db_use(
	    db, "SELECT ref FROM account WHERE ref = $1 AND password = $2 AND password <> '' AND state = '" USER_ACTIVE
		"'");

	db_bind_str(stmt, 1, sign->account);
	db_bind_str(stmt, 2, sign->stored);
	return row_ref(stmt, sign);
}

static bool find_by_subject(struct db *db, struct sign *sign)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT ref FROM account WHERE issuer = $1 AND subject = $2 AND issuer <> '' AND "
		       "organisation = $3 AND state = '" USER_ACTIVE "'");

	db_bind_str(stmt, 1, sign->issuer);
	db_bind_str(stmt, 2, sign->subject);
	db_bind_str(stmt, 3, sign->organisation);
	return row_ref(stmt, sign);
}

/* The invitation whose button was pressed in this browser a moment ago. */
static bool find_by_claim(struct db *db, struct sign *sign, int64_t now_ms)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT ref FROM account JOIN invitation ON invitation.account = account.ref WHERE "
		       "claim = $1 AND claim_ms > $2 AND organisation = $3 AND state <> '" USER_DISABLED "'");

	db_bind_blob(stmt, 1, hash_text(sign->claim));
	db_bind_int(stmt, 2, now_ms);
	db_bind_str(stmt, 3, sign->organisation);
	return row_ref(stmt, sign);
}

/* The provider's person becomes this account's. False: it is another's. */
static bool subject_bind(struct db *db, struct sign *sign)
{
	struct db_stmt *stmt = db_use(db, "SELECT 1 FROM account WHERE issuer = $1 AND subject = $2 AND ref <> $3");

	db_bind_str(stmt, 1, sign->issuer);
	db_bind_str(stmt, 2, sign->subject);
	db_bind_str(stmt, 3, sdk_str(sign->ret_ref));
	if (db_found(stmt))
		return false;
	stmt = db_use(db, "UPDATE account SET issuer = $1, subject = $2 WHERE ref = $3");
	db_bind_str(stmt, 1, sign->issuer);
	db_bind_str(stmt, 2, sign->subject);
	db_bind_str(stmt, 3, sdk_str(sign->ret_ref));
	(void)db_changed(stmt);
	stmt = db_use(db, "UPDATE invitation SET claim = '', claim_ms = 0 WHERE claim = $1");
	db_bind_blob(stmt, 1, hash_text(sign->claim));
	(void)db_changed(stmt);
	return true;
}

enum sign_outcome sign_begin(struct db *db, struct sign *sign, int64_t now_ms)
{
	if (sign->stored.p) {
		if (!find_by_password(db, sign))
			return SIGN_NOBODY;
	} else if (!hash_is_none(sign->claim) && find_by_claim(db, sign, now_ms)) {
		if (!subject_bind(db, sign))
			return SIGN_TAKEN;
		/* Whoever was signed in as this account by an earlier way has to prove it anew. */
		(void)account_sessions_end(db, sdk_str(sign->ret_ref), now_ms);
	} else if (!find_by_subject(db, sign)) {
		return SIGN_NOBODY;
	}
	session_add(db, sign, now_ms);
	return SIGN_DONE;
}

static void password_put(struct db *db, const struct sign *sign, struct ent_str ref)
{
	struct db_stmt *stmt = db_use(db, "UPDATE account SET password = $1 WHERE ref = $2");

	db_bind_str(stmt, 1, sign->password);
	db_bind_str(stmt, 2, ref);
	(void)db_changed(stmt);
}

enum sign_outcome sign_password(struct db *db, struct sign *sign, int64_t now_ms)
{
	if (!find_by_password(db, sign))
		return SIGN_NOBODY;
	password_put(db, sign, sign->account);
	sign->ret_count = account_sessions_end(db, sign->account, now_ms);
	return SIGN_DONE;
}

/* ---- invitations -------------------------------------------------------------------------------- */

/* Ref and state of the account that a link for `user` is for. */
static struct db_stmt *invitee_select(struct db *db, const struct user *user)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT ref, state FROM account WHERE ref = $1 OR ($1 = '' AND organisation = $2 "
		       "AND mail = $3 AND mail <> '')");

	db_bind_str(stmt, 1, sdk_or_empty(user->ref));
	db_bind_str(stmt, 2, user->organisation);
	db_bind_str(stmt, 3, user->mail);
	return stmt;
}

bool sign_invitee(struct db *db, struct ent_arena *arena, const struct user *user, struct user *ret)
{
	struct db_stmt *stmt = invitee_select(db, user);
	struct ent_str ref = ENT_ABSENT;

	if (db_row(stmt))
		ref = sdk_dup(arena, db_str(stmt, 0));
	db_done(stmt);
	return ref.p && users_find(db, arena, ref, ret);
}

/* Whoever is invited: by ref, by organisation and mail, or a new account. False: disabled, or no account has the ref.
 */
static bool invited_find(struct db *db, struct sign *sign, int64_t now_ms)
{
	const struct user *user = &sign->user;
	struct db_stmt *stmt = invitee_select(db, user);
	bool found, disabled;

	found = db_row(stmt);
	disabled = found && sdk_eqz(db_str(stmt, 1), USER_DISABLED);
	if (found)
		take_ref(sign, db_str(stmt, 0));
	db_done(stmt);
	if (found || user->ref.n)
		return found && !disabled;
	take_ref(sign, sdk_str(sign->ref));
	sign->user.ref = sdk_str(sign->ref);
	sign->user.shows_seen = true;
	users_add(db, &sign->user, now_ms);
	return true;
}

enum sign_outcome sign_invite(struct db *db, struct sign *sign, int64_t now_ms)
{
	struct db_stmt *stmt;

	if (!invited_find(db, sign, now_ms))
		return sign->ret_ref[0] ? SIGN_TAKEN : SIGN_NOBODY;
	stmt = db_use(db, "DELETE FROM invitation WHERE account = $1");
	db_bind_str(stmt, 1, sdk_str(sign->ret_ref));
	(void)db_changed(stmt);
	stmt =
	    db_use(db, "INSERT INTO invitation (hash, account, made_by, made_ms, expires_ms, used_ms, claim, claim_ms) "
		       "VALUES ($1, $2, $3, $4, $5, 0, '', 0)");
	db_bind_blob(stmt, 1, hash_text(sign->link));
	db_bind_str(stmt, 2, sdk_str(sign->ret_ref));
	db_bind_str(stmt, 3, sdk_or_empty(sign->by));
	db_bind_int(stmt, 4, now_ms);
	db_bind_int(stmt, 5, now_ms + INVITATION_MS);
	(void)db_changed(stmt);
	return SIGN_DONE;
}

enum sign_outcome sign_accept(struct db *db, struct ent_arena *arena, struct sign *sign, int64_t now_ms)
{
	bool claims = !hash_is_none(sign->claim);
	struct user user;
	struct db_stmt *stmt;

	if (!sign_invited(db, arena, sign->link, now_ms, &user))
		return SIGN_NOBODY;
	take_ref(sign, user.ref);
	stmt = db_use(db, "UPDATE invitation SET used_ms = $1, claim = $2, claim_ms = $3 WHERE hash = $4");
	db_bind_int(stmt, 1, now_ms);
	db_bind_blob(stmt, 2, claims ? hash_text(sign->claim) : ENT_STR(""));
	db_bind_int(stmt, 3, claims ? now_ms + INVITATION_CLAIM_MS : 0);
	db_bind_blob(stmt, 4, hash_text(sign->link));
	(void)db_changed(stmt);
	if (claims)
		return SIGN_DONE;
	password_put(db, sign, user.ref);
	sign->ret_count = account_sessions_end(db, user.ref, now_ms);
	session_add(db, sign, now_ms);
	return SIGN_DONE;
}

/* ---- reads --------------------------------------------------------------------------------------- */

bool sign_load(struct db *db, struct ent_arena *arena, const unsigned char hash[SIGN_HASH_SIZE], int64_t now_ms,
	       int64_t idle_ms, struct signed_in *ret)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT account, id, made_ms, seen_ms, ends_ms FROM session WHERE hash = $1 AND "
		       "ended_ms = 0 AND ends_ms > $2 AND seen_ms > $3");
	struct ent_str account = ENT_ABSENT, id;

	db_bind_blob(stmt, 1, hash_text(hash));
	db_bind_int(stmt, 2, now_ms);
	db_bind_int(stmt, 3, now_ms - idle_ms);
	if (db_row(stmt)) {
		account = sdk_dup(arena, db_str(stmt, 0));
		id = db_str(stmt, 1);
		memcpy(ret->id, id.p, id.n < ID_SIZE - 1 ? id.n : ID_SIZE - 1);
		ret->id[ID_SIZE - 1] = '\0';
		ret->made_ms = db_int(stmt, 2);
		ret->seen_ms = db_int(stmt, 3);
		ret->ends_ms = db_int(stmt, 4);
	}
	db_done(stmt);
	return account.p && users_find(db, arena, account, &ret->user) && sdk_eqz(ret->user.state, USER_ACTIVE);
}

bool sign_invited(struct db *db, struct ent_arena *arena, const unsigned char link[SIGN_HASH_SIZE], int64_t now_ms,
		  struct user *ret)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT account FROM invitation WHERE hash = $1 AND used_ms = 0 AND expires_ms > $2");
	struct ent_str account = ENT_ABSENT;

	db_bind_blob(stmt, 1, hash_text(link));
	db_bind_int(stmt, 2, now_ms);
	if (db_row(stmt))
		account = sdk_dup(arena, db_str(stmt, 0));
	db_done(stmt);
	return account.p && users_find(db, arena, account, ret) && !sdk_eqz(ret->state, USER_DISABLED);
}

bool sign_by_mail(struct db *db, struct ent_arena *arena, struct ent_str organisation, struct ent_str mail,
		  struct ent_str *ret_ref, struct ent_str *ret_stored)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT ref, password FROM account WHERE organisation = $1 AND mail = $2 AND mail <> "
		       "'' AND password <> '' AND state = '" USER_ACTIVE "'");
	bool found;

	db_bind_str(stmt, 1, organisation);
	db_bind_str(stmt, 2, mail);
	found = db_row(stmt);
	if (found) {
		*ret_ref = sdk_dup(arena, db_str(stmt, 0));
		*ret_stored = sdk_dup(arena, db_str(stmt, 1));
	}
	db_done(stmt);
	return found;
}

enum ent_rc sign_list(struct db *db, struct ent_arena *arena, struct ent_str ref, struct ent_str current,
		      int64_t now_ms, int64_t idle_ms, struct ent_str *ret, struct ent_err *err)
{
	struct db_stmt *stmt = db_use(
	    db, "SELECT session.id, account.ref, name, organisation, session.made_ms, session.seen_ms, ends_ms, agent "
		"FROM session JOIN account ON account.ref = session.account WHERE ended_ms = 0 AND ends_ms > $1 AND "
		"session.seen_ms > $2 AND ($3 = '' OR session.account = $3) ORDER BY session.made_ms DESC LIMIT $4");
	struct sdk_buf buf;
	struct sdk_jsonw w;

	db_bind_int(stmt, 1, now_ms);
	db_bind_int(stmt, 2, now_ms - idle_ms);
	db_bind_str(stmt, 3, sdk_or_empty(ref));
	db_bind_int(stmt, 4, SESSIONS_LISTED);
	json_page_open(&w, &buf);
	while (db_row(stmt)) {
		sdk_jsonw_open(&w, '{');
		sdk_jsonw_kstr(&w, "id", db_str(stmt, 0));
		sdk_jsonw_kstr(&w, "user", db_str(stmt, 1));
		sdk_jsonw_kstr(&w, "name", db_str(stmt, 2));
		sdk_jsonw_kstr(&w, "organisation", db_str(stmt, 3));
		json_time(&w, "made", db_int(stmt, 4));
		json_time(&w, "seen", db_int(stmt, 5));
		json_time(&w, "ends", db_int(stmt, 6));
		sdk_jsonw_kstr(&w, "agent", db_str(stmt, 7));
		sdk_jsonw_kbool(&w, "current", sdk_eq(db_str(stmt, 0), current));
		sdk_jsonw_close(&w, '}');
	}
	sdk_jsonw_close(&w, ']');
	sdk_jsonw_close(&w, '}');
	return json_answer(db, arena, &buf, ret, err);
}
