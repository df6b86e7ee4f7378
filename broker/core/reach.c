/* SPDX-License-Identifier: Apache-2.0 */
#include "core/reach.h"

#include "core/decide_own.h"
#include "core/organisation.h"
#include "core/queue_plan.h"
#include "core/whom.h"
#include "sdk/webhook.h"

#include <stdio.h>
#include <string.h>

static const char *const why_words[] = {"ours", "author", "named", "everyone"};
static const char *const form_words[] = {"none", "internal", "public"};

const char *reach_why_word(enum reach_why why)
{
	return why_words[why];
}

const char *reach_form_word(enum reach_form form)
{
	return form_words[form];
}

/* ---- who reads it ------------------------------------------------------------------------------ */

static bool is_listed(const struct reach *reach, struct ent_str organisation)
{
	for (size_t i = 0; i < reach->n_organisation; i++)
		if (sdk_eq(reach->organisation[i].name, organisation))
			return true;
	return false;
}

static void list_organisation(struct dossier *dossier, struct reach *reach, const struct comment *comment,
			      struct ent_str organisation)
{
	const struct reader reader = {.kind = READER_ORGANISATION, .organisation = organisation};
	enum reach_why why = REACH_EVERYONE;

	if (is_listed(reach, organisation) || !whom_reads(dossier, &reader, comment))
		return;
	if (sdk_eq(organisation, sdk_or_empty(comment->author.organisation)))
		why = REACH_AUTHOR;
	else if (audience_names(&comment->audience, organisation))
		why = REACH_NAMED;
	reach->organisation[reach->n_organisation++] = (struct reach_organisation){organisation, why};
}

static void list_organisations(struct dossier *dossier, const struct comment *comment, struct reach *reach)
{
	dossier_load_shares(dossier);
	reach->organisation = SDK_NEW_N(dossier->arena, struct reach_organisation, dossier->n_share + 1);
	reach->organisation[reach->n_organisation++] =
	    (struct reach_organisation){organisation_ours(dossier->suppliers), REACH_OURS};
	for (size_t i = 0; i < dossier->n_share; i++)
		if (dossier->share[i]->withdrawn_ms == 0)
			list_organisation(dossier, reach, comment,
					  organisation_named(dossier->suppliers, dossier->share[i]->supplier));
}

/* ---- which tools get it -------------------------------------------------------------------------- */

static void placeholder_uuid(struct chance *chance, char ret[ID_SIZE])
{
	(void)chance;
	memcpy(ret, "00000000-0000-4000-8000-000000000000", ID_SIZE);
}

static void placeholder_bytes(struct chance *chance, void *ret, size_t n)
{
	(void)chance;
	memset(ret, 0, n);
}

/* The writer decides and plans a comment in the same steps: see store/apply.c. */
static void plan_all(struct dossier *dossier, const struct comment *comment, int64_t now_ms)
{
	struct chance chance = {placeholder_uuid, placeholder_bytes};
	struct events events = {.arena = dossier->arena}, more = {.arena = dossier->arena};
	struct situation at = {
	    .suppliers = dossier->suppliers, .supplier = ENT_STR(""), .incident = &dossier->incident, .now_ms = now_ms};
	int64_t last_id = INT64_MAX / 2;
	struct queue queue = {dossier, &more, &chance, &last_id, now_ms};

	at.n_word = dossier_words(dossier, NULL, &at.word);
	if (comment->id)
		decide_own_edit(&at, dossier_comment(dossier, comment->supplier, comment->ticket, comment->external_id),
				comment->body, &comment->audience, &comment->author, &events);
	else
		decide_own_comment(&at, comment, &events);
	for (size_t i = 0; i < events.n; i++) {
		const struct incident before = dossier->incident;
		struct event *event = &events.at[i];

		event->sequence = before.sequence + 1;
		dossier_fold(dossier, event);
		queue_plan(&queue, &before, event);
	}
}

static const struct delivery *delivery_to(struct dossier *dossier, const char *uuid, struct ent_str supplier)
{
	for (size_t i = 0; i < dossier->n_delivery; i++) {
		const struct delivery *delivery = dossier->delivery[i];
		if (delivery->op == ENT_ADD_COMMENT && sdk_eq(delivery->supplier, supplier) &&
		    strcmp(delivery->comment, uuid) == 0)
			return delivery;
	}
	return NULL;
}

/* Can the connector not bring it as it is meant? A tool that has no ticket yet is asked as if it had one. */
static bool cannot_build(struct ent_arena *arena, const struct supplier *supplier, const struct ent_op *op,
			 int64_t now_ms)
{
	const struct ent_connector *connector = supplier->connector;
	const struct ent_call call = {.op = *op, .attempt = 1, .now_ms = now_ms};
	struct ent_request request = {0};
	struct ent_err err;
	void *state = NULL;

	if (connector->open && connector->open(supplier->settings, &state, &err) != ENT_OK)
		return false; /* nothing goes there before its settings are mended */
	const struct ent_self self = {supplier->settings, state};
	bool cannot = connector->build(&self, &call, arena, &request, &err) == ENT_EUNSUPPORTED;
	if (connector->open && connector->close)
		connector->close(state);
	return cannot;
}

