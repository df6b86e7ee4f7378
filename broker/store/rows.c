/* SPDX-License-Identifier: Apache-2.0 */
/* Incidents, comments, attachments, correlation, events; rows_ticket.c has the tickets. */
#include "store/rows.h"

#include "sdk/webhook.h"
#include "store/deliveries.h"

#include <stdio.h>
#include <string.h>

static void copy_uuid(char ret[ID_SIZE], struct ent_str s)
{
	snprintf(ret, ID_SIZE, "%.*s", (int)s.n, s.p ? s.p : "");
}

bool incident_load(struct db *db, struct ent_arena *arena, int64_t number, struct incident *ret)
{
	struct db_stmt *stmt = db_use(
	    db, "SELECT uuid, title, attributes, holder, holder_since_ms, opened_ms, changed_ms, sequence, "
		"merged_into, n_ticket, n_comment, said_ms, finished, accepted, handed_by, declined_by, service, "
		"site, requester, requester_of, needed_before_ms, worded FROM incident WHERE number = $1");
	db_bind_int(stmt, 1, number);
	if (!db_row(stmt))
		return false;
	*ret = (struct incident){.number = number,
				 .title = sdk_dup(arena, db_str(stmt, 1)),
				 .values = attr_values_parse(db_str(stmt, 2)),
				 .holder = sdk_dup(arena, db_str(stmt, 3)),
				 .holder_since_ms = db_int(stmt, 4),
				 .opened_ms = db_int(stmt, 5),
				 .changed_ms = db_int(stmt, 6),
				 .sequence = db_int(stmt, 7),
				 .merged_into = db_int(stmt, 8),
				 .n_ticket = db_int(stmt, 9),
				 .n_comment = db_int(stmt, 10),
				 .said_ms = db_int(stmt, 11),
				 .finished = db_int(stmt, 12) != 0,
				 .is_accepted = db_int(stmt, 13) != 0,
				 .handed_by = sdk_dup(arena, db_str(stmt, 14)),
				 .declined_by = sdk_dup(arena, db_str(stmt, 15)),
				 .service = sdk_dup(arena, db_str(stmt, 16)),
				 .site = sdk_dup(arena, db_str(stmt, 17)),
				 .requester = person_of_value(&(struct ent_value){sdk_dup(arena, db_str(stmt, 18)),
										  sdk_dup(arena, db_str(stmt, 19))}),
				 .needed_before_ms = db_int(stmt, 20),
				 .worded = db_int(stmt, 21) != 0};
	copy_uuid(ret->uuid, db_str(stmt, 0));
	db_done(stmt);
	return true;
}

/* Rows of table finished, made anew. */
static void save_finished(struct db *db, const struct incident *incident)
{
	struct db_stmt *stmt = db_use(db, "DELETE FROM finished WHERE incident = $1");

	db_bind_int(stmt, 1, incident->number);
	(void)db_row(stmt);
	if (!incident->finished)
		return;
	stmt = db_use(db,
		      "INSERT INTO finished (incident, supplier, holder, status, changed_ms) SELECT number, supplier, "
		      "holder, status, changed_ms FROM incident, (SELECT '' AS supplier UNION ALL SELECT supplier FROM "
		      "share WHERE share.incident = $1) AS party WHERE number = $1");
	db_bind_int(stmt, 1, incident->number);
	(void)db_row(stmt);
}

/* Apart, because these columns stand in indexes, and most webhooks change none of them. */
static void save_incident_place(struct db *db, const struct incident *incident)
{
	struct db_stmt *stmt = db_use(
	    db, "UPDATE incident SET status = $1, holder = $2, merged_into = $3, finished = $4 WHERE number = $5");

	db_bind_str(stmt, 1, sdk_str(sdk_status_name((enum ent_status)incident->values.at[ENT_STATUS])));
	db_bind_str(stmt, 2, sdk_or_empty(incident->holder));
	db_bind_int(stmt, 3, incident->merged_into);
	db_bind_int(stmt, 4, incident->finished);
	db_bind_int(stmt, 5, incident->number);
	(void)db_row(stmt);
}

