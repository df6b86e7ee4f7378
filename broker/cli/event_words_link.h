/* SPDX-License-Identifier: Apache-2.0 */
/* Words for the events between two incidents, in a line of `entente tail` or of a history. */
#ifndef CLI_EVENT_WORDS_LINK_H
#define CLI_EVENT_WORDS_LINK_H

#include "cli/event_line.h"

void event_words_link_split(struct event_line *line);
void event_words_link_restored(struct event_line *line);
void event_words_link_linked(struct event_line *line);

#endif
