/* SPDX-License-Identifier: Apache-2.0 */
#include "face/invitation.h"

#include <string.h>

#include "core/organisation.h"
#include "face/answer.h"
#include "face/ask.h"
#include "face/auth.h"
#include "face/body.h"
#include "face/form.h"
#include "face/page.h"
#include "face/reading.h"
#include "face/cookie.h"
#include "face/sign_in.h"
#include "sdk/time.h"
#include "sdk/webhook.h"

/* ---- the page ------------------------------------------------------------------------------ */

struct accepting {
	struct user user;
	const struct way_in *way; /* NULL: its organisation has no provider */
	struct ent_str password;
	bool is_made;
	struct job *job;
	char cookie[COOKIE_SIZE]; /* of the session, or of the claim */
};

static void over_page(struct exchange *x, int status)
{
	page_message(x, status, WORDS_LINK_OVER, WORDS_LINK_OVER_NEXT);
}

/* False: answered. What never was and what is used up look alike. */
static bool accepting_read(struct exchange *x, struct accepting *accepting, unsigned char link[SIGN_HASH_SIZE])
{
	if (!sign_in_is_open(x))
		return false;
	if (!cookie_secret_hash(x->param[0], link) ||
	    !sign_invited(x->desk->db, &x->arena.abi, link, x->desk->now_ms, &accepting->user)) {
		over_page(x, 404);
		return false;
	}
	accepting->way = way_in_of(&x->home->face->entrance->ways, accepting->user.organisation);
	return true;
}

/* error: WORDS_N: none. The form's action is the page's own address: it stands nowhere in the page. */
static void invitation_page(struct exchange *x, const struct accepting *accepting, int status, enum page_words error)
{
	bool is_wrong = error != WORDS_N;
	struct page page;

	page_begin(&page, x, page_language_of(x, &accepting->user), WORDS_WELCOME);
	page_line(&page, WORDS_INVITED);
	page_said(&page, WORDS_INVITED_IS, accepting->user.name);
	page_said(&page, WORDS_ORGANISATION, accepting->user.organisation);
	if (accepting->way && accepting->way->required)
		page_said(&page, WORDS_MAIL, accepting->user.mail);
	if (is_wrong)
		page_error(&page, error);
	if (accepting->way) {
		page_form(&page, "post", ENT_STR(""));
		page_line(&page, WORDS_PROVIDER_HINT);
		page_button(&page, WORDS_ACCEPT, "how", "provider");
		page_form_end(&page);
	}
	if (accepting->way && !accepting->way->required)
		page_part(&page, WORDS_BY_PASSWORD);
	if (!accepting->way || !accepting->way->required) {
		page_form(&page, "post", ENT_STR(""));
		page_field(&page, &(struct page_field){"mail", "email", "readonly autocomplete=\"username\"",
						       WORDS_MAIL, WORDS_INVITED_KEEP, accepting->user.mail, false});
		page_field(&page,
			   &(struct page_field){"password", "password", "autocomplete=\"new-password\"",
						WORDS_CHOOSE_PASSWORD, WORDS_PASSWORD_HINT, ENT_STR(""), is_wrong});
		page_button(&page, WORDS_SAVE_PASSWORD, "how", "password");
		page_form_end(&page);
	}
	page_answer(&page, status);
}

void invitation_get(struct exchange *x)
{
	struct accepting accepting = {0};
	unsigned char link[SIGN_HASH_SIZE];

	if (accepting_read(x, &accepting, link))
		invitation_page(x, &accepting, 200, WORDS_N);
}

static void invitation_busy(struct exchange *x, const struct accepting *accepting)
{
	page_message_in(x, page_language_of(x, &accepting->user), 503, WORDS_WELCOME, WORDS_BUSY);
}

/* ---- its button ------------------------------------------------------------------------------ */

static void accepted_page(struct exchange *x, const struct accepting *accepting)
{
	struct page page;

	page_begin(&page, x, page_language_of(x, &accepting->user), WORDS_ACCEPTED);
	page_line(&page, WORDS_ACCEPTED_NEXT);
	page_link(&page, WORDS_BY_PROVIDER, sign_in_provider_path(x, accepting->way->organisation));
	page_answer(&page, 200);
}

