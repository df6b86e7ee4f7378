/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages for people who come in: plain HTML that works without script and loads nothing. A page is begun, its parts are
 * added in order, and it is answered. Every text of others is escaped here.
 */
#ifndef FACE_PAGE_H
#define FACE_PAGE_H

#include "face/exchange.h"
#include "face/page_words.h"

struct page {
	struct exchange *x;
	struct sdk_buf *buf;
	enum ent_language language;
};

/* The language that the browser asks for. */
enum ent_language page_language(const struct exchange *x);
/* That of an account; where it names none, the browser's. */
enum ent_language page_language_of(const struct exchange *x, const struct user *user);
void page_begin(struct page *page, struct exchange *x, enum ent_language language, enum page_words title);
void page_line(struct page *page, enum page_words words);
void page_part(struct page *page, enum page_words words); /* the heading of another way to the same end */
/* "words: text" */
void page_said(struct page *page, enum page_words words, struct ent_str text);
/* The mistake, above the form whose fields refer to it. */
void page_error(struct page *page, enum page_words words);
/* action: a path of ours; empty: the page's own address, which then stands nowhere in it. method: "get", "post". */
void page_form(struct page *page, const char *method, struct ent_str action);
/* hint: WORDS_N: none. value: what stands in it. more: attributes; is_wrong: the page's error is about it. */
struct page_field {
	const char *name, *type, *more;
	enum page_words label, hint;
	struct ent_str value;
	bool is_wrong;
};
void page_field(struct page *page, const struct page_field *field);
/* name, value: NULL: a plain button. */
void page_button(struct page *page, enum page_words words, const char *name, const char *value);
/* One beside it, for what is done less often. */
void page_button_less(struct page *page, enum page_words words, const char *name, const char *value);
void page_form_end(struct page *page);
void page_link(struct page *page, enum page_words words, struct ent_str path);
void page_link_less(struct page *page, enum page_words words, struct ent_str path);
void page_answer(struct page *page, int status);

/* A whole page: a title, a sentence, the way back to the sign-in. */
void page_message(struct exchange *x, int status, enum page_words title, enum page_words words);
void page_message_in(struct exchange *x, enum ent_language language, int status, enum page_words title,
		     enum page_words words);
/* 303: the browser fetches that path of ours. */
void page_go(struct exchange *x, struct ent_str path);

#endif
