/* SPDX-License-Identifier: Apache-2.0 */
#include "core/supplier.h"

#include <assert.h>
#include <stdlib.h>

#include "sdk/webhook.h"

struct supplier_set *supplier_set_new(size_t n)
{
	struct supplier_set *set = sdk_xalloc(sizeof *set);

	*set = (struct supplier_set){.n = n};
	atomic_init(&set->references, 1);
	sdk_arena_init(&set->arena);
	set->at = SDK_NEW_N(&set->arena.abi, struct supplier, n ? n : 1);
	for (size_t i = 0; i < n; i++)
		set->at[i].index = i;
	return set;
}

struct supplier_set *supplier_set_ref(struct supplier_set *set)
{
	unsigned before = atomic_fetch_add_explicit(&set->references, 1, memory_order_relaxed);

	assert(before > 0);
	return set;
}

void supplier_set_unref(struct supplier_set *set)
{
	if (!set)
		return;
	/* acquire: what other threads did with the set happened before it is freed */
	if (atomic_fetch_sub_explicit(&set->references, 1, memory_order_acq_rel) > 1)
		return;
	for (size_t i = 0; i < set->n; i++) {
		for (size_t k = 0; k < SUPPLIER_SECRET_MAX; k++)
			secret_release(&set->at[i].secret[k]);
		secret_release(&set->at[i].link.credential);
		for (size_t k = 0; k < set->at[i].link.n_named; k++)
			secret_release(&set->at[i].link.named[k].secret);
	}
	sdk_arena_release(&set->arena);
	free(set);
}

const struct supplier *supplier_by_name(const struct supplier_set *set, struct ent_str name)
{
	for (size_t i = 0; i < set->n; i++)
		if (sdk_eq(set->at[i].name, name))
			return &set->at[i];
	return NULL;
}

const struct supplier *supplier_by_any(const struct supplier_set *set, struct ent_str word)
{
	const struct supplier *named = supplier_by_name(set, word);

	if (named || word.n == 0)
		return named;
	for (size_t i = 0; i < set->n; i++)
		if (sdk_ieq(set->at[i].name, word) || sdk_ieq(set->at[i].title, word))
			return &set->at[i];
	return NULL;
}

/* ---- the way out ---------------------------------------------------------- */

static const char *const policy_names[] = {
    [POLICY_HOLDER] = "holder", [POLICY_NEWEST] = "newest", [POLICY_OURS] = "ours", [POLICY_THEIRS] = "theirs"};
#define N_POLICY (sizeof policy_names / sizeof *policy_names)

const char *policy_name(enum policy policy)
{
	assert((size_t)policy < N_POLICY);
	return policy_names[policy];
}

bool policy_by_name(struct ent_str name, enum policy *ret)
{
	for (size_t i = 0; i < N_POLICY; i++) {
		if (!sdk_eqz(name, policy_names[i]))
			continue;
		*ret = (enum policy)i;
		return true;
	}
	return false;
}

static const char *const joins_names[] = {[JOINS_ASK] = "ask", [JOINS_SHARED] = "shared", [JOINS_ANYONE] = "anyone"};

const char *joins_name(enum joins joins)
{
	return joins_names[joins];
}

bool joins_by_name(struct ent_str name, enum joins *ret)
{
	for (size_t i = 0; i < sizeof joins_names / sizeof *joins_names; i++) {
		if (!sdk_eqz(name, joins_names[i]))
			continue;
		*ret = (enum joins)i;
		return true;
	}
	return false;
}

static const char *const public_reader_names[] = {
    [PUBLIC_UNKNOWN] = "unknown", [PUBLIC_REQUESTER] = "requester", [PUBLIC_SERVICE_DESK] = "service_desk"};

const char *public_reader_name(enum public_reader reader)
{
	return public_reader_names[reader];
}

bool public_reader_by_name(struct ent_str name, enum public_reader *ret)
{
	for (size_t i = 0; i < sizeof public_reader_names / sizeof *public_reader_names; i++) {
		if (!sdk_eqz(name, public_reader_names[i]))
			continue;
		*ret = (enum public_reader)i;
		return true;
	}
	return false;
}

bool supplier_can(const struct supplier *supplier, enum ent_op_kind op)
{
	const struct ent_connector *connector = supplier->connector;

	return supplier->link.url.n > 0 && connector && connector->build && connector->parse &&
	       ((connector->ops >> op) & 1u) && !(op == ENT_POLL && supplier->cannot_poll.code.n);
}

bool supplier_takes_words(const struct supplier *supplier)
{
	return supplier_can(supplier, ENT_CREATE_TICKET) || supplier_can(supplier, ENT_UPDATE_TICKET) ||
	       supplier_can(supplier, ENT_ADD_COMMENT);
}
