/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Standard Webhooks: HMAC-SHA256 over id.timestamp.body, base64, several signatures of
 * several versions in one header. An id with a dot could move the border between the
 * signed parts, so it is refused.
 */
#include "native.h"

#include "sdk/crypto.h"

#define TOLERANCE_S     300
#define SIGNATURES_MAX  16
#define SECRETS_MAX     8
#define TIMESTAMP_MAX_S 253402300799 /* the last second of year 9999 */

/* "whsec_" + base64, or base64 alone. What is neither signs nothing. */
static size_t secrets_decode(struct ent_arena *arena, const struct ent_str *secret, size_t n_secret,
			     struct ent_str ret[SECRETS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < n_secret && n < SECRETS_MAX; i++) {
		struct ent_str text = secret[i];

		if (sdk_starts(text, "whsec_"))
			text = (struct ent_str){text.p + 6, text.n - 6};
		if (text.n > 0 && sdk_unbase64(arena, text, &ret[n]) && ret[n].n > 0)
			n++;
	}
	return n;
}

static bool has_dot(struct ent_str id)
{
	struct ent_str rest;

	sdk_cut(id, '.', &rest);
	return rest.p != NULL;
}

/* No secret is looked at when the time is wrong: what is recorded today must not be of use tomorrow. */
static enum ent_rc time_check(struct ent_str timestamp, int64_t now_ms, struct ent_err *err)
{
	int64_t sent_s, age_ms;

	if (!sdk_to_int(timestamp, &sent_s) || sent_s < 0 || sent_s > TIMESTAMP_MAX_S)
		return sdk_fail(err, ENT_EAUTH, "header webhook-timestamp is no number of seconds");
	age_ms = now_ms - sent_s * 1000;
	/* The header has whole seconds: the second of the limit is inside as a whole. */
	if (age_ms >= (TOLERANCE_S + 1) * 1000 || age_ms < -TOLERANCE_S * 1000)
		return sdk_fail(err, ENT_EAUTH, "header webhook-timestamp is more than %d s from now", TOLERANCE_S);
	return ENT_OK;
}

enum ent_rc native_verify(const struct ent_self *self, const struct ent_webhook *webhook, const struct ent_str *secret,
			  size_t n_secret, int64_t now_ms, struct ent_arena *arena, struct ent_str *ret_delivery,
			  struct ent_err *err)
{
	struct ent_str id = sdk_header(webhook->header, webhook->n_header, "webhook-id");
	struct ent_str timestamp = sdk_header(webhook->header, webhook->n_header, "webhook-timestamp");
	struct ent_str signature = sdk_header(webhook->header, webhook->n_header, "webhook-signature");
	struct ent_str key[SECRETS_MAX], one;
	struct ent_str part[] = {id, ENT_STR("."), timestamp, ENT_STR("."), webhook->body};
	size_t n_key;
	enum ent_rc rc;

	(void)self;
	if (n_secret == 0) {
		*ret_delivery = id;
		return ENT_OK;
	}
	if (id.n == 0 || id.n > SDK_ID_MAX || has_dot(id))
		return sdk_fail(err, ENT_EAUTH, "header webhook-id is missing, stands twice, is too long or has a dot");
	if (!signature.p)
		return sdk_fail(err, ENT_EAUTH, "header webhook-signature is missing or stands twice");
	rc = time_check(timestamp, now_ms, err);
	if (rc != ENT_OK)
		return rc;
	n_key = secrets_decode(arena, secret, n_secret, key);
	if (n_key == 0)
		return sdk_fail(err, ENT_EAUTH, "no secret of the supplier is whsec_ and base64");
	for (size_t i = 0; i < SIGNATURES_MAX && signature.p; i++) {
		one = sdk_cut(signature, ' ', &signature);
		if (!sdk_starts(one, "v1,"))
			continue;
		one = (struct ent_str){one.p + 3, one.n - 3};
		if (sdk_signed_base64(SDK_SHA256, one, key, n_key, part, sizeof(part) / sizeof(part[0]))) {
			*ret_delivery = id;
			return ENT_OK;
		}
	}
	return sdk_fail(err, ENT_EAUTH, "header webhook-signature matches none of the supplier's secrets");
}
