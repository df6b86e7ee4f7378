/* SPDX-License-Identifier: Apache-2.0 */
#include "store/works.h"

#include "core/organisation.h"
#include "core/worklist.h"
#include "sdk/webhook.h"
#include "store/acts.h"
#include "store/dossier.h"
#include "store/duties.h"
#include "store/sights.h"

#include <stdio.h>

/* Moves of an incident that are looked at for the last one, and decisions that are listed. */
enum { MOVES_BACK = 500, DECISIONS_MAX = 200 };

struct look {
	struct apply *apply;
	struct dossier *dossier;
};

static bool look_takes_part(void *of, struct ent_str organisation)
{
	const struct look *look = of;

	return dossier_takes_part(look->dossier, organisation, ENT_ABSENT);
}

static bool look_sees_act(void *of, struct ent_str organisation, const struct act *act)
{
	const struct look *look = of;

	return sights_act(look->apply, look->dossier, organisation, act);
}

/* ---- words ---------------------------------------------------------------------------------------- */

/* Whose people said it; supplier: whose tool it stands in. */
static struct ent_str speaker_at(const struct look *look, struct ent_str supplier, struct ent_str author)
{
	const struct supplier_set *set = look->apply->suppliers;

	if (supplier.n)
		return organisation_named(set, supplier);
	return author.n ? author : organisation_ours(set);
}

static bool is_for_others(struct ent_str organisations, bool everyone, struct ent_str organisation)
{
	while (organisations.n)
		if (!sdk_eq(sdk_cut(organisations, ',', &organisations), organisation))
			return true;
	return everyone;
}

/* When the organisation wrote last, after since_ms; 0: it did not. What is held nobody else has read. */
static int64_t comment_ms(const struct look *look, struct ent_str organisation, int64_t since_ms, bool for_others)
{
	struct db_stmt *stmt = db_use(look->apply->db, WORKS_LAST_SAID);
	int64_t ret = 0;

	db_bind_int(stmt, 1, look->dossier->incident.number);
	db_bind_int(stmt, 2, since_ms);
	while (!ret && db_row(stmt))
		if (sdk_eq(speaker_at(look, db_str(stmt, 0), db_str(stmt, 1)), organisation) &&
		    (!for_others || is_for_others(db_str(stmt, 2), db_int(stmt, 3) != 0, organisation)))
			ret = db_int(stmt, 4);
	db_done(stmt);
	return ret;
}

/* When the organisation moved the status last. Its tool's other changes are no words: what others write comes back from
 * there as a change, too. */
static int64_t status_ms(const struct look *look, struct ent_str organisation)
{
	struct db_stmt *stmt = db_use(look->apply->db, WORKS_LAST_MOVED);
	int64_t ret = 0;

	db_bind_int(stmt, 1, look->dossier->incident.number);
	db_bind_int(stmt, 2, MOVES_BACK);
	while (!ret && db_row(stmt))
		if (sdk_eq(speaker_at(look, db_str(stmt, 0), ENT_STR("")), organisation))
			ret = db_int(stmt, 1);
	db_done(stmt);
	return ret;
}

static int64_t last_word_ms(const struct look *look)
{
	const struct incident *incident = &look->dossier->incident;
	const int64_t said_ms = comment_ms(look, incident->holder, incident->holder_since_ms, false),
		      moved_ms = status_ms(look, incident->holder);

	return said_ms > moved_ms ? said_ms : moved_ms;
}

/* ---- the incident as it stands ---------------------------------------------------------------------- */

static void bring_acts(const struct look *look, struct work_scene *ret)
{
	const struct act *list;
	const size_t n = acts_waiting(look->apply->db, look->apply->arena, ret->incident->number, &list);
	struct act *kept = SDK_NEW_N(look->apply->arena, struct act, n + 1);

	for (size_t i = 0; i < n; i++)
		if (list[i].state == ACT_OPEN || !comment_ms(look, list[i].from, list[i].ended_ms, true))
			kept[ret->n_act++] = list[i];
	ret->act = kept;
}

