/* SPDX-License-Identifier: Apache-2.0 */
#include "sdk/prose.h"

#include <string.h>

#define OUT_MAX (8u << 20) /* no tool's text is longer: the output ends there */
#define ROW_MAX 300        /* bytes: a longer table row is page layout, and its lines stay lines */

void prose_begin(struct prose *p, struct ent_arena *arena)
{
	*p = (struct prose){.arena = arena};
	sdk_buf_init(&p->out, OUT_MAX);
}

struct ent_str prose_end(struct prose *p)
{
	struct ent_str text;

	if (p->fence > 0)
		prose_fence(p, false);
	prose_row_end(p);
	while (p->struck.open > 0)
		prose_struck(p, false);
	while (p->code.open > 0)
		prose_code(p, false);
	text = sdk_dup(p->arena, sdk_buf_view(&p->out));
	sdk_buf_release(&p->out);
	return text.p ? text : ENT_STR("");
}

/* ---- white space and marks ----------------------------------------------------- */

static void quote_signs(struct prose *p, unsigned quotes)
{
	for (unsigned i = 0; i < quotes && i < PROSE_QUOTES; i++)
		sdk_buf_char(&p->out, '>');
}

static void mark_hide(struct prose *p, bool *shown, const char *sign)
{
	if (*shown)
		sdk_buf_z(&p->out, sign);
	*shown = false;
}

/* How long the longest run of backticks is from there on. */
static size_t ticks_in(const struct prose *p, size_t from)
{
	size_t most = 0, n = 0;

	for (size_t i = from; i < p->out.n; i++) {
		n = p->out.p[i] == '`' ? n + 1 : 0;
		most = n > most ? n : most;
	}
	return most;
}

/* n more backticks at `at`. */
static void ticks_insert(struct prose *p, size_t at, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sdk_buf_char(&p->out, '`');
	if (p->out.n < at + n)
		return;
	memmove(p->out.p + at + n, p->out.p + at, p->out.n - at - n);
	memset(p->out.p + at, '`', n);
}

static void code_hide(struct prose *p)
{
	size_t ticks = p->code.shown ? ticks_in(p, p->code.from) : 0;

	if (ticks > 0) {
		ticks_insert(p, p->code.from, ticks);
		for (size_t i = 0; i < ticks; i++)
			sdk_buf_char(&p->out, '`');
	}
	mark_hide(p, &p->code.shown, "`");
}

static void marks_show(struct prose *p)
{
	if (p->struck.open > 0 && !p->struck.shown && p->fence == 0) {
		p->struck.shown = true;
		sdk_buf_z(&p->out, "~~");
	}
	if (p->code.open > 0 && !p->code.shown && p->fence == 0) {
		p->code.shown = true;
		sdk_buf_char(&p->out, '`');
		p->code.from = p->out.n;
	}
}

/* The white space before what is visible. Marks end with their line: no reader follows one over it. */
static void space_put(struct prose *p)
{
	bool first = p->out.n == 0;

	if (p->newlines > 0) {
		code_hide(p);
		mark_hide(p, &p->struck.shown, "~~");
	}
	for (size_t i = 0; i < p->newlines && !first; i++) {
		sdk_buf_char(&p->out, '\n');
		if (i + 1 < p->newlines)
			quote_signs(p, p->quotes_before);
	}
	if (first || p->newlines > 0) {
		quote_signs(p, p->quotes);
		if (p->quotes > 0)
			sdk_buf_char(&p->out, ' ');
	}
	p->quotes_before = p->quotes;
	for (size_t i = 0; i < p->spaces && (p->is_kept || (!first && p->newlines == 0)); i++)
		sdk_buf_char(&p->out, ' ');
	p->newlines = p->spaces = 0;
}

static void visible_put(struct prose *p, const char *bytes, size_t n)
{
	if (n == 0)
		return;
	space_put(p);
	marks_show(p);
	p->item_begins = false;
	sdk_buf_add(&p->out, bytes, n);
}

