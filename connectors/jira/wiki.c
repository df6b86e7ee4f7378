/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Jira's wiki markup as text, by the convention of sdk/prose.h. It goes forward only. Text that is no markup by Jira's
 * own rules, a sign inside a word, a macro that nobody closes, stays as it was written.
 */
#include "wiki.h"

#include <string.h>

enum macro { CODE, NOFORMAT, ADF, QUOTE, PANEL, INFO, NOTE, TIP, WARNING, EXPAND, COLOR, ANCHOR, N_MACRO };

static const char *const macros[N_MACRO] = {"code", "noformat", "adf",     "quote",  "panel", "info",
					    "note", "tip",      "warning", "expand", "color", "anchor"};

/* ---- macros ------------------------------------------------------------------------ */

/* "{name}" or "{name:parameters}" at p. */
static bool macro_read(const char *p, const char *end, enum macro *ret, struct ent_str *ret_parameters,
		       const char **ret_behind)
{
	const char *close = wiki_find_near(p, end, "}");
	struct ent_str name;

	if (!close)
		return false;
	name = sdk_cut(wiki_slice(p + 1, close), ':', ret_parameters);
	*ret_behind = close + 1;
	for (int i = 0; i < N_MACRO; i++)
		if (sdk_eqz(name, macros[i])) {
			*ret = (enum macro)i;
			return true;
		}
	return false;
}

/* "title=Stack trace|borderStyle=dashed"; of an expand the whole may be the title. */
static struct ent_str title_of(enum macro macro, struct ent_str parameters)
{
	struct ent_str whole = parameters, value, one;

	while (parameters.p) {
		one = sdk_cut(parameters, '|', &parameters);
		if (sdk_eqz(sdk_trim(sdk_cut(one, '=', &value)), "title") && value.p)
			return sdk_trim(value);
	}
	return macro == EXPAND && whole.p && !memchr(whole.p, '=', whole.n) ? sdk_trim(whole) : ENT_ABSENT;
}

static const char *closer_of(struct wiki *w, enum macro macro, const char *from)
{
	char tag[16];
	const char *close;

	if (w->never_closed & 1u << macro)
		return NULL;
	tag[0] = '{';
	memcpy(tag + 1, macros[macro], strlen(macros[macro]));
	memcpy(tag + 1 + strlen(macros[macro]), "}", 2);
	close = wiki_find(from, w->end, tag);
	if (!close)
		w->never_closed |= 1u << macro;
	return close;
}

static void title_write(struct wiki *w, struct ent_str title)
{
	prose_break(&w->p, 1);
	prose_add(&w->p, title);
	prose_break(&w->p, 1);
}

/* Nothing inside is markup. A document that wiki markup cannot say stands there as the document it is. */
static void verbatim_write(struct wiki *w, enum macro macro, struct ent_str parameters, struct ent_str inside)
{
	const struct sdk_json *node = NULL;
	struct ent_err unread;
	bool was_kept = w->p.is_kept;

	w->line_ended = false;
	if (macro == ADF && sdk_json_parse(w->p.arena, sdk_trim(inside), &node, &unread) == ENT_OK) {
		w->p.is_kept = false;
		jira_adf_write(&w->p, node);
		w->p.is_kept = was_kept;
		return;
	}
	if (title_of(macro, parameters).n > 0)
		title_write(w, title_of(macro, parameters));
	while (inside.n > 0 && (inside.p[0] == '\n' || inside.p[0] == '\r'))
		inside = wiki_slice(inside.p + 1, inside.p + inside.n);
	while (inside.n > 0 && wiki_is_blank(inside.p[inside.n - 1]))
		inside.n--;
	prose_fence(&w->p, true);
	prose_add(&w->p, inside);
	prose_fence(&w->p, false);
}

/* A tag that begins or ends a block; the same word for both. False: nobody closes it. */
static bool block_tag(struct wiki *w, enum macro macro, struct ent_str parameters, const char *behind)
{
	bool closes = w->open & 1u << macro;

	if (!closes && !closer_of(w, macro, behind))
		return false;
	w->open ^= 1u << macro;
	w->line_ended = false;
	if (macro == QUOTE && closes) {
		prose_quote_end(&w->p);
	} else if (macro == QUOTE) {
		prose_quote(&w->p);
	} else if (closes) {
		prose_break(&w->p, 1);
	} else {
		title_write(w, title_of(macro, parameters));
	}
	return true;
}

const char *wiki_macro(struct wiki *w, const char *p)
{
	struct ent_str parameters = ENT_ABSENT;
	const char *behind, *close;
	enum macro macro;

	if (!macro_read(p, w->end, &macro, &parameters, &behind))
		return NULL;
	switch (macro) {
	case CODE:
	case NOFORMAT:
	case ADF:
		close = closer_of(w, macro, behind);
		if (!close)
			return NULL;
		verbatim_write(w, macro, parameters, wiki_slice(behind, close));
		close += strlen(macros[macro]) + 2;
		while (close < w->end && *close == ' ') /* it ends its line */
			close++;
		return close;
	case COLOR:
		if (w->open & 1u << COLOR || closer_of(w, COLOR, behind))
			w->open ^= 1u << COLOR;
		else
			return NULL;
		return behind;
	case ANCHOR:
		return parameters.p ? behind : NULL;
	default:
		return block_tag(w, macro, parameters, behind) ? behind : NULL;
	}
}

