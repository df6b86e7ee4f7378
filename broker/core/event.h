/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An event: what happened, once, in order. Deciding makes events, folding applies
 * them, the relay publishes them, rebuild reads them back: events hold everything
 * that incidents, tickets and threads are made of.
 */
#ifndef CORE_EVENT_H
#define CORE_EVENT_H

#include "core/act.h"
#include "core/description.h"
#include "core/relation.h"
#include "entente/connector.h"
#include "sdk/json.h"

/* id, type without prefix and version */
#define EVENT_TABLE(X)                                                                                                 \
	X(EVENT_INCIDENT_OPENED, "incident.opened")                                                                    \
	X(EVENT_INCIDENT_DESCRIBED, "incident.described") /* by a person with us */                                    \
	X(EVENT_INCIDENT_STATUS_CHANGED, "incident.status_changed")                                                    \
	X(EVENT_INCIDENT_HOLDER_CHANGED, "incident.holder_changed")                                                    \
	X(EVENT_INCIDENT_HOLDER_ACCEPTED, "incident.holder_accepted") /* it was handed the ball, and acts */           \
	X(EVENT_INCIDENT_MERGED, "incident.merged")                   /* on the survivor: what came in */              \
	X(EVENT_INCIDENT_ABSORBED, "incident.absorbed")               /* on the other: its last event */               \
	X(EVENT_INCIDENT_SPLIT, "incident.split")       /* on the survivor: a merge was undone, and what left */       \
	X(EVENT_INCIDENT_RESTORED, "incident.restored") /* on the other: it stands again */                            \
	X(EVENT_INCIDENT_LINKED, "incident.linked")     /* by a person, or not any more; on each of the two */         \
	X(EVENT_TICKET_LINKED, "ticket.linked")         /* a ticket's first appearance */                              \
	X(EVENT_TICKET_CHANGED, "ticket.changed")       /* also when nothing visible changed */                        \
	X(EVENT_TICKET_LATE, "ticket.late")             /* older than what is stored: recorded, nothing moved */       \
	X(EVENT_TICKET_REMOVED, "ticket.removed")                                                                      \
	X(EVENT_TICKET_CONTINUED, "ticket.continued") /* it goes on as another ticket of the same tool */              \
	X(EVENT_COMMENT_ADDED, "comment.added")                                                                        \
	X(EVENT_COMMENT_EDITED, "comment.edited")                                                                      \
	X(EVENT_COMMENT_REMOVED, "comment.removed")                                                                    \
	X(EVENT_COMMENT_PUBLISHED, "comment.published") /* it was held; now it is for whom it is meant */              \
	X(EVENT_COMMENT_PINNED, "comment.pinned")       /* by a person, or not any more */                             \
	X(EVENT_ASK_MADE, "ask.made")                                                                                  \
	X(EVENT_ASK_ANSWERED, "ask.answered")                                                                          \
	X(EVENT_ASK_WITHDRAWN, "ask.withdrawn")                                                                        \
	X(EVENT_ASK_OVERDUE, "ask.overdue")             /* its time came; it waits on */                               \
	X(EVENT_HANDOVER_PROPOSED, "handover.proposed") /* by a person; the holder keeps the ball */                   \
	X(EVENT_HANDOVER_ACCEPTED, "handover.accepted") /* incident.holder_changed follows */                          \
	X(EVENT_HANDOVER_DECLINED, "handover.declined")                                                                \
	X(EVENT_HANDOVER_LAPSED, "handover.lapsed")                                                                    \
	X(EVENT_HANDOVER_WITHDRAWN, "handover.withdrawn")                                                              \
	X(EVENT_PROMISE_MADE, "promise.made") /* of the next news */                                                   \
	X(EVENT_PROMISE_KEPT, "promise.kept")                                                                          \
	X(EVENT_PROMISE_BROKEN, "promise.broken")                                                                      \
	X(EVENT_PROMISE_REPLACED, "promise.replaced")                                                                  \
	X(EVENT_HELP_WANTED, "help.wanted")                                                                            \
	X(EVENT_HELP_OFFERED, "help.offered")                                                                          \
	X(EVENT_HELP_ENDED, "help.ended")                                                                              \
	X(EVENT_INCIDENT_TOLD, "incident.told")       /* plain words for the requester */                              \
	X(EVENT_INCIDENT_TAKEN, "incident.taken")     /* or given back; its own organisation alone is told */          \
	X(EVENT_INCIDENT_SNOOZED, "incident.snoozed") /* its organisation puts it off; the same see it */              \
	X(EVENT_ATTACHMENT_ADDED, "attachment.added")                                                                  \
	X(EVENT_INCIDENT_SHARED, "incident.shared")                                                                    \
	X(EVENT_INCIDENT_UNSHARED, "incident.unshared")                                                                \
	X(EVENT_JOIN_REQUESTED, "incident.join_requested")                                                             \
	X(EVENT_JOIN_REFUSED, "incident.join_refused")                                                                 \
	X(EVENT_TICKET_OVERRULED, "ticket.overruled") /* what it said does not count, by policy: said and stands */    \
	X(EVENT_INCIDENT_CORRECTED, "incident.corrected")         /* late words change what was told before */         \
	X(EVENT_DELIVERY_DONE, "delivery.done")                   /* it stands in the supplier's tool */               \
	X(EVENT_DELIVERY_PARKED, "delivery.parked")               /* a person must look: also an unknown outcome */    \
	X(EVENT_DELIVERY_CANCELLED, "delivery.cancelled")         /* it will not be brought, and why */                \
	X(EVENT_SUPPLIER_STATE_CHANGED, "supplier.state_changed") /* of no incident: see `incident` below */

