/* SPDX-License-Identifier: Apache-2.0 */
#include "face/sessions.h"

#include <string.h>

#include "face/answer.h"
#include "face/ask.h"
#include "face/body.h"
#include "face/cookie.h"
#include "face/form.h"
#include "face/page.h"
#include "face/reading.h"
#include "sdk/time.h"
#include "sdk/webhook.h"

/* ---- GET /v1/session ------------------------------------------------------------------------ */

/* The settings of a person; nothing of a machine. */
static void me_settings(struct exchange *x, struct sdk_jsonw *w, const struct user *user)
{
	if (!user->ref.n)
		return;
	sdk_jsonw_kstr(w, "user", user->ref);
	sdk_jsonw_kstr_some(w, "mail", user->mail);
	sdk_jsonw_kstr(w, "language", user->language);
	sdk_jsonw_kstr(w, "time_zone", user->time_zone);
	sdk_jsonw_kbool(w, "shows_seen", user->shows_seen);
	if (x->session)
		sdk_jsonw_kz(w, "id", x->session->id);
}

/* By what it came in, and until when that holds. */
static void me_proof(struct exchange *x, struct sdk_jsonw *w)
{
	struct ent_str name = ENT_ABSENT;
	int64_t ends_ms = x->session ? x->session->ends_ms : 0;

	sdk_jsonw_kz(w, "by", x->session ? "cookie" : "token");
	if (!x->session && token_by_ref(x->desk->db, &x->arena.abi, x->reader.token, &name, &ends_ms))
		sdk_jsonw_kstr(w, "token_name", name);
	if (ends_ms)
		sdk_jsonw_kstr(w, "ends", sdk_time(&x->arena.abi, ends_ms));
}

void sessions_me(struct exchange *x)
{
	struct user user = {.ref = ENT_ABSENT};
	bool is_person = x->reader.ref.n && users_find(x->desk->db, &x->arena.abi, x->reader.ref, &user);
	struct sdk_jsonw w = answer_json(x);

	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kstr(&w, "name", is_person ? user.name : x->principal);
	sdk_jsonw_kstr(&w, "organisation", x->reader.organisation);
	sdk_jsonw_kz(&w, "role", role_word(x->reader.role));
	token_verbs_print(&w, x->reader.verbs);
	me_proof(x, &w);
	me_settings(x, &w, &user);
	sdk_jsonw_close(&w, '}');
	answer_done(x, 200);
}

/* ---- /v1/sessions ----------------------------------------------------------------------------- */

/* Whose sessions: one's own; whoever administers may name anybody, or nobody for all. False: answered. */
static bool session_whose(struct exchange *x, struct ent_str *ret)
{
	struct ent_str user = exchange_argument(x, "user");
	bool administers = reader_may(&x->reader, VERB_ADMINISTER);
	char id[ID_SIZE];

	if (x->n_argument > 0 && !ask_id(x, sdk_or_empty(user), "person", id))
		return false; /* an empty one is no person either */

	*ret = administers ? sdk_or_empty(user) : x->reader.ref;
	if (!administers && (x->reader.ref.n == 0 || (user.p && !sdk_eq(user, x->reader.ref)))) {
		answer_problem(x, PROBLEM_NOT_FOUND, "ask.no_sessions",
			       "There are no sessions of this person that you may see.");
		return false;
	}
	return true;
}

void sessions_get(struct exchange *x)
{
	struct ent_str ref, json = ENT_ABSENT, current = x->session ? sdk_str(x->session->id) : ENT_ABSENT;
	struct ent_err err;

	if (!session_whose(x, &ref))
		return;
	enum ent_rc rc = sign_list(x->desk->db, &x->arena.abi, ref, current, x->desk->now_ms,
				   x->home->face->entrance->ways.idle_ms, &json, &err);
	ask_answer(x, 200, rc, json, &err);
}

static struct job *sign_job(struct exchange *x, enum job_kind kind)
{
	struct job *job = ask_new(x, kind);

	job->sign = SDK_NEW(&x->arena.abi, struct sign);
	return job;
}

static void session_ended(struct exchange *x)
{
	const struct job *job = x->work;

	if (job->outcome == JOB_NOT_FOUND) {
		answer_problem(x, PROBLEM_NOT_FOUND, "ask.no_session",
			       "There is no session of this id that stands; GET /v1/sessions, or entente session list, "
			       "lists them.");
	} else if (ask_done(x, job)) {
		log_write(x->desk->face->world.log, LOG_INFO, "session.ended", LOG_INT("n", job->sign->ret_count),
			  LOG_STR("by", x->reader.ref.n ? x->reader.ref : x->principal), LOG_END);
		answer_body(x, 204, NULL, ENT_STR(""));
	}
}

void sessions_end_one(struct exchange *x)
{
	struct job *job = sign_job(x, JOB_SIGN_OUT);

	job->sign->id = x->param[0];
	if (!reader_may(&x->reader, VERB_ADMINISTER))
		job->sign->account = sdk_or_empty(x->reader.ref);
	ask_submit(x, job, session_ended);
}

void sessions_end_all(struct exchange *x)
{
	struct job *job = sign_job(x, JOB_SIGN_OUT_ALL);

	if (!session_whose(x, &job->sign->account))
		return;
	if (job->sign->account.n == 0)
		answer_problem(x, PROBLEM_CONFLICT, "ask.sessions_whose",
			       "A machine is signed in nowhere. Say whose sessions end: ?user=REF, as GET /v1/sessions "
			       "shows it.");
	else
		ask_submit(x, job, session_ended);
}

/* ---- POST /sign-out ------------------------------------------------------------------------------ */

