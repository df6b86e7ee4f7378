/* SPDX-License-Identifier: Apache-2.0 */
/* Suppliers for people and programs: what they are, how they do, how far their tools were read. */
#include "view/view_supplier.h"

#include "core/organisation.h"
#include "sdk/webhook.h"
#include "store/aside.h"
#include "view/view_json.h"

#include <string.h>

/* ---- what is open for whom -------------------------------------------------------------- */

const struct supplier_open *view_supplier_open(const struct view *view, const struct supplier_set *set)
{
	struct supplier_open *ret = SDK_NEW_N(view->arena, struct supplier_open, set->n + 1);
	struct db_stmt *stmt =
	    db_use(view->db, "SELECT supplier, state, count(*) FROM delivery WHERE state NOT IN ('done', "
			     "'cancelled') AND " VIEW_SEES_DELIVERY("delivery") "GROUP BY supplier, state");
	view_bind(view, stmt);
	while (db_row(stmt)) {
		const struct supplier *supplier = supplier_by_name(set, db_str(stmt, 0));
		enum delivery_state state;

		if (supplier && delivery_state_by_name(db_str(stmt, 1), &state) && (size_t)state < SUPPLIER_N_OPEN)
			ret[supplier->index].n[state] = db_int(stmt, 2);
	}
	return ret;
}

/* ---- one -------------------------------------------------------------------------------- */

struct supplier_now view_supplier_now(const struct view *view, const struct supplier *supplier)
{
	struct db_stmt *stmt = db_use(view->db, "SELECT state, since_ms, why, next, quiet_since_ms FROM supplier_state "
						"WHERE supplier = $1");
	struct supplier_now now = {.state = supplier->link.paused ? ENT_STR("paused") : ENT_STR("healthy"),
				   .why = ENT_STR(""),
				   .next = ENT_STR("")};
	db_bind_str(stmt, 1, supplier->name);
	if (view_is_own(view, supplier->name) && db_row(stmt))
		now =
		    (struct supplier_now){sdk_dup(view->arena, db_str(stmt, 0)), sdk_dup(view->arena, db_str(stmt, 2)),
					  sdk_dup(view->arena, db_str(stmt, 3)), db_int(stmt, 1), db_int(stmt, 4)};
	db_done(stmt);
	return now;
}

static void print_now(const struct view *view, struct sdk_jsonw *w, const struct supplier *supplier)
{
	struct supplier_now now = view_supplier_now(view, supplier);

	sdk_jsonw_kstr(w, "state", now.state);
	if (now.since_ms)
		json_time(w, "since", now.since_ms);
	said_kprint(w, "why", now.why);
	said_kprint(w, "next", now.next);
	if (now.quiet_since_ms)
		json_time(w, "quiet_since", now.quiet_since_ms);
}

static void print_counts(const struct view *view, struct sdk_jsonw *w, struct ent_str name, int64_t now_ms)
{
	static const char *const count[] = {
	    "accepted", "repeated", "dead", "late", "unmapped", "dropped", "dead_letters_waiting"};
	struct db_stmt *stmt = db_use(
	    view->db, "SELECT heard_ms, accepted, repeated, dead, late, unmapped, dropped, (SELECT count(*) FROM "
		      "dead_letter WHERE supplier = $1 AND state = 'waiting') FROM supplier WHERE name = $1");
	db_bind_str(stmt, 1, name);
	bool found = db_row(stmt);
	int64_t heard = found ? db_int(stmt, 0) : 0;

	if (heard) {
		json_time(w, "last_heard", heard);
		sdk_jsonw_kint(w, "silent_s", now_ms > heard ? (now_ms - heard) / 1000 : 0);
	}
	sdk_jsonw_key(w, "arrivals");
	sdk_jsonw_open(w, '{');
	for (int i = 0; i < (int)(sizeof count / sizeof *count); i++)
		sdk_jsonw_kint(w, count[i], found ? db_int(stmt, i + 1) : 0);
	sdk_jsonw_close(w, '}');
	db_done(stmt);
}

static void print_open(struct sdk_jsonw *w, const struct supplier_open *open)
{
	sdk_jsonw_key(w, "deliveries");
	sdk_jsonw_open(w, '{');
	for (size_t i = 0; i < SUPPLIER_N_OPEN; i++)
		sdk_jsonw_kint(w, delivery_state_name((enum delivery_state)i), open->n[i]);
	sdk_jsonw_close(w, '}');
}

