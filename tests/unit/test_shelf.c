/* SPDX-License-Identifier: Apache-2.0 */
/* What the writer keeps in memory of what it has just written: it outlives no rollback, no merge, and it is bounded. In
 * a debug build each of the other tests of the writer is one of it, too: see store/dossier_check.h. */
#include "store/accounts.h"
#include "store/shelf.h"
#include "store_file.h"

#include <signal.h>
#include <sys/resource.h>

/* ---- with the writer ---------------------------------------------------------------------------- */

static struct ent_change said_by(struct ent_change change, const char *account)
{
	change.actor = (struct ent_person){sdk_str(account), sdk_str("Ann")};
	return change;
}

/* Both in one transaction that finds no room. */
static void deliver_without_room(struct fixture *fixture, const struct ent_change *one, const struct ent_change *two)
{
	const struct ent_change *change[] = {one, two};
	struct rlimit before, tight;
	struct job job[2];
	struct ent_err err;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	tight = (struct rlimit){16384, before.rlim_max};
	signal(SIGXFSZ, SIG_IGN);
	for (int i = 0; i < 2; i++) {
		job[i] = (struct job){.kind = JOB_ARRIVAL,
				      .answer = nothing,
				      .arrival = {.supplier = ENT_STR("orion"),
						  .delivery_id = i ? ENT_STR("lost-1") : ENT_STR("lost-0"),
						  .received_ms = fixture->now_ms,
						  .header_json = ENT_STR("{}"),
						  .body = ENT_STR("lost"),
						  .changes = {change[i], 1}}};
		assert_true(writer_submit(fixture->writer, &job[i]));
	}
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
	enum ent_rc rc = writer_step(fixture->writer, &err);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(rc, ENT_ERETRY);
	assert_int_equal(job[1].outcome, JOB_UNAVAILABLE);
}

static void test_a_rollback_is_forgotten(void **state)
{
	struct fixture *fixture = *state;
	struct ent_change first = ticket("A-1", "new", 1, NULL), lost = ticket("A-1", "in_progress", 2, NULL),
			  later = ticket("A-1", "resolved", 3, NULL);
	struct ent_change gone = said_by(ticket("B-1", "new", 1, NULL), "ann"), other = ticket("C-1", "new", 1, NULL),
			  again = said_by(ticket("C-1", "in_progress", 2, NULL), "ann");
	struct incident incident;

	deliver(fixture, "orion", "1", "1", &first);
	deliver_without_room(fixture, &lost, &gone);
	deliver(fixture, "orion", "2", "2", &other); /* has the number of the incident that never was */
	deliver(fixture, "orion", "3", "3", &again);
	deliver(fixture, "orion", "4", "4", &later);
	assert_int_equal(db_ask(fixture->read, "SELECT count(*) FROM (SELECT incident FROM event GROUP BY incident "
					       "HAVING max(sequence) <> count(*) OR min(sequence) <> 1)"),
			 0);
	assert_int_equal(db_ask(fixture->read, "SELECT count(*) FROM ticket"), 2);
	assert_int_equal(db_ask(fixture->read, "SELECT count(*) FROM person"), 1);
	show(fixture, "orion:C-1", &incident);
	assert_int_equal(incident.number, 2);
	assert_int_equal(incident.values.at[ENT_STATUS], ENT_IN_PROGRESS);
	assert_int_equal(db_ask(fixture->read, "SELECT count(*) FROM event WHERE json LIKE '%A-1%in_progress%'"), 0);
}

static void test_a_merge_is_followed(void **state)
{
	struct fixture *fixture = *state;
	struct ent_change a = ticket("A-1", "new", 1, "K1"), b = ticket("B-1", "new", 1, NULL),
			  joins = ticket("B-1", "in_progress", 2, "K1"), on = ticket("B-1", "resolved", 3, NULL);
	struct incident incident;

	deliver(fixture, "orion", "1", "1", &a);
	deliver(fixture, "telnord", "2", "2", &b);
	deliver(fixture, "telnord", "3", "3", &joins);
	deliver(fixture, "telnord", "4", "4", &on);
	show(fixture, "telnord:B-1", &incident);
	assert_int_equal(incident.number, 1);
	assert_int_equal(incident.n_ticket, 2);
	assert_int_equal(db_ask(fixture->read, "SELECT count(*) FROM event WHERE incident = 2 AND kind LIKE 'ticket%'"),
			 1);
}

/* Twenty changes of one commit: what a commit takes besides is small then. */
static void test_a_change_takes_six_statements(void **state)
{
	enum { N = 20 };
	struct fixture *fixture = *state;
	struct job *job = SDK_NEW_N(&fixture->arena.abi, struct job, N);
	struct ent_change *change = SDK_NEW_N(&fixture->arena.abi, struct ent_change, N);
	struct ent_change first = said_by(ticket("A-1", "new", 1, NULL), "ann");
	struct ent_err err;

	deliver(fixture, "orion", "1", "1", &first);
	int64_t before = metric_get(&fixture->metrics, METRIC_WRITER_STATEMENTS);
	for (int i = 0; i < N; i++) {
		change[i] = said_by(ticket("A-1", i % 2 ? "new" : "in_progress", i + 2, NULL), "ann");
		job[i] = (struct job){.kind = JOB_ARRIVAL,
				      .answer = nothing,
				      .arrival = {.supplier = ENT_STR("orion"),
						  .delivery_id = sdk_int(&fixture->arena.abi, i + 2),
						  .received_ms = fixture->now_ms,
						  .header_json = ENT_STR("{}"),
						  .body = ENT_STR("more"),
						  .changes = {&change[i], 1}}};
		sdk_set(&change[i].ticket, ENT_TITLE, sdk_int(&fixture->arena.abi, i));
		sdk_set(&change[i].ticket, ENT_STATUS, ENT_STR("new")); /* the incident stays where lists have it */
		assert_true(writer_submit(fixture->writer, &job[i]));
	}
	assert_int_equal(writer_step(fixture->writer, &err), ENT_OK);
	before = metric_get(&fixture->metrics, METRIC_WRITER_STATEMENTS) - before;
	assert_int_equal(db_ask(fixture->read, "SELECT max(sequence) FROM event"), N + 2);
	print_message("%d changes of a known ticket in one commit: %lld statements\n", N, (long long)before);
	assert_in_range(before, N, 6 * N);
}

