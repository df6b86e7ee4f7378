/* SPDX-License-Identifier: Apache-2.0 */
/* I1, I3, I8: tickets, threads and incidents as the suppliers' books say they must be. */
#include "look.h"

#include <stdio.h>
#include <string.h>

#include "sdk/webhook.h"

static int64_t stamp_key(struct ent_stamp stamp)
{
	return stamp.version ? stamp.version : stamp.time_ms;
}

/* May have been taken; was surely taken. */
static bool is_possible(const struct delivery *delivery)
{
	return delivery->kind == DELIVERY_GOOD && delivery->n_invoked > 0;
}

static bool is_certain(const struct delivery *delivery)
{
	return delivery->kind == DELIVERY_GOOD && delivery->acked;
}

/* ---- tickets: the newest word of each attribute ------------------------------- */

static bool speaks_of(const struct delivery *delivery, int ticket, int attr)
{
	return delivery->says.kind == SAYS_TICKET && delivery->says.ticket == ticket && (delivery->says.has >> attr & 1);
}

static int64_t newest_certain(const struct book *book, int ticket, int attr)
{
	int64_t newest = INT64_MIN;

	for (int i = 0; i < book->n_delivery; i++) {
		const struct delivery *delivery = &book->delivery[i];

		if (is_certain(delivery) && speaks_of(delivery, ticket, attr) && stamp_key(delivery->says.stamp) > newest)
			newest = stamp_key(delivery->says.stamp);
	}
	return newest;
}

static void check_attr(struct look *look, int ticket, int attr)
{
	const struct book *book = &look->sim->book;
	const struct book_ticket *at = &book->ticket[ticket];
	const char *name = sdk_attr_name(book_attr[attr]);
	int64_t newest = newest_certain(book, ticket, attr);
	sqlite3_stmt *stmt = look_ask(look, "SELECT json_extract(attributes, '$.%s[0]') FROM ticket WHERE supplier = %Q AND external_id = %Q",
	                              name, book->supplier[at->supplier].name, at->id);
	bool found = look_row(stmt), right = false;

	if (!found) {
		if (newest != INT64_MIN)
			sim_violates(look->sim, "I1", at->id, "ticket %s is not in the store", at->id);
		return;
	}
	for (int i = 0; i < book->n_delivery && !right; i++) {
		const struct delivery *delivery = &book->delivery[i];

		right = is_possible(delivery) && speaks_of(delivery, ticket, attr) && stamp_key(delivery->says.stamp) >= newest &&
		        sdk_eq(delivery->says.value[attr], look_text(stmt, 0));
	}
	if (newest == INT64_MIN && sqlite3_column_type(stmt, 0) == SQLITE_NULL)
		right = true;
	if (!right)
		sim_violates(look->sim, "I3", at->id, "%s of ticket %s is \"%s\", which is not its newest value", name, at->id,
		             look_text(stmt, 0).p);
	sqlite3_finalize(stmt);
}

/* ---- comments ------------------------------------------------------------------- */

struct canary {
	bool is_said, may_be_said, is_removed, may_be_removed;
	int64_t newest; /* stamp of its newest certain words */
};

static struct canary canary_of(const struct book *book, int comment)
{
	struct canary canary = {.newest = INT64_MIN};

	for (int i = 0; i < book->n_delivery; i++) {
		const struct delivery *delivery = &book->delivery[i];

		if (!is_possible(delivery) || delivery->says.comment != comment)
			continue;
		if (delivery->says.kind == SAYS_COMMENT_REMOVED) {
			canary.may_be_removed = true;
			canary.is_removed |= delivery->acked;
			continue;
		}
		canary.may_be_said = true;
		canary.is_said |= delivery->acked;
		if (delivery->acked && stamp_key(delivery->says.stamp) > canary.newest)
			canary.newest = stamp_key(delivery->says.stamp);
	}
	return canary;
}

static bool body_is_newest(const struct book *book, int comment, int64_t newest, struct ent_str body)
{
	for (int i = 0; i < book->n_delivery; i++) {
		const struct delivery *delivery = &book->delivery[i];
		char text[64];

		snprintf(text, sizeof text, "canary-%d. revision %d.", comment, delivery->says.revision);
		if (is_possible(delivery) && delivery->says.kind == SAYS_COMMENT && delivery->says.comment == comment &&
		    stamp_key(delivery->says.stamp) >= newest && sdk_eqz(body, text))
			return true;
	}
	return false;
}

