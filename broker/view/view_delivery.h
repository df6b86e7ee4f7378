/* SPDX-License-Identifier: Apache-2.0 */
/* What people and programs read of the way out, as JSON in the arena. As read.h says: bounded, by cursor, failing so.
 */
#ifndef STORE_READ_OUT_H
#define STORE_READ_OUT_H

#include "core/delivery.h"
#include "store/store.h"

/* A supplier's part in an incident. ENT_EGONE: it never had one. */
enum ent_rc read_share(struct db *db, struct ent_arena *arena, const struct incident *incident, struct ent_str supplier,
		       struct ent_str *ret, struct ent_err *err) __attribute__((warn_unused_result));
/* A comment of the thread and where it stands. ENT_EGONE: there is none. */
enum ent_rc read_comment(struct db *db, struct ent_arena *arena, struct ent_str uuid, struct ent_str *ret,
			 struct ent_err *err) __attribute__((warn_unused_result));
/* Changes with the state of the incident's deliveries, which move without an event. */
int64_t read_deliveries_mark(struct db *db, int64_t incident);

struct delivery_filter {
	struct ent_str state;    /* one of them, "open" (the default: not done, not cancelled) or "all" */
	struct ent_str supplier; /* absent: any, as all below */
	struct ent_str cause;
	struct ent_str cursor;
	int64_t incident; /* number; 0: any */
	int limit;        /* 1..READ_PAGE_MAX */
};
/* {"items":[...],"next":"cursor"|null}, newest first. ENT_EINVAL: bad cursor or filter. */
enum ent_rc read_deliveries(struct db *db, struct ent_arena *arena, const struct delivery_filter *filter,
			    struct ent_str *ret, struct ent_err *err) __attribute__((warn_unused_result));
/* One with its words. ENT_EGONE: there is none. */
enum ent_rc read_delivery(struct db *db, struct ent_arena *arena, int64_t id, struct ent_str *ret, struct ent_err *err)
    __attribute__((warn_unused_result));

/* ---- suppliers --------------------------------------------------------------------- */

/* {...} of one of the set, as read_suppliers() lists it. */
enum ent_rc read_supplier(struct db *db, struct ent_arena *arena, const struct supplier_set *set,
			  const struct supplier *supplier, int64_t now_ms, struct ent_str *ret, struct ent_err *err)
    __attribute__((warn_unused_result));
/* How it does, as link said last; nothing said: healthy, or paused by its settings. */
struct supplier_now {
	struct ent_str state, why, next;
	int64_t since_ms, quiet_since_ms; /* 0: not known; not quiet */
};
struct supplier_now read_supplier_now(struct db *db, struct ent_arena *arena, const struct supplier *supplier);
/* Open deliveries by state (its enum value), by supplier->index. */
#define SUPPLIER_N_OPEN ((size_t)DELIVERY_DONE)
struct supplier_open {
	int64_t n[SUPPLIER_N_OPEN];
};
const struct supplier_open *read_suppliers_open(struct db *db, struct ent_arena *arena, const struct supplier_set *set);

/* ---- drift ------------------------------------------------------------------------- */

/* Where suppliers' tools do not say what they should, and nothing is on its way to mend it:
 * {"items":[{"incident","supplier","ticket"?,"what","ours","theirs","next"}],"next":"cursor"|null}. A page looks at a
 * bounded number of incidents and may be empty although others follow. ENT_EINVAL: bad cursor. */
enum ent_rc read_drift(struct db *db, struct ent_arena *arena, const struct supplier_set *set, struct ent_str supplier,
		       struct ent_str cursor, int limit, struct ent_str *ret, struct ent_err *err)
    __attribute__((warn_unused_result));

#endif
