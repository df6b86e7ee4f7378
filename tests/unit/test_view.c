/* SPDX-License-Identifier: Apache-2.0 */
/* What an organisation's reader is told of 1,000 random worlds: nothing that it may not see, and all that it may. */
#include "sdk/time.h"
#include "store/rows_ticket.h"
#include "view/view_dead.h"
#include "view/view_delivery.h"
#include "view/view_find.h"
#include "view/view_history.h"
#include "view/view_incident.h"
#include "view/view_list.h"
#include "view/view_live.h"
#include "view/view_map.h"
#include "view/view_raw.h"
#include "view/view_share.h"
#include "view/view_supplier.h"
#include "view/view_thread.h"
#include "view_worlds.h"

enum { TWINS = 250 };
#define LONG_AGO_MS 1500000000001
#define NOW_MS      1600000000000

static const struct reader orion = {READER_ORGANISATION, ENT_STR(ORION)};

/* ---- histories ------------------------------------------------------------------------------------ */

struct history {
	struct world *world;
	struct small *small;
	int step;
	int twin; /* -1: no twin; 0, 1: alike but for what orion may not see */
};

static const char *text_of(struct history *history, int index, const char *what)
{
	struct small *small = &history->small[index];
	struct ent_arena *arena = &history->world->arena.abi;

	return sdk_z(arena, sdk_format(arena, "%s_%d_%d_%d", what, index, history->step, small_pick(small, 1000)));
}

static void give_status_of(struct batch *batch, struct small *small, int which, enum ent_status status)
{
	int to = small->merged ? 0 : which;

	small->status[to] = status;
	batch_add(batch, &(struct job){.kind = JOB_STATUS, .ask = {.incident = small->number[to], .status = status}});
}

/* What orion may see, or could later. */
static void open_step(struct history *history, struct batch *batch, int index)
{
	struct small *small = &history->small[index];
	int which = small_pick(small, 2), pick = small_pick(small, 100);
	int64_t now = history->world->now_ms;
	bool once = history->twin < 0; /* what is shared with its thread shows what twins differ in */

	if (small->merged)
		which = pick % 2 && small->linked[1] ? 1 : 0;
	if (pick < 22)
		give_share(batch, small, which, ORION, once && pick < 5);
	else if (pick < 30)
		take_share(batch, small, which);
	else if (pick < 50)
		our_words(batch, small, which, text_of(history, index, "ours"), "everyone");
	else if (pick < 58)
		our_words(batch, small, which, text_of(history, index, "named"), pick % 2 ? ORION : ORION ",telnord");
	else if (pick < 78)
		their_words(batch, small, index, which, "telnord", text_of(history, index, "theirs"), true,
			    now - (pick % 3) * 25 + (pick == 77) * 100000);
	else if (pick < 86 && !small->merged)
		merge_both(batch, small, index);
	else if (pick < 92)
		give_status_of(batch, small, which, pick % 2 ? ENT_PENDING : ENT_IN_PROGRESS);
}

/* The status goes there and back, and so does the ball, while orion takes no part. A merge must not show it. */
static void hidden_moves(struct batch *batch, struct small *small, int which)
{
	const struct ask to = {.incident = small->number[which], .status = ENT_HELD},
			 back = {.incident = small->number[which], .status = small->status[which]};

	batch_add(batch, &(struct job){.kind = JOB_STATUS, .ask = to});
	batch_add(batch, &(struct job){.kind = JOB_STATUS, .ask = back});
}

