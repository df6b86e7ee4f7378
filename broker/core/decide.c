/* SPDX-License-Identifier: Apache-2.0 */
/* The meaning of a change, for its ticket and its comment. decide_word.c is about who holds the ball and whose word
 * counts, decide_own.c about what a person with us does. */
#include "core/decide.h"

#include "core/arrival.h"
#include "core/decide_tool.h"
#include "core/decide_word.h"
#include "core/holder.h"
#include "core/organisation.h"

#include <assert.h>

/* ---- attributes ----------------------------------------------------------- */

static uint32_t unmapped_bits(const struct ent_change *change, uint32_t bits)
{
	uint32_t ret = 0;

	for (unsigned i = 0; i < ENT_N_ATTR; i++) {
		const struct ent_value *value = &change->ticket.at[i];
		if (attr_in(bits & ATTR_MAPPEDS, i) && value->native.n && !value->text.n)
			ret |= 1u << i;
	}
	return ret;
}

/* Lists the attributes of `bits` whose value differs from what is stored. */
static void list_attrs(struct events *events, struct event *event, const struct ticket *ticket,
		       const struct ent_change *change, uint32_t bits)
{
	static const struct ent_value nothing = {{NULL, 0}, {NULL, 0}};
	struct event_attr *list = SDK_NEW_N(events->arena, struct event_attr, ENT_N_ATTR);
	size_t n = 0;

	for (unsigned i = 0; i < ENT_N_ATTR; i++) {
		if (!attr_in(bits, i))
			continue;
		const struct ent_value *from = ticket ? &ticket->at[i].value : &nothing;
		const struct ent_value *to = &change->ticket.at[i];
		if (!same_value(from, to))
			list[n++] = (struct event_attr){(enum ent_attr)i, *from, *to};
	}
	event->attr = list;
	event->n_attr = n;
	event->seen = bits;
	event->unmapped = unmapped_bits(change, bits);
}

static bool has_news(const struct situation *at)
{
	return at->news.number.n || at->news.key.n || at->news.n_reference;
}

/* A page may show a known ticket again: the same values with the same stamp make no event. */
static bool says_nothing_new(const struct situation *at, const struct ent_change *change, uint32_t seen)
{
	const struct ticket *ticket = at->ticket;

	if (!at->arrival || !at->arrival->is_page || !ticket || ticket->removed || has_news(at) || at->unheard ||
	    (seen & ~ticket->has))
		return false;
	for (unsigned i = 0; i < ENT_N_ATTR; i++) {
		if (!attr_in(seen, i))
			continue;
		if (!same_value(&ticket->at[i].value, &change->ticket.at[i]) ||
		    (situation_can_compare(change->stamp, ticket->at[i].stamp) &&
		     stamp_compare(change->stamp, ticket->at[i].stamp) != 0))
			return false;
	}
	return true;
}

static void decide_joined(const struct situation *at, const struct ent_change *change, struct events *ret)
{
	struct event *event = events_add(ret, EVENT_INCIDENT_SHARED, at);

	event->actor = at->actor;
	event->ticket_id = change->ticket.id;
	event->ticket_key = change->ticket.key;
	event->by_ticket = true;
	event->reads_from = READS_FROM_TIME;
	event->reads_ms = at->now_ms;
}

static void decide_ticket(const struct situation *at, const struct ent_change *change, struct events *ret)
{
	const struct ticket *ticket = at->ticket;
	uint32_t late = situation_late(at, change);
	uint32_t seen = change->ticket.has & ~late;

	if (at->incident->sequence == 0)
		decide_opened(at, change, ret);
	else if (!ticket && at->joins)
		decide_joined(at, change, ret);
	if ((!ticket || seen || has_news(at)) && !says_nothing_new(at, change, seen)) {
		struct event *event =
		    events_add_change(ret, ticket ? EVENT_TICKET_CHANGED : EVENT_TICKET_LINKED, at, change);
		list_attrs(ret, event, ticket, change, seen);
		event->correlation = at->news;
		decide_levels(at, change, event);
	}
	if (late) {
		struct event *event = events_add_change(ret, EVENT_TICKET_LATE, at, change);
		list_attrs(ret, event, ticket, change, late);
	}
	if (at->incident->sequence != 0)
		decide_incident(at, change, ret);
}

