/* SPDX-License-Identifier: Apache-2.0 */
/* The back-fill, the sweep, and the alarm when a supplier falls quiet. */
#include "link_pages.h"

#include <signal.h>
#include <sys/resource.h>

/* ---- back-fill ---------------------------------------------------------------------------- */

static void backfill(struct world *world, enum job_kind kind)
{
	struct job *job = job_new(world, kind);

	job->ask.supplier = ENT_STR("orion");
	job->ask.since_ms = START_MS - 86400000;
	job_run(world, job);
	assert_int_equal(job->outcome, JOB_ACCEPTED);
}

static void test_backfill(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_nothing, &orion);
	(void)state;

	assert_int_equal(n_open(world), 0);
	backfill(world, JOB_BACKFILL);
	pass_ms(world, 1100);
	answer(world, "GET", "/orion/poll?", 200, "page m1 more ticket:P1:Open");
	assert_string_equal(cursor_is(world, "backfill"), "m1 phase 1 pages 1 changes 1 running");
	world_die(world); /* it goes on where it was */
	world_start(world);
	pass_ms(world, 1100);
	answer(world, "GET", "/orion/poll?m1", 200, "page m2 end ticket:P2:Open");
	assert_string_equal(cursor_is(world, "backfill"), "m2 phase 0 pages 2 changes 2 done");
	pass_ms(world, 3600000);
	assert_int_equal(world->fake.n, 1);
	assert_string_equal(cursor_is(world, "poll"), "none");
	world_free(world);
}

static void test_backfill_stopped(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_nothing, &orion);
	(void)state;

	backfill(world, JOB_BACKFILL);
	pass_ms(world, 1100);
	expect(world, "GET", "/orion/poll?");
	backfill(world, JOB_BACKFILL_STOP);
	answer(world, "GET", "/orion/poll?", 200, "page m1 more ticket:P1:Open");
	pass_ms(world, 10000);
	assert_int_equal(world->fake.n, 1);
	assert_string_equal(cursor_is(world, "backfill"), " phase 0 pages 0 changes 0 stopped");
	backfill(world, JOB_BACKFILL);
	pass_ms(world, 1100);
	answer(world, "GET", "/orion/poll?", 200, "page m1 end ticket:P1:Open");
	assert_string_equal(cursor_is(world, "backfill"), "m1 phase 0 pages 1 changes 1 done");
	world_free(world);
}

/* Its settings leave nothing to ask: it does not run for ever without a word. */
static void test_backfill_unsupported(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_nothing, &orion);
	(void)state;

	backfill(world, JOB_BACKFILL);
	pass_ms(world, 1100);
	answer(world, "GET", "/orion/poll?", 200, "unsupported");
	pass_ms(world, 600000);
	assert_null(sent_find(world, "GET", "/orion/poll?"));
	assert_string_equal(cursor_is(world, "backfill"), " phase 0 pages 0 changes 0 stopped");
	world_free(world);
}

static void test_backfill_never_ends(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_nothing, &orion);
	(void)state;

	backfill(world, JOB_BACKFILL);
	pass_ms(world, 1100);
	answer(world, "GET", "/orion/poll?", 200, "page m1 more ticket:P1:Open");
	answer(world, "GET", "/orion/poll?m1", 200, "page m1 more ticket:P1:Open");
	assert_string_equal(cursor_is(world, "backfill"), "m1 phase 1 pages 2 changes 2 stopped");
	assert_string_equal(supplier_is(world, "orion"), "failing");
	pass_ms(world, 600000);
	assert_int_equal(world->fake.n, 2);
	backfill(world, JOB_BACKFILL);
	pass_ms(world, 1100);
	answer(world, "GET", "/orion/poll?", 200, "page m1 end");
	assert_string_equal(supplier_is(world, "orion"), "healthy");
	world_free(world);
}

/* Begun anew while a page of the one before is under way: that page moves nothing. */
static void test_backfill_anew(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_nothing, &orion);
	(void)state;

	backfill(world, JOB_BACKFILL);
	pass_ms(world, 1100);
	expect(world, "GET", "/orion/poll?");
	backfill(world, JOB_BACKFILL);
	answer(world, "GET", "/orion/poll?", 200, "page m1 end ticket:P1:Open");
	pass_ms(world, 2000);
	answer(world, "GET", "/orion/poll?", 200, "page m1 end ticket:P1:Open");
	assert_string_equal(cursor_is(world, "backfill"), "m1 phase 0 pages 1 changes 1 done");
	world_free(world);
}