static void print_cursors(const struct view *view, struct sdk_jsonw *w, struct ent_str name)
{
	struct db_stmt *stmt = db_use(
	    view->db, "SELECT stream, state, since_ms, made_ms, moved_ms, pages, changes, told_ms, note, note_ms FROM "
		      "cursor WHERE supplier = $1 ORDER BY stream");
	db_bind_str(stmt, 1, name);
	sdk_jsonw_key(w, "cursors");
	sdk_jsonw_open(w, '[');
	while (db_row(stmt)) {
		sdk_jsonw_open(w, '{');
		sdk_jsonw_kstr(w, "stream", db_str(stmt, 0));
		sdk_jsonw_kstr(w, "state", db_str(stmt, 1));
		json_time(w, "since", db_int(stmt, 2));
		json_time(w, "begun", db_int(stmt, 3));
		if (db_int(stmt, 4))
			json_time(w, "moved", db_int(stmt, 4));
		if (db_int(stmt, 7))
			json_time(w, "told", db_int(stmt, 7));
		sdk_jsonw_kint(w, "pages", db_int(stmt, 5));
		sdk_jsonw_kint(w, "changes", db_int(stmt, 6));
		if (db_str(stmt, 8).n) {
			said_kprint(w, "note", db_str(stmt, 8));
			json_time(w, "noted", db_int(stmt, 9));
		}
		sdk_jsonw_close(w, '}');
	}
	sdk_jsonw_close(w, ']');
}

static void print_aside(const struct view *view, struct sdk_jsonw *w, struct ent_str name)
{
	struct db_stmt *stmt =
	    db_use(view->db,
		   "SELECT stream, ticket, key, reason, tries, since_ms, CASE WHEN stream = 'backfill' AND NOT EXISTS "
		   "(SELECT 1 FROM cursor AS c WHERE c.supplier = $1 AND c.stream = 'backfill' AND c.state = "
		   "'running') THEN 0 ELSE next_ms END FROM aside WHERE supplier = $1 ORDER BY since_ms, ticket "
		   "LIMIT $2");

	db_bind_str(stmt, 1, name);
	db_bind_int(stmt, 2, ENT_ASIDE_MAX);
	sdk_jsonw_key(w, "aside");
	sdk_jsonw_open(w, '[');
	while (db_row(stmt)) {
		sdk_jsonw_open(w, '{');
		sdk_jsonw_kstr(w, "stream", db_str(stmt, 0));
		sdk_jsonw_kstr(w, "ticket", db_str(stmt, 1));
		if (db_str(stmt, 2).n)
			sdk_jsonw_kstr(w, "key", db_str(stmt, 2));
		said_kprint(w, "reason", db_str(stmt, 3));
		sdk_jsonw_kint(w, "tries", db_int(stmt, 4));
		json_time(w, "since", db_int(stmt, 5));
		if (db_int(stmt, 6))
			json_time(w, "next", db_int(stmt, 6));
		sdk_jsonw_close(w, '}');
	}
	sdk_jsonw_close(w, ']');
	sdk_jsonw_kint(w, "n_aside", aside_count(view->db, name));
}

static void print_troubles(const struct view *view, struct sdk_jsonw *w, struct ent_str name)
{
	struct db_stmt *stmt = db_use(
	    view->db, "SELECT stream, at_ms, ticket, why, exchange FROM trouble WHERE supplier = $1 ORDER BY stream");

	db_bind_str(stmt, 1, name);
	sdk_jsonw_key(w, "troubles");
	sdk_jsonw_open(w, '[');
	while (db_row(stmt)) {
		sdk_jsonw_open(w, '{');
		sdk_jsonw_kstr(w, "stream", db_str(stmt, 0));
		json_time(w, "at", db_int(stmt, 1));
		if (db_str(stmt, 2).n)
			sdk_jsonw_kstr(w, "ticket", db_str(stmt, 2));
		said_kprint(w, "why", db_str(stmt, 3));
		if (db_str(stmt, 4).n)
			sdk_jsonw_kraw(w, "exchange", db_str(stmt, 4));
		sdk_jsonw_close(w, '}');
	}
	sdk_jsonw_close(w, ']');
}

