/* SPDX-License-Identifier: Apache-2.0 */
#include "face/cookie.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/origin.h"
#include "face/answer.h"
#include "face/form.h"
#include "sdk/crypto.h"
#include "sdk/webhook.h"

/* ---- secrets --------------------------------------------------------------------------- */

void cookie_secret_make(struct chance *chance, char ret[COOKIE_SIZE], unsigned char ret_hash[SIGN_HASH_SIZE])
{
	unsigned char secret[32];
	char text[(sizeof secret + 2) / 3 * 4];
	size_t n;

	chance->bytes(chance, secret, sizeof secret);
	n = sdk_base64url(secret, sizeof secret, text);
	assert(n == COOKIE_SIZE - 1);
	memcpy(ret, text, n);
	ret[n] = '\0';
	explicit_bzero(secret, sizeof secret);
	explicit_bzero(text, sizeof text);
	(void)cookie_secret_hash(sdk_str(ret), ret_hash); /* it has the shape */
}

bool cookie_secret_hash(struct ent_str text, unsigned char ret_hash[SIGN_HASH_SIZE])
{
	unsigned char hash[SDK_HASH_MAX];

	if (text.n != COOKIE_SIZE - 1)
		return false;
	(void)sdk_digest(SDK_SHA256, &text, 1, hash);
	memcpy(ret_hash, hash, SIGN_HASH_SIZE);
	return true;
}

struct ent_str cookie_of(const struct exchange *x, enum entrance_cookie cookie)
{
	return origin_cookie(exchange_header(x, "cookie"), entrance_cookie(x->home->face->entrance, cookie));
}

/* ---- who it is ---------------------------------------------------------------------------- */

bool cookie_find(struct exchange *x, struct signed_in *ret)
{
	const struct face *face = x->home->face;
	unsigned char hash[SIGN_HASH_SIZE];

	return cookie_secret_hash(cookie_of(x, COOKIE_SESSION), hash) &&
	       sign_load(x->desk->db, &x->arena.abi, hash, x->desk->now_ms, face->entrance->ways.idle_ms, ret);
}

/* A job of which nobody waits for the end. */
struct cookie_note {
	struct job job;
	struct sign sign;
};

static void cookie_note_free(struct job *job)
{
	free(job->owner);
}

static struct cookie_note *cookie_note_new(enum job_kind kind)
{
	struct cookie_note *note = sdk_xalloc(sizeof *note);

	memset(note, 0, sizeof *note);
	note->job.kind = kind;
	note->job.sign = &note->sign;
	note->job.answer = cookie_note_free;
	note->job.owner = note;
	return note;
}

/* A full queue is no harm: the next request notes it. */
static void note_seen(struct exchange *x, const struct signed_in *session)
{
	struct cookie_note *note;

	if (x->home->now_ms - session->seen_ms < SESSION_SEEN_MS)
		return;
	note = cookie_note_new(JOB_SESSION_SAW);
	(void)cookie_secret_hash(cookie_of(x, COOKIE_SESSION), note->sign.hash); /* it was found by it */
	if (!writer_submit(x->home->face->world.writer, &note->job))
		free(note);
}

void cookie_note_refused(struct exchange *x, struct ent_str account)
{
	struct cookie_note *note;

	if (account.n == 0 || account.n >= ID_SIZE)
		return;
	note = cookie_note_new(JOB_SIGN_REFUSED);
	memcpy(note->sign.ref, account.p, account.n);
	note->sign.account = (struct ent_str){note->sign.ref, account.n};
	if (!writer_submit(x->home->face->world.writer, &note->job))
		free(note); /* the log has it */
}

static bool is_write(const struct exchange *x)
{
	return !sdk_eqz(x->request.method, "GET") && !sdk_eqz(x->request.method, "HEAD");
}

/* A page elsewhere can make a browser send a form or a plain text with our cookie, but no JSON and no bytes of that
 * name: a browser asks us first. */
static bool write_is_ours(const struct exchange *x)
{
	struct ent_str parameters, type = exchange_header(x, "content-type");

	type = sdk_trim(sdk_cut(type, ';', &parameters));
	return form_is_ours(x) && (x->request.length == 0 || sdk_ieqz(type, "application/json") ||
				   sdk_ieqz(type, "application/octet-stream"));
}

bool cookie_refuse(struct exchange *x)
{
	answer_problem(x, PROBLEM_TOKEN, "ask.session", "This session has ended. Sign in again at {url=%.*s}/sign-in.",
		       ENT_F(x->home->face->entrance->ways.public_url));
	x->answer.fields = sdk_format(
	    &x->arena.abi, "WWW-Authenticate: Bearer realm=\"entente\"\r\n%.*s",
	    ENT_F(entrance_set_cookie(x->home->face->entrance, &x->arena.abi, COOKIE_SESSION, ENT_STR(""), 0)));
	return false;
}

void cookie_holder(const struct signed_in *session, struct token_holder *ret)
{
	*ret = (struct token_holder){.name = session->user.name,
				     .organisation = session->user.organisation,
				     .account = session->user.ref,
				     .role = session->user.role,
				     .verbs = role_verbs(session->user.role)};
}

bool cookie_admit(struct exchange *x, struct token_holder *ret)
{
	struct signed_in *session = SDK_NEW(&x->arena.abi, struct signed_in);

	if (exchange_header(x, "authorization").p) {
		answer_problem(x, PROBLEM_REQUEST, "ask.two_proofs",
			       "Send a cookie or an Authorization header, not both: they may be of two people.");
		return false;
	}
	if (!cookie_find(x, session)) {
		if (!db_failed(x->desk->db))
			return cookie_refuse(x);
		answer_busy(x, SDK_SENTENCE("busy.sessions",
					    "The store cannot be read just now, so that sessions cannot be checked."));
		return false;
	}
	if (is_write(x) && !write_is_ours(x)) {
		answer_problem(
		    x, PROBLEM_ORIGIN, "ask.origin",
		    "With a cookie a change has to come from one of our own pages, as application/json, or a "
		    "file as application/octet-stream: "
		    "Sec-Fetch-Site: same-origin, or Origin: {url=%.*s}.",
		    ENT_F(x->home->face->entrance->ways.public_url));
		return false;
	}
	cookie_holder(session, ret);
	x->session = session;
	note_seen(x, session);
	return true;
}

void cookie_new(struct exchange *x, struct sign *sign, char ret_cookie[COOKIE_SIZE])
{
	struct face *face = x->home->face;

	cookie_secret_make(face->world.chance, ret_cookie, sign->hash);
	face->world.chance->uuid(face->world.chance, sign->session);
	sign->absolute_ms = face->entrance->ways.absolute_ms;
	sign->agent = exchange_header(x, "user-agent");
	if (!sdk_is_utf8(sign->agent))
		sign->agent = ENT_ABSENT;
	(void)cookie_secret_hash(cookie_of(x, COOKIE_SESSION), sign->before); /* false: it had none */
}

struct ent_str cookie_fields(struct exchange *x, const char *cookie)
{
	const struct entrance *entrance = x->home->face->entrance;

	return entrance_set_cookie(entrance, &x->arena.abi, COOKIE_SESSION, sdk_str(cookie),
				   entrance->ways.absolute_ms / 1000);
}
