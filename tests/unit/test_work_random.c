/* SPDX-License-Identifier: Apache-2.0 */
/* Random histories of people and tools: the table of work that is kept step by step is the one that is made of the
 * whole state, here and in a store rebuilt from the stream; and what telnord may not see moves nothing in telnord's
 * list. */
#include "view/view_work.h"
#include "view_plain.h"
#include "work_world.h"

enum { SEEDS = 8, STEPS = 70, INCIDENTS = 3, TWINS = 6 };

static const struct reader of_telnord = {
    .kind = READER_ORGANISATION, .organisation = ENT_STR("telnord"), .role = ROLE_SUPPLIER_SYSTEM, .verbs = VERB_ALL};

struct play {
	struct world *world;
	uint64_t seed, hidden; /* two generators: what telnord may not see draws from its own */
	int step, n_hidden;
	bool twins; /* nothing happens that would show telnord what was hidden from it before */
};

static unsigned draw(uint64_t *seed, unsigned n)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return (unsigned)(*seed >> 33) % n;
}

static const char *text_of(struct play *play, const char *what, int64_t which)
{
	struct ent_arena *arena = &play->world->arena.abi;

	return sdk_z(arena, sdk_format(arena, "%s-%d-%lld", what, play->step, (long long)which));
}

static struct ask ask_of(struct play *play, const struct reader *by, int64_t incident, const char *words)
{
	struct ask ask = {.incident = incident,
			  .text = words ? sdk_str(words) : ENT_ABSENT,
			  .author = {ENT_STR("desk"), ENT_STR("desk")}};

	if (by)
		ask.by = *by;
	if (words)
		play->world->chance.uuid(&play->world->chance, ask.comment_uuid);
	return ask;
}

/* ---- what telnord sees, or may see ------------------------------------------------------------------ */

static void begin_act(struct play *play, int64_t incident)
{
	static const enum act_kind kinds[] = {ACT_QUESTION, ACT_ACTION, ACT_HANDOVER, ACT_PROMISE, ACT_HELP};
	static const char *const to[] = {"telnord", "us"};
	const struct reader *by = draw(&play->seed, 2) ? &of_telnord : NULL;
	struct job job = {.kind = JOB_ACT_BEGIN, .ask = ask_of(play, by, incident, text_of(play, "act", incident))};

	job.ask.act.kind = kinds[draw(&play->seed, 5)];
	job.ask.act.to = sdk_str(to[draw(&play->seed, 2)]);
	job.ask.act.due_ms = play->world->now_ms + (int64_t)draw(&play->seed, 6) * HOUR_MS / 2 + 60000;
	if (job.ask.act.kind == ACT_PROMISE || job.ask.act.kind == ACT_HELP)
		job.ask.act.to = ENT_ABSENT;
	if (job.ask.act.kind == ACT_HELP) {
		job.ask.has_audience = true;
		job.ask.audience = (struct audience){.organisations = ENT_STR("telnord,us")};
	}
	(void)run(play->world, &job);
}

/* The newest, or an older one. */
static bool some_act(struct play *play, uint64_t *seed, struct act *ret)
{
	struct db_stmt *stmt = db_use(play->world->read, "SELECT uuid, kind, incident FROM act WHERE to_org <> 'orion' "
							 "AND from_org <> 'orion' ORDER BY id DESC LIMIT 1 OFFSET $1");

	*ret = (struct act){.incident = 0};
	db_bind_int(stmt, 1, (int64_t)draw(seed, 4));
	if (!db_row(stmt))
		return false;
	snprintf(ret->uuid, ID_SIZE, "%.*s", ENT_F(db_str(stmt, 0)));
	(void)act_by_word(db_str(stmt, 1), &ret->kind);
	ret->incident = db_int(stmt, 2);
	db_done(stmt);
	return true;
}

static void end_act(struct play *play)
{
	const unsigned how = draw(&play->seed, 4);
	struct act act;

	if (!some_act(play, &play->seed, &act))
		return;
	struct job job = {.kind = how == 0 ? JOB_ACT_END : JOB_ACT_ANSWER,
			  .ask = ask_of(play, draw(&play->seed, 2) ? &of_telnord : NULL, act.incident,
					how ? text_of(play, "answer", act.incident) : NULL)};
	job.ask.act = act;
	job.ask.accepts = how > 1;
	(void)run(play->world, &job);
}

static void write_comment(struct play *play, int64_t incident)
{
	struct job job = {.kind = JOB_COMMENT,
			  .ask = ask_of(play, &of_telnord, incident, text_of(play, "words", incident))};

	job.ask.narrowest = true;
	job.ask.undo_ms = draw(&play->seed, 2) ? 10000 : 0;
	(void)run(play->world, &job);
}

