/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking an organisation's provider. What it says of itself is kept for an hour; its keys are fetched again when a
 * token names an unknown one, at most once a minute, whatever tokens come. Both functions may wait for the network:
 * they are called on the askers' threads only, see entrance.h.
 */
#ifndef FACE_PROVIDER_H
#define FACE_PROVIDER_H

#include "face/entrance.h"

/* The client that we are there. */
struct oidc_client provider_client(const struct entrance *entrance, struct ent_arena *arena, const struct way_in *way);
/* Where the browser goes. ENT_ERETRY: the provider cannot be asked now; ENT_EINVAL: it does not say what it should. */
enum ent_rc provider_authorize(struct entrance *entrance, const struct way_in *way, struct ent_arena *arena,
			       const struct oidc_flight *flight, int64_t now_ms, struct ent_str *ret_url,
			       struct ent_err *err) __attribute__((warn_unused_result));
/* Turns the code into the provider's person. issuer: `iss` beside the code, absent when missing. ENT_EINVAL: what came
 * is no proof; err says what is wrong with it, without a part of it. */
enum ent_rc provider_subject(struct entrance *entrance, const struct way_in *way, struct ent_arena *arena,
			     const struct oidc_flight *flight, struct ent_str code, struct ent_str issuer,
			     int64_t now_ms, struct ent_str *ret_subject, struct ent_err *err)
    __attribute__((warn_unused_result));

#endif
