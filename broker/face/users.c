/* SPDX-License-Identifier: Apache-2.0 */
/* People who may come in: listed, added, changed, disabled. And the organisations that they are of. */
#include "face/users.h"

#include <string.h>

#include "core/organisation.h"
#include "face/answer.h"
#include "face/ask.h"
#include "face/auth.h"
#include "face/body.h"
#include "face/sessions.h"
#include "sdk/webhook.h"
#include "view/view_user.h"

#define NAME_MAX_CHARS 200
#define ZONE_MAX       64

struct user_body {
	struct ent_str id, organisation, role, name, mail, language, time_zone, state;
	bool shows_seen;
	const struct sdk_json *seen;
};

void users_list(struct exchange *x)
{
	ask_list(x, "organisation", view_user_list);
}

static void answer_user(struct exchange *x, int status, struct ent_str ref)
{
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;
	enum ent_rc rc = view_user(ask_view(x), ref, &json, &err);

	ask_answer(x, status, rc, json, &err);
}

void users_get(struct exchange *x)
{
	answer_user(x, 200, sdk_lower(&x->arena.abi, x->param[0]));
}

/* ---- read ---------------------------------------------------------------------------------- */

static bool read_language(struct exchange *x, struct ent_str language)
{
	if (!language.n || sdk_eqz(language, "fr") || sdk_eqz(language, "en"))
		return true;
	answer_problem(x, PROBLEM_CONTENT, "ask.language", "\"language\" has to be fr or en, or empty.");
	return false;
}

/* "Europe/Paris", "UTC": a name of the time zone database, by its form. */
static bool read_zone(struct exchange *x, struct ent_str zone)
{
	for (size_t i = 0; i < zone.n; i++) {
		char c = zone.p[i];

		if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c != '\0' && strchr("_+-/", c) != NULL))
			continue;
		answer_problem(x, PROBLEM_CONTENT, "ask.time_zone",
			       "\"time_zone\" has to be a name like Europe/Paris.");
		return false;
	}
	return true;
}

static bool read_person_role(struct exchange *x, struct ent_str word, enum role *ret)
{
	*ret = role_of_word(word);
	if (*ret != ROLE_NONE && !role_is_machine(*ret))
		return true;
	answer_problem(x, PROBLEM_CONTENT, "ask.role_word",
		       "\"role\" has to be technician, service_owner, admin or auditor for one of our people, "
		       "supplier_technician or supplier_admin for one of another organisation.");
	return false;
}

static bool read_mail(struct exchange *x, struct ent_str mail)
{
	if (!mail.n || user_mail_vet(mail))
		return true;
	answer_problem(x, PROBLEM_CONTENT, "ask.mail", "\"mail\" has to be a mail address like ana@example.org.");
	return false;
}

/* Somebody without `administer` names people of their own organisation: of another one they are told the same, whether
 * it is here or not. */
static bool read_organisation(struct exchange *x, const struct user_body *body, struct user *ret)
{
	const struct supplier_set *set = x->roster->set;
	bool own = !body->organisation.n || sdk_eq(body->organisation, x->reader.organisation);

	ret->organisation = own ? x->reader.organisation : body->organisation;
	if (!own && !auth_may(x, VERB_ADMINISTER))
		return false;
	if (!organisation_is_known(set, ret->organisation)) {
		answer_problem(x, PROBLEM_CONTENT, "ask.organisation_unknown",
			       "\"organisation\" is {name=%.*s}, which is none of those here; entente org list shows "
			       "them.",
			       ENT_F(sdk_head(ret->organisation, SUPPLIER_NAME_MAX)));
		return false;
	}
	if (role_is_ours(ret->role) == sdk_eq(ret->organisation, organisation_ours(set)))
		return true;
	answer_problem_said(x, PROBLEM_CONFLICT,
			    role_say_other(&x->arena.abi, sdk_str(role_word(ret->role)), ret->organisation,
					   sdk_eq(ret->organisation, organisation_ours(set))));
	return false;
}

