/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Filling an empty store from the stream alone. Partitions come in any order; the
 * store's own sequence puts them right.
 */
#ifndef STORE_REBUILD_H
#define STORE_REBUILD_H

#include "core/event.h"
#include "store/store.h"

struct rebuild;

/* path must not exist. meta: store_id, partitions and people_key of the store that wrote the stream. Without the key
 * ("") accounts are not known again: each gets another ref when it is seen next. */
enum ent_rc rebuild_open(const char *path, const char *vfs, const struct store_meta *meta, struct clock *clock,
			 struct chance *chance, struct rebuild **ret, struct ent_err *err)
    __attribute__((warn_unused_result));
/* One record of entente.events.v1, in any order, each once or more. */
struct rebuild_record {
	int64_t seq, sequence, time_ms, recorded_ms;
	int32_t partition;
	struct ent_str type, json, traceparent;
};
enum ent_rc rebuild_add(struct rebuild *rebuild, const struct rebuild_record *record, struct ent_err *err)
    __attribute__((warn_unused_result));
/* A record of entente.people.v1, in the order of its partition. value absent: forgotten. */
enum ent_rc rebuild_person(struct rebuild *rebuild, struct ent_str ref, struct ent_str value, struct ent_err *err)
    __attribute__((warn_unused_result));
/* All records are in: fold them in order. ENT_EINVAL names the first gap in an incident's sequence. */
enum ent_rc rebuild_finish(struct rebuild *rebuild, int64_t *ret_events, struct ent_err *err)
    __attribute__((warn_unused_result));
/* last_seq: the relay's position, so that dead letters' numbers are not used again. */
void rebuild_reserve(struct rebuild *rebuild, int64_t last_seq);
void rebuild_close(struct rebuild *rebuild); /* takes NULL */

#endif
