/* SPDX-License-Identifier: Apache-2.0 */
/* A person's inbox and the threads that it follows, for people. */
#ifndef CLI_INBOX_SHOW_H
#define CLI_INBOX_SHOW_H

#include "entente/connector.h"

void inbox_show_read(struct ent_arena *arena, struct ent_str json);
void inbox_show_following(struct ent_arena *arena, struct ent_str json);

#endif
