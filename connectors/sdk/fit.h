/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts as a tool takes them: what is too long is shortened, between two words where there are some, with a sentence
 * that says how much is missing and where the whole stands. The limit counts the sent text: escaped, with that sentence
 * and with the marker. Pure.
 */
#ifndef SDK_FIT_H
#define SDK_FIT_H

#include "entente/connector.h"
#include "sdk/dialect.h"

/* Length of a valid UTF-8 text in a tool's unit. */
size_t sdk_measure(struct ent_str text, enum ent_unit unit);

struct sdk_fit {
	enum sdk_dialect dialect;
	enum ent_unit unit;
	size_t max; /* in that unit; 0: no limit */
	enum ent_language language;
	struct ent_str number; /* the incident's: where the whole stands */
	struct ent_str marker; /* the last line, as it is; absent: none */
};
/* Words escaped, an empty line, the marker. Where max holds not even note and marker, the marker alone. */
struct ent_str sdk_fit_text(struct ent_arena *arena, struct ent_str words, const struct sdk_fit *fit);
/* One line: line ends and control characters are blanks. number: stands at its end in brackets, "Lift 3 stuck
 * [ENT-000042]", whatever is cut; absent: it does not. A title that is cut ends with an ellipsis. fit->number and
 * fit->marker are not looked at. */
struct ent_str sdk_fit_title(struct ent_arena *arena, struct ent_str title, struct ent_str number,
			     const struct sdk_fit *fit);

#endif
