/* SPDX-License-Identifier: Apache-2.0 */
#include "sdk/xml.h"

#include <string.h>

#include "sdk/utf8.h"

#define TEXT_MAX (8u << 20)

struct reader {
	const char *begin, *at, *end;
	struct sdk_jsonw *w;
	struct sdk_buf text; /* words of all elements that are open, one behind the other */
	size_t depth, n_element;
	struct ent_err *err;
};

static enum ent_rc xml_refuse(const struct reader *r, const char *why)
{
	return sdk_fail_as(r->err, ENT_EINVAL, "xml.syntax", "the XML {what=%s} at byte {at=%zu}", why,
			   (size_t)(r->at - r->begin));
}

static bool is_ahead(const struct reader *r, const char *word)
{
	size_t n = strlen(word);

	return (size_t)(r->end - r->at) >= n && memcmp(r->at, word, n) == 0;
}

static bool skip_to(struct reader *r, const char *word)
{
	const char *found = memmem(r->at, (size_t)(r->end - r->at), word, strlen(word));

	if (found)
		r->at = found + strlen(word);
	return found;
}

static bool is_xml_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void blanks_skip(struct reader *r)
{
	while (r->at < r->end && is_xml_blank(*r->at))
		r->at++;
}

static struct ent_str name_take(struct reader *r)
{
	const char *begin = r->at;

	while (r->at < r->end && !is_xml_blank(*r->at) && !strchr("<>/=\"'&", *r->at))
		r->at++;
	return (struct ent_str){begin, (size_t)(r->at - begin)};
}

static bool code_add(struct sdk_buf *out, uint32_t code)
{
	char bytes[4];
	size_t n = 0;

	if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
		return false;
	if (code < 0x80) {
		bytes[n++] = (char)code;
	} else if (code < 0x800) {
		bytes[n++] = (char)(0xC0 | code >> 6);
	} else if (code < 0x10000) {
		bytes[n++] = (char)(0xE0 | code >> 12);
		bytes[n++] = (char)(0x80 | (code >> 6 & 0x3F));
	} else {
		bytes[n++] = (char)(0xF0 | code >> 18);
		bytes[n++] = (char)(0x80 | (code >> 12 & 0x3F));
		bytes[n++] = (char)(0x80 | (code >> 6 & 0x3F));
	}
	if (code >= 0x80)
		bytes[n++] = (char)(0x80 | (code & 0x3F));
	sdk_buf_add(out, bytes, n);
	return true;
}

/* Behind '&': one of the five, or a number. */
static bool entity_add(struct sdk_buf *out, struct ent_str name)
{
	static const struct {
		const char *name;
		char c;
	} known[] = {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}};
	uint32_t base = 10, code = 0;

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (sdk_eqz(name, known[i].name)) {
			sdk_buf_char(out, known[i].c);
			return true;
		}
	if (name.n < 2 || name.n > 9 || name.p[0] != '#')
		return false;
	if (name.p[1] == 'x')
		base = 16;
	for (size_t i = base == 16 ? 2 : 1; i < name.n; i++) {
		int digit = sdk_hex_value(name.p[i]);

		if (digit < 0 || (uint32_t)digit >= base)
			return false;
		code = code * base + (uint32_t)digit;
	}
	return code_add(out, code);
}

/* Words up to one of `stop`, entities decoded. */
static enum ent_rc words_take(struct reader *r, const char *stop, struct sdk_buf *out)
{
	while (r->at < r->end && (*r->at == '\0' || !strchr(stop, *r->at))) {
		const char *semicolon;

		if (*r->at == '\0')
			return xml_refuse(r, "has U+0000, which XML does not allow");
		if (*r->at != '&') {
			sdk_buf_char(out, *r->at++);
			continue;
		}
		semicolon = memchr(r->at, ';', (size_t)(r->end - r->at) < 12 ? (size_t)(r->end - r->at) : 12);
		if (!semicolon || !entity_add(out, (struct ent_str){r->at + 1, (size_t)(semicolon - r->at) - 1}))
			return xml_refuse(r, "has an entity that is none of XML's own");
		r->at = semicolon + 1;
	}
	return ENT_OK;
}

static enum ent_rc attributes_read(struct reader *r)
{
	enum ent_rc rc = ENT_OK;

	sdk_jsonw_key(r->w, "attr");
	sdk_jsonw_open(r->w, '{');
	for (blanks_skip(r); rc == ENT_OK && r->at < r->end && *r->at != '>' && *r->at != '/'; blanks_skip(r)) {
		struct ent_str name = name_take(r);
		struct sdk_buf value;
		char quote[2] = {0};

		blanks_skip(r);
		if (name.n == 0 || !is_ahead(r, "="))
			return xml_refuse(r, "has an attribute without a value");
		r->at++;
		blanks_skip(r);
		if (!is_ahead(r, "\"") && !is_ahead(r, "'"))
			return xml_refuse(r, "has an attribute without quotes");
		quote[0] = *r->at++;
		sdk_buf_init(&value, TEXT_MAX);
		rc = words_take(r, quote, &value);
		if (rc == ENT_OK && !is_ahead(r, quote))
			rc = xml_refuse(r, "has an attribute without an end");
		r->at += rc == ENT_OK;
		sdk_jsonw_key_str(r->w, name);
		sdk_jsonw_str(r->w, sdk_buf_view(&value));
		sdk_buf_release(&value);
	}
	sdk_jsonw_close(r->w, '}');
	return rc;
}

