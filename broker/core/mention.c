/* SPDX-License-Identifier: Apache-2.0 */
#include "core/mention.h"

#include "core/organisation.h"
#include "core/whom.h"
#include "sdk/uuid.h"

#include <string.h>

enum { FENCE_LEAST = 3, INDENT = 4, WORDS_MAX = 8 << 20 };

bool mention_at(struct ent_str text, char ret_ref[ID_SIZE])
{
	const size_t n = ID_SIZE - 1;

	if (text.n < MENTION_BYTES || memcmp(text.p, MENTION_OPENER, 2) != 0 || text.p[MENTION_BYTES - 1] != '>' ||
	    !sdk_is_uuid((struct ent_str){text.p + 2, n}))
		return false;
	for (size_t i = 0; i < n; i++)
		ret_ref[i] = (char)(text.p[2 + i] >= 'A' && text.p[2 + i] <= 'F' ? text.p[2 + i] + 32 : text.p[2 + i]);
	ret_ref[n] = '\0';
	return true;
}

/* ---- where code stands ----------------------------------------------------------------------- */

/* The next mention is looked for from `at` on. */
struct mention_scan {
	struct ent_str text;
	bool is_markdown;
	size_t at;
	size_t line_end;      /* of the line in which `at` stands */
	bool is_quoted;       /* that line is a quote */
	char fence;           /* a block of code is open; 0: none */
	size_t fence_n;       /* how many of it opened the block */
	bool fence_quoted;    /* within a quote, with which it ends */
	bool after_blank;     /* the line before was blank, or code */
	bool in_list;         /* what is indented belongs to an item */
	size_t paragraph_end; /* code within a line ends there at the latest */
};

