/* SPDX-License-Identifier: Apache-2.0 */
#include "core/federate.h"

#include "core/organisation.h"
#include "core/reader.h"
#include "core/wording.h"
#include "sdk/webhook.h"
#include <assert.h>
#include <string.h>

/* ---- values ------------------------------------------------------------------------ */

static const struct ent_map_row *tool_words(const struct supplier *supplier, enum ent_attr attr)
{
	return supplier->connector ? supplier->connector->map[attr] : NULL;
}

bool federate_value(const struct supplier *supplier, const struct values *values, enum ent_attr attr,
		    struct ent_value *ret)
{
	assert(attr_in(ATTR_CARRIED, attr));
	ret->text = attr_word(attr, values->at[attr]);
	ret->native = map_out(&supplier->maps.of[attr], tool_words(supplier, attr), ret->text);
	return ret->native.n > 0;
}

/* The value that the tool's word for the incident's value reads as when it comes back: where two values share one word,
 * the ticket can only say one of them. 0: there is no word. */
static unsigned there_and_back(const struct supplier *supplier, const struct incident *incident, enum ent_attr attr)
{
	struct ent_value value;

	if (!federate_value(supplier, &incident->values, attr, &value))
		return 0;
	return attr_value(attr, map_in(&supplier->maps.of[attr], tool_words(supplier, attr), value.native));
}

static bool status_agrees(const struct party *party, const struct incident *incident)
{
	enum ent_status ours = incident->values.at[ENT_STATUS], theirs = party->values.at[ENT_STATUS];
	bool open = status_facts(ours)->open;
	bool holds = sdk_eq(incident->holder, organisation_of(party->supplier));
	bool declined = sdk_eq(incident->declined_by, organisation_of(party->supplier));

	if (ours == ENT_STATUS_UNKNOWN || ours == theirs)
		return true;
	/* Tools close by themselves what was resolved for a while; to open it again over that would be a quarrel. */
	if (ours == ENT_RESOLVED && theirs == ENT_CLOSED)
		return true;
	if (theirs == ENT_TRANSFERRED && !holds)
		return open; /* it passed the work on: how that goes is not its state, until it is over */
	if (declined && (theirs == ENT_REJECTED || theirs == ENT_CANCELLED))
		return true; /* it gave the work back */
	enum ent_status back = there_and_back(party->supplier, incident, ENT_STATUS);
	if (back != ENT_STATUS_UNKNOWN)
		return back == theirs;
	/* Without a word for it, open or not is all it can say. */
	return theirs != ENT_STATUS_UNKNOWN && status_facts(theirs)->open == open;
}

static bool level_agrees(const struct party *party, const struct incident *incident, enum ent_attr attr)
{
	unsigned ours = incident->values.at[attr], back;

	if (ours == 0 || ours == party->values.at[attr])
		return true;
	back = there_and_back(party->supplier, incident, attr);
	return back == 0 || back == party->values.at[attr];
}

/* heard: also a ball holder that has not spoken yet. */
static bool value_agrees(const struct party *party, const struct incident *incident, enum ent_attr attr, bool heard)
{
	if (party->supplier->policy[attr] == POLICY_THEIRS)
		return true;
	if (!heard && party->values.at[ENT_STATUS] == ENT_NEW && status_facts(incident->values.at[ENT_STATUS])->open &&
	    sdk_eq(incident->holder, organisation_of(party->supplier)))
		return true;
	return attr_rule(attr) == ATTR_STATE ? status_agrees(party, incident) : level_agrees(party, incident, attr);
}

/* At least one of them is known, and each that is known agrees. */
static bool known_agree(const struct party *party, const struct incident *incident, uint32_t bits)
{
	bool is_known = false;

	for (unsigned i = 0; i < ENT_N_ATTR; i++) {
		if (!attr_in(bits, i) || incident->values.at[i] == 0)
			continue;
		if (!level_agrees(party, incident, (enum ent_attr)i))
			return false;
		is_known = true;
	}
	return is_known;
}

