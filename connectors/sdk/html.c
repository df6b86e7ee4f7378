/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTML to plain text, for comments that a tool hands out as HTML. A tokenizer in the
 * spirit of the HTML standard: it reads anything, goes forward only, and keeps what it
 * does not understand as text. The result is text: whoever shows it escapes it.
 */
#include "sdk/html.h"

#include <string.h>

#include "sdk/entity.h"
#include "sdk/prose.h"
#include "sdk/utf8.h"

struct html {
	struct prose prose;
	const char *p, *end;
	unsigned pre;    /* how many <pre> are open */
	size_t pre_from; /* where in the text the innermost begins */

	struct ent_str link; /* address of the open <a>, absent when none */
	size_t link_text;    /* where in the text its own begins */
	bool quotes_run_off; /* a tag's quote did not end: from there on quotes mean nothing in tags */
	bool no_more_tags;   /* no '>' follows: every '<' is text */
};

/* ---- text out --------------------------------------------------------------- */

/* One character of text, as it stands or decoded; p has n bytes of valid UTF-8. */
static void put_char(struct html *h, const char *p, size_t n)
{
	unsigned char c = (unsigned char)*p;

	bool no_break_space = n == 2 && c == 0xC2 && (unsigned char)p[1] == 0xA0; /* editors strew them */

	if (c == '\n' && h->pre > 0)
		prose_newline(&h->prose);
	else if (c == ' ' || c == '\n' || c == '\f' || no_break_space || ((c == '\t' || c == '\r') && h->pre == 0))
		prose_space(&h->prose);
	else if ((c >= 0x20 && c != 0x7F) || c == '\t')
		prose_add(&h->prose, (struct ent_str){p, n});
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
			prose_z(&h->prose, "\xEF\xBF\xBD");
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

static void anchor_end(struct html *h)
{
	if (h->link.p)
		prose_address(&h->prose, h->link_text, h->link);
	h->link = ENT_ABSENT;
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
	TAG_QUOTE,
	TAG_STRUCK,
	TAG_CODE,
	TAG_TASK,
	TAG_DROP
};

struct tag {
	const char *name;
	enum tag_kind kind;
};

static const struct tag tags[] = {
    {"a", TAG_LINK},           {"address", TAG_LINE},  {"article", TAG_BLOCK},  {"aside", TAG_BLOCK},
    {"blockquote", TAG_QUOTE}, {"br", TAG_BR},         {"caption", TAG_LINE},   {"code", TAG_CODE},
    {"dd", TAG_LINE},          {"del", TAG_STRUCK},    {"details", TAG_BLOCK},  {"div", TAG_LINE},
    {"dl", TAG_BLOCK},         {"dt", TAG_LINE},       {"fieldset", TAG_BLOCK}, {"figcaption", TAG_LINE},
    {"figure", TAG_BLOCK},     {"footer", TAG_BLOCK},  {"form", TAG_BLOCK},     {"h1", TAG_BLOCK},
    {"h2", TAG_BLOCK},         {"h3", TAG_BLOCK},      {"h4", TAG_BLOCK},       {"h5", TAG_BLOCK},
    {"h6", TAG_BLOCK},         {"header", TAG_BLOCK},  {"hr", TAG_RULE},        {"iframe", TAG_DROP},
    {"img", TAG_IMAGE},        {"input", TAG_TASK},    {"kbd", TAG_CODE},       {"li", TAG_ITEM},
    {"main", TAG_BLOCK},       {"nav", TAG_BLOCK},     {"ol", TAG_LIST},        {"option", TAG_LINE},
    {"p", TAG_BLOCK},          {"pre", TAG_PRE},       {"s", TAG_STRUCK},       {"samp", TAG_CODE},
    {"script", TAG_DROP},      {"section", TAG_BLOCK}, {"strike", TAG_STRUCK},  {"style", TAG_DROP},
    {"summary", TAG_LINE},     {"table", TAG_BLOCK},   {"td", TAG_CELL},        {"th", TAG_CELL},
    {"title", TAG_DROP},       {"tr", TAG_ROW},        {"tt", TAG_CODE},        {"ul", TAG_LIST},
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

static bool is_html_space(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}

/* Value of one attribute inside a tag ("href=..."), raw; absent when it has none. */
static struct ent_str attribute_of(struct ent_str in, const char *name)
{
	const char *p = in.p, *end = p + in.n;

	while (p < end) {
		while (p < end && (is_html_space(*p) || *p == '/'))
			p++;
		struct ent_str key = {p, 0}, value = {p, 0};
		while (p < end && !is_html_space(*p) && *p != '/' && (*p != '=' || p == key.p))
			p++;
		key.n = (size_t)(p - key.p);
		while (p < end && is_html_space(*p))
			p++;
		if (p < end && *p == '=') {
			for (p++; p < end && is_html_space(*p);)
				p++;
			char quote = p < end && (*p == '"' || *p == '\'') ? *p++ : '\0';
			value.p = p;
			while (p < end && (quote ? *p != quote : !is_html_space(*p)))
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
		after_equals = *q == '=' || (after_equals && is_html_space(*q));
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
		bool ends = after == '>' || after == '/' || is_html_space(after);
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

static void list_tag(struct html *h, bool ordered, struct ent_str attributes, bool opens)
{
	int64_t first;

	if (!sdk_to_int(attribute_of(attributes, "start"), &first) || first < 0 || first > 1000000000)
		first = 1;
	if (opens)
		prose_list(&h->prose, ordered, (unsigned)first);
	else
		prose_list_end(&h->prose);
}

/* An entity's text, or what stands there. */
static struct ent_str plain_of(struct html *h, struct ent_str value)
{
	struct html inner = {.p = NULL};

	prose_begin(&inner.prose, h->prose.arena);
	put_text(&inner, value);
	return prose_end(&inner.prose);
}

/* True when `alt` stands for a character: an emoji that a tool shows as a picture. */
static bool is_sign(struct ent_str alt)
{
	return alt.n > 0 && alt.n <= 40 &&
	       ((unsigned char)alt.p[0] >= 0xE2 || (alt.n > 2 && alt.p[0] == ':' && alt.p[alt.n - 1] == ':')) &&
	       !memchr(alt.p, ' ', alt.n);
}

/* With alt="" it is there for its looks alone, and a point of one pixel is not there for people. */
static void image_tag(struct html *h, struct ent_str attributes)
{
	struct ent_str alt = attribute_of(attributes, "alt"), name = plain_of(h, alt);

	if (is_sign(name))
		prose_add(&h->prose, name);
	else if ((!alt.p || alt.n > 0) && !sdk_eqz(attribute_of(attributes, "width"), "1") &&
		 !sdk_eqz(attribute_of(attributes, "height"), "1"))
		prose_named(&h->prose, "picture", name.n > 0 ? name : plain_of(h, attribute_of(attributes, "title")));
}

/* <pre><code>: how a block of code is written; <pre> alone shows mails and logs. */
static void code_tag(struct html *h, bool opens)
{
	if (h->pre == 0)
		prose_code(&h->prose, opens);
	else if (opens && h->prose.out.n == h->pre_from)
		prose_fence(&h->prose, true);
}

static void pre_tag(struct html *h, bool opens)
{
	if (!opens && h->prose.fence > 0)
		prose_fence(&h->prose, false);
	if (!opens)
		h->pre -= h->pre > 0;
	prose_break(&h->prose, 2);
	if (opens)
		h->pre++;
	h->pre_from = h->prose.out.n;
	h->prose.is_kept = h->pre > 0;
}

static void link_begin(struct html *h, struct ent_str attributes)
{
	struct ent_str address = attribute_of(attributes, "href");

	anchor_end(h);
	if (!address.p)
		return;
	address = address_of(h->prose.arena, address);
	if (!address_is_shown(address))
		return;
	h->link = address;
	h->link_text = h->prose.out.n;
}

static void inner_tag(struct html *h, enum tag_kind kind, struct ent_str name, struct ent_str attributes, bool opens)
{
	switch (kind) {
	case TAG_ITEM:
		if (opens)
			prose_item(&h->prose);
		break;
	case TAG_ROW:
		if (opens)
			prose_row(&h->prose);
		else
			prose_row_end(&h->prose);
		break;
	case TAG_CELL:
		if (opens)
			prose_cell(&h->prose);
		break;
	case TAG_LINK:
		if (opens)
			link_begin(h, attributes);
		else
			anchor_end(h);
		break;
	case TAG_IMAGE:
		image_tag(h, attributes);
		break;
	case TAG_QUOTE:
		if (opens)
			prose_quote(&h->prose);
		else
			prose_quote_end(&h->prose);
		break;
	case TAG_TASK:
		if (sdk_ieqz(attribute_of(attributes, "type"), "checkbox"))
			prose_z(&h->prose, attribute_of(attributes, "checked").p ? "[x]" : "[ ]");
		break;
	case TAG_DROP:
		if (opens)
			drop_content(h, name);
		break;
	default:
		break;
	}
}

static void tag_take(struct html *h, struct ent_str name, struct ent_str attributes, bool opens)
{
	const struct tag *known = tag_find(name);

	if (!known)
		return;
	switch (known->kind) {
	case TAG_BLOCK:
		prose_break(&h->prose, 2);
		break;
	case TAG_LINE:
		prose_break(&h->prose, 1);
		break;
	case TAG_BR:
		prose_newline(&h->prose);
		break;
	case TAG_RULE:
		prose_rule(&h->prose);
		break;
	case TAG_LIST:
		list_tag(h, (name.p[0] | 0x20) == 'o', attributes, opens);
		break;
	case TAG_PRE:
		pre_tag(h, opens);
		break;
	case TAG_STRUCK:
		prose_struck(&h->prose, opens);
		break;
	case TAG_CODE:
		code_tag(h, opens);
		break;
	default:
		inner_tag(h, known->kind, name, attributes, opens);
	}
}

/* p stands at a '<'. False: it is only a character. */
static bool markup_take(struct html *h)
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
	while (p < end && !is_html_space(*p) && *p != '/')
		p++;
	name.n = (size_t)(p - name.p);
	h->p = end + 1;
	tag_take(h, name, (struct ent_str){p, (size_t)(end - p)}, opens);
	return true;
}

struct ent_str sdk_html_to_text(struct ent_arena *arena, struct ent_str html)
{
	struct html h = {.p = NULL};

	if (!html.p)
		return ENT_ABSENT;
	h.p = html.p;
	h.end = html.p + html.n;
	prose_begin(&h.prose, arena);
	while (h.p < h.end) {
		if (*h.p == '<' && markup_take(&h))
			continue;
		size_t left = (size_t)(h.end - h.p - 1);
		const char *next = left > 0 ? memchr(h.p + 1, '<', left) : NULL;
		struct ent_str text = {h.p, next ? (size_t)(next - h.p) : left + 1};
		put_text(&h, text);
		h.p += text.n;
	}
	anchor_end(&h);
	return prose_end(&h.prose);
}
