/* SPDX-License-Identifier: Apache-2.0 */
/* What the contract asks of every build() and parse(), whatever the tool. */
#include "dialog.h"

#include <string.h>

#define PATH_MAX_BYTES   8000
#define HEADER_VALUE_MAX 4000
#define HEADERS_MAX      16
#define MEMO_MAX         (64u * 1024u)
#define RETRY_MAX_S      86400
#define TRUNCATIONS      48
#define VALUES_MAX       100

const char *connector_fault(const struct plugin *plugin)
{
	const struct ent_connector *connector = plugin->connector;

	if (!connector->ops != !connector->build || !connector->build != !connector->parse)
		return "ops, build and parse do not belong together";
	if (connector->ops >> ENT_N_OP)
		return "ops names an op that does not exist";
	for (const struct ent_sentence *cannot = connector->cannot; cannot && cannot->code; cannot++)
		if (strlen(cannot->text) < 10 || cannot->text[strlen(cannot->text) - 1] != '.' ||
		    strncmp(cannot->code, "cannot.", 7) != 0)
			return "`cannot` has something that is no sentence, or whose code is not cannot.*";
	return NULL;
}

/* ---- requests --------------------------------------------------------------- */

static bool is_method(const char *method)
{
	static const char *const known[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(method, known[i]) == 0)
			return true;
	return false;
}

/* Printable ASCII; in a path no blank and nothing that RFC 3986 wants encoded. */
static bool is_printable(struct ent_str s, const char *forbidden)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 0x20 || s.p[i] > 0x7e || strchr(forbidden, s.p[i]))
			return false;
	return true;
}

/* has_secret_first: "/SECRET/x" reads "//x" before the broker puts it in. */
static const char *path_fault(struct ent_str path, bool has_secret_first)
{
	bool absolute = sdk_starts(path, "https://") || sdk_starts(path, "http://");

	if (!absolute && !sdk_starts(path, "/"))
		return "the path neither begins with / nor is it an absolute URL";
	if ((sdk_starts(path, "//") && !has_secret_first) || path.n > PATH_MAX_BYTES)
		return "the path begins with // or is too long";
	if (!is_printable(path, " \"<>\\^`{|}#"))
		return "the path has a control character, a blank or something else that must be encoded";
	for (size_t i = 0; i < path.n; i++)
		if (path.p[i] == '%' &&
		    (i + 2 >= path.n || sdk_hex_value(path.p[i + 1]) < 0 || sdk_hex_value(path.p[i + 2]) < 0))
			return "the path has a % without two digits";
	return NULL;
}

static bool has_slot(const struct ent_request *request, size_t header)
{
	for (size_t i = 0; i < request->n_slot; i++)
		if (request->slot[i].place == ENT_IN_HEADER && request->slot[i].header == header)
			return true;
	return false;
}

/* has_secret: the broker puts a secret into its value, and then it may say who we are. */
static const char *header_fault(const struct ent_header *header, bool has_secret)
{
	static const char *const broker[] = {"authorization", "host",       "content-length", "transfer-encoding",
					     "cookie",        "connection", "content-type",   "webhook-signature"};

	if (header->name.n == 0 || !is_printable(header->name, " ()<>@,;:\\\"/[]?={}"))
		return "a header's name is no token";
	if (header->value.n > HEADER_VALUE_MAX || !is_printable(header->value, ""))
		return "a header's value has a control character or is too long";
	for (size_t i = 0; i < sizeof broker / sizeof *broker; i++)
		if (sdk_ieqz(header->name, broker[i]) && !(has_secret && (i == 0 || i == 4)))
			return "a header that the broker sets itself";
	return NULL;
}

static bool holds(struct ent_str text, const char *part)
{
	return text.n > 0 && memmem(text.p, text.n, part, strlen(part));
}

static const char *body_fault(const struct ent_request *request)
{
	bool reads = strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
	struct ent_err err;

	if (reads && (request->body.n > 0 || request->read || request->sign))
		return "GET and HEAD have no body and need no `read` and no `sign`";
	if (request->body.n > 0 && request->content_type.n == 0)
		return "a body without a content type";
	if (!is_printable(request->content_type, ""))
		return "the content type has a control character";
	if (holds(request->content_type, "json") && sdk_json_check(request->body, &err) != ENT_OK)
		return "the body is not the JSON that its content type says";
	if (holds(request->body, "\n<<< ") || holds(request->body, "\n>>> "))
		return "the body has a line that a transcript uses itself";
	return NULL;
}

