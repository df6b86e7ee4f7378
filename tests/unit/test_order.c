/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever the order in which words arrive, the incident, its tickets, its thread and the way of its ball are those of
 * the order in which they were said. For suppliers that are listened to and stamps not later than the arrival. */
#include "deliveries.h"

enum { SAID_MAX = 24, STORIES = 60, ORDERS = 4 };
#define BASE_MS 1600000000000

/* A story: what three suppliers say of one incident, in the order in which they say it. */
struct said {
	const char *supplier, *ticket;
	struct ent_change change;
};
struct story {
	struct said said[SAID_MAX];
	size_t n;
};

static uint64_t below(uint64_t *seed, uint64_t n)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed % n;
}

static const char *const suppliers[] = {"orion", "telnord", "datacoeur"};

static void say_status(struct ent_change *change, uint64_t *seed)
{
	static const char *const status[] = {"new",  "in_progress", "in_progress", "pending",
					     "held", "resolved",    "transferred", "transferred"};
	struct ent_str word = sdk_str(status[below(seed, 8)]);

	sdk_set(&change->ticket, ENT_STATUS, word);
	sdk_set_native(&change->ticket, ENT_STATUS, word);
	sdk_set(&change->ticket, ENT_TRANSFERRED_TO,
		sdk_eqz(word, "transferred") ? sdk_str(suppliers[below(seed, 3)]) : ENT_STR(""));
}

/* A supplier that only comments says nothing of its ticket, whose time then is that of the comment that came first. */
static void end_with_a_state(struct story *story, uint64_t *seed)
{
	for (size_t who = 0; who < 3; who++) {
		struct said *last = NULL;
		bool says = false;

		for (size_t i = 0; i < story->n; i++)
			if (story->said[i].supplier == suppliers[who]) {
				last = &story->said[i];
				says = says || last->change.kind == ENT_TICKET_CHANGED;
			}
		if (!last || says)
			continue;
		last->change.kind = ENT_TICKET_CHANGED;
		last->change.comment = (struct ent_comment){.id = ENT_ABSENT};
		say_status(&last->change, seed);
	}
}

static void tell_story(struct story *story, uint64_t seed, struct ent_arena *arena)
{
	size_t first[3] = {SAID_MAX, SAID_MAX, SAID_MAX};

	story->n = 4 + below(&seed, SAID_MAX - 4);
	for (size_t i = 0; i < story->n; i++) {
		struct said *said = &story->said[i];
		size_t who = below(&seed, 3);
		bool is_comment = below(&seed, 6) == 0;

		*said = (struct said){
		    .supplier = suppliers[who],
		    .change = {.kind = is_comment ? ENT_COMMENT_ADDED : ENT_TICKET_CHANGED,
			       .stamp.time_ms = BASE_MS + (int64_t)i * 60000 + (int64_t)below(&seed, 50000)}};
		first[who] = first[who] < i ? first[who] : i;
		if (is_comment) {
			said->change.comment = (struct ent_comment){.id = sdk_format(arena, "c%zu", i),
								    .author.name = ENT_STR("Ann"),
								    .body = sdk_format(arena, "word %zu", i)};
			if (first[who] == i)
				said->change.correlation.key = ENT_STR("key");
			continue;
		}
		if (below(&seed, 4) || first[who] == i)
			say_status(&said->change, &seed);
		if (below(&seed, 3) == 0)
			sdk_set(&said->change.ticket, ENT_TITLE, sdk_format(arena, "title %zu", i));
		if (below(&seed, 3) == 0) {
			struct ent_str word = sdk_int(arena, 1 + (int64_t)below(&seed, 4));
			sdk_set(&said->change.ticket, ENT_PRIORITY, word);
			sdk_set_native(&said->change.ticket, ENT_PRIORITY, word);
		}
		/* The key that joins the tickets comes with some words; with one of each ticket at least. */
		if (first[who] == i || below(&seed, 3) == 0)
			said->change.correlation.key = ENT_STR("key");
	}
	end_with_a_state(story, &seed);
}

