/* SPDX-License-Identifier: Apache-2.0 */
#include "link/auth.h"

#include <stdlib.h>
#include <string.h>

#include "sdk/crypto.h"
#include "sdk/http.h"
#include "sdk/webhook.h"

#define TOKEN_MAX    16384
#define RENEW_S      60  /* before a token expires */
#define LIFE_S       300 /* when the tool does not say how long it lives */
#define LIFE_MAX_S   86400
#define ROOM         (4 * SECRET_SIZE_MAX + TOKEN_MAX)
#define SECRET_SHORT 6  /* bytes: a shorter one is found in anything */
#define SECRET_HEAD  16 /* bytes that are enough to know a secret: a tool's text may be cut in the middle of it */

void auth_words_make(struct auth_words *ret)
{
	static const char nothing[1024];

	*ret = (struct auth_words){.name = ENT_ABSENT};
	sdk_buf_init(&ret->buf, ROOM);
	/* All of it at once: a buffer that grows would leave a copy behind that nobody wipes. */
	for (size_t i = 0; i < ROOM / sizeof nothing; i++)
		sdk_buf_add(&ret->buf, nothing, sizeof nothing);
	sdk_buf_clear(&ret->buf);
}

void auth_words_release(struct auth_words *words)
{
	if (words->buf.p)
		explicit_bzero(words->buf.p, words->buf.cap);
	sdk_buf_release(&words->buf);
}

struct ent_str auth_words_view(const struct auth_words *words)
{
	return sdk_buf_view(&words->buf);
}

static void secret_wipe(struct ent_str s)
{
	if (s.p)
		explicit_bzero((char *)s.p, s.n);
}

static void secret_add_base64(struct sdk_buf *to, struct ent_str user, struct ent_str credential)
{
	struct auth_words plain;
	struct sdk_arena arena;

	auth_words_make(&plain);
	sdk_buf_str(&plain.buf, user);
	sdk_buf_z(&plain.buf, ":");
	sdk_buf_str(&plain.buf, credential);
	sdk_arena_init(&arena);
	struct ent_str text = sdk_base64(&arena.abi, (const unsigned char *)plain.buf.p, plain.buf.n);
	sdk_buf_str(to, text);
	secret_wipe(text);
	sdk_arena_release(&arena);
	auth_words_release(&plain);
}

bool auth_wants_token(const struct auth *auth, const struct supplier_link *link, int64_t now_us)
{
	return link->auth == AUTH_OAUTH2 && (!auth->token || now_us >= auth->renew_us);
}

void auth_forget(struct auth *auth)
{
	if (auth->token)
		explicit_bzero(auth->token, auth->n);
	free(auth->token);
	*auth = (struct auth){NULL, 0, 0};
}

void auth_copy(struct auth *to, const struct auth *from)
{
	auth_forget(to);
	if (!from->token)
		return;
	*to = (struct auth){sdk_xalloc(from->n), from->n, from->renew_us};
	memcpy(to->token, from->token, from->n);
}

void auth_header(const struct auth *auth, const struct supplier_link *link, struct auth_words *ret)
{
	struct ent_str credential = secret_bytes(&link->credential);

	auth_words_make(ret);
	if (link->auth != AUTH_NONE)
		ret->name = link->auth == AUTH_HEADER ? link->header : ENT_STR("Authorization");
	switch (link->auth) {
	case AUTH_NONE:
		break;
	case AUTH_BASIC:
		sdk_buf_z(&ret->buf, "Basic ");
		secret_add_base64(&ret->buf, link->user, credential);
		break;
	case AUTH_BEARER:
		sdk_buf_z(&ret->buf, "Bearer ");
		sdk_buf_str(&ret->buf, credential);
		break;
	case AUTH_HEADER:
		if (link->scheme.n) {
			sdk_buf_str(&ret->buf, link->scheme);
			sdk_buf_z(&ret->buf, " ");
		}
		sdk_buf_str(&ret->buf, credential);
		break;
	case AUTH_OAUTH2:
		sdk_buf_z(&ret->buf, "Bearer ");
		sdk_buf_add(&ret->buf, auth->token, auth->n);
		break;
	}
}

