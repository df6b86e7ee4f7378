/* SPDX-License-Identifier: Apache-2.0 */
#include "store/quotes.h"

#include "core/echo.h"
#include "core/federate.h"
#include "core/quote.h"
#include "sdk/webhook.h"

#include <stdio.h>
#include <string.h>

/* The newest first: what was brought, or may have been. */
static size_t copies_load(struct apply *apply, int64_t incident, struct ent_str supplier, struct quote_copy **ret)
{
	struct quote_copy *list = NULL;
	struct db_stmt *stmt = db_use(
	    apply->db, "SELECT d.key, d.text, d.comment, c.supplier, c.author_name, c.body FROM delivery AS d "
		       "LEFT JOIN comment AS c ON c.uuid = d.comment AND d.comment <> '' WHERE d.incident = $1 "
		       "AND d.supplier = $2 AND d.op <> 'update_ticket' AND (d.attempt > 0 OR length(d.hash) > 0) "
		       "ORDER BY d.id DESC LIMIT $3");
	size_t n = 0;

	db_bind_int(stmt, 1, incident);
	db_bind_str(stmt, 2, supplier);
	db_bind_int(stmt, 3, QUOTE_COPIES_MAX);
	while (n < QUOTE_COPIES_MAX && db_row(stmt)) {
		struct comment comment = {.supplier = db_str(stmt, 3),
					  .author.name = db_str(stmt, 4),
					  .body = db_str(stmt, 1).n ? db_str(stmt, 1) : db_str(stmt, 5)};
		bool is_comment = db_str(stmt, 2).n > 0 && comment.body.p;

		list = list ? list : SDK_NEW_N(apply->arena, struct quote_copy, QUOTE_COPIES_MAX);
		list[n].words = is_comment ? federate_comment(apply->arena, apply->suppliers, &comment)
					   : sdk_dup(apply->arena, sdk_or_empty(comment.body));
		list[n].words = sdk_dup(apply->arena, list[n].words);
		snprintf(list[n++].key, ID_SIZE, "%.*s", ENT_F(db_str(stmt, 0)));
	}
	db_done(stmt);
	*ret = list;
	return n;
}

struct ent_str quotes_strip(struct apply *apply, const struct situation *at, const struct ent_change *change)
{
	const struct supplier *from = at->arrival ? at->arrival->from : NULL;
	struct ent_str body = change->comment.body;
	struct quote_copy *copy;

	if (!from || !apply->suppliers || !body.n || !memchr(body.p, '\n', body.n) ||
	    echo_is_account(from, &change->comment.author) || (at->comment && sdk_eq(at->comment->body, body)))
		return body;
	size_t n = copies_load(apply, at->incident->number, at->supplier, &copy);
	return quote_strip(apply->arena, body, copy, n);
}
