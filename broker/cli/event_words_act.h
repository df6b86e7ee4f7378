/* SPDX-License-Identifier: Apache-2.0 */
/* Words for the events of asks, hand-overs, promises and help, in a line of `entente tail` or of a history. */
#ifndef CLI_EVENT_WORDS_ACT_H
#define CLI_EVENT_WORDS_ACT_H

#include "cli/event_line.h"

void event_words_act(struct event_line *line); /* "asked (question, us -> orion, due 2026-...)" */

#endif
