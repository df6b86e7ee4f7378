/* SPDX-License-Identifier: Apache-2.0 */
#include "generic/plain.h"

#include <stdlib.h>

#include "generic/plain_term.h"

struct plain {
	struct sdk_arena arena; /* of terms and literals */
	const struct plain_term *root;
};

struct plain *plain_compile(struct ent_str source)
{
	struct plain *plain = sdk_xalloc(sizeof *plain);

	sdk_arena_init(&plain->arena);
	plain->root = plain_term_parse(&plain->arena.abi, source);
	if (plain->root)
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

/* The input of an expression, and its output: a value, or the whole input, of which only the body is known here. */
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

	if (digits.n - sign > PLAIN_DIGITS_MAX || (sign && digits.p[1] == '0'))
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
