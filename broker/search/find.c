/* SPDX-License-Identifier: Apache-2.0 */
#include "search/find.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/organisation.h"
#include "sdk/webhook.h"
#include "search/follower.h"
#include "search/found.h"

enum {
	FIND_CUT_OF_ALL = 250, /* of each, where all kinds are asked for */
	FIND_ENOUGH = 50,      /* of them: those that begin alike are not looked through any further */
	FIND_PAGES = 2000,     /* hits that pages lead through */
	FIND_BEHIND = 1000     /* events; fewer are nothing to tell */
};

/* Something that the index, or the configuration, names. */
struct find_candidate {
	enum hit_kind kind; /* HIT_N: an organisation */
	int64_t id;
	int weight;
	struct ent_str name; /* folded; organisation: as it is called */
	struct ent_str title;
};

struct find {
	const struct view *view;
	struct db *index;
	const struct query *query;
	struct find_candidate *at;
	size_t n, cap;
};

static void find_add(struct find *find, struct find_candidate candidate)
{
	if (find->n < find->cap)
		find->at[find->n++] = candidate;
}

/* ---- candidates ------------------------------------------------------------------------- */

/* A comment's place comes from its age alone: its words are not read, unless they have to be compared. */
#define FIND_ROWS "FROM words WHERE words MATCH $1 AND rowid >= $2 AND rowid < $3 ORDER BY rowid DESC LIMIT $4"

/* The newest of a kind that have these words. whole: and all of these; NULL: they have. Returns how many were looked
 * at. */
static int find_kind(struct find *find, enum hit_kind kind, struct ent_str match, const struct query *whole, int cut)
{
	static const char named[] = "SELECT rowid, name, '' " FIND_ROWS, bare[] = "SELECT rowid, '', '' " FIND_ROWS,
			  all[] = "SELECT rowid, name, text " FIND_ROWS;
	struct db_stmt *stmt = db_use(find->index, whole ? all : kind == HIT_COMMENT ? bare : named);
	int n = 0;

	db_bind_str(stmt, 1, match);
	db_bind_int(stmt, 2, index_row(kind, 0));
	db_bind_int(stmt, 3, index_row((enum hit_kind)(kind + 1), 0));
	db_bind_int(stmt, 4, cut);
	for (; db_row(stmt); n++) {
		struct ent_str name = sdk_or_empty(db_str(stmt, 1));

		if (whole && !query_holds(whole, name, sdk_or_empty(db_str(stmt, 2))))
			continue;
		name = sdk_dup(find->view->arena, name);
		find_add(find, (struct find_candidate){.kind = kind,
						       .id = db_int(stmt, 0) - index_row(kind, 0),
						       .weight = query_weigh(find->query, name),
						       .name = name});
	}
	return n;
}

/* A long beginning is looked for by its first letters; where too few of those go on like it, as a whole. */
static void find_of_kind(struct find *find, enum hit_kind kind, struct ent_str who, int cut)
{
	struct ent_arena *arena = find->view->arena;
	struct query shortened;
	size_t n = find->n;

	if (query_shorten(find->query, &shortened)) {
		if (find_kind(find, kind, query_match(arena, &shortened, who), find->query, cut) < cut ||
		    find->n - n >= FIND_ENOUGH)
			return;
		find->n = n;
	}
	(void)find_kind(find, kind, query_match(arena, find->query, who), NULL, cut);
}

/* The name that people use: an organisation's first tool has its title. Others than ours know it by its name. */
static struct ent_str organisation_title(const struct view *view, struct ent_str organisation)
{
	const struct supplier_set *set = view->suppliers;

	for (size_t i = 0; set && i < set->n; i++)
		if (sdk_eq(organisation_of(&set->at[i]), organisation) && reader_sees_own(view->reader, organisation))
			return set->at[i].title;
	return organisation;
}