static const char *slots_fault(const struct ent_request *request)
{
	size_t last[3] = {0};

	if (request->n_slot > ENT_SLOTS_MAX || (request->n_slot > 0 && request->sign))
		return "too many secrets, or signed ones";
	for (size_t i = 0; i < request->n_slot; i++) {
		const struct ent_slot *slot = &request->slot[i];
		struct ent_str text = slot->place == ENT_IN_PATH   ? request->path
				      : slot->place == ENT_IN_BODY ? request->body
								   : ENT_ABSENT;

		if (slot->place == ENT_IN_HEADER) {
			if (slot->header >= request->n_header)
				return "a secret in a header that there is not";
			text = request->header[slot->header].value;
			last[ENT_IN_HEADER] =
			    i > 0 && request->slot[i - 1].header == slot->header ? last[ENT_IN_HEADER] : 0;
		}
		if (slot->at > text.n || slot->at < last[slot->place] || slot->name.n == 0)
			return "a secret outside of its text, out of order or without a name";
		last[slot->place] = slot->at;
	}
	return NULL;
}

const char *request_fault(struct ent_arena *arena, const struct ent_request *request)
{
	const char *why = NULL;

	if (!request->method)
		return NULL;
	if (!is_method(request->method))
		why = "the method is none of GET, HEAD, POST, PUT, PATCH and DELETE";
	if (!why)
		why = path_fault(request->path, request->n_slot > 0 && request->slot[0].place == ENT_IN_PATH &&
						    request->slot[0].at == 1);
	if (!why && request->n_header > HEADERS_MAX)
		why = "more headers than one needs";
	for (size_t i = 0; i < request->n_header && !why; i++)
		why = header_fault(&request->header[i], has_slot(request, i));
	if (!why)
		why = body_fault(request);
	if (!why)
		why = slots_fault(request);
	return why ? sdk_z(arena, sdk_format(arena, "request: %s", why)) : NULL;
}

/* ---- results ------------------------------------------------------------------ */

static bool is_id(struct ent_str id)
{
	return !id.p || (id.n >= 1 && id.n <= ENT_ID_MAX && sdk_is_utf8(id));
}

const char *result_fault(struct ent_arena *arena, const struct ent_call *call, enum ent_rc rc,
			 const struct ent_result *result, const struct ent_err *err)
{
	bool fine = rc == ENT_OK || rc == ENT_MORE;

	if (rc > ENT_MORE || rc < ENT_ETOOLONG)
		return "result: a return code that does not exist";
	if (fine && err->msg[0])
		return "result: success, and yet an error was written";
	if (!fine && (!err->msg[0] || !sdk_is_utf8(sdk_str(err->msg))))
		return "result: a failure without a reason, or with one that is no UTF-8";
	if (rc < ENT_OK && !err->code[0])
		return "result: a reason without a code";
	if (rc == ENT_ERETRY && result->retry_after_s > RETRY_MAX_S)
		return "result: retry_after_s is more than a day";
	if (!fine)
		return NULL;
	if (rc == ENT_MORE && call->op.kind != ENT_POLL && (result->phase == 0 || result->phase >= ENT_PHASES_MAX))
		return "result: more, and the next phase is 0 or too high";
	if (result->memo.n > MEMO_MAX || !sdk_is_utf8(result->memo))
		return "result: the memo is too long or no UTF-8";
	if (!is_id(result->remote_id) || !is_id(result->remote_key))
		return "result: remote_id or remote_key is not 1..ENT_ID_MAX bytes of UTF-8";
	if (rc == ENT_OK && call->op.kind == ENT_CREATE_TICKET && !result->remote_id.p)
		return "result: a ticket was created, and remote_id is absent";
	if (rc == ENT_OK && call->op.kind == ENT_FETCH_TICKET && result->changes.n == 0)
		return "result: a ticket was fetched, and there is no change that tells it";
	return changes_fault(arena, &result->changes);
}

/* ---- damage --------------------------------------------------------------------- */

struct damage {
	const struct dialog *dialog;
	const struct ent_call *call;
	struct ent_response response;
	const char *why;
};

static enum ent_rc damage_try(struct damage *damage, struct ent_str body, const char *what)
{
	const struct plugin *plugin = damage->dialog->plugin;
	struct ent_arena *keep = damage->dialog->arena;
	struct ent_response response = damage->response;
	struct ent_result result = {0};
	struct ent_err err = {0};
	struct sdk_arena arena;
	const char *fault;
	enum ent_rc rc;

