/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a program of the operator on a file: no shell, an environment that tells nothing, and an end after a time. */
#ifndef LINK_HOOK_H
#define LINK_HOOK_H

#include "base/world.h"

enum hook_end {
	HOOK_CLEAN,   /* it ended with 0 */
	HOOK_REFUSED, /* with 1 */
	HOOK_FAILED,  /* with anything else, or it could not be started */
	HOOK_LATE,    /* it took too long and was ended, with all that it had started in its group */
	HOOK_STOPPED  /* stop_fd became readable: the same */
};

/* words: program and arguments with spaces between; path comes behind them. Blocks. stop_fd: -1: none. */
enum hook_end hook_run(struct clock *clock, struct ent_str words, const char *path, int timeout_ms, int stop_fd);

#endif
