/* SPDX-License-Identifier: Apache-2.0 */
#include "store/jobs_in.h"

#include "store/erase.h"

#include "store/aside.h"
#include "store/changes.h"
#include "store/jobs_supplier.h"
#include "store/raw.h"

static void keep_dead(struct apply *apply, struct job *job, struct ent_str kept, struct ent_said reason, bool conflict)
{
	struct supplier_tally *tally = supplier_tally_of(apply->db, apply->tallies, job->arrival.supplier);

	if (apply_dead_letter(apply, &job->arrival, kept, reason, conflict)) {
		tally->dead++;
		job->outcome = JOB_DEAD;
	} else {
		tally->repeated++;
		job->outcome = JOB_REPEATED;
	}
	(void)sdk_fail_said(&job->err, ENT_EINVAL, reason);
}

static void hear_arrival(struct supplier_tally *tally, const struct arrival *arrival)
{
	if (arrival->received_ms > tally->heard_ms)
		tally->heard_ms = arrival->received_ms;
}

static bool brings_comments(const struct arrival *arrival)
{
	for (size_t i = 0; i < arrival->changes.n; i++)
		if (arrival->changes.at[i].kind == ENT_COMMENT_ADDED)
			return true;
	return false;
}

/* A webhook tells how well its tool's clock goes, or its comments are judged by how well it went within a day. */
static void judge_clock(struct apply *apply, struct supplier_tally *tally, struct arrival *arrival)
{
	enum { DAY_MS = 24 * 3600 * 1000 };

	if (!arrival->pushed)
		return;
	if (!arrival_is_off(arrival, 0))
		tally->on_time_ms = arrival->received_ms;
	else if (brings_comments(arrival))
		arrival->keeps_time = supplier_on_time(apply->db, tally) > arrival->received_ms - DAY_MS;
}

/* An arrival with too many changes is also kept, as a dead letter. Not for a sweep, which compares the ticket
 * again each time. */
static void keep_rest(struct apply *apply, struct job *job, struct supplier_tally *tally, struct ent_str kept)
{
	const struct arrival *arrival = &job->arrival;

	if (!arrival->is_cut || arrival->sweep || !apply_dead_letter(apply, arrival, kept, arrival->reason, false))
		return;
	tally->dead++;
	job->has_letter = true;
	(void)sdk_fail_said(&job->err, ENT_EINVAL, arrival->reason);
}

/* Acts of its people that could not be taken: what else it tells is taken, and it is kept as well. Not for a sweep. */
static void keep_refused(struct apply *apply, struct job *job, struct supplier_tally *tally, struct ent_str kept)
{
	if (!apply->refused.code.n || job->has_letter || job->arrival.sweep ||
	    !apply_dead_letter(apply, &job->arrival, kept, apply->refused, false))
		return;
	tally->dead++;
	job->has_letter = true;
	(void)sdk_fail_said(&job->err, ENT_EINVAL, apply->refused);
}

/* May its body hold a comment that is not kept? Text behind a cut has not been looked at, and a body that nobody
 * understands may hold anything. */
static bool may_hold_dropped(const struct arrival *arrival)
{
	if (!arrival->from || !arrival->from->drops_private)
		return false;
	for (size_t i = 0; i < arrival->changes.n; i++)
		if (arrival->changes.at[i].kind == ENT_COMMENT_ADDED &&
		    arrival->changes.at[i].comment.visibility != ENT_PUBLIC)
			return true;
	return arrival->is_cut || arrival->dead;
}

/* The body as it is kept, wherever it is: what is not kept in the thread stands in no body and no exchange either. */
static struct ent_str kept_body(struct apply *apply, struct job *job)
{
	if (may_hold_dropped(&job->arrival)) {
		job->arrival.exchange = ENT_ABSENT;
		return raw_pack(apply->arena, ENT_STR(""));
	}
	return job->packed.p ? job->packed : raw_pack(apply->arena, job->arrival.body);
}

