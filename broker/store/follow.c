/* SPDX-License-Identifier: Apache-2.0 */
#include "store/follow.h"

#include "core/decide.h"
#include "sdk/webhook.h"
#include "core/queue.h"
#include "sdk/webhook.h"
#include "store/deliveries.h"
#include "store/parting.h"
#include "store/rows.h"
#include "store/rows_ticket.h"

#include <string.h>

/* ---- the chain ------------------------------------------------------------------- */

/* The ticket that this one went on as, or itself. False: it was never heard of. */
static bool last_of_chain(struct apply *apply, struct ent_str supplier, struct ent_str id, struct ticket *ret)
{
	if (!ticket_load(apply->db, apply->arena, supplier, id, ret))
		return false;
	struct ent_str next = ret->continues_as;
	return !next.n || ticket_load(apply->db, apply->arena, supplier, next, ret);
}

/* The tool says that the last ticket of a chain goes on as one that was left before: that one came back. Only its time
 * tells this from an old message that is read again. So without a time nothing moves, even if two tickets keep naming
 * each other. */
static bool comes_back(struct apply *apply, struct ent_str supplier, const struct ent_change *change,
		       struct ticket *ret)
{
	if (!ticket_load(apply->db, apply->arena, supplier, change->continues_as.id, ret) ||
	    !sdk_eq(ret->continues_as, change->ticket.id))
		return false;
	struct db_stmt *stmt =
	    db_use(apply->db, "SELECT min(removed_ms) > 0 AND max(removed_ms) < $3 FROM ticket WHERE "
			      "supplier = $1 AND continues_as = $2 AND continues_as <> ''");
	db_bind_str(stmt, 1, supplier);
	db_bind_str(stmt, 2, change->ticket.id);
	db_bind_int(stmt, 3, change->stamp.time_ms);
	bool is_newer = db_row(stmt) && db_int(stmt, 0) != 0;
	db_done(stmt);
	return is_newer;
}

/* The id that all of its chain name. Absent: it stands alone. */
static struct ent_str chain_of(struct db *db, const struct ticket *ticket)
{
	if (ticket->continues_as.n)
		return ticket->continues_as;
	struct db_stmt *stmt =
	    db_use(db, "SELECT 1 FROM ticket WHERE supplier = $1 AND continues_as = $2 AND continues_as <> '' LIMIT 1");
	db_bind_str(stmt, 1, ticket->supplier);
	db_bind_str(stmt, 2, ticket->external_id);
	bool found = db_row(stmt);
	db_done(stmt);
	return found ? ticket->external_id : ENT_ABSENT;
}

#define OF_CHAIN                                                                                                       \
	"ticket IN (SELECT $2 UNION ALL SELECT t.external_id FROM ticket AS t WHERE t.supplier = $1 AND "              \
	"t.continues_as = $2 AND t.continues_as <> '') "

/* ---- what was heard in it ------------------------------------------------------------ */

/* A removal tells an id and nothing else. */
struct comment *follow_comment(struct apply *apply, struct dossier *dossier, const struct situation *at,
			       const struct ent_change *change)
{
	const struct ticket *ticket = at->ticket;
	struct ent_str chain = ticket ? chain_of(apply->db, ticket) : ENT_ABSENT;
	const struct ent_comment *comment = &change->comment;
	int64_t created_ms = comment->created_ms ? comment->created_ms : change->stamp.time_ms;

	if (!chain.n)
		return NULL;
	struct db_stmt *stmt =
	    db_use(apply->db, "SELECT ticket, external_id FROM comment WHERE supplier = $1 AND " OF_CHAIN
			      "AND ((external_id = $3 AND ($4 = 1 OR created_ms = $5 OR body = $6)) OR (created_ms = "
			      "$5 AND body = $6 AND author = $7 AND $4 = 0)) ORDER BY id LIMIT 1");
	db_bind_str(stmt, 1, ticket->supplier);
	db_bind_str(stmt, 2, chain);
	db_bind_str(stmt, 3, comment->id);
	db_bind_int(stmt, 4, change->kind == ENT_COMMENT_REMOVED);
	db_bind_int(stmt, 5, created_ms ? created_ms : -1);
	db_bind_str(stmt, 6, sdk_or_empty(comment->body));
	db_bind_str(stmt, 7, sdk_or_empty(at->author.ref));
	if (!db_row(stmt))
		return NULL;
	struct ent_str in = sdk_dup(apply->arena, db_str(stmt, 0)), id = sdk_dup(apply->arena, db_str(stmt, 1));
	db_done(stmt);
	struct comment *known = dossier_comment(dossier, ticket->supplier, in, id);
	return known->uuid[0] ? known : NULL;
}

