/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTML to plain text, for comments that a tool hands out as HTML. A tokenizer in the
 * spirit of the HTML standard: it reads anything, goes forward only, and keeps what it
 * does not understand as text. What comes out is text: whoever shows it escapes it.
 */
#include "sdk/webhook.h"

#include <string.h>

#include "sdk/entity.h"
#include "sdk/utf8.h"

#define LIST_DEPTH 16u /* lists nested deeper are written as the innermost of these */

struct list {
	bool ordered;
	unsigned count;
};

struct html {
	struct ent_arena *arena;
	const char *p, *end;
	struct sdk_buf out;

	/* White space that comes before the next visible character, if one comes. */
	size_t newlines, spaces;
	unsigned pre; /* how many <pre> are open */

	struct list list[LIST_DEPTH];
	unsigned depth;  /* of open lists; may pass LIST_DEPTH */
	bool row_begins; /* in a table row, before its first cell */

	struct ent_str link; /* address of the open <a>, absent when none */
	size_t link_text;    /* where in out its text begins */
	bool quotes_run_off; /* a tag's quote did not end: from there on quotes mean nothing in tags */
	bool no_more_tags;   /* no '>' follows: every '<' is text */
};

/* ---- text out --------------------------------------------------------------- */

static void put_visible(struct html *h, const char *p, size_t n)
{
	bool first = h->out.n == 0;

	if (h->spaces + h->newlines > 0) {
		for (size_t i = 0; i < h->newlines && !first; i++)
			sdk_buf_add(&h->out, "\n", 1);
		for (size_t i = 0; i < h->spaces && (h->pre > 0 || (!first && h->newlines == 0)); i++)
			sdk_buf_add(&h->out, " ", 1);
		h->newlines = h->spaces = 0;
	}
	sdk_buf_add(&h->out, p, n);
}

static void put_z(struct html *h, const char *z)
{
	put_visible(h, z, strlen(z));
}

static void put_space(struct html *h)
{
	if (h->pre > 0 || h->spaces == 0)
		h->spaces++;
}

/* At least n line breaks before what follows. */
static void put_break(struct html *h, size_t n)
{
	if (h->newlines < n)
		h->newlines = n;
	h->spaces = 0;
}

static void put_newline(struct html *h)
{
	if (h->pre > 0 || h->newlines < 2)
		h->newlines++;
	h->spaces = 0;
}

/* One character of text, as it stands or decoded; p has n bytes of valid UTF-8. */
static void put_char(struct html *h, const char *p, size_t n)
{
	unsigned char c = (unsigned char)*p;

	bool no_break_space = n == 2 && c == 0xC2 && (unsigned char)p[1] == 0xA0; /* editors strew them */

	if (c == '\n' && h->pre > 0)
		put_newline(h);
	else if (c == ' ' || c == '\n' || c == '\f' || no_break_space || ((c == '\t' || c == '\r') && h->pre == 0))
		put_space(h);
	else if ((c >= 0x20 && c != 0x7F) || c == '\t')
		put_visible(h, p, n);
}

/* Text without markup, entities decoded. */
static void put_text(struct html *h, struct ent_str text)
{
	const char *p = text.p ? text.p : "", *end = p + text.n;

	while (p < end) {
		char decoded[4];
		size_t n, used = *p == '&' ? entity_decode((struct ent_str){p, (size_t)(end - p)}, decoded, &n) : 0;
		if (used > 0) {
			put_char(h, decoded, n);
			p += used;
			continue;
		}
		n = utf8_size((const unsigned char *)p, (const unsigned char *)end);
		if (n == 0)
			put_z(h, "\xEF\xBF\xBD");
		else
			put_char(h, p, n);
		p += n > 0 ? n : 1;
	}
}

/* ---- links ------------------------------------------------------------------ */