void incident_save(struct db *db, struct ent_arena *arena, struct incident *incident, bool is_new)
{
	const struct ent_value requester = person_value(arena, &incident->requester);
	char attributes[ATTR_VALUES_SIZE];
	struct db_stmt *stmt;
	bool was_finished = incident->finished;

	incident->finished =
	    incident->merged_into == 0 && !status_facts((enum ent_status)incident->values.at[ENT_STATUS])->open;
	if (is_new) {
		stmt = db_use(
		    db,
		    "INSERT INTO incident (title, status, attributes, holder, holder_since_ms, opened_ms, "
		    "changed_ms, sequence, merged_into, n_ticket, n_comment, number, said_ms, finished, accepted, "
		    "handed_by, declined_by, service, site, requester, requester_of, needed_before_ms, uuid, worded) "
		    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, "
		    "$20, $21, $22, $23, $24)");
		db_bind_str(stmt, 2, sdk_str(sdk_status_name((enum ent_status)incident->values.at[ENT_STATUS])));
		db_bind_str(stmt, 4, sdk_or_empty(incident->holder));
		db_bind_int(stmt, 9, incident->merged_into);
		db_bind_int(stmt, 14, incident->finished);
		db_bind_str(stmt, 23, sdk_str(incident->uuid));
	} else {
		if (incident->placed || was_finished != incident->finished)
			save_incident_place(db, incident);
		stmt = db_use(
		    db, "UPDATE incident SET title = $1, attributes = $3, holder_since_ms = $5, opened_ms = $6, "
			"changed_ms = $7, sequence = $8, n_ticket = $10, n_comment = $11, said_ms = $13, accepted "
			"= $15, handed_by = $16, declined_by = $17, service = $18, site = $19, requester = $20, "
			"requester_of = $21, needed_before_ms = $22, worded = $24 WHERE number = $12");
	}
	db_bind_str(stmt, 1, sdk_or_empty(incident->title));
	db_bind_str(stmt, 3, attr_values_print(&incident->values, attributes));
	db_bind_int(stmt, 5, incident->holder_since_ms);
	db_bind_int(stmt, 6, incident->opened_ms);
	db_bind_int(stmt, 7, incident->changed_ms);
	db_bind_int(stmt, 8, incident->sequence);
	db_bind_int(stmt, 10, incident->n_ticket);
	db_bind_int(stmt, 11, incident->n_comment);
	db_bind_int(stmt, 12, incident->number);
	db_bind_int(stmt, 13, incident->said_ms);
	db_bind_int(stmt, 15, incident->is_accepted);
	db_bind_str(stmt, 16, sdk_or_empty(incident->handed_by));
	db_bind_str(stmt, 17, sdk_or_empty(incident->declined_by));
	db_bind_str(stmt, 18, sdk_or_empty(incident->service));
	db_bind_str(stmt, 19, sdk_or_empty(incident->site));
	db_bind_str(stmt, 20, sdk_or_empty(incident->requester.ref));
	db_bind_str(stmt, 21, requester.native);
	db_bind_int(stmt, 22, incident->needed_before_ms);
	db_bind_int(stmt, 24, incident->worded);
	(void)db_row(stmt);
	incident->placed = false;
	if (was_finished || incident->finished)
		save_finished(db, incident);
}

int64_t incident_by_uuid(struct db *db, struct ent_str uuid)
{
	struct db_stmt *stmt = db_use(db, "SELECT number FROM incident WHERE uuid = $1");

	db_bind_str(stmt, 1, uuid);
	int64_t number = db_row(stmt) ? db_int(stmt, 0) : 0;
	db_done(stmt);
	return number;
}

int64_t incident_living(struct db *db, int64_t number)
{
	/* Merges always point to an older incident, so this ends. */
	while (number != 0) {
		struct db_stmt *stmt = db_use(db, "SELECT merged_into FROM incident WHERE number = $1");
		db_bind_int(stmt, 1, number);
		if (!db_row(stmt))
			return 0;
		int64_t into = db_int(stmt, 0);
		db_done(stmt);
		if (into == 0)
			return number;
		number = into < number ? into : 0;
	}
	return 0;
}

