/* SPDX-License-Identifier: Apache-2.0 */
/* Words for the events of comments, in a line of `entente tail` or of a history. */
#ifndef CLI_EVENT_WORDS_COMMENT_H
#define CLI_EVENT_WORDS_COMMENT_H

#include "cli/event_line.h"

void event_words_comment(struct event_line *line); /* "comment added by Jane (for us): It burns" */
void event_words_comment_removed(struct event_line *line);
void event_words_comment_pinned(struct event_line *line);

#endif
