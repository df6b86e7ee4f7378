/* SPDX-License-Identifier: Apache-2.0 */
/* Tickets. The attributes are one JSON object: name -> [text, native, version, time_ms]; read and written as a whole
 * because a change usually speaks of most of them, and moves the stamp of each it speaks of. */
#include "store/rows_ticket.h"

#include "sdk/json.h"
#include "sdk/webhook.h"

bool ticket_attributes(struct ent_arena *arena, struct ent_str json, struct ticket *ret)
{
	const struct sdk_json *root, *item;
	struct ent_err err;

	if (sdk_json_parse(arena, json, &root, &err) != ENT_OK)
		return false;
	for (const struct sdk_json *node = sdk_json_first(root); node; node = sdk_json_next(node)) {
		enum ent_attr attr;
		if (!sdk_attr(sdk_json_key(node), &attr))
			return false;
		struct attribute *at = &ret->at[attr];
		ret->has |= 1u << attr;
		item = sdk_json_first(node);
		at->value.text = sdk_json_text(item);
		item = sdk_json_next(item);
		at->value.native = sdk_json_text(item);
		item = sdk_json_next(item);
		if (!sdk_json_int(item, &at->stamp.version) || !sdk_json_int(sdk_json_next(item), &at->stamp.time_ms))
			return false;
	}
	return true;
}

static void print_attributes(const struct ticket *ticket, struct sdk_buf *buf)
{
	struct sdk_jsonw w;

	sdk_jsonw_init(&w, buf);
	sdk_jsonw_open(&w, '{');
	for (int i = 0; i < ENT_N_ATTR; i++) {
		const struct attribute *at = &ticket->at[i];
		if (!(ticket->has & (1u << i)))
			continue;
		sdk_jsonw_key(&w, sdk_attr_name((enum ent_attr)i));
		sdk_jsonw_open(&w, '[');
		sdk_jsonw_str(&w, sdk_or_empty(at->value.text));
		sdk_jsonw_str(&w, sdk_or_empty(at->value.native));
		sdk_jsonw_int(&w, at->stamp.version);
		sdk_jsonw_int(&w, at->stamp.time_ms);
		sdk_jsonw_close(&w, ']');
	}
	sdk_jsonw_close(&w, '}');
}

bool ticket_read(struct db *db, struct db_stmt *stmt, struct ent_arena *arena, struct ticket *ret)
{
	if (!db_row(stmt))
		return false;
	*ret = (struct ticket){.id = db_int(stmt, 0),
			       .key = sdk_dup(arena, db_str(stmt, 1)),
			       .incident = db_int(stmt, 2),
			       .removed = db_int(stmt, 3) != 0,
			       .changed_ms = db_int(stmt, 4),
			       .removed_stamp = {db_int(stmt, 6), db_int(stmt, 7)},
			       .continues_as = sdk_dup(arena, db_str(stmt, 8)),
			       .origin = db_int(stmt, 9),
			       .supplier = sdk_dup(arena, db_str(stmt, 10)),
			       .external_id = sdk_dup(arena, db_str(stmt, 11))};
	bool sound = ticket_attributes(arena, sdk_dup(arena, db_str(stmt, 5)), ret);
	if (!sound) /* sticks, so that nothing is built on a damaged row */
		db_fail(db,
			"the attributes of ticket %.*s:%.*s are damaged; run `entente fsck`, then restore or rebuild",
			ENT_F(ret->supplier), ENT_F(ret->external_id));
	return sound;
}

bool ticket_load(struct db *db, struct ent_arena *arena, struct ent_str supplier, struct ent_str external_id,
		 struct ticket *ret)
{
	struct db_stmt *stmt = db_use(db, TICKET_COLUMNS "WHERE supplier = $1 AND external_id = $2");

	db_bind_str(stmt, 1, supplier);
	db_bind_str(stmt, 2, external_id);
	bool found = ticket_read(db, stmt, arena, ret);
	db_done(stmt);
	return found;
}

/* Apart, because these columns stand in indexes and hardly ever change. */
static void place_save(struct db *db, const struct ticket *ticket)
{
	struct db_stmt *stmt = db_use(db, "UPDATE ticket SET key = $1, incident = $2 WHERE id = $3");

	db_bind_str(stmt, 1, sdk_or_empty(ticket->key));
	db_bind_int(stmt, 2, ticket->incident);
	db_bind_int(stmt, 3, ticket->id);
	(void)db_row(stmt);
}

