/* SPDX-License-Identifier: Apache-2.0 */
/* Arrivals as they came. */
#ifndef VIEW_RAW_H
#define VIEW_RAW_H

#include "view/view.h"

/* Arrivals from a supplier that are kept, newest first; false of take stops. ENT_ERETRY: the store failed. */
struct raw_row {
	struct ent_str delivery_id, header_json, body; /* body unpacked; borrowed */
	int64_t received_ms;
};
enum ent_rc view_raw(const struct view *view, struct ent_str supplier, int64_t max,
		     bool (*take)(void *to, const struct raw_row *row), void *to, struct ent_err *err)
    __attribute__((warn_unused_result));

#endif
