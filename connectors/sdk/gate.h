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

struct gate {
	struct sdk_buf number; /* struct gate_number, in the order of the text */
	struct sdk_buf key;    /* keys of the objects still open, innermost last */
	struct sdk_buf plain;  /* keys that were written with escapes, without them */
};

/* Whatever it returns, gate_release() follows. err may be NULL. */
enum ent_rc gate_check(struct gate *gate, struct ent_str bytes, struct ent_err *err);
void gate_release(struct gate *gate);

static inline size_t gate_n_number(const struct gate *gate)
{
	return gate->number.n / sizeof(struct gate_number);
}

/* Decodes a string's inside that the gate has passed into ret (room for s.n); returns its size. */
size_t gate_unescape(struct ent_str s, char *ret);

#endif
