/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bearer tokens: "ent_" and 43 characters of base64url, 256 random bits. Only the SHA-256
 * is stored, so a lookup by hash tells an attacker nothing by its time.
 */
#ifndef FACE_AUTH_H
#define FACE_AUTH_H

#include "base/world.h"
#include "core/role.h"
#include "core/supplier.h"
#include "sdk/str.h"

#define AUTH_HASH_SIZE  32
#define AUTH_CACHE_SIZE 64 /* power of two */
#define AUTH_NAME_MAX   64
#define AUTH_TOKEN_SIZE 48

/* Tokens that were found in the store a moment ago; one per worker's desk. */
struct auth_cache {
	unsigned changed; /* face->tokens_changed when it was filled */
	struct {
		int64_t until_us;   /* believed without looking */
		int64_t expires_ms; /* 0: never */
		unsigned char hash[AUTH_HASH_SIZE];
		enum role role;
		uint32_t verbs;
		char name[AUTH_NAME_MAX + 1], organisation[SUPPLIER_NAME_MAX + 1], account[ID_SIZE], ref[ID_SIZE];
	} at[AUTH_CACHE_SIZE];
};

struct exchange;
struct token_holder;
/* Sets x->principal and x->reader. False: answered 401, or 503 when the store cannot be asked. */
bool auth_admit(struct exchange *x);
/* Whoever a token, or a session, stands for. False: the organisation is not configured, or is not of the role's kind.
 * What it points to lives as long as the exchange. */
bool auth_become(struct exchange *x, const struct token_holder *holder);
/* Asked again, later: its proof still stands for the same reader, with the same verbs. A store that cannot be read
 * takes nothing away. Nobody is noted as seen. */
bool auth_stands(struct exchange *x);
/* The reader has the verb. False: answered 403 with what to do, or 404 where the path names an incident that the reader
 * does not see. */
bool auth_may(struct exchange *x, enum verb verb);

/* A new token as text, and the hash that is stored of it. */
void auth_token_make(struct chance *chance, char ret[AUTH_TOKEN_SIZE], unsigned char ret_hash[AUTH_HASH_SIZE]);

#endif
