/* SPDX-License-Identifier: Apache-2.0 */
#include "core/queue_follow.h"

#include "core/organisation.h"
#include "core/reader.h"
#include "core/queue_wait.h"
#include "sdk/webhook.h"

/* The deliveries of one comment for one supplier. */
struct followed {
	struct delivery *add;    /* brings it; NULL: there is none, or it is not remembered */
	struct delivery *edit;   /* the last edit that is open and not in flight; NULL: none */
	struct delivery *remove; /* the last removal that was not cancelled; NULL: none */
	struct ent_str text;     /* what was given there last in place of the comment's words; absent: nothing was */
};

static struct followed followed_at(struct dossier *dossier, const char *uuid, struct ent_str supplier)
{
	struct followed at = {NULL, NULL, NULL, ENT_ABSENT};
	struct delivery **found;
	size_t n = dossier_of_comment(dossier, uuid, &found);

	for (size_t i = 0; i < n; i++) {
		struct delivery *delivery = found[i];
		if (!sdk_eq(delivery->supplier, supplier))
			continue;
		if (delivery->op != ENT_REMOVE_COMMENT)
			at.text = delivery->text;
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

/* A delivery that may have been done is for a person: it is not sent again, as a look would come too late. */
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

/* Were the words changed, queue_follow_edited() saw to it that what waits says them. */
static void widen_waiting(struct delivery *delivery, const struct planned *planned)
{
	delivery->audience = planned->audience;
	delivery->dirty = true;
}

/* An edit that was withheld with its share: nobody needs to hear of it any more. */
static void supersede_withheld(struct queue *queue, const struct planned *planned)
{
	struct delivery **found;
	size_t n = dossier_of_comment(queue->dossier, planned->comment, &found);

	for (size_t i = 0; i < n; i++)
		if (found[i]->op == ENT_EDIT_COMMENT && found[i]->state == DELIVERY_CANCELLED &&
		    found[i]->cause == CAUSE_UNSHARED && sdk_eq(found[i]->supplier, planned->supplier->name)) {
			queue_tell_why(found[i], CAUSE_SUPERSEDED,
				       SDK_SENTENCE("delivery.newer_edit", "a newer edit says it"), ENT_ABSENT);
			found[i]->dirty = true;
		}
}

/* Other readers alone do not bring back words that a person with us took out for this supplier. */
static void follow_with(const struct queue_line *line, const struct planned *planned, const struct followed *at)
{
	struct queue *queue = line->queue;
	const struct delivery *add = at->add;
	const struct event *event = line->cause.event;
	struct planned now = *planned;
	bool is_rush = queue_is_rush(queue, &line->cause, planned->supplier->name, planned->op);

	if (add && add->anyway) { /* a person wanted it there, or its clock did not count */
		now.said = SAID_SINCE;
		now.anyway = true;
	}
	if (planned->op == ENT_EDIT_COMMENT)
		supersede_withheld(queue, planned);
	if (event && !event->is_reworded && planned->op == ENT_EDIT_COMMENT)
		now.text = at->text;
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

/* It is not sent, and goes when the incident is shared again with its history. */
static void withhold_edit(const struct queue_line *line, const struct planned *planned)
{
	struct delivery made = queue_line_make(line, planned);

	supersede_withheld(line->queue, planned);
	queue_end_as(line->queue, queue_line_up(line->queue, &made), DELIVERY_CANCELLED, CAUSE_UNSHARED,
		     SDK_SENTENCE("delivery.unshared", "the share was taken back"));
}

static void follow_edit(const struct queue_line *line, const struct planned *planned)
{
	struct queue *queue = line->queue;
	struct followed at = followed_at(queue->dossier, planned->comment, planned->supplier->name);

	if (at.add && is_untold(at.add)) {
		widen_waiting(at.add, planned);
		return;
	}
	if (!may_stand(queue->dossier, at.add, planned->comment, planned->supplier->name))
		return;
	if (!dossier_shares(queue->dossier, planned->supplier->name)) {
		if (!at.remove)
			withhold_edit(line, planned);
		return;
	}
	if (was_taken_out(line, planned, at.remove))
		return;
	/* One whose answer was lost goes no further under its key: a tool that takes a key once would keep the old
	 * words. */
	if (at.edit && at.edit->state == DELIVERY_PENDING && !at.edit->look && at.edit->phase == 0) {
		widen_waiting(at.edit, planned);
		return;
	}
	if (at.edit)
		queue_end_as(queue, at.edit, DELIVERY_CANCELLED, CAUSE_SUPERSEDED,
			     SDK_SENTENCE("delivery.newer_edit", "a newer edit says it"));
	follow_with(line, planned, &at);
}

/* ---- a removal ------------------------------------------------------------------------------ */

/* The removal takes the comment from the requester alone: the supplier still may read it. */
static bool keeps_readers(const struct audience *audience)
{
	return audience->everyone || audience->organisations.n > 0;
}

/* The delivery that waits goes without the requester. */
static void narrow_waiting(struct delivery *add, const struct audience *audience)
{
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
		follow_with(line, planned, &at);
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

/* ---- before what follows is planned ---------------------------------------------------------- */

/* Fewer read it than before, or its supplier takes no part any more, and what that one says is for us alone. */
static bool is_narrowed(struct dossier *dossier, const struct event *event)
{
	return audience_widens(&event->comment.audience, &event->was) ||
	       (event->supplier.n && !dossier_shares(dossier, event->supplier));
}

/* A person who let it go there did so with other readers in mind. */
static void forbid_delivery(struct queue *queue, struct delivery *delivery)
{
	const struct ent_said reason =
	    SDK_SENTENCE("delivery.audience_now", "its audience does not include this supplier any more");

	delivery->anyway = false;
	delivery->dirty = true;
	if (delivery->cause != CAUSE_EARLIER)
		return;
	if (delivery->state == DELIVERY_PARKED)
		queue_end_as(queue, delivery, DELIVERY_CANCELLED, CAUSE_AUDIENCE, reason);
	else
		queue_tell_why(delivery, CAUSE_AUDIENCE, reason, ENT_ABSENT);
}

void queue_follow_edited(struct queue *queue, const struct event *event)
{
	const struct comment *comment = &event->comment;
	const struct supplier_set *set = queue->dossier->suppliers;
	const struct spoken spoken = reader_spoken(comment);
	bool narrowed = is_narrowed(queue->dossier, event);
	struct delivery **found;
	size_t n = comment->uuid[0] ? dossier_of_comment(queue->dossier, comment->uuid, &found) : 0;

	for (size_t i = 0; i < n; i++) {
		struct delivery *delivery = found[i];
		if (delivery->op == ENT_REMOVE_COMMENT || delivery->state == DELIVERY_DONE)
			continue;
		if (event->is_reworded && delivery->text.n) {
			delivery->text = ENT_ABSENT;
			delivery->dirty = true;
		}
		if (narrowed &&
		    reader_right_of(organisation_named(set, delivery->supplier), &spoken, true) == RIGHT_NONE)
			forbid_delivery(queue, delivery);
	}
}

void queue_follow_mended(struct queue *queue, const struct delivery *mended)
{
	struct delivery **found;
	size_t n = mended->comment[0] ? dossier_of_comment(queue->dossier, mended->comment, &found) : 0;

	for (size_t i = 0; i < n; i++)
		if (found[i]->id > mended->id && found[i]->op == ENT_EDIT_COMMENT && delivery_is_open(found[i]) &&
		    sdk_eq(found[i]->supplier, mended->supplier)) {
			found[i]->text = mended->text;
			found[i]->dirty = true;
		}
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

/* The deliveries that were to change the comment have nothing to change. */
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

/* It was on its way while the comment became one for this supplier again, and did nothing: the edit that was given up
 * for it goes. */
static void edit_after_all(struct queue *queue, const struct delivery *remove)
{
	struct delivery **found, *edit = NULL;
	size_t n = dossier_of_comment(queue->dossier, remove->comment, &found);

	for (size_t i = 0; i < n; i++)
		if (found[i]->op == ENT_EDIT_COMMENT && found[i]->id > remove->id &&
		    sdk_eq(found[i]->supplier, remove->supplier))
			edit = found[i];
	if (!edit || edit->state != DELIVERY_CANCELLED || edit->cause != CAUSE_SUPERSEDED)
		return;
	queue_become(queue, edit, DELIVERY_PENDING);
	queue_tell_why(edit, CAUSE_NONE, SDK_SILENCE, ENT_ABSENT);
	edit->due_ms = queue->now_ms;
}

void queue_follow_settled(struct queue *queue, struct delivery *delivery)
{
	const struct ent_said reason =
	    SDK_SENTENCE("delivery.to_be_removed", "the comment is to be taken out of the tool");
	bool brings = delivery->op == ENT_ADD_COMMENT || delivery->op == ENT_EDIT_COMMENT;

	if (delivery->op == ENT_REMOVE_COMMENT && delivery->state == DELIVERY_CANCELLED &&
	    delivery->cause == CAUSE_SUPERSEDED)
		edit_after_all(queue, delivery);
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
