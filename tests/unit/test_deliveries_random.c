/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that can happen to the way out, in any order: after each hundred steps the store is sound, at the end a
 * store made from the stream alone holds the same. Each run is its seed. */
#include "deliveries.h"

enum { STEPS = 1000, N_TICKET = 8 };

static const char *const names[] = {"orion", "telnord", "datacoeur"};
static const char *const states[] = {"new", "in_progress", "pending", "held", "resolved", "closed"};

static uint64_t roll(struct world *world, uint64_t n)
{
	return (world_random(world) >> 11) % n;
}

static const char *text(struct world *world, char kind, int64_t n)
{
	return sdk_z(&world->arena.abi, sdk_format(&world->arena.abi, "%c%" PRId64, kind, n));
}

static int64_t some_incident(struct world *world)
{
	int64_t n = ask(world, "SELECT max(number) FROM incident");

	return n ? (int64_t)roll(world, (uint64_t)n) + 1 : 1;
}

/* ---- steps -------------------------------------------------------------------------------- */

static void a_webhook(struct world *world)
{
	const char *supplier = names[roll(world, 3)];
	const char *id = text(world, supplier[0] == 'o' ? 'O' : 'T', (int64_t)roll(world, N_TICKET));
	struct ent_change change = ticket(world, id, states[roll(world, 6)], roll(world, 3) ? NULL : "2");
	uint64_t kind = roll(world, 12);

	if (kind < 4)
		change = word(world, id, text(world, 'c', (int64_t)roll(world, 40)), "words");
	else if (kind == 4)
		change.kind = ENT_TICKET_REMOVED;
	if (kind == 3) {
		change.kind = ENT_COMMENT_REMOVED;
	} else if (kind == 5) {
		char number[INCIDENT_NUMBER_SIZE];
		change.correlation.number = sdk_dup(&world->arena.abi, incident_number(some_incident(world), number));
	}
	if (roll(world, 4) == 0)
		change.comment.visibility = ENT_INTERNAL;
	if (roll(world, 10) == 0) /* late */
		change.stamp.time_ms -= 5000;
	arrive(world, supplier, &change);
}

static void a_person(struct world *world)
{
	const char *supplier = names[roll(world, 3)];
	int64_t incident = some_incident(world);
	struct job job = {.kind = JOB_REPAIR, .ask.cause = roll(world, 2) ? CAUSE_REFUSED : CAUSE_GONE};

	switch (roll(world, 8)) {
	case 0:
	case 1:
		share(world, incident, supplier, roll(world, 2));
		break;
	case 2:
		job = (struct job){.kind = JOB_SHARE,
				   .ask = {.incident = incident, .supplier = sdk_str(supplier), .with_history = true}};
		run(world, &job);
		break;
	case 3:
		unshare(world, incident, supplier);
		break;
	case 4:
	case 5:
		say(world, incident, "", "our words", roll(world, 2) ? "everyone" : supplier);
		break;
	case 6:
		give_status(world, incident, roll(world, 2) ? ENT_RESOLVED : ENT_IN_PROGRESS);
		break;
	default:
		run(world, &job);
	}
}

static void a_decision(struct world *world)
{
	int64_t n = ask(world, "SELECT max(id) FROM delivery");

	if (n)
		act(world, (int64_t)roll(world, (uint64_t)n) + 1,
		    (enum delivery_action[]){DELIVERY_RETRY, DELIVERY_RETRY, DELIVERY_EDIT,
					     DELIVERY_IGNORE}[roll(world, 4)],
		    "mended");
}

static void a_send(struct world *world)
{
	struct delivery found[1];
	const char *supplier = names[roll(world, 3)];

	if (delivery_due(world->read, &world->arena.abi, sdk_str(supplier), world->now_ms, found, 1))
		assert_int_equal(send(world, found->id, "words"), JOB_ACCEPTED);
}

static struct ent_change what_it_tells(struct world *world, const struct delivery *delivery)
{
	const char *id =
	    delivery->ticket.n ? sdk_z(&world->arena.abi, delivery->ticket) : text(world, 'N', delivery->id);
	struct ent_change told = ticket(world, id, states[roll(world, 6)], NULL);
	char number[INCIDENT_NUMBER_SIZE];

	if (delivery->op == ENT_CREATE_TICKET) {
		if (roll(world, 3) == 0) /* its webhook was faster */
			arrive(world, sdk_z(&world->arena.abi, delivery->supplier), &told);
		told.correlation.number = sdk_dup(&world->arena.abi, incident_number(delivery->incident, number));
	}
	return told;
}

