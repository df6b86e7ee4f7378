/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/event_words_link.h"

#include "core/relation.h"

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
	static const char *const said[RELATION_N] = {
	    [RELATION_RELATED] = "related to ",          [RELATION_CAUSES] = "the cause of ",
	    [RELATION_CAUSED_BY] = "caused by ",         [RELATION_DUPLICATES] = "a duplicate of ",
	    [RELATION_DUPLICATED_BY] = "duplicated by ",
	};
	bool linked = sdk_json_bool(sdk_json_at(line->data, "linked"), false);
	enum relation relation;

	event_line_z(line, linked ? "is " : "is not ");
	event_line_z(line, relation_by_word(sdk_json_text_at(line->data, "relation"), &relation) ? said[relation]
												 : "linked to ");
	event_line_at(line, "other.number");
	event_line_z(line, linked ? "" : " any more");
}
