/* SPDX-License-Identifier: Apache-2.0 */
/* The audit log, for those who may read it: the verb `audit`. */
#ifndef VIEW_AUDIT_H
#define VIEW_AUDIT_H

#include "store/audit.h"
#include "view/view.h"

/* {"items":[{"id","at","act","by","subject","detail","hash"}],"next"}, newest first; act: "" all. */
enum ent_rc view_audit_list(const struct view *view, struct ent_str act, struct ent_str cursor, int limit,
			    struct ent_str *ret, struct ent_err *err) __attribute__((warn_unused_result));
/* {"holds","rows","head","metric","broken","found"}: see audit_verify(). */
enum ent_rc view_audit_verify(const struct view *view, const struct audit_head *from, struct ent_str wanted,
			      struct ent_str *ret, struct ent_err *err) __attribute__((warn_unused_result));

#endif
