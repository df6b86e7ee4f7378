/* SPDX-License-Identifier: Apache-2.0 */
/* How the list of work is printed. */
#ifndef CLI_WORK_SHOW_H
#define CLI_WORK_SHOW_H

#include "cli/client_words.h"

/* A page of the list; each says something else where it is empty. */
void work_show(struct ent_arena *arena, struct ent_str json);
void work_show_reason(struct ent_arena *arena, struct ent_str json);
void work_show_mine(struct ent_arena *arena, struct ent_str json);
void work_show_snoozed(struct ent_arena *arena, struct ent_str json);

/* The answer to a snooze or a wake: until when it is put off. */
void work_show_snooze(struct ent_arena *arena, struct ent_str json);
/* The answer to a take: the people of the own organisation who have it, and until when it is put off. */
void work_show_duty(struct ent_arena *arena, struct ent_str json);
/* The same lines, of an object that has "taken" and "snoozed". */
void work_show_lines(struct ent_arena *arena, const struct sdk_json *object, const char *indent);

#endif
