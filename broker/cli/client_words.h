/* SPDX-License-Identifier: Apache-2.0 */
/* The commands that ask a broker share this: their options, the texts they read, the one answer they print. */
#ifndef CLI_CLIENT_WORDS_H
#define CLI_CLIENT_WORDS_H

#include <getopt.h>

#include "cli/client.h"

/* The options that every such command takes. */
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

#define CLIENT_WORDS_MAX 24 /* options of one command */
/* One option of a command: its value goes to *value, or *value is "" when it is a flag that was given. */
struct client_word {
	const char *name;
	const char **value;
	bool is_flag;
};
/* The options of a command (ends with {0}) and those of CLIENT_HELP. -1: go on, arguments begin at optind; else the
 * exit status, with the help printed. */
int client_words(struct client_args *args, const struct client_word *word, int argc, char **argv, const char *help);

/* How a command is used, on standard error: its help's first paragraph. */
void client_usage(const char *help);

/* "entente: ..." on standard error; returns 1. */
int client_complain(const struct ent_err *err);
/* A request's JSON object: begin, members through `w`, take. */
struct client_body {
	struct sdk_jsonw w;
	struct sdk_buf buf;
};
void client_body_begin(struct client_body *body);
struct ent_str client_body_take(struct client_body *body, struct ent_arena *arena); /* closes it */
/* The text that a person writes, without line ends behind it; text NULL or "-": from standard input. ENT_EINVAL: too
 * long, or not UTF-8. */
enum ent_rc client_text(struct ent_arena *arena, const char *text, struct ent_str *ret, struct ent_err *err)
    __attribute__((warn_unused_result));
/* The file's content, or what comes from standard input for "-". */
enum ent_rc client_read(struct ent_arena *arena, const char *name, size_t size_max, struct ent_str *ret,
			struct ent_err *err) __attribute__((warn_unused_result));

/* One request of a client of its own. Returns the exit status; a failure was printed. *ret_doubt: it failed, but the
 * broker may have done it. False when it was not asked, or answered 4xx. */
int client_ask(const struct client_args *args, struct ent_arena *arena, const char *method, struct ent_str path,
	       struct ent_str body, struct ent_str *ret, bool *ret_doubt);
/* An answer's JSON; NULL: it is none, and that was said. */
const struct sdk_json *client_parse(struct ent_arena *arena, struct ent_str json);
typedef void client_show(struct ent_arena *arena, struct ent_str json); /* for people, on standard output */
/* The JSON as it stands with --json or without `show`, else what show() makes of it. */
void client_print(const struct client_args *args, struct ent_arena *arena, struct ent_str json, client_show *show);

#endif
