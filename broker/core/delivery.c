/* SPDX-License-Identifier: Apache-2.0 */
#include "core/delivery.h"

#include "core/act_out.h"
#include "core/organisation.h"
#include "core/reader.h"
#include "core/wording.h"

#include "sdk/fit.h"
#include "sdk/marker.h"
#include "sdk/webhook.h"

#include <assert.h>
#include <string.h>

/* ---- names ------------------------------------------------------------------- */

static const char *const state_names[] = {
    [DELIVERY_PENDING] = "pending", [DELIVERY_IN_FLIGHT] = "in_flight", [DELIVERY_UNKNOWN] = "unknown",
    [DELIVERY_PARKED] = "parked",   [DELIVERY_DONE] = "done",           [DELIVERY_CANCELLED] = "cancelled",
};
#define N_STATE (sizeof state_names / sizeof *state_names)

static const char *const op_names[] = {
    [ENT_CREATE_TICKET] = "create_ticket",
    [ENT_UPDATE_TICKET] = "update_ticket",
    [ENT_ADD_COMMENT] = "add_comment",
    [ENT_EDIT_COMMENT] = "edit_comment",
    [ENT_REMOVE_COMMENT] = "remove_comment",
    [ENT_FETCH_TICKET] = "fetch_ticket",
    [ENT_POLL] = "poll",
    [ENT_PROBE] = "probe",
    [ENT_LOGIN] = "login",
};
#define N_OP (sizeof op_names / sizeof *op_names)

static const char *const cause_words[CAUSE_N] = {
#define X(id, word, help) [id] = word,
    DELIVERY_CAUSES(X)
#undef X
};

static const struct ent_sentence cause_next[CAUSE_N] = {
#define X(id, word, help) [id] = {"next." word, help},
    DELIVERY_CAUSES(X)
#undef X
};

/* The index of a word in a list; n: it is not there. */
static size_t index_of(const char *const *word, size_t n, struct ent_str name)
{
	size_t i = 0;

	while (i < n && !sdk_eqz(name, word[i]))
		i++;
	return i;
}

const char *delivery_state_name(enum delivery_state state)
{
	assert((size_t)state < N_STATE);
	return state_names[state];
}

bool delivery_state_by_name(struct ent_str name, enum delivery_state *ret)
{
	size_t i = index_of(state_names, N_STATE, name);

	if (i < N_STATE)
		*ret = (enum delivery_state)i;
	return i < N_STATE;
}

const char *delivery_op_name(enum ent_op_kind op)
{
	assert((size_t)op < N_OP);
	return op_names[op];
}

bool delivery_op_by_name(struct ent_str name, enum ent_op_kind *ret)
{
	size_t i = index_of(op_names, N_OP, name);

	if (i < N_OP)
		*ret = (enum ent_op_kind)i;
	return i < N_OP;
}

const char *delivery_cause_word(enum delivery_cause cause)
{
	assert((size_t)cause < CAUSE_N);
	return cause_words[cause];
}

struct ent_said delivery_cause_next(enum delivery_cause cause)
{
	assert((size_t)cause < CAUSE_N);
	return cause == CAUSE_NONE ? SDK_SILENCE : sdk_say_sentence(cause_next[cause].code, cause_next[cause].text);
}

bool delivery_cause_by_word(struct ent_str word, enum delivery_cause *ret)
{
	size_t i = index_of(cause_words, CAUSE_N, word);

	if (i < CAUSE_N)
		*ret = (enum delivery_cause)i;
	return i < CAUSE_N;
}

bool delivery_is_open(const struct delivery *delivery)
{
	return delivery->state != DELIVERY_DONE && delivery->state != DELIVERY_CANCELLED;
}

bool delivery_changes_comment(enum ent_op_kind op)
{
	return op == ENT_EDIT_COMMENT || op == ENT_REMOVE_COMMENT;
}

