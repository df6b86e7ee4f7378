/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bearer tokens: "ent_" and 43 characters of base64url, 256 random bits. Only the SHA-256
 * is stored, so a lookup by hash tells an attacker nothing by its time.
 */
#ifndef FACE_AUTH_H
#define FACE_AUTH_H

#include "base/world.h"
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
		char name[AUTH_NAME_MAX];
		size_t n_name;
	} at[AUTH_CACHE_SIZE];
};

struct exchange;
/* Sets x->principal. False: answered 401, or 503 when the store cannot be asked. */
bool auth_admit(struct exchange *x);

/* A new token as text, and the hash that is stored of it. */
void auth_token_make(struct chance *chance, char ret[AUTH_TOKEN_SIZE], unsigned char ret_hash[AUTH_HASH_SIZE]);

#endif
