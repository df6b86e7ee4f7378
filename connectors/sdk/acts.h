/* SPDX-License-Identifier: Apache-2.0 */
/* Acts of people who work together: their words, and what each of them needs. Pure. */
#ifndef SDK_ACTS_H
#define SDK_ACTS_H

#include "entente/ticket.h"
#include "sdk/say.h"

const char *sdk_act_noun(enum ent_act_kind kind); /* "ask" */
const char *sdk_act_verb(enum ent_act_kind kind); /* "answered" */
bool sdk_act(struct ent_str noun, struct ent_str verb, enum ent_act_kind *ret);
/* It is about none that is there already. */
bool sdk_act_begins(enum ent_act_kind kind);
bool sdk_act_has_words(enum ent_act_kind kind);
/* ENT_EINVAL: a member that it needs is missing, or one stands there that it has no use for. has_words: there are
 * words. */
enum ent_rc sdk_act_vet(const struct ent_act *act, bool has_words, struct ent_err *err)
    __attribute__((warn_unused_result));

#endif
