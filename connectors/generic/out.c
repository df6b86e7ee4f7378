/* SPDX-License-Identifier: Apache-2.0 */
/* The way out: `build` makes a request of a call, `parse` says what its answer means. */
#include "generic.h"

#include "sdk/ask.h"
#include "sdk/http.h"

bool repeat_read(struct ent_str word, enum ent_repeat *ret)
{
	static const char *const name[] = {
	    [ENT_REPEAT_NEVER] = "never", [ENT_REPEAT_SEARCH] = "search", [ENT_REPEAT_SAFE] = "safe"};

	for (size_t i = 0; i < sizeof name / sizeof *name; i++)
		if (sdk_eqz(word, name[i])) {
			*ret = (enum ent_repeat)i;
			return true;
		}
	return false;
}

bool comment_changes_read(struct ent_str word, uint32_t *ret)
{
	static const struct {
		const char *word;
		uint32_t bits;
	} row[] = {{"none", 0},
		   {"edit", 1u << ENT_EDIT_COMMENT},
		   {"remove", 1u << ENT_REMOVE_COMMENT},
		   {"both", SDK_OPS_COMMENT}};

	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		if (sdk_eqz(word, row[i].word)) {
			*ret = row[i].bits;
			return true;
		}
	return false;
}

enum ent_repeat generic_repeat(const struct ent_self *self, enum ent_op_kind kind, unsigned *ret_lag_s)
{
	const struct generic_state *state = self->state;

	*ret_lag_s = (unsigned)((const struct generic_settings *)self->settings)->search_lag_s;
	return kind == ENT_CREATE_TICKET ? state->repeat_create
	       : kind == ENT_ADD_COMMENT ? state->repeat_comment
					 : ENT_REPEAT_SAFE; /* it reads, or sets a value */
}

/* ---- one output of a program ------------------------------------------------------------ */

struct answer {
	const char *name; /* of the program */
	struct ent_arena *arena;
	struct ent_str json; /* absent: the program said nothing */
	size_t n;
};

static enum ent_rc answer_take(void *to, struct ent_str json, struct ent_err *err)
{
	struct answer *answer = to;

	if (answer->n++ > 0)
		return sdk_fail_as(err, ENT_EINVAL, "generic.outputs_two", "{program=%s}: more than one output",
				   answer->name);
	answer->json = sdk_dup(answer->arena, json);
	return ENT_OK;
}

/* *ret: NULL when the program said nothing. */
static enum ent_rc program_ask(struct program *program, const char *name, jv input, struct ent_arena *arena,
			       const struct sdk_json **ret, struct ent_err *err)
{
	struct answer answer = {.name = name, .arena = arena};
	enum ent_rc rc = program_run(program, input, 2, answer_take, &answer, err);

	*ret = NULL;
	if (rc == ENT_OK && answer.json.p)
		rc = sdk_json_parse(arena, sdk_json_mend(arena, answer.json), ret, err);
	return rc;
}

/* Only a POLL has a place. *ret: NULL for the others. */
static void poll_begin(const struct ent_self *self, const struct ent_call *call, const struct ent_response *response,
		       struct ent_arena *arena, struct cursor **ret, struct ent_err *err)
{
	*ret = NULL;
	if (call->op.kind != ENT_POLL)
		return;
	*ret = SDK_NEW(arena, struct cursor);
	cursor_begin(*ret, self->settings, call, response, arena, err);
}

/* ---- build ------------------------------------------------------------------------------------ */

static enum ent_rc output_take(const struct ent_call *call, const char *name, const struct sdk_json *root,
			       struct ent_arena *arena, struct ent_request *ret, struct ent_err *err)
{
	struct ent_err why = {0};
	enum ent_rc said = ENT_OK, rc;

