/* SPDX-License-Identifier: Apache-2.0 */
/* Atlassian Document Format as text: one row for each kind of node, by the convention of sdk/prose.h. */
#include "jira.h"

#include "sdk/time.h"

enum kind {
	BLOCK,     /* on lines of its own */
	CONTAINER, /* its children are all there is */
	TEXT,
	LINE_BREAK,
	RULE,
	WORD, /* attrs.text: what is shown of it */
	MENTION,
	EMOJI,
	DATE,
	CARD,
	MEDIA,
	CODE,
	QUOTE,
	LIST,
	ORDERED,
	ITEM,
	TASK,
	ROW,
	CELL,
	EXPAND,
	UNKNOWN
};

static const struct {
	const char *type;
	enum kind kind;
} kinds[] = {
    {"doc", CONTAINER},        {"text", TEXT},           {"paragraph", BLOCK},     {"heading", BLOCK},
    {"caption", BLOCK},        {"panel", BLOCK},         {"layoutSection", BLOCK}, {"layoutColumn", BLOCK},
    {"mediaSingle", BLOCK},    {"mediaGroup", BLOCK},    {"table", BLOCK},         {"bodiedExtension", BLOCK},
    {"hardBreak", LINE_BREAK}, {"rule", RULE},           {"status", WORD},         {"placeholder", WORD},
    {"mention", MENTION},      {"emoji", EMOJI},         {"date", DATE},           {"inlineCard", CARD},
    {"blockCard", CARD},       {"embedCard", CARD},      {"media", MEDIA},         {"mediaInline", MEDIA},
    {"codeBlock", CODE},       {"blockquote", QUOTE},    {"bulletList", LIST},     {"taskList", LIST},
    {"decisionList", LIST},    {"orderedList", ORDERED}, {"listItem", ITEM},       {"decisionItem", ITEM},
    {"taskItem", TASK},        {"blockTaskItem", TASK},  {"tableRow", ROW},        {"tableCell", CELL},
    {"tableHeader", CELL},     {"expand", EXPAND},       {"nestedExpand", EXPAND},
};

static enum kind kind_of(struct ent_str type)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (sdk_eqz(type, kinds[i].type))
			return kinds[i].kind;
	return UNKNOWN;
}

static void children_write(struct prose *p, const struct sdk_json *node)
{
	for (const struct sdk_json *at = sdk_json_first(sdk_json_at(node, "content")); at; at = sdk_json_next(at))
		jira_adf_write(p, at);
}

/* The first of these members that holds text; absent: none does. */
static struct ent_str first_of(const struct sdk_json *node, const char *const *path)
{
	struct ent_str text = ENT_ABSENT;

	for (; *path && !text.p; path++)
		text = sdk_word_at(node, *path);
	return text;
}

static const struct sdk_json *mark_of(const struct sdk_json *node, const char *type)
{
	const struct sdk_json *mark = sdk_json_first(sdk_json_at(node, "marks"));

	while (mark && !sdk_json_is(mark, "type", type))
		mark = sdk_json_next(mark);
	return mark;
}

/* Neighbours that are struck are struck as one: the mark stays open for the next one. */
static bool next_has(const struct sdk_json *node, const char *type)
{
	return sdk_json_is(sdk_json_next(node), "type", "text") && mark_of(sdk_json_next(node), type);
}

static void mark_set(struct prose *p, const struct sdk_json *node, const char *type, unsigned open,
		     void (*set)(struct prose *, bool))
{
	if (mark_of(node, type) && open == 0)
		set(p, true);
}

static void text_write(struct prose *p, const struct sdk_json *node)
{
	struct ent_str href = sdk_json_text_at(mark_of(node, "link"), "attrs.href");
	size_t from = p->out.n;

	mark_set(p, node, "strike", p->struck.open, prose_struck);
	mark_set(p, node, "code", p->code.open, prose_code);
	prose_add(p, sdk_json_text_at(node, "text"));
	if (p->code.open > 0 && !next_has(node, "code"))
		prose_code(p, false);
	if (p->struck.open > 0 && !next_has(node, "strike"))
		prose_struck(p, false);
	if (href.n > 0)
		prose_address(p, from, href);
}

static void mention_write(struct prose *p, const struct sdk_json *node)
{
	struct ent_str name = sdk_word_at(node, "attrs.text");

	if (!name.p || name.p[0] != '@')
		prose_z(p, "@");
	prose_add(p, name.p ? name : sdk_json_text_at(node, "attrs.id"));
}

/* Milliseconds as a day. */
static void date_write(struct prose *p, const struct sdk_json *node)
{
	const struct sdk_json *at = sdk_json_at(node, "attrs.timestamp");
	char time[SDK_TIME_SIZE];
	int64_t ms;

	if (!sdk_json_int(at, &ms) || ms < 0 || ms > 253402300799999)
		prose_add(p, sdk_json_text(at));
	else
		prose_add(p, (struct ent_str){sdk_time_format(ms, time).p, sizeof("2026-11-22") - 1});
}

/* A file among others or within a line is a file; what stands alone is shown there as a picture. */
static void media_write(struct prose *p, const struct sdk_json *node, struct ent_str type, bool in_group)
{
	static const char *const name[] = {"attrs.alt", "attrs.name", "attrs.url", NULL};
	bool is_file = (sdk_eqz(type, "mediaInline") && !sdk_json_is(node, "attrs.type", "image")) || in_group;

	prose_named(p, is_file ? "file" : "picture", first_of(node, name));
}

