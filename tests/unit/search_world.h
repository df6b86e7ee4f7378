/* SPDX-License-Identifier: Apache-2.0 */
/* The index of a world's store, filled step by step, and what a reader finds in it. */
#ifndef UNIT_SEARCH_WORLD_H
#define UNIT_SEARCH_WORLD_H

#include "search/find.h"
#include "search/follower.h"
#include "view_worlds.h"

struct indexed {
	char path[96];
	struct db *index, *store;
	struct store_meta meta;
	struct follower follower;
};

static inline void indexed_open(struct indexed *indexed, struct world *world)
{
	struct ent_err err;

	*indexed = (struct indexed){.index = NULL};
	snprintf(indexed->path, sizeof indexed->path, "%s/search.sqlite", world->dir);
	if (index_open(indexed->path, &indexed->index, &err) != ENT_OK ||
	    store_open_read(world->path, NULL, &indexed->store, &indexed->meta, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	follower_open(&indexed->follower, indexed->index, indexed->store, &indexed->meta, world->suppliers);
}

static inline void indexed_close(struct indexed *indexed)
{
	follower_close(&indexed->follower);
	db_close(indexed->index);
	db_close(indexed->store);
}

static inline void indexed_follow(struct indexed *indexed)
{
	while (follower_step(&indexed->follower))
		;
	if (db_failed(indexed->index) || db_failed(indexed->store))
		fail_msg("%s%s", db_error(indexed->index), db_error(indexed->store));
	assert_int_equal(follower_behind(indexed->index, indexed->store), 0);
}

/* Every page of what the reader finds. */
static inline struct ent_str indexed_find(struct indexed *indexed, struct world *world, struct ent_arena *arena,
					  const struct reader *reader, struct ent_str text, const char *kind)
{
	struct view view = {.db = world->read, .arena = arena, .reader = reader, .suppliers = world->suppliers};
	struct find_ask ask = {.text = text, .kind = sdk_str(kind), .limit = 7};
	struct ent_str json = ENT_ABSENT, all = ENT_STR("");
	const struct sdk_json *answer;
	struct ent_err err;

	do {
		if (find_words(&view, indexed->index, &ask, &json, &err) != ENT_OK)
			fail_msg("'%.*s': %s", ENT_F(text), err.msg);
		if (db_failed(indexed->index))
			fail_msg("'%.*s': %s", ENT_F(text), db_error(indexed->index));
		all = sdk_format(arena, "%.*s%.*s\n", ENT_F(all), ENT_F(json));
		assert_int_equal(sdk_json_parse(arena, json, &answer, &err), ENT_OK);
		ask.cursor = sdk_json_text_at(answer, "next");
	} while (ask.cursor.n);
	return all;
}

static inline bool indexed_says(struct ent_str text, const char *word)
{
	return memmem(text.p, text.n, word, strlen(word)) != NULL;
}

static inline size_t indexed_count(struct ent_str text, const char *word)
{
	size_t n = 0, size = strlen(word);

	for (const char *p = text.p, *end = text.p + text.n; (p = memmem(p, (size_t)(end - p), word, size)); p += size)
		n++;
	return n;
}

#endif
