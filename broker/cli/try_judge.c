/* SPDX-License-Identifier: Apache-2.0 */
/* How the broker would go on after what a try came to: link/deliver.c, poll.c and login.c decide it, this says it. */
#include "cli/try_ask.h"

#include "sdk/str.h"

#define SAY(outcome_, words_) (*ret = (struct try_verdict){.outcome = ENT_STR(outcome_), .words = ENT_STR(words_)})
#define WELL(outcome_, words_)                                                                                         \
	(*ret = (struct try_verdict){.outcome = ENT_STR(outcome_), .words = ENT_STR(words_), .is_well = true})

static const struct ent_str mend =
    ENT_STR("Next: correct what the reason names (a program in the supplier's settings, a setting), then type the same "
	    "again.");

static void parked(enum delivery_cause cause, struct ent_arena *arena, struct try_verdict *ret)
{
	*ret = (struct try_verdict){.outcome = sdk_format(arena, "parked (%s)", delivery_cause_word(cause)),
				    .words = sdk_format(arena, "The broker would keep it and wait for a person: %s.",
							delivery_cause_help(cause)),
				    .next = mend};
}

/* ---- a delivery ------------------------------------------------------------------------------ */

static void in_doubt(const struct trial *trial, const struct ent_call *call, struct try_verdict *ret)
{
	switch (try_repeat(trial->supplier, &trial->self, call->op.kind)) {
	case ENT_REPEAT_SAFE:
		SAY("unknown", "It may have been done. The broker would send it again: once is as good as twice.");
		break;
	case ENT_REPEAT_SEARCH:
		SAY("unknown", "It may have been done. The broker would look for it in the tool before it writes "
			       "again.");
		break;
	case ENT_REPEAT_NEVER:
		SAY("unknown", "It may have been done, and the broker cannot look for it: it would ask a person.");
		break;
	}
}

static void delivery_invalid(const struct trial *trial, const struct ent_call *call, const struct trial_end *end,
			     struct ent_arena *arena, struct try_verdict *ret)
{
	bool is_no = end->is_built && (end->said_no || (end->status >= 400 && end->status < 500));

	if (is_no) {
		parked(CAUSE_REFUSED, arena, ret);
	} else if (end->is_built && end->writes && end->status) {
		in_doubt(trial, call, ret);
		ret->words = sdk_format(arena, "Our side cannot read the answer. %.*s", ENT_F(ret->words));
		ret->next = mend;
	} else {
		parked(CAUSE_INVALID, arena, ret);
	}
}

static void delivery_judge(const struct trial *trial, const struct ent_call *call, const struct trial_end *end,
			   struct ent_arena *arena, struct try_verdict *ret)
{
	switch (end->rc) {
	case ENT_OK:
	case ENT_MORE:
		WELL("done", "The broker would take it as done.");
		if (call->op.kind == ENT_CREATE_TICKET && !end->has_id) {
			in_doubt(trial, call, ret);
			ret->words =
			    sdk_format(arena, "The answer holds no id of the new ticket. %.*s", ENT_F(ret->words));
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
			SAY("later", "It was not done. The broker would try it again, with growing pauses.");
		break;
	case ENT_EAUTH:
		SAY("refused",
		    "The broker would ask the probe whether we are refused as a whole. If not, it would park "
		    "this delivery.");
		break;
	case ENT_EGONE:
		parked(CAUSE_GONE, arena, ret);
		break;
	case ENT_EUNSUPPORTED:
		SAY("cancelled (unsupported)", "This tool cannot express it, or no program does it. The broker would "
					       "not bring it.");
		break;
	case ENT_ECONFLICT:
		SAY("later",
		    "Somebody changed the ticket meanwhile. The broker would begin again with the first call.");
		break;
	case ENT_ETOOLONG:
		SAY("later", "The tool takes no such long text. The broker would send half of it, once.");
		break;
	}
}

/* ---- what is read ------------------------------------------------------------------------------ */

static void poll_judge(const struct trial *trial, const struct trial_end *end, struct try_verdict *ret)
{
	if (end->rc >= ENT_OK && trial->n_passed) {
		SAY("told in part",
		    "The broker would store these changes and this cursor together. It could not understand each "
		    "ticket: those that the notes name were passed over.");
		ret->next = mend;
	} else if (end->rc >= ENT_OK) {
		WELL("told", "The broker would store these changes and this cursor together. It has caught up.");
	} else if (end->rc == ENT_EINVAL && end->is_built) {
		SAY("dead letter", "The broker would keep the page as a dead letter, tell it, and ask again from the "
				   "same place.");
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
		SAY("refused", "The tool does not let us in.");
	else if (end->rc == ENT_EGONE && op != TRY_FETCH)
		SAY("gone", "The tool has nothing at this address.");
	else if (end->rc == ENT_EGONE)
		SAY("gone", "The ticket is not there, or our user may not see it.");
	else if (end->rc == ENT_EUNSUPPORTED)
		SAY("unsupported", "The broker would not ask this of the supplier.");
	else
		SAY("later", "The broker would ask again later.");
	if (end->rc == ENT_EINVAL)
		ret->next = mend;
}

/* ---- without an end ------------------------------------------------------------------------------ */

static void shown_judge(const struct trial *trial, struct try_verdict *ret)
{
	*ret = (struct try_verdict){.words = ENT_STR("Nothing was sent, and nothing is stored."), .is_well = true};
	ret->next = trial->n_answer ? ENT_STR("Next: this call needs an answer as well. Give one more --answer FILE.")
				    : ENT_STR("Next: --answer FILE shows what an answer means (a body, or what `curl "
					      "-i` prints). --live asks the tool.");
}

void try_judge(enum try_op op, const struct trial *trial, const struct ent_call *call, const struct trial_end *end,
	       struct ent_arena *arena, struct try_verdict *ret)
{
	switch (end->stop) {
	case TRIAL_SHOWN:
		shown_judge(trial, ret);
		return;
	case TRIAL_NOTHING:
		WELL("done", "There is nothing to ask. The broker would take it as done.");
		return;
	case TRIAL_PAUSED:
		WELL("more", "There is more to read. The broker would store each page with its cursor and go on.");
		if (trial->n_passed)
			SAY("more, told in part", "There is more to read. Of what was read not each ticket could be "
						  "understood: those that the notes name were passed over.");
		ret->next = ENT_STR("Next: --pages N reads on; --phase and --cursor begin at a place that is shown.");
		return;
	case TRIAL_WOULD_WRITE:
		WELL("not found", "The tool does not have it. The last call was not sent: the broker would write now.");
		return;
	case TRIAL_HELD:
		SAY("held", "You did not say yes, so the last call was not sent.");
		return;
	case TRIAL_NO_LOGIN:
		SAY("no session", "Without a login nothing else can be asked of this tool.");
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
		WELL("found", "The tool has it already. The broker would take it as done and not write again.");
	else
		delivery_judge(trial, call, end, arena, ret);
}