static void print_can(struct ent_arena *arena, struct sdk_jsonw *w, const struct supplier *supplier)
{
	static const enum ent_op_kind op[] = {ENT_CREATE_TICKET,  ENT_UPDATE_TICKET, ENT_ADD_COMMENT, ENT_EDIT_COMMENT,
					      ENT_REMOVE_COMMENT, ENT_FETCH_TICKET,  ENT_POLL};
	sdk_jsonw_key(w, "can");
	sdk_jsonw_open(w, '[');
	for (size_t i = 0; i < sizeof op / sizeof *op; i++)
		if (supplier_can(supplier, op[i]))
			sdk_jsonw_str(w, sdk_str(delivery_op_name(op[i])));
	sdk_jsonw_close(w, ']');
	sdk_jsonw_key(w, "cannot");
	sdk_jsonw_open(w, '[');
	for (const struct ent_sentence *one = supplier->connector->cannot; one && one->code; one++)
		sdk_said_print(w, sdk_say_sentence(one->code, one->text));
	if (supplier->link.url.n && supplier->cannot_poll.code.n)
		sdk_said_print(w, sdk_say(arena, "cannot.polled", "Its tool cannot be polled: {why=%p}.",
					  (const void *)&supplier->cannot_poll));
	sdk_jsonw_close(w, ']');
}

/* "https://host:port": what stands behind it may be secret with some tools. */
static struct ent_str origin_of(struct ent_str url)
{
	const char *host = url.n ? memmem(url.p, url.n, "://", 3) : NULL;
	size_t n = host ? (size_t)(host - url.p) + 3 : 0;

	while (n < url.n && url.p[n] != '/' && url.p[n] != '?')
		n++;
	return (struct ent_str){url.p, n};
}

/* No credential, header or token address: where its tool is and how often we ask it. */
static void print_link(struct sdk_jsonw *w, const struct supplier *supplier)
{
	const struct supplier_link *link = &supplier->link;

	sdk_jsonw_key(w, "link");
	if (!link->url.n) {
		sdk_jsonw_null(w);
		return;
	}
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr(w, "url", origin_of(link->url));
	sdk_jsonw_kint(w, "rate_per_min", link->rate_per_min);
	sdk_jsonw_kint(w, "at_once", link->at_once);
	sdk_jsonw_kint(w, "poll_ms", link->poll_ms);
	sdk_jsonw_kint(w, "sweep_ms", link->sweep_ms);
	sdk_jsonw_kbool(w, "paused", link->paused);
	sdk_jsonw_close(w, '}');
}

static void print_supplier(const struct view *view, struct sdk_jsonw *w, const struct supplier *supplier,
			   const struct supplier_open *open, int64_t now_ms)
{
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr(w, "name", supplier->name);
	sdk_jsonw_kstr(w, "title", supplier->title);
	sdk_jsonw_kz(w, "connector", supplier->connector->name);
	sdk_jsonw_kstr(w, "organisation", organisation_of(supplier));
	sdk_jsonw_kz(w, "public_comments", supplier->public_everyone ? "everyone" : "us");
	sdk_jsonw_kz(w, "public_is_read_by", public_reader_name(supplier->public_reader));
	sdk_jsonw_kz(w, "private_comments", supplier->drops_private ? "drop" : "keep");
	sdk_jsonw_kz(w, "comments_as", supplier->comments_as == ENT_PUBLIC ? "public" : "internal");
	sdk_jsonw_kbool(w, "signed", supplier->n_secret > 0);
	sdk_jsonw_key(w, "policy");
	sdk_jsonw_open(w, '{');
	for (unsigned i = 0; i < ENT_N_ATTR; i++)
		if (attr_in(ATTR_CARRIED, i))
			sdk_jsonw_kz(w, sdk_attr_name((enum ent_attr)i), policy_name(supplier->policy[i]));
	sdk_jsonw_close(w, '}');
	sdk_jsonw_kint(w, "map_version", supplier->map_version);
	print_now(view, w, supplier);
	print_counts(view, w, supplier->name, now_ms);
	print_open(w, &open[supplier->index]);
	print_cursors(view, w, supplier->name);
	print_troubles(view, w, supplier->name);
	print_aside(view, w, supplier->name);
	print_can(view->arena, w, supplier);
	print_link(w, supplier);
	sdk_jsonw_close(w, '}');
}

