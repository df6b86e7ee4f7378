/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view_hit.h"

#include <inttypes.h>

#include "core/attr.h"
#include "core/organisation.h"
#include "sdk/webhook.h"
#include "store/mentions.h"
#include "store/rows_ticket.h"

/* As hit_incident() reads them. */
#define HIT_INCIDENT_COLUMNS "incident.number, incident.uuid, incident.title, incident.attributes"
#define HIT_TAKES_PART(row)  "($30 IS NULL OR EXISTS (" VIEW_PART(row) "))"
enum { AFTER_INCIDENT = 4 };

static struct ent_str hit_text(const struct view *view, struct db_stmt *stmt, int column)
{
	return sdk_dup(view->arena, sdk_or_empty(db_str(stmt, column)));
}

static void hit_incident(const struct view *view, struct db_stmt *stmt, struct hit *ret)
{
	const struct values values = attr_values_parse(db_str(stmt, 3));

	ret->incident = db_int(stmt, 0);
	ret->incident_uuid = hit_text(view, stmt, 1);
	ret->title = hit_text(view, stmt, 2);
	ret->status = (enum ent_status)values.at[ENT_STATUS];
}

static void hit_described(const struct view *view, struct db_stmt *stmt, struct hit *ret)
{
	ret->service = hit_text(view, stmt, AFTER_INCIDENT);
	ret->site = hit_text(view, stmt, AFTER_INCIDENT + 1);
}

static void hit_ticket(const struct view *view, struct db_stmt *stmt, struct hit *ret)
{
	struct ticket ticket = {.id = 1};

	ret->supplier = hit_text(view, stmt, AFTER_INCIDENT);
	ret->ticket = hit_text(view, stmt, AFTER_INCIDENT + 1);
	ret->key = hit_text(view, stmt, AFTER_INCIDENT + 2);
	if (!ticket_attributes(view->arena, hit_text(view, stmt, AFTER_INCIDENT + 3), &ticket))
		return;
	ret->ticket_title = sdk_or_empty(ticket.at[ENT_TITLE].value.text);
	ret->text = sdk_or_empty(ticket.at[ENT_DESCRIPTION].value.text);
}

static void hit_comment(const struct view *view, struct db_stmt *stmt, struct hit *ret)
{
	ret->uuid = hit_text(view, stmt, AFTER_INCIDENT);
	ret->supplier = hit_text(view, stmt, AFTER_INCIDENT + 1);
	ret->author = hit_text(view, stmt, AFTER_INCIDENT + 2);
	ret->created_ms = db_int(stmt, AFTER_INCIDENT + 4);
	enum ent_format format = ENT_TEXT;
	(void)comment_format_by_word(db_str(stmt, AFTER_INCIDENT + 5), &format);
	ret->text = hit_text(view, stmt, AFTER_INCIDENT + 3);
	if (!ret->supplier.n)
		ret->text = mentions_plain(view->db, view->arena, ret->text, format);
}

struct hit_row {
	const char *sql;
	void (*read)(const struct view *view, struct db_stmt *stmt, struct hit *ret);
};

static const struct hit_row *hit_row_of(enum hit_kind kind)
{
	static const struct hit_row row[HIT_N] = {
	    [HIT_INCIDENT] = {"SELECT " HIT_INCIDENT_COLUMNS ", incident.service, incident.site FROM incident WHERE "
			      "incident.number = $1 AND incident.merged_into = 0 AND " HIT_TAKES_PART(
				  "incident.number"),
			      hit_described},
	    [HIT_TICKET] = {"SELECT " HIT_INCIDENT_COLUMNS
			    ", ticket.supplier, ticket.external_id, ticket.key, ticket.attributes FROM ticket JOIN "
			    "incident ON incident.number = ticket.incident WHERE ticket.id = $1 AND " VIEW_SEES_OWN(
				"ticket.supplier") " AND " HIT_TAKES_PART("ticket.incident"),
			    hit_ticket},
	    [HIT_COMMENT] = {"SELECT " HIT_INCIDENT_COLUMNS
			     ", comment.uuid, comment.supplier, comment.author, comment.body, comment.created_ms, "
			     "comment.format "
			     "FROM comment JOIN incident ON incident.number = comment.incident WHERE comment.id = $1 "
			     "AND comment.removed = 0 AND " VIEW_SEES_COMMENT,
			     hit_comment},
	};

	return &row[kind];
}

bool view_hit(const struct view *view, enum hit_kind kind, int64_t id, struct hit *ret)
{
	const struct hit_row *row = hit_row_of(kind);
	struct db_stmt *stmt = db_use(view->db, row->sql);

	*ret = (struct hit){.kind = kind, .id = id};
	db_bind_int(stmt, 1, id);
	view_bind(view, stmt);
	bool found = db_row(stmt);
	if (found) {
		hit_incident(view, stmt, ret);
		row->read(view, stmt, ret);
	}
	db_done(stmt);
	return found;
}

bool view_hit_person(const struct view *view, struct ent_str ref, struct hit *ret)
{
	struct db_stmt *stmt = db_use(view->db, "SELECT ref, organisation, name FROM person WHERE ref = $1 AND kind = "
						"'person' AND name <> ''");

	*ret = (struct hit){.kind = HIT_PERSON};
	db_bind_str(stmt, 1, ref);
	bool found = db_row(stmt) && reader_sees_own(view->reader, db_str(stmt, 1));
	if (found) {
		ret->ref = hit_text(view, stmt, 0);
		ret->organisation = hit_text(view, stmt, 1);
		ret->name = hit_text(view, stmt, 2);
	}
	db_done(stmt);
	return found;
}

