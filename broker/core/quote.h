/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers that quote us. A person answers by mail, or below "reply with quote": their words stand above, below or
 * between the lines of what we brought. Their words are news, the quoted copy is not said again. Pure.
 *
 * A quoted line ("> ...") is ours when its words stand in what we brought. Without quote signs a copy is found as a
 * whole, or from its first words to its marker. The line that introduces a copy ("On Sunday Mo wrote:", the head of the
 * mail) goes with it. Quotes of others stay.
 */
#ifndef CORE_QUOTE_H
#define CORE_QUOTE_H

#include "base/world.h"

#define QUOTE_COPIES_MAX 200 /* the newest that were brought to a ticket are looked for */

/* A text that we brought to the ticket. */
struct quote_copy {
	struct ent_str words; /* without the marker, as echo_words() has them */
	char key[ID_SIZE];    /* of its marker */
};

#define QUOTE_LOOK_MAX ((size_t)64 << 20) /* bytes that are searched for one text: some 30 ms */

/* The text without its quotes of our texts. The work is bounded, because nothing else is stored meanwhile: *room is the
 * number of bytes that may still be searched for all texts of a job, and is lowered; one text gets at most
 * QUOTE_LOOK_MAX of it. Quotes that were not searched for stay. Returns the text itself when it quotes nothing, and
 * also when nothing would be left: then it is not a reply, see echo.h. */
struct ent_str quote_strip(struct ent_arena *arena, struct ent_str text, const struct quote_copy *copy, size_t n_copy,
			   size_t *room);

#endif
