/* SPDX-License-Identifier: Apache-2.0 */
#include "link/trial.h"

#include <string.h>

#include "sdk/webhook.h"

enum { WAIT_MS = 100, LOGINS_MAX = 3 };

/* The step that follows a round trip. */
enum next { NEXT_END, NEXT_PHASE, NEXT_AGAIN };

static struct ent_str texts_hide(const struct sdk_json *node, struct ent_arena *arena, struct ent_str text)
{
	if (sdk_json_kind(node) == SDK_JSON_STRING)
		return auth_hide_secret(arena, text, sdk_json_text(node));
	for (const struct sdk_json *at = sdk_json_first(node); at; at = sdk_json_next(at))
		text = texts_hide(at, arena, text);
	return text;
}

/* Any text of a login's memo may be a secret that its form gave for the next call. */
static struct ent_str memo_hide(struct ent_str memo, struct ent_arena *arena, struct ent_str text)
{
	const struct sdk_json *root;
	struct ent_err unread;

	if (!memo.n)
		return text;
	if (sdk_json_parse(arena, memo, &root, &unread) != ENT_OK)
		return auth_hide_secret(arena, text, memo);
	return texts_hide(root, arena, text);
}

struct ent_str trial_hide(const struct trial *trial, struct ent_arena *arena, struct ent_str text)
{
	text = memo_hide(trial->login_memo, arena, text);
	return slots_hide(&trial->auth, &trial->session, trial->supplier, arena, text);
}

static int64_t now_us(const struct trial *trial)
{
	return trial->clock->mono_us(trial->clock);
}

static void step_tell(struct trial *trial, struct trial_step *step)
{
	slots_clean(&trial->auth, &trial->session, trial->supplier, &step->err);
	trial->tell(trial->of, step);
}

static enum next step_end(struct trial *trial, struct trial_step *step, enum trial_stop stop, struct trial_end *ret)
{
	step_tell(trial, step);
	*ret = (struct trial_end){.stop = stop,
				  .rc = step->rc,
				  .err = step->err,
				  .is_built = step->request && step->request->method,
				  .writes = step->writes,
				  .is_lost = step->is_sent && !step->response && step->writes,
				  .said_no = step->result && step->result->said_no,
				  .has_id = step->result && (step->result->remote_id.n || step->result->changes.n),
				  .status = step->response ? step->response->status : 0};
	ret->is_lost |= step->response && asking_is_lost(step->rc, step->writes, ret->status);
	return NEXT_END;
}

/* ---- the tool ------------------------------------------------------------------------- */

static void transfer_wait(struct trial *trial, struct transfer *transfer, struct trial_step *step,
			  struct ent_response *ret, enum transfer_outcome *ret_outcome)
{
	struct transfer_end end;

	transfer->id = ++trial->n_transfer;
	transfer->supplier = trial->supplier->name;
	trial->transfers->start(trial->transfers, transfer);
	while (!trial->transfers->next(trial->transfers, &end))
		trial->wait(trial->transfers, WAIT_MS);
	*ret_outcome = end.outcome;
	step->is_sent = end.outcome == TRANSFER_ANSWERED || end.outcome == TRANSFER_LOST;
	if (end.outcome == TRANSFER_ANSWERED) {
		*ret = asking_keep(&trial->trip.abi, &end.response);
		step->response = ret;
		return;
	}
	step->rc = end.outcome == TRANSFER_REFUSED ? ENT_EAUTH : ENT_ERETRY;
	step->err = end.why;
}

/* Any other call to an OAuth2 tool needs this token first. */
static bool token_get(struct trial *trial, struct trial_end *ret)
{
	struct trial_step step = {.is_token = true};
	struct ent_response response;
	enum transfer_outcome outcome;
	struct auth_words form;
	struct transfer transfer;

	auth_token_form(&trial->supplier->link, &form);
	transfer = asking_token(&trial->supplier->link, &form);
	transfer_wait(trial, &transfer, &step, &response, &outcome);
	auth_words_release(&form);
	if (step.response)
		step.rc = auth_token_take(&trial->auth, &response, now_us(trial), &step.err);
	if (step.rc == ENT_OK) {
		step_tell(trial, &step);
		return true;
	}
	(void)step_end(trial, &step, TRIAL_NO_LOGIN, ret);
	return false;
}

/* ---- an answer ------------------------------------------------------------------------ */

