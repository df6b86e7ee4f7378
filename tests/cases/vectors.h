/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASES_VECTORS_H
#define CASES_VECTORS_H

#include "harness.h"

/* The known signatures of SHARED against the connectors that can check them. Returns how many failed. */
unsigned vectors_run(const char *plugins, const char *shared);

#endif
