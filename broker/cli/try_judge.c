/* SPDX-License-Identifier: Apache-2.0 */
/* Says in words how the broker would go on after this result. link/deliver.c, poll.c and login.c decide it. */
#include "cli/try_judge.h"

#include "sdk/str.h"

#define SAY(outcome_, words_) (*ret = (struct try_verdict){.outcome = ENT_STR(outcome_), .words = ENT_STR(words_)})
#define WELL(outcome_, words_)                                                                                         \
	(*ret = (struct try_verdict){.outcome = ENT_STR(outcome_), .words = ENT_STR(words_), .is_well = true})

static const struct ent_str mend =
    ENT_STR("Next: correct the program or the setting that the reason names, then type the same command again.");

static void outcome_parked(enum delivery_cause cause, struct ent_arena *arena, struct try_verdict *ret)
{
	*ret = (struct try_verdict){.outcome = sdk_format(arena, "parked (%s)", delivery_cause_word(cause)),
				    .words = sdk_format(arena, "The broker would keep it and wait for a person: %.*s.",
							ENT_F(delivery_cause_next(cause).text)),
				    .next = mend};
}

/* ---- a delivery ------------------------------------------------------------------------------ */

static void in_doubt(const struct trial *trial, const struct ent_call *call, struct try_verdict *ret)
{
	switch (try_repeat(trial->supplier, &trial->self, call->op.kind)) {
	case ENT_REPEAT_SAFE:
		SAY("unknown",
		    "The tool may have done it. The broker would send it again: a repeat does no harm there.");
		break;
	case ENT_REPEAT_SEARCH:
		SAY("unknown", "The tool may have done it. The broker would search for it there before it writes "
			       "again.");
		break;
	case ENT_REPEAT_NEVER:
		SAY("unknown",
		    "The tool may have done it. The broker cannot search for it there, so it would ask a person.");
		break;
	}
}

static void delivery_invalid(const struct trial *trial, const struct ent_call *call, const struct trial_end *end,
			     struct ent_arena *arena, struct try_verdict *ret)
{
	bool is_no = end->is_built && (end->said_no || (end->status >= 400 && end->status < 500));

	if (is_no) {
		outcome_parked(CAUSE_REFUSED, arena, ret);
	} else if (end->is_built && end->writes && end->status) {
		in_doubt(trial, call, ret);
		ret->words = sdk_format(arena, "We cannot read the answer. %.*s", ENT_F(ret->words));
		ret->next = mend;
	} else {
		outcome_parked(CAUSE_INVALID, arena, ret);
	}
}

bool try_judge_is_internal(const struct ent_call *call, const struct trial_end *end)
{
	return end->rc == ENT_EUNSUPPORTED && !end->is_built && call->op.comment.visibility == ENT_INTERNAL &&
	       (call->op.kind == ENT_ADD_COMMENT || call->op.kind == ENT_EDIT_COMMENT);
}

static void delivery_judge(const struct trial *trial, const struct ent_call *call, const struct trial_end *end,
			   struct ent_arena *arena, struct try_verdict *ret)
{
	switch (end->rc) {
	case ENT_OK:
	case ENT_MORE:
		WELL("done", "The broker would mark it as done.");
		if (call->op.kind == ENT_CREATE_TICKET && !end->has_id) {
			in_doubt(trial, call, ret);
			ret->words = sdk_format(arena, "The answer does not name the id of the new ticket. %.*s",
						ENT_F(ret->words));
			ret->next = mend;
		}
		break;
	case ENT_EINVAL:
		delivery_invalid(trial, call, end, arena, ret);
		break;
	case ENT_ERETRY:
		if (end->is_lost)
			in_doubt(trial, call, ret);
		else
			SAY("later", "The tool did not do it. The broker would try again, with growing pauses.");
		break;
	case ENT_EAUTH:
		SAY("refused", "The tool refused us. The broker would send the probe to learn whether the tool refuses "
			       "everything from us. If not, it would park this delivery.");
		break;
	case ENT_EGONE:
		outcome_parked(CAUSE_GONE, arena, ret);
		break;
	case ENT_EUNSUPPORTED:
		if (try_judge_is_internal(call, end))
			outcome_parked(CAUSE_PUBLIC, arena, ret);
		else
			SAY("cancelled (unsupported)",
			    "This tool cannot express it, or no program builds it. The broker would "
			    "not send it.");
		break;
	case ENT_ECONFLICT:
		SAY("later",
		    "Somebody changed the ticket in between. The broker would begin again with the first call.");
		break;
	case ENT_ETOOLONG:
		SAY("later", "The text is too long for the tool. The broker would send half of it, once.");
		break;
	}
}

