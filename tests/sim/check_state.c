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
static bool is_possible(const struct message *delivery)
{
	return delivery->kind == DELIVERY_GOOD && delivery->n_invoked > 0;
}

static bool is_certain(const struct message *delivery)
{
	return delivery->kind == DELIVERY_GOOD && delivery->acked;
}

/* ---- tickets: the newest word of each attribute ------------------------------- */

static bool speaks_of(const struct message *delivery, int ticket, int attr)
{
	return delivery->says.kind == SAYS_TICKET && delivery->says.ticket == ticket &&
	       (delivery->says.has >> attr & 1);
}

static int64_t newest_certain(const struct book *book, int ticket, int attr)
{
	int64_t newest = INT64_MIN;

	for (int i = 0; i < book->n_delivery; i++) {
		const struct message *delivery = &book->delivery[i];

		if (is_certain(delivery) && speaks_of(delivery, ticket, attr) &&
		    stamp_key(delivery->says.stamp) > newest)
			newest = stamp_key(delivery->says.stamp);
	}
	return newest;
}

static bool is_newest(const struct book *book, int ticket, int attr, int64_t newest, struct ent_str value)
{
	for (int i = 0; i < book->n_delivery; i++) {
		const struct message *delivery = &book->delivery[i];

		if (is_possible(delivery) && speaks_of(delivery, ticket, attr) &&
		    stamp_key(delivery->says.stamp) >= newest && sdk_eq(delivery->says.value[attr], value))
			return true;
	}
	return false;
}

static void check_ticket(struct look *look, int ticket)
{
	const struct book *book = &look->sim->book;
	const struct book_ticket *at = &book->ticket[ticket];
	sqlite3_stmt *stmt =
	    look_ask(look,
		     "SELECT json_extract(attributes, '$.title[0]'), json_extract(attributes, '$.status[0]'), "
		     "json_extract(attributes, '$.priority[0]'), CASE WHEN json_extract(attributes, "
		     "'$.assignee[0]') IS NOT NULL THEN coalesce((SELECT name FROM person WHERE ref = "
		     "json_extract(attributes, '$.assignee[0]')), '') END, "
		     "json_extract(attributes, '$.category[0]') FROM ticket WHERE supplier = %Q AND external_id = %Q",
		     book->supplier[at->supplier].name, at->id);
	bool found = look_row(stmt);

	for (int k = 0; k < BOOK_ATTRS; k++) {
		int64_t newest = newest_certain(book, ticket, k);

		if (!found && newest != INT64_MIN)
			sim_violates(look->sim, "I1", at->id, "ticket %s is not in the store", at->id);
		if (!found || (newest == INT64_MIN && sqlite3_column_type(stmt, k) == SQLITE_NULL))
			continue;
		if (!is_newest(book, ticket, k, newest, look_text(stmt, k)))
			sim_violates(look->sim, "I3", at->id,
				     "%s of ticket %s is \"%s\", which is not its newest value",
				     sdk_attr_name(book_attr[k]), at->id, look_text(stmt, k).p);
	}
	if (found)
		sqlite3_finalize(stmt);
}

/* ---- comments ------------------------------------------------------------------- */

struct said {
	bool is_said, may_be_said, is_removed, may_be_removed;
	int64_t newest; /* stamp of its newest certain words */
};

static struct said said_of(const struct book *book, int comment)
{
	struct said said = {.newest = INT64_MIN};

	for (int i = 0; i < book->n_delivery; i++) {
		const struct message *delivery = &book->delivery[i];

		if (!is_possible(delivery) || delivery->says.comment != comment)
			continue;
		if (delivery->says.kind == SAYS_COMMENT_REMOVED) {
			said.may_be_removed = true;
			said.is_removed |= delivery->acked;
			continue;
		}
		said.may_be_said = true;
		said.is_said |= delivery->acked;
		if (delivery->acked && stamp_key(delivery->says.stamp) > said.newest)
			said.newest = stamp_key(delivery->says.stamp);
	}
	return said;
}

static bool body_is_newest(const struct book *book, int comment, int64_t newest, struct ent_str body)
{
	for (int i = 0; i < book->n_delivery; i++) {
		const struct message *delivery = &book->delivery[i];
		char text[64];

		snprintf(text, sizeof text, "word-%d. revision %d.", comment, delivery->says.revision);
		if (is_possible(delivery) && delivery->says.kind == SAYS_COMMENT && delivery->says.comment == comment &&
		    stamp_key(delivery->says.stamp) >= newest && sdk_eqz(body, text))
			return true;
	}
	return false;
}

