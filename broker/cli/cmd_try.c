/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entente try: one op of a supplier's connector, outside of the broker. It reads the configuration and opens no store,
 * so that it works beside a running broker and before the first start.
 */
#include <curl/curl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/boot.h"
#include "cli/client_words.h"
#include "cli/command.h"
#include "cli/table.h"
#include "cli/try_judge.h"
#include "cli/try_say.h"
#include "cli/try_show.h"
#include "link/transfers_curl.h"
#include "sdk/webhook.h"

#define FILE_SIZE_MAX ((size_t)32 << 20)
#define THEIRS        "correct"
enum { PAGES = 5, FIRST_OPTION = 256, BODY_SHOWN = 4096 };

static const char help[] =
    "usage: entente try SUPPLIER --op OP [--answer FILE]... [OPTIONS]\n"
    "       entente try SUPPLIER --op OP --live [OPTIONS]\n"
    "       entente try SUPPLIER --op decode --answer FILE|-\n\n"
    "Runs one op of the supplier's connector (for `generic`: its jq programs) and shows the call, what the answer\n"
    "means, and the changes that result. Nothing is stored, and no broker has to run. Secrets are shown as ***.\n"
    "Status, priority, impact and urgency are read with the map of the configuration; `entente map try` tries another "
    "map.\n"
    "Without --answer and --live the first call is shown and not made. (..): the value without the option.\n\n"
    "OP: poll, fetch, create, update, comment, edit and remove (of a comment that we wrote there),\n"
    "    look (is it there already?), probe (who are we?), login, decode (a webhook)\n\n"
    "  --answer FILE      the tool's answer: a body, or a whole answer as `curl -i` prints it; - is standard\n"
    "                     input. Give one for each call, in order. decode: the webhook, with or without headers\n"
    "  --live             make the calls. You see each call that writes and are asked before it is sent\n"
    "  --yes              with --live: send calls that write without asking\n\n"
    "  --ticket ID        fetch, update, comment, edit, remove, look: the ticket's id in the tool (1)\n"
    "  --comment ID       edit, remove: the comment's id in the tool (1)\n"
    "  --ticket-key KEY   the ticket's name for people, if the tool has another one than the id\n"
    "  --title WORDS      create: the title\n"
    "  --text WORDS       create, comment, edit, look: the text\n"
    "  --author NAME      comment: its author\n"
    "  --status WORD      create, update: one of Entente's words, such as resolved (update: in_progress)\n"
    "  --priority N       create, update: 1 to 5\n"
    "  --impact N         create, update: 1 to 3\n"
    "  --urgency N        create, update: 1 to 3\n"
    "  --number NUMBER    the number of our incident (ENT-000042)\n"
    "  --id UUID          the delivery's id; `look` searches for it. Without it --live makes a new one\n"
    "  --of OP            look: search for a create or for a comment (comment)\n"
    "  --from TIME        poll without --cursor: read from this time on (a day ago)\n"
    "  --cursor TEXT      poll: go on from a cursor that was shown. Other ops: the memo of the call before\n"
    "  --phase N          the number of the call within the op (0)\n"
    "  --pages N          poll: make at most N calls (5)\n\n"
    "  --config FILE      the configuration; else ENTENTE_CONFIG\n"
    "  --json             one JSON object\n"
    "  --help             this text\n\n"
    "Exit status: 0 the op would succeed, 1 it would not, 2 wrong use.\n\n"
    "examples:\n"
    "  entente try desk --op poll --from 2026-11-22T00:00:00Z\n"
    "  entente try desk --op poll --answer list.json --answer ticket-7.json\n"
    "  entente try desk --op login --live\n"
    "  entente try desk --op comment --ticket 7 --text 'Hello' --live\n";

struct tried {
	struct try_words words;
	enum try_op op;
	const char *config, *supplier;
	struct boot boot;
	struct trial trial;
	struct try_say say;
	struct sdk_arena arena;
};

/* ---- options ------------------------------------------------------------------------------- */

static bool option_take(struct tried *tried, int option)
{
	struct try_words *words = &tried->words;
	const char **const word[] = {&words->op,     &words->ticket,  &words->ticket_key, &words->title,
				     &words->text,   &words->author,  &words->status,     &words->priority,
				     &words->impact, &words->urgency, &words->number,     &words->id,
				     &words->cursor, &words->phase,   &words->from,       &words->pages,
				     &words->of,     &tried->config,  &words->comment};

	if (option >= FIRST_OPTION && (size_t)(option - FIRST_OPTION) < sizeof word / sizeof *word)
		*word[option - FIRST_OPTION] = optarg;
	else if (option == 'a' && words->n_answer < TRY_ANSWERS_MAX)
		words->answer[words->n_answer++] = optarg;
	else if (option == 'l')
		words->live = true;
	else if (option == 'y')
		words->yes = true;
	else if (option == 'j')
		words->json = true;
	else
		return false;
	return true;
}

