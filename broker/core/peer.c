/* SPDX-License-Identifier: Apache-2.0 */
#include "core/peer.h"

#include "core/range.h"

/* Takes the last of a list with commas between. */
static struct ent_str last_of(struct ent_str *list)
{
	size_t at = list->n;
	struct ent_str last;

	while (at > 0 && list->p[at - 1] != ',')
		at--;
	last = (struct ent_str){list->p + at, list->n - at};
	list->n = at > 0 ? at - 1 : 0;
	return sdk_trim(last);
}

struct ent_str peer_of(struct ent_str address, struct ent_str forwarded_for, struct ent_str proxies)
{
	unsigned char ignored[16];

	while (forwarded_for.n && range_holds(proxies, address)) {
		struct ent_str before = last_of(&forwarded_for);

		if (!range_customer(before, ignored))
			break; /* no address: whoever told it is as far as we can see */
		address = before;
	}
	return address;
}
