/* SPDX-License-Identifier: Apache-2.0 */
#include <curl/curl.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cli/client.h"
#include "config/config.h"
#include "sdk/json.h"

#define CONNECT_TIMEOUT_MS 5000L
#define CALL_TIMEOUT_MS    60000L

struct client {
	struct sdk_arena arena;
	struct ent_str base; /* no trailing slash */
	struct secret token;
};

/* One request under way. */
struct transfer {
	CURL *easy;
	struct curl_slist *header;
	struct sdk_buf body; /* of the answer */
	char problem[CURL_ERROR_SIZE];
	bool busy;
	size_t slot;
};

struct client_pool {
	struct client *client;
	struct ent_str url;
	CURLM *multi;
	struct transfer *at;
	size_t n;
};

/* ---- where, and as whom ---------------------------------------------------- */

static enum ent_rc base_from_config(struct client *client, const char *path, struct ent_err *err)
{
	struct config *config;
	enum ent_rc rc = config_load(path, NULL, &config, err);

	if (rc)
		return rc;
	struct ent_str host = config->http.listen;
	if (!host.n || sdk_eqz(host, "0.0.0.0") || sdk_eqz(host, "::"))
		host = ENT_STR("127.0.0.1");
	bool v6 = memchr(host.p, ':', host.n);
	client->base = sdk_format(&client->arena.abi, "http://%s%.*s%s:%lld", v6 ? "[" : "", (int)host.n, host.p,
				  v6 ? "]" : "", (long long)config->http.port);
	config_free(config);
	return ENT_OK;
}

static enum ent_rc find_base(struct client *client, const struct client_args *args, struct ent_err *err)
{
	const char *url = args->url ? args->url : args->config ? NULL : getenv("ENTENTE_URL");

	if (!url || !*url)
		return base_from_config(client, config_where(args->config), err);
	struct ent_str base = sdk_dup(&client->arena.abi, sdk_str(url));
	while (base.n && base.p[base.n - 1] == '/')
		base.n--;
	if (!sdk_starts(base, "http://") && !sdk_starts(base, "https://"))
		return sdk_fail(err, ENT_EINVAL, "%s is no address of a broker: it must begin with http:// or https://",
				url);
	if (memchr(base.p, '@', base.n))
		return sdk_fail(err, ENT_EINVAL, "the broker's address must not hold a user or a password");
	client->base = base;
	return ENT_OK;
}

/* A path that a person types is relative to the current folder; a secret's path in a configuration must be absolute. */
static enum ent_rc token_from_file(struct client *client, const char *path, struct ent_err *err)
{
	char folder[PATH_MAX] = "";

	if (path[0] != '/' && !getcwd(folder, sizeof folder))
		return sdk_fail(err, ENT_EINVAL,
				"--token-file %s: the current folder is not known (%s): give an absolute path", path,
				strerror(errno));
	return secret_load(sdk_format(&client->arena.abi, "file:%s%s%s", folder, path[0] == '/' ? "" : "/", path),
			   &client->token, err);
}

static enum ent_rc find_token(struct client *client, const struct client_args *args, struct ent_err *err)
{
	const char *env = getenv("ENTENTE_TOKEN");

	if (args->token_file)
		return token_from_file(client, args->token_file, err);
	if (env && *env)
		return secret_load(ENT_STR("env:ENTENTE_TOKEN"), &client->token, err);
	return sdk_fail(
	    err, ENT_EAUTH,
	    "no token: give --token-file FILE, or set ENTENTE_TOKEN. The broker printed its first token when "
	    "it started for the first time");
}

enum ent_rc client_open(const struct client_args *args, struct client **ret, struct ent_err *err)
{
	struct client *client = sdk_xalloc(sizeof *client);
	enum ent_rc rc;

	*client = (struct client){0};
	sdk_arena_init(&client->arena);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	rc = find_base(client, args, err);
	if (!rc)
		rc = find_token(client, args, err);
	if (rc) {
		client_close(client);
		return rc;
	}
	*ret = client;
	return ENT_OK;
}

void client_close(struct client *client)
{
	if (!client)
		return;
	secret_release(&client->token);
	sdk_arena_release(&client->arena);
	free(client);
}

/* ---- paths ----------------------------------------------------------------- */

static struct ent_str path_encode(struct ent_arena *arena, struct ent_str word)
{
	struct sdk_buf out;
	struct ent_str ret;

	sdk_buf_init(&out, SIZE_MAX);
	sdk_percent_encode(&out, word);
	ret = sdk_dup(arena, sdk_buf_view(&out));
	sdk_buf_release(&out);
	return ret;
}

