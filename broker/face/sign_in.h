/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pages by which a person signs in: with a password, or by the organisation's provider. A password is checked on a
 * hasher's thread, a provider is asked on an asker's: neither holds back webhooks. An organisation that has no provider
 * looks like one that does not exist.
 */
#ifndef FACE_SIGN_IN_H
#define FACE_SIGN_IN_H

#include "core/way_in.h"
#include "face/exchange.h"

void sign_in_front(struct exchange *x); /* GET /, /sign-out: to the sign-in */
void sign_in_get(struct exchange *x);   /* GET /sign-in, /sign-in/{organisation} */
void sign_in_post(struct exchange *x);  /* POST there: a form */

/* The provider of the organisation that the path names; NULL: it has none. */
const struct way_in *sign_in_way(const struct exchange *x);
/* False: answered, since what the path names cannot be an organisation. */
bool sign_in_is_named(struct exchange *x);
/* False: answered, since nobody can come in. */
bool sign_in_is_open(struct exchange *x);
/* The way to the provider: a page of ours, /sign-in/ORGANISATION/provider. */
struct ent_str sign_in_provider_path(struct exchange *x, struct ent_str organisation);
/* A line about somebody who was refused; bounded, and it repeats nothing that was typed. */
void sign_in_refused(struct exchange *x, struct ent_str organisation, const char *why);

#endif
