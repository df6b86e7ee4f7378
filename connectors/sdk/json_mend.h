/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of a tool, made ready for the gate. */
#ifndef SDK_JSON_MEND_H
#define SDK_JSON_MEND_H

#include "sdk/str.h"

/* The bytes of a tool, ready for the gate: without a byte order mark, and with U+FFFD for U+0000 and for half a
 * surrogate pair, however they are written. Valid JSON stays as it is. Not for what is ours or a person's: they are
 * told what is wrong. */
struct ent_str sdk_json_mend(struct ent_arena *arena, struct ent_str bytes);
struct ent_str sdk_without_nul(struct ent_arena *arena, struct ent_str text); /* U+FFFD for each U+0000 */

#endif