static void settle_some(struct play *play, uint64_t *seed, const char *supplier)
{
	struct delivery found[8];
	size_t n = delivery_due(play->world->read, &play->world->arena.abi, sdk_str(supplier),
				play->world->now_ms + 1000, found, 8);

	if (!n)
		return;
	const struct delivery *delivery = &found[draw(seed, (unsigned)n)];
	struct delivery_result result = {.id = delivery->id,
					 .attempt = delivery->attempt + 1,
					 .outcome = draw(seed, 2) ? OUTCOME_PARKED : OUTCOME_DONE,
					 .cause = CAUSE_REFUSED,
					 .reason = SDK_SENTENCE("test.refused", "It says no.")};
	if (result.outcome == OUTCOME_DONE)
		result.remote_id = sdk_str(text_of(play, supplier, delivery->id));
	if (send(play->world, delivery->id, "words") == JOB_ACCEPTED)
		(void)settle(play->world, result, supplier, NULL);
}

static void decide_stuck(struct play *play, uint64_t *seed, const char *supplier)
{
	struct db_stmt *stmt =
	    db_use(play->world->read, "SELECT id FROM delivery WHERE state = 'parked' AND supplier = "
				      "$1 ORDER BY id LIMIT 1");

	db_bind_str(stmt, 1, sdk_str(supplier));
	const int64_t id = db_row(stmt) ? db_int(stmt, 0) : 0;
	db_done(stmt);
	if (id)
		(void)act(play->world, id, draw(seed, 2) ? DELIVERY_RETRY : DELIVERY_IGNORE, NULL);
}

static void needed_before(struct play *play, int64_t incident)
{
	struct job job = {.kind = JOB_STATUS, .ask = ask_of(play, NULL, incident, NULL)};

	job.ask.description.says = 1u << DESCRIBED_NEEDED_BEFORE;
	if (draw(&play->seed, 4))
		job.ask.description.needed_before_ms =
		    play->world->now_ms + (int64_t)draw(&play->seed, 40) * HOUR_MS + 1000;
	(void)run(play->world, &job);
}

static void merge_two(struct play *play)
{
	struct ent_change change = ticket(play->world, text_of(play, "M", 0), "new", NULL);

	change.correlation.number = sdk_dup(&play->world->arena.abi, ENT_STR("ENT-000001"));
	change.ticket.id = ENT_STR("O-2");
	(void)arrive(play->world, "orion", &change);
}

static void seen_step(struct play *play)
{
	static const enum ent_status statuses[] = {ENT_IN_PROGRESS, ENT_PENDING, ENT_RESOLVED, ENT_IN_PROGRESS};
	const int64_t incident = 1 + (int64_t)draw(&play->seed, INCIDENTS);
	const unsigned pick = draw(&play->seed, 100);

	if (pick < 14)
		(void)share(play->world, incident, "telnord", draw(&play->seed, 2) != 0);
	else if (pick < 18 && !play->twins)
		(void)share(play->world, incident, "orion", true);
	else if (pick < 21)
		(void)unshare(play->world, incident, "telnord");
	else if (pick < 45)
		begin_act(play, incident);
	else if (pick < 60)
		end_act(play);
	else if (pick < 68)
		write_comment(play, incident);
	else if (pick < 74)
		(void)give_status(play->world, incident, statuses[draw(&play->seed, 4)]);
	else if (pick < 80)
		settle_some(play, &play->seed, "telnord");
	else if (pick < 84)
		decide_stuck(play, &play->seed, "telnord");
	else if (pick < 90)
		needed_before(play, incident);
	else if (pick < 92 && !play->twins)
		merge_two(play);
}

/* ---- what telnord never sees ---------------------------------------------------------------------------- */

static void ask_orion(struct play *play, int64_t incident)
{
	struct job job = {.kind = JOB_ACT_BEGIN,
			  .ask = ask_of(play, NULL, incident, text_of(play, "hidden", incident))};

	job.ask.act = (struct act){.kind = ACT_QUESTION,
				   .to = ENT_STR("orion"),
				   .due_ms = play->world->now_ms + (int64_t)draw(&play->hidden, 3) * HOUR_MS + 1};
	(void)run(play->world, &job);
}

static void ask_to_join(struct play *play, int64_t incident)
{
	struct ent_change change = ticket(play->world, text_of(play, "D", incident), "new", NULL);
	char number[INCIDENT_NUMBER_SIZE];

	change.correlation.number = sdk_dup(&play->world->arena.abi, incident_number(incident, number));
	(void)arrive(play->world, "datacoeur", &change);
}

static void refuse_join(struct play *play)
{
	struct job job = {.kind = JOB_JOIN_REFUSE, .ask = ask_of(play, NULL, 0, NULL)};

	job.ask.id = ask(play->world, "SELECT id FROM join_request WHERE state = 'open' ORDER BY id LIMIT 1");
	if (job.ask.id)
		(void)run(play->world, &job);
}

