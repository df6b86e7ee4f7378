/* SPDX-License-Identifier: Apache-2.0 */
/* The acts of a person with us. No delivery caused them: the events have no cause but their actor. */
#include "core/decide_own.h"

#include "core/decide_word.h"
#include "core/holder.h"
#include "core/organisation.h"
#include "core/wording.h"

static struct event *add_own(struct events *events, enum event_kind kind, const struct situation *at,
			     const struct person *author)
{
	struct event *event = events_add(events, kind, at);

	event->actor = *author;
	return event;
}

/* A person of an organisation does something about a ball that was handed to it. */
static void accept_own(const struct situation *at, const struct person *author, struct events *ret)
{
	const struct incident *incident = at->incident;

	const struct ent_str by = author->organisation.n ? author->organisation : organisation_ours(at->suppliers);

	if (incident->is_accepted || !same_text(incident->holder, by))
		return;
	for (size_t i = 0; i < ret->n; i++) /* one act may decide several things */
		if (ret->at[i].kind == EVENT_INCIDENT_HOLDER_ACCEPTED)
			return;
	struct event *event = add_own(ret, EVENT_INCIDENT_HOLDER_ACCEPTED, at, author);
	event->holder_from = incident->handed_by;
	event->holder_to = incident->holder;
}

static const struct word *word_by(const struct situation *at, struct ent_str supplier)
{
	for (size_t i = 0; i < at->n_word; i++)
		if (same_text(at->word[i].supplier, supplier))
			return &at->word[i];
	return NULL;
}

/* supplier: whose word comes along; absent: nobody's. */
static void add_holder(const struct situation *at, struct ent_str holder, struct ent_str supplier,
		       const struct person *author, struct events *ret)
{
	struct event *event = add_own(ret, EVENT_INCIDENT_HOLDER_CHANGED, at, author);
	const struct word *word = word_by(at, supplier);

	event->holder_from = at->incident->holder;
	event->holder_to = holder;
	event->holder_since_ms = event->time_ms;
	event->is_accepted = same_text(holder, organisation_ours(at->suppliers));
	if (word)
		event->values = decide_brought_levels(at, word);
}

void decide_hand_over(const struct situation *at, struct ent_str holder, const struct person *author,
		      struct events *ret)
{
	struct ent_str tool[ORGANISATION_TOOLS_MAX], found = ENT_ABSENT;
	size_t n = organisation_tools(at->suppliers, holder, tool);

	for (size_t i = 0; i < n && !found.n; i++)
		found = word_by(at, tool[i]) ? tool[i] : ENT_ABSENT;
	add_holder(at, holder, found, author, ret);
	ret->at[ret->n - 1].is_accepted = true;
}

static void add_comment(const struct situation *at, const struct comment *comment, struct events *ret)
{
	struct event *event = add_own(ret, EVENT_COMMENT_ADDED, at, &comment->author);
	struct comment *to = &event->comment;

	*to = *comment;
	if (!to->supplier.n) {
		to->supplier = to->ticket = ENT_STR("");
		to->external_id = to->uuid[0] ? sdk_dup(ret->arena, sdk_str(to->uuid)) : ENT_STR("");
	}
	event->supplier = to->supplier;
	event->ticket_id = to->ticket;
	event->stamp = to->stamp;
	if (!to->created_ms)
		to->created_ms = event->time_ms;
	event->said_ms = to->created_ms;
}

void decide_share(const struct situation *at, struct ent_str supplier, bool escalated, enum reads_from reads_from,
		  const struct brief *brief, const struct person *author, struct events *ret)
{
	struct event *event = add_own(ret, EVENT_INCIDENT_SHARED, at, author);

	event->supplier = supplier;
	event->escalated = escalated;
	event->reads_from = reads_from;
	event->reads_ms = at->now_ms;
	event->brief = *brief;
	if (escalated && !holder_is(at->suppliers, at->incident->holder, supplier))
		add_holder(at, organisation_named(at->suppliers, supplier), supplier, author, ret);
	else
		accept_own(at, author, ret);
	/* no ticket is made that could say it */
	if (brief->what.n && (word_by(at, supplier) || organisation_has_no_tool(at->suppliers, supplier))) {
		struct comment comment = {.author = *author};
		comment.audience = audience_make(ret->arena, organisation_ours(at->suppliers),
						 organisation_named(at->suppliers, supplier), ENT_ABSENT, false, false);
		comment.body =
		    wording_brief(ret->arena, wording_language(at->suppliers, supplier), brief, at->incident);
		add_comment(at, &comment, ret);
	}
}

void decide_join(const struct situation *at, struct ent_str supplier, struct ent_str ticket, enum reads_from reads_from,
		 const struct person *author, struct events *ret)
{
	struct event *event = add_own(ret, EVENT_INCIDENT_SHARED, at, author);

	event->supplier = supplier;
	event->ticket_id = ticket;
	event->reads_from = reads_from;
	event->reads_ms = at->now_ms;
}

