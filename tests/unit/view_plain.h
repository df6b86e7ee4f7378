/* SPDX-License-Identifier: Apache-2.0 */
/* What two worlds tell is compared without what is random in them. */
#ifndef UNIT_VIEW_PLAIN_H
#define UNIT_VIEW_PLAIN_H

#include "store_world.h"

/* How much of an id or an incident number begins here; 0: neither does. */
static inline size_t id_at(struct ent_str text, size_t i)
{
	const char *p = text.p + i;

	if (text.n - i > 10 && !memcmp(p, "ENT-", 4))
		return 10;
	if (text.n - i > 36 && p[0] == '"' && p[9] == '-' && p[14] == '-' && p[24] == '-')
		return 37;
	return 0;
}

/* Ids and incident numbers become their order of appearance. */
static inline struct ent_str plain(struct ent_arena *arena, struct ent_str text)
{
	size_t max = text.n / 10 + 1, n_seen = 0, n = 0;
	struct ent_str *seen = SDK_NEW_N(arena, struct ent_str, max);
	char *out = sdk_alloc(arena, 2 * text.n + 1);

	for (size_t i = 0; i < text.n;) {
		struct ent_str id = {text.p + i, id_at(text, i)};
		size_t k = 0;

		if (!id.n) {
			out[n++] = text.p[i++];
			continue;
		}
		while (k < n_seen && !sdk_eq(seen[k], id))
			k++;
		if (k == n_seen)
			seen[n_seen++] = id;
		n += (size_t)snprintf(out + n, 12, "#%d", (int)k);
		i += id.n;
	}
	return (struct ent_str){out, n};
}

#endif
