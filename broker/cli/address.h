/* SPDX-License-Identifier: Apache-2.0 */
/* People are mentioned at a shell by their mail address or name: @ana@us.example, @(Ana Weber), @REF. They become what
 * the API takes, and are shown by name again. */
#ifndef CLI_ADDRESS_H
#define CLI_ADDRESS_H

#include "cli/question.h"

/* who: a mail address or a name. *ret: the ref. False: err says why. */
typedef bool address_find(void *of, struct ent_str who, struct ent_str *ret, struct ent_err *err);
/* The words with <@REF> in place of each. False: err says which one is nobody, or several people. */
bool address_words(struct ent_arena *arena, struct ent_str text, address_find *find, void *of, struct ent_str *ret,
		   struct ent_err *err);
/* The same with the people that the broker lists. */
bool address_ask(const struct question_call *call, struct ent_str text, struct ent_str *ret, struct ent_err *err);
/* The words of a comment as the API answers it, with names. */
struct ent_str address_shown(struct ent_arena *arena, const struct sdk_json *comment);

#endif