void prose_z(struct prose *p, const char *z)
{
	visible_put(p, z, strlen(z));
}

void prose_add(struct prose *p, struct ent_str text)
{
	while (text.n > 0) {
		const char *end = memchr(text.p, '\n', text.n);
		size_t n = end ? (size_t)(end - text.p) : text.n, from = 0, to = n;

		while (to > 0 && (text.p[to - 1] == ' ' || text.p[to - 1] == '\r'))
			to--;
		while (from < to && text.p[from] == ' ')
			from++;
		p->spaces += from; /* blanks wait: a mark stands at the words */
		visible_put(p, text.p + from, to - from);
		for (size_t i = to; i < n; i++)
			p->spaces += text.p[i] == ' ';
		n += end != NULL;
		if (end) {
			p->newlines++;
			p->spaces = 0;
		}
		text = (struct ent_str){text.p + n, text.n - n};
	}
}

void prose_space(struct prose *p)
{
	if (p->is_kept || p->spaces == 0)
		p->spaces++;
}

void prose_break(struct prose *p, size_t n)
{
	if (p->item_begins) /* the paragraph of an item stands on the line of its mark */
		return;
	if (n > 1 && p->is_tight)
		n = 1;
	if (p->newlines < n)
		p->newlines = n;
	p->spaces = 0;
}

void prose_newline(struct prose *p)
{
	if (p->is_kept || p->newlines < 2)
		p->newlines++;
	p->spaces = 0;
}

void prose_rule(struct prose *p)
{
	prose_break(p, 1);
	prose_z(p, "---");
	prose_break(p, 1);
}

/* ---- blocks -------------------------------------------------------------------- */

void prose_list(struct prose *p, bool ordered, unsigned first)
{
	prose_break(p, p->depth > 0 ? 1 : 2);
	if (p->depth > 0 && p->newlines > 1)
		p->newlines = 1; /* of the paragraph before it */
	if (p->depth < PROSE_LISTS) {
		p->list[p->depth].ordered = ordered;
		p->list[p->depth].has_items = false;
		p->list[p->depth].next = first;
	}
	p->depth++;
}

void prose_list_end(struct prose *p)
{
	p->item_begins = false;
	prose_break(p, p->depth > 1 ? 1 : 2);
	p->depth -= p->depth > 0;
}

void prose_item(struct prose *p)
{
	unsigned level = p->depth < PROSE_LISTS ? p->depth : PROSE_LISTS;
	char mark[16] = "- ";

	p->item_begins = false;
	prose_break(p, 1);
	if (level > 0 && p->list[level - 1].has_items)
		p->newlines = 1; /* of a paragraph in the item before it */
	if (level > 0)
		p->list[level - 1].has_items = true;
	if (level > 0 && p->list[level - 1].ordered) {
		char *at = mark + sizeof mark - 3; /* digits from the right, then ". " */
		unsigned n = p->list[level - 1].next++;

		memcpy(at, ". ", 3);
		do
			*--at = (char)('0' + n % 10);
		while ((n /= 10) > 0);
		memmove(mark, at, strlen(at) + 1);
	}
	space_put(p);
	for (unsigned i = 1; i < level; i++)
		sdk_buf_z(&p->out, "  ");
	sdk_buf_z(&p->out, mark);
	p->item_begins = true;
}

void prose_quote(struct prose *p)
{
	p->item_begins = false;
	prose_break(p, 2);
	p->quotes++;
}

void prose_quote_end(struct prose *p)
{
	p->item_begins = false;
	p->quotes -= p->quotes > 0;
	if (p->quotes < p->quotes_before)
		p->quotes_before = p->quotes;
	prose_break(p, 2);
}

void prose_row(struct prose *p)
{
	p->row_is_nested = p->cells > 0;
	p->item_begins = false;
	prose_break(p, 1);
	p->cells = 0;
	p->row_begins = true;
	p->row_from = p->out.n;
}

