/* SPDX-License-Identifier: Apache-2.0 */
/* Prints what a merge or a split would do, and what it did. */
#ifndef CLI_MERGE_SHOW_H
#define CLI_MERGE_SHOW_H

#include "cli/client_words.h"

void merge_show_reach(struct ent_arena *arena, struct ent_str json);  /* before */
void merge_show_merged(struct ent_arena *arena, struct ent_str json); /* after a merge */
void merge_show_parted(struct ent_arena *arena, struct ent_str json); /* after a split */

#endif
