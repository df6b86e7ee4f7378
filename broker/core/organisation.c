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

size_t organisation_tools(const struct supplier_set *set, struct ent_str organisation,
			  struct ent_str ret[ORGANISATION_TOOLS_MAX])
{
	size_t n = 0;

	if (sdk_eq(organisation_named(set, organisation), organisation))
		ret[n++] = organisation;
	for (size_t i = 0; set && i < set->n && n < ORGANISATION_TOOLS_MAX; i++)
		if (sdk_eq(organisation_of(&set->at[i]), organisation) && !sdk_eq(set->at[i].name, organisation))
			ret[n++] = set->at[i].name;
	return n;
}

static bool is_configured(const struct supplier_set *set, struct ent_str organisation)
{
	struct ent_str rest = set ? set->named : ENT_ABSENT;

	while (rest.n)
		if (sdk_eq(sdk_cut(rest, ',', &rest), organisation))
			return true;
	return false;
}

bool organisation_has_no_tool(const struct supplier_set *set, struct ent_str organisation)
{
	return is_configured(set, organisation) && !first_tool(set, organisation);
}

bool organisation_is_known(const struct supplier_set *set, struct ent_str organisation)
{
	return organisation.n && (sdk_eq(organisation, organisation_ours(set)) || first_tool(set, organisation) ||
				  is_configured(set, organisation));
}

struct ent_str organisation_list(struct ent_arena *arena, const struct supplier_set *set)
{
	struct ent_str ret = organisation_ours(set), rest = set ? set->named : ENT_ABSENT;

	for (size_t i = 0; set && i < set->n; i++) {
		struct ent_str name = organisation_of(&set->at[i]);

		if (!sdk_eq(name, organisation_ours(set)) && first_tool(set, name) == &set->at[i])
			ret = sdk_format(arena, "%.*s,%.*s", ENT_F(ret), ENT_F(name));
	}
	while (rest.n) {
		struct ent_str name = sdk_cut(rest, ',', &rest);

		if (organisation_has_no_tool(set, name))
			ret = sdk_format(arena, "%.*s,%.*s", ENT_F(ret), ENT_F(name));
	}
	return ret;
}

enum sharer organisation_sharer(struct ent_arena *arena, const struct supplier_set *set, struct ent_str word,
				struct ent_str *ret)
{
	size_t n = 0;

	*ret = word;
	if (supplier_by_name(set, word) || organisation_has_no_tool(set, word))
		return SHARER_FOUND;
	for (size_t i = 0; i < set->n; i++)
		if (sdk_eq(organisation_of(&set->at[i]), word))
			*ret = n++ ? sdk_format(arena, "%.*s, %.*s", ENT_F(*ret), ENT_F(set->at[i].name))
				   : set->at[i].name;
	return n == 0 ? SHARER_UNKNOWN : n == 1 ? SHARER_FOUND : SHARER_SEVERAL;
}
