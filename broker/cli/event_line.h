/* SPDX-License-Identifier: Apache-2.0 */
/* The line of words that is written about one event, piece by piece. */
#ifndef CLI_EVENT_LINE_H
#define CLI_EVENT_LINE_H

#include "cli/tail_names.h"
#include "sdk/json.h"

struct event_line {
	struct ent_arena *arena;
	struct tail_names *names;
	const struct sdk_json *data;
	struct sdk_buf *buf;
	const char *did; /* what was done, where several kinds of event are told alike; else NULL */
};

void event_line_z(struct event_line *line, const char *words);
/* Cut on a character border, without control characters. */
void event_line_text(struct event_line *line, struct ent_str s);
/* The text of the data's member at the path. */
void event_line_at(struct event_line *line, const char *path);
bool event_line_has(const struct event_line *line, const char *path);
/* A value as an event tells it: text, else the tool's own word; of a person the name, else the beginning of the ref. */
void event_line_value(struct event_line *line, const struct sdk_json *of);
/* The name of the person whose ref stands at the path, else the beginning of the ref. */
void event_line_person(struct event_line *line, const char *path);
/* "ticket INC0010023": the data's ticket. */
void event_line_ticket(struct event_line *line);
/* The holder at the path: a supplier, or a word. */
void event_line_holder(struct event_line *line, const char *path);

#endif