/* An address worth showing: one of these schemes, or relative to the tool's own site. */
static bool address_is_shown(struct ent_str address)
{
	const char *const scheme[] = {"http", "https", "mailto", "tel", "ftp"};
	struct ent_str rest, head = sdk_cut(address, ':', &rest);

	if (address.n == 0 || address.p[0] == '#')
		return false;
	if (!rest.p || memchr(head.p, '/', head.n) || memchr(head.p, '?', head.n) || memchr(head.p, '#', head.n))
		return true;
	for (size_t i = 0; i < sizeof scheme / sizeof *scheme; i++)
		if (sdk_ieqz(head, scheme[i]))
			return true;
	return false;
}

/* The attribute's value with entities decoded and without what browsers ignore in an address. */
static struct ent_str address_of(struct ent_arena *arena, struct ent_str value)
{
	char *out = sdk_alloc(arena, value.n + 1), decoded[4];
	size_t n_out = 0;

	for (size_t i = 0, used; i < value.n; i += used) {
		const char *from = decoded;
		size_t n = 0;
		used = value.p[i] == '&' ? entity_decode((struct ent_str){value.p + i, value.n - i}, decoded, &n) : 0;
		if (used == 0) {
			from = value.p + i;
			n = utf8_size((const unsigned char *)from, (const unsigned char *)value.p + value.n);
			used = n > 0 ? n : 1;
		}
		if (n == 1 && ((unsigned char)*from <= 0x20 || *from == 0x7F))
			continue;
		memcpy(out + n_out, from, n); /* an entity is never shorter than what it means */
		n_out += n;
	}
	return (struct ent_str){out, n_out};
}

static void link_end(struct html *h)
{
	struct ent_str link = h->link, bare = link;

	if (!link.p)
		return;
	h->link = ENT_ABSENT;
	struct ent_str text = sdk_buf_view(&h->out);
	text.p += h->link_text;
	text.n -= h->link_text;
	if (sdk_starts(link, "mailto:") || sdk_starts(link, "tel:"))
		sdk_cut(link, ':', &bare);
	text = sdk_trim(text);
	if (sdk_eq(text, link) || sdk_eq(text, bare))
		return;
	if (text.n > 0)
		put_visible(h, " [", 2);
	else
		put_visible(h, "[", 1);
	put_visible(h, link.p, link.n);
	put_visible(h, "]", 1);
}

/* ---- tags ------------------------------------------------------------------- */

enum tag_kind {
	TAG_BLOCK,
	TAG_LINE,
	TAG_BR,
	TAG_RULE,
	TAG_LIST,
	TAG_ITEM,
	TAG_ROW,
	TAG_CELL,
	TAG_PRE,
	TAG_LINK,
	TAG_IMAGE,
	TAG_DROP
};

struct tag {
	const char *name;
	enum tag_kind kind;
};

static const struct tag tags[] = {
    {"a", TAG_LINK},           {"address", TAG_LINE},    {"article", TAG_BLOCK}, {"aside", TAG_BLOCK},
    {"blockquote", TAG_BLOCK}, {"br", TAG_BR},           {"caption", TAG_LINE},  {"dd", TAG_LINE},
    {"details", TAG_BLOCK},    {"div", TAG_LINE},        {"dl", TAG_BLOCK},      {"dt", TAG_LINE},
    {"fieldset", TAG_BLOCK},   {"figcaption", TAG_LINE}, {"figure", TAG_BLOCK},  {"footer", TAG_BLOCK},
    {"form", TAG_BLOCK},       {"h1", TAG_BLOCK},        {"h2", TAG_BLOCK},      {"h3", TAG_BLOCK},
    {"h4", TAG_BLOCK},         {"h5", TAG_BLOCK},        {"h6", TAG_BLOCK},      {"header", TAG_BLOCK},
    {"hr", TAG_RULE},          {"iframe", TAG_DROP},     {"img", TAG_IMAGE},     {"li", TAG_ITEM},
    {"main", TAG_BLOCK},       {"nav", TAG_BLOCK},       {"ol", TAG_LIST},       {"option", TAG_LINE},
    {"p", TAG_BLOCK},          {"pre", TAG_PRE},         {"script", TAG_DROP},   {"section", TAG_BLOCK},
    {"style", TAG_DROP},       {"summary", TAG_LINE},    {"table", TAG_BLOCK},   {"td", TAG_CELL},
    {"th", TAG_CELL},          {"title", TAG_DROP},      {"tr", TAG_ROW},        {"ul", TAG_LIST},
};

