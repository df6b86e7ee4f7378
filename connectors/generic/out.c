/* SPDX-License-Identifier: Apache-2.0 */
/* The way out: `build` makes a request of a call, `parse` says what its answer means. */
#include "generic.h"

#include "sdk/http.h"

#define MS 1000

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
		return sdk_fail(err, ENT_EINVAL, "%s: more than one output", answer->name);
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

/* ---- polls ---------------------------------------------------------------------------------- */

/* The connector's own cursor, unless the program keeps one: then *ret is NULL. */
static void poll_begin(const struct ent_self *self, const struct ent_call *call, const struct ent_response *response,
		       struct ent_arena *arena, struct sdk_cursor **ret, struct ent_err *err)
{
	const struct generic_settings *settings = self->settings;
	const struct sdk_cursor_rule rule = {.overlap_ms = settings->poll_overlap_s * MS,
					     .grain_ms = settings->poll_grain_s * MS,
					     .stamp_ms = settings->poll_grain_s * MS};

	*ret = NULL;
	if (call->op.kind != ENT_POLL || !sdk_cursor_is_memo(arena, call->memo))
		return;
	*ret = SDK_NEW(arena, struct sdk_cursor);
	sdk_cursor_begin(*ret, &rule, call, response, arena, err);
}

/* ---- build ------------------------------------------------------------------------------------ */

static enum ent_rc output_take(const struct ent_call *call, const char *name, const struct sdk_json *root,
			       struct ent_arena *arena, struct ent_request *ret, struct ent_err *err)
{
	struct ent_err why = {""};
	enum ent_rc said = ENT_OK, rc;

	if (!root)
		return sdk_fail(err, ENT_EUNSUPPORTED, "%s gives nothing for %s", name, op_name(call->op.kind));
	if (sdk_json_kind(root) != SDK_JSON_OBJECT)
		return sdk_fail(err, ENT_EINVAL, "%s: the output is no object", name);
	if (!sdk_json_at(root, "result")) {
		rc = request_read(root, arena, ret, &why);
		return rc == ENT_OK ? rc : sdk_fail(err, rc, "%s: %s", name, why.msg);
	}
	rc = verdict_read(root, &said, &why);
	if (rc == ENT_OK && said > ENT_OK)
		rc = sdk_fail(&why, ENT_EINVAL, "it is parse that says more");
	if (rc != ENT_OK)
		return sdk_fail(err, rc, "%s: %s", name, why.msg);
	if (said != ENT_OK)
		return sdk_fail(err, said, "%s", why.msg);
	*ret = (struct ent_request){0}; /* nothing to ask: done */
	return ENT_OK;
}

enum ent_rc generic_build(const struct ent_self *self, const struct ent_call *call, struct ent_arena *arena,
			  struct ent_request *ret, struct ent_err *err)
{
	const struct generic_state *state = self->state;
	bool probes = call->op.kind == ENT_PROBE;
	struct program *program = probes ? state->probe : state->build;
	const char *name = probes ? "probe" : "build";
	const struct sdk_json *root = NULL;
	struct sdk_cursor *poll;
	enum ent_rc rc;
	jv input;

	if (!program && probes)
		return sdk_fail(err, ENT_EUNSUPPORTED, "this supplier has no program probe");
	if (!program)
		return sdk_fail(err, ENT_EUNSUPPORTED, "this supplier has no build and parse: it is only listened to");
	poll_begin(self, call, NULL, arena, &poll, err);
	const struct ent_call ready = said_ready(self->settings, call, arena);
	rc = call_input(&ready, poll, NULL, arena, &input, err);
	if (rc == ENT_OK)
		rc = program_ask(program, name, input, arena, &root, err);
	return rc == ENT_OK ? output_take(call, name, root, arena, ret, err) : rc;
}

/* ---- parse -------------------------------------------------------------------------------------- */

/* What no program has to think of: other statuses than success, and a page instead of the tool. */
static enum ent_rc status_check(const struct ent_response *response, struct ent_arena *arena, struct ent_err *err)
{
	const struct sdk_json *unused;
	enum ent_rc rc = sdk_http_status(response, arena, err);

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
	struct ent_err why = {""}, words = {""};
	enum ent_rc status = status_check(response, arena, &why), said = ENT_OK, rc;
	jv input;

	if (status != ENT_OK && !state->own_statuses)
		return sdk_fail(err, status, "%s", why.msg);
	rc = call_input(call, NULL, response, arena, &input, err);
	if (rc == ENT_OK)
		rc = program_ask(state->probe, "probe", input, arena, &root, err);
	if (rc != ENT_OK)
		return rc;
	if (!sdk_json_at(root, "result"))
		return status == ENT_OK ? ENT_OK : sdk_fail(err, status, "%s", why.msg);
	rc = verdict_read(root, &said, &words);
	if (rc == ENT_OK && said > ENT_OK)
		rc = sdk_fail(&words, ENT_EINVAL, "a probe is one request");
	rc = rc == ENT_OK ? said : rc;
	return rc == ENT_OK ? ENT_OK : sdk_fail(err, rc, "%s", words.msg);
}

static enum ent_rc answer_read(const struct ent_self *self, const struct ent_call *call, struct sdk_cursor *poll,
			       const struct ent_response *response, struct ent_arena *arena, struct ent_result *ret,
			       struct ent_err *err)
{
	const struct generic_state *state = self->state;
	const struct sdk_json *root = NULL;
	struct ent_err why = {""};
	enum ent_rc rc = state->own_statuses && response->status > 0 ? ENT_OK : status_check(response, arena, &why);
	jv input;

	if (rc != ENT_OK)
		return sdk_fail(err, rc, "%s", why.msg);
	const struct ent_call ready = said_ready(self->settings, call, arena);
	rc = call_input(&ready, poll, response, arena, &input, err);
	if (rc == ENT_OK)
		rc = program_ask(state->parse, "parse", input, arena, &root, err);
	if (rc != ENT_OK)
		return rc;
	if (sdk_json_kind(root) != SDK_JSON_OBJECT)
		return sdk_fail(err, ENT_EINVAL, "parse: the output is no object");
	rc = result_read(call, root, poll, arena, ret, &why);
	if (rc == ENT_EINVAL && !sdk_json_is(root, "result", "invalid"))
		return sdk_fail(err, rc, "parse: %s", why.msg);
	return rc < 0 ? sdk_fail(err, rc, "%s", why.msg) : rc;
}

enum ent_rc generic_parse(const struct ent_self *self, const struct ent_call *call, const struct ent_response *response,
			  struct ent_arena *arena, struct ent_result *ret, struct ent_err *err)
{
	struct ent_result result = {0};
	struct sdk_cursor *poll;
	enum ent_rc rc;

	if (call->op.kind == ENT_PROBE)
		return probe_parse(self->state, call, response, arena, err);
	poll_begin(self, call, response, arena, &poll, err);
	rc = answer_read(self, call, poll, response, arena, &result, err);
	if (poll && !result.memo.p) { /* else the program keeps a cursor of its own from now on */
		unsigned retry_after_s = result.retry_after_s;

		rc = sdk_cursor_end(poll, rc, &result);
		result.phase = 0; /* a program's phases are its own */
		result.retry_after_s = retry_after_s;
	}
	if (rc >= ENT_OK)
		result.changes = said_read(self->settings, result.changes, arena);
	*ret = result;
	return rc;
}