/* What orion never sees. Each twin does something of its own, or nothing. */
static void hidden_step(struct history *history, struct batch *batch, int index)
{
	struct small *small = &history->small[index];
	struct world *world = history->world;
	uint64_t kept = small->seed;
	struct ent_change change;
	int which, pick;

	small->seed ^= (uint64_t)(history->twin + 2) * 0x9e3779b97f4a7c15u;
	which = small->merged ? 0 : small_pick(small, 2);
	pick = small_pick(small, 80);
	if (pick < 12) {
		our_words(batch, small, which, text_of(history, index, "internal"), "internal");
	} else if (pick < 24) {
		our_words(batch, small, which, text_of(history, index, "telnords"),
			  pick % 2 ? "telnord" : "datacoeur,orio,orion2,telnord");
	} else if (pick < 34) {
		their_words(batch, small, index, which, "telnord", text_of(history, index, "private_and_longer"), false,
			    world->now_ms);
	} else if (pick < 44) { /* said long ago, heard of now */
		their_words(batch, small, index, which, "telnord", text_of(history, index, "old"), true,
			    LONG_AGO_MS + history->step * 1001);
	} else if (pick < 52) {
		change = ticket(world, ticket_of(world, "telnord", index, which), NULL, NULL);
		sdk_set(&change.ticket, ENT_TEAM, sdk_str(text_of(history, index, "team")));
		batch_arrive(batch, "telnord", change);
	} else if (pick < 60) {
		change = ticket(world, ticket_of(world, "telnord", index, which), NULL, NULL);
		change.kind = ENT_ATTACHMENT_ADDED;
		change.attachment.id = change.attachment.name = sdk_str(text_of(history, index, "attachment"));
		change.attachment.size = 7;
		batch_arrive(batch, "telnord", change);
	} else if (pick < 68) {
		give_share(batch, small, which, "datacoeur", pick % 2);
	} else if (pick < 72) { /* another incident */
		open_incident(batch, index, 2 + history->step, "datacoeur", text_of(history, index, "elsewhere"));
	} else if (history->twin < 0 && !small->merged && small->since_ms[which] == NEVER) {
		hidden_moves(batch, small, which);
	}
	small->seed = kept;
}

static struct history make(struct world *world, int n, int twin)
{
	struct history history = {world, SDK_NEW_N(&world->arena.abi, struct small, (size_t)n), 0, twin};
	struct batch batch = {.world = world};

	world->now_ms += 1; /* no time is a whole second, which would stand for all of it */
	for (int which = 0; which < 2; which++) {
		world->now_ms += 10;
		for (int i = 0; i < n; i++) {
			history.small[i].seed = 88172645463325252u + (uint64_t)i * 7919;
			open_incident(
			    &batch, i, which, "telnord",
			    sdk_z(&world->arena.abi, sdk_format(&world->arena.abi, "title_%d_%d_", i, which)));
			history.small[i].since_ms[which] = NEVER;
			history.small[i].linked[which] = true;
		}
		batch_run(&batch);
	}
	for (int i = 0; i < n; i++)
		for (int which = 0; which < 2; which++)
			history.small[i].number[which] = ticket_incident(
			    world->read, ENT_STR("telnord"), sdk_str(ticket_of(world, "telnord", i, which)));
	world->now_ms += 10;
	for (int i = 0; i < n; i++)
		for (int which = 0; which < 2; which++)
			give_status_of(&batch, &history.small[i], which, ENT_IN_PROGRESS);
	batch_run(&batch);
	for (; history.step < STEPS; history.step++) {
		world->now_ms += 10;
		for (int i = 0; i < n; i++)
			hidden_step(&history, &batch, i);
		batch_run(&batch);
		world->now_ms += 10;
		for (int i = 0; i < n; i++)
			open_step(&history, &batch, i);
		batch_run(&batch);
	}
	return history;
}

/* ---- all answers ------------------------------------------------------------------------------------- */

struct answers {
	struct view view;
	struct sdk_buf text;
};

static void keep(struct answers *answers, enum ent_rc rc, struct ent_str json, const struct ent_err *err)
{
	if (rc == ENT_OK)
		sdk_buf_str(&answers->text, json);
	else
		sdk_buf_z(&answers->text, err->msg);
	sdk_buf_z(&answers->text, "\n");
}

