/* SPDX-License-Identifier: Apache-2.0 */
#include "face/page.h"

#include "face/answer.h"
#include "sdk/crypto.h"

/* Its hash stands in the policy: no other style is applied. */
static const char style[] =
    ":root{color-scheme:light dark;--paper:#fff;--ink:#1b1b1b;--soft:#4a4a4a;--line:#6b6b6b;"
    "--act:#0b4f8a;--on-act:#fff;--wrong:#8c0019;--still:#f0f0f0}"
    "@media(prefers-color-scheme:dark){:root{--paper:#16181b;--ink:#ececec;--soft:#b8bcc2;--line:#8b9098;"
    "--act:#8ec5ff;--on-act:#10243a;--wrong:#ffa3ad;--still:#26292e}}"
    "body{font:1rem/1.5 system-ui,sans-serif;margin:0;background:var(--paper);color:var(--ink);overflow-wrap:anywhere}"
    "main{max-width:26rem;margin:3rem auto;padding:0 1rem}h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem;"
    "border-top:1px solid var(--line);padding-top:1.25rem}"
    "label{display:block;margin-top:1rem;font-weight:600}small{display:block;color:var(--soft)}"
    "input{box-sizing:border-box;width:100%;font:inherit;padding:.5rem;border:1px solid var(--line);"
    "border-radius:4px;background:var(--paper);color:var(--ink)}input[readonly]{background:var(--still)}"
    "button,.go{display:inline-block;font:inherit;margin:1.25rem .5rem 0 0;padding:.5rem 1rem;"
    "border:1px solid var(--act);border-radius:4px;background:var(--act);color:var(--on-act);text-decoration:none}"
    ".less{background:none;color:var(--act)}a{color:var(--act)}"
    "input:focus,button:focus,a:focus{outline:3px solid #f0a500;outline-offset:2px}"
    ".error{border-left:4px solid var(--wrong);padding:.25rem .75rem;color:var(--wrong)}";

static void html_add(struct sdk_buf *buf, struct ent_str text)
{
	for (size_t i = 0; i < text.n; i++)
		switch (text.p[i]) {
		case '<':
			sdk_buf_z(buf, "&lt;");
			break;
		case '>':
			sdk_buf_z(buf, "&gt;");
			break;
		case '&':
			sdk_buf_z(buf, "&amp;");
			break;
		case '"':
			sdk_buf_z(buf, "&quot;");
			break;
		case '\'':
			sdk_buf_z(buf, "&#39;");
			break;
		default:
			sdk_buf_char(buf, text.p[i]);
		}
}

static void page_words_add(struct page *page, enum page_words words)
{
	html_add(page->buf, sdk_str(page_words(words, page->language)));
}

enum ent_language page_language(const struct exchange *x)
{
	return page_words_language(exchange_header(x, "accept-language"));
}

enum ent_language page_language_of(const struct exchange *x, const struct user *user)
{
	return sdk_eqz(user->language, "fr")   ? ENT_FRENCH
	       : sdk_eqz(user->language, "en") ? ENT_ENGLISH
					       : page_language(x);
}

void page_begin(struct page *page, struct exchange *x, enum ent_language language, enum page_words title)
{
	*page = (struct page){x, &x->desk->scratch, language};
	sdk_buf_clear(page->buf);
	sdk_buf_format(page->buf, "<!doctype html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\"><title>",
		       language == ENT_FRENCH ? "fr" : "en");
	page_words_add(page, title);
	sdk_buf_z(page->buf, " – Entente</title><meta name=\"viewport\" content=\"width=device-width\"><style>");
	sdk_buf_z(page->buf, style);
	sdk_buf_z(page->buf, "</style></head><body><main><h1>");
	page_words_add(page, title);
	sdk_buf_z(page->buf, "</h1>\n");
}

void page_line(struct page *page, enum page_words words)
{
	sdk_buf_z(page->buf, "<p>");
	page_words_add(page, words);
	sdk_buf_z(page->buf, "</p>\n");
}

void page_part(struct page *page, enum page_words words)
{
	sdk_buf_z(page->buf, "<h2>");
	page_words_add(page, words);
	sdk_buf_z(page->buf, "</h2>\n");
}

void page_said(struct page *page, enum page_words words, struct ent_str text)
{
	sdk_buf_z(page->buf, "<p>");
	page_words_add(page, words);
	sdk_buf_z(page->buf, page->language == ENT_FRENCH ? " : <strong>" : ": <strong>");
	html_add(page->buf, text);
	sdk_buf_z(page->buf, "</strong></p>\n");
}

void page_error(struct page *page, enum page_words words)
{
	sdk_buf_z(page->buf, "<p class=\"error\" id=\"error\" role=\"alert\">");
	page_words_add(page, words);
	sdk_buf_z(page->buf, "</p>\n");
}

