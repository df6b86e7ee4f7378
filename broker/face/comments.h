/* SPDX-License-Identifier: Apache-2.0 */
/* Routes: /v1/incidents/{}/comments and what stands under it. */
#ifndef FACE_COMMENTS_H
#define FACE_COMMENTS_H

#include "face/exchange.h"

void comments_post(struct exchange *x);
void comments_patch(struct exchange *x);  /* other words, a narrower audience */
void comments_widen(struct exchange *x);  /* more read it, whom the asker was shown */
void comments_delete(struct exchange *x); /* its words go, its place stays */

/* The incident and the comment that the path names. A text that is no UUID is no comment's id. False: answered. */
bool comments_named(struct exchange *x, struct job *job);
/* Answers with the comment as it stands after the job. */
void comments_changed(struct exchange *x);

#endif
