/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which rows of the list were told.
 *
 * `how` '+' says: told for good, nothing more comes with this stamp.
 *
 * `how` 'a' to 'z' says: to be told again. While the stamp lasts that is in the next walk; later it is when
 * stamp_ms << (how - 'a') have gone by since the row was first seen.
 *
 * `how` 'A' to 'Z' says the same of a row that was told in this walk.
 *
 * The memo holds [[stamp_ms, first_ms, "how hash how hash .."], ..]: rows of one stamp and page stand together.
 */
#include "sdk/cursor_seen.h"

#include <ctype.h>
#include <string.h>

#include "sdk/crypto.h"

#define TOLD_FOR_GOOD '+'
#define ENTRY_CHARS   (1 + CURSOR_HASH_CHARS)
#define GROUP_CHARS   (sizeof "[1700000000000,1700000000000,\"\"]," - 1)

static void hash_make(const struct sdk_cursor *cursor, struct ent_str id, struct ent_str content,
		      char ret[CURSOR_HASH_CHARS])
{
	struct ent_str part[] = {id, ENT_STR("\n"), sdk_int(cursor->arena, cursor->at.row_ms), ENT_STR("\n"), content};
	unsigned char hash[SDK_HASH_MAX];

	(void)sdk_digest(SDK_SHA256, part, sizeof part / sizeof *part, hash);
	memcpy(ret, sdk_base64(cursor->arena, hash, CURSOR_HASH_CHARS * 6 / 8).p, CURSOR_HASH_CHARS);
}

/* ---- the list of them ------------------------------------------------------------------------ */

static void seen_forget(struct sdk_cursor *cursor, size_t i)
{
	memmove(&cursor->seen[i], &cursor->seen[i + 1], (cursor->n_seen - i - 1) * sizeof cursor->seen[0]);
	cursor->n_seen--;
}

static struct sdk_cursor_seen *seen_find(struct sdk_cursor *cursor, const char hash[CURSOR_HASH_CHARS])
{
	for (size_t i = 0; i < cursor->n_seen; i++)
		if (memcmp(cursor->seen[i].hash, hash, CURSOR_HASH_CHARS) == 0)
			return &cursor->seen[i];
	return NULL;
}

static bool begins_group(const struct sdk_cursor_seen *seen, size_t i)
{
	return i == 0 || seen[i].stamp_ms != seen[i - 1].stamp_ms || seen[i].first_ms != seen[i - 1].first_ms;
}

/* Its size in the memo, in bytes. */
static size_t seen_size(const struct sdk_cursor *cursor)
{
	size_t n = cursor->n_seen * ENTRY_CHARS;

	for (size_t i = 0; i < cursor->n_seen; i++)
		n += begins_group(cursor->seen, i) ? GROUP_CHARS : 0;
	return n;
}

static struct sdk_cursor_seen *seen_add(struct sdk_cursor *cursor)
{
	while (cursor->n_seen == CURSOR_SEEN_MAX || seen_size(cursor) + GROUP_CHARS + ENTRY_CHARS > CURSOR_SEEN_SIZE) {
		size_t oldest = 0;

		for (size_t i = 1; i < cursor->n_seen; i++)
			if (cursor->seen[i].stamp_ms < cursor->seen[oldest].stamp_ms)
				oldest = i;
		seen_forget(cursor, oldest);
	}
	return &cursor->seen[cursor->n_seen++];
}

/* ---- when a row is told ---------------------------------------------------------------------- */

int64_t cursor_margin_ms(const struct sdk_cursor *cursor)
{
	return cursor->rule.stamp_ms + (cursor->knows_now ? 1 : 2) * cursor->rule.overlap_ms;
}

/* May another change appear there that has the same stamp? Our clock stands in for the tool's, with twice the margin;
 * and as it may be wrong, what was just seen is young as well. */
static bool is_fresh(const struct sdk_cursor *cursor, int64_t first_ms)
{
	int64_t stamp_ms = cursor->at.row_ms, margin_ms = cursor_margin_ms(cursor);
	bool is_young = stamp_ms + margin_ms > cursor->now_ms && stamp_ms <= cursor->now_ms + CURSOR_AHEAD_MS;

	return is_young || (!cursor->knows_now && cursor->call->now_ms - first_ms < margin_ms);
}

static bool is_told_again(const struct sdk_cursor *cursor, const struct sdk_cursor_seen *seen, bool is_final)
{
	int64_t age_ms = cursor->call->now_ms - seen->first_ms, stamp_ms = cursor->rule.stamp_ms;

	if (seen->how == TOLD_FOR_GOOD || isupper((unsigned char)seen->how))
		return false;
	return is_final || age_ms < stamp_ms || age_ms >= stamp_ms << (seen->how - 'a');
}

static char how_next(const struct sdk_cursor *cursor, int64_t age_ms)
{
	char how = 'A';

	while (how < 'Z' && age_ms >= cursor->rule.stamp_ms << (how - 'A'))
		how++;
	return how;
}

