/* SPDX-License-Identifier: Apache-2.0 */
#include "search/words.h"

#include "sdk/fold.h"
#include "sdk/utf8.h"
#include "sdk/webhook.h"

#include <string.h>

enum letter { LETTER_NONE, LETTER_PART, LETTER_ALONE /* a word of its own */ };

struct letter_range {
	uint32_t first, last;
	enum letter is;
};

/* Characters above U+007F that are no part of a word, or a word of their own; all others are letters. */
static const struct letter_range ranges[] = {
    {0x80, 0xA9, LETTER_NONE},        {0xAB, 0xB1, LETTER_NONE},        {0xB4, 0xB4, LETTER_NONE},
    {0xB6, 0xB8, LETTER_NONE},        {0xBB, 0xBB, LETTER_NONE},        {0xBF, 0xBF, LETTER_NONE},
    {0xD7, 0xD7, LETTER_NONE},        {0xF7, 0xF7, LETTER_NONE},        {0x2C2, 0x2C5, LETTER_NONE},
    {0x37E, 0x37E, LETTER_NONE},      {0x387, 0x387, LETTER_NONE},      {0x55A, 0x55F, LETTER_NONE},
    {0x589, 0x58A, LETTER_NONE},      {0x5BE, 0x5BE, LETTER_NONE},      {0x5C0, 0x5C0, LETTER_NONE},
    {0x5C3, 0x5C3, LETTER_NONE},      {0x5F3, 0x5F4, LETTER_NONE},      {0x600, 0x60F, LETTER_NONE},
    {0x61B, 0x61F, LETTER_NONE},      {0x66A, 0x66D, LETTER_NONE},      {0x6D4, 0x6D4, LETTER_NONE},
    {0x964, 0x965, LETTER_NONE},      {0xE01, 0xE5B, LETTER_ALONE},   /* Thai */
    {0xE81, 0xEDF, LETTER_ALONE},                                     /* Lao */
    {0x1000, 0x109F, LETTER_ALONE},                                   /* Myanmar */
    {0x1361, 0x1368, LETTER_NONE},    {0x1780, 0x17DD, LETTER_ALONE}, /* Khmer */
    {0x2000, 0x206F, LETTER_NONE},    {0x20A0, 0x20CF, LETTER_NONE},    {0x2190, 0x25FF, LETTER_NONE},
    {0x2600, 0x27BF, LETTER_ALONE}, /* signs */
    {0x27C0, 0x2BFF, LETTER_NONE},    {0x2E00, 0x2E7F, LETTER_NONE},    {0x2E80, 0x2FFF, LETTER_ALONE},
    {0x3000, 0x3004, LETTER_NONE},    {0x3005, 0x3007, LETTER_ALONE},   {0x3008, 0x3020, LETTER_NONE},
    {0x3021, 0x9FFF, LETTER_ALONE}, /* kana, Han */
    {0xE000, 0xF8FF, LETTER_ALONE},   {0xF900, 0xFAFF, LETTER_ALONE},   {0xFE00, 0xFE6F, LETTER_NONE},
    {0xFEFF, 0xFEFF, LETTER_NONE},    {0xFF00, 0xFF0F, LETTER_NONE},    {0xFF1A, 0xFF20, LETTER_NONE},
    {0xFF3B, 0xFF40, LETTER_NONE},    {0xFF5B, 0xFF65, LETTER_NONE},    {0xFF66, 0xFF9F, LETTER_ALONE}, /* kana */
    {0xFFF0, 0xFFFF, LETTER_NONE},    {0x1F000, 0x1FAFF, LETTER_ALONE},                                 /* pictures */
    {0x20000, 0x3FFFF, LETTER_ALONE},                                                                   /* Han */
    {0xE0000, 0xE0FFF, LETTER_NONE},
};

static uint32_t code_point(const unsigned char *p, size_t n)
{
	static const unsigned char mask[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
	uint32_t c = p[0] & (uint32_t)mask[n];

	for (size_t i = 1; i < n; i++)
		c = c << 6 | (p[i] & 0x3Fu);
	return c;
}

static enum letter letter_of(const unsigned char *p, size_t size)
{
	uint32_t c;

	if (size == 0)
		return LETTER_NONE; /* no UTF-8 */
	if (size == 1)
		return (*p >= '0' && *p <= '9') || ((*p | 0x20) >= 'a' && (*p | 0x20) <= 'z') ? LETTER_PART
											      : LETTER_NONE;
	c = code_point(p, size);
	for (size_t low = 0, high = sizeof ranges / sizeof *ranges; low < high;) {
		size_t i = (low + high) / 2;

		if (c > ranges[i].last)
			low = i + 1;
		else if (c < ranges[i].first)
			high = i;
		else
			return ranges[i].is;
	}
	return LETTER_PART;
}

static bool is_gap(const unsigned char *p, size_t size)
{
	if (size == 1)
		return *p <= ' ' || *p == 0x7F;
	uint32_t c = size ? code_point(p, size) : 0;
	return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200B) || c == 0x2028 || c == 0x2029 ||
	       c == 0x202F || c == 0x205F || c == 0x3000 || c == 0xFEFF;
}

