/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the routes by which a person asks the writer for a change: who asks, about what, and what is answered to a
 * refusal. */
#ifndef FACE_ASK_H
#define FACE_ASK_H

#include "face/exchange.h"
#include "view/view.h"

/* The store as the holder of the token may read it. */
const struct view *ask_view(struct exchange *x);
/* The incident that the path's first part names. False: the exchange is answered. */
bool ask_incident(struct exchange *x, struct incident *ret);
/* The supplier that the path's first part names. NULL: the exchange is answered. */
const struct supplier *ask_supplier(struct exchange *x);
/* The number of a path's part i, above 0 (or 0 where it may be). False: answered 404. */
bool ask_number(struct exchange *x, size_t i, bool zero, int64_t *ret);

/* The id that the asker chose: a UUID as text, made lower case; absent: a new one. of: "comment". False: answered. */
bool ask_id(struct exchange *x, struct ent_str id, const char *of, char ret[ID_SIZE]);

/* Machines do not read, follow, take or keep a draft: 403. False: answered. */
bool ask_person(struct exchange *x);

/* ?dry_run: true or false; absent: false. False: answered. */
bool ask_dry_run(struct exchange *x, bool *ret);

/* A job in the exchange's arena, by the holder of the token. */
struct job *ask_new(struct exchange *x, enum job_kind kind);
#define ASK_KEY_MAX 200 /* bytes of an Idempotency-Key */
/* Hands it to the writer, with the request's Idempotency-Key; resume finds it in x->work. */
void ask_submit(struct exchange *x, struct job *job, void (*resume)(struct exchange *x));
/* True: the writer did it, now or before. False: the exchange is answered. */
bool ask_done(struct exchange *x, const struct job *job);
/* Answers with the JSON that was read and this status, or with what went wrong. */
void ask_answer(struct exchange *x, int status, enum ent_rc rc, struct ent_str json, const struct ent_err *err);
/* ?limit: rows of a page. False: answered. */
bool ask_limit(struct exchange *x, int *ret);
/* A page of a list that is asked by whose it is, state, cursor and limit. of: "supplier". */
typedef enum ent_rc ask_list_fn(const struct view *view, struct ent_str whose, struct ent_str state,
				struct ent_str cursor, int limit, struct ent_str *ret, struct ent_err *err);
void ask_list(struct exchange *x, const char *of, ask_list_fn *list);

#endif
