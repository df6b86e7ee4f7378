/* SPDX-License-Identifier: Apache-2.0 */
#include "core/roster.h"

#include <stdlib.h>

static void roster_close(struct roster *roster, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (roster->set->at[i].connector->close != NULL)
			roster->set->at[i].connector->close(roster->state[i]);
	supplier_set_unref(roster->set);
	free(roster->state);
	free(roster->broken);
	free(roster);
}

enum ent_rc roster_open(struct supplier_set *set, bool strict, struct roster **ret, struct ent_err *err)
{
	struct roster *roster = sdk_xalloc(sizeof *roster);

	*roster = (struct roster){.set = supplier_set_ref(set),
				  .state = sdk_xalloc((set->n + 1) * sizeof(void *)),
				  .broken = sdk_xalloc((set->n + 1) * sizeof(struct ent_err)),
				  .references = 1};
	for (size_t i = 0; i < set->n; i++) {
		const struct supplier *supplier = &set->at[i];
		struct ent_err why = {0};

		roster->state[i] = NULL;
		roster->broken[i] = (struct ent_err){0};
		if (supplier->connector->open == NULL ||
		    supplier->connector->open(supplier->settings, &roster->state[i], &why) == ENT_OK)
			continue;
		roster->state[i] = NULL;
		(void)sdk_fail_as(&roster->broken[i], ENT_EINVAL, "supplier.settings",
				  "connector {connector=%s} refuses its settings: {why=%p}", supplier->connector->name,
				  SDK_WHY(&why));
		if (strict) {
			(void)sdk_fail_as(err, ENT_EINVAL, "supplier.named", "supplier {supplier=%.*s}: {why=%p}",
					  ENT_F(supplier->name), SDK_WHY(&roster->broken[i]));
			roster_close(roster, i);
			return ENT_EINVAL;
		}
	}
	*ret = roster;
	return ENT_OK;
}

struct roster *roster_ref(struct roster *roster)
{
	roster->references++;
	return roster;
}

void roster_unref(struct roster *roster)
{
	if (roster != NULL && --roster->references == 0)
		roster_close(roster, roster->set->n);
}

struct ent_self roster_self(const struct roster *roster, const struct supplier *supplier)
{
	return (struct ent_self){supplier->settings, roster->state[supplier->index]};
}
