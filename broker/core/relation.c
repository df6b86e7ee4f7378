/* SPDX-License-Identifier: Apache-2.0 */
#include "core/relation.h"

#include "sdk/webhook.h"

static const struct {
	const char *word;
	enum relation back;
} relations[RELATION_N] = {
#define X(id, word, back) {word, back},
    RELATIONS(X)
#undef X
};

const char *relation_word(enum relation relation)
{
	return relations[relation].word;
}

enum relation relation_back(enum relation relation)
{
	return relations[relation].back;
}

bool relation_by_word(struct ent_str word, enum relation *ret)
{
	for (unsigned i = 0; i < RELATION_N; i++)
		if (sdk_eqz(word, relations[i].word)) {
			*ret = (enum relation)i;
			return true;
		}
	return false;
}
