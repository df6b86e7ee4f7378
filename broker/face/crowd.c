/* SPDX-License-Identifier: Apache-2.0 */
#include "face/crowd.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/text_hash.h"
#include "core/range.h"

enum { CROWD_PLACES = 65536 }; /* of persons, and as many of addresses */

struct crowd {
	uint64_t key;
	_Atomic int32_t count[2 * CROWD_PLACES]; /* persons, then addresses */
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

static uint32_t crowd_hash(const struct crowd *crowd, struct ent_str text)
{
	uint64_t hash = text_hash(crowd->key, text);

	return (uint32_t)((hash ^ hash >> 32) % CROWD_PLACES);
}

uint32_t crowd_place_of_person(const struct crowd *crowd, struct ent_str ref)
{
	return crowd_hash(crowd, ref);
}

uint32_t crowd_place_of_address(const struct crowd *crowd, struct ent_str address)
{
	unsigned char customer[16];
	struct ent_str text = address;

	if (range_customer(address, customer))
		text = (struct ent_str){(const char *)customer, sizeof customer};
	return CROWD_PLACES + crowd_hash(crowd, text);
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
