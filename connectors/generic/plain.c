/* SPDX-License-Identifier: Apache-2.0 */
/* See plain.h. The grammar is a part of jq 1.6's; what the parser does not know is no plain program. */
#include "generic/plain.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX   32u /* of expressions within each other */
#define LITERAL_MAX 15u /* digits that a double holds exactly */
#define BODY_DEPTH  SDK_JSON_DEPTH_MAX

enum plain_kind {
	PLAIN_INPUT,   /* . */
	PLAIN_MEMBER,  /* a.name */
	PLAIN_VALUE,   /* a literal */
	PLAIN_NAME,    /* $name */
	PLAIN_OBJECT,  /* {...}: its first member is a */
	PLAIN_LIST,    /* [a] */
	PLAIN_PIPE,    /* a | b */
	PLAIN_INSTEAD, /* a // b */
	PLAIN_BIND     /* a as $name | b */
};

struct plain_term {
	enum plain_kind kind;
	struct ent_str name; /* of a member or a variable; NUL-terminated */
	const struct plain_term *a, *b;
	const struct sdk_json *value;
	const struct plain_term *next; /* in an object: the member behind this one; a is its value, name its key */
};

struct plain {
	struct sdk_arena arena; /* of terms and literals */
	const struct plain_term *root;
};

/* ---- from source to terms ---------------------------------------------------------- */

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
	if (n > LITERAL_MAX || more || (n > 1 && *start == '0'))
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

	if (++parser->depth > DEPTH_MAX)
		return NULL;
	term = parse_instead(parser);
	if (term && take_mark(parser, "|"))
		term = parser->p < parser->end && *parser->p == '='
			   ? NULL
			   : term_of(parser, PLAIN_PIPE, term, parse_pipe(parser));
	parser->depth--;
	return term;
}

struct plain *plain_compile(struct ent_str source)
{
	struct plain *plain = sdk_xalloc(sizeof *plain);
	struct plain_parser parser = {&plain->arena.abi, source.p, source.p + source.n, 0};

	sdk_arena_init(&plain->arena);
	plain->root = parse_pipe(&parser);
	skip_blank(&parser);
	if (plain->root && parser.p == parser.end)
		return plain;
	plain_free(plain);
	return NULL;
}

void plain_free(struct plain *plain)
{
	if (!plain)
		return;
	sdk_arena_release(&plain->arena);
	free(plain);
}

/* ---- a run ------------------------------------------------------------------------------ */

struct plain_name {
	struct ent_str name;
	const struct sdk_json *value;
	bool whole; /* it is the input of the program */
	const struct plain_name *outer;
};

struct plain_run {
	struct ent_arena *arena;
	const struct sdk_json *body;
};

/* What an expression sees, and what it gives: a value, or the whole input, of which only the body is known here. */
struct plain_value {
	const struct sdk_json *node; /* NULL: null */
	bool whole, known;           /* known false: jq has to say */
};

static struct plain_value eval(const struct plain_run *run, const struct plain_term *term, struct plain_value input,
			       const struct plain_name *names);

static const struct plain_value unknown = {NULL, false, false};

static struct plain_value eval_member(const struct plain_run *run, struct plain_value of, struct ent_str name)
{
	if (!of.known)
		return of;
	if (of.whole)
		return sdk_eqz(name, "body") ? (struct plain_value){run->body, false, true} : unknown;
	switch (sdk_json_kind(of.node)) {
	case SDK_JSON_NULL:
		return (struct plain_value){NULL, false, true};
	case SDK_JSON_OBJECT:
		return (struct plain_value){sdk_json_member(of.node, name), false, true};
	case SDK_JSON_BOOL:
	case SDK_JSON_NUMBER:
	case SDK_JSON_STRING:
	case SDK_JSON_ARRAY:
		break;
	}
	return unknown;
}

/* A number as jq prints it again: an integer that a double holds. */
static bool is_exact(struct ent_str digits)
{
	size_t sign = digits.n > 0 && digits.p[0] == '-';

	if (digits.n - sign > LITERAL_MAX || (sign && digits.p[1] == '0'))
		return false;
	for (size_t i = sign; i < digits.n; i++)
		if (digits.p[i] < '0' || digits.p[i] > '9')
			return false;
	return true;
}

