/* SPDX-License-Identifier: Apache-2.0 */
/* entente delivery edit: another text for a delivery, then it is sent. */
#ifndef CLI_EDIT_H
#define CLI_EDIT_H

#include "cli/question.h"

int edit_run(const struct question_call *call);

#endif
