/* SPDX-License-Identifier: Apache-2.0 */
#include "rt.h"

#define TEXT_QUERY_MAX 16384u

enum ent_rc rt_items(const struct ent_response *response, struct ent_arena *arena, const char *path,
		     struct ent_str *ret, struct ent_err *err)
{
	const struct sdk_json *root = NULL;
	enum ent_rc rc = sdk_http_json(response, arena, &root, err);
	struct ent_str all = ENT_STR("");

	if (rc == ENT_OK && sdk_json_kind(sdk_json_at(root, "items")) != SDK_JSON_ARRAY)
		return sdk_fail_as(err, ENT_ERETRY, "search.no_list",
				   "the answer to the search for what may have been done is no list");
	if (rc != ENT_OK)
		return rc;
	for (const struct sdk_json *at = sdk_json_first(sdk_json_at(root, "items")); at; at = sdk_json_next(at)) {
		struct ent_str word = sdk_word_at(at, path);
		int64_t number;

		if (!sdk_to_int(word, &number)) /* it goes into searches */
			return sdk_fail_as(err, ENT_EINVAL, "rt.no_number", "{path=%s} of an item is no number", path);
		all = sdk_join(arena, all, ",", word);
	}
	*ret = all;
	return ENT_OK;
}

/* Texts only: files of these transactions may be large, and hold bytes that JSON cannot. */
void rt_texts_build(struct ent_arena *arena, struct ent_str transactions, struct ent_request *ret)
{
	struct sdk_buf body;
	struct sdk_jsonw w;

	sdk_buf_init(&body, TEXT_QUERY_MAX);
	sdk_jsonw_init(&w, &body);
	sdk_jsonw_open(&w, '[');
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kz(&w, "field", "ContentType");
	sdk_jsonw_kz(&w, "value", "text/plain");
	sdk_jsonw_close(&w, '}');
	while (transactions.n > 0) {
		struct ent_str one = sdk_cut(transactions, ',', &transactions);

		sdk_jsonw_open(&w, '{');
		sdk_jsonw_kz(&w, "field", "TransactionId");
		sdk_jsonw_kstr(&w, "value", one);
		sdk_jsonw_close(&w, '}');
	}
	sdk_jsonw_close(&w, ']');
	ret->method = "POST";
	ret->path = ENT_STR("/attachments?fields=Content,TransactionId&per_page=100");
	ret->content_type = ENT_STR("application/json");
	ret->body = sdk_dup(arena, sdk_buf_view(&body));
	ret->read = true;
	sdk_buf_release(&body);
}

enum ent_rc rt_texts_parse(const struct ent_response *response, struct ent_arena *arena, const struct ent_op *op,
			   unsigned phase, struct ent_result *ret, struct ent_err *err)
{
	const struct sdk_json *root = NULL, *found = NULL;
	enum ent_rc rc = sdk_http_json(response, arena, &root, err);

	if (rc != ENT_OK)
		return rc;
	return sdk_find_marked(sdk_json_at(root, "items"), "Content", "TransactionId", op, phase, ret, &found, err);
}
