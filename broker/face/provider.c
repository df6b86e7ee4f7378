/* SPDX-License-Identifier: Apache-2.0 */
#include "face/provider.h"

#include <stdlib.h>
#include <string.h>

#include "base/jws.h"
#include "core/id_token.h"

enum { KNOWN_MS = 3600000, FAILED_MS = 5000, KEYS_EVERY_MS = 60000 };

struct oidc_client provider_client(const struct entrance *entrance, struct ent_arena *arena, const struct way_in *way)
{
	return (struct oidc_client){
	    .issuer = way->issuer,
	    .client_id = way->client_id,
	    .secret = secret_bytes(&way->secret),
	    .redirect_uri = sdk_format(arena, "%.*s/sign-in/%.*s/answer", ENT_F(entrance->ways.public_url),
				       ENT_F(way->organisation)),
	    .plain_http = way->link.plain_http,
	};
}

static struct provider_known *known_of(struct entrance *entrance, const struct way_in *way)
{
	return &entrance->known[way - entrance->ways.at];
}

static void known_keep(char **at, struct ent_str text)
{
	free(*at);
	*at = sdk_xalloc(text.n + 1);
	memcpy(*at, text.p, text.n);
	(*at)[text.n] = '\0';
}

static enum ent_rc provider_get(struct entrance *entrance, const struct way_in *way, struct ent_arena *arena,
				struct ent_str url, struct ent_str *ret, struct ent_err *err)
{
	const struct way_ask ask = {.link = &way->link, .method = "GET", .url = url, .stop = entrance->stop};
	struct way_answer answer = {0};
	enum ent_rc rc;

	if (!entrance->ask)
		return sdk_fail_as(err, ENT_ERETRY, "sign.no_asker", "no provider can be asked here");
	rc = entrance->ask(&ask, arena, &answer, err);
	if (rc == ENT_OK && answer.status != 200)
		rc = sdk_fail_as(err, ENT_ERETRY, "sign.provider_status", "the provider answered {status=%d}",
				 answer.status);
	*ret = answer.body;
	return rc;
}

/* ---- its description -------------------------------------------------------------------- */

/* Absent: it has to be asked for. *ret_waits: it failed a moment ago. */
static struct ent_str description_known(struct entrance *entrance, const struct way_in *way, struct ent_arena *arena,
					int64_t now_ms, bool *ret_waits)
{
	struct provider_known *known = known_of(entrance, way);
	struct ent_str ret = ENT_ABSENT;

	lock_take(entrance->lock);
	if (known->description && now_ms - known->described_ms < KNOWN_MS)
		ret = sdk_dup(arena, sdk_str(known->description));
	*ret_waits = known->failed_ms && now_ms - known->failed_ms < FAILED_MS;
	lock_leave(entrance->lock);
	return ret;
}

static void description_keep(struct entrance *entrance, const struct way_in *way, enum ent_rc rc, struct ent_str text,
			     int64_t now_ms)
{
	struct provider_known *known = known_of(entrance, way);

	lock_take(entrance->lock);
	known->failed_ms = rc == ENT_OK ? 0 : now_ms;
	if (rc == ENT_OK) {
		known_keep(&known->description, text);
		known->described_ms = now_ms;
	}
	lock_leave(entrance->lock);
}

static enum ent_rc provider_describe(struct entrance *entrance, const struct way_in *way, struct ent_arena *arena,
				     const struct oidc_client *client, int64_t now_ms, struct oidc_provider *ret,
				     struct ent_err *err)
{
	bool waits;
	struct ent_str text = description_known(entrance, way, arena, now_ms, &waits);
	enum ent_rc rc;

	if (text.p)
		return oidc_description_read(arena, text, client, ret, err);
	if (waits)
		return sdk_fail_as(err, ENT_ERETRY, "sign.provider_waits",
				   "the provider could not be asked a moment ago");
	rc = provider_get(entrance, way, arena, oidc_description_url(arena, way->issuer), &text, err);
	if (rc == ENT_OK)
		rc = oidc_description_read(arena, text, client, ret, err);
	description_keep(entrance, way, rc, text, now_ms);
	return rc;
}

enum ent_rc provider_authorize(struct entrance *entrance, const struct way_in *way, struct ent_arena *arena,
			       const struct oidc_flight *flight, int64_t now_ms, struct ent_str *ret_url,
			       struct ent_err *err)
{
	const struct oidc_client client = provider_client(entrance, arena, way);
	struct oidc_provider provider;
	enum ent_rc rc = provider_describe(entrance, way, arena, &client, now_ms, &provider, err);

	if (rc == ENT_OK)
		*ret_url = oidc_authorize_url(arena, &provider, &client, flight);
	return rc;
}

/* ---- its keys ------------------------------------------------------------------------------ */

