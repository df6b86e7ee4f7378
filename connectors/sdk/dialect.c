/* SPDX-License-Identifier: Apache-2.0 */
/* One table of dialects, one pass that writes, one that takes back. dialect_acts.c knows which words act. */
#include "sdk/dialect_acts.h"

#include <string.h>

#include "sdk/marker.h"

#define TEXT_MAX (64u << 20)

enum form { AS_IS, BACKSLASH, WIKI, ENTITY, TAGS };

struct row {
	const char *name;
	enum form form;
	const char *always; /* these signs are escaped wherever they stand */
	const char *first;  /* and these where a line begins with them */
	unsigned acts, title;
};

#define MARKDOWN_SIGNS "\\`*_[]<>~|"
#define MARKDOWN_FIRST "#+-=/"
#define REFERENCES     (1u << ACT_MENTION | 1u << ACT_NUMBER)
#define MARKDOWN_ACTS  (1u << ACT_INDENT | 1u << ACT_ENTITY | 1u << ACT_LIST | 1u << ACT_ADDRESS | 1u << ACT_COLUMN)

static const struct row table[SDK_N_DIALECT] = {
    [SDK_PLAIN] = {"none", AS_IS, "", "", 0, 0},
    [SDK_MARKDOWN] = {"markdown", BACKSLASH, MARKDOWN_SIGNS, MARKDOWN_FIRST,
		      MARKDOWN_ACTS | REFERENCES | 1u << ACT_GH | 1u << ACT_COMMIT | 1u << ACT_EMOJI | 1u << ACT_MATH,
		      0},
    [SDK_JIRA_WIKI] = {"jira", WIKI, "{[*_^~+!|", "-",
		       1u << ACT_ENTITY | 1u << ACT_ADDRESS | 1u << ACT_HEADING | 1u << ACT_SMILEY | 1u << ACT_DASH |
			   1u << ACT_HASH_LIST | 1u << ACT_CITE,
		       0},
    [SDK_TEXTILE] = {"textile", ENTITY, "*_@#^~!|<>[{", "-",
		     1u << ACT_ENTITY | 1u << ACT_HEADING | 1u << ACT_DASH | 1u << ACT_TEXTILE | 1u << ACT_CITE |
			 1u << ACT_SMILEY | 1u << ACT_REDMINE,
		     0},
    [SDK_REDMINE_MARKDOWN] = {"redmine_markdown", BACKSLASH, MARKDOWN_SIGNS "{", MARKDOWN_FIRST,
			      MARKDOWN_ACTS | REFERENCES | 1u << ACT_REDMINE | 1u << ACT_WIKI_LINK, 0},
    [SDK_SERVICENOW] = {"servicenow", AS_IS, "", "", 1u << ACT_CODE_TAG, 0},
    [SDK_ZENDESK] = {"zendesk", BACKSLASH, MARKDOWN_SIGNS, MARKDOWN_FIRST,
		     MARKDOWN_ACTS | 1u << ACT_NUMBER | 1u << ACT_TEMPLATE, 1u << ACT_TEMPLATE},
    [SDK_HTML] = {"html", TAGS, "<>&\"\n", "", 0, 0},
    [SDK_MAIL_SUBJECT] = {"mail_subject", AS_IS, "", "", 0, 1u << ACT_NUMBER},
};

const char *sdk_dialect_name(enum sdk_dialect dialect)
{
	return table[dialect].name;
}

bool sdk_dialect_by_name(struct ent_str name, enum sdk_dialect *ret)
{
	for (int i = 0; i < SDK_N_DIALECT; i++)
		if (sdk_eqz(name, table[i].name)) {
			*ret = (enum sdk_dialect)i;
			return true;
		}
	return false;
}

/* ---- writing --------------------------------------------------------------------- */

struct tag {
	const char *sign, *written;
};
static const struct tag tags[] = {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"\n", "<br>\n"}};
#define N_TAG (sizeof tags / sizeof *tags)

struct pen {
	struct sdk_buf out;
	const struct row *row;
	unsigned acts;
	bool is_title;
};

static void put_escaped(struct pen *pen, char c)
{
	switch (pen->row->form) {
	case WIKI: /* two backslashes are a line's end there */
		if (c != '\\' && c != '&')
			sdk_buf_char(&pen->out, '\\');
		if (c != '\\' && c != '&')
			sdk_buf_char(&pen->out, c);
		else
			sdk_buf_format(&pen->out, "&#%d;", c);
		break;
	case BACKSLASH:
		sdk_buf_char(&pen->out, '\\');
		sdk_buf_char(&pen->out, c);
		break;
	case ENTITY:
		sdk_buf_format(&pen->out, "&#%d;", c);
		break;
	case TAGS:
		for (size_t i = 0; i < N_TAG; i++)
			if (tags[i].sign[0] == c)
				sdk_buf_z(&pen->out, tags[i].written);
		break;
	case AS_IS:
		sdk_buf_char(&pen->out, c);
		break;
	}
}

