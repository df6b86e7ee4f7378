/* SPDX-License-Identifier: Apache-2.0 */
/* Questions that link/ asks of shares before it sends. Failures stick in db. */
#ifndef STORE_SHARES_H
#define STORE_SHARES_H

#include "core/delivery.h"
#include "store/db.h"

bool share_stands(struct db *db, int64_t incident, struct ent_str supplier);
/* That of one of the organisation's tools, or its own. set: may be NULL. */
bool shares_stand(struct db *db, const struct supplier_set *set, int64_t incident, struct ent_str organisation);
/* Says what the supplier may read in this incident. comment: the comment in question; NULL: none. */
struct reading share_reading(struct db *db, int64_t incident, struct ent_str supplier, const struct comment *comment);

#endif