static void bring_stuck(const struct look *look, struct work_scene *ret)
{
	struct ent_arena *arena = look->apply->arena;
	struct work_stuck *list = SDK_NEW_N(arena, struct work_stuck, DECISIONS_MAX);
	char(*comment)[ID_SIZE] = sdk_alloc(arena, DECISIONS_MAX * sizeof *comment);
	struct db_stmt *stmt =
	    db_use(look->apply->db, "SELECT id, supplier, state_ms, comment FROM delivery WHERE incident = $1 AND "
				    "state IN ('parked', 'unknown') AND state NOT IN ('done', 'cancelled') ORDER BY "
				    "state_ms, id LIMIT $2");
	size_t n = 0;

	db_bind_int(stmt, 1, ret->incident->number);
	db_bind_int(stmt, 2, DECISIONS_MAX);
	for (; n < DECISIONS_MAX && db_row(stmt); n++) {
		list[n] = (struct work_stuck){
		    .id = db_int(stmt, 0), .supplier = sdk_dup(arena, db_str(stmt, 1)), .since_ms = db_int(stmt, 2)};
		snprintf(comment[n], ID_SIZE, "%.*s", ENT_F(db_str(stmt, 3)));
	}
	db_done(stmt);
	for (size_t i = 0; i < n; i++)
		list[i].is_seen =
		    !comment[i][0] ||
		    sights_words(look->apply, look->dossier,
				 organisation_named(look->apply->suppliers, list[i].supplier), comment[i]);
	ret->stuck = list;
	ret->n_stuck = n;
}

static void bring_joins(const struct look *look, struct work_scene *ret)
{
	struct ent_arena *arena = look->apply->arena;
	struct work_join *list = SDK_NEW_N(arena, struct work_join, DECISIONS_MAX);
	struct db_stmt *stmt =
	    db_use(look->apply->db, "SELECT id, made_ms, supplier FROM join_request WHERE incident = "
				    "$1 AND state = 'open' ORDER BY made_ms, id LIMIT $2");

	db_bind_int(stmt, 1, ret->incident->number);
	db_bind_int(stmt, 2, DECISIONS_MAX);
	while (ret->n_join < DECISIONS_MAX && db_row(stmt))
		list[ret->n_join++] =
		    (struct work_join){db_int(stmt, 0), db_int(stmt, 1), sdk_dup(arena, db_str(stmt, 2))};
	db_done(stmt);
	ret->join = list;
}

static void bring_hops(const struct look *look, struct work_scene *ret)
{
	struct db_stmt *stmt =
	    db_use(look->apply->db, "SELECT count(*), max(at_ms) FROM hand_over WHERE incident = $1");

	db_bind_int(stmt, 1, ret->incident->number);
	if (db_row(stmt)) {
		ret->n_hop = db_int(stmt, 0);
		ret->hop_ms = db_int(stmt, 1);
	}
	db_done(stmt);
}

static struct work_scene scene_of(const struct look *look, bool is_fresh)
{
	const struct supplier_set *set = look->apply->suppliers;
	struct work_scene scene = {.incident = &look->dossier->incident,
				   .suppliers = set,
				   .now_ms = look->apply->now_ms,
				   .silence_ms = set ? set->silence_after_ms : WORK_SILENCE_MS,
				   .arena = look->apply->arena,
				   .takes_part = look_takes_part,
				   .sees_act = look_sees_act,
				   .of = (void *)(uintptr_t)look};

	if (is_fresh || scene.incident->merged_into)
		return scene;
	bring_acts(look, &scene);
	bring_stuck(look, &scene);
	bring_joins(look, &scene);
	bring_hops(look, &scene);
	scene.n_taken =
	    duties_taken(look->apply->db, look->apply->arena, scene.incident->number, &scene.taken, &scene.taken_ms);
	if (worklist_wants_word(&scene))
		scene.word_ms = last_word_ms(look);
	return scene;
}

/* ---- what is put off ---------------------------------------------------------------------------------- */

/* Events that were no news once are not looked at again. */
static bool woken_by_news(const struct look *look, const struct snooze *snooze)
{
	int64_t last = snooze->looked > snooze->sequence ? snooze->looked : snooze->sequence;

	if (sights_news(look->apply, look->dossier, snooze->organisation, &last))
		return true;
	if (last > snooze->looked)
		duties_looked(look->apply->db, look->dossier->incident.number, snooze->organisation, last);
	return false;
}

