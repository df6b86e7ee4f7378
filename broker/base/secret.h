/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A secret is read by reference ("env:NAME" or "file:/path"), never inline, and
 * is nothing a log, an error or a JSON writer accepts. Wiped when released.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include "sdk/str.h"

#define SECRET_SIZE_MAX 4096

struct secret {
	char *bytes; /* locked against core dumps where the system allows */
	size_t n;
};

/* Trailing line breaks of a file are dropped. ENT_EINVAL: not a reference, variable not
 * set, file missing, empty, too large, or readable by others than its owner and group. The
 * error names the reference, never the content. */
enum ent_rc secret_load(struct ent_str reference, struct secret *ret, struct ent_err *err)
    __attribute__((warn_unused_result));
void secret_release(struct secret *secret); /* wipes; takes a zeroed one */
/* The one way out: for verify() and Authorization. */
struct ent_str secret_bytes(const struct secret *secret);

#endif
