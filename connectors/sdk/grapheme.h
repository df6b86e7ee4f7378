/* SPDX-License-Identifier: Apache-2.0 */
/* Where a text may be cut: between what readers take for characters (UAX #29), and between words. Pure. */
#ifndef SDK_GRAPHEME_H
#define SDK_GRAPHEME_H

#include "sdk/str.h"

/* s: UTF-8; at: 0..s.n. The last place not behind `at` where no character that readers see is cut: letter and accents,
 * a flag, a family of emoji, a Hangul syllable, CR LF. Where one character alone reaches over more than 64 code points,
 * it is cut between two of these. */
size_t sdk_grapheme_before(struct ent_str s, size_t at);
/* The same, and behind white space (which is then not part of what is kept), when there is some among the last eighth
 * of it. Text without blanks (Chinese, a line of a log) is cut between two characters. */
size_t sdk_word_before(struct ent_str s, size_t at);

#endif