static void ask_pages(struct answers *answers, const struct incident *incident)
{
	struct thread_page page = {.limit = 3};
	struct ent_str json = ENT_ABSENT;
	struct ent_err err = {""};
	const struct sdk_json *answer;
	int64_t after = 0;
	enum ent_rc rc;

	do {
		rc = view_thread(&answers->view, incident, &page, &json, &err);
		keep(answers, rc, json, &err);
		assert_int_equal(rc, ENT_OK);
		assert_int_equal(sdk_json_parse(answers->view.arena, json, &answer, &err), ENT_OK);
		page.before = sdk_json_text_at(answer, "before");
	} while (page.before.n);
	do {
		rc = view_history(&answers->view, incident, after, 2, &json, &err);
		keep(answers, rc, json, &err);
		assert_int_equal(rc, ENT_OK);
		assert_int_equal(sdk_json_parse(answers->view.arena, json, &answer, &err), ENT_OK);
	} while (sdk_json_int(sdk_json_at(answer, "next"), &after));
}

/* Every answer about one incident. False: it is not there for this reader. */
static bool ask_incident(struct answers *answers, struct ent_str word)
{
	static const char *const supplier[] = {"orion", "telnord", "datacoeur"};
	struct incident incident = {.number = 0};
	struct ent_str json = ENT_ABSENT;
	struct ent_err err = {""};

	if (view_find(&answers->view, word, &incident, &err) != ENT_OK) {
		assert_non_null(strstr(err.msg, "there is no incident"));
		return false;
	}
	keep(answers, view_incident(&answers->view, &incident, &json, &err), json, &err);
	for (size_t i = 0; i < sizeof supplier / sizeof *supplier; i++)
		keep(answers, view_share(&answers->view, &incident, sdk_str(supplier[i]), &json, &err), json, &err);
	struct delivery_filter filter = {.state = ENT_STR("all"), .incident = incident.number, .limit = 1};
	do {
		enum ent_rc rc = view_delivery_list(&answers->view, &filter, &json, &err);
		const struct sdk_json *answer = NULL;

		keep(answers, rc, json, &err);
		if (rc == ENT_OK)
			assert_int_equal(sdk_json_parse(answers->view.arena, json, &answer, &err), ENT_OK);
		filter.cursor = sdk_json_text_at(answer, "next");
	} while (filter.cursor.n);
	ask_pages(answers, &incident);
	return true;
}

static bool says(const struct answers *answers, const char *word)
{
	struct ent_str text = sdk_buf_view((struct sdk_buf *)(void *)(uintptr_t)&answers->text);

	return memmem(text.p, text.n, word, strlen(word)) != NULL;
}

/* ---- nothing that it may not see, all that it may ------------------------------------------------------ */

static void check_words(struct answers *answers, const struct small *small, int index, int which)
{
	int n = 0;

	for (int i = 0; i < small->n_said; i++) {
		const struct said *said = &small->said[i];
		char time[SDK_TIME_SIZE];

		if (!small->merged && said->of != which)
			continue;
		bool sees = small_sees(small, said);
		n += sees;
		if (says(answers, said->text) != sees)
			fail_msg("world %d, incident %d: '%s' %s", index, which, said->text,
				 sees ? "is missing" : "is told");
		sdk_time_format(said->told_ms, time);
		if (!sees && said->told_ms < NOW_MS && says(answers, time))
			fail_msg("world %d: the time of '%s' is told", index, said->text);
	}
	char count[64];
	snprintf(count, sizeof count, "\"n_comment\":%d}", n);
	if (!says(answers, count)) {
		snprintf(count, sizeof count, "\"n_comment\":%d,", n);
		if (!says(answers, count))
			fail_msg("world %d: %d comments are not what is counted", index, n);
	}
}

static const char *const never[] = {
    "\"held\"",    "\"orion\",\"telnord", "telnord-only", "private_",  "internal_", "telnords_",  "team_",
    "attachment_", "elsewhere_",          "\"datacoeur",  "\"cause\"", "sequence",  "traceparent"};

