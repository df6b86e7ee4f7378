/* SPDX-License-Identifier: Apache-2.0 */
/* Wiki markup within a line: links, pictures, marks, signs that are escaped. */
#include "wiki.h"

#include <string.h>

#define NESTED 8u /* marks within marks */

/* A letter or digit, ASCII or not: a mark next to it on the outside is none. */
static bool is_word(char c)
{
	return (unsigned char)c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

const char *wiki_find_near(const char *from, const char *end, const char *what)
{
	if ((size_t)(end - from) > WIKI_FAR)
		end = from + WIKI_FAR;
	const char *line = memchr(from, '\n', (size_t)(end - from));
	return wiki_find(from, line ? line : end, what);
}

/* A block that begins within a mark or a link may end far behind it: the text that it covered is not read again. */
static const char *later(const char *a, const char *b)
{
	return a > b ? a : b;
}

/* ---- links and pictures ------------------------------------------------------------- */

static bool is_address(struct ent_str s)
{
	static const char *const scheme[] = {"http://", "https://", "mailto:", "ftp://", "tel:", "file:", "www."};

	for (size_t i = 0; i < sizeof scheme / sizeof *scheme; i++)
		if (sdk_starts(s, scheme[i]) && s.n > strlen(scheme[i]))
			return true;
	return false;
}

static bool mention_write(struct wiki *w, struct ent_str name)
{
	static const char account[] = "~accountid:";

	if (!sdk_starts(name, "~") || name.n < 2 || wiki_is_blank(name.p[1]))
		return false;
	if (sdk_starts(name, account))
		name = wiki_slice(name.p + sizeof account - 1, name.p + name.n);
	else
		name = wiki_slice(name.p + 1, name.p + name.n);
	prose_z(&w->p, "@");
	prose_add(&w->p, name);
	return true;
}

/* p stands at a '['. Where it goes on; NULL: it is no link. */
static const char *link_write(struct wiki *w, const char *p, const char *end, unsigned depth)
{
	const char *close = p + 1 < end ? wiki_find_near(p + 1, end, "]") : NULL;
	struct ent_str text, target, rest, inside = close ? wiki_slice(p + 1, close) : ENT_ABSENT;
	const char *behind = NULL;
	size_t from = w->p.out.n;

	if (inside.n == 0)
		return NULL;
	text = sdk_cut(inside, '|', &target);
	if (!target.p) {
		if (sdk_starts(inside, "^") && inside.n > 1)
			prose_named(&w->p, "file", wiki_slice(inside.p + 1, close));
		else if (is_address(inside))
			prose_add(&w->p, sdk_starts(inside, "mailto:") ? wiki_slice(inside.p + 7, close) : inside);
		else if (!mention_write(w, inside))
			return NULL;
		return close + 1;
	}
	target = sdk_trim(sdk_cut(target, '|', &rest)); /* a tip, or how it is shown */
	if (!is_address(target) && !sdk_starts(target, "~") && !sdk_starts(target, "^") && !sdk_starts(target, "#") &&
	    !sdk_starts(target, "/"))
		return NULL;
	if (sdk_starts(target, "~")) {
		prose_add(&w->p, text);
	} else {
		behind = wiki_words(w, text.p, text.p + text.n, depth);
		if (sdk_starts(target, "^")) {
			prose_space(&w->p);
			prose_named(&w->p, "file", wiki_slice(target.p + 1, target.p + target.n));
		} else if (!sdk_starts(target, "#"))
			prose_address(&w->p, from, target);
	}
	return behind ? later(behind, close + 1) : close + 1;
}

static bool ends_like(struct ent_str name, const char *const *ending)
{
	for (; *ending; ending++) {
		size_t n = strlen(*ending);
		if (name.n > n && sdk_ieqz(wiki_slice(name.p + name.n - n, name.p + name.n), *ending))
			return true;
	}
	return false;
}

/* "!panel.png|thumbnail!" at p. */
static const char *picture_write(struct wiki *w, const char *p, const char *end)
{
	static const char *const picture[] = {".png",  ".jpg", ".jpeg", ".gif",  ".bmp",  ".svg",
					      ".webp", ".tif", ".tiff", ".heic", ".avif", NULL};
	static const char *const other[] = {".mp4", ".mov", ".webm", ".avi", ".pdf", ".mp3", ".wav", NULL};
	const char *close = p + 1 < end && !wiki_is_blank(p[1]) ? wiki_find_near(p + 1, end, "!") : NULL;
	struct ent_str rest, name = close ? sdk_cut(wiki_slice(p + 1, close), '|', &rest) : ENT_ABSENT;
	bool is_link = is_address(name);
	const char *slash = is_link ? memrchr(name.p, '/', name.n) : NULL;

	if (name.n == 0 || wiki_is_blank(name.p[name.n - 1]) ||
	    (!ends_like(name, picture) && !ends_like(name, other) && !is_link && !rest.p))
		return NULL;
	if (slash && slash + 1 < name.p + name.n)
		name = wiki_slice(slash + 1, name.p + name.n);
	prose_named(&w->p, ends_like(name, other) ? "file" : "picture", name);
	return close + 1;
}

/* ---- within a line ------------------------------------------------------------------- */

/* The mark that closes what the one at p opens; NULL: none does, and it is a sign. */
static const char *phrase_end(const char *begin, const char *p, const char *end)
{
	const char *near = (size_t)(end - p) > WIKI_FAR ? p + WIKI_FAR : end;

	if ((p > begin && is_word(p[-1])) || p + 2 >= end || wiki_is_blank(p[1]) || p[1] == *p)
		return NULL;
	for (const char *q = p + 2; q < near && *q != '\n'; q++)
		if (*q == *p && !wiki_is_blank(q[-1]) && q[-1] != '\\' && q[-1] != *p &&
		    (q + 1 == end || (!is_word(q[1]) && q[1] != *p)))
			return q;
	return NULL;
}

static const char *phrase_write(struct wiki *w, const char *begin, const char *p, const char *end, unsigned depth)
{
	const char *close = depth < NESTED ? phrase_end(begin, p, end) : NULL;

	if (!close)
		return NULL;
	if (*p == '-')
		prose_struck(&w->p, true);
	const char *behind = wiki_words(w, p + 1, close, depth + 1);
	if (*p == '-')
		prose_struck(&w->p, false);
	return later(behind, close + 1);
}

/* "{*}bold{*}": the form inside of a word. */
static const char *tight_phrase_write(struct wiki *w, const char *p, const char *end, unsigned depth)
{
	char tag[4] = "{ }";
	const char *close;

	if (end - p < 4 || !memchr("*_-+^~", p[1], 6) || p[2] != '}' || depth >= NESTED)
		return NULL;
	tag[1] = p[1];
	close = wiki_find_near(p + 3, end, tag);
	if (!close)
		return NULL;
	if (p[1] == '-')
		prose_struck(&w->p, true);
	const char *behind = wiki_words(w, p + 3, close, depth + 1);
	if (p[1] == '-')
		prose_struck(&w->p, false);
	return later(behind, close + 3);
}

static const char *brace_write(struct wiki *w, const char *p, const char *end, unsigned depth)
{
	const char *close = end - p > 4 && p[1] == '{' ? wiki_find_near(p + 2, end, "}}") : NULL;

	if (!close || close == p + 2) {
		const char *behind = tight_phrase_write(w, p, end, depth);
		return behind ? behind : wiki_macro(w, p);
	}
	prose_code(&w->p, true);
	prose_add(&w->p, wiki_slice(p + 2, close));
	prose_code(&w->p, false);
	return close + 2;
}

/* A backslash takes the sense from a sign; two of them before a blank end the line. */
static const char *backslash_write(struct wiki *w, const char *p, const char *end)
{
	if (p + 1 < end && p[1] == '\\' && (p + 2 == end || wiki_is_blank(p[2]))) {
		prose_newline(&w->p);
		return p + 2 < end && p[2] == ' ' ? p + 3 : p + 2;
	}
	if (p + 1 == end || !memchr("{}[]*_-+^~!|?#", p[1], 14))
		return NULL;
	prose_add(&w->p, wiki_slice(p + 1, p + 2));
	return p + 2;
}

/* "&#123;": how a sign is written that must not act. */
static const char *entity_write(struct wiki *w, const char *p, const char *end)
{
	const char *close = end - p > 3 && p[1] == '#' ? wiki_find_near(p, p + 8 < end ? p + 8 : end, ";") : NULL;
	int64_t c;
	char ascii;

	if (!close || !sdk_to_int(wiki_slice(p + 2, close), &c) || c < 0x20 || c > 0x7E)
		return NULL;
	ascii = (char)c;
	prose_add(&w->p, (struct ent_str){&ascii, 1});
	return close + 1;
}

/* An address goes on to the next blank: no sign in it marks anything. */
static const char *address_write(struct wiki *w, const char *begin, const char *p, const char *end)
{
	const char *q = p;

	if ((p > begin && is_word(p[-1])) || !is_address(wiki_slice(p, end)))
		return NULL;
	while (q < end && !wiki_is_blank(*q) && !memchr("|]})\"", *q, 5))
		q++;
	prose_add(&w->p, wiki_slice(p, q));
	return q;
}

static const char *sign_write(struct wiki *w, const char *begin, const char *p, const char *end, unsigned depth)
{
	switch (*p) {
	case '{':
		return brace_write(w, p, end, depth);
	case '[':
		return link_write(w, p, end, depth);
	case '!':
		return p > begin && is_word(p[-1]) ? NULL : picture_write(w, p, end);
	case '\\':
		return backslash_write(w, p, end);
	case '&':
		return entity_write(w, p, end);
	case '*':
	case '_':
	case '-':
	case '+':
	case '^':
	case '~':
		return phrase_write(w, begin, p, end, depth);
	case 'h':
	case 'f':
	case 'w':
	case 'm':
		return address_write(w, begin, p, end);
	default:
		return NULL;
	}
}

const char *wiki_words(struct wiki *w, const char *at, const char *end, unsigned depth)
{
	const char *begin = at, *plain = at, *behind;

	while (at < end) {
		if (!memchr("{[!\\&*_-+^~hfwm", *at, 15)) {
			at++;
			continue;
		}
		prose_add(&w->p, wiki_slice(plain, at));
		plain = at;
		behind = sign_write(w, begin, at, end, depth);
		at++;
		if (behind)
			plain = at = behind;
	}
	if (plain < end)
		prose_add(&w->p, wiki_slice(plain, end));
	return at;
}
