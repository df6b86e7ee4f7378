/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A supplier: an organisation and the tool it works in, as the configuration
 * says. A set is immutable once built and shared by reference count, so that a
 * reload swaps the whole set and nobody sees half of one.
 */
#ifndef CORE_SUPPLIER_H
#define CORE_SUPPLIER_H

#include <stdatomic.h>
#include "base/secret.h"
#include "core/audience.h"
#include "entente/connector.h"

#define SUPPLIER_NAME_MAX   64 /* [a-z0-9][a-z0-9-]*: stands in URLs and events */
#define SUPPLIER_SECRET_MAX 2

/* One word of a supplier's tool and what it means. */
struct map_row {
	struct ent_str native, canonical;
};
/* in: native -> canonical, in the order of the file; the first row of a canonical
 * value is its way out, unless `out` names another. */
struct map {
	const struct map_row *in, *out;
	size_t n_in, n_out;
};

struct supplier {
	struct ent_str name, title; /* title: what people read, e.g. "Orion Infogérance" */
	const struct ent_connector *connector;
	void *settings; /* connector->settings_size bytes */
	struct secret secret[SUPPLIER_SECRET_MAX];
	size_t n_secret;                    /* 0: `unsigned: true` stands in the configuration */
	struct map status, priority;        /* the supplier's rows; the connector's table comes after */
	enum audience_kind public_audience; /* what a public comment in its tool means for the others */
	size_t index;                       /* position in its set */
};

struct supplier_set {
	atomic_uint references;
	struct supplier *at;
	size_t n;
	struct sdk_arena arena; /* everything above lives here, secrets excepted */
};

/* n zeroed suppliers to fill in before anyone else sees the set; one reference, the caller's. */
struct supplier_set *supplier_set_new(size_t n);
struct supplier_set *supplier_set_ref(struct supplier_set *set);
void supplier_set_unref(struct supplier_set *set); /* the last one wipes secrets and frees; takes NULL */
const struct supplier *supplier_by_name(const struct supplier_set *set, struct ent_str name);
/* By name, or by title (case folded ASCII): what a payload may call a supplier. */
const struct supplier *supplier_by_any(const struct supplier_set *set, struct ent_str word);

/* Native -> canonical by the supplier's rows, then the connector's; absent when no row knows it. */
struct ent_str map_in(const struct map *map, const struct ent_map_row *dflt, struct ent_str native);
/* Canonical -> native by the same rows; absent when the tool cannot express it. */
struct ent_str map_out(const struct map *map, const struct ent_map_row *dflt, struct ent_str canonical);
/* in(out(c)) == c for each canonical value that some row gives; ENT_EINVAL names those that do not
 * come back. what: "status" or "priority". */
enum ent_rc map_check(const struct map *map, const struct ent_map_row *dflt, const char *what, struct ent_err *err)
    __attribute__((warn_unused_result));

#endif
