/* SPDX-License-Identifier: Apache-2.0 */
/* The live events of an organisation: those that its histories have, in one order, and no trace of any other. */
#include "view/view_live.h"
#include "view/view_position.h"
#include "view_answers.h"
#include "view_histories.h"
#include "view_plain.h"

enum { HEARD = 200, ALL = 1 << 20 };

/* One stream, as far as it was heard. */
struct ear {
	struct view view;
	struct sdk_buf text;
	char last[ID_SIZE]; /* id of the last event; "": none yet */
	int n, max;         /* max: of all events, in one call */
	int64_t left;       /* how many more are taken */
};

static bool hear_event(void *to, const struct live_event *event)
{
	struct ear *ear = to;

	assert_int_equal(event->id.n, ID_SIZE - 1);
	snprintf(ear->last, ID_SIZE, "%.*s", ENT_F(event->id));
	sdk_buf_str(&ear->text, event->json);
	sdk_buf_z(&ear->text, "\n");
	ear->n++;
	return --ear->left > 0;
}

static void ear_open(struct ear *ear, struct world *world, const struct reader *reader, int max)
{
	*ear =
	    (struct ear){.view = {world->read, &world->arena.abi, reader, world->suppliers}, .max = max, .left = ALL};
	sdk_buf_init(&ear->text, 64 << 20);
}

/* From the last id on to the end. */
static void hear_all(struct ear *ear)
{
	int64_t at = 0, last = db_ask(ear->view.db, "SELECT max(seq) FROM event");

	if (ear->last[0])
		assert_true(view_position_read(&ear->view, sdk_str(ear->last), &at));
	while (at < last && ear->left > 0) {
		int64_t reached = view_live(&ear->view, ENT_STR("/here"), at, ear->max, hear_event, ear);

		assert_true(reached > at);
		at = reached;
	}
}

/* ---- what its histories have --------------------------------------------------------------------- */

/* type, data and time of each item of the incident's history. */
static void history_of(const struct view *view, const struct incident *incident, struct sdk_buf *ret, size_t *ret_n)
{
	const struct sdk_json *answer, *one;
	struct ent_str json;
	struct ent_err err;
	int64_t after = 0;

	do {
		assert_int_equal(view_history(view, incident, after, 200, &json, &err), ENT_OK);
		assert_int_equal(sdk_json_parse(view->arena, json, &answer, &err), ENT_OK);
		for (one = sdk_json_first(sdk_json_at(answer, "items")); one; one = sdk_json_next(one), ++*ret_n)
			sdk_buf_format(ret, "%.*s %.*s %.*s\n", ENT_F(sdk_json_text_at(one, "type")),
				       ENT_F(sdk_json_text_at(one, "time")),
				       ENT_F(sdk_json_print(view->arena, sdk_json_at(one, "data"))));
	} while (sdk_json_int(sdk_json_at(answer, "next"), &after));
}

/* The same of the events of a stream that are about it. */
static void stream_of(const struct view *view, const struct ear *ear, const char *uuid, struct sdk_buf *ret)
{
	struct ent_str rest = {ear->text.p, ear->text.n};
	const struct sdk_json *event;
	struct ent_err err;

	while (rest.n) {
		struct ent_str line = sdk_cut(rest, '\n', &rest);

		if (!memmem(line.p, line.n, uuid, ID_SIZE - 1))
			continue;
		assert_int_equal(sdk_json_parse(view->arena, line, &event, &err), ENT_OK);
		assert_true(sdk_json_is(event, "source", "/here") && sdk_json_is(event, "specversion", "1.0"));
		if (sdk_json_is(event, "subject", uuid))
			sdk_buf_format(ret, "%.*s %.*s %.*s\n", ENT_F(sdk_json_text_at(event, "type")),
				       ENT_F(sdk_json_text_at(event, "time")),
				       ENT_F(sdk_json_print(view->arena, sdk_json_at(event, "data"))));
	}
}

