/* SPDX-License-Identifier: Apache-2.0 */
/* Lists: each filter and each pair finds what a walk over all incidents finds, in its order, and none walks them. */
#include "store/rows.h"
#include "store/rows_ticket.h"
#include "view/view_list.h"
#include "view/view_list_sql.h"
#include "view_worlds.h"

enum { INCIDENTS = 240 };

static const char *const supplier_name[] = {"orion", "telnord", "datacoeur", "deaf"};

static int pick(struct world *world, int n)
{
	return (int)(world_random(world) >> 33) % n;
}

/* Shared, resolved, reopened and merged by chance. */
static void fill(struct world *world)
{
	static const enum ent_status status[] = {ENT_IN_PROGRESS, ENT_PENDING, ENT_RESOLVED, ENT_CLOSED, ENT_CANCELLED};
	struct batch batch = {.world = world};

	for (int i = 0; i < INCIDENTS; i++) {
		struct ent_change change =
		    ticket(world, sdk_z(&world->arena.abi, sdk_format(&world->arena.abi, "X%d", i)), "new", "3");

		sdk_set(&change.ticket, ENT_TITLE,
			sdk_format(&world->arena.abi, i % 3 ? "Le bac à déchets %d" : "LE CŒUR DU RÉSEAU %d", i));
		change.ticket.key = sdk_format(&world->arena.abi, "INC%05d", i);
		batch_arrive(&batch, supplier_name[pick(world, 4)], change);
		world->now_ms += 10;
		batch_run(&batch);
	}
	for (int i = 0; i < 3 * INCIDENTS; i++) {
		struct job job = {.kind = JOB_STATUS,
				  .ask = {.incident = pick(world, INCIDENTS) + 1, .status = status[pick(world, 5)]}};

		if (pick(world, 3) == 0)
			job = (struct job){.kind = JOB_SHARE,
					   .ask = {.incident = pick(world, INCIDENTS) + 1,
						   .supplier = sdk_str(supplier_name[pick(world, 4)]),
						   .escalated = pick(world, 2),
						   .author = {ENT_STR("desk"), ENT_STR("desk")},
						   .brief = {.what = ENT_STR("Look at it.")}}};
		batch_add(&batch, &job);
		world->now_ms += 10;
		if (i % 4 == 0)
			batch_run(&batch); /* some have one time of change */
	}
	batch_run(&batch);
	for (int i = 0; i < 20; i++) {
		int one = pick(world, INCIDENTS);
		struct ent_change change;
		char number[INCIDENT_NUMBER_SIZE];
		const char *id = sdk_z(&world->arena.abi, sdk_format(&world->arena.abi, "X%d", one));

		for (int k = 0; k < 4; k++)
			if (ticket_incident(world->read, sdk_str(supplier_name[k]), sdk_str(id))) {
				change = ticket(world, id, "new", NULL);
				change.correlation.number =
				    sdk_dup(&world->arena.abi, incident_number(pick(world, INCIDENTS) + 1, number));
				batch_arrive(&batch, supplier_name[k], change);
			}
		world->now_ms += 10;
		batch_run(&batch);
	}
}

/* ---- the walk ------------------------------------------------------------------------------------ */

static bool takes_part(struct world *world, int64_t number, struct ent_str supplier)
{
	struct db_stmt *stmt = db_use(world->read, "SELECT 1 FROM share WHERE incident = $1 AND supplier = $2");

	db_bind_int(stmt, 1, number);
	db_bind_str(stmt, 2, supplier);
	return db_found(stmt);
}

static bool matches(struct world *world, const struct incident *incident, const struct incident_filter *filter)
{
	enum ent_status status = (enum ent_status)incident->values.at[ENT_STATUS];
	const struct status_facts *facts = status_facts(status);

	return incident->merged_into == 0 && incident->changed_ms >= filter->changed_since_ms &&
	       (!filter->status.n || sdk_eqz(filter->status, sdk_status_name(status)) ||
		(sdk_eqz(filter->status, "open") && facts->open) ||
		(sdk_eqz(filter->status, "terminal") && facts->terminal)) &&
	       (!filter->holder.p || sdk_eq(filter->holder, incident->holder)) &&
	       (!filter->supplier.n || takes_part(world, incident->number, filter->supplier)) &&
	       (!filter->text.n || (incident->number % 3 == 1) == sdk_starts(filter->text, "coeur"));
}

static int newest_first(const void *a, const void *b)
{
	const struct incident *left = a, *right = b;

	if (left->changed_ms != right->changed_ms)
		return left->changed_ms > right->changed_ms ? -1 : 1;
	return left->number > right->number ? -1 : 1;
}

static size_t walk(struct world *world, const struct incident_filter *filter, struct incident *ret)
{
	size_t n = 0;

	for (int64_t number = 1; number <= INCIDENTS; number++)
		if (incident_load(world->read, &world->arena.abi, number, &ret[n]) && matches(world, &ret[n], filter))
			n++;
	qsort(ret, n, sizeof *ret, newest_first);
	return n;
}

