/* SPDX-License-Identifier: Apache-2.0 */
#include "link/sending.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/range.h"
#include "core/url.h"
#include "sdk/http.h"

#define REQUEST_HEAD_MAX (64 << 10)
#define METHOD_MAX       16
#define REUSE_MAX_S      30 /* an older connection is likely to be closed on the other side just now */

/* ---- our own rules --------------------------------------------------------------------- */

/* "Name: value", "Name;" for an empty one, as curl wants them. A value is never repeated in an error. */
static enum ent_rc field_add(struct sending *sending, const struct ent_header *header, struct ent_err *err)
{
	struct curl_slist *longer;
	const char *line;

	if (!sdk_is_token(header->name) || header->name.n > 200)
		return sdk_fail_as(err, ENT_EINVAL, "send.header_name", "a header has a name that is not valid");
	if (sdk_http_is_framing(header->name))
		return sdk_fail_as(err, ENT_EINVAL, "send.header_ours", "the broker itself sets header {header=%.*s}",
				   ENT_F(header->name));
	if (sdk_has_control(header->value))
		return sdk_fail_as(err, ENT_EINVAL, "send.header_character",
				   "header {header=%.*s} has a control character", ENT_F(header->name));
	if (sdk_trim(header->value).n > 0)
		line = sdk_z(&sending->arena.abi,
			     sdk_format(&sending->arena.abi, "%.*s: %.*s", ENT_F(header->name), ENT_F(header->value)));
	else
		line = sdk_z(&sending->arena.abi, sdk_format(&sending->arena.abi, "%.*s;", ENT_F(header->name)));
	longer = curl_slist_append(sending->field, line);
	if (!longer)
		abort();
	sending->field = longer;
	return ENT_OK;
}

static enum ent_rc fields_take(struct sending *sending, const struct transfer *transfer, struct ent_err *err)
{
	bool has_type = false;
	size_t n = 0;
	enum ent_rc rc = ENT_OK;

	for (size_t i = 0; i < transfer->n_header && rc == ENT_OK; i++) {
		n += transfer->header[i].name.n + transfer->header[i].value.n + 4;
		if (n > REQUEST_HEAD_MAX)
			return sdk_fail_as(err, ENT_EINVAL, "send.headers_large",
					   "the headers have more than {most=%d} bytes", REQUEST_HEAD_MAX);
		has_type |= sdk_ieqz(transfer->header[i].name, "content-type");
		rc = field_add(sending, &transfer->header[i], err);
	}
	/* without a value curl does not send its own. No Expect: curl would wait for an answer that may never come */
	for (size_t i = has_type ? 1 : 0; i < 2 && rc == ENT_OK; i++) {
		struct curl_slist *longer = curl_slist_append(sending->field, i ? "Expect:" : "Content-Type:");

		if (!longer)
			abort();
		sending->field = longer;
	}
	return rc;
}

bool sending_take(struct sending *sending, const struct transfer *transfer)
{
	struct ent_str method = sdk_str(transfer->method);
	struct ent_err err = {0};
	enum ent_rc rc = ENT_OK;

	sdk_arena_init(&sending->arena);
	sdk_buf_init(&sending->answer, (size_t)transfer->link->answer_max);
	sending->id = transfer->id;
	sending->link = transfer->link;
	sending->header = SDK_NEW_N(&sending->arena.abi, struct ent_header, SENDING_HEADERS_MAX);
	if (!sdk_is_token(method) || method.n > METHOD_MAX)
		rc = sdk_fail_as(&err, ENT_EINVAL, "send.method", "the method is not valid");
	if (rc == ENT_OK)
		rc = url_vet(transfer->url, transfer->link->plain_http, &err);
	if (rc == ENT_OK)
		rc = fields_take(sending, transfer, &err);
	if (rc != ENT_OK) {
		sending->end = (struct transfer_end){.id = sending->id, .outcome = TRANSFER_REFUSED};
		(void)sdk_fail_as(&sending->end.why, rc, "send.not_sent", "not sent: {why=%p}", SDK_WHY(&err));
		return false;
	}
	sending->method = sdk_z(&sending->arena.abi, method);
	sending->url = sdk_z(&sending->arena.abi, transfer->url);
	sending->body = sdk_dup(&sending->arena.abi, transfer->body);
	return true;
}

