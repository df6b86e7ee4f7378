/* SPDX-License-Identifier: Apache-2.0 */
#include "store/erase.h"

#include "core/erase_words.h"
#include "sdk/webhook.h"
#include "store/raw.h"
#include "store/shred.h"
#include "store/users.h"

/* Rows of a turn, and bytes of them as they came: a millisecond or two, for everybody's words wait meanwhile. */
enum { ERASE_ROWS = 64, ERASE_BYTES = 128 << 10, BODY_MAX = 64 << 20 };

/* The tables that hold a person's own rows: {table, the column with the ref}. They go whole. Others' words and events
 * name a ref and stay. */
#define GOES(table, column) "DELETE FROM " table " WHERE " column " = $1"
static const char *const erase_goes[] = {
    GOES("draft", "account"),
    GOES("reading_place", "account"),
    GOES("follow", "account"),
    GOES("notified", "account"),
    GOES("notified_read", "account"),
    GOES("once", "asker"),
    /* Uploads that no comment carries: the keeper removes the file. */
    "INSERT INTO loose (sha256) SELECT DISTINCT sha256 FROM upload WHERE asker = $1 ON CONFLICT (sha256) DO NOTHING",
    GOES("upload", "asker"),
};

/* Diagnoses of the configuration's suppliers: few rows, which come again by themselves. */
static const char *const erase_diagnoses[] = {
    "UPDATE trouble SET why = '', exchange = '' WHERE text_has(why, $1) OR text_has(exchange, $1)",
    "UPDATE aside SET reason = '' WHERE text_has(reason, $1)",
    "UPDATE cursor SET note = '' WHERE text_has(note, $1)",
    "UPDATE map SET author = '' WHERE text_has(author, $1)",
    "UPDATE supplier_state SET why = '', next = '' WHERE text_has(why, $1)",
};

/* ---- the person's own -------------------------------------------------------------------- */

void erase_account(struct db *db, struct ent_str ref)
{
	struct db_stmt *stmt =
	    db_use(db, "UPDATE account SET name = '', mail = '', language = '', time_zone = '', state = '" USER_DISABLED
		       "', password = '', issuer = '', subject = '' WHERE ref = $1");

	db_bind_str(stmt, 1, ref);
	(void)db_row(stmt);
	users_end(db, ref);
	for (size_t i = 0; i < sizeof erase_goes / sizeof *erase_goes; i++) {
		stmt = db_use(db, erase_goes[i]);
		db_bind_str(stmt, 1, ref);
		(void)db_row(stmt);
	}
}

/* ---- where it stands --------------------------------------------------------------------- */

bool erase_find(struct db *db, struct ent_str ref, struct erasure *ret)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT begun_ms, done_ms, n_raw, n_letter, n_delivery FROM erasure WHERE ref = $1");

	*ret = (struct erasure){0};
	db_bind_str(stmt, 1, ref);
	bool found = db_row(stmt);
	if (found)
		*ret = (struct erasure){db_int(stmt, 0), db_int(stmt, 1), db_int(stmt, 2), db_int(stmt, 3),
					db_int(stmt, 4)};
	db_done(stmt);
	return found;
}

void erase_begin(struct db *db, struct ent_str ref, struct ent_str words, int64_t now_ms)
{
	struct db_stmt *stmt =
	    db_use(db, "INSERT INTO erasure (ref, words, begun_ms, done_ms, place, at, n_raw, n_letter, n_delivery) "
		       "VALUES ($1, $2, $3, 0, 0, 0, 0, 0, 0) ON CONFLICT (ref) DO UPDATE SET words = CASE WHEN "
		       "erasure.words = '' THEN excluded.words ELSE erasure.words || char(10) || excluded.words END, "
		       "done_ms = 0, place = 0, at = 0");

	db_bind_str(stmt, 1, ref);
	db_bind_str(stmt, 2, words);
	db_bind_int(stmt, 3, now_ms);
	(void)db_row(stmt);
}

