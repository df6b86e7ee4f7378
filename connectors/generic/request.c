/* SPDX-License-Identifier: Apache-2.0 */
/* What `build` gave: one request, read strictly, since jq is not what stands between a ticket's text and HTTP. */
#include <string.h>

#include "generic.h"
#include "sdk/http.h"
#include "sdk/reader.h"

#define HEADERS_MAX 16
#define PATH_MAX_N  8000
#define BODY_MAX    (8u * 1024u * 1024u)

/* No control character, no blank, nothing beyond ASCII, and none of `forbidden`. */
static bool is_plain(struct ent_str s, char least, const char *forbidden)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < least || s.p[i] > 0x7e || strchr(forbidden, s.p[i]))
			return false;
	return s.n > 0;
}

static enum ent_rc method_read(struct ent_str word, const char **ret, struct ent_err *err)
{
	static const char *const known[] = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (sdk_eqz(word, known[i])) {
			*ret = known[i];
			return ENT_OK;
		}
	return sdk_fail(err, ENT_EINVAL, "method is none of GET, POST, PUT, PATCH, DELETE and HEAD");
}

static enum ent_rc path_read(struct ent_str path, struct ent_request *ret, struct ent_err *err)
{
	bool under = sdk_starts(path, "/") && !sdk_starts(path, "//");

	if (!under && !sdk_starts(path, "http://") && !sdk_starts(path, "https://"))
		return sdk_fail(err, ENT_EINVAL, "path neither begins with / nor is it a whole address");
	if (path.n > PATH_MAX_N || !is_plain(path, '!', "\"<>\\^`{|}#"))
		return sdk_fail(err, ENT_EINVAL,
				"path has a character that must be encoded (use @uri), or is too long");
	for (size_t i = 0; i < path.n; i++)
		if (path.p[i] == '%' &&
		    (i + 2 >= path.n || sdk_hex_value(path.p[i + 1]) < 0 || sdk_hex_value(path.p[i + 2]) < 0))
			return sdk_fail(err, ENT_EINVAL, "path has a %% without two digits (use @uri)");
	ret->path = path;
	return ENT_OK;
}

/* Who we are, where it goes and how long it is are not the program's business. */
static bool is_ours(struct ent_str name)
{
	static const char *const known[] = {"authorization", "proxy-authorization", "cookie", "content-type",
					    "webhook-signature"};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (sdk_ieqz(name, known[i]))
			return true;
	return sdk_http_is_framing(name);
}

static enum ent_rc headers_read(const struct sdk_json *node, struct ent_arena *arena, struct ent_request *ret,
				struct ent_err *err)
{
	struct ent_header *header = SDK_NEW_N(arena, struct ent_header, HEADERS_MAX);

	if (sdk_json_kind(node) == SDK_JSON_NULL)
		return ENT_OK;
	if (sdk_json_kind(node) != SDK_JSON_OBJECT || sdk_json_count(node) > HEADERS_MAX)
		return sdk_fail(err, ENT_EINVAL, "headers is no object of at most %d", HEADERS_MAX);
	for (const struct sdk_json *at = sdk_json_first(node); at; at = sdk_json_next(at)) {
		struct ent_str name = sdk_json_key(at), value = sdk_json_text(at);

		if (sdk_json_kind(at) == SDK_JSON_NULL)
			continue;
		if (is_ours(name))
			return sdk_fail(err, ENT_EINVAL, "header %.*s is set by the broker", ENT_F(sdk_head(name, 40)));
		if (!is_plain(name, '!', "()<>@,;:\\\"/[]?={}") || !is_plain(value, ' ', ""))
			return sdk_fail(err, ENT_EINVAL,
					"a header's name or value is empty or has a character it may not have");
		header[ret->n_header++] = (struct ent_header){name, value};
	}
	ret->header = header;
	return ENT_OK;
}

/* ---- bodies -------------------------------------------------------------------------- */

static void pair_write(struct sdk_buf *out, struct ent_str name, struct ent_str value)
{
	sdk_buf_z(out, out->n > 0 ? "&" : "");
	sdk_percent_encode(out, name);
	sdk_buf_char(out, '=');
	sdk_percent_encode(out, value);
}

