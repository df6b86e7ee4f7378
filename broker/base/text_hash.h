/* SPDX-License-Identifier: Apache-2.0 */
/* A place in a table of our memory, from text. FNV-1a: fast, and no secret. */
#ifndef BASE_TEXT_HASH_H
#define BASE_TEXT_HASH_H

#include "entente/ticket.h"

#include <stddef.h>
#include <stdint.h>

#define TEXT_HASH UINT64_C(0xcbf29ce484222325) /* before the first text */

static inline uint64_t text_hash(uint64_t hash, struct ent_str text)
{
	for (size_t i = 0; i < text.n; i++)
		hash = (hash ^ (unsigned char)text.p[i]) * UINT64_C(0x100000001b3);
	return hash;
}

#endif