void sending_free(struct sending *sending)
{
	curl_slist_free_all(sending->field);
	sdk_buf_release(&sending->answer);
	sdk_arena_release(&sending->arena);
	free(sending);
}

/* ---- while it is on its way --------------------------------------------------------------- */

static void address_note(struct sending *sending, const struct sockaddr *address)
{
	const char *text = NULL;
	struct sockaddr_in6 in6;
	struct sockaddr_in in;

	if (address->sa_family == AF_INET) {
		memcpy(&in, address, sizeof in);
		text = inet_ntop(AF_INET, &in.sin_addr, sending->refused, sizeof sending->refused);
	} else if (address->sa_family == AF_INET6) {
		memcpy(&in6, address, sizeof in6);
		text = inet_ntop(AF_INET6, &in6.sin6_addr, sending->refused, sizeof sending->refused);
	}
	if (!text)
		sending->refused[0] = '\0';
	sending->n_refused++;
}

/* Vets the address that is really connected to: a moment ago the name may have had another one. */
static curl_socket_t on_open(void *of, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct sending *sending = of;

	(void)purpose;
	if (!range_may_connect(&address->addr, sending->link->allow, sending->link->n_allow)) {
		address_note(sending, &address->addr);
		return CURL_SOCKET_BAD;
	}
	sending->n_open++;
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* Connected, with TLS, and nothing of the request is written yet; also for a connection that is used again. Its address
 * was asked about when it was opened, by the same rules: a pool has one set of them (transfers_curl.c). */
static int on_connected(void *of, char *address, char *own, int port, int own_port)
{
	struct sending *sending = of;

	(void)address, (void)own, (void)port, (void)own_port;
	sending->begun = true;
	return CURL_PREREQFUNC_OK;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *of)
{
	struct sending *sending = of;

	sdk_buf_add(&sending->answer, bytes, size * n); /* what curl unpacked */
	return sending->answer.failed ? 0 : size * n;
}

static void header_keep(struct sending *sending, struct ent_str line)
{
	struct ent_str value, name = sdk_cut(line, ':', &value);

	if (!value.p || !sdk_is_token(name) || !sdk_is_utf8(value))
		return;
	sending->header[sending->n_header++] =
	    (struct ent_header){sdk_dup(&sending->arena.abi, name), sdk_dup(&sending->arena.abi, sdk_trim(value))};
}

static size_t on_header(char *bytes, size_t size, size_t n, void *of)
{
	struct ent_str line = sdk_trim((struct ent_str){bytes, size * n});
	struct sending *sending = of;

	sending->head_bytes += size * n;
	if (sending->head_bytes > SENDING_HEAD_MAX || sending->n_header == SENDING_HEADERS_MAX) {
		sending->head_too_large = true;
		return 0;
	}
	if (sdk_starts(line, "HTTP/") && sending->answer.n == 0) { /* the headers before were those of a 1xx answer */
		sending->n_header = 0;
		sending->head_done = false;
	} else if (line.n == 0) {
		sending->head_done = true;
	} else if (!sending->head_done) { /* else it is a trailer, which nobody asked for */
		header_keep(sending, line);
	}
	return size * n;
}

static size_t on_wanted(char *into, size_t size, size_t n, void *of)
{
	struct sending *sending = of;
	size_t give = sending->body.n - sending->given;

	if (give > size * n)
		give = size * n;
	if (give > 0)
		memcpy(into, sending->body.p + sending->given, give);
	sending->given += give;
	return give;
}

/* curl repeats a request by itself when a connection that was kept breaks before the first byte of the answer. The
 * other side may have done it, so no body is given twice. */
static int on_rewind(void *of, curl_off_t offset, int origin)
{
	(void)of, (void)offset, (void)origin;
	return CURL_SEEKFUNC_FAIL;
}

/* ---- what curl is told ---------------------------------------------------------------------- */

/* The first option that curl does not accept is the result. */
#define SET(option, value)                                                                                             \
	do {                                                                                                           \
		if (code == CURLE_OK)                                                                                  \
			code = curl_easy_setopt(easy, option, value);                                                  \
	} while (0)

static CURLcode rules_set(const struct sending *sending, CURL *easy)
{
	const struct supplier_link *link = sending->link;
	int64_t left_ms =
	    (int64_t)link->timeout_ms - (system_mono_us() - sending->began_us) / 1000; /* of all hops together */
	CURLcode code = CURLE_OK;

	SET(CURLOPT_PROTOCOLS_STR, link->plain_http ? "http,https" : "https");
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	SET(CURLOPT_PATH_AS_IS, 1L);
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1); /* one lost connection loses one answer */
	SET(CURLOPT_HTTP09_ALLOWED, 0L);
	SET(CURLOPT_ACCEPT_ENCODING, "gzip");
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (link->ca_file.n > 0) {
		struct sdk_arena arena;

		sdk_arena_init(&arena);
		SET(CURLOPT_CAINFO, sdk_z(&arena.abi, link->ca_file)); /* curl keeps a copy */
		SET(CURLOPT_CAPATH, NULL);
		sdk_arena_release(&arena);
	}
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)link->connect_ms);
	SET(CURLOPT_TIMEOUT_MS, left_ms > 1 ? (long)left_ms : 1L);
	SET(CURLOPT_MAXAGE_CONN, (long)REUSE_MAX_S);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_QUICK_EXIT,
	    1L); /* a name server that does not answer holds back its own request, not all of them */
	SET(CURLOPT_USERAGENT, "entente/" ENTENTE_VERSION);
	return code;
}

