/* SPDX-License-Identifier: Apache-2.0 */
#include "sdk/walk.h"

#include <string.h>

#include "sdk/json.h"

#define SIZE_READ_MAX 45000u /* sdk_walk_put() may have made it more than SDK_WALK_SIZE_MAX */

static bool words_add(struct sdk_walk *walk, struct sdk_walk_words *words, struct ent_str word, size_t size_max)
{
	if (words->n == SDK_WALK_WORDS_MAX || walk->size + word.n + 3 > size_max)
		return false;
	words->at[words->n++] = word;
	walk->size += word.n + 3; /* quotes and comma */
	return true;
}

static void words_drop(struct sdk_walk *walk, struct sdk_walk_words *words, size_t begin, size_t n)
{
	for (size_t i = begin; i < begin + n; i++)
		walk->size -= words->at[i].n + 3;
	memmove(words->at + begin, words->at + begin + n, (words->n - begin - n) * sizeof(*words->at));
	words->n -= n;
}

static bool words_read(struct sdk_walk *walk, struct sdk_walk_words *words, const struct sdk_json *list)
{
	for (const struct sdk_json *at = sdk_json_first(list); at; at = sdk_json_next(at))
		if (sdk_json_kind(at) != SDK_JSON_STRING || !words_add(walk, words, sdk_json_text(at), SIZE_READ_MAX))
			return false;
	return true;
}

enum ent_rc sdk_walk_read(const struct ent_call *call, struct ent_arena *arena, struct sdk_walk **ret,
			  struct ent_err *err)
{
	struct sdk_walk *walk = SDK_NEW(arena, struct sdk_walk);
	const struct sdk_json *root = NULL;

	walk->arena = arena;
	walk->since_ms = call->op.since_ms;
	*ret = walk;
	if (call->memo.n == 0)
		return ENT_OK;
	if (sdk_json_parse(arena, call->memo, &root, err) != ENT_OK || sdk_json_kind(root) != SDK_JSON_OBJECT ||
	    !sdk_json_int(sdk_json_at(root, "since"), &walk->since_ms) ||
	    !sdk_json_int(sdk_json_at(root, "skip"), &walk->skip) ||
	    !words_read(walk, &walk->seen, sdk_json_at(root, "seen")) ||
	    !words_read(walk, &walk->todo, sdk_json_at(root, "todo")))
		return sdk_fail(err, ENT_EINVAL, "the memo of the poll is none of this connector");
	if (!words_read(walk, &walk->aside, sdk_json_at(root, "aside")))
		return sdk_fail(err, ENT_EINVAL, "the memo of the poll is none of this connector");
	if (!sdk_json_int(sdk_json_at(root, "chances"), &walk->chances))
		walk->chances = 0;
	walk->from = sdk_json_text_at(root, "from");
	walk->more = sdk_json_bool(sdk_json_at(root, "more"), false);
	walk->tried = call->phase > 0 && sdk_json_bool(sdk_json_at(root, "tried"), false);
	return ENT_OK;
}

static void words_write(struct sdk_jsonw *w, const char *key, const struct sdk_walk_words *words)
{
	sdk_jsonw_key(w, key);
	sdk_jsonw_open(w, '[');
	for (size_t i = 0; i < words->n; i++)
		sdk_jsonw_str(w, words->at[i]);
	sdk_jsonw_close(w, ']');
}

struct ent_str sdk_walk_memo(const struct sdk_walk *walk)
{
	struct ent_str memo;
	struct sdk_buf buf;
	struct sdk_jsonw w;

	sdk_buf_init(&buf, ENT_MEMO_MAX);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kint(&w, "since", walk->since_ms);
	sdk_jsonw_kstr_opt(&w, "from", walk->from);
	sdk_jsonw_kint(&w, "skip", walk->skip);
	sdk_jsonw_kbool(&w, "more", walk->more);
	words_write(&w, "seen", &walk->seen);
	words_write(&w, "todo", &walk->todo);
	if (walk->aside.n > 0)
		words_write(&w, "aside", &walk->aside);
	if (walk->chances > 0)
		sdk_jsonw_kint(&w, "chances", walk->chances);
	if (walk->tried)
		sdk_jsonw_kbool(&w, "tried", true);
	sdk_jsonw_close(&w, '}');
	memo = sdk_dup(walk->arena, sdk_buf_view(&buf));
	sdk_buf_release(&buf);
	return memo;
}

bool sdk_walk_has_seen(const struct sdk_walk *walk, struct ent_str word)
{
	for (size_t i = 0; i < walk->seen.n; i++)
		if (sdk_eq(walk->seen.at[i], word))
			return true;
	return false;
}

bool sdk_walk_see(struct sdk_walk *walk, struct ent_str word)
{
	return words_add(walk, &walk->seen, word, SDK_WALK_SIZE_MAX);
}

bool sdk_walk_add(struct sdk_walk *walk, struct ent_str word)
{
	return words_add(walk, &walk->todo, word, SDK_WALK_SIZE_MAX);
}

void sdk_walk_forget(struct sdk_walk *walk, size_t n)
{
	words_drop(walk, &walk->seen, 0, n < walk->seen.n ? n : walk->seen.n);
}

struct ent_str sdk_walk_first(const struct sdk_walk *walk)
{
	return walk->todo.n > 0 ? walk->todo.at[0] : ENT_ABSENT;
}

void sdk_walk_drop(struct sdk_walk *walk)
{
	words_drop(walk, &walk->todo, 0, 1);
	walk->chances = 0;
}

void sdk_walk_drop_at(struct sdk_walk *walk, size_t i)
{
	words_drop(walk, &walk->todo, i, 1);
}

void sdk_walk_put(struct sdk_walk *walk, struct ent_str word)
{
	walk->size = walk->size - walk->todo.at[0].n + word.n;
	walk->todo.at[0] = word;
}

bool sdk_walk_aside(struct sdk_walk *walk, const struct ent_call *call, const struct ent_response *response,
		    enum ent_rc rc)
{
	bool is_bad = rc == ENT_EINVAL || (rc == ENT_ERETRY && response->status == 500);
	int64_t chances = walk->chances;
	struct ent_str word = sdk_walk_first(walk);

	if (!is_bad || !word.p || (chances == 0 && call->attempt < SDK_WALK_TRIES))
		return false;
	word = sdk_format(walk->arena, "%lld %.*s", (long long)chances + 1, ENT_F(word));
	sdk_walk_drop(walk);
	walk->tried = true; /* the next chance is for another poll */
	if (chances < SDK_WALK_CHANCES)
		(void)words_add(walk, &walk->aside, word, SDK_WALK_SIZE_MAX); /* without room it is given up */
	return true;
}

/* The tool answers lists, so one that was put aside has its chance. */
static void aside_try(struct sdk_walk *walk)
{
	struct ent_str rest, chances;

	if (walk->more || walk->todo.n > 0 || walk->aside.n == 0 || walk->tried)
		return;
	chances = sdk_cut(walk->aside.at[0], ' ', &rest);
	words_drop(walk, &walk->aside, 0, 1);
	walk->tried = true;
	if (rest.p && sdk_to_int(chances, &walk->chances))
		(void)sdk_walk_add(walk, rest);
}

enum ent_rc sdk_walk_end(struct sdk_walk *walk, struct ent_result *ret)
{
	bool more;

	aside_try(walk);
	more = walk->more || walk->todo.n > 0;

	ret->memo = sdk_walk_memo(walk);
	ret->phase = more ? 1 : 0;
	return more ? ENT_MORE : ENT_OK;
}
