/* SPDX-License-Identifier: Apache-2.0 */
/* Suppliers for people and programs: what they are, how they do, how far their tools were read. */
#include "store/read.h"
#include "store/read_json.h"
#include "store/read_out.h"

static void print_health(struct db *db, struct sdk_jsonw *w, struct ent_str name, int64_t now_ms)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT heard_ms, accepted, repeated, dead, late, unmapped, (SELECT count(*) FROM "
		       "dead_letter WHERE supplier = $1 AND state = 'waiting') FROM supplier WHERE name = $1");
	db_bind_str(stmt, 1, name);
	bool found = db_row(stmt);
	int64_t heard = found ? db_int(stmt, 0) : 0;

	sdk_jsonw_key(w, "health");
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kz(w, "state", heard == 0 ? "never_heard" : db_int(stmt, 6) > 0 ? "dead_letters_wait" : "healthy");
	if (heard) {
		json_time(w, "last_heard", heard);
		sdk_jsonw_kint(w, "silent_s", now_ms > heard ? (now_ms - heard) / 1000 : 0);
	}
	sdk_jsonw_kint(w, "accepted", found ? db_int(stmt, 1) : 0);
	sdk_jsonw_kint(w, "repeated", found ? db_int(stmt, 2) : 0);
	sdk_jsonw_kint(w, "dead", found ? db_int(stmt, 3) : 0);
	sdk_jsonw_kint(w, "late", found ? db_int(stmt, 4) : 0);
	sdk_jsonw_kint(w, "unmapped", found ? db_int(stmt, 5) : 0);
	sdk_jsonw_kint(w, "dead_letters_waiting", found ? db_int(stmt, 6) : 0);
	sdk_jsonw_close(w, '}');
	db_done(stmt);
}

enum ent_rc read_suppliers(struct db *db, struct ent_arena *arena, const struct supplier_set *set, int64_t now_ms,
			   struct ent_str *ret, struct ent_err *err)
{
	struct sdk_buf buf;
	struct sdk_jsonw w;

	sdk_buf_init(&buf, READ_ANSWER_MAX);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_key(&w, "items");
	sdk_jsonw_open(&w, '[');
	for (size_t i = 0; i < set->n; i++) {
		const struct supplier *supplier = &set->at[i];
		sdk_jsonw_open(&w, '{');
		sdk_jsonw_kstr(&w, "name", supplier->name);
		sdk_jsonw_kstr(&w, "title", supplier->title);
		sdk_jsonw_kz(&w, "connector", supplier->connector->name);
		sdk_jsonw_kz(&w, "public_comments", supplier->public_audience == AUDIENCE_INTERNAL ? "us" : "everyone");
		sdk_jsonw_kbool(&w, "signed", supplier->n_secret > 0);
		print_health(db, &w, supplier->name, now_ms);
		sdk_jsonw_close(&w, '}');
	}
	sdk_jsonw_close(&w, ']');
	sdk_jsonw_close(&w, '}');
	return json_answer(db, arena, &buf, ret, err);
}
