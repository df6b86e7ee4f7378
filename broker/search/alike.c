/* SPDX-License-Identifier: Apache-2.0 */
#include "search/alike.h"

#include <stdlib.h>
#include <string.h>

#include "sdk/webhook.h"
#include "search/find.h"
#include "search/found.h"

enum {
	ALIKE_WORDS = 16,
	ALIKE_SHORT = 3, /* bytes: shorter words are in every title */
	ALIKE_LEAST = 2, /* words that both have, of a title with more than one */
	ALIKE_LOOKED_AT = 4096
};

struct alike_candidate {
	int64_t incident;
	uint32_t has; /* 1u << word */
	unsigned weight;
};

struct alike {
	const struct view *view;
	struct db *index;
	struct ent_str word[ALIKE_WORDS];
	size_t n_word;
	struct alike_candidate *at;
	size_t n;
};

static void add_word(struct alike *alike, struct ent_str word)
{
	for (size_t i = 0; i < alike->n_word; i++)
		if (sdk_eq(alike->word[i], word))
			return;
	if (word.n >= ALIKE_SHORT && alike->n_word < ALIKE_WORDS)
		alike->word[alike->n_word++] = sdk_dup(alike->view->arena, word);
}

static void read_title(struct alike *alike, struct ent_str title)
{
	struct words words = words_from(sdk_head(title, ALIKE_LOOKED_AT));
	struct word word;

	while (words_next(&words, &word))
		add_word(alike, word.folded);
}

static struct ent_str any_word(const struct alike *alike)
{
	const struct reader *reader = alike->view->reader;
	struct ent_arena *arena = alike->view->arena;
	struct ent_str match = ENT_STR("");

	for (size_t i = 0; i < alike->n_word; i++)
		match = sdk_format(arena, "%.*s%s\"%.*s\"", ENT_F(match), i ? " OR " : "", ENT_F(alike->word[i]));
	match = sdk_format(arena, "(name : (%.*s))", ENT_F(match));
	if (view_is_ours(alike->view))
		return match;
	return sdk_format(arena, "(who : \"%.*s\") AND %.*s", ENT_F(query_who(arena, reader->organisation)),
			  ENT_F(match));
}

static uint32_t words_had(const struct alike *alike, struct ent_str name)
{
	uint32_t has = 0;

	for (struct ent_str rest = name; rest.p && rest.n;) {
		struct ent_str word = sdk_cut(rest, ' ', &rest);

		for (size_t i = 0; i < alike->n_word; i++)
			if (sdk_eq(alike->word[i], word))
				has |= 1u << i;
	}
	return has;
}

static void read_candidates(struct alike *alike)
{
	struct db_stmt *stmt = db_use(alike->index, "SELECT rowid, name FROM words WHERE words MATCH $1 AND rowid < $2 "
						    "ORDER BY rowid DESC LIMIT $3");

	db_bind_str(stmt, 1, any_word(alike));
	db_bind_int(stmt, 2, index_row(HIT_TICKET, 0));
	db_bind_int(stmt, 3, FIND_CUT);
	while (alike->n < FIND_CUT && db_row(stmt)) {
		uint32_t has = words_had(alike, sdk_or_empty(db_str(stmt, 1)));

		alike->at[alike->n++] = (struct alike_candidate){db_int(stmt, 0), has, 0};
	}
	db_done(stmt);
}

/* A word that one in 2^n of them has counts n + 1. */
static void weigh_candidates(struct alike *alike)
{
	unsigned worth[ALIKE_WORDS] = {0};

	for (size_t i = 0; i < alike->n_word; i++) {
		size_t n = 0;

		for (size_t k = 0; k < alike->n; k++)
			n += (alike->at[k].has >> i) & 1;
		for (size_t share = n ? alike->n / n : 0; share; share /= 2)
			worth[i]++;
	}
	for (size_t k = 0; k < alike->n; k++)
		for (size_t i = 0; i < alike->n_word; i++)
			if ((alike->at[k].has >> i) & 1)
				alike->at[k].weight += worth[i];
}

static int most_alike(const void *a, const void *b)
{
	const struct alike_candidate *left = a, *right = b;

	if (left->weight != right->weight)
		return left->weight > right->weight ? -1 : 1;
	return left->incident > right->incident ? -1 : left->incident < right->incident;
}

static void print_alike(const struct alike *alike, struct sdk_jsonw *w, const struct alike_candidate *candidate,
			const struct hit *hit)
{
	sdk_jsonw_open(w, '{');
	found_print_incident(w, hit);
	sdk_jsonw_key(w, "words");
	sdk_jsonw_open(w, '[');
	for (size_t i = 0; i < alike->n_word; i++)
		if ((candidate->has >> i) & 1)
			sdk_jsonw_str(w, alike->word[i]);
	sdk_jsonw_close(w, ']');
	sdk_jsonw_close(w, '}');
}

static void print_most_alike(const struct alike *alike, struct sdk_jsonw *w, int64_t but, int limit)
{
	int least = alike->n_word < ALIKE_LEAST ? (int)alike->n_word : ALIKE_LEAST, n = 0;

	for (size_t i = 0; i < alike->n && n < limit; i++) {
		const struct alike_candidate *candidate = &alike->at[i];
		struct hit hit;

		if (candidate->incident == but || __builtin_popcount(candidate->has) < least ||
		    !view_hit(alike->view, HIT_INCIDENT, candidate->incident, &hit))
			continue;
		print_alike(alike, w, candidate, &hit);
		n++;
	}
}

enum ent_rc alike_find(const struct view *view, struct db *index, struct ent_str title, int64_t but, int limit,
		       struct ent_str *ret, struct ent_err *err)
{
	struct alike alike = {
	    .view = view, .index = index, .at = SDK_NEW_N(view->arena, struct alike_candidate, FIND_CUT)};
	struct sdk_buf buf;
	struct sdk_jsonw w;

	read_title(&alike, title);
	if (alike.n_word > 0)
		read_candidates(&alike);
	weigh_candidates(&alike);
	qsort(alike.at, alike.n, sizeof *alike.at, most_alike);
	json_page_open(&w, &buf);
	print_most_alike(&alike, &w, but, limit);
	sdk_jsonw_close(&w, ']');
	sdk_jsonw_kz(&w, "compares", "words");
	find_print_state(view, index, &w);
	sdk_jsonw_close(&w, '}');
	return json_answer(view->db, view->arena, &buf, ret, err);
}
