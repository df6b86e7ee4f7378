/* SPDX-License-Identifier: Apache-2.0 */
#include "core/decide_word.h"

#include "core/decide_tool.h"
#include "core/federate.h"
#include "core/holder.h"
#include "sdk/webhook.h"

/* Two machines' clocks may differ by as much. On top of it most tools give whole seconds, and some whole minutes. */
enum { CLOCKS_DIFFER_MS = 30000, SECOND_MS = 1000, MINUTE_MS = 60000 };

/* ---- words ------------------------------------------------------------------- */

static enum ent_status status_of(struct ent_value value)
{
	return sdk_status(value.text);
}

/* The attributes that the change tells and that are not older than the stored ones. */
static uint32_t heard_bits(const struct situation *at, const struct ent_change *change)
{
	return change->kind == ENT_TICKET_REMOVED ? 0 : change->ticket.has & ~situation_late(at, change);
}

/* The status this change gives the ticket; UNKNOWN when it says nothing new about it. */
static enum ent_status new_status(const struct situation *at, const struct ent_change *change)
{
	if (!attr_in(heard_bits(at, change), ENT_STATUS))
		return ENT_STATUS_UNKNOWN;
	return status_of(change->ticket.at[ENT_STATUS]);
}

static enum ent_status stored_status(const struct situation *at)
{
	return at->ticket ? status_of(at->ticket->at[ENT_STATUS].value) : ENT_STATUS_UNKNOWN;
}

static struct ent_str said_text(const struct situation *at, const struct ent_change *change, uint32_t applied,
				enum ent_attr attr)
{
	if (attr_in(applied, attr))
		return change->ticket.at[attr].text;
	return at->ticket ? at->ticket->at[attr].value.text : ENT_ABSENT;
}

/* The words of this ticket once the change is applied. */
static struct word own_word(const struct situation *at, const struct ent_change *change)
{
	uint32_t applied = heard_bits(at, change);
	struct word word = {.supplier = at->supplier,
			    .transferred_to = said_text(at, change, applied, ENT_TRANSFERRED_TO),
			    .said_ms = attr_in(applied, ENT_STATUS) ? situation_when(at, change)
				       : at->ticket                 ? at->ticket->at[ENT_STATUS].stamp.time_ms
								    : 0};

	for (unsigned i = 0; i < ENT_N_ATTR; i++)
		if (attr_in(ATTR_CARRIED, i))
			word.values.at[i] =
			    attr_value((enum ent_attr)i, said_text(at, change, applied, (enum ent_attr)i));
	return word;
}

static bool is_told_before(int64_t said_ms, int64_t time_ms)
{
	int64_t within_ms = said_ms % MINUTE_MS == 0 ? MINUTE_MS : SECOND_MS;

	return said_ms + within_ms + CLOCKS_DIFFER_MS <= time_ms;
}

/* False: that holder has no ticket in the incident. */
static bool word_of(const struct situation *at, const struct ent_change *change, struct ent_str holder,
		    struct word *ret)
{
	if (holder_is(at->suppliers, holder, at->supplier)) {
		*ret = own_word(at, change);
		return true;
	}
	for (size_t i = 0; i < at->n_word; i++)
		if (holder_is(at->suppliers, holder, at->word[i].supplier)) {
			*ret = at->word[i];
			return true;
		}
	return false;
}

/* Only listened to and without a policy of its own: what it says is taken as it comes. */
static bool is_plain(const struct situation *at, enum ent_attr attr)
{
	return !at->writes && at->policy[attr] == POLICY_HOLDER;
}

/* Does somebody there say it, now? Not what we set, not what the ticket said before, not what it was born with. */
static bool is_word(const struct situation *at, const struct ent_change *change, enum ent_attr attr)
{
	if (at->withdrawn || attr_in(at->echo | at->asked, attr) || !attr_in(heard_bits(at, change), attr))
		return false;
	if (at->ticket && !at->sweep && same_value(&at->ticket->at[attr].value, &change->ticket.at[attr]))
		return false;
	return at->ticket || new_status(at, change) != ENT_NEW ||
	       (attr_in(ATTR_LEVELS, attr) && at->incident->values.at[attr] == 0);
}

/* UNKNOWN: it says none. `new` is a word only of a ticket that was something else before; to a sweep also of one that
 * does not hold the ball: it should say what the incident says by then. */