struct ent_str client_path(struct ent_arena *arena, const char *before, struct ent_str word, const char *after)
{
	struct ent_str safe = path_encode(arena, word);

	/* These two would be taken for steps of the path. */
	if (sdk_eqz(word, ".") || sdk_eqz(word, ".."))
		safe = word.n == 1 ? ENT_STR("%2E") : ENT_STR("%2E%2E");
	return sdk_format(arena, "%s%.*s%s", before, ENT_F(safe), after);
}

struct ent_str client_query(struct ent_arena *arena, struct ent_str path, const char *name, struct ent_str value)
{
	if (!value.p)
		return path;
	struct ent_str safe = path_encode(arena, value);
	return sdk_format(arena, "%.*s%c%s=%.*s", (int)path.n, path.p, memchr(path.p, '?', path.n) ? '&' : '?', name,
			  (int)safe.n, safe.p);
}

/* ---- one transfer ---------------------------------------------------------- */

static size_t take_body(char *p, size_t size, size_t n, void *to)
{
	struct transfer *transfer = to;

	sdk_buf_add(&transfer->body, p, size * n);
	return transfer->body.failed ? 0 : size * n;
}

static void transfer_init(struct transfer *transfer, struct client *client)
{
	struct sdk_arena arena;
	CURL *easy = curl_easy_init();

	if (!easy)
		abort(); /* out of memory */
	*transfer = (struct transfer){.easy = easy};
	sdk_buf_init(&transfer->body, CLIENT_ANSWER_MAX);
	sdk_arena_init(&arena);
	struct ent_str token = secret_bytes(&client->token);
	struct ent_str line = sdk_format(&arena.abi, "Authorization: Bearer %.*s", (int)token.n, token.p);
	transfer->header = curl_slist_append(NULL, sdk_z(&arena.abi, line));
	transfer->header = curl_slist_append(transfer->header, "Accept: application/json, application/problem+json");
	transfer->header = curl_slist_append(transfer->header, "Content-Type: application/json");
	transfer->header = curl_slist_append(transfer->header, "If-Match: *"); /* whoever types a command has decided */
	transfer->header = curl_slist_append(transfer->header, "Expect:");
	sdk_arena_release(&arena);

	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->header);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, CALL_TIMEOUT_MS);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "entente/" ENTENTE_VERSION);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->problem);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
}

static void transfer_release(struct transfer *transfer)
{
	curl_easy_cleanup(transfer->easy);
	for (struct curl_slist *line = transfer->header; line; line = line->next)
		explicit_bzero(line->data, strlen(line->data));
	curl_slist_free_all(transfer->header);
	sdk_buf_release(&transfer->body);
}

static struct client_answer transfer_answer(struct transfer *transfer, CURLcode code)
{
	struct client_answer answer = {.retry_after_s = -1};
	long status = 0;
	curl_off_t wait = 0;

	if (code) {
		answer.why = transfer->body.failed ? "the answer is too large"
			     : *transfer->problem  ? transfer->problem
						   : curl_easy_strerror(code);
		return answer;
	}
	curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(transfer->easy, CURLINFO_RETRY_AFTER, &wait);
	answer.status = (int)status;
	answer.body = sdk_buf_view(&transfer->body);
	if (wait > 0)
		answer.retry_after_s = wait > 3600 ? 3600 : (int)wait;
	return answer;
}

enum ent_rc client_judge(const struct client_answer *answer, struct ent_err *err)
{
	const struct sdk_json *problem;
	struct sdk_arena arena;
	struct ent_err ignored;
	enum ent_rc rc = ENT_EINVAL;

	if (answer->status >= 200 && answer->status < 300)
		return ENT_OK;
	if (!answer->status)
		return sdk_fail(err, ENT_ERETRY, "no answer from the broker: %s",
				answer->why ? answer->why : "unknown");
	if (answer->status == 503 || answer->status == 429)
		rc = ENT_ERETRY;
	else if (answer->status == 401 || answer->status == 403)
		rc = ENT_EAUTH;
	else if (answer->status == 404)
		rc = ENT_EGONE;
	sdk_arena_init(&arena);
	if (sdk_json_parse(&arena.abi, answer->body, &problem, &ignored) == ENT_OK && sdk_json_at(problem, "title")) {
		struct ent_str title = sdk_json_text_at(problem, "title"), detail = sdk_json_text_at(problem, "detail");
		sdk_fail(err, rc, "%.*s%s%.*s (HTTP %d)", (int)title.n, title.p, detail.n ? ": " : "", (int)detail.n,
			 detail.n ? detail.p : "", answer->status);
	} else {
		sdk_fail(err, rc, "the answer was HTTP %d and not one of Entente's: is this the right address?",
			 answer->status);
	}
	sdk_arena_release(&arena);
	return rc;
}

