/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reader, and what a reader may see. view/ chooses its rows in SQL by the same rules, so that what is left out is not
 * counted, sorted or numbered either; the tests compare both on random histories. Any doubt is no.
 */
#ifndef CORE_READER_H
#define CORE_READER_H

#include "core/event.h"
#include "core/reading.h"
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

/* Machines do not read, follow, take or keep a draft: said by the routes and by the writer, which says no dot. */
#define READER_NO_PERSON                                                                                               \
	"Only a person does this. Sign in, or show a token that stands for a person (entente token add NAME "          \
	"--account REF)"

extern const struct reader reader_ours; /* a machine of ours, with all verbs */

/* An organisation's part in an incident. */
struct reader_part {
	bool shares;      /* the share of one of its tools stands */
	int64_t since_ms; /* status and holder are for it since then */
};

/* Something that was said: a comment, words of a delivery. */
struct spoken {
	struct ent_str author; /* the organisation that said it; empty: not known, nobody's own */
	const struct audience *audience;
	int64_t published_ms; /* when others could read it first */
	int64_t said_ms;      /* by its tool's clock, which may be ahead */
	bool by_us;           /* our own organisation said it */
	bool held;            /* for the author's own organisation alone, until it is published */
};
struct spoken reader_spoken(const struct comment *comment);

/* How much of what is said so a reader may read. */
enum right {
	RIGHT_NONE,
	RIGHT_SINCE, /* one of everyone: what was said and published since its share reads */
	RIGHT_WHOLE  /* its own, or it is named; ours: always */
};

bool reader_is_ours(const struct reader *reader);
bool reader_may(const struct reader *reader, enum verb verb);
/* The account of a person, else the token of a machine. */
struct ent_str reader_key(const struct reader *reader);
/* Everything below it is asked only of an incident that the reader sees. */
bool reader_sees_incident(const struct reader *reader, const struct reader_part *part);
/* A ticket's fields, a delivery, an attachment, an account, a comment's place: of the organisation that they belong to.
 */
bool reader_sees_own(const struct reader *reader, struct ent_str organisation);
/* THE rule of who may read what was said; everybody asks it: who stores, delivers, shows, counts. `shares`: the
 * reader's organisation takes part in the incident; without that it reads nothing. */
enum right reader_right(const struct reader *reader, const struct spoken *spoken, bool shares);
/* The same of an organisation, as whose reader a tool is written to. */
enum right reader_right_of(struct ent_str organisation, const struct spoken *spoken, bool shares);
/* Both together: whether it is for the reader, and was said and published since it reads. */
bool reader_sees_said(const struct reader *reader, const struct spoken *spoken, const struct reading *reading);
/* reading: what the organisation reads in the comment's place. */
bool reader_sees_comment(const struct reader *reader, const struct comment *comment, const struct reading *reading);
/* The comment whose readers learn of the event, beside those of the one that it is about: an offer of help changes
 * nothing that is told to whoever reads the call. */
const char *reader_words_of(const struct event *event);
/* of: the organisation whose tool the event's supplier is. comment: as it stands now, of events about one, with what
 * the organisation reads in its place; else NULL, as where reader_words_of() is one that it does not see. */
bool reader_sees_event(const struct reader *reader, const struct reader_part *part, const struct event *event,
		       struct ent_str of, const struct comment *comment, const struct reading *reading);

#endif
