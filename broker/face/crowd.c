/* SPDX-License-Identifier: Apache-2.0 */
#include "face/crowd.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/text_hash.h"
#include "core/range.h"

enum { CROWD_PLACES = 16384 };

struct crowd {
	uint64_t key;
	_Atomic int32_t count[CROWD_PLACES];
};

struct crowd *crowd_new(struct chance *chance)
{
	struct crowd *crowd = sdk_xalloc(sizeof *crowd);

	memset(crowd, 0, sizeof *crowd);
	chance->bytes(chance, &crowd->key, sizeof crowd->key);
	return crowd;
}

void crowd_free(struct crowd *crowd)
{
	free(crowd);
}

uint32_t crowd_place(const struct crowd *crowd, struct ent_str name)
{
	uint64_t hash = text_hash(crowd->key, name);

	return (uint32_t)((hash ^ hash >> 32) % CROWD_PLACES);
}

uint32_t crowd_place_of_address(const struct crowd *crowd, struct ent_str address)
{
	unsigned char customer[16];

	if (!range_customer(address, customer))
		return crowd_place(crowd, address);
	return crowd_place(crowd, (struct ent_str){(const char *)customer, sizeof customer});
}

bool crowd_enter(struct crowd *crowd, uint32_t place, int max)
{
	if (atomic_fetch_add(&crowd->count[place], 1) < max || max == 0)
		return true;
	crowd_leave(crowd, place);
	return false;
}

void crowd_leave(struct crowd *crowd, uint32_t place)
{
	atomic_fetch_sub(&crowd->count[place], 1);
}