/* By the index alone, so that whom one does not know takes no longer than whom nobody knows. */
static bool is_beside(struct find *find, struct ent_str organisation)
{
	const struct view *view = find->view;
	struct db_stmt *stmt;

	if (reader_sees_own(view->reader, organisation) || sdk_eq(organisation, organisation_ours(view->suppliers)))
		return true;
	stmt = db_use(find->index, "SELECT 1 FROM beside WHERE one = $1 AND other = $2 AND n > 0");
	db_bind_str(stmt, 1, view->reader->organisation);
	db_bind_str(stmt, 2, organisation);
	return db_found(stmt);
}

static void find_organisations(struct find *find)
{
	struct ent_arena *arena = find->view->arena;
	struct ent_str rest = organisation_list(arena, find->view->suppliers);

	if (find->view->reader->kind == READER_NOBODY)
		return;
	while (rest.n) {
		struct ent_str name = sdk_trim(sdk_cut(rest, ',', &rest)), title = organisation_title(find->view, name),
			       folded;
		struct sdk_buf words;

		sdk_buf_init(&words, 4096);
		words_append(&words, name);
		words_append(&words, title);
		folded = sdk_dup(arena, sdk_buf_view(&words));
		sdk_buf_release(&words);
		if (query_holds(find->query, folded, ENT_STR("")) && is_beside(find, name))
			find_add(find, (struct find_candidate){.kind = HIT_N,
							       .weight = query_weigh(find->query, folded),
							       .name = name,
							       .title = title});
	}
}

/* From the candidate's own words, then its kind, then its age. */
static int best_first(const void *a, const void *b)
{
	const struct find_candidate *left = a, *right = b;

	if (left->weight != right->weight)
		return left->weight > right->weight ? -1 : 1;
	if (left->kind != right->kind)
		return left->kind < right->kind ? -1 : 1;
	if (left->kind == HIT_PERSON || left->kind == HIT_N) {
		size_t n = left->name.n < right->name.n ? left->name.n : right->name.n;
		int by_name = memcmp(left->name.p, right->name.p, n);
		if (by_name != 0 || left->name.n != right->name.n)
			return by_name != 0 ? by_name : left->name.n < right->name.n ? -1 : 1;
	}
	return left->id > right->id ? -1 : left->id < right->id;
}

static void find_candidates(struct find *find, struct ent_str kind)
{
	const struct reader *reader = find->view->reader;
	struct ent_arena *arena = find->view->arena;
	struct ent_str who = view_is_ours(find->view) ? ENT_ABSENT : query_who(arena, reader->organisation);

	for (int i = 0; i < HIT_N; i++)
		if (!kind.n || sdk_eqz(kind, found_kind((enum hit_kind)i)))
			find_of_kind(find, (enum hit_kind)i, who, kind.n ? FIND_CUT : FIND_CUT_OF_ALL);
	if (!kind.n || sdk_eqz(kind, FOUND_ORGANISATION))
		find_organisations(find);
	qsort(find->at, find->n, sizeof *find->at, best_first);
}

/* ---- what is told ------------------------------------------------------------------------ */

static bool read_person_hit(struct find *find, int64_t id, struct hit *ret)
{
	struct db_stmt *stmt = db_use(find->index, "SELECT ref FROM person WHERE id = $1");
	struct ent_str ref = ENT_ABSENT;

	db_bind_int(stmt, 1, id);
	if (db_row(stmt))
		ref = sdk_dup(find->view->arena, db_str(stmt, 0));
	db_done(stmt);
	return ref.n && view_hit_person(find->view, ref, ret);
}

/* The store says whether it is there for this reader, whatever the index says. */
static bool may_tell(struct find *find, const struct find_candidate *candidate, struct hit *ret)
{
	if (candidate->kind == HIT_N)
		return sdk_eq(candidate->name, organisation_ours(find->view->suppliers)) ||
		       view_hit_beside(find->view, candidate->name);
	if (candidate->kind == HIT_PERSON)
		return read_person_hit(find, candidate->id, ret);
	return view_hit(find->view, candidate->kind, candidate->id, ret);
}

