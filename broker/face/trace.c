/* SPDX-License-Identifier: Apache-2.0 */
#include "face/trace.h"

#include <string.h>
#include "sdk/crypto.h"

#define TRACE_SIZE 55 /* "00-" 32 hex "-" 16 hex "-" 2 hex */

static bool is_hex(struct ent_str s, bool *ret_zero)
{
	*ret_zero = true;
	for (size_t i = 0; i < s.n; i++) {
		if (!(s.p[i] >= '0' && s.p[i] <= '9') && !(s.p[i] >= 'a' && s.p[i] <= 'f'))
			return false;
		*ret_zero &= s.p[i] == '0';
	}
	return true;
}

static bool is_trace(struct ent_str t)
{
	bool zero_trace, zero_span, zero;

	return t.n == TRACE_SIZE && sdk_starts(t, "00-") && t.p[35] == '-' && t.p[52] == '-' &&
	       is_hex((struct ent_str){t.p + 3, 32}, &zero_trace) &&
	       is_hex((struct ent_str){t.p + 36, 16}, &zero_span) && is_hex((struct ent_str){t.p + 53, 2}, &zero) &&
	       !zero_trace && !zero_span;
}

static unsigned char *random_take(struct desk *desk)
{
	struct chance *chance = desk->face->world.chance;

	if (desk->n_random == 0) {
		chance->bytes(chance, desk->random, sizeof desk->random);
		desk->n_random = DESK_RANDOM;
	}
	return desk->random[--desk->n_random];
}

struct ent_str trace_next(struct exchange *x, struct ent_str traceparent)
{
	unsigned char *random = random_take(x->desk);
	struct ent_str hex;
	char *p = sdk_alloc(&x->arena.abi, TRACE_SIZE);

	random[0] |= 1; /* neither id may be all zeros */
	random[16] |= 1;
	hex = sdk_hex(&x->arena.abi, random, TRACE_RANDOM);
	memcpy(p, "00-", 3);
	memcpy(p + 3, hex.p, 32);
	p[35] = '-';
	memcpy(p + 36, hex.p + 32, 16);
	memcpy(p + 52, "-01", 3);
	if (is_trace(traceparent)) {
		memcpy(p + 3, traceparent.p + 3, 32);
		memcpy(p + 53, traceparent.p + 53, 2);
	}
	return (struct ent_str){p, TRACE_SIZE};
}
