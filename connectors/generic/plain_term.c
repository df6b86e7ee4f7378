/* SPDX-License-Identifier: Apache-2.0 */
#include "generic/plain_term.h"

#include <string.h>

#define PLAIN_DEPTH_MAX 32u /* expressions within each other */

struct plain_parser {
	struct ent_arena *arena;
	const char *p, *end;
	unsigned depth;
};

static const struct plain_term *parse_pipe(struct plain_parser *parser);

static void skip_blank(struct plain_parser *parser)
{
	while (parser->p < parser->end) {
		if (strchr(" \t\r\n", *parser->p))
			parser->p++;
		else if (*parser->p == '#')
			while (parser->p < parser->end && *parser->p != '\n')
				parser->p++;
		else
			return;
	}
}

static bool take_mark(struct plain_parser *parser, const char *mark)
{
	size_t n = strlen(mark);

	skip_blank(parser);
	if ((size_t)(parser->end - parser->p) < n || memcmp(parser->p, mark, n) != 0)
		return false;
	parser->p += n;
	return true;
}

static bool is_word_byte(char c, bool first)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (!first && c >= '0' && c <= '9');
}

/* Absent: no name stands here. */
static struct ent_str take_word(struct plain_parser *parser)
{
	const char *start = parser->p;

	while (parser->p < parser->end && is_word_byte(*parser->p, parser->p == start))
		parser->p++;
	if (parser->p == start)
		return ENT_ABSENT;
	size_t n = (size_t)(parser->p - start);
	return (struct ent_str){sdk_z(parser->arena, (struct ent_str){start, n}), n};
}

/* The inside of a string in quotes; absent: none stands here, or one with an escape or an interpolation. */
static struct ent_str take_quoted(struct plain_parser *parser)
{
	const char *start = parser->p + 1, *p = start;

	if (parser->p == parser->end || *parser->p != '"')
		return ENT_ABSENT;
	while (p < parser->end && *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20)
		p++;
	if (p == parser->end || *p != '"')
		return ENT_ABSENT;
	parser->p = p + 1;
	return (struct ent_str){sdk_z(parser->arena, (struct ent_str){start, (size_t)(p - start)}),
				(size_t)(p - start)};
}

static struct plain_term *term_new(struct plain_parser *parser, enum plain_kind kind, struct ent_str name)
{
	struct plain_term *term = SDK_NEW(parser->arena, struct plain_term);

	term->kind = kind;
	term->name = name;
	return term;
}

static const struct plain_term *term_of(struct plain_parser *parser, enum plain_kind kind, const struct plain_term *a,
					const struct plain_term *b)
{
	struct plain_term *term = term_new(parser, kind, ENT_ABSENT);

	term->a = a;
	term->b = b;
	return a && b ? term : NULL;
}

static const struct plain_term *literal(struct plain_parser *parser, struct ent_str json)
{
	struct plain_term *term = term_new(parser, PLAIN_VALUE, ENT_ABSENT);

	return sdk_json_parse(parser->arena, json, &term->value, NULL) == ENT_OK ? term : NULL;
}

static const struct plain_term *parse_quoted(struct plain_parser *parser)
{
	const char *start = parser->p;
	struct ent_str inside = take_quoted(parser);

	return inside.p ? literal(parser, (struct ent_str){start, inside.n + 2}) : NULL;
}

static const struct plain_term *parse_number(struct plain_parser *parser)
{
	const char *start = parser->p;

	while (parser->p < parser->end && *parser->p >= '0' && *parser->p <= '9')
		parser->p++;
	size_t n = (size_t)(parser->p - start);
	bool more = parser->p < parser->end && strchr(".eE", *parser->p);
	if (n > PLAIN_DIGITS_MAX || more || (n > 1 && *start == '0'))
		return NULL;
	return literal(parser, (struct ent_str){start, n});
}

/* ".name", '."name"' or '["name"]' behind `of`; the dot is taken already. */
static const struct plain_term *parse_member(struct plain_parser *parser, const struct plain_term *of)
{
	bool bracket = parser->p < parser->end && *parser->p == '[';
	struct ent_str name;
	struct plain_term *term;

	if (bracket) {
		parser->p++;
		skip_blank(parser);
	}
	name = take_quoted(parser);
	if (!name.p && !bracket)
		name = take_word(parser);
	if (!name.p || (bracket && !take_mark(parser, "]")))
		return NULL;
	term = term_new(parser, PLAIN_MEMBER, name);
	term->a = of;
	return term;
}

static bool has_key(const struct plain_term *member, struct ent_str key)
{
	for (; member; member = member->next)
		if (sdk_eq(member->name, key))
			return true;
	return false;
}

/* "key: value", "key" for "key: .key" or "$key" for "key: $key". */
static struct plain_term *parse_pair(struct plain_parser *parser)
{
	bool is_variable = take_mark(parser, "$");
	struct ent_str key = is_variable ? take_word(parser) : take_quoted(parser);
	struct plain_term *pair, *value;

