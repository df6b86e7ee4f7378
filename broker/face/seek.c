/* SPDX-License-Identifier: Apache-2.0 */
#include "face/seek.h"

#include "face/answer.h"
#include "face/ask.h"
#include "face/reading.h"
#include "sdk/webhook.h"
#include "search/alike.h"
#include "search/find.h"
#include "search/search.h"
#include "search/titles.h"

enum { SEEK_LIMIT = 10, SEEK_LIMIT_MAX = 50, SIMILAR_LIMIT = 5 };

/* ---- the index -------------------------------------------------------------------------- */

static struct ent_said say_off(void)
{
	return SDK_SENTENCE("search.off", "This broker keeps no index of words: its setting is \"search: off\".");
}

struct db *seek_index(struct exchange *x, struct ent_said *ret_why)
{
	struct desk *desk = x->desk;
	struct search *search = desk->face->world.search;
	struct ent_err err;

	if (!search) {
		*ret_why = say_off();
		return NULL;
	}
	if (desk->index && desk->index_generation != search_generation(search)) {
		db_close(desk->index);
		desk->index = NULL;
	}
	if (!desk->index && search_open(search, &desk->index, &desk->index_generation, &err) != ENT_OK) {
		desk->index = NULL;
		*ret_why =
		    SDK_SENTENCE("search.being_made", "The index of words is being made. Try again in a moment.");
		return NULL;
	}
	reading_watch(desk, desk->index);
	return desk->index;
}

/* NULL: the exchange is answered. */
static struct db *index_or_answer(struct exchange *x)
{
	struct ent_said why;
	struct db *index = seek_index(x, &why);

	if (!index && !x->desk->face->world.search)
		answer_problem_said(x, PROBLEM_NOT_FOUND, why);
	else if (!index)
		answer_busy(x, why);
	return index;
}

/* ---- routes ------------------------------------------------------------------------------- */

void seek_get(struct exchange *x)
{
	struct find_ask ask = {.text = exchange_argument(x, "q"),
			       .kind = exchange_argument(x, "kind"),
			       .cursor = exchange_argument(x, "cursor")};
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;
	struct db *index;
	int64_t limit;

	if (!exchange_argument_int(x, "limit", SEEK_LIMIT, 1, SEEK_LIMIT_MAX, &limit))
		return;
	if (!ask.text.p) {
		answer_problem(x, PROBLEM_REQUEST, "search.no_words", "Say what to search for: \"q\".");
		return;
	}
	index = index_or_answer(x);
	if (!index)
		return;
	ask.limit = (int)limit;
	enum ent_rc rc = find_words(ask_view(x), index, &ask, &json, &err);
	ask_answer(x, 200, rc, json, &err);
}

static void answer_similar(struct exchange *x, struct ent_str title, int64_t but)
{
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;
	struct db *index;
	int64_t limit;

	if (!exchange_argument_int(x, "limit", SIMILAR_LIMIT, 1, SEEK_LIMIT_MAX, &limit))
		return;
	index = index_or_answer(x);
	if (!index)
		return;
	enum ent_rc rc = alike_find(ask_view(x), index, title, but, (int)limit, &json, &err);
	ask_answer(x, 200, rc, json, &err);
}

void seek_similar(struct exchange *x)
{
	struct ent_str title = exchange_argument(x, "title");

	if (title.p)
		answer_similar(x, title, 0);
	else
		answer_problem(x, PROBLEM_REQUEST, "search.no_title", "Say what the title is: \"title\".");
}

void seek_similar_incident(struct exchange *x)
{
	struct incident incident;

	if (ask_incident(x, &incident))
		answer_similar(x, incident.title, incident.number);
}

void seek_rebuild(struct exchange *x)
{
	struct search *search = x->desk->face->world.search;
	struct sdk_jsonw w;

	if (!reader_is_ours(ask_view(x)->reader)) {
		answer_problem(x, PROBLEM_NOT_FOUND, "ask.nothing_here", "there is nothing here for this reader");
	} else if (!search) {
		answer_problem_said(x, PROBLEM_NOT_FOUND, say_off());
	} else {
		search_rebuild(search);
		w = answer_json(x);
		sdk_jsonw_open(&w, '{');
		sdk_jsonw_kz(&w, "index", "being_made");
		sdk_jsonw_close(&w, '}');
		answer_done(x, 202);
	}
}

/* ---- lists -------------------------------------------------------------------------------- */

void seek_titles(struct exchange *x, struct incident_filter *filter)
{
	const struct view *view = ask_view(x);
	struct ent_said why;
	struct db *index;

	if (!filter->text.n || !reader_is_ours(view->reader))
		return;
	index = seek_index(x, &why);
	filter->index = x->desk->face->world.search ? "being_made" : "off";
	if (!index)
		return;
	switch (titles_find(index, view->db, view->arena, filter->text, &filter->among, &filter->n_among)) {
	case TITLES_NARROWED:
		filter->index = "current";
		return;
	case TITLES_MANY:
		filter->index = "current";
		break;
	case TITLES_BEHIND:
		filter->index = "behind";
	}
	filter->among = NULL;
}
