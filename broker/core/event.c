/* SPDX-License-Identifier: Apache-2.0 */
/* Names and partition; event_print.c writes, event_parse.c reads back. */
#include "core/event.h"

#include <assert.h>
#include <string.h>

static const char *const names[EVENT_N] = {
#define X(id, name) name,
    EVENT_TABLE(X)
#undef X
};

const char *event_name(enum event_kind kind)
{
	assert((unsigned)kind < EVENT_N);
	return names[kind];
}

struct ent_str event_type(struct ent_arena *arena, enum event_kind kind)
{
	return sdk_format(arena, EVENT_TYPE_PREFIX "%s.v1", event_name(kind));
}

bool event_kind_by_name(struct ent_str name, enum event_kind *ret)
{
	for (int i = 0; i < EVENT_N; i++)
		if (sdk_eqz(name, names[i])) {
			*ret = (enum event_kind)i;
			return true;
		}
	return false;
}

bool event_kind(struct ent_str type, enum event_kind *ret)
{
	const size_t prefix = sizeof EVENT_TYPE_PREFIX - 1;
	const size_t suffix = sizeof ".v1" - 1;

	if (!sdk_starts(type, EVENT_TYPE_PREFIX) || type.n < prefix + suffix ||
	    memcmp(type.p + type.n - suffix, ".v1", suffix) != 0)
		return false;
	return event_kind_by_name((struct ent_str){type.p + prefix, type.n - prefix - suffix}, ret);
}

/* ---- partition ------------------------------------------------------------ */

static uint32_t murmur2_hash(const unsigned char *p, size_t n)
{
	const uint32_t m = 0x5bd1e995u;
	uint32_t h = 0x9747b28cu ^ (uint32_t)n;

	for (; n >= 4; p += 4, n -= 4) {
		uint32_t k = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
		k *= m;
		k ^= k >> 24;
		k *= m;
		h = h * m ^ k;
	}
	if (n >= 3)
		h ^= (uint32_t)p[2] << 16;
	if (n >= 2)
		h ^= (uint32_t)p[1] << 8;
	if (n >= 1)
		h = (h ^ p[0]) * m;
	h ^= h >> 13;
	h *= m;
	return h ^ h >> 15;
}

int32_t event_partition(struct ent_str incident_uuid, int32_t partitions)
{
	uint32_t hash = murmur2_hash((const unsigned char *)incident_uuid.p, incident_uuid.n);
	return (int32_t)((hash & 0x7fffffffu) % (uint32_t)partitions);
}
