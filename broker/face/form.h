/* SPDX-License-Identifier: Apache-2.0 */
/* The fields that a form of our pages sends: application/x-www-form-urlencoded, from one of our own pages only. */
#ifndef FACE_FORM_H
#define FACE_FORM_H

#include "face/exchange.h"

#define FORM_FIELDS_MAX 8

struct form {
	struct ent_header field[FORM_FIELDS_MAX];
	size_t n;
};
/* False: answered, 403 when it came from elsewhere, 415 or 400 when it is no form. */
bool form_read(struct exchange *x, struct form *ret);
/* Absent: missing, or twice. */
struct ent_str form_value(const struct form *form, const char *name);

/* The write came from one of our own pages. */
bool form_is_ours(const struct exchange *x);

#endif
