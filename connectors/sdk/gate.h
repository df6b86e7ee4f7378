/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate before every JSON reader: one pass, no recursion, RFC 8259 and what json.h
 * adds to it. It also cuts a valid text into tokens, so that no reader walks the bytes
 * a second time. Private to this folder.
 */
#ifndef SDK_GATE_H
#define SDK_GATE_H

#include "sdk/str.h"

enum gate_kind {
	GATE_OBJECT, /* its keys and values follow, up to its GATE_END */
	GATE_ARRAY,
	GATE_END,
	GATE_KEY,
	GATE_STRING,
	GATE_NUMBER,
	GATE_TRUE,
	GATE_FALSE,
	GATE_NULL
};

struct gate_token {
	uint32_t at, n; /* bytes of the text: a number's literal; the inside of a key or a string; else n is 0 */
	uint8_t kind;   /* enum gate_kind */
	bool escaped;   /* a key or string: gate_unescape() it */
	bool integer;   /* a number: no fraction and no exponent */
};

struct gate_key {
	uint32_t hash, at, n; /* at: in the text, or in `plain` when escaped */
	uint32_t escaped;
};

#define GATE_FEW_KEYS   64  /* open keys that need no memory of their own: most tickets */
#define GATE_FEW_TOKENS 256 /* the same for tokens */

struct gate {
	struct gate_token *token; /* in the order of the text */
	size_t n_token, cap_token;
	size_t n_value, n_text; /* among the tokens: values; bytes of keys, strings and numbers */
	struct gate_key *key;   /* of the objects still open, innermost last */
	size_t n_key, cap_key;
	struct sdk_buf plain; /* keys that were written with escapes, without them */
	struct gate_token few_token[GATE_FEW_TOKENS];
	struct gate_key few_key[GATE_FEW_KEYS];
};

/* Whatever it returns, gate_release() follows; the gate stays where it is until then. err may be NULL. */
enum ent_rc gate_check(struct gate *gate, struct ent_str bytes, struct ent_err *err);
void gate_release(struct gate *gate);

/* Decodes a string's inside that the gate has passed into ret (room for s.n); returns its size. */
size_t gate_unescape(struct ent_str s, char *ret);

#endif
