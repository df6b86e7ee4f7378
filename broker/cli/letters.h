/* SPDX-License-Identifier: Apache-2.0 */
/* entente deadletter replay --all: every letter that waits, page after page. */
#ifndef CLI_LETTERS_H
#define CLI_LETTERS_H

#include "cli/question.h"

int letters_replay(const struct question_call *call);

#endif