bool delivery_has_words(enum ent_op_kind op)
{
	return op == ENT_CREATE_TICKET || op == ENT_ADD_COMMENT || op == ENT_EDIT_COMMENT;
}

/* ---- the second ask ------------------------------------------------------------ */

static bool refuse_delivery(enum delivery_cause cause, enum delivery_cause *ret)
{
	*ret = cause;
	return false;
}

static bool is_for(struct ent_str organisation, const struct spoken *spoken, bool shares)
{
	return reader_right_of(organisation, spoken, shares) != RIGHT_NONE;
}

/* As it was meant when it was planned. */
static bool was_for(const struct delivery *delivery, struct ent_str organisation, bool shares)
{
	return is_for(organisation, &(struct spoken){.audience = &delivery->audience}, shares);
}

/* Words of our own for this supplier alone. It may be that we tell it that it takes no part any more. */
static bool notice_may_go(const struct delivery *delivery, struct ent_str organisation, enum delivery_cause *ret_cause)
{
	return delivery->text.n && !delivery->audience.everyone && !delivery->audience.requester &&
		       was_for(delivery, organisation, true)
		   ? true
		   : refuse_delivery(CAUSE_AUDIENCE, ret_cause);
}

/* Both who was meant when it was planned and who may read it now. */
static bool comment_may_go(const struct delivery *delivery, struct ent_str organisation, const struct comment *comment,
			   const struct reading *reading, enum delivery_cause *ret_cause)
{
	if (!reading->shares)
		return refuse_delivery(CAUSE_UNSHARED, ret_cause);
	if (!comment || comment->removed || comment->held_by.n || strcmp(comment->uuid, delivery->comment) != 0 ||
	    comment->incident != delivery->incident || sdk_eq(comment->supplier, delivery->supplier))
		return refuse_delivery(CAUSE_AUDIENCE, ret_cause);
	const struct spoken spoken = reader_spoken(comment);
	/* A merge does not name the receiver of a comment that was to go although it was said before the share. */
	bool is_public = is_for(organisation, &spoken, reading->shares) ||
			 (delivery->anyway && !spoken.held && comment->visibility == ENT_PUBLIC);
	if (!was_for(delivery, organisation, reading->shares) || !is_public)
		return refuse_delivery(CAUSE_AUDIENCE, ret_cause);
	/* An owed comment was for the supplier when it was planned. */
	if (!delivery->owed && !delivery->anyway && audience_said(comment->created_ms, reading->since_ms) != SAID_SINCE)
		return refuse_delivery(CAUSE_EARLIER, ret_cause);
	return true;
}

bool delivery_hides(const struct delivery *removal, const struct audience *now)
{
	return removal->audience.requester && !now->requester;
}

/* No word goes out, so it needs no share. It goes where the comment was removed, or is not for the supplier or for the
 * requester any more. */
static bool removal_may_go(const struct delivery *delivery, struct ent_str organisation, const struct comment *comment,
			   const struct reading *reading, enum delivery_cause *ret_cause)
{
	if (!comment || strcmp(comment->uuid, delivery->comment) != 0 || comment->incident != delivery->incident ||
	    sdk_eq(comment->supplier, delivery->supplier))
		return refuse_delivery(CAUSE_AUDIENCE, ret_cause);
	const struct spoken spoken = reader_spoken(comment);
	if (!comment->removed && !delivery_hides(delivery, &comment->audience) &&
	    is_for(organisation, &spoken, reading->shares))
		return refuse_delivery(CAUSE_SUPERSEDED, ret_cause);
	return true;
}

bool delivery_may_go(const struct delivery *delivery, const struct supplier *supplier, const struct comment *comment,
		     struct reading reading, enum delivery_cause *ret_cause)
{
	const struct ent_str organisation = organisation_of(supplier);

