/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading. A node is a cJSON item, built in the arena from the tokens of the gate. A
 * number is kept as a string that begins with byte 0xFF, which no valid text contains:
 * so its digits survive, and no real string can be taken for a number.
 */
#include "sdk/json.h"

#include <assert.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "sdk/gate.h"
#include "sdk/time.h"

#define NUMBER_MARK '\xFF'

static const cJSON *item_of(const struct sdk_json *node)
{
	return (const cJSON *)(const void *)node;
}

static const struct sdk_json *node_at(const cJSON *item)
{
	return (const struct sdk_json *)(const void *)item;
}

static bool is_number_item(const cJSON *item)
{
	return item->type == cJSON_String && item->valuestring[0] == NUMBER_MARK;
}

/* ---- parsing --------------------------------------------------------------- */

/* Makes the tree of what the gate has passed. */
struct builder {
	struct ent_str text;
	cJSON *item;                     /* the next free node */
	char *p;                         /* the next free byte for keys, strings and numbers */
	const char *key;                 /* of the value that follows; NULL in an array */
	cJSON *open[SDK_JSON_DEPTH_MAX]; /* objects and arrays that have not ended */
	size_t depth;
};

/* The token's text with a NUL behind it. */
static char *build_text(struct builder *build, const struct gate_token *token)
{
	struct ent_str inside = {build->text.p + token->at, token->n};
	char *start = build->p;

	if (token->escaped)
		build->p += gate_unescape(inside, start);
	else
		build->p = (char *)mempcpy(start, inside.p, inside.n);
	*build->p++ = '\0';
	return start;
}

/* cJSON's order of children: the first one's `prev` is the last one, the last one's `next` is NULL. */
static void build_into(cJSON *parent, cJSON *item)
{
	cJSON *first = parent->child;

	if (!first) {
		parent->child = item->prev = item;
		return;
	}
	item->prev = first->prev;
	first->prev->next = item;
	first->prev = item;
}

static void build_value(struct builder *build, const struct gate_token *token)
{
	static const int type[] = {
	    [GATE_OBJECT] = cJSON_Object, [GATE_ARRAY] = cJSON_Array, [GATE_STRING] = cJSON_String,
	    [GATE_NUMBER] = cJSON_String, [GATE_TRUE] = cJSON_True,   [GATE_FALSE] = cJSON_False,
	    [GATE_NULL] = cJSON_NULL};
	cJSON *item = build->item++;

	item->type = type[token->kind];
	item->string = (char *)(uintptr_t)build->key; /* cJSON's field is not const; nobody writes there */
	build->key = NULL;
	if (build->depth > 0)
		build_into(build->open[build->depth - 1], item);
	if (token->kind == GATE_NUMBER)
		*build->p++ = NUMBER_MARK;
	if (item->type == cJSON_String) {
		item->valuestring = build_text(build, token);
		item->valuestring -= token->kind == GATE_NUMBER;
	}
	if (token->kind == GATE_OBJECT || token->kind == GATE_ARRAY)
		build->open[build->depth++] = item;
}

static const cJSON *build_tree(struct ent_arena *arena, struct ent_str text, const struct gate *gate)
{
	cJSON *root = SDK_NEW_N(arena, cJSON, gate->n_value);
	/* Two bytes a token: a NUL, and a number's mark. */
	struct builder build = {.text = text, .item = root, .p = sdk_alloc(arena, gate->n_text + 2 * gate->n_token)};

	for (size_t i = 0; i < gate->n_token; i++) {
		const struct gate_token *token = &gate->token[i];
		if (token->kind == GATE_KEY)
			build.key = build_text(&build, token);
		else if (token->kind == GATE_END)
			build.depth--;
		else
			build_value(&build, token);
	}
	return root;
}

enum ent_rc sdk_json_parse(struct ent_arena *arena, struct ent_str bytes, const struct sdk_json **ret,
			   struct ent_err *err)
{
	struct gate gate;
	enum ent_rc rc = gate_check(&gate, bytes, err);

	if (rc == ENT_OK)
		*ret = node_at(build_tree(arena, bytes, &gate));
	gate_release(&gate);
	return rc;
}

struct sdk_json *sdk_json_new(struct ent_arena *arena, enum sdk_json_kind kind)
{
	cJSON *item = SDK_NEW(arena, cJSON);

	assert(kind == SDK_JSON_OBJECT || kind == SDK_JSON_ARRAY);
	item->type = kind == SDK_JSON_OBJECT ? cJSON_Object : cJSON_Array;
	return (struct sdk_json *)(void *)item;
}

void sdk_json_put(struct ent_arena *arena, struct sdk_json *into, struct ent_str key, const struct sdk_json *value)
{
	cJSON *item = SDK_NEW(arena, cJSON);

	if (value)
		*item = *item_of(value);
	else
		item->type = cJSON_NULL;
	item->next = NULL;
	item->string = (char *)(uintptr_t)key.p;
	build_into((cJSON *)(void *)into, item);
}

