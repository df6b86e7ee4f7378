/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The real transfers, driven by lines on standard input; tests/link/run speaks to it.
 *
 *   set NAME VALUE             plain_http, timeout_ms, connect_ms, answer_max, ca_file, allow (may come again)
 *   clear                      all of these are the defaults again
 *   name HOST ADDRESS[,...]    what the name server says of HOST; "never": it does not answer
 *   header NAME VALUE          of the next request; \r, \n, \t and \0 stand for themselves
 *   start ID SUPPLIER METHOD URL [BYTES]      of body
 *   drop SUPPLIER
 *   wait N                     until N have ended: a JSON line each
 *   threads                    a JSON line: how many threads and descriptors this process has
 */
#include <curl/curl.h>
#include <dirent.h>
#include <dlfcn.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/world.h"
#include "link/transfers_curl.h"
#include "sdk/json.h"

#define HEADERS_MAX 16
#define NAMES_MAX   16
#define WAIT_MAX_US 60000000

struct driver {
	struct transfers *transfers;
	struct sdk_arena arena;
	struct supplier_link link;
	struct ent_str allow[8];
	struct ent_header header[HEADERS_MAX];
	size_t n_header;
};

/* ---- the name server ---------------------------------------------------------------------- */

static struct {
	pthread_mutex_t lock;
	char host[NAMES_MAX][64], address[NAMES_MAX][128];
	unsigned asked[NAMES_MAX];
	size_t n;
} names = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void name_set(const char *host, const char *address)
{
	size_t i = 0;

	pthread_mutex_lock(&names.lock);
	while (i < names.n && strcmp(names.host[i], host) != 0)
		i++;
	if (i < NAMES_MAX) {
		(void)snprintf(names.host[i], sizeof names.host[i], "%s", host);
		(void)snprintf(names.address[i], sizeof names.address[i], "%s", address);
		names.n = i == names.n ? i + 1 : names.n;
	}
	pthread_mutex_unlock(&names.lock);
}

typedef int real_getaddrinfo(const char *, const char *, const struct addrinfo *, struct addrinfo **);

/* In place of the system's: the program's own comes before the library's. */
__attribute__((visibility("default"))) int getaddrinfo(const char *host, const char *service,
						       const struct addrinfo *hints, struct addrinfo **ret)
{
	real_getaddrinfo *real = (real_getaddrinfo *)(uintptr_t)dlsym(RTLD_NEXT, "getaddrinfo");
	struct addrinfo numeric = hints ? *hints : (struct addrinfo){0}, **tail = ret;
	char list[128] = "";
	int rc = EAI_NONAME;

	pthread_mutex_lock(&names.lock);
	for (size_t i = 0; host && i < names.n; i++)
		if (strcmp(names.host[i], host) == 0)
			(void)snprintf(list, sizeof list, "%s", names.address[i]);
	pthread_mutex_unlock(&names.lock);
	if (strcmp(list, "never") == 0)
		sleep(20);
	if (!list[0] || strcmp(list, "never") == 0)
		return EAI_NONAME; /* no test asks the real one */
	numeric.ai_flags = AI_NUMERICHOST;
	*ret = NULL;
	for (char *rest = list, *one; (one = strsep(&rest, ","));) {
		rc = real(one, service, &numeric, tail);
		if (rc != 0)
			return rc;
		while (*tail)
			tail = &(*tail)->ai_next;
	}
	return rc;
}

/* ---- commands --------------------------------------------------------------------------------- */

static void defaults(struct driver *d)
{
	d->link =
	    (struct supplier_link){.timeout_ms = 5000, .connect_ms = 2000, .answer_max = 1 << 20, .allow = d->allow};
}

static void set(struct driver *d, const char *name, const char *value)
{
	if (strcmp(name, "plain_http") == 0)
		d->link.plain_http = true;
	else if (strcmp(name, "timeout_ms") == 0)
		d->link.timeout_ms = atoi(value);
	else if (strcmp(name, "connect_ms") == 0)
		d->link.connect_ms = atoi(value);
	else if (strcmp(name, "answer_max") == 0)
		d->link.answer_max = atoi(value);
	else if (strcmp(name, "ca_file") == 0)
		d->link.ca_file = sdk_dup(&d->arena.abi, sdk_str(value));
	else if (strcmp(name, "allow") == 0 && d->link.n_allow < 8)
		d->allow[d->link.n_allow++] = sdk_dup(&d->arena.abi, sdk_str(value));
}

static struct ent_str unescape(struct driver *d, const char *text)
{
	struct ent_str raw = sdk_str(text);
	char *out = SDK_NEW_N(&d->arena.abi, char, raw.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < raw.n; i++) {
		if (raw.p[i] == '\\' && i + 1 < raw.n && strchr("rnt0", raw.p[i + 1]))
			out[n++] = "\r\n\t\0"[strchr("rnt0", raw.p[++i]) - "rnt0"];
		else
			out[n++] = raw.p[i];
	}
	return (struct ent_str){out, n};
}

