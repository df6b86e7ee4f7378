/* SPDX-License-Identifier: Apache-2.0 */
#include "core/entry.h"

#include "sdk/time.h"
#include "sdk/webhook.h"

#include <assert.h>

enum { ENTRY_MAX = 4096 };

static const struct {
	const char *word;
	enum phrase phrase; /* PHRASE_N: no line */
} entries[ENTRY_N] = {
    [ENTRY_WORDS] = {"words", PHRASE_N},
    [ENTRY_QUESTION] = {"question", PHRASE_QUESTION},
    [ENTRY_INFORMATION] = {"information", PHRASE_INFORMATION},
    [ENTRY_ACTION] = {"action", PHRASE_ACTION},
    [ENTRY_APPROVAL] = {"approval", PHRASE_APPROVAL},
    [ENTRY_ANSWER] = {"answer", PHRASE_ANSWER},
    [ENTRY_APPROVED] = {"approved", PHRASE_APPROVED},
    [ENTRY_REFUSED] = {"refused", PHRASE_REFUSED},
    [ENTRY_HANDOVER] = {"handover", PHRASE_HANDOVER},
    [ENTRY_ACCEPTED] = {"accepted", PHRASE_ACCEPTED},
    [ENTRY_DECLINED] = {"declined", PHRASE_DECLINED},
    [ENTRY_PROMISE] = {"promise", PHRASE_PROMISE},
    [ENTRY_HELP] = {"help", PHRASE_HELP},
    [ENTRY_OFFER] = {"offer", PHRASE_OFFER},
    [ENTRY_TOLD] = {"told", PHRASE_N},
};

const char *entry_word(enum entry_act_kind kind)
{
	assert((unsigned)kind < ENTRY_N);
	return entries[kind].word;
}

bool entry_by_word(struct ent_str word, enum entry_act_kind *ret)
{
	for (int i = 0; i < ENTRY_N; i++)
		if (sdk_eqz(word, entries[i].word)) {
			*ret = (enum entry_act_kind)i;
			return true;
		}
	return false;
}

static void print_when(struct sdk_jsonw *w, const char *key, int64_t ms)
{
	char text[SDK_TIME_SIZE];

	if (ms)
		sdk_jsonw_kstr(w, key, sdk_time_format(ms, text));
}

void entry_print(struct sdk_jsonw *w, const struct entry_act *entry)
{
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kz(w, "kind", entry_word(entry->kind));
	sdk_jsonw_kstr_some(w, "to", entry->to);
	print_when(w, "due", entry->due_ms);
	print_when(w, "was", entry->was_ms);
	sdk_jsonw_close(w, '}');
}

static bool when_at(const struct sdk_json *node, const char *key, int64_t *ret)
{
	struct ent_str text = sdk_json_text_at(node, key);

	return !text.p || sdk_time_parse(text, 0, ret);
}

bool entry_parse(const struct sdk_json *node, struct entry_act *ret)
{
	*ret = (struct entry_act){.kind = ENTRY_WORDS};
	if (!node)
		return true;
	ret->to = sdk_json_text_at(node, "to");
	return entry_by_word(sdk_json_text_at(node, "kind"), &ret->kind) && when_at(node, "due", &ret->due_ms) &&
	       when_at(node, "was", &ret->was_ms);
}

struct ent_str entry_text(struct ent_arena *arena, const struct entry_act *entry)
{
	struct sdk_jsonw w;
	struct sdk_buf buf;

	if (entry->kind == ENTRY_WORDS)
		return ENT_STR("");
	sdk_buf_init(&buf, ENTRY_MAX);
	sdk_jsonw_init(&w, &buf);
	entry_print(&w, entry);
	struct ent_str text = sdk_dup(arena, sdk_buf_view(&buf));
	sdk_buf_release(&buf);
	return text;
}

struct entry_act entry_of_text(struct ent_arena *arena, struct ent_str text)
{
	struct entry_act entry = {.kind = ENTRY_WORDS};
	const struct sdk_json *node;
	struct ent_err err;

	if (text.n && sdk_json_parse(arena, sdk_dup(arena, text), &node, &err) == ENT_OK && !entry_parse(node, &entry))
		entry = (struct entry_act){.kind = ENTRY_WORDS};
	return entry;
}

struct ent_str entry_line(struct ent_arena *arena, enum ent_language language, const struct entry_act *entry,
			  struct ent_str title)
{
	enum phrase phrase = entries[entry->kind].phrase;
	bool is_news = entry->kind == ENTRY_PROMISE;

	if (phrase == PHRASE_N)
		return ENT_STR("");
	if (is_news && entry->was_ms)
		phrase = PHRASE_POSTPONED;
	const struct phrase_param param[] = {{"to", title},
					     {"time", phrase_time(arena, language, entry->due_ms)},
					     {"was", phrase_time(arena, language, entry->was_ms)}};
	struct ent_str line = phrase_say(arena, language, phrase, param, 3);
	if (!entry->due_ms || is_news)
		return line;
	return sdk_format(arena, "%.*s %.*s", ENT_F(line), ENT_F(phrase_say(arena, language, PHRASE_DUE, param, 3)));
}
