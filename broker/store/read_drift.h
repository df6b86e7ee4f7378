/* SPDX-License-Identifier: Apache-2.0 */
/* Differences between an incident and a supplier's ticket that no pending delivery will fix. */
#ifndef STORE_READ_DRIFT_H
#define STORE_READ_DRIFT_H

#include "core/supplier.h"
#include "store/store.h"

/* Where suppliers' tools do not say what they should, and nothing is on its way to mend it:
 * {"items":[{"incident","supplier","ticket"?,"what","ours","theirs","next"}],"next":"cursor"|null}. A page looks at a
 * bounded number of incidents and may be empty although others follow. ENT_EINVAL: bad cursor. */
enum ent_rc read_drift(struct db *db, struct ent_arena *arena, const struct supplier_set *set, struct ent_str supplier,
		       struct ent_str cursor, int limit, struct ent_str *ret, struct ent_err *err)
    __attribute__((warn_unused_result));

#endif