void auth_token_form(const struct supplier_link *link, struct auth_words *ret)
{
	auth_words_make(ret);
	sdk_buf_z(&ret->buf, "grant_type=client_credentials&client_id=");
	sdk_percent_encode(&ret->buf, link->user);
	sdk_buf_z(&ret->buf, "&client_secret=");
	sdk_percent_encode(&ret->buf, secret_bytes(&link->credential));
	if (link->scope.n) {
		sdk_buf_z(&ret->buf, "&scope=");
		sdk_percent_encode(&ret->buf, link->scope);
	}
}

/* Visible ASCII: it goes into a header as it is. */
static bool is_token(struct ent_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || (unsigned char)s.p[i] >= 0x7f)
			return false;
	return s.n > 0 && s.n <= TOKEN_MAX;
}

static enum ent_rc answer_token(struct auth *auth, const struct ent_response *response, struct ent_arena *arena,
				int64_t now_us, struct ent_err *err)
{
	const struct sdk_json *json;
	int64_t life_s = LIFE_S;
	enum ent_rc rc = sdk_http_json(response, arena, &json, err);

	if (rc == ENT_EINVAL && response->status == 400)
		rc = ENT_EAUTH; /* RFC 6749: invalid_client and invalid_scope are 400, too */
	if (rc != ENT_OK)
		return rc;
	struct ent_str token = sdk_json_text_at(json, "access_token");
	if (!is_token(token))
		return sdk_fail_as(err, ENT_ERETRY, "login.no_access_token",
				   "the answer to the request for a token has no access_token");
	(void)sdk_json_int(sdk_json_at(json, "expires_in"), &life_s);
	if (life_s < 1 || life_s > LIFE_MAX_S)
		life_s = life_s < 1 ? LIFE_S : LIFE_MAX_S;
	auth_forget(auth);
	auth->token = sdk_xalloc(token.n);
	memcpy(auth->token, token.p, token.n);
	auth->n = token.n;
	auth->renew_us = now_us + (life_s > 2 * RENEW_S ? life_s - RENEW_S : (life_s + 1) / 2) * 1000000;
	secret_wipe(token);
	return ENT_OK;
}

enum ent_rc auth_token_take(struct auth *auth, const struct ent_response *response, int64_t now_us, struct ent_err *err)
{
	struct sdk_arena arena;

	sdk_arena_init(&arena);
	enum ent_rc rc = answer_token(auth, response, &arena.abi, now_us, err);
	sdk_arena_release(&arena);
	return rc;
}

/* ---- Standard Webhooks --------------------------------------------------------- */

enum ent_rc auth_sign(const struct supplier *supplier, const struct ent_request *request, struct auth_words *ret,
		      struct ent_err *err)
{
	struct ent_str secret = supplier->n_secret ? secret_bytes(&supplier->secret[0]) : ENT_ABSENT, key = ENT_ABSENT;
	const struct ent_str dot = ENT_STR(".");
	const struct ent_str part[] = {sdk_header(request->header, request->n_header, "webhook-id"), dot,
				       sdk_header(request->header, request->n_header, "webhook-timestamp"), dot,
				       request->body};
	unsigned char mac[SDK_HASH_MAX];
	struct sdk_arena arena;

	auth_words_make(ret);
	ret->name = ENT_STR("webhook-signature");
	if (sdk_starts(secret, "whsec_"))
		secret = (struct ent_str){secret.p + 6, secret.n - 6};
	sdk_arena_init(&arena);
	bool is_key = secret.n && sdk_unbase64(&arena.abi, secret, &key) && key.n;
	if (is_key) {
		size_t n = sdk_hmac(SDK_SHA256, key, part, sizeof part / sizeof *part, mac);
		sdk_buf_z(&ret->buf, "v1,");
		sdk_buf_str(&ret->buf, sdk_base64(&arena.abi, mac, n));
	}
	secret_wipe(key);
	sdk_arena_release(&arena);
	return is_key ? ENT_OK
		      : sdk_fail_as(
			    err, ENT_EAUTH, "login.no_signing_secret",
			    "the request has to be signed, and the supplier has no secret that is whsec_ and base64");
}

