/* SPDX-License-Identifier: Apache-2.0 */
#include "core/queue_follow.h"

#include "core/queue_wait.h"
#include "sdk/webhook.h"

/* What was made of one comment for one supplier. */
struct followed {
	struct delivery *add;    /* brings it; NULL: there is none, or it is not remembered */
	struct delivery *edit;   /* the last edit that is open and not in flight; NULL: none */
	struct delivery *remove; /* the last removal that was not cancelled; NULL: none */
};

static struct followed followed_at(struct dossier *dossier, const char *uuid, struct ent_str supplier)
{
	struct followed at = {NULL, NULL, NULL};
	struct delivery **found;
	size_t n = dossier_of_comment(dossier, uuid, &found);

	for (size_t i = 0; i < n; i++) {
		struct delivery *delivery = found[i];
		if (!sdk_eq(delivery->supplier, supplier))
			continue;
		if (delivery->op == ENT_ADD_COMMENT)
			at.add = delivery;
		else if (delivery->op == ENT_EDIT_COMMENT && delivery_is_open(delivery) &&
			 delivery->state != DELIVERY_IN_FLIGHT)
			at.edit = delivery;
		else if (delivery->op == ENT_REMOVE_COMMENT && delivery->state != DELIVERY_CANCELLED)
			at.remove = delivery;
	}
	return at;
}

/* It has not left, or it is certain that the tool did not take it. */
static bool is_untold(const struct delivery *add)
{
	return (add->state == DELIVERY_PENDING || add->state == DELIVERY_PARKED) && !add->look && add->phase == 0;
}

/* It was given up while nobody knew whether the tool took it. */
static bool ended_in_doubt(const struct delivery *add)
{
	bool is_of_person = add->cause == CAUSE_IGNORED || add->cause == CAUSE_UNKNOWN;

	return add->look || add->phase > 0 || (is_of_person && add->sent_to.n > 0);
}

/* The comment stands in the tool, or may. */
static bool may_stand(struct dossier *dossier, const struct delivery *add, const char *uuid, struct ent_str supplier)
{
	if (add && add->state != DELIVERY_CANCELLED)
		return !is_untold(add);
	return (add && ended_in_doubt(add)) || dossier->source->stands(dossier, uuid, supplier);
}

/* One that may have been done is for a person: it is not sent again, as a look would come too late. */
static void stop_add(struct queue *queue, struct delivery *add, enum delivery_cause cause, struct ent_said reason)
{
	if (is_untold(add))
		queue_end_as(queue, add, DELIVERY_CANCELLED, cause, reason);
	else if (add->state == DELIVERY_PENDING)
		queue_end_as(queue, add, DELIVERY_PARKED, CAUSE_UNKNOWN,
			     SDK_SENTENCE("delivery.remove_by_hand",
					  "the comment is to be taken out of the tool, and an earlier attempt may have "
					  "brought it: look there, and remove it by hand if it is there"));
}

/* ---- an edit ------------------------------------------------------------------------------ */

/* What waits says what the comment says now. */
static void reword_waiting(struct delivery *delivery, const struct planned *planned)
{
	delivery->text = ENT_ABSENT;
	delivery->audience = planned->audience;
	delivery->dirty = true;
}

static void follow_with(const struct queue_line *line, const struct planned *planned, const struct delivery *add)
{
	struct queue *queue = line->queue;
	struct planned now = *planned;
	bool is_rush = queue_is_rush(queue, &line->cause, planned->supplier->name, planned->op);

	if (add && add->anyway) { /* a person wanted it there, or its clock did not count */
		now.said = SAID_SINCE;
		now.anyway = true;
	}
	struct delivery made = queue_line_make(line, &now);
	if (add)
		made.sent_to = add->sent_to;
	struct delivery *delivery = queue_line_up(queue, &made);
	if (!supplier_can(planned->supplier, planned->op))
		queue_end_as(queue, delivery, DELIVERY_CANCELLED, CAUSE_UNSUPPORTED,
			     planned->op == ENT_EDIT_COMMENT
				 ? SDK_SENTENCE("delivery.no_edit",
						"a comment that stands in this tool cannot be edited from outside")
				 : SDK_SENTENCE("delivery.no_remove",
						"a comment that stands in this tool cannot be removed from outside"));
	else
		queue_line_vet(line, delivery, &now, is_rush);
}