static void check_incident(struct history *history, const struct view *view, int index, int which)
{
	struct small *small = &history->small[index];
	struct sdk_arena arena;
	struct answers answers = {.view = {.db = view->db, .reader = view->reader}};
	char number[INCIDENT_NUMBER_SIZE];

	sdk_arena_init(&arena);
	answers.view.arena = &arena.abi;
	sdk_buf_init(&answers.text, 1 << 20);
	bool found = ask_incident(&answers, incident_number(small->number[which], number));
	if (found != small_sees_incident(small, which))
		fail_msg("world %d, incident %d is %s", index, which, found ? "found" : "missing");
	/* another's ticket says nothing */
	assert_false(ask_incident(
	    &answers, sdk_format(&arena.abi, "telnord:%s", ticket_of(history->world, "telnord", index, which))));
	for (size_t i = 0; i < sizeof never / sizeof *never; i++)
		if (says(&answers, never[i]))
			fail_msg("world %d, incident %d: '%s' is told", index, which, never[i]);
	if (found)
		check_words(&answers, small, index, which);
	sdk_buf_release(&answers.text);
	sdk_arena_release(&arena);
}

/* Every page of a list. */
static struct ent_str all_pages(const struct view *view, struct incident_filter filter)
{
	struct sdk_buf text;
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;
	const struct sdk_json *answer;

	sdk_buf_init(&text, 64 << 20);
	do {
		if (view_list(view, &filter, &json, &err) != ENT_OK)
			fail_msg("%s", err.msg);
		sdk_buf_str(&text, json);
		sdk_buf_z(&text, "\n");
		assert_int_equal(sdk_json_parse(view->arena, json, &answer, &err), ENT_OK);
		filter.cursor = sdk_json_text_at(answer, "next");
	} while (filter.cursor.n);
	struct ent_str ret = sdk_dup(view->arena, sdk_buf_view(&text));
	sdk_buf_release(&text);
	return ret;
}

static size_t count_of(struct ent_str text, const char *word)
{
	size_t n = 0, size = strlen(word);

	for (const char *p = text.p, *end = text.p + text.n; (p = memmem(p, (size_t)(end - p), word, size)); p += size)
		n++;
	return n;
}

static void check_lists(struct history *history, const struct view *view)
{
	struct ent_str list = all_pages(view, (struct incident_filter){.limit = 200});
	size_t n = 0;

	for (int i = 0; i < WORLDS; i++)
		for (int which = 0; which < 2; which++) {
			char number[INCIDENT_NUMBER_SIZE];
			struct ent_str word = sdk_format(
			    view->arena, "\"%.*s\"", ENT_F(incident_number(history->small[i].number[which], number)));
			bool sees = small_sees_incident(&history->small[i], which);

			n += sees;
			if ((memmem(list.p, list.n, word.p, word.n) != NULL) != sees)
				fail_msg("world %d, incident %d is %s", i, which, sees ? "not listed" : "listed");
		}
	assert_int_equal(count_of(list, "\"number\":"), n);
	assert_true(n > WORLDS / 4);
	for (size_t i = 0; i < sizeof never / sizeof *never; i++)
		assert_int_equal(count_of(list, never[i]), 0);
	/* a filter that names others finds nothing by it */
	assert_int_equal(count_of(all_pages(view, (struct incident_filter){.supplier = ENT_STR("telnord")}), "number"),
			 0);
	for (int i = 0; i < 50; i++) {
		struct incident_filter filter = {.text = sdk_str(ticket_of(history->world, "telnord", i, 0))};
		assert_int_equal(count_of(all_pages(view, filter), "number"), 0);
	}
	assert_int_equal(count_of(all_pages(view, (struct incident_filter){.supplier = ENT_STR(ORION), .limit = 200}),
				  "\"number\":"),
			 n);
}

/* What is for our people alone answers as if there were nothing. */
static bool take_none(void *to, const struct raw_row *row)
{
	(void)to, (void)row;
	fail_msg("an arrival is told");
	return false;
}

