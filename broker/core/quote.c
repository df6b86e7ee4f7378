/* SPDX-License-Identifier: Apache-2.0 */
#include "core/quote.h"

#include "core/echo.h"
#include "sdk/marker.h"

#include <string.h>

enum {
	LINES_MAX = 4000,      /* of a text; one with more is left as it is */
	LINE_LEAST = 8,        /* bytes of words that make a quoted line ours by themselves */
	BEGIN_SIZE = 24,       /* bytes of words by which the beginning of a copy is known */
	INTRODUCTION_MAX = 300 /* bytes of a line that introduces a quote */
};

struct line {
	struct ent_str text;  /* as it stands, without its end */
	struct ent_str inner; /* without quote signs */
	struct ent_str words; /* as echo_words() has them */
	size_t at;            /* where its words begin in those of the whole text */
	bool is_quoted, is_ours, is_blank, has_marker;
	char key[SDK_MARKER_KEY_SIZE]; /* of its marker */
};

struct reading {
	struct ent_arena *arena;
	struct line *line;
	size_t n;
	char *words; /* of all lines, a blank between two */
	size_t n_words;
	const struct quote_copy *copy;
	size_t n_copy;
	struct ent_str
	    after;   /* the rest of a copy after the quoted line found last: mostly it begins with the next line */
	size_t room; /* bytes that may still be searched */
};

/* False: the limit of the search is reached. Lines that were not searched for stay in the text. */
static bool may_look(struct reading *reading, size_t n)
{
	bool may = n <= reading->room;

	reading->room -= may ? n : reading->room;
	return may;
}

/* ---- reading ------------------------------------------------------------------------ */

static struct ent_str without_head(struct ent_str s, size_t n)
{
	return sdk_trim((struct ent_str){s.p + n, s.n - n});
}

static struct ent_str line_unquote(struct ent_str line, bool *ret_is_quoted)
{
	line = sdk_trim(line);
	*ret_is_quoted = false;
	for (;;) {
		size_t n = sdk_starts(line, ">") || sdk_starts(line, "|") ? 1 : sdk_starts(line, "&gt;") ? 4 : 0;
		if (n == 0)
			return line;
		*ret_is_quoted = true;
		line = without_head(line, n);
	}
}

/* False: there are too many lines. */
static bool lines_split(struct reading *reading, struct ent_str text)
{
	struct ent_str rest = text;
	size_t n = 1;

	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\n';
	if (n > LINES_MAX)
		return false;
	reading->line = SDK_NEW_N(reading->arena, struct line, n);
	reading->words = sdk_alloc(reading->arena, text.n + n + 1);
	for (size_t i = 0; i < n; i++) {
		struct line *line = &reading->line[reading->n++];

		line->text = sdk_cut(rest, '\n', &rest);
		line->inner = line_unquote(line->text, &line->is_quoted);
		line->words = echo_words(reading->arena, line->inner);
		line->is_blank = line->inner.n == 0;
		line->has_marker = sdk_marker_find(line->inner, line->key);
		line->at = reading->n_words;
		if (line->words.n == 0)
			continue;
		memcpy(reading->words + reading->n_words, line->words.p, line->words.n);
		reading->n_words += line->words.n;
		reading->words[reading->n_words++] = ' ';
	}
	return true;
}

/* ---- quoted lines ---------------------------------------------------------------------- */

static bool is_marker_alone(const struct line *line)
{
	return line->words.n == 0 && line->has_marker;
}

static bool begins_with(struct ent_str text, struct ent_str words)
{
	return text.n >= words.n && memcmp(text.p, words.p, words.n) == 0;
}

static bool is_in_a_copy(struct reading *reading, struct ent_str words)
{
	struct ent_str after = sdk_trim(reading->after);

	if (words.n == 0)
		return false;
	for (size_t i = 0; i < reading->n_copy && !begins_with(after, words); i++) {
		struct ent_str copy = reading->copy[i].words;
		if (copy.n < words.n)
			continue;
		if (!may_look(reading, copy.n))
			return false;
		const char *at = memmem(copy.p, copy.n, words.p, words.n);
		if (at)
			after = (struct ent_str){at, copy.n - (size_t)(at - copy.p)};
	}
	if (!begins_with(after, words))
		return false;
	reading->after = (struct ent_str){after.p + words.n, after.n - words.n};
	return true;
}

