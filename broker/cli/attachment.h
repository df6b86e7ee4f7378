/* SPDX-License-Identifier: Apache-2.0 */
/* Files of incidents: sent to a broker, and got from it. */
#ifndef CLI_ATTACHMENT_H
#define CLI_ATTACHMENT_H

#include "cli/question.h"

int attachment_add(const struct question_call *call);
int attachment_get(const struct question_call *call);
void attachment_show(struct ent_arena *arena, struct ent_str json);
void attachment_show_all(struct ent_arena *arena, struct ent_str json);
/* Uploads the file into the call's incident; *ret: its id. Returns the exit status; a failure was printed. */
int attachment_upload(const struct question_call *call, const char *path, struct ent_str *ret_json);

#endif