/* ---- the thread ------------------------------------------------------------ */

/* The comment of a supplier that takes no part any more is read by its own people and us alone. */
static struct audience said_audience(const struct situation *at, struct ent_arena *arena,
				     enum ent_visibility visibility)
{
	bool is_public = visibility == ENT_PUBLIC && !at->withdrawn && at->from;

	return audience_make(
	    arena, organisation_ours(at->suppliers), at->from ? organisation_of(at->from) : at->supplier, ENT_ABSENT,
	    is_public && at->from->public_everyone, is_public && at->from->public_reader == PUBLIC_REQUESTER);
}

static void fill_comment(const struct situation *at, struct ent_arena *arena, const struct ent_change *change,
			 struct event *event)
{
	const struct ent_comment *from = &change->comment;
	struct comment *to = &event->comment;

	to->supplier = at->supplier;
	to->ticket = change->ticket.id;
	to->external_id = from->id;
	to->author = at->author.ref.n ? at->author : at->actor;
	to->body = from->body;
	to->format = from->format;
	to->visibility = from->visibility;
	to->audience = said_audience(at, arena, from->visibility);
	to->created_ms = from->created_ms ? from->created_ms : event->time_ms;
	to->stamp = change->stamp;
	event->said_ms = at->arrival ? arrival_said(at->arrival, to->created_ms) : to->created_ms;
}

/* A file is for those who read the comment that it stands at; else for its own people and us. */
static void fill_beside(const struct situation *at, struct ent_arena *arena, struct event *event)
{
	const struct comment *comment = at->comment;

	event->beside.audience = said_audience(at, arena, ENT_INTERNAL);
	if (!comment || comment->removed || at->withdrawn)
		return;
	memcpy(event->beside.comment, comment->uuid, ID_SIZE);
	event->beside.audience = comment->audience;
}

/* A comment that was heard in a ticket that goes on as this one keeps its place: rebuild finds it by its place. */
static void name_known(const struct comment *known, struct event *event)
{
	if (!known ||
	    (same_text(known->ticket, event->ticket_id) && same_text(known->external_id, event->comment.external_id)))
		return;
	event->ticket_id = event->comment.ticket = known->ticket;
	event->ticket_key = ENT_ABSENT;
	event->comment.external_id = known->external_id;
}

/* An edit and a removal leave these fields as they were. */
static void keep_birth(const struct comment *known, struct comment *to)
{
	memcpy(to->uuid, known->uuid, ID_SIZE);
	memcpy(to->reply_to, known->reply_to, ID_SIZE);
	to->created_ms = known->created_ms;
	to->recorded_ms = known->recorded_ms;
	to->origin = known->origin;
}

/* Versions are counted by ticket. */
static int newer_than_known(const struct ent_change *change, const struct comment *known)
{
	struct ent_stamp stored = known->stamp;

	if (!same_text(known->ticket, change->ticket.id))
		stored.version = 0;
	return stamp_compare(change->stamp, stored);
}

static void decide_comment_added(const struct situation *at, const struct ent_change *change, struct events *ret)
{
	const struct comment *known = at->comment;

	if (known &&
	    (known->removed || newer_than_known(change, known) < 0 ||
	     (same_text(known->body, change->comment.body) && known->visibility == change->comment.visibility)))
		return;
	/* Same stamp on both versions: we cannot know which is newer, so the one that fewer people may read stays. */
	if (known && known->visibility == ENT_INTERNAL && change->comment.visibility == ENT_PUBLIC &&
	    newer_than_known(change, known) <= 0)
		return;
	struct event *event = events_add_change(ret, known ? EVENT_COMMENT_EDITED : EVENT_COMMENT_ADDED, at, change);
	fill_comment(at, ret->arena, change, event);
	name_known(known, event);
	if (!known)
		decide_tool_entry(at, &event->comment);
	if (known) {
		keep_birth(known, &event->comment);
		event->said_ms = known->created_ms;
		/* Other words, the same readers: a merge may have named them. */
		if (known->visibility == event->comment.visibility && !at->withdrawn)
			event->comment.audience = known->audience;
		event->comment.edited_ms = event->time_ms;
		event->is_reworded = !same_text(known->body, event->comment.body);
		event->is_published = audience_widens(&known->audience, &event->comment.audience);
		event->was = known->audience;
	}
}

