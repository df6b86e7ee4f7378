/* SPDX-License-Identifier: Apache-2.0 */
#include "face/answer.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include "face/uri.h"
#include "sdk/webhook.h"

/* On every answer: no cache may keep it, and nobody learns from where a link in it was followed. */
#define FIELDS_ALWAYS                                                                                                  \
	"Cache-Control: no-store\r\n"                                                                                  \
	"X-Content-Type-Options: nosniff\r\n"                                                                          \
	"Referrer-Policy: no-referrer\r\n"                                                                             \
	"Content-Security-Policy: "
#define POLICY_OF_DATA "default-src 'none'; frame-ancestors 'none'"
#define RETRY_AFTER_S  "1"

static const struct {
	int status;
	const char *word, *title;
} problem_facts[PROBLEM_N] = {
#define X(id, status, word, title) [id] = {status, word, title},
    PROBLEM_TABLE(X)
#undef X
};

static const char *reason_phrase(int status)
{
	static const struct {
		int status;
		const char *phrase;
	} phrases[] = {{200, "OK"},
		       {201, "Created"},
		       {202, "Accepted"},
		       {204, "No Content"},
		       {303, "See Other"},
		       {304, "Not Modified"},
		       {400, "Bad Request"},
		       {401, "Unauthorized"},
		       {403, "Forbidden"},
		       {404, "Not Found"},
		       {405, "Method Not Allowed"},
		       {408, "Request Timeout"},
		       {409, "Conflict"},
		       {412, "Precondition Failed"},
		       {413, "Content Too Large"},
		       {414, "URI Too Long"},
		       {415, "Unsupported Media Type"},
		       {417, "Expectation Failed"},
		       {422, "Unprocessable Content"},
		       {428, "Precondition Required"},
		       {429, "Too Many Requests"},
		       {431, "Request Header Fields Too Large"},
		       {500, "Internal Server Error"},
		       {503, "Service Unavailable"},
		       {505, "HTTP Version Not Supported"}};

	for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++)
		if (phrases[i].status == status)
			return phrases[i].phrase;
	return "Unknown";
}

/* ---- bodies ---------------------------------------------------------------- */

struct sdk_jsonw answer_json(struct exchange *x)
{
	struct sdk_jsonw w;

	sdk_buf_clear(&x->desk->scratch);
	sdk_jsonw_init(&w, &x->desk->scratch);
	return w;
}

void answer_body(struct exchange *x, int status, const char *type, struct ent_str body)
{
	x->answer.status = status;
	x->answer.type = type;
	x->answer.body = body;
}

void answer_done(struct exchange *x, int status)
{
	if (x->desk->scratch.failed)
		answer_problem(x, PROBLEM_INTERNAL, "answer.large",
			       "The answer is larger than this server sends; ask for less.");
	else
		answer_body(x, status, NULL, sdk_buf_view(&x->desk->scratch));
}

void answer_problem(struct exchange *x, enum problem problem, const char *code, const char *fmt, ...)
{
	struct ent_said said;
	va_list args;

	va_start(args, fmt);
	said = sdk_vsay(&x->arena.abi, code, fmt, args);
	va_end(args);
	answer_problem_said(x, problem, said);
}

void answer_problem_said(struct exchange *x, enum problem problem, struct ent_said said)
{
	answer_problem_beside(x, problem, said, NULL);
}

void answer_problem_acts(struct exchange *x, enum problem problem, struct ent_said said, struct ent_str acts)
{
	const struct answer_beside beside = {.name = "acts", .json = acts};

	answer_problem_beside(x, problem, said, acts.n ? &beside : NULL);
}

