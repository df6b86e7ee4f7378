/* SPDX-License-Identifier: Apache-2.0 */
#include "sdk/dialect_acts.h"

#include <string.h>

/* ---- where a word stands ----------------------------------------------------------- */

bool act_is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char at_of(struct ent_str text, size_t at)
{
	return at < text.n ? text.p[at] : '\0';
}

static char before_of(struct ent_str text, size_t at)
{
	return at > 0 ? text.p[at - 1] : '\0';
}

static bool begins_word(struct ent_str text, size_t at)
{
	return at == 0 || !(act_is_word(text.p[at - 1]) || text.p[at - 1] == '_');
}

static bool is_act_blank(char c)
{
	return c == '\0' || c == ' ' || (c >= '\t' && c <= '\r');
}

/* Behind the last line's end; a carriage return ends one, too. */
static bool begins_line(struct ent_str text, size_t at)
{
	return at == 0 || text.p[at - 1] == '\n' || text.p[at - 1] == '\r';
}

bool act_is_first(struct ent_str text, size_t at)
{
	while (at > 0 && (text.p[at - 1] == ' ' || text.p[at - 1] == '\t'))
		at--;
	return begins_line(text, at);
}

static bool is_next(struct ent_str text, size_t at, const char *z)
{
	size_t n = strlen(z);

	return at <= text.n && text.n - at >= n && sdk_ieqz((struct ent_str){text.p + at, n}, z);
}

static size_t span_of(struct ent_str text, size_t at, bool (*is)(char))
{
	size_t n = 0;

	while (at + n < text.n && is(text.p[at + n]))
		n++;
	return n;
}

/* ---- words ------------------------------------------------------------------------- */

static size_t broken_at(size_t n, struct act *ret)
{
	*ret = (struct act){ACT_IS_BROKEN, n};
	return n;
}

static bool find_indent(struct ent_str text, size_t at, struct act *ret)
{
	size_t n = 0;

	if (!begins_line(text, at))
		return false;
	while (at_of(text, at + n) == ' ')
		n++;
	if (n < 4 && at_of(text, at + n) != '\t')
		return false;
	*ret = (struct act){ACT_IS_BROKEN_BEFORE, 1};
	return true;
}

static bool find_mention(struct ent_str text, size_t at, struct act *ret)
{
	char next = at_of(text, at + 1);

	return text.p[at] == '@' && (act_is_word(next) || next == '_' || next == '"') &&
	       !act_is_word(before_of(text, at)) && broken_at(1, ret);
}

static bool find_number(struct ent_str text, size_t at, struct act *ret)
{
	return (text.p[at] == '#' || text.p[at] == '!' || text.p[at] == '%') && is_digit(at_of(text, at + 1)) &&
	       broken_at(1, ret);
}

static bool find_gh(struct ent_str text, size_t at, struct act *ret)
{
	return begins_word(text, at) && is_next(text, at, "gh-") && is_digit(at_of(text, at + 3)) && broken_at(3, ret);
}

/* Letters and digits both: a number of seven digits or a word like "defaced" is more often just that. */
static bool find_commit(struct ent_str text, size_t at, struct act *ret)
{
	size_t n = begins_word(text, at) ? span_of(text, at, act_is_word) : 0, letters = 0;

	if (n < 7 || n > 40 || at_of(text, at + n) == '_')
		return false;
	for (size_t i = 0; i < n; i++) {
		if (sdk_hex_value(text.p[at + i]) < 0)
			return false;
		letters += !is_digit(text.p[at + i]);
	}
	*ret = (struct act){ACT_IS_COMMIT, n};
	return letters > 0 && (letters < n || n == 40);
}

static bool is_emoji_char(char c)
{
	return act_is_word(c) || c == '_' || c == '+' || c == '-';
}

static bool find_emoji(struct ent_str text, size_t at, struct act *ret)
{
	size_t n = text.p[at] == ':' ? span_of(text, at + 1, is_emoji_char) : 0;

	return n > 0 && n < 60 && at_of(text, at + 1 + n) == ':' && !act_is_word(before_of(text, at)) &&
	       broken_at(1, ret);
}

