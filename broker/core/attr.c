/* SPDX-License-Identifier: Apache-2.0 */
#include "core/attr.h"

#include <assert.h>
#include <stdio.h>

#include "sdk/webhook.h"

enum attr_rule attr_rule(enum ent_attr attr)
{
	static const enum attr_rule rules[ENT_N_ATTR] = {
#define X(id, words, rule) [id] = rule,
	    ATTR_TABLE(X)
#undef X
	};
	assert((unsigned)attr < ENT_N_ATTR);
	return rules[attr];
}

enum attr_words attr_words(enum ent_attr attr)
{
	static const enum attr_words words_of[ENT_N_ATTR] = {
#define X(id, words, rule) [id] = words,
	    ATTR_TABLE(X)
#undef X
	};
	assert((unsigned)attr < ENT_N_ATTR);
	return words_of[attr];
}

unsigned attr_value(enum ent_attr attr, struct ent_str word)
{
	if (!attr_in(ATTR_CARRIED, attr) || !sdk_is_canonical(attr, word))
		return 0;
	return attr_rule(attr) == ATTR_STATE ? sdk_status(word) : (unsigned)(word.p[0] - '0');
}

struct ent_str attr_word(enum ent_attr attr, unsigned value)
{
	static const char digits[] = "123456789";

	if (!attr_in(ATTR_CARRIED, attr) || value == 0)
		return ENT_STR("");
	if (attr_rule(attr) == ATTR_STATE)
		return sdk_str(sdk_status_name((enum ent_status)value));
	return value <= sdk_attr_steps(attr) ? (struct ent_str){digits + value - 1, 1} : ENT_STR("");
}

unsigned attr_n_value(enum ent_attr attr)
{
	if (!attr_in(ATTR_CARRIED, attr))
		return 1;
	return attr_rule(attr) == ATTR_STATE ? ENT_N_STATUS : sdk_attr_steps(attr) + 1;
}

void attr_take(struct values *to, const struct values *from)
{
	for (unsigned i = 0; i < ENT_N_ATTR; i++)
		if (from->at[i])
			to->at[i] = from->at[i];
}

uint32_t attr_differ(const struct values *a, const struct values *b)
{
	uint32_t bits = 0;

	for (unsigned i = 0; i < ENT_N_ATTR; i++)
		bits |= (uint32_t)(a->at[i] != b->at[i]) << i;
	return bits;
}

struct ent_str attr_values_print(const struct values *values, char ret[ATTR_VALUES_SIZE])
{
	size_t n = 0;

	ret[0] = '\0';
	for (unsigned i = 0; i < ENT_N_ATTR; i++) {
		const struct ent_str word = attr_word((enum ent_attr)i, values->at[i]);
		if (word.n)
			n += (size_t)snprintf(ret + n, ATTR_VALUES_SIZE - n, "%s%s=%.*s", n ? " " : "",
					      sdk_attr_name((enum ent_attr)i), ENT_F(word));
	}
	assert(n < ATTR_VALUES_SIZE);
	return (struct ent_str){ret, n};
}

struct values attr_values_parse(struct ent_str text)
{
	struct values values = {{0}};
	struct ent_str word, name;
	enum ent_attr attr;

	while (text.n) {
		word = sdk_cut(text, ' ', &text);
		name = sdk_cut(word, '=', &word);
		if (sdk_attr(name, &attr))
			values.at[attr] = attr_value(attr, word);
	}
	return values;
}

static void print_members(struct sdk_jsonw *w, const struct values *values, bool all)
{
	for (unsigned i = 0; i < ENT_N_ATTR; i++) {
		const char *name = sdk_attr_name((enum ent_attr)i);

		if (!attr_in(ATTR_CARRIED, i) || (!all && values->at[i] == 0))
			continue;
		if (attr_rule((enum ent_attr)i) == ATTR_STATE)
			sdk_jsonw_kz(w, name, sdk_status_name((enum ent_status)values->at[i]));
		else
			sdk_jsonw_kint(w, name, values->at[i]);
	}
}

void attr_json(struct sdk_jsonw *w, const struct values *values)
{
	print_members(w, values, true);
}

void attr_json_known(struct sdk_jsonw *w, const struct values *values)
{
	print_members(w, values, false);
}
