/* SPDX-License-Identifier: Apache-2.0 */
/* May an op be repeated whose answer was lost? The connector says it; without its word, what creates may not. Pure. */
#ifndef LINK_REPEAT_H
#define LINK_REPEAT_H

#include "core/supplier.h"

/* *ret_lag_ms: for so long after a write a search may not show it; 0 when the op does not search. */
enum ent_repeat repeat_how(const struct supplier *supplier, const struct ent_self *self, enum ent_op_kind op,
			   int64_t *ret_lag_ms);

#endif