/* A comment, an instruction, words that are not read as markup. *ret_is: it was one of them. */
static enum ent_rc aside_skip(struct reader *r, bool *ret_is)
{
	const char *begin;

	*ret_is = true;
	if (is_ahead(r, "<!--"))
		return skip_to(r, "-->") ? ENT_OK : xml_refuse(r, "has a comment without an end");
	if (is_ahead(r, "<?"))
		return skip_to(r, "?>") ? ENT_OK : xml_refuse(r, "has an instruction without an end");
	if (is_ahead(r, "<![CDATA[")) {
		begin = r->at += 9;
		if (!skip_to(r, "]]>"))
			return xml_refuse(r, "has a CDATA without an end");
		sdk_buf_add(&r->text, begin, (size_t)(r->at - begin) - 3);
		return ENT_OK;
	}
	*ret_is = false;
	return ENT_OK;
}

static enum ent_rc element_read(struct reader *r);

/* Up to the element's end tag. */
static enum ent_rc inside_read(struct reader *r, struct ent_str name)
{
	enum ent_rc rc = ENT_OK;
	struct ent_str end;
	bool is_aside;

	while (rc == ENT_OK && !is_ahead(r, "</")) {
		if (r->at == r->end)
			return xml_refuse(r, "breaks off");
		if (*r->at != '<') {
			rc = words_take(r, "<", &r->text);
			continue;
		}
		rc = aside_skip(r, &is_aside);
		if (rc == ENT_OK && !is_aside)
			rc = element_read(r);
	}
	if (rc != ENT_OK)
		return rc;
	r->at += 2;
	end = name_take(r);
	blanks_skip(r);
	if (!sdk_eq(end, name) || !is_ahead(r, ">"))
		return xml_refuse(r, "has an end tag of another element");
	r->at++;
	return ENT_OK;
}

static enum ent_rc element_read(struct reader *r)
{
	size_t from = r->text.n;
	struct ent_str name;
	bool is_empty;
	enum ent_rc rc;

	if (++r->depth > SDK_XML_DEPTH_MAX || ++r->n_element > SDK_XML_ELEMENTS_MAX)
		return xml_refuse(r, "is too deep or too large");
	r->at++;
	name = name_take(r);
	if (name.n == 0)
		return xml_refuse(r, "has a tag without a name");
	sdk_jsonw_open(r->w, '{');
	sdk_jsonw_kstr(r->w, "name", name);
	rc = attributes_read(r);
	if (rc != ENT_OK)
		return rc;
	is_empty = is_ahead(r, "/>");
	if (!is_empty && !is_ahead(r, ">"))
		return xml_refuse(r, "has a tag without an end");
	r->at += is_empty ? 2 : 1;
	sdk_jsonw_key(r->w, "child");
	sdk_jsonw_open(r->w, '[');
	if (!is_empty)
		rc = inside_read(r, name);
	sdk_jsonw_close(r->w, ']');
	sdk_jsonw_kstr(r->w, "text", (struct ent_str){r->text.n ? r->text.p + from : "", r->text.n - from});
	sdk_jsonw_close(r->w, '}');
	r->depth--;
	return rc;
}

/* Skips what may stand before the root. */
static enum ent_rc prolog_skip(struct reader *r)
{
	bool is_aside = true;
	enum ent_rc rc = ENT_OK;

	while (rc == ENT_OK && is_aside) {
		blanks_skip(r);
		if (is_ahead(r, "<!DOCTYPE")) {
			const char *close = memchr(r->at, '>', (size_t)(r->end - r->at));

			if (!close || memchr(r->at, '[', (size_t)(close - r->at)))
				return xml_refuse(r, "has a document type of its own");
			r->at = close + 1;
			continue;
		}
		rc = aside_skip(r, &is_aside);
	}
	return rc;
}

enum ent_rc sdk_xml_to_json(struct ent_str xml, struct sdk_jsonw *w, struct ent_err *err)
{
	struct reader r = {.begin = xml.p, .at = xml.p, .end = xml.p + xml.n, .w = w, .err = err};
	enum ent_rc rc;

	if (!xml.p || !sdk_is_utf8(xml))
		return sdk_fail_as(err, ENT_EINVAL, "xml.no_text", "the XML is empty or no UTF-8 text");
	sdk_buf_init(&r.text, TEXT_MAX);
	if (sdk_starts(xml, "\xEF\xBB\xBF"))
		r.at += 3;
	rc = prolog_skip(&r);
	if (rc == ENT_OK)
		rc = r.at < r.end && *r.at == '<' ? element_read(&r) : xml_refuse(&r, "has no element");
	if (rc == ENT_OK)
		rc = prolog_skip(&r);
	if (rc == ENT_OK && r.at < r.end)
		rc = xml_refuse(&r, "goes on behind its end");
	if (rc == ENT_OK && (w->buf->failed || r.text.failed))
		rc = xml_refuse(&r, "is too large");
	sdk_buf_release(&r.text);
	return rc;
}
