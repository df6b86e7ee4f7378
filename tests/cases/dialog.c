/* SPDX-License-Identifier: Apache-2.0 */
#include "dialog.h"

#include <string.h>

#include "base/charset.h"

#define HEADER_MAX  32
#define PRINTED_MAX (1024u * 1024u)

struct section {
	struct ent_str head; /* ">>> call" */
	struct ent_str text; /* up to the next one, without line ends behind it */
};

/* One call under way. */
struct round {
	struct dialog *dialog;
	struct ent_call call;
	struct ent_str rest;   /* of the case */
	unsigned stored_phase; /* where an attempt goes on: behind the last phase that wrote */
	struct ent_str stored_memo;
	bool writes; /* the last request */
};

/* ---- the file ------------------------------------------------------------------- */

static bool is_head(struct ent_str line)
{
	return sdk_starts(line, ">>> ") || sdk_starts(line, "<<< ");
}

static bool section_take(struct ent_str *text, struct section *ret)
{
	size_t n = 0;

	if (text->n == 0)
		return false;
	ret->head = sdk_trim(line_take(text));
	ret->text.p = text->p;
	while (text->n > 0) {
		struct ent_str ahead = *text, line = line_take(&ahead);

		if (is_head(line))
			break;
		*text = ahead;
		n = (size_t)(line.p + line.n - ret->text.p);
	}
	while (n > 0 && strchr(" \t\n", ret->text.p[n - 1]))
		n--;
	ret->text.n = n;
	return true;
}

/* The next section that the case gives: what was written by --bless is passed over. */
static bool given_next(const struct ent_str *rest, struct section *ret, struct ent_str *ret_rest)
{
	struct ent_str text = *rest;

	while (section_take(&text, ret))
		if (sdk_starts(ret->head, ">>> ")) {
			*ret_rest = text;
			return true;
		}
	return false;
}

static void section_print(struct sdk_buf *out, const struct section *section)
{
	sdk_buf_format(out, "%s%.*s\n%.*s%s", out->n > 0 ? "\n" : "", ENT_F(section->head), ENT_F(section->text),
		       section->text.n > 0 ? "\n" : "");
}

static const char *response_read(struct dialog *dialog, struct ent_str text, struct ent_response *ret)
{
	struct ent_header *header = SDK_NEW_N(dialog->arena, struct ent_header, HEADER_MAX);
	struct ent_str line = line_take(&text);
	struct ent_str word = word_take(&line), number = word_take(&line);
	int64_t status;

	if (!sdk_eqz(word, "HTTP") || !sdk_to_int(number, &status) || status < 100 || status > 599)
		return "a response begins with HTTP and its status";
	*ret = (struct ent_response){.status = (int)status, .header = header};
	while (text.n > 0) {
		struct ent_str value, name = sdk_cut(line_take(&text), ':', &value);

		if (name.n == 0)
			break;
		if (!value.p || ret->n_header == HEADER_MAX)
			return "a response has a header without a colon, or too many";
		header[ret->n_header++] = (struct ent_header){name, sdk_trim(value)};
	}
	ret->body = text.p ? text : ENT_STR("");
	return NULL;
}

/* ---- what the connector says ------------------------------------------------------ */

static void rc_print(struct sdk_buf *out, enum ent_rc rc, const struct ent_err *err)
{
	const char *name = rc == ENT_EAUTH ? "refused" : rc == ENT_ERETRY ? "later" : rc_name(rc);

	sdk_buf_format(out, "%s%s%s\n", name, rc < 0 ? ": " : "", rc < 0 ? err->msg : "");
}

static void raw_print(struct sdk_buf *out, struct ent_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if ((c < 0x20 && c != '\t' && (c != '\n' || i + 1 == s.n)) || c == 0x7f)
			sdk_buf_format(out, "\\x%02x", c);
		else
			sdk_buf_char(out, s.p[i]);
	}
}

/* A text of the request, with {credential NAME} or {session NAME} where the broker puts a secret in. */
static void slots_print(struct sdk_buf *out, const struct ent_request *request, enum ent_place place, size_t header,
			struct ent_str text)
{
	size_t done = 0;

