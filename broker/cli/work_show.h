/* SPDX-License-Identifier: Apache-2.0 */
/* How the list of work is printed. */
#ifndef CLI_WORK_SHOW_H
#define CLI_WORK_SHOW_H

#include "cli/client_words.h"

void work_show(struct ent_arena *arena, struct ent_str json);

#endif
