/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A poll of a tool that lists what changed and is then asked for each of it: where it
 * stands, kept in the memo. Pure.
 *
 * Lists are asked for again from a little before their end, because tools show late what
 * they began early; `seen` knows what was taken already. `todo` is what the list named and
 * is still to be asked for, first first, as words that the connector makes up. All of it is
 * stored with each page, so a poll goes on after any crash.
 */
#ifndef SDK_WALK_H
#define SDK_WALK_H

#include "entente/connector.h"
#include "sdk/str.h"

#define SDK_WALK_WORDS_MAX 2000  /* in `seen` and in `todo` */
#define SDK_WALK_SIZE_MAX  40000 /* bytes of all words: the memo stays well within ENT_MEMO_MAX */

struct sdk_walk_words {
	struct ent_str at[SDK_WALK_WORDS_MAX];
	size_t n;
};
struct sdk_walk {
	struct ent_arena *arena;
	int64_t since_ms;    /* nothing older is told */
	struct ent_str from; /* where the list begins; absent: at since_ms */
	int64_t skip;        /* rows or pages of the list that were read from there */
	bool more;           /* the list did not end where the page ended */
	struct sdk_walk_words seen, todo;
	struct sdk_walk_words aside; /* what could not be asked for: how often, a blank, the word */
	int64_t chances;             /* of the first of todo: it was aside so often before */
	bool tried;                  /* one of aside had its chance in this poll */
	size_t size;
};

/* From a call's memo; a walk that begins where op.since_ms says without one. ENT_EINVAL: the memo is not ours. */
enum ent_rc sdk_walk_read(const struct ent_call *call, struct ent_arena *arena, struct sdk_walk **ret,
			  struct ent_err *err) __attribute__((warn_unused_result));
struct ent_str sdk_walk_memo(const struct sdk_walk *walk);

bool sdk_walk_has_seen(const struct sdk_walk *walk, struct ent_str word);
/* False: there is no room for it; it stays for the next page. */
bool sdk_walk_see(struct sdk_walk *walk, struct ent_str word);
bool sdk_walk_add(struct sdk_walk *walk, struct ent_str word); /* to todo, at its end */
void sdk_walk_forget(struct sdk_walk *walk, size_t n);         /* the first n of seen */
struct ent_str sdk_walk_first(const struct sdk_walk *walk);    /* of todo; absent: the list is next */
void sdk_walk_drop(struct sdk_walk *walk);                     /* it is done */
void sdk_walk_drop_at(struct sdk_walk *walk, size_t i);        /* the i-th of todo is not wanted */
void sdk_walk_put(struct sdk_walk *walk, struct ent_str word); /* in place of the first comes another one */

/* The answer about the first of todo came to rc. True: the tool failed at it (HTTP 500) or it cannot be read, several
 * times: it is put aside, so that one bad ticket does not hold up all others; go on with sdk_walk_end(). It has one
 * more chance in each of the next polls, behind a list that was answered, and is given up after the third. False:
 * return rc. */
bool sdk_walk_aside(struct sdk_walk *walk, const struct ent_call *call, const struct ent_response *response,
		    enum ent_rc rc);
#define SDK_WALK_TRIES   4 /* fewer than what opens the broker's breaker */
#define SDK_WALK_CHANCES 3

/* ENT_MORE while there is something to do now, else ENT_OK; memo and phase in *ret. */
enum ent_rc sdk_walk_end(struct sdk_walk *walk, struct ent_result *ret);

#endif