/* A byte that no rule about words takes. */
static void put_byte(struct pen *pen, struct ent_str text, size_t at)
{
	char c = text.p[at];
	bool escapes = false;

	if (!pen->is_title && c > 0)
		escapes = strchr(pen->row->always, c) != NULL ||
			  (strchr(pen->row->first, c) && act_is_first(text, at)) || act_is_sign(pen->acts, text, at) ||
			  (pen->row->form == WIKI && c == '\\' && act_is_backslash(text, at));
	if (escapes)
		put_escaped(pen, c);
	else
		sdk_buf_char(&pen->out, c);
}

static void put_bytes(struct pen *pen, struct ent_str text, size_t at, size_t n)
{
	for (size_t i = 0; i < n; i++)
		put_byte(pen, text, at + i);
}

/* How much was written of what stands at `at`. */
static size_t pen_put(struct pen *pen, struct ent_str text, size_t at)
{
	struct act act = {0};

	if (pen->acts && sdk_starts((struct ent_str){text.p + at, text.n - at}, ACT_BREAK)) {
		sdk_buf_z(&pen->out, ACT_BREAK ACT_BREAK);
		return ACT_BREAK_SIZE;
	}
	if (!pen->acts || !act_find(pen->acts, text, at, &act)) {
		put_byte(pen, text, at);
		return 1;
	}
	switch (act.how) {
	case ACT_IS_BROKEN:
		put_bytes(pen, text, at, act.n);
		sdk_buf_z(&pen->out, ACT_BREAK);
		break;
	case ACT_IS_BROKEN_BEFORE:
		sdk_buf_z(&pen->out, ACT_BREAK);
		put_bytes(pen, text, at, act.n);
		break;
	case ACT_IS_COMMIT: /* who copies it does not get a U+200B into a digest */
		put_bytes(pen, text, at, 1);
		sdk_buf_z(&pen->out, ACT_NO_COMMIT);
		put_bytes(pen, text, at + 1, act.n - 1);
		break;
	case ACT_IS_KEPT:
		sdk_buf_add(&pen->out, text.p + at, act.n);
		break;
	case ACT_IS_MATH:
		sdk_buf_z(&pen->out, ACT_MATH_SIGN);
		break;
	}
	return act.n;
}

static struct ent_str escape_acts(struct ent_arena *arena, const struct row *row, bool is_title, struct ent_str text)
{
	struct pen pen = {.row = row, .acts = is_title ? row->title : row->acts, .is_title = is_title};

	if (text.n == 0 || (!pen.acts && (is_title || !row->always[0])))
		return text;
	sdk_buf_init(&pen.out, TEXT_MAX);
	if (!act_has_formula(text))
		pen.acts &= ~(1u << ACT_MATH);
	for (size_t at = 0; at < text.n;)
		at += pen_put(&pen, text, at);
	struct ent_str ret = sdk_dup(arena, sdk_buf_view(&pen.out));
	sdk_buf_release(&pen.out);
	return ret;
}

struct ent_str sdk_dialect_escape(struct ent_arena *arena, enum sdk_dialect dialect, struct ent_str text)
{
	return escape_acts(arena, &table[dialect], false, text);
}

struct ent_str sdk_dialect_escape_title(struct ent_arena *arena, enum sdk_dialect dialect, struct ent_str title)
{
	return escape_acts(arena, &table[dialect], true, title);
}

/* ---- taking back ------------------------------------------------------------------- */

/* "&#42;" of ASCII: its bytes, and *ret_c; 0: none. */
static size_t entity_at(struct ent_str rest, char *ret_c)
{
	int64_t c;
	const char *end = rest.n > 4 ? memchr(rest.p, ';', rest.n < 6 ? rest.n : 6) : NULL;

	if (!end || !sdk_starts(rest, "&#") ||
	    !sdk_to_int((struct ent_str){rest.p + 2, (size_t)(end - rest.p - 2)}, &c) || c < 0x21 || c > 0x7e)
		return 0;
	*ret_c = (char)c;
	return (size_t)(end - rest.p) + 1;
}