static struct reach_tool tool_with(const struct supplier *supplier, struct dossier *dossier,
				   const struct delivery *planned, const struct comment *comment)
{
	struct reach_tool tool = {.supplier = supplier};
	struct delivery delivery = *planned;
	const struct ticket *ticket = dossier_addressee(dossier, planned);
	enum delivery_cause cause = planned->cause;
	struct ent_op op = {0};
	struct ent_err err;

	delivery.ticket = ticket ? ticket->external_id : ENT_STR("1");
	delivery.ticket_key = ticket ? ticket->key : ENT_ABSENT;
	if (planned->state != DELIVERY_PENDING && planned->state != DELIVERY_IN_FLIGHT &&
	    planned->state != DELIVERY_DONE) {
		tool.why = planned->reason;
	} else if (!delivery_may_go(&delivery, supplier, comment, (struct reading){true, 0}, &cause)) {
		tool.why = delivery_cause_next(cause);
	} else if (delivery_op(&delivery, supplier, dossier->suppliers, comment, dossier->arena, &op, &cause, &err) !=
		   ENT_OK) {
		tool.why = sdk_said(&err);
	} else if (!cannot_build(dossier->arena, supplier, &op, planned->made_ms)) {
		tool.form = op.comment.visibility == ENT_PUBLIC ? REACH_PUBLIC : REACH_INTERNAL;
	} else if (op.comment.visibility == ENT_INTERNAL && delivery_may_show(&delivery, supplier, comment)) {
		tool.form = REACH_PUBLIC; /* see link/deliver.c */
	} else {
		tool.why =
		    delivery_cause_next(op.comment.visibility == ENT_INTERNAL ? CAUSE_PUBLIC : CAUSE_UNSUPPORTED);
	}
	return tool;
}

/* Nothing is planned for it. */
static struct ent_said why_not(const struct reach *reach, const struct party *party)
{
	if (!is_listed(reach, organisation_of(party->supplier)))
		return SDK_SENTENCE("reach.audience", "it is not for this organisation");
	if (!supplier_takes_words(party->supplier))
		return SDK_SENTENCE("reach.listened", "we only listen to this tool, nothing is written there");
	return SDK_SENTENCE("reach.no_ticket", "this tool has no ticket of the incident");
}

static void list_tools(struct dossier *dossier, const struct comment *comment, struct reach *reach)
{
	const struct party *party;
	size_t n = dossier_parties(dossier, comment, &party);

	reach->tool = SDK_NEW_N(dossier->arena, struct reach_tool, n + 1);
	for (size_t i = 0; i < n; i++) {
		const struct supplier *supplier = party[i].supplier;
		const struct delivery *planned = delivery_to(dossier, comment->uuid, supplier->name);
		const struct share *share = dossier_share(dossier, supplier->name);
		struct reach_tool *tool = &reach->tool[reach->n_tool];

		if (!planned && share->withdrawn_ms != 0)
			continue;
		*tool = planned ? tool_with(supplier, dossier, planned, comment)
				: (struct reach_tool){supplier, REACH_NOT, why_not(reach, &party[i])};
		reach->n_tool++;
		reach->requester |= tool->form == REACH_PUBLIC && comment->audience.requester &&
				    supplier->public_reader != PUBLIC_SERVICE_DESK;
	}
}

void reach_comment(struct dossier *dossier, const struct comment *comment, int64_t now_ms, struct reach *ret)
{
	struct comment said = *comment;

	*ret = (struct reach){.n_tool = 0};
	if (!said.id) {
		said.incident = dossier->incident.number;
		said.supplier = said.ticket = ENT_STR("");
		said.created_ms = said.recorded_ms = now_ms;
	}
	if (!said.uuid[0])
		placeholder_uuid(NULL, said.uuid);
	list_organisations(dossier, &said, ret);
	plan_all(dossier, &said, now_ms);
	list_tools(dossier, &said, ret);
}

void reach_stored(struct dossier *dossier, const struct comment *comment, struct reach *ret)
{
	const struct party *party;
	size_t n = dossier_parties(dossier, comment, &party);

	*ret = (struct reach){.tool = SDK_NEW_N(dossier->arena, struct reach_tool, n + 1)};
	list_organisations(dossier, comment, ret);
	for (size_t i = 0; i < n; i++)
		if (dossier_share(dossier, party[i].supplier->name)->withdrawn_ms == 0)
			ret->tool[ret->n_tool++] =
			    (struct reach_tool){party[i].supplier, REACH_NOT, why_not(ret, &party[i])};
}

struct ent_str reach_names(struct ent_arena *arena, struct ent_str names)
{
	return sdk_or_empty(audience_make(arena, ENT_ABSENT, ENT_ABSENT, names, false, false).organisations);
}

struct ent_str reach_readers(struct dossier *dossier, const struct comment *comment)
{
	struct reach reach = {.n_tool = 0};
	struct ent_str names = comment->audience.requester ? ENT_STR("requester") : ENT_ABSENT;

	list_organisations(dossier, comment, &reach);
	for (size_t i = 0; i < reach.n_organisation; i++)
		names = sdk_join(dossier->arena, names, ",", reach.organisation[i].name);
	return reach_names(dossier->arena, names);
}
