/* SPDX-License-Identifier: Apache-2.0 */
/* The findings of `entente check` so far; for cmd_check.c and check_*.c. */
#ifndef CLI_CHECK_H
#define CLI_CHECK_H

#include "cli/boot.h"
#include "sdk/json.h"

enum result { RESULT_OK, RESULT_WARN, RESULT_FAIL };

struct check {
	struct boot boot; /* plugins and config, as far as they could be loaded */
	bool json, kafka;
	size_t n_fail, n_warn;
	struct sdk_buf out;
	struct sdk_jsonw w;
};

void check_say(struct check *check, enum result result, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

#endif
