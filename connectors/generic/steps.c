/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jq has no limit on time. Its own loops are replaced in prelude.c; a function that
 * calls itself is the other way to run for ever, so `_entente_step |` is put in front of the
 * body of each function of the source. Only that: strings, comments and field names
 * are told apart as jq's lexer does.
 */
#include <string.h>

#include "generic.h"

#define NESTING_MAX 64 /* strings with \( ) inside one another */

struct lexer {
	struct ent_str source;
	size_t at;
	size_t paren[NESTING_MAX]; /* open parentheses in each \( ) we are in */
	size_t n_nested;
};

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == ':';
}

static char peek(const struct lexer *lexer, size_t ahead)
{
	return lexer->at + ahead < lexer->source.n ? lexer->source.p[lexer->at + ahead] : '\0';
}

/* Behind the opening quote, or behind the ) of a \( ): up to the end or the next \(. */
static void string_skip(struct lexer *lexer)
{
	for (; lexer->at < lexer->source.n; lexer->at++) {
		if (peek(lexer, 0) == '"') {
			lexer->at++;
			return;
		}
		if (peek(lexer, 0) != '\\')
			continue;
		lexer->at++;
		if (peek(lexer, 0) == '(' && lexer->n_nested < NESTING_MAX) {
			lexer->paren[lexer->n_nested++] = 0;
			lexer->at++;
			return;
		}
	}
}

static void blank_skip(struct lexer *lexer)
{
	while (lexer->at < lexer->source.n) {
		if (peek(lexer, 0) == '#')
			while (lexer->at < lexer->source.n && peek(lexer, 0) != '\n')
				lexer->at++;
		else if (strchr(" \t\r\n", peek(lexer, 0)))
			lexer->at++;
		else
			return;
	}
}

/* Behind `def`: over name and parameters to the position behind the colon. False: this is no definition. */
static bool head_skip(struct lexer *lexer)
{
	size_t name;

	blank_skip(lexer);
	name = lexer->at;
	/* the colon that ends the head may stand right behind the name */
	while (is_word(peek(lexer, 0)) && (peek(lexer, 0) != ':' || (peek(lexer, 1) == ':' && is_word(peek(lexer, 2)))))
		lexer->at += peek(lexer, 0) == ':' ? 2 : 1;
	if (lexer->at == name)
		return false;
	blank_skip(lexer);
	if (peek(lexer, 0) == '(') {
		while (lexer->at < lexer->source.n && peek(lexer, 0) != ')') {
			lexer->at++;
			blank_skip(lexer);
		}
		lexer->at++;
		blank_skip(lexer);
	}
	if (peek(lexer, 0) != ':')
		return false;
	lexer->at++;
	return true;
}

/* One piece of code. True: a function's body begins here. */
static bool code_skip(struct lexer *lexer)
{
	char c = peek(lexer, 0);
	size_t begin = lexer->at;

	if (c == '#') {
		blank_skip(lexer);
	} else if (c == '.' || c == '$' || c == '@') { /* what follows is no keyword */
		for (lexer->at++; is_word(peek(lexer, 0)) && peek(lexer, 0) != ':';)
			lexer->at++;
	} else if (is_word(c) && c != ':') {
		while (is_word(peek(lexer, 0)) && peek(lexer, 0) != ':')
			lexer->at++;
		if (lexer->at - begin == 3 && memcmp(lexer->source.p + begin, "def", 3) == 0)
			return head_skip(lexer);
	} else {
		lexer->at++;
		if (c == '"')
			string_skip(lexer);
		else if (c == '(' && lexer->n_nested > 0)
			lexer->paren[lexer->n_nested - 1]++;
		else if (c == ')' && lexer->n_nested > 0 && lexer->paren[lexer->n_nested - 1]-- == 0) {
			lexer->n_nested--;
			string_skip(lexer);
		}
	}
	return false;
}

struct ent_str program_counted(struct ent_arena *arena, struct ent_str source)
{
	static const char step[] = " _entente_step |";
	struct lexer lexer = {.source = source};
	struct ent_str counted;
	struct sdk_buf out;

	sdk_buf_init(&out, 8 * source.n + 64);
	while (lexer.at < source.n) {
		size_t begin = lexer.at;
		bool body = code_skip(&lexer);

		if (lexer.at > source.n)
			lexer.at = source.n;
		sdk_buf_add(&out, source.p + begin, lexer.at - begin);
		if (body)
			sdk_buf_add(&out, step, sizeof step - 1);
	}
	counted = sdk_dup(arena, sdk_buf_view(&out));
	sdk_buf_release(&out);
	return counted;
}