/* How many bytes of the secret are at the beginning of the text; 0: none. Its head is enough, as tools cut texts.
 */
static size_t said_at(struct ent_str text, struct ent_str secret)
{
	size_t n = 0, least = secret.n < SECRET_HEAD ? secret.n : SECRET_HEAD;

	while (n < secret.n && n < text.n && secret.p[n] == text.p[n])
		n++;
	return secret.n >= SECRET_SHORT && n >= least ? n : 0;
}

static struct ent_str secret_hide(struct ent_arena *arena, struct ent_str text, struct ent_str secret)
{
	size_t least = secret.n < SECRET_HEAD ? secret.n : SECRET_HEAD, from = 0;
	const char *at;
	struct sdk_buf out;

	if (least < SECRET_SHORT || text.n < least || !memmem(text.p, text.n, secret.p, least))
		return text;
	sdk_buf_init(&out, text.n + 1);
	while (text.n - from >= least && (at = memmem(text.p + from, text.n - from, secret.p, least))) {
		size_t to = (size_t)(at - text.p);

		sdk_buf_add(&out, text.p + from, to - from);
		sdk_buf_z(&out, "***");
		from = to + said_at((struct ent_str){at, text.n - to}, secret);
	}
	sdk_buf_add(&out, text.p + from, text.n - from);
	struct ent_str hidden = sdk_dup(arena, sdk_buf_view(&out));
	sdk_buf_release(&out);
	return hidden;
}

/* As many tools write it within JSON, where they may escape a slash, too. */
static void secret_add_json(struct sdk_buf *to, struct ent_str secret)
{
	for (size_t i = 0; i < secret.n; i++) {
		if (strchr("\"\\/", secret.p[i]))
			sdk_buf_z(to, "\\");
		sdk_buf_add(to, &secret.p[i], 1);
	}
}

static struct ent_str secret_hide_basic(struct ent_arena *arena, struct ent_str text, const struct supplier_link *link)
{
	struct auth_words words;

	if (link->auth != AUTH_BASIC)
		return text;
	auth_words_make(&words);
	secret_add_base64(&words.buf, link->user, secret_bytes(&link->credential));
	text = secret_hide(arena, text, auth_words_view(&words));
	auth_words_release(&words);
	return text;
}

/* Also as it is sent, since a tool repeats what it received: in a form or a path, and within JSON. */
struct ent_str auth_hide_secret(struct ent_arena *arena, struct ent_str text, struct ent_str secret)
{
	struct auth_words words;

	if (secret.n < SECRET_SHORT)
		return text;
	auth_words_make(&words);
	sdk_percent_encode(&words.buf, secret);
	text = secret_hide(arena, text, auth_words_view(&words));
	sdk_buf_clear(&words.buf);
	secret_add_json(&words.buf, secret);
	text = secret_hide(arena, text, auth_words_view(&words));
	auth_words_release(&words);
	return secret_hide(arena, text, secret);
}

struct ent_str auth_hide(const struct auth *auth, const struct supplier *supplier, struct ent_arena *arena,
			 struct ent_str text)
{
	text = secret_hide_basic(arena, text, &supplier->link);
	text = auth_hide_secret(arena, text, secret_bytes(&supplier->link.credential));
	text = auth_hide_secret(arena, text, (struct ent_str){auth->token, auth->n});
	for (size_t i = 0; i < supplier->n_secret; i++)
		text = auth_hide_secret(arena, text, secret_bytes(&supplier->secret[i]));
	return text;
}
