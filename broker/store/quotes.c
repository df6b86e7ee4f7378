/* SPDX-License-Identifier: Apache-2.0 */
#include "store/quotes.h"

#include "core/echo.h"
#include "core/quote.h"
#include "core/wording.h"
#include "sdk/webhook.h"
#include "store/mentions.h"
#include "store/people.h"
#include "store/revisions.h"
#include "store/rows.h"

#include <stdio.h>
#include <string.h>

enum {
	COPY_SIZE_MAX = 64 << 10,          /* bytes of one copy; its beginning is enough to find most of it */
	COPIES_SIZE_MAX = 1 << 20,         /* bytes of all copies: nothing else is stored while they are searched */
	COPIES_MAX = 3 * QUOTE_COPIES_MAX, /* of all sources */
	REMOVED_MAX = 20,                  /* comments whose files are looked up in the incident's events */
	BRIEFS_WITHIN = 1000,              /* events of the incident in which a brief is looked for */
	CLOCKS_MS = 600000                 /* the tool's clock may be this far behind ours */
};
#define JOB_LOOK_MAX ((size_t)512 << 20) /* bytes that are loaded and searched for one job: some 300 ms */

/* The list that is being loaded: the texts of one supplier in one incident. */
struct copies {
	struct apply *apply;
	const struct situation *at;
	int64_t until_ms;
	struct quote_copy *list;
	size_t n, n_max, size, size_max; /* what may be in the list now: each source has a share of its own */
	struct comment *changed;         /* those that stand there and were edited or removed since */
	size_t n_changed, n_removed;
	bool has_brief;
};

static void next_source(struct copies *copies)
{
	copies->n_max = copies->n + QUOTE_COPIES_MAX;
	copies->size_max = copies->size + COPIES_SIZE_MAX;
}

static bool copies_full(const struct copies *copies)
{
	return copies->n >= copies->n_max || copies->size >= copies->size_max;
}

static void copies_add(struct copies *copies, struct ent_str text, struct ent_str key)
{
	struct ent_arena *arena = copies->apply->arena;

	if (!text.n || copies_full(copies))
		return;
	copies->list = copies->list ? copies->list : SDK_NEW_N(arena, struct quote_copy, COPIES_MAX);
	struct quote_copy *copy = &copies->list[copies->n++];
	copy->words = echo_words(arena, text);
	copies->size += copy->words.n;
	snprintf(copy->key, ID_SIZE, "%.*s", ENT_F(key));
}

static enum ent_language copies_language(const struct copies *copies)
{
	return wording_language(copies->apply->suppliers, copies->at->supplier);
}

/* The comment as it went, with these words. */
static struct ent_str comment_text(const struct copies *copies, const struct comment *comment, struct ent_str body)
{
	const struct apply *apply = copies->apply;
	const struct ent_str head = sdk_head(body, COPY_SIZE_MAX);
	const struct comment said = {
	    .supplier = comment->supplier,
	    .author.name = comment->author.name,
	    .body = comment->supplier.n ? head : mentions_plain(apply->db, apply->arena, head, comment->format),
	    .entry = comment->entry,
	    .incident = comment->incident,
	    .files = comment->files};

	return wording_comment(copies->apply->arena, copies->apply->suppliers, copies_language(copies), &said);
}

/* A line of a file names the incident: the one of that time, or the one that it was merged into. */
static void add_said(struct copies *copies, const struct comment *comment, struct ent_str body, struct ent_str key)
{
	struct comment before = *comment;

	copies_add(copies, comment_text(copies, comment, body), key);
	before.incident = comment->origin;
	if (comment->files.n && comment->origin != comment->incident)
		copies_add(copies, comment_text(copies, &before, body), key);
}

#define COMMENT_FIELDS                                                                                                 \
	"c.uuid, c.supplier, " PEOPLE_NAME("c.author") ", c.body, c.edited_ms > 0 OR c.removed = 1, c.entry, "         \
						       "c.format, c.incident, c.origin, c.removed, " COMMENT_FILES(    \
							   "c.uuid")

