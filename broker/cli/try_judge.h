/* SPDX-License-Identifier: Apache-2.0 */
/* The meaning of a result of `entente try`. */
#ifndef CLI_TRY_JUDGE_H
#define CLI_TRY_JUDGE_H

#include "cli/try_ask.h"

/* The broker's next step after this result. next: what the person can do. All three lie in the arena or are static. */
struct try_verdict {
	struct ent_str outcome, words, next;
	bool is_well;
};
void try_judge(enum try_op op, const struct trial *trial, const struct ent_call *call, const struct trial_end *end,
	       struct ent_arena *arena, struct try_verdict *ret);

/* The tool cannot keep this comment internal, and nothing was sent. */
bool try_judge_is_internal(const struct ent_call *call, const struct trial_end *end);

#endif
