/* SPDX-License-Identifier: Apache-2.0 */
/* Differences between an incident and a supplier's ticket that no pending delivery will fix. */
#ifndef VIEW_DRIFT_H
#define VIEW_DRIFT_H

#include "core/supplier.h"
#include "view/view.h"

/* Where suppliers' tools do not say what they should, and nothing is on its way to mend it:
 * {"items":[{"incident","supplier","ticket"?,"what","comment"?,"ours","theirs","next"?}],"next":"cursor"|null}; an
 * item's next is a sentence, {"code","params","text"}. A page looks at a bounded number of incidents and may be empty
 * although others follow. ENT_EINVAL: bad cursor. */
enum ent_rc view_drift(const struct view *view, const struct supplier_set *set, struct ent_str supplier,
		       struct ent_str cursor, int limit, struct ent_str *ret, struct ent_err *err)
    __attribute__((warn_unused_result));

#endif
