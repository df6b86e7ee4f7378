/* SPDX-License-Identifier: Apache-2.0 */
#include "sdk/acts.h"

#include "sdk/str.h"

#include <assert.h>

enum { ACT_BEGINS = 1, ACT_MAY_SPEAK = 2, ACT_SPEAKS = 4 };

static const struct {
	const char *noun, *verb;
} act_words[ENT_N_ACT] = {
#define X(id, noun, verb) [id] = {noun, verb},
    ENT_ACTS(X)
#undef X
};

static const unsigned act_facts[ENT_N_ACT] = {
    [ENT_ASK_MADE] = ACT_BEGINS | ACT_SPEAKS,
    [ENT_ASK_ANSWERED] = ACT_SPEAKS,
    [ENT_HANDOVER_PROPOSED] = ACT_BEGINS | ACT_SPEAKS,
    [ENT_HANDOVER_ACCEPTED] = ACT_MAY_SPEAK,
    [ENT_HANDOVER_DECLINED] = ACT_SPEAKS,
    [ENT_PROMISE_MADE] = ACT_BEGINS | ACT_SPEAKS,
    [ENT_HELP_WANTED] = ACT_BEGINS | ACT_SPEAKS,
    [ENT_HELP_OFFERED] = ACT_SPEAKS,
};

const char *sdk_act_noun(enum ent_act_kind kind)
{
	assert(kind > ENT_NO_ACT && kind < ENT_N_ACT);
	return act_words[kind].noun;
}

const char *sdk_act_verb(enum ent_act_kind kind)
{
	assert(kind > ENT_NO_ACT && kind < ENT_N_ACT);
	return act_words[kind].verb;
}

bool sdk_act(struct ent_str noun, struct ent_str verb, enum ent_act_kind *ret)
{
	for (int i = ENT_NO_ACT + 1; i < ENT_N_ACT; i++)
		if (sdk_eqz(noun, act_words[i].noun) && sdk_eqz(verb, act_words[i].verb)) {
			*ret = (enum ent_act_kind)i;
			return true;
		}
	return false;
}

bool sdk_act_begins(enum ent_act_kind kind)
{
	return act_facts[kind] & ACT_BEGINS;
}

bool sdk_act_has_words(enum ent_act_kind kind)
{
	return act_facts[kind] & (ACT_SPEAKS | ACT_MAY_SPEAK);
}

/* The members of what begins. */
static enum ent_rc vet_beginning(const struct ent_act *act, struct ent_err *err)
{
	static const char *const asks[] = {"question", "information", "action", "approval"};
	bool is_for = act->kind == ENT_ASK_MADE || act->kind == ENT_HANDOVER_PROPOSED, is_known = false;

	for (size_t i = 0; i < sizeof asks / sizeof *asks; i++)
		is_known |= sdk_eqz(act->ask, asks[i]);
	if (act->kind == ENT_ASK_MADE && !is_known)
		return sdk_fail_as(err, ENT_EINVAL, "act.ask_kind",
				   "ask.kind is none of question, information, action and approval");
	if (is_for && !act->to.n)
		return sdk_fail_as(err, ENT_EINVAL, "act.to_missing", "{noun=%s}.to is missing: whom is it for?",
				   act_words[act->kind].noun);
	if (act->kind == ENT_PROMISE_MADE && !act->due_ms)
		return sdk_fail_as(err, ENT_EINVAL, "act.due_missing", "promise.due is missing: when do news come?");
	return ENT_OK;
}

enum ent_rc sdk_act_vet(const struct ent_act *act, bool has_words, struct ent_err *err)
{
	if (act->kind <= ENT_NO_ACT || act->kind >= ENT_N_ACT)
		return sdk_fail_as(err, ENT_EINVAL, "act.unknown",
				   "it is no act that Entente knows; ENT_ACTS in entente/ticket.h lists them");
	if (act->accepts && act->kind != ENT_ASK_ANSWERED)
		return sdk_fail_as(err, ENT_EINVAL, "act.accepts_nothing",
				   "{noun=%s}.accepts: only an answer to an approval says yes or no",
				   act_words[act->kind].noun);
	if (act_facts[act->kind] & ACT_SPEAKS && !has_words)
		return sdk_fail_as(err, ENT_EINVAL, "act.words_missing",
				   "{noun=%s} {verb=%s}: its words are missing (comment)", act_words[act->kind].noun,
				   act_words[act->kind].verb);
	if (has_words && !sdk_act_has_words(act->kind))
		return sdk_fail_as(err, ENT_EINVAL, "act.words_unwanted",
				   "{noun=%s} {verb=%s}: it has no words; send them as a comment of their own",
				   act_words[act->kind].noun, act_words[act->kind].verb);
	return sdk_act_begins(act->kind) ? vet_beginning(act, err) : ENT_OK;
}
