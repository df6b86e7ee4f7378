/* SPDX-License-Identifier: Apache-2.0 */
/* What each reader is told by the store, and by the one rebuilt from the stream: the same, byte for byte. */
#include "look.h"

#include <stdio.h>
#include <string.h>

#include "core/organisation.h"
#include "view/view_find.h"
#include "view/view_history.h"
#include "view/view_incident.h"
#include "view/view_list.h"
#include "view/view_thread.h"

enum told { TOLD_LIST, TOLD_INCIDENT, TOLD_THREAD, TOLD_HISTORY, TOLD_N };
static const char *const told_word[TOLD_N] = {"the list", "the incident", "the thread", "the history"};

/* A failure is an answer too. */
static struct ent_str told(const struct view *view, enum told what, const char *word)
{
	struct incident_filter filter = {.limit = VIEW_PAGE_MAX};
	struct thread_page page = {.limit = VIEW_PAGE_MAX};
	struct ent_str json = ENT_ABSENT;
	struct incident incident;
	struct ent_err err = {0};
	enum ent_rc rc =
	    what == TOLD_LIST ? view_list(view, &filter, &json, &err) : view_find(view, sdk_str(word), &incident, &err);

	if (rc == ENT_OK && what == TOLD_INCIDENT)
		rc = view_incident(view, &incident, &json, &err);
	if (rc == ENT_OK && what == TOLD_THREAD)
		rc = view_thread(view, &incident, &page, &json, &err);
	if (rc == ENT_OK && what == TOLD_HISTORY)
		rc = view_history(view, &incident, 0, VIEW_PAGE_MAX, &json, &err);
	return rc == ENT_OK ? json : sdk_format(view->arena, "%d %s", rc, err.msg);
}

struct pair {
	struct sim *sim;
	struct db *kept, *again;
	struct reader reader;
};

static void compare(const struct pair *pair, enum told what, const char *word)
{
	struct sdk_arena arena;

	sdk_arena_init(&arena);
	struct view one = {pair->kept, &arena.abi, &pair->reader, pair->sim->suppliers};
	struct view two = {pair->again, &arena.abi, &pair->reader, pair->sim->suppliers};
	struct ent_str a = told(&one, what, word), b = told(&two, what, word);
	size_t at = 0;
	while (at < a.n && at < b.n && a.p[at] == b.p[at])
		at++;
	size_t from = at > 60 ? at - 60 : 0;
	if (what == TOLD_LIST && (!a.n || a.p[0] != '{'))
		sim_violates(pair->sim, "readers", "rebuild", "the list is refused: %.*s", ENT_F(sdk_head(a, 120)));
	if (at < a.n || at < b.n)
		sim_violates(pair->sim, "readers", "rebuild",
			     "%s of %s for %.*s is \"%.*s\" in the store and \"%.*s\" in the rebuilt one",
			     told_word[what], word, pair->reader.organisation.n ? (int)pair->reader.organisation.n : 4,
			     pair->reader.organisation.n ? pair->reader.organisation.p : "ours",
			     ENT_F(sdk_head((struct ent_str){a.p + from, a.n - from}, 120)),
			     ENT_F(sdk_head((struct ent_str){b.p + from, b.n - from}, 120)));
	sdk_arena_release(&arena);
}

static void compare_reader(struct look *look, const struct pair *pair)
{
	sqlite3_stmt *stmt = look_ask(look, "SELECT number FROM incident ORDER BY number");

	compare(pair, TOLD_LIST, "all");
	while (look_row(stmt)) {
		char word[24];

		snprintf(word, sizeof word, "%d", sqlite3_column_int(stmt, 0));
		for (int what = TOLD_INCIDENT; what < TOLD_N; what++)
			compare(pair, (enum told)what, word);
	}
}

/* Deliveries are no part of the stream: without them both stores tell the copies. */
void check_readers(struct look *look, const char *again)
{
	struct sim *sim = look->sim;
	struct pair pair = {.sim = sim, .reader = reader_ours};
	struct ent_str names = organisation_list(&sim->arena.abi, sim->suppliers);
	struct ent_err err = {0};

	if (sqlite3_exec(look->db, "DELETE FROM delivery", NULL, NULL, NULL) != SQLITE_OK)
		sim_violates(sim, "readers", "rebuild", "%s", sqlite3_errmsg(look->db));
	enum ent_rc rc = db_open(STORE_PATH, DB_READ, VFS_NAME, &pair.kept, &err);
	if (rc == ENT_OK)
		rc = db_open(again, DB_READ, VFS_NAME, &pair.again, &err);
	if (rc != ENT_OK)
		sim_violates(sim, "readers", "rebuild", "%s", err.msg);
	for (bool first = true; rc == ENT_OK && names.n; first = false) {
		struct ent_str name = sdk_cut(names, ',', &names);

		if (!first)
			pair.reader = (struct reader){.kind = READER_ORGANISATION, .organisation = name};
		compare_reader(look, &pair);
	}
	db_close(pair.again);
	db_close(pair.kept);
}