static void find_quoted(struct reading *reading)
{
	for (size_t i = 0; i < reading->n; i++) {
		struct line *line = &reading->line[i];
		bool follows = i > 0 && line[-1].is_quoted && line[-1].is_ours;

		if (!line->is_quoted)
			continue;
		if (is_marker_alone(line) || (line->is_blank && follows))
			line->is_ours = true;
		else
			line->is_ours = (line->words.n >= LINE_LEAST || follows) && is_in_a_copy(reading, line->words);
	}
}

/* ---- copies without quote signs ------------------------------------------------------------ */

/* A line that continues after `end` stays: somebody wrote behind the copy. */
static void mark_lines(struct reading *reading, size_t first, size_t end)
{
	for (size_t i = first; i < reading->n && reading->line[i].at < end; i++) {
		struct line *line = &reading->line[i];

		if (line->words.n && line->at + line->words.n <= end)
			line->is_ours = true;
	}
}

/* The end of a copy whose marker is in this line: somebody else's words may follow the marker. */
static size_t marked_end(const struct reading *reading, const struct line *line)
{
	struct ent_str before = sdk_marker_strip(reading->arena, line->inner);

	return line->at + (memcmp(line->inner.p, before.p, before.n) == 0 ? line->words.n : 0);
}

/* The line whose words begin at `at`; n: none. A line without words has the `at` of the next line. */
static size_t line_at(const struct reading *reading, size_t at)
{
	size_t low = 0, high = reading->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (reading->line[middle].at < at)
			low = middle + 1;
		else
			high = middle;
	}
	while (low < reading->n && reading->line[low].at == at && reading->line[low].words.n == 0)
		low++;
	return low < reading->n && reading->line[low].at == at ? low : reading->n;
}

/* The line with this copy's marker; n: none. */
static size_t marker_line(const struct reading *reading, const char *key)
{
	for (size_t i = reading->n; i > 0; i--)
		if (reading->line[i - 1].has_marker && strcmp(reading->line[i - 1].key, key) == 0)
			return i - 1;
	return reading->n;
}

/* Marks a copy whose words begin in line `first`. False: the limit of the search is reached. */
static bool mark_copy(struct reading *reading, size_t i, size_t first, size_t marked)
{
	struct ent_str words = reading->copy[i].words;
	size_t begin = reading->line[first].at, end = begin;

	if (!may_look(reading, words.n))
		return false;
	if (begins_with((struct ent_str){reading->words + begin, reading->n_words - begin}, words))
		end = begin + words.n;
	else if (marked < reading->n && reading->line[marked].at >= begin)
		end = marked_end(reading, &reading->line[marked]);
	if (!may_look(reading, end - begin))
		return false;
	mark_lines(reading, first, end);
	if (marked < reading->n && reading->line[marked].words.n == 0)
		reading->line[marked].is_ours = true;
	return true;
}

static void find_copy(struct reading *reading, size_t i)
{
	struct ent_str words = reading->copy[i].words, rest = {reading->words, reading->n_words};
	size_t head = words.n < BEGIN_SIZE ? words.n : BEGIN_SIZE, marked = marker_line(reading, reading->copy[i].key);

	while (words.n >= LINE_LEAST && rest.n >= head) {
		const char *at = memmem(rest.p, rest.n, words.p, head);
		if (!may_look(reading, at ? (size_t)(at - rest.p) : rest.n) || !at)
			return;
		size_t first = line_at(reading, (size_t)(at - reading->words));
		if (first < reading->n && !mark_copy(reading, i, first, marked))
			return;
		rest = (struct ent_str){at + 1, reading->n_words - (size_t)(at + 1 - reading->words)};
	}
}

/* ---- what introduces a copy ------------------------------------------------------------------ */