static enum ent_status status_word(const struct situation *at, const struct ent_change *change)
{
	enum ent_status said = new_status(at, change), was = stored_status(at);
	bool lags = at->sweep && !holder_is(at->suppliers, at->incident->holder, at->supplier);

	if (!is_word(at, change, ENT_STATUS) || said == ENT_TRANSFERRED ||
	    (said == ENT_NEW && !lags && (was == ENT_NEW || was == ENT_STATUS_UNKNOWN)))
		return ENT_STATUS_UNKNOWN;
	return said;
}

/* 0: it says none. */
static unsigned level_word(const struct situation *at, const struct ent_change *change, enum ent_attr attr)
{
	return is_word(at, change, attr) ? attr_value(attr, change->ticket.at[attr].text) : 0;
}

/* A ticket that was over opens again, and so does the incident. */
static bool reopens_it(const struct situation *at, const struct ent_change *change)
{
	return at->ticket && !status_facts(stored_status(at))->open && status_facts(new_status(at, change))->open &&
	       !status_facts(at->incident->values.at[ENT_STATUS])->open;
}

/* A sweep reads known values again. They never count as newest: two tickets that differ would overwrite the incident
 * in turn, at every sweep. */
static bool is_said_again(const struct situation *at, const struct ent_change *change, enum ent_attr attr)
{
	return at->sweep && at->ticket && same_value(&at->ticket->at[attr].value, &change->ticket.at[attr]);
}

static bool value_counts(const struct situation *at, const struct ent_change *change, enum ent_attr attr,
			 struct ent_str holder)
{
	switch (at->policy[attr]) {
	case POLICY_NEWEST:
	case POLICY_THEIRS:
		return holder_is(at->suppliers, holder, at->supplier) || !is_said_again(at, change, attr);
	case POLICY_HOLDER:
		return holder_is(at->suppliers, holder, at->supplier);
	case POLICY_OURS:
		break;
	}
	return false;
}

/* ---- who holds the ball ---------------------------------------------------- */

static bool is_refusal(enum ent_status status)
{
	return status == ENT_REJECTED || status == ENT_CANCELLED;
}

/* A supplier that works on it takes a ball that lies about; our own update makes nobody work. */
static bool takes_the_ball(const struct situation *at, const struct ent_change *change)
{
	if (at->withdrawn || (at->writes && !is_word(at, change, ENT_STATUS)))
		return false;
	return status_facts(new_status(at, change))->active;
}

/* It was handed to us, named or not, and nobody with us has done anything since. */
static bool lies_about(const struct situation *at, struct ent_str holder)
{
	bool has_moved = !same_text(holder, at->incident->holder);

	return same_text(holder, organisation_ours(at->suppliers)) && (has_moved || !at->incident->is_accepted);
}

/* The holder said it before it was handed the ball: it is about the work of then. */
static bool is_from_before(const struct situation *at, const struct ent_change *change)
{
	const struct incident *incident = at->incident;
	int64_t said_ms = situation_when(at, change);

	if (change->kind == ENT_COMMENT_ADDED && change->comment.created_ms && change->comment.created_ms < said_ms)
		said_ms = change->comment.created_ms;
	return incident->sequence != 0 && !incident->is_accepted &&
	       holder_is(at->suppliers, incident->holder, at->supplier) &&
	       is_told_before(said_ms, incident->holder_since_ms);
}

/* A sweep hears it again from who was handed the ball and has not done anything yet. */
static bool stood_before(const struct situation *at, const struct ent_change *change)
{
	return at->incident->sequence != 0 && !at->incident->is_accepted &&
	       holder_is(at->suppliers, at->incident->holder, at->supplier) && is_said_again(at, change, ENT_STATUS);
}

/* The first own word of one that was handed the ball says no: it goes back to who had it. */
static bool declines_the_ball(const struct situation *at, const struct ent_change *change)
{
	const struct incident *incident = at->incident;

	return incident->sequence != 0 && !incident->is_accepted && incident->handed_by.n &&
	       holder_is(at->suppliers, incident->holder, at->supplier) && !is_from_before(at, change) &&
	       !stood_before(at, change) && is_refusal(status_word(at, change));
}

