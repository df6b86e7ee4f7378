/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ticket language as JSON, for connectors whose sender writes it: native and generic.
 * connectors/README.md shows all of it. Read strictly: a member that is there and not of
 * its kind is ENT_EINVAL with its path. null is "not told" for ids, times, people and
 * references. An attribute that is null is cleared, or not told: see null_is_untold.
 */
#ifndef SDK_READER_H
#define SDK_READER_H

#include "sdk/webhook.h"

struct sdk_reader {
	struct ent_arena *arena;
	struct ent_err *err;
	bool is_closed; /* a member that nobody knows is refused by name; else it is passed over */
	/* A null attribute says nothing, as jq gives null for what is not there; "" clears. False: null clears, too. */
	bool null_is_untold;
	/* How a time is read; NULL: one without a zone is UTC. False: it is none, or nobody knows where it is. */
	bool (*time)(const void *of, struct ent_str text, int64_t *ret_ms);
	const void *time_of;
};

/* An object, and in a closed reader none but the known members: words with one space between. what: its path. */
enum ent_rc sdk_read_members(const struct sdk_reader *reader, const struct sdk_json *node, const char *what,
			     const char *known) __attribute__((warn_unused_result));
/* "ticket", "version", "time", "actor" and "correlation" of root. A member not told stays as it is in *ret. */
enum ent_rc sdk_read_head(const struct sdk_reader *reader, const struct sdk_json *root, struct ent_change *ret)
    __attribute__((warn_unused_result));
/* ret->kind says whether it was added or removed. Only an added one may lack its id, only a removed one its body. */
enum ent_rc sdk_read_comment(const struct sdk_reader *reader, const struct sdk_json *node, struct ent_change *ret)
    __attribute__((warn_unused_result));
/* {"id", "key"} of the ticket that it goes on as; key may be missing. */
enum ent_rc sdk_read_continues(const struct sdk_reader *reader, const struct sdk_json *node, struct ent_change *ret)
    __attribute__((warn_unused_result));
/* The member `noun` of root, {"id", "kind", "to", "due", "accepts"}, and beside it the words, "comment". ret->act.kind:
 * as told by the caller; ENT_NO_ACT: its verb stands in "act". */
enum ent_rc sdk_read_act(const struct sdk_reader *reader, const struct sdk_json *root, const char *noun,
			 struct ent_change *ret) __attribute__((warn_unused_result));
enum ent_rc sdk_read_attachment(const struct sdk_reader *reader, const struct sdk_json *node, struct ent_change *ret)
    __attribute__((warn_unused_result));

#endif