/* "h1. ", "bq. ", "p{color:red}. ", "fn1. " of wiki markup and Textile. */
static bool find_heading(struct ent_str text, size_t at, struct act *ret)
{
	static const char *const word[] = {"h1", "h2", "h3", "h4",  "h5",    "h6",    "p",     "bq",       "bc",
					   "fn", "dl", "#",  "pre", "table", "tbody", "clear", "notextile"};
	size_t end = at;

	if (is_act_blank(text.p[at]) || !act_is_first(text, at))
		return false;
	while (!is_act_blank(at_of(text, end)))
		end++;
	if (end == at || text.p[end - 1] != '.')
		return false;
	for (size_t i = 0; i < sizeof word / sizeof *word; i++)
		if (is_next(text, at, word[i])) {
			*ret = (struct act){ACT_IS_BROKEN_BEFORE, 1};
			return true;
		}
	return false;
}

static bool find_hash_list(struct ent_str text, size_t at, struct act *ret)
{
	*ret = (struct act){ACT_IS_BROKEN_BEFORE, 1};
	return text.p[at] == '#' && act_is_first(text, at);
}

/* "r12", "commit:0b9c", 'attachment:"a.png"': links of Redmine, which it looks for in what is shown. */
static bool find_redmine(struct ent_str text, size_t at, struct act *ret)
{
	static const char *const word[] = {"attachment", "commit", "document", "export", "forum", "issue",  "message",
					   "news",       "note",   "project",  "source", "user",  "version"};

	if (!begins_word(text, at))
		return false;
	if (text.p[at] == 'r' && is_digit(at_of(text, at + 1)))
		return broken_at(1, ret);
	for (size_t i = 0; i < sizeof word / sizeof *word; i++) {
		size_t n = strlen(word[i]);
		char next = at_of(text, at + n);
		if (is_next(text, at, word[i]) && (next == ':' || next == '#') &&
		    !is_act_blank(at_of(text, at + n + 1)))
			return broken_at(n, ret);
	}
	return false;
}

static bool find_code_tag(struct ent_str text, size_t at, struct act *ret)
{
	if (is_next(text, at, "@["))
		return broken_at(1, ret);
	return (is_next(text, at, "[code]") || is_next(text, at, "[/code]")) && broken_at(1, ret);
}

static bool find_template(struct ent_str text, size_t at, struct act *ret)
{
	return (is_next(text, at, "{{") || is_next(text, at, "{%")) && broken_at(1, ret);
}

static bool find_math(struct ent_str text, size_t at, struct act *ret)
{
	*ret = (struct act){ACT_IS_MATH, 1};
	return text.p[at] == '$';
}

static bool find_wiki_link(struct ent_str text, size_t at, struct act *ret)
{
	return is_next(text, at, "[[") && broken_at(1, ret);
}

/* ---- addresses --------------------------------------------------------------------- */

static bool is_address_char(char c)
{
	return act_is_word(c) || (c > 0 && strchr("-._:/?#@$&'()+,;=%~", c) != NULL);
}

/* Without what a sentence puts behind it. */
static bool find_address(struct ent_str text, size_t at, struct act *ret)
{
	static const char *const scheme[] = {"http://", "https://", "ftp://", "www."};
	size_t n = 0, head = 0;

	if (!begins_word(text, at))
		return false;
	for (size_t i = 0; i < sizeof scheme / sizeof *scheme; i++)
		if (is_next(text, at, scheme[i]))
			head = strlen(scheme[i]);
	if (head == 0)
		return false;
	while (at + n < text.n && is_address_char(text.p[at + n]) && !is_next(text, at + n, "&#"))
		n++; /* an entity would be read as what it stands for */
	while (n > head && !act_is_word(text.p[at + n - 1]) && text.p[at + n - 1] != '/')
		n--;
	*ret = (struct act){ACT_IS_KEPT, n};
	return n > head;
}

/* ---- all of them --------------------------------------------------------------------- */

