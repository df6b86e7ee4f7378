/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The claims of an ID token (OpenID Connect Core 3.1.3.7), once its signature is known to be the provider's. Pure. A
 * person is found by issuer and subject only: a mail address in it is nobody's key.
 */
#ifndef CORE_ID_TOKEN_H
#define CORE_ID_TOKEN_H

#include "sdk/str.h"

#define ID_TOKEN_SKEW_S      60
#define ID_TOKEN_AGE_MAX_S   600 /* since `iat`: it was made for this sign-in */
#define ID_TOKEN_SUBJECT_MAX 255

struct id_token_want {
	struct ent_str issuer, client_id, nonce;
	int64_t now_s;
};
/* payload: the signed JSON. ENT_EINVAL: err names the claim that is wrong, never its value. */
enum ent_rc id_token_vet(struct ent_arena *arena, struct ent_str payload, const struct id_token_want *want,
			 struct ent_str *ret_subject, struct ent_err *err) __attribute__((warn_unused_result));

#endif