/* Does the value come out of jq as it went in? */
static bool is_kept(const struct sdk_json *node)
{
	switch (sdk_json_kind(node)) {
	case SDK_JSON_NULL:
	case SDK_JSON_BOOL:
	case SDK_JSON_STRING:
		return true;
	case SDK_JSON_NUMBER:
		return is_exact(sdk_json_text(node));
	case SDK_JSON_ARRAY:
	case SDK_JSON_OBJECT:
		break;
	}
	for (const struct sdk_json *child = sdk_json_first(node); child; child = sdk_json_next(child))
		if (!is_kept(child)) /* as deep as the gate let it be */
			return false;
	return true;
}

static bool put(const struct plain_run *run, struct sdk_json *into, struct ent_str key, struct plain_value value)
{
	if (!value.known || value.whole || !is_kept(value.node))
		return false;
	sdk_json_put(run->arena, into, key, value.node);
	return true;
}

static struct plain_value eval_object(const struct plain_run *run, const struct plain_term *term,
				      struct plain_value input, const struct plain_name *names)
{
	struct sdk_json *object = sdk_json_new(run->arena, SDK_JSON_OBJECT);

	for (const struct plain_term *pair = term->a; pair; pair = pair->next)
		if (!put(run, object, pair->name, eval(run, pair->a, input, names)))
			return unknown;
	return (struct plain_value){object, false, true};
}

static struct plain_value eval_list(const struct plain_run *run, const struct plain_term *term,
				    struct plain_value input, const struct plain_name *names)
{
	struct sdk_json *list = sdk_json_new(run->arena, SDK_JSON_ARRAY);

	return put(run, list, ENT_ABSENT, eval(run, term->a, input, names)) ? (struct plain_value){list, false, true}
									    : unknown;
}

static struct plain_value eval_name(struct ent_str name, const struct plain_name *names)
{
	for (; names; names = names->outer)
		if (sdk_eq(names->name, name))
			return (struct plain_value){names->value, names->whole, true};
	return unknown; /* $params, $ENV, $__loc__ */
}

static bool is_nothing(struct plain_value value)
{
	enum sdk_json_kind kind = sdk_json_kind(value.node);

	return !value.whole && (kind == SDK_JSON_NULL || (kind == SDK_JSON_BOOL && !sdk_json_bool(value.node, true)));
}

static struct plain_value eval(const struct plain_run *run, const struct plain_term *term, struct plain_value input,
			       const struct plain_name *names)
{
	struct plain_value first = {NULL, false, true};
	struct plain_name bound;

	switch (term->kind) {
	case PLAIN_INPUT:
		return input;
	case PLAIN_VALUE:
		return (struct plain_value){term->value, false, true};
	case PLAIN_NAME:
		return eval_name(term->name, names);
	case PLAIN_OBJECT:
		return eval_object(run, term, input, names);
	case PLAIN_LIST:
		return eval_list(run, term, input, names);
	case PLAIN_MEMBER:
		return eval_member(run, eval(run, term->a, input, names), term->name);
	case PLAIN_PIPE:
		first = eval(run, term->a, input, names);
		return first.known ? eval(run, term->b, first, names) : first;
	case PLAIN_INSTEAD:
		first = eval(run, term->a, input, names);
		return first.known && is_nothing(first) ? eval(run, term->b, input, names) : first;
	case PLAIN_BIND:
		first = eval(run, term->a, input, names);
		bound = (struct plain_name){term->name, first.node, first.whole, names};
		return first.known ? eval(run, term->b, input, &bound) : first;
	}
	return unknown;
}

bool plain_run(const struct plain *plain, const struct sdk_json *body, struct ent_arena *arena,
	       const struct sdk_json **ret)
{
	struct plain_run run = {arena, body};
	struct plain_value value = eval(&run, plain->root, (struct plain_value){NULL, true, true}, NULL);

	if (!value.known || value.whole || !is_kept(value.node))
		return false;
	*ret = value.node;
	return true;
}