static bool read_name(struct exchange *x, struct ent_str name)
{
	if (!sdk_has_control(name))
		return true;
	answer_problem(x, PROBLEM_CONTENT, "ask.one_line",
		       "\"{name=%s}\" has to be one line, without control characters.", "name");
	return false;
}

/* ---- added ----------------------------------------------------------------------------------- */

static const struct body_field new_fields[] = {
    {"role", BODY_TEXT, true, 1, 40, offsetof(struct user_body, role)},
    {"name", BODY_TEXT, true, 1, NAME_MAX_CHARS, offsetof(struct user_body, name)},
    {"organisation", BODY_TEXT, false, 1, SUPPLIER_NAME_MAX, offsetof(struct user_body, organisation)},
    {"mail", BODY_TEXT, false, 0, USER_MAIL_MAX, offsetof(struct user_body, mail)},
    {"language", BODY_TEXT, false, 0, 8, offsetof(struct user_body, language)},
    {"time_zone", BODY_TEXT, false, 0, ZONE_MAX, offsetof(struct user_body, time_zone)},
    {"id", BODY_TEXT, false, ID_SIZE - 1, ID_SIZE - 1, offsetof(struct user_body, id)},
    {0}};

static void added_answer(struct exchange *x)
{
	const struct job *job = x->work;

	if (ask_done(x, job))
		answer_user(x, job->outcome == JOB_ACCEPTED ? 201 : 200, job->user->user.ref);
}

void users_post(struct exchange *x)
{
	struct user_body body = {0};
	struct job *job = ask_new(x, JOB_USER_ADD);
	struct user_change *change = SDK_NEW(&x->arena.abi, struct user_change);

	if (!body_read(x, new_fields, &body) || !read_name(x, body.name) ||
	    !read_person_role(x, body.role, &change->user.role) || !read_organisation(x, &body, &change->user) ||
	    !read_mail(x, body.mail) || !read_language(x, body.language) || !read_zone(x, body.time_zone) ||
	    !ask_id(x, body.id, "person", job->ask.comment_uuid))
		return;
	change->user.ref = sdk_str(job->ask.comment_uuid); /* a request that is sent again has the first one's there */
	change->user.name = sdk_trim(body.name);
	change->user.mail = user_mail(&x->arena.abi, sdk_or_empty(body.mail));
	change->user.language = body.language;
	change->user.time_zone = body.time_zone;
	change->user.shows_seen = true;
	job->user = change;
	ask_submit(x, job, added_answer);
}

/* ---- changed --------------------------------------------------------------------------------- */

static const struct body_field change_fields[] = {
    {"role", BODY_TEXT, false, 1, 40, offsetof(struct user_body, role)},
    {"state", BODY_TEXT, false, 1, 20, offsetof(struct user_body, state)},
    {"name", BODY_TEXT, false, 1, NAME_MAX_CHARS, offsetof(struct user_body, name)},
    {"language", BODY_TEXT, false, 0, 8, offsetof(struct user_body, language)},
    {"time_zone", BODY_TEXT, false, 0, ZONE_MAX, offsetof(struct user_body, time_zone)},
    {"shows_seen", BODY_NODE, false, 0, 0, offsetof(struct user_body, seen)},
    {0}};

/* A command line's options are texts. */
static bool read_shows_seen(struct exchange *x, const struct sdk_json *node, bool *ret)
{
	struct ent_str word = sdk_or_empty(sdk_json_text(node));

	*ret = sdk_eqz(word, "true");
	if (*ret || sdk_eqz(word, "false"))
		return true;
	answer_problem(x, PROBLEM_CONTENT, "ask.shows_seen", "\"shows_seen\" has to be true or false.");
	return false;
}

/* The settings of a person, by itself. */
static const struct body_field own_fields[] = {
    {"language", BODY_TEXT, false, 0, 8, offsetof(struct user_body, language)},
    {"time_zone", BODY_TEXT, false, 0, ZONE_MAX, offsetof(struct user_body, time_zone)},
    {"shows_seen", BODY_NODE, false, 0, 0, offsetof(struct user_body, seen)},
    {0}};

