/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A delivery: one thing to bring to one supplier's tool.
 *
 *   pending -> in_flight -> done
 *      ^           |-> pending     known not to be done, or a repeat is safe: at due_ms, look set when unknown
 *      |           |-> unknown     it may have been done, and nobody can look or looking shows nothing: a person
 *      |           |               decides
 *      |           |-> parked      it will not work like this: a person reads the reason
 *      +-- retry --+-> cancelled   not to be brought any more, or the tool cannot express it
 *
 * In order per (incident, supplier): `head` is the first open one. Open are pending, in_flight, unknown, parked; a
 * UPDATE, EDIT_COMMENT or REMOVE_COMMENT that is parked or unknown holds nobody back, a newer one takes its place; nor
 * does one that is parked as a loop. A change of a comment waits for the delivery that brings it: only then its place
 * in the tool is known.
 */
#ifndef CORE_DELIVERY_H
#define CORE_DELIVERY_H

#include "core/federate.h"
#include "core/reading.h"

enum delivery_state {
	DELIVERY_PENDING,
	DELIVERY_IN_FLIGHT,
	DELIVERY_UNKNOWN,
	DELIVERY_PARKED,
	DELIVERY_DONE,
	DELIVERY_CANCELLED
};
const char *delivery_state_name(enum delivery_state state); /* "in_flight" */
bool delivery_state_by_name(struct ent_str name, enum delivery_state *ret);
const char *delivery_op_name(enum ent_op_kind op); /* "create_ticket", "update_ticket", "add_comment", ... */
bool delivery_op_by_name(struct ent_str name, enum ent_op_kind *ret);

/* Why it is parked, unknown or cancelled; the words that `repair --cause` takes. id, word, what a person can do. */
#define DELIVERY_CAUSES(X)                                                                                             \
	X(CAUSE_NONE, "", "")                                                                                          \
	X(CAUSE_UNMAPPED, "unmapped",                                                                                  \
	  "their tool has no word for this value: add one under map and send HUP (or: entente map publish), then "     \
	  "type: entente delivery repair --cause unmapped")                                                            \
	X(CAUSE_REFUSED, "refused", "the tool refused it: read its reason. Then edit the text, retry or ignore")       \
	X(CAUSE_NOT_DONE, "not_done",                                                                                  \
	  "the tool answered with success and changed nothing: check our user's rights and the workflow there, "       \
	  "then retry or ignore")                                                                                      \
	X(CAUSE_CONFLICT, "conflict",                                                                                  \
	  "somebody else changed the ticket at each attempt: look at the ticket, then retry or ignore")                \
	X(CAUSE_FAILING, "failing",                                                                                    \
	  "the tool failed at this delivery again and again and answers others: read the reason, then retry")          \
	X(CAUSE_GONE, "gone",                                                                                          \
	  "the ticket does not exist in the tool, or our user may not see it: share the incident again or ignore")     \
	X(CAUSE_UNKNOWN, "unknown",                                                                                    \
	  "it may have been done: look in the tool. If it stands there, type `ignore`. If it does not, type "          \
	  "`retry`")                                                                                                   \
	X(CAUSE_LOOP, "loop",                                                                                          \
	  "an automation in their tool probably reacts to ours: switch it off there, then retry or ignore")            \
	X(CAUSE_AUDIENCE, "audience", "its audience does not include this supplier")                                   \
	X(CAUSE_PUBLIC, "public",                                                                                      \
	  "their tool cannot keep a comment from the requester. If the requester there is our own service desk, set "  \
	  "public_is_read_by: service_desk for this supplier, send HUP and type: entente delivery repair --cause "     \
	  "public. Else tell them another way and type `ignore`, or write it for the requester, too")                  \
	X(CAUSE_EARLIER, "earlier",                                                                                    \
	  "by its tool's clock the comment was made before the supplier took part: type `retry` to send it all the "   \
	  "same")                                                                                                      \
	X(CAUSE_UNSHARED, "unshared", "the incident is not shared with this supplier any more")                        \
	X(CAUSE_UNSUPPORTED, "unsupported", "this tool cannot express it: tell them another way")                      \
	X(CAUSE_INVALID, "invalid",                                                                                    \
	  "our connector or the supplier's jq program could not build the request or read the answer: read the "       \
	  "reason, correct the setting or the program, then retry")                                                    \
	X(CAUSE_LEFT, "left",                                                                                          \
	  "the supplier is not in the configuration any more. To deliver it, put the supplier back, reload and type: " \
	  "entente delivery repair --cause left. Otherwise ignore it")                                                 \
	X(CAUSE_IGNORED, "ignored", "a person decided not to deliver it")                                              \
	X(CAUSE_SUPERSEDED, "superseded", "a newer delivery replaced it")
#define X(id, word, help) id,
enum delivery_cause { DELIVERY_CAUSES(X) CAUSE_N };
#undef X
const char *delivery_cause_word(enum delivery_cause cause);
/* The sentence next.WORD: it says what a person can do. CAUSE_NONE has none. */
struct ent_said delivery_cause_next(enum delivery_cause cause);
bool delivery_cause_by_word(struct ent_str word, enum delivery_cause *ret);

