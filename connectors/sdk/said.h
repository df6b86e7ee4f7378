/* SPDX-License-Identifier: Apache-2.0 */
/* Sentences that stand as JSON, read again: what sdk_said_print() wrote. */
#ifndef SDK_SAID_H
#define SDK_SAID_H

#include "sdk/json.h"

/* A text alone is one without a code of its own; what is no sentence is read as nothing. */
struct ent_said sdk_said_read(struct ent_arena *arena, const struct sdk_json *node);
struct ent_said sdk_said_parse(struct ent_arena *arena, struct ent_str json);

#endif