	if (!root)
		return sdk_fail_as(err, ENT_EUNSUPPORTED, "generic.output_none",
				   "{program=%s} gives nothing for {op=%s}", name, op_name(call->op.kind));
	if (sdk_json_kind(root) != SDK_JSON_OBJECT)
		return sdk_fail_as(err, ENT_EINVAL, "generic.output_no_object", "{program=%s}: the output is no object",
				   name);
	if (!sdk_json_at(root, "result")) {
		rc = request_read(root, arena, ret, &why);
		return rc == ENT_OK
			   ? rc
			   : sdk_fail_as(err, rc, "generic.of_program", "{program=%s}: {why=%p}", name, SDK_WHY(&why));
	}
	rc = verdict_read(root, &said, &why);
	if (rc == ENT_OK && said > ENT_OK)
		rc = sdk_fail_as(&why, ENT_EINVAL, "generic.more_in_build", "it is parse that says more");
	if (rc != ENT_OK)
		return sdk_fail_as(err, rc, "generic.of_program", "{program=%s}: {why=%p}", name, SDK_WHY(&why));
	if (said != ENT_OK)
		return sdk_fail_said(err, said, sdk_said(&why));
	*ret = (struct ent_request){0}; /* nothing to ask: done */
	return ENT_OK;
}

/* Which program asks. *ret_name: of the setting. */
static struct program *asks(const struct generic_state *state, enum ent_op_kind kind, const char **ret_name)
{
	*ret_name = kind == ENT_PROBE ? "probe" : kind == ENT_LOGIN ? "login" : "build";
	return kind == ENT_PROBE ? state->probe : kind == ENT_LOGIN ? state->login : state->build;
}

enum ent_rc generic_build(const struct ent_self *self, const struct ent_call *call, struct ent_arena *arena,
			  struct ent_request *ret, struct ent_err *err)
{
	const struct generic_state *state = self->state;
	const char *name;
	struct program *program = asks(state, call->op.kind, &name);
	const struct sdk_json *root = NULL;
	struct cursor *poll;
	enum ent_rc rc;
	jv input;

	if (!program)
		return call->op.kind < ENT_PROBE
			   ? sdk_fail_as(err, ENT_EUNSUPPORTED, "generic.only_listened",
					 "this supplier has no build and parse: it is only listened to")
			   : sdk_fail_as(err, ENT_EUNSUPPORTED, "generic.program_missing",
					 "this supplier has no program {program=%s}", name);
	/* A program that was written before these ops were would take them for a new comment. */
	if (SDK_OPS_COMMENT & ~state->comment_changes & 1u << call->op.kind)
		return sdk_fail_as(
		    err, ENT_EUNSUPPORTED, "generic.op_unknown",
		    "its build does not know {op=%s}: when it does, say so with the setting comment_changes",
		    op_name(call->op.kind));
	poll_begin(self, call, NULL, arena, &poll, err);
	const struct ent_call ready = said_ready(self->settings, call, arena);
	rc = call_input(&ready, poll, state->zone, NULL, arena, &input, err);
	if (rc == ENT_OK)
		rc = program_ask(program, name, input, arena, &root, err);
	return rc == ENT_OK ? output_take(call, name, root, arena, ret, err) : rc;
}

/* ---- parse -------------------------------------------------------------------------------------- */

/* Answers that no program has to think of: other statuses than success, and a page instead of the tool. */
static enum ent_rc status_check(const struct ent_op *op, const struct ent_response *response, struct ent_arena *arena,
				struct ent_err *err)
{
	bool changes = SDK_OPS_COMMENT & 1u << op->kind;
	const struct sdk_json *unused;
	enum ent_rc rc = changes ? sdk_comment_status(op, response, arena, err) : sdk_http_status(response, arena, err);

	if (rc == ENT_OK && sdk_http_is_html(response))
		rc = sdk_http_json(response, arena, &unused, err);
	return rc;
}

/* The status says it, and the program where it wants to: an error in a 200. A program that gives its request whatever
 * it is asked says nothing. */
static enum ent_rc probe_parse(const struct generic_state *state, const struct ent_call *call,
			       const struct ent_response *response, struct ent_arena *arena, struct ent_err *err)
{
	const struct sdk_json *root = NULL;
	struct ent_err why = {0}, words = {0};
	enum ent_rc status = status_check(&call->op, response, arena, &why), said = ENT_OK, rc;
	jv input;

	if (status != ENT_OK && !state->own_statuses)
		return sdk_fail_said(err, status, sdk_said(&why));
	rc = call_input(call, NULL, state->zone, response, arena, &input, err);
	if (rc == ENT_OK)
		rc = program_ask(state->probe, "probe", input, arena, &root, err);
	if (rc != ENT_OK)
		return rc;
	if (!sdk_json_at(root, "result"))
		return status == ENT_OK ? ENT_OK : sdk_fail_said(err, status, sdk_said(&why));
	rc = verdict_read(root, &said, &words);
	if (rc == ENT_OK && said > ENT_OK)
		rc = sdk_fail_as(&words, ENT_EINVAL, "generic.probe_more", "a probe is one request");
	rc = rc == ENT_OK ? said : rc;
	return rc == ENT_OK ? ENT_OK : sdk_fail_said(err, rc, sdk_said(&words));
}

