/* SPDX-License-Identifier: Apache-2.0 */
/* HTML entities: the names people's tools write, and all numbers. Private to this folder. */
#ifndef SDK_ENTITY_H
#define SDK_ENTITY_H

#include "sdk/str.h"

/* s begins with '&'. Returns how many bytes the entity takes and writes what it means (UTF-8,
 * never more bytes than that; U+FFFD for a number that is no character); 0: it is none. */
size_t entity_decode(struct ent_str s, char ret[4], size_t *ret_n);

#endif
