/* SPDX-License-Identifier: Apache-2.0 */
/* Answers: JSON, problems (RFC 9457), and the bytes that go out. */
#ifndef FACE_ANSWER_H
#define FACE_ANSWER_H

#include "face/exchange.h"
#include "sdk/json.h"

/* Writes a JSON body into the desk's scratch buffer; answer_done() takes it as the answer. */
struct sdk_jsonw answer_json(struct exchange *x);
void answer_done(struct exchange *x, int status);
void answer_body(struct exchange *x, int status, const char *type, struct ent_str body);

/* id, status, word in the type's URI, title */
#define PROBLEM_TABLE(X)                                                                                               \
	X(PROBLEM_REQUEST, 400, "request", "The request cannot be understood")                                         \
	X(PROBLEM_TOKEN, 401, "token", "A bearer token is needed")                                                     \
	X(PROBLEM_SIGNATURE, 401, "signature", "The arrival is not signed as agreed")                                  \
	X(PROBLEM_VERB, 403, "verb", "You may not do this")                                                            \
	X(PROBLEM_ORIGIN, 403, "origin", "This did not come from one of our own pages")                                \
	X(PROBLEM_NOT_FOUND, 404, "not-found", "There is no such thing")                                               \
	X(PROBLEM_METHOD, 405, "method", "This method is not for this path")                                           \
	X(PROBLEM_TIMEOUT, 408, "timeout", "The request took too long")                                                \
	X(PROBLEM_CONFLICT, 409, "conflict", "The state of things does not allow it")                                  \
	X(PROBLEM_CHANGED, 412, "changed", "It was changed since you read it")                                         \
	X(PROBLEM_TOO_LARGE, 413, "too-large", "The body is too large")                                                \
	X(PROBLEM_TARGET, 414, "target", "The address is too long")                                                    \
	X(PROBLEM_MEDIA, 415, "media", "This kind of body is not taken")                                               \
	X(PROBLEM_EXPECTATION, 417, "expectation", "The expectation cannot be met")                                    \
	X(PROBLEM_CONTENT, 422, "content", "The content is not what it should be")                                     \
	X(PROBLEM_CONDITION, 428, "condition", "Say which version you read")                                           \
	X(PROBLEM_RATE, 429, "rate", "Too much in too short a time")                                                   \
	X(PROBLEM_HEADERS, 431, "headers", "The headers are too large")                                                \
	X(PROBLEM_INTERNAL, 500, "internal", "It went wrong here")                                                     \
	X(PROBLEM_UNAVAILABLE, 503, "unavailable", "It cannot be done now; try again")                                 \
	X(PROBLEM_VERSION, 505, "version", "This version of HTTP is not spoken")

#define X(id, status, word, title) id,
enum problem { PROBLEM_TABLE(X) PROBLEM_N };
#undef X

/* An RFC 9457 document; the sentence says what to do: code and fmt as in sdk/say.h. No secret may stand in it. */
void answer_problem(struct exchange *x, enum problem problem, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void answer_problem_said(struct exchange *x, enum problem problem, struct ent_said said);
/* The same with what can be done instead, for programs: a JSON array; absent: none. */
void answer_problem_acts(struct exchange *x, enum problem problem, struct ent_said said, struct ent_str acts);
/* The same, with two more members beside it: one of JSON (absent: left out), and a text (without a name: left out). */
struct answer_beside {
	const char *name;
	struct ent_str json;
	const char *text_name;
	struct ent_str text;
};
void answer_problem_beside(struct exchange *x, enum problem problem, struct ent_said said,
			   const struct answer_beside *beside);
/* 503 with Retry-After, in seconds; `why` is a sentence, what to do then follows it. */
void answer_busy(struct exchange *x, struct ent_said why);
/* Answers a failed read of the store: ENT_EGONE 404, ENT_EINVAL 400, ENT_EUNSUPPORTED 500, else 503. */
void answer_failure(struct exchange *x, enum ent_rc rc, const struct ent_err *err);

/* ---- what the connection does ----------------------------------------------- */

/* A request that cannot be read: one of the statuses above, and why. */
void answer_refusal(struct exchange *x, int status, const char *why);
/* Head and body as bytes; close: it is the connection's last. */
void answer_print(struct exchange *x, bool close, struct sdk_buf *out);

#endif
