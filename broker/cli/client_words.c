/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/client_words.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TEXT_SIZE_MAX ((size_t)256 << 10) /* bytes; more than the broker takes */
#define BODY_MAX      ((size_t)2 << 20)   /* bytes: what any text or file becomes in JSON */

bool client_option(struct client_args *args, int option, const char *value)
{
	switch (option) {
	case CLIENT_OPT_URL:
		args->url = value;
		return true;
	case CLIENT_OPT_TOKEN_FILE:
		args->token_file = value;
		return true;
	case CLIENT_OPT_CONFIG:
		args->config = value;
		return true;
	case CLIENT_OPT_JSON:
		args->json = true;
		return true;
	default:
		return false;
	}
}

void client_usage(const char *help)
{
	const char *end = strstr(help, "\n\n");

	fprintf(stderr, "%.*s\n\nMore with --help.\n", end ? (int)(end - help) : (int)strlen(help), help);
}

int client_words(struct client_args *args, const struct client_word *word, int argc, char **argv, const char *help)
{
	static const struct option common[] = {CLIENT_LONGOPTS};
	struct option option[CLIENT_WORDS_MAX + sizeof common / sizeof *common + 1];
	int n = 0, c;

	for (; word[n].name && n < CLIENT_WORDS_MAX; n++)
		option[n] = (struct option){word[n].name, word[n].is_flag ? no_argument : required_argument, NULL, n};
	assert(!word[n].name);
	memcpy(&option[n], common, sizeof common);
	memset(&option[n + (int)(sizeof common / sizeof *common)], 0, sizeof *option);
	while ((c = getopt_long(argc, argv, "h", option, NULL)) != -1) {
		if (c == 'h') {
			fputs(help, stdout);
			return 0;
		} else if (c >= 0 && c < n) {
			*word[c].value = word[c].is_flag ? "" : optarg;
		} else if (!client_option(args, c, optarg)) {
			client_usage(help);
			return 2;
		}
	}
	return -1;
}

/* ---- input and output --------------------------------------------------------- */

int client_complain(const struct ent_err *err)
{
	fprintf(stderr, "entente: %s\n", err->msg);
	return 1;
}

const struct sdk_json *client_parse(struct ent_arena *arena, struct ent_str json)
{
	const struct sdk_json *node;
	struct ent_err err;

	if (sdk_json_parse(arena, json, &node, &err) == ENT_OK)
		return node;
	fprintf(stderr, "entente: the broker's answer is no JSON: %s\n", err.msg);
	return NULL;
}

enum ent_rc client_read(struct ent_arena *arena, const char *name, size_t size_max, struct ent_str *ret,
			struct ent_err *err)
{
	bool is_stdin = !strcmp(name, "-");
	int fd = is_stdin ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC);
	enum ent_rc rc = ENT_OK;
	struct sdk_buf buf;
	char chunk[4096];
	ssize_t n;

	if (fd < 0)
		return sdk_fail(err, ENT_EINVAL, "%s cannot be read: %s", name, strerror(errno));
	sdk_buf_init(&buf, size_max);
	while ((n = read(fd, chunk, sizeof chunk)) > 0 && !buf.failed)
		sdk_buf_add(&buf, chunk, (size_t)n);
	if (n < 0)
		rc = sdk_fail(err, ENT_EINVAL, "%s cannot be read: %s", name, strerror(errno));
	else if (buf.failed)
		rc = sdk_fail(err, ENT_EINVAL, "%s has more than %zu bytes", name, size_max);
	else
		*ret = sdk_dup(arena, buf.n ? sdk_buf_view(&buf) : ENT_STR(""));
	if (!is_stdin)
		close(fd);
	sdk_buf_release(&buf);
	return rc;
}

enum ent_rc client_text(struct ent_arena *arena, const char *text, struct ent_str *ret, struct ent_err *err)
{
	struct ent_str words = sdk_str(text);
	enum ent_rc rc = !text || !strcmp(text, "-") ? client_read(arena, "-", TEXT_SIZE_MAX, &words, err) : ENT_OK;

	if (rc)
		return rc;
	while (words.n && words.p[words.n - 1] == '\n')
		words.n--;
	if (!sdk_is_utf8(words))
		return sdk_fail(err, ENT_EINVAL, "the words are not UTF-8: convert them, e.g. with iconv");
	*ret = words;
	return ENT_OK;
}

void client_body_begin(struct client_body *body)
{
	sdk_buf_init(&body->buf, BODY_MAX);
	sdk_jsonw_init(&body->w, &body->buf);
	sdk_jsonw_open(&body->w, '{');
}

struct ent_str client_body_take(struct client_body *body, struct ent_arena *arena)
{
	struct ent_str json;

	sdk_jsonw_close(&body->w, '}');
	json = sdk_dup(arena, sdk_buf_view(&body->buf));
	sdk_buf_release(&body->buf);
	return json;
}

int client_ask(const struct client_args *args, struct ent_arena *arena, const char *method, struct ent_str path,
	       struct ent_str body, struct ent_str *ret, bool *ret_doubt)
{
	struct client_answer answer;
	struct client *client;
	struct ent_err err;

	*ret_doubt = false;
	if (client_open(args, &client, &err))
		return client_complain(&err);
	enum ent_rc rc = client_call(client, arena, method, path, body, &answer, &err);
	*ret_doubt = rc != ENT_OK && (answer.status < 400 || answer.status > 499);
	client_close(client);
	if (rc)
		return client_complain(&err);
	*ret = answer.body;
	return 0;
}

void client_print(const struct client_args *args, struct ent_arena *arena, struct ent_str json, client_show *show)
{
	if (!args->json && show) {
		show(arena, json);
		return;
	}
	fwrite(json.p, 1, json.n, stdout);
	if (json.n && json.p[json.n - 1] != '\n')
		putchar('\n');
}
