/* SPDX-License-Identifier: Apache-2.0 */
#include "face/sign_over.h"

#include <string.h>

#include "face/page.h"
#include "face/provider.h"
#include "face/reading.h"
#include "face/cookie.h"
#include "face/sign_in.h"
#include "sdk/crypto.h"
#include "sdk/webhook.h"

/* One browser on its way. */
struct over {
	const struct way_in *way;
	struct oidc_flight flight;
	char flight_cookie[OIDC_COOKIE_SIZE], cookie[COOKIE_SIZE];
	struct ent_str code, issuer, url, subject;
	enum ent_rc rc;
	struct ent_err err;
	struct job *job;
};

/* NULL: answered. Without a provider the page is that of an organisation which does not exist. */
static struct over *over_new(struct exchange *x)
{
	const struct way_in *way = sign_in_way(x);
	struct over *over;

	if (!sign_in_is_open(x) || !sign_in_is_named(x))
		return NULL;
	if (!way) {
		page_go(x, ENT_STR("/sign-in"));
		return NULL;
	}
	over = SDK_NEW(&x->arena.abi, struct over);
	over->way = way;
	return over;
}

/* The flight is over, whatever became of it. */
static void forget_flight(struct exchange *x)
{
	const struct entrance *entrance = x->home->face->entrance;

	x->answer.fields = entrance_set_cookie(entrance, &x->arena.abi, COOKIE_FLIGHT, ENT_STR(""), 0);
}

static void refuse_over(struct exchange *x, int status, enum page_words words, const char *why)
{
	const struct way_in *way = sign_in_way(x);

	sign_in_refused(x, way->organisation, why);
	page_message(x, status, WORDS_NOT_SIGNED_IN, words);
	forget_flight(x);
}

static void refuse_rc(struct exchange *x, const struct over *over)
{
	if (over->rc == ENT_ERETRY)
		refuse_over(x, 503, WORDS_PROVIDER_AWAY, over->err.msg);
	else
		refuse_over(x, 401, WORDS_NO_PROOF, over->err.msg);
}

/* ---- the way there ----------------------------------------------------------------------- */

static void find_url(struct exchange *x)
{
	struct over *over = x->work;

	over->rc = provider_authorize(x->home->face->entrance, over->way, &x->arena.abi, &over->flight, x->desk->now_ms,
				      &over->url, &over->err);
}

static void url_found(struct exchange *x)
{
	struct over *over = x->work;

	if (x->answer.status != 0 || over->rc != ENT_OK) {
		if (x->answer.status != 0)
			over->rc = sdk_fail_as(&over->err, ENT_ERETRY, "sign.askers_busy",
					       "too many providers are asked at once");
		refuse_rc(x, over);
		return;
	}
	x->answer.fields = entrance_set_cookie(x->home->face->entrance, &x->arena.abi, COOKIE_FLIGHT,
					       sdk_str(over->flight_cookie), OIDC_FLIGHT_MS / 1000);
	page_go(x, over->url);
}

/* A page elsewhere may link to the sign-in, not begin one: the person presses our own link. */
static bool came_from_elsewhere(const struct exchange *x)
{
	struct ent_str site = exchange_header(x, "sec-fetch-site");

	return site.p && !sdk_eqz(site, "same-origin") && !sdk_eqz(site, "none");
}

void sign_over_start(struct exchange *x)
{
	struct over *over = over_new(x);
	struct chance *chance = x->home->face->world.chance;
	struct entrance *entrance = x->home->face->entrance;
	unsigned char random[32];
	bool opened;

	if (!over)
		return;
	if (came_from_elsewhere(x)) {
		page_go(x, sdk_format(&x->arena.abi, "/sign-in/%.*s", ENT_F(over->way->organisation)));
		return;
	}
	chance->bytes(chance, random, sizeof random);
	oidc_cookie_make(entrance->key, random, over->way->organisation, x->home->now_ms, over->flight_cookie);
	opened = oidc_cookie_open(entrance->key, sdk_str(over->flight_cookie), over->way->organisation, x->home->now_ms,
				  &over->flight);
	explicit_bzero(random, sizeof random);
	x->work = over;
	if (!opened || !reading_ask_by(x, x->home->face->askers, find_url, url_found))
		refuse_over(x, 503, WORDS_BUSY, "too many providers are asked at once");
}