/* A comment that was public before, or kept, stands without its words: it may be public again. */
static void decide_dropped(const struct situation *at, const struct ent_change *change, struct events *ret)
{
	struct ent_change wordless = *change;

	wordless.comment.body = ENT_STR("");
	if (at->comment)
		decide_comment_added(at, &wordless, ret);
}

/* Also when the comment is not known: its addition may come later and must not stand up again. */
static void decide_comment_removed(const struct situation *at, const struct ent_change *change, struct events *ret)
{
	const struct comment *known = at->comment;

	if (known && known->removed)
		return;
	struct event *event = events_add_change(ret, EVENT_COMMENT_REMOVED, at, change);
	event->comment.supplier = at->supplier;
	event->comment.ticket = change->ticket.id;
	event->comment.external_id = change->comment.id;
	event->comment.created_ms = known ? known->created_ms : event->time_ms;
	event->comment.stamp = change->stamp;
	name_known(known, event);
	if (known)
		keep_birth(known, &event->comment);
}

/* ---- a ticket that goes on as another --------------------------------------------- */

static struct ent_str next_id(const struct situation *at, const struct ent_change *change)
{
	return at->next ? at->next->external_id : change->continues_as.id;
}

/* It is told of a ticket that was left before: as old news, or since the chain grew. A sweep reads what stands now, and
 * a time would tell; without either nothing moves, and the next sweep of the chain's last ticket tells. */
static bool may_be_old(const struct situation *at, const struct ent_change *change)
{
	return at->ticket && !same_text(at->ticket->external_id, change->ticket.id) && !at->sweep &&
	       change->stamp.time_ms == 0 && change->stamp.version == 0;
}

bool decide_moves(const struct situation *at, const struct ent_change *change)
{
	struct ent_str left = at->ticket ? at->ticket->external_id : change->ticket.id;

	if (may_be_old(at, change))
		return false;
	return (at->ticket || at->next) && !same_text(left, next_id(at, change));
}

static void decide_continues(const struct situation *at, const struct ent_change *change, struct events *ret)
{
	if (!decide_moves(at, change))
		return;
	struct event *event = events_add_change(ret, EVENT_TICKET_CONTINUED, at, change);
	if (at->ticket && !same_text(at->ticket->external_id, change->ticket.id)) { /* it moved before */
		event->ticket_id = at->ticket->external_id;
		event->ticket_key = at->ticket->key;
	}
	event->continues_id = next_id(at, change);
	if (!at->next || same_text(at->next->external_id, change->continues_as.id))
		event->continues_key = change->continues_as.key;
	if (at->next && !event->continues_key.n)
		event->continues_key = at->next->key;
}

/* The ticket that it goes on as says which state it is in. Its own later words are recorded and move nothing. */
static void decide_left(const struct situation *at, const struct ent_change *change, struct events *ret)
{
	struct event event = {.n_attr = 0};

	list_attrs(ret, &event, at->ticket, change, change->ticket.has);
	if (event.n_attr)
		list_attrs(ret, events_add_change(ret, EVENT_TICKET_LATE, at, change), at->ticket, change,
			   change->ticket.has);
}

bool decide_drops(const struct situation *at, const struct ent_change *change)
{
	return change->kind == ENT_COMMENT_ADDED && change->comment.visibility != ENT_PUBLIC && at->from &&
	       at->from->drops_private && !at->is_comment_echo;
}

