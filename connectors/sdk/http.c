/* SPDX-License-Identifier: Apache-2.0 */
#include "sdk/http.h"

#include <stdarg.h>
#include <string.h>

#include "sdk/webhook.h"

#define WORDS_MAX   200 /* bytes of a tool's own words in an error */
#define WORDS_DEPTH 3   /* how deep an error object is read */

struct ent_str sdk_http_header(const struct ent_response *response, const char *name)
{
	return sdk_header(response->header, response->n_header, name);
}

bool sdk_http_is_framing(struct ent_str name)
{
	static const char *const framing[] = {
	    "host", "content-length", "transfer-encoding", "connection", "expect",
	    "te",   "upgrade",        "trailer",           "keep-alive", "accept-encoding"};

	for (size_t i = 0; i < sizeof framing / sizeof *framing; i++)
		if (sdk_ieqz(name, framing[i]))
			return true;
	return false;
}

/* ---- what a status means ------------------------------------------------------- */

/* Is a 403 a limit? Most tools say so with Retry-After, GitHub's secondary limit with words alone. words: absent: none.
 */
static bool is_limit(const struct ent_response *response, struct ent_str words)
{
	static const char *const said[] = {"rate limit", "abuse detection", "too many requests"};

	for (size_t i = 0; i < sizeof said / sizeof *said; i++)
		if (words.p && strcasestr(words.p, said[i]))
			return true;
	return sdk_http_header(response, "Retry-After").p != NULL;
}

/* Does the tool say that a text is longer than it takes? words: absent: none. */
static bool is_too_long(int status, struct ent_str words)
{
	/* Both stand in one sentence: "exceeds the allowed limit of 32,767 characters". "": one is enough. */
	static const struct {
		const char *one, *other;
	} said[] = {{"too long", ""},           {"exceed", "character"},
		    {"exceed", "length"},       {"exceed", "allowed limit"},
		    {"less than", "character"}, {"at most", "character"},
		    {"maximum", "character"},   {"longer than", ""},
		    {"maximum", "length"},      {"limited to", "character"},
		    {"trop long", ""},          {"zu lang", ""}};

	if (status != 400 && status != 422)
		return status == 413;
	for (size_t i = 0; i < sizeof said / sizeof *said; i++)
		if (words.p && strcasestr(words.p, said[i].one) && strcasestr(words.p, said[i].other))
			return true;
	return false;
}

/* words: the tool's, ended by a zero byte; absent: none. */
static enum ent_rc status_rc(const struct ent_response *response, struct ent_str words)
{
	int status = response->status;

	switch (status) {
	case 403:
		return is_limit(response, words) ? ENT_ERETRY : ENT_EAUTH;
	case 401:
		return ENT_EAUTH;
	case 404:
	case 410:
		return ENT_EGONE;
	case 409:
	case 412:
		return ENT_ECONFLICT;
	case 408:
	case 425:
	case 429:
		return ENT_ERETRY;
	default:
		if (is_too_long(status, words))
			return ENT_ETOOLONG;
		return status >= 500 ? ENT_ERETRY : ENT_EINVAL;
	}
}

static bool is_words(struct ent_str key)
{
	static const char *const name[] = {
	    "message",
	    "messages",
	    "error",
	    "errors",
	    "errorMessage",
	    "errorMessages", /* Jira and its service desk */
	    "description",
	    "details", /* Zendesk: what exactly a rule forbids stands in details */
	    "detail",  /* ServiceNow, RFC 9457 */
	    "reason",  /* TMF630 */
	    "messageText",
	    "messageAppendedText", /* BMC Helix */
	    "ErrorMessage",
	    "Error",             /* Znuny */
	    "response_status",   /* ServiceDesk Plus */
	    "error_description", /* RFC 6749 */
	};

	for (size_t i = 0; i < sizeof name / sizeof *name; i++)
		if (sdk_eqz(key, name[i]))
			return true;
	return false;
}

/* All text below a node, in order, separated by "; "; a field's name goes before what is said about it. */
static void reason_add(struct sdk_buf *out, const struct sdk_json *node, unsigned depth)
{
	enum sdk_json_kind kind = sdk_json_kind(node);
	struct ent_str key = sdk_json_key(node), text = sdk_json_text(node);

	if ((kind == SDK_JSON_ARRAY || kind == SDK_JSON_OBJECT) && depth < WORDS_DEPTH) {
		for (const struct sdk_json *at = sdk_json_first(node); at && out->n < WORDS_MAX; at = sdk_json_next(at))
			reason_add(out, at, depth + 1);
	} else if (text.n > 0 && kind != SDK_JSON_BOOL) {
		sdk_buf_z(out, out->n > 0 ? "; " : "");
		if (depth > 0 && key.n > 0 && !is_words(key)) {
			sdk_buf_str(out, sdk_head(key, 40));
			sdk_buf_z(out, ": ");
		}
		sdk_buf_str(out, sdk_head(text, WORDS_MAX));
	}
}