/* ---- alone ---------------------------------------------------------------------------------------- */

static struct dossier dossier_with(struct fixture *fixture, int64_t number, struct ent_str title)
{
	struct dossier dossier;
	char id[32];

	dossier_init(&dossier, &fixture->arena.abi, NULL, NULL, NULL);
	dossier.incident = (struct incident){.number = number, .title = title};
	snprintf(id, sizeof id, "T-%lld", (long long)number);
	(void)dossier_ticket_add(&dossier, &(struct ticket){.id = number,
							    .incident = number,
							    .supplier = ENT_STR("orion"),
							    .external_id = sdk_dup(&fixture->arena.abi, sdk_str(id))});
	return dossier;
}

static bool has(const struct shelf *shelf, struct fixture *fixture, int64_t number)
{
	struct dossier dossier;

	dossier_init(&dossier, &fixture->arena.abi, NULL, NULL, NULL);
	dossier.incident.number = number;
	return shelf_fill(shelf, &dossier);
}

static void test_what_is_not_saved_is_not_kept(void **state)
{
	struct fixture *fixture = *state;
	struct shelf *shelf = shelf_new();
	struct dossier dossier = dossier_with(fixture, 7, ENT_STR("x"));
	struct ticket ticket;

	shelf_keep(shelf, &dossier);
	assert_true(has(shelf, fixture, 7));
	assert_true(shelf_ticket(shelf, ENT_STR("orion"), ENT_STR("T-7"), &ticket));
	assert_false(shelf_ticket(shelf, ENT_STR("telnord"), ENT_STR("T-7"), &ticket));
	dossier.ticket[0]->dirty = true;
	shelf_keep(shelf, &dossier);
	assert_false(has(shelf, fixture, 7));
	assert_false(shelf_ticket(shelf, ENT_STR("orion"), ENT_STR("T-7"), &ticket));
	dossier.ticket[0]->dirty = false;
	dossier.dirty = true;
	shelf_keep(shelf, &dossier);
	assert_false(has(shelf, fixture, 7));
	dossier.dirty = false;
	dossier.incident.merged_into = 3;
	shelf_keep(shelf, &dossier);
	assert_false(has(shelf, fixture, 7));
	assert_false(has(NULL, fixture, 7));
	shelf_free(shelf);
}

static void test_the_shelf_is_bounded(void **state)
{
	enum { LONG = 60000 };
	struct fixture *fixture = *state;
	struct shelf *shelf = shelf_new();
	char *text = sdk_alloc(&fixture->arena.abi, LONG);
	int64_t n = 0;

	memset(text, 'x', LONG);
	for (int64_t i = 1; i <= 1000; i++) {
		struct dossier dossier = dossier_with(fixture, i, (struct ent_str){text, LONG});
		shelf_keep(shelf, &dossier);
	}
	for (int64_t i = 1; i <= 1000; i++)
		n += has(shelf, fixture, i);
	assert_in_range(n, SHELF_BYTES / LONG / 2, SHELF_BYTES / LONG);
	struct dossier same = dossier_with(fixture, 1000 + SHELF_PLACES, ENT_STR("x"));
	shelf_keep(shelf, &same);
	assert_false(has(shelf, fixture, 1000)); /* its place was taken */
	assert_true(has(shelf, fixture, 1000 + SHELF_PLACES));
	shelf_clear(shelf);
	assert_false(has(shelf, fixture, 1000 + SHELF_PLACES));
	shelf_free(shelf);
}

static void test_accounts(void **state)
{
	struct accounts *accounts = accounts_new();
	const struct account ann = {ENT_STR("orion"), ENT_STR("orion"), ENT_STR("ann")},
			     same = {ENT_STR("orion"), ENT_STR("orion-2"), ENT_STR("ann")};
	const struct person_row row = {.person = {.ref = ENT_STR("r1"), .name = ENT_STR("Ann")}, .mark = {1, 2}};
	(void)state;

	assert_null(accounts_find(NULL, &ann));
	assert_null(accounts_find(accounts, &ann));
	accounts_keep(accounts, &ann, &row);
	accounts_settle(accounts);
	assert_null(accounts_find(accounts, &same));
	assert_true(sdk_eqz(accounts_find(accounts, &ann)->person.ref, "r1"));
	assert_memory_equal(accounts_find(accounts, &ann)->mark, row.mark, PERSON_MARK_SIZE);
	accounts_keep(accounts, &ann, NULL); /* something was told that is not stored yet */
	assert_null(accounts_find(accounts, &ann));
	accounts_keep(accounts, &ann, &row);
	accounts_clear(accounts);
	assert_null(accounts_find(accounts, &ann));
	accounts_free(accounts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_a_rollback_is_forgotten, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_a_merge_is_followed, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_a_change_takes_six_statements, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_what_is_not_saved_is_not_kept, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_the_shelf_is_bounded, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_accounts, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