static void hidden_step(struct play *play)
{
	const int64_t incident = 1 + (int64_t)draw(&play->hidden, INCIDENTS);
	const unsigned pick = draw(&play->hidden, 100);
	char uuid[ID_SIZE];

	play->world->chance.uuid(&play->world->chance, uuid);
	if (pick < 20)
		ask_orion(play, incident);
	else if (pick < 35)
		(void)say(play->world, incident, uuid, text_of(play, "ours", incident),
			  draw(&play->hidden, 2) ? "internal" : "orion");
	else if (pick < 50)
		ask_to_join(play, incident);
	else if (pick < 60)
		refuse_join(play);
	else if (pick < 75)
		settle_some(play, &play->hidden, "orion");
	else if (pick < 85)
		decide_stuck(play, &play->hidden, "orion");
}

/* ---- plays ------------------------------------------------------------------------------------------------ */

static void step(struct play *play)
{
	const int64_t then_ms = play->world->now_ms, waits_ms = (int64_t)draw(&play->seed, 90) * 60000;

	play->step++;
	for (int i = 0; i < play->n_hidden; i++)
		hidden_step(play);
	play->world->now_ms = then_ms + 1000; /* each job takes a while: the same for twins */
	seen_step(play);
	play->world->now_ms = then_ms + 2000;
	pass(play->world, draw(&play->seed, 3) ? 0 : waits_ms);
}

static struct play play_of(struct world *world, uint64_t seed, int n_hidden, bool twins)
{
	struct play play = {.world = world,
			    .seed = seed * 0x9e3779b97f4a7c15u + 1,
			    .hidden = seed * 7919 + (uint64_t)n_hidden + 1,
			    .n_hidden = n_hidden,
			    .twins = twins};

	world->suppliers->silence_after_ms = 4 * (int64_t)HOUR_MS;
	world->suppliers->handover_lapses_ms = 5 * (int64_t)HOUR_MS;
	world->suppliers->at[2].joins = JOINS_ASK; /* datacoeur */
	for (int64_t i = 1; i <= INCIDENTS; i++)
		(void)tell(world, "orion",
			   sdk_z(&world->arena.abi, sdk_format(&world->arena.abi, "O-%lld", (long long)i)),
			   "in_progress");
	return play;
}

static void test_kept_is_made_anew(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		void *made = NULL;

		assert_int_equal(world_set_up(&made), 0);
		struct play play = play_of(made, seed, 1, false);
		for (int i = 0; i < STEPS; i++) {
			step(&play);
			if (i % 5 == 4)
				check_work(play.world);
		}
		world_tear_down(&made);
	}
}

/* What telnord is told: all pages. */
static struct ent_str told(struct world *world)
{
	const struct view view = {world->read, &world->arena.abi, &of_telnord, world->suppliers};
	struct work_filter filter = {.limit = 2};
	struct ent_str json, text = ENT_STR("");
	const struct sdk_json *answer;
	struct ent_err err;

	do {
		if (view_work(&view, &filter, &json, &err) != ENT_OK ||
		    sdk_json_parse(view.arena, json, &answer, &err) != ENT_OK)
			fail_msg("%s", err.msg);
		text = sdk_format(view.arena, "%.*s%.*s\n", ENT_F(text), ENT_F(json));
		filter.cursor = sdk_or_empty(sdk_json_text_at(answer, "next"));
	} while (filter.cursor.n);
	return text;
}

/* Numbers of deliveries grow with those of others. */
static struct ent_str without_numbers(struct ent_arena *arena, struct ent_str text)
{
	static const char key[] = "\"delivery\":";
	char *out = sdk_alloc(arena, text.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.n;) {
		const bool is_key = text.n - i > sizeof key && memcmp(text.p + i, key, sizeof key - 1) == 0;

		out[n++] = text.p[i++];
		for (size_t k = 1; is_key && k < sizeof key - 1; k++)
			out[n++] = text.p[i++];
		while (is_key && text.p[i] >= '0' && text.p[i] <= '9')
			i++;
	}
	return (struct ent_str){out, n};
}

static void test_twins_have_one_list(void **state)
{
	int n = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= TWINS; seed++) {
		void *made[2] = {NULL, NULL};
		struct play play[2];

		for (int twin = 0; twin < 2; twin++) {
			assert_int_equal(world_set_up(&made[twin]), 0);
			play[twin] = play_of(made[twin], seed, twin * 2, true);
			play[twin].world->seed += (uint64_t)twin; /* other ids */
		}
		for (int i = 0; i < STEPS; i++) {
			struct ent_str list[2];

			for (int twin = 0; twin < 2; twin++) {
				struct world *world = play[twin].world;

				step(&play[twin]);
				list[twin] = without_numbers(&world->arena.abi, plain(&world->arena.abi, told(world)));
			}
			n += list[0].n > 60;
			if (!sdk_eq(list[0], list[1]))
				fail_msg("seed %d, step %d:\n%.*s\n%.*s", (int)seed, i, ENT_F(list[0]), ENT_F(list[1]));
		}
		world_tear_down(&made[0]);
		world_tear_down(&made[1]);
	}
	assert_true(n > TWINS * STEPS / 4);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_kept_is_made_anew),
	    cmocka_unit_test(test_twins_have_one_list),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
