/* SPDX-License-Identifier: Apache-2.0 */
/* Proof of the sender: the ways that more than one tool has. */
#include "sdk/verify.h"
#include "sdk/webhook.h"

#include <string.h>

#include "sdk/crypto.h"

enum ent_rc sdk_verify_hex(const struct ent_webhook *webhook, const char *name, const char *prefix,
			   const struct ent_str *secret, size_t n_secret, struct ent_err *err)
{
	struct ent_str given = sdk_header(webhook->header, webhook->n_header, name);

	if (n_secret == 0)
		return ENT_OK;
	if (!given.p)
		return sdk_fail_as(err, ENT_EAUTH, "signature.header", "header {header=%s} is missing or stands twice",
				   name);
	if (!sdk_signed_hex(SDK_SHA256, given, prefix, secret, n_secret, &webhook->body, 1))
		return sdk_fail_as(err, ENT_EAUTH, "signature.wrong",
				   "header {header=%s} matches none of the supplier's secrets", name);
	return ENT_OK;
}

/* ---- Standard Webhooks ------------------------------------------------------------ */

#define TOLERANCE_S     300
#define SIGNATURES_MAX  16           /* in one header */
#define TIMESTAMP_MAX_S 253402300799 /* the last second of year 9999 */

/* No secret is looked at when the time is wrong: what is recorded today must not be of use tomorrow. */
static enum ent_rc time_check(struct ent_str timestamp, int64_t now_ms, struct ent_err *err)
{
	int64_t sent_s, age_ms;

	if (!sdk_to_int(timestamp, &sent_s) || sent_s < 0 || sent_s > TIMESTAMP_MAX_S)
		return sdk_fail_as(err, ENT_EAUTH, "signature.time_kind",
				   "header webhook-timestamp is no number of seconds");
	age_ms = now_ms - sent_s * 1000;
	/* The header has whole seconds: the second of the limit is inside as a whole. */
	if (age_ms >= (TOLERANCE_S + 1) * 1000 || age_ms < -TOLERANCE_S * 1000)
		return sdk_fail_as(err, ENT_EAUTH, "signature.time_far",
				   "header webhook-timestamp is more than {seconds=%d} s from now", TOLERANCE_S);
	return ENT_OK;
}

/* "whsec_" + base64, or base64 alone. Any other secret signs nothing. */
static bool key_decode(struct ent_arena *arena, struct ent_str secret, struct ent_str *ret)
{
	struct ent_str text = sdk_starts(secret, "whsec_") ? (struct ent_str){secret.p + 6, secret.n - 6} : secret;

	return text.n > 0 && sdk_unbase64(arena, text, ret) && ret->n > 0;
}

/* "v1,<base64> v1,<base64>": one of them is enough, those of other versions are passed over. */
static bool is_signed(struct ent_str list, struct ent_str key, const struct ent_str *part, size_t n_part)
{
	for (size_t i = 0; i < SIGNATURES_MAX && list.p; i++) {
		struct ent_str one = sdk_cut(list, ' ', &list);

		if (sdk_starts(one, "v1,") &&
		    sdk_signed_base64(SDK_SHA256, (struct ent_str){one.p + 3, one.n - 3}, &key, 1, part, n_part))
			return true;
	}
	return false;
}

enum ent_rc sdk_verify_standard(const struct ent_webhook *webhook, const char *name, const struct ent_str *secret,
				size_t n_secret, int64_t now_ms, struct ent_arena *arena, struct ent_err *err)
{
	struct ent_str id = sdk_header(webhook->header, webhook->n_header, "webhook-id");
	struct ent_str timestamp = sdk_header(webhook->header, webhook->n_header, "webhook-timestamp");
	struct ent_str signature = sdk_header(webhook->header, webhook->n_header, name);
	const struct ent_str part[] = {id, ENT_STR("."), timestamp, ENT_STR("."), webhook->body};
	bool has_key = false, found = false;
	enum ent_rc rc;

	if (n_secret == 0)
		return ENT_OK;
	/* a dot in the id could move the border between the signed parts */
	if (id.n == 0 || id.n > ENT_ID_MAX || memchr(id.p, '.', id.n))
		return sdk_fail_as(err, ENT_EAUTH, "signature.id",
				   "header webhook-id is missing, stands twice, is too long or has a dot");
	if (!signature.p)
		return sdk_fail_as(err, ENT_EAUTH, "signature.header", "header {header=%s} is missing or stands twice",
				   name);
	rc = time_check(timestamp, now_ms, err);
	if (rc != ENT_OK)
		return rc;
	for (size_t i = 0; i < n_secret; i++) {
		struct ent_str key;

		if (!key_decode(arena, secret[i], &key))
			continue;
		has_key = true;
		found |= is_signed(signature, key, part, sizeof part / sizeof *part);
	}
	if (!has_key)
		return sdk_fail_as(err, ENT_EAUTH, "signature.no_secret",
				   "no secret of the supplier is whsec_ and base64");
	if (!found)
		return sdk_fail_as(err, ENT_EAUTH, "signature.wrong",
				   "header {header=%s} matches none of the supplier's secrets", name);
	return ENT_OK;
}
