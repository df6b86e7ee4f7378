/* SPDX-License-Identifier: Apache-2.0 */
#include "store/quotes.h"

#include "core/echo.h"
#include "core/federate.h"
#include "core/quote.h"
#include "sdk/webhook.h"
#include "store/people.h"

#include <stdio.h>
#include <string.h>

enum {
	COPY_SIZE_MAX = 64 << 10,  /* bytes of one copy; its beginning is enough to find most of it */
	COPIES_SIZE_MAX = 1 << 20, /* bytes of all copies: nothing else is stored while they are searched */
	CLOCKS_MS = 600000         /* the tool's clock may be this far behind ours */
};
#define JOB_LOOK_MAX ((size_t)512 << 20) /* bytes that are loaded and searched for one job: some 300 ms */

/* The texts that were sent until then, or may have been, the newest first. */
static size_t copies_load(struct apply *apply, const struct situation *at, int64_t until_ms, struct quote_copy **ret)
{
	struct quote_copy *list = NULL;
	struct db_stmt *stmt = db_use(
	    apply->db,
	    "SELECT d.key, d.text, d.comment, c.supplier, " PEOPLE_NAME(
		"c.author") ", c.body FROM delivery AS d "
			    "LEFT JOIN comment AS c ON c.uuid = d.comment AND d.comment <> '' WHERE d.incident = $1 "
			    "AND d.supplier = $2 AND d.op <> 'update_ticket' AND (d.attempt > 0 OR length(d.hash) > 0) "
			    "AND d.made_ms <= $4 ORDER BY d.id DESC LIMIT $3");
	size_t n = 0, size = 0;

	db_bind_int(stmt, 1, at->incident->number);
	db_bind_str(stmt, 2, at->supplier);
	db_bind_int(stmt, 3, QUOTE_COPIES_MAX);
	db_bind_int(stmt, 4, until_ms);
	while (n < QUOTE_COPIES_MAX && size < COPIES_SIZE_MAX && db_row(stmt)) {
		struct comment comment = {.supplier = db_str(stmt, 3),
					  .author.name = db_str(stmt, 4),
					  .body = db_str(stmt, 1).n ? db_str(stmt, 1) : db_str(stmt, 5)};
		bool is_comment = db_str(stmt, 2).n > 0 && comment.body.p;

		comment.body = sdk_head(comment.body, COPY_SIZE_MAX);
		list = list ? list : SDK_NEW_N(apply->arena, struct quote_copy, QUOTE_COPIES_MAX);
		comment.body = is_comment ? federate_comment(apply->arena, apply->suppliers, &comment)
					  : sdk_or_empty(comment.body);
		list[n].words = echo_words(apply->arena, comment.body);
		size += list[n].words.n;
		snprintf(list[n++].key, ID_SIZE, "%.*s", ENT_F(db_str(stmt, 0)));
	}
	db_done(stmt);
	apply->quotes.looked += size;
	*ret = list;
	return n;
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
