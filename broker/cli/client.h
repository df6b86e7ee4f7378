/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Talking to a running broker over its HTTP API: what the commands that ask it share. The token comes from a file or
 * the environment, never from the command line, where everyone on the machine can read it.
 */
#ifndef CLI_CLIENT_H
#define CLI_CLIENT_H

#include "base/secret.h"
#include "sdk/json.h"

#define CLIENT_ANSWER_MAX ((size_t)64 << 20) /* bytes of one answer that are read */

/* Where the broker is and who asks; what is not given is looked up in the environment and the configuration. */
struct client_args {
	const char *url, *token_file, *config; /* NULL: not given */
	bool json;
};

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
/* The verdict of client_call() on an answer. */
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

#endif