/* ---- what is read ------------------------------------------------------------------------------ */

static void poll_judge(const struct trial *trial, const struct trial_end *end, struct try_verdict *ret)
{
	if (end->rc >= ENT_OK && trial->n_passed) {
		SAY("told in part",
		    "The broker would store these changes and this cursor together. It could not understand some "
		    "tickets and passed them over; the notes name them.");
		ret->next = mend;
	} else if (end->rc >= ENT_OK) {
		WELL("told", "The broker would store these changes and this cursor together. It has caught up.");
	} else if (end->rc == ENT_EINVAL && end->is_built) {
		SAY("dead letter", "The broker cannot read this page. It would keep the page as a dead letter, report "
				   "it, and ask again from the same place.");
		ret->next = mend;
	} else if (end->rc == ENT_EUNSUPPORTED) {
		SAY("unsupported", "This supplier would not be polled.");
	} else {
		SAY("later", "The cursor would stay where it is. The broker would ask again, with growing pauses, and "
			     "show the reason in `entente supplier show`.");
		ret->next = end->rc == ENT_EINVAL ? mend : ENT_ABSENT;
	}
}

static void read_judge(enum try_op op, const struct trial_end *end, struct try_verdict *ret)
{
	if (end->rc >= ENT_OK && op == TRY_PROBE)
		WELL("accepted", "The tool accepts our credentials.");
	else if (end->rc >= ENT_OK && op == TRY_LOGIN)
		WELL("logged in", "The broker would keep this session in memory until it ends or is refused.");
	else if (end->rc >= ENT_OK)
		WELL("read", "The broker would compare the ticket with these changes.");
	else if (end->rc == ENT_EAUTH)
		SAY("refused", "The tool refuses our credentials.");
	else if (end->rc == ENT_EGONE && op != TRY_FETCH)
		SAY("gone", "The tool has nothing at this address.");
	else if (end->rc == ENT_EGONE)
		SAY("gone", "The ticket is not there, or our user may not see it.");
	else if (end->rc == ENT_EUNSUPPORTED)
		SAY("unsupported", "The broker would not send this to the supplier.");
	else
		SAY("later", "The broker would ask again later.");
	if (end->rc == ENT_EINVAL)
		ret->next = mend;
}

/* ---- without an end ------------------------------------------------------------------------------ */

static void shown_judge(const struct trial *trial, struct try_verdict *ret)
{
	*ret = (struct try_verdict){.words = ENT_STR("Nothing was sent, and nothing is stored."), .is_well = true};
	ret->next = trial->n_answer ? ENT_STR("Next: give one more --answer FILE, for this call.")
				    : ENT_STR("Next: give --answer FILE, the tool's answer (a body, or the output of "
					      "`curl -i`), to see what it means. Or give --live to ask the tool.");
}

void try_judge(enum try_op op, const struct trial *trial, const struct ent_call *call, const struct trial_end *end,
	       struct ent_arena *arena, struct try_verdict *ret)
{
	switch (end->stop) {
	case TRIAL_SHOWN:
		shown_judge(trial, ret);
		return;
	case TRIAL_NOTHING:
		WELL("done", "There is nothing to ask. The broker would mark it as done.");
		return;
	case TRIAL_PAUSED:
		WELL("more", "There is more to read. The broker would store each page with its cursor and go on.");
		if (trial->n_passed)
			SAY("more, told in part",
			    "There is more to read. Some tickets could not be understood and were "
			    "passed over; the notes name them.");
		ret->next =
		    ENT_STR("Next: give --pages N to read more, or --phase and --cursor to go on from a shown place.");
		return;
	case TRIAL_WOULD_WRITE:
		WELL("not found", "The tool does not have it. The broker would write it now; that call was not sent.");
		return;
	case TRIAL_HELD:
		SAY("held", "You did not say yes, so the last call was not sent.");
		return;
	case TRIAL_NO_LOGIN:
		SAY("no session", "The login failed. Without it this tool can be asked nothing else.");
		ret->next = mend;
		return;
	case TRIAL_ENDED:
		break;
	}
	if (op == TRY_POLL)
		poll_judge(trial, end, ret);
	else if (op == TRY_FETCH || op == TRY_PROBE || op == TRY_LOGIN)
		read_judge(op, end, ret);
	else if (op == TRY_LOOK && end->rc == ENT_OK)
		WELL("found", "The tool has it already. The broker would mark it as done and not write again.");
	else
		delivery_judge(trial, call, end, arena, ret);
}
