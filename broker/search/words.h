/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of a text, as the index and a query hold them: one function for both, so that what was typed as it stands
 * is found. Folded as sdk/fold.h does. A word is made of letters and digits of any script; a script without blanks
 * (Chinese, Japanese, Thai, ...) and a picture give one word for each character. "l'" before a word is left out. Pure.
 */
#ifndef SEARCH_WORDS_H
#define SEARCH_WORDS_H

#include "sdk/str.h"

#define WORDS_ONE_MAX 64 /* bytes of a word; of a longer one only its beginning counts, in text and query */

struct words {
	struct ent_str text;
	size_t at;
	bool is_glued; /* nothing stands between the last word and the next one but marks: "a-b" */
	char folded[WORDS_ONE_MAX + 8];
};
struct word {
	struct ent_str folded; /* until the next call */
	size_t from, to;       /* bytes of the text */
	bool is_glued;         /* no blank stands between the word before and this one */
};

struct words words_from(struct ent_str text);
bool words_next(struct words *words, struct word *ret);
/* Appends the words, each with a blank behind it. */
void words_append(struct sdk_buf *buf, struct ent_str text);

/* ---- what was typed ---- */

#define QUERY_PHRASES_MAX 16
#define QUERY_WORDS_MAX   64
#define QUERY_BYTES_MAX   1000

/* A phrase stands between two blanks: its words have to follow each other. The last word is a beginning. */
struct query_phrase {
	struct ent_str word; /* folded words, a blank between them */
	bool is_begun;       /* its last word may go on */
};
struct query {
	struct query_phrase at[QUERY_PHRASES_MAX];
	size_t n; /* 0: nothing but marks was typed */
};

/* False: longer than it may be, err says so. */
bool query_read(struct ent_arena *arena, struct ent_str text, struct query *ret, struct ent_err *err);
/* In FTS5's language: only quoted words, so that nothing typed is an operator. who: absent: whoever reads all. */
struct ent_str query_match(struct ent_arena *arena, const struct query *query, struct ent_str who);
/* A beginning of more characters than QUERY_BEGUN_MAX is looked up letter by letter, which is slow: cuts it to so many.
 * False: it is none. What is found by *ret has still to be compared with the query. */
#define QUERY_BEGUN_MAX 4
bool query_shorten(const struct query *query, struct query *ret);
/* The index's word for an organisation that may read; no text has it. */
struct ent_str query_who(struct ent_arena *arena, struct ent_str organisation);

/* Each phrase stands in one of the folded texts; other: may be empty. */
bool query_holds(const struct query *query, struct ent_str folded, struct ent_str other);
/* How well folded words hold the query: 0: none of it. From the words alone. */
int query_weigh(const struct query *query, struct ent_str folded);

/* Where the query's words stand in a text, as characters (Unicode code points): [from, to). At most max. */
struct words_place {
	size_t from, to;
};
size_t query_places(const struct query *query, struct ent_str text, struct words_place *ret, size_t max);

#endif
