/* SPDX-License-Identifier: Apache-2.0 */
/* The names behind the refs of the events, from entente.people.v1: read when a ref is met that is not known. */
#ifndef CLI_TAIL_NAMES_H
#define CLI_TAIL_NAMES_H

#include "bus/bus_read.h"

struct tail_name {
	struct ent_str ref, name; /* name empty: not known there either */
	struct tail_name *next;
};
struct tail_names {
	const struct bus_options *options; /* NULL: what was added is all there is */
	struct sdk_arena arena;
	struct tail_name *first;
	bool is_closed; /* the topic cannot be read: then there are no names */
};

void tail_names_init(struct tail_names *names, const struct bus_options *options);
void tail_names_release(struct tail_names *names);
void tail_names_add(struct tail_names *names, struct ent_str ref, struct ent_str name);
/* Empty: not known. Lives until release. */
struct ent_str tail_names_find(struct tail_names *names, struct ent_str ref);

#endif
