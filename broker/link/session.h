/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a login gave (a cookie, a token), and the secrets that stand in a request at the places
 * which its connector names: see ent_slot in connector.h. A session lives in memory alone.
 */
#ifndef LINK_SESSION_H
#define LINK_SESSION_H

#include "link/auth.h"

struct session {
	struct session_value {
		char *name, *text; /* in one piece of memory of their own; text is wiped */
		size_t n_name, n_text;
	} value[ENT_SESSION_MAX], before[ENT_SESSION_MAX]; /* before: values of the session before, each name once */
	size_t n, n_before;
	bool is_begun;      /* a login came to its end: what it did not give it will not give */
	int64_t end_us;     /* logged in again from then on; INT64_MAX: when it is refused */
	unsigned long turn; /* goes up with each login that ended: is an answer about this session or the one before? */
};

/* The session is over. Its values are still hidden from people until the next session is over: tools repeat them when
 * they refuse a request. */
void session_forget(struct session *session);
void session_release(struct session *session);
/* The values of a LOGIN's result, which replace those of the same name. ENT_EINVAL: one is too long, has a control
 * character, or there are too many; none of its text is in err. */
enum ent_rc session_take(struct session *session, const struct ent_result *result, struct ent_err *err)
    __attribute__((warn_unused_result));
void session_begin(struct session *session, unsigned life_s, int64_t now_us); /* the login is done */
/* Does the request want a value of a session, and there is none that lasts? */
bool session_is_wanted(const struct session *session, const struct ent_request *request, int64_t now_us);
bool session_is_used(const struct ent_request *request);

/* A request with its secrets in place. */
struct slots_filled {
	struct ent_request request;
	struct ent_header *header;
	struct ent_str *wipe; /* what session_wipe() overwrites */
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
/* As auth_hide() and auth_clean(), for these secrets. Of a session's "sid=word" and "Bearer word" they also hide the
 * word alone. */
struct ent_str slots_hide(const struct session *session, const struct supplier_link *link, struct ent_arena *arena,
			  struct ent_str text);
void slots_clean(const struct session *session, const struct supplier_link *link, struct ent_err *err);

#endif