static size_t run_of(struct ent_str text, size_t at, char c)
{
	size_t n = 0;

	while (at + n < text.n && text.p[at + n] == c)
		n++;
	return n;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool is_blank_line(struct ent_str line)
{
	for (size_t i = 0; i < line.n; i++)
		if (!is_space(line.p[i]))
			return false;
	return true;
}

static struct ent_str line_from(struct ent_str text, size_t at)
{
	const char *end = at < text.n ? memchr(text.p + at, '\n', text.n - at) : NULL;

	return (struct ent_str){text.p + at, (end ? (size_t)(end - text.p) : text.n) - at};
}

static size_t paragraph_end(struct ent_str text, size_t at)
{
	while (at < text.n) {
		struct ent_str line = line_from(text, at);

		if (is_blank_line(line))
			return at;
		at += line.n + 1;
	}
	return text.n;
}

/* Takes away the signs of quotes before the line. */
static struct ent_str strip_signs(struct ent_str line, bool *ret_is_quoted)
{
	size_t i = 0;

	*ret_is_quoted = false;
	for (;;) {
		size_t from = i;

		while (i < line.n && line.p[i] == ' ' && i - from < INDENT - 1)
			i++;
		if (i == line.n || line.p[i] != '>')
			return (struct ent_str){line.p + from, line.n - from};
		*ret_is_quoted = true;
		i++;
		if (i < line.n && line.p[i] == ' ')
			i++;
	}
}

static bool begins_item(struct ent_str line)
{
	size_t i = 0;

	while (i < line.n && line.p[i] >= '0' && line.p[i] <= '9' && i < 9)
		i++;
	if (i == 0)
		return line.n > 1 && strchr("-+*", line.p[0]) && is_space(line.p[1]);
	return i + 1 < line.n && (line.p[i] == '.' || line.p[i] == ')') && is_space(line.p[i + 1]);
}

/* A line that opens or closes a block of code. */
static bool is_fence(struct mention_scan *scan, struct ent_str line)
{
	const char c = line.n ? line.p[0] : '\0';
	size_t n = c == '`' || c == '~' ? run_of(line, 0, c) : 0;

	if (n < FENCE_LEAST)
		return false;
	const struct ent_str rest = {line.p + n, line.n - n};
	if (scan->fence) {
		if (c != scan->fence || n < scan->fence_n || !is_blank_line(rest))
			return false;
		scan->fence = '\0';
		return true;
	}
	if (c == '`' && rest.n && memchr(rest.p, '`', rest.n))
		return false;
	scan->fence = c;
	scan->fence_n = n;
	scan->fence_quoted = scan->is_quoted;
	return true;
}

/* Looks at the line that begins at `at`. False: it is code, or opens or closes some. */
static bool begin_line(struct mention_scan *scan)
{
	const struct ent_str whole = line_from(scan->text, scan->at), line = strip_signs(whole, &scan->is_quoted);
	size_t indent = 0, i = 0;

	scan->line_end = scan->at + whole.n;
	if (!scan->is_markdown)
		return true;
	if (scan->fence_quoted && !scan->is_quoted)
		scan->fence = '\0';
	for (; i < line.n && (line.p[i] == ' ' || line.p[i] == '\t'); i++)
		indent += line.p[i] == '\t' ? INDENT : 1;
	const struct ent_str words = {line.p + i, line.n - i};
	const bool is_blank = is_blank_line(words), was_open = scan->fence != '\0';
	if ((indent < INDENT || scan->in_list) && is_fence(scan, words)) {
		scan->after_blank = true;
		return false;
	}
	if (was_open)
		return false;
	const bool is_code = indent >= INDENT && scan->after_blank && !scan->in_list && !is_blank;
	if (begins_item(words) && !is_code)
		scan->in_list = true;
	else if (!is_blank && indent < 2 && scan->after_blank)
		scan->in_list = false;
	if (!is_blank && !scan->paragraph_end)
		scan->paragraph_end = paragraph_end(scan->text, scan->at);
	if (is_blank)
		scan->paragraph_end = 0;
	scan->after_blank = is_blank || is_code;
	return !is_code;
}

/* Behind code within the line that begins at `at`, or behind signs that begin none. */
static size_t behind_ticks(const struct mention_scan *scan, size_t at)
{
	const struct ent_str within = {scan->text.p, scan->paragraph_end ? scan->paragraph_end : scan->text.n};
	const size_t n = run_of(within, at, '`');

	for (size_t i = at + n; i < within.n;) {
		const char *next = memchr(within.p + i, '`', within.n - i);
		if (!next)
			break;
		const size_t found = (size_t)(next - within.p), k = run_of(within, found, '`');
		if (k == n)
			return found + k;
		i = found + k;
	}
	return at + n;
}

/* The next place of the text that is no code; false: its end. */
static bool step_scan(struct mention_scan *scan)
{
	const struct ent_str text = scan->text;

	while (scan->at < text.n) {
		if (scan->at >= scan->line_end && (scan->at == 0 || text.p[scan->at - 1] == '\n') &&
		    !begin_line(scan)) {
			scan->at = scan->line_end + 1;
			scan->line_end = scan->at;
			continue;
		}
		if (!scan->is_markdown)
			return true;
		if (text.p[scan->at] == '\\' && scan->at + 1 < text.n && text.p[scan->at + 1] != '\n')
			scan->at += 2;
		else if (text.p[scan->at] == '`')
			scan->at = behind_ticks(scan, scan->at);
		else
			return true;
		if (scan->at > scan->line_end) { /* code went over the line's end: the next line begins within */
			struct ent_str rest = line_from(text, scan->at < text.n ? scan->at : text.n);
			scan->line_end = (size_t)(rest.p - text.p) + rest.n;
		}
	}
	return false;
}

/* False: there is no further one. *ret_at: where it begins. */
static bool next_mention(struct mention_scan *scan, size_t *ret_at, struct mention *ret)
{
	while (step_scan(scan)) {
		const size_t at = scan->at;

		if (mention_at((struct ent_str){scan->text.p + at, scan->text.n - at}, ret->ref)) {
			scan->at += MENTION_BYTES;
			ret->is_quoted = scan->is_quoted;
			*ret_at = at;
			return true;
		}
		scan->at++;
	}
	return false;
}

static bool begin_scan(struct mention_scan *scan, struct ent_str text, enum ent_format format)
{
	*scan = (struct mention_scan){.text = text, .is_markdown = format == ENT_MARKDOWN, .after_blank = true};
	return text.n >= MENTION_BYTES && memmem(text.p, text.n, MENTION_OPENER, 2) != NULL;
}

/* ---- who is mentioned -------------------------------------------------------------------------- */

size_t mention_list(struct ent_arena *arena, struct ent_str text, enum ent_format format, struct mention **ret)
{
	struct mention_scan scan;
	struct mention one, *list = NULL;
	size_t n = 0, at, k;

	*ret = NULL;
	if (!begin_scan(&scan, text, format))
		return 0;
	list = *ret = SDK_NEW_N(arena, struct mention, MENTION_MAX + 1);
	while (n <= MENTION_MAX && next_mention(&scan, &at, &one)) {
		for (k = 0; k < n && strcmp(list[k].ref, one.ref) != 0; k++)
			;
		if (k == n)
			list[n++] = one;
		else
			list[k].is_quoted = list[k].is_quoted && one.is_quoted;
	}
	return n;
}

struct ent_str mention_refs(struct ent_arena *arena, const struct mention *list, size_t n)
{
	struct ent_str refs = ENT_ABSENT;

	for (size_t i = 0; i < n; i++)
		if (!list[i].is_quoted)
			refs = sdk_join(arena, refs, ",", sdk_dup(arena, sdk_str(list[i].ref)));
	return refs;
}

bool mention_has(struct ent_str refs, struct ent_str ref)
{
	while (refs.n)
		if (sdk_eq(sdk_cut(refs, ',', &refs), ref))
			return true;
	return false;
}

/* ---- who reads it ------------------------------------------------------------------------------- */

bool mention_reaches(struct dossier *dossier, const struct comment *comment, struct ent_str organisation,
		     bool is_quoted, int64_t now_ms)
{
	const bool is_ours = sdk_eq(organisation, organisation_ours(dossier->suppliers));
	const struct reader reader = {.kind = is_ours ? READER_OURS : READER_ORGANISATION,
				      .organisation = organisation};
	struct comment said = *comment;

	if (is_quoted)
		return is_ours || dossier_takes_part(dossier, organisation, ENT_ABSENT);
	said.held_by = ENT_STR("");
	if (!said.id) {
		said.incident = dossier->incident.number;
		said.supplier = said.ticket = ENT_STR("");
		said.created_ms = said.recorded_ms = now_ms;
	}
	return organisation.n && whom_reads(dossier, &reader, &said);
}

/* ---- by name -------------------------------------------------------------------------------------- */

struct ent_str mention_plain(struct ent_arena *arena, struct ent_str text, enum ent_format format,
			     mention_name_fn *name, void *of)
{
	struct mention_scan scan;
	struct mention one;
	struct sdk_buf buf;
	size_t at, from = 0;

	if (!begin_scan(&scan, text, format))
		return text;
	sdk_buf_init(&buf, WORDS_MAX);
	while (next_mention(&scan, &at, &one)) {
		const struct ent_str said = name(of, one.ref);

		if (!said.p)
			continue;
		sdk_buf_str(&buf, (struct ent_str){text.p + from, at - from});
		sdk_buf_z(&buf, "@");
		sdk_buf_str(&buf, said);
		from = at + MENTION_BYTES;
	}
	sdk_buf_str(&buf, (struct ent_str){text.p + from, text.n - from});
	const struct ent_str plain = from && !buf.failed ? sdk_dup(arena, sdk_buf_view(&buf)) : text;
	sdk_buf_release(&buf);
	return plain;
}
