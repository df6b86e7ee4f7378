/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/event_words_link.h"

void event_words_link_split(struct event_line *line)
{
	event_line_at(line, "other.number");
	event_line_z(line, " was parted from it and stands again");
}

void event_words_link_restored(struct event_line *line)
{
	event_line_z(line, "stands again, ");
	event_line_at(line, "status");
	event_line_z(line, "; it was part of ");
	event_line_at(line, "other.number");
}

void event_words_link_linked(struct event_line *line)
{
	event_line_z(line, sdk_json_bool(sdk_json_at(line->data, "linked"), false) ? "linked: " : "not any more: ");
	event_line_at(line, "relation");
	event_line_z(line, " ");
	event_line_at(line, "other.number");
}
