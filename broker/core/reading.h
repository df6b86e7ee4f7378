/* SPDX-License-Identifier: Apache-2.0 */
/* The part of a thread that an organisation, or its tool, reads, in the place where something was said. */
#ifndef CORE_READING_H
#define CORE_READING_H

#include <stdbool.h>
#include <stdint.h>

struct reading {
	bool shares;      /* its share of the incident stands */
	int64_t since_ms; /* what was said and published since then is for it; 0: all */
};

#endif