	reading.shares = reading.shares || delivery->owed;
	switch (delivery->op) {
	case ENT_ADD_COMMENT:
		return delivery->comment[0] ? comment_may_go(delivery, organisation, comment, &reading, ret_cause)
					    : notice_may_go(delivery, organisation, ret_cause);
	case ENT_EDIT_COMMENT:
		return comment_may_go(delivery, organisation, comment, &reading, ret_cause);
	case ENT_REMOVE_COMMENT:
		return removal_may_go(delivery, organisation, comment, &reading, ret_cause);
	case ENT_CREATE_TICKET:
	case ENT_UPDATE_TICKET:
		return reading.shares ? true : refuse_delivery(CAUSE_UNSHARED, ret_cause);
	case ENT_FETCH_TICKET: /* ask for what is theirs: no delivery */
	case ENT_POLL:
	case ENT_PROBE:
	case ENT_LOGIN:
		break;
	}
	return refuse_delivery(CAUSE_INVALID, ret_cause);
}

/* ---- the op -------------------------------------------------------------------- */

struct op_maker {
	const struct delivery *delivery;
	const struct supplier *supplier;
	struct ent_arena *arena;
	struct ent_op *op;
};

static void op_set(struct op_maker *make, enum ent_attr attr, struct ent_value value)
{
	make->op->ticket.has |= 1u << attr;
	make->op->ticket.at[attr] = value;
}

/* A carried attribute as planned. False: its tool has no word for it; nothing is set, nor when there is no value. */
static bool op_set_mapped(struct op_maker *make, enum ent_attr attr)
{
	const struct values *planned = &make->delivery->values;
	struct ent_value value;

	if (planned->at[attr] == 0)
		return true;
	if (!federate_value(make->supplier, planned, attr, &value))
		return false;
	op_set(make, attr, value);
	return true;
}

static void op_create(struct op_maker *make)
{
	const struct delivery *delivery = make->delivery;
	uint32_t set = federate_set(make->supplier, ATTR_CARRIED, &delivery->values);
	struct ent_str title = delivery->title, rest;

	if (!title.n) /* a ticket needs one: the first line of its text */
		title = sdk_trim(sdk_cut(sdk_trim(delivery->text), '\n', &rest));
	op_set(make, ENT_TITLE, (struct ent_value){title.n ? title : make->op->number, ENT_ABSENT});
	op_set(make, ENT_DESCRIPTION, (struct ent_value){sdk_or_empty(delivery->text), ENT_ABSENT});
	/* An attribute that the tool has no word for is left to its defaults: the ticket is new there anyway. */
	for (unsigned i = 0; i < ENT_N_ATTR; i++)
		if (attr_in(set, i))
			(void)op_set_mapped(make, (enum ent_attr)i);
}

static enum ent_rc op_update(struct op_maker *make, enum delivery_cause *ret_cause, struct ent_err *err)
{
	const struct delivery *delivery = make->delivery;
	uint32_t set = federate_set(make->supplier, delivery->set, &delivery->values);

	for (unsigned i = 0; i < ENT_N_ATTR; i++) {
		enum ent_attr attr = (enum ent_attr)i;

		if (!attr_in(set & ATTR_CARRIED, i) || op_set_mapped(make, attr))
			continue;
		*ret_cause = CAUSE_UNMAPPED;
		return sdk_fail_as(err, ENT_EINVAL, "delivery.no_word",
				   "no word of {supplier=%.*s}'s tool for the {attribute=%s} {value=%.*s}",
				   ENT_F(make->supplier->name), sdk_attr_name(attr),
				   ENT_F(attr_word(attr, delivery->values.at[i])));
	}
	return ENT_OK;
}

/* The requester reads what is meant for the requester; elsewhere public is what the supplier's settings allow. */
static bool is_for_requester(const struct delivery *delivery, const struct comment *comment)
{
	return comment && comment->audience.requester && delivery->audience.requester;
}

bool delivery_may_show(const struct delivery *delivery, const struct supplier *supplier, const struct comment *comment)
{
	return is_for_requester(delivery, comment) || supplier->public_reader == PUBLIC_SERVICE_DESK;
}