/* Until its time, or until there is news that the organisation may read. */
static void put_off(const struct look *look, struct work_places *ret)
{
	const struct snooze *list;
	const size_t n = duties_snoozed(look->apply->db, look->apply->arena, look->dossier->incident.number, &list);

	for (size_t i = 0; i < n; i++) {
		if (list[i].until_ms <= look->apply->now_ms || woken_by_news(look, &list[i]))
			continue;
		ret->by_words = true;
		if (list[i].until_ms < ret->next_ms)
			ret->next_ms = list[i].until_ms;
		for (size_t k = 0; k < ret->n; k++)
			if (sdk_eq(ret->at[k].organisation, list[i].organisation))
				ret->at[k].is_put_off = true;
	}
}

/* ---- the table ----------------------------------------------------------------------------------------- */

static bool gives_place(const struct work_places *places, size_t i)
{
	return i == 0 || !sdk_eq(places->at[i].organisation, places->at[i - 1].organisation);
}

static bool is_same_row(struct db_stmt *stmt, const struct work_reason_row *row)
{
	return sdk_eq(db_str(stmt, 0), row->organisation) && db_int(stmt, 1) == (int64_t)row->reason &&
	       db_int(stmt, 2) == row->at_ms && db_int(stmt, 3) == row->due_ms && db_int(stmt, 4) == row->is_overdue &&
	       sdk_eq(db_str(stmt, 5), sdk_or_empty(row->subject)) &&
	       sdk_eq(db_str(stmt, 6), sdk_or_empty(row->about)) && db_int(stmt, 7) == row->is_put_off;
}

/* Both are by organisation, then by reason. */
static bool stands_already(struct db *db, int64_t incident, const struct work_places *places, bool *ret_any)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT organisation, rank, at_ms, due_ms, overdue, subject, about, put_off FROM work "
		       "WHERE incident = $1 ORDER BY organisation, rank");
	bool same = true;
	size_t n = 0;

	db_bind_int(stmt, 1, incident);
	for (; same && db_row(stmt); n++)
		same = n < places->n && is_same_row(stmt, &places->at[n]);
	db_done(stmt);
	*ret_any = n > 0;
	return same && n == places->n;
}

static void save_row(struct db *db, int64_t incident, const struct work_reason_row *row, bool place)
{
	struct db_stmt *stmt = db_use(
	    db, "INSERT INTO work (incident, organisation, reason, rank, place, at_ms, due_ms, overdue, subject, "
		"about, put_off) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)");

	db_bind_int(stmt, 1, incident);
	db_bind_str(stmt, 2, row->organisation);
	db_bind_str(stmt, 3, sdk_str(work_reason_word(row->reason)));
	db_bind_int(stmt, 4, (int64_t)row->reason);
	db_bind_int(stmt, 5, place);
	db_bind_int(stmt, 6, row->at_ms);
	db_bind_int(stmt, 7, row->due_ms);
	db_bind_int(stmt, 8, row->is_overdue);
	db_bind_str(stmt, 9, sdk_or_empty(row->subject));
	db_bind_str(stmt, 10, sdk_or_empty(row->about));
	db_bind_int(stmt, 11, row->is_put_off);
	(void)db_row(stmt);
}

static void save_places(struct db *db, int64_t incident, const struct work_places *places)
{
	struct db_stmt *stmt;
	bool any;

	if (stands_already(db, incident, places, &any))
		return;
	if (any) {
		stmt = db_use(db, "DELETE FROM work WHERE incident = $1");
		db_bind_int(stmt, 1, incident);
		(void)db_row(stmt);
	}
	for (size_t i = 0; i < places->n; i++)
		save_row(db, incident, &places->at[i], gives_place(places, i));
}

static void save_timer(struct db *db, const struct incident *incident, int64_t next_ms)
{
	struct timer timer = {.kind = TIMER_WORK, .incident = incident->number, .due_ms = next_ms};

	memcpy(timer.subject, incident->uuid, ID_SIZE);
	if (next_ms == INT64_MAX)
		timer_clear(db, TIMER_WORK, sdk_str(incident->uuid));
	else
		timer_set(db, &timer);
}