static const struct tag *tag_find(struct ent_str name)
{
	for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
		if (sdk_ieqz(name, tags[i].name))
			return &tags[i];
	return NULL;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}

/* Value of one attribute inside a tag ("href=..."), raw; absent when it has none. */
static struct ent_str attribute(struct ent_str in, const char *name)
{
	const char *p = in.p, *end = p + in.n;

	while (p < end) {
		while (p < end && (is_space(*p) || *p == '/'))
			p++;
		struct ent_str key = {p, 0}, value = {p, 0};
		while (p < end && !is_space(*p) && *p != '/' && (*p != '=' || p == key.p))
			p++;
		key.n = (size_t)(p - key.p);
		while (p < end && is_space(*p))
			p++;
		if (p < end && *p == '=') {
			for (p++; p < end && is_space(*p);)
				p++;
			char quote = p < end && (*p == '"' || *p == '\'') ? *p++ : '\0';
			value.p = p;
			while (p < end && (quote ? *p != quote : !is_space(*p)))
				p++;
			value.n = (size_t)(p - value.p);
			p += quote && p < end;
		}
		if (key.n > 0 && sdk_ieqz(key, name))
			return value;
	}
	return ENT_ABSENT;
}

/* The '>' that ends the tag whose inside begins at p; NULL when there is none. Each of the two
 * ways to fail happens once a text, so a hostile one costs no more than a long one. */
static const char *tag_end(struct html *h, const char *p)
{
	bool after_equals = false;
	char quote = '\0';

	if (h->no_more_tags)
		return NULL;
	for (const char *q = p; q < h->end && !h->quotes_run_off; q++) {
		if (quote != '\0') {
			if (*q == quote)
				quote = '\0';
			continue;
		}
		if (*q == '>')
			return q;
		if (after_equals && (*q == '"' || *q == '\''))
			quote = *q;
		after_equals = *q == '=' || (after_equals && is_space(*q));
	}
	h->quotes_run_off = true;
	p = memchr(p, '>', (size_t)(h->end - p));
	h->no_more_tags = !p;
	return p;
}

/* Moves behind the end tag of a raw text element; without one, behind everything. */
static void drop_content(struct html *h, struct ent_str name)
{
	while (h->p < h->end) {
		const char *p = memchr(h->p, '<', (size_t)(h->end - h->p));
		if (!p)
			break;
		h->p = p + 1;
		if ((size_t)(h->end - p) < name.n + 3 || p[1] != '/')
			continue;
		char after = p[2 + name.n];
		bool ends = after == '>' || after == '/' || is_space(after);
		for (size_t i = 0; i < name.n && ends; i++)
			ends = (p[2 + i] | 0x20) == (name.p[i] | 0x20);
		if (!ends)
			continue;
		p = memchr(p, '>', (size_t)(h->end - p));
		h->p = p ? p + 1 : h->end;
		return;
	}
	h->p = h->end;
}

static void list_item(struct html *h)
{
	unsigned level = h->depth < LIST_DEPTH ? h->depth : LIST_DEPTH;
	char mark[16] = "- ";

	put_break(h, 1);
	if (level > 0 && h->list[level - 1].ordered) {
		char *p = mark + sizeof mark - 3; /* digits from the right, then ". " */
		unsigned n = ++h->list[level - 1].count;
		memcpy(p, ". ", 3);
		do
			*--p = (char)('0' + n % 10);
		while ((n /= 10) > 0);
		memmove(mark, p, strlen(p) + 1);
	}
	for (unsigned i = 1; i < level; i++)
		put_visible(h, "  ", 2);
	put_z(h, mark);
}

static void list_tag(struct html *h, bool ordered, bool opens)
{
	put_break(h, h->depth > (opens ? 0u : 1u) ? 1 : 2);
	if (!opens) {
		h->depth -= h->depth > 0;
		return;
	}
	if (h->depth < LIST_DEPTH)
		h->list[h->depth] = (struct list){.ordered = ordered};
	h->depth++;
}

