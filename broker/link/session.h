/* SPDX-License-Identifier: Apache-2.0 */
/* The result of a login: a cookie, a token. It is kept in memory alone. */
#ifndef LINK_SESSION_H
#define LINK_SESSION_H

#include "link/auth.h"

struct session {
	struct session_value {
		char *name, *text; /* in one piece of memory of their own; text is wiped */
		size_t n_name, n_text;
	} value[ENT_SESSION_MAX], before[ENT_SESSION_MAX]; /* before: values of earlier sessions, each name once */
	size_t n, n_before;
	bool is_begun;      /* a login has ended: a value that it did not give will not come */
	int64_t end_us;     /* from then on a new login is needed; INT64_MAX: only when the tool refuses the session */
	unsigned long turn; /* counts logins: tells whether an answer is about this session or the one before */
};

/* The session is over. Its values are still hidden from people until the next session is over: tools repeat them when
 * they refuse a request. */
void session_forget(struct session *session);
void session_release(struct session *session);
/* Copies its values over what `to` holds. */
void session_copy(struct session *to, const struct session *from);
/* The values of a LOGIN's result, which replace those of the same name. ENT_EINVAL: one is too long, has a control
 * character, or there are too many; none of its text is in err. */
enum ent_rc session_take(struct session *session, const struct ent_result *result, struct ent_err *err)
    __attribute__((warn_unused_result));
void session_begin(struct session *session, unsigned life_s, int64_t now_us); /* the login is done */
/* Does the request want a value of a session, and there is none that lasts? */
bool session_is_wanted(const struct session *session, const struct ent_request *request, int64_t now_us);
bool session_is_used(const struct ent_request *request);
/* absent: there is none of this name */
struct ent_str session_value(const struct session *session, struct ent_str name);

#endif
