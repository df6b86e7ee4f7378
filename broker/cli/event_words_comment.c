/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/event_words_comment.h"

static void put_readers(struct event_line *line, const struct sdk_json *audience)
{
	const struct sdk_json *one = sdk_json_first(sdk_json_at(audience, "organisations"));
	bool everyone = sdk_json_bool(sdk_json_at(audience, "everyone"), false);

	event_line_z(line, everyone ? "for everyone" : "for ");
	for (const char *comma = ""; one && !everyone; one = sdk_json_next(one), comma = ", ") {
		event_line_z(line, comma);
		event_line_text(line, sdk_json_text(one));
	}
	if (sdk_json_bool(sdk_json_at(audience, "requester"), false))
		event_line_z(line, " and the requester");
}

/* "(for us)", "(held until 2026-... for us only, then for everyone)" */
static void put_audience(struct event_line *line)
{
	const struct sdk_json *held = sdk_json_at(line->data, "comment.held"),
			      *audience = sdk_json_at(line->data, "comment.audience");

	if (!audience)
		return;
	event_line_z(line, held ? " (held until " : " (");
	if (held) {
		event_line_at(line, "comment.held.until");
		event_line_z(line, " for ");
		event_line_at(line, "comment.author.organisation");
		event_line_z(line, " only, then ");
		audience = sdk_json_at(held, "audience");
	}
	put_readers(line, audience);
	event_line_z(line, ")");
}

static void put_comment(struct event_line *line, const char *did)
{
	event_line_z(line, "comment ");
	event_line_z(line, did);
	struct ent_str name = tail_names_find(line->names, sdk_json_text_at(line->data, "comment.author.ref"));
	if (name.n) {
		event_line_z(line, " by ");
		event_line_text(line, name);
	}
	put_audience(line);
	if (event_line_has(line, "comment.body")) {
		event_line_z(line, ": ");
		event_line_at(line, "comment.body");
	}
}

void event_words_comment(struct event_line *line)
{
	put_comment(line, line->did);
}

void event_words_comment_removed(struct event_line *line)
{
	bool is_undone = sdk_json_bool(sdk_json_at(line->data, "undone"), false);

	put_comment(line, is_undone ? "undone, before others read it" : "removed");
}

void event_words_comment_pinned(struct event_line *line)
{
	put_comment(line, sdk_json_bool(sdk_json_at(line->data, "pinned"), false) ? "pinned" : "not pinned any more");
}
