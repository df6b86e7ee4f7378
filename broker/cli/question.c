/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/question.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"

#define PAGES_MAX 100000

/* ---- the command line ------------------------------------------------------------------ */

/* Cuts the next name off a list. False: there is none. */
static bool name_next(struct ent_str *rest, struct ent_str *ret)
{
	while (rest->n > 0) {
		*ret = sdk_cut(*rest, ' ', rest);
		if (ret->n > 0)
			return true;
	}
	return false;
}

/* "supplier= all": an option with a value, and a flag. */
static size_t options_of(struct question_call *call, struct client_word *word)
{
	struct ent_str rest = sdk_str(call->command->options), name;
	size_t n = 0;

	for (; name_next(&rest, &name); n++) {
		bool takes_value = name.p[name.n - 1] == '=';

		assert(n < CLIENT_WORDS_MAX);
		call->name[n] = sdk_z(call->arena, (struct ent_str){name.p, name.n - takes_value});
		word[n] = (struct client_word){call->name[n], &call->option[n], !takes_value};
	}
	return n;
}

static const char *value_of(const struct question_call *call, struct ent_str name)
{
	struct ent_str rest = sdk_str(call->row ? call->row->words : NULL), word;

	for (size_t i = 0; name_next(&rest, &word); i++) {
		if (word.p[word.n - 1] == '?')
			word.n--;
		if (sdk_eq(word, name))
			return i < call->n_word ? call->word[i] : NULL;
	}
	for (size_t i = 0; i < call->n_option; i++)
		if (sdk_eqz(name, call->name[i]))
			return call->option[i];
	return NULL;
}

const char *question_value(const struct question_call *call, const char *name)
{
	return value_of(call, sdk_str(name));
}

static bool words_fit(const struct question *row, int argc, char **argv)
{
	struct ent_str rest = sdk_str(row->words), word;
	int most = 0, least = 0, n = argc - (row->verb != NULL);

	if (row->verb && (argc < 1 || strcmp(argv[0], row->verb) != 0))
		return false;
	for (; name_next(&rest, &word); most++)
		least += word.p[word.n - 1] != '?';
	return n >= least && n <= most;
}

static bool options_fit(const struct question_call *call, const struct question *row)
{
	struct ent_str rest = sdk_str(row->needs), name;

	while (name_next(&rest, &name))
		if (!value_of(call, name))
			return false;
	rest = sdk_str(row->never);
	while (name_next(&rest, &name))
		if (value_of(call, name))
			return false;
	return true;
}

/* argv: behind the command and its options. NULL: no row fits. */
static const struct question *row_find(const struct question_call *call, int argc, char **argv)
{
	for (const struct question *row = call->command->question; row->path || row->run; row++)
		if (words_fit(row, argc, argv) && options_fit(call, row))
			return row;
	return NULL;
}

/* ---- the request -------------------------------------------------------------------------- */

struct ent_str question_path(const struct question_call *call, const char *path)
{
	struct ent_str rest = sdk_str(path), whole = ENT_STR("");

	while (rest.p) {
		struct ent_str name, plain = sdk_cut(rest, '{', &rest);

		whole = sdk_format(call->arena, "%.*s%.*s", ENT_F(whole), ENT_F(plain));
		if (!rest.p)
			break;
		name = sdk_cut(rest, '}', &rest);
		whole = client_path(call->arena, sdk_z(call->arena, whole), sdk_str(value_of(call, name)), "");
	}
	return whole;
}

/* "text=q": the value of text, which the API calls q. */
static struct ent_str value_cut(const struct question_call *call, struct ent_str name, const char **ret_api)
{
	struct ent_str api, own = sdk_cut(name, '=', &api);

	*ret_api = sdk_z(call->arena, api.p ? api : own);
	return sdk_str(value_of(call, own));
}

static struct ent_str query_add(const struct question_call *call, struct ent_str path)
{
	struct ent_str rest = sdk_str(call->row->query), name, value;
	const char *api;

	while (name_next(&rest, &name)) {
		value = value_cut(call, name, &api);
		path = client_query(call->arena, path, api, value);
	}
	return path;
}

static struct ent_str body_of(const struct question_call *call)
{
	struct ent_str rest = sdk_str(call->row->body), name, value;
	struct client_body body;
	const char *api;

