/* SPDX-License-Identifier: Apache-2.0 */
#include "core/reader.h"

#include "sdk/webhook.h"

const struct reader reader_ours = {.kind = READER_OURS, .role = ROLE_SYSTEM, .verbs = VERB_ALL};

bool reader_is_ours(const struct reader *reader)
{
	return reader->kind == READER_OURS;
}

bool reader_may(const struct reader *reader, enum verb verb)
{
	return reader->kind != READER_NOBODY && verb != VERB_NONE && (reader->verbs & (uint32_t)verb) != 0;
}

bool reader_sees_own(const struct reader *reader, struct ent_str organisation)
{
	if (reader->kind != READER_ORGANISATION)
		return reader_is_ours(reader);
	return reader->organisation.n > 0 && sdk_eq(organisation, reader->organisation);
}

bool reader_sees_incident(const struct reader *reader, const struct reader_part *part)
{
	return reader_is_ours(reader) || (reader->kind == READER_ORGANISATION && part->shares);
}

struct spoken reader_spoken(const struct comment *comment)
{
	return (struct spoken){.author = comment->author.organisation,
			       .audience = &comment->audience,
			       .published_ms = comment->recorded_ms,
			       .said_ms = comment->created_ms,
			       .held = comment->held_by.n > 0};
}

enum right reader_right(const struct reader *reader, const struct spoken *spoken, bool shares)
{
	const bool ours = reader_is_ours(reader), own = ours ? spoken->by_us : reader_sees_own(reader, spoken->author);

	if (!ours && (reader->kind != READER_ORGANISATION || !shares))
		return RIGHT_NONE;
	if (ours || own)
		return own || !spoken->held ? RIGHT_WHOLE : RIGHT_NONE;
	if (spoken->held || !audience_allows(spoken->audience, reader->organisation, shares))
		return RIGHT_NONE;
	return audience_names(spoken->audience, reader->organisation) ? RIGHT_WHOLE : RIGHT_SINCE;
}

enum right reader_right_of(struct ent_str organisation, const struct spoken *spoken, bool shares)
{
	const struct reader reader = {.kind = READER_ORGANISATION, .organisation = organisation};

	return reader_right(&reader, spoken, shares);
}

bool reader_sees_said(const struct reader *reader, const struct spoken *spoken, const struct reading *reading)
{
	const enum right right = reader_right(reader, spoken, reading->shares);

	if (right != RIGHT_SINCE || reading->since_ms == 0)
		return right != RIGHT_NONE;
	/* A tool's clock may be ahead: the comment was made at the latest when it was heard of. */
	return spoken->published_ms > reading->since_ms &&
	       audience_said(spoken->said_ms, reading->since_ms) == SAID_SINCE;
}

bool reader_sees_comment(const struct reader *reader, const struct comment *comment, const struct reading *reading)
{
	const struct spoken spoken = reader_spoken(comment);

	return reader_sees_said(reader, &spoken, reading);
}

/* As it stands now, and as it was then: what was internal once, or said before the reader's share reads, stays so. */
static bool saw_revision(const struct reader *reader, const struct event *event, const struct comment *now,
			 const struct reading *reading)
{
	struct comment then = *now;

	then.audience = event->comment.audience;
	return reader_sees_comment(reader, now, reading) && reader_sees_comment(reader, &then, reading);
}

struct ent_str reader_key(const struct reader *reader)
{
	return reader->ref.n ? reader->ref : sdk_or_empty(reader->token);
}

const char *reader_words_of(const struct event *event)
{
	if (event->kind == EVENT_ATTACHMENT_ADDED && event->beside.sha256[0])
		return event->beside.comment;
	return event->kind == EVENT_HELP_OFFERED ? event->act.ended_by : event->comment.uuid;
}

bool reader_sees_event(const struct reader *reader, const struct reader_part *part, const struct event *event,
		       struct ent_str of, const struct comment *comment, const struct reading *reading)
{
	const bool own = reader_sees_own(reader, of);

	if (reader->kind != READER_ORGANISATION)
		return reader_is_ours(reader);
	if (!part->shares)
		return false;
	switch (event->kind) {
	case EVENT_COMMENT_ADDED:
	case EVENT_COMMENT_EDITED:
	case EVENT_COMMENT_PUBLISHED:
		return comment && saw_revision(reader, event, comment, reading);
	case EVENT_COMMENT_REMOVED:
	case EVENT_COMMENT_PINNED:
	case EVENT_ASK_MADE:
	case EVENT_ASK_ANSWERED:
	case EVENT_ASK_WITHDRAWN:
	case EVENT_ASK_OVERDUE:
	case EVENT_HELP_WANTED:
	case EVENT_HELP_OFFERED:
	case EVENT_HELP_ENDED:
	case EVENT_INCIDENT_TOLD:
		return comment && reader_sees_comment(reader, comment, reading);
	case EVENT_ATTACHMENT_ADDED: /* uploaded here: for exactly the readers of its comment */
		return event->beside.sha256[0] ? comment && reader_sees_comment(reader, comment, reading) : own;
	case EVENT_INCIDENT_STATUS_CHANGED:
	case EVENT_INCIDENT_DESCRIBED:
	case EVENT_INCIDENT_HOLDER_CHANGED:
	case EVENT_INCIDENT_HOLDER_ACCEPTED:
	case EVENT_OF_PROMISES:
		return event->recorded_ms > part->since_ms;
	case EVENT_TICKET_LINKED:
	case EVENT_TICKET_CHANGED:
	case EVENT_TICKET_REMOVED:
	case EVENT_TICKET_CONTINUED:
	case EVENT_INCIDENT_SHARED:
	case EVENT_INCIDENT_UNSHARED:
		return own;
	case EVENT_DELIVERY_DONE:
		return own && (!event->comment.uuid[0] || (comment && reader_sees_comment(reader, comment, reading)));
	case EVENT_OF_DUTIES:
		return reader_sees_own(reader, event->duty.organisation);
	case EVENT_JOIN_REQUESTED: /* nobody but us learns that an incident exists by naming it */
	case EVENT_JOIN_REFUSED:
	case EVENT_INCIDENT_OPENED:
	case EVENT_INCIDENT_MERGED:
	case EVENT_INCIDENT_ABSORBED:
	case EVENT_INCIDENT_SPLIT:
	case EVENT_INCIDENT_RESTORED:
	case EVENT_INCIDENT_LINKED:
	case EVENT_INCIDENT_CORRECTED:
	case EVENT_TICKET_LATE:
	case EVENT_TICKET_OVERRULED:
	case EVENT_DELIVERY_PARKED:
	case EVENT_DELIVERY_CANCELLED:
	case EVENT_SUPPLIER_STATE_CHANGED:
	case EVENT_N:
		return false;
	}
	return false;
}