bool cursor_seen_take(struct sdk_cursor *cursor, struct ent_str id, struct ent_str content)
{
	int64_t now_ms = cursor->call->now_ms, first_ms = now_ms;
	struct sdk_cursor_seen *seen;
	bool may_change;

	hash_make(cursor, id, content, cursor->at.hash);
	seen = seen_find(cursor, cursor->at.hash);
	cursor->at.old_how = seen ? seen->how : '\0';
	cursor->at.old_first_ms = seen ? seen->first_ms : 0;
	if (seen && seen->first_ms <= now_ms) /* if not, our clock was set back */
		first_ms = seen->first_ms;
	may_change = cursor->rule.by == SDK_BY_STAMP && !content.p && is_fresh(cursor, first_ms);
	if (seen)
		seen->is_met = true;
	if (seen && !is_told_again(cursor, seen, !may_change))
		return false;
	if (!seen)
		seen = seen_add(cursor);
	seen->is_met = true;
	seen->stamp_ms = cursor->rule.by == SDK_BY_KEY ? 0 : cursor->at.row_ms;
	seen->first_ms = may_change ? first_ms : 0;
	seen->how = may_change ? how_next(cursor, now_ms - first_ms) : TOLD_FOR_GOOD;
	memcpy(seen->hash, cursor->at.hash, CURSOR_HASH_CHARS);
	return true;
}

void cursor_seen_undo(struct sdk_cursor *cursor)
{
	struct sdk_cursor_seen *seen = seen_find(cursor, cursor->at.hash);

	if (seen && cursor->at.old_how) {
		seen->how = cursor->at.old_how;
		seen->first_ms = cursor->at.old_first_ms;
	} else if (seen) {
		seen_forget(cursor, (size_t)(seen - cursor->seen));
	}
}

void cursor_seen_walk_end(struct sdk_cursor *cursor)
{
	for (size_t i = 0; i < cursor->n_seen; i++)
		cursor->seen[i].how = (char)tolower((unsigned char)cursor->seen[i].how);
}

void cursor_seen_prune(struct sdk_cursor *cursor, int64_t least_ms)
{
	if (cursor->rule.by == SDK_BY_TOKEN && !cursor->at.is_cut)
		cursor->n_seen = 0; /* keeps only the rows taken of half a page */
	for (size_t i = cursor->n_seen; i > 0 && cursor->rule.by == SDK_BY_STAMP; i--)
		if (cursor->seen[i - 1].stamp_ms < least_ms && !cursor->seen[i - 1].is_met)
			seen_forget(cursor, i - 1);
}

/* ---- in the memo ------------------------------------------------------------------------------- */

static bool is_how(char how)
{
	return how == TOLD_FOR_GOOD || (how >= 'a' && how <= 'z') || (how >= 'A' && how <= 'Z');
}

bool cursor_seen_read(struct sdk_cursor *cursor, const struct sdk_json *groups)
{
	for (const struct sdk_json *group = sdk_json_first(groups); group; group = sdk_json_next(group)) {
		const struct sdk_json *at = sdk_json_first(group);
		int64_t stamp_ms, first_ms;
		struct ent_str text;

		if (!sdk_json_int(at, &stamp_ms) || !sdk_json_int(at = sdk_json_next(at), &first_ms))
			return false;
		text = sdk_json_text(sdk_json_next(at));
		if (text.n == 0 || text.n % ENTRY_CHARS != 0 || text.n / ENTRY_CHARS > CURSOR_SEEN_MAX - cursor->n_seen)
			return false;
		for (const char *p = text.p; p < text.p + text.n; p += ENTRY_CHARS) {
			struct sdk_cursor_seen *seen = &cursor->seen[cursor->n_seen++];

			*seen = (struct sdk_cursor_seen){.stamp_ms = stamp_ms, .first_ms = first_ms, .how = *p};
			memcpy(seen->hash, p + 1, CURSOR_HASH_CHARS);
			if (!is_how(*p))
				return false;
		}
	}
	return true;
}

void cursor_seen_write(const struct sdk_cursor *cursor, struct sdk_jsonw *w)
{
	char *text = sdk_alloc(cursor->arena, cursor->n_seen * ENTRY_CHARS + 1);
	size_t begin = 0;

	sdk_jsonw_key(w, "seen");
	sdk_jsonw_open(w, '[');
	for (size_t i = 0; i < cursor->n_seen; i++) {
		const struct sdk_cursor_seen *seen = &cursor->seen[i];

		text[i * ENTRY_CHARS] = seen->how;
		memcpy(text + i * ENTRY_CHARS + 1, seen->hash, CURSOR_HASH_CHARS);
		if (i + 1 < cursor->n_seen && !begins_group(cursor->seen, i + 1))
			continue;
		sdk_jsonw_open(w, '[');
		sdk_jsonw_int(w, seen->stamp_ms);
		sdk_jsonw_int(w, seen->first_ms);
		sdk_jsonw_str(w, (struct ent_str){text + begin * ENTRY_CHARS, (i + 1 - begin) * ENTRY_CHARS});
		sdk_jsonw_close(w, ']');
		begin = i + 1;
	}
	sdk_jsonw_close(w, ']');
}
