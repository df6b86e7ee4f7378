/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Transcripts: "these bytes in, these changes out". One case is one file:
 *
 *	# What this case shows, for people.
 *	setting number_field = customfield_10900
 *	secret topsecret                       (up to two: rotation)
 *	path_secret topsecret                  (what stood behind the supplier's name in the path)
 *	now 2026-11-22T04:18:45Z
 *
 *	>>> webhook
 *	X-Signature: sha256=${hex "topsecret" body}
 *
 *	{"the": "body, up to the line of the answer; line ends after it do not count"}
 *
 *	<<< answer
 *	verify ok ...                          (written by --bless, read by a reviewer)
 *
 * A setting of several lines: `setting program <<END`, the lines, `END`. `settings FILE` takes those of the first
 *supplier in a YAML file beside the cases, so that an example is tested as it stands. In header values
 * ${hex SECRET PART...} and ${base64 SECRET PART...} stand for an HMAC-SHA256 over the parts:
 * `body`, a header above, or "text". A secret that begins with whsec_ is base64.
 *
 * Without a `secret` the supplier is unsigned. Every case runs twice: a connector is pure.
 *
 * The way out is a dialog, as the broker leads it:
 *
 *	>>> call
 *	{"op": "add_comment", "ticket": {"id": "7"}, "comment": {"body": "On it.", "visibility": "internal"}}
 *
 *	<<< request                            (written by --bless, as is each result)
 *	POST /tickets/7/notes
 *	Content-Type: application/json
 *
 *	{"text":"On it."}
 *
 *	>>> response
 *	HTTP 201
 *	Content-Type: application/json
 *
 *	{"id": 5}
 *
 *	<<< result
 *	ok
 *	remote_id "5"
 *
 * Write the call and the first response; --bless fills in the requests, so one sees what the next response answers.
 * After `more` the next phase is built; `>>> lost` instead of a response is an answer that did not come; a response
 * after `conflict`, `later` or a poll's `ok` answers the next attempt or poll. Each answer is tried damaged, too.
 */
#include <dirent.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

#include "dialog.h"
#include "base/charset.h"
#include "sdk/time.h"

#define HEADER_MAX 32
#define SECRET_MAX 2
#define CASE_MAX   4096
#define TEXT_MAX   (1024u * 1024u)

struct transcript {
	struct ent_header header[HEADER_MAX];
	struct ent_webhook webhook;
	struct ent_str secret[SECRET_MAX];
	size_t n_secret;
	int64_t now_ms;
	bool own_statuses;
	const char *folder;              /* of the case */
	struct ent_str question, answer; /* the file's two parts */
	struct ent_str dialog;           /* or, of the way out, all from the first call on */
};

struct run {
	const char *plugins, *cases;
	bool bless;
	unsigned n_failed, n_run;
};

/* ---- reading ----------------------------------------------------------------- */

static struct ent_str hmac(struct ent_arena *arena, bool hex, struct ent_str secret, struct ent_str text)
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	struct sdk_buf out;
	struct ent_str ret;

	if (sdk_starts(secret, "whsec_")) {
		unsigned char *key = sdk_alloc(arena, secret.n + 3);
		int size = EVP_DecodeBlock(key, (const unsigned char *)secret.p + 6, (int)secret.n - 6);

		for (size_t i = secret.n; i > 0 && secret.p[i - 1] == '='; i--)
			size--;
		secret = (struct ent_str){(char *)key, size > 0 ? (size_t)size : 0};
	}
	HMAC(EVP_sha256(), secret.p, (int)secret.n, (const unsigned char *)text.p, text.n, mac, &n);
	if (!hex) {
		char *base64 = sdk_alloc(arena, 2 * n);

		EVP_EncodeBlock((unsigned char *)base64, mac, (int)n);
		return sdk_str(base64);
	}
	sdk_buf_init(&out, 2 * (size_t)n);
	for (unsigned i = 0; i < n; i++)
		sdk_buf_format(&out, "%02x", mac[i]);
	ret = sdk_dup(arena, sdk_buf_view(&out));
	sdk_buf_release(&out);
	return ret;
}

/* "hex SECRET PART...": what stands between ${ and }. */
static struct ent_str macro(struct ent_arena *arena, const struct transcript *t, struct ent_str text)
{
	struct ent_str form = word_take(&text);
	struct ent_str secret = word_take(&text);
	struct sdk_buf parts;
	struct ent_str ret;