/* Only the back-fill reads old tickets: it asks a few more times for those it could not read before it is done. */
static void test_backfill_asks_again(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_nothing, &orion);
	(void)state;

	backfill(world, JOB_BACKFILL);
	pass_ms(world, 1100);
	answer(world, "GET", "/orion/poll?", 200, "page m1 end ticket:P1:Open again:B1:1 again:B2:7");
	assert_string_equal(cursor_is(world, "backfill"), "m1 phase 0 pages 1 changes 1 running");
	pass_ms(world, 95000);
	assert_int_equal(n_open(world), 0); /* none before the first pause is over */
	pass_ms(world, 6000);
	answer(world, "GET", "/orion/poll?m1", 200, "page m2 end again:B1:2 again:B2:8");
	assert_string_equal(cursor_is(world, "backfill"), "m2 phase 0 pages 2 changes 1 running");
	world_die(world); /* it goes on where it was */
	world_start(world);
	pass_ms(world, 1100);
	answer(world, "GET", "/orion/poll?m2", 200, "page m3 end ticket:B1:Open again:B2:8");
	assert_string_equal(cursor_is(world, "backfill"),
			    "m3 phase 0 pages 3 changes 2 done"); /* B2 failed too often */
	assert_int_equal(db_ask(world->db, "SELECT count(*) FROM aside WHERE stream = 'backfill' AND ticket = 'B2'"),
			 1);
	pass_ms(world, 3600000);
	assert_int_equal(n_open(world), 0);
	world_free(world);
}

/* A pause that is over, or is given as over long ago, does not make the back-fill ask faster. */
static void test_backfill_asks_no_faster(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_nothing, &orion);
	(void)state;

	backfill(world, JOB_BACKFILL);
	pass_ms(world, 1100);
	answer(world, "GET", "/orion/poll?", 200, "page m1 end aside:B1:HTTP-500");
	pass_ms(world, 14000);
	assert_int_equal(n_open(world), 0);
	pass_ms(world, 1500);
	answer(world, "GET", "/orion/poll?m1", 200, "page m1 end aside:B1:HTTP-500");

	/* A person begins another back-fill meanwhile: that one does not wait. */
	backfill(world, JOB_BACKFILL);
	pass_ms(world, 1100);
	answer(world, "GET", "/orion/poll?since", 200, "page m1 end again:B1:1");
	backfill(world, JOB_BACKFILL_STOP);
	pass_ms(world, 300000);
	assert_int_equal(n_open(world), 0);
	world_free(world);
}

/* ---- the sweep ---------------------------------------------------------------------------- */

static void test_sweep(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_sweep, &orion);
	int64_t from_us;
	(void)state;

	for (int i = 0; i < 4; i++) {
		char id[16];
		snprintf(id, sizeof id, "T%d", i);
		ticket_comes(world, "orion", id, "Open", 0);
	}
	pass_ms(world, 61000);
	from_us = world->us;
	answer(world, "GET", "/orion/ticket/T0", 200, "is Working"); /* its webhook was lost */
	assert_int_equal(db_ask(world->db, "SELECT count(*) FROM ticket WHERE status = 'in_progress'"), 1);
	pass_ms(world, 900);
	assert_int_equal(n_open(world), 0); /* at a walk */
	pass_ms(world, 200);
	answer(world, "GET", "/orion/ticket/T1", 404, "");
	assert_int_equal(n_ticket(world), 3);
	pass_ms(world, 1100);
	answer(world, "GET", "/orion/ticket/T2", 200, "nonsense"); /* passed over, and stored as put aside */
	assert_int_equal(db_ask(world->db, "SELECT count(*) FROM aside WHERE stream = 'sweep' AND ticket = 'T2'"), 1);
	pass_ms(world, 900);
	world_die(world); /* the sweep goes on where it was stored last */
	world_start(world);
	pass_ms(world, 1100);
	answer(world, "GET", "/orion/ticket/T3", 200, "is Open");
	pass_ms(world, 1100);
	assert_int_equal(n_open(world), 0);
	assert_non_null(strstr(cursor_is(world, "sweep"), "done"));
	assert_true(world->us - from_us < 60000000);
	pass_ms(world, 3500000);
	assert_int_equal(n_open(world), 0);
	pass_ms(world, 120000);
	expect(world, "GET", "/orion/ticket/T0");
	world_free(world);
}

static void test_sweep_stumbles(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_sweep, &orion);
	int asked = 0;
	(void)state;

	ticket_comes(world, "orion", "T0", "Open", 0);
	ticket_comes(world, "orion", "T1", "Open", 0);
	pass_ms(world, 61000);
	for (; asked < 10 && !sent_find(world, "GET", "/orion/ticket/T1"); asked++) {
		answer(world, "GET", "/orion/ticket/T0", 500, "");
		for (int i = 0; i < 100 && !n_open(world); i++)
			pass_ms(world, 100);
	}
	assert_int_equal(asked, 3);
	answer(world, "GET", "/orion/ticket/T1", 200, "is Open");
	world_free(world);
}