/* False: those that are known have to do. True: they may be fetched now, by this caller alone. */
static bool keys_may_be_fetched(struct entrance *entrance, const struct way_in *way, struct ent_arena *arena, bool anew,
				int64_t now_ms, struct ent_str *ret_known)
{
	struct provider_known *known = known_of(entrance, way);
	bool may;

	lock_take(entrance->lock);
	*ret_known = known->keys ? sdk_dup(arena, sdk_str(known->keys)) : ENT_ABSENT;
	may = (!known->keys || anew || now_ms - known->keys_ms >= KNOWN_MS) &&
	      (!known->keys_tried_ms || now_ms - known->keys_tried_ms >= KEYS_EVERY_MS);
	if (may)
		known->keys_tried_ms = now_ms;
	lock_leave(entrance->lock);
	return may;
}

static enum ent_rc provider_keys(struct entrance *entrance, const struct way_in *way, struct ent_arena *arena,
				 struct ent_str url, bool anew, int64_t now_ms, struct ent_str *ret,
				 struct ent_err *err)
{
	struct provider_known *known = known_of(entrance, way);
	enum ent_rc rc;

	if (!keys_may_be_fetched(entrance, way, arena, anew, now_ms, ret))
		return ret->p ? ENT_OK
			      : sdk_fail_as(err, ENT_ERETRY, "sign.keys_wait",
					    "the provider's keys could not be had a moment ago");
	rc = provider_get(entrance, way, arena, url, ret, err);
	if (rc != ENT_OK)
		return rc;
	lock_take(entrance->lock);
	known_keep(&known->keys, *ret);
	known->keys_ms = now_ms;
	if (!anew)
		known->keys_tried_ms = 0; /* the first ones: a key that is newer may be asked for at once */
	lock_leave(entrance->lock);
	return ENT_OK;
}

/* ---- its token ------------------------------------------------------------------------------ */

static enum ent_rc token_fetch(struct entrance *entrance, const struct way_in *way, struct ent_arena *arena,
			       const struct oidc_provider *provider, const struct oidc_client *client,
			       const struct oidc_flight *flight, struct ent_str code, struct ent_str *ret,
			       struct ent_err *err)
{
	struct oidc_request request = oidc_token_request(arena, provider, client, flight, code);
	const struct way_ask ask = {&way->link,    "POST", provider->token, request.form, request.authorization,
				    entrance->stop};
	struct way_answer answer = {0};
	enum ent_rc rc = entrance->ask(&ask, arena, &answer, err);

	explicit_bzero((char *)(uintptr_t)request.form.p, request.form.n); /* our own copies */
	explicit_bzero((char *)(uintptr_t)request.authorization.p, request.authorization.n);
	if (rc != ENT_OK)
		return rc;
	*ret = oidc_token_answer(arena, answer.body);
	if (answer.status != 200 || !ret->p)
		return sdk_fail_as(err, ENT_EINVAL, "sign.code_refused",
				   "the provider does not take the code (it answered {status=%d})", answer.status);
	return ENT_OK;
}

static enum ent_rc token_vet(struct entrance *entrance, const struct way_in *way, struct ent_arena *arena,
			     const struct oidc_provider *provider, struct ent_str token, int64_t now_ms,
			     struct ent_str *ret_payload, struct ent_err *err)
{
	enum jws_verdict verdict = JWS_KEY_UNKNOWN;
	struct ent_str keys;

	for (int anew = 0; anew < 2 && verdict == JWS_KEY_UNKNOWN; anew++) {
		enum ent_rc rc = provider_keys(entrance, way, arena, provider->keys, anew, now_ms, &keys, err);

		if (rc != ENT_OK)
			return rc;
		verdict = jws_read(arena, token, keys, way->algorithms, ret_payload, err);
	}
	return verdict == JWS_GOOD ? ENT_OK : ENT_EINVAL;
}

enum ent_rc provider_subject(struct entrance *entrance, const struct way_in *way, struct ent_arena *arena,
			     const struct oidc_flight *flight, struct ent_str code, struct ent_str issuer,
			     int64_t now_ms, struct ent_str *ret_subject, struct ent_err *err)
{
	const struct oidc_client client = provider_client(entrance, arena, way);
	const struct id_token_want want = {way->issuer, way->client_id, sdk_str(flight->nonce), now_ms / 1000};
	struct oidc_provider provider;
	struct ent_str token, payload;
	enum ent_rc rc = provider_describe(entrance, way, arena, &client, now_ms, &provider, err);

	if (rc == ENT_OK && (issuer.p ? !sdk_eq(issuer, way->issuer) : provider.names_itself))
		rc = sdk_fail_as(err, ENT_EINVAL, "sign.answer_issuer", "the answer came from another issuer");
	if (rc == ENT_OK)
		rc = token_fetch(entrance, way, arena, &provider, &client, flight, code, &token, err);
	if (rc == ENT_OK)
		rc = token_vet(entrance, way, arena, &provider, token, now_ms, &payload, err);
	if (rc == ENT_OK)
		rc = id_token_vet(arena, payload, &want, ret_subject, err);
	return rc;
}
