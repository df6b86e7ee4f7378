/* SPDX-License-Identifier: Apache-2.0 */
/* `entente user export` and `erase`: what is held about a person. */
#ifndef CLI_PRIVATE_H
#define CLI_PRIVATE_H

#include "cli/question.h"

int private_export_run(const struct question_call *call);
/* Asks before, unless --yes: status 1 where the answer is another one than yes. */
int private_erase_run(const struct question_call *call);

#endif
