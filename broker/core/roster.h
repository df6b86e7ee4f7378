/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_ROSTER_H
#define CORE_ROSTER_H

#include "core/supplier.h"

/* A set of suppliers and a worker's connector states for them. Counted by that worker only. */
struct roster {
	struct supplier_set *set;
	void **state; /* by supplier->index */
	size_t references;
};
enum ent_rc roster_new(struct supplier_set *set, struct roster **ret, struct ent_err *err)
    __attribute__((warn_unused_result));
struct roster *roster_ref(struct roster *roster);
void roster_unref(struct roster *roster); /* takes NULL */
struct ent_self roster_self(const struct roster *roster, const struct supplier *supplier);

#endif
