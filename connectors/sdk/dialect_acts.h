/* SPDX-License-Identifier: Apache-2.0 */
/* Words that act in a tool although no sign of its markup stands there. Private to dialect.c. */
#ifndef SDK_DIALECT_ACTS_H
#define SDK_DIALECT_ACTS_H

#include "sdk/dialect.h"

#define ACT_BREAK      "\xe2\x80\x8b" /* U+200B */
#define ACT_BREAK_SIZE (sizeof ACT_BREAK - 1)
#define ACT_MATH_SIGN  "<span>$</span>" /* what GitHub's manual says for a dollar that begins no formula */
#define ACT_NO_COMMIT  "<span></span>"  /* behind the first digit: what follows is no commit's beginning */

enum {
	ACT_INDENT,    /* four blanks or a tab: a block of code, in which nothing is escaped */
	ACT_ENTITY,    /* "&lt;" */
	ACT_LIST,      /* "1." and "1)" where a line begins */
	ACT_COLUMN,    /* ":--" where a line begins: a table */
	ACT_ADDRESS,   /* https://...: stays as it is, for signs in it would become part of it */
	ACT_MENTION,   /* @dana */
	ACT_NUMBER,    /* #12, !12 */
	ACT_GH,        /* GH-12 */
	ACT_COMMIT,    /* 0b9c6f0 */
	ACT_EMOJI,     /* :tada: */
	ACT_MATH,      /* $x$ */
	ACT_HEADING,   /* "h1.", "bq.", "p(." where a line begins */
	ACT_HASH_LIST, /* "# " where a line begins */
	ACT_SMILEY,    /* ":)", "(x)", "(c)" */
	ACT_DASH,      /* -struck- */
	ACT_CITE,      /* ??cited?? */
	ACT_TEXTILE,   /* +inserted+, %span%, "link":url, ==as is== */
	ACT_REDMINE,   /* r12, commit:, attachment:, @dana */
	ACT_WIKI_LINK, /* [[page]] where a backslash does not help */
	ACT_CODE_TAG,  /* [code], [/code], @[Dana] */
	ACT_TEMPLATE   /* {{ticket.title}}, {% if %} */
};

struct act {
	enum { ACT_IS_BROKEN, ACT_IS_BROKEN_BEFORE, ACT_IS_COMMIT, ACT_IS_KEPT, ACT_IS_MATH } how;
	size_t n; /* bytes of it that are written with that; a break comes behind or before them */
};

/* Does something that acts begin at `at`? acts: 1u << ACT_... that are looked for. */
bool act_find(unsigned acts, struct ent_str text, size_t at, struct act *ret);
/* Is the byte there a sign that is escaped where it stands like this? */
bool act_is_sign(unsigned acts, struct ent_str text, size_t at);
bool act_is_first(struct ent_str text, size_t at); /* nothing but blanks before it on its line */
/* A backslash that a wiki would not show. */
bool act_is_backslash(struct ent_str text, size_t at);
bool act_has_formula(struct ent_str text); /* two dollars */
bool act_is_word(char c);                  /* ASCII letter or digit */

#endif
