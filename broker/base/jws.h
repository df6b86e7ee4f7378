/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signed tokens (RFC 7515, compact form), checked by libcjose with a provider's keys. The token never chooses how it is
 * checked: its algorithm has to be one of those that the configuration allows, and its key of that algorithm's kind.
 */
#ifndef BASE_JWS_H
#define BASE_JWS_H

#include "sdk/str.h"

#define JWS_SIZE_MAX 16384
#define JWS_KEYS_MAX 64

enum jws_algorithm { JWS_RS256, JWS_PS256, JWS_ES256, JWS_N }; /* as bits: 1u << JWS_RS256 */
const char *jws_name(enum jws_algorithm algorithm);            /* "RS256" */
bool jws_by_name(struct ent_str name, enum jws_algorithm *ret);

enum jws_verdict {
	JWS_GOOD,        /* *ret_payload is what was signed */
	JWS_KEY_UNKNOWN, /* none of the keys is meant: they may have been replaced */
	JWS_REFUSED      /* err says why, without a part of the token */
};
/* keys: a JWK Set (RFC 7517) as text. algorithms: bits. A token without `kid` is checked with the only key that fits
 * its algorithm. */
enum jws_verdict jws_read(struct ent_arena *arena, struct ent_str token, struct ent_str keys, unsigned algorithms,
			  struct ent_str *ret_payload, struct ent_err *err) __attribute__((warn_unused_result));

#endif
