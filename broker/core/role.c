/* SPDX-License-Identifier: Apache-2.0 */
#include "core/role.h"

#include "sdk/webhook.h"

static const struct {
	const char *word;
	uint32_t verbs;
} roles[ROLE_N] = {[ROLE_NONE] = {"", VERB_NONE},
#define X(id, word, verbs) [ROLE_##id] = {word, verbs},
		   ROLE_TABLE(X)
#undef X
};

static const char *const verb_words[VERB_BITS] = {
#define X(id, word, text) [VERB_BIT_##id] = word,
    VERB_TABLE(X)
#undef X
};

uint32_t role_verbs(enum role role)
{
	return role < ROLE_N ? roles[role].verbs : VERB_NONE;
}

const char *role_word(enum role role)
{
	return role < ROLE_N ? roles[role].word : "";
}

enum role role_of_word(struct ent_str word)
{
	for (int i = ROLE_NONE + 1; i < ROLE_N; i++)
		if (sdk_eqz(word, roles[i].word))
			return (enum role)i;
	return ROLE_NONE;
}

bool role_is_ours(enum role role)
{
	switch (role) {
	case ROLE_TECHNICIAN:
	case ROLE_SERVICE_OWNER:
	case ROLE_ADMIN:
	case ROLE_AUDITOR:
	case ROLE_SYSTEM:
		return true;
	case ROLE_NONE:
	case ROLE_SUPPLIER_TECHNICIAN:
	case ROLE_SUPPLIER_ADMIN:
	case ROLE_SUPPLIER_SYSTEM:
	case ROLE_N:
		return false;
	}
	return false;
}

bool role_is_machine(enum role role)
{
	return role == ROLE_SYSTEM || role == ROLE_SUPPLIER_SYSTEM;
}

static struct ent_str list_add(struct ent_arena *arena, struct ent_str list, const char *between, const char *word)
{
	return list.n ? sdk_format(arena, "%.*s%s%s", ENT_F(list), between, word) : sdk_str(word);
}

struct ent_str role_list(struct ent_arena *arena, enum verb verb)
{
	struct ent_str list = ENT_STR("");

	for (int i = ROLE_NONE + 1; i < ROLE_N; i++)
		if (roles[i].verbs & (uint32_t)verb)
			list = list_add(arena, list, ", ", roles[i].word);
	return list;
}

const char *role_verb_word(enum verb verb)
{
	for (unsigned i = 0; i < VERB_BITS; i++)
		if ((uint32_t)verb == UINT32_C(1) << i)
			return verb_words[i];
	return "";
}

struct ent_str role_verbs_print(struct ent_arena *arena, uint32_t verbs)
{
	struct ent_str list = ENT_STR("");

	for (unsigned i = 0; i < VERB_BITS; i++)
		if (verbs & UINT32_C(1) << i)
			list = list_add(arena, list, ",", verb_words[i]);
	return list;
}

static uint32_t verb_of_word(struct ent_str word)
{
	for (unsigned i = 0; i < VERB_BITS; i++)
		if (sdk_eqz(word, verb_words[i]))
			return UINT32_C(1) << i;
	return VERB_NONE;
}

bool role_verbs_parse(struct ent_str words, uint32_t *ret)
{
	struct ent_str rest = words;

	*ret = VERB_NONE;
	while (rest.n) {
		uint32_t verb = verb_of_word(sdk_cut(rest, ',', &rest));

		if (verb == VERB_NONE)
			return false;
		*ret |= verb;
	}
	return true;
}

struct ent_said role_say_other(struct ent_arena *arena, struct ent_str word, struct ent_str organisation, bool is_ours)
{
	if (is_ours)
		return sdk_say(arena, "role.of_ours",
			       "{role=%.*s} is no role of our people; those are technician, service_owner, admin and "
			       "auditor",
			       ENT_F(sdk_head(word, ROLE_WORDS_MAX)));
	return sdk_say(arena, "role.of_others",
		       "{role=%.*s} is no role of people of {organisation=%.*s}; those are supplier_technician and "
		       "supplier_admin",
		       ENT_F(sdk_head(word, ROLE_WORDS_MAX)), ENT_F(organisation));
}

struct ent_said role_say_lacks(struct ent_arena *arena, enum role role, uint32_t verbs)
{
	return sdk_say(arena, "role.lacks", "{role=%s} does not have these verbs: {verbs=%.*s}; it has {own=%.*s}",
		       role_word(role), ENT_F(role_verbs_print(arena, verbs & ~role_verbs(role))),
		       ENT_F(role_verbs_print(arena, role_verbs(role))));
}
