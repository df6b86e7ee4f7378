/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Passwords: argon2id by libsodium. One hash takes about 32 MiB and a tenth of a second of a core, whatever the
 * password is: call it where nothing else waits, see face/sign_in.h.
 */
#ifndef BASE_PASSWORD_H
#define BASE_PASSWORD_H

#include "sdk/str.h"

#define PASSWORD_MIN  12  /* characters */
#define PASSWORD_MAX  256 /* bytes: a longer one costs the broker more than it protects */
#define PASSWORD_SIZE 128 /* of a stored hash, with its NUL */

/* May it be chosen? Long enough, not longer than PASSWORD_MAX, UTF-8, not one character again and again, and not the
 * name or the address that stands beside it. */
enum password_flaw { PASSWORD_FINE, PASSWORD_SHORT, PASSWORD_LONG, PASSWORD_GUESSED };
enum password_flaw password_vet(struct ent_str password, struct ent_str name, struct ent_str mail);

/* False: the system has not enough memory for it. */
bool password_hash(struct ent_str password, char ret[PASSWORD_SIZE]) __attribute__((warn_unused_result));
/* Is `stored` the hash of it? An absent or empty `stored` is nobody's: it takes as long as a real one and is false. */
bool password_check(struct ent_str stored, struct ent_str password) __attribute__((warn_unused_result));

#endif