/* What the store holds of one comment. */
struct kept {
	int n_row, n_body, n_added;
	bool is_removed, is_right;
};

static void check_comment(struct sim *sim, int comment, const struct said *said, const struct kept *kept)
{
	const char *ticket = sim->book.ticket[sim->book.comment_ticket[comment]].id;

	if (kept->n_row > 1 || kept->n_body > 1 || kept->n_added > 1)
		sim_violates(sim, "I2", ticket, "comment c%d stands %d times in the store and was added %d times",
			     comment, kept->n_row, kept->n_added);
	if (said->is_said && !said->may_be_removed && (kept->n_body != 1 || kept->n_added != 1))
		sim_violates(sim, "I1", ticket, "comment c%d was taken and is %d times in the store, added %d times",
			     comment, kept->n_body, kept->n_added);
	if (!said->may_be_said && kept->n_body > 0)
		sim_violates(sim, "I2", ticket, "comment c%d was never said and is in the store", comment);
	if (kept->n_row && (said->is_removed ? !kept->is_removed : !said->may_be_removed && kept->is_removed))
		sim_violates(sim, "I3", ticket, "comment c%d: removed is %d", comment, kept->is_removed);
	if (kept->n_row && !said->may_be_removed && !kept->is_right)
		sim_violates(sim, "I3", ticket, "comment c%d does not say its newest text", comment);
}

/* "c12" -> 12; -1: none of ours. */
static int comment_of(const struct book *book, struct ent_str id)
{
	int64_t n;

	if (id.n < 2 || id.p[0] != 'c' || !sdk_to_int((struct ent_str){id.p + 1, id.n - 1}, &n) || n >= book->n_comment)
		return -1;
	return (int)n;
}

static void check_comments(struct look *look)
{
	const struct book *book = &look->sim->book;
	struct kept kept[BOOK_COMMENTS] = {0};
	struct said said[BOOK_COMMENTS];
	sqlite3_stmt *stmt = look_ask(look, "SELECT external_id, body, removed FROM comment WHERE supplier LIKE 's_'");
	int i;

	for (int c = 0; c < book->n_comment; c++)
		said[c] = said_of(book, c);
	while (look_row(stmt)) {
		char start[32];

		i = comment_of(book, look_text(stmt, 0));
		if (i < 0) {
			sim_violates(look->sim, "I2", "comment", "a comment that nobody wrote");
			continue;
		}
		snprintf(start, sizeof start, "word-%d.", i);
		kept[i].n_row++;
		kept[i].n_body += sdk_starts(look_text(stmt, 1), start);
		kept[i].is_removed = sqlite3_column_int(stmt, 2);
		kept[i].is_right = body_is_newest(book, i, said[i].newest, look_text(stmt, 1));
	}
	stmt =
	    look_ask(look, "SELECT json_extract(json, '$.comment.external_id') FROM event WHERE kind = 'comment.added' "
			   "AND supplier LIKE 's_'");
	while (look_row(stmt)) {
		i = comment_of(book, look_text(stmt, 0));
		if (i >= 0)
			kept[i].n_added++;
	}
	for (int c = 0; c < book->n_comment; c++)
		check_comment(look->sim, c, &said[c], &kept[c]);
}

/* ---- which tickets belong together ---------------------------------------------- */

static int root_of(const int *parent, int i)
{
	while (parent[i] != i)
		i = parent[i];
	return i;
}

static bool is_heard_of(const struct book *book, int ticket, bool (*counts)(const struct message *))
{
	for (int i = 0; i < book->n_delivery; i++)
		if (counts(&book->delivery[i]) && book->delivery[i].says.ticket == ticket)
			return true;
	return false;
}

/* Tickets that deliveries which count tie to one another. */
static void components(const struct book *book, bool (*counts)(const struct message *), int parent[BOOK_TICKETS])
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

/* A person at a tool writes numbers of incidents into tickets, or ours merge what they like; then what clients say is
 * not all there is. */
static bool people_may_merge(const struct plan *plan)
{
	if (plan_has(plan, FAULT_SPLIT))
		return true;
	return plan_has(plan, FAULT_SHARED) && (plan_has(plan, FAULT_MERGE) || plan_has(plan, FAULT_MOVE));
}

