/* SPDX-License-Identifier: Apache-2.0 */
/* Bearer tokens: only the SHA-256 is stored. */
#ifndef STORE_TOKEN_H
#define STORE_TOKEN_H

#include "store/db.h"

struct token_row {
	struct ent_str name;    /* who holds it, 1..64 bytes */
	unsigned char hash[32]; /* SHA-256 of the token */
	int64_t expires_ms;     /* 0: never */
};

/* In the writer's transaction. False: the name is taken / there is none. */
bool token_add(struct db *db, const struct token_row *token, int64_t now_ms);
bool token_remove(struct db *db, struct ent_str name);

/* Is the SHA-256 of a bearer token known and not expired? Fills the holder's name and when it expires, 0 for never. */
bool read_token(struct db *db, struct ent_arena *arena, const unsigned char hash[32], int64_t now_ms,
		struct ent_str *ret_name, int64_t *ret_expires_ms);
/* ENT_ERETRY: the store failed. */
enum ent_rc read_n_tokens(struct db *db, int64_t *ret, struct ent_err *err) __attribute__((warn_unused_result));
/* {"items":[{"name","created","expires"}]} */
enum ent_rc read_tokens(struct db *db, struct ent_arena *arena, struct ent_str *ret, struct ent_err *err)
    __attribute__((warn_unused_result));

#endif