	sdk_buf_init(&parts, TEXT_MAX);
	while (sdk_trim(text).n > 0) {
		bool literal = sdk_trim(text).p[0] == '"';
		struct ent_str part = word_take(&text);

		if (literal)
			sdk_buf_str(&parts, part);
		else if (sdk_eqz(part, "body"))
			sdk_buf_str(&parts, t->webhook.body);
		else
			sdk_buf_str(&parts, sdk_header(t->header, t->webhook.n_header, sdk_z(arena, part)));
	}
	ret = hmac(arena, sdk_eqz(form, "hex"), secret, sdk_buf_view(&parts));
	sdk_buf_release(&parts);
	return ret;
}

static struct ent_str value_expand(struct ent_arena *arena, const struct transcript *t, struct ent_str value)
{
	struct sdk_buf out;
	struct ent_str ret;

	sdk_buf_init(&out, TEXT_MAX);
	for (size_t i = 0; i < value.n; i++) {
		struct ent_str rest;
		struct ent_str inside;

		if (value.p[i] != '$' || i + 1 == value.n || value.p[i + 1] != '{') {
			sdk_buf_add(&out, value.p + i, 1);
			continue;
		}
		inside = sdk_cut((struct ent_str){value.p + i + 2, value.n - i - 2}, '}', &rest);
		sdk_buf_str(&out, macro(arena, t, inside));
		i += inside.n + 2;
	}
	ret = sdk_dup(arena, sdk_buf_view(&out));
	sdk_buf_release(&out);
	return ret.p ? ret : ENT_STR("");
}

static const char *headers_read(struct ent_arena *arena, struct transcript *t, struct ent_str text)
{
	while (text.n > 0) {
		struct ent_str value;
		struct ent_str name = sdk_cut(line_take(&text), ':', &value);

		if (name.n == 0)
			break;
		if (!value.p || t->webhook.n_header == HEADER_MAX)
			return "a header without a colon, or too many";
		value = value_expand(arena, t, sdk_trim(value));
		t->header[t->webhook.n_header++] = (struct ent_header){name, value};
	}
	return NULL;
}

static const char *setting_read(struct plugin *plugin, struct ent_str line, struct ent_str *text)
{
	struct ent_str value = line;
	struct ent_str name = word_take(&value);

	value = sdk_trim(value);
	if (sdk_starts(value, "<<")) {
		struct ent_str end = {value.p + 2, value.n - 2};
		const char *begin = text->p;

		value = ENT_STR("");
		while (text->n > 0) {
			struct ent_str next = line_take(text);

			if (sdk_eq(next, end))
				break;
			value = (struct ent_str){begin, (size_t)(next.p + next.n - begin)};
		}
	} else if (sdk_starts(value, "=")) {
		value = sdk_trim((struct ent_str){value.p + 1, value.n - 1});
	} else {
		return "setting NAME = VALUE, or setting NAME <<END";
	}
	return plugin_give(plugin, name, value) ? NULL : "the connector has no such setting";
}

static const char *preamble_read(struct plugin *plugin, struct transcript *t, struct ent_str *text)
{
	const char *why = NULL;

	while (text->n > 0 && !why) {
		struct ent_str here = *text;
		struct ent_str value = sdk_trim(line_take(text));
		struct ent_str word;

		if (value.n == 0 || value.p[0] == '#')
			continue;
		if (sdk_eqz(value, ">>> call"))
			t->dialog = here;
		if (sdk_eqz(value, ">>> webhook") || t->dialog.p)
			return NULL;
		word = word_take(&value);
		if (sdk_eqz(word, "setting"))
			why = setting_read(plugin, value, text);
		else if (sdk_eqz(word, "settings"))
			why = settings_load(plugin, t->folder, sdk_trim(value));
		else if (sdk_eqz(word, "secret") && t->n_secret < SECRET_MAX)
			t->secret[t->n_secret++] = sdk_trim(value);
		else if (sdk_eqz(word, "path_secret"))
			t->webhook.path_secret = sdk_trim(value);
		else if (sdk_eqz(word, "own_statuses"))
			t->own_statuses = true;
		else if (!sdk_eqz(word, "now") || !sdk_time_parse(sdk_trim(value), 0, &t->now_ms))
			why = "a line before >>> webhook or >>> call that is neither setting, secret, "
			      "path_secret, own_statuses nor now";
	}
	return why ? why : "no line >>> webhook or >>> call";
}

