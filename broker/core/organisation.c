/* SPDX-License-Identifier: Apache-2.0 */
#include "core/organisation.h"

#include "sdk/webhook.h"

#include <string.h>

bool organisation_is_name(struct ent_str name)
{
	if (name.n == 0 || name.n > SUPPLIER_NAME_MAX || name.p[0] == '-')
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (!memchr("abcdefghijklmnopqrstuvwxyz0123456789-", name.p[i], 37))
			return false;
	return true;
}

struct ent_str organisation_ours(const struct supplier_set *set)
{
	return set && set->ours.n ? set->ours : ENT_STR(ORGANISATION_OURS);
}

struct ent_str organisation_of(const struct supplier *supplier)
{
	return supplier->organisation.n ? supplier->organisation : supplier->name;
}

struct ent_str organisation_named(const struct supplier_set *set, struct ent_str supplier)
{
	const struct supplier *named = set ? supplier_by_name(set, supplier) : NULL;

	return named ? organisation_of(named) : supplier;
}

/* Its first supplier; NULL: it has none. */
static const struct supplier *first_tool(const struct supplier_set *set, struct ent_str organisation)
{
	for (size_t i = 0; set && i < set->n; i++)
		if (sdk_eq(organisation_of(&set->at[i]), organisation))
			return &set->at[i];
	return NULL;
}

bool organisation_is_known(const struct supplier_set *set, struct ent_str organisation)
{
	return organisation.n && (sdk_eq(organisation, organisation_ours(set)) || first_tool(set, organisation));
}

struct ent_str organisation_list(struct ent_arena *arena, const struct supplier_set *set)
{
	struct ent_str ret = organisation_ours(set);

	for (size_t i = 0; set && i < set->n; i++) {
		struct ent_str name = organisation_of(&set->at[i]);

		if (!sdk_eq(name, organisation_ours(set)) && first_tool(set, name) == &set->at[i])
			ret = sdk_format(arena, "%.*s,%.*s", ENT_F(ret), ENT_F(name));
	}
	return ret;
}