bool view_hit_is_erased(struct db *db, struct ent_str ref)
{
	struct db_stmt *stmt = db_use(db, "SELECT 1 FROM person WHERE ref = $1 AND erased = 1");

	db_bind_str(stmt, 1, ref);
	return db_found(stmt);
}

bool view_hit_beside(const struct view *view, struct ent_str organisation)
{
	struct ent_str tool[ORGANISATION_TOOLS_MAX];
	size_t n = organisation_tools(view->suppliers, organisation, tool);
	struct db_stmt *stmt;

	if (view_is_ours(view) || reader_sees_own(view->reader, organisation))
		return true;
	stmt = db_use(view->db,
		      "SELECT 1 FROM share AS other JOIN share AS part ON part.incident = other.incident "
		      "WHERE other.supplier IN ($1, $2, $3, $4, $5, $6, $7, $8) AND other.withdrawn_ms = 0 "
		      "AND " VIEW_IS_OWN("part.supplier") "AND part.withdrawn_ms = 0 AND $30 IS NOT NULL LIMIT 1");
	for (size_t i = 0; i < ORGANISATION_TOOLS_MAX; i++)
		db_bind_str(stmt, (int)i + 1, i < n ? tool[i] : ENT_ABSENT);
	view_bind(view, stmt);
	return db_found(stmt);
}

/* ---- for the index ------------------------------------------------------------------- */

static size_t hit_numbers(struct db_stmt *stmt, int64_t *ret, size_t max)
{
	size_t n = 0;

	while (n < max && db_row(stmt))
		ret[n++] = db_int(stmt, 0);
	db_done(stmt);
	return n;
}

size_t view_hit_rows(struct db *db, enum hit_kind kind, int64_t incident, int64_t after, int64_t *ret, size_t max)
{
	static const char comments[] = "SELECT id FROM comment WHERE incident = $1 AND id > $2 ORDER BY id LIMIT $3";
	static const char tickets[] = "SELECT id FROM ticket WHERE incident = $1 AND id > $2 ORDER BY id LIMIT $3";
	struct db_stmt *stmt = db_use(db, kind == HIT_COMMENT ? comments : tickets);

	db_bind_int(stmt, 1, incident);
	db_bind_int(stmt, 2, after);
	db_bind_int(stmt, 3, (int64_t)max);
	return hit_numbers(stmt, ret, max);
}

int64_t view_hit_comment(struct db *db, struct ent_str uuid)
{
	struct db_stmt *stmt = db_use(db, "SELECT id FROM comment WHERE uuid = $1");
	int64_t id = 0;

	db_bind_str(stmt, 1, uuid);
	return hit_numbers(stmt, &id, 1) ? id : 0;
}

int64_t view_hit_ticket(struct db *db, struct ent_str supplier, struct ent_str ticket)
{
	struct db_stmt *stmt = db_use(db, "SELECT id FROM ticket WHERE supplier = $1 AND external_id = $2");
	int64_t id = 0;

	db_bind_str(stmt, 1, supplier);
	db_bind_str(stmt, 2, ticket);
	return hit_numbers(stmt, &id, 1) ? id : 0;
}

size_t view_hit_incidents(struct db *db, int64_t after, int64_t *ret, size_t max)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT number FROM incident WHERE number > $1 AND merged_into = 0 ORDER BY number LIMIT $2");

	db_bind_int(stmt, 1, after);
	db_bind_int(stmt, 2, (int64_t)max);
	return hit_numbers(stmt, ret, max);
}

size_t view_hit_touched(struct db *db, int64_t after, int64_t *ret, size_t max)
{
	struct db_stmt *stmt = db_use(db, "SELECT incident FROM event WHERE seq > $1 ORDER BY seq LIMIT $2");

	db_bind_int(stmt, 1, after);
	db_bind_int(stmt, 2, (int64_t)max);
	return hit_numbers(stmt, ret, max);
}

size_t view_hit_part(struct db *db, struct ent_arena *arena, int64_t incident, struct sdk_buf *text,
		     struct ent_str *suppliers, size_t max)
{
	struct db_stmt *stmt = db_use(db, "SELECT supplier, reads_ms FROM share WHERE incident = $1 AND withdrawn_ms "
					  "= 0 ORDER BY supplier");
	size_t n = 0;

	db_bind_int(stmt, 1, incident);
	while (db_row(stmt)) {
		sdk_buf_format(text, "%.*s %" PRId64 " ", ENT_F(db_str(stmt, 0)), db_int(stmt, 1));
		if (n < max)
			suppliers[n++] = sdk_dup(arena, db_str(stmt, 0));
	}
	stmt = db_use(db, "SELECT supplier, origin, since_ms FROM reads WHERE incident = $1 ORDER BY supplier, origin");
	db_bind_int(stmt, 1, incident);
	while (db_row(stmt))
		sdk_buf_format(text, "/%.*s %" PRId64 " %" PRId64, ENT_F(db_str(stmt, 0)), db_int(stmt, 1),
			       db_int(stmt, 2));
	return n;
}