static void check_comment(struct look *look, int comment)
{
	struct sim *sim = look->sim;
	const struct book_ticket *ticket = &sim->book.ticket[sim->book.comment_ticket[comment]];
	struct canary canary = canary_of(&sim->book, comment);
	char name[16], like[32];
	int64_t n, n_rows, n_added;
	sqlite3_stmt *stmt;

	snprintf(name, sizeof name, "c%d", comment);
	snprintf(like, sizeof like, "canary-%d.%%", comment);
	n = look_int(look, "SELECT count(*) FROM comment WHERE body LIKE %Q", like);
	n_rows = look_int(look, "SELECT count(*) FROM comment WHERE external_id = %Q", name);
	n_added = look_int(look, "SELECT count(*) FROM event WHERE kind = 'comment.added' AND json_extract(json, '$.comment.external_id') = %Q", name);
	if (n > 1 || n_rows > 1 || n_added > 1)
		sim_violates(sim, "I2", ticket->id, "comment %s stands %d times in the store and was added %d times", name, (int)n, (int)n_added);
	if (canary.is_said && !canary.may_be_removed && (n != 1 || n_added != 1))
		sim_violates(sim, "I1", ticket->id, "comment %s was taken and is %d times in the store, added %d times", name, (int)n, (int)n_added);
	if (!canary.may_be_said && n > 0)
		sim_violates(sim, "I2", ticket->id, "comment %s was never said and is in the store", name);
	stmt = look_ask(look, "SELECT body, removed FROM comment WHERE external_id = %Q", name);
	if (!look_row(stmt))
		return;
	if (canary.is_removed ? !sqlite3_column_int(stmt, 1) : !canary.may_be_removed && sqlite3_column_int(stmt, 1))
		sim_violates(sim, "I3", ticket->id, "comment %s: removed is %d", name, sqlite3_column_int(stmt, 1));
	if (!canary.may_be_removed && !body_is_newest(&sim->book, comment, canary.newest, look_text(stmt, 0)))
		sim_violates(sim, "I3", ticket->id, "comment %s says \"%s\", which is not its newest text", name, look_text(stmt, 0).p);
	sqlite3_finalize(stmt);
}

/* ---- which tickets belong together ---------------------------------------------- */

static int root_of(const int *parent, int i)
{
	while (parent[i] != i)
		i = parent[i];
	return i;
}

static bool is_heard_of(const struct book *book, int ticket, bool (*counts)(const struct delivery *))
{
	for (int i = 0; i < book->n_delivery; i++)
		if (counts(&book->delivery[i]) && book->delivery[i].says.ticket == ticket &&
		    book->delivery[i].says.kind != SAYS_COMMENT_REMOVED)
			return true;
	return false;
}

/* Tickets that deliveries which count tie to one another. */
static void components(const struct book *book, bool (*counts)(const struct delivery *), int parent[BOOK_TICKETS])
{
	int keyed[BOOK_TICKETS]; /* of each group: a ticket that named its key */

	for (int t = 0; t < BOOK_TICKETS; t++) {
		parent[t] = t;
		keyed[t] = -1;
	}
	for (int i = 0; i < book->n_delivery; i++) {
		const struct statement *says = &book->delivery[i].says;
		int group = book->ticket[says->ticket].group;

		if (!counts(&book->delivery[i]) || says->kind != SAYS_TICKET)
			continue;
		if (says->refers_to >= 0 && is_heard_of(book, says->refers_to, counts))
			parent[root_of(parent, says->ticket)] = root_of(parent, says->refers_to);
		if (!says->says_key)
			continue;
		if (keyed[group] >= 0)
			parent[root_of(parent, says->ticket)] = root_of(parent, keyed[group]);
		keyed[group] = says->ticket;
	}
}