	if (!call->row->body)
		return ENT_ABSENT;
	client_body_begin(&body);
	while (name_next(&rest, &name)) {
		value = value_cut(call, name, &api);
		sdk_jsonw_kstr_opt(&body.w, api, value);
	}
	return client_body_take(&body, call->arena);
}

/* ---- the answer ------------------------------------------------------------------------------ */

static void items_show(const struct question *row, struct ent_arena *arena, struct ent_str json)
{
	const struct sdk_json *answer = client_parse(arena, json);
	struct ent_str next = sdk_json_text_at(answer, "next");

	if (!answer)
		return;
	table_print(arena, sdk_json_at(answer, "items"), row->column, row->empty);
	if (row->more && next.n)
		printf("\nMore: add --%s %.*s\n", row->more, ENT_F(next));
}

static void row_print(const struct question_call *call, struct ent_str json)
{
	if (call->row->column && !call->client.json)
		items_show(call->row, call->arena, json);
	else
		client_print(&call->client, call->arena, json, call->row->show);
}

/* The rows of all pages in one answer. */
struct question_pages {
	struct sdk_buf buf;
	struct sdk_jsonw w;
	struct ent_str cursor;
};

static enum ent_rc page_add(const struct question_call *call, struct client *client, struct ent_str path,
			    struct question_pages *pages, struct ent_err *err)
{
	const struct sdk_json *node;
	struct client_answer answer;
	enum ent_rc rc =
	    client_call(client, call->arena, call->row->method,
			client_query(call->arena, path, "cursor", pages->cursor), ENT_ABSENT, &answer, err);

	if (!rc)
		rc = sdk_json_parse(call->arena, answer.body, &node, err);
	if (rc)
		return rc;
	for (const struct sdk_json *one = sdk_json_first(sdk_json_at(node, "items")); one; one = sdk_json_next(one))
		sdk_jsonw_raw(&pages->w, sdk_json_print(call->arena, one));
	pages->cursor = sdk_json_text_at(node, "next");
	return ENT_OK;
}

static int pages_ask(const struct question_call *call, struct ent_str path)
{
	struct question_pages pages = {.cursor = ENT_ABSENT};
	struct client *client;
	struct ent_err err;
	enum ent_rc rc = client_open(&call->client, &client, &err);
	int n = 0;

	if (rc)
		return client_complain(&err);
	sdk_buf_init(&pages.buf, CLIENT_ANSWER_MAX);
	sdk_jsonw_init(&pages.w, &pages.buf);
	sdk_jsonw_open(&pages.w, '{');
	sdk_jsonw_key(&pages.w, "items");
	sdk_jsonw_open(&pages.w, '[');
	do {
		rc = page_add(call, client, path, &pages, &err);
	} while (!rc && pages.cursor.p && ++n < PAGES_MAX && !pages.buf.failed);
	sdk_jsonw_close(&pages.w, ']');
	sdk_jsonw_kstr(&pages.w, "next", pages.cursor);
	sdk_jsonw_close(&pages.w, '}');
	client_close(client);
	if (!rc && pages.buf.failed)
		rc = sdk_fail(&err, ENT_EINVAL, "there is more %s than can be shown at once; ask by --supplier",
			      call->command->name);
	if (rc)
		client_complain(&err);
	else
		row_print(call, sdk_buf_view(&pages.buf));
	sdk_buf_release(&pages.buf);
	return rc ? 1 : 0;
}

static int question_ask(const struct question_call *call)
{
	const struct question *row = call->row;
	struct ent_str json = ENT_ABSENT, path;
	bool unused;
	int status;

	if (row->run)
		return row->run(call);
	path = query_add(call, question_path(call, row->path));
	if (row->all_pages)
		return pages_ask(call, path);
	status = client_ask(&call->client, call->arena, row->method, path, body_of(call), &json, &unused);
	if (!status)
		row_print(call, json);
	return status;
}

/* ---- typed wrong: what is missing, in one sentence, before how it is used ---------------------- */

/* The first row of this verb; of a command without verbs its first row. NULL: it has no such verb. */
static const struct question *use_row(const struct command *command, int argc, char **argv)
{
	for (const struct question *row = command->question; row->path || row->run; row++)
		if (!row->verb || (argc > 0 && strcmp(row->verb, argv[0]) == 0))
			return row;
	return NULL;
}