static bool is_apostrophe(const struct words *words)
{
	struct ent_str rest = {words->text.p + words->at, words->text.n - words->at};

	return sdk_starts(rest, "'") || sdk_starts(rest, "\xE2\x80\x99") || sdk_starts(rest, "\xCA\xBC");
}

/* l'imprimante, qu'elle: not a word that anybody looks for. */
static bool is_elided(const struct words *words, struct ent_str folded)
{
	return is_apostrophe(words) && ((folded.n == 1 && strchr("cdjlmnst", folded.p[0])) || sdk_eqz(folded, "qu"));
}

struct words words_from(struct ent_str text)
{
	return (struct words){.text = sdk_or_empty(text)};
}

/* Appends a folded character: of "½" nothing but letters and digits. */
static size_t add_folded(char *to, size_t n, struct ent_str character)
{
	char folded[8];
	size_t size = sdk_fold_to(folded, character);

	for (size_t i = 0; i < size; i++)
		if ((unsigned char)folded[i] >= 0x80 || letter_of((const unsigned char *)&folded[i], 1) == LETTER_PART)
			to[n++] = folded[i];
	return n;
}

/* A word begins here: its end, and what it is folded. Cut at a character's border. */
static struct ent_str read_word(struct words *words, enum letter is)
{
	const unsigned char *p = (const unsigned char *)words->text.p, *end = p + words->text.n;
	size_t n = 0;

	for (enum letter next = is; words->at < words->text.n && next == is;) {
		size_t size = utf8_size(p + words->at, end);
		size_t more = n > WORDS_ONE_MAX - 4
				  ? n
				  : add_folded(words->folded, n, (struct ent_str){words->text.p + words->at, size});

		n = more;
		words->at += size;
		if (is == LETTER_ALONE)
			break;
		next =
		    words->at < words->text.n ? letter_of(p + words->at, utf8_size(p + words->at, end)) : LETTER_NONE;
	}
	return (struct ent_str){words->folded, n};
}

bool words_next(struct words *words, struct word *ret)
{
	const unsigned char *p = (const unsigned char *)words->text.p, *end = p + words->text.n;
	bool glued = words->is_glued;

	while (words->at < words->text.n) {
		size_t size = utf8_size(p + words->at, end), from = words->at;
		enum letter is = letter_of(p + from, size);

		if (is == LETTER_NONE) {
			glued &= !is_gap(p + from, size);
			words->at += size ? size : 1;
			continue;
		}
		struct ent_str folded = read_word(words, is);
		if (!folded.n || (is == LETTER_PART && is_elided(words, folded)))
			continue;
		*ret = (struct word){folded, from, words->at, glued};
		words->is_glued = true;
		return true;
	}
	return false;
}

void words_append(struct sdk_buf *buf, struct ent_str text)
{
	struct words words = words_from(text);
	struct word word;

	while (words_next(&words, &word)) {
		sdk_buf_str(buf, word.folded);
		sdk_buf_char(buf, ' ');
	}
}

/* ---- what was typed --------------------------------------------------------------- */

static bool too_much(struct ent_err *err)
{
	(void)sdk_fail_as(err, ENT_EINVAL, "search.long",
			  "A search takes at most {phrases=%d} words and {bytes=%d} bytes. Say less.",
			  QUERY_PHRASES_MAX, QUERY_BYTES_MAX);
	return false;
}

/* One letter is the beginning of too much: it counts as it stands. */
static bool is_begin_of_word(struct ent_str folded)
{
	const unsigned char *p = (const unsigned char *)folded.p;

	return folded.n > utf8_size(p, p + folded.n);
}

bool query_read(struct ent_arena *arena, struct ent_str text, struct query *ret, struct ent_err *err)
{
	struct words words = words_from(text);
	struct word word;
	size_t n_word = 0;

	ret->n = 0;
	if (words.text.n > QUERY_BYTES_MAX)
		return too_much(err);
	while (words_next(&words, &word)) {
		struct query_phrase *phrase = ret->n ? &ret->at[ret->n - 1] : NULL;

		if (++n_word > QUERY_WORDS_MAX)
			return too_much(err);
		if (phrase && word.is_glued) {
			phrase->word = sdk_format(arena, "%.*s %.*s", ENT_F(phrase->word), ENT_F(word.folded));
		} else {
			if (ret->n == QUERY_PHRASES_MAX)
				return too_much(err);
			phrase = &ret->at[ret->n++];
			*phrase = (struct query_phrase){.word = sdk_dup(arena, word.folded)};
		}
		for (size_t i = 0; i < ret->n; i++)
			ret->at[i].is_begun = i + 1 == ret->n && is_begin_of_word(word.folded);
	}
	return true;
}

struct ent_str query_who(struct ent_arena *arena, struct ent_str organisation)
{
	return sdk_format(arena, "_%.*s", ENT_F(organisation));
}