/* The row's COMMENT_FIELDS; one that has other words now is remembered. */
static struct comment read_copied(struct copies *copies, struct db_stmt *stmt)
{
	struct ent_arena *arena = copies->apply->arena;
	struct comment comment = {.supplier = db_str(stmt, 1),
				  .author.name = db_str(stmt, 2),
				  .body = db_str(stmt, 3),
				  .incident = db_int(stmt, 7),
				  .origin = db_int(stmt, 8),
				  .removed = db_int(stmt, 9) != 0,
				  .files = db_str(stmt, 10),
				  .entry = entry_of_text(arena, db_str(stmt, 5))};

	(void)comment_format_by_word(db_str(stmt, 6), &comment.format);
	snprintf(comment.uuid, ID_SIZE, "%.*s", ENT_F(db_str(stmt, 0)));
	if (comment.removed && copies->n_removed++ < REMOVED_MAX) /* its files went with it */
		comment.files = revisions_files(copies->apply->db, arena, comment.incident, comment.uuid);
	if (db_int(stmt, 4) == 0 || copies->n_changed == COPIES_MAX)
		return comment;
	if (!copies->changed)
		copies->changed = SDK_NEW_N(arena, struct comment, COPIES_MAX);
	struct comment *changed = &copies->changed[copies->n_changed++];
	*changed = comment;
	changed->supplier = sdk_dup(arena, comment.supplier);
	changed->author.name = sdk_dup(arena, comment.author.name);
	changed->body = sdk_dup(arena, comment.body);
	changed->files = sdk_dup(arena, comment.files);
	return comment;
}

/* $1 the incident, $2 the supplier, $3 how many, $4 how late. */
static struct db_stmt *ask_copies(const struct copies *copies, const char *sql)
{
	struct db_stmt *stmt = db_use(copies->apply->db, sql);

	db_bind_int(stmt, 1, copies->at->incident->number);
	db_bind_str(stmt, 2, copies->at->supplier);
	db_bind_int(stmt, 3, QUOTE_COPIES_MAX);
	db_bind_int(stmt, 4, copies->until_ms);
	return stmt;
}

/* Adds the texts that were sent, or may have been; the newest first. */
static void add_deliveries(struct copies *copies)
{
	struct db_stmt *stmt = ask_copies(
	    copies, "SELECT " COMMENT_FIELDS ", d.key, d.text, d.op = 'create_ticket' FROM delivery AS d "
		    "LEFT JOIN comment AS c ON c.uuid = d.comment AND d.comment <> '' WHERE d.incident = $1 "
		    "AND d.supplier = $2 AND d.op <> 'update_ticket' AND (d.attempt > 0 OR length(d.hash) > 0) "
		    "AND d.made_ms <= $4 ORDER BY d.id DESC LIMIT $3");

	while (!copies_full(copies) && db_row(stmt)) {
		struct comment comment = read_copied(copies, stmt);
		struct ent_str text = db_str(stmt, 12);

		copies->has_brief |= db_int(stmt, 13) != 0;
		if (comment.uuid[0])
			add_said(copies, &comment, text.n ? text : comment.body, db_str(stmt, 11));
		else
			copies_add(copies, sdk_head(text, COPY_SIZE_MAX), db_str(stmt, 11));
	}
	db_done(stmt);
}

/* Adds comments that stand there without a delivery that is remembered, as after a rebuild. */
static void add_forgotten(struct copies *copies)
{
	struct db_stmt *stmt = ask_copies(
	    copies,
	    "SELECT " COMMENT_FIELDS " FROM (SELECT * FROM comment WHERE incident = $1 AND recorded_ms <= $4 ORDER BY "
	    "created_ms DESC, id DESC LIMIT 5 * $3) AS c WHERE c.supplier <> $2 AND EXISTS (SELECT 1 FROM copy AS k "
	    "WHERE k.comment = c.uuid AND k.supplier = $2) AND NOT EXISTS (SELECT 1 FROM delivery AS d WHERE d.comment "
	    "= c.uuid AND d.comment <> '' AND d.supplier = $2 AND (d.attempt > 0 OR length(d.hash) > 0)) LIMIT $3");

	while (!copies_full(copies) && db_row(stmt)) {
		struct comment comment = read_copied(copies, stmt);

		add_said(copies, &comment, comment.body, ENT_ABSENT);
	}
	db_done(stmt);
}

