/* SPDX-License-Identifier: Apache-2.0 */
#include "store/revisions.h"

#include <string.h>

enum { WORDINGS_SIZE_MAX = 2 << 20 }; /* bytes of all events that are read: nothing else is stored meanwhile */

/* Events of this incident, and of all that went into it by merges. $2: NULL, or LIKE. */
#define EVENTS_OF                                                                                                      \
	"WITH RECURSIVE part (number) AS (SELECT $1 UNION SELECT i.number FROM part JOIN incident AS i ON "            \
	"i.merged_into = part.number AND i.merged_into <> 0) SELECT e.kind, e.json, e.time_ms, e.recorded_ms FROM "    \
	"part JOIN event AS e ON "                                                                                     \
	"e.incident = part.number WHERE ($2 IS NULL OR e.json LIKE $2) AND "

static void bind_words(struct db_stmt *stmt, struct ent_arena *arena, int64_t incident, const char *uuid)
{
	db_bind_int(stmt, 1, incident);
	db_bind_str(stmt, 2, uuid ? sdk_format(arena, "%%\"id\":\"%s\"%%", uuid) : ENT_ABSENT);
}

/* False: it cannot be read, or is another comment that names this one. */
static bool read_revision(struct db_stmt *stmt, struct ent_arena *arena, const char *uuid, struct comment *ret)
{
	enum event_kind kind;
	struct event event;
	struct ent_err err;

	if (!event_kind_by_name(db_str(stmt, 0), &kind) ||
	    event_parse(arena, kind, sdk_dup(arena, db_str(stmt, 1)), &event, &err) != ENT_OK)
		return false;
	*ret = event.comment;
	return !uuid || strcmp(uuid, ret->uuid) == 0;
}

bool revisions_first(struct db *db, struct ent_arena *arena, int64_t incident, const char *uuid, struct comment *ret)
{
	struct db_stmt *stmt = db_use(db, EVENTS_OF "e.kind = 'comment.added' ORDER BY e.seq");
	bool found = false;

	bind_words(stmt, arena, incident, uuid);
	while (!found && db_row(stmt))
		found = read_revision(stmt, arena, uuid, ret);
	db_done(stmt);
	return found;
}

size_t revisions_list(struct db *db, struct ent_arena *arena, int64_t incident, const char *uuid, int64_t until_ms,
		      struct comment **ret)
{
	struct db_stmt *stmt = db_use(db, EVENTS_OF "e.kind IN ('comment.added', 'comment.edited') AND "
						    "e.recorded_ms <= $3 ORDER BY e.seq DESC LIMIT $4");
	struct comment *list = SDK_NEW_N(arena, struct comment, WORDINGS_MAX);
	size_t n = 0, size = 0;

	bind_words(stmt, arena, incident, uuid);
	db_bind_int(stmt, 3, until_ms);
	db_bind_int(stmt, 4, WORDINGS_MAX);
	while (n < WORDINGS_MAX && size < WORDINGS_SIZE_MAX && db_row(stmt)) {
		size += db_str(stmt, 1).n;
		n += read_revision(stmt, arena, uuid, &list[n]);
	}
	db_done(stmt);
	*ret = list;
	return n;
}

struct ent_str revisions_files(struct db *db, struct ent_arena *arena, int64_t incident, const char *uuid)
{
	struct db_stmt *stmt = db_use(db, EVENTS_OF "e.kind = 'attachment.added' ORDER BY e.seq LIMIT $3");
	struct ent_str files = ENT_STR("");
	struct event event;
	struct ent_err err;

	db_bind_int(stmt, 1, incident);
	db_bind_str(stmt, 2, sdk_format(arena, "%%\"comment\":\"%s\"%%", uuid));
	db_bind_int(stmt, 3, WORDINGS_MAX);
	while (db_row(stmt))
		if (event_parse(arena, EVENT_ATTACHMENT_ADDED, sdk_dup(arena, db_str(stmt, 1)), &event, &err) ==
			ENT_OK &&
		    event.beside.sha256[0] && strcmp(uuid, event.beside.comment) == 0)
			files = sdk_format(arena, "%.*s%s%lld %.*s", ENT_F(files), files.n ? "\n" : "",
					   (long long)event.attachment.size, ENT_F(event.attachment.name));
	db_done(stmt);
	return files;
}

size_t revisions_events(struct db *db, struct ent_arena *arena, int64_t incident, const char *uuid,
			const struct event **ret)
{
	struct db_stmt *stmt = db_use(db, EVENTS_OF "e.kind LIKE 'comment.%' ORDER BY e.seq LIMIT $3");
	struct event *list = SDK_NEW_N(arena, struct event, WORDINGS_MAX);
	size_t n = 0, size = 0;

	bind_words(stmt, arena, incident, uuid);
	db_bind_int(stmt, 3, WORDINGS_MAX);
	while (n < WORDINGS_MAX && size < WORDINGS_SIZE_MAX && db_row(stmt)) {
		enum event_kind kind;
		struct ent_err err;

		size += db_str(stmt, 1).n;
		if (!event_kind_by_name(db_str(stmt, 0), &kind) ||
		    event_parse(arena, kind, sdk_dup(arena, db_str(stmt, 1)), &list[n], &err) != ENT_OK ||
		    strcmp(uuid, list[n].comment.uuid) != 0)
			continue;
		list[n].time_ms = db_int(stmt, 2);
		list[n++].recorded_ms = db_int(stmt, 3);
	}
	db_done(stmt);
	*ret = list;
	return n;
}

/* The comment.added that holds it, when it was held at list[i]; else NULL. */
static const struct event *held_since(const struct event *list, size_t i)
{
	const struct event *held = NULL;

	for (size_t k = 0; k <= i; k++) {
		if (list[k].kind == EVENT_COMMENT_ADDED)
			held = list[k].comment.held_by.n ? &list[k] : NULL;
		else if (list[k].kind == EVENT_COMMENT_PUBLISHED)
			held = NULL;
	}
	return held;
}

bool revisions_is_draft(const struct event *list, size_t n, size_t i)
{
	if (!held_since(list, i))
		return false;
	for (size_t k = i + 1; k < n; k++)
		if (list[k].kind == EVENT_COMMENT_PUBLISHED)
			return false;
		else if (list[k].kind == EVENT_COMMENT_EDITED)
			return true;
	return true;
}

const struct audience *revisions_audience(const struct event *list, size_t i)
{
	const struct event *held = held_since(list, i);

	return held ? &held->comment.meant : &list[i].comment.audience;
}
