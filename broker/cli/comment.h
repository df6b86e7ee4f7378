/* SPDX-License-Identifier: Apache-2.0 */
/* entente comment: a text into an incident's thread, for those who are named; other words for it later. */
#ifndef CLI_COMMENT_H
#define CLI_COMMENT_H

#include "cli/question.h"

int comment_run(const struct question_call *call);
int comment_edit_run(const struct question_call *call);
int comment_widen_run(const struct question_call *call); /* let more read it; without --readers only said who */
void comment_show(struct ent_arena *arena, struct ent_str json);
void comment_undone(struct ent_arena *arena, struct ent_str json);
void comment_refuse(const struct question_call *call, int argc, char **argv);

#endif
