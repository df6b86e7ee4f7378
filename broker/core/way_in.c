/* SPDX-License-Identifier: Apache-2.0 */
#include "core/way_in.h"

const struct way_in *way_in_of(const struct ways_in *ways, struct ent_str organisation)
{
	for (size_t i = 0; i < ways->n; i++)
		if (sdk_eq(ways->at[i].organisation, organisation))
			return &ways->at[i];
	return NULL;
}