static void check_groups(struct look *look)
{
	const struct book *book = &look->sim->book;
	int must[BOOK_TICKETS], may[BOOK_TICKETS];
	int64_t incident[BOOK_TICKETS];

	components(book, is_certain, must);
	components(book, is_possible, may);
	/* No tool's word brings together what a person parted. */
	const bool parted = look_int(look, "SELECT count(*) FROM apart") > 0;
	for (int t = 0; t < book->n_ticket; t++)
		incident[t] = look_int(look, "SELECT incident FROM ticket WHERE supplier = %Q AND external_id = %Q",
				       book->supplier[book->ticket[t].supplier].name, book->ticket[t].id);
	for (int a = 0; a < book->n_ticket; a++)
		for (int b = 0; b < a; b++) {
			if (incident[a] < 0 || incident[b] < 0)
				continue;
			if (root_of(must, a) == root_of(must, b) && incident[a] != incident[b] && !parted)
				sim_violates(look->sim, "merge", book->ticket[a].id,
					     "tickets %s and %s belong together and are in incidents %lld and %lld",
					     book->ticket[a].id, book->ticket[b].id, (long long)incident[a],
					     (long long)incident[b]);
			if (root_of(may, a) != root_of(may, b) && incident[a] == incident[b] &&
			    !people_may_merge(&look->sim->plan))
				sim_violates(look->sim, "merge", book->ticket[a].id,
					     "tickets %s and %s have nothing in common and are in incident %lld",
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
	check_none(
	    look, "I1", "tickets in an incident that was absorbed",
	    "SELECT count(*) FROM ticket JOIN incident ON incident.number = ticket.incident WHERE merged_into != 0");
	check_none(look, "I1", "comments not in their ticket's incident",
		   "SELECT count(*) FROM comment JOIN ticket ON ticket.supplier = comment.supplier AND "
		   "ticket.external_id = comment.ticket "
		   "WHERE ticket.incident != comment.incident");
	check_none(look, "I1", "comments without a ticket",
		   "SELECT count(*) FROM comment WHERE supplier <> '' AND NOT EXISTS (SELECT 1 FROM ticket WHERE "
		   "ticket.supplier = "
		   "comment.supplier AND "
		   "ticket.external_id = comment.ticket)");
	check_none(look, "I3", "incidents whose sequence is not that of their last event",
		   "SELECT count(*) FROM incident WHERE sequence != (SELECT max(sequence) FROM event WHERE "
		   "event.incident = number)");
	check_none(look, "I3", "incidents with a gap in their events",
		   "SELECT count(*) FROM incident WHERE sequence != (SELECT count(*) FROM event WHERE event.incident = "
		   "number)");
	check_none(look, "I3", "incidents that count their tickets wrong",
		   "SELECT count(*) FROM incident WHERE merged_into = 0 AND n_ticket != (SELECT count(*) FROM ticket "
		   "WHERE incident = number AND continues_as = '')");
	check_none(look, "I2", "deliveries that changed a ticket twice",
		   "SELECT count(*) FROM (SELECT 1 FROM event WHERE kind IN ('ticket.linked', 'ticket.changed') "
		   "AND supplier LIKE 's_' GROUP BY supplier, delivery_id HAVING count(*) > 1)");
	check_none(look, "I2", "deliveries that were late twice",
		   "SELECT count(*) FROM (SELECT 1 FROM event WHERE kind = 'ticket.late' AND supplier LIKE 's_' GROUP "
		   "BY supplier, "
		   "delivery_id HAVING count(*) > 1)");
}

static void check_effects(struct look *look)
{
	const struct book *book = &look->sim->book;
	sqlite3_stmt *stmt = look_ask(look, "SELECT DISTINCT delivery_id FROM event");
	bool has_effect[BOOK_DELIVERIES] = {false};

	while (look_row(stmt))
		for (int i = 0; i < book->n_delivery; i++)
			has_effect[i] |= sdk_eqz(look_text(stmt, 0), book->delivery[i].id);
	for (int i = 0; i < book->n_delivery; i++)
		if (is_certain(&book->delivery[i]) && book->delivery[i].says.kind == SAYS_TICKET && !has_effect[i])
			sim_violates(look->sim, "I1", book->delivery[i].id,
				     "delivery %s was taken and no event tells of it", book->delivery[i].id);
}

void check_state(struct look *look)
{
	for (int t = 0; t < look->sim->book.n_ticket; t++)
		check_ticket(look, t);
	check_comments(look);
	check_groups(look);
	check_rows(look);
	check_effects(look);
}