static void renew_places(struct apply *apply, struct dossier *dossier)
{
	const struct look look = {apply, dossier};
	const bool is_fresh = !(dossier->stirred & ~(unsigned)(WORK_STIR_OPENED | WORK_STIR_WORDS)) &&
			      (dossier->stirred & WORK_STIR_OPENED);
	struct work_places *places = SDK_NEW(apply->arena, struct work_places);
	const struct work_scene scene = scene_of(&look, is_fresh);

	worklist_make(&scene, places);
	if (!is_fresh)
		put_off(&look, places);
	save_places(apply->db, dossier->incident.number, places);
	save_timer(apply->db, &dossier->incident, places->next_ms);
	if (dossier->incident.worded == places->by_words)
		return;
	dossier->incident.worded = places->by_words;
	dossier->dirty = true;
	dossier_save(dossier);
}

void works_follow(struct apply *apply)
{
	for (struct dossier *dossier = apply->dossier; dossier && !db_failed(apply->db); dossier = dossier->next) {
		if (dossier->stirred == WORK_STIR_WORDS && !dossier->incident.worded)
			continue;
		if (dossier->stirred && dossier->incident.uuid[0])
			renew_places(apply, dossier);
		dossier->stirred = 0;
	}
}

/* ---- time, and all of them ------------------------------------------------------------------------------- */

void works_due(struct apply *apply, const struct timer *timer)
{
	struct dossier *dossier = apply_dossier(apply, timer->incident);

	if (dossier)
		dossier->stirred |= WORK_STIR_ALL;
}

/* All of the configuration that places depend on. */
static struct ent_str depends_on(struct ent_arena *arena, const struct supplier_set *set)
{
	struct ent_str text = sdk_format(arena, "%.*s %lld", ENT_F(organisation_ours(set)),
					 (long long)(set ? set->silence_after_ms : WORK_SILENCE_MS));

	for (size_t i = 0; set && i < set->n; i++)
		text = sdk_format(arena, "%.*s %.*s=%.*s", ENT_F(text), ENT_F(set->at[i].name),
				  ENT_F(organisation_of(&set->at[i])));
	return text;
}

bool works_stand(struct db *db, const struct supplier_set *suppliers)
{
	struct db_stmt *stmt = db_use(db, "SELECT value FROM meta WHERE name = 'work'");
	struct sdk_arena arena;

	sdk_arena_init(&arena);
	bool same = db_row(stmt) && sdk_eq(db_str(stmt, 0), depends_on(&arena.abi, suppliers));
	db_done(stmt);
	sdk_arena_release(&arena);
	return same;
}

/* '': they are being made. */
static void note_made(struct apply *apply, struct ent_str what)
{
	struct db_stmt *stmt =
	    db_use(apply->db, "INSERT INTO meta (name, value) VALUES ('work', $1) ON CONFLICT (name) "
			      "DO UPDATE SET value = excluded.value");

	db_bind_str(stmt, 1, what);
	(void)db_row(stmt);
}

bool works_anew(struct apply *apply, int64_t *after)
{
	struct db_stmt *stmt = db_use(
	    apply->db, "SELECT number FROM (SELECT number FROM incident WHERE merged_into = 0 AND finished = 0 UNION "
		       "SELECT incident FROM work UNION SELECT incident FROM join_request WHERE state = 'open' UNION "
		       "SELECT incident FROM delivery WHERE state IN ('parked', 'unknown') AND state NOT IN ('done', "
		       "'cancelled')) AS placed WHERE number > $1 ORDER BY number LIMIT $2");
	int64_t number[WORKS_A_TURN];
	size_t n = 0;

	if (*after == 0)
		note_made(apply, ENT_STR(""));
	db_bind_int(stmt, 1, *after);
	db_bind_int(stmt, 2, WORKS_A_TURN);
	while (n < WORKS_A_TURN && db_row(stmt))
		number[n++] = db_int(stmt, 0);
	db_done(stmt);
	for (size_t i = 0; i < n; i++) {
		struct dossier *dossier = apply_dossier(apply, number[i]);

		if (dossier)
			dossier->stirred |= WORK_STIR_ALL;
		*after = number[i];
	}
	works_follow(apply);
	if (n == WORKS_A_TURN)
		return true;
	note_made(apply, depends_on(apply->arena, apply->suppliers));
	return false;
}
