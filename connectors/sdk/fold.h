/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts as a search compares them: without case and accents. "DÉCHETS", "Dechets" and "déchets" are the same, so are
 * "cœur" and "coeur". A table of our own: ICU (30 MB) and libunistring would be loaded for this alone, and towlower()
 * knows the case of the system's locale but no accents.
 */
#ifndef SDK_FOLD_H
#define SDK_FOLD_H

#include "sdk/str.h"

/* ret: room for text.n bytes, more are never written. Bytes that are no UTF-8 stay. Returns how many. */
size_t sdk_fold_to(char *ret, struct ent_str text);
struct ent_str sdk_fold(struct ent_arena *arena, struct ent_str text);

#endif