static void arrive_as(struct world *world, const struct story *story, const size_t *order, int run_no)
{
	struct ent_arena *arena = &world->arena.abi;

	for (size_t i = 0; i < story->n; i++) {
		const struct said *said = &story->said[order[i]];
		struct ent_change change = said->change;

		change.ticket.id = sdk_format(arena, "%d-%s", run_no, said->supplier);
		if (change.correlation.key.n)
			change.correlation.key = sdk_format(arena, "%d-key", run_no);
		assert_int_equal(arrive(world, said->supplier, &change), JOB_ACCEPTED);
	}
}

/* What there is of a run's incident: no ids, no sequence. */
static struct ent_str look(struct world *world, int run_no)
{
	static const char *const sql[] = {
	    "SELECT title, status, attributes, holder, holder_since_ms, opened_ms, n_ticket, n_comment FROM incident "
	    "WHERE "
	    "merged_into = 0 AND number IN (SELECT incident FROM ticket WHERE external_id GLOB $1)",
	    "SELECT supplier, status, changed_ms, attributes, removed, 0, 0, 0 FROM ticket WHERE external_id GLOB $1 "
	    "ORDER BY "
	    "supplier",
	    "SELECT supplier, external_id, body, created_ms, removed, 0, 0, 0 FROM comment WHERE ticket GLOB $1 ORDER "
	    "BY "
	    "supplier, external_id",
	    "SELECT at_ms, from_holder, to_holder, 0, 0, 0, 0, 0 FROM hand_over WHERE incident IN (SELECT incident "
	    "FROM "
	    "ticket WHERE external_id GLOB $1) ORDER BY at_ms, id",
	};
	struct ent_arena *arena = &world->arena.abi;
	struct sdk_buf buf;

	sdk_buf_init(&buf, 100000);
	for (size_t i = 0; i < sizeof sql / sizeof *sql; i++) {
		struct db_stmt *stmt = db_use(world->read, sql[i]);
		db_bind_str(stmt, 1, sdk_format(arena, "%d-*", run_no));
		while (db_row(stmt)) {
			for (int column = 0; column < 8; column++)
				sdk_buf_format(&buf, "%.*s | ", ENT_F(db_str(stmt, column)));
			sdk_buf_z(&buf, "\n");
		}
	}
	struct ent_str text = sdk_dup(arena, sdk_buf_view(&buf));
	sdk_buf_release(&buf);
	return text;
}

static void shuffle(size_t *order, size_t n, uint64_t *seed)
{
	for (size_t i = 0; i < n; i++)
		order[i] = i;
	for (size_t i = n; i > 1; i--) {
		size_t k = below(seed, i), was = order[i - 1];
		order[i - 1] = order[k];
		order[k] = was;
	}
}

static void test_any_order_of_arrival_gives_the_same(void **state)
{
	struct world *world = *state;
	int run_no = 0;

	for (size_t i = 0; i < world->suppliers->n; i++)
		world->suppliers->at[i].link.url = ENT_ABSENT; /* they are listened to */
	for (uint64_t number = 1; number <= STORIES; number++) {
		struct ent_str expect = ENT_ABSENT;
		uint64_t seed = number * 0x9e3779b97f4a7c15u;
		struct story story;
		size_t order[SAID_MAX];

		tell_story(&story, seed, &world->arena.abi);
		for (int k = 0; k < ORDERS; k++) {
			if (k)
				shuffle(order, story.n, &seed);
			else
				for (size_t i = 0; i < story.n; i++)
					order[i] = i;
			arrive_as(world, &story, order, ++run_no);
			struct ent_str seen = look(world, run_no);
			expect = k ? expect : seen;
			if (!sdk_eq(seen, expect))
				fail_msg("story %d, order %d:\n%.*s\ninstead of\n%.*s", (int)number, k, ENT_F(seen),
					 ENT_F(expect));
		}
	}
	check_all(world);
}

int main(void)
{
	const struct CMUnitTest test[] = {
	    cmocka_unit_test_setup_teardown(test_any_order_of_arrival_gives_the_same, world_set_up, world_tear_down),
	};
	return cmocka_run_group_tests(test, NULL, NULL);
}
