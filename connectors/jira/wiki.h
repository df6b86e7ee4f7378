/* SPDX-License-Identifier: Apache-2.0 */
/* The reader of Jira's wiki markup: wiki.c has blocks and macros, wiki_words.c what stands within a line. */
#ifndef JIRA_WIKI_H
#define JIRA_WIKI_H

#include <string.h>

#include "jira.h"

#define WIKI_FAR      500u /* bytes: the other end of a mark or a link is looked for so far */
#define WIKI_MARK_MAX 12u  /* of a list: "##*" */

struct wiki {
	struct prose p;
	const char *at, *end;
	unsigned open, never_closed; /* macros, as bits */
	char mark[WIKI_MARK_MAX];    /* of the list under way */
	size_t n_mark;
	bool line_ended; /* the line's end was written since its last word: another one is an empty line */
};

static inline struct ent_str wiki_slice(const char *from, const char *to)
{
	return (struct ent_str){from, (size_t)(to - from)};
}

static inline bool wiki_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static inline const char *wiki_find(const char *from, const char *end, const char *what)
{
	return from < end ? memmem(from, (size_t)(end - from), what, strlen(what)) : NULL;
}

/* `what` within the line and not too far; NULL: it is not there. */
const char *wiki_find_near(const char *from, const char *end, const char *what);
/* Writes what stands within a line. Returns `end`, or where a block of code that begins there ends behind it. */
const char *wiki_words(struct wiki *w, const char *at, const char *end, unsigned depth);
/* p stands at a '{'. Where it goes on; NULL: it is no macro. */
const char *wiki_macro(struct wiki *w, const char *p);

#endif