	if (!key.p && !is_variable)
		key = take_word(parser);
	if (!key.p)
		return NULL;
	pair = term_new(parser, PLAIN_OBJECT, key);
	if (!is_variable && take_mark(parser, ":")) {
		pair->a = parse_pipe(parser);
		return pair->a ? pair : NULL;
	}
	value = term_new(parser, is_variable ? PLAIN_NAME : PLAIN_MEMBER, key);
	if (!is_variable)
		value->a = term_new(parser, PLAIN_INPUT, ENT_ABSENT);
	pair->a = value;
	return pair;
}

static const struct plain_term *parse_object(struct plain_parser *parser)
{
	struct plain_term *object = term_new(parser, PLAIN_OBJECT, ENT_ABSENT), *last = NULL;

	while (!take_mark(parser, "}")) {
		if (last && !take_mark(parser, ","))
			return NULL;
		skip_blank(parser);
		struct plain_term *pair = parse_pair(parser);
		if (!pair || has_key(object->a, pair->name))
			return NULL;
		if (last)
			last->next = pair;
		else
			object->a = pair;
		last = pair;
	}
	return object;
}

static const struct plain_term *parse_list(struct plain_parser *parser)
{
	struct plain_term *list = term_new(parser, PLAIN_LIST, ENT_ABSENT);

	list->a = parse_pipe(parser);
	return list->a && take_mark(parser, "]") ? list : NULL;
}

static const struct plain_term *parse_word(struct plain_parser *parser)
{
	struct ent_str word = take_word(parser);

	return sdk_eqz(word, "true") || sdk_eqz(word, "false") || sdk_eqz(word, "null") ? literal(parser, word) : NULL;
}

static const struct plain_term *parse_first(struct plain_parser *parser)
{
	const struct plain_term *term;

	if (take_mark(parser, "..")) /* all that is below: a loop */
		return NULL;
	if (take_mark(parser, ".")) {
		term = term_new(parser, PLAIN_INPUT, ENT_ABSENT);
		bool ends = parser->p == parser->end || (!is_word_byte(*parser->p, true) && !strchr("\"[", *parser->p));
		return ends ? term : parse_member(parser, term);
	}
	if (take_mark(parser, "$")) {
		struct ent_str name = take_word(parser);
		return name.p ? term_new(parser, PLAIN_NAME, name) : NULL;
	}
	if (take_mark(parser, "{"))
		return parse_object(parser);
	if (take_mark(parser, "["))
		return parse_list(parser);
	if (take_mark(parser, "(")) {
		term = parse_pipe(parser);
		return term && take_mark(parser, ")") ? term : NULL;
	}
	if (parser->p == parser->end)
		return NULL;
	if (*parser->p == '"')
		return parse_quoted(parser);
	return *parser->p >= '0' && *parser->p <= '9' ? parse_number(parser) : parse_word(parser);
}

/* A `?` changes only what an error does, and an error is jq's. */
static const struct plain_term *parse_term(struct plain_parser *parser)
{
	const struct plain_term *term = parse_first(parser);

	while (term && parser->p < parser->end) {
		if (*parser->p == '?' && (parser->p + 1 == parser->end || parser->p[1] != '/')) {
			parser->p++;
		} else if (*parser->p == '[') {
			term = parse_member(parser, term);
		} else if (*parser->p == '.') {
			parser->p++;
			term = parse_member(parser, term);
		} else {
			break;
		}
	}
	return term;
}

static const struct plain_term *parse_bind(struct plain_parser *parser, const struct plain_term *of)
{
	struct ent_str name = take_mark(parser, "$") ? take_word(parser) : ENT_ABSENT;
	struct plain_term *term;

	if (!name.p || !take_mark(parser, "|"))
		return NULL;
	term = term_new(parser, PLAIN_BIND, name);
	term->a = of;
	term->b = parse_pipe(parser);
	return term->b ? term : NULL;
}

/* `//` binds closer than `|`, and both to the right; `as` takes all that follows. */
static const struct plain_term *parse_instead(struct plain_parser *parser)
{
	const struct plain_term *term = parse_term(parser);
	const char *before = parser->p;

	if (!term)
		return NULL;
	skip_blank(parser);
	if (sdk_eqz(take_word(parser), "as"))
		return parse_bind(parser, term);
	parser->p = before;
	if (!take_mark(parser, "//"))
		return term;
	return parser->p < parser->end && *parser->p == '='
		   ? NULL
		   : term_of(parser, PLAIN_INSTEAD, term, parse_instead(parser));
}

static const struct plain_term *parse_pipe(struct plain_parser *parser)
{
	const struct plain_term *term;

	if (++parser->depth > PLAIN_DEPTH_MAX)
		return NULL;
	term = parse_instead(parser);
	if (term && take_mark(parser, "|"))
		term = parser->p < parser->end && *parser->p == '='
			   ? NULL
			   : term_of(parser, PLAIN_PIPE, term, parse_pipe(parser));
	parser->depth--;
	return term;
}

const struct plain_term *plain_term_parse(struct ent_arena *arena, struct ent_str source)
{
	struct plain_parser parser = {arena, source.p, source.p + source.n, 0};
	const struct plain_term *root = parse_pipe(&parser);

	skip_blank(&parser);
	return parser.p == parser.end ? root : NULL;
}
