/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view_markdown.h"

#include <cmark.h>
#include <string.h>

/* Words of nodes that hold others. */
static const char *container_word(cmark_node_type type)
{
	switch (type) {
	case CMARK_NODE_PARAGRAPH:
		return "paragraph";
	case CMARK_NODE_HEADING:
		return "heading";
	case CMARK_NODE_BLOCK_QUOTE:
		return "quote";
	case CMARK_NODE_LIST:
		return "list";
	case CMARK_NODE_ITEM:
		return "item";
	case CMARK_NODE_EMPH:
		return "emphasis";
	case CMARK_NODE_STRONG:
		return "strong";
	case CMARK_NODE_LINK:
	case CMARK_NODE_IMAGE:
		return "link";
	default:
		return NULL;
	}
}

/* A text that is long, or has many brackets, may take long. */
static bool is_quick(struct ent_str text)
{
	size_t brackets = 0;

	for (size_t i = 0; i < text.n && brackets <= MARKDOWN_BRACKETS_MAX; i++)
		brackets += text.p[i] && strchr("()[]<>", text.p[i]) != NULL;
	return text.n <= MARKDOWN_MAX && brackets <= MARKDOWN_BRACKETS_MAX;
}

/* An address that whoever clicks it may follow: cmark has taken its escapes away. */
static bool leads_somewhere(struct ent_str url)
{
	static const char *const schemes[] = {"http://", "https://", "mailto:"};
	bool known = false;

	for (size_t i = 0; i < sizeof schemes / sizeof *schemes && !known; i++) {
		size_t n = strlen(schemes[i]);
		known = url.n > n && sdk_ieq((struct ent_str){url.p, n}, sdk_str(schemes[i]));
	}
	for (size_t i = 0; i < url.n && known; i++)
		known = (unsigned char)url.p[i] > 0x20 && url.p[i] != 0x7f;
	return known;
}

static struct ent_str literal_of(cmark_node *node)
{
	const char *text = cmark_node_get_literal(node);

	return sdk_str(text ? text : "");
}

static struct ent_str url_of(cmark_node *node)
{
	const char *url = cmark_node_get_url(node);

	return sdk_str(url ? url : "");
}

static void print_literal(struct sdk_jsonw *w, const char *type, struct ent_str text)
{
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kz(w, "type", type);
	sdk_jsonw_kstr(w, "text", text);
	sdk_jsonw_close(w, '}');
}

static void print_bare(struct sdk_jsonw *w, const char *type)
{
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kz(w, "type", type);
	sdk_jsonw_close(w, '}');
}

static const struct mention_person *mentioned_at(const struct view_mentions *mentions, struct ent_str text)
{
	char ref[ID_SIZE];

	if (!mention_at(text, ref))
		return NULL;
	for (size_t i = 0; i < mentions->n; i++)
		if (strcmp(mentions->list[i].ref, ref) == 0)
			return &mentions->list[i];
	return NULL;
}

static void print_some(struct sdk_jsonw *w, struct ent_str text)
{
	if (text.n)
		print_literal(w, "text", text);
}

/* Text, and the people whom it mentions. */
static void print_said(struct sdk_jsonw *w, struct ent_str text, const struct view_mentions *mentions)
{
	const struct mention_person *person;
	size_t from = 0;

	for (size_t i = 0; mentions->n && i + MENTION_BYTES <= text.n; i++) {
		person = mentioned_at(mentions, (struct ent_str){text.p + i, text.n - i});
		if (!person)
			continue;
		print_some(w, (struct ent_str){text.p + from, i - from});
		if (view_mention_is_plain(mentions, person)) {
			print_literal(w, "text", ENT_STR("@"));
			print_some(w, mentions_name(person));
		} else {
			view_mention_node(w, person);
		}
		from = i + MENTION_BYTES;
		i = from - 1;
	}
	if (from == 0 || from < text.n)
		print_literal(w, "text", (struct ent_str){text.p + from, text.n - from});
}

/* A node that holds no other. */
static void print_leaf(struct sdk_jsonw *w, cmark_node *node, const struct view_mentions *mentions)
{
	switch (cmark_node_get_type(node)) {
	case CMARK_NODE_TEXT:
		print_said(w, literal_of(node), mentions);
		break;
	case CMARK_NODE_HTML_BLOCK: /* visible, as it was typed */
	case CMARK_NODE_HTML_INLINE:
		print_literal(w, "text", literal_of(node));
		break;
	case CMARK_NODE_CODE:
		print_literal(w, "code", literal_of(node));
		break;
	case CMARK_NODE_CODE_BLOCK:
		print_literal(w, "code_block", literal_of(node));
		break;
	case CMARK_NODE_SOFTBREAK:
		print_literal(w, "text", ENT_STR("\n"));
		break;
	case CMARK_NODE_LINEBREAK:
		print_bare(w, "break");
		break;
	case CMARK_NODE_THEMATIC_BREAK:
		print_bare(w, "rule");
		break;
	default:
		break;
	}
}