static void group_write(struct prose *p, const struct sdk_json *node)
{
	for (const struct sdk_json *at = sdk_json_first(sdk_json_at(node, "content")); at; at = sdk_json_next(at)) {
		media_write(p, at, sdk_json_text_at(at, "type"), true);
		prose_space(p);
	}
}

static void block_write(struct prose *p, const struct sdk_json *node, struct ent_str type)
{
	static const char *const title[] = {"attrs.title", NULL};

	prose_break(p, 1);
	if (kind_of(type) == EXPAND)
		prose_add(p, first_of(node, title));
	prose_break(p, 1);
	if (sdk_eqz(type, "mediaGroup"))
		group_write(p, node);
	else
		children_write(p, node);
	p->item_begins = false;
	prose_break(p, 1);
}

static void list_write(struct prose *p, const struct sdk_json *node, bool is_ordered)
{
	int64_t first = 1;

	if (!sdk_json_int(sdk_json_at(node, "attrs.order"), &first) || first < 0 || first > 1000000000)
		first = 1;
	prose_list(p, is_ordered, (unsigned)first);
	children_write(p, node);
	prose_list_end(p);
}

static void item_write(struct prose *p, const struct sdk_json *node, bool is_task)
{
	prose_item(p);
	if (is_task) {
		prose_z(p, sdk_json_is(node, "attrs.state", "DONE") ? "[x] " : "[ ] ");
		p->item_begins = true;
	}
	children_write(p, node);
}

/* A kind that came after this was written keeps its words, or at least its name. */
static void unknown_write(struct prose *p, const struct sdk_json *node, struct ent_str type)
{
	static const char *const shown[] = {"text",
					    "attrs.text",
					    "attrs.title",
					    "attrs.alt",
					    "attrs.label",
					    "attrs.parameters.macroMetadata.title",
					    "attrs.url",
					    "attrs.shortName",
					    "attrs.extensionKey",
					    "attrs.name",
					    NULL};
	struct ent_str word = first_of(node, shown);

	if (word.p)
		prose_add(p, word);
	if (sdk_json_first(sdk_json_at(node, "content")))
		block_write(p, node, type);
	else if (!word.p && type.n > 0)
		prose_named(p, sdk_z(p->arena, type), ENT_ABSENT);
}

static void inline_write(struct prose *p, const struct sdk_json *node, enum kind kind)
{
	static const char *const emoji[] = {"attrs.text", "attrs.shortName", NULL};
	static const char *const card[] = {"attrs.url", "attrs.data.url", "attrs.data.name", NULL};

	switch (kind) {
	case TEXT:
		text_write(p, node);
		break;
	case LINE_BREAK:
		prose_newline(p);
		break;
	case WORD:
		prose_add(p, sdk_json_text_at(node, "attrs.text"));
		break;
	case MENTION:
		mention_write(p, node);
		break;
	case EMOJI:
		prose_add(p, first_of(node, emoji));
		break;
	case DATE:
		date_write(p, node);
		break;
	case CARD:
		if (!sdk_json_is(node, "type", "inlineCard"))
			prose_break(p, 1);
		if (first_of(node, card).p)
			prose_add(p, first_of(node, card));
		else
			prose_named(p, "link", ENT_ABSENT);
		if (!sdk_json_is(node, "type", "inlineCard"))
			prose_break(p, 1);
		break;
	default:
		break;
	}
}

/* Depth is bounded by the JSON gate: SDK_JSON_DEPTH_MAX. */
void jira_adf_write(struct prose *p, const struct sdk_json *node)
{
	struct ent_str type = sdk_json_text_at(node, "type");
	enum kind kind = kind_of(type);

	if (sdk_json_kind(node) != SDK_JSON_OBJECT) { /* words where a node is documented */
		prose_add(p, sdk_json_text(node));
		return;
	}
	switch (kind) {
	case BLOCK:
	case EXPAND:
		block_write(p, node, type);
		break;
	case CONTAINER:
		children_write(p, node);
		break;
	case RULE:
		prose_rule(p);
		break;
	case MEDIA:
		media_write(p, node, type, false);
		break;
	case CODE:
		prose_fence(p, true);
		children_write(p, node);
		prose_fence(p, false);
		break;
	case QUOTE:
		prose_quote(p);
		children_write(p, node);
		prose_quote_end(p);
		break;
	case LIST:
	case ORDERED:
		list_write(p, node, kind == ORDERED);
		break;
	case ITEM:
	case TASK:
		item_write(p, node, kind == TASK);
		break;
	case ROW:
		prose_row(p);
		children_write(p, node);
		prose_row_end(p);
		break;
	case CELL:
		prose_cell(p);
		children_write(p, node);
		break;
	case UNKNOWN:
		unknown_write(p, node, type);
		break;
	default:
		inline_write(p, node, kind);
	}
}

struct ent_str jira_text(struct ent_arena *arena, const struct sdk_json *node)
{
	struct prose p;

	if (sdk_json_kind(node) != SDK_JSON_OBJECT && sdk_json_kind(node) != SDK_JSON_ARRAY)
		return jira_wiki(arena, sdk_json_text(node));
	prose_begin(&p, arena);
	p.is_tight = p.is_row_on_line = true;
	if (sdk_json_kind(node) == SDK_JSON_OBJECT)
		jira_adf_write(&p, node);
	else /* a document's content without the document around it */
		for (node = sdk_json_first(node); node; node = sdk_json_next(node))
			jira_adf_write(&p, node);
	return prose_end(&p);
}
