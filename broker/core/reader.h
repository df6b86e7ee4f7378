/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reader, and what a reader may see. view/ chooses its rows in SQL by the same rules, so that what is left out is not
 * counted, sorted or numbered either; the tests compare both on random histories. Any doubt is no.
 */
#ifndef CORE_READER_H
#define CORE_READER_H

#include "core/delivery.h"
#include "core/event.h"
#include "core/role.h"

enum reader_kind {
	READER_NOBODY,       /* sees nothing */
	READER_ORGANISATION, /* sees what is shared with an organisation */
	READER_OURS          /* our people: see everything */
};

struct reader {
	enum reader_kind kind;
	struct ent_str organisation; /* READER_ORGANISATION: see core/organisation.h; its tools are suppliers */
	enum role role;
	struct ent_str ref;   /* of the account of a person; "": a machine */
	struct ent_str token; /* ref of the token that was shown; "": none was */
	uint32_t verbs;       /* enum verb: what it may do */
};

extern const struct reader reader_ours; /* a machine of ours, with all verbs */

/* An organisation's part in an incident. */
struct reader_part {
	bool shares;      /* the share of one of its tools stands */
	int64_t since_ms; /* status and holder are for it since then */
};

bool reader_is_ours(const struct reader *reader);
bool reader_may(const struct reader *reader, enum verb verb);
/* Everything below it is asked only of an incident that the reader sees. */
bool reader_sees_incident(const struct reader *reader, const struct reader_part *part);
/* A ticket's fields, a delivery, an attachment, an account, a comment's place: of the organisation that they belong to.
 */
bool reader_sees_own(const struct reader *reader, struct ent_str organisation);
/* reading: what the organisation reads in the comment's place. The audience of a comment that it wrote names it. */
bool reader_sees_comment(const struct reader *reader, const struct comment *comment, const struct reading *reading);
/* of: the organisation whose tool the event's supplier is. comment: as it stands now, of events about one, with what
 * the organisation reads in its place; else NULL. */
bool reader_sees_event(const struct reader *reader, const struct reader_part *part, const struct event *event,
		       struct ent_str of, const struct comment *comment, const struct reading *reading);

#endif