static void cell(struct html *h)
{
	if (!h->row_begins)
		put_visible(h, " | ", 3);
	h->row_begins = false;
	h->spaces = 0;
}

static void link_begin(struct html *h, struct ent_str attributes)
{
	struct ent_str address = attribute(attributes, "href");

	link_end(h);
	if (!address.p)
		return;
	address = address_of(h->arena, address);
	if (!address_is_shown(address))
		return;
	h->link = address;
	h->link_text = h->out.n;
}

static void tag(struct html *h, struct ent_str name, struct ent_str attributes, bool opens)
{
	const struct tag *known = tag_find(name);

	if (!known)
		return;
	switch (known->kind) {
	case TAG_BLOCK:
		put_break(h, 2);
		break;
	case TAG_LINE:
		put_break(h, 1);
		break;
	case TAG_BR:
		put_newline(h);
		break;
	case TAG_RULE:
		put_break(h, 1);
		put_z(h, "---");
		put_break(h, 1);
		break;
	case TAG_LIST:
		list_tag(h, (name.p[0] | 0x20) == 'o', opens);
		break;
	case TAG_ITEM:
		if (opens)
			list_item(h);
		break;
	case TAG_ROW:
		put_break(h, 1);
		h->row_begins = opens;
		break;
	case TAG_CELL:
		if (opens)
			cell(h);
		break;
	case TAG_PRE:
		if (!opens)
			h->pre -= h->pre > 0;
		put_break(h, 2);
		if (opens)
			h->pre++;
		break;
	case TAG_LINK:
		if (opens)
			link_begin(h, attributes);
		else
			link_end(h);
		break;
	case TAG_IMAGE:
		put_text(h, attribute(attributes, "alt"));
		break;
	case TAG_DROP:
		if (opens)
			drop_content(h, name);
		break;
	}
}

/* p stands at a '<'. False: it is only a character. */
static bool markup(struct html *h)
{
	const char *p = h->p + 1, *end;
	bool opens = p < h->end && *p != '/';

	p += !opens;
	if (p >= h->end)
		return false;
	if (h->end - p >= 3 && memcmp(p, "!--", 3) == 0) {
		/* "<!-->" is a whole comment: its dashes may overlap. */
		end = memmem(p + 1, (size_t)(h->end - p - 1), "-->", 3);
		h->p = end ? end + 3 : h->end;
		return true;
	}
	if (*p == '!' || *p == '?' || (!opens && !is_letter(*p))) { /* doctype, CDATA, "</ " */
		end = h->no_more_tags ? NULL : memchr(p, '>', (size_t)(h->end - p));
		h->no_more_tags |= !end;
		h->p = end ? end + 1 : h->p;
		return end != NULL;
	}
	if (!is_letter(*p))
		return false;
	end = tag_end(h, p);
	if (!end)
		return false;
	struct ent_str name = {p, 0};
	while (p < end && !is_space(*p) && *p != '/')
		p++;
	name.n = (size_t)(p - name.p);
	h->p = end + 1;
	tag(h, name, (struct ent_str){p, (size_t)(end - p)}, opens);
	return true;
}

struct ent_str sdk_html_to_text(struct ent_arena *arena, struct ent_str html)
{
	struct html h = {.arena = arena};

	if (!html.p)
		return ENT_ABSENT;
	h.p = html.p;
	h.end = html.p + html.n;
	sdk_buf_init(&h.out, SIZE_MAX); /* what a byte of input can become is bounded: see test_webhook */
	while (h.p < h.end) {
		if (*h.p == '<' && markup(&h))
			continue;
		size_t left = (size_t)(h.end - h.p - 1);
		const char *next = left > 0 ? memchr(h.p + 1, '<', left) : NULL;
		struct ent_str text = {h.p, next ? (size_t)(next - h.p) : left + 1};
		put_text(&h, text);
		h.p += text.n;
	}
	link_end(&h);
	struct ent_str result = sdk_dup(arena, sdk_buf_view(&h.out));
	sdk_buf_release(&h.out);
	return result;
}