#define X(id, name) id,
enum event_kind { EVENT_TABLE(X) EVENT_N };
#undef X
/* In a switch, after `case`: the kinds of people who work together. */
#define EVENT_OF_ACTS                                                                                                  \
	EVENT_ASK_MADE:                                                                                                \
	case EVENT_OF_DUTIES:                                                                                          \
	case EVENT_ASK_ANSWERED:                                                                                       \
	case EVENT_ASK_WITHDRAWN:                                                                                      \
	case EVENT_ASK_OVERDUE:                                                                                        \
	case EVENT_HELP_WANTED:                                                                                        \
	case EVENT_HELP_OFFERED:                                                                                       \
	case EVENT_HELP_ENDED:                                                                                         \
	case EVENT_OF_PROMISES:                                                                                        \
	case EVENT_INCIDENT_TOLD
/* Kinds that a fold or a plan treats alike. */
#define EVENT_OF_JOINS                                                                                                 \
	EVENT_JOIN_REQUESTED:                                                                                          \
	case EVENT_JOIN_REFUSED
#define EVENT_OF_DELIVERIES                                                                                            \
	EVENT_DELIVERY_DONE:                                                                                           \
	case EVENT_DELIVERY_PARKED:                                                                                    \
	case EVENT_DELIVERY_CANCELLED
#define EVENT_OF_MERGES                                                                                                \
	EVENT_INCIDENT_MERGED:                                                                                         \
	case EVENT_INCIDENT_SPLIT:                                                                                     \
	case EVENT_INCIDENT_RESTORED
#define EVENT_OF_PAIRS                                                                                                 \
	EVENT_INCIDENT_SPLIT:                                                                                          \
	case EVENT_INCIDENT_LINKED
/* An organisation's people among themselves: nobody else learns of it. */
#define EVENT_OF_DUTIES                                                                                                \
	EVENT_INCIDENT_TAKEN:                                                                                          \
	case EVENT_INCIDENT_SNOOZED
