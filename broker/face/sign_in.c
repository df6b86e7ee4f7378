/* SPDX-License-Identifier: Apache-2.0 */
#include "face/sign_in.h"

#include <string.h>

#include "core/organisation.h"
#include "face/form.h"
#include "face/page.h"
#include "face/reading.h"
#include "face/cookie.h"
#include "sdk/webhook.h"

/* ---- shared ---------------------------------------------------------------------------- */

const struct way_in *sign_in_way(const struct exchange *x)
{
	return x->param[0].p ? way_in_of(&x->home->face->entrance->ways, x->param[0]) : NULL;
}

bool sign_in_is_named(struct exchange *x)
{
	if (!x->param[0].p || organisation_is_name(x->param[0]))
		return true;
	page_message(x, 404, WORDS_SIGN_IN, WORDS_NAME_FORM);
	return false;
}

bool sign_in_is_open(struct exchange *x)
{
	struct page page;

	if (x->home->face->entrance->ways.public_url.n)
		return true;
	page_begin(&page, x, page_language(x), WORDS_CLOSED);
	page_line(&page, WORDS_CLOSED_NEXT);
	page_answer(&page, 503);
	return false;
}

struct ent_str sign_in_provider_path(struct exchange *x, struct ent_str organisation)
{
	return sdk_format(&x->arena.abi, "/sign-in/%.*s/provider", ENT_F(organisation));
}

void sign_in_refused(struct exchange *x, struct ent_str organisation, const char *why)
{
	if (desk_may_log_refusal(x->home))
		log_write(x->home->face->world.log, LOG_WARN, "sign_in.refused", LOG_STR("organisation", organisation),
			  LOG_Z("why", why), LOG_END);
}

/* ---- the page -------------------------------------------------------------------------------- */

struct entering {
	struct ent_str organisation, mail, password;
	struct ent_str by; /* what stands in the form that asks for a provider; not absent: the error is about it */
	enum ent_language language;
	struct ent_str stored, ref;
	bool is_right;
	struct job *job;
	char cookie[COOKIE_SIZE];
};

static struct ent_str form_path(struct exchange *x)
{
	if (!x->param[0].p)
		return ENT_STR("/sign-in");
	return sdk_format(&x->arena.abi, "/sign-in/%.*s", ENT_F(x->param[0]));
}

#define NAME_MORE "autocomplete=\"organization\" autocapitalize=\"none\" spellcheck=\"false\""

static void form_fields(struct page *page, const struct entering *entering, enum page_words error)
{
	bool is_wrong = error == WORDS_WRONG;

	if (!page->x->param[0].p)
		page_field(page, &(struct page_field){"organisation", "text", NAME_MORE, WORDS_ORGANISATION,
						      WORDS_ORGANISATION_HINT, entering->organisation,
						      is_wrong || (error == WORDS_NAME_FORM && !entering->by.p)});
	page_field(page, &(struct page_field){"mail", "email", "autocomplete=\"username\"", WORDS_MAIL, WORDS_N,
					      entering->mail, is_wrong});
	page_field(page, &(struct page_field){"password", "password", "autocomplete=\"current-password\"",
					      WORDS_PASSWORD, WORDS_N, ENT_STR(""), is_wrong});
}

/* error: WORDS_N: none. */
static void sign_in_page(struct exchange *x, const struct entering *entering, int status, enum page_words error)
{
	const struct way_in *way = sign_in_way(x);
	struct page page;

	page_begin(&page, x, entering->language, WORDS_SIGN_IN);
	if (error != WORDS_N)
		page_error(&page, error);
	if (x->param[0].p)
		page_said(&page, WORDS_ORGANISATION, x->param[0]);
	if (way) {
		page_line(&page, WORDS_PROVIDER_HINT);
		page_link(&page, WORDS_BY_PROVIDER, sign_in_provider_path(x, way->organisation));
	} else if (x->param[0].p) {
		page_line(&page, WORDS_NO_PROVIDER);
	}
	if (way && !way->required)
		page_part(&page, WORDS_BY_PASSWORD);
	if (!way || !way->required) {
		page_form(&page, "post", form_path(x));
		form_fields(&page, entering, error);
		page_button(&page, WORDS_SIGN_IN, NULL, NULL);
		page_form_end(&page);
	}
	if (x->param[0].p) {
		page_link_less(&page, WORDS_ANOTHER, ENT_STR("/sign-in"));
	} else if (x->home->face->entrance->ways.n > 0) {
		page_part(&page, WORDS_BY_PROVIDER);
		page_form(&page, "get", ENT_STR("/sign-in"));
		page_field(&page,
			   &(struct page_field){"by", "text", NAME_MORE, WORDS_ORGANISATION, WORDS_ORGANISATION_HINT,
						sdk_or_empty(entering->by), entering->by.p != NULL});
		page_button(&page, WORDS_CONTINUE, NULL, NULL);
		page_form_end(&page);
	}
	page_answer(&page, status);
}

static void signed_in_page(struct exchange *x, const struct signed_in *session)
{
	struct page page;

	page_begin(&page, x, page_language_of(x, &session->user), WORDS_SIGNED_IN);
	page_said(&page, WORDS_SIGNED_IN_AS, session->user.name);
	page_said(&page, WORDS_ORGANISATION, session->user.organisation);
	page_line(&page, WORDS_SIGNED_IN_NEXT);
	page_form(&page, "post", ENT_STR("/sign-out"));
	page_button(&page, WORDS_SIGN_OUT, NULL, NULL);
	page_button_less(&page, WORDS_SIGN_OUT_ALL, "all", "1");
	page_form_end(&page);
	page_answer(&page, 200);
}

