/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The charset that a Content-Type declares, for the broker, which reads it in both directions before a connector sees
 * the body: connectors get UTF-8. A signature covers the bytes that came, so verify() gets those.
 */
#ifndef BASE_CHARSET_H
#define BASE_CHARSET_H

#include "entente/connector.h"

/* *body becomes UTF-8, without a byte order mark. Without a declared charset, and with UTF-8 or ASCII, its bytes stay.
 * Bytes that are no character of the declared charset become U+FFFD. ENT_EINVAL: the charset is none that is read
 * here; err names it. Not pure: the C library loads its tables from files. */
enum ent_rc charset_read(struct ent_arena *arena, const struct ent_header *header, size_t n_header,
			 struct ent_str *body, struct ent_err *err) __attribute__((warn_unused_result));

#endif