static void invitation_accepted(struct exchange *x)
{
	struct accepting *accepting = x->work;
	const struct sign *sign = accepting->job->sign;
	bool claims = !sign->password.p;

	if (accepting->job->outcome == JOB_NOT_FOUND) {
		over_page(x, 404);
	} else if (accepting->job->outcome != JOB_ACCEPTED) {
		invitation_busy(x, accepting);
	} else {
		log_write(x->home->face->world.log, LOG_INFO, "invitation.used", LOG_Z("user", sign->ret_ref),
			  LOG_Z("by", claims ? "provider" : "password"), LOG_END);
		if (claims)
			x->answer.fields = entrance_set_cookie(x->home->face->entrance, &x->arena.abi, COOKIE_CLAIM,
							       sdk_str(accepting->cookie), INVITATION_CLAIM_MS / 1000);
		else
			x->answer.fields = cookie_fields(x, accepting->cookie);
		if (claims)
			accepted_page(x, accepting);
		else
			page_go(x, ENT_STR("/sign-in"));
	}
	explicit_bzero(accepting->cookie, sizeof accepting->cookie);
}

static void use_invitation(struct exchange *x, struct accepting *accepting)
{
	if (!exchange_submit(x, accepting->job, invitation_accepted))
		invitation_busy(x, accepting);
}

/* On a hasher's thread. */
static void password_make(struct exchange *x)
{
	struct accepting *accepting = x->work;
	char hash[PASSWORD_SIZE];

	accepting->is_made = password_hash(accepting->password, hash);
	explicit_bzero((char *)(uintptr_t)accepting->password.p, accepting->password.n); /* in our arena */
	if (accepting->is_made)
		accepting->job->sign->password = sdk_dup(&x->arena.abi, sdk_str(hash));
}

static void password_made(struct exchange *x)
{
	struct accepting *accepting = x->work;

	if (x->answer.status != 0 || !accepting->is_made)
		invitation_busy(x, accepting);
	else
		use_invitation(x, accepting);
}

static enum page_words flaw_words(enum password_flaw flaw)
{
	switch (flaw) {
	case PASSWORD_FINE:
		break;
	case PASSWORD_SHORT:
		return WORDS_TOO_SHORT;
	case PASSWORD_LONG:
		return WORDS_TOO_LONG;
	case PASSWORD_GUESSED:
		return WORDS_GUESSED;
	}
	return WORDS_N;
}

static void accept_by_password(struct exchange *x, struct accepting *accepting)
{
	enum page_words flaw =
	    flaw_words(password_vet(accepting->password, accepting->user.name, accepting->user.mail));

	if (flaw != WORDS_N) {
		invitation_page(x, accepting, 422, flaw);
		return;
	}
	cookie_new(x, accepting->job->sign, accepting->cookie);
	if (!reading_ask_by(x, x->home->face->hashers, password_make, password_made))
		invitation_busy(x, accepting);
}

void invitation_post(struct exchange *x)
{
	struct accepting *accepting = SDK_NEW(&x->arena.abi, struct accepting);
	struct job *job = SDK_NEW(&x->arena.abi, struct job);
	struct form form;

	job->kind = JOB_INVITATION_USE;
	job->sign = SDK_NEW(&x->arena.abi, struct sign);
	accepting->job = job;
	x->work = accepting;
	if (!form_read(x, &form) || !accepting_read(x, accepting, job->sign->link))
		return;
	accepting->password = sdk_dup(&x->arena.abi, sdk_or_empty(form_value(&form, "password")));
	if (accepting->way && sdk_eqz(form_value(&form, "how"), "provider")) {
		cookie_secret_make(x->home->face->world.chance, accepting->cookie, job->sign->claim);
		use_invitation(x, accepting);
	} else if (accepting->way && accepting->way->required) {
		invitation_page(x, accepting, 422, WORDS_N);
	} else {
		accept_by_password(x, accepting);
	}
}

/* ---- POST /v1/invitations ------------------------------------------------------------------------ */

struct inviting {
	struct job job; /* first */
	struct sign sign;
	struct ent_str name, mail, organisation, role, language;
	char secret[COOKIE_SIZE];
};

static const struct body_field inviting_fields[] = {
    {"name", BODY_TEXT, true, 1, 200, offsetof(struct inviting, name)},
    {"mail", BODY_TEXT, true, 3, USER_MAIL_MAX, offsetof(struct inviting, mail)},
    {"organisation", BODY_TEXT, false, 1, SUPPLIER_NAME_MAX, offsetof(struct inviting, organisation)},
    {"role", BODY_TEXT, true, 1, 64, offsetof(struct inviting, role)},
    {"language", BODY_TEXT, false, 2, 2, offsetof(struct inviting, language)},
    {0},
};

