/* SPDX-License-Identifier: Apache-2.0 */
#include "face/reading.h"

#include "face/answer.h"

/* The answer stands already. */
static void reading_done(struct exchange *x)
{
	x->work = NULL;
}

bool reading_ask_by(struct exchange *x, void *readers, void (*serve)(struct exchange *x),
		    void (*resume)(struct exchange *x))
{
	struct face *face = x->home->face;

	if (face->read == NULL) {
		serve(x);
		resume(x);
		return true;
	}
	x->read = serve;
	x->next_read = NULL;
	x->asked_us = x->home->now_us;
	x->resume = resume;
	x->arena.spare = NULL; /* it grows on the reader's thread now, and the spare memory is its home's */
	x->n_waiting++;        /* before a reader has it */
	if (face->read(readers, x))
		return true;
	x->n_waiting--;
	return false;
}

void reading_ask(struct exchange *x, void (*serve)(struct exchange *x))
{
	if (reading_ask_by(x, x->home->face->readers, serve, reading_done))
		return;
	answer_busy(x, SDK_SENTENCE("busy.reads", "Too many reads wait for the store. Try again in a moment."));
}

static bool is_over(void *of)
{
	struct desk *desk = of;
	struct clock *clock = desk->face->world.clock;

	return atomic_load(&desk->face->stopping) || clock->mono_us(clock) >= desk->until_us;
}

void reading_watch(struct desk *desk, struct db *db)
{
	if (desk->until_us)
		db_watch(db, is_over, desk);
}

static void answer_cut(struct exchange *x)
{
	const struct face *face = x->home->face;

	if (atomic_load(&face->stopping)) {
		answer_busy(x, SDK_SENTENCE("busy.stopping", "The broker is being stopped."));
		return;
	}
	answer_problem(x, PROBLEM_UNAVAILABLE, "ask.read_long",
		       "This read took longer than {ms=%d} ms (http.read) and was cut off. Narrow the filter: a "
		       "supplier, a status, a later \"since\", a smaller \"limit\".",
		       face->read_ms);
	x->answer.fields = ENT_STR("Retry-After: 60\r\n");
}

/* The index could not be read, and nobody cut it off: it is made anew. */
static void answer_index_lost(struct exchange *x)
{
	struct desk *desk = x->desk;
	const struct face *face = desk->face;

	log_write(face->world.log, LOG_ERROR, "search.unreadable", LOG_Z("why", db_error(desk->index)),
		  LOG_Z("next", "the index of words is made anew"), LOG_END);
	search_lost(face->world.search, desk->index_generation);
	db_close(desk->index);
	desk->index = NULL;
	answer_busy(x, SDK_SENTENCE("search.damaged",
				    "The index of words could not be read and is made anew. Try again in a moment."));
}

/* An answer that stands in the reader's buffer is copied: the next read writes there. */
void reading_serve(struct desk *desk, struct exchange *x)
{
	int64_t limit_us = (int64_t)desk->face->read_ms * 1000;

	desk->until_us = desk->now_us + limit_us;
	db_watch(desk->db, is_over, desk);
	x->desk = desk;
	if (limit_us > 0 && desk->now_us - x->asked_us > 2 * limit_us)
		answer_busy(
		    x, SDK_SENTENCE("busy.slow_reads", "Slow reads are in front of this one. Try again in a moment."));
	else
		x->read(x);
	bool cut = db_forgive_cut(desk->db);
	cut |= desk->index && db_forgive_cut(desk->index);
	if (cut)
		answer_cut(x);
	else if (desk->index && db_failed(desk->index))
		answer_index_lost(x);
	if (x->answer.body.p == desk->scratch.p)
		x->answer.body = sdk_dup(&x->arena.abi, x->answer.body);
	x->desk = x->home;
}

void reading_give_back(struct exchange *x)
{
	mailbox_leave(&x->home->mailbox, &x->note, x);
}