/* XML begins with '<' as well: by its type, else by its first tag. */
bool sdk_http_is_html(const struct ent_response *response)
{
	static const char *const tag[] = {"<!doctype html", "<html", "<head",   "<body", "<title", "<meta",
					  "<script",        "<h1",   "<center", "<div",  "<p>",    "<pre>",
					  "<form",          "<b>"};
	struct ent_str body = sdk_trim(response->body), type = sdk_http_header(response, "Content-Type");

	if (body.n == 0 || body.p[0] != '<')
		return false;
	if (sdk_ieqz(sdk_trim(sdk_cut(type, ';', &type)), "text/html"))
		return true;
	for (size_t i = 0; i < sizeof tag / sizeof *tag; i++)
		if (sdk_ieqz(sdk_head(body, strlen(tag[i])), tag[i]))
			return true;
	return false;
}

static bool is_markup(struct ent_str body)
{
	body = sdk_trim(body);
	return body.n > 0 && body.p[0] == '<';
}

/* The tool's own words, on one line; absent when it has none. A short plain text is one, too. */
static struct ent_str reason_of(const struct ent_response *response, struct ent_arena *arena)
{
	const struct sdk_json *root = NULL;
	struct ent_err unread;
	struct sdk_buf out;
	struct ent_str words;
	char *line;

	sdk_buf_init(&out, 64 * WORDS_MAX);
	if (sdk_json_parse(arena, sdk_json_mend(arena, response->body), &root, &unread) == ENT_OK) {
		if (sdk_json_kind(root) == SDK_JSON_STRING || sdk_json_kind(root) == SDK_JSON_ARRAY)
			reason_add(&out, root, 0);
		for (const struct sdk_json *at = sdk_json_first(root); at && out.n < WORDS_MAX; at = sdk_json_next(at))
			if (is_words(sdk_json_key(at)))
				reason_add(&out, at, 0);
	} else if (!is_markup(response->body) && sdk_is_utf8(response->body)) {
		sdk_buf_str(&out, sdk_head(sdk_trim(response->body), WORDS_MAX));
	}
	words = sdk_head(sdk_buf_view(&out), WORDS_MAX);
	line = sdk_z(arena, words);
	for (size_t i = 0; i < words.n; i++)
		line[i] = (char)((unsigned char)line[i] < 0x20 || line[i] == 0x7f ? ' ' : line[i]);
	sdk_buf_release(&out);
	return words.n > 0 ? (struct ent_str){line, words.n} : ENT_ABSENT;
}

/* Without its query, which may hold what opens a session. */
static enum ent_rc redirect_refuse(const struct ent_response *response, enum ent_rc rc, struct ent_err *err)
{
	struct ent_str rest, to = sdk_cut(sdk_http_header(response, "Location"), '?', &rest);
	bool is_shown = to.n > 0 && !sdk_has_control(to) && sdk_is_utf8(to) && !memchr(to.p, '@', to.n);

	if (is_shown)
		return sdk_fail_as(err, rc, "http.redirect_to",
				   "HTTP {status=%d}: it redirects to {url=%.*s}, which is not followed: check the "
				   "supplier's setting `url:`, which must be where its API answers itself",
				   response->status, ENT_F(sdk_head(to, 120)));
	return sdk_fail_as(err, rc, "http.redirect",
			   "HTTP {status=%d}: it redirects, which is not followed: check the supplier's setting "
			   "`url:`, which must be where its API answers itself",
			   response->status);
}

enum ent_rc sdk_http_status(const struct ent_response *response, struct ent_arena *arena, struct ent_err *err)
{
	struct ent_str words;
	enum ent_rc rc;

	if (response->status == 0) /* no answer came: the broker says why */
		return sdk_fail_as(err, ENT_ERETRY, "http.no_answer", "{said=%.*s}", ENT_F(response->body));
	if (response->status >= 200 && response->status < 300)
		return ENT_OK;
	words = reason_of(response, arena);
	rc = status_rc(response, words);
	if (words.p)
		return sdk_fail_as(err, rc, "http.said", "HTTP {status=%d}: {said=%.*s}", response->status,
				   ENT_F(words));
	if (response->status >= 300 && response->status < 400)
		return redirect_refuse(response, rc, err);
	if (rc == ENT_EAUTH && response->status == 403)
		return sdk_fail_as(err, rc, "http.forbidden",
				   "HTTP {status=%d}: it gives no reason; our user may lack the right to this",
				   response->status);
	return sdk_fail_as(err, rc, "http.status", "HTTP {status=%d}", response->status);
}

enum ent_rc sdk_http_json(const struct ent_response *response, struct ent_arena *arena, const struct sdk_json **ret,
			  struct ent_err *err)
{
	enum ent_rc rc = sdk_http_status(response, arena, err);
	struct ent_err unread = {0};

