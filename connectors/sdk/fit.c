/* SPDX-License-Identifier: Apache-2.0 */
#include "sdk/fit.h"

#include "sdk/grapheme.h"

#define ELLIPSIS "\xe2\x80\xa6"

/* ---- measuring --------------------------------------------------------------------- */

size_t sdk_measure(struct ent_str text, enum ent_unit unit)
{
	size_t characters = 0, wide = 0; /* wide: two UTF-16 units */

	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		characters += (c & 0xc0) != 0x80;
		wide += c >= 0xf0;
	}
	switch (unit) {
	case ENT_CHARACTERS:
		return characters;
	case ENT_UTF16:
		return characters + wide;
	case ENT_BYTES:
		break;
	}
	return text.n;
}

typedef struct ent_str escape_fn(struct ent_arena *, enum sdk_dialect, struct ent_str);

static bool head_fits(struct ent_str head, const struct sdk_fit *fit, escape_fn *escape, size_t room)
{
	struct sdk_arena scratch;

	sdk_arena_init(&scratch);
	size_t size = sdk_measure(escape(&scratch.abi, fit->dialect, head), fit->unit);
	sdk_arena_release(&scratch);
	return size <= room;
}

/* The longest beginning of the words that takes no more than `room` of the tool's units once it is escaped. */
static struct ent_str head_of(struct ent_str words, const struct sdk_fit *fit, escape_fn *escape, size_t room)
{
	size_t low = 0, high = words.n / 4 < room ? words.n : 4 * room; /* a character has at most four bytes */

	while (low < high) {
		size_t middle = high - (high - low) / 2;
		if (head_fits(sdk_head(words, middle), fit, escape, room))
			low = middle;
		else
			high = middle - 1;
	}
	low = sdk_word_before(words, low);
	/* Escapes depend on what follows: a shorter text may need one more. */
	while (low > 0 && !head_fits((struct ent_str){words.p, low}, fit, escape, room))
		low = sdk_grapheme_before(words, low - 1);
	return (struct ent_str){words.p, low};
}

/* ---- texts ------------------------------------------------------------------------- */

static struct ent_str end_of(struct ent_arena *arena, const struct sdk_fit *fit, size_t missing)
{
	struct ent_str marker = fit->marker;
	const char *gap = marker.n > 0 ? "\n\n" : "";

	if (missing == 0)
		return sdk_format(arena, "%s%.*s", gap, ENT_F(marker));
	if (fit->language == ENT_FRENCH)
		return sdk_format(
		    arena,
		    "\n\n(Raccourci par Entente : %zu caract\xc3\xa8res manquent. Le texte entier est dans "
		    "l'incident %.*s.)%s%.*s",
		    missing, ENT_F(fit->number), gap, ENT_F(marker));
	return sdk_format(arena,
			  "\n\n(Shortened by Entente: %zu characters are missing. The whole text is in incident "
			  "%.*s.)%s%.*s",
			  missing, ENT_F(fit->number), gap, ENT_F(marker));
}

struct ent_str sdk_fit_text(struct ent_arena *arena, struct ent_str words, const struct sdk_fit *fit)
{
	struct ent_str escaped = sdk_dialect_escape(arena, fit->dialect, words);
	struct ent_str end = end_of(arena, fit, 0), head;
	size_t all = sdk_measure(words, ENT_CHARACTERS), size;

	if (fit->max == 0 || sdk_measure(escaped, fit->unit) + sdk_measure(end, fit->unit) <= fit->max)
		return sdk_format(arena, "%.*s%.*s", ENT_F(escaped), ENT_F(end));
	size = sdk_measure(end_of(arena, fit, all), fit->unit);
	if (size >= fit->max)
		return fit->marker.n > 0 ? fit->marker : sdk_head(words, 0);
	head = head_of(words, fit, sdk_dialect_escape, fit->max - size);
	end = end_of(arena, fit, all - sdk_measure(head, ENT_CHARACTERS));
	return sdk_format(arena, "%.*s%.*s", ENT_F(sdk_dialect_escape(arena, fit->dialect, head)), ENT_F(end));
}

/* ---- titles ------------------------------------------------------------------------ */

/* The size of a line's end or control character at `at`, 0: none. U+0085, U+2028 and U+2029 end lines, too. */
static size_t break_size(struct ent_str title, size_t at)
{
	struct ent_str rest = {title.p + at, title.n - at};

	if ((unsigned char)rest.p[0] < 0x20 || rest.p[0] == 0x7f)
		return 1;
	if (sdk_starts(rest, "\xc2\x85"))
		return 2;
	return sdk_starts(rest, "\xe2\x80\xa8") || sdk_starts(rest, "\xe2\x80\xa9") ? 3 : 0;
}

static struct ent_str one_line(struct ent_arena *arena, struct ent_str title)
{
	char *line = sdk_alloc(arena, title.n + 1);
	size_t n = 0;

	for (size_t at = 0, size; at < title.n; at += size) {
		size = break_size(title, at);
		if (size > 0 && (n == 0 || line[n - 1] == ' ')) /* one blank for several */
			continue;
		line[n++] = size > 0 ? ' ' : title.p[at];
		size = size > 0 ? size : 1;
	}
	return sdk_trim((struct ent_str){line, n});
}

struct ent_str sdk_fit_title(struct ent_arena *arena, struct ent_str title, struct ent_str number,
			     const struct sdk_fit *fit)
{
	struct ent_str line = one_line(arena, title), escaped = sdk_dialect_escape_title(arena, fit->dialect, line);
	struct ent_str end = number.n > 0 ? sdk_format(arena, " [%.*s]", ENT_F(number)) : ENT_STR("");
	const struct ent_str dots = ENT_STR(ELLIPSIS);
	size_t size = sdk_measure(end, fit->unit);

	if (fit->max > 0 && sdk_measure(escaped, fit->unit) + size > fit->max) {
		size += sdk_measure(dots, fit->unit);
		line = head_of(line, fit, sdk_dialect_escape_title, size < fit->max ? fit->max - size : 0);
		escaped = sdk_dialect_escape_title(arena, fit->dialect, sdk_trim(line));
		if (escaped.n > 0)
			escaped = sdk_format(arena, "%.*s" ELLIPSIS, ENT_F(escaped));
	}
	return sdk_trim(sdk_format(arena, "%.*s%.*s", ENT_F(escaped), ENT_F(end)));
}
