/* SPDX-License-Identifier: Apache-2.0 */
#include "sdk/ask.h"

#include <stdarg.h>
#include <stdio.h>

#include "sdk/fit.h"
#include "sdk/http.h"
#include "sdk/marker.h"
#include "sdk/time.h"
#include "sdk/webhook.h"

#define BODY_MAX  (4u * 1024u * 1024u)
#define CLOCKS_MS 600000 /* by so much a tool's clock may be behind ours */

void sdk_ask_get(struct ent_request *ret, struct ent_str path)
{
	*ret = (struct ent_request){.method = "GET", .path = path};
}

void sdk_ask_delete(struct ent_request *ret, struct ent_str path)
{
	*ret = (struct ent_request){.method = "DELETE", .path = path};
}

void sdk_ask_begin(struct sdk_ask *ask)
{
	sdk_buf_init(&ask->buf, BODY_MAX);
	sdk_jsonw_init(&ask->w, &ask->buf);
	sdk_jsonw_open(&ask->w, '{');
}

enum ent_rc sdk_ask_send(struct sdk_ask *ask, const char *method, struct ent_str path, struct ent_arena *arena,
			 struct ent_request *ret, struct ent_err *err)
{
	sdk_jsonw_close(&ask->w, '}');
	bool fits = !ask->buf.failed;
	*ret = (struct ent_request){.method = method,
				    .path = path,
				    .content_type = ENT_STR("application/json"),
				    .body = fits ? sdk_dup(arena, sdk_buf_view(&ask->buf)) : ENT_ABSENT};
	sdk_buf_release(&ask->buf);
	if (!fits)
		return sdk_fail_as(err, ENT_EINVAL, "request.large", "the request is larger than {most=%u} bytes",
				   BODY_MAX);
	return ENT_OK;
}

bool sdk_op_sets(const struct ent_op *op, enum ent_attr attr)
{
	return op->ticket.has >> attr & 1u;
}

struct ent_str sdk_op_native(const struct ent_op *op, enum ent_attr attr)
{
	return sdk_op_sets(op, attr) ? op->ticket.at[attr].native : ENT_ABSENT;
}

static struct sdk_fit fit_of(const struct ent_op *op, enum sdk_dialect dialect)
{
	return (struct sdk_fit){.dialect = dialect,
				.unit = op->limits.unit,
				.max = op->limits.text,
				.language = op->language,
				.number = op->number,
				.marker = op->marker};
}

struct ent_str sdk_op_text(const struct ent_op *op, enum sdk_dialect dialect, struct ent_arena *arena)
{
	struct sdk_fit fit = fit_of(op, dialect);

	return sdk_fit_text(arena, op->comment.body, &fit);
}

struct ent_str sdk_op_title(const struct ent_op *op, enum sdk_dialect dialect, struct ent_str number,
			    struct ent_arena *arena)
{
	struct sdk_fit fit = fit_of(op, dialect);

	fit.max = op->limits.title;
	return sdk_fit_title(arena, op->ticket.at[ENT_TITLE].text, number, &fit);
}

/* The part of the written title that the sent title leaves out. Where the dialect escapes some of it, more is said
 * again than was cut, and no word is left out. */
static struct ent_str title_rest(struct ent_arena *arena, struct ent_str cut, struct ent_str written)
{
	struct sdk_fit plain = {.dialect = SDK_PLAIN};
	struct ent_str whole = sdk_fit_title(arena, written, ENT_ABSENT, &plain);
	size_t n = 0;

	while (n < cut.n && n < whole.n && cut.p[n] == whole.p[n])
		n++;
	while (n > 0 && n < whole.n && ((unsigned char)whole.p[n] & 0xC0) == 0x80) /* in the middle of a character */
		n--;
	while (n < whole.n && whole.p[n] == ' ')
		n++;
	return (struct ent_str){whole.p + n, whole.n - n};
}