/* The line breaks inside a row become blanks. */
static void row_flatten(struct prose *p)
{
	size_t n = p->row_from, from = p->row_from;

	while (from < p->out.n && p->out.p[from] == '\n') /* those that stand before the row, and its quote signs */
		p->out.p[n++] = p->out.p[from++];
	for (; from < p->out.n; from++) {
		if (p->out.p[from] != '\n') {
			p->out.p[n++] = p->out.p[from];
			continue;
		}
		while (from + 1 < p->out.n && (p->out.p[from + 1] == '\n' || p->out.p[from + 1] == ' ' ||
					       (p->out.p[from + 1] == '>' && p->quotes > 0)))
			from++;
		p->out.p[n++] = ' ';
	}
	p->out.n = n;
}

void prose_row_end(struct prose *p)
{
	bool is_whole = p->cells > 1 && !p->row_is_nested && p->fence == 0;

	if (is_whole && (p->is_row_on_line || p->out.n - p->row_from < ROW_MAX)) {
		code_hide(p); /* what it remembers of places is no longer true */
		row_flatten(p);
	}
	p->cells = 0;
	p->row_begins = false;
	prose_break(p, 1);
}

void prose_cell(struct prose *p)
{
	p->item_begins = false;
	if (!p->row_begins) {
		if (p->cells > 0)
			p->newlines = 0; /* of the block that the cell before ended with */
		p->spaces = 0;
		visible_put(p, " | ", 3);
	}
	p->row_begins = false;
	p->cells++;
	p->spaces = 0;
	p->item_begins = true; /* a block in it begins on this line */
}

/* ---- within a line --------------------------------------------------------------- */

void prose_struck(struct prose *p, bool opens)
{
	if (opens) {
		p->struck.open++;
	} else if (p->struck.open > 0 && --p->struck.open == 0) {
		code_hide(p);
		mark_hide(p, &p->struck.shown, "~~");
	}
}

void prose_code(struct prose *p, bool opens)
{
	if (opens)
		p->code.open++;
	else if (p->code.open > 0 && --p->code.open == 0)
		code_hide(p);
}

void prose_fence(struct prose *p, bool opens)
{
	size_t ticks;

	p->item_begins = false;
	if (opens && p->fence == 0) {
		prose_break(p, 1);
		space_put(p); /* a mark cannot enclose a block */
		sdk_buf_z(&p->out, "```");
		p->fence = p->out.n;
		p->newlines = 1;
		p->was_kept = p->is_kept;
		p->is_kept = true;
	} else if (!opens && p->fence > 0) {
		ticks = ticks_in(p, p->fence);
		if (ticks >= 3)
			ticks_insert(p, p->fence, ticks - 2);
		p->newlines = 1;
		p->spaces = 0;
		space_put(p);
		for (size_t i = 0; i < (ticks >= 3 ? ticks + 1 : 3); i++)
			sdk_buf_char(&p->out, '`');
		p->fence = 0;
		p->is_kept = p->was_kept;
		prose_break(p, 1);
	}
}

void prose_named(struct prose *p, const char *what, struct ent_str name)
{
	prose_z(p, "[");
	prose_z(p, what);
	if (sdk_trim(name).n > 0) {
		prose_z(p, ": ");
		prose_add(p, sdk_trim(name));
	}
	prose_z(p, "]");
}

void prose_address(struct prose *p, size_t from, struct ent_str address)
{
	struct ent_str text = sdk_buf_view(&p->out), bare = address;

	from = from < text.n ? from : text.n;
	text = sdk_trim((struct ent_str){text.p + from, text.n - from});
	if (sdk_starts(address, "mailto:") || sdk_starts(address, "tel:"))
		sdk_cut(address, ':', &bare);
	if (sdk_eq(text, address) || sdk_eq(text, bare))
		return;
	prose_z(p, text.n > 0 ? " [" : "[");
	prose_add(p, address);
	prose_z(p, "]");
}