void ticket_save(struct db *db, struct ticket *ticket)
{
	struct sdk_buf buf;
	struct db_stmt *stmt;

	sdk_buf_init(&buf, SIZE_MAX / 2);
	print_attributes(ticket, &buf);
	if (ticket->id == 0) {
		stmt = db_use(
		    db, "INSERT INTO ticket (status, removed, changed_ms, attributes, removed_version, removed_ms, "
			"continues_as, supplier, external_id, key, incident, origin) VALUES ($1, $2, $3, $4, $5, $6, "
			"$11, $7, $8, $9, $10, $12)");
		db_bind_str(stmt, 7, ticket->supplier);
		db_bind_str(stmt, 8, ticket->external_id);
		db_bind_str(stmt, 9, sdk_or_empty(ticket->key));
		db_bind_int(stmt, 10, ticket->incident);
		db_bind_int(stmt, 12, ticket->origin ? ticket->origin : ticket->incident);
	} else {
		if (ticket->placed)
			place_save(db, ticket);
		stmt = db_use(db, "UPDATE ticket SET status = $1, removed = $2, changed_ms = $3, attributes = $4, "
				  "removed_version = $5, removed_ms = $6, continues_as = $11 WHERE id = $7");
		db_bind_int(stmt, 7, ticket->id);
	}
	db_bind_str(stmt, 1, sdk_str(sdk_status_name(sdk_status(ticket->at[ENT_STATUS].value.text))));
	db_bind_int(stmt, 2, ticket->removed);
	db_bind_int(stmt, 3, ticket->changed_ms);
	db_bind_str(stmt, 4, sdk_buf_view(&buf));
	db_bind_int(stmt, 5, ticket->removed_stamp.version);
	db_bind_int(stmt, 6, ticket->removed_stamp.time_ms);
	db_bind_str(stmt, 11, sdk_or_empty(ticket->continues_as));
	if (ticket->id == 0)
		ticket->id = db_insert(stmt);
	else
		(void)db_row(stmt);
	sdk_buf_release(&buf);
}

void ticket_follow(struct db *db, struct ent_str supplier, struct ent_str from, struct ent_str to)
{
	struct db_stmt *stmt = db_use(
	    db, "UPDATE ticket SET continues_as = $3 WHERE supplier = $1 AND continues_as = $2 AND continues_as <> ''");
	db_bind_str(stmt, 1, supplier);
	db_bind_str(stmt, 2, from);
	db_bind_str(stmt, 3, to);
	(void)db_row(stmt);
}

int64_t ticket_incident(struct db *db, struct ent_str supplier, struct ent_str word)
{
	static const char *const sql[] = {
	    "SELECT incident FROM ticket WHERE supplier = $1 AND external_id = $2",
	    "SELECT incident FROM ticket WHERE supplier = $1 AND key = $2 ORDER BY id LIMIT 1",
	};
	for (size_t i = 0; word.n && i < sizeof sql / sizeof *sql; i++) {
		struct db_stmt *stmt = db_use(db, sql[i]);
		db_bind_str(stmt, 1, supplier);
		db_bind_str(stmt, 2, word);
		int64_t incident = db_row(stmt) ? db_int(stmt, 0) : 0;
		db_done(stmt);
		if (incident)
			return incident;
	}
	return 0;
}

size_t ticket_list(struct db *db, struct ent_arena *arena, int64_t incident, const struct ent_reference **ret)
{
	size_t n = 0, cap = 8;
	struct ent_reference *list = SDK_NEW_N(arena, struct ent_reference, cap);
	struct db_stmt *stmt = db_use(db, "SELECT supplier, external_id FROM ticket WHERE incident = $1 ORDER BY id");

	db_bind_int(stmt, 1, incident);
	while (db_row(stmt)) {
		if (n == cap) {
			struct ent_reference *grown = SDK_NEW_N(arena, struct ent_reference, cap * 2);
			for (size_t i = 0; i < n; i++)
				grown[i] = list[i];
			list = grown;
			cap *= 2;
		}
		list[n++] = (struct ent_reference){sdk_dup(arena, db_str(stmt, 0)), sdk_dup(arena, db_str(stmt, 1))};
	}
	*ret = list;
	return n;
}