/* The connection of the reader's own tool. Settings, maps, errors and what is asked of it are for our people. */
static void print_connection(const struct view *view, struct sdk_jsonw *w, const struct supplier *supplier,
			     const struct supplier_open *open, int64_t now_ms)
{
	const struct supplier_now now = view_supplier_now(view, supplier);

	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr(w, "name", supplier->name);
	sdk_jsonw_kstr(w, "organisation", organisation_of(supplier));
	sdk_jsonw_kstr(w, "state", now.state);
	if (now.since_ms)
		json_time(w, "since", now.since_ms);
	if (now.quiet_since_ms)
		json_time(w, "quiet_since", now.quiet_since_ms);
	print_counts(view, w, supplier->name, now_ms);
	print_open(w, &open[supplier->index]);
	sdk_jsonw_close(w, '}');
}

static void print_for_reader(const struct view *view, struct sdk_jsonw *w, const struct supplier *supplier,
			     const struct supplier_open *open, int64_t now_ms)
{
	if (view_is_ours(view))
		print_supplier(view, w, supplier, open, now_ms);
	else
		print_connection(view, w, supplier, open, now_ms);
}

static bool no_supplier(struct ent_err *err)
{
	(void)sdk_fail_as(
	    err, ENT_EGONE, "ask.no_supplier_listed",
	    "There is no supplier of this name; GET /v1/suppliers, or entente supplier list, lists them.");
	return false;
}

/* Whom an audience may name and who may hold the ball: ours first. */
static void print_organisations(struct ent_arena *arena, struct sdk_jsonw *w, const struct supplier_set *set)
{
	struct ent_str rest = organisation_list(arena, set);

	sdk_jsonw_key(w, "organisations");
	sdk_jsonw_open(w, '[');
	while (rest.n) {
		struct ent_str name = sdk_cut(rest, ',', &rest);

		sdk_jsonw_open(w, '{');
		sdk_jsonw_kstr(w, "name", name);
		sdk_jsonw_kbool(w, "ours", sdk_eq(name, organisation_ours(set)));
		sdk_jsonw_key(w, "tools");
		sdk_jsonw_open(w, '[');
		for (size_t i = 0; i < set->n; i++)
			if (sdk_eq(organisation_of(&set->at[i]), name))
				sdk_jsonw_str(w, set->at[i].name);
		sdk_jsonw_close(w, ']');
		sdk_jsonw_close(w, '}');
	}
	sdk_jsonw_close(w, ']');
}

enum ent_rc view_supplier_list(const struct view *view, const struct supplier_set *set, int64_t now_ms,
			       struct ent_str *ret, struct ent_err *err)
{
	const struct supplier_open *open = view_supplier_open(view, set);
	struct sdk_buf buf;
	struct sdk_jsonw w;

	(void)err;
	sdk_buf_init(&buf, JSON_ANSWER_MAX);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_key(&w, "items");
	sdk_jsonw_open(&w, '[');
	for (size_t i = 0; i < set->n; i++)
		if (view_is_own(view, set->at[i].name))
			print_for_reader(view, &w, &set->at[i], open, now_ms);
	sdk_jsonw_close(&w, ']');
	if (view_is_ours(view))
		print_organisations(view->arena, &w, set);
	sdk_jsonw_close(&w, '}');
	return json_answer(view->db, view->arena, &buf, ret, err);
}

enum ent_rc view_supplier(const struct view *view, const struct supplier_set *set, const struct supplier *supplier,
			  int64_t now_ms, struct ent_str *ret, struct ent_err *err)
{
	const struct supplier_open *open = view_supplier_open(view, set);
	struct sdk_buf buf;
	struct sdk_jsonw w;

	if (!view_is_own(view, supplier->name) && !no_supplier(err))
		return ENT_EGONE;
	sdk_buf_init(&buf, JSON_ANSWER_MAX);
	sdk_jsonw_init(&w, &buf);
	print_for_reader(view, &w, supplier, open, now_ms);
	return json_answer(view->db, view->arena, &buf, ret, err);
}
