/* SPDX-License-Identifier: Apache-2.0 */
#include "search/titles.h"

#include "sdk/fold.h"
#include "sdk/utf8.h"

enum { TITLES_GRAM = 3 /* characters */, TITLES_GRAMS = 24 };

/* Bytes of the first characters of a text; 0: it has fewer. */
static size_t gram_size(struct ent_str text)
{
	const unsigned char *p = (const unsigned char *)text.p, *end = p + text.n;
	size_t n = 0;

	for (int i = 0; i < TITLES_GRAM; i++) {
		size_t size = p + n < end ? utf8_size(p + n, end) : 0;

		if (size == 0)
			return 0;
		n += size;
	}
	return n;
}

/* Each three characters that follow each other, quoted: all of them stand in a title that has the text. */
static struct ent_str grams_of(struct ent_arena *arena, struct ent_str text)
{
	const unsigned char *p = (const unsigned char *)text.p;
	struct sdk_buf buf;
	int n = 0;

	sdk_buf_init(&buf, 1 << 16);
	for (size_t at = 0, size; n < TITLES_GRAMS; at += utf8_size(p + at, p + text.n), n++) {
		size = gram_size((struct ent_str){text.p + at, text.n - at});
		if (size == 0)
			break;
		sdk_buf_z(&buf, n ? " AND \"" : "\"");
		for (size_t i = 0; i < size; i++)
			sdk_buf_z(&buf, text.p[at + i] == '"' ? "\"\"" : (char[]){text.p[at + i], '\0'});
		sdk_buf_char(&buf, '"');
	}
	struct ent_str ret = sdk_dup(arena, sdk_buf_view(&buf));
	sdk_buf_release(&buf);
	return ret;
}

enum titles titles_find(struct db *index, struct db *store, struct ent_arena *arena, struct ent_str text,
			const int64_t **ret, size_t *ret_n)
{
	struct ent_str grams = grams_of(arena, sdk_fold(arena, text));
	int64_t position = index_number(index, INDEX_POSITION); /* before its rows: they are as new or newer */
	int64_t *number = SDK_NEW_N(arena, int64_t, TITLES_MAX + TITLES_LATE + 2);
	struct db_stmt *stmt;
	size_t n = 0;

	if (index_number(index, INDEX_STAGE) != INDEX_STAGE_EVENTS)
		return TITLES_BEHIND;
	if (!grams.n)
		return TITLES_MANY;
	stmt = db_use(index, "SELECT rowid FROM title WHERE title MATCH $1 LIMIT $2");
	db_bind_str(stmt, 1, grams);
	db_bind_int(stmt, 2, TITLES_MAX + 1);
	while (db_row(stmt))
		number[n++] = db_int(stmt, 0);
	if (n > TITLES_MAX)
		return TITLES_MANY;
	size_t late = view_hit_touched(store, position, number + n, TITLES_LATE + 1);
	*ret = number;
	*ret_n = n + late;
	return late > TITLES_LATE ? TITLES_BEHIND : TITLES_NARROWED;
}
