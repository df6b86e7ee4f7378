/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Atlassian Document Format to plain text: blocks become lines, list items get a dash,
 * what is no text (mentions, emoji, dates, cards) shows what a reader would see of it.
 * Tables lose their grid, not their words.
 */
#include "jira.h"

#include "sdk/time.h"

#define TEXT_MAX (1024u * 1024u)

struct writer {
	struct sdk_buf out;
	unsigned indent;
	bool wants_line; /* the next text begins a line of its own */
};

static bool is_one_of(struct ent_str word, const char *const *list)
{
	for (; *list; list++)
		if (sdk_eqz(word, *list))
			return true;
	return false;
}

static void text_write(struct writer *w, struct ent_str text)
{
	if (text.n == 0)
		return;
	if (w->wants_line && w->out.n > 0) {
		sdk_buf_z(&w->out, "\n");
		for (unsigned i = 0; i + 1 < w->indent; i++)
			sdk_buf_z(&w->out, "  ");
	}
	w->wants_line = false;
	sdk_buf_str(&w->out, text);
}

static bool is_linked(const struct sdk_json *node, struct ent_str *ret_href)
{
	const struct sdk_json *mark = sdk_json_first(sdk_json_at(node, "marks"));

	for (; mark; mark = sdk_json_next(mark)) {
		if (!sdk_json_is(mark, "type", "link"))
			continue;
		*ret_href = sdk_json_text_at(mark, "attrs.href");
		return ret_href->n > 0;
	}
	return false;
}

/* Milliseconds as a day. */
static struct ent_str date_of(const struct sdk_json *node, char time[SDK_TIME_SIZE])
{
	int64_t ms;

	if (!sdk_json_int(node, &ms) || ms < 0 || ms > 253402300799999)
		return sdk_json_text(node);
	return (struct ent_str){sdk_time_format(ms, time).p, sizeof("2026-11-22") - 1};
}

static void leaf_write(struct writer *w, const struct sdk_json *node, struct ent_str type)
{
	static const char *const card[] = {"inlineCard", "blockCard", "embedCard", NULL};
	struct ent_str text = sdk_json_text_at(node, "text");
	char time[SDK_TIME_SIZE];
	struct ent_str href;

	if (sdk_eqz(type, "hardBreak")) {
		w->wants_line = true;
	} else if (sdk_eqz(type, "rule")) {
		w->wants_line = true;
		text_write(w, ENT_STR("----"));
	} else if (sdk_eqz(type, "text")) {
		text_write(w, text);
		if (is_linked(node, &href) && !sdk_eq(href, text)) {
			text_write(w, ENT_STR(" ["));
			text_write(w, href);
			text_write(w, ENT_STR("]"));
		}
	} else if (is_one_of(type, card)) {
		text_write(w, sdk_json_text_at(node, "attrs.url"));
	} else if (sdk_eqz(type, "date")) {
		text_write(w, date_of(sdk_json_at(node, "attrs.timestamp"), time));
	} else {
		text = sdk_word_at(node, "attrs.text"); /* mention, status, emoji */
		text_write(w, text.p ? text : sdk_json_text_at(node, "attrs.shortName"));
	}
}

/* Depth is bounded by the JSON gate: SDK_JSON_DEPTH_MAX. */
static void node_write(struct writer *w, const struct sdk_json *node)
{
	static const char *const block[] = {"paragraph", "heading",      "codeBlock",  "listItem",
					    "tableCell", "tableHeader",  "blockquote", "panel",
					    "taskItem",  "decisionItem", "expand",     NULL};
	static const char *const item[] = {"listItem", "taskItem", "decisionItem", NULL};
	struct ent_str type = sdk_json_text_at(node, "type");
	const struct sdk_json *child = sdk_json_first(sdk_json_at(node, "content"));
	bool is_item = is_one_of(type, item);

	if (!child)
		leaf_write(w, node, type);
	if (is_one_of(type, block))
		w->wants_line = w->wants_line || w->out.n > 0;
	if (is_item && child) {
		w->indent++;
		text_write(w, ENT_STR("- "));
	}
	for (bool is_first = true; child; child = sdk_json_next(child), is_first = false) {
		/* The paragraph of an item stands on the line of its dash. */
		if (is_item && is_first && sdk_json_is(child, "type", "paragraph"))
			for (const struct sdk_json *at = sdk_json_first(sdk_json_at(child, "content")); at;
			     at = sdk_json_next(at))
				node_write(w, at);
		else
			node_write(w, child);
	}
	if (is_item)
		w->indent -= w->indent > 0;
	if (is_one_of(type, block))
		w->wants_line = true;
}

struct ent_str jira_text(struct ent_arena *arena, const struct sdk_json *node)
{
	struct writer w = {0};
	struct ent_str ret;

	if (sdk_json_kind(node) != SDK_JSON_OBJECT)
		return sdk_json_text(node);
	sdk_buf_init(&w.out, TEXT_MAX);
	node_write(&w, node);
	ret = w.out.failed ? ENT_ABSENT : sdk_dup(arena, sdk_buf_view(&w.out));
	sdk_buf_release(&w.out);
	return ret.p ? ret : ENT_STR("");
}
