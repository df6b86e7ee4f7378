/* SPDX-License-Identifier: Apache-2.0 */
/* What an organisation's reader is told of 1,000 random worlds: nothing that it may not see, and all that it may. */
#include "sdk/time.h"
#include "view/view_dead.h"
#include "view/view_list.h"
#include "view/view_map.h"
#include "view/view_raw.h"
#include "view/view_supplier.h"
#include "view_answers.h"
#include "view_histories.h"

#define NOW_MS 1600000000000

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
		if (said->job && says(answers, said->job->ask.comment_uuid) != sees)
			fail_msg("world %d, incident %d: the id of '%s' %s", index, which, said->text,
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

/* Of whoever takes part: that, and of its ticket number and common status. */
static void check_part(struct answers *answers, const struct small *small, int index, int which)
{
	char ticket[64];

	if (says(answers, "\"coeur\"") != small->coeur[which])
		fail_msg("world %d, incident %d: coeur is %s", index, which, small->coeur[which] ? "missing" : "told");
	snprintf(ticket, sizeof ticket, "{\"organisation\":\"telnord\",\"number\":\"t-%d-%d\",\"status\":\"", index,
		 which);
	if (!says(answers, ticket))
		fail_msg("world %d: %s is missing", index, ticket);
}

static const char *const never[] = {"\"held\"",    "telnord-only", "private_",    "internal_",
				    "telnords_",   "team_",        "attachment_", "elsewhere_",
				    "\"datacoeur", "\"cause\"",    "sequence",    "traceparent"};

static void check_incident(struct history *history, const struct view *view, int index, int which)
{
	struct small *small = &history->small[index];
	struct sdk_arena arena;
	struct answers answers = {.view = {view->db, NULL, view->reader, view->suppliers}};
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
	if (found) {
		check_words(&answers, small, index, which);
		check_part(&answers, small, index, which);
	}
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
	/* by its own tools it finds what is shared with those */
	for (int k = 0; k < TOOLS; k++) {
		struct incident_filter filter = {.supplier = sdk_str(tool_name[k]), .limit = 200};
		size_t n_tool = 0;

		for (int i = 0; i < WORLDS; i++)
			for (int which = 0; which < 2 - history->small[i].merged; which++)
				n_tool += history->small[i].tool[k].shared[which];
		assert_true(n_tool < n && n_tool > WORLDS / 8);
		assert_int_equal(count_of(all_pages(view, filter), "\"number\":"), n_tool);
	}
}

/* What is for our people alone answers as if there were nothing. */
static bool take_none(void *to, const struct raw_row *row)
{
	(void)to, (void)row;
	fail_msg("an arrival is told");
	return false;
}

static void check_ours_only(struct history *history, const struct view *view)
{
	const struct supplier_set *set = history->world->suppliers;
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;
	int64_t ids[4];

	assert_int_equal(view_dead_ids(view, ENT_ABSENT, 0, ids, 4), 0);
	assert_int_equal(view_delivery(view, 1, &json, &err), ENT_EGONE);
	assert_int_equal(view_map_list(view, &set->at[0], &json, &err), ENT_EGONE);
	assert_int_equal(view_raw(view, sdk_str(tool_name[0]), 10, take_none, NULL, &err), ENT_EGONE);
	assert_null(json.p);
}

static void kill_letter(struct world *world, const char *supplier)
{
	struct job job = {.kind = JOB_ARRIVAL, .arrival = arrival_of(world, supplier, NULL, 0)};
	struct batch batch = {.world = world};

	job.arrival.dead = true;
	job.arrival.reason = SDK_SENTENCE("test.dead", "nobody understands it");
	batch_add(&batch, &job);
	batch_run(&batch);
}

/* Of connections it sees its own tools', without their settings; the letters that could not be read are its own. */
static void check_connections(struct history *history, const struct view *view)
{
	static const char *const settings[] = {"connector", "policy",  "\"link\"", "map_version", "cursors",
					       "troubles",  "telnord", "aside",    "comments_as"};
	const struct supplier_set *set = history->world->suppliers;
	const struct supplier_open *open = view_supplier_open(view, set);
	struct dead_letter letter;
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;
	int n_own = 0;

	kill_letter(history->world, "telnord");
	kill_letter(history->world, "north");
	assert_int_equal(view_supplier_list(view, set, 0, &json, &err), ENT_OK);
	assert_int_equal(count_of(json, "\"name\":"), TOOLS);
	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
		assert_int_equal(count_of(json, settings[i]), 0);
	for (size_t i = 0; i < set->n; i++) {
		bool own = sdk_eqz(set->at[i].organisation, ORION);

		n_own += own;
		assert_int_equal(view_supplier(view, set, &set->at[i], 0, &json, &err), own ? ENT_OK : ENT_EGONE);
		if (!own)
			assert_int_equal(open[i].n[DELIVERY_PENDING], 0);
	}
	assert_int_equal(n_own, TOOLS);
	assert_int_equal(view_dead_list(view, ENT_ABSENT, ENT_ABSENT, ENT_ABSENT, 10, &json, &err), ENT_OK);
	assert_int_equal(count_of(json, "\"supplier\":\"north\""), 1);
	assert_int_equal(count_of(json, "\"supplier\":"), 1);
	assert_int_equal(view_dead_list(view, ENT_STR("telnord"), ENT_ABSENT, ENT_ABSENT, 10, &json, &err), ENT_OK);
	assert_int_equal(count_of(json, "\"supplier\":"), 0);
	assert_int_equal(view_dead(view, 1, &letter, &err), ENT_EGONE);
	assert_int_equal(view_dead(view, 2, &letter, &err), ENT_OK);
}

static void test_an_organisation_sees_its_part(void **state)
{
	struct world *world = *state;
	struct history history = make(world, WORLDS, -1);
	struct view view = {world->read, &world->arena.abi, &orion, world->suppliers};
	const struct reader nobody = {0}, unnamed = {.kind = READER_ORGANISATION, .organisation = ENT_STR("")};

	for (int i = 0; i < WORLDS; i++)
		for (int which = 0; which < 2; which++)
			check_incident(&history, &view, i, which);
	check_lists(&history, &view);
	check_ours_only(&history, &view);
	check_connections(&history, &view);
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
	struct view view = {world->read, &world->arena.abi, &orion, world->suppliers};
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
			bool by_tool = false;
			bool sees =
			    view_thread(&view, &incident, &(struct thread_page){.around = uuid}, &json, &err) == ENT_OK;

			for (int k = 0; k < TOOLS; k++) {
				const struct tool *tool = &small->tool[k];
				struct reading reading = {tool->shared[which], tool->since_ms[small->said[i].of]};
				by_tool |= reader_sees_comment(&orion, &comment, &reading);
			}
			assert_int_equal(by_tool, sees);
			assert_int_equal(small_sees(small, &small->said[i]), sees);
			n[sees]++;
		}
	}
	assert_true(n[0] > 100 && n[1] > 100);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_an_organisation_sees_its_part, views_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_reader_and_statements_agree, views_set_up, world_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
