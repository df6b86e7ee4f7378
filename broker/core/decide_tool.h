/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A supplier's people act in their own tool, without a page of ours. Their ticket, acknowledged, in progress or
 * assigned, accepts a hand-over that is proposed to them; rejected, it declines it, and their next comment is the
 * reason. A comment below our text answers the ask that the text is. Decided narrowly: nothing is better than a wrong
 * guess. Pure.
 */
#ifndef CORE_DECIDE_TOOL_H
#define CORE_DECIDE_TOOL_H

#include "core/situation.h"

enum tool_says { TOOL_SAYS_NOTHING, TOOL_ACCEPTS, TOOL_DECLINES };
/* To the hand-over at->proposed. said: the status that is the ticket's own word now; UNKNOWN: it says none. */
enum tool_says decide_tool_says(const struct situation *at, const struct ent_change *change, enum ent_status said);
/* The end of at->proposed. */
void decide_tool_ends(const struct situation *at, const struct ent_change *change, enum tool_says says,
		      struct events *ret);
/* A new comment of the tool becomes an answer to at->answers, or the reason for at->declined. */
void decide_tool_entry(const struct situation *at, struct comment *comment);

#endif