	*ret = NULL;
	if (rc != ENT_OK)
		return rc;
	if (sdk_trim(response->body).n == 0)
		return sdk_fail_as(err, ENT_ERETRY, "http.empty",
				   "HTTP {status=%d} with an empty body where JSON is due", response->status);
	if (sdk_http_is_html(response))
		return sdk_fail_as(err, ENT_ERETRY, "http.html",
				   "HTTP {status=%d} with HTML where JSON is due: a login page or a proxy?",
				   response->status);
	if (is_markup(response->body))
		return sdk_fail_as(err, ENT_EINVAL, "http.xml",
				   "HTTP {status=%d} with XML where JSON is due: check the supplier's url, and what "
				   "its tool is asked for",
				   response->status);
	rc = sdk_json_parse(arena, sdk_json_mend(arena, response->body), ret, &unread);
	return rc == ENT_OK ? rc
			    : sdk_fail_as(err, rc, "http.no_json", "HTTP {status=%d}: the answer is no JSON: {why=%p}",
					  response->status, SDK_WHY(&unread));
}

/* A tool that fails in the middle of a list writes rows and an error behind them, with 200. */
static bool says_failure(const struct sdk_json *root)
{
	static const char *const member[] = {"error", "errors", "errorMessages", NULL};

	if (sdk_json_kind(root) != SDK_JSON_OBJECT)
		return false;
	for (size_t i = 0; member[i]; i++) {
		const struct sdk_json *at = sdk_json_at(root, member[i]);

		if (sdk_json_count(at) > 0 || sdk_json_bool(at, false) ||
		    (sdk_json_kind(at) == SDK_JSON_STRING && sdk_json_text(at).n > 0))
			return true;
	}
	return sdk_json_is(root, "status", "failure");
}

enum ent_rc sdk_http_list(const struct ent_response *response, const char *path, struct ent_arena *arena,
			  const struct sdk_json **ret_root, const struct sdk_json **ret, struct ent_err *err)
{
	enum ent_rc rc = sdk_http_json(response, arena, ret_root, err);
	struct ent_str words;

	*ret = NULL;
	if (rc != ENT_OK)
		return rc;
	*ret = path ? sdk_json_at(*ret_root, path) : *ret_root;
	if (says_failure(*ret_root)) {
		words = reason_of(response, arena);
		return sdk_fail_as(err, ENT_ERETRY, "http.list_broken",
				   "HTTP {status=%d} with a list that breaks off: {said=%.*s}", response->status,
				   ENT_F(words));
	}
	if (sdk_json_kind(*ret) != SDK_JSON_ARRAY)
		return path ? sdk_fail_as(err, ENT_EINVAL, "http.no_list_called",
					  "HTTP {status=%d}: the answer has no list called {path=%s}", response->status,
					  path)
			    : sdk_fail_as(err, ENT_EINVAL, "http.no_list", "HTTP {status=%d}: the answer is no list",
					  response->status);
	return ENT_OK;
}

enum ent_rc sdk_list_whole(const struct sdk_json *list, int64_t due, struct ent_err *err)
{
	int64_t n = (int64_t)sdk_json_count(list);

	return n >= due ? ENT_OK
			: sdk_fail_as(err, ENT_ERETRY, "http.list_short",
				      "the list breaks off: it has {n=%lld} rows, and by its own count {due=%lld}",
				      (long long)n, (long long)due);
}

bool sdk_http_has_next(const struct ent_response *response)
{
	struct ent_str link = sdk_http_header(response, "Link");

	return link.n > 0 && memmem(link.p, link.n, "rel=\"next\"", 10) != NULL;
}

/* ---- paths and links ------------------------------------------------------------ */

struct ent_str sdk_http_path(struct ent_arena *arena, const char *fmt, ...)
{
	size_t limit = strlen(fmt) + 1;
	struct sdk_buf out;
	struct ent_str path;
	va_list args;

	va_start(args, fmt);
	for (const struct ent_str *s; (s = va_arg(args, const struct ent_str *));)
		limit += 3 * s->n;
	va_end(args);
	sdk_buf_init(&out, limit);
	va_start(args, fmt);
	for (const char *p = fmt; *p; p++) {
		if (p[0] == '%' && p[1] == 's') {
			const struct ent_str *s = va_arg(args, const struct ent_str *);

			if (!s)
				break;
			sdk_percent_encode(&out, *s);
			p++;
		} else {
			sdk_buf_char(&out, *p);
		}
	}
	va_end(args);
	path = sdk_dup(arena, sdk_buf_view(&out));
	sdk_buf_release(&out);
	return path;
}

struct ent_str sdk_http_last_part(struct ent_str url)
{
	struct ent_str rest, path = sdk_cut(sdk_cut(url, '#', &rest), '?', &rest);
	const char *authority = path.n > 0 ? memmem(path.p, path.n, "://", 3) : NULL;
	size_t end = path.n, begin, least = 0;

	if (authority) {
		const char *slash = memchr(authority + 3, '/', path.n - (size_t)(authority + 3 - path.p));

		if (!slash)
			return ENT_ABSENT;
		least = (size_t)(slash - path.p);
	}
	while (end > least && path.p[end - 1] == '/')
		end--;
	for (begin = end; begin > least && path.p[begin - 1] != '/';)
		begin--;
	return end > begin ? (struct ent_str){path.p + begin, end - begin} : ENT_ABSENT;
}
