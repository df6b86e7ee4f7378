/* SPDX-License-Identifier: Apache-2.0 */
/* How asks, hand-overs, promises and calls for help are printed, and where plain words for the requester stand. */
#ifndef CLI_ACT_SHOW_H
#define CLI_ACT_SHOW_H

#include "cli/client_words.h"

void act_show(struct ent_arena *arena, struct ent_str json);
void act_show_offered(struct ent_arena *arena, struct ent_str json);
void act_show_list(struct ent_arena *arena, struct ent_str json);
void act_show_told(struct ent_arena *arena, struct ent_str json);

#endif