static size_t tag_at(struct ent_str rest, char *ret_c)
{
	for (size_t i = 0; i < N_TAG; i++)
		if (sdk_starts(rest, tags[i].written)) {
			*ret_c = tags[i].sign[0];
			return strlen(tags[i].written);
		}
	return 0;
}

static bool is_punctuation(char c)
{
	return c > 0x20 && c < 0x7f && !act_is_word(c);
}

/* The escaped sign at the beginning of rest; 0: there is none. */
static size_t sign_at(enum form form, unsigned acts, struct ent_str rest, char *ret_c)
{
	bool is_backslash = rest.n > 1 && rest.p[0] == '\\' && is_punctuation(rest.p[1]);

	switch (form) {
	case BACKSLASH:
		if (acts & 1u << ACT_COMMIT && rest.n > sizeof ACT_NO_COMMIT && sdk_starts(rest, ACT_NO_COMMIT)) {
			*ret_c = rest.p[sizeof ACT_NO_COMMIT - 1];
			return sizeof ACT_NO_COMMIT;
		}
		if (acts & 1u << ACT_MATH && sdk_starts(rest, ACT_MATH_SIGN)) {
			*ret_c = '$';
			return sizeof ACT_MATH_SIGN - 1;
		}
		break;
	case WIKI:
		if (!is_backslash)
			return entity_at(rest, ret_c);
		break;
	case ENTITY:
		return entity_at(rest, ret_c);
	case TAGS:
		return tag_at(rest, ret_c);
	case AS_IS:
		return 0;
	}
	if (is_backslash)
		*ret_c = rest.p[1];
	return is_backslash ? 2 : 0;
}

/* How much of text at `at` is a break, and whether it stands for one of the text itself. */
static size_t break_at(struct ent_str text, size_t at, bool *ret_is_kept)
{
	bool is_one = sdk_starts((struct ent_str){text.p + at, text.n - at}, ACT_BREAK);

	*ret_is_kept = is_one && sdk_starts((struct ent_str){text.p + at, text.n - at}, ACT_BREAK ACT_BREAK);
	return !is_one ? 0 : *ret_is_kept ? 2 * ACT_BREAK_SIZE : ACT_BREAK_SIZE;
}

static struct ent_str unescape_acts(struct ent_arena *arena, enum form form, unsigned acts, struct ent_str text)
{
	char *to;
	size_t n = 0;

	if (text.n == 0 || (!acts && form == AS_IS))
		return text;
	to = sdk_alloc(arena, text.n + 1); /* nothing grows */
	for (size_t at = 0, size; at < text.n; at += size) {
		bool is_kept = false;

		size = acts ? break_at(text, at, &is_kept) : 0;
		if (is_kept) {
			memcpy(to + n, ACT_BREAK, ACT_BREAK_SIZE);
			n += ACT_BREAK_SIZE;
		}
		if (size > 0)
			continue;
		size = sign_at(form, acts, (struct ent_str){text.p + at, text.n - at}, &to[n]);
		if (size == 0) {
			to[n] = text.p[at];
			size = 1;
		}
		n++;
	}
	return (struct ent_str){to, n};
}

struct ent_str sdk_dialect_unescape(struct ent_arena *arena, enum sdk_dialect dialect, struct ent_str text)
{
	return unescape_acts(arena, table[dialect].form, table[dialect].acts, text);
}

bool sdk_dialect_is_ours(struct ent_arena *arena, enum sdk_dialect dialect, struct ent_str text)
{
	struct ent_str words = sdk_marker_strip(arena, text);

	return sdk_eq(sdk_dialect_escape(arena, dialect, sdk_dialect_unescape(arena, dialect, words)), words);
}

struct ent_str sdk_dialect_read(struct ent_arena *arena, enum sdk_dialect dialect, struct ent_str text)
{
	char key[SDK_MARKER_KEY_SIZE];

	if (sdk_marker_find(text, key) || sdk_dialect_is_ours(arena, dialect, text))
		return sdk_dialect_unescape(arena, dialect, text);
	return text;
}

struct ent_str sdk_dialect_read_shown(struct ent_arena *arena, enum sdk_dialect dialect, struct ent_str text)
{
	char key[SDK_MARKER_KEY_SIZE];

	return sdk_marker_find(text, key) ? unescape_acts(arena, AS_IS, table[dialect].acts, text) : text;
}

struct ent_str sdk_dialect_read_title(struct ent_arena *arena, enum sdk_dialect dialect, struct ent_str title)
{
	struct ent_str said = unescape_acts(arena, AS_IS, table[dialect].title, title);

	return sdk_eq(sdk_dialect_escape_title(arena, dialect, said), title) ? said : title;
}
