/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The marker: what we leave in a text that goes to a supplier's tool, so that a search
 * finds it after an answer was lost and so that nobody takes it for news when it comes
 * back. "[ENT-000042:0b9c6f0e4d1a4f6c8e2b7a5d3c1f0e9a]": number and key without dashes,
 * ASCII, one word to a tool's full-text search.
 */
#ifndef SDK_MARKER_H
#define SDK_MARKER_H

#include "sdk/str.h"

#define SDK_MARKER_KEY_SIZE 37 /* a UUID as text and its NUL */

/* number: "ENT-000042"; key: a UUID of 36 characters, lower case. */
struct ent_str sdk_marker(struct ent_arena *arena, struct ent_str number, struct ent_str key);
/* The last marker in a text, its key as a UUID again. False: there is none. */
bool sdk_marker_find(struct ent_str text, char ret_key[SDK_MARKER_KEY_SIZE]);
/* The text without its marker and the white space before it; text itself when it has none. Quoted and HTML-escaped
 * brackets are found, too. */
struct ent_str sdk_marker_strip(struct ent_arena *arena, struct ent_str text);
/* body, an empty line, the marker. */
struct ent_str sdk_marker_append(struct ent_arena *arena, struct ent_str body, struct ent_str marker);

#endif
