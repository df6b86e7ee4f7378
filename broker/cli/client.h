/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Talking to a running broker over its HTTP API: what the commands that ask it share. The token comes from a file or
 * the environment, never from the command line, where everyone on the machine can read it.
 */
#ifndef CLI_CLIENT_H
#define CLI_CLIENT_H

#include <getopt.h>
#include <stdio.h>
#include "base/secret.h"
#include "sdk/json.h"

#define CLIENT_ANSWER_MAX ((size_t)64 << 20) /* bytes of one answer that are read */

/* The options that every such command takes. */
struct client_args {
	const char *url, *token_file, *config; /* NULL: not given */
	bool json;
};
enum { CLIENT_OPT_URL = 1000, CLIENT_OPT_TOKEN_FILE, CLIENT_OPT_CONFIG, CLIENT_OPT_JSON };
#define CLIENT_LONGOPTS                                                                                                \
	{"url", required_argument, NULL, CLIENT_OPT_URL},                                                              \
	    {"token-file", required_argument, NULL, CLIENT_OPT_TOKEN_FILE},                                            \
	    {"config", required_argument, NULL, CLIENT_OPT_CONFIG}, {"json", no_argument, NULL, CLIENT_OPT_JSON},      \
	{                                                                                                              \
		"help", no_argument, NULL, 'h'                                                                         \
	}
#define CLIENT_HELP                                                                                                    \
	"  --url URL          where the broker listens; else ENTENTE_URL, else the http\n"                             \
	"                     section of --config, else http://127.0.0.1:8480\n"                                       \
	"  --token-file FILE  file with the bearer token (not readable by others);\n"                                  \
	"                     else the environment variable ENTENTE_TOKEN\n"                                           \
	"  --config FILE      the broker's configuration, to find its port;\n"                                         \
	"                     else ENTENTE_CONFIG\n"                                                                   \
	"  --json             print what the API says, as JSON\n"                                                      \
	"  --help             this text\n"
/* True: the option was one of the above and is taken. */
bool client_option(struct client_args *args, int option, const char *value);

struct client;
enum ent_rc client_open(const struct client_args *args, struct client **ret, struct ent_err *err)
    __attribute__((warn_unused_result));
void client_close(struct client *client); /* wipes the token; takes NULL */

/* Path and query under the base URL, its variable parts percent-encoded. */
struct ent_str client_path(struct ent_arena *arena, const char *before, struct ent_str word, const char *after);
/* "name=value" joined by '?' or '&'; an absent value adds nothing. */
struct ent_str client_query(struct ent_arena *arena, struct ent_str path, const char *name, struct ent_str value);

struct client_answer {
	int status;          /* 0: there was no answer; why says so */
	struct ent_str body; /* in the arena, or valid during the callback */
	int retry_after_s;   /* -1: the broker named none */
	const char *why;
};
/* One request, waited for. body absent: none is sent. ENT_ERETRY: the broker cannot be reached, or is busy (429, 503);
 * ENT_EAUTH: 401, 403; ENT_EGONE: 404; ENT_EINVAL: anything else but 2xx. err has the problem in words. */
enum ent_rc client_call(struct client *client, struct ent_arena *arena, const char *method, struct ent_str path,
			struct ent_str body, struct client_answer *ret, struct ent_err *err)
    __attribute__((warn_unused_result));
/* What client_call() says of an answer. */
enum ent_rc client_judge(const struct client_answer *answer, struct ent_err *err);

/* Many POSTs at once, in numbered slots. */
struct client_pool;
struct client_pool *client_pool_new(struct client *client, struct ent_str path, size_t n_slot);
void client_pool_free(struct client_pool *pool); /* breaks off what is under way; takes NULL */
bool client_pool_idle(const struct client_pool *pool, size_t slot);
/* body is borrowed until the slot is answered. */
void client_pool_post(struct client_pool *pool, size_t slot, struct ent_str body);
/* Waits until something was answered, a descriptor of fd[] can be read, or timeout_ms passed. */
void client_pool_wait(struct client_pool *pool, const int *fd, size_t n_fd, int timeout_ms,
		      void (*done)(void *to, size_t slot, const struct client_answer *answer), void *to);

/* The whole of a command that prints one answer: opens, calls, and prints either the JSON as it stands or what
 * show() makes of it. show NULL: JSON only. Returns the exit status. */
int client_print(const struct client_args *args, const char *method, struct ent_str path, struct ent_str body,
		 void (*show)(struct ent_arena *arena, struct ent_str json));
/* The same. *ret_doubt: it failed, but the broker may have done it. False when it was not asked, or answered 4xx. */
int client_print_doubt(const struct client_args *args, const char *method, struct ent_str path, struct ent_str body,
		       void (*show)(struct ent_arena *arena, struct ent_str json), bool *ret_doubt);
/* "entente: ..." on standard error; returns 1. */
int client_complain(const struct ent_err *err);
/* A request's JSON object: begin, members through `w`, take. */
struct client_body {
	struct sdk_jsonw w;
	struct sdk_buf buf;
};
void client_body_begin(struct client_body *body);
struct ent_str client_body_take(struct client_body *body, struct ent_arena *arena); /* closes it */
/* What a person writes, without line ends behind it; text NULL or "-": from standard input. ENT_EINVAL: too long, or
 * not UTF-8. */
enum ent_rc client_text(struct ent_arena *arena, const char *text, struct ent_str *ret, struct ent_err *err)
    __attribute__((warn_unused_result));
/* An answer's JSON; NULL: it is none, and that was said. */
const struct sdk_json *client_parse(struct ent_arena *arena, struct ent_str json);
/* What a person hands over: the file's content, or what comes from standard input for "-". */
enum ent_rc client_read(struct ent_arena *arena, const char *name, size_t size_max, struct ent_str *ret,
			struct ent_err *err) __attribute__((warn_unused_result));
/* One option of a command and where its word goes; a flag when `flag` is set. Ends with {0}. */
struct client_word {
	const char *name;
	const char **word;
	bool *flag;
};
/* The options of a command and those of CLIENT_HELP. -1: go on, arguments begin at optind; else the exit status, with
 * usage() printed. */
int client_words(struct client_args *args, const struct client_word *word, int argc, char **argv,
		 void (*usage)(FILE *to));

#endif
