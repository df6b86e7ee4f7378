/* SPDX-License-Identifier: Apache-2.0 */
#include "face/body.h"

#include "face/answer.h"
#include "sdk/time.h"

static int64_t character_count(struct ent_str text)
{
	int64_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		n += ((unsigned char)text.p[i] & 0xC0) != 0x80;
	return n;
}

static bool read_text(const struct sdk_json *node, const struct body_field *field, struct ent_str *ret)
{
	struct ent_str text = sdk_json_text(node);

	if (sdk_json_kind(node) != SDK_JSON_STRING || character_count(text) > field->max ||
	    character_count(field->min > 0 ? sdk_trim(text) : text) < field->min)
		return false;
	*ret = text;
	return true;
}

bool body_whole(const struct sdk_json *node, int64_t *ret)
{
	struct ent_str zeros, digits = sdk_cut(sdk_json_text(node), '.', &zeros);

	for (size_t i = 0; i < zeros.n; i++)
		if (zeros.p[i] != '0')
			return false;
	return sdk_json_kind(node) == SDK_JSON_NUMBER && sdk_to_int(digits, ret);
}

static bool read_value(const struct sdk_json *node, const struct body_field *field, void *ret)
{
	char *to = (char *)ret + field->offset;
	int64_t number;

	switch (field->kind) {
	case BODY_TEXT:
		return read_text(node, field, (struct ent_str *)(void *)to);
	case BODY_BOOL:
		*(bool *)to = sdk_json_bool(node, false);
		return sdk_json_kind(node) == SDK_JSON_BOOL;
	case BODY_INT:
		if (!body_whole(node, &number) || number < field->min || number > field->max)
			return false;
		*(int64_t *)(void *)to = number;
		return true;
	case BODY_TIME:
		return sdk_json_kind(node) == SDK_JSON_STRING &&
		       sdk_time_parse(sdk_json_text(node), 0, (int64_t *)(void *)to);
	case BODY_NODE:
		*(const struct sdk_json **)(void *)to = node;
		return true;
	}
	return false;
}

/* "a text of 1 to 64 characters" */
static struct ent_said kind_words(struct exchange *x, const struct body_field *field)
{
	struct ent_arena *arena = &x->arena.abi;
	long long min = field->min, max = field->max;

	switch (field->kind) {
	case BODY_TEXT:
		return sdk_say(arena, "kind.text", "a text of {least=%lld} to {most=%lld} characters", min, max);
	case BODY_BOOL:
		return SDK_SENTENCE("kind.bool", "true or false");
	case BODY_INT:
		return sdk_say(arena, "kind.number", "a whole number from {least=%lld} to {most=%lld}", min, max);
	case BODY_TIME:
		return SDK_SENTENCE("kind.time", "a time like 2026-11-22T04:18:45Z");
	case BODY_NODE:
		break;
	}
	return SDK_SENTENCE("kind.there", "there");
}

static const char *member_name(struct exchange *x, const char *where, struct ent_str name)
{
	return sdk_z(&x->arena.abi, sdk_format(&x->arena.abi, "%s%.*s", where, ENT_F(name)));
}

static bool refuse_member(struct exchange *x, const char *where, struct ent_str name, const struct body_field *table)
{
	struct ent_str known = ENT_STR("");

	for (; table->name != NULL; table++)
		known = sdk_join(&x->arena.abi, known, ", ", sdk_str(table->name));
	name = sdk_head(name, 64);
	answer_problem(x, PROBLEM_CONTENT, "ask.member_unknown",
		       "\"{member=%s}\" is not known here; the members are: {known=%.*s}.", member_name(x, where, name),
		       ENT_F(known));
	return false;
}

static const struct body_field *field_find(const struct body_field *table, struct ent_str name)
{
	for (; table->name != NULL; table++)
		if (sdk_eqz(name, table->name))
			return table;
	return NULL;
}

bool body_read_node(struct exchange *x, const char *where, const struct sdk_json *node, const struct body_field *table,
		    void *ret)
{
	if (sdk_json_kind(node) != SDK_JSON_OBJECT) {
		if (where[0] == '\0')
			answer_problem(x, PROBLEM_CONTENT, "ask.body_no_object", "The body has to be a JSON object.");
		else
			answer_problem(x, PROBLEM_CONTENT, "ask.member_no_object",
				       "{member=%.*s} has to be a JSON object.", (int)sdk_str(where).n - 1, where);
		return false;
	}
	for (const struct sdk_json *member = sdk_json_first(node); member != NULL; member = sdk_json_next(member)) {
		const struct body_field *field = field_find(table, sdk_json_key(member));
		struct ent_said words;

		if (field == NULL)
			return refuse_member(x, where, sdk_json_key(member), table);
		if (read_value(member, field, ret))
			continue;
		words = kind_words(x, field);
		answer_problem(x, PROBLEM_CONTENT, "ask.member_kind", "\"{member=%s}\" has to be {kind=%p}.",
			       member_name(x, where, sdk_str(field->name)), (const void *)&words);
		return false;
	}
	for (; table->name != NULL; table++) {
		struct ent_said words = kind_words(x, table);

		if (!table->required || sdk_json_at(node, table->name) != NULL)
			continue;
		answer_problem(x, PROBLEM_CONTENT, "ask.member_missing",
			       "\"{member=%s}\" is missing; it has to be {kind=%p}.",
			       member_name(x, where, sdk_str(table->name)), (const void *)&words);
		return false;
	}
	return true;
}

bool body_read(struct exchange *x, const struct body_field *table, void *ret)
{
	const struct sdk_json *node;
	struct ent_err err;
	bool needs_none = true;

	for (const struct body_field *field = table; field->name != NULL; field++)
		needs_none &= !field->required;
	if (needs_none && x->body.n == 0)
		return true;
	if (sdk_json_parse(&x->arena.abi, x->body, &node, &err) != ENT_OK) {
		answer_problem(x, PROBLEM_REQUEST, "ask.body_no_json", "The body is no JSON: {why=%p}.", SDK_WHY(&err));
		return false;
	}
	return body_read_node(x, "", node, table, ret);
}
