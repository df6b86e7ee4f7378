/* SPDX-License-Identifier: Apache-2.0 */
/* The terms of a program that only copies, and the grammar they come from: a part of jq 1.6's. */
#ifndef GENERIC_PLAIN_TERM_H
#define GENERIC_PLAIN_TERM_H

#include "sdk/json.h"

#define PLAIN_DIGITS_MAX 15u /* of an integer that a double holds exactly */

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

/* NULL: the source is no such program. Terms and literals live in the arena. */
const struct plain_term *plain_term_parse(struct ent_arena *arena, struct ent_str source);

#endif