void answer_problem_beside(struct exchange *x, enum problem problem, struct ent_said said,
			   const struct answer_beside *beside)
{
	struct sdk_jsonw w = answer_json(x);

	sdk_jsonw_open(&w, '{');
	sdk_jsonw_key(&w, "type");
	sdk_jsonw_str(&w, sdk_format(&x->arena.abi, "/problems/%s", problem_facts[problem].word));
	sdk_jsonw_kz(&w, "title", problem_facts[problem].title);
	sdk_jsonw_kint(&w, "status", problem_facts[problem].status);
	sdk_jsonw_kstr(&w, "detail", sdk_or_empty(said.text));
	sdk_jsonw_kstr(&w, "code", said.code);
	sdk_jsonw_kraw(&w, "params", said.params.n ? said.params : ENT_STR("{}"));
	if (uri_is_path(x->path))
		sdk_jsonw_kstr(&w, "instance", uri_shown(&x->arena.abi, x->path));
	if (beside && beside->json.p)
		sdk_jsonw_kraw(&w, beside->name, beside->json);
	if (beside && beside->text_name)
		sdk_jsonw_kstr(&w, beside->text_name, beside->text);
	sdk_jsonw_close(&w, '}');
	x->answer.fields = ENT_ABSENT;
	x->answer.policy = ENT_ABSENT;
	answer_body(x, problem_facts[problem].status, "application/problem+json", sdk_buf_view(&x->desk->scratch));
}

void answer_busy(struct exchange *x, struct ent_said why)
{
	bool reads = sdk_eqz(x->request.method, "GET") || sdk_eqz(x->request.method, "HEAD");

	if (reads)
		answer_problem(x, PROBLEM_UNAVAILABLE, "busy.ask_again",
			       "{why=%p} Ask again after the time in Retry-After.", (const void *)&why);
	else
		answer_problem(x, PROBLEM_UNAVAILABLE, "busy.send_again",
			       "{why=%p} Nothing was kept; send it again after the time in Retry-After.",
			       (const void *)&why);
	x->answer.fields = ENT_STR("Retry-After: " RETRY_AFTER_S "\r\n");
}

void answer_failure(struct exchange *x, enum ent_rc rc, const struct ent_err *err)
{
	if (rc == ENT_EGONE)
		answer_problem_said(x, PROBLEM_NOT_FOUND, sdk_said(err));
	else if (rc == ENT_EINVAL)
		answer_problem_said(x, PROBLEM_REQUEST, sdk_said(err));
	else if (rc == ENT_EUNSUPPORTED)
		answer_problem_said(x, PROBLEM_INTERNAL, sdk_said(err));
	else
		answer_busy(x, SDK_SENTENCE("busy.unread", "The store cannot be read just now."));
}

void answer_refusal(struct exchange *x, int status, const char *why)
{
	enum problem problem = PROBLEM_REQUEST;

	for (enum problem i = 0; i < PROBLEM_N; i++)
		if (problem_facts[i].status == status)
			problem = i;
	answer_problem(x, problem, "http_request.refused", "{why=%s}. The connection is closed.", why);
}

/* ---- bytes ------------------------------------------------------------------- */

static const char *date_field(struct desk *desk)
{
	time_t now = (time_t)(desk->now_ms / 1000);
	struct tm tm;

	if (desk->date_s != now) {
		gmtime_r(&now, &tm);
		strftime(desk->date, sizeof desk->date, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &tm);
		desk->date_s = now;
	}
	return desk->date;
}

void answer_print(struct exchange *x, bool close, struct sdk_buf *out)
{
	const struct answer *answer = &x->answer;
	bool bodiless = answer->status == 204 || answer->status == 304;

	sdk_buf_z(out, "HTTP/1.1 ");
	sdk_buf_int(out, answer->status);
	sdk_buf_z(out, " ");
	sdk_buf_z(out, reason_phrase(answer->status));
	sdk_buf_z(out, "\r\n");
	sdk_buf_z(out, date_field(x->home));
	if (!bodiless) {
		sdk_buf_z(out, "Content-Type: ");
		sdk_buf_z(out, answer->type != NULL ? answer->type : "application/json");
		sdk_buf_z(out, "\r\n");
	}
	if (!bodiless && x->stream == NULL) {
		sdk_buf_z(out, "Content-Length: ");
		sdk_buf_int(out, x->file >= 0 ? answer->file_size : (int64_t)answer->body.n);
		sdk_buf_z(out, "\r\n");
	}
	sdk_buf_z(out, FIELDS_ALWAYS);
	sdk_buf_str(out, answer->policy.p ? answer->policy : ENT_STR(POLICY_OF_DATA));
	sdk_buf_z(out, "\r\n");
	sdk_buf_str(out, answer->fields);
	sdk_buf_z(out, close ? "Connection: close\r\n\r\n" : "\r\n");
	if (!bodiless && !sdk_eqz(x->request.method, "HEAD"))
		sdk_buf_str(out, answer->body);
}
