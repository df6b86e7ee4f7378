/* SPDX-License-Identifier: Apache-2.0 */
#include "store/forgotten.h"

#include "core/organisation.h"
#include "core/wording.h"
#include "store/mentions.h"
#include "store/people.h"
#include "store/rows.h"
#include "store/revisions.h"

#include <stdio.h>
#include <string.h>

/* Comments of the incident that are looked at; of those that were changed, how many are looked up in its events. */
enum { NEWEST = 500, HISTORIES = 20 };

/* The comment as it goes out, as tools leave it. */
static struct ent_str sent_text(struct apply *apply, const struct situation *at, const struct comment *comment,
				struct ent_str body)
{
	const struct comment said = {
	    .supplier = comment->supplier,
	    .author = comment->author,
	    .body = comment->supplier.n ? body : mentions_plain(apply->db, apply->arena, body, comment->format),
	    .entry = comment->entry,
	    .incident = comment->incident,
	    .files = body.n ? comment->files : ENT_ABSENT}; /* they stand below its words */

	return echo_words(apply->arena, wording_comment(apply->arena, apply->suppliers,
							wording_language(apply->suppliers, at->supplier), &said));
}

/* Are these its words, in the incident where it is, or was? A line of a file names it. */
static bool is_said_as(struct apply *apply, const struct situation *at, const struct comment *comment,
		       struct ent_str body, struct ent_str words)
{
	struct comment before = *comment;

	before.incident = comment->origin;
	return sdk_eq(words, sent_text(apply, at, comment, body)) ||
	       (comment->files.n && comment->origin != comment->incident &&
		sdk_eq(words, sent_text(apply, at, &before, body)));
}

static bool begins_as(struct ent_str text, struct ent_str head)
{
	return text.n >= head.n && memcmp(text.p, head.p, head.n) == 0;
}

/* Are these the comment's words, or those that it had before? Most differ in the name of who said them. */
static bool has_words(struct apply *apply, const struct situation *at, const struct comment *comment,
		      struct ent_str words, int *histories)
{
	bool is_changed = comment->edited_ms > 0 || comment->removed;
	struct comment *said;

	if (!begins_as(words, sent_text(apply, at, comment, ENT_STR(""))))
		return false;
	struct comment whole = *comment;
	if (comment->removed && *histories > 0) /* its files went with it */
		whole.files = revisions_files(apply->db, apply->arena, at->incident->number, comment->uuid);
	if (is_said_as(apply, at, &whole, comment->body, words))
		return true;
	size_t n = is_changed && (*histories)-- > 0
		       ? revisions_list(apply->db, apply->arena, at->incident->number, comment->uuid, INT64_MAX, &said)
		       : 0;
	for (size_t i = 0; i < n; i++)
		if (is_said_as(apply, at, &whole, said[i].body, words))
			return true;
	return false;
}

#define FORGOTTEN_FIELDS                                                                                               \
	"c.uuid, c.supplier, " PEOPLE_NAME("c.author") ", c.body, c.edited_ms, c.removed, c.format, c.entry, "         \
						       "c.incident, c.origin, " COMMENT_FILES("c.uuid")

/* False: no comment of this thread says it. */
static bool find_forgotten(struct apply *apply, const struct situation *at, const struct ent_change *change,
			   char ret_uuid[ID_SIZE])
{
	struct db_stmt *stmt = db_use(
	    apply->db,
	    "SELECT " FORGOTTEN_FIELDS
	    " FROM (SELECT * FROM comment WHERE incident = $1 ORDER BY created_ms DESC, id DESC LIMIT $4) AS c "
	    "WHERE c.supplier <> $2 AND NOT EXISTS (SELECT 1 FROM copy AS k WHERE k.comment = c.uuid AND "
	    "k.supplier = $2 AND k.ticket = $3 AND substr(k.external_id, 1, 9) <> 'delivery:') AND (EXISTS "
	    "(SELECT 1 FROM copy AS k WHERE k.comment = c.uuid AND k.supplier = $2) OR ((c.everyone = 1 OR " LIST_HAS(
		"c.organisations", "$5") ") AND NOT EXISTS (SELECT 1 FROM delivery AS d WHERE d.comment = c.uuid "
					 "AND d.comment <> '' AND d.supplier = $2 AND d.op = 'add_comment')))");
	const struct ent_str words = echo_words(apply->arena, change->comment.body);
	int histories = HISTORIES;
	bool found = false;

	db_bind_int(stmt, 1, at->incident->number);
	db_bind_str(stmt, 2, at->supplier);
	db_bind_str(stmt, 3, change->ticket.id);
	db_bind_int(stmt, 4, NEWEST);
	db_bind_str(stmt, 5, organisation_named(apply->suppliers, at->supplier));
	while (!found && db_row(stmt)) {
		struct comment comment = {.supplier = db_str(stmt, 1),
					  .author.name = db_str(stmt, 2),
					  .body = db_str(stmt, 3),
					  .edited_ms = db_int(stmt, 4),
					  .removed = db_int(stmt, 5) != 0,
					  .entry = entry_of_text(apply->arena, db_str(stmt, 7)),
					  .incident = db_int(stmt, 8),
					  .origin = db_int(stmt, 9),
					  .files = db_str(stmt, 10)};

		(void)comment_format_by_word(db_str(stmt, 6), &comment.format);
		snprintf(comment.uuid, ID_SIZE, "%.*s", ENT_F(db_str(stmt, 0)));
		found = has_words(apply, at, &comment, words, &histories);
		if (found)
			memcpy(ret_uuid, comment.uuid, ID_SIZE);
	}
	db_done(stmt);
	return found;
}

size_t forgotten_echo(struct apply *apply, const struct situation *at, const struct ent_change *change,
		      const struct echo_sent **sent, size_t n)
{
	unsigned char hash[ECHO_HASH_SIZE];
	char uuid[ID_SIZE];

	if (echo_is_others(at->from, &change->comment.author))
		return n;
	/* Each goes out behind a name and a colon. */
	if (!change->comment.body.n || !memchr(change->comment.body.p, ':', change->comment.body.n) ||
	    !find_forgotten(apply, at, change, uuid))
		return n;
	struct echo_sent *list = SDK_NEW_N(apply->arena, struct echo_sent, n + 1);
	if (n)
		memcpy(list, *sent, n * sizeof *list);
	echo_hash(apply->arena, change->comment.body, hash);
	list[n] =
	    (struct echo_sent){.comment = sdk_dup(apply->arena, sdk_str(uuid)),
			       .hashes = sdk_dup(apply->arena, (struct ent_str){(const char *)hash, sizeof hash})};
	*sent = list;
	return n + 1;
}