enum ent_rc sdk_json_check(struct ent_str bytes, struct ent_err *err)
{
	struct gate gate;
	enum ent_rc rc = gate_check(&gate, bytes, err);

	gate_release(&gate);
	return rc;
}

/* An integer past 2^53, either way. Its first digit is no zero, so text order is number order. */
static bool is_big_integer(struct ent_str text, const struct gate_token *token)
{
	const char *digits = text.p + token->at, *limit = "9007199254740992";
	size_t n = token->n, n_limit = strlen(limit);

	if (token->kind != GATE_NUMBER || !token->integer)
		return false;
	if (digits[0] == '-') {
		digits++;
		n--;
	}
	return n > n_limit || (n == n_limit && memcmp(digits, limit, n) > 0);
}

static struct ent_str quote_big(struct ent_arena *arena, struct ent_str text, const struct gate *gate)
{
	size_t n = 0, from = 0;

	for (size_t i = 0; i < gate->n_token; i++)
		n += is_big_integer(text, &gate->token[i]);
	if (n == 0)
		return text;
	char *out = sdk_alloc(arena, text.n + 2 * n), *p = out;
	for (size_t i = 0; i < gate->n_token; i++) {
		const struct gate_token *token = &gate->token[i];
		if (!is_big_integer(text, token))
			continue;
		p = (char *)mempcpy(p, text.p + from, token->at - from);
		*p++ = '"';
		p = (char *)mempcpy(p, text.p + token->at, token->n);
		*p++ = '"';
		from = token->at + token->n;
	}
	p = (char *)mempcpy(p, text.p + from, text.n - from);
	return (struct ent_str){out, (size_t)(p - out)};
}

struct ent_str sdk_json_quote_big(struct ent_arena *arena, struct ent_str bytes)
{
	struct gate gate;
	struct ent_str result = bytes;

	if (gate_check(&gate, bytes, NULL) == ENT_OK)
		result = quote_big(arena, bytes, &gate);
	gate_release(&gate);
	return result;
}

/* ---- reading --------------------------------------------------------------- */

enum sdk_json_kind sdk_json_kind(const struct sdk_json *node)
{
	const cJSON *item = item_of(node);

	switch (item ? item->type : cJSON_NULL) {
	case cJSON_True:
	case cJSON_False:
		return SDK_JSON_BOOL;
	case cJSON_String:
		return is_number_item(item) ? SDK_JSON_NUMBER : SDK_JSON_STRING;
	case cJSON_Array:
		return SDK_JSON_ARRAY;
	case cJSON_Object:
		return SDK_JSON_OBJECT;
	}
	return SDK_JSON_NULL;
}

/* The first byte tells most names apart: this runs for each field that a connector asks for, over a whole record. */
static bool is_named(const cJSON *item, struct ent_str name)
{
	if (name.n > 0 && item->string[0] != name.p[0])
		return false;
	return strncmp(item->string, name.p, name.n) == 0 && item->string[name.n] == '\0';
}

const struct sdk_json *sdk_json_member(const struct sdk_json *node, struct ent_str name)
{
	const cJSON *item = item_of(node), *child = item && item->type == cJSON_Object ? item->child : NULL;

	while (child && !is_named(child, name))
		child = child->next;
	return node_at(child);
}

const struct sdk_json *sdk_json_at(const struct sdk_json *node, const char *path)
{
	while (node && *path != '\0') {
		size_t n = strcspn(path, ".");
		node = sdk_json_member(node, (struct ent_str){path, n});
		path += path[n] == '.' ? n + 1 : n;
	}
	return node;
}

const struct sdk_json *sdk_json_first(const struct sdk_json *node)
{
	return node ? node_at(item_of(node)->child) : NULL;
}

const struct sdk_json *sdk_json_next(const struct sdk_json *node)
{
	return node ? node_at(item_of(node)->next) : NULL;
}

struct ent_str sdk_json_key(const struct sdk_json *node)
{
	return sdk_str(node ? item_of(node)->string : NULL);
}

size_t sdk_json_count(const struct sdk_json *node)
{
	size_t n = 0;

	for (node = sdk_json_first(node); node; node = sdk_json_next(node))
		n++;
	return n;
}

bool sdk_json_is(const struct sdk_json *node, const char *path, const char *text)
{
	const struct sdk_json *at = sdk_json_at(node, path);

	return sdk_json_kind(at) == SDK_JSON_STRING && strcmp(item_of(at)->valuestring, text) == 0;
}

struct ent_str sdk_json_text(const struct sdk_json *node)
{
	switch (sdk_json_kind(node)) {
	case SDK_JSON_STRING:
		return sdk_str(item_of(node)->valuestring);
	case SDK_JSON_NUMBER:
		return sdk_str(item_of(node)->valuestring + 1);
	case SDK_JSON_BOOL:
		return item_of(node)->type == cJSON_True ? ENT_STR("true") : ENT_STR("false");
	case SDK_JSON_NULL:
	case SDK_JSON_ARRAY:
	case SDK_JSON_OBJECT:
		break;
	}
	return ENT_ABSENT;
}

