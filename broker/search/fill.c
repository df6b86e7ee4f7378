/* SPDX-License-Identifier: Apache-2.0 */
#include "search/fill.h"

#include <inttypes.h>

#include "core/organisation.h"
#include "sdk/fold.h"
#include "sdk/webhook.h"
#include "search/words.h"

enum { FILL_ROWS = 64, FILL_DOCUMENT_MAX = 32 << 20 };

void fill_open(struct fill *fill, struct db *index, struct db *store, const struct supplier_set *suppliers)
{
	*fill = (struct fill){.index = index, .store = store, .suppliers = suppliers};
	sdk_arena_init(&fill->arena);
	sdk_buf_init(&fill->name, FILL_DOCUMENT_MAX);
	sdk_buf_init(&fill->text, FILL_DOCUMENT_MAX);
	sdk_buf_init(&fill->who, 1 << 20);
	sdk_buf_init(&fill->reads, 1 << 20);
}

void fill_forget(struct fill *fill)
{
	fill->incident = 0;
	fill->n_organisation = 0;
	sdk_arena_release(&fill->arena);
}

void fill_close(struct fill *fill)
{
	sdk_arena_release(&fill->arena);
	sdk_buf_release(&fill->name);
	sdk_buf_release(&fill->text);
	sdk_buf_release(&fill->who);
	sdk_buf_release(&fill->reads);
}

static struct view fill_view(struct fill *fill, const struct reader *reader)
{
	return (struct view){fill->store, &fill->arena.abi, reader, fill->suppliers};
}

/* ---- one row of words ------------------------------------------------------------------ */

static void fill_drop(struct fill *fill, int64_t row)
{
	struct db_stmt *stmt = db_use(fill->index, "DELETE FROM words WHERE rowid = $1");

	db_bind_int(stmt, 1, row);
	(void)db_row(stmt);
}

/* Stores name, text and who. */
static void fill_put(struct fill *fill, int64_t row)
{
	static const char insert[] = "INSERT INTO words (name, text, who, rowid) VALUES ($1, $2, $3, $4)";
	static const char update[] = "UPDATE words SET name = $1, text = $2, who = $3 WHERE rowid = $4";
	struct ent_str name = sdk_buf_view(&fill->name), text = sdk_buf_view(&fill->text),
		       who = sdk_buf_view(&fill->who);
	struct db_stmt *stmt = db_use(fill->index, "SELECT name, text, who FROM words WHERE rowid = $1");

	db_bind_int(stmt, 1, row);
	bool is_there = db_row(stmt), is_same = is_there && sdk_eq(db_str(stmt, 0), name) &&
						sdk_eq(db_str(stmt, 1), text) && sdk_eq(db_str(stmt, 2), who);
	db_done(stmt);
	if (is_same)
		return;
	stmt = db_use(fill->index, is_there ? update : insert);
	db_bind_str(stmt, 1, name);
	db_bind_str(stmt, 2, text);
	db_bind_str(stmt, 3, who);
	db_bind_int(stmt, 4, row);
	(void)db_row(stmt);
}

static void fill_clear(struct fill *fill)
{
	sdk_buf_clear(&fill->name);
	sdk_buf_clear(&fill->text);
	sdk_buf_clear(&fill->who);
}

static void who_add(struct fill *fill, struct ent_str organisation)
{
	sdk_buf_str(&fill->who, query_who(&fill->arena.abi, organisation));
	sdk_buf_char(&fill->who, ' ');
}

/* Each organisation that takes part and is given the thing. */
static void who_fill(struct fill *fill, enum hit_kind kind, int64_t id)
{
	for (size_t i = 0; i < fill->n_organisation; i++) {
		const struct reader reader = {.kind = READER_ORGANISATION, .organisation = fill->organisation[i]};
		const struct view view = fill_view(fill, &reader);
		struct hit hit;

		if (view_hit(&view, kind, id, &hit))
			who_add(fill, fill->organisation[i]);
	}
}

/* ---- who takes part ---------------------------------------------------------------------- */

static bool fill_names(const struct fill *fill, struct ent_str organisation)
{
	for (size_t i = 0; i < fill->n_organisation; i++)
		if (sdk_eq(fill->organisation[i], organisation))
			return true;
	return false;
}

