/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs of `user` and `audit` that are more than a row of people_table.c. */
#ifndef CLI_USER_H
#define CLI_USER_H

#include "cli/question.h"

int user_disable(const struct question_call *call);
int user_enable(const struct question_call *call);
/* Status 1: the chain does not hold. */
int user_audit_verify(const struct question_call *call);

#endif