static void test_a_stream_has_what_histories_have(void **state)
{
	static const char *const never[] = {"sequence", "traceparent", "delivery_id", "telnord",  "coeur",
					    "internal", "private",     "text",        "supplier", "ENT-"};
	struct world *world = *state;
	struct history history = make(world, HEARD, -1);
	struct sdk_buf of_history, of_stream;
	size_t n = 0;
	struct ear ear;

	ear_open(&ear, world, &orion, 300);
	hear_all(&ear);
	sdk_buf_init(&of_history, 1 << 20);
	sdk_buf_init(&of_stream, 1 << 20);
	for (int i = 0; i < 2 * HEARD; i++) {
		char number[INCIDENT_NUMBER_SIZE];
		struct incident incident;
		struct ent_err err;

		if ((i % 2 && history.small[i / 2].merged) ||
		    view_find(&ear.view, incident_number(history.small[i / 2].number[i % 2], number), &incident,
			      &err) != ENT_OK)
			continue;
		sdk_buf_clear(&of_history);
		sdk_buf_clear(&of_stream);
		history_of(&ear.view, &incident, &of_history, &n);
		stream_of(&ear.view, &ear, incident.uuid, &of_stream);
		if (!sdk_eq(sdk_buf_view(&of_history), sdk_buf_view(&of_stream)))
			fail_msg("world %d:\n%.*s\n%.*s", i / 2, ENT_F(sdk_buf_view(&of_history)),
				 ENT_F(sdk_buf_view(&of_stream)));
	}
	assert_int_equal(ear.n, n); /* and nothing of others */
	assert_true(n > 2 * HEARD);
	for (size_t i = 0; i < sizeof never / sizeof *never; i++)
		if (memmem(ear.text.p, ear.text.n, never[i], strlen(never[i])))
			fail_msg("%s is told", never[i]);
	sdk_buf_release(&of_history);
	sdk_buf_release(&of_stream);
	sdk_buf_release(&ear.text);
}

/* ---- positions ------------------------------------------------------------------------------------ */

static void test_positions_are_opaque(void **state)
{
	struct world *world = *state;
	struct ear whole, parts, other;
	char changed[ID_SIZE];
	int64_t at;

	(void)make(world, HEARD, -1);
	ear_open(&whole, world, &orion, ALL);
	hear_all(&whole);
	/* Whatever is read at once, and wherever it goes on. */
	ear_open(&parts, world, &orion, 7);
	for (int i = 1; parts.n < whole.n; i++) {
		parts.left = i;
		hear_all(&parts);
	}
	assert_true(sdk_eq(sdk_buf_view(&whole.text), sdk_buf_view(&parts.text)));
	assert_string_equal(whole.last, parts.last);
	/* Another reader's, ours, and a forged one are none. */
	ear_open(&other, world, &(struct reader){.kind = READER_ORGANISATION, .organisation = ENT_STR("telnord")}, ALL);
	assert_false(view_position_read(&other.view, sdk_str(whole.last), &at));
	other.view.reader = &reader_ours;
	assert_false(view_position_read(&other.view, sdk_str(whole.last), &at));
	assert_true(view_position_read(&other.view, ENT_STR("7"), &at) && at == 7);
	assert_false(view_position_read(&whole.view, ENT_STR("7"), &at));
	for (size_t i = 0; i < ID_SIZE - 1; i++) {
		memcpy(changed, whole.last, ID_SIZE);
		changed[i] = changed[i] == '0' ? '1' : '0';
		assert_false(view_position_read(&whole.view, sdk_str(changed), &at));
	}
	assert_false(view_position_read(&whole.view, (struct ent_str){whole.last, ID_SIZE - 2}, &at));
	/* Nobody hears nothing. */
	other.view.reader = &(const struct reader){0};
	assert_int_equal(view_live(&other.view, ENT_STR("x"), 0, ALL, hear_event, &other), 0);
	assert_int_equal(other.n, 0);
	sdk_buf_release(&whole.text);
	sdk_buf_release(&parts.text);
	sdk_buf_release(&other.text);
}

/* ---- twins ------------------------------------------------------------------------------------------ */

static void listen_on(struct history *history)
{
	struct ear *ear = history->ear;

	hear_all(ear);
	sdk_buf_z(&ear->text, "then\n");
}

/* Whoever listens all the time is told the same of two worlds that differ only in what it may not see. */
static void test_twins_sound_alike(void **state)
{
	struct world *world[2] = {*state, NULL};
	struct ent_str told[2];
	struct ear ear[2];
	void *second = NULL;

	assert_int_equal(views_set_up(&second), 0);
	world[1] = second;
	world[1]->seed = 1234567; /* other ids */
	for (int twin = 0; twin < 2; twin++) {
		ear_open(&ear[twin], world[twin], &orion, twin ? 31 : 1000);
		(void)make_heard(world[twin], HEARD, twin, listen_on, &ear[twin]);
		told[twin] = plain(&world[twin]->arena.abi, sdk_buf_view(&ear[twin].text));
	}
	assert_true(ear[0].n > 2 * HEARD);
	for (size_t i = 0; i < told[0].n && i < told[1].n; i++)
		if (told[0].p[i] != told[1].p[i]) {
			size_t from = i > 300 ? i - 300 : 0;
			fail_msg("%.600s\n\n%.600s", told[0].p + from, told[1].p + from);
		}
	assert_true(sdk_eq(told[0], told[1]));
	for (int twin = 0; twin < 2; twin++)
		sdk_buf_release(&ear[twin].text);
	world_tear_down(&second);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_a_stream_has_what_histories_have, views_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_positions_are_opaque, views_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_twins_sound_alike, views_set_up, world_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