	for (size_t i = 0; i < request->n_slot; i++) {
		const struct ent_slot *slot = &request->slot[i];

		if (slot->place != place || (place == ENT_IN_HEADER && slot->header != header))
			continue;
		raw_print(out, (struct ent_str){text.p + done, slot->at - done});
		sdk_buf_format(out, "{%s %.*s}", slot->session ? "session" : "credential", ENT_F(slot->name));
		done = slot->at;
	}
	raw_print(out, (struct ent_str){text.n ? text.p + done : "", text.n - done});
}

static void request_print(struct sdk_buf *out, const struct ent_request *request)
{
	if (!request->method) {
		sdk_buf_z(out, "none\n");
		return;
	}
	sdk_buf_format(out, "%s ", request->method);
	slots_print(out, request, ENT_IN_PATH, 0, request->path);
	sdk_buf_format(out, "%s%s\n", request->read ? " read" : "", request->sign ? " sign" : "");
	if (request->content_type.p)
		sdk_buf_format(out, "Content-Type: %.*s\n", ENT_F(request->content_type));
	for (size_t i = 0; i < request->n_header; i++) {
		sdk_buf_format(out, "%.*s: ", ENT_F(request->header[i].name));
		slots_print(out, request, ENT_IN_HEADER, i, request->header[i].value);
		sdk_buf_char(out, '\n');
	}
	if (request->body.n == 0)
		return;
	sdk_buf_char(out, '\n');
	slots_print(out, request, ENT_IN_BODY, 0, request->body);
	sdk_buf_char(out, '\n');
}

static void word_print(struct sdk_buf *out, const char *word, struct ent_str s)
{
	if (!s.p)
		return;
	sdk_buf_format(out, "%s ", word);
	quoted_print(out, s);
	sdk_buf_char(out, '\n');
}

static void result_print(struct sdk_buf *out, const struct dialog *dialog, enum ent_rc rc,
			 const struct ent_result *result, const struct ent_err *err)
{
	if (rc == ENT_MORE && result->phase > 0)
		sdk_buf_format(out, "more, phase %u\n", result->phase);
	else if (rc == ENT_ERETRY && result->retry_after_s > 0)
		sdk_buf_format(out, "later, %u s: %s\n", result->retry_after_s, err->msg);
	else
		rc_print(out, rc, err);
	if (result->logged_out)
		sdk_buf_z(out, "logged out\n");
	if (rc < 0 && rc != ENT_EGONE) /* that may say where its ticket went */
		return;
	for (size_t i = 0; i < result->n_session; i++)
		sdk_buf_format(out, "session %.*s = %.*s\n", ENT_F(result->session[i].name),
			       ENT_F(result->session[i].value));
	if (result->session_s > 0)
		sdk_buf_format(out, "session ends after %u s\n", result->session_s);
	word_print(out, "remote_id", result->remote_id);
	word_print(out, "remote_key", result->remote_key);
	word_print(out, "memo", result->memo);
	for (size_t i = 0; i < result->n_aside; i++) {
		word_print(out, "aside", result->aside[i].ticket);
		word_print(out, "  because", result->aside[i].reason.text);
	}
	word_print(out, "note", result->note.text);
	changes_print(out, dialog->plugin->connector, &result->changes);
}

/* Builds, and writes the section. *ret_ended: there is nothing to send. */
static const char *build_once(struct round *round, struct ent_arena *arena, struct sdk_buf *out, bool *ret_ended)
{
	const struct plugin *plugin = round->dialog->plugin;
	struct ent_request request = {0};
	struct ent_err err = {0};
	enum ent_rc rc = plugin->connector->build(&plugin->self, &round->call, arena, &request, &err);
	const char *method = request.method ? request.method : "GET";

	sdk_buf_z(out, "\n<<< request\n");
	*ret_ended = rc != ENT_OK || !request.method;
	round->writes = strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0 && !request.read;
	if (rc == ENT_MORE || rc > 0 || rc < ENT_ECONFLICT)
		return "request: a return code that build() does not have";
	if (!err.msg[0] != (rc == ENT_OK))
		return "request: a failure without a reason, or success with one";
	if (rc != ENT_OK && !err.code[0])
		return "request: a reason without a code";
	if (rc == ENT_OK)
		request_print(out, &request);
	else
		rc_print(out, rc, &err);
	return rc == ENT_OK ? request_fault(arena, &request) : NULL;
}

