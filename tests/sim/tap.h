/* SPDX-License-Identifier: Apache-2.0 */
/* One line per check. */
#ifndef SIM_TAP_H
#define SIM_TAP_H

#include <stdbool.h>
#include <stdio.h>

struct tap {
	int passed, failed;
};

static inline void tap_ok(struct tap *tap, bool ok, const char *name, const char *why)
{
	if (ok)
		printf("ok - %s\n", name);
	else
		printf("not ok - %s: %s\n", name, why);
	tap->passed += ok;
	tap->failed += !ok;
}

static inline int tap_end(const struct tap *tap)
{
	return tap->failed || !tap->passed;
}

#endif