static bool read_change(struct exchange *x, const struct body_field *fields, struct user_change *ret)
{
	struct user_body body = {0};
	struct user *user = &ret->user;

	if (!body_read(x, fields, &body) || !read_name(x, sdk_or_empty(body.name)) ||
	    (body.role.p && !read_person_role(x, body.role, &user->role)) || !read_language(x, body.language) ||
	    !read_zone(x, body.time_zone) || (body.seen && !read_shows_seen(x, body.seen, &user->shows_seen)))
		return false;
	if (body.state.p && !sdk_eqz(body.state, USER_ACTIVE) && !sdk_eqz(body.state, USER_DISABLED)) {
		answer_problem(x, PROBLEM_CONTENT, "ask.user_state_new", "\"state\" has to be active or disabled.");
		return false;
	}
	user->state = body.state;
	user->name = sdk_trim(body.name);
	user->language = body.language;
	user->time_zone = body.time_zone;
	ret->has = (body.role.p ? USER_HAS_ROLE : 0u) | (body.state.p ? USER_HAS_STATE : 0u) |
		   (body.name.p ? USER_HAS_NAME : 0u) | (body.language.p ? USER_HAS_LANGUAGE : 0u) |
		   (body.time_zone.p ? USER_HAS_ZONE : 0u) | (body.seen ? USER_HAS_SEEN : 0u);
	return true;
}

/* People change their own settings; the rest is for whoever invites them. */
static bool may_change_user(struct exchange *x, const struct user_change *change, struct ent_str organisation)
{
	bool self = x->reader.ref.n && sdk_eq(x->reader.ref, change->user.ref);

	if (self && !(change->has & (USER_HAS_ROLE | USER_HAS_STATE)))
		return true;
	if (!auth_may(x, VERB_INVITE))
		return false;
	return sdk_eq(organisation, x->reader.organisation) || auth_may(x, VERB_ADMINISTER);
}

static void changed_answer(struct exchange *x)
{
	const struct job *job = x->work;

	if (!ask_done(x, job))
		return;
	atomic_fetch_add(&x->desk->face->tokens_changed, 1); /* each worker looks the tokens of the person up again */
	answer_user(x, 200, job->user->user.ref);
}

void users_patch(struct exchange *x)
{
	struct job *job = ask_new(x, JOB_USER_CHANGE);
	struct user_change *change = SDK_NEW(&x->arena.abi, struct user_change);
	struct ent_str organisation = ENT_ABSENT;
	struct ent_err err;

	change->user.ref = sdk_lower(&x->arena.abi, x->param[0]);
	enum ent_rc rc = view_user_home(ask_view(x), change->user.ref, &organisation, &err);
	if (rc != ENT_OK) {
		answer_failure(x, rc, &err);
		return;
	}
	if (!read_change(x, change_fields, change) || !may_change_user(x, change, organisation))
		return;
	job->user = change;
	ask_submit(x, job, changed_answer);
}

/* ---- by oneself ------------------------------------------------------------------------------- */

static void self_answer(struct exchange *x)
{
	if (ask_done(x, x->work))
		sessions_me(x);
}

void users_patch_self(struct exchange *x)
{
	struct job *job = ask_new(x, JOB_USER_CHANGE);
	struct user_change *change = SDK_NEW(&x->arena.abi, struct user_change);

	if (!ask_person(x) || !read_change(x, own_fields, change))
		return;
	if (!change->has) {
		answer_problem(x, PROBLEM_CONTENT, "ask.session_nothing",
			       "One of \"language\", \"time_zone\" and \"shows_seen\" is needed: what changes?");
		return;
	}
	change->user.ref = x->reader.ref;
	job->user = change;
	ask_submit(x, job, self_answer);
}

/* ---- organisations ----------------------------------------------------------------------------- */

void users_organisations(struct exchange *x)
{
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;
	enum ent_rc rc = view_user_organisations(ask_view(x), &json, &err);

	ask_answer(x, 200, rc, json, &err);
}

void users_organisation(struct exchange *x)
{
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;
	enum ent_rc rc = view_user_organisation(ask_view(x), x->param[0], &json, &err);

	ask_answer(x, 200, rc, json, &err);
}