static void an_answer(struct world *world)
{
	static const enum delivery_outcome outcomes[] = {OUTCOME_DONE,   OUTCOME_DONE,     OUTCOME_DONE,
							 OUTCOME_MORE,   OUTCOME_LATER,    OUTCOME_LOST,
							 OUTCOME_PARKED, OUTCOME_CANCELLED};
	struct delivery flying[16];
	size_t n = delivery_in_flight(world->read, &world->arena.abi, flying, 16);

	if (n == 0)
		return;
	const struct delivery *delivery = &flying[roll(world, n)];
	struct delivery_result result = {.id = delivery->id,
					 .attempt = delivery->attempt,
					 .outcome = outcomes[roll(world, 8)],
					 .may_look = roll(world, 2),
					 .due_ms = world->now_ms + (int64_t)roll(world, 200),
					 .phase = 1,
					 .memo = ENT_STR("m")};
	if (result.outcome == OUTCOME_PARKED)
		result.cause = CAUSE_REFUSED;
	else if (result.outcome == OUTCOME_CANCELLED)
		result.cause = CAUSE_AUDIENCE;
	if (delivery->op == ENT_ADD_COMMENT && roll(world, 3))
		result.remote_id = sdk_str(text(world, 'r', delivery->id));
	bool tells = result.outcome == OUTCOME_DONE && (delivery->op == ENT_CREATE_TICKET || roll(world, 2));
	struct ent_change told = {.kind = ENT_TICKET_CHANGED};
	if (tells)
		told = what_it_tells(world, delivery);
	assert_int_equal(settle(world, result, sdk_z(&world->arena.abi, delivery->supplier), tells ? &told : NULL),
			 JOB_ACCEPTED);
}

static void an_echo(struct world *world)
{
	struct delivery flying[16];
	size_t n = delivery_in_flight(world->read, &world->arena.abi, flying, 16);
	char number[INCIDENT_NUMBER_SIZE];

	if (n == 0)
		return;
	const struct delivery *delivery = &flying[roll(world, n)];
	if (delivery->op != ENT_ADD_COMMENT || !delivery->ticket.n)
		return;
	struct ent_arena *arena = &world->arena.abi;
	struct ent_str marker = sdk_marker(arena, incident_number(delivery->incident, number), sdk_str(delivery->key));
	struct ent_change echo = word(world, sdk_z(arena, delivery->ticket), text(world, 'r', delivery->id),
				      sdk_z(arena, sdk_marker_append(arena, ENT_STR("words"), marker)));
	echo.comment.author = (struct ent_person){ENT_STR("robot"), ENT_ABSENT};
	arrive(world, sdk_z(arena, delivery->supplier), &echo);
	assert_int_equal(load(world, delivery->id).state, DELIVERY_DONE);
}

static void a_state(struct world *world)
{
	struct job job = {.kind = JOB_SUPPLIER_STATE};

	job.ask.state = (struct supplier_state){.supplier = sdk_str(names[roll(world, 3)]),
						.state = (enum supplier_health)roll(world, 5),
						.since_ms = world->now_ms};
	run(world, &job);
}

/* ---- runs ------------------------------------------------------------------------------------ */

static void step(struct world *world)
{
	uint64_t kind = roll(world, 100);

	if (kind < 35)
		a_webhook(world);
	else if (kind < 45)
		a_person(world);
	else if (kind < 50)
		a_decision(world);
	else if (kind < 73)
		a_send(world);
	else if (kind < 95)
		an_answer(world);
	else if (kind < 98)
		an_echo(world);
	else
		a_state(world);
	world->now_ms += (int64_t)roll(world, 10) == 0 ? 30000 : 5;
}

static void one_run(struct world *world)
{
	for (int i = 0; i < STEPS; i++) {
		step(world);
		if (i % 100 == 99)
			check_sound(world);
	}
	check_all(world);
	/* It was no idle run. */
	assert_true(n_event(world, "delivery.done") > 30);
	assert_true(n_event(world, "delivery.cancelled") > 3);
	assert_true(n_event(world, "incident.merged") > 0);
	assert_true(ask(world, "SELECT count(*) FROM delivery WHERE state NOT IN ('done', 'cancelled')") > 0);
}

static void test_random(void **state)
{
	struct world *world = *state;
	const char *only = getenv("SEED");
	uint64_t first = only ? strtoull(only, NULL, 10) : 1, last = only ? first : 3;

	for (uint64_t seed = first; seed <= last; seed++) {
		void *each;
		world_set_up(&each);
		((struct world *)each)->seed = seed * 0x9e3779b97f4a7c15u;
		print_message("SEED=%" PRIu64 "\n", seed);
		one_run(each);
		world_tear_down(&each);
	}
	(void)world;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_random, world_set_up, world_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