/* {"name": "value", "list": ["a", "b"]}: a list stands several times, null not at all. */
static enum ent_rc form_write(const struct sdk_json *form, struct sdk_buf *out, struct ent_err *err)
{
	if (sdk_json_kind(form) != SDK_JSON_OBJECT)
		return sdk_fail(err, ENT_EINVAL, "form is no object");
	for (const struct sdk_json *at = sdk_json_first(form); at; at = sdk_json_next(at)) {
		if (sdk_json_kind(at) == SDK_JSON_OBJECT)
			return sdk_fail(err, ENT_EINVAL, "form has an object in it");
		for (const struct sdk_json *one = sdk_json_first(at); one; one = sdk_json_next(one))
			pair_write(out, sdk_json_key(at), sdk_or_empty(sdk_json_text(one)));
		if (sdk_json_text(at).p)
			pair_write(out, sdk_json_key(at), sdk_json_text(at));
	}
	return ENT_OK;
}

static enum ent_rc form_read(const struct sdk_json *form, struct ent_arena *arena, struct ent_request *ret,
			     struct ent_err *err)
{
	struct sdk_buf out;
	enum ent_rc rc;

	sdk_buf_init(&out, BODY_MAX);
	rc = form_write(form, &out, err);
	if (rc == ENT_OK && out.failed)
		rc = sdk_fail(err, ENT_EINVAL, "form is too large");
	ret->body = sdk_dup(arena, sdk_buf_view(&out));
	ret->content_type = ENT_STR("application/x-www-form-urlencoded");
	sdk_buf_release(&out);
	return rc;
}

static enum ent_rc body_read(const struct sdk_json *root, struct ent_arena *arena, struct ent_request *ret,
			     struct ent_err *err)
{
	const struct sdk_json *body = sdk_json_at(root, "body"), *form = sdk_json_at(root, "form");
	const struct sdk_json *text = sdk_json_at(root, "text");
	struct ent_str type = sdk_word_at(root, "content_type");
	int n = (body != NULL) + (form != NULL) + (text != NULL);
	enum ent_rc rc = ENT_OK;

	if (n > 1 || (n == 0 && type.p))
		return sdk_fail(err, ENT_EINVAL, "one of body, form and text, and content_type only beside it");
	if (n == 1 && (strcmp(ret->method, "GET") == 0 || strcmp(ret->method, "HEAD") == 0))
		return sdk_fail(err, ENT_EINVAL, "GET and HEAD have no body");
	if (type.p && !is_plain(type, ' ', ""))
		return sdk_fail(err, ENT_EINVAL, "content_type has a character it may not have");
	if (form)
		rc = form_read(form, arena, ret, err);
	if (body) {
		ret->body = sdk_json_print(arena, body);
		ret->content_type = ENT_STR("application/json");
	}
	if (text) {
		ret->body = sdk_or_empty(sdk_json_text(text));
		ret->content_type = ENT_STR("text/plain; charset=utf-8");
	}
	if (type.p)
		ret->content_type = type;
	return rc;
}

enum ent_rc request_read(const struct sdk_json *root, struct ent_arena *arena, struct ent_request *ret,
			 struct ent_err *err)
{
	const struct sdk_reader reader = {.arena = arena, .err = err, .is_closed = true};
	struct ent_request request = {0};
	enum ent_rc rc =
	    sdk_read_members(&reader, root, "output", "method path headers body form text content_type read");

	if (rc == ENT_OK)
		rc = method_read(sdk_json_text_at(root, "method"), &request.method, err);
	if (rc == ENT_OK)
		rc = path_read(sdk_json_text_at(root, "path"), &request, err);
	if (rc == ENT_OK)
		rc = headers_read(sdk_json_at(root, "headers"), arena, &request, err);
	if (rc == ENT_OK)
		rc = body_read(root, arena, &request, err);
	if (rc != ENT_OK)
		return rc;
	request.read = sdk_json_bool(sdk_json_at(root, "read"), false) && strcmp(request.method, "GET") != 0 &&
		       strcmp(request.method, "HEAD") != 0;
	*ret = request;
	return ENT_OK;
}