static const char *transcript_read(struct plugin *plugin, struct ent_arena *arena, struct ent_str file,
				   struct transcript *t)
{
	static const char mark[] = "\n<<< answer\n";
	const char *end = memmem(file.p, file.n, mark, sizeof(mark) - 1);
	struct ent_str text, blank;
	const char *why;

	t->question = (struct ent_str){file.p, end ? (size_t)(end - file.p) : file.n};
	if (end)
		t->answer = (struct ent_str){end + sizeof(mark) - 1, file.n - t->question.n - (sizeof(mark) - 1)};
	text = t->question;
	why = preamble_read(plugin, t, &text);
	if (why)
		return why;
	if (t->dialog.p) {
		t->question = (struct ent_str){file.p, (size_t)(t->dialog.p - file.p)};
		t->dialog.n = file.n - t->question.n;
		return NULL;
	}
	for (blank = text; blank.n > 0 && line_take(&blank).n > 0;)
		continue;
	t->webhook.body = blank;
	while (t->webhook.body.n > 0 && t->webhook.body.p[t->webhook.body.n - 1] == '\n')
		t->webhook.body.n--;
	t->webhook.header = t->header;
	return headers_read(arena, t, text);
}

/* ---- running ------------------------------------------------------------------ */

static const char *transcript_answer(struct plugin *plugin, struct ent_arena *arena, const struct transcript *t,
				     struct sdk_buf *out)
{
	const struct ent_connector *connector = plugin->connector;
	struct ent_str delivery = ENT_ABSENT;
	struct ent_changes changes = {NULL, 0};
	struct ent_webhook read = t->webhook;
	struct ent_err err = {0};
	enum ent_rc rc =
	    connector->verify(&plugin->self, &t->webhook, t->secret, t->n_secret, t->now_ms, arena, &delivery, &err);

	sdk_buf_format(out, "verify %s%s%s\n", rc_name(rc), rc == ENT_OK ? "" : ": ", rc == ENT_OK ? "" : err.msg);
	if (rc != ENT_OK)
		return err.code[0] ? NULL : "verify: a reason without a code";
	sdk_buf_z(out, "delivery ");
	quoted_print(out, delivery);
	rc = charset_read(arena, read.header, read.n_header, &read.body, &err);
	if (rc == ENT_OK)
		rc = connector->decode(&plugin->self, &read, arena, &changes, &err);
	if (rc != ENT_OK) {
		sdk_buf_format(out, "\ndecode %s: %s\n", rc_name(rc), err.msg);
		return err.code[0] ? NULL : "decode: a reason without a code";
	}
	sdk_buf_format(out, "\ndecode ok, %zu change%s\n", changes.n, changes.n == 1 ? "" : "s");
	changes_print(out, connector, &changes);
	return changes_fault(arena, &changes);
}

static bool case_write(const char *path, const struct transcript *t, struct ent_str answer)
{
	FILE *file = fopen(path, "wb");
	size_t n = t->question.n;

	if (!file)
		return false;
	while (n > 0 && t->question.p[n - 1] == '\n')
		n--;
	fprintf(file, "%.*s\n\n%s%.*s", (int)n, t->question.p, t->dialog.p ? "" : "<<< answer\n", (int)answer.n,
		answer.p);
	return fclose(file) == 0;
}

static void difference_print(struct ent_str expected, struct ent_str got)
{
	while (expected.n > 0 || got.n > 0) {
		struct ent_str a = line_take(&expected);
		struct ent_str b = line_take(&got);

		if (sdk_eq(a, b))
			continue;
		printf("#   expected: %.*s\n#   got:      %.*s\n", (int)a.n, a.p, (int)b.n, b.p);
		break;
	}
}

/* A dialog checks its own purity; what it wrote before it failed is kept by --bless, to be gone on with. */
static const char *dialog_case_run(struct run *run, struct plugin *plugin, const char *path, struct ent_arena *arena,
				   const struct transcript *t)
{
	struct sdk_buf out;
	struct dialog dialog = {plugin, arena, t->now_ms, t->own_statuses, &out};
	const char *why;
	bool same;

	sdk_buf_init(&out, TEXT_MAX);
	why = dialog_run(&dialog, t->dialog);
	same = sdk_eq(t->dialog, sdk_buf_view(&out));
	if (run->bless && !same && out.n > 0 && !case_write(path, t, sdk_buf_view(&out)))
		why = "cannot be written";
	if (!why && !run->bless && !same) {
		difference_print(t->dialog, sdk_buf_view(&out));
		why = "the dialog differs (--bless writes the new one; review the diff)";
	}
	sdk_buf_release(&out);
	return why;
}

