/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A person's name in bytes that tools sent or were sent: as it stands, as JSON escapes it (\u00e9), and as URLs and
 * forms do (%C3%A9, +). Case counts for nothing in ASCII letters; the name has to be a word of its own. Pure.
 */
#ifndef CORE_ERASE_WORDS_H
#define CORE_ERASE_WORDS_H

#include "sdk/str.h"

#define ERASE_STAND_IN "erased" /* in place of a name, whatever the coding around it is */

/* words: one a line. */
bool erase_holds(struct ent_str text, struct ent_str words);
/* The text without them; the text itself when it holds none. */
struct ent_str erase_blank(struct ent_arena *arena, struct ent_str text, struct ent_str words);

#endif