static enum ent_visibility op_visibility(const struct op_maker *make, const struct comment *comment)
{
	bool wanted = is_for_requester(make->delivery, comment) || make->supplier->comments_as == ENT_PUBLIC;

	return wanted && delivery_may_show(make->delivery, make->supplier, comment) ? ENT_PUBLIC : ENT_INTERNAL;
}

static enum ent_rc op_comment(struct op_maker *make, const struct supplier_set *suppliers,
			      const struct comment *comment, enum delivery_cause *ret_cause, struct ent_err *err)
{
	const struct delivery *delivery = make->delivery;
	struct ent_comment *to = &make->op->comment;

	to->id = sdk_str(delivery->comment);
	to->visibility = op_visibility(make, comment);
	to->body = delivery->text;
	if (comment) {
		struct comment said = *comment;
		if (delivery->text.n)
			said.body = delivery->text;     /* by a person who mended it */
		to->author.name = comment->author.name; /* the ref says nothing outside */
		to->created_ms = comment->created_ms;
		to->body = wording_comment(make->arena, suppliers, make->supplier->language, &said);
		if (delivery->op == ENT_ADD_COMMENT)
			make->op->act = act_out(make->arena, suppliers, comment, organisation_of(make->supplier));
	}
	if (to->body.n && (comment || !delivery->comment[0]))
		return ENT_OK;
	*ret_cause = CAUSE_INVALID;
	return sdk_fail_as(err, ENT_EINVAL, "delivery.no_words", "there are no words to bring");
}

/* ---- how long its texts may be ------------------------------------------------ */

enum { TITLE_LEAST = 40, TEXT_LEAST = 500 }; /* no tool takes less: what is shorter was not what was too long */

static uint32_t lower_limit(uint32_t limit, int64_t setting)
{
	return setting > 0 && (limit == 0 || setting < limit) ? (uint32_t)setting : limit;
}

/* Half of what was sent before: of the text, or of the limit that it was shortened to. */
static uint32_t half_limit(uint32_t limit, struct ent_str text, enum ent_unit unit, uint32_t least)
{
	size_t sent = sdk_measure(text, unit), halved;

	if (limit > 0 && limit < sent)
		sent = limit;
	if (sent <= least)
		return limit;
	halved = sent / 2 > least ? sent / 2 : least;
	return halved < UINT32_MAX ? (uint32_t)halved : UINT32_MAX;
}

static void op_limits(struct op_maker *make)
{
	const struct supplier *supplier = make->supplier;
	struct ent_op *op = make->op;
	struct ent_limits *limits = &op->limits;
	bool creates = op->kind == ENT_CREATE_TICKET;

	*limits = supplier->connector->limits;
	limits->title = lower_limit(limits->title, supplier->title_max);
	limits->text = lower_limit(limits->text, supplier->text_max);
	op->language = supplier->language;
	if (!make->delivery->halved)
		return;
	limits->title = half_limit(limits->title, op->ticket.at[ENT_TITLE].text, limits->unit, TITLE_LEAST);
	limits->text = half_limit(limits->text, creates ? op->ticket.at[ENT_DESCRIPTION].text : op->comment.body,
				  limits->unit, TEXT_LEAST);
}

/* Changes a comment that stands there. The marker stays the one that it came with: it names the comment for ever. */
static enum ent_rc op_change(struct op_maker *make, const struct supplier_set *suppliers, const struct comment *comment,
			     enum delivery_cause *ret_cause, struct ent_err *err)
{
	const struct delivery *delivery = make->delivery;
	struct ent_op *op = make->op;
	char number[INCIDENT_NUMBER_SIZE];
	enum ent_rc rc = ENT_OK;

