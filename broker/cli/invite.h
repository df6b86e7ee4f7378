/* SPDX-License-Identifier: Apache-2.0 */
/* `entente user invite`: a link by which a person comes in, on the terminal only. */
#ifndef CLI_INVITE_H
#define CLI_INVITE_H

#include "cli/question.h"

/* With --admin: an administrator of ours; the name may be left out. */
int invite_run(const struct question_call *call);

#endif
