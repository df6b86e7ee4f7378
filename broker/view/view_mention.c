/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view_mention.h"

#include "sdk/webhook.h"
#include "view/view_reader.h"

#include <string.h>

struct view_mentions view_mentions(const struct view *view, struct ent_str body, enum ent_format format,
				   struct ent_str comment)
{
	struct view_mentions mentions = {.stand = ENT_ABSENT};
	struct db_stmt *stmt;

	mentions.n = mentions_read(view->db, view->arena, body, format, &mentions.list);
	if (!mentions.n)
		return mentions;
	if (!comment.n) {
		for (size_t i = 0; i < mentions.n; i++)
			mentions.stand = sdk_join(view->arena, mentions.stand, ",", sdk_str(mentions.list[i].ref));
		return mentions;
	}
	stmt = db_use(view->db, "SELECT account FROM mention WHERE comment = $1");
	db_bind_str(stmt, 1, comment);
	while (db_row(stmt))
		mentions.stand = sdk_join(view->arena, mentions.stand, ",", db_str(stmt, 0));
	return mentions;
}

bool view_mention_is_plain(const struct view_mentions *mentions, const struct mention_person *person)
{
	return !person->is_quoted && !mention_has(mentions->stand, sdk_str(person->ref));
}

void view_mention_members(struct sdk_jsonw *w, const struct mention_person *person)
{
	sdk_jsonw_kz(w, "ref", person->ref);
	sdk_jsonw_kstr(w, "name", mentions_name(person));
	sdk_jsonw_kstr(w, "organisation", person->organisation);
}

void view_mention_kprint(struct sdk_jsonw *w, const struct view_mentions *mentions)
{
	if (!mentions->n)
		return;
	sdk_jsonw_key(w, "mentions");
	sdk_jsonw_open(w, '[');
	for (size_t i = 0; i < mentions->n; i++) {
		const struct mention_person *person = &mentions->list[i];

		sdk_jsonw_open(w, '{');
		view_mention_members(w, person);
		if (person->is_quoted || view_mention_is_plain(mentions, person))
			sdk_jsonw_kbool(w, "plain", true);
		sdk_jsonw_close(w, '}');
	}
	sdk_jsonw_close(w, ']');
}

void view_mention_node(struct sdk_jsonw *w, const struct mention_person *person)
{
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kz(w, "type", "mention");
	view_mention_members(w, person);
	sdk_jsonw_close(w, '}');
}

static struct ent_str name_of_one(void *of, const char *ref)
{
	const struct mention_person *person = of;

	return strcmp(person->ref, ref) == 0 ? mentions_name(person) : ENT_ABSENT;
}

struct ent_str view_mention_without(const struct view *view, struct ent_str ref, struct ent_str text,
				    enum ent_format format, struct ent_str comment)
{
	struct db_stmt *stmt =
	    db_use(view->db, "SELECT body, format FROM comment WHERE uuid = $1 AND " VIEW_SEES_COMMENT);
	struct mention_person *list;

	db_bind_str(stmt, 1, comment);
	view_bind(view, stmt);
	if (db_row(stmt)) {
		(void)comment_format_by_word(db_str(stmt, 1), &format);
		text = text.p ? text : sdk_dup(view->arena, db_str(stmt, 0));
	}
	db_done(stmt);
	size_t n = mentions_read(view->db, view->arena, text, format, &list);
	for (size_t i = 0; i < n; i++)
		if (sdk_eq(sdk_str(list[i].ref), ref))
			return mention_plain(view->arena, text, format, name_of_one, &list[i]);
	return text;
}