static void decide_told(const struct situation *at, const struct ent_change *change, struct events *ret)
{
	bool left = at->ticket && at->ticket->continues_as.n;

	switch (change->kind) {
	case ENT_TICKET_CHANGED:
		if (left)
			decide_left(at, change, ret);
		else
			decide_ticket(at, change, ret);
		return;
	case ENT_TICKET_REMOVED:
		/* Older than the last word about its state: it was opened again since. */
		if (at->ticket && !at->ticket->removed &&
		    !situation_is_older(at, change, at->ticket->at[ENT_STATUS].stamp))
			(void)events_add_change(ret, EVENT_TICKET_REMOVED, at, change);
		return;
	case ENT_TICKET_CONTINUES:
		decide_continues(at, change, ret);
		return;
	case ENT_ACT: /* store/acts_told.c */
		return;
	case ENT_COMMENT_ADDED:
	case ENT_COMMENT_REMOVED:
	case ENT_ATTACHMENT_ADDED:
		break;
	}
	/* A comment may be the first word of its ticket, or bring attributes or a key along. */
	if (!left && (!at->ticket || change->ticket.has || has_news(at)))
		decide_ticket(at, change, ret);
	if (at->is_comment_echo)
		return;
	if (decide_drops(at, change)) {
		decide_dropped(at, change, ret);
	} else if (change->kind == ENT_COMMENT_ADDED) {
		decide_comment_added(at, change, ret);
	} else if (change->kind == ENT_COMMENT_REMOVED) {
		decide_comment_removed(at, change, ret);
	} else if (!at->attachment_known) {
		struct event *event = events_add_change(ret, EVENT_ATTACHMENT_ADDED, at, change);
		event->attachment = change->attachment;
		fill_beside(at, ret->arena, event);
	}
}

void decide_change(const struct situation *at, const struct ent_change *change, struct events *ret)
{
	size_t from = ret->n;

	assert(at->incident);
	decide_told(at, change, ret);
	decide_accepted(at, change, from, ret);
}

void decide_merge(const struct situation *at, const struct incident *kept, const struct incident *gone,
		  const struct values *brought, struct events *ret)
{
	struct event *event = events_add(ret, EVENT_INCIDENT_ABSORBED, at);
	event->incident = gone->number;
	memcpy(event->incident_uuid, gone->uuid, ID_SIZE);
	event->other = kept->number;
	memcpy(event->other_uuid, kept->uuid, ID_SIZE);
	event->actor = at->arrival ? event->actor : at->actor;

	event = events_add(ret, EVENT_INCIDENT_MERGED, at);
	event->incident = kept->number;
	memcpy(event->incident_uuid, kept->uuid, ID_SIZE);
	event->other = gone->number;
	memcpy(event->other_uuid, gone->uuid, ID_SIZE);
	event->values = *brought;
	event->actor = at->arrival ? event->actor : at->actor;
}

void decide_split(const struct situation *at, const struct incident *kept, const struct incident *gone,
		  struct events *ret)
{
	struct event *event = events_add(ret, EVENT_INCIDENT_SPLIT, at);

	event->incident = kept->number;
	memcpy(event->incident_uuid, kept->uuid, ID_SIZE);
	event->other = gone->number;
	memcpy(event->other_uuid, gone->uuid, ID_SIZE);
	event->actor = at->actor;
}

/* Its holder's word counts; where the holder has no ticket, that of the only one who has. */
static const struct word *word_that_counts(const struct situation *at, const struct incident *gone)
{
	for (size_t i = 0; i < at->n_word; i++)
		if (holder_is(at->suppliers, gone->holder, at->word[i].supplier))
			return &at->word[i];
	return at->n_word == 1 ? &at->word[0] : NULL;
}

void decide_restored(const struct situation *at, const struct incident *kept, const struct incident *gone,
		     struct events *ret)
{
	struct event *event = events_add(ret, EVENT_INCIDENT_RESTORED, at);
	const struct word *word = word_that_counts(at, gone);

	event->incident = gone->number;
	memcpy(event->incident_uuid, gone->uuid, ID_SIZE);
	event->other = kept->number;
	memcpy(event->other_uuid, kept->uuid, ID_SIZE);
	event->actor = at->actor;
	event->values = gone->values;
	if (!word)
		return;
	struct values told = word->values;
	if (told.at[ENT_STATUS] == ENT_TRANSFERRED) /* that is the ball's way, not a state of the work */
		told.at[ENT_STATUS] = 0;
	attr_take(&event->values, &told);
}

int64_t correlate(const int64_t *found, size_t n)
{
	int64_t oldest = 0;

	for (size_t i = 0; i < n; i++)
		if (found[i] != 0 && (oldest == 0 || found[i] < oldest))
			oldest = found[i];
	return oldest;
}
