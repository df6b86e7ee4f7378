/* SPDX-License-Identifier: Apache-2.0 */
/* Who will read a comment, before it is written, and letting more read one. */
#ifndef CLI_REACH_SHOW_H
#define CLI_REACH_SHOW_H

#include "cli/question.h"

void reach_show(struct ent_arena *arena, struct ent_str json);
int reach_widen_run(const struct question_call *call);

#endif