void sign_in_get(struct exchange *x)
{
	struct entering entering = {.language = page_language(x)};
	struct ent_str by = exchange_argument(x, "by");
	struct signed_in session;

	if (!sign_in_is_open(x) || !sign_in_is_named(x))
		return;
	by = by.p ? sdk_lower(&x->arena.abi, sdk_trim(by)) : by;
	if (cookie_find(x, &session)) {
		signed_in_page(x, &session);
	} else if (by.p && organisation_is_name(by)) {
		page_go(x, sdk_format(&x->arena.abi, "/sign-in/%.*s", ENT_F(by)));
	} else {
		entering.by = by.p ? sdk_head(by, SUPPLIER_NAME_MAX) : by;
		sign_in_page(x, &entering, 200, by.p ? WORDS_NAME_FORM : WORDS_N);
	}
}

void sign_in_front(struct exchange *x)
{
	page_go(x, ENT_STR("/sign-in"));
}

/* ---- a password --------------------------------------------------------------------------------- */

static void person_entered(struct exchange *x)
{
	struct entering *entering = x->work;

	if (entering->job->outcome == JOB_ACCEPTED) {
		entrance_was_right(x->home->face->entrance, entering->organisation, entering->mail, x->peer,
				   x->home->now_ms);
		log_write(x->home->face->world.log, LOG_INFO, "sign_in.done",
			  LOG_STR("organisation", entering->organisation), LOG_STR("user", entering->ref), LOG_END);
		x->answer.fields = cookie_fields(x, entering->cookie);
		page_go(x, ENT_STR("/sign-in"));
	} else if (entering->job->outcome == JOB_NOT_FOUND) {
		sign_in_page(x, entering, 401, WORDS_WRONG);
	} else {
		sign_in_page(x, entering, 503, WORDS_BUSY);
	}
	explicit_bzero(entering->cookie, sizeof entering->cookie);
}

/* On a hasher's thread: the same work, whether there is such a person or not. */
static void password_compare(struct exchange *x)
{
	struct entering *entering = x->work;

	(void)sign_by_mail(x->desk->db, &x->arena.abi, entering->organisation, entering->mail, &entering->ref,
			   &entering->stored); /* nobody: the check is false */
	entering->is_right = password_check(entering->stored, entering->password);
	explicit_bzero((char *)(uintptr_t)entering->password.p, entering->password.n); /* in our arena */
}

static void password_compared(struct exchange *x)
{
	struct entering *entering = x->work;

	if (x->answer.status != 0) { /* too many waited before it */
		sign_in_page(x, entering, 503, WORDS_BUSY);
		return;
	}
	if (!entering->is_right) {
		sign_in_refused(x, entering->organisation, "wrong password, or nobody of that name");
		cookie_note_refused(x, sdk_or_empty(entering->ref));
		sign_in_page(x, entering, 401, WORDS_WRONG);
		return;
	}
	entering->job->sign->account = entering->ref;
	entering->job->sign->stored = entering->stored;
	cookie_new(x, entering->job->sign, entering->cookie);
	if (!exchange_submit(x, entering->job, person_entered))
		sign_in_page(x, entering, 503, WORDS_BUSY);
}

static bool entering_read(struct exchange *x, struct entering *entering)
{
	struct form form;
	struct ent_str organisation;

	if (!form_read(x, &form))
		return false;
	organisation = x->param[0].p ? x->param[0] : sdk_trim(sdk_or_empty(form_value(&form, "organisation")));
	entering->language = page_language(x);
	entering->organisation = sdk_lower(&x->arena.abi, organisation);
	entering->mail = user_mail(&x->arena.abi, sdk_or_empty(form_value(&form, "mail")));
	entering->password = sdk_dup(&x->arena.abi, sdk_or_empty(form_value(&form, "password")));
	return true;
}

/* Whoever has to come by the provider is refused as everybody is whose password is wrong. */
static bool may_be_right(const struct exchange *x, const struct entering *entering)
{
	const struct way_in *way = way_in_of(&x->home->face->entrance->ways, entering->organisation);

	return !(way && way->required) && organisation_is_name(entering->organisation) && entering->mail.n > 0 &&
	       entering->mail.n <= USER_MAIL_MAX && entering->password.n <= PASSWORD_MAX;
}

void sign_in_post(struct exchange *x)
{
	struct entering *entering = SDK_NEW(&x->arena.abi, struct entering);
	int64_t wait_ms;

	if (!sign_in_is_open(x) || !sign_in_is_named(x) || !entering_read(x, entering))
		return;
	if (!may_be_right(x, entering)) {
		bool is_named = organisation_is_name(entering->organisation);

		entering->mail = sdk_head(entering->mail, USER_MAIL_MAX);
		entering->organisation = sdk_head(entering->organisation, SUPPLIER_NAME_MAX);
		sign_in_page(x, entering, 401, is_named ? WORDS_WRONG : WORDS_NAME_FORM);
		return;
	}
	wait_ms =
	    entrance_try(x->home->face->entrance, entering->organisation, entering->mail, x->peer, x->home->now_ms);
	if (wait_ms > 0) {
		sign_in_refused(x, entering->organisation, "too many tries");
		sign_in_page(x, entering, 429, WORDS_SLOW);
		x->answer.fields =
		    sdk_format(&x->arena.abi, "Retry-After: %lld\r\n", (long long)(wait_ms + 999) / 1000);
		return;
	}
	entering->job = SDK_NEW(&x->arena.abi, struct job);
	entering->job->kind = JOB_SIGN_IN;
	entering->job->sign = SDK_NEW(&x->arena.abi, struct sign);
	x->work = entering;
	if (!reading_ask_by(x, x->home->face->hashers, password_compare, password_compared))
		sign_in_page(x, entering, 503, WORDS_BUSY);
}