/* The holder's ticket says with this very change that it passes the ball on. */
static bool hands_over_now(const struct situation *at, const struct ent_change *change, struct ent_str holder)
{
	static const enum ent_attr says[] = {ENT_STATUS, ENT_TRANSFERRED_TO};
	uint32_t heard = heard_bits(at, change);

	if (!holder_is(at->suppliers, holder, at->supplier))
		return false;
	for (size_t i = 0; i < sizeof says / sizeof *says; i++)
		if (attr_in(heard, says[i]) &&
		    !(at->ticket && same_value(&at->ticket->at[says[i]].value, &change->ticket.at[says[i]])))
			return true;
	return false;
}

/* The old word of a hand-over stands in the holder's ticket, and who was meant said no to it. */
static bool is_declined(const struct situation *at, const struct ent_change *change, struct ent_str holder,
			struct ent_str next)
{
	struct word word;

	if (!next.n || !same_text(next, at->incident->declined_by) || hands_over_now(at, change, holder))
		return false;
	return !word_of(at, change, next, &word) || is_refusal(word.values.at[ENT_STATUS]);
}

/* The holder, and whoever has the name by now that a tool handed over to when nobody had it. */
static struct ent_str known_holder(const struct situation *at, struct ent_arena *arena)
{
	struct ent_str name;

	if (at->incident->sequence == 0)
		return organisation_named(at->suppliers, at->supplier);
	return holder_word(at->incident->holder, &name) ? holder_named(at->suppliers, name, arena)
							: at->incident->holder;
}

struct ent_str decide_next_holder(const struct situation *at, const struct ent_change *change, struct ent_arena *arena)
{
	struct ent_str first = known_holder(at, arena), holder = first;
	struct word word;
	size_t steps = 0;

	if (decide_tool_says(at, change, status_word(at, change)) == TOOL_ACCEPTS)
		return organisation_named(at->suppliers, at->supplier);
	if (declines_the_ball(at, change))
		return at->giver_left ? organisation_ours(at->suppliers) : at->incident->handed_by;
	while (word_of(at, change, holder, &word) && word.values.at[ENT_STATUS] == ENT_TRANSFERRED) {
		struct ent_str next = holder_named(at->suppliers, word.transferred_to, arena);
		if (is_declined(at, change, holder, next))
			break;
		holder = next;
		if (++steps > at->n_word + 1) /* more than there are suppliers: a circle */
			return first;
	}
	if (lies_about(at, holder) && takes_the_ball(at, change))
		return organisation_named(at->suppliers, at->supplier);
	return holder;
}

/* Did somebody there do something, or did we? */
static bool is_own_event(const struct situation *at, const struct ent_change *change, const struct event *event)
{
	switch (event->kind) {
	case EVENT_TICKET_LINKED: /* one that we made has not spoken yet */
		return !at->writes || status_word(at, change) != ENT_STATUS_UNKNOWN;
	case EVENT_TICKET_CHANGED:
		for (size_t i = 0; i < event->n_attr; i++)
			if (!attr_in(at->echo | at->asked, event->attr[i].attr))
				return true;
		return false;
	case EVENT_COMMENT_ADDED:
	case EVENT_COMMENT_EDITED:
	case EVENT_COMMENT_REMOVED:
	case EVENT_ATTACHMENT_ADDED:
		return true;
	default:
		return false;
	}
}

void decide_accepted(const struct situation *at, const struct ent_change *change, size_t from, struct events *ret)
{
	const struct incident *incident = at->incident;
	bool is_own = false;

	if (incident->sequence == 0 || incident->is_accepted || at->withdrawn || is_from_before(at, change) ||
	    !holder_is(at->suppliers, incident->holder, at->supplier))
		return;
	for (size_t i = from; i < ret->n; i++) {
		if (ret->at[i].kind == EVENT_INCIDENT_HOLDER_CHANGED)
			return;
		is_own |= is_own_event(at, change, &ret->at[i]);
	}
	if (!is_own)
		return;
	struct event *event = events_add(ret, EVENT_INCIDENT_HOLDER_ACCEPTED, at);
	event->actor = at->actor;
	event->time_ms = situation_when(at, change);
	event->holder_from = incident->handed_by;
	event->holder_to = incident->holder;
}

/* Does the word of one who is handed the ball come along with it? Where we can write, a new ticket has not spoken yet,
 * and what is under `ours` never does. */