void incident_count(struct db *db, struct incident *incident)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT (SELECT count(*) FROM ticket WHERE incident = $1 AND continues_as = ''), "
		       "(SELECT count(*) FROM comment WHERE incident = $1 AND removed = 0)");
	db_bind_int(stmt, 1, incident->number);
	if (db_row(stmt)) {
		incident->n_ticket = db_int(stmt, 0);
		incident->n_comment = db_int(stmt, 1);
	}
	db_done(stmt);
}

/* ---- comments and attachments ---------------------------------------------- */

#define COMMENT_COLUMNS                                                                                                \
	"SELECT id, uuid, incident, author, person.organisation, body, visibility, organisations, everyone, "          \
	"created_ms, edited_ms, removed, stamp_version, stamp_ms, supplier, ticket, external_id, recorded_ms, "        \
	"origin, "                                                                                                     \
	"requester, person.name, person.kind, format, reply_to, held_by, meant_organisations, meant_everyone, "        \
	"meant_requester, pinned_ms, version, entry, " COMMENT_FILES("comment.uuid") " FROM comment LEFT JOIN person " \
										     "ON person.ref = comment.author "

static bool read_comment_row(struct db_stmt *stmt, struct ent_arena *arena, struct comment *ret)
{
	if (!db_row(stmt))
		return false;
	*ret =
	    (struct comment){.id = db_int(stmt, 0),
			     .incident = db_int(stmt, 2),
			     .supplier = sdk_dup(arena, db_str(stmt, 14)),
			     .ticket = sdk_dup(arena, db_str(stmt, 15)),
			     .external_id = sdk_dup(arena, db_str(stmt, 16)),
			     .author = {.ref = sdk_dup(arena, db_str(stmt, 3)),
					.organisation = sdk_dup(arena, sdk_or_empty(db_str(stmt, 4))),
					.name = sdk_dup(arena, sdk_or_empty(db_str(stmt, 20))),
					.is_machine = sdk_eqz(db_str(stmt, 21), "machine")},
			     .body = sdk_dup(arena, db_str(stmt, 5)),
			     .visibility = sdk_eqz(db_str(stmt, 6), "public") ? ENT_PUBLIC : ENT_INTERNAL,
			     .audience = {sdk_dup(arena, db_str(stmt, 7)), db_int(stmt, 8) == 1, db_int(stmt, 19) == 1},
			     .created_ms = db_int(stmt, 9),
			     .edited_ms = db_int(stmt, 10),
			     .removed = db_int(stmt, 11) != 0,
			     .recorded_ms = db_int(stmt, 17),
			     .origin = db_int(stmt, 18),
			     .held_by = sdk_dup(arena, db_str(stmt, 24)),
			     .meant = {sdk_dup(arena, db_str(stmt, 25)), db_int(stmt, 26) == 1, db_int(stmt, 27) == 1},
			     .pinned_ms = db_int(stmt, 28),
			     .version = db_int(stmt, 29),
			     .stamp = {db_int(stmt, 12), db_int(stmt, 13)}};
	(void)comment_format_by_word(db_str(stmt, 22), &ret->format); /* an unknown word stays plain text */
	copy_uuid(ret->uuid, db_str(stmt, 1));
	copy_uuid(ret->reply_to, db_str(stmt, 23));
	ret->entry = entry_of_text(arena, db_str(stmt, 30));
	ret->files = sdk_dup(arena, db_str(stmt, 31));
	db_done(stmt);
	return true;
}

bool comment_load(struct db *db, struct ent_arena *arena, struct ent_str supplier, struct ent_str ticket,
		  struct ent_str external_id, struct comment *ret)
{
	struct db_stmt *stmt = db_use(db, COMMENT_COLUMNS "WHERE supplier = $1 AND ticket = $2 AND external_id = $3");
	db_bind_str(stmt, 1, sdk_or_empty(supplier));
	db_bind_str(stmt, 2, sdk_or_empty(ticket));
	db_bind_str(stmt, 3, external_id);
	return read_comment_row(stmt, arena, ret);
}

