/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The data that the store keeps of an incident, its tickets and its thread. Plain structs; store/ loads and saves them,
 * fold.c changes them, decide.c reads them.
 */
#ifndef CORE_STATE_H
#define CORE_STATE_H

#include "base/world.h"
#include "core/attr.h"
#include "core/audience.h"
#include "core/entry.h"
#include "core/person.h"
#include "entente/ticket.h"

#define INCIDENT_PREFIX      "ENT-" /* number 42 is said "ENT-000042" */
#define INCIDENT_NUMBER_SIZE 32

struct attribute {
	struct ent_value value;
	struct ent_stamp stamp; /* of the change that last spoke of it, changed or not */
};

struct ticket {
	int64_t id;       /* 0: not stored yet */
	int64_t incident; /* number */
	int64_t origin;   /* number of the first incident that it was in: a merge does not change it */
	struct ent_str supplier, external_id, key;
	uint32_t has; /* attributes ever spoken of */
	struct attribute at[ENT_N_ATTR];
	bool removed;
	struct ent_str continues_as; /* external id of the ticket that it goes on as, the last of its chain; empty: it
				      * is itself. Then it is removed for good: only its comments and attachments are
				      * still heard */
	struct ent_stamp removed_stamp; /* of its removal; a newer change brings the ticket back */
	int64_t changed_ms; /* the latest of its applied changes: the supplier's time, else when it was recorded */
	bool dirty;         /* changed since it was loaded */
	bool placed;        /* so did its key or incident, which stand in indexes */
};

struct incident {
	int64_t number;
	char uuid[ID_SIZE];
	struct ent_str title;
	struct values values;  /* what is carried */
	struct ent_str holder; /* see core/holder.h */
	int64_t holder_since_ms;
	bool is_accepted; /* the holder did something of its own since it was handed the ball, or took it itself */
	struct ent_str handed_by;     /* not accepted: who had the ball, and gets it back by a refusal; else empty */
	struct ent_str declined_by;   /* who gave it back to the holder: no old word hands it over there again */
	struct ent_str service, site; /* as a person with us described it, as the rest of core/description.h */
	struct person requester;
	int64_t needed_before_ms;    /* 0: not said */
	int64_t opened_ms;           /* the earliest word of its tickets */
	int64_t said_ms;             /* the latest one */
	int64_t changed_ms;          /* when its last event was recorded */
	int64_t sequence;            /* of its last event: 1, 2, 3... */
	int64_t merged_into;         /* number, 0: lives */
	int64_t n_ticket, n_comment; /* linked tickets; comments that stand */
	bool finished;               /* table finished lists it */
	bool worded;                 /* what is said next may change its places in work: see core/worklist.h */
	bool placed; /* changed since it was loaded: status, holder or merged_into, which stand in indexes */
};

struct comment {
	int64_t id; /* 0: not stored yet */
	char uuid[ID_SIZE];
	int64_t incident;
	struct ent_str supplier;    /* where it was written; empty: with us */
	struct ent_str ticket;      /* external id of the ticket it stands in */
	struct ent_str external_id; /* its id there */
	struct person author;
	struct ent_str body;
	enum ent_format format;
	char reply_to[ID_SIZE];         /* the comment of this thread that it answers; "": none is told */
	enum ent_visibility visibility; /* in the tool it came from */
	struct audience audience;
	struct entry_act entry;        /* the act that it carries; set when it is added, never changed */
	struct ent_str mentions;       /* as an event tells them: see mention_refs(); in table mention */
	int64_t created_ms, edited_ms; /* 0: never edited */
	int64_t recorded_ms;           /* when it was heard of first; of one that was held, when it was published */
	int64_t origin;                /* number of the first incident that it was in: a merge does not change it */
	bool removed;
	struct ent_stamp stamp;
	struct ent_str held_by; /* the organisation that alone reads it until it is published, also when it was undone;
				 * empty: it is published. Then its audience is that of its organisation and ours */
	struct audience meant;  /* of one that is held: whom it is for when it is published */
	int64_t held_ms;        /* of one that is held: until when, as comment.added told it; not stored */
	int64_t version;        /* 1, and one more with each change but a pin */
	int64_t pinned_ms;      /* since when it is pinned; 0: it is not */
	struct ent_str
	    files;  /* that were uploaded with it, as stored: "SIZE NAME" on lines of their own; empty: none */
	bool dirty; /* changed since it was loaded */
};

const char *comment_format_word(enum ent_format format); /* "text", "markdown" */
bool comment_format_by_word(struct ent_str word, enum ent_format *ret);

/* The ball went from one holder to another. */
struct hand_over {
	struct ent_str from, to; /* as incident.holder */
	int64_t at_ms;           /* when it was said */
};

/* From where a supplier reads what is said, as its share tells. Zero widens nothing. */
enum reads_from {
	READS_AS_BEFORE, /* the share stood and goes on */
	READS_FROM_TIME, /* what was said before is not for it */
	READS_ALL        /* the whole thread: with_history */
};

/* How a supplier takes part in an incident. It is `escalated` while it holds the ball, else `shadow`. The supplier
 * whose ticket opens the incident takes part from then on; incident.shared tells of every other share. */
struct share {
	int64_t incident;
	struct ent_str supplier;
	int64_t since_ms;
	int64_t sees_ms;      /* the incident's status and holder are for it since then; since_ms, or its merge */
	int64_t reads_ms;     /* comments made since then are for the supplier; 0: the whole thread */
	int64_t withdrawn_ms; /* 0: it stands */
	bool anew;            /* shared without a ticket that stands; one that was removed does not count */
	bool parted;          /* it ended when a merge was undone: nobody took it back */
	int64_t n_create;     /* open deliveries that make its ticket; counted, not stored */
	bool is_new, dirty;   /* not stored yet; changed since it was loaded */
	bool reads_anew;      /* what the merged incidents said about its reading does not hold any more */
	bool owes_none;       /* nothing is owed to it any more */
};

/* After a merge: since when a supplier reads the comments of each incident that came in, in place of share.reads_ms. */
struct reads {
	struct ent_str supplier;
	int64_t origin; /* as ticket.origin */
	int64_t since_ms;
};

struct values ticket_values(const struct ticket *ticket); /* the carried ones that it tells */

/* The facts that the receiving supplier needs; they become the text of its ticket. All but `what` may be absent. */
struct brief {
	struct ent_str what, effect, tried, wanted;
	int64_t needed_before_ms; /* 0: not said */
};

/* Facts about each status. active: somebody works on it now. terminal: it does not come back by itself. */
struct status_facts {
	bool open, active, terminal;
};
const struct status_facts *status_facts(enum ent_status status);

/* "ENT-000042"; and back: false when it is not one of our numbers. */
struct ent_str incident_number(int64_t number, char ret[INCIDENT_NUMBER_SIZE]);
bool incident_number_parse(struct ent_str text, int64_t *ret);

/* Negative, 0, positive: a is older than, as old as, newer than b. Versions decide when
 * both have one, else times; when neither can, the later arrival counts as newer. */
int stamp_compare(struct ent_stamp a, struct ent_stamp b);

#endif
