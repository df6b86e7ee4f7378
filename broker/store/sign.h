/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How people come in: sessions and invitations. Of a cookie, an invitation's link and the cookie that carries an
 * invitation to a provider only the SHA-256 is stored.
 */
#ifndef STORE_SIGN_H
#define STORE_SIGN_H

#include "base/password.h"
#include "base/world.h"
#include "store/db.h"
#include "store/users.h"

#define SIGN_HASH_SIZE      32
#define SESSION_AGENT_MAX   200
#define SESSION_SEEN_MS     60000            /* when a session was used last is noted at most so often */
#define SESSIONS_MAX        50               /* that stand of one person: beyond it the oldest ends */
#define SESSION_KEPT_MS     2592000000       /* a session that has ended is kept this long */
#define INVITATION_MS       (7 * 86400000LL) /* a link works so long */
#define INVITATION_CLAIM_MS 1800000          /* and, once its button was pressed, a provider may take so long */

/* A person who signed in, as the writer or a worker finds one. */
struct signed_in {
	char id[ID_SIZE]; /* public: lists show it */
	struct user user;
	int64_t made_ms, seen_ms, ends_ms; /* ends_ms: whatever happens */
};

/* A person who comes in, or goes: the input of the jobs below, and what they found. */
struct sign {
	struct ent_str account;      /* ref; absent: found by issuer and subject, or by the claim */
	struct ent_str organisation; /* whose provider, or whose form, it came from */
	struct ent_str stored;       /* the password's hash that was compared: it must still stand; absent: none was */
	struct ent_str password;     /* a new password's hash; absent: none */
	struct ent_str issuer, subject;
	unsigned char hash[SIGN_HASH_SIZE];   /* of the new session, or of the one that goes */
	unsigned char before[SIGN_HASH_SIZE]; /* of the session that the browser had: it ends. Zeroes: none */
	unsigned char link[SIGN_HASH_SIZE];   /* of an invitation */
	unsigned char claim[SIGN_HASH_SIZE];  /* of the cookie that carries it to the provider. Zeroes: none */
	struct ent_str agent;                 /* the browser, as it calls itself */
	struct ent_str id;                    /* of a session that is ended by its id */
	int64_t absolute_ms;
	struct user user;                    /* JOB_INVITE: who is invited; ref "": by organisation and mail, or new */
	char ref[ID_SIZE], session[ID_SIZE]; /* made by the asker: of a new account, of a new session */
	struct ent_str by;                   /* who invites */

	char ret_ref[ID_SIZE]; /* who came in, or was invited */
	int64_t ret_count;     /* sessions that ended */
};

/* ---- the writer's: each in its transaction ------------------------------------------------ */

enum sign_outcome { SIGN_DONE, SIGN_NOBODY, SIGN_TAKEN };

/* A session for whom `account`, the claim, or issuer and subject name. SIGN_NOBODY: nobody who may come in that way;
 * SIGN_TAKEN: the provider's person is another account already. */
enum sign_outcome sign_begin(struct db *db, struct sign *sign, int64_t now_ms);
void sign_saw(struct db *db, const unsigned char hash[SIGN_HASH_SIZE], int64_t now_ms);
/* By hash, by id (of account, if that is given), or all of an account. Sets ret_count. */
void sign_end(struct db *db, struct sign *sign, bool all, int64_t now_ms);
/* A new password, where `stored` still stands: all sessions of the account end. */
enum sign_outcome sign_password(struct db *db, struct sign *sign, int64_t now_ms);
/* The account that a link for `user` is for. False: none has this ref, or this organisation and mail address. */
bool sign_invitee(struct db *db, struct ent_arena *arena, const struct user *user, struct user *ret);
/* A link for `user`; links made before for the same person work no more. SIGN_TAKEN: disabled. */
enum sign_outcome sign_invite(struct db *db, struct sign *sign, int64_t now_ms);
/* The link is used, once: by a password, which begins a session as well, or by a claim for the provider. */
enum sign_outcome sign_accept(struct db *db, struct ent_arena *arena, struct sign *sign, int64_t now_ms);

/* ---- anybody's reads ----------------------------------------------------------------------- */

/* False: none that stands, of a person who may come in. */
bool sign_load(struct db *db, struct ent_arena *arena, const unsigned char hash[SIGN_HASH_SIZE], int64_t now_ms,
	       int64_t idle_ms, struct signed_in *ret);
/* False: none that can still be used. */
bool sign_invited(struct db *db, struct ent_arena *arena, const unsigned char link[SIGN_HASH_SIZE], int64_t now_ms,
		  struct user *ret);
/* The person of this organisation and mail address who has a password; *ret_stored: its hash. False: nobody who may
 * come in. */
bool sign_by_mail(struct db *db, struct ent_arena *arena, struct ent_str organisation, struct ent_str mail,
		  struct ent_str *ret_ref, struct ent_str *ret_stored);
/* {"items":[{"id","user","name","organisation","made","seen","ends","agent","current"}]}; ref "": everybody's. */
enum ent_rc sign_list(struct db *db, struct ent_arena *arena, struct ent_str ref, struct ent_str current,
		      int64_t now_ms, int64_t idle_ms, struct ent_str *ret, struct ent_err *err)
    __attribute__((warn_unused_result));

#endif