struct ent_str sdk_json_text_at(const struct sdk_json *node, const char *path)
{
	return sdk_json_text(sdk_json_at(node, path));
}

bool sdk_json_bool(const struct sdk_json *node, bool dflt)
{
	return sdk_json_kind(node) == SDK_JSON_BOOL ? item_of(node)->type == cJSON_True : dflt;
}

bool sdk_json_int(const struct sdk_json *node, int64_t *ret)
{
	enum sdk_json_kind kind = sdk_json_kind(node);

	return (kind == SDK_JSON_NUMBER || kind == SDK_JSON_STRING) && sdk_to_int(sdk_json_text(node), ret);
}

/* ---- printing -------------------------------------------------------------- */

static void print_node(struct sdk_jsonw *w, const struct sdk_json *node)
{
	enum sdk_json_kind kind = sdk_json_kind(node);

	switch (kind) {
	case SDK_JSON_NULL:
		sdk_jsonw_null(w);
		return;
	case SDK_JSON_BOOL:
	case SDK_JSON_NUMBER:
		sdk_jsonw_raw(w, sdk_json_text(node));
		return;
	case SDK_JSON_STRING:
		sdk_jsonw_str(w, sdk_json_text(node));
		return;
	case SDK_JSON_ARRAY:
	case SDK_JSON_OBJECT:
		break;
	}
	sdk_jsonw_open(w, kind == SDK_JSON_OBJECT ? '{' : '[');
	for (const struct sdk_json *child = sdk_json_first(node); child; child = sdk_json_next(child)) {
		if (kind == SDK_JSON_OBJECT)
			sdk_jsonw_key_str(w, sdk_json_key(child));
		print_node(w, child); /* as deep as the gate let it be */
	}
	sdk_jsonw_close(w, kind == SDK_JSON_OBJECT ? '}' : ']');
}

struct ent_str sdk_json_print(struct ent_arena *arena, const struct sdk_json *node)
{
	struct sdk_buf buf;
	struct sdk_jsonw w;

	sdk_buf_init(&buf, SIZE_MAX); /* bounded by what was parsed */
	sdk_jsonw_init(&w, &buf);
	print_node(&w, node);
	struct ent_str result = sdk_dup(arena, sdk_buf_view(&buf));
	sdk_buf_release(&buf);
	return result;
}

/* ---- by table -------------------------------------------------------------- */

/* False: the value is of another kind. */
static bool field_set(const struct sdk_json *value, enum sdk_field_kind kind, void *ret)
{
	switch (kind) {
	case SDK_FIELD_STR: {
		struct ent_str text = sdk_json_text(value);
		if (text.p)
			*(struct ent_str *)ret = text;
		return text.p != NULL;
	}
	case SDK_FIELD_INT:
		return sdk_json_int(value, ret);
	case SDK_FIELD_BOOL:
		if (sdk_json_kind(value) != SDK_JSON_BOOL)
			return false;
		*(bool *)ret = sdk_json_bool(value, false);
		return true;
	case SDK_FIELD_TIME:
		return sdk_json_kind(value) == SDK_JSON_STRING && sdk_time_parse(sdk_json_text(value), 0, ret);
	}
	return false;
}

static enum ent_rc field_refuse(const struct sdk_field *field, struct ent_err *err)
{
	switch (field->kind) {
	case SDK_FIELD_STR:
		return sdk_fail_as(err, ENT_EINVAL, "json.not_text", "{path=%s} is not text or a number", field->path);
	case SDK_FIELD_INT:
		return sdk_fail_as(err, ENT_EINVAL, "json.not_integer", "{path=%s} is not an integer", field->path);
	case SDK_FIELD_BOOL:
		return sdk_fail_as(err, ENT_EINVAL, "json.not_bool", "{path=%s} is not true or false", field->path);
	case SDK_FIELD_TIME:
		break;
	}
	return sdk_fail_as(err, ENT_EINVAL, "json.not_time", "{path=%s} is not a time", field->path);
}

enum ent_rc sdk_json_read(const struct sdk_json *node, const struct sdk_field *table, void *ret, struct ent_err *err)
{
	for (const struct sdk_field *field = table; field->path; field++) {
		const struct sdk_json *value = sdk_json_at(node, field->path);
		if (sdk_json_kind(value) == SDK_JSON_NULL) {
			if (field->required)
				return sdk_fail_as(err, ENT_EINVAL, "json.missing", "{path=%s} is missing",
						   field->path);
			continue;
		}
		if (field_set(value, field->kind, (char *)ret + field->offset))
			continue;
		return field_refuse(field, err);
	}
	return ENT_OK;
}