/* Proposed hand-overs and promises: whoever takes part reads them. */
#define EVENT_OF_PROMISES                                                                                              \
	EVENT_HANDOVER_PROPOSED:                                                                                       \
	case EVENT_HANDOVER_ACCEPTED:                                                                                  \
	case EVENT_HANDOVER_DECLINED:                                                                                  \
	case EVENT_HANDOVER_LAPSED:                                                                                    \
	case EVENT_HANDOVER_WITHDRAWN:                                                                                 \
	case EVENT_PROMISE_MADE:                                                                                       \
	case EVENT_PROMISE_KEPT:                                                                                       \
	case EVENT_PROMISE_BROKEN:                                                                                     \
	case EVENT_PROMISE_REPLACED
#define EVENT_LEVEL_PREFIX "incident_" /* of `values` in ticket.linked and ticket.changed */
#define EVENT_BY_MERGE     "merge"
#define EVENT_BY_SPLIT     "split"
#define EVENT_SHA256_SIZE  65             /* in hex, and its NUL */
#define EVENT_TYPE_PREFIX  "org.entente." /* ce_type = prefix + name + ".v1" */

/* One attribute as an event tells it. */
struct event_attr {
	enum ent_attr attr;
	struct ent_value from, to;
};

struct event {
	enum event_kind kind;
	int64_t seq;      /* in the store, without gap; 0 until stored */
	int64_t sequence; /* in the incident: 1, 2, 3... */
	char incident_uuid[ID_SIZE];
	int64_t incident; /* number. SUPPLIER_STATE_CHANGED: minus the supplier's row; incident_uuid is "", key and
			   * subject are the supplier's name, sequence counts that supplier's events */
	int64_t time_ms;  /* when it happened, by the supplier's clock if it told */
	int64_t recorded_ms;
	struct ent_str supplier, delivery_id; /* the cause; absent: a person with us */
	struct ent_str traceparent;
	struct person actor;

	/* ticket.*, comment.*, attachment.*: the ticket it is about */
	struct ent_str ticket_id, ticket_key;
	struct ent_stamp stamp;
	uint32_t seen; /* 1u << attribute the payload spoke of (changed), or that came too late (late) */
	const struct event_attr *attr;
	size_t n_attr;
	uint32_t unmapped; /* 1u << attribute whose native value no map knew */
	struct ent_correlation correlation;

	struct ent_str continues_id, continues_key; /* continued: as which one; key: absent when not told */

	/* incident.opened: title, status, holder. status_changed: status. holder_changed: both holders. */
	enum ent_status status_from, status_to;
	struct ent_str holder_from, holder_to;
	bool is_accepted; /* opened, holder_changed, corrected: as the incident's. holder_accepted: both holders */
	bool is_declined; /* holder_changed: who was handed the ball gives it back */
	struct ent_str handed_by, declined_by; /* corrected: as in the incident */
	/* holder_changed: the levels that the new holder's ticket says. ticket.linked, ticket.changed: the levels that
	 * are the incident's from now on, whatever the rule says; for others the rule says whether the ticket's is the
	 * incident's (anybody's until the holder has said one, then the holder's). corrected: what stands now. */
	struct values values;
	uint32_t nobodys; /* ticket.linked, ticket.changed: 1u << level that is nobody's, whatever the rule says */
	int64_t holder_since_ms;

	/* corrected: what stands now: title, values, holder_to, holder_since_ms, opened_ms, and all
	 * hand-overs, the oldest first */
	struct ent_str title;
	int64_t opened_ms;
	const struct hand_over *hand_over;
	size_t n_hand_over;

	struct description description; /* described */

	/* merged, absorbed, split, restored, linked: the other incident; merged, split: the tickets that came in, or
	 * left. join_*: the incident that the ticket of `supplier` opened; 0: a tool handed over to the supplier */
	int64_t other;
	char other_uuid[ID_SIZE];
	const struct ent_reference *moved;
	size_t n_moved;
	const struct ent_reference *part; /* merged: see merge_name_shares(); id: the organisation */
	size_t n_part;