/* The texts that they went with before. */
static void add_earlier_words(struct copies *copies)
{
	struct apply *apply = copies->apply;
	struct comment *said;
	size_t n = copies->n_changed ? revisions_list(apply->db, apply->arena, copies->at->incident->number, NULL,
						      copies->until_ms, &said)
				     : 0;

	for (size_t i = 0; i < n && !copies_full(copies); i++)
		for (size_t k = 0; k < copies->n_changed; k++) {
			const struct comment *now = &copies->changed[k];
			if (strcmp(now->uuid, said[i].uuid) != 0)
				continue;
			if (!sdk_eq(now->body, said[i].body))
				add_said(copies, now, said[i].body, ENT_ABSENT);
			break;
		}
}

/* The brief that its ticket was made with, where that delivery is forgotten. */
static void add_briefs(struct copies *copies)
{
	struct apply *apply = copies->apply;
	struct db_stmt *stmt =
	    db_use(apply->db, "SELECT json FROM event WHERE incident = $1 AND sequence <= $3 AND kind = "
			      "'incident.shared' AND supplier = $2 ORDER BY sequence");
	struct event event;
	struct ent_err err;

	db_bind_int(stmt, 1, copies->at->incident->number);
	db_bind_str(stmt, 2, copies->at->supplier);
	db_bind_int(stmt, 3, BRIEFS_WITHIN);
	while (!copies_full(copies) && db_row(stmt))
		if (event_parse(apply->arena, EVENT_INCIDENT_SHARED, sdk_dup(apply->arena, db_str(stmt, 0)), &event,
				&err) == ENT_OK &&
		    event.brief.what.n)
			copies_add(
			    copies,
			    wording_brief(apply->arena, copies_language(copies), &event.brief, copies->at->incident),
			    ENT_ABSENT);
	db_done(stmt);
}

/* The texts that were sent until then, or may have been. */
static size_t copies_load(struct apply *apply, const struct situation *at, int64_t until_ms, struct quote_copy **ret)
{
	struct copies copies = {.apply = apply, .at = at, .until_ms = until_ms};

	next_source(&copies);
	add_deliveries(&copies);
	next_source(&copies);
	add_forgotten(&copies);
	next_source(&copies);
	add_earlier_words(&copies);
	if (!copies.has_brief)
		add_briefs(&copies);
	apply->quotes.looked += copies.size;
	*ret = copies.list;
	return copies.n;
}

/* A job's comments of one incident share one load of the texts sent until now. */
static size_t copies_now(struct apply *apply, const struct situation *at, struct quote_copy **ret)
{
	struct quotes *quotes = &apply->quotes;

	if (quotes->incident != at->incident->number || !sdk_eq(quotes->supplier, at->supplier)) {
		quotes->n = copies_load(apply, at, INT64_MAX, &quotes->copy);
		quotes->incident = at->incident->number;
		quotes->supplier = at->supplier;
	}
	*ret = quotes->copy;
	return quotes->n;
}

static struct ent_str strip_quotes(struct apply *apply, const struct situation *at, struct ent_str body,
				   int64_t until_ms)
{
	struct quote_copy *copy;
	size_t room, n;

	if (apply->quotes.looked >= JOB_LOOK_MAX)
		return body;
	n = until_ms == INT64_MAX ? copies_now(apply, at, &copy) : copies_load(apply, at, until_ms, &copy);
	room = apply->quotes.looked < JOB_LOOK_MAX ? JOB_LOOK_MAX - apply->quotes.looked : 0;
	body = quote_strip(apply->arena, body, copy, n, &room);
	apply->quotes.looked = JOB_LOOK_MAX - room;
	return body;
}

struct ent_str quotes_strip(struct apply *apply, const struct situation *at, const struct ent_change *change)
{
	const struct supplier *from = at->arrival ? at->arrival->from : NULL;
	struct ent_str body = change->comment.body;

	if (!from || !apply->suppliers || !body.n || !memchr(body.p, '\n', body.n) ||
	    echo_is_account(from, &change->comment.author) || (at->comment && sdk_eq(at->comment->body, body)))
		return body;
	/* A known comment quotes texts that were sent before it was made. Many more may have been sent since. */
	if (at->comment)
		body = strip_quotes(apply, at, body, at->comment->created_ms + CLOCKS_MS);
	if (at->comment && sdk_eq(at->comment->body, body))
		return body;
	return strip_quotes(apply, at, body, INT64_MAX);
}