static void open_container(struct sdk_jsonw *w, cmark_node *node)
{
	cmark_node_type type = cmark_node_get_type(node);

	sdk_jsonw_open(w, '{');
	sdk_jsonw_kz(w, "type", container_word(type));
	if (type == CMARK_NODE_HEADING)
		sdk_jsonw_kint(w, "level", cmark_node_get_heading_level(node));
	if (type == CMARK_NODE_LIST && cmark_node_get_list_type(node) == CMARK_ORDERED_LIST)
		sdk_jsonw_kint(w, "start", cmark_node_get_list_start(node));
	if (type == CMARK_NODE_LINK || type == CMARK_NODE_IMAGE)
		sdk_jsonw_kstr(w, "url", url_of(node));
	sdk_jsonw_key(w, "children");
	sdk_jsonw_open(w, '[');
}

static void close_container(struct sdk_jsonw *w)
{
	sdk_jsonw_close(w, ']');
	sdk_jsonw_close(w, '}');
}

/* Its children stand in its place: a link that leads nowhere, and what is none of the known nodes. */
static bool is_passed_over(cmark_node *node)
{
	cmark_node_type type = cmark_node_get_type(node);

	if (type == CMARK_NODE_LINK || type == CMARK_NODE_IMAGE)
		return !leads_somewhere(url_of(node));
	return !container_word(type);
}

static bool is_leaf(cmark_node *node)
{
	cmark_node_type type = cmark_node_get_type(node);

	return !container_word(type) && type != CMARK_NODE_DOCUMENT && type != CMARK_NODE_CUSTOM_BLOCK &&
	       type != CMARK_NODE_CUSTOM_INLINE;
}

static bool has_few_nodes(cmark_node *root)
{
	cmark_iter *iter = cmark_iter_new(root);
	cmark_event_type event;
	size_t n = 0;

	while (n <= MARKDOWN_NODES_MAX && (event = cmark_iter_next(iter)) != CMARK_EVENT_DONE)
		n += event == CMARK_EVENT_ENTER;
	cmark_iter_free(iter);
	return n <= MARKDOWN_NODES_MAX;
}

static void print_nodes(struct sdk_jsonw *w, cmark_node *root, const struct view_mentions *mentions)
{
	cmark_iter *iter = cmark_iter_new(root);
	cmark_event_type event;
	size_t depth = 0, deeper = 0; /* nodes that stand open; those inside them that are too deep to stand */

	sdk_jsonw_open(w, '[');
	while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
		cmark_node *node = cmark_iter_get_node(iter);

		if (is_leaf(node)) {
			print_leaf(w, node, mentions);
		} else if (is_passed_over(node)) {
			continue;
		} else if (event == CMARK_EVENT_ENTER && depth == MARKDOWN_DEPTH) {
			deeper++;
		} else if (event == CMARK_EVENT_ENTER) {
			open_container(w, node);
			depth++;
		} else if (deeper > 0) {
			deeper--;
		} else {
			close_container(w);
			depth--;
		}
	}
	sdk_jsonw_close(w, ']');
	cmark_iter_free(iter);
}

void view_markdown_kprint(struct sdk_jsonw *w, const char *key, struct ent_str text,
			  const struct view_mentions *mentions)
{
	if (!text.n || !is_quick(text))
		return;
	cmark_node *root = cmark_parse_document(text.p, text.n, CMARK_OPT_DEFAULT);
	if (mentions->n)
		cmark_consolidate_text_nodes(root); /* "<" and what follows it are two */
	if (has_few_nodes(root)) {
		sdk_jsonw_key(w, key);
		print_nodes(w, root, mentions);
	}
	cmark_node_free(root);
}

void view_markdown_words(const struct view *view, struct sdk_jsonw *w, struct ent_str body, struct ent_str format,
			 const struct ent_str *comment)
{
	struct view_mentions mentions = {.n = 0};
	enum ent_format meant = ENT_TEXT;

	(void)comment_format_by_word(format, &meant);
	if (comment)
		mentions = view_mentions(view, body, meant, *comment);
	if (meant == ENT_MARKDOWN)
		view_markdown_kprint(w, "tree", body, &mentions);
	view_mention_kprint(w, &mentions);
}