/* Reads the part of an incident, unless it stands already. */
static void part_read(struct fill *fill, int64_t incident)
{
	struct ent_str supplier[FILL_ORGANISATIONS_MAX];

	if (fill->incident == incident)
		return;
	sdk_buf_clear(&fill->reads);
	size_t n =
	    view_hit_part(fill->store, &fill->arena.abi, incident, &fill->reads, supplier, FILL_ORGANISATIONS_MAX);
	fill->incident = incident;
	fill->n_organisation = 0;
	for (size_t i = 0; i < n; i++) {
		struct ent_str organisation = organisation_named(fill->suppliers, supplier[i]);

		if (!fill_names(fill, organisation))
			fill->organisation[fill->n_organisation++] = organisation;
	}
}

static void beside_count(struct fill *fill, struct ent_str one, struct ent_str other, int by)
{
	struct db_stmt *stmt =
	    db_use(fill->index, "INSERT INTO beside (one, other, n) VALUES ($1, $2, $3) ON CONFLICT (one, "
				"other) DO UPDATE SET n = beside.n + excluded.n");

	db_bind_str(stmt, 1, one);
	db_bind_str(stmt, 2, other);
	db_bind_int(stmt, 3, by);
	(void)db_row(stmt);
}

/* organisations: with a blank behind each. */
static void beside_all(struct fill *fill, struct ent_str organisations, int by)
{
	for (struct ent_str rest = organisations; rest.n;) {
		struct ent_str one = sdk_cut(rest, ' ', &rest);

		for (struct ent_str others = organisations; others.n;) {
			struct ent_str other = sdk_cut(others, ' ', &others);

			if (!sdk_eq(one, other))
				beside_count(fill, one, other, by);
		}
	}
}

static void title_put(struct fill *fill, int64_t incident, struct ent_str folded, bool is_there)
{
	static const char add[] = "INSERT INTO title (rowid, folded) VALUES ($1, $2)";
	static const char take[] = "INSERT INTO title (title, rowid, folded) VALUES ('delete', $1, $2)";
	struct db_stmt *stmt = db_use(fill->index, is_there ? add : take);

	db_bind_int(stmt, 1, incident);
	db_bind_str(stmt, 2, folded);
	(void)db_row(stmt);
}

/* Takes what stands of an incident out of part, beside and title. True: it stood there and said the same. */
static bool part_take(struct fill *fill, int64_t incident, struct ent_str folded, struct ent_str *ret_reads)
{
	struct db_stmt *stmt = db_use(fill->index, "SELECT reads, organisations, folded FROM part WHERE incident = $1");

	*ret_reads = ENT_ABSENT;
	db_bind_int(stmt, 1, incident);
	bool is_there = db_row(stmt);
	if (!is_there) {
		db_done(stmt);
		return false;
	}
	*ret_reads = sdk_dup(&fill->arena.abi, db_str(stmt, 0));
	struct ent_str organisations = sdk_dup(&fill->arena.abi, db_str(stmt, 1)),
		       was = sdk_dup(&fill->arena.abi, db_str(stmt, 2));
	db_done(stmt);
	if (folded.p && sdk_eq(was, folded) && sdk_eq(*ret_reads, sdk_buf_view(&fill->reads)))
		return true;
	beside_all(fill, organisations, -1);
	title_put(fill, incident, was, false);
	stmt = db_use(fill->index, "DELETE FROM part WHERE incident = $1");
	db_bind_int(stmt, 1, incident);
	(void)db_row(stmt);
	return false;
}

/* True: who may read is not what it was. */
static bool part_put(struct fill *fill, int64_t incident, struct ent_str title)
{
	struct ent_str folded = sdk_fold(&fill->arena.abi, title), was;
	struct ent_str organisations = ENT_STR("");
	struct db_stmt *stmt;

	if (part_take(fill, incident, folded, &was))
		return false;
	for (size_t i = 0; i < fill->n_organisation; i++)
		organisations =
		    sdk_format(&fill->arena.abi, "%.*s%.*s ", ENT_F(organisations), ENT_F(fill->organisation[i]));
	stmt = db_use(fill->index, "INSERT INTO part (incident, reads, organisations, folded) VALUES ($1, $2, $3, $4)");
	db_bind_int(stmt, 1, incident);
	db_bind_str(stmt, 2, sdk_buf_view(&fill->reads));
	db_bind_str(stmt, 3, organisations);
	db_bind_str(stmt, 4, folded);
	(void)db_row(stmt);
	beside_all(fill, organisations, 1);
	title_put(fill, incident, folded, true);
	return !was.p || !sdk_eq(was, sdk_buf_view(&fill->reads));
}

