/* SPDX-License-Identifier: Apache-2.0 */
#include "face/page_words.h"

static const char *const words_table[WORDS_N][2] = {
#define X(id, en, fr) [WORDS_##id] = {en, fr},
    PAGE_WORDS(X)
#undef X
};

const char *page_words(enum page_words words, enum ent_language language)
{
	return words_table[words][language == ENT_FRENCH];
}

/* "0.8" as 800; what cannot be read is 1000. */
static int quality_of(struct ent_str parameters)
{
	struct ent_str value, name = sdk_trim(sdk_cut(parameters, '=', &value));
	int q = 0;

	value = sdk_trim(value);
	if (!sdk_ieqz(name, "q") || value.n == 0 || value.p[0] != '0')
		return 1000;
	for (size_t i = 2, unit = 100; i < value.n && i < 5; i++, unit /= 10)
		if (value.p[i] >= '0' && value.p[i] <= '9')
			q += (value.p[i] - '0') * (int)unit;
	return q;
}

enum ent_language page_words_language(struct ent_str accept_language)
{
	int fr = 0, en = 0;

	while (accept_language.n) {
		struct ent_str parameters, rest;
		struct ent_str one = sdk_cut(accept_language, ',', &accept_language);
		struct ent_str tag = sdk_trim(sdk_cut(one, ';', &parameters));
		int q = quality_of(parameters);

		tag = sdk_cut(tag, '-', &rest);
		if (sdk_ieqz(tag, "fr") && q > fr)
			fr = q;
		if (sdk_ieqz(tag, "en") && q > en)
			en = q;
	}
	return fr > en ? ENT_FRENCH : ENT_ENGLISH;
}