static void verbs_say(const struct command *command)
{
	const char *before = NULL;

	for (const struct question *row = command->question; row->path || row->run; row++) {
		if (!before || strcmp(before, row->verb) != 0)
			fprintf(stderr, "%s%s", before ? ", " : "", row->verb);
		before = row->verb;
	}
	fputs("\n", stderr);
}

/* How the help says it is used, behind the verb: "WORD [--title WORDS]". */
static struct ent_str use_line(const struct question_call *call, const char *verb)
{
	struct ent_str rest = sdk_str(call->command->help), line,
		       want = sdk_format(call->arena, "entente %s%s%s ", call->command->name, verb ? " " : "",
					 verb ? verb : "");

	while (rest.p) {
		line = sdk_trim(sdk_cut(rest, '\n', &rest));
		if (sdk_starts(line, "usage: "))
			line = (struct ent_str){line.p + 7, line.n - 7};
		if (line.n > want.n && memcmp(line.p, want.p, want.n) == 0)
			return (struct ent_str){line.p + want.n, line.n - want.n};
	}
	return ENT_STR("");
}

/* The word that would come next after so many; empty: no further one has to be given. */
static struct ent_str use_word(struct ent_str line, int n_given)
{
	struct ent_str rest = line, word = ENT_STR("");

	while (rest.n > 0) {
		word = sdk_cut(rest, ' ', &rest);
		if (word.n == 0 || word.p[0] == '[' || word.p[0] == '-')
			break;
		if (n_given-- == 0)
			return word;
	}
	return ENT_STR("");
}

static struct ent_str use_option(const struct question_call *call, const struct question *row)
{
	struct ent_str rest = sdk_str(row->needs), name;

	while (rest.n > 0) {
		name = sdk_cut(rest, ' ', &rest);
		if (name.n > 0 && !question_value(call, sdk_z(call->arena, name)))
			return name;
	}
	return ENT_STR("");
}

static void use_say(const struct question_call *call, int argc, char **argv)
{
	const struct question *row = use_row(call->command, argc, argv);
	const char *name = call->command->name, *verb = row ? row->verb : NULL;
	struct ent_str word, option;

	if (!row) {
		if (argc > 0)
			fprintf(stderr, "entente %s: \"%s\" is none of its verbs: ", name, argv[0]);
		else
			fprintf(stderr, "entente %s: a verb is missing: ", name);
		verbs_say(call->command);
		return;
	}
	word = use_word(use_line(call, verb), argc - (verb != NULL));
	option = use_option(call, row);
	fprintf(stderr, "entente %s%s%s: ", name, verb ? " " : "", verb ? verb : "");
	if (word.n)
		fprintf(stderr, "%.*s is missing\n", ENT_F(word));
	else if (option.n)
		fprintf(stderr, "--%.*s is missing\n", ENT_F(option));
	else
		fputs("a word or an option is too much, or two options exclude one another\n", stderr);
}

/* ---- the command ------------------------------------------------------------------------------ */

static int use_refuse(const struct question_call *call, int argc, char **argv)
{
	if (call->command->refuse)
		call->command->refuse(call, argc, argv);
	else
		use_say(call, argc, argv);
	client_usage(call->command->help);
	return 2;
}

static int call_run(struct question_call *call, int argc, char **argv)
{
	struct client_word word[CLIENT_WORDS_MAX + 1] = {{0}};
	int status;

	call->n_option = options_of(call, word);
	status = client_words(&call->client, word, argc, argv, call->command->help);
	if (status >= 0)
		return status;
	call->row = row_find(call, argc - optind, argv + optind);
	if (!call->row)
		return use_refuse(call, argc - optind, argv + optind);
	for (int i = optind + (call->row->verb != NULL); i < argc; i++)
		call->word[call->n_word++] = argv[i];
	status = question_ask(call);
	return status || !call->row->then ? status : call->row->then(call);
}

int question_run(const struct command *command, int argc, char **argv)
{
	struct question_call call = {.command = command};
	struct sdk_arena arena;
	int status;

	sdk_arena_init(&arena);
	call.arena = &arena.abi;
	status = call_run(&call, argc, argv);
	sdk_arena_release(&arena);
	return status;
}