struct ent_str sdk_op_description(const struct ent_op *op, enum sdk_dialect dialect, struct ent_str number,
				  struct ent_arena *arena)
{
	struct ent_str text = op->ticket.at[ENT_DESCRIPTION].text, title = op->ticket.at[ENT_TITLE].text;
	struct ent_str cut = sdk_op_title(op, dialect, number, arena);
	struct sdk_fit fit = fit_of(op, dialect), endless = fit;

	endless.max = 0;
	if (!sdk_eq(cut, sdk_fit_title(arena, title, number, &endless)) && !sdk_starts(text, sdk_z(arena, title)))
		text =
		    sdk_format(arena, "\xe2\x80\xa6 %.*s\n\n%.*s", ENT_F(title_rest(arena, cut, title)), ENT_F(text));
	return sdk_fit_text(arena, text, &fit);
}

enum ent_rc sdk_find_marked(const struct sdk_json *list, const char *path, const char *id, const struct ent_op *op,
			    unsigned phase, struct ent_result *ret, const struct sdk_json **ret_found,
			    struct ent_err *err)
{
	char key[SDK_MARKER_KEY_SIZE];

	if (sdk_json_kind(list) != SDK_JSON_ARRAY)
		return sdk_fail_as(err, ENT_ERETRY, "search.no_list",
				   "the answer to the search for what may have been done is no list");
	for (const struct sdk_json *at = sdk_json_first(list); at; at = sdk_json_next(at))
		if (sdk_marker_find(sdk_json_text_at(at, path), key) && sdk_eqz(op->key, key)) {
			*ret_found = at;
			return sdk_id_at(at, id, &ret->remote_id, err);
		}
	*ret_found = NULL;
	ret->phase = phase;
	return ENT_MORE;
}

int64_t sdk_look_since_ms(const struct ent_op *op)
{
	return op->since_ms > CLOCKS_MS ? op->since_ms - CLOCKS_MS : 0;
}

enum ent_rc sdk_look_reaches(const struct sdk_json *list, size_t page, const char *path, const struct ent_op *op,
			     struct ent_err *err)
{
	const struct sdk_json *last = NULL;

	if (sdk_json_count(list) < page)
		return ENT_OK;
	for (const struct sdk_json *at = sdk_json_first(list); at; at = sdk_json_next(at))
		last = at;
	if (op->since_ms == 0 || sdk_time_at(last, path) < sdk_look_since_ms(op))
		return ENT_OK;
	return sdk_fail_as(err, ENT_EINVAL, "search.too_new",
			   "its {n=%zu} newest are all newer than what is looked for", page);
}

enum ent_rc sdk_says_no(struct ent_result *ret, struct ent_err *err, const char *code, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)sdk_vfail_as(err, ENT_EINVAL, code, fmt, args);
	va_end(args);
	ret->said_no = true;
	return ENT_EINVAL;
}

enum ent_rc sdk_comment_status(const struct ent_op *op, const struct ent_response *response, struct ent_arena *arena,
			       struct ent_err *err)
{
	struct ent_err why = {0};
	enum ent_rc rc = sdk_http_status(response, arena, &why);

	if (rc != ENT_EGONE)
		return rc == ENT_OK ? rc : sdk_fail_said(err, rc, sdk_said(&why));
	if (op->kind == ENT_REMOVE_COMMENT)
		return ENT_OK;
	return sdk_fail_as(err, ENT_EINVAL, "comment.gone",
			   "HTTP {status=%d}: the comment is not there any more, or our user may not see it",
			   response->status);
}

bool sdk_call_looks(const struct ent_call *call)
{
	return call->phase == 0 && call->look;
}

enum ent_rc sdk_more(struct ent_result *ret, unsigned phase, struct ent_str memo)
{
	ret->phase = phase;
	ret->memo = memo;
	return ENT_MORE;
}

enum ent_repeat sdk_repeat_by_search(const struct ent_self *self, enum ent_op_kind kind, unsigned *ret_lag_s)
{
	(void)self;
	*ret_lag_s = 0;
	return kind == ENT_CREATE_TICKET || kind == ENT_ADD_COMMENT ? ENT_REPEAT_SEARCH : ENT_REPEAT_SAFE;
}