bool erase_waits(struct db *db)
{
	return db_ask(db, "SELECT count(*) FROM (SELECT 1 FROM erasure WHERE done_ms = 0 LIMIT 1) AS waits") > 0;
}

/* The erasure that a turn goes on with. */
struct erasing {
	struct db *db;
	struct ent_str ref, words;
	int64_t place, at;
	int64_t found; /* rows of this turn that held a word */
	size_t n_byte;
};

static bool erasing_load(struct db *db, struct ent_arena *arena, struct erasing *ret)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT ref, words, place, at FROM erasure WHERE done_ms = 0 ORDER BY begun_ms, ref LIMIT 1");
	bool found = db_row(stmt);

	if (found)
		*ret = (struct erasing){.db = db,
					.ref = sdk_dup(arena, db_str(stmt, 0)),
					.words = sdk_dup(arena, db_str(stmt, 1)),
					.place = db_int(stmt, 2),
					.at = db_int(stmt, 3)};
	db_done(stmt);
	return found;
}

/* ---- a row --------------------------------------------------------------------------------- */

/* The bytes that are kept of a body, or the body itself where it is damaged: then it is no words that anybody reads. */
static struct ent_str unpack_body(struct erasing *erasing, struct ent_arena *arena, struct ent_str packed)
{
	struct ent_str body = ENT_STR("");
	struct ent_err unused;

	if (raw_unpack(arena, packed, BODY_MAX, &body, &unused) != ENT_OK)
		return packed;
	erasing->n_byte += body.n;
	return body;
}

static void raw_drop(struct erasing *erasing, int64_t id)
{
	struct db_stmt *stmt = db_use(erasing->db, "DELETE FROM raw WHERE inbox = $1");

	db_bind_int(stmt, 1, id);
	(void)db_row(stmt);
	erasing->found++;
}

static void raw_look(struct erasing *erasing, struct ent_arena *arena, struct db_stmt *row)
{
	struct ent_str body = unpack_body(erasing, arena, db_str(row, 1));

	if (erase_holds(body, erasing->words) || erase_holds(db_str(row, 2), erasing->words))
		raw_drop(erasing, db_int(row, 0));
}

/* A letter that waits is still to be handled: it keeps all but the name. Nothing is needed any more of those that are
 * over. */
static void letter_look(struct erasing *erasing, struct ent_arena *arena, struct db_stmt *row)
{
	const struct ent_str words = erasing->words, body = unpack_body(erasing, arena, db_str(row, 1)),
			     header = sdk_dup(arena, db_str(row, 2)), exchange = sdk_dup(arena, db_str(row, 3)),
			     reason = sdk_dup(arena, db_str(row, 4));
	bool waits = sdk_eqz(db_str(row, 5), "waiting");
	int64_t id = db_int(row, 0);
	struct db_stmt *stmt;

	if (!erase_holds(body, words) && !erase_holds(header, words) && !erase_holds(exchange, words) &&
	    !erase_holds(reason, words))
		return;
	stmt = db_use(erasing->db,
		      "UPDATE dead_letter SET body = $2, header = $3, exchange = $4, reason = $5 WHERE id = $1");
	db_bind_int(stmt, 1, id);
	db_bind_blob(stmt, 2, raw_pack(arena, waits ? erase_blank(arena, body, words) : ENT_STR("")));
	db_bind_str(stmt, 3, waits ? erase_blank(arena, header, words) : ENT_STR("{}"));
	db_bind_str(stmt, 4, waits ? erase_blank(arena, exchange, words) : ENT_STR(""));
	db_bind_str(stmt, 5, erase_blank(arena, reason, words));
	(void)db_row(stmt);
	erasing->found++;
}