struct parsed {
	enum ent_rc rc;
	unsigned phase;
	struct ent_str memo;
	bool said_no;
};

static const char *parse_once(const struct round *round, const struct ent_response *response, struct ent_arena *arena,
			      struct sdk_buf *out, struct parsed *ret)
{
	const struct plugin *plugin = round->dialog->plugin;
	struct ent_response read = *response;
	struct ent_result result = {0};
	struct ent_err err = {0};
	enum ent_rc rc = charset_read(arena, read.header, read.n_header, &read.body, &err);

	if (rc == ENT_OK || read.status >= 300)
		rc = plugin->connector->parse(&plugin->self, &round->call, &read, arena, &result, &err);

	sdk_buf_z(out, "\n<<< result\n");
	result_print(out, round->dialog, rc, &result, &err);
	*ret = (struct parsed){rc, result.phase, sdk_dup(round->dialog->arena, result.memo), result.said_no};
	return result_fault(arena, &round->call, rc, &result, &err);
}

/* Twice, each in memory of its own that is gone before the next: what is said must be the same. response: NULL to
 * build. */
static const char *step_run(struct round *round, const struct ent_response *response, struct parsed *ret,
			    bool *ret_ended)
{
	struct sdk_buf once[2];
	const char *why = NULL;

	for (size_t i = 0; i < 2; i++) {
		struct sdk_arena arena;

		sdk_arena_init(&arena);
		sdk_buf_init(&once[i], PRINTED_MAX);
		if (!why)
			why = response ? parse_once(round, response, &arena.abi, &once[i], ret)
				       : build_once(round, &arena.abi, &once[i], ret_ended);
		why = why ? sdk_z(round->dialog->arena, sdk_str(why)) : NULL;
		sdk_arena_release(&arena);
	}
	sdk_buf_str(round->dialog->out, sdk_buf_view(&once[0]));
	if (!why && !sdk_eq(sdk_buf_view(&once[0]), sdk_buf_view(&once[1])))
		why = "the second run of the same bytes said something else";
	if (!why && (once[0].failed || once[0].n >= PRINTED_MAX))
		why = "what was said is too long for a transcript";
	sdk_buf_release(&once[0]);
	sdk_buf_release(&once[1]);
	return why;
}

/* ---- one call, as the broker leads it ------------------------------------------------ */

static void attempt_again(struct round *round, bool look, bool from_start)
{
	round->call.attempt++;
	round->call.look = look;
	round->call.phase = look || from_start ? 0 : round->stored_phase;
	round->call.memo = look || from_start ? ENT_ABSENT : round->stored_memo;
}

static enum ent_repeat repeat_of(const struct round *round, unsigned *ret_lag_s)
{
	const struct plugin *plugin = round->dialog->plugin;
	enum ent_op_kind kind = round->call.op.kind;
	*ret_lag_s = 0;
	if (plugin->connector->repeat)
		return plugin->connector->repeat(&plugin->self, kind, ret_lag_s);
	return kind == ENT_CREATE_TICKET || kind == ENT_ADD_COMMENT ? ENT_REPEAT_NEVER : ENT_REPEAT_SAFE;
}

/* No answer, or one that leaves open whether it was done. True: there is another attempt. */
static bool lost(struct round *round)
{
	struct sdk_buf *out = round->dialog->out;
	unsigned lag_s;
	enum ent_repeat repeat = repeat_of(round, &lag_s);

	if (!round->writes) {
		sdk_buf_z(out, "lost, it only read: again\n");
		attempt_again(round, round->call.look && round->call.phase == 0, false);
		return true;
	}
	sdk_buf_z(out, repeat == ENT_REPEAT_SAFE     ? "lost, safe: again\n"
		       : repeat == ENT_REPEAT_SEARCH ? "lost, search: again with look"
						     : "lost, never: unknown, a person decides\n");
	if (repeat == ENT_REPEAT_SEARCH && lag_s)
		sdk_buf_format(out, ", for %u s", lag_s);
	sdk_buf_z(out, repeat == ENT_REPEAT_SEARCH ? "\n" : "");
	attempt_again(round, repeat == ENT_REPEAT_SEARCH, false);
	return repeat != ENT_REPEAT_NEVER;
}

