/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Markdown as a tree of known nodes, so that whoever shows a comment needs no parser, and nothing in it can be anything
 * else: HTML stays visible text, links lead to http, https and mailto alone, images are links. Parsed by cmark on the
 * thread that reads, never by the writer. What would take long, or is nested deeply, is not parsed further.
 */
#ifndef VIEW_MARKDOWN_H
#define VIEW_MARKDOWN_H

#include "view/view_mention.h"

#define MARKDOWN_MAX          16384 /* bytes; a longer text stays plain */
#define MARKDOWN_BRACKETS_MAX 1000  /* the same with more of ( ) [ ] < > */
#define MARKDOWN_DEPTH        20    /* nodes inside one another; what is deeper stands as text in the last of them */

#define MARKDOWN_NODES_MAX 2000 /* the same with more nodes */

/* "key": [nodes]; nothing at all of a text that stays plain. mentions: whom it mentions: nodes of their own. */
void view_markdown_kprint(struct sdk_jsonw *w, const char *key, struct ent_str text,
			  const struct view_mentions *mentions);

/* "tree" of words that are Markdown, and "mentions". comment: uuid of the one whose words these are; NULL: of a tool,
 * where nobody is mentioned. */
void view_markdown_words(const struct view *view, struct sdk_jsonw *w, struct ent_str body, struct ent_str format,
			 const struct ent_str *comment);

#endif
