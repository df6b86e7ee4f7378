/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets in a request, at the places that its connector names: see ent_slot in connector.h. The connector never sees
 * them; they are filled in just before the request is sent, and hidden wherever people read.
 */
#ifndef LINK_SLOTS_H
#define LINK_SLOTS_H

#include "link/session.h"

/* A request with its secrets in place. */
struct slots_filled {
	struct ent_request request;
	struct ent_header *header;
	struct ent_str *wipe; /* what slots_wipe() overwrites */
	size_t n_wipe;
};
/* In the arena. ENT_EINVAL: a slot that lies outside of its text; ENT_EAUTH: the supplier has no such secret. */
enum ent_rc slots_fill(const struct ent_request *request, const struct supplier_link *link,
		       const struct session *session, struct ent_arena *arena, struct slots_filled *ret,
		       struct ent_err *err) __attribute__((warn_unused_result));
void slots_wipe(struct slots_filled *filled);
/* A text of the request as people may read it: *** where a secret goes. place IN_HEADER: header says which. */
struct ent_str slots_show(const struct ent_request *request, enum ent_place place, size_t header, struct ent_str text,
			  struct ent_arena *arena);
/* The text with each secret of the supplier as ***: what auth_hide() hides, these secrets, and the session's values; of
 * "sid=word" and "Bearer word" the word alone, too. The same text when there is none. */
struct ent_str slots_hide(const struct auth *auth, const struct session *session, const struct supplier *supplier,
			  struct ent_arena *arena, struct ent_str text);
/* A tool may repeat a secret of ours in its message: then the message is replaced. */
void slots_clean(const struct auth *auth, const struct session *session, const struct supplier *supplier,
		 struct ent_err *err);

#endif
