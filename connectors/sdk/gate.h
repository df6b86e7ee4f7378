/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate before every JSON reader: one pass, no recursion, RFC 8259 and what json.h
 * adds to it. Private to this folder.
 */
#ifndef SDK_GATE_H
#define SDK_GATE_H

#include "sdk/str.h"

struct gate_number {
	uint32_t at, n; /* where its literal stands, in bytes */
	bool integer;   /* no fraction and no exponent */
};

struct gate_key {
	uint32_t hash, at, n; /* at: in the text, or in `plain` when escaped */
	uint32_t escaped;
};

#define GATE_FEW 64 /* numbers, and open keys, that need no memory of their own: most tickets */

struct gate {
	struct gate_number *number; /* in the order of the text */
	struct gate_key *key;       /* of the objects still open, innermost last */
	size_t n_number, cap_number, n_key, cap_key;
	struct sdk_buf plain; /* keys that were written with escapes, without them */
	struct gate_number few_number[GATE_FEW];
	struct gate_key few_key[GATE_FEW];
};

/* Whatever it returns, gate_release() follows; the gate stays where it is until then. err may be NULL. */
enum ent_rc gate_check(struct gate *gate, struct ent_str bytes, struct ent_err *err);
void gate_release(struct gate *gate);

/* Decodes a string's inside that the gate has passed into ret (room for s.n); returns its size. */
size_t gate_unescape(struct ent_str s, char *ret);

#endif