/* Is our token or session no longer accepted, so that a new one is worth another try? */
static bool is_shut_out(struct trial *trial, const struct trial_step *step)
{
	bool is_over = step->response->status == 401 || (step->rc < ENT_OK && step->result && step->result->logged_out);

	if (!trial->transfers || !is_over || step->op == ENT_LOGIN)
		return false;
	if (step->response->status == 401 && trial->supplier->link.auth == AUTH_OAUTH2 && !trial->was_let_in)
		return true;
	return session_is_used(step->request) && trial->n_login < LOGINS_MAX;
}

/* Only after tell(): secrets that are forgotten cannot be hidden any more. */
static void let_in_again(struct trial *trial, const struct trial_step *step)
{
	if (session_is_used(step->request))
		session_forget(&trial->session);
	if (trial->supplier->link.auth == AUTH_OAUTH2)
		auth_forget(&trial->auth);
	trial->was_let_in = true;
}

static bool note_passes_over(const struct ent_said *note)
{
	return sdk_eqz(note->code, "poll.row_passed") || sdk_eqz(note->code, "poll.row_no_id") ||
	       sdk_eqz(note->code, "poll.and_more_rows");
}

static enum next answer_read(struct trial *trial, struct ent_call *call, struct trial_step *step, unsigned *n_trip,
			     struct trial_end *ret)
{
	struct ent_response response = *step->response;
	struct ent_result result = {0};

	step->rc = ENT_EINVAL;
	if (asking_open(call, &response, &trial->trip.abi, &step->err)) {
		step->rc = trial->supplier->connector->parse(&trial->self, call, &response, &trial->trip.abi, &result,
							     &step->err);
		step->result = &result;
		if (response.status > 0)
			step->response = &response;
	}
	step->rc = asking_vet(call, step->rc, &result, n_trip, &step->err);
	trial->n_passed += step->rc >= ENT_OK && note_passes_over(&result.note);
	if (step->rc >= ENT_OK && step->op == ENT_LOGIN) {
		enum ent_rc rc = session_take(&trial->session, &result, &step->err);

		step->rc = rc == ENT_OK ? step->rc : rc;
	}
	if (is_shut_out(trial, step)) {
		step_tell(trial, step);
		let_in_again(trial, step);
		return NEXT_AGAIN;
	}
	if (step->rc != ENT_MORE) {
		if (step->rc == ENT_OK && step->op == ENT_LOGIN)
			session_begin(&trial->session, result.session_s, now_us(trial));
		return step_end(trial, step, TRIAL_ENDED, ret);
	}
	step_tell(trial, step);
	call->phase = result.phase;
	call->memo = sdk_dup(&trial->arena.abi, result.memo);
	if (step->op == ENT_LOGIN)
		trial->login_memo = call->memo;
	call->look = call->look && !step->writes;
	return NEXT_PHASE;
}

/* ---- a call --------------------------------------------------------------------------- */

/* To a poll a missing answer about one ticket is an answer, too: see connector.h. */
static enum next call_send(struct trial *trial, struct ent_call *call, struct trial_step *step, unsigned *n_trip,
			   struct trial_end *ret)
{
	const struct asking *asking = step->asking;
	enum transfer_outcome outcome = TRANSFER_ANSWERED;
	struct ent_response response;
	struct transfer transfer = {.link = &trial->supplier->link,
				    .method = step->request->method,
				    .url = asking->url,
				    .header = asking->header,
				    .n_header = asking->n_header,
				    .body = asking->body};

	if (!trial->transfers && trial->n_answered == trial->n_answer)
		return step_end(trial, step, TRIAL_SHOWN, ret);
	if (trial->transfers) {
		transfer_wait(trial, &transfer, step, &response, &outcome);
	} else {
		response = trial->answer[trial->n_answered++];
		step->response = &response;
	}
	if (outcome == TRANSFER_LOST && call->op.kind == ENT_POLL) {
		response = (struct ent_response){.body = sdk_dup(&trial->trip.abi, sdk_str(step->err.msg))};
		step->response = &response;
	}
	if (!step->response)
		return step_end(trial, step, TRIAL_ENDED, ret);
	return answer_read(trial, call, step, n_trip, ret);
}