static bool is_brought(const struct situation *at, const struct word *word, enum ent_attr attr)
{
	const struct supplier *supplier = at->suppliers ? supplier_by_name(at->suppliers, word->supplier) : NULL;

	if (!supplier)
		return true;
	return supplier->policy[attr] != POLICY_OURS &&
	       (word->values.at[ENT_STATUS] != ENT_NEW || !supplier_can(supplier, ENT_UPDATE_TICKET));
}

struct values decide_brought_levels(const struct situation *at, const struct word *word)
{
	struct values brought = {{0}};

	for (unsigned i = 0; i < ENT_N_ATTR; i++)
		if (attr_in(ATTR_LEVELS, i) && is_brought(at, word, (enum ent_attr)i))
			brought.at[i] = word->values.at[i];
	return brought;
}

/* ---- the incident's status -------------------------------------------------- */

/* Its ticket was over before it was handed the ball: that ends nothing of the new work. The word of a supplier that is
 * only listened to is taken as it stands, since nothing is ever written over it. */
static bool was_over(const struct situation *at, const struct word *word, int64_t handed_ms)
{
	const struct supplier *supplier = at->suppliers ? supplier_by_name(at->suppliers, word->supplier) : NULL;

	return supplier && supplier_can(supplier, ENT_UPDATE_TICKET) && word->said_ms != 0 &&
	       !status_facts(word->values.at[ENT_STATUS])->open && is_told_before(word->said_ms, handed_ms);
}

/* The status of the incident after the change. */
static enum ent_status next_status(const struct situation *at, const struct ent_change *change, struct ent_str holder)
{
	enum ent_status now = at->incident->values.at[ENT_STATUS], said = ENT_STATUS_UNKNOWN;
	bool has_moved = !same_text(holder, at->incident->holder);
	bool is_mine = holder_is(at->suppliers, holder, at->supplier);
	struct word word;

	if (declines_the_ball(at, change) || decide_tool_says(at, change, status_word(at, change)) == TOOL_DECLINES)
		return now;
	if (!is_plain(at, ENT_STATUS)) {
		said = status_word(at, change);
		if (!status_facts(said)->open && (is_from_before(at, change) || stood_before(at, change)))
			return now;
		if (said != ENT_STATUS_UNKNOWN && (value_counts(at, change, ENT_STATUS, holder) ||
						   (at->policy[ENT_STATUS] == POLICY_HOLDER && reopens_it(at, change))))
			return said;
		said = ENT_STATUS_UNKNOWN;
	} else if (is_mine) {
		said = own_word(at, change).values.at[ENT_STATUS];
	}
	if (has_moved && !is_mine && word_of(at, change, holder, &word) && is_brought(at, &word, ENT_STATUS) &&
	    !was_over(at, &word, situation_when(at, change)))
		said = word.values.at[ENT_STATUS];
	if (said == ENT_STATUS_UNKNOWN || said == ENT_TRANSFERRED)
		return now;
	return said;
}

/* A word in vain that its tool may take back: said and told, and written over. A ticket's first words are none. */
static void decide_overruled(const struct situation *at, const struct ent_change *change, enum ent_attr attr,
			     const struct incident *next, struct events *ret)
{
	const struct supplier *supplier = at->suppliers ? supplier_by_name(at->suppliers, at->supplier) : NULL;
	struct word word = own_word(at, change);
	bool said = attr_rule(attr) == ATTR_STATE ? status_word(at, change) != ENT_STATUS_UNKNOWN
						  : level_word(at, change, attr) != 0;
	struct party party = {.supplier = supplier, .values = word.values, .tells = 1u << attr};

	if (!at->writes || !supplier || !at->ticket || !said || federate_agrees(&party, next, attr))
		return;
	struct event_attr *row = SDK_NEW(ret->arena, struct event_attr);
	row->attr = attr;
	row->from = change->ticket.at[attr];
	(void)federate_value(supplier, &next->values, attr, &row->to); /* no word for it: the text alone */
	row->to.text = sdk_dup(ret->arena, row->to.text);
	struct event *event = events_add_change(ret, EVENT_TICKET_OVERRULED, at, change);
	event->attr = row;
	event->n_attr = 1;
}

