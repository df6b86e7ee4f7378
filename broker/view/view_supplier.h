/* SPDX-License-Identifier: Apache-2.0 */
/* Suppliers: what they are, how they do, how far their tools were read. */
#ifndef VIEW_SUPPLIER_H
#define VIEW_SUPPLIER_H

#include "core/delivery.h"
#include "core/supplier.h"
#include "view/view.h"

/* {"items":[{"name","title","connector","health":{...}}]} for the suppliers of the set: state, last_heard, counts. */
enum ent_rc view_supplier_list(const struct view *view, const struct supplier_set *set, int64_t now_ms,
			       struct ent_str *ret, struct ent_err *err) __attribute__((warn_unused_result));

/* {...} of one of the set, as view_supplier_list() lists it. */
enum ent_rc view_supplier(const struct view *view, const struct supplier_set *set, const struct supplier *supplier,
			  int64_t now_ms, struct ent_str *ret, struct ent_err *err) __attribute__((warn_unused_result));
/* How it does, as link said last; nothing said: healthy, or paused by its settings. */
struct supplier_now {
	struct ent_str state, why, next;
	int64_t since_ms, quiet_since_ms; /* 0: not known; not quiet */
};
struct supplier_now view_supplier_now(const struct view *view, const struct supplier *supplier);
/* Open deliveries by state (its enum value), by supplier->index. */
#define SUPPLIER_N_OPEN ((size_t)DELIVERY_DONE)
struct supplier_open {
	int64_t n[SUPPLIER_N_OPEN];
};
const struct supplier_open *view_supplier_open(const struct view *view, const struct supplier_set *set);

#endif