static bool take_no_event(void *to, const struct live_event *event)
{
	(void)to, (void)event;
	fail_msg("an event is told");
	return false;
}

static void check_ours_only(struct history *history, const struct view *view)
{
	const struct supplier_set *set = history->world->suppliers;
	struct dead_letter letter;
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;
	int64_t ids[4];

	assert_int_equal(view_supplier_list(view, set, 0, &json, &err), ENT_EGONE);
	assert_int_equal(view_supplier(view, set, &set->at[0], 0, &json, &err), ENT_EGONE);
	assert_int_equal(view_supplier_open(view, set)[0].n[0], 0);
	assert_int_equal(view_dead_list(view, ENT_ABSENT, ENT_ABSENT, ENT_ABSENT, 10, &json, &err), ENT_EGONE);
	assert_int_equal(view_dead(view, 1, &letter, &err), ENT_EGONE);
	assert_int_equal(view_dead_ids(view, ENT_ABSENT, 0, ids, 4), 0);
	assert_int_equal(view_delivery(view, 1, &json, &err), ENT_EGONE);
	assert_int_equal(view_map_list(view, &set->at[0], &json, &err), ENT_EGONE);
	assert_int_equal(view_raw(view, ENT_STR(ORION), 10, take_none, NULL, &err), ENT_EGONE);
	assert_int_equal(view_live(view, ENT_STR("x"), 0, 10, take_no_event, NULL), 0);
	assert_null(json.p);
}

static void test_an_organisation_sees_its_part(void **state)
{
	struct world *world = *state;
	struct history history = make(world, WORLDS, -1);
	struct view view = {.db = world->read, .arena = &world->arena.abi, .reader = &orion};
	const struct reader nobody = {0}, unnamed = {READER_ORGANISATION, ENT_STR("")};

	for (int i = 0; i < WORLDS; i++)
		for (int which = 0; which < 2; which++)
			check_incident(&history, &view, i, which);
	check_lists(&history, &view);
	check_ours_only(&history, &view);
	view.reader = &nobody;
	assert_int_equal(count_of(all_pages(&view, (struct incident_filter){.limit = 200}), "number"), 0);
	view.reader = &unnamed;
	assert_int_equal(count_of(all_pages(&view, (struct incident_filter){.limit = 200}), "number"), 0);
}

/* ---- core/reader says of each comment what the statements do --------------------------------------------- */

static void test_reader_and_statements_agree(void **state)
{
	struct world *world = *state;
	struct history history = make(world, 100, -1);
	struct view view = {.db = world->read, .arena = &world->arena.abi, .reader = &orion};
	struct db_stmt *stmt = db_use(world->read, "SELECT uuid, incident FROM comment ORDER BY id");
	int n[2] = {0, 0};

	while (db_row(stmt)) {
		struct ent_str uuid = sdk_dup(&world->arena.abi, db_str(stmt, 0)), json;
		struct incident incident = {.number = db_int(stmt, 1)};
		struct comment comment;
		struct ent_err err;
		int owner = -1;

		assert_true(comment_by_uuid(world->read, &world->arena.abi, uuid, &comment));
		for (int i = 0; i < 100; i++)
			if (history.small[i].number[0] == incident.number ||
			    history.small[i].number[1] == incident.number)
				owner = i;
		if (owner < 0)
			continue;
		const struct small *small = &history.small[owner];
		int which = small->merged ? 0 : small->number[1] == incident.number;
		for (int i = 0; i < small->n_said; i++) {
			if (!sdk_eqz(comment.body, small->said[i].text))
				continue;
			struct reading reading = {small->shared[which], small->since_ms[small->said[i].of]};
			bool sees =
			    view_thread(&view, &incident, &(struct thread_page){.around = uuid}, &json, &err) == ENT_OK;

			assert_int_equal(reader_sees_comment(&orion, &comment, &reading), sees);
			assert_int_equal(small_sees(small, &small->said[i]), sees);
			n[sees]++;
		}
	}
	assert_true(n[0] > 100 && n[1] > 100);
}