/* A tool that works one scale out from others cannot say any three of them: it is enough when the one agrees or the
 * others do. To ask for more would write now this one, now those, for ever. */
static bool tool_derives(const struct party *party, const struct incident *incident, enum ent_attr attr)
{
	const struct ent_connector *connector = party->supplier->connector;

	if (!connector || !attr_in(connector->derived | connector->derived_from, attr))
		return false;
	return known_agree(party, incident, connector->derived) ||
	       known_agree(party, incident, connector->derived_from);
}

bool federate_agrees(const struct party *party, const struct incident *incident, enum ent_attr attr)
{
	assert(attr_in(ATTR_CARRIED, attr));
	if (attr_rule(attr) == ATTR_OPTIONAL && !attr_in(party->tells, attr))
		return true;
	return value_agrees(party, incident, attr, false) || tool_derives(party, incident, attr);
}

uint32_t federate_set(const struct supplier *supplier, uint32_t set, const struct values *values)
{
	const struct ent_connector *connector = supplier->connector;

	for (unsigned i = 0; connector && i < ENT_N_ATTR; i++)
		if (attr_in(set & connector->derived_from, i) && values->at[i])
			return set & ~connector->derived;
	return set;
}

/* ---- plans --------------------------------------------------------------------------- */

static struct planned *plan_add(const struct federate *at, struct planned_list *list, const struct party *party,
				enum ent_op_kind op)
{
	if (list->n == list->cap) {
		size_t cap = list->cap ? list->cap * 2 : 8;
		struct planned *grown = SDK_NEW_N(list->arena, struct planned, cap);
		if (list->n)
			memcpy(grown, list->at, list->n * sizeof *grown);
		list->at = grown;
		list->cap = cap;
	}
	struct planned *planned = &list->at[list->n++];
	*planned = (struct planned){.supplier = party->supplier,
				    .op = op,
				    .audience = audience_make(list->arena, at->ours, organisation_of(party->supplier),
							      ENT_ABSENT, false, false)};
	return planned;
}

/* There is a ticket to bring it to, or there will be one. */
static bool can_be_told(const struct party *party)
{
	return party->shares && (party->ticket.n || party->comes) && supplier_takes_words(party->supplier);
}

static bool can_be_updated(const struct party *party)
{
	return can_be_told(party) && supplier_can(party->supplier, ENT_UPDATE_TICKET);
}

/* All in which its ticket differs. */
static void plan_update(const struct federate *at, const struct party *party, uint32_t bits, struct planned_list *ret)
{
	uint32_t set = 0;

	for (unsigned i = 0; i < ENT_N_ATTR; i++)
		if (attr_in(bits & ATTR_CARRIED, i) && !federate_agrees(party, at->after, (enum ent_attr)i))
			set |= 1u << i;
	if (set && can_be_updated(party))
		plan_add(at, ret, party, ENT_UPDATE_TICKET)->set = set;
}

/* Plans what has just moved, also for a ticket that never told it. */
static void plan_news(const struct federate *at, const struct party *party, uint32_t bits, bool heard,
		      struct planned_list *ret)
{
	uint32_t set = 0;

	for (unsigned i = 0; i < ENT_N_ATTR; i++)
		if (attr_in(bits & ATTR_CARRIED, i) && !value_agrees(party, at->after, (enum ent_attr)i, heard))
			set |= 1u << i;
	if (set && can_be_updated(party))
		plan_add(at, ret, party, ENT_UPDATE_TICKET)->set = set;
}

/* To everybody but who said it. */
static void plan_moved(const struct federate *at, struct planned_list *ret)
{
	bool by_person = !at->event->supplier.n;
	uint32_t bits = attr_differ(&at->before->values, &at->after->values);

	for (size_t i = 0; bits && i < at->n_party; i++)
		if (by_person || !sdk_eq(at->party[i].supplier->name, at->event->supplier))
			plan_news(at, &at->party[i], bits, by_person, ret);
}