/* ---- lines --------------------------------------------------------------------------- */

static void lists_end(struct wiki *w, size_t keep)
{
	for (; w->n_mark > keep; w->n_mark--)
		prose_list_end(&w->p);
}

/* "## text": its marks, one for each level; 0: it is no item. */
static size_t marks_of(const char *p, const char *end)
{
	size_t n = 0;

	while (p + n < end && n < WIKI_MARK_MAX && memchr("*#-", p[n], 3))
		n++;
	if (n == 0 || p + n == end || (p[n] != ' ' && p[n] != '\t') || (n > 1 && memchr(p, '-', n)))
		return 0;
	return n;
}

static const char *item_write(struct wiki *w, const char *p, const char *end, size_t n)
{
	size_t same = 0;

	while (same < n && same < w->n_mark && w->mark[same] == p[same])
		same++;
	lists_end(w, same);
	for (; w->n_mark < n; w->n_mark++) {
		w->mark[w->n_mark] = p[w->n_mark];
		prose_list(&w->p, p[w->n_mark] == '#', 1);
	}
	prose_item(&w->p);
	for (p += n; p < end && wiki_is_blank(*p);)
		p++;
	return wiki_words(w, p, end, 0);
}

/* Where the cell that begins at p ends: at the next '|' that is none of a link. */
static const char *cell_end(const char *p, const char *end)
{
	while (p < end && *p != '|') {
		const char *close = *p == '[' ? wiki_find_near(p, end, "]") : NULL;
		p = close ? close + 1 : *p == '\\' && p + 1 < end ? p + 2 : p + 1;
	}
	return p;
}

static const char *row_write(struct wiki *w, const char *p, const char *end)
{
	struct ent_str cell;

	prose_row(&w->p);
	while (p < end) {
		p += *p == '|';
		p += p < end && *p == '|'; /* a heading's */
		if (sdk_trim(wiki_slice(p, end)).n == 0)
			break;
		const char *stop = cell_end(p, end), *behind = stop;
		cell = sdk_trim(wiki_slice(p, stop));
		prose_cell(&w->p);
		if (cell.n > 0)
			behind = wiki_words(w, cell.p, cell.p + cell.n, 0);
		p = behind > stop ? behind : stop;
	}
	prose_row_end(&w->p);
	return p > end ? p : end;
}

static bool is_rule(struct ent_str line)
{
	line = sdk_trim(line);
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] != '-')
			return false;
	return line.n >= 4;
}

static bool is_heading(struct ent_str line)
{
	return line.n > 4 && line.p[0] == 'h' && line.p[1] >= '1' && line.p[1] <= '6' && line.p[2] == '.' &&
	       line.p[3] == ' ';
}

/* The line from p on. Where it ends, which may be lines further on. */
static const char *line_write(struct wiki *w, const char *p, const char *end)
{
	const char *q = p, *bar;
	size_t n;

	while (q < end && wiki_is_blank(*q))
		q++;
	n = marks_of(q, end);
	if (n > 0)
		return item_write(w, q, end, n);
	bar = q + 1 < end && *q == '|' ? memchr(q + 1, '|', (size_t)(end - q - 1)) : NULL;
	if (q == end || bar || is_rule(wiki_slice(q, end)) || is_heading(wiki_slice(q, end)) ||
	    sdk_starts(wiki_slice(q, end), "bq. "))
		lists_end(w, 0); /* another line goes on with its item */
	if (bar)
		return row_write(w, q, end);
	if (is_heading(wiki_slice(q, end)))
		return wiki_words(w, q + 4, end, 0);
	if (is_rule(wiki_slice(q, end))) {
		prose_rule(&w->p);
		return end;
	}
	if (sdk_starts(wiki_slice(q, end), "bq. ")) {
		prose_quote(&w->p);
		q = wiki_words(w, q + 4, end, 0);
		prose_quote_end(&w->p);
		return q;
	}
	return q == end ? end : wiki_words(w, p, end, 0);
}

static void text_write(struct wiki *w)
{
	while (w->at < w->end) {
		const char *end = memchr(w->at, '\n', (size_t)(w->end - w->at));
		size_t before = w->p.out.n;

		end = end ? end : w->end;
		w->at = line_write(w, w->at, end);
		while (w->at < w->end && *w->at != '\n') { /* what stands behind a block of code */
			end = memchr(w->at, '\n', (size_t)(w->end - w->at));
			w->at = wiki_words(w, w->at, end ? end : w->end, 0);
		}
		if (w->at >= w->end)
			return;
		w->at++;
		if (w->p.out.n != before)
			w->line_ended = false;
		if (w->p.newlines == 0 || w->line_ended)
			w->p.newlines++;
		w->p.spaces = 0;
		w->line_ended = true;
	}
}

struct ent_str jira_wiki(struct ent_arena *arena, struct ent_str text)
{
	struct wiki w = {.at = text.p};

	if (text.n == 0)
		return text;
	w.end = text.p + text.n;
	prose_begin(&w.p, arena);
	w.p.is_tight = w.p.is_row_on_line = w.p.is_kept = true;
	text_write(&w);
	return prose_end(&w.p);
}