/* Asks the program what an answer means. */
static enum ent_rc parse_ask(const struct generic_state *state, const struct ent_call *call, struct cursor *poll,
			     const struct ent_response *response, struct ent_arena *arena, struct ent_result *ret,
			     struct ent_err *err)
{
	bool is_login = call->op.kind == ENT_LOGIN;
	const char *name = is_login ? "login_parse" : "parse";
	struct program *program = is_login ? state->login_parse : state->parse;
	const struct sdk_json *root = NULL;
	struct ent_err why = {0};
	enum ent_rc rc, usual;
	jv input;

	rc = call_input(call, poll, state->zone, response, arena, &input, err);
	if (rc == ENT_OK)
		rc = program_ask(program, name, input, arena, &root, err);
	if (rc != ENT_OK)
		return rc;
	if (!root && state->own_statuses) { /* it leaves the answer to its usual meaning */
		usual = status_check(&call->op, response, arena, err);
		if (usual != ENT_OK)
			return usual;
	}
	if (sdk_json_kind(root) != SDK_JSON_OBJECT)
		return sdk_fail_as(err, ENT_EINVAL, "generic.output_no_object", "{program=%s}: the output is no object",
				   name);
	rc = result_read(call, root, poll, state->zone, arena, ret, &why);
	if (rc >= ENT_OK && program_has_cut(program) && !ret->note.code.p && call->op.kind == ENT_POLL)
		ret->note = sdk_say(arena, "generic.text_cut",
				    "a text of more than {most=%d} characters was searched by a regular expression in "
				    "its first part only",
				    32768);
	if (rc == ENT_EINVAL && !sdk_json_is(root, "result", "invalid"))
		return sdk_fail_as(err, rc, "generic.of_program", "{program=%s}: {why=%p}", name, SDK_WHY(&why));
	return rc < 0 ? sdk_fail_said(err, rc, sdk_said(&why)) : rc;
}

/* Reads the answer: by its status, unless that is left to the program, then by the program. */
static enum ent_rc answer_read(const struct generic_state *state, const struct ent_call *call, struct cursor *poll,
			       const struct ent_response *response, struct ent_arena *arena, struct ent_result *ret,
			       struct ent_err *err)
{
	/* a login that is refused may be a page, or a 302 */
	bool own = response->status > 0 && (state->own_statuses || call->op.kind == ENT_LOGIN);
	struct ent_err why = {0};
	enum ent_rc rc = own ? ENT_OK : status_check(&call->op, response, arena, &why);

	if (rc != ENT_OK)
		return sdk_fail_said(err, rc, sdk_said(&why));
	return parse_ask(state, call, poll, response, arena, ret, err);
}

enum ent_rc generic_parse(const struct ent_self *self, const struct ent_call *call, const struct ent_response *response,
			  struct ent_arena *arena, struct ent_result *ret, struct ent_err *err)
{
	const struct generic_state *state = self->state;
	struct ent_result result = {0};
	struct cursor *poll;
	enum ent_rc rc;

	if (call->op.kind == ENT_PROBE)
		return probe_parse(state, call, response, arena, err);
	if (call->op.kind == ENT_LOGIN ? !state->login_parse : !state->parse)
		return sdk_fail_as(err, ENT_EINVAL, "generic.no_parse",
				   "this supplier has no program that reads the answer");
	poll_begin(self, call, response, arena, &poll, err);
	const struct ent_call ready = said_ready(self->settings, call, arena);
	rc = answer_read(state, &ready, poll, response, arena, &result, err);
	if (poll && !result.memo.p && !result.logged_out) { /* else the program keeps a place of its own from now on */
		unsigned retry_after_s = result.retry_after_s;
		struct ent_said note = result.note;

		rc = cursor_end(poll, rc, &result, err);
		result.phase = 0; /* a program's phases are its own */
		result.retry_after_s = retry_after_s;
		if (rc >= ENT_OK && !result.note.code.p)
			result.note = note;
	}
	if (rc >= ENT_OK)
		result.changes = said_read(self->settings, result.changes, arena);
	*ret = result;
	return rc;
}