enum ent_rc client_call(struct client *client, struct ent_arena *arena, const char *method, struct ent_str path,
			struct ent_str body, struct client_answer *ret, struct ent_err *err)
{
	struct transfer transfer;
	char *url =
	    sdk_z(arena, sdk_format(arena, "%.*s%.*s", (int)client->base.n, client->base.p, (int)path.n, path.p));

	transfer_init(&transfer, client);
	curl_easy_setopt(transfer.easy, CURLOPT_URL, url);
	if (body.p || !strcmp(method, "POST")) {
		curl_easy_setopt(transfer.easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.n);
		curl_easy_setopt(transfer.easy, CURLOPT_POSTFIELDS, body.p ? body.p : "");
	}
	curl_easy_setopt(transfer.easy, CURLOPT_CUSTOMREQUEST, method);
	struct client_answer answer = transfer_answer(&transfer, curl_easy_perform(transfer.easy));
	enum ent_rc rc = client_judge(&answer, err);
	answer.body = sdk_dup(arena, answer.body);
	answer.why = NULL;
	transfer_release(&transfer);
	*ret = answer;
	return rc;
}

/* ---- many at once ---------------------------------------------------------- */

struct client_pool *client_pool_new(struct client *client, struct ent_str path, size_t n_slot)
{
	struct client_pool *pool = sdk_xalloc(sizeof *pool);

	*pool = (struct client_pool){.client = client, .n = n_slot, .multi = curl_multi_init()};
	if (!pool->multi)
		abort(); /* out of memory */
	curl_multi_setopt(pool->multi, CURLMOPT_MAXCONNECTS, (long)n_slot);
	pool->at = sdk_xalloc(n_slot * sizeof *pool->at);
	pool->url =
	    sdk_format(&client->arena.abi, "%.*s%.*s", (int)client->base.n, client->base.p, (int)path.n, path.p);
	for (size_t i = 0; i < n_slot; i++) {
		transfer_init(&pool->at[i], client);
		pool->at[i].slot = i;
		curl_easy_setopt(pool->at[i].easy, CURLOPT_URL, sdk_z(&client->arena.abi, pool->url));
		curl_easy_setopt(pool->at[i].easy, CURLOPT_POST, 1L);
	}
	return pool;
}

void client_pool_free(struct client_pool *pool)
{
	if (!pool)
		return;
	for (size_t i = 0; i < pool->n; i++) {
		if (pool->at[i].busy)
			curl_multi_remove_handle(pool->multi, pool->at[i].easy);
		transfer_release(&pool->at[i]);
	}
	curl_multi_cleanup(pool->multi);
	free(pool->at);
	free(pool);
}

bool client_pool_idle(const struct client_pool *pool, size_t slot)
{
	return !pool->at[slot].busy;
}

void client_pool_post(struct client_pool *pool, size_t slot, struct ent_str body)
{
	struct transfer *transfer = &pool->at[slot];

	sdk_buf_clear(&transfer->body);
	*transfer->problem = 0;
	curl_easy_setopt(transfer->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.n);
	curl_easy_setopt(transfer->easy, CURLOPT_POSTFIELDS, body.p);
	transfer->busy = true;
	curl_multi_add_handle(pool->multi, transfer->easy);
}

void client_pool_wait(struct client_pool *pool, const int *fd, size_t n_fd, int timeout_ms,
		      void (*done)(void *to, size_t slot, const struct client_answer *answer), void *to)
{
	struct curl_waitfd extra[4];
	struct CURLMsg *msg;
	int running, left;

	for (size_t i = 0; i < n_fd && i < 4; i++)
		extra[i] = (struct curl_waitfd){.fd = fd[i], .events = CURL_WAIT_POLLIN};
	curl_multi_perform(pool->multi, &running);
	curl_multi_poll(pool->multi, extra, (unsigned)(n_fd < 4 ? n_fd : 4), timeout_ms, NULL);
	curl_multi_perform(pool->multi, &running);
	while ((msg = curl_multi_info_read(pool->multi, &left))) {
		struct transfer *transfer;
		CURLcode code = msg->data.result;

		if (msg->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &transfer);
		curl_multi_remove_handle(pool->multi, transfer->easy);
		struct client_answer answer = transfer_answer(transfer, code);
		transfer->busy = false;
		done(to, transfer->slot, &answer);
	}
}