/* True: the edit cannot follow, as the comment was taken out of the tool. */
static bool was_taken_out(const struct queue_line *line, const struct planned *planned, struct delivery *remove)
{
	struct queue *queue = line->queue;

	if (!remove)
		return false;
	if ((remove->state == DELIVERY_PENDING || remove->state == DELIVERY_PARKED) &&
	    !delivery_hides(remove, &planned->audience)) {
		queue_end_as(queue, remove, DELIVERY_CANCELLED, CAUSE_SUPERSEDED,
			     SDK_SENTENCE("delivery.for_it_again", "the comment is for this supplier again"));
		return false;
	}
	struct delivery made = queue_line_make(line, planned);
	queue_end_as(queue, queue_line_up(queue, &made), DELIVERY_CANCELLED, CAUSE_SUPERSEDED,
		     SDK_SENTENCE("delivery.taken_out", "the comment was taken out of this tool before: say it anew"));
	return true;
}

static void follow_edit(const struct queue_line *line, const struct planned *planned)
{
	struct queue *queue = line->queue;
	struct followed at = followed_at(queue->dossier, planned->comment, planned->supplier->name);

	if (at.add && is_untold(at.add)) {
		reword_waiting(at.add, planned);
		return;
	}
	if (!may_stand(queue->dossier, at.add, planned->comment, planned->supplier->name) ||
	    was_taken_out(line, planned, at.remove))
		return;
	/* One whose answer was lost goes no further under its key: a tool that takes a key once would keep the old
	 * words. */
	if (at.edit && at.edit->state == DELIVERY_PENDING && !at.edit->look && at.edit->phase == 0) {
		reword_waiting(at.edit, planned);
		return;
	}
	if (at.edit)
		queue_end_as(queue, at.edit, DELIVERY_CANCELLED, CAUSE_SUPERSEDED,
			     SDK_SENTENCE("delivery.newer_edit", "a newer edit says it"));
	follow_with(line, planned, at.add);
}

/* ---- a removal ------------------------------------------------------------------------------ */

/* Of a removal. It takes the comment from the requester alone: the supplier still may read it. */
static bool keeps_readers(const struct audience *audience)
{
	return audience->everyone || audience->organisations.n > 0;
}

/* What waits goes without the requester. */
static void narrow_waiting(struct delivery *add, const struct audience *audience)
{
	add->text = ENT_ABSENT;
	add->audience = *audience;
	add->audience.requester = false;
	add->dirty = true;
}

static void follow_removal(const struct queue_line *line, const struct planned *planned)
{
	struct queue *queue = line->queue;
	struct followed at = followed_at(queue->dossier, planned->comment, planned->supplier->name);

	if (at.add && is_untold(at.add) && keeps_readers(&planned->audience)) {
		narrow_waiting(at.add, &planned->audience);
		return;
	}
	if (at.add && is_untold(at.add)) {
		stop_add(queue, at.add, CAUSE_AUDIENCE,
			 SDK_SENTENCE("delivery.audience_now", "its audience does not include this supplier any more"));
		return;
	}
	if (!may_stand(queue->dossier, at.add, planned->comment, planned->supplier->name))
		return;
	if (at.add)
		stop_add(queue, at.add, CAUSE_AUDIENCE, SDK_SILENCE);
	if (at.edit)
		queue_end_as(queue, at.edit, DELIVERY_CANCELLED, CAUSE_SUPERSEDED,
			     SDK_SENTENCE("delivery.to_be_removed", "the comment is to be taken out of the tool"));
	if (!at.remove) {
		follow_with(line, planned, at.add);
	} else if (delivery_is_open(at.remove)) {
		bool hides = at.remove->audience.requester; /* until it is for the requester again */

		at.remove->audience = planned->audience;
		at.remove->audience.requester |= hides;
		at.remove->dirty = true;
	}
}

