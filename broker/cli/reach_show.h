/* SPDX-License-Identifier: Apache-2.0 */
/* Prints who will read a comment, before it is written. */
#ifndef CLI_REACH_SHOW_H
#define CLI_REACH_SHOW_H

#include "cli/question.h"

void reach_show(struct ent_arena *arena, struct ent_str json);
struct ent_str reach_show_readers(struct ent_arena *arena, const struct sdk_json *answer); /* as --readers takes them */

#endif
