/* SPDX-License-Identifier: Apache-2.0 */
/* A supplier for people: how its tool does, what we read there, what waits, and what to do. */
#ifndef CLI_SUPPLIER_SHOW_H
#define CLI_SUPPLIER_SHOW_H

#include "cli/question.h"

void supplier_show(struct ent_arena *arena, struct ent_str json); /* GET /v1/suppliers/{name} */
/* Says which verb is missing: once the name alone was enough. */
void supplier_show_refuse(const struct question_call *call, int argc, char **argv);

#endif
