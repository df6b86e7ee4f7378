/* SPDX-License-Identifier: Apache-2.0 */
/* Routes: /v1/audit. And the note of a refusal. */
#ifndef FACE_AUDITS_H
#define FACE_AUDITS_H

#include "face/exchange.h"

void audits_list(struct exchange *x);
void audits_verify(struct exchange *x);
/* The request was answered 403: the audit log says so, some times a second at most. Nobody waits for it. */
void audits_refused(struct exchange *x);

#endif