static const char *case_run(struct run *run, struct plugin *plugin, const char *folder, const char *path,
			    struct ent_arena *arena)
{
	struct transcript t = {.folder = folder};
	struct sdk_buf out[2];
	struct ent_str file;
	struct ent_err err = {0};
	const char *why;

	if (!file_read(arena, path, &file))
		return "cannot be read";
	plugin_reset(plugin);
	why = transcript_read(plugin, arena, file, &t);
	if (why)
		return why;
	if (plugin_open(plugin, &err) != ENT_OK)
		return sdk_z(arena, sdk_str(err.msg));
	if (t.dialog.p)
		return dialog_case_run(run, plugin, path, arena, &t);
	for (size_t i = 0; i < 2; i++) {
		sdk_buf_init(&out[i], TEXT_MAX);
		why = transcript_answer(plugin, arena, &t, &out[i]);
	}
	if (!why && !sdk_eq(sdk_buf_view(&out[0]), sdk_buf_view(&out[1])))
		why = "the second run of the same bytes said something else";
	if (!why && run->bless && !sdk_eq(t.answer, sdk_buf_view(&out[0])))
		why = case_write(path, &t, sdk_buf_view(&out[0])) ? NULL : "cannot be written";
	else if (!why && !sdk_eq(t.answer, sdk_buf_view(&out[0]))) {
		difference_print(t.answer, sdk_buf_view(&out[0]));
		why = "the answer differs (--bless writes the new one; review the diff)";
	}
	sdk_buf_release(&out[0]);
	sdk_buf_release(&out[1]);
	return why;
}

static int is_case(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && strcmp(dot, ".case") == 0;
}

static void maps_run(struct run *run, const struct ent_connector *connector, struct ent_arena *arena)
{
	const char *why = NULL;

	for (unsigned i = 0; i < ENT_N_ATTR && !why; i++)
		why = map_fault(arena, connector->map[i], (enum ent_attr)i);
	printf("%sok - cases/%s: its maps%s%s\n", why ? "not " : "", connector->name, why ? ": " : "", why ? why : "");
	run->n_failed += why != NULL;
}

static void connector_run(struct run *run, const char *name)
{
	struct sdk_arena arena;
	struct plugin plugin;
	struct dirent **entry = NULL;
	const char *why = NULL, *directory;
	int n;

	sdk_arena_init(&arena);
	directory = sdk_z(&arena.abi, sdk_format(&arena.abi, "%s/%s", run->cases, name));
	if (!plugin_load(&plugin, run->plugins, name, &why)) {
		printf("not ok - cases/%s: %s\n", name, why);
		run->n_failed++;
	}
	if (!why)
		maps_run(run, plugin.connector, &arena.abi);
	n = why ? 0 : scandir(directory, &entry, is_case, alphasort);
	for (int i = 0; i < n; i++) {
		const char *path = sdk_z(&arena.abi, sdk_format(&arena.abi, "%s/%s", directory, entry[i]->d_name));
		struct sdk_arena one;

		sdk_arena_init(&one);
		why = case_run(run, &plugin, directory, path, &one.abi);
		printf("%sok - cases/%s/%.*s%s%s\n", why ? "not " : "", name, (int)strlen(entry[i]->d_name) - 5,
		       entry[i]->d_name, why ? ": " : "", why ? why : "");
		run->n_failed += why != NULL;
		run->n_run++;
		sdk_arena_release(&one);
		free(entry[i]);
	}
	free(entry);
	plugin_release(&plugin);
	sdk_arena_release(&arena);
}

int main(int argc, char **argv)
{
	struct run run = {0};
	int i = 1;

	if (i < argc && strcmp(argv[i], "--bless") == 0) {
		run.bless = true;
		i++;
	}
	if (argc - i < 3) {
		fprintf(stderr, "usage: run_cases [--bless] CONNECTORS CASES NAME...\n"
				"e.g.   run_cases build/connectors tests/cases jira\n");
		return 2;
	}
	run.plugins = argv[i++];
	run.cases = argv[i++];
	for (; i < argc; i++)
		connector_run(&run, argv[i]);
	if (run.n_run == 0 && run.n_failed == 0) {
		printf("not ok - cases: there was none\n");
		run.n_failed++;
	}
	return run.n_failed ? 1 : 0;
}
