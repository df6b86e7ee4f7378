/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A jq program that only copies: paths, literals, objects, lists, `//`, `|` and `as`. It is run over the parsed body
 * without jq, which costs more than all else that a webhook costs. jq stays the one that says what a program means:
 * whatever it might see otherwise (an error, a number that a double rounds, a member of `.headers`) is left to it.
 */
#ifndef GENERIC_PLAIN_H
#define GENERIC_PLAIN_H

#include "sdk/json.h"

struct plain;

/* source: a program that jq has compiled. NULL: it does more than copy. */
struct plain *plain_compile(struct ent_str source);
void plain_free(struct plain *plain); /* takes NULL */
/* The one output for {"headers": ..., "body": body}; its parts are borrowed from body and from plain. False: ask jq. */
bool plain_run(const struct plain *plain, const struct sdk_json *body, struct ent_arena *arena,
	       const struct sdk_json **ret) __attribute__((warn_unused_result));

#endif