static CURLcode hooks_set(struct sending *sending, CURL *easy)
{
	CURLcode code = CURLE_OK;

	SET(CURLOPT_PRIVATE, sending);
	SET(CURLOPT_ERRORBUFFER, sending->error);
	SET(CURLOPT_OPENSOCKETFUNCTION, on_open);
	SET(CURLOPT_OPENSOCKETDATA, sending);
	SET(CURLOPT_PREREQFUNCTION, on_connected);
	SET(CURLOPT_PREREQDATA, sending);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, sending);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, sending);
	return code;
}

static CURLcode request_set(struct sending *sending, CURL *easy)
{
	bool is_get = strcmp(sending->method, "GET") == 0, is_head = strcmp(sending->method, "HEAD") == 0;
	CURLcode code = CURLE_OK;

	SET(CURLOPT_URL, sending->url);
	SET(CURLOPT_HTTPHEADER, sending->field);
	if (sending->body.n > 0) {
		SET(CURLOPT_POST, 1L);
		SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)sending->body.n);
		SET(CURLOPT_READFUNCTION, on_wanted);
		SET(CURLOPT_READDATA, sending);
		SET(CURLOPT_SEEKFUNCTION, on_rewind);
	} else if (is_head) {
		SET(CURLOPT_NOBODY, 1L);
	} else if (is_get) {
		SET(CURLOPT_HTTPGET, 1L);
	} else {
		if (strcmp(sending->method, "DELETE") != 0) { /* the others say that their body is empty */
			SET(CURLOPT_POST, 1L);
			SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)0);
			SET(CURLOPT_POSTFIELDS, "");
		}
		/* without a body there is no on_rewind() to keep it from being sent twice */
		SET(CURLOPT_FRESH_CONNECT, 1L);
	}
	if (!is_head)
		SET(CURLOPT_CUSTOMREQUEST, sending->method);
	return code;
}

bool sending_prepare(struct sending *sending, CURL *easy)
{
	CURLcode code = rules_set(sending, easy);

	if (code == CURLE_OK)
		code = hooks_set(sending, easy);
	if (code == CURLE_OK)
		code = request_set(sending, easy);
	if (code != CURLE_OK)
		sending_judge(sending, code);
	return code == CURLE_OK;
}

/* ---- how it ended ---------------------------------------------------------------------------- */

/* Why it failed, as curl says it: names, numbers, reasons; nothing of what was sent. */
static struct ent_str curl_words(struct sending *sending, CURLcode code)
{
	if (code == CURLE_SEND_FAIL_REWIND) /* see on_rewind() */
		return ENT_STR("the connection broke before an answer came");
	for (char *p = sending->error; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7F)
			*p = ' ';
	return sdk_head(sdk_trim(sdk_str(sending->error[0] ? sending->error : curl_easy_strerror(code))), 160);
}