/* Nothing is sent, so *** can stand for the values that a login would give. */
static void session_pretend(struct trial *trial, const struct ent_request *request)
{
	struct ent_err unused;

	for (size_t i = 0; i < request->n_slot; i++) {
		const struct ent_header value = {request->slot[i].name, ENT_STR("***")};

		if (request->slot[i].session)
			(void)!session_take(&trial->session, &(struct ent_result){.session = &value, .n_session = 1},
					    &unused);
	}
}

static void trial_loop(struct trial *trial, struct ent_call *call, struct trial_end *ret);

/* False: there is no session, and *ret says why. */
static bool session_get(struct trial *trial, struct trial_end *ret)
{
	struct ent_call login = {.op = {.kind = ENT_LOGIN}, .attempt = 1, .memo = ENT_ABSENT};

	trial->n_login++;
	session_forget(&trial->session);
	trial_loop(trial, &login, ret);
	if (ret->stop == TRIAL_ENDED && ret->rc == ENT_OK)
		return true;
	ret->stop = TRIAL_NO_LOGIN;
	return false;
}

/* A login writes nothing that people read. Any other op may write: even a probe, if it POSTs. */
static bool may_leave(struct trial *trial, const struct trial_step *step)
{
	return !trial->transfers || !step->writes || step->op == ENT_LOGIN || trial->may_write(trial->of, step);
}

static enum next call_make(struct trial *trial, struct ent_call *call, bool looks, unsigned *n_trip,
			   struct trial_end *ret)
{
	struct trial_step step = {.op = call->op.kind, .phase = call->phase};
	struct ent_request request = {0};
	struct asking asking = {.url = ENT_ABSENT};
	enum next next;

	call->now_ms = trial->clock->now_ms(trial->clock);
	step.rc = trial->supplier->connector->build(&trial->self, call, &trial->trip.abi, &request, &step.err);
	if (step.rc == ENT_MORE)
		step.rc = sdk_fail_as(&step.err, ENT_EINVAL, "connector.call_before",
				      "the connector asks for another call before its first one");
	if (step.rc != ENT_OK)
		return step_end(trial, &step, TRIAL_ENDED, ret);
	step.request = &request;
	if (!request.method)
		return step_end(trial, &step, TRIAL_NOTHING, ret);
	if (trial->transfers && call->op.kind != ENT_LOGIN &&
	    session_is_wanted(&trial->session, &request, now_us(trial)))
		return session_get(trial, ret) ? NEXT_AGAIN : NEXT_END; /* the request is built again after the login */
	if (!trial->transfers)
		session_pretend(trial, &request);
	step.writes = asking_writes(&request);
	step.rc =
	    asking_make(trial->supplier, &trial->auth, &trial->session, &request, &trial->trip.abi, &asking, &step.err);
	step.asking = &asking;
	if (step.rc != ENT_OK)
		next = step_end(trial, &step, TRIAL_ENDED, ret);
	else if (looks && step.writes)
		next = step_end(trial, &step, TRIAL_WOULD_WRITE, ret);
	else if (!may_leave(trial, &step))
		next = step_end(trial, &step, TRIAL_HELD, ret);
	else
		next = call_send(trial, call, &step, n_trip, ret);
	asking_wipe(&asking);
	return next;
}

static void trial_loop(struct trial *trial, struct ent_call *call, struct trial_end *ret)
{
	bool looks = call->look; /* kept until the call writes, which a look must not do */
	unsigned n_trip = 0, n = 0;
	enum next next = NEXT_PHASE;

	while (next != NEXT_END) {
		if (next == NEXT_PHASE && call->op.kind != ENT_LOGIN && n++ == trial->trips_max) {
			*ret = (struct trial_end){.stop = TRIAL_PAUSED, .rc = ENT_MORE, .is_built = true};
			return;
		}
		sdk_arena_release(&trial->trip);
		if (trial->transfers && auth_wants_token(&trial->auth, &trial->supplier->link, now_us(trial)) &&
		    !token_get(trial, ret))
			return;
		next = call_make(trial, call, looks, &n_trip, ret);
	}
}

void trial_run(struct trial *trial, struct ent_call *call, struct trial_end *ret)
{
	sdk_arena_init(&trial->arena);
	sdk_arena_init(&trial->trip);
	trial_loop(trial, call, ret);
}

void trial_release(struct trial *trial)
{
	sdk_arena_release(&trial->trip);
	sdk_arena_release(&trial->arena);
	session_release(&trial->session);
	auth_forget(&trial->auth);
}