static void delivery_look(struct erasing *erasing, struct ent_arena *arena, struct db_stmt *row)
{
	static const char update[] =
	    "UPDATE delivery SET title = $2, text = $3, exchange = $4, reason = $5 WHERE id = $1";
	struct ent_str text[4];
	bool holds = false;
	struct db_stmt *stmt;

	for (int i = 0; i < 4; i++) {
		text[i] = sdk_dup(arena, db_str(row, 1 + i));
		erasing->n_byte += text[i].n;
		holds = holds || erase_holds(text[i], erasing->words);
	}
	if (!holds)
		return;
	stmt = db_use(erasing->db, update);
	db_bind_int(stmt, 1, db_int(row, 0));
	for (int i = 0; i < 4; i++)
		db_bind_str(stmt, 2 + i, erase_blank(arena, text[i], erasing->words));
	(void)db_row(stmt);
	erasing->found++;
}

/* ---- a table --------------------------------------------------------------------------------- */

static const struct erase_place {
	const char *sql, *count; /* its next rows, the id first; adds those that held a word */
	void (*look)(struct erasing *erasing, struct ent_arena *arena, struct db_stmt *row);
} erase_places[] = {
    {"SELECT inbox, body, header FROM raw WHERE inbox > $1 ORDER BY inbox LIMIT $2",
     "UPDATE erasure SET place = $2, at = $3, n_raw = n_raw + $4 WHERE ref = $1", raw_look},
    {"SELECT id, body, header, exchange, reason, state FROM dead_letter WHERE id > $1 ORDER BY id LIMIT $2",
     "UPDATE erasure SET place = $2, at = $3, n_letter = n_letter + $4 WHERE ref = $1", letter_look},
    {"SELECT id, title, text, exchange, reason FROM delivery WHERE id > $1 ORDER BY id LIMIT $2",
     "UPDATE erasure SET place = $2, at = $3, n_delivery = n_delivery + $4 WHERE ref = $1", delivery_look},
};
#define N_PLACES ((int64_t)(sizeof erase_places / sizeof *erase_places))

static void look_through(struct erasing *erasing)
{
	const struct erase_place *place = &erase_places[erasing->place];
	struct db_stmt *stmt = db_use(erasing->db, place->sql), *end;
	struct sdk_arena arena;
	int64_t n = 0;
	bool is_end = true;

	db_bind_int(stmt, 1, erasing->at);
	db_bind_int(stmt, 2, ERASE_ROWS);
	while (db_row(stmt)) {
		sdk_arena_init(&arena);
		erasing->at = db_int(stmt, 0);
		place->look(erasing, &arena.abi, stmt);
		sdk_arena_release(&arena);
		if (++n < ERASE_ROWS && erasing->n_byte < ERASE_BYTES)
			continue;
		is_end = false;
		break;
	}
	db_done(stmt);
	end = db_use(erasing->db, place->count);
	db_bind_str(end, 1, erasing->ref);
	db_bind_int(end, 2, erasing->place + is_end);
	db_bind_int(end, 3, is_end ? 0 : erasing->at);
	db_bind_int(end, 4, erasing->found);
	(void)db_row(end);
}

static void erase_end(struct erasing *erasing, int64_t now_ms)
{
	struct db_stmt *stmt;

	for (size_t i = 0; i < sizeof erase_diagnoses / sizeof *erase_diagnoses; i++) {
		struct ent_str rest = erasing->words;

		while (rest.n) {
			struct ent_str word = sdk_cut(rest, '\n', &rest);

			stmt = db_use(erasing->db, erase_diagnoses[i]);
			db_bind_str(stmt, 1, word);
			(void)db_row(stmt);
		}
	}
	stmt = db_use(erasing->db, "UPDATE erasure SET words = '', done_ms = $2 WHERE ref = $1");
	db_bind_str(stmt, 1, erasing->ref);
	db_bind_int(stmt, 2, now_ms);
	(void)db_row(stmt);
}

bool erase_step(struct db *db, int64_t now_ms)
{
	struct erasing erasing;
	struct sdk_arena arena;
	bool more;

	sdk_arena_init(&arena);
	more = erasing_load(db, &arena.abi, &erasing);
	shred_begin(db);
	if (more && erasing.words.n && erasing.place < N_PLACES)
		look_through(&erasing);
	else if (more)
		erase_end(&erasing, now_ms);
	shred_end(db);
	sdk_arena_release(&arena);
	return more && !db_failed(db);
}
