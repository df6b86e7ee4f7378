/* SPDX-License-Identifier: Apache-2.0 */
/* A set of suppliers with one thread's connector states for them. Counted by that thread alone: it goes on with the one
 * that it began with while another takes its place. */
#ifndef CORE_ROSTER_H
#define CORE_ROSTER_H

#include "core/supplier.h"

struct roster {
	struct supplier_set *set;
	void **state;           /* by supplier->index */
	struct ent_err *broken; /* the same; "": its connector took its settings */
	size_t references;
};

/* Takes a reference to the set. strict: a connector that refuses its settings is a failure, ENT_EINVAL; else it is
 * noted in `broken`. */
enum ent_rc roster_open(struct supplier_set *set, bool strict, struct roster **ret, struct ent_err *err)
    __attribute__((warn_unused_result));
struct roster *roster_ref(struct roster *roster);
void roster_unref(struct roster *roster); /* takes NULL */
struct ent_self roster_self(const struct roster *roster, const struct supplier *supplier);

#endif
