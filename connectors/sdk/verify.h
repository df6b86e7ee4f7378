/* SPDX-License-Identifier: Apache-2.0 */
/* Who sent a webhook? */
#ifndef SDK_VERIFY_H
#define SDK_VERIFY_H

#include "entente/connector.h"

/* verify() for tools that sign the body alone: header `name` is `prefix` + hex(HMAC-SHA256(secret, body)).
 * ENT_OK without secrets; ENT_EAUTH names the header that is missing or matches none of them. */
enum ent_rc sdk_verify_hex(const struct ent_webhook *webhook, const char *name, const char *prefix,
			   const struct ent_str *secret, size_t n_secret, struct ent_err *err)
    __attribute__((warn_unused_result));
/* verify() for Standard Webhooks: HMAC-SHA256 over webhook-id.webhook-timestamp.body, base64, several signatures of
 * several versions in header `name`; at most 300 s old. The sender's id for it is the header webhook-id. */
enum ent_rc sdk_verify_standard(const struct ent_webhook *webhook, const char *name, const struct ent_str *secret,
				size_t n_secret, int64_t now_ms, struct ent_arena *arena, struct ent_err *err)
    __attribute__((warn_unused_result));

#endif
