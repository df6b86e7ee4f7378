/* SPDX-License-Identifier: Apache-2.0 */
#include "core/drift.h"

#include "core/holder.h"
#include "sdk/webhook.h"

/* The last delivery of that op (an update: of that attribute) is open, or was given up by a person or for good. */
static bool is_settled(struct dossier *dossier, const struct party *party, enum ent_op_kind op, uint32_t set)
{
	struct delivery last;

	if (!dossier->source->last(dossier, party->supplier->name, op, set, &last))
		return false;
	if (last.state == DELIVERY_CANCELLED)
		return last.cause == CAUSE_IGNORED || last.cause == CAUSE_UNSUPPORTED;
	if (last.state == DELIVERY_PARKED && last.cause == CAUSE_LOOP) /* later updates were merged into it unseen */
		return false;
	return last.state != DELIVERY_DONE;
}

bool drift_ticket(struct dossier *dossier, const struct party *party, struct drift_row *ret)
{
	if (!party->shares || party->ticket.n || party->comes || !supplier_can(party->supplier, ENT_CREATE_TICKET) ||
	    is_settled(dossier, party, ENT_CREATE_TICKET, 0))
		return false;
	*ret = (struct drift_row){
	    "ticket", ENT_STR("shared"), ENT_STR("no ticket"), ENT_ABSENT,
	    SDK_SENTENCE("drift.share_again", "entente share: again, so that a ticket is made; or entente unshare")};
	return true;
}

bool drift_attribute(struct dossier *dossier, const struct party *party, enum ent_attr attr, struct drift_row *ret)
{
	const struct incident *incident = &dossier->incident;
	bool is_status = attr_rule(attr) == ATTR_STATE;
	struct ent_value ours = {ENT_ABSENT, ENT_ABSENT};

	if (!party->shares || !party->ticket.n || !supplier_can(party->supplier, ENT_UPDATE_TICKET) ||
	    federate_agrees(party, incident, attr) || is_settled(dossier, party, ENT_UPDATE_TICKET, 1u << attr))
		return false;
	/* A holder that has not looked at it yet has not spoken. */
	if (party->values.at[ENT_STATUS] == ENT_NEW &&
	    holder_is(dossier->suppliers, incident->holder, party->supplier->name))
		return false;
	(void)federate_value(party->supplier, &incident->values, attr, &ours);
	*ret = (struct drift_row){
	    .what = sdk_attr_name(attr),
	    .ours = ours.text.p ? ours.text : ENT_STR("unknown"),
	    .theirs = party->values.at[attr] ? attr_word(attr, party->values.at[attr]) : ENT_STR("unknown"),
	    .next = is_status && party->values.at[attr] == ENT_STATUS_UNKNOWN
			? SDK_SENTENCE("drift.no_word", "no map knows the tool's word: entente map publish")
		    : is_status
			? SDK_SENTENCE("drift.set_status", "set it in the tool, or here: entente incident status")
			: SDK_SENTENCE("drift.set_in_tool", "set it in the tool")};
	return true;
}