/* ---- the way back -------------------------------------------------------------------------- */

static void over_done(struct exchange *x)
{
	struct over *over = x->work;
	const struct entrance *entrance = x->home->face->entrance;
	struct ent_arena *arena = &x->arena.abi;

	if (over->job->outcome == JOB_ACCEPTED) {
		entrance_was_right(x->home->face->entrance, over->way->organisation, ENT_ABSENT, x->peer,
				   x->home->now_ms);
		log_write(x->home->face->world.log, LOG_INFO, "sign_in.done",
			  LOG_STR("organisation", over->way->organisation), LOG_Z("user", over->job->sign->ret_ref),
			  LOG_END);
		x->answer.fields =
		    sdk_format(arena, "%.*s%.*s%.*s", ENT_F(cookie_fields(x, over->cookie)),
			       ENT_F(entrance_set_cookie(entrance, arena, COOKIE_FLIGHT, ENT_STR(""), 0)),
			       ENT_F(entrance_set_cookie(entrance, arena, COOKIE_CLAIM, ENT_STR(""), 0)));
		page_go(x, ENT_STR("/sign-in"));
	} else if (over->job->outcome == JOB_NOT_FOUND) {
		refuse_over(x, 403, WORDS_NO_ACCOUNT, "the provider's person has no account here");
	} else if (over->job->outcome == JOB_CONFLICT) {
		refuse_over(x, 409, WORDS_TAKEN, "the provider's person is another account already");
	} else {
		refuse_over(x, 503, WORDS_BUSY, "the store does not take changes now");
	}
	explicit_bzero(over->cookie, sizeof over->cookie);
}

/* On an asker's thread. */
static void find_subject(struct exchange *x)
{
	struct over *over = x->work;

	over->rc = provider_subject(x->home->face->entrance, over->way, &x->arena.abi, &over->flight, over->code,
				    over->issuer, x->desk->now_ms, &over->subject, &over->err);
}

static void subject_found(struct exchange *x)
{
	struct over *over = x->work;
	struct sign *sign;

	if (x->answer.status != 0)
		over->rc =
		    sdk_fail_as(&over->err, ENT_ERETRY, "sign.askers_busy", "too many providers are asked at once");
	if (over->rc != ENT_OK) {
		refuse_rc(x, over);
		return;
	}
	over->job = SDK_NEW(&x->arena.abi, struct job);
	over->job->kind = JOB_SIGN_IN;
	over->job->sign = sign = SDK_NEW(&x->arena.abi, struct sign);
	sign->organisation = over->way->organisation;
	sign->issuer = over->way->issuer;
	sign->subject = over->subject;
	(void)cookie_secret_hash(cookie_of(x, COOKIE_CLAIM), sign->claim); /* false: no invitation waits */
	cookie_new(x, sign, over->cookie);
	if (!exchange_submit(x, over->job, over_done))
		refuse_over(x, 503, WORDS_BUSY, "too many changes wait for the store");
}

void sign_over_answer(struct exchange *x)
{
	struct over *over = over_new(x);
	struct entrance *entrance = x->home->face->entrance;

	if (!over)
		return;
	if (!oidc_cookie_open(entrance->key, cookie_of(x, COOKIE_FLIGHT), over->way->organisation, x->home->now_ms,
			      &over->flight) ||
	    !sdk_same(sdk_or_empty(exchange_argument(x, "state")), sdk_str(over->flight.state))) {
		refuse_over(x, 400, WORDS_OTHER_BROWSER, "the answer is not that of a sign-in begun in this browser");
		return;
	}
	over->code = sdk_or_empty(exchange_argument(x, "code"));
	over->issuer = exchange_argument(x, "iss");
	if (over->code.n == 0) {
		refuse_over(x, 401, WORDS_NO_PROOF, "the provider did not let the person in");
		return;
	}
	if (entrance_try(entrance, over->way->organisation, ENT_ABSENT, x->peer, x->home->now_ms) > 0) {
		refuse_over(x, 429, WORDS_SLOW, "too many tries");
		return;
	}
	x->work = over;
	if (!reading_ask_by(x, x->home->face->askers, find_subject, subject_found))
		refuse_over(x, 503, WORDS_BUSY, "too many providers are asked at once");
}
