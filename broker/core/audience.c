/* SPDX-License-Identifier: Apache-2.0 */
#include "core/audience.h"

enum { SECOND_MS = 1000, BEHIND_MAX_MS = 3600 * 1000 };

static const char *const names[] = {
    [AUDIENCE_INTERNAL] = "internal",
    [AUDIENCE_SUPPLIERS] = "suppliers",
    [AUDIENCE_EVERYONE] = "everyone",
    [AUDIENCE_REQUESTER] = "requester",
};

const char *audience_name(enum audience_kind kind)
{
	return names[kind];
}

bool audience_kind(struct ent_str name, enum audience_kind *ret)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (!sdk_eqz(name, names[i]))
			continue;
		*ret = (enum audience_kind)i;
		return true;
	}
	return false;
}

static bool list_has(struct ent_str list, struct ent_str supplier)
{
	while (list.p) {
		struct ent_str rest, item = sdk_cut(list, ',', &rest);

		if (sdk_eq(item, supplier))
			return true;
		list = rest;
	}
	return false;
}

bool audience_allows(const struct audience *audience, struct ent_str supplier, bool shares)
{
	/* A supplier that takes no part in the incident has no thread to read, named or not. */
	if (!shares || supplier.n == 0)
		return false;
	switch (audience->kind) {
	case AUDIENCE_INTERNAL:
		return false;
	case AUDIENCE_SUPPLIERS:
		return list_has(audience->suppliers, supplier);
	case AUDIENCE_EVERYONE:
	case AUDIENCE_REQUESTER:
		return true;
	}
	return false;
}

enum when_said audience_said(int64_t said_ms, int64_t since_ms)
{
	/* Most tools give whole seconds: the comment was made within that second. */
	int64_t latest_ms = said_ms % SECOND_MS == 0 ? said_ms + SECOND_MS - 1 : said_ms;

	if (latest_ms >= since_ms)
		return SAID_SINCE;
	return latest_ms >= since_ms - BEHIND_MAX_MS ? SAID_JUST_BEFORE : SAID_BEFORE;
}
