/* SPDX-License-Identifier: Apache-2.0 */
/* The people of the reader's organisation who have an incident or an ask of it, and until when it is put off. */
#ifndef VIEW_DUTY_H
#define VIEW_DUTY_H

#include "core/state.h"
#include "sdk/jsonw.h"
#include "view/view.h"

/* "taken": [...], and "snoozed": {...} when it is put off. */
void view_duty_print(const struct view *view, struct sdk_jsonw *w, int64_t incident);
enum ent_rc view_duty(const struct view *view, const struct incident *incident, struct ent_str *ret,
		      struct ent_err *err) __attribute__((warn_unused_result));

#endif