bool comment_by_uuid(struct db *db, struct ent_arena *arena, struct ent_str uuid, struct comment *ret)
{
	struct db_stmt *stmt = db_use(db, COMMENT_COLUMNS "WHERE uuid = $1");

	db_bind_str(stmt, 1, uuid);
	return read_comment_row(stmt, arena, ret);
}

void comment_save(struct db *db, struct comment *comment)
{
	struct sdk_arena arena;
	struct db_stmt *stmt = db_use(
	    db,
	    "INSERT INTO comment (uuid, incident, supplier, ticket, external_id, author, body, "
	    "visibility, organisations, everyone, created_ms, edited_ms, removed, stamp_version, stamp_ms, "
	    "recorded_ms, origin, requester, format, reply_to, held_by, meant_organisations, meant_everyone, "
	    "meant_requester, pinned_ms, version, entry) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, "
	    "$13, $14, "
	    "$15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27) "
	    "ON CONFLICT (supplier, ticket, external_id) DO UPDATE SET body = excluded.body, format = excluded.format, "
	    "visibility = excluded.visibility, organisations = excluded.organisations, "
	    "everyone = excluded.everyone, requester = excluded.requester, edited_ms = excluded.edited_ms, "
	    "removed = excluded.removed, stamp_version = excluded.stamp_version, stamp_ms = excluded.stamp_ms, "
	    "recorded_ms = excluded.recorded_ms, held_by = excluded.held_by, pinned_ms = excluded.pinned_ms, "
	    "version = excluded.version "
	    "RETURNING id");
	db_bind_str(stmt, 1, sdk_str(comment->uuid));
	db_bind_int(stmt, 2, comment->incident);
	db_bind_str(stmt, 3, sdk_or_empty(comment->supplier));
	db_bind_str(stmt, 4, sdk_or_empty(comment->ticket));
	db_bind_str(stmt, 5, sdk_or_empty(comment->external_id));
	db_bind_str(stmt, 6, sdk_or_empty(comment->author.ref));
	db_bind_str(stmt, 7, sdk_or_empty(comment->body));
	db_bind_str(stmt, 8, sdk_str(comment->visibility == ENT_PUBLIC ? "public" : "internal"));
	db_bind_str(stmt, 9, sdk_or_empty(comment->audience.organisations));
	db_bind_int(stmt, 10, comment->audience.everyone);
	db_bind_int(stmt, 11, comment->created_ms);
	db_bind_int(stmt, 12, comment->edited_ms);
	db_bind_int(stmt, 13, comment->removed);
	db_bind_int(stmt, 14, comment->stamp.version);
	db_bind_int(stmt, 15, comment->stamp.time_ms);
	db_bind_int(stmt, 16, comment->recorded_ms);
	db_bind_int(stmt, 17, comment->origin);
	db_bind_int(stmt, 18, comment->audience.requester);
	db_bind_str(stmt, 19, sdk_str(comment_format_word(comment->format)));
	db_bind_str(stmt, 20, sdk_str(comment->reply_to));
	db_bind_str(stmt, 21, sdk_or_empty(comment->held_by));
	db_bind_str(stmt, 22, sdk_or_empty(comment->meant.organisations));
	db_bind_int(stmt, 23, comment->meant.everyone);
	db_bind_int(stmt, 24, comment->meant.requester);
	db_bind_int(stmt, 25, comment->pinned_ms);
	db_bind_int(stmt, 26, comment->version);
	sdk_arena_init(&arena);
	db_bind_str(stmt, 27, entry_text(&arena.abi, &comment->entry));
	if (db_row(stmt))
		comment->id = db_int(stmt, 0);
	db_done(stmt);
	sdk_arena_release(&arena);
}

bool attachment_known(struct db *db, struct ent_str supplier, struct ent_str ticket, struct ent_str external_id)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT 1 FROM attachment WHERE supplier = $1 AND ticket = $2 AND external_id = $3");
	db_bind_str(stmt, 1, supplier);
	db_bind_str(stmt, 2, ticket);
	db_bind_str(stmt, 3, external_id);
	return db_found(stmt);
}

