/* SPDX-License-Identifier: Apache-2.0 */
/* The output of `build`: one request, read strictly, since jq is not what stands between a ticket's text and HTTP. */
#include <string.h>

#include "generic.h"
#include "sdk/http.h"
#include "sdk/reader.h"

#define HEADERS_MAX 16
#define PATH_MAX_N  8000

bool is_plain(struct ent_str s, char least, const char *forbidden)
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
	return sdk_fail_as(err, ENT_EINVAL, "generic.method",
			   "method is none of GET, POST, PUT, PATCH, DELETE and HEAD");
}

static enum ent_rc path_read(const struct sdk_json *node, struct texts *texts, struct ent_request *ret,
			     struct ent_err *err)
{
	struct ent_str path;
	enum ent_rc rc = text_read(texts, node, ENT_IN_PATH, 0, &path, err);
	bool has_secret_first;

	if (rc != ENT_OK)
		return rc;
	has_secret_first =
	    texts->n_slot > 0 && texts->slot[0].at == 1; /* "/SECRET/x" is "//x" until the secret is filled in */
	if (!(sdk_starts(path, "/") && (has_secret_first || !sdk_starts(path, "//"))) && !sdk_starts(path, "http://") &&
	    !sdk_starts(path, "https://"))
		return sdk_fail_as(err, ENT_EINVAL, "generic.path_kind",
				   "path neither begins with / nor is it a whole address");
	if (path.n > PATH_MAX_N || !is_plain(path, '!', "\"<>\\^`{|}#"))
		return sdk_fail_as(err, ENT_EINVAL, "generic.path_character",
				   "path has a character that must be encoded (use @uri), or is too long");
	for (size_t i = 0; i < path.n; i++)
		if (path.p[i] == '%' &&
		    (i + 2 >= path.n || sdk_hex_value(path.p[i + 1]) < 0 || sdk_hex_value(path.p[i + 2]) < 0))
			return sdk_fail_as(err, ENT_EINVAL, "generic.path_percent",
					   "path has a %% without two digits (use @uri)");
	ret->path = path;
	return ENT_OK;
}

/* Where it goes and how long it is are not the program's business; who we are only by a secret's name. */
static bool is_ours(struct ent_str name, bool has_secret)
{
	static const char *const who[] = {"authorization", "proxy-authorization", "cookie"};

	for (size_t i = 0; i < sizeof who / sizeof *who && !has_secret; i++)
		if (sdk_ieqz(name, who[i]))
			return true;
	return sdk_ieqz(name, "content-type") || sdk_ieqz(name, "webhook-signature") || sdk_http_is_framing(name);
}

static enum ent_rc headers_read(const struct sdk_json *node, struct texts *texts, struct ent_request *ret,
				struct ent_err *err)
{
	struct ent_header *header = SDK_NEW_N(texts->arena, struct ent_header, HEADERS_MAX);

	if (sdk_json_kind(node) == SDK_JSON_NULL)
		return ENT_OK;
	if (sdk_json_kind(node) != SDK_JSON_OBJECT || sdk_json_count(node) > HEADERS_MAX)
		return sdk_fail_as(err, ENT_EINVAL, "generic.headers_kind", "headers is no object of at most {most=%d}",
				   HEADERS_MAX);
	for (const struct sdk_json *at = sdk_json_first(node); at; at = sdk_json_next(at)) {
		struct ent_str name = sdk_json_key(at), value;
		size_t n_slot = texts->n_slot;
		enum ent_rc rc;

		if (sdk_json_kind(at) == SDK_JSON_NULL)
			continue;
		rc = text_read(texts, at, ENT_IN_HEADER, ret->n_header, &value, err);
		if (rc != ENT_OK)
			return rc;
		if (is_ours(name, texts->n_slot > n_slot))
			return sdk_fail_as(err, ENT_EINVAL, "generic.header_ours",
					   "header {header=%.*s} is set by the broker", ENT_F(sdk_head(name, 40)));
		if (!is_plain(name, '!', "()<>@,;:\\\"/[]?={}") ||
		    !(is_plain(value, ' ', "") || (value.n == 0 && texts->n_slot > n_slot)))
			return sdk_fail_as(err, ENT_EINVAL, "generic.header_character",
					   "a header's name or value is empty or has a character it may not have");
		header[ret->n_header++] = (struct ent_header){name, value};
	}
	ret->header = header;
	return ENT_OK;
}

enum ent_rc request_read(const struct sdk_json *root, struct ent_arena *arena, struct ent_request *ret,
			 struct ent_err *err)
{
	static const char known[] = "method path headers body form text multipart content_type read";
	const struct sdk_reader reader = {.arena = arena, .err = err, .is_closed = true};
	struct ent_request request = {0};
	struct texts texts = {.arena = arena, .slot = SDK_NEW_N(arena, struct ent_slot, ENT_SLOTS_MAX)};
	enum ent_rc rc = sdk_read_members(&reader, root, "output", known);

	if (rc == ENT_OK)
		rc = method_read(sdk_json_text_at(root, "method"), &request.method, err);
	if (rc == ENT_OK)
		rc = path_read(sdk_json_at(root, "path"), &texts, &request, err);
	if (rc == ENT_OK)
		rc = headers_read(sdk_json_at(root, "headers"), &texts, &request, err);
	if (rc == ENT_OK)
		rc = body_read(root, &texts, &request, err);
	if (rc != ENT_OK)
		return rc;
	request.read = sdk_json_bool(sdk_json_at(root, "read"), false) && strcmp(request.method, "GET") != 0 &&
		       strcmp(request.method, "HEAD") != 0;
	request.slot = texts.slot;
	request.n_slot = texts.n_slot;
	*ret = request;
	return ENT_OK;
}
