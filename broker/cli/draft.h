/* SPDX-License-Identifier: Apache-2.0 */
/* `entente draft save`: words that are not sent yet, from the command line or standard input. */
#ifndef CLI_DRAFT_H
#define CLI_DRAFT_H

#include "cli/question.h"

int draft_save_run(const struct question_call *call);
void draft_show(struct ent_arena *arena, struct ent_str json);
void draft_show_list(struct ent_arena *arena, struct ent_str json);

#endif
