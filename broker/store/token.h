/* SPDX-License-Identifier: Apache-2.0 */
/* Bearer tokens: only the SHA-256 is stored. */
#ifndef STORE_TOKEN_H
#define STORE_TOKEN_H

#include "base/world.h"
#include "core/role.h"
#include "core/supplier.h"
#include "sdk/json.h"
#include "store/db.h"

struct token_row {
	struct ent_str name;         /* 1..64 bytes */
	unsigned char hash[32];      /* SHA-256 of the token */
	int64_t expires_ms;          /* 0: never */
	char ref[ID_SIZE];           /* for the audit log */
	struct ent_str organisation; /* "": ours. Of a person: in home, filled by the writer */
	char home[SUPPLIER_NAME_MAX + 1];
	enum role role;         /* NONE: a machine of ours */
	uint32_t verbs;         /* 0: all of its role */
	struct ent_str account; /* ref of the person that it stands for; "": a machine */
};

/* As whom a token lets in. */
struct token_holder {
	struct ent_str name, organisation, account;
	struct ent_str ref; /* of the token; one of before version 3: the begin of its hash */
	enum role role;
	uint32_t verbs; /* none that its role has not */
	int64_t expires_ms;
};

/* In the writer's transaction. False: the name is taken / there is none. */
bool token_add(struct db *db, struct ent_arena *arena, const struct token_row *token, int64_t now_ms);
bool token_remove(struct db *db, struct ent_arena *arena, struct ent_str name, struct ent_str *ret_ref);

/* Is the SHA-256 of a bearer token known and not expired? A token of a person has the organisation and the role that
 * the person has now; false when that one is disabled. */
bool read_token(struct db *db, struct ent_arena *arena, const unsigned char hash[32], int64_t now_ms,
		struct token_holder *ret);
/* The name and the end of the token with this ref; false: none has it. */
bool token_by_ref(struct db *db, struct ent_arena *arena, struct ent_str ref, struct ent_str *ret_name,
		  int64_t *ret_expires_ms);
/* ENT_ERETRY: the store failed. */
enum ent_rc read_n_tokens(struct db *db, int64_t *ret, struct ent_err *err) __attribute__((warn_unused_result));
/* "verbs": [...] */
void token_verbs_print(struct sdk_jsonw *w, uint32_t verbs);
/* {"items":[{"name","created","expires","organisation","role","verbs","account","ref"}]} */
enum ent_rc read_tokens(struct db *db, struct ent_arena *arena, struct ent_str ours, struct ent_str *ret,
			struct ent_err *err) __attribute__((warn_unused_result));

#endif
