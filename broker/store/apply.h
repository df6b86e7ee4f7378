/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The working set of a writer's job: the dossiers of the incidents that it touches, and the one list of events that
 * is stored and folded. Runs inside the writer's transaction; failures stick in db and undo the whole transaction.
 */
#ifndef STORE_APPLY_H
#define STORE_APPLY_H

#include "core/arrival.h"
#include "core/queue.h"
#include "store/accounts.h"
#include "store/db.h"
#include "store/inbox.h"
#include "store/shelf.h"

/* The last row of the audit log: see store/audit.h. */
#define AUDIT_HASH_SIZE 32
struct audit_head {
	int64_t id;
	unsigned char hash[AUDIT_HASH_SIZE];
};

/* The counters of one transaction; restored by the writer when it is undone. */
struct ledger {
	int64_t seq;      /* of the last event */
	int64_t number;   /* of the last incident */
	int64_t delivery; /* of the last delivery */
	struct audit_head audit;
};

/* Our texts that comments may quote: see store/quotes.h. */
struct quotes {
	struct quote_copy *copy; /* the texts that were sent to the supplier in the incident */
	size_t n;
	int64_t incident; /* 0: none is loaded */
	struct ent_str supplier;
	size_t looked; /* bytes searched for this job */
};

struct apply {
	struct db *db;
	struct ent_arena *arena;
	struct chance *chance;
	int32_t partitions;
	int64_t now_ms;
	struct ledger *ledger;
	struct ent_str people_key; /* of store_meta */
	struct people_met *met;    /* accounts that the job has met: see store/people.h */
	struct sdk_buf *json;      /* scratch */
	int64_t n_event, n_late, n_dropped;
	const struct supplier_set *suppliers; /* whom it may reach; NULL: nothing is planned */
	struct shelf *shelf;                  /* the writer's; NULL: none */
	struct accounts *accounts;            /* the same */
	struct dossier *dossier;              /* of the incidents that the job touched, the last one first */
	uint32_t asked;                       /* the changes are an answer to our own delivery: see struct situation */
	struct quotes quotes;
	char below[ID_SIZE]; /* key of the marker in the comment that is taken in; "": none. Its quote is cut away */
	struct supplier_tallies *tallies; /* of the transaction */
	struct ent_said refused;          /* the first act of a tool that could not be taken, and why; no code: none */
	bool joins_full;                  /* it raised the last join request that there was room for */
	int64_t *prune_before_ms;         /* the writer's: arrivals from before go */
	bool *erases;                     /* the writer's: persons are being erased, see erase.h */
	char incident_uuid[ID_SIZE];      /* the last one touched */
};

/* The dossier of a living incident that a person with us acts on. *ret: a situation with its words, and with the
 * dossier's incident. NULL: there is none. */
struct dossier *apply_open(struct apply *apply, int64_t incident, struct situation *ret);
/* The dossier of an incident, the same one throughout the job; NULL: there is none. */
struct dossier *apply_dossier(struct apply *apply, int64_t incident);
/* The dossier of an incident that begins now, with its number and uuid. */
struct dossier *apply_new(struct apply *apply);
/* A ticket as it stands; NULL: not heard of yet. */
struct ticket *apply_ticket(struct apply *apply, struct ent_str supplier, struct ent_str external_id);
/* Any delivery, in its dossier; NULL: there is none. */
struct delivery *apply_delivery(struct apply *apply, int64_t id, struct dossier **ret_dossier);
struct queue apply_queue(struct apply *apply, struct dossier *dossier, struct events *events);
/* Numbers, prints, stores and folds each event, and asks the queue what it does; what comes of that is stored, too.
 * Empties the list. Saving is the caller's. */
void apply_events(struct apply *apply, struct events *events);
/* Chooses heads, and writes what is dirty in the job's dossiers. */
void apply_save(struct apply *apply);
/* A younger incident goes into the older one. */
void apply_merge(struct apply *apply, struct dossier *kept, const struct situation *at, int64_t gone);
/* A merge is undone: `gone` stands again. by: a person (actor). */
void apply_split(struct apply *apply, struct dossier *kept, const struct situation *by, int64_t gone);
/* The next event of a supplier's state: of no incident, no unit. */
void apply_supplier_event(struct apply *apply, struct event *event);
/* An arrival that cannot be handled: dead letter and its row in the outbox. False: kept already. */
bool apply_dead_letter(struct apply *apply, const struct arrival *arrival, struct ent_str packed,
		       struct ent_said reason, bool conflict);

#endif