void queue_follow(const struct queue_line *line, const struct planned *planned)
{
	if (planned->op == ENT_EDIT_COMMENT)
		follow_edit(line, planned);
	else
		follow_removal(line, planned);
}

/* Where one is in flight, its outcome tells. */
void queue_follow_removed(struct queue *queue, const char *uuid)
{
	struct delivery **found;
	size_t n = uuid[0] ? dossier_of_comment(queue->dossier, uuid, &found) : 0;

	for (size_t i = 0; i < n; i++) {
		struct delivery *delivery = found[i];
		if (delivery->op == ENT_ADD_COMMENT)
			stop_add(queue, delivery, CAUSE_SUPERSEDED,
				 SDK_SENTENCE("delivery.comment_removed", "the comment was removed"));
		else if (delivery->op == ENT_EDIT_COMMENT && delivery_is_open(delivery) &&
			 delivery->state != DELIVERY_IN_FLIGHT)
			queue_end_as(queue, delivery, DELIVERY_CANCELLED, CAUSE_SUPERSEDED,
				     SDK_SENTENCE("delivery.comment_removed", "the comment was removed"));
	}
}

/* ---- order ---------------------------------------------------------------------------------- */

/* What was to change it has nothing to change. */
static void end_followers(struct queue *queue, const struct delivery *add)
{
	struct delivery **found;
	size_t n = dossier_of_comment(queue->dossier, add->comment, &found);

	for (size_t i = 0; i < n; i++)
		if (delivery_changes_comment(found[i]->op) && delivery_is_open(found[i]) &&
		    found[i]->state != DELIVERY_IN_FLIGHT && sdk_eq(found[i]->supplier, add->supplier))
			queue_end_as(
			    queue, found[i], DELIVERY_CANCELLED, CAUSE_SUPERSEDED,
			    SDK_SENTENCE("delivery.given_up", "the delivery of the comment itself was given up"));
}

/* It did not get there for the requester, and goes to those who still may read it. */
static void go_narrower(struct queue *queue, struct delivery *add, struct delivery *remove)
{
	narrow_waiting(add, &remove->audience);
	queue_end_as(queue, remove, DELIVERY_CANCELLED, CAUSE_SUPERSEDED,
		     SDK_SENTENCE("delivery.goes_narrower",
				  "the comment has not come to the tool yet: it goes without the requester"));
}

void queue_follow_settled(struct queue *queue, struct delivery *delivery)
{
	const struct ent_said reason =
	    SDK_SENTENCE("delivery.to_be_removed", "the comment is to be taken out of the tool");
	bool brings = delivery->op == ENT_ADD_COMMENT || delivery->op == ENT_EDIT_COMMENT;

	if (!brings || !delivery->comment[0])
		return;
	struct followed at = followed_at(queue->dossier, delivery->comment, delivery->supplier);
	if (delivery->state == DELIVERY_PENDING && at.remove && delivery_is_open(at.remove)) {
		if (delivery->op == ENT_ADD_COMMENT && is_untold(delivery) && keeps_readers(&at.remove->audience))
			go_narrower(queue, delivery, at.remove);
		else if (delivery->op == ENT_ADD_COMMENT)
			stop_add(queue, delivery, CAUSE_SUPERSEDED, reason);
		else
			queue_end_as(queue, delivery, DELIVERY_CANCELLED, CAUSE_SUPERSEDED, reason);
	}
	if (delivery->op == ENT_ADD_COMMENT && delivery->state == DELIVERY_CANCELLED &&
	    !may_stand(queue->dossier, delivery, delivery->comment, delivery->supplier))
		end_followers(queue, delivery);
}

bool queue_follow_waits(struct dossier *dossier, const struct delivery *delivery)
{
	if (!delivery_changes_comment(delivery->op))
		return false;
	const struct delivery *add = followed_at(dossier, delivery->comment, delivery->supplier).add;
	return add && delivery_is_open(add);
}