static const struct party *party_of(const struct federate *at, struct ent_str supplier)
{
	for (size_t i = 0; i < at->n_party; i++)
		if (sdk_eq(at->party[i].supplier->name, supplier))
			return &at->party[i];
	return NULL;
}

/* A new ticket of the holder has not spoken: what its tool gave it is no word, and it gets the incident's levels. */
static void plan_born(const struct federate *at, const struct party *party, struct planned_list *ret)
{
	uint32_t set = 0;

	for (unsigned i = 0; i < ENT_N_ATTR; i++)
		if (attr_in(ATTR_LEVELS, i) &&
		    (attr_rule((enum ent_attr)i) != ATTR_OPTIONAL || attr_in(party->tells, i)) &&
		    !value_agrees(party, at->after, (enum ent_attr)i, true) &&
		    !tool_derives(party, at->after, (enum ent_attr)i))
			set |= 1u << i;
	if (set && can_be_updated(party) && party->values.at[ENT_STATUS] == ENT_NEW)
		plan_add(at, ret, party, ENT_UPDATE_TICKET)->set = set;
}

/* The ticket as the event tells it: its row may be as old as before. */
static void plan_linked(const struct federate *at, struct planned_list *ret)
{
	const struct party *found = party_of(at, at->event->supplier);

	if (!found)
		return;
	struct party party = *found;
	party.ticket = at->event->ticket_id;
	party.tells |= at->event->seen;
	for (size_t i = 0; i < at->event->n_attr; i++) {
		const struct event_attr *attr = &at->event->attr[i];
		party.values.at[attr->attr] = attr_value(attr->attr, attr->to.text);
	}
	if (sdk_eq(at->after->holder, organisation_of(found->supplier)))
		plan_born(at, &party, ret);
	else
		plan_update(at, &party, ATTR_CARRIED, ret);
}

static void plan_overruled(const struct federate *at, struct planned_list *ret)
{
	const struct party *party = party_of(at, at->event->supplier);
	enum ent_attr attr = at->event->attr->attr;

	if (party && can_be_updated(party) && party->supplier->policy[attr] != POLICY_THEIRS)
		plan_add(at, ret, party, ENT_UPDATE_TICKET)->set = 1u << attr;
}

static void plan_comment(const struct federate *at, struct planned_list *ret)
{
	const struct comment *comment = &at->event->comment;
	const struct spoken spoken = reader_spoken(comment);

	for (size_t i = 0; i < at->n_party; i++) {
		const struct party *party = &at->party[i];
		if (sdk_eq(party->supplier->name, comment->supplier) || !can_be_told(party) ||
		    reader_right_of(organisation_of(party->supplier), &spoken, party->shares) == RIGHT_NONE)
			continue;
		struct planned *planned = plan_add(at, ret, party, ENT_ADD_COMMENT);
		memcpy(planned->comment, comment->uuid, ID_SIZE);
		planned->audience = comment->audience;
		planned->said = audience_said(at->event->said_ms, party->reads_ms);
		planned->anyway =
		    planned->said == SAID_SINCE && audience_said(comment->created_ms, party->reads_ms) != SAID_SINCE;
	}
}

/* It stands in public in the tool, where the requester reads it: no edit is sure to hide it there. Where the public
 * reader is our own service desk, no requester does. */
static bool stood_in_public(const struct federate *at, const struct party *party)
{
	return at->event->was.requester && party->supplier->public_reader != PUBLIC_SERVICE_DESK;
}

/* No word goes out with a removal: it needs a ticket and no share. */
static bool can_be_taken_from(const struct party *party)
{
	return can_be_told(party) || (party->ticket.n && supplier_takes_words(party->supplier));
}

/* A supplier that was given the comment is given its new words, or has it taken away: also where the requester is to
 * read it no more, and also when its share was taken back meanwhile. A supplier that reads it as before keeps what was
 * brought, word for word. The queue knows whether it was given. */