static bool starts_as(struct ent_str line, const char *const *words)
{
	for (; *words; words++) {
		size_t n = strlen(*words);
		if (line.n >= n && sdk_ieq((struct ent_str){line.p, n}, sdk_str(*words)))
			return true;
	}
	return false;
}

static bool has_digit(struct ent_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= '0' && s.p[i] <= '9')
			return true;
	return false;
}

/* "On Sunday at 4:18 Mo wrote:", a rule, a line of a mail's head. English, French, German, as mail programs write. */
static bool introduces_quote(struct ent_str line)
{
	static const char *const rules[] = {"-----", "_____", "=====", NULL};
	static const char *const heads[] = {
	    "From:",         "Sent:",      "To:",   "Cc:",  "Subject:",  "Date:", "De :",     "De:",
	    "Envoy\xc3\xa9", "\xc3\x80 :", "Objet", "Von:", "Gesendet:", "An:",   "Betreff:", NULL};
	static const char *const verbs[] = {" wrote:", "crit :", "crit:", "crit\xc2\xa0:", " schrieb:", NULL};

	if (line.n == 0 || line.n > INTRODUCTION_MAX)
		return false;
	if (starts_as(line, rules) || starts_as(line, heads))
		return true;
	for (const char *const *verb = verbs; *verb; verb++) {
		size_t n = strlen(*verb);
		if (line.n >= n && memcmp(line.p + line.n - n, *verb, n) == 0)
			return true;
	}
	return line.p[line.n - 1] == ':' && has_digit(line) && memchr(line.p, '@', line.n);
}

/* The first half of an introduction that a mail program wrapped. */
static bool begins_introduction(struct ent_str line)
{
	static const char *const words[] = {"On ", "Le ", "Am ", NULL};

	return line.n <= INTRODUCTION_MAX && starts_as(line, words) && has_digit(line);
}

static void drop_introductions(struct reading *reading)
{
	for (size_t i = 1; i < reading->n; i++) {
		if (!reading->line[i].is_ours || reading->line[i - 1].is_ours)
			continue;
		for (size_t k = i; k > 0; k--) {
			struct line *line = &reading->line[k - 1];
			bool wrapped = k < i && !has_digit(line[1].inner) && begins_introduction(line->inner);

			if (!line->is_blank && !introduces_quote(line->inner) && !wrapped)
				break;
			line->is_ours = !line->is_blank || line->is_quoted;
		}
	}
}

/* ---- what is left ----------------------------------------------------------------------------- */

static struct ent_str rest_of(const struct reading *reading, size_t room)
{
	char *p = sdk_alloc(reading->arena, room + 1);
	bool is_gap = true, says = false; /* a blank line stands already, or nothing at all */
	size_t n = 0;

	for (size_t i = 0; i < reading->n; i++) {
		const struct line *line = &reading->line[i];

		if (line->is_ours || (line->is_blank && is_gap))
			continue;
		is_gap = line->is_blank;
		memcpy(p + n, line->text.p, line->text.n);
		n += line->text.n;
		p[n++] = '\n';
		says = says || line->words.n > 0;
	}
	struct ent_str rest = sdk_trim((struct ent_str){p, n});
	return says ? rest : ENT_STR("");
}

struct ent_str quote_strip(struct ent_arena *arena, struct ent_str text, const struct quote_copy *copy, size_t n_copy,
			   size_t *room)
{
	size_t most = *room < QUOTE_LOOK_MAX ? *room : QUOTE_LOOK_MAX;
	struct reading reading = {.arena = arena, .copy = copy, .n_copy = n_copy, .room = most};
	bool found = false;

	if (n_copy == 0 || *room == 0 || !text.n || !memchr(text.p, '\n', text.n) || !lines_split(&reading, text))
		return text;
	find_quoted(&reading);
	for (size_t i = 0; i < n_copy && reading.room > 0; i++)
		find_copy(&reading, i);
	*room -= most - reading.room;
	for (size_t i = 0; i < reading.n && !found; i++)
		found = reading.line[i].is_ours;
	if (!found)
		return text;
	drop_introductions(&reading);
	struct ent_str rest = rest_of(&reading, text.n + reading.n);
	return rest.n ? rest : text;
}
