/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of the API for people, where a table of `items` does not do. Each takes the answer's JSON. */
#ifndef CLI_SHOW_H
#define CLI_SHOW_H

#include "sdk/json.h"

void show_delivery(struct ent_arena *arena, struct ent_str json);
void show_repaired(struct ent_arena *arena, struct ent_str json);
void show_members(struct ent_arena *arena, struct ent_str json); /* each with its name, as they stand */
void show_share(struct ent_arena *arena, struct ent_str json);
void show_letter(struct ent_arena *arena, struct ent_str json);
void show_outcome(struct ent_arena *arena, struct ent_str json); /* of a replay; "done" when the answer is empty */
void show_asked(struct ent_arena *arena, struct ent_str json);   /* a poll that was asked for */
void show_maps(struct ent_arena *arena, struct ent_str json);
void show_map_try(struct ent_arena *arena, struct ent_str json);
void show_map_change(struct ent_arena *arena, struct ent_str json);
void show_token(struct ent_arena *arena, struct ent_str json); /* the token alone on standard output */
void show_ended(struct ent_arena *arena, struct ent_str json);
void show_removed(struct ent_arena *arena, struct ent_str json);

#endif
