/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is it our own word coming back? Three layers, each enough by itself: the remote id is one
 * we were given when we delivered; the author is our account; the content is what we
 * delivered a short while ago (for a comment also: it carries our marker). Pure.
 */
#ifndef CORE_ECHO_H
#define CORE_ECHO_H

#include "base/world.h"
#include "core/supplier.h"

#define ECHO_HASH_SIZE   32
#define ECHO_HASHES_SIZE (4 * ECHO_HASH_SIZE) /* of one delivery: attempts may have gone with other words */
#define ECHO_WINDOW_MS   900000               /* content is compared for so long */

/* A comment or an update that was brought, or may have been, to the ticket in the window; the store looks it up. */
struct echo_sent {
	struct ent_str comment; /* uuid; absent: not a comment of the thread */
	char key[ID_SIZE];      /* the delivery's */
	struct ent_str hashes;  /* echo_hash() of each text as delivered, one after the other; empty for an update */
	uint32_t set;           /* update: 1u << attribute */
	struct values values;   /* update */
	/* Its remote id is known already: another comment of the same words is news. Update: the tool has told these
	 * values since (its answer, an echo): the same said once more is news, too. */
	bool is_bound;
};

/* A text as tools leave it: marker cut off, white space runs as one, markup signs that tools eat (\ * _ ` < > and
 * entities) and blanks without width left out, case kept. */
struct ent_str echo_words(struct ent_arena *arena, struct ent_str text);
/* SHA-256 of it. */
void echo_hash(struct ent_arena *arena, struct ent_str text, unsigned char ret[32]);
bool echo_hash_among(struct ent_str hashes, const unsigned char hash[32]);

enum echo { ECHO_NONE, ECHO_ID, ECHO_MARKER, ECHO_AUTHOR, ECHO_CONTENT };
/* is_known: (supplier, ticket, comment id) is one of our copies. *ret_sent: which delivery it is, NULL when it cannot
 * be told. A marker counts only when its key is that of one of `sent`, and not where somebody quotes it. */
enum echo echo_comment(const struct supplier *supplier, const struct ent_change *change, bool is_known,
		       const struct echo_sent *sent, size_t n_sent, struct ent_arena *arena,
		       const struct echo_sent **ret_sent);
/* 1u << carried attribute that the change tells as we set it. A person who is not our account is never an echo. */
uint32_t echo_attributes(const struct supplier *supplier, const struct ent_change *change, const struct echo_sent *sent,
			 size_t n_sent);
/* The author or actor is our account there, by id or by name. */
bool echo_is_account(const struct supplier *supplier, const struct ent_person *person);
/* Our account there is known, and it is somebody else. */
bool echo_is_others(const struct supplier *supplier, const struct ent_person *person);

#endif
