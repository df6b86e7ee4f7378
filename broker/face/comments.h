/* SPDX-License-Identifier: Apache-2.0 */
/* Routes: /v1/incidents/{}/comments and what stands under it. */
#ifndef FACE_COMMENTS_H
#define FACE_COMMENTS_H

#include "face/exchange.h"

#define COMMENT_MAX 65536 /* characters */

/* How the words are meant, and what they answer. False: answered. */
bool comments_manner(struct exchange *x, struct ent_str format, struct ent_str reply_to, struct ask *ret);
/* A person says which version it has read, a program may. of: "comment". False: answered. */
bool comments_match(struct exchange *x, const char *of, struct ask *ret);
/* The audience of a body, as an object or in words. False: answered. */
bool comments_audience(struct exchange *x, const struct sdk_json *node, struct audience *ret);
void comments_post(struct exchange *x);
void comments_patch(struct exchange *x);  /* other words, a narrower audience */
void comments_widen(struct exchange *x);  /* more read it, whom the asker was shown */
void comments_delete(struct exchange *x); /* its words go, its place stays */

/* The incident and the comment that the path names. A text that is no UUID is no comment's id. False: answered. */
bool comments_named(struct exchange *x, struct job *job);
/* Answers with the comment as it stands after the job. */
void comments_changed(struct exchange *x);

#endif
