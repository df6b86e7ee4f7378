/* SPDX-License-Identifier: Apache-2.0 */
/* The file as nodes with lines; problems; the nearest known word. Aliases (&x, *x) work: nothing is expanded. */
#include "config/config_reader.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOUND_MAX 48 /* bytes of a found text that are repeated */
#define WORD_MAX  64 /* bytes of words that are compared */

void config_problem(struct config_reader *reader, int line, struct ent_str name, const char *fmt, ...)
{
	struct sdk_buf words;
	va_list args;
	char *text = NULL;
	int n;

	va_start(args, fmt);
	n = vasprintf(&text, fmt, args);
	va_end(args);
	if (n < 0)
		abort();
	sdk_buf_init(&words, 16 * 1024);
	sdk_buf_z(&words, reader->path);
	if (line > 0)
		sdk_buf_format(&words, ":%d", line);
	sdk_buf_z(&words, ": ");
	if (name.n > 0)
		sdk_buf_format(&words, "%.*s: ", (int)name.n, name.p);
	sdk_buf_z(&words, text);
	free(text);
	if (reader->n_problem == 0)
		(void)sdk_fail(&reader->first, ENT_EINVAL, "%.*s", (int)words.n, words.p);
	if (reader->n_problem++ < CONFIG_PROBLEMS_MAX) {
		sdk_buf_str(&reader->problems, sdk_buf_view(&words));
		sdk_buf_z(&reader->problems, "\n");
	}
	sdk_buf_release(&words);
}

struct ent_str config_found(struct config_reader *reader, struct ent_str text)
{
	size_t n = text.n > FOUND_MAX ? FOUND_MAX : text.n;
	char *safe = SDK_NEW_N(&reader->arena.abi, char, n + 1);

	while (n < text.n && n > 0 && ((unsigned char)text.p[n] & 0xC0) == 0x80)
		n--;
	for (size_t i = 0; i < n; i++)
		safe[i] = (unsigned char)text.p[i] < 0x20 || text.p[i] == 0x7F ? ' ' : text.p[i];
	return sdk_format(&reader->arena.abi, "\"%.*s%s\"", (int)n, safe, n < text.n ? "..." : "");
}

/* ---- the file ------------------------------------------------------------------ */

static bool file_take(struct config_reader *reader, struct sdk_buf *buf)
{
	FILE *file = fopen(reader->path, "rbe");
	char chunk[16384];
	size_t n;
	bool well;

	if (!file) {
		config_problem(reader, 0, ENT_ABSENT, "%s", strerror(errno));
		return false;
	}
	while ((n = fread(chunk, 1, sizeof chunk, file)) > 0 && !buf->failed)
		sdk_buf_add(buf, chunk, n);
	well = !ferror(file);
	if (!well)
		config_problem(reader, 0, ENT_ABSENT, "%s", strerror(errno));
	else if (buf->failed)
		config_problem(reader, 0, ENT_ABSENT, "has more than %u bytes", CONFIG_SIZE_MAX);
	(void)fclose(file); /* only read */
	return well && !buf->failed;
}

static bool document_take(struct config_reader *reader, struct sdk_buf *buf)
{
	yaml_parser_t parser;
	yaml_document_t second;
	bool well;

	if (!yaml_parser_initialize(&parser))
		abort();
	yaml_parser_set_input_string(&parser, (const unsigned char *)(buf->p ? buf->p : ""), buf->n);
	well = yaml_parser_load(&parser, &reader->document);
	reader->has_document = well;
	if (well) {
		well = yaml_parser_load(&parser, &second);
		if (well && yaml_document_get_root_node(&second))
			config_problem(reader, (int)second.start_mark.line + 1, ENT_ABSENT,
				       "a second YAML document; only one is read, remove the line \"---\"");
		if (well)
			yaml_document_delete(&second);
	}
	if (!well)
		/* libyaml's own words repeat nothing of the file */
		config_problem(reader, (int)parser.problem_mark.line + 1, ENT_ABSENT, "is no valid YAML: %s%s%s",
			       parser.context ? parser.context : "", parser.context ? ", " : "",
			       parser.problem ? parser.problem : "cannot be read");
	yaml_parser_delete(&parser);
	return well;
}

bool config_reader_open(struct config_reader *reader, const char *path, struct config_node *ret_root)
{
	struct sdk_buf buf;
	bool well;

	*reader = (struct config_reader){.path = path};
	sdk_arena_init(&reader->arena);
	sdk_buf_init(&reader->problems, (CONFIG_PROBLEMS_MAX + 1) * 16 * 1024);
	sdk_buf_init(&buf, CONFIG_SIZE_MAX);
	well = file_take(reader, &buf) && document_take(reader, &buf);
	sdk_buf_release(&buf);
	if (!well)
		return false;
	ret_root->yaml = yaml_document_get_root_node(&reader->document);
	ret_root->name = ENT_ABSENT;
	ret_root->line = 1;
	return true;
}