static void run_arrival(struct apply *apply, struct job *job)
{
	struct arrival *arrival = &job->arrival;
	struct supplier_tally *tally = supplier_tally_of(apply->db, apply->tallies, arrival->supplier);

	/* A page that was read before, or that nobody understands, is no word of theirs: we asked. Nor is a sweep. */
	if (job->kind == JOB_ARRIVAL)
		hear_arrival(tally, arrival);
	const struct ent_str kept = kept_body(apply, job);
	if (arrival->dead && job->kind == JOB_PAGE) { /* it is read again, and may be understood by then */
		keep_dead(apply, job, kept, arrival->reason, false);
		return;
	}
	switch (inbox_take(apply->db, arrival, kept)) {
	case INBOX_NEW:
		break;
	case INBOX_REPEAT:
		tally->repeated++;
		job->outcome = JOB_REPEATED;
		return;
	case INBOX_OTHER_BODY:
		keep_dead(apply, job, kept,
			  SDK_SENTENCE("arrival.other_body",
				       "an arrival with this id came before with another body; the first one stands"),
			  true);
		return;
	}
	if (arrival->dead) {
		keep_dead(apply, job, kept, arrival->reason, false);
		return;
	}
	if (!arrival->sweep)
		hear_arrival(tally, arrival);
	judge_clock(apply, tally, arrival);
	changes_apply(apply, arrival);
	tally->accepted++;
	tally->late += apply->n_late;
	tally->dropped += apply->n_dropped;
	tally->unmapped += arrival->n_unmapped;
	job->outcome = JOB_ACCEPTED;
	keep_rest(apply, job, tally, kept);
	keep_refused(apply, job, tally, kept);
}

/* Changes and cursor in one transaction: what is read twice is a repeat, and nothing is ever passed over. */
static void run_page(struct apply *apply, struct job *job)
{
	job->outcome = JOB_ACCEPTED;
	if (job->arrival.dead || job->arrival.changes.n) /* a page of nothing is not worth keeping */
		run_arrival(apply, job);
	if (!job->arrival.dead && job->outcome != JOB_DEAD)
		job_page_cursor(apply->db, apply->arena, &job->ask);
	job_page_trouble(apply->db, &job->ask);
}

static void run_replay(struct apply *apply, struct job *job)
{
	struct arrival *arrival = &job->arrival;

	arrival->replayed = true;
	if (arrival->dead || arrival->is_cut) {
		bool waits = dead_letter_again(apply->db, job->dead_letter, arrival->reason, apply->now_ms);
		if (waits && arrival->is_cut)
			changes_apply(apply, arrival);
		job->outcome = waits ? JOB_DEAD : JOB_NOT_FOUND;
		(void)sdk_fail_said(&job->err, ENT_EINVAL, arrival->reason);
		return;
	}
	if (!dead_letter_close(apply->db, job->dead_letter, "replayed", apply->now_ms)) {
		job->outcome = JOB_NOT_FOUND;
		return;
	}
	changes_apply(apply, arrival);
	job->outcome = JOB_ACCEPTED;
	if (!apply->refused.code.n)
		return;
	dead_letter_reopen(apply->db, job->dead_letter, apply->refused, apply->now_ms);
	job->outcome = JOB_DEAD;
	(void)sdk_fail_said(&job->err, ENT_EINVAL, apply->refused);
}

static void run_dead_ignore(struct apply *apply, struct job *job)
{
	bool is_closed = dead_letter_close(apply->db, job->dead_letter, "ignored", apply->now_ms);

	job->outcome = is_closed ? JOB_ACCEPTED : JOB_NOT_FOUND;
}

static void run_prune(struct apply *apply, struct job *job)
{
	*apply->prune_before_ms = job->prune_before_ms;
	*apply->erases = erase_waits(apply->db);
	job->outcome = JOB_ACCEPTED;
}

const struct job_row jobs_in[] = {
    {JOB_ARRIVAL, "arrival", run_arrival, false}, {JOB_PAGE, "page", run_page, false},
    {JOB_REPLAY, "replay", run_replay, false},    {JOB_DEAD_IGNORE, "dead_ignore", run_dead_ignore, false},
    {JOB_PRUNE, "prune", run_prune, false},       {.run = NULL},
};