void decide_unshare(const struct situation *at, struct ent_str supplier, struct ent_str reason,
		    const struct person *author, struct events *ret)
{
	struct event *event = add_own(ret, EVENT_INCIDENT_UNSHARED, at, author);

	event->supplier = supplier;
	event->reason = reason;
	if (!at->others_share && holder_is(at->suppliers, at->incident->holder, supplier))
		add_holder(at, organisation_ours(at->suppliers), ENT_ABSENT, author, ret);
	else
		accept_own(at, author, ret);
}

void decide_own_opened(const struct situation *at, const struct description *description, const struct person *author,
		       struct events *ret)
{
	struct event *event = add_own(ret, EVENT_INCIDENT_OPENED, at, author);

	event->status_to = ENT_NEW;
	event->holder_to = organisation_ours(at->suppliers);
	event->holder_since_ms = event->time_ms;
	event->is_accepted = true;
	event = add_own(ret, EVENT_INCIDENT_DESCRIBED, at, author);
	event->description = description_news(description, at->incident);
}

void decide_described(const struct situation *at, const struct description *description, const struct person *author,
		      struct events *ret)
{
	const struct description news = description_news(description, at->incident);

	if (!news.says)
		return;
	add_own(ret, EVENT_INCIDENT_DESCRIBED, at, author)->description = news;
	accept_own(at, author, ret);
}

void decide_status(const struct situation *at, enum ent_status status, const struct person *author, struct events *ret)
{
	if (status == at->incident->values.at[ENT_STATUS])
		return;
	struct event *event = add_own(ret, EVENT_INCIDENT_STATUS_CHANGED, at, author);
	event->status_from = at->incident->values.at[ENT_STATUS];
	event->status_to = status;
	accept_own(at, author, ret);
}

void decide_own_comment(const struct situation *at, const struct comment *comment, struct events *ret)
{
	add_comment(at, comment, ret);
	if (!comment->held_by.n) /* nobody else learns yet that somebody acts */
		accept_own(at, &comment->author, ret);
}

void decide_own_attached(const struct situation *at, const struct comment *comment,
			 const struct ent_attachment *attachment, const char *sha256, struct events *ret)
{
	struct event *event = add_own(ret, EVENT_ATTACHMENT_ADDED, at, &comment->author);

	event->attachment = *attachment;
	event->beside.audience = comment->audience;
	memcpy(event->beside.comment, comment->uuid, ID_SIZE);
	memcpy(event->beside.sha256, sha256, sizeof event->beside.sha256);
}

/* Adds a change of a comment that a person with us wrote, the comment as it stands. */
static struct event *add_change(const struct situation *at, enum event_kind kind, const struct comment *known,
				const struct person *author, struct events *ret)
{
	struct event *event = add_own(ret, kind, at, author);

	event->comment = *known;
	event->comment.stamp = (struct ent_stamp){0, 0};
	event->said_ms = known->created_ms;
	return event;
}

void decide_own_edit(const struct situation *at, const struct comment *known, struct ent_str body,
		     const struct audience *audience, const struct person *author, struct events *ret)
{
	bool is_reworded = !same_text(known->body, body);

	if (!is_reworded && audience_equal(&known->audience, audience))
		return;
	struct event *event = add_change(at, EVENT_COMMENT_EDITED, known, author, ret);
	event->comment.body = body;
	event->comment.audience = *audience;
	event->comment.edited_ms = event->time_ms;
	event->is_reworded = is_reworded;
	event->is_published = audience_widens(&known->audience, audience);
	event->was = known->audience;
	if (!known->held_by.n) /* nobody else learns yet that somebody acts */
		accept_own(at, author, ret);
}

void decide_own_removal(const struct situation *at, const struct comment *known, const struct person *author,
			struct events *ret)
{
	if (known->removed)
		return;
	struct event *event = add_change(at, EVENT_COMMENT_REMOVED, known, author, ret);
	event->comment.body = ENT_STR("");
	event->is_undone = known->held_by.n > 0;
	if (!known->held_by.n)
		accept_own(at, author, ret);
}

void decide_own_published(const struct situation *at, const struct comment *known, const struct audience *audience,
			  const struct person *author, struct events *ret)
{
	if (known->removed || !known->held_by.n)
		return;
	struct event *event = add_change(at, EVENT_COMMENT_PUBLISHED, known, author, ret);
	event->comment.held_by = ENT_STR("");
	event->comment.audience = *audience;
	event->comment.recorded_ms = at->now_ms;
	accept_own(at, author->ref.n ? author : &known->author, ret);
}

void decide_own_pinned(const struct situation *at, const struct comment *known, bool is_pinned,
		       const struct person *author, struct events *ret)
{
	if (known->removed || (known->pinned_ms != 0) == is_pinned)
		return;
	struct event *event = add_change(at, EVENT_COMMENT_PINNED, known, author, ret);
	event->is_pinned = is_pinned;
}