void attachment_save(struct db *db, const struct event *event)
{
	struct db_stmt *stmt = db_use(
	    db,
	    "INSERT INTO attachment (incident, supplier, ticket, external_id, name, media_type, url, size, created_ms, "
	    "comment, organisations, everyone, requester, sha256) "
	    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT (supplier, ticket, "
	    "external_id) DO NOTHING");
	db_bind_int(stmt, 1, event->incident);
	db_bind_str(stmt, 2, sdk_or_empty(event->supplier));
	db_bind_str(stmt, 3, sdk_or_empty(event->ticket_id));
	db_bind_str(stmt, 4, event->attachment.id);
	db_bind_str(stmt, 5, sdk_or_empty(event->attachment.name));
	db_bind_str(stmt, 6, sdk_or_empty(event->attachment.media_type));
	db_bind_str(stmt, 7, sdk_or_empty(event->attachment.url));
	db_bind_int(stmt, 8, event->attachment.size);
	db_bind_int(stmt, 9, event->time_ms);
	db_bind_str(stmt, 10, sdk_str(event->beside.comment));
	db_bind_str(stmt, 11, sdk_or_empty(event->beside.audience.organisations));
	db_bind_int(stmt, 12, event->beside.audience.everyone);
	db_bind_int(stmt, 13, event->beside.audience.requester);
	db_bind_str(stmt, 14, sdk_str(event->beside.sha256));
	(void)db_row(stmt);
}

/* The next file of the comment, and who may read both. */
static bool next_attachment(struct db *db, struct ent_arena *arena, int64_t incident, const struct comment *comment,
			    int64_t *id, struct audience *ret)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT id, organisations, everyone, requester FROM attachment WHERE incident "
		       "= $1 AND comment = $2 AND id > $3 ORDER BY id LIMIT 1");

	db_bind_int(stmt, 1, incident);
	db_bind_str(stmt, 2, sdk_str(comment->uuid));
	db_bind_int(stmt, 3, *id);
	bool found = db_row(stmt);
	if (found) {
		const struct audience was = {sdk_dup(arena, db_str(stmt, 1)), db_int(stmt, 2) != 0,
					     db_int(stmt, 3) != 0};
		*id = db_int(stmt, 0);
		*ret = audience_meet(arena, &was, &comment->audience);
	}
	db_done(stmt);
	return found;
}

void attachments_narrow(struct db *db, int64_t incident, const struct comment *comment)
{
	struct sdk_arena arena;
	struct audience audience;
	int64_t id = 0;

	sdk_arena_init(&arena);
	while (comment->uuid[0] && next_attachment(db, &arena.abi, incident, comment, &id, &audience)) {
		struct db_stmt *stmt =
		    db_use(db, "UPDATE attachment SET organisations = $2, everyone = $3, requester = $4 WHERE id = $1");
		db_bind_int(stmt, 1, id);
		db_bind_str(stmt, 2, sdk_or_empty(audience.organisations));
		db_bind_int(stmt, 3, audience.everyone);
		db_bind_int(stmt, 4, audience.requester);
		(void)db_row(stmt);
	}
	sdk_arena_release(&arena);
}

/* ---- correlation ------------------------------------------------------------- */

void correlation_save(struct db *db, const struct event *event)
{
	const struct ent_correlation *correlation = &event->correlation;

	if (correlation->key.n) {
		struct db_stmt *stmt = db_use(db, "INSERT INTO correlation (key, incident) VALUES ($1, $2) "
						  "ON CONFLICT (key, incident) DO NOTHING");
		db_bind_str(stmt, 1, correlation->key);
		db_bind_int(stmt, 2, event->incident);
		(void)db_row(stmt);
	}
	for (size_t i = 0; i < correlation->n_reference; i++) {
		struct db_stmt *stmt =
		    db_use(db, "INSERT INTO reference (supplier, external_id, incident, by_supplier, by_ticket) VALUES "
			       "($1, $2, $3, $4, $5) ON CONFLICT (supplier, external_id, incident, by_supplier) DO "
			       "NOTHING");
		db_bind_str(stmt, 1, correlation->reference[i].supplier);
		db_bind_str(stmt, 2, correlation->reference[i].id);
		db_bind_int(stmt, 3, event->incident);
		db_bind_str(stmt, 4, event->supplier);
		db_bind_str(stmt, 5, event->ticket_id);
		(void)db_row(stmt);
	}
}