static void check_groups(struct look *look)
{
	const struct book *book = &look->sim->book;
	int must[BOOK_TICKETS], may[BOOK_TICKETS];
	int64_t incident[BOOK_TICKETS];

	components(book, is_certain, must);
	components(book, is_possible, may);
	for (int t = 0; t < book->n_ticket; t++)
		incident[t] = look_int(look, "SELECT incident FROM ticket WHERE supplier = %Q AND external_id = %Q",
		                       book->supplier[book->ticket[t].supplier].name, book->ticket[t].id);
	for (int a = 0; a < book->n_ticket; a++)
		for (int b = 0; b < a; b++) {
			if (incident[a] < 0 || incident[b] < 0)
				continue;
			if (root_of(must, a) == root_of(must, b) && incident[a] != incident[b])
				sim_violates(look->sim, "merge", book->ticket[a].id, "tickets %s and %s belong together and are in incidents %lld and %lld",
				             book->ticket[a].id, book->ticket[b].id, (long long)incident[a], (long long)incident[b]);
			if (root_of(may, a) != root_of(may, b) && incident[a] == incident[b])
				sim_violates(look->sim, "merge", book->ticket[a].id, "tickets %s and %s have nothing in common and are in incident %lld",
				             book->ticket[a].id, book->ticket[b].id, (long long)incident[a]);
		}
}

/* ---- rows that must agree with one another ---------------------------------------- */

static void check_none(struct look *look, const char *invariant, const char *what, const char *sql)
{
	int64_t n = look_int(look, "%s", sql);

	if (n != 0)
		sim_violates(look->sim, invariant, "store", "%s: %d", what, (int)n);
}

static void check_rows(struct look *look)
{
	check_none(look, "I1", "tickets in an incident that was absorbed",
	           "SELECT count(*) FROM ticket JOIN incident ON incident.number = ticket.incident WHERE merged_into != 0");
	check_none(look, "I1", "comments not in their ticket's incident",
	           "SELECT count(*) FROM comment JOIN ticket ON ticket.supplier = comment.supplier AND ticket.external_id = comment.ticket "
	           "WHERE ticket.incident != comment.incident");
	check_none(look, "I1", "comments without a ticket",
	           "SELECT count(*) FROM comment WHERE NOT EXISTS (SELECT 1 FROM ticket WHERE ticket.supplier = comment.supplier AND "
	           "ticket.external_id = comment.ticket)");
	check_none(look, "I3", "incidents whose sequence is not that of their last event",
	           "SELECT count(*) FROM incident WHERE sequence != (SELECT max(sequence) FROM event WHERE event.incident = number)");
	check_none(look, "I3", "incidents with a gap in their events",
	           "SELECT count(*) FROM incident WHERE sequence != (SELECT count(*) FROM event WHERE event.incident = number)");
	check_none(look, "I3", "incidents that count their tickets wrong",
	           "SELECT count(*) FROM incident WHERE merged_into = 0 AND n_ticket != (SELECT count(*) FROM ticket WHERE incident = number)");
	check_none(look, "I2", "deliveries that changed a ticket twice",
	           "SELECT count(*) FROM (SELECT 1 FROM event WHERE kind IN ('ticket.linked', 'ticket.changed') "
	           "GROUP BY supplier, delivery_id HAVING count(*) > 1)");
	check_none(look, "I2", "deliveries that were late twice",
	           "SELECT count(*) FROM (SELECT 1 FROM event WHERE kind = 'ticket.late' GROUP BY supplier, delivery_id HAVING count(*) > 1)");
}

static void check_effects(struct look *look)
{
	const struct book *book = &look->sim->book;

	for (int i = 0; i < book->n_delivery; i++) {
		const struct delivery *delivery = &book->delivery[i];

		if (is_certain(delivery) && delivery->says.kind == SAYS_TICKET &&
		    look_int(look, "SELECT count(*) FROM event WHERE supplier = %Q AND delivery_id = %Q", book->supplier[delivery->supplier].name,
		             delivery->id) < 1)
			sim_violates(look->sim, "I1", delivery->id, "delivery %s was taken and no event tells of it", delivery->id);
	}
}

void check_state(struct look *look)
{
	const struct book *book = &look->sim->book;

	for (int t = 0; t < book->n_ticket; t++)
		for (int k = 0; k < BOOK_ATTRS; k++)
			check_attr(look, t, k);
	for (int c = 0; c < book->n_comment; c++)
		check_comment(look, c);
	check_groups(look);
	check_rows(look);
	check_effects(look);
}
