/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_CHECK_SUPPLIER_H
#define CLI_CHECK_SUPPLIER_H

#include "cli/check.h"

/* The i-th supplier: its connector, its secrets, its words, and its way out. */
void check_supplier(struct check *check, size_t i);

#endif