/* A ticket says the title of its incident: where that one is told, the ticket is only by its own number. */
struct find_told {
	int64_t incident[FIND_PAGES];
	size_t n;
};

static bool is_repeated(struct find_told *told, const struct find_candidate *candidate, const struct hit *hit)
{
	if (candidate->kind == HIT_INCIDENT && told->n < FIND_PAGES)
		told->incident[told->n++] = hit->incident;
	if (candidate->kind != HIT_TICKET || candidate->weight > 0)
		return false;
	for (size_t i = 0; i < told->n; i++)
		if (told->incident[i] == hit->incident)
			return true;
	return false;
}

static void print_candidate(const struct find *find, struct sdk_jsonw *w, const struct find_candidate *candidate,
			    const struct hit *hit)
{
	if (candidate->kind == HIT_N)
		found_print_organisation(w, find->query, candidate->name, candidate->title);
	else
		found_print(find->view, w, find->query, hit);
}

/* Returns the cursor of the next page, absent for none. */
static struct ent_str print_page(struct find *find, struct sdk_jsonw *w, int64_t after, int limit)
{
	struct find_told *told = SDK_NEW(find->view->arena, struct find_told);
	int64_t n = 0;

	for (size_t i = 0; i < find->n && n < FIND_PAGES; i++) {
		struct hit hit = {.kind = HIT_N};

		if (!may_tell(find, &find->at[i], &hit) || is_repeated(told, &find->at[i], &hit) || n++ < after)
			continue;
		if (n > after + limit)
			return sdk_int(find->view->arena, after + limit);
		print_candidate(find, w, &find->at[i], &hit);
	}
	return ENT_ABSENT;
}

static bool is_kind(struct ent_str kind)
{
	for (int i = 0; i < HIT_N; i++)
		if (sdk_eqz(kind, found_kind((enum hit_kind)i)))
			return true;
	return !kind.n || sdk_eqz(kind, FOUND_ORGANISATION);
}

void find_print_state(const struct view *view, struct db *index, struct sdk_jsonw *w)
{
	int64_t behind = follower_behind(index, view->db);

	sdk_jsonw_kz(w, "index", behind < 0 ? "being_made" : behind > FIND_BEHIND ? "behind" : "current");
}

enum ent_rc find_words(const struct view *view, struct db *index, const struct find_ask *ask, struct ent_str *ret,
		       struct ent_err *err)
{
	struct query query;
	struct find find = {.view = view, .index = index, .query = &query, .cap = (HIT_N + 1) * FIND_CUT};
	struct ent_str next = ENT_ABSENT;
	struct sdk_buf buf;
	struct sdk_jsonw w;
	int64_t after = 0;

	if (!query_read(view->arena, ask->text, &query, err))
		return ENT_EINVAL;
	if (!is_kind(ask->kind))
		return sdk_fail_as(err, ENT_EINVAL, "search.kind",
				   "\"kind\" has to be incident, ticket, person, comment or organisation.");
	if (ask->cursor.n && (!sdk_to_int(ask->cursor, &after) || after < 0 || after > FIND_PAGES))
		return sdk_fail_as(err, ENT_EINVAL, "ask.cursor", "the cursor is not one that a page gave as 'next'");
	find.at = SDK_NEW_N(view->arena, struct find_candidate, find.cap);
	json_page_open(&w, &buf);
	if (query.n > 0) {
		find_candidates(&find, ask->kind);
		next = print_page(&find, &w, after, ask->limit);
	}
	sdk_jsonw_close(&w, ']');
	sdk_jsonw_kstr(&w, "next", next);
	find_print_state(view, index, &w);
	sdk_jsonw_close(&w, '}');
	return json_answer(view->db, view->arena, &buf, ret, err);
}