/* The disk is full when the comparison is to be stored: it is stored later, and only then the next ticket's turn comes.
 */
static void test_sweep_waits_for_the_store(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_sweep, &orion);
	struct rlimit before, tight;
	struct ent_err err;
	(void)state;

	ticket_comes(world, "orion", "T0", "Open", 0);
	ticket_comes(world, "orion", "T1", "Open", 0);
	pass_ms(world, 61000);
	give(expect(world, "GET", "/orion/ticket/T0"), TRANSFER_ANSWERED, 200, "is Working");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	tight = (struct rlimit){16384, before.rlim_max};
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
	while (link_step(world->link))
		;
	enum ent_rc rc = writer_step(world->writer, &err);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(rc, ENT_ERETRY);
	assert_int_equal(db_ask(world->db, "SELECT count(*) FROM ticket WHERE status = 'in_progress'"), 0);
	for (int i = 0; i < 100 && !n_open(world); i++)
		pass_ms(world, 100);
	assert_int_equal(db_ask(world->db, "SELECT count(*) FROM ticket WHERE status = 'in_progress'"), 1);
	assert_int_equal(n_sent(world, "GET", "/orion/ticket/T0"), 1);
	expect(world, "GET", "/orion/ticket/T1");
	world_free(world);
}

/* ---- silence ---------------------------------------------------------------------------------- */

static void tune_silence(struct supplier *supplier)
{
	supplier->link.silence_ms = 7200000;
}

static void test_silence(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_silence, &orion);
	(void)state;

	pass_ms(world, 10000000); /* it never talked: nothing to miss */
	assert_int_equal(n_state_event(world, "orion"), 0);
	ticket_comes(world, "orion", "T1", "Open", 0);
	pass_ms(world, 7100000);
	assert_string_equal(supplier_is(world, "orion"), "healthy");
	pass_ms(world, 200000);
	assert_string_equal(supplier_is(world, "orion"), "healthy quiet");
	assert_int_equal(n_state_event(world, "orion"), 1);
	ticket_comes(world, "orion", "T1", "Fixed", 0);
	pass_ms(world, 61000);
	assert_string_equal(supplier_is(world, "orion"), "healthy");
	assert_int_equal(n_state_event(world, "orion"), 2);
	world_free(world);
}

/* That it answers when we ask is not that it talks: its webhook may be broken. */
static void tune_silence_and_sweep(struct supplier *supplier)
{
	supplier->link.silence_ms = 7200000;
	supplier->link.sweep_ms = 600000;
}

static void test_silence_beside_sweep(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_silence_and_sweep, &orion);
	(void)state;

	ticket_comes(world, "orion", "T1", "Open", 0);
	for (int i = 0; i < 90; i++) {
		pass_ms(world, 100000);
		if (n_open(world))
			answer(world, "GET", "/orion/ticket/T1", 200, "is Open");
	}
	assert_in_range(n_sent(world, "GET", "/orion/ticket/T1"), 10, 16);
	assert_string_equal(supplier_is(world, "orion"), "healthy quiet");
	world_free(world);
}

static void tune_learned(struct supplier *supplier)
{
	supplier->link.silence_ms = 0;
}

static void test_silence_learned(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_learned, &orion);
	(void)state;

	for (int i = 0; i < 30; i++) {
		char id[16];
		snprintf(id, sizeof id, "T%d", i);
		ticket_comes(world, "orion", id, "Open", 0);
		pass_ms(world, 600000);
	}
	assert_string_equal(supplier_is(world, "orion"), "healthy");
	pass_ms(world, 10000000); /* 20 gaps of ten minutes are 3 h 20 */
	assert_string_equal(supplier_is(world, "orion"), "healthy");
	pass_ms(world, 4000000);
	assert_string_equal(supplier_is(world, "orion"), "healthy quiet");
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_backfill),
	    cmocka_unit_test(test_backfill_stopped),
	    cmocka_unit_test(test_backfill_unsupported),
	    cmocka_unit_test(test_backfill_never_ends),
	    cmocka_unit_test(test_backfill_anew),
	    cmocka_unit_test(test_backfill_asks_again),
	    cmocka_unit_test(test_backfill_asks_no_faster),
	    cmocka_unit_test(test_sweep),
	    cmocka_unit_test(test_sweep_stumbles),
	    cmocka_unit_test(test_sweep_waits_for_the_store),
	    cmocka_unit_test(test_silence),
	    cmocka_unit_test(test_silence_beside_sweep),
	    cmocka_unit_test(test_silence_learned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
