/* SPDX-License-Identifier: Apache-2.0 */
/* The result of `entente try` for people, on standard output. */
#ifndef CLI_TRY_SHOW_H
#define CLI_TRY_SHOW_H

#include "sdk/json.h"

void try_show(struct ent_arena *arena, const struct sdk_json *said); /* the object of try_say.h */

#endif
