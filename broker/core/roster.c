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
	free(roster);
}

enum ent_rc roster_new(struct supplier_set *set, struct roster **ret, struct ent_err *err)
{
	struct roster *roster = sdk_xalloc(sizeof *roster);
	struct ent_err why = {""};

	*roster = (struct roster){supplier_set_ref(set), sdk_xalloc((set->n + 1) * sizeof(void *)), 1};
	for (size_t i = 0; i < set->n; i++) {
		const struct supplier *supplier = &set->at[i];
		enum ent_rc rc = ENT_OK;

		roster->state[i] = NULL;
		if (supplier->connector->open != NULL)
			rc = supplier->connector->open(supplier->settings, &roster->state[i], &why);
		if (rc != ENT_OK) {
			sdk_fail(err, rc, "supplier %.*s: connector %s refuses its settings: %s", (int)supplier->name.n,
				 supplier->name.p, supplier->connector->name, why.msg);
			roster_close(roster, i);
			return rc;
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