static void plan_followed(const struct federate *at, struct planned_list *ret)
{
	const struct comment *comment = &at->event->comment;
	const struct spoken now = reader_spoken(comment), then = {.author = now.author, .audience = &at->event->was};
	bool is_removed = at->event->kind == EVENT_COMMENT_REMOVED;

	for (size_t i = 0; comment->uuid[0] && i < at->n_party; i++) { /* removed before it was told: no copy of it */
		const struct party *party = &at->party[i];
		if (sdk_eq(party->supplier->name, comment->supplier) || !can_be_taken_from(party))
			continue;
		struct ent_str organisation = organisation_of(party->supplier);
		bool reads = !is_removed && reader_right_of(organisation, &now, true) != RIGHT_NONE;
		bool edits = reads && (!stood_in_public(at, party) || comment->audience.requester);
		bool read = reader_right_of(organisation, &then, party->shares) != RIGHT_NONE &&
			    (at->event->was.requester || !comment->audience.requester);
		if (edits && !at->event->is_reworded && (read || !party->shares))
			continue;
		struct planned *planned = plan_add(at, ret, party, edits ? ENT_EDIT_COMMENT : ENT_REMOVE_COMMENT);
		memcpy(planned->comment, comment->uuid, ID_SIZE);
		planned->audience = reads ? comment->audience : (struct audience){0};
		planned->audience.requester |= !edits && stood_in_public(at, party);
		planned->said = edits ? audience_said(at->event->said_ms, party->reads_ms) : SAID_SINCE;
	}
}

static void plan_shared(const struct federate *at, struct planned_list *ret)
{
	const struct party *party = party_of(at, at->event->supplier);
	const struct brief *brief = &at->event->brief;
	struct planned *planned;

	if (!party || !party->shares || !supplier_takes_words(party->supplier))
		return;
	if (party->ticket.n) { /* its brief is a comment of the thread by now */
		plan_update(at, party, ATTR_CARRIED, ret);
		return;
	}
	if (party->comes && !brief->what.n)
		return;
	planned = plan_add(at, ret, party, party->comes ? ENT_ADD_COMMENT : ENT_CREATE_TICKET);
	planned->text = wording_brief(ret->arena, party->supplier->language, brief, at->after);
}

static void plan_unshared(const struct federate *at, struct planned_list *ret)
{
	const struct party *party = party_of(at, at->event->supplier);

	if (!party)
		return;
	struct planned *planned = plan_add(at, ret, party, ENT_ADD_COMMENT);
	planned->cancels = true;
	if (party->ticket.n && supplier_takes_words(party->supplier))
		planned->text =
		    wording_unshared(ret->arena, party->supplier->language, at->after->number, at->event->reason);
}

/* The ball came back to one who had passed it on, or by a person's word left one who had not spoken yet. */
static void plan_holder(const struct federate *at, struct planned_list *ret)
{
	bool by_person = !at->event->supplier.n;

	for (size_t i = 0; i < at->n_party; i++) {
		const struct party *party = &at->party[i];
		struct ent_str organisation = organisation_of(party->supplier);

		if ((by_person || at->event->is_declined) && sdk_eq(organisation, at->after->holder) &&
		    party->values.at[ENT_STATUS] == ENT_TRANSFERRED)
			plan_update(at, party, 1u << ENT_STATUS, ret);
		if (by_person && sdk_eq(organisation, at->event->holder_from))
			plan_update(at, party, ATTR_CARRIED, ret);
	}
}

/* Tickets of two incidents are in one now. The holder's word will be heard; the others are told. */
static void plan_merged(const struct federate *at, struct planned_list *ret)
{
	for (size_t i = 0; i < at->n_party; i++)
		if (!sdk_eq(organisation_of(at->party[i].supplier), at->after->holder))
			plan_update(at, &at->party[i], ATTR_CARRIED, ret);
}

