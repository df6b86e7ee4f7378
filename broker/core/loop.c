/* SPDX-License-Identifier: Apache-2.0 */
#include "core/loop.h"

#include <string.h>

/* ---- the words that are compared ---------------------------------------------------- */

/* Parts of dates that hold no digit. English and French: the languages of our catalogue. */
static const char *const date_words[] = {
    "mon",       "tue",      "wed",    "thu",      "fri",     "sat",      "sun",       "monday",   "tuesday",
    "wednesday", "thursday", "friday", "saturday", "sunday",  "jan",      "feb",       "mar",      "apr",
    "may",       "jun",      "jul",    "aug",      "sep",     "oct",      "nov",       "dec",      "january",
    "february",  "march",    "april",  "june",     "july",    "august",   "september", "october",  "november",
    "december",  "lundi",    "mardi",  "mercredi", "jeudi",   "vendredi", "samedi",    "dimanche", "janvier",
    "mars",      "avril",    "mai",    "juin",     "juillet", "octobre",  "am",        "pm",       "utc",
    "gmt",       "cet",      "cest",
};

struct mark {
	const char *open, *close;
};
static const struct mark quotation[] = {
    {"\"", "\""}, {"\xc2\xab", "\xc2\xbb"}, {"\xe2\x80\x9c", "\xe2\x80\x9d"}, {"\xe2\x80\x9e", "\xe2\x80\x9c"}};

static bool is_quoted_line(struct ent_str line)
{
	line = sdk_trim(line);
	return sdk_starts(line, ">") || sdk_starts(line, "&gt;") || sdk_starts(line, "|");
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Bytes of a text in quotation marks at the beginning of `line`; 0: there is none. */
static size_t quotation_size(struct ent_str line)
{
	for (size_t i = 0; i < sizeof quotation / sizeof *quotation; i++) {
		size_t open = strlen(quotation[i].open), close = strlen(quotation[i].close);
		const char *end;

		if (line.n < open || memcmp(line.p, quotation[i].open, open) != 0)
			continue;
		end = memmem(line.p + open, line.n - open, quotation[i].close, close);
		if (end)
			return (size_t)(end - line.p) + close;
	}
	return 0;
}

static char lower_letter(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

/* A word without the signs around it. */
static struct ent_str bare_word(struct ent_str word)
{
	static const char signs[] = ".,;:!?()[]{}<>*_'`-";

	while (word.n && strchr(signs, word.p[0]))
		word.p++, word.n--;
	while (word.n && strchr(signs, word.p[word.n - 1]))
		word.n--;
	return word;
}

static bool is_of_a_date(struct ent_str word)
{
	for (size_t i = 0; i < word.n; i++)
		if (word.p[i] >= '0' && word.p[i] <= '9')
			return true;
	for (size_t i = 0; i < sizeof date_words / sizeof *date_words; i++)
		if (sdk_eqz(word, date_words[i]))
			return true;
	return false;
}

struct kept {
	char *p;
	size_t n, words;
};

static void keep_word(struct kept *kept, size_t begin)
{
	struct ent_str word = bare_word((struct ent_str){kept->p + begin, kept->n - begin});

	if (word.n == 0 || is_of_a_date(word)) {
		kept->n = begin;
		return;
	}
	memmove(kept->p + begin, word.p, word.n);
	kept->n = begin + word.n;
	kept->p[kept->n++] = ' ';
	kept->words++;
}

static void keep_line(struct kept *kept, struct ent_str line)
{
	size_t begin = kept->n, quoted;

	while (line.n > 0) {
		if ((quoted = quotation_size(line)) > 0 || is_blank(line.p[0])) {
			keep_word(kept, begin);
			begin = kept->n;
			quoted = quoted ? quoted : 1;
			line = (struct ent_str){line.p + quoted, line.n - quoted};
			continue;
		}
		kept->p[kept->n++] = lower_letter(line.p[0]);
		line.p++, line.n--;
	}
	keep_word(kept, begin);
}

struct ent_str loop_words(struct ent_arena *arena, struct ent_str body, size_t *ret_words)
{
	/* A blank follows each word, and a word is at least one byte of the body with a blank or an end behind it. */
	struct kept kept = {sdk_alloc(arena, body.n + 2), 0, 0};
	struct ent_str rest = body;

	while (rest.n > 0) {
		struct ent_str line = sdk_cut(rest, '\n', &rest);
		if (!is_quoted_line(line))
			keep_line(&kept, line);
	}
	*ret_words = kept.words;
	return (struct ent_str){kept.p, kept.n};
}

/* ---- the signs ------------------------------------------------------------------------ */

/* Where a tool names no authors all of it is one account. */
static bool is_same_account(const struct loop_word *a, const struct loop_word *b)
{
	return sdk_eq(a->supplier, b->supplier) && sdk_eq(a->author, b->author);
}

/* The last one's words so often, each time after ours? */
static bool says_the_same(const struct loop_word *word, size_t n, bool is_ours, struct ent_arena *arena,
			  size_t *ret_other)
{
	const struct loop_word *last = &word[n - 1];
	bool is_answer = is_ours; /* something of ours came since it said so the last time */
	size_t times = 0, least, words;
	struct ent_str said = loop_words(arena, last->body, &words);

	if (words == 0)
		return false;
	least = words <= LOOP_NOD_WORDS ? LOOP_NOD : LOOP_SAME;
	*ret_other = SIZE_MAX;
	for (size_t i = 0; i < n; i++) {
		if (word[i].reached) {
			is_answer = true;
			*ret_other = i;
		} else if (is_same_account(&word[i], last) && sdk_eq(loop_words(arena, word[i].body, &words), said)) {
			times += is_answer;
			is_answer = false;
		}
	}
	return times >= least;
}

/* Gaps are measured by each side's own clock, from one of its words to its next: two tools' clocks differ. */
static bool both_alternate(const struct loop_word *word, size_t n, size_t *ret_other)
{
	const struct loop_word *last = &word[n - 1], *other = NULL, *mine = last, *theirs = NULL;
	size_t switches = 0;

	for (size_t i = n - 1; i > 0 && switches < LOOP_SWITCHES; i--) {
		const struct loop_word *at = &word[i - 1];
		const struct loop_word **side;

		if (is_same_account(at, last)) {
			side = &mine;
		} else if (at->supplier.n && !sdk_eq(at->supplier, last->supplier) &&
			   (!other || is_same_account(at, other))) {
			other = other ? other : at;
			*ret_other = theirs ? *ret_other : i - 1;
			side = &theirs;
		} else {
			return false; /* a third one takes part: people */
		}
		if (*side && (*side)->said_ms - at->said_ms > 2 * LOOP_PACE_MS)
			return false;
		*side = at;
		switches += !sdk_eq(at->supplier, word[i].supplier);
	}
	return switches >= LOOP_SWITCHES;
}

enum loop_sign loop_find(const struct loop_word *word, size_t n, bool is_ours, struct ent_arena *arena,
			 size_t *ret_other)
{
	if (n == 0 || !word[n - 1].supplier.n)
		return LOOP_NONE;
	bool same = says_the_same(word, n, is_ours, arena, ret_other);
	if (same)
		return LOOP_SAME_WORDS;
	return both_alternate(word, n, ret_other) ? LOOP_ALTERNATING : LOOP_NONE;
}
