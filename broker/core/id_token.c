/* SPDX-License-Identifier: Apache-2.0 */
#include "core/id_token.h"

#include "sdk/json.h"

static enum ent_rc claim_refuse(struct ent_err *err, const char *claim, const char *why)
{
	return sdk_fail_as(err, ENT_EINVAL, "sign.claim", "the token's \"{claim=%s}\" {why=%s}", claim, why);
}

static bool text_is(const struct sdk_json *node, const char *name, struct ent_str want)
{
	const struct sdk_json *at = sdk_json_at(node, name);

	return sdk_json_kind(at) == SDK_JSON_STRING && want.n && sdk_eq(sdk_json_text(at), want);
}

/* A whole number or one with a fraction, which is cut off: RFC 7519's NumericDate. */
static bool time_of(const struct sdk_json *node, const char *name, int64_t *ret)
{
	const struct sdk_json *at = sdk_json_at(node, name);
	struct ent_str rest;

	return sdk_json_kind(at) == SDK_JSON_NUMBER && sdk_to_int(sdk_cut(sdk_json_text(at), '.', &rest), ret) &&
	       *ret >= 0 && *ret < INT64_C(1) << 40;
}

/* Among several audiences ours has to be, and `azp` has to say that the token was made for us. */
static enum ent_rc audience_vet(const struct sdk_json *claims, struct ent_str client_id, struct ent_err *err)
{
	const struct sdk_json *aud = sdk_json_at(claims, "aud");
	bool is_list = sdk_json_kind(aud) == SDK_JSON_ARRAY, is_ours = text_is(claims, "aud", client_id);

	for (const struct sdk_json *one = is_list ? sdk_json_first(aud) : NULL; one; one = sdk_json_next(one))
		is_ours = is_ours || (sdk_json_kind(one) == SDK_JSON_STRING && sdk_eq(sdk_json_text(one), client_id));
	if (!is_ours)
		return claim_refuse(err, "aud", "does not name us");
	if (sdk_json_at(claims, "azp") ? !text_is(claims, "azp", client_id) : is_list && sdk_json_count(aud) > 1)
		return claim_refuse(err, "azp", "does not name us");
	return ENT_OK;
}

static enum ent_rc times_vet(const struct sdk_json *claims, int64_t now_s, struct ent_err *err)
{
	int64_t exp, iat, nbf;

	if (!time_of(claims, "exp", &exp) || exp + ID_TOKEN_SKEW_S <= now_s)
		return claim_refuse(err, "exp", "is over");
	if (!time_of(claims, "iat", &iat) || iat - ID_TOKEN_SKEW_S > now_s)
		return claim_refuse(err, "iat", "has not come yet");
	if (iat + ID_TOKEN_AGE_MAX_S + ID_TOKEN_SKEW_S < now_s)
		return claim_refuse(err, "iat", "is too long ago");
	if (sdk_json_at(claims, "nbf") && (!time_of(claims, "nbf", &nbf) || nbf - ID_TOKEN_SKEW_S > now_s))
		return claim_refuse(err, "nbf", "has not come yet");
	return ENT_OK;
}

enum ent_rc id_token_vet(struct ent_arena *arena, struct ent_str payload, const struct id_token_want *want,
			 struct ent_str *ret_subject, struct ent_err *err)
{
	const struct sdk_json *claims, *sub;
	struct ent_err ignored;
	enum ent_rc rc;

	if (sdk_json_parse(arena, payload, &claims, &ignored) != ENT_OK || sdk_json_kind(claims) != SDK_JSON_OBJECT)
		return sdk_fail_as(err, ENT_EINVAL, "sign.claims", "the token's content is no JSON object");
	if (!text_is(claims, "iss", want->issuer))
		return claim_refuse(err, "iss", "is another than the configuration's issuer");
	rc = audience_vet(claims, want->client_id, err);
	if (rc == ENT_OK && !text_is(claims, "nonce", want->nonce))
		rc = claim_refuse(err, "nonce", "is not that of this sign-in");
	if (rc == ENT_OK)
		rc = times_vet(claims, want->now_s, err);
	sub = sdk_json_at(claims, "sub");
	if (rc == ENT_OK && (sdk_json_kind(sub) != SDK_JSON_STRING || sdk_json_text(sub).n == 0 ||
			     sdk_json_text(sub).n > ID_TOKEN_SUBJECT_MAX))
		rc = claim_refuse(err, "sub", "is missing or too long");
	if (rc == ENT_OK)
		*ret_subject = sdk_dup(arena, sdk_json_text(sub));
	return rc;
}
