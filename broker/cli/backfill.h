/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entente backfill: what a supplier's tool holds since a time, read by the broker page by page within the supplier's
 * limit. This command starts it and watches; the cursor is the broker's, so that neither a crash nor a lost terminal
 * loses or repeats anything.
 */
#ifndef CLI_BACKFILL_H
#define CLI_BACKFILL_H

#include "cli/question.h"

int backfill_run_start(const struct question_call *call);
int backfill_run_stop(const struct question_call *call);

#endif