/* Somebody changed it meanwhile: from the start, but what this delivery wrote already must not be written again. */
static void conflict(struct round *round)
{
	bool has_written = round->stored_phase > 0;
	unsigned lag_s;
	enum ent_repeat repeat = repeat_of(round, &lag_s);

	attempt_again(round, has_written && repeat == ENT_REPEAT_SEARCH, !has_written || repeat != ENT_REPEAT_NEVER);
}

/* Where the broker goes after an answer. True: the call goes on at once. */
static bool answered(struct round *round, int status, const struct parsed *parsed)
{
	struct section next;
	struct ent_str rest;
	bool has_next = given_next(&round->rest, &next, &rest) && !sdk_eqz(next.head, ">>> call");

	switch (parsed->rc) {
	case ENT_MORE:
		round->call.phase = parsed->phase;
		round->call.memo = parsed->memo;
		round->call.look = round->call.look && !round->writes;
		if (round->writes) {
			round->stored_phase = parsed->phase;
			round->stored_memo = parsed->memo;
		}
		return true;
	case ENT_OK: /* the next poll, when the case has an answer for it */
		round->call.memo = parsed->memo;
		round->call.phase = parsed->phase;
		return has_next && round->call.op.kind == ENT_POLL;
	case ENT_ECONFLICT:
		conflict(round);
		return has_next;
	case ENT_ERETRY:
		if (round->writes && status != 503 && (status < 400 || status >= 500))
			return lost(round) && has_next;
		attempt_again(round, round->call.look && round->call.phase == 0, false);
		return has_next;
	case ENT_EINVAL: /* a write, and no refusal of the tool's: it may be there */
		if (round->writes && !parsed->said_no && (status < 400 || status >= 500))
			sdk_buf_z(round->dialog->out, "it may be there: our side cannot read the answer\n");
		return false;
	default:
		return false;
	}
}

static const char *call_run(struct round *round)
{
	struct dialog *dialog = round->dialog;
	const struct ent_connector *connector = dialog->plugin->connector;
	bool goes_on = true, ended = false;
	const char *why = NULL;

	if (!connector->build || !(connector->ops & 1u << round->call.op.kind)) {
		sdk_buf_z(dialog->out, "\n<<< request\nunsupported: not among the connector's ops\n");
		return NULL;
	}
	while (goes_on && !why) {
		struct ent_response response;
		struct parsed parsed;
		struct section given;
		struct ent_str rest;

		why = step_run(round, NULL, NULL, &ended);
		if (why || ended)
			break;
		if (!given_next(&round->rest, &given, &rest) || sdk_eqz(given.head, ">>> call"))
			return "a request without its >>> response (or >>> lost)";
		round->rest = rest;
		section_print(dialog->out, &given);
		if (sdk_eqz(given.head, ">>> lost")) {
			sdk_buf_z(dialog->out, "\n<<< result\n");
			goes_on = lost(round);
			continue;
		}
		why = sdk_eqz(given.head, ">>> response") ? response_read(dialog, given.text, &response)
							  : "a case gives >>> call, >>> response and >>> lost";
		if (!why)
			why = step_run(round, &response, &parsed, NULL);
		if (!why)
			why = damage_fault(dialog, &round->call, &response);
		goes_on = !why && answered(round, response.status, &parsed);
	}
	return why;
}

const char *dialog_run(struct dialog *dialog, struct ent_str text)
{
	const char *why = connector_fault(dialog->plugin);
	struct section given;

	while (!why && given_next(&text, &given, &text)) {
		struct round round = {.dialog = dialog, .rest = text};

		section_print(dialog->out, &given);
		if (!sdk_eqz(given.head, ">>> call")) {
			why = "a response that nothing asked for";
			continue;
		}
		why = call_read(dialog, given.text, &round.call);
		round.stored_phase = round.call.phase;
		round.stored_memo = round.call.memo;
		if (!why)
			why = call_run(&round);
		text = round.rest;
	}
	if (why) /* so that --bless keeps what the case still gives */
		while (given_next(&text, &given, &text))
			section_print(dialog->out, &given);
	return why;
}