/* ---- a merge shows nothing of the other side's past ---------------------------------------------------- */

static size_t hand_overs_for(struct world *world, const struct reader *reader, int64_t number)
{
	const struct view view = {world->read, &world->arena.abi, reader, world->suppliers};
	char text[INCIDENT_NUMBER_SIZE];
	struct incident incident;
	const struct sdk_json *answer;
	struct ent_str json;
	struct ent_err err;

	assert_int_equal(view_find(&view, incident_number(number, text), &incident, &err), ENT_OK);
	assert_int_equal(view_incident(&view, &incident, &json, &err), ENT_OK);
	assert_int_equal(sdk_json_parse(view.arena, json, &answer, &err), ENT_OK);
	return sdk_json_count(sdk_json_at(answer, "hand_overs"));
}

/* telnord: who hands over before the merge, in the incident that stays or in the one that goes. */
static void merge_after_hand_over(struct world *world, bool stays)
{
	struct ent_change change = ticket(world, "T-1", "in_progress", NULL);
	int64_t theirs = stays ? 1 : 2;

	if (!stays)
		tell(world, ORION, "O-1", "in_progress");
	arrive(world, "telnord", &change);
	if (stays)
		tell(world, ORION, "O-1", "in_progress");
	assert_int_equal(share(world, theirs, "datacoeur", true), JOB_ACCEPTED);
	assert_int_equal(hand_overs_for(world, &reader_ours, theirs), 1);
	assert_int_equal(hand_overs_for(world, &(struct reader){READER_ORGANISATION, ENT_STR("telnord")}, theirs), 1);
	change = ticket(world, "T-1", "in_progress", NULL);
	change.correlation.number = stays ? ENT_STR("ENT-000002") : ENT_STR("ENT-000001");
	arrive(world, "telnord", &change);
	assert_int_equal(hand_overs_for(world, &(struct reader){READER_ORGANISATION, ENT_STR("telnord")}, 1),
			 hand_overs_for(world, &reader_ours, 1));
	assert_true(hand_overs_for(world, &orion, 1) < hand_overs_for(world, &reader_ours, 1));
}

static void test_a_hand_over_before_a_merge_in_what_stays(void **state)
{
	merge_after_hand_over(*state, true);
}

static void test_a_hand_over_before_a_merge_in_what_goes(void **state)
{
	merge_after_hand_over(*state, false);
}

/* ---- twins ------------------------------------------------------------------------------------------------- */

/* Ids and incident numbers become their order of appearance. */
static struct ent_str plain(struct ent_arena *arena, struct ent_str text)
{
	char seen[512][40];
	size_t n_seen = 0, n = 0;
	char *out = sdk_alloc(arena, text.n + 1);

	for (size_t i = 0; i < text.n;) {
		size_t size = 0, k = 0;

		if (text.n - i > 10 && !memcmp(text.p + i, "ENT-", 4))
			size = 10;
		else if (text.n - i > 36 && text.p[i] == '"' && text.p[i + 9] == '-' && text.p[i + 14] == '-' &&
			 text.p[i + 24] == '-')
			size = 37;
		if (!size) {
			out[n++] = text.p[i++];
			continue;
		}
		while (k < n_seen && (memcmp(seen[k], text.p + i, size) != 0 || seen[k][size] != '\0'))
			k++;
		if (k == n_seen) {
			assert_true(n_seen < 512);
			memcpy(seen[n_seen], text.p + i, size);
			seen[n_seen++][size] = '\0';
		}
		n += (size_t)snprintf(out + n, 12, "#%d", (int)k);
		i += size;
	}
	return (struct ent_str){out, n};
}