	enum relation relation; /* linked: what this incident is to the other one */
	bool is_linked;         /* false: not any more */

	/* shared: supplier is who takes part now. unshared: why in `reason`; by a merge or a split, which in `cause` */
	bool escalated; /* also handed the ball */
	bool by_ticket; /* its ticket joined, which is named above; else a person shared it: `actor` */
	enum reads_from reads_from;
	int64_t reads_ms; /* READS_FROM_TIME; when stored, the time that the event is recorded */
	struct brief brief;

	/* overruled: one row in attr: from what it said, to what stands */

	/* delivery.*: supplier is whose tool; ticket_id and ticket_key the ticket there, if there is one by then;
	 * comment.uuid: the comment of the thread that it brings, edits or removes */
	int64_t delivery; /* the row's id */
	char delivery_key[ID_SIZE];
	enum ent_op_kind op;
	struct ent_str remote_id; /* done: the comment's id there */
	struct ent_str cause;     /* parked, cancelled: one of DELIVERY_CAUSES, for programs. join_requested: by what.
				   * unshared: EVENT_BY_MERGE or EVENT_BY_SPLIT; absent: a person took it back */
	struct ent_said said;     /* parked, cancelled: why, for people */
	struct ent_str reason;    /* unshared, join_refused: why, in the words of who decided it */
	bool unknown;             /* parked: it may have been done */

	struct act act; /* ask.*, handover.*, promise.*, help.*: who, whom, its words; of an end: by what */

	/* taken, snoozed */
	struct {
		struct ent_str organisation,
		    person;       /* whose people; ref of the one who takes it, gives it back, puts it off */
		char of[ID_SIZE]; /* taken: uuid of an ask; "": the incident itself */
		bool taken;       /* false: given back */
		int64_t until_ms; /* snoozed; 0: not any more */
	} duty;

	/* supplier.state_changed */
	struct ent_str state_from, state_to;
	struct ent_said why, next;

	struct comment comment; /* comment.*; of an act: uuid of its words */
	int64_t said_ms;        /* comment.added, edited: see arrival_said(). As is_published: not in the event */
	bool is_undone;         /* comment.removed: it was held, and nobody else has read it */
	bool is_pinned;         /* comment.pinned; false: not any more */
	bool is_published;      /* comment.edited: somebody may read it who could not before. Not in the event */
	bool is_reworded;       /* comment.edited: its words are others. As is_published: not in the event */
	struct audience was;    /* comment.edited: whom it was for before. As is_published: not in the event */
	struct ent_attachment
	    attachment; /* attachment.added; audience: who may read it, never wider than its comment's */
	struct {
		char comment[ID_SIZE]; /* uuid of the one that it stands at; "": none that is known */
		struct audience audience;
		char sha256[EVENT_SHA256_SIZE]; /* of its bytes, uploaded here; "": it is a tool's */
	} beside;
};

struct ent_str event_type(struct ent_arena *arena, enum event_kind kind); /* "org.entente.ticket.changed.v1" */
const char *event_name(enum event_kind kind);                             /* "ticket.changed" */
bool event_kind(struct ent_str type, enum event_kind *ret);               /* by ce_type */
bool event_kind_by_name(struct ent_str name, enum event_kind *ret);       /* "ticket.changed" */

/* The CloudEvent's data, as schemas/events says. */
void event_print(const struct event *event, struct sdk_buf *buf);
/* And back: all but seq, sequence, times and traceparent, which travel beside the data. Everything is borrowed from
 * `json` or lives in the arena. */
enum ent_rc event_parse(struct ent_arena *arena, enum event_kind kind, struct ent_str json, struct event *ret,
			struct ent_err *err) __attribute__((warn_unused_result));

/* The partition of an incident's events: Kafka's murmur2 over the key, as Java's and
 * librdkafka's murmur2 partitioners do. */
int32_t event_partition(struct ent_str incident_uuid, int32_t partitions);

#endif
