/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The audit log: who did what about rights. Rows are only added, in the transaction of what they tell, and each holds
 * SHA-256 over the hash before it and its own fields: a row that was changed, removed or moved breaks the chain. Rows
 * that were cut off at its end do not; whoever keeps the hash of the last row, which stands in the metrics, sees that.
 * It names people, tokens and incidents by ref, and nobody by name: what is erased elsewhere was never here.
 */
#ifndef STORE_AUDIT_H
#define STORE_AUDIT_H

#include "core/reader.h"
#include "store/apply.h"

struct job;

/* id, word */
#define AUDIT_TABLE(X)                                                                                                 \
	X(TOKEN_MADE, "token.made")                                                                                    \
	X(TOKEN_REMOVED, "token.removed")                                                                              \
	X(USER_ADDED, "user.added")                                                                                    \
	X(USER_INVITED, "user.invited")                                                                                \
	X(USER_CHANGED, "user.changed")                                                                                \
	X(USER_ROLE_CHANGED, "user.role_changed")                                                                      \
	X(USER_DISABLED, "user.disabled")                                                                              \
	X(USER_ENABLED, "user.enabled")                                                                                \
	X(PASSWORD_CHANGED, "user.password_changed")                                                                   \
	X(SESSION_BEGUN, "session.begun")                                                                              \
	X(SESSION_REFUSED, "session.refused")                                                                          \
	X(SESSION_ENDED, "session.ended")                                                                              \
	X(REFUSED, "request.refused")                                                                                  \
	X(SHARED, "incident.shared")                                                                                   \
	X(UNSHARED, "incident.unshared")                                                                               \
	X(JOIN_ACCEPTED, "join.accepted")                                                                              \
	X(JOIN_REFUSED, "join.refused")                                                                                \
	X(COMMENT_WIDENED, "comment.widened")                                                                          \
	X(LETTER_REPLAYED, "deadletter.replayed")                                                                      \
	X(LETTER_IGNORED, "deadletter.ignored")                                                                        \
	X(DELIVERY_RETRIED, "delivery.retried")                                                                        \
	X(DELIVERY_EDITED, "delivery.edited")                                                                          \
	X(DELIVERY_IGNORED, "delivery.ignored")                                                                        \
	X(REPAIRED, "delivery.repaired")                                                                               \
	X(MAP_CHANGED, "map.changed")                                                                                  \
	X(PERSON_EXPORTED, "person.exported")                                                                          \
	X(PERSON_ERASED, "person.erased")

#define X(id, word) AUDIT_##id,
enum audit_act { AUDIT_NONE, AUDIT_TABLE(X) AUDIT_N };
#undef X
const char *audit_word(enum audit_act act);

/* by: its account, or its token; nobody: the broker itself. subject: a ref, a number, a route. detail: words of ours
 * and refs, no name and nothing that somebody wrote. */
void audit_note(struct apply *apply, const struct reader *by, enum audit_act act, struct ent_str subject,
		struct ent_str detail);
/* A job that somebody asked for was done, or refused for want of a right: the acts that the log tells have their row.
 * name: of the job. */
void audit_job(struct apply *apply, const struct job *job, const char *name);

void audit_head(struct db *db, struct audit_head *ret);   /* an empty log: 0, and a hash of zeroes */
int64_t audit_head_number(const struct audit_head *head); /* the first 48 bits of its hash: a metric is a number */

struct audit_found {
	struct audit_head head; /* of the rows that hold */
	int64_t broken;         /* the first row that does not; 0: all do */
	bool more;              /* rows behind were not looked at: go on from head */
	bool has_wanted;        /* the hash that was asked for stands in it */
};
#define AUDIT_STEP 50000 /* rows of one answer: a long log is no long read */
/* Walks the chain from a row on, at most so many rows; from zeroes: its begin. wanted: a hash that was kept elsewhere,
 * in hex, or the first 12 digits of one; absent: none. ENT_ERETRY: the store failed. */
enum ent_rc audit_verify(struct db *db, const struct audit_head *from, int64_t most, struct ent_str wanted,
			 struct audit_found *ret, struct ent_err *err) __attribute__((warn_unused_result));

#endif
