/* SPDX-License-Identifier: Apache-2.0 */
/* Whom words that were written here mention, by the names that they have now. Only for view/. */
#ifndef VIEW_MENTION_H
#define VIEW_MENTION_H

#include "sdk/jsonw.h"
#include "store/mentions.h"
#include "view/view.h"

struct view_mentions {
	struct mention_person *list;
	size_t n;
	struct ent_str stand; /* refs of those who were told */
};

/* comment: uuid of the one whose words these are as they stand; "": of other words, where all of them stand. */
struct view_mentions view_mentions(const struct view *view, struct ent_str body, enum ent_format format,
				   struct ent_str comment);
/* A name, and no more: the person could not read it when it was published. */
bool view_mention_is_plain(const struct view_mentions *mentions, const struct mention_person *person);
/* "mentions": [{"ref", "name", "organisation"}], where there are some; "plain": nobody was notified. */
void view_mention_kprint(struct sdk_jsonw *w, const struct view_mentions *mentions);
/* The words with that person's name in place of each mention of it. text absent, and the format: as the comment stands
 * that has this uuid, if there is one. */
struct ent_str view_mention_without(const struct view *view, struct ent_str ref, struct ent_str text,
				    enum ent_format format, struct ent_str comment);
/* "ref", "name", "organisation" */
void view_mention_members(struct sdk_jsonw *w, const struct mention_person *person);
/* {"type": "mention", "ref", "name", "organisation"} */
void view_mention_node(struct sdk_jsonw *w, const struct mention_person *person);

#endif