void config_reader_close(struct config_reader *reader)
{
	if (reader->has_document)
		yaml_document_delete(&reader->document);
	sdk_buf_release(&reader->problems);
	sdk_arena_release(&reader->arena);
}

/* ---- nodes --------------------------------------------------------------------- */

static struct config_node node_of(struct config_reader *reader, int item, struct ent_str name)
{
	yaml_node_t *yaml = yaml_document_get_node(&reader->document, item);

	return (struct config_node){yaml, name, (int)yaml->start_mark.line + 1};
}

static struct ent_str scalar_text(const yaml_node_t *yaml)
{
	return (struct ent_str){(const char *)yaml->data.scalar.value, yaml->data.scalar.length};
}

static bool is_null(const struct config_node *node)
{
	struct ent_str text;

	if (!node->yaml)
		return true;
	if (node->yaml->type != YAML_SCALAR_NODE || node->yaml->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		return false;
	text = scalar_text(node->yaml);
	return text.n == 0 || sdk_eqz(text, "~") || sdk_eqz(text, "null");
}

static const char *node_kind(const struct config_node *node)
{
	if (is_null(node))
		return "nothing";
	switch (node->yaml->type) {
	case YAML_SCALAR_NODE:
		return "a single value";
	case YAML_SEQUENCE_NODE:
		return "a list";
	case YAML_MAPPING_NODE:
		return "a group of settings";
	case YAML_NO_NODE:
		break;
	}
	return "nothing";
}

bool config_is_text(const struct config_node *node)
{
	return node->yaml && node->yaml->type == YAML_SCALAR_NODE && !is_null(node);
}

static bool member_take(struct config_reader *reader, const struct config_node *node, const yaml_node_pair_t *pair,
			struct config_member *member)
{
	struct config_node key = node_of(reader, pair->key, node->name);
	int line;

	if (key.yaml->type != YAML_SCALAR_NODE) {
		config_problem(reader, key.line, node->name, "a name of a setting is expected, found %s",
			       node_kind(&key));
		return false;
	}
	line = key.line;
	member->key = scalar_text(key.yaml);
	member->value =
	    node_of(reader, pair->value,
		    sdk_format(&reader->arena.abi, "%.*s%s%.*s", (int)node->name.n, node->name.n ? node->name.p : "",
			       node->name.n ? "." : "", (int)member->key.n, member->key.p));
	member->value.line = line; /* an alias' value stands elsewhere; people look for the name */
	return true;
}

static int member_order(const void *a, const void *b)
{
	const struct config_member *x = *(const struct config_member *const *)a,
				   *y = *(const struct config_member *const *)b;
	size_t n = x->key.n < y->key.n ? x->key.n : y->key.n;
	int order = n ? memcmp(x->key.p, y->key.p, n) : 0;

	if (order)
		return order;
	if (x->key.n != y->key.n)
		return x->key.n < y->key.n ? -1 : 1;
	return x->value.line - y->value.line;
}

static void repeats_tell(struct config_reader *reader, const struct config_member *member, size_t n)
{
	const struct config_member **sorted = SDK_NEW_N(&reader->arena.abi, const struct config_member *, n + 1);

	for (size_t i = 0; i < n; i++)
		sorted[i] = &member[i];
	qsort(sorted, n, sizeof *sorted, member_order);
	for (size_t i = 1; i < n; i++)
		if (sdk_eq(sorted[i]->key, sorted[i - 1]->key))
			config_problem(reader, sorted[i]->value.line, sorted[i]->value.name,
				       "stands a second time (first on line %d); remove one",
				       sorted[i - 1]->value.line);
}

size_t config_members(struct config_reader *reader, const struct config_node *node, const struct config_member **ret)
{
	struct config_member *member;
	size_t n = 0;

	if (is_null(node))
		return 0;
	if (node->yaml->type != YAML_MAPPING_NODE) {
		config_problem(reader, node->line, node->name,
			       "a group of settings (\"name: value\" lines) is expected, found %s", node_kind(node));
		return 0;
	}
	if (node->yaml->data.mapping.pairs.top - node->yaml->data.mapping.pairs.start > CONFIG_KEYS_MAX) {
		config_problem(reader, node->line, node->name, "has more than %d members", CONFIG_KEYS_MAX);
		return 0;
	}
	member = SDK_NEW_N(&reader->arena.abi, struct config_member,
			   (size_t)(node->yaml->data.mapping.pairs.top - node->yaml->data.mapping.pairs.start) + 1);
	for (const yaml_node_pair_t *pair = node->yaml->data.mapping.pairs.start;
	     pair < node->yaml->data.mapping.pairs.top; pair++)
		if (member_take(reader, node, pair, &member[n]))
			n++;
	repeats_tell(reader, member, n);
	*ret = member;
	return n;
}

size_t config_items(struct config_reader *reader, const struct config_node *node, const struct config_node **ret)
{
	struct config_node *item;
	size_t n = 0;

	if (is_null(node))
		return 0;
	if (node->yaml->type != YAML_SEQUENCE_NODE) {
		config_problem(reader, node->line, node->name,
			       "a list (lines that begin with \"- \") is expected, found %s", node_kind(node));
		return 0;
	}
	item = SDK_NEW_N(&reader->arena.abi, struct config_node,
			 (size_t)(node->yaml->data.sequence.items.top - node->yaml->data.sequence.items.start) + 1);
	for (const yaml_node_item_t *at = node->yaml->data.sequence.items.start;
	     at < node->yaml->data.sequence.items.top; at++, n++)
		item[n] = node_of(reader, *at,
				  sdk_format(&reader->arena.abi, "%.*s[%zu]", (int)node->name.n, node->name.p, n + 1));
	*ret = item;
	return n;
}

bool config_text(struct config_reader *reader, const struct config_node *node, struct ent_str *ret)
{
	struct ent_str text;

	if (!config_is_text(node)) {
		config_problem(reader, node->line, node->name, "a value is expected, found %s%s", node_kind(node),
			       is_null(node) ? " (for an empty text write \"\")" : "");
		return false;
	}
	text = scalar_text(node->yaml);
	if (text.n > 0 && memchr(text.p, '\0', text.n)) {
		config_problem(reader, node->line, node->name, "holds the character U+0000, which nothing here may");
		return false;
	}
	*ret = text;
	return true;
}

struct ent_str config_line(struct config_reader *reader, struct ent_arena *arena, const struct config_node *node)
{
	struct ent_str text;

	if (!node->yaml || !config_text(reader, node, &text))
		return ENT_ABSENT;
	if (text.n > 0 && text.n <= 1000 && !sdk_has_control(text))
		return sdk_dup(arena, text);
	config_problem(reader, node->line, node->name, "is empty, has more than 1000 bytes or a control character");
	return ENT_ABSENT;
}

bool config_bool(struct config_reader *reader, const struct config_node *node, bool *ret)
{
	struct ent_str text;

	if (!config_text(reader, node, &text))
		return false;
	if (!sdk_eqz(text, "true") && !sdk_eqz(text, "false")) {
		struct ent_str found = config_found(reader, text);

		config_problem(reader, node->line, node->name, "found %.*s, allowed: true, false", (int)found.n,
			       found.p);
		return false;
	}
	*ret = sdk_eqz(text, "true");
	return true;
}

/* ---- the nearest known word ------------------------------------------------------- */

/* Edit distance; a swap of neighbours counts as one. Both are at most WORD_MAX. */
static size_t edit_distance(struct ent_str a, struct ent_str b)
{
	size_t row[3][WORD_MAX + 1];

	for (size_t j = 0; j <= b.n; j++)
		row[0][j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		size_t *now = row[i % 3], *before = row[(i - 1) % 3], *earlier = row[(i + 1) % 3];

		now[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			size_t best = before[j - 1] + (a.p[i - 1] != b.p[j - 1]);

			if (before[j] + 1 < best)
				best = before[j] + 1;
			if (now[j - 1] + 1 < best)
				best = now[j - 1] + 1;
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1] &&
			    earlier[j - 2] + 1 < best)
				best = earlier[j - 2] + 1;
			now[j] = best;
		}
	}
	return row[a.n % 3][b.n];
}

/* "warn" and "warning": one is the other and some more. */
static bool is_beginning(struct ent_str a, struct ent_str b)
{
	size_t n = a.n < b.n ? a.n : b.n;

	return n >= 3 && memcmp(a.p, b.p, n) == 0;
}

struct ent_str config_nearest(struct config_reader *reader, struct ent_str word,
			      const char *(*next)(const void *of, size_t i), const void *of)
{
	const char *best = NULL;
	size_t least = word.n < 4 ? 2 : word.n / 3 + 2; /* from here on it is another word */

	if (word.n > WORD_MAX)
		return ENT_STR("");
	for (size_t i = 0;; i++) {
		const char *known = next(of, i);
		struct ent_str candidate = sdk_str(known);
		size_t far;

		if (!known)
			break;
		if (candidate.n > WORD_MAX)
			continue;
		far = is_beginning(word, candidate) ? 1 : edit_distance(word, candidate);
		if (far < least) {
			least = far;
			best = known;
		}
	}
	return best ? sdk_format(&reader->arena.abi, "; did you mean \"%s\"?", best) : ENT_STR("");
}