/* A merge was undone, and the ticket of one that takes part is in the other incident: a new one is made. */
static void plan_parted(const struct federate *at, struct planned_list *ret)
{
	const struct brief brief = {.what = at->after->title};

	for (size_t i = 0; i < at->n_party; i++) {
		const struct party *party = &at->party[i];
		if (!party->shares || party->ticket.n || party->comes ||
		    !supplier_can(party->supplier, ENT_CREATE_TICKET))
			continue;
		plan_add(at, ret, party, ENT_CREATE_TICKET)->text =
		    wording_brief(ret->arena, party->supplier->language, &brief, at->after);
	}
}

/* A merge, or both sides of its undoing. */
static void plan_both(const struct federate *at, struct planned_list *ret)
{
	if (at->event->kind != EVENT_INCIDENT_SPLIT)
		plan_merged(at, ret);
	if (at->event->kind != EVENT_INCIDENT_MERGED)
		plan_parted(at, ret);
}

/* An update that was brought may be old by the time it stands there. */
static void plan_done(const struct federate *at, struct planned_list *ret)
{
	if (at->event->op == ENT_UPDATE_TICKET && party_of(at, at->event->supplier))
		plan_update(at, party_of(at, at->event->supplier), ATTR_CARRIED, ret);
}

/* Plans what was said while its ticket could not be told, because it was gone already. */
static void plan_continued(const struct federate *at, struct planned_list *ret)
{
	const struct party *party = party_of(at, at->event->supplier);

	if (party && !sdk_eq(at->after->holder, organisation_of(party->supplier)))
		plan_update(at, party, ATTR_CARRIED, ret);
}

void federate(const struct federate *at, struct planned_list *ret)
{
	switch (at->event->kind) {
	case EVENT_INCIDENT_STATUS_CHANGED:
	case EVENT_INCIDENT_DESCRIBED:
	case EVENT_TICKET_CHANGED:
		plan_moved(at, ret);
		break;
	case EVENT_INCIDENT_HOLDER_CHANGED:
		plan_moved(at, ret);
		plan_holder(at, ret);
		break;
	case EVENT_TICKET_LINKED:
		plan_moved(at, ret);
		plan_linked(at, ret);
		break;
	case EVENT_TICKET_OVERRULED:
		plan_overruled(at, ret);
		break;
	case EVENT_COMMENT_ADDED:
	case EVENT_COMMENT_PUBLISHED:
		plan_comment(at, ret);
		break;
	case EVENT_COMMENT_EDITED:
	case EVENT_COMMENT_REMOVED:
		if (at->event->is_published)
			plan_comment(at, ret);
		plan_followed(at, ret);
		break;
	case EVENT_INCIDENT_SHARED:
		plan_shared(at, ret);
		break;
	case EVENT_INCIDENT_UNSHARED:
		plan_unshared(at, ret);
		break;
	case EVENT_OF_MERGES:
		plan_both(at, ret);
		break;
	case EVENT_DELIVERY_DONE:
		plan_done(at, ret);
		break;
	case EVENT_TICKET_CONTINUED:
	case EVENT_TICKET_REMOVED: /* another ticket of its supplier may speak now */
		plan_continued(at, ret);
		break;
	case EVENT_INCIDENT_OPENED: /* its first ticket follows */
	case EVENT_OF_JOINS:
	case EVENT_INCIDENT_ABSORBED:
	case EVENT_INCIDENT_LINKED:
	case EVENT_TICKET_LATE:
	case EVENT_INCIDENT_CORRECTED: /* of incidents whose suppliers are only listened to */
	case EVENT_INCIDENT_HOLDER_ACCEPTED:
	case EVENT_OF_ACTS:
	case EVENT_ATTACHMENT_ADDED:
	case EVENT_DELIVERY_PARKED:
	case EVENT_DELIVERY_CANCELLED:
	case EVENT_SUPPLIER_STATE_CHANGED:
	case EVENT_COMMENT_PINNED:
	case EVENT_N:
		break;
	}
}