	if (damage->why)
		return ENT_OK;
	sdk_arena_init(&arena);
	response.body = sdk_dup(&arena.abi, body);
	rc = plugin->connector->parse(&plugin->self, damage->call, &response, &arena.abi, &result, &err);
	fault = result_fault(&arena.abi, damage->call, rc, &result, &err);
	if (fault)
		damage->why =
		    sdk_z(keep, sdk_format(keep, "damaged answer (HTTP %d, %s): %s", response.status, what, fault));
	sdk_arena_release(&arena);
	return rc;
}

static void value_replace(struct damage *damage, size_t begin, size_t end, const char *instead)
{
	struct ent_str body = damage->response.body;
	struct sdk_buf buf;

	sdk_buf_init(&buf, body.n + 64);
	sdk_buf_add(&buf, body.p, begin);
	sdk_buf_z(&buf, instead);
	sdk_buf_add(&buf, body.p + end, body.n - end);
	(void)damage_try(damage, sdk_buf_view(&buf), instead); /* whatever it says, as long as it keeps the promises */
	sdk_buf_release(&buf);
}

static void bodies_damage(struct damage *damage)
{
	static const char *const whole[] = {"",
					    "null",
					    "[]",
					    "{}",
					    "7",
					    "\"\"",
					    "[[]]",
					    "[null]",
					    "<",
					    "\xff",
					    "{\"error\":{\"message\":[[\"\\u0007\"]]}}"};
	static const char *const value[] = {"null", "7", "\"\"", "[]", "{}", "[null,[{}]]", "-1e999", "true"};
	struct ent_str body = damage->response.body;
	size_t step = body.n / TRUNCATIONS + 1, n_value = 0, stride;

	for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
		(void)damage_try(damage, sdk_str(whole[i]), "another body");
	for (size_t i = 0; i < body.n; i += step)
		(void)damage_try(damage, (struct ent_str){body.p, i}, "cut");
	for (size_t i = 0; i < body.n; i++)
		n_value += body.p[i] == ':';
	stride = n_value / VALUES_MAX + 1;
	for (size_t i = 0, n = 0; i + 1 < body.n; i++)
		for (size_t k = 0; body.p[i] == ':' && n++ % stride == 0 && k < sizeof value / sizeof *value; k++)
			value_replace(damage, i + 1, value_end(body, i + 1), value[k]);
}

/* A ticket that is asked for again, or often enough, may be put aside (sdk/cursor.h): then it is no failure. */
static bool may_pass_over(const struct ent_call *call)
{
	static const char asks[] = "\"todo\":[[";

	return call->op.kind == ENT_POLL && call->memo.n > 0 &&
	       memmem(call->memo.p, call->memo.n, asks, sizeof asks - 1);
}

/* The statuses that mean the same for every tool, with the page a proxy sends. */
static void statuses_damage(struct damage *damage)
{
	static const struct {
		int status;
		enum ent_rc rc; /* ENT_OK: the tool's business */
	} row[] = {{302, ENT_OK}, {400, ENT_OK},     {401, ENT_EAUTH},  {403, ENT_OK},
		   {404, ENT_OK}, {409, ENT_OK},     {412, ENT_OK},     {422, ENT_OK},
		   {204, ENT_OK}, {429, ENT_ERETRY}, {500, ENT_ERETRY}, {503, ENT_ERETRY}};
	struct ent_str page = ENT_STR("<!DOCTYPE html>\n<html><body><h1>Not the tool</h1></body></html>");

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		enum ent_rc rc;

		damage->response.status = row[i].status;
		rc = damage_try(damage, row[i].status == 204 ? ENT_STR("") : page, "a page of HTML");
		if (row[i].status >= 500 && rc >= ENT_OK && may_pass_over(damage->call))
			continue;
		if (!damage->why && row[i].rc != ENT_OK && rc != row[i].rc && !damage->dialog->own_statuses)
			damage->why = sdk_z(damage->dialog->arena,
					    sdk_format(damage->dialog->arena, "HTTP %d with a page of HTML is %s",
						       row[i].status, rc_name(rc)));
	}
}

const char *damage_fault(const struct dialog *dialog, const struct ent_call *call, const struct ent_response *response)
{
	struct damage damage = {dialog, call, *response, NULL};

	bodies_damage(&damage);
	statuses_damage(&damage);
	return damage.why;
}