static void start(struct driver *d, char *line)
{
	char *id = strsep(&line, " "), *supplier = strsep(&line, " "), *method = strsep(&line, " ");
	char *url = strsep(&line, " ");
	size_t n = line ? (size_t)atol(line) : 0;
	struct supplier_link *link = SDK_NEW(&d->arena.abi, struct supplier_link);
	struct ent_str *allow = SDK_NEW_N(&d->arena.abi, struct ent_str, 8);
	char *body = malloc(n + 1);

	if (!url || !body)
		abort();
	memset(body, 'b', n + 1);
	memcpy(allow, d->allow, sizeof d->allow);
	*link = d->link;
	link->allow = allow;
	d->transfers->start(d->transfers, &(struct transfer){.id = (uint64_t)atoll(id),
							     .link = link,
							     .supplier = sdk_str(supplier),
							     .method = method,
							     .url = unescape(d, url),
							     .header = d->header,
							     .n_header = d->n_header,
							     .body = {body, n}});
	free(body); /* everything was copied */
	d->n_header = 0;
}

static void end_print(const struct transfer_end *end)
{
	static const char *const word[] = {"answered", "not_sent", "lost", "refused"};
	struct sdk_buf buf;
	struct sdk_jsonw w;

	sdk_buf_init(&buf, 64 << 20);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kint(&w, "id", (int64_t)end->id);
	sdk_jsonw_kz(&w, "outcome", word[end->outcome]);
	sdk_jsonw_kint(&w, "ms", end->took_us / 1000);
	if (end->outcome == TRANSFER_ANSWERED) {
		sdk_jsonw_kint(&w, "status", end->response.status);
		sdk_jsonw_kint(&w, "n", (int64_t)end->response.body.n);
		sdk_jsonw_kstr(&w, "body", sdk_head(end->response.body, 200));
		sdk_jsonw_key(&w, "headers");
		sdk_jsonw_open(&w, '[');
		for (size_t i = 0; i < end->response.n_header; i++) {
			sdk_jsonw_str(&w, end->response.header[i].name);
			sdk_jsonw_str(&w, end->response.header[i].value);
		}
		sdk_jsonw_close(&w, ']');
	} else {
		sdk_jsonw_kz(&w, "why", end->why.msg);
	}
	sdk_jsonw_close(&w, '}');
	printf("%.*s\n", ENT_F(buf));
	sdk_buf_release(&buf);
}

static void wait_for(struct driver *d, int n)
{
	int64_t until_us = system_mono_us() + WAIT_MAX_US;
	struct transfer_end end;

	while (n > 0 && system_mono_us() < until_us) {
		if (d->transfers->next(d->transfers, &end)) {
			end_print(&end);
			n--;
		} else {
			transfers_curl_wait(d->transfers, 1000);
		}
	}
	if (n > 0)
		printf("{\"outcome\":\"never\"}\n");
}

static int64_t entries(const char *folder)
{
	DIR *dir = opendir(folder);
	int64_t n = -2; /* . and .. */

	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return n;
}

static void command(struct driver *d, char *line)
{
	char *word = strsep(&line, " ");

	if (strcmp(word, "clear") == 0) {
		defaults(d);
	} else if (strcmp(word, "set") == 0) {
		char *name = strsep(&line, " ");
		set(d, name, line ? line : "");
	} else if (strcmp(word, "name") == 0) {
		char *host = strsep(&line, " ");
		name_set(host, line ? line : "");
	} else if (strcmp(word, "header") == 0 && d->n_header < HEADERS_MAX) {
		char *name = strsep(&line, " ");
		d->header[d->n_header++] = (struct ent_header){unescape(d, name), unescape(d, line ? line : "")};
	} else if (strcmp(word, "start") == 0) {
		start(d, line);
	} else if (strcmp(word, "drop") == 0) {
		d->transfers->drop(d->transfers, sdk_str(line));
	} else if (strcmp(word, "wait") == 0) {
		wait_for(d, atoi(line));
	} else if (strcmp(word, "threads") == 0) {
		printf("{\"threads\":%lld,\"descriptors\":%lld}\n", (long long)entries("/proc/self/task"),
		       (long long)entries("/proc/self/fd"));
	}
	fflush(stdout);
}

int main(void)
{
	struct driver *d = calloc(1, sizeof *d);
	char *line = NULL;
	size_t size = 0;

	if (!d || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return 1;
	sdk_arena_init(&d->arena);
	defaults(d);
	d->transfers = transfers_curl_new();
	for (ssize_t n; (n = getline(&line, &size, stdin)) > 0;) {
		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		command(d, line);
	}
	transfers_curl_free(d->transfers);
	sdk_arena_release(&d->arena);
	curl_global_cleanup();
	free(line);
	free(d);
	return 0;
}