static void test_twins_are_told_alike(void **state)
{
	struct world *world[2] = {*state, NULL};
	struct history history[2];
	void *second = NULL;
	int n = 0;

	assert_int_equal(world_set_up(&second), 0);
	world[1] = second;
	world[1]->seed = 1234567; /* other ids */
	for (int twin = 0; twin < 2; twin++)
		history[twin] = make(world[twin], TWINS, twin);
	for (int i = 0; i < TWINS; i++)
		for (int which = 0; which < 2; which++) {
			struct ent_str told[2];
			bool found[2];

			for (int twin = 0; twin < 2; twin++) {
				struct ent_arena *arena = &world[twin]->arena.abi;
				struct answers answers = {
				    .view = {.db = world[twin]->read, .arena = arena, .reader = &orion}};
				char number[INCIDENT_NUMBER_SIZE];

				sdk_buf_init(&answers.text, 1 << 20);
				found[twin] = ask_incident(
				    &answers, incident_number(history[twin].small[i].number[which], number));
				told[twin] = plain(arena, sdk_buf_view(&answers.text));
				sdk_buf_release(&answers.text);
			}
			assert_int_equal(found[0], found[1]);
			n += found[0];
			if (!sdk_eq(told[0], told[1]))
				fail_msg("world %d, incident %d:\n%.*s\n%.*s", i, which, ENT_F(told[0]),
					 ENT_F(told[1]));
		}
	assert_true(n > TWINS / 4);
	struct ent_str list[2];
	for (int twin = 0; twin < 2; twin++) {
		struct view view = {.db = world[twin]->read, .arena = &world[twin]->arena.abi, .reader = &orion};
		struct incident_filter filter = {.limit = 100, .status = ENT_STR("open")};

		view.arena = &world[twin]->arena.abi;
		filter.limit = 100;
		struct ent_err err;
		assert_int_equal(view_list(&view, &filter, &list[twin], &err), ENT_OK);
		list[twin] = plain(view.arena, list[twin]);
	}
	assert_true(sdk_eq(list[0], list[1]));
	world_tear_down(&second);
}

/* ---- entity tags ------------------------------------------------------------------------------------------- */

static struct ent_str tag_for(struct world *world, const struct reader *reader, struct ent_str word)
{
	struct view view = {.db = world->read, .arena = &world->arena.abi, .reader = reader};
	struct incident incident;
	struct ent_str tag = ENT_ABSENT;
	struct ent_err err;

	if (view_find(&view, word, &incident, &err) != ENT_OK ||
	    view_incident_tag(&view, &incident, &tag, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	return tag;
}

static void test_tags(void **state)
{
	static const struct reader datacoeur = {READER_ORGANISATION, ENT_STR("datacoeur")};
	struct world *world = *state;
	struct ent_str one = ENT_STR("1"), before, ours;

	tell(world, "telnord", "T-1", "new");
	share(world, 1, "orion", false);
	share(world, 1, "datacoeur", false);
	before = tag_for(world, &orion, one);
	ours = tag_for(world, &reader_ours, one);
	assert_false(sdk_eq(before, ours));
	assert_false(sdk_eq(before, tag_for(world, &datacoeur, one)));
	say(world, 1, "00000000-0000-4000-8000-000000000001", "hidden", "internal");
	assert_true(sdk_eq(before, tag_for(world, &orion, one)));
	assert_false(sdk_eq(ours, tag_for(world, &reader_ours, one)));
	say(world, 1, "00000000-0000-4000-8000-000000000002", "for all", "everyone");
	assert_false(sdk_eq(before, tag_for(world, &orion, one)));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_an_organisation_sees_its_part, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_reader_and_statements_agree, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_a_hand_over_before_a_merge_in_what_stays, world_set_up,
					    world_tear_down),
	    cmocka_unit_test_setup_teardown(test_a_hand_over_before_a_merge_in_what_goes, world_set_up,
					    world_tear_down),
	    cmocka_unit_test_setup_teardown(test_twins_are_told_alike, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_tags, world_set_up, world_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
