/* SPDX-License-Identifier: Apache-2.0 */
/* An event in a few words for people: the same ones in `entente tail` and in an incident's history. */
#ifndef CLI_EVENT_WORDS_H
#define CLI_EVENT_WORDS_H

#include "cli/tail_names.h"
#include "sdk/json.h"

/* "ticket INC0010023: status new -> in_progress". Never a line break or a control character of the event's. data: its
 * value, parsed; NULL when it is no JSON. names: of the people whose refs it holds. */
void event_words(struct ent_arena *arena, struct tail_names *names, struct ent_str type, const struct sdk_json *data,
		 struct sdk_buf *buf);
/* The terminal's code for the color of its kind; "": none. */
const char *event_words_color(struct ent_str type);

#endif
