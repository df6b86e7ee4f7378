/* SPDX-License-Identifier: Apache-2.0 */
/* An event of the stream as one line: for people, or as a CloudEvent in JSON. */
#ifndef CLI_TAIL_LINE_H
#define CLI_TAIL_LINE_H

#include "bus/bus_read.h"
#include "cli/tail_names.h"
#include "sdk/json.h"

/* "2026-11-22 08:14:03  ENT-000042  orion  ticket INC0010023: status new -> in_progress". Never a line break or a
 * control character of the event's. data: its value, parsed; NULL when it is no JSON. */
void tail_line_words(struct ent_arena *arena, struct tail_names *names, const struct bus_record *record,
		     const struct sdk_json *data, bool color, struct sdk_buf *line);
/* Structured mode: {"specversion":"1.0","id":...,"data":{...}}. False: the value is no JSON, nothing was written. */
bool tail_line_json(const struct bus_record *record, const struct sdk_json *data, struct sdk_buf *line);

#endif