struct ent_str query_match(struct ent_arena *arena, const struct query *query, struct ent_str who)
{
	struct sdk_buf buf;

	sdk_buf_init(&buf, 1 << 20);
	if (who.p)
		sdk_buf_format(&buf, "(who : \"%.*s\") AND ", ENT_F(who));
	sdk_buf_z(&buf, "({name text} : (");
	for (size_t i = 0; i < query->n; i++)
		sdk_buf_format(&buf, "%s\"%.*s\"%s", i ? " AND " : "", ENT_F(query->at[i].word),
			       query->at[i].is_begun ? " *" : "");
	sdk_buf_z(&buf, "))");
	struct ent_str ret = sdk_dup(arena, sdk_buf_view(&buf));
	sdk_buf_release(&buf);
	return ret;
}

/* Bytes of the phrase at the beginning of folded words: 0: it does not stand there. *ret_whole: as whole words. */
static bool phrase_at(const struct query_phrase *phrase, struct ent_str rest, bool *ret_whole)
{
	if (rest.n < phrase->word.n || memcmp(rest.p, phrase->word.p, phrase->word.n) != 0)
		return false;
	*ret_whole = rest.n == phrase->word.n || rest.p[phrase->word.n] == ' ';
	return *ret_whole || phrase->is_begun;
}

enum { WEIGHT_BEGUN = 2, WEIGHT_WHOLE = 4, WEIGHT_FIRST = 3, WEIGHT_ALL = 8 };

static int phrase_weight(const struct query_phrase *phrase, struct ent_str folded)
{
	int best = 0;

	for (size_t at = 0; at < folded.n;) {
		struct ent_str rest = {folded.p + at, folded.n - at}, after;
		bool whole;

		if (phrase_at(phrase, rest, &whole)) {
			int weight = (whole ? WEIGHT_WHOLE : WEIGHT_BEGUN) + (at == 0 ? WEIGHT_FIRST : 0);
			best = weight > best ? weight : best;
		}
		(void)sdk_cut(rest, ' ', &after);
		if (!after.p)
			break;
		at = folded.n - after.n;
	}
	return best;
}

bool query_shorten(const struct query *query, struct query *ret)
{
	struct query_phrase *last;
	size_t n = 0;

	*ret = *query;
	last = query->n ? &ret->at[ret->n - 1] : NULL;
	if (!last || !last->is_begun)
		return false;
	for (size_t i = last->word.n; i > 0 && last->word.p[i - 1] != ' '; i--)
		n += (last->word.p[i - 1] & 0xC0) != 0x80;
	for (; n > QUERY_BEGUN_MAX; n--)
		while ((last->word.p[--last->word.n] & 0xC0) == 0x80)
			;
	return last->word.n < query->at[query->n - 1].word.n;
}

bool query_holds(const struct query *query, struct ent_str folded, struct ent_str other)
{
	size_t n = 0;

	while (n < query->n && (phrase_weight(&query->at[n], folded) > 0 || phrase_weight(&query->at[n], other) > 0))
		n++;
	return n == query->n && n > 0;
}

int query_weigh(const struct query *query, struct ent_str folded)
{
	size_t bytes = 0;
	int weight = 0;

	for (size_t i = 0; i < query->n; i++) {
		weight += phrase_weight(&query->at[i], folded);
		bytes += query->at[i].word.n + 1;
	}
	return weight && bytes == folded.n ? weight + WEIGHT_ALL : weight;
}

/* ---- where they stand --------------------------------------------------------------- */

/* The phrase begins with this word of the text: *ret_to is where it ends there. */
static bool phrase_stands(const struct query_phrase *phrase, struct words words, struct word word, size_t *ret_to)
{
	struct ent_str rest = phrase->word;

	for (;;) {
		struct ent_str one = sdk_cut(rest, ' ', &rest);
		bool begun = !rest.p && phrase->is_begun;

		if (begun ? word.folded.n < one.n || memcmp(word.folded.p, one.p, one.n) != 0
			  : !sdk_eq(one, word.folded))
			return false;
		*ret_to = word.to;
		if (!rest.p)
			return true;
		if (!words_next(&words, &word))
			return false;
	}
}

static size_t count_characters(struct ent_str text, size_t from, size_t to)
{
	size_t n = 0;

	for (size_t i = from; i < to; i++)
		n += (text.p[i] & 0xC0) != 0x80;
	return n;
}

size_t query_places(const struct query *query, struct ent_str text, struct words_place *ret, size_t max)
{
	struct words words = words_from(text);
	struct word word;
	size_t n = 0, counted = 0, characters = 0, end = 0;

	while (n < max && words_next(&words, &word)) {
		size_t to = 0, one;

		for (size_t i = 0; i < query->n; i++)
			if (phrase_stands(&query->at[i], words, word, &one) && one > to)
				to = one;
		if (!to || word.from < end)
			continue;
		characters += count_characters(words.text, counted, word.from);
		ret[n].from = characters;
		characters += count_characters(words.text, word.from, to);
		ret[n++].to = characters;
		counted = end = to;
	}
	return n;
}