struct delivery {
	int64_t id;
	char key[ID_SIZE];
	int64_t incident;
	int64_t marked; /* the number that its marker holds: of the incident it was sent first for; 0: as incident */
	char incident_uuid[ID_SIZE];
	struct ent_str supplier;
	struct ent_str ticket, ticket_key; /* external id there; absent: a CREATE, or it comes with one */
	struct ent_str sent_to;            /* the ticket that the last attempt was for; empty: there was none */
	enum ent_op_kind op;
	uint32_t set;               /* UPDATE */
	char comment[ID_SIZE];      /* "" for none */
	struct ent_str title, text; /* CREATE: title and brief; ADD_COMMENT of no comment: the words; else absent. An
				     * edit by a person stands here and takes precedence over the comment's words,
				     * until the comment itself is edited. */
	struct values values;       /* UPDATE, CREATE: as planned */
	struct audience audience;
	enum delivery_state state;
	bool head, look;
	bool look_only;    /* with look: the tool said yes in words that we could not read. Where a look finds nothing a
			    * person decides, for a second write could do it twice */
	int64_t unsure_ms; /* look: when the last attempt ended that may have done it; 0: none did */
	unsigned attempt, phase; /* attempts begun; phase to go on with */
	bool halved;             /* the tool took its text for too long: half of it goes */
	bool owed;   /* planned before its incident was merged with one whose share with this supplier had been
		      * taken back: it is still sent, but nothing new is planned */
	bool anyway; /* send it, though by its tool's clock the comment was made before the supplier took part: a
		      * person wants it, or that clock does not count */
	struct ent_str memo;
	int64_t made_ms, due_ms, state_ms;
	enum delivery_cause cause;
	struct ent_said reason;
	struct ent_str remote_id;

	/* EDIT_COMMENT, REMOVE_COMMENT: the comment's id there, absent when it is not known; the key and number of the
	 * marker that it came with, "" and 0: not known any more. link asks the store for them. */
	struct ent_str stands_as;
	char first_key[ID_SIZE];
	int64_t first_marked;

	/* The queue's own fields: see queue.h. Code that only reads a delivery finds them empty. */
	struct ent_str origin;     /* the supplier whose word caused it; "": a person with us */
	int64_t said_ms;           /* when that was said, by the supplier's clock */
	const unsigned char *hash; /* of the words as they go out now; NULL: as stored */
	struct ent_str exchange;   /* what was asked and answered last, to be stored; absent: as stored */
	int bound;                 /* 1, 0: its echo is known, is not known any more; -1: as stored */
	bool is_new, dirty;        /* not stored yet; changed since it was loaded */
};

bool delivery_changes_comment(enum ent_op_kind op);     /* of a comment that went before: EDIT, REMOVE */
bool delivery_has_words(enum ent_op_kind op);           /* that a person may mend */
bool delivery_is_open(const struct delivery *delivery); /* neither done nor cancelled */
/* A REMOVE that takes the comment from the requester. now: who may read the comment. */
bool delivery_hides(const struct delivery *removal, const struct audience *now);

/* The result of one attempt, as link/ tells the writer. */
enum delivery_outcome {
	OUTCOME_DONE,
	OUTCOME_MORE,  /* a phase wrote: keep phase and memo, stay in flight */
	OUTCOME_LATER, /* known not to be done: again at due_ms */
	OUTCOME_LOST,  /* not known. may_look: again at due_ms with `look`; else unknown */
	OUTCOME_PARKED,
	OUTCOME_CANCELLED
};
struct delivery_result {
	int64_t id;
	unsigned attempt; /* the fence: another attempt's result is dropped */
	enum delivery_outcome outcome;
	bool may_look;    /* LOST */
	bool said_yes;    /* LOST: there was an answer, no 4xx, that we could not read */
	bool halves;      /* LATER: the tool took its text for too long, and half of it goes next */
	bool keeps_phase; /* LATER, LOST: go on with phase and memo as stored, else from phase 0 */
	unsigned phase;
	struct ent_str memo;
	int64_t due_ms;
	enum delivery_cause cause;
	struct ent_said reason;
	struct ent_str remote_id, remote_key;
	struct ent_str exchange; /* JSON: what was asked and answered last, without secrets; absent: nothing was */
};

/* The second ask, in the send function: may this row's words go to this supplier, as things stand now? comment: NULL
 * for a delivery without one. False: *ret_cause says why. */
bool delivery_may_go(const struct delivery *delivery, const struct supplier *supplier, const struct comment *comment,
		     struct reading reading, enum delivery_cause *ret_cause);
/* The op for a connector: texts rendered, words mapped, limits as they are for this one. ENT_EINVAL: *ret_cause
 * UNMAPPED names attribute and value. */
enum ent_rc delivery_op(const struct delivery *delivery, const struct supplier *supplier,
			const struct supplier_set *suppliers, const struct comment *comment, struct ent_arena *arena,
			struct ent_op *ret, enum delivery_cause *ret_cause, struct ent_err *err)
    __attribute__((warn_unused_result));
/* May its words stand in the tool as public? comment: as in delivery_op(). Any doubt is no. */
bool delivery_may_show(const struct delivery *delivery, const struct supplier *supplier, const struct comment *comment);
/* After an UPDATE: does what the tool tells now agree with what was asked? ENT_EINVAL: names attribute, asked and
 * found. ENT_OK also when it tells nothing. */
enum ent_rc delivery_read_back(const struct ent_op *op, const struct ent_changes *changes, struct ent_err *err)
    __attribute__((warn_unused_result));

#endif
