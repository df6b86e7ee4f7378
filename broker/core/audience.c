/* SPDX-License-Identifier: Apache-2.0 */
#include "core/audience.h"

#include "sdk/webhook.h"

#include <string.h>

enum { SECOND_MS = 1000, BEHIND_MAX_MS = 3600 * 1000 };

static const char WORD_INTERNAL[] = "internal", WORD_EVERYONE[] = "everyone", WORD_REQUESTER[] = "requester";

/* ---- lists of names ---- */

static bool list_has(struct ent_str list, struct ent_str name)
{
	while (list.p) {
		struct ent_str rest, item = sdk_cut(list, ',', &rest);

		if (sdk_eq(item, name))
			return true;
		list = rest;
	}
	return false;
}

static bool comes_before(struct ent_str a, struct ent_str b)
{
	int order = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);

	return order < 0 || (order == 0 && a.n < b.n);
}

/* The sorted list with this name in its place; a name that it has is not added again. */
static struct ent_str list_with(struct ent_arena *arena, struct ent_str list, struct ent_str name)
{
	struct ent_str left = list, rest, before = ENT_STR("");

	if (name.n == 0 || list_has(list, name))
		return list;
	while (left.n) {
		struct ent_str item = sdk_cut(left, ',', &rest);

		if (comes_before(name, item))
			return sdk_format(arena, "%.*s%.*s,%.*s", ENT_F(before), ENT_F(name), ENT_F(left));
		before = (struct ent_str){list.p, (size_t)(item.p + item.n - list.p) + (rest.p != NULL)};
		left = rest;
	}
	return list.n ? sdk_format(arena, "%.*s,%.*s", ENT_F(list), ENT_F(name)) : name;
}

/* ---- making one ---- */

struct audience audience_make(struct ent_arena *arena, struct ent_str ours, struct ent_str author,
			      struct ent_str organisations, bool everyone, bool requester)
{
	struct ent_str list = list_with(arena, list_with(arena, ENT_ABSENT, ours), author);

	while (organisations.n)
		list = list_with(arena, list, sdk_cut(organisations, ',', &organisations));
	return (struct audience){list, everyone, requester};
}

bool audience_words(struct ent_arena *arena, struct ent_str ours, struct ent_str words, struct audience *ret)
{
	struct ent_str names = ENT_ABSENT, seen = ENT_ABSENT;
	bool internal = false, everyone = false, requester = false;
	size_t n = 0;

	words = sdk_or_empty(words);
	while (words.p) {
		struct ent_str word = sdk_trim(sdk_cut(words, ',', &words));

		if (word.n == 0 || list_has(seen, word) || ++n > AUDIENCE_MAX)
			return false;
		seen = list_with(arena, seen, word);
		if (sdk_eqz(word, WORD_INTERNAL))
			internal = true;
		else if (sdk_eqz(word, WORD_EVERYONE))
			everyone = true;
		else if (sdk_eqz(word, WORD_REQUESTER))
			requester = true;
		else
			names = list_with(arena, names, word);
	}
	*ret = audience_make(arena, ours, ENT_ABSENT, names, everyone, requester);
	return !internal || n == 1;
}

bool audience_is_word(struct ent_str name)
{
	return sdk_eqz(name, WORD_INTERNAL) || sdk_eqz(name, WORD_EVERYONE) || sdk_eqz(name, WORD_REQUESTER);
}

/* ---- asking ---- */

bool audience_names(const struct audience *audience, struct ent_str organisation)
{
	return organisation.n > 0 && list_has(audience->organisations, organisation);
}

bool audience_equal(const struct audience *a, const struct audience *b)
{
	return a->everyone == b->everyone && a->requester == b->requester &&
	       sdk_eq(sdk_or_empty(a->organisations), sdk_or_empty(b->organisations));
}

bool audience_widens(const struct audience *a, const struct audience *b)
{
	struct ent_str rest = b->organisations;

	if ((b->everyone && !a->everyone) || (b->requester && !a->requester))
		return true;
	while (rest.n && a->organisations.n) /* a without names: ours alone, whoever that is */
		if (!list_has(a->organisations, sdk_cut(rest, ',', &rest)))
			return true;
	return false;
}

/* Those named by `from` that may read `other`. */
static struct ent_str list_meet(struct ent_arena *arena, struct ent_str list, const struct audience *from,
				const struct audience *other)
{
	struct ent_str rest = from->organisations;

	while (rest.n) {
		struct ent_str name = sdk_cut(rest, ',', &rest);
		if (other->everyone || list_has(other->organisations, name))
			list = list_with(arena, list, name);
	}
	return list;
}

struct audience audience_meet(struct ent_arena *arena, const struct audience *a, const struct audience *b)
{
	struct ent_str list = list_meet(arena, list_meet(arena, ENT_ABSENT, a, b), b, a);

	return (struct audience){list, a->everyone && b->everyone, a->requester && b->requester};
}

bool audience_allows(const struct audience *audience, struct ent_str organisation, bool shares)
{
	/* An organisation that takes no part in the incident has no thread to read, named or not. */
	if (!shares || organisation.n == 0)
		return false;
	return audience->everyone || list_has(audience->organisations, organisation);
}

/* ---- JSON ---- */

void audience_print(struct sdk_jsonw *w, const struct audience *audience)
{
	struct ent_str rest = audience->organisations;

	sdk_jsonw_open(w, '{');
	sdk_jsonw_key(w, "organisations");
	sdk_jsonw_open(w, '[');
	while (rest.n)
		sdk_jsonw_str(w, sdk_cut(rest, ',', &rest));
	sdk_jsonw_close(w, ']');
	sdk_jsonw_kbool(w, "everyone", audience->everyone);
	sdk_jsonw_kbool(w, "requester", audience->requester);
	sdk_jsonw_close(w, '}');
}

bool audience_parse(struct ent_arena *arena, const struct sdk_json *node, struct audience *ret)
{
	const struct sdk_json *list = sdk_json_at(node, "organisations"), *everyone = sdk_json_at(node, "everyone"),
			      *requester = sdk_json_at(node, "requester");
	const size_t n_known = 1u + (everyone != NULL) + (requester != NULL);
	struct ent_str names = ENT_ABSENT;

	if (sdk_json_kind(node) != SDK_JSON_OBJECT || sdk_json_count(node) != n_known ||
	    sdk_json_kind(list) != SDK_JSON_ARRAY || sdk_json_count(list) > AUDIENCE_MAX ||
	    (everyone && sdk_json_kind(everyone) != SDK_JSON_BOOL) ||
	    (requester && sdk_json_kind(requester) != SDK_JSON_BOOL))
		return false;
	for (const struct sdk_json *one = sdk_json_first(list); one; one = sdk_json_next(one)) {
		struct ent_str name = sdk_json_text(one);

		if (sdk_json_kind(one) != SDK_JSON_STRING || name.n == 0 || memchr(name.p, ',', name.n) ||
		    list_has(names, name))
			return false;
		names = list_with(arena, names, name);
	}
	*ret = (struct audience){names, sdk_json_bool(everyone, false), sdk_json_bool(requester, false)};
	return names.n > 0;
}

/* ---- when ---- */

enum when_said audience_said(int64_t said_ms, int64_t since_ms)
{
	/* Most tools give whole seconds: the comment was made within that second. */
	int64_t latest_ms = said_ms % SECOND_MS == 0 ? said_ms + SECOND_MS - 1 : said_ms;

	if (latest_ms >= since_ms)
		return SAID_SINCE;
	return latest_ms >= since_ms - BEHIND_MAX_MS ? SAID_JUST_BEFORE : SAID_BEFORE;
}
