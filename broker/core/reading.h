/* SPDX-License-Identifier: Apache-2.0 */
/* What an organisation, or its tool, reads of the place in which something was said. */
#ifndef CORE_READING_H
#define CORE_READING_H

#include <stdbool.h>
#include <stdint.h>

struct reading {
	bool shares;      /* its share of the incident stands */
	int64_t since_ms; /* what was said and published since then is for it; 0: all */
};

#endif
