/* SPDX-License-Identifier: Apache-2.0 */
#include "core/phrase.h"

#include "sdk/time.h"

#include <assert.h>
#include <string.h>

enum { PHRASE_MAX = 4 << 20 }; /* what is filled in was bounded where it came in */

static const struct {
	const char *code, *text[2];
} phrases[PHRASE_N] = {
#define X(id, code, english, french) [id] = {code, {[ENT_ENGLISH] = english, [ENT_FRENCH] = french}},
    PHRASE_TABLE(X)
#undef X
};

static const char *const language_words[] = {[ENT_ENGLISH] = "en", [ENT_FRENCH] = "fr"};

const char *phrase_code(enum phrase phrase)
{
	assert((unsigned)phrase < PHRASE_N);
	return phrases[phrase].code;
}

const char *phrase_text(enum phrase phrase, enum ent_language language)
{
	assert((unsigned)phrase < PHRASE_N && (unsigned)language < 2);
	return phrases[phrase].text[language];
}

static struct ent_str param_named(struct ent_str name, const struct phrase_param *param, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (sdk_eqz(name, param[i].name))
			return param[i].value;
	assert(false); /* a phrase's param was not given */
	return ENT_STR("");
}

struct ent_str phrase_say(struct ent_arena *arena, enum ent_language language, enum phrase phrase,
			  const struct phrase_param *param, size_t n)
{
	struct ent_str rest = sdk_str(phrase_text(phrase, language));
	struct sdk_buf buf;

	sdk_buf_init(&buf, PHRASE_MAX);
	while (rest.n) {
		struct ent_str name;

		sdk_buf_str(&buf, sdk_cut(rest, '{', &rest));
		if (!rest.n)
			break;
		name = sdk_cut(rest, '}', &rest);
		sdk_buf_str(&buf, param_named(name, param, n));
	}
	struct ent_str text = sdk_dup(arena, sdk_buf_view(&buf));
	sdk_buf_release(&buf);
	return text;
}

struct ent_str phrase_time(struct ent_arena *arena, enum ent_language language, int64_t ms)
{
	char time[SDK_TIME_SIZE];

	sdk_time_format(ms, time); /* 2026-11-22T08:14:03.123Z; minutes are fine enough to read */
	if (language == ENT_FRENCH)
		return sdk_format(arena, "%.2s/%.2s/%.4s à %.5s UTC", time + 8, time + 5, time, time + 11);
	return sdk_format(arena, "%.10s %.5s UTC", time, time + 11);
}

const char *phrase_language_word(enum ent_language language)
{
	assert((unsigned)language < 2);
	return language_words[language];
}

bool phrase_language_by_word(struct ent_str word, enum ent_language *ret)
{
	for (size_t i = 0; i < sizeof language_words / sizeof *language_words; i++)
		if (sdk_eqz(word, language_words[i])) {
			*ret = (enum ent_language)i;
			return true;
		}
	return false;
}