/* -1: go on; else the exit status. */
static int try_options(int argc, char **argv, struct tried *tried)
{
	static const char *const name[] = {"op",       "ticket", "ticket-key", "title",  "text",   "author", "status",
					   "priority", "impact", "urgency",    "number", "id",     "cursor", "phase",
					   "from",     "pages",  "of",         "config", "comment"};
	static const struct option other[] = {
	    {"answer", required_argument, NULL, 'a'}, {"live", no_argument, NULL, 'l'}, {"yes", no_argument, NULL, 'y'},
	    {"json", no_argument, NULL, 'j'},         {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
	struct option option[sizeof name / sizeof *name + sizeof other / sizeof *other];
	size_t n = sizeof name / sizeof *name;

	for (size_t i = 0; i < n; i++)
		option[i] = (struct option){name[i], required_argument, NULL, FIRST_OPTION + (int)i};
	memcpy(option + n, other, sizeof other);
	for (int c; (c = getopt_long(argc, argv, "h", option, NULL)) != -1;) {
		if (c == 'h' || !option_take(tried, c)) {
			fputs(help, c == 'h' ? stdout : stderr);
			return c == 'h' ? 0 : 2;
		}
	}
	if (optind + 1 != argc) {
		fputs(help, stderr);
		return 2;
	}
	tried->supplier = argv[optind];
	return -1;
}

static bool writes_there(const struct tried *tried)
{
	return tried->words.live && (tried->op == TRY_CREATE || tried->op == TRY_UPDATE || tried->op == TRY_COMMENT ||
				     tried->op == TRY_EDIT || tried->op == TRY_REMOVE);
}

static int try_complain(const struct ent_err *err, int status)
{
	fprintf(stderr, "entente try: %s\n", err->msg);
	return status;
}

/* -1: go on. */
static int words_check(struct tried *tried)
{
	struct ent_err err;

	if (try_words_check(&tried->words, &tried->op, &err) != ENT_OK)
		return try_complain(&err, 2);
	if (!writes_there(tried) || tried->words.yes || isatty(STDIN_FILENO) == 1)
		return -1;
	(void)sdk_fail(&err, ENT_EINVAL,
		       "--op %s --live writes in %s's tool, and there is no terminal to ask you. Add --yes to write "
		       "without being asked",
		       try_op_name(tried->op), tried->supplier);
	return try_complain(&err, 2);
}

/* ---- asking a person ------------------------------------------------------------------------- */

/* The first BODY_SHOWN bytes of the body. */
static void body_show(struct tried *tried, const struct ent_request *request)
{
	struct ent_arena *arena = &tried->arena.abi;
	struct ent_str body = slots_show(request, ENT_IN_BODY, 0, sdk_or_empty(request->body), arena), head;

	if (!body.n)
		return;
	if (!sdk_is_utf8(body)) {
		fprintf(stderr, "  (a body of %zu bytes, not text)\n", body.n);
		return;
	}
	body = trial_hide(&tried->trial, arena, body);
	head = sdk_head(body, BODY_SHOWN);
	fprintf(stderr, "  %.*s\n", ENT_F(table_safe(arena, head, true)));
	if (head.n < body.n)
		fprintf(stderr, "  ... (%zu bytes in all)\n", body.n);
}

static bool may_write(void *of, const struct trial_step *step)
{
	struct tried *tried = of;
	const struct ent_request *request = step->request;
	struct ent_arena *arena = &tried->arena.abi;
	struct ent_str path = slots_show(request, ENT_IN_PATH, 0, request->path, arena);
	char said[8] = "";

	if (tried->words.yes)
		return true;
	path = trial_hide(&tried->trial, arena, path);
	fprintf(stderr, "This writes in %s's tool:\n  %s %.*s\n", tried->supplier, request->method,
		ENT_F(table_safe(arena, path, false)));
	body_show(tried, request);
	if (isatty(STDIN_FILENO) != 1) {
		fputs("There is no terminal to ask you, so this call was not sent. Add --yes to write without being "
		      "asked. If the call only reads, add `read: true` to its program.\n",
		      stderr);
		return false;
	}
	fputs("Go on? Type yes: ", stderr);
	return fgets(said, sizeof said, stdin) && !strcmp(said, "yes\n");
}

static void step_told(void *of, const struct trial_step *step)
{
	struct tried *tried = of;

	try_say_step(&tried->say, step);
}

/* ---- the two ways ----------------------------------------------------------------------------- */

static enum ent_rc message_read(struct tried *tried, const char *name, struct try_message *ret, struct ent_err *err)
{
	struct ent_arena *arena = &tried->arena.abi;
	struct ent_str text;
	struct ent_err why;
	enum ent_rc rc = client_read(arena, name, FILE_SIZE_MAX, &text, err);

	if (rc == ENT_OK && try_message_read(arena, text, tried->op == TRY_DECODE, ret, &why) != ENT_OK)
		rc = sdk_fail(err, ENT_EINVAL, "%s: %s", name, why.msg);
	return rc;
}

static enum ent_rc answers_read(struct tried *tried, struct ent_err *err)
{
	struct ent_response *answer = SDK_NEW_N(&tried->arena.abi, struct ent_response, TRY_ANSWERS_MAX);
	struct try_message message;
	enum ent_rc rc = ENT_OK;

	for (size_t i = 0; i < tried->words.n_answer && rc == ENT_OK; i++) {
		rc = message_read(tried, tried->words.answer[i], &message, err);
		answer[i] = (struct ent_response){message.status, message.header, message.n_header, message.body};
	}
	tried->trial.answer = answer;
	tried->trial.n_answer = tried->words.n_answer;
	return rc;
}

/* Is the signature the supplier's? NULL: the file has no headers, or the supplier no secret. */
static const char *signature_word(struct tried *tried, const struct ent_webhook *webhook)
{
	const struct supplier *supplier = tried->trial.supplier;
	struct arrival unused;
	struct ent_err err;

	if (!webhook->n_header || !supplier->n_secret)
		return NULL;
	if (arrival_verify(supplier, &tried->trial.self, webhook, false, tried->trial.clock->now_ms(tried->trial.clock),
			   &tried->arena.abi, &unused, &err) == ENT_OK)
		return THEIRS;
	return sdk_z(&tried->arena.abi, sdk_format(&tried->arena.abi, "wrong: %s", err.msg));
}

static enum ent_rc webhook_try(struct tried *tried, struct try_verdict *verdict, struct ent_err *err)
{
	const struct supplier_set *set = tried->boot.config->suppliers;
	const char *signature;
	struct trial *trial = &tried->trial;
	struct ent_webhook webhook;
	struct arrival arrival;
	struct try_message message;
	enum ent_rc rc = message_read(tried, tried->words.answer[0], &message, err);

	if (rc != ENT_OK)
		return rc;
	webhook = (struct ent_webhook){message.header, message.n_header, message.body, ENT_ABSENT};
	rc = arrival_verify(trial->supplier, &trial->self, &webhook, true, trial->clock->now_ms(trial->clock),
			    &tried->arena.abi, &arrival, err);
	if (rc != ENT_OK)
		return rc;
	arrival_decode(set, trial->supplier, &trial->self, &webhook, &tried->arena.abi, &arrival);
	signature = signature_word(tried, &webhook);
	try_say_webhook(&tried->say, &arrival, signature);
	*verdict = (struct try_verdict){
	    .outcome = ENT_STR("taken"), .words = ENT_STR("The broker would store these changes."), .is_well = true};
	if (signature && strcmp(signature, THEIRS) != 0) {
		tried->say.is_dead = false; /* a 401 keeps no dead letter */
		*verdict = (struct try_verdict){
		    .outcome = ENT_STR("refused (401)"),
		    .words = arrival.dead
				 ? ENT_STR("The signature is wrong. The broker could not read the body either.")
				 : ENT_STR("The signature is wrong. With a correct one the broker would store these "
					   "changes.")};
	}
	return ENT_OK;
}

/* As link does it: what a tool cannot keep internal stands there as public, where that may be. */
static void trial_lead(struct trial *trial, struct ent_call *call, struct trial_end *ret)
{
	trial_run(trial, call, ret);
	if (try_judge_is_internal(call, ret) && trial->supplier->public_reader == PUBLIC_SERVICE_DESK) {
		call->op.comment.visibility = ENT_PUBLIC;
		sdk_arena_release(&trial->trip);
		sdk_arena_release(&trial->arena);
		trial_run(trial, call, ret);
	}
}

static enum ent_rc op_try(struct tried *tried, struct try_verdict *verdict, struct ent_err *err)
{
	struct trial *trial = &tried->trial;
	struct ent_call call;
	struct trial_end end;
	int64_t pages = PAGES;
	enum ent_rc rc = try_call(&tried->words, tried->op, tried->boot.config->suppliers, trial->supplier,
				  &trial->self, &tried->arena.abi, &call, err);

	if (rc == ENT_OK)
		rc = answers_read(tried, err);
	if (rc != ENT_OK)
		return rc;
	if (tried->words.pages)
		(void)sdk_to_int(sdk_str(tried->words.pages), &pages);
	trial->trips_max = tried->op == TRY_POLL && tried->words.live ? (unsigned)pages : ENT_PHASES_MAX;
	trial->may_write = may_write;
	trial->tell = step_told;
	trial->of = tried;
	if (tried->words.live) {
		(void)curl_global_init(CURL_GLOBAL_DEFAULT); /* if this fails, so does each transfer */
		trial->transfers = transfers_curl_new();
		trial->wait = transfers_curl_wait;
	}
	tried->say.op = &call.op;
	trial_lead(trial, &call, &end);
	try_judge(tried->op, trial, &call, &end, &tried->arena.abi, verdict);
	if (tried->words.live) {
		transfers_curl_free(trial->transfers);
		curl_global_cleanup();
	}
	return ENT_OK;
}

/* ---- the end ---------------------------------------------------------------------------------- */

static void verdict_mend(const struct tried *tried, struct try_verdict *verdict)
{
	if (tried->say.is_dead)
		*verdict = (struct try_verdict){
		    .outcome = ENT_STR("dead letter"),
		    .words = ENT_STR("The broker cannot read it. It would keep it as a dead letter and report it."),
		    .next =
			ENT_STR("Next: correct the program or the setting that the reason names, then type the same "
				"command again.")};
	else if (tried->say.not_done.msg[0])
		*verdict = (struct try_verdict){.outcome = ENT_STR("parked (not_done)"),
						.words = sdk_str(tried->say.not_done.msg),
						.next = delivery_cause_next(CAUSE_NOT_DONE).text};
}

static int result_print(struct tried *tried, struct try_verdict *verdict)
{
	struct try_say *say = &tried->say;
	const struct sdk_json *said;
	struct ent_err err;

	verdict_mend(tried, verdict);
	try_say_end(say, verdict->outcome, verdict->words, verdict->next);
	if (say->out.failed || sdk_json_parse(&tried->arena.abi, sdk_buf_view(&say->out), &said, &err) != ENT_OK) {
		fprintf(stderr, "entente try: the result cannot be shown: %s\n",
			say->out.failed ? "it is too large" : err.msg);
		return 1;
	}
	if (tried->words.json)
		printf("%.*s\n", (int)say->out.n, say->out.p);
	else
		try_show(&tried->arena.abi, said);
	return verdict->is_well ? 0 : 1;
}

static enum ent_rc supplier_open(struct tried *tried, struct ent_err *err)
{
	const struct supplier *supplier = supplier_by_name(tried->boot.config->suppliers, sdk_str(tried->supplier));
	struct ent_err why;
	void *state = NULL;

	if (!supplier && tried->boot.config->path.n == 0)
		return sdk_fail(err, ENT_EINVAL,
				"no configuration was read, so there is no supplier %s: give --config FILE",
				tried->supplier);
	if (!supplier)
		return sdk_fail(err, ENT_EINVAL, "the configuration has no supplier %s", tried->supplier);
	if (supplier->connector->open && supplier->connector->open(supplier->settings, &state, &why) != ENT_OK)
		return sdk_fail(
		    err, ENT_EINVAL,
		    "connector %s refuses the settings of %s: %s. Correct them, then type the same command again",
		    supplier->connector->name, tried->supplier, why.msg);
	tried->trial =
	    (struct trial){.supplier = supplier, .self = {supplier->settings, state}, .clock = clock_system()};
	return ENT_OK;
}

static int try_run(struct tried *tried)
{
	struct try_verdict verdict;
	struct ent_err err;
	enum ent_rc rc = boot_load(&tried->boot, tried->config, true, &err);
	int status;

	if (rc == ENT_OK)
		rc = supplier_open(tried, &err);
	if (rc != ENT_OK)
		return try_complain(&err, 1);
	try_say_begin(&tried->say, tried->boot.config->suppliers, &tried->trial, try_op_name(tried->op),
		      tried->words.live       ? "live"
		      : tried->words.n_answer ? "answer"
					      : "dry");
	rc = tried->op == TRY_DECODE ? webhook_try(tried, &verdict, &err) : op_try(tried, &verdict, &err);
	status = rc == ENT_OK ? result_print(tried, &verdict) : try_complain(&err, 1);
	sdk_buf_release(&tried->say.out);
	trial_release(&tried->trial);
	return status;
}

static int try_command(int argc, char **argv)
{
	struct tried tried = {.boot = {.lock = -1}};
	int status = try_options(argc, argv, &tried);

	if (status < 0)
		status = words_check(&tried);
	if (status >= 0)
		return status;
	sdk_arena_init(&tried.arena);
	status = try_run(&tried);
	sdk_arena_release(&tried.arena); /* before what connectors deferred there is gone */
	if (tried.trial.supplier && tried.trial.supplier->connector->close)
		tried.trial.supplier->connector->close(tried.trial.self.state);
	boot_release(&tried.boot);
	return status;
}

const struct command command_try = {.name = "try",
				    .summary = "run one op of a supplier's connector and show it; nothing is stored",
				    .run = try_command};