static void signed_out(struct exchange *x)
{
	const struct job *job = x->work;

	if (job->outcome != JOB_ACCEPTED && job->outcome != JOB_NOT_FOUND) {
		page_message(x, 503, WORDS_SIGN_OUT, WORDS_BUSY);
		return;
	}
	x->answer.fields = entrance_set_cookie(x->home->face->entrance, &x->arena.abi, COOKIE_SESSION, ENT_STR(""), 0);
	page_go(x, ENT_STR("/sign-in"));
}

void sessions_sign_out(struct exchange *x)
{
	struct signed_in session;
	struct form form;
	struct job *job;

	if (!form_read(x, &form))
		return;
	if (!cookie_find(x, &session)) {
		page_go(x, ENT_STR("/sign-in"));
		return;
	}
	job = sign_job(x, sdk_eqz(form_value(&form, "all"), "1") ? JOB_SIGN_OUT_ALL : JOB_SIGN_OUT);
	job->sign->account = session.user.ref;
	job->ask.by = (struct reader){
	    .kind = READER_ORGANISATION, .ref = session.user.ref, .token = ENT_STR("")}; /* for the audit log */
	job->sign->id = sdk_dup(&x->arena.abi, sdk_str(session.id));
	x->work = job;
	if (!exchange_submit(x, job, signed_out))
		page_message(x, 503, WORDS_SIGN_OUT, WORDS_BUSY);
}

/* ---- POST /v1/session/password -------------------------------------------------------------------- */

struct change {
	struct job *job;
	struct ent_str current, wanted;
	bool is_right, is_made;
};

static void password_changed(struct exchange *x)
{
	struct change *change = x->work;
	const struct job *job = change->job;

	if (job->outcome == JOB_NOT_FOUND) {
		answer_problem(x, PROBLEM_CONFLICT, "ask.password_changed",
			       "The password was changed by somebody else meanwhile. Sign in again.");
		return;
	}
	if (!ask_done(x, job))
		return;
	log_write(x->desk->face->world.log, LOG_INFO, "password.changed", LOG_STR("user", x->reader.ref),
		  LOG_INT("sessions_ended", job->sign->ret_count), LOG_END);
	x->answer.fields = entrance_set_cookie(x->home->face->entrance, &x->arena.abi, COOKIE_SESSION, ENT_STR(""), 0);
	answer_body(x, 204, NULL, ENT_STR(""));
}

/* On a hasher's thread. */
static void password_work(struct exchange *x)
{
	struct change *change = x->work;
	struct ent_str ref = ENT_ABSENT, stored = ENT_ABSENT;
	char hash[PASSWORD_SIZE];

	(void)sign_by_mail(x->desk->db, &x->arena.abi, x->session->user.organisation, x->session->user.mail, &ref,
			   &stored); /* nobody: the check is false */
	change->is_right = password_check(stored, change->current) && sdk_eq(ref, x->reader.ref);
	change->is_made = change->is_right && password_hash(change->wanted, hash);
	if (change->is_made) {
		change->job->sign->account = ref;
		change->job->sign->stored = stored;
		change->job->sign->password = sdk_dup(&x->arena.abi, sdk_str(hash));
	}
	explicit_bzero(hash, sizeof hash);
}

static void password_worked(struct exchange *x)
{
	struct change *change = x->work;

	if (x->answer.status != 0)
		return; /* the read was refused: busy */
	if (!change->is_right) {
		answer_problem(x, PROBLEM_CONTENT, "ask.password_wrong", "\"current\" is not your password.");
		return;
	}
	entrance_was_right(x->home->face->entrance, x->session->user.organisation, x->session->user.mail, x->peer,
			   x->home->now_ms);
	if (!change->is_made || !exchange_submit(x, change->job, password_changed))
		answer_busy(x, SDK_SENTENCE("busy.changes", "Too many changes wait for the store."));
}

static const struct body_field change_fields[] = {
    {"current", BODY_TEXT, true, 1, PASSWORD_MAX, offsetof(struct change, current)},
    {"new", BODY_TEXT, true, 1, 4 * PASSWORD_MAX, offsetof(struct change, wanted)},
    {0},
};

void sessions_password(struct exchange *x)
{
	struct change *change = SDK_NEW(&x->arena.abi, struct change);
	int64_t wait_ms;

	if (!body_read(x, change_fields, change))
		return;
	if (!x->session) {
		answer_problem(x, PROBLEM_CONFLICT, "ask.password_of_token",
			       "A token has no password. Sign in, and change yours there.");
		return;
	}
	if (password_vet(change->wanted, x->session->user.name, x->session->user.mail) != PASSWORD_FINE) {
		answer_problem(
		    x, PROBLEM_CONTENT, "ask.password_weak",
		    "\"new\" needs {least=%d} characters or more, at most {most=%d} bytes, and may not be easily "
		    "guessed.",
		    PASSWORD_MIN, PASSWORD_MAX);
		return;
	}
	wait_ms = entrance_try(x->home->face->entrance, x->session->user.organisation, x->session->user.mail, x->peer,
			       x->home->now_ms);
	if (wait_ms > 0) {
		answer_problem(x, PROBLEM_RATE, "ask.tries", "Too many tries. Wait {seconds=%lld} s, then try again.",
			       (long long)(wait_ms + 999) / 1000);
		return;
	}
	change->job = sign_job(x, JOB_PASSWORD);
	x->work = change;
	if (!reading_ask_by(x, x->home->face->hashers, password_work, password_worked))
		answer_busy(x, SDK_SENTENCE("busy.passwords", "Too many passwords wait to be checked."));
}