bool correlation_known(struct db *db, struct ent_str key, int64_t incident)
{
	struct db_stmt *stmt = db_use(db, "SELECT 1 FROM correlation WHERE key = $1 AND incident = $2");
	db_bind_str(stmt, 1, key);
	db_bind_int(stmt, 2, incident);
	return db_found(stmt);
}

int64_t correlation_find(struct db *db, struct ent_str key, struct ent_str supplier, int64_t but)
{
	struct db_stmt *stmt = db_use(
	    db, "SELECT incident FROM correlation AS c WHERE key = $1 AND incident <> $2 AND EXISTS (SELECT 1 FROM "
		"incident AS i WHERE i.number = c.incident AND i.merged_into = 0) ORDER BY "
		"NOT EXISTS (SELECT 1 FROM share AS s WHERE s.incident = c.incident AND s.supplier = $3 AND "
		"s.withdrawn_ms = 0), incident LIMIT 1");
	db_bind_str(stmt, 1, key);
	db_bind_int(stmt, 2, but);
	db_bind_str(stmt, 3, supplier);
	int64_t incident = db_row(stmt) ? db_int(stmt, 0) : 0;
	db_done(stmt);
	return incident;
}

bool reference_known(struct db *db, const struct ent_reference *reference, int64_t incident)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT 1 FROM reference WHERE supplier = $1 AND external_id = $2 AND incident = $3");
	db_bind_str(stmt, 1, reference->supplier);
	db_bind_str(stmt, 2, reference->id);
	db_bind_int(stmt, 3, incident);
	return db_found(stmt);
}

/* In the order of the key, so that nothing is sorted and no list is made of the two names. */
static size_t find_referrers(struct db *db, struct ent_arena *arena, struct ent_str supplier, struct ent_str name,
			     struct referrer ret[REFERRERS_MAX])
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT incident, by_supplier, by_ticket FROM reference WHERE supplier = $1 AND external_id = "
		       "$2 AND EXISTS (SELECT 1 FROM incident AS i WHERE i.number = reference.incident AND "
		       "i.merged_into = 0) ORDER BY incident, by_supplier LIMIT $3");
	size_t n = 0;

	db_bind_str(stmt, 1, supplier);
	db_bind_str(stmt, 2, name);
	db_bind_int(stmt, 3, REFERRERS_MAX);
	while (n < REFERRERS_MAX && db_row(stmt))
		ret[n++] = (struct referrer){db_int(stmt, 0), sdk_dup(arena, db_str(stmt, 1)),
					     sdk_dup(arena, db_str(stmt, 2))};
	db_done(stmt);
	return n;
}

/* In the order of the tables. */
static int text_compare(struct ent_str a, struct ent_str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? memcmp(a.p, b.p, n) : 0;

	return order ? order : (a.n > b.n) - (a.n < b.n);
}

static int referrer_compare(const struct referrer *a, const struct referrer *b)
{
	if (a->incident != b->incident)
		return a->incident < b->incident ? -1 : 1;
	return text_compare(a->supplier, b->supplier);
}

size_t reference_find(struct db *db, struct ent_arena *arena, struct ent_str supplier, struct ent_str external_id,
		      struct ent_str key, struct referrer ret[REFERRERS_MAX])
{
	struct referrer by_id[REFERRERS_MAX], by_key[REFERRERS_MAX];
	size_t n_id = find_referrers(db, arena, supplier, external_id, by_id), n = 0;
	size_t n_key = key.n && !sdk_eq(key, external_id) ? find_referrers(db, arena, supplier, key, by_key) : 0;

	for (size_t i = 0, k = 0; n < REFERRERS_MAX && (i < n_id || k < n_key);) {
		int order = i == n_id ? 1 : k == n_key ? -1 : referrer_compare(&by_id[i], &by_key[k]);

		bool is_id = order < 0 || (order == 0 && text_compare(by_id[i].ticket, by_key[k].ticket) <= 0);

		ret[n++] = is_id ? by_id[i] : by_key[k];
		i += order <= 0;
		k += order >= 0; /* whoever names both counts once */
	}
	return n;
}
