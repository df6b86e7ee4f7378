/* SPDX-License-Identifier: Apache-2.0 */
/* How the list of work is printed. */
#ifndef CLI_WORK_SHOW_H
#define CLI_WORK_SHOW_H

#include "cli/client_words.h"

void work_show(struct ent_arena *arena, struct ent_str json);

/* The answer to a take or a snooze: the people of the own organisation who have it, and until when it is put off. */
void work_show_duty(struct ent_arena *arena, struct ent_str json);
/* The same lines, of an object that has "taken" and "snoozed". */
void work_show_lines(struct ent_arena *arena, const struct sdk_json *object, const char *indent);

#endif
