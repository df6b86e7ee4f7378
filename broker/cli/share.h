/* SPDX-License-Identifier: Apache-2.0 */
/* entente share: a supplier takes part in an incident. */
#ifndef CLI_SHARE_H
#define CLI_SHARE_H

#include "cli/question.h"

int share_run(const struct question_call *call);
/* Says when its tool will not tell the supplier. */
int unshare_then(const struct question_call *call);
void share_refuse(const struct question_call *call, int argc, char **argv);

#endif