void page_form(struct page *page, const char *method, struct ent_str action)
{
	sdk_buf_format(page->buf, "<form method=\"%s\"", method);
	if (action.n) {
		sdk_buf_z(page->buf, " action=\"");
		html_add(page->buf, action);
		sdk_buf_z(page->buf, "\"");
	}
	sdk_buf_z(page->buf, ">\n");
}

/* Label, hint and error belong to their field for those who do not see them stand beside it. */
void page_field(struct page *page, const struct page_field *field)
{
	bool hinted = field->hint != WORDS_N;

	sdk_buf_format(page->buf, "<label for=\"%s\">", field->name);
	page_words_add(page, field->label);
	sdk_buf_z(page->buf, "</label>");
	if (hinted) {
		sdk_buf_format(page->buf, "<small id=\"%s-hint\">", field->name);
		page_words_add(page, field->hint);
		sdk_buf_z(page->buf, "</small>");
	}
	sdk_buf_format(page->buf, "<input id=\"%s\" name=\"%s\" type=\"%s\" required %s", field->name, field->name,
		       field->type, field->more);
	if (hinted || field->is_wrong) {
		sdk_buf_z(page->buf, " aria-describedby=\"");
		if (hinted)
			sdk_buf_format(page->buf, "%s-hint%s", field->name, field->is_wrong ? " " : "");
		sdk_buf_z(page->buf, field->is_wrong ? "error\" aria-invalid=\"true\"" : "\"");
	}
	sdk_buf_z(page->buf, " value=\"");
	html_add(page->buf, field->value);
	sdk_buf_z(page->buf, "\">\n");
}

static void button_add(struct page *page, enum page_words words, const char *kind, const char *name, const char *value)
{
	sdk_buf_format(page->buf, "<button%s", kind);
	if (name)
		sdk_buf_format(page->buf, " name=\"%s\" value=\"%s\"", name, value);
	sdk_buf_z(page->buf, ">");
	page_words_add(page, words);
	sdk_buf_z(page->buf, "</button>\n");
}

void page_button(struct page *page, enum page_words words, const char *name, const char *value)
{
	button_add(page, words, "", name, value);
}

void page_button_less(struct page *page, enum page_words words, const char *name, const char *value)
{
	button_add(page, words, " class=\"less\"", name, value);
}

void page_form_end(struct page *page)
{
	sdk_buf_z(page->buf, "</form>\n");
}

static void link_add(struct page *page, enum page_words words, const char *kind, struct ent_str path)
{
	sdk_buf_format(page->buf, "<p><a%s href=\"", kind);
	html_add(page->buf, path);
	sdk_buf_z(page->buf, "\">");
	page_words_add(page, words);
	sdk_buf_z(page->buf, "</a></p>\n");
}

void page_link(struct page *page, enum page_words words, struct ent_str path)
{
	link_add(page, words, " class=\"go\"", path);
}

void page_link_less(struct page *page, enum page_words words, struct ent_str path)
{
	link_add(page, words, "", path);
}

static struct ent_str style_policy(struct ent_arena *arena)
{
	const struct ent_str text = {style, sizeof style - 1};
	unsigned char hash[SDK_HASH_MAX];
	size_t n = sdk_digest(SDK_SHA256, &text, 1, hash);
	struct ent_str base64 = sdk_base64(arena, hash, n);

	return sdk_format(arena,
			  "default-src 'none'; style-src 'sha256-%.*s'; form-action 'self'; frame-ancestors 'none'; "
			  "base-uri 'none'",
			  ENT_F(base64));
}

void page_answer(struct page *page, int status)
{
	struct exchange *x = page->x;

	sdk_buf_z(page->buf, "</main></body></html>\n");
	if (page->buf->failed) {
		answer_done(x, status); /* says that it is too large */
		return;
	}
	answer_body(x, status, "text/html; charset=utf-8", sdk_buf_view(page->buf));
	x->answer.policy = style_policy(&x->arena.abi);
}

void page_message(struct exchange *x, int status, enum page_words title, enum page_words words)
{
	page_message_in(x, page_language(x), status, title, words);
}

void page_message_in(struct exchange *x, enum ent_language language, int status, enum page_words title,
		     enum page_words words)
{
	struct page page;

	page_begin(&page, x, language, title);
	page_line(&page, words);
	page_link(&page, WORDS_SIGN_IN, ENT_STR("/sign-in"));
	page_answer(&page, status);
}

void page_go(struct exchange *x, struct ent_str path)
{
	struct ent_str fields = x->answer.fields;

	answer_body(x, 303, "text/html; charset=utf-8", ENT_STR(""));
	x->answer.fields = sdk_format(&x->arena.abi, "%.*sLocation: %.*s\r\n", fields.p ? (int)fields.n : 0,
				      fields.p ? fields.p : "", ENT_F(path));
}