/* ---- the things ------------------------------------------------------------------------- */

/* As the store gives it to us, with its incident's part. False: it goes out of the index. */
static bool fill_read(struct fill *fill, enum hit_kind kind, int64_t id, struct hit *ret)
{
	const struct view view = fill_view(fill, &reader_ours);

	fill_clear(fill);
	if (!view_hit(&view, kind, id, ret)) {
		fill_drop(fill, index_row(kind, id));
		return false;
	}
	part_read(fill, ret->incident);
	return true;
}

static void fill_done(struct fill *fill, enum hit_kind kind, int64_t id)
{
	who_fill(fill, kind, id);
	fill_put(fill, index_row(kind, id));
}

static void fill_all(struct fill *fill, enum hit_kind kind, int64_t incident,
		     void (*one)(struct fill *fill, int64_t id))
{
	int64_t id[FILL_ROWS], after = 0;
	size_t n;

	do {
		n = view_hit_rows(fill->store, kind, incident, after, id, FILL_ROWS);
		for (size_t i = 0; i < n; i++)
			one(fill, after = id[i]);
	} while (n == FILL_ROWS);
}

void fill_incident_row(struct fill *fill, int64_t number, bool whole)
{
	struct hit hit;
	struct ent_str was;

	if (!fill_read(fill, HIT_INCIDENT, number, &hit)) {
		(void)part_take(fill, number, ENT_ABSENT, &was);
		return;
	}
	bool moved = part_put(fill, number, hit.title);
	sdk_buf_format(&fill->name, "ent %06" PRId64 " ent %" PRId64 " ent%06" PRId64 " ", number, number, number);
	words_append(&fill->name, hit.title);
	words_append(&fill->text, hit.service);
	words_append(&fill->text, hit.site);
	fill_done(fill, HIT_INCIDENT, number);
	if (!moved && !whole)
		return;
	fill_all(fill, HIT_TICKET, number, fill_ticket_row);
	fill_all(fill, HIT_COMMENT, number, fill_comment_row);
}

/* As people paste it: "INC0012345", "telnord:4711", "PROJ-7" and "PROJ7". */
static void ticket_name(struct fill *fill, const struct hit *hit)
{
	words_append(&fill->name, hit->key);
	for (struct words words = words_from(hit->key); hit->key.n;) {
		struct word word;

		if (!words_next(&words, &word))
			break;
		sdk_buf_str(&fill->name, word.folded);
	}
	sdk_buf_char(&fill->name, ' ');
	words_append(&fill->name, hit->supplier);
	words_append(&fill->name, hit->ticket);
	words_append(&fill->name, hit->supplier);
	words_append(&fill->name, hit->key);
}

void fill_ticket_row(struct fill *fill, int64_t id)
{
	struct hit hit;

	if (!fill_read(fill, HIT_TICKET, id, &hit))
		return;
	ticket_name(fill, &hit);
	words_append(&fill->text, hit.ticket_title);
	words_append(&fill->text, hit.text);
	fill_done(fill, HIT_TICKET, id);
}

void fill_comment_row(struct fill *fill, int64_t id)
{
	struct hit hit;

	if (!fill_read(fill, HIT_COMMENT, id, &hit))
		return;
	words_append(&fill->text, hit.text);
	fill_done(fill, HIT_COMMENT, id);
}

void fill_person_row(struct fill *fill, struct ent_str ref)
{
	const struct view view = fill_view(fill, &reader_ours);
	struct db_stmt *stmt = db_use(fill->index, "INSERT INTO person (ref) VALUES ($1) ON CONFLICT DO NOTHING");
	struct hit hit;
	int64_t id = 0;

	db_bind_str(stmt, 1, ref);
	(void)db_row(stmt);
	stmt = db_use(fill->index, "SELECT id FROM person WHERE ref = $1");
	db_bind_str(stmt, 1, ref);
	if (db_row(stmt))
		id = db_int(stmt, 0);
	db_done(stmt);
	fill_clear(fill);
	if (!view_hit_person(&view, ref, &hit)) {
		fill_drop(fill, index_row(HIT_PERSON, id));
		fill->forgets = fill->forgets || view_hit_is_erased(fill->store, ref);
		return;
	}
	words_append(&fill->name, hit.name);
	who_add(fill, hit.organisation);
	fill_put(fill, index_row(HIT_PERSON, id));
}
