/* SPDX-License-Identifier: Apache-2.0 */
/* entente incident open, entente incident describe. */
#ifndef CLI_DESCRIBE_H
#define CLI_DESCRIBE_H

#include "cli/question.h"

int describe_open(const struct question_call *call);
int describe_change(const struct question_call *call);

#endif
