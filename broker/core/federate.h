/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whom must it reach? From an event and who takes part: what is to be brought to which
 * supplier's tool. Pure. The audience goes with the plan and is stored on the delivery's
 * row; it is asked a second time right before the bytes are made (delivery_may_go).
 */
#ifndef CORE_FEDERATE_H
#define CORE_FEDERATE_H

#include "core/event.h"
#include "core/supplier.h"

/* A supplier and its part in the incident, once the event is folded. */
struct party {
	const struct supplier *supplier;
	bool shares;           /* a share that stands, and a ticket that was not removed or none yet */
	struct ent_str ticket; /* external id; absent: it has none yet */
	bool comes;            /* a delivery that creates it is open */
	struct values values;  /* what its ticket says, or was brought since: see the dossier's source */
	uint32_t tells;        /* 1u << attribute that its ticket ever spoke of */
	int64_t since_ms;
	int64_t reads_ms; /* comment.*: comments made since then in the comment's ticket are for it; 0: all */
};

/* A delivery to be made. */
struct planned {
	const struct supplier *supplier;
	enum ent_op_kind op;
	uint32_t set;             /* UPDATE: 1u << carried attribute: to the incident's value as it is when planned */
	char comment[ID_SIZE];    /* *_COMMENT of the thread: its uuid, else "" */
	struct ent_str text;      /* CREATE: the text of the ticket. ADD_COMMENT of no comment of the thread (a notice):
				   * the words. Absent beside `cancels` and no comment: nothing is brought */
	struct audience audience; /* of the comment; a notice and a ticket: for this supplier's organisation. A REMOVE:
				   * who still may read it; requester: it stands there for the requester */
	enum when_said said;      /* ADD_COMMENT of the thread: was it made before the supplier took part? Only later
				   * comments      are sent without a person's decision */
	bool anyway;              /* by its tool's clock it was made before; that clock does not count */
	bool cancels; /* first cancel what is open for this supplier and incident (a share was taken back) */
};
struct planned_list {
	struct ent_arena *arena;
	struct planned *at;
	size_t n, cap;
};

/* before, after: the incident without and with the event. */
struct federate {
	struct ent_str ours; /* our organisation */
	const struct incident *before, *after;
	const struct event *event;
	const struct party *party;
	size_t n_party;
};
/* A comment is planned when it is added, and when others may read it from now on. An edit is planned as EDIT_COMMENT
 * for those who read it and as REMOVE_COMMENT for those who do not, or where the requester was to read it and is to no
 * more; which of them have it, and what then happens, is the queue's business: queue_follow.h. */
void federate(const struct federate *at, struct planned_list *ret);

/* The value of a carried attribute as the supplier's tool says it: canonical text and native word. False: its tool has
 * no word for it (text is set, native absent). */
bool federate_value(const struct supplier *supplier, const struct values *values, enum ent_attr attr,
		    struct ent_value *ret);
/* The part of `set` that goes out: what its tool works out from others of them that are known is left to the tool. */
uint32_t federate_set(const struct supplier *supplier, uint32_t set, const struct values *values);
/* Does what its ticket says agree with the incident, as far as its words can tell and its policy asks? */
bool federate_agrees(const struct party *party, const struct incident *incident, enum ent_attr attr);

#endif