bool act_find(unsigned acts, struct ent_str text, size_t at, struct act *ret)
{
	/* In this order: what is longer first. */
	static const struct {
		unsigned act;
		bool (*find)(struct ent_str text, size_t at, struct act *ret);
	} row[] = {
	    {1u << ACT_ADDRESS, find_address},     {1u << ACT_INDENT, find_indent},
	    {1u << ACT_HEADING, find_heading},     {1u << ACT_HASH_LIST, find_hash_list},
	    {1u << ACT_MENTION, find_mention},     {1u << ACT_REDMINE, find_redmine},
	    {1u << ACT_NUMBER, find_number},       {1u << ACT_GH, find_gh},
	    {1u << ACT_COMMIT, find_commit},       {1u << ACT_EMOJI, find_emoji},
	    {1u << ACT_WIKI_LINK, find_wiki_link}, {1u << ACT_CODE_TAG, find_code_tag},
	    {1u << ACT_TEMPLATE, find_template},   {1u << ACT_MATH, find_math},
	};

	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		if (acts & row[i].act && row[i].find(text, at, ret))
			return true;
	return false;
}

/* ---- signs ----------------------------------------------------------------------------- */

/* "&lt;": shown as '<' if it were not escaped. */
static bool is_entity(struct ent_str text, size_t at)
{
	size_t name = at + 1 + (at_of(text, at + 1) == '#'), n = span_of(text, name, act_is_word);

	return n > 0 && at_of(text, name + n) == ';';
}

/* The dot or bracket behind digits at the beginning of a line. */
static bool is_list(struct ent_str text, size_t at)
{
	size_t from = at;

	while (from > 0 && is_digit(text.p[from - 1]))
		from--;
	return from < at && act_is_first(text, from);
}

/* Signs in the middle of a word, or alone between blanks, mark nothing. */
static bool is_marking(struct ent_str text, size_t at)
{
	char before = before_of(text, at), next = at_of(text, at + 1);

	return !(act_is_word(before) && act_is_word(next)) && !(is_act_blank(before) && is_act_blank(next));
}

static bool is_smiley(struct ent_str text, size_t at)
{
	static const char *const in_brackets[] = {"(!)",   "(?)",  "(/)",  "(x)",  "(i)",  "(y)",    "(n)",
						  "(+)",   "(-)",  "(*)",  "(c)",  "(r)",  "(tm)",   "(on)",
						  "(off)", "(*r)", "(*g)", "(*b)", "(*y)", "(flag)", "(flagoff)"};
	static const char *const face[] = {":)", ":(", ":p", ":d", ";)"};

	for (size_t i = 0; i < sizeof in_brackets / sizeof *in_brackets; i++)
		if (is_next(text, at, in_brackets[i]))
			return true;
	for (size_t i = 0; i < sizeof face / sizeof *face; i++)
		if (is_next(text, at, face[i]) && !act_is_word(at_of(text, at + 2)))
			return true;
	return false;
}

static bool is_textile(struct ent_str text, size_t at)
{
	char next = at_of(text, at + 1), before = before_of(text, at);

	switch (text.p[at]) {
	case '+':
		return is_marking(text, at);
	case '%':
		return !is_digit(before);
	case '"':
		return next == ':';
	case '=':
		return next == '=' || before == '=';
	default:
		return false;
	}
}

bool act_is_sign(unsigned acts, struct ent_str text, size_t at)
{
	switch (text.p[at]) {
	case '&':
		return acts & 1u << ACT_ENTITY && is_entity(text, at);
	case '.':
	case ')':
		return acts & 1u << ACT_LIST && is_list(text, at);
	case '-':
		return acts & 1u << ACT_DASH && is_marking(text, at);
	case '?':
		return acts & 1u << ACT_CITE && (before_of(text, at) == '?' || at_of(text, at + 1) == '?');
	case ':':
		if (acts & 1u << ACT_COLUMN && at_of(text, at + 1) == '-' && act_is_first(text, at))
			return true;
		return acts & 1u << ACT_SMILEY && is_smiley(text, at);
	case '(':
	case ';':
		return acts & 1u << ACT_SMILEY && is_smiley(text, at);
	default:
		return acts & 1u << ACT_TEXTILE && is_textile(text, at);
	}
}

bool act_is_backslash(struct ent_str text, size_t at)
{
	return !act_is_word(at_of(text, at + 1));
}

bool act_has_formula(struct ent_str text)
{
	const char *one = text.n ? memchr(text.p, '$', text.n) : NULL;

	return one && memchr(one + 1, '$', text.n - (size_t)(one + 1 - text.p));
}