static void judge_answer(struct sending *sending, long status)
{
	struct transfer_end *end = &sending->end;

	/* to curl, headers that break off are an answer without a body */
	if (status < 200 || status > 999 || !sending->head_done) {
		end->outcome = TRANSFER_LOST;
		(void)sdk_fail_as(&end->why, ENT_ERETRY, "send.broke_off",
				  "sent; no whole answer: it broke off after status {status=%ld}", status);
		return;
	}
	end->outcome = TRANSFER_ANSWERED;
	end->response = (struct ent_response){.status = (int)status,
					      .header = sending->header,
					      .n_header = sending->n_header,
					      .body = sending->answer.n ? sdk_buf_view(&sending->answer) : ENT_STR("")};
}

void sending_judge(struct sending *sending, CURLcode code)
{
	struct transfer_end *end = &sending->end;
	struct ent_str words = curl_words(sending, code);
	long status = 0;

	*end = (struct transfer_end){.id = sending->id, .took_us = system_mono_us() - sending->began_us};
	if (code == CURLE_OK && curl_easy_getinfo(sending->easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK) {
		judge_answer(sending, status);
	} else if (sending->begun) {
		end->outcome = TRANSFER_LOST;
		if (sending->answer.failed)
			(void)sdk_fail_as(&end->why, ENT_ERETRY, "send.answer_large",
					  "sent; the answer has more than {most=%lld} bytes",
					  (long long)sending->link->answer_max);
		else if (sending->head_too_large)
			(void)sdk_fail_as(&end->why, ENT_ERETRY, "send.answer_headers",
					  "sent; the answer has too many headers");
		else
			(void)sdk_fail_as(&end->why, ENT_ERETRY, "send.no_whole_answer",
					  "sent; no whole answer: {said=%.*s}", ENT_F(words));
	} else if (sending->n_refused > 0 && sending->n_open == 0) {
		end->outcome = TRANSFER_REFUSED;
		(void)sdk_fail_as(
		    &end->why, ENT_EINVAL, "send.address_private",
		    "not sent: its address {address=%s} is a private or special one, and `allow` does not have it",
		    sending->refused);
	} else {
		end->outcome = TRANSFER_NOT_SENT;
		(void)sdk_fail_as(&end->why, ENT_ERETRY, "send.failed", "not sent: {said=%.*s}", ENT_F(words));
	}
}

/* The server that redirects a request has not done it. So each hop begins anew: it is certain again that nothing was
 * sent. The rules of addresses hold for each hop. */
bool sending_follow(struct sending *sending)
{
	struct ent_arena *arena = &sending->arena.abi;
	struct ent_str location, url;
	struct ent_err unsaid = {0};

	if (sending->end.outcome != TRANSFER_ANSWERED || sending->hops >= SENDING_HOPS_MAX)
		return false;
	location = sdk_http_header(&sending->end.response, "Location");
	if (url_redirect(arena, sending->method, sending->end.response.status, sdk_str(sending->url), location, &url,
			 &unsaid) != ENT_OK)
		return false;
	sending->hops++;
	sending->url = sdk_z(arena, url);
	sending->given = sending->n_header = sending->head_bytes = 0;
	sending->n_open = sending->n_refused = 0;
	sending->begun = sending->head_done = sending->head_too_large = false;
	sending->error[0] = '\0';
	sdk_buf_clear(&sending->answer);
	sending->end = (struct transfer_end){.id = sending->id};
	return true;
}

void sending_give_up(struct sending *sending, const char *why)
{
	sending->end = (struct transfer_end){.id = sending->id,
					     .outcome = sending->begun ? TRANSFER_LOST : TRANSFER_NOT_SENT,
					     .took_us = system_mono_us() - sending->began_us};
	if (sending->begun)
		(void)sdk_fail_as(&sending->end.why, ENT_ERETRY, "send.no_answer", "sent; no answer: {said=%s}", why);
	else
		(void)sdk_fail_as(&sending->end.why, ENT_ERETRY, "send.failed", "not sent: {said=%s}", why);
}