void decide_incident(const struct situation *at, const struct ent_change *change, struct events *ret)
{
	const struct incident *incident = at->incident;
	struct incident next = *incident;
	int64_t when = situation_when(at, change);
	struct word word;

	decide_tool_ends(at, change, decide_tool_says(at, change, status_word(at, change)), ret);
	next.holder = decide_next_holder(at, change, ret->arena);
	if (declines_the_ball(at, change))
		next.declined_by = incident->holder;
	next.values.at[ENT_STATUS] = next_status(at, change, next.holder);
	if (!same_text(next.holder, incident->holder)) {
		struct event *event = events_add(ret, EVENT_INCIDENT_HOLDER_CHANGED, at);
		event->actor = at->actor;
		event->time_ms = event->holder_since_ms = when;
		event->holder_from = incident->holder;
		event->holder_to = next.holder;
		event->is_declined = declines_the_ball(at, change);
		event->is_accepted = event->is_declined || holder_is(at->suppliers, next.holder, at->supplier);
		if (word_of(at, change, next.holder, &word))
			event->values = decide_brought_levels(at, &word);
		attr_take(&next.values, &event->values);
	}
	if (next.values.at[ENT_STATUS] != incident->values.at[ENT_STATUS]) {
		struct event *event = events_add(ret, EVENT_INCIDENT_STATUS_CHANGED, at);
		event->actor = at->actor;
		event->time_ms = when;
		event->status_from = incident->values.at[ENT_STATUS];
		event->status_to = next.values.at[ENT_STATUS];
	}
	for (unsigned i = 0; i < ENT_N_ATTR; i++)
		if (attr_in(ATTR_LEVELS, i) && value_counts(at, change, (enum ent_attr)i, next.holder) &&
		    level_word(at, change, (enum ent_attr)i))
			next.values.at[i] = level_word(at, change, (enum ent_attr)i);
	for (unsigned i = 0; i < ENT_N_ATTR; i++)
		if (attr_in(ATTR_CARRIED, i))
			decide_overruled(at, change, (enum ent_attr)i, &next, ret);
}

void decide_opened(const struct situation *at, const struct ent_change *change, struct events *ret)
{
	enum ent_status status = new_status(at, change);
	struct event *event = events_add(ret, EVENT_INCIDENT_OPENED, at);

	event->actor = at->actor;
	event->time_ms = situation_when(at, change);
	event->holder_since_ms = event->time_ms;
	event->holder_to = decide_next_holder(at, change, ret->arena);
	event->is_accepted = holder_is(at->suppliers, event->holder_to, at->supplier);
	event->holder_from = organisation_named(at->suppliers, at->supplier);
	/* The first word of a supplier that has already passed the work on is nobody's state. */
	event->status_to = status == ENT_STATUS_UNKNOWN || status == ENT_TRANSFERRED ? ENT_NEW : status;
}

/* ---- the incident's levels ----------------------------------------------------- */

/* fold_incident() knows one rule: anybody's until the holder has said one, then the holder's. Policies say where it
 * does not hold. */
static void decide_level(const struct situation *at, const struct ent_change *change, enum ent_attr attr,
			 struct event *event)
{
	const struct incident *incident = at->incident;
	bool is_heard = attr_in(heard_bits(at, change), attr);
	unsigned said = is_heard ? attr_value(attr, change->ticket.at[attr].text) : 0,
		 stands = incident->values.at[attr];

	if (incident->sequence == 0 || said == 0)
		return;
	bool is_news = !(at->ticket && same_value(&at->ticket->at[attr].value, &change->ticket.at[attr]));
	bool by_rule = (stands == 0 || sdk_eq(at->supplier, incident->holder)) && is_news; /* as fold_level() */
	bool is_next =
	    level_word(at, change, attr) == said && (stands == 0 || value_counts(at, change, attr, incident->holder));
	if (is_plain(at, attr)) /* the holder is an organisation, whose tool may have another name */
		is_next = is_news && (stands == 0 || holder_is(at->suppliers, incident->holder, at->supplier));
	if (is_next == by_rule)
		return;
	if (is_next)
		event->values.at[attr] = said;
	else
		event->nobodys |= 1u << attr;
}

void decide_levels(const struct situation *at, const struct ent_change *change, struct event *event)
{
	for (unsigned i = 0; i < ENT_N_ATTR; i++)
		if (attr_in(ATTR_LEVELS, i))
			decide_level(at, change, (enum ent_attr)i, event);
}