/* False: answered 422. */
static bool invited_vet(struct exchange *x, struct inviting *inviting)
{
	struct ent_str ours = organisation_ours(x->roster->set);
	struct user *user = &inviting->sign.user;
	bool is_ours;

	*user =
	    (struct user){.ref = ENT_STR(""),
			  .name = sdk_trim(inviting->name),
			  .mail = user_mail(&x->arena.abi, inviting->mail),
			  .organisation = inviting->organisation.p ? inviting->organisation : x->reader.organisation,
			  .language = sdk_or_empty(inviting->language),
			  .role = role_of_word(inviting->role)};
	is_ours = sdk_eq(user->organisation, ours);
	if (!user_mail_vet(user->mail))
		answer_problem(x, PROBLEM_CONTENT, "ask.invite_mail", "\"mail\" has to be a mail address.");
	else if (!reader_is_ours(&x->reader) && !sdk_eq(user->organisation, x->reader.organisation))
		answer_problem(
		    x, PROBLEM_CONTENT, "ask.invite_organisation",
		    "\"organisation\" has to be {organisation=%.*s}: you invite people of your own organisation only.",
		    ENT_F(x->reader.organisation));
	else if (!organisation_is_known(x->roster->set, user->organisation))
		answer_problem(
		    x, PROBLEM_CONTENT, "ask.organisation_unknown",
		    "\"organisation\" is {name=%.*s}, which is none of those here; entente org list shows them.",
		    ENT_F(sdk_head(user->organisation, SUPPLIER_NAME_MAX)));
	else if (user->role == ROLE_NONE || role_is_machine(user->role) || role_is_ours(user->role) != is_ours)
		answer_problem_said(x, PROBLEM_CONTENT,
				    role_say_other(&x->arena.abi, inviting->role, user->organisation, is_ours));
	else if (user->language.n && !sdk_eqz(user->language, "fr") && !sdk_eqz(user->language, "en"))
		answer_problem(x, PROBLEM_CONTENT, "ask.invite_language", "\"language\" has to be fr or en.");
	else
		return sdk_eq(user->organisation, x->reader.organisation) || auth_may(x, VERB_ADMINISTER);
	return false;
}

static void person_invited(struct exchange *x)
{
	struct inviting *inviting = x->work;
	const struct entrance *entrance = x->home->face->entrance;
	struct sdk_jsonw w;

	if (ask_done(x, &inviting->job)) {
		log_write(x->desk->face->world.log, LOG_INFO, "invitation.made", LOG_Z("user", inviting->sign.ret_ref),
			  LOG_STR("by", inviting->sign.by), LOG_END);
		w = answer_json(x);
		sdk_jsonw_open(&w, '{');
		sdk_jsonw_kz(&w, "user", inviting->sign.ret_ref);
		sdk_jsonw_kstr(&w, "link",
			       sdk_format(&x->arena.abi, "%.*s/invitation/%s", ENT_F(entrance->ways.public_url),
					  inviting->secret));
		sdk_jsonw_kstr(&w, "expires", sdk_time(&x->arena.abi, x->home->now_ms + INVITATION_MS));
		sdk_jsonw_close(&w, '}');
		answer_done(x, 201);
	}
	explicit_bzero(inviting->secret, sizeof inviting->secret);
}

void invitations_post(struct exchange *x)
{
	struct inviting *inviting = SDK_NEW(&x->arena.abi, struct inviting);
	struct face *face = x->home->face;

	if (!body_read(x, inviting_fields, inviting) || !invited_vet(x, inviting))
		return;
	if (!face->entrance->ways.public_url.n) {
		answer_problem(
		    x, PROBLEM_CONFLICT, "ask.public_url",
		    "The broker does not know its own address, so that no link can be made. Set public_url and "
		    "restart it.");
		return;
	}
	inviting->job.kind = JOB_INVITE;
	inviting->job.sign = &inviting->sign;
	inviting->job.ask.by = x->reader;
	inviting->sign.by = x->reader.ref.n ? x->reader.ref : x->principal;
	face->world.chance->uuid(face->world.chance, inviting->sign.ref);
	cookie_secret_make(face->world.chance, inviting->secret, inviting->sign.link);
	ask_submit(x, &inviting->job, person_invited);
}
