/* SPDX-License-Identifier: Apache-2.0 */
#include "link/asking.h"

#include "core/delivery.h"

#include <string.h>

#include "base/charset.h"
#include "core/url.h"
#include "sdk/http.h"
#include "sdk/webhook.h"

/* ---- a request ---------------------------------------------------------------------- */

static enum ent_rc headers_take(const struct ent_request *request, struct asking *to, struct ent_err *err)
{
	if (request->n_header > ASKING_HEADERS_MAX)
		return sdk_fail_as(err, ENT_EINVAL, "connector.headers_many",
				   "the connector asks for {n=%zu} headers; at most {most=%d} are sent",
				   request->n_header, ASKING_HEADERS_MAX);
	if (request->content_type.n)
		to->header[to->n_header++] = (struct ent_header){ENT_STR("Content-Type"), request->content_type};
	for (size_t i = 0; i < request->n_header; i++)
		to->header[to->n_header++] = request->header[i];
	for (size_t i = 0; i < to->n_header; i++)
		if (!sdk_is_token(to->header[i].name) || sdk_http_is_framing(to->header[i].name) ||
		    sdk_has_control(to->header[i].value))
			return sdk_fail_as(
			    err, ENT_EINVAL, "connector.header_wrong",
			    "header {n=%zu} of the connector's request is not valid, or the broker sets it itself",
			    i + 1);
	return ENT_OK;
}

static void words_add(struct asking *asking, const struct auth_words *words)
{
	if (words->name.p)
		asking->header[asking->n_header++] = (struct ent_header){words->name, auth_words_view(words)};
}

enum ent_rc asking_make(const struct supplier *supplier, const struct auth *auth, const struct session *session,
			const struct ent_request *built, struct ent_arena *arena, struct asking *ret,
			struct ent_err *err)
{
	const struct supplier_link *way = &supplier->link;
	const struct ent_request *request = &ret->filled.request;
	enum ent_rc rc;

	*ret = (struct asking){.url = ENT_ABSENT};
	rc = slots_fill(built, way, session, arena, &ret->filled, err);
	ret->has_secret_path = request->path.p != built->path.p;
	ret->body = request->body;
	if (rc == ENT_OK)
		rc = url_join(arena, way->url, request->path, &ret->url, err);
	if (rc == ENT_OK)
		rc = headers_take(request, ret, err);
	if (rc == ENT_OK && request->sign)
		rc = auth_sign(supplier, request, &ret->signature, err);
	if (rc != ENT_OK)
		return rc;
	auth_header(auth, way, &ret->who);
	words_add(ret, &ret->who);
	words_add(ret, &ret->signature);
	return ENT_OK;
}

void asking_wipe(struct asking *asking)
{
	auth_words_release(&asking->who);
	auth_words_release(&asking->signature);
	if (asking->has_secret_path && asking->url.p)
		explicit_bzero((char *)(uintptr_t)asking->url.p, asking->url.n);
	slots_wipe(&asking->filled);
}

struct transfer asking_token(const struct supplier_link *link, const struct auth_words *form)
{
	static const struct ent_header header[] = {
	    {ENT_STR("Content-Type"), ENT_STR("application/x-www-form-urlencoded")},
	    {ENT_STR("Accept"), ENT_STR("application/json")},
	};

	return (struct transfer){.link = link,
				 .method = "POST",
				 .url = link->token_url,
				 .header = header,
				 .n_header = sizeof header / sizeof *header,
				 .body = auth_words_view(form)};
}

bool asking_writes(const struct ent_request *request)
{
	return !request->read && strcmp(request->method, "GET") != 0 && strcmp(request->method, "HEAD") != 0;
}

/* ---- an answer ---------------------------------------------------------------------- */

struct ent_response asking_keep(struct ent_arena *arena, const struct ent_response *response)
{
	struct ent_header *header = SDK_NEW_N(arena, struct ent_header, response->n_header + 1);

	for (size_t i = 0; i < response->n_header; i++)
		header[i] = (struct ent_header){sdk_dup(arena, response->header[i].name),
						sdk_dup(arena, response->header[i].value)};
	return (struct ent_response){response->status, header, response->n_header,
				     sdk_or_empty(sdk_dup(arena, response->body))};
}

bool asking_open(const struct ent_call *call, struct ent_response *response, struct ent_arena *arena,
		 struct ent_err *err)
{
	bool is_read = charset_read(arena, response->header, response->n_header, &response->body, err) == ENT_OK;

	if (!is_read && call->op.kind == ENT_POLL &&
	    response->status < 300) /* counts as a missing answer about one ticket */
		*response = (struct ent_response){.body = sdk_dup(arena, sdk_str(err->msg))};
	/* a status that is no success means the same without a readable body */
	return is_read || response->status >= 300 || response->status == 0;
}

static bool op_delivers(enum ent_op_kind op)
{
	return op == ENT_CREATE_TICKET || op == ENT_UPDATE_TICKET || op == ENT_ADD_COMMENT ||
	       delivery_changes_comment(op);
}

enum ent_rc asking_vet(const struct ent_call *call, enum ent_rc rc, const struct ent_result *result, unsigned *n_trip,
		       struct ent_err *err)
{
	if (rc == ENT_ETOOLONG && !op_delivers(call->op.kind)) /* an op that reads sends no text */
		rc = ENT_EINVAL;
	if (rc == ENT_MORE && (result->phase == 0 || ++*n_trip >= ENT_PHASES_MAX) && call->op.kind != ENT_POLL)
		return sdk_fail_as(err, ENT_EINVAL, "connector.phases",
				   "the connector asks for more than {most=%d} calls, or for phase 0", ENT_PHASES_MAX);
	if (rc >= ENT_OK && (result->memo.n > ENT_MEMO_MAX || !sdk_is_utf8(result->memo)))
		return sdk_fail_as(err, ENT_EINVAL, "connector.memo",
				   "the connector's memo is longer than {most=%d} bytes, or not UTF-8", ENT_MEMO_MAX);
	return rc;
}

bool asking_is_lost(enum ent_rc rc, bool writes, int status)
{
	return rc == ENT_ERETRY && writes && status != 503 && (status < 400 || status >= 500);
}