	if (!delivery->stands_as.n) {
		*ret_cause = CAUSE_UNSUPPORTED;
		return sdk_fail_as(
		    err, ENT_EUNSUPPORTED, "delivery.no_place",
		    "where the comment stands in {supplier=%.*s}'s tool is not known: nothing there can be changed",
		    ENT_F(make->supplier->name));
	}
	if (op->kind == ENT_EDIT_COMMENT)
		rc = op_comment(make, suppliers, comment, ret_cause, err);
	op->comment.id = delivery->stands_as;
	if (op->kind == ENT_EDIT_COMMENT && delivery->first_key[0])
		op->marker =
		    sdk_marker(make->arena,
			       sdk_dup(make->arena, incident_number(delivery->first_marked ? delivery->first_marked
											   : delivery->incident,
								    number)),
			       sdk_str(delivery->first_key));
	return rc;
}

enum ent_rc delivery_op(const struct delivery *delivery, const struct supplier *supplier,
			const struct supplier_set *suppliers, const struct comment *comment, struct ent_arena *arena,
			struct ent_op *ret, enum delivery_cause *ret_cause, struct ent_err *err)
{
	struct op_maker make = {delivery, supplier, arena, ret};
	char number[INCIDENT_NUMBER_SIZE];
	enum ent_rc rc = ENT_OK;

	*ret = (struct ent_op){.kind = delivery->op, .key = sdk_str(delivery->key)};
	*ret_cause = CAUSE_NONE;
	if (!supplier_can(supplier, delivery->op)) {
		*ret_cause = CAUSE_UNSUPPORTED;
		return sdk_fail_as(err, ENT_EUNSUPPORTED, "delivery.tool_cannot",
				   "{supplier=%.*s}'s tool cannot do {op=%s}", ENT_F(supplier->name),
				   delivery_op_name(delivery->op));
	}
	ret->since_ms = delivery->made_ms;
	ret->number = sdk_dup(arena, incident_number(delivery->marked ? delivery->marked : delivery->incident, number));
	ret->ticket.id = delivery->ticket;
	ret->ticket.key = delivery->ticket_key;
	if (delivery->op == ENT_UPDATE_TICKET)
		return op_update(&make, ret_cause, err);
	ret->marker = sdk_marker(arena, ret->number, ret->key);
	if (delivery_changes_comment(delivery->op))
		rc = op_change(&make, suppliers, comment, ret_cause, err);
	else if (delivery->op == ENT_ADD_COMMENT)
		rc = op_comment(&make, suppliers, comment, ret_cause, err);
	else
		op_create(&make);
	op_limits(&make);
	return rc;
}

/* ---- reading back ---------------------------------------------------------------- */

/* Tools answer with the word, with its id under another name, or with what it means. */
static bool tells_what_was_asked(const struct ent_value *told, const struct ent_value *asked)
{
	return (told->native.n && sdk_ieq(told->native, asked->native)) ||
	       (told->text.n && (sdk_ieq(told->text, asked->text) || sdk_ieq(told->text, asked->native)));
}

enum ent_rc delivery_read_back(const struct ent_op *op, const struct ent_changes *changes, struct ent_err *err)
{
	for (int i = 0; i < ENT_N_ATTR; i++) {
		const struct ent_value *asked = &op->ticket.at[i], *told = NULL;

		if (!attr_in(op->ticket.has & ATTR_CARRIED, (unsigned)i))
			continue;
		for (size_t k = 0; k < changes->n; k++) { /* the last word about it */
			const struct ent_ticket *ticket = &changes->at[k].ticket;
			if (sdk_eq(ticket->id, op->ticket.id) && (ticket->has & (1u << i)))
				told = &ticket->at[i];
		}
		if (!told || tells_what_was_asked(told, asked))
			continue;
		return sdk_fail_as(err, ENT_EINVAL, "delivery.read_back",
				   "{attribute=%s}: asked for \"{asked=%.*s}\", the tool says \"{told=%.*s}\"",
				   sdk_attr_name((enum ent_attr)i), ENT_F(asked->native),
				   ENT_F(told->native.n ? told->native : told->text));
	}
	return ENT_OK;
}