static size_t check_filter(struct world *world, struct incident_filter filter)
{
	struct view view = {.db = world->read, .arena = &world->arena.abi, .reader = &reader_ours};
	struct incident all[INCIDENTS];
	size_t n = walk(world, &filter, all), at = 0;
	const struct sdk_json *answer;
	struct ent_str json;
	struct ent_err err;

	do {
		if (view_list(&view, &filter, &json, &err) != ENT_OK ||
		    sdk_json_parse(view.arena, json, &answer, &err) != ENT_OK)
			fail_msg("%s", err.msg);
		for (const struct sdk_json *item = sdk_json_first(sdk_json_at(answer, "items")); item;
		     item = sdk_json_next(item), at++) {
			assert_true(at < n);
			if (!sdk_eqz(sdk_json_text_at(item, "id"), all[at].uuid))
				fail_msg("status '%.*s', holder '%.*s', supplier '%.*s': at place %zu stands %.*s",
					 ENT_F(sdk_or_empty(filter.status)), ENT_F(sdk_or_empty(filter.holder)),
					 ENT_F(sdk_or_empty(filter.supplier)), at,
					 ENT_F(sdk_json_text_at(item, "number")));
		}
		filter.cursor = sdk_json_text_at(answer, "next");
	} while (filter.cursor.n);
	assert_int_equal(at, n);
	return n;
}

static void test_filters(void **state)
{
	static const char *const status[] = {"", "open", "terminal", "new", "resolved", "closed", "rejected"};
	static const char *const holder[] = {NULL, "", "orion", "telnord", "us", "word:nobody"};
	static const char *const supplier[] = {"", "orion", "datacoeur", "nobody"};
	static const char *const text[] = {"", "coeur du reseau", "DÉCHETS"};
	struct world *world = *state;
	size_t found = 0;

	fill(world);
	for (size_t i = 0; i < sizeof status / sizeof *status; i++)
		for (size_t k = 0; k < sizeof holder / sizeof *holder; k++)
			for (size_t s = 0; s < sizeof supplier / sizeof *supplier; s++) {
				struct incident_filter filter = {.status = sdk_str(status[i]),
								 .holder = holder[k] ? sdk_str(holder[k]) : ENT_ABSENT,
								 .supplier = sdk_str(supplier[s]),
								 .text = sdk_str(text[(i + k + s) % 3]),
								 .changed_since_ms =
								     (i + k + s) % 4 ? 0 : world->now_ms - 3000,
								 .limit = 7};
				found += check_filter(world, filter);
			}
	assert_true(found > 2 * INCIDENTS);
	assert_true(check_filter(world, (struct incident_filter){.limit = 7}) > INCIDENTS / 2);
}

/* ---- numbers --------------------------------------------------------------------------------------- */

static int64_t n_found(struct world *world, const char *words)
{
	struct view view = {.db = world->read, .arena = &world->arena.abi, .reader = &reader_ours};
	struct incident_filter filter = {.text = sdk_str(words), .limit = 200};
	const struct sdk_json *answer;
	struct ent_str json;
	struct ent_err err;

	if (view_list(&view, &filter, &json, &err) != ENT_OK ||
	    sdk_json_parse(view.arena, json, &answer, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	return (int64_t)sdk_json_count(sdk_json_at(answer, "items"));
}

static void test_search(void **state)
{
	struct world *world = *state;
	struct ent_change change = ticket(world, "4711", "new", NULL);

	change.ticket.key = ENT_STR("INC0012345");
	sdk_set(&change.ticket, ENT_TITLE, ENT_STR("La benne à déchets de la Déchèterie, 100 % pleine"));
	arrive(world, "orion", &change);
	change = ticket(world, "4712", "new", NULL);
	sdk_set(&change.ticket, ENT_TITLE, ENT_STR("Rien"));
	arrive(world, "telnord", &change);
	assert_int_equal(n_found(world, "DÉCHETS"), 1);
	assert_int_equal(n_found(world, "Decheterie"), 1);
	assert_int_equal(n_found(world, "100 %"), 1);
	assert_int_equal(n_found(world, "1000"), 0);
	assert_int_equal(n_found(world, "INC0012345"), 1);
	assert_int_equal(n_found(world, "inc0012345"), 1);
	assert_int_equal(n_found(world, "INC001234"), 0);
	assert_int_equal(n_found(world, "4712"), 1);
	assert_int_equal(n_found(world, "ent-000002"), 1);
	assert_int_equal(n_found(world, "ENT-000003"), 0);
	assert_int_equal(n_found(world, "e"), 2);
}

/* ---- plans ------------------------------------------------------------------------------------------- */

/* A plan that reads a table from one end to the other says SCAN; an index that gives the order is read from its end and
 * left early. */
static void check_plan(struct world *world, const char *sql, bool from_the_end)
{
	struct db_stmt *stmt = db_use(world->read, sql);
	bool seen = false;

	while (db_row(stmt)) {
		struct ent_str step = db_str(stmt, 3);

		if (from_the_end && sdk_starts(step, "SEARCH incident USING INDEX incident_changed"))
			seen = true;
		if (sdk_starts(step, "SCAN") && !sdk_starts(step, "SCAN wanted") &&
		    !sdk_starts(step, "SCAN CONSTANT") && !sdk_starts(step, "SCAN 11 CONSTANT") &&
		    !sdk_starts(step, "SCAN seen") && !sdk_starts(step, "SCAN in_work"))
			fail_msg("%.*s", ENT_F(step));
	}
	assert_false(db_failed(world->read));
	assert_int_equal(seen, from_the_end);
}

static void test_no_filter_walks_all_incidents(void **state)
{
	struct world *world = *state;

	check_plan(world, "EXPLAIN QUERY PLAN " LIST_NEWEST, true);
	check_plan(world, "EXPLAIN QUERY PLAN " LIST_BY_STATUS, false);
	check_plan(world, "EXPLAIN QUERY PLAN " LIST_BY_HOLDER, false);
	check_plan(world, "EXPLAIN QUERY PLAN " LIST_BY_NUMBER, false);
	check_plan(world, "EXPLAIN QUERY PLAN " LIST_OF_PART, false);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_filters, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_search, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_no_filter_walks_all_incidents, world_set_up, world_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