bool follow_attachment(struct db *db, const struct ticket *ticket, const struct ent_change *change)
{
	struct ent_str chain = ticket ? chain_of(db, ticket) : ENT_ABSENT;
	const struct ent_attachment *attachment = &change->attachment;

	if (!chain.n)
		return false;
	struct db_stmt *stmt = db_use(db, "SELECT 1 FROM attachment WHERE supplier = $1 AND " OF_CHAIN
					  "AND name = $3 AND (external_id = $4 OR (size = $5 AND size >= 0)) LIMIT 1");
	db_bind_str(stmt, 1, ticket->supplier);
	db_bind_str(stmt, 2, chain);
	db_bind_str(stmt, 3, sdk_or_empty(attachment->name));
	db_bind_str(stmt, 4, attachment->id);
	db_bind_int(stmt, 5, attachment->size);
	return db_found(stmt);
}

static bool copy_in_chain(struct db *db, const struct ticket *ticket, struct ent_str chain, struct ent_str id)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT 1 FROM copy WHERE supplier = $1 AND " OF_CHAIN "AND external_id = $3 LIMIT 1");
	db_bind_str(stmt, 1, ticket->supplier);
	db_bind_str(stmt, 2, chain);
	db_bind_str(stmt, 3, id);
	return db_found(stmt);
}

/* Did we send exactly these words as the comment of that id? */
static bool has_our_words(struct apply *apply, const struct situation *at, const struct ent_comment *comment)
{
	struct db_stmt *stmt =
	    db_use(apply->db, "SELECT hash FROM delivery WHERE incident = $1 AND supplier = $2 AND remote_id = $3");
	unsigned char hash[32];
	bool found = false;

	echo_hash(apply->arena, comment->body, hash);
	db_bind_int(stmt, 1, at->incident->number);
	db_bind_str(stmt, 2, at->supplier);
	db_bind_str(stmt, 3, comment->id);
	while (!found && db_row(stmt))
		found = echo_hash_among(db_str(stmt, 0), hash);
	db_done(stmt);
	return found;
}

bool follow_copy(struct apply *apply, const struct situation *at, const struct ent_change *change)
{
	struct ent_str chain = at->ticket ? chain_of(apply->db, at->ticket) : ENT_ABSENT;

	return chain.n && copy_in_chain(apply->db, at->ticket, chain, change->comment.id) &&
	       (change->kind == ENT_COMMENT_REMOVED || has_our_words(apply, at, &change->comment));
}

/* ---- the move ---------------------------------------------------------------------- */

/* Both are of tickets of one supplier. It gets only into what is shared with it, unless `joins` trusts it; and two
 * incidents that a person parted stay apart. */
static bool may_join(struct apply *apply, const struct situation *at, const int64_t found[2])
{
	const struct supplier *from = at->arrival ? at->arrival->from : NULL;

	if (found[0] != 0 && found[1] != 0 && found[0] != found[1] && parting_is_apart(apply->db, found[0], found[1]))
		return false;
	if (!from || from->joins == JOINS_ANYONE || found[0] == 0 || found[1] == 0 || found[0] == found[1])
		return true;
	return dossier_shares(apply_dossier(apply, found[0]), at->supplier) &&
	       dossier_shares(apply_dossier(apply, found[1]), at->supplier);
}

/* The next one may tell our comments under new ids: which they are is found by their marker and words again. */
static void forget_places(struct db *db, int64_t incident, struct ent_str supplier)
{
	struct db_stmt *stmt = db_use(db, "UPDATE delivery SET bound = 0 WHERE incident = $1 AND supplier = $2 AND "
					  "op = 'add_comment' AND bound = 1");
	db_bind_int(stmt, 1, incident);
	db_bind_str(stmt, 2, supplier);
	(void)db_row(stmt);
}

void follow_ticket(struct apply *apply, const struct situation *base, const struct ent_change *change)
{
	struct events events = {.arena = apply->arena};
	struct situation at = *base;
	struct ticket left, next;

	at.ticket = last_of_chain(apply, at.supplier, change->ticket.id, &left) ? &left : NULL;
	if (comes_back(apply, at.supplier, change, &next) ||
	    last_of_chain(apply, at.supplier, change->continues_as.id, &next))
		at.next = &next;
	const int64_t found[2] = {at.ticket ? at.ticket->incident : 0, at.next ? at.next->incident : 0};
	struct dossier *dossier = apply_dossier(apply, correlate(found, 2));
	if (!dossier || db_failed(apply->db))
		return;
	at.incident = &dossier->incident;
	if (!decide_moves(&at, change) || !may_join(apply, &at, found))
		return;
	for (size_t i = 0; i < 2; i++)
		if (found[i] != 0 && found[i] != dossier->incident.number)
			apply_merge(apply, dossier, &at, found[i]);
	decide_change(&at, change, &events);
	apply_events(apply, &events);
	apply_save(apply);
	forget_places(apply->db, dossier->incident.number, at.supplier);
	struct queue queue = apply_queue(apply, dossier, &events);
	queue_revive_moved(&queue, at.supplier);
	apply_events(apply, &events);
	apply_save(apply);
	memcpy(apply->incident_uuid, dossier->incident.uuid, ID_SIZE);
}
