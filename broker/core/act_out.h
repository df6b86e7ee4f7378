/* SPDX-License-Identifier: Apache-2.0 */
/* The act that a comment carries, as a connector is told it beside the words. Pure. */
#ifndef CORE_ACT_OUT_H
#define CORE_ACT_OUT_H

#include "core/state.h"
#include "core/supplier.h"

/* reader: the organisation whose tool it goes to. What the comment answers is named only where that organisation
 * reads it: an answer by who asked, a hand-over by whoever takes part. */
struct ent_act act_out(struct ent_arena *arena, const struct supplier_set *suppliers, const struct comment *comment,
		       struct ent_str reader);

#endif
