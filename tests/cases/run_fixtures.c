/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connectors over real payloads in ../shared/fixtures, which are not ours to keep here:
 * each decodes to changes that keep their promises, or is refused with a reason, in the
 * numbers that stand below. Then each payload again, damaged in many ways: whatever comes
 * out of that must keep the promises too. Without ../shared every check is skipped, aloud.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "vectors.h"

#define DAMAGES_MAX 300 /* of each file: enough to reach every kind of member in some file, in seconds */

struct count {
	unsigned with_changes, without, refused, changes;
};

/* One folder for one connector, and what must come of it. */
static const struct fixture_set {
	const char *connector, *folder;
	const char *only;   /* one file of it; NULL: all */
	bool event_in_name; /* "issues.opened.1.json": what the header X-GitHub-Event said */
	struct count expected;
} sets[] = {
    {"github", "github/webhooks", NULL, true, {24, 12, 0, 30}},
    {"github", "github/webhooks-goplayground", NULL, false, {2, 0, 0, 3}},
    {"jira", "jira/webhooks", NULL, false, {30, 0, 0, 37}},
    {"zendesk", "zendesk/docs", NULL, false, {1, 1, 0, 1}},
    {"zendesk", "zendesk/client", "GET-ticket.json", false, {1, 0, 0, 1}},
    {"zendesk", "zendesk/client", "PUT-ticket.json", false, {1, 0, 0, 1}},
    {"servicenow", "servicenow/recorded", "incident-list.json", false, {1, 0, 0, 67}},
};

static int is_json(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && strcmp(dot, ".json") == 0;
}

/* Decodes once. NULL, or what is wrong with the answer. */
static const char *decode_once(const struct plugin *plugin, struct ent_arena *arena, const struct ent_webhook *webhook,
			       enum ent_rc *ret_rc, struct ent_changes *ret)
{
	struct ent_changes changes = {NULL, 0};
	struct ent_err err = {0};
	enum ent_rc rc = plugin->connector->decode(&plugin->self, webhook, arena, &changes, &err);

	*ret_rc = rc;
	*ret = changes;
	if (rc == ENT_OK)
		return err.msg[0] ? "success, and yet an error was written" : changes_fault(arena, &changes);
	if (rc != ENT_EINVAL)
		return "a refusal that is not ENT_EINVAL";
	if (changes.n > 0)
		return "a refusal that wrote changes";
	if (!err.msg[0])
		return "a refusal without a reason";
	return err.code[0] ? NULL : "a reason without a code";
}

/* ---- damage ------------------------------------------------------------------- */

static const char *damage_one(const struct plugin *plugin, const struct ent_webhook *webhook, size_t begin, size_t end,
			      const char *instead)
{
	struct sdk_arena arena;
	struct ent_webhook damaged = *webhook;
	struct ent_str body = webhook->body;
	struct ent_changes changes;
	struct sdk_buf buf;
	enum ent_rc rc;
	const char *why;

	sdk_arena_init(&arena);
	sdk_buf_init(&buf, body.n + 64);
	sdk_buf_add(&buf, body.p, begin);
	sdk_buf_z(&buf, instead);
	sdk_buf_add(&buf, body.p + end, body.n - end);
	damaged.body = sdk_buf_view(&buf);
	why = decode_once(plugin, &arena.abi, &damaged, &rc, &changes);
	if (why)
		printf("#   with %s at byte %zu: %s\n", instead, begin, why);
	sdk_buf_release(&buf);
	sdk_arena_release(&arena);
	return why;
}

/* Each value in turn becomes one of another kind; the text ends at many places. */
static unsigned damage_all(const struct plugin *plugin, const struct ent_webhook *webhook, unsigned *ret_n)
{
	static const char *const instead[] = {"null", "7",      "\"\"",          "[]", "{}", "[[{}]]",
					      "true", "-1e999", "{\"value\":[]}"};
	struct ent_str body = webhook->body;
	size_t n_value = 0, stride, step = body.n / 64 + 1;
	unsigned n_failed = 0;

	for (size_t i = 0; i < body.n; i++)
		n_value += body.p[i] == ':';
	stride = n_value * (sizeof(instead) / sizeof(instead[0])) / DAMAGES_MAX + 1;
	for (size_t i = 0, n = 0; i + 1 < body.n; i++) {
		if (body.p[i] != ':' || n++ % stride != 0)
			continue;
		for (size_t k = 0; k < sizeof(instead) / sizeof(instead[0]); k++, ++*ret_n)
			n_failed += damage_one(plugin, webhook, i + 1, value_end(body, i + 1), instead[k]) != NULL;
	}
	for (size_t i = 0; i < body.n; i += step, ++*ret_n)
		n_failed += damage_one(plugin, webhook, i, body.n, "") != NULL;
	return n_failed;
}

/* ---- sets ----------------------------------------------------------------------- */

static bool file_run(struct plugin *plugin, const struct fixture_set *set, const char *path, const char *name,
		     struct count *count, unsigned *ret_damages)
{
	struct ent_webhook webhook = {0};
	struct ent_header header;
	struct ent_changes changes;
	struct ent_str rest;
	struct sdk_arena arena;
	enum ent_rc rc = ENT_EINVAL;
	const char *why = "cannot be read";

	sdk_arena_init(&arena);
	webhook.header = &header;
	webhook.n_header = set->event_in_name;
	header = (struct ent_header){ENT_STR("X-GitHub-Event"), sdk_cut(sdk_str(name), '.', &rest)};
	if (file_read(&arena.abi, path, &webhook.body))
		why = decode_once(plugin, &arena.abi, &webhook, &rc, &changes);
	if (!why && damage_all(plugin, &webhook, ret_damages) > 0)
		why = "a damaged copy broke a promise";
	if (!why && rc == ENT_OK) {
		count->with_changes += changes.n > 0;
		count->without += changes.n == 0;
		count->changes += (unsigned)changes.n;
	}
	count->refused += !why && rc != ENT_OK;
	if (why)
		printf("not ok - fixtures/%s/%s: %s\n", set->folder, name, why);
	sdk_arena_release(&arena);
	return !why;
}

static bool count_print(const struct fixture_set *set, const struct count *got, unsigned n_damages)
{
	const struct count *want = &set->expected;
	bool ok = memcmp(got, want, sizeof(*got)) == 0;

	printf("%sok - fixtures/%s%s%s: %u with changes (%u), %u without, %u refused, %u damaged copies",
	       ok ? "" : "not ", set->folder, set->only ? "/" : "", set->only ? set->only : "", got->with_changes,
	       got->changes, got->without, got->refused, n_damages);
	if (!ok)
		printf("; expected %u (%u), %u, %u", want->with_changes, want->changes, want->without, want->refused);
	printf("\n");
	return ok;
}

static unsigned set_run(const char *plugins, const char *shared, const struct fixture_set *set)
{
	struct count count = {0};
	struct dirent **entry = NULL;
	struct plugin plugin;
	struct sdk_arena arena;
	struct ent_err err;
	const char *why = NULL, *folder;
	unsigned n_failed = 0, n_damages = 0;
	int n;

	sdk_arena_init(&arena);
	folder = sdk_z(&arena.abi, sdk_format(&arena.abi, "%s/fixtures/%s", shared, set->folder));
	if (!plugin_load(&plugin, plugins, set->connector, &why) || plugin_open(&plugin, &err) != ENT_OK) {
		printf("not ok - fixtures/%s: %s\n", set->folder, why ? why : err.msg);
		n_failed++;
	}
	n = n_failed ? 0 : scandir(folder, &entry, is_json, alphasort);
	for (int i = 0; i < n; i++) {
		const char *name = entry[i]->d_name;
		const char *path = sdk_z(&arena.abi, sdk_format(&arena.abi, "%s/%s", folder, name));

		if (!set->only || strcmp(name, set->only) == 0)
			n_failed += !file_run(&plugin, set, path, name, &count, &n_damages);
		free(entry[i]);
	}
	free(entry);
	n_failed += !count_print(set, &count, n_damages);
	plugin_release(&plugin);
	sdk_arena_release(&arena);
	return n_failed;
}

int main(int argc, char **argv)
{
	unsigned n_failed = 0;

	if (argc != 3) {
		fprintf(stderr,
			"usage: run_fixtures CONNECTORS SHARED\ne.g.   run_fixtures build/connectors ../shared\n");
		return 2;
	}
	if (access(argv[2], R_OK) != 0) {
		printf("ok - fixtures # SKIP there is no %s: real payloads and signature vectors were NOT tried\n",
		       argv[2]);
		return 0;
	}
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		n_failed += set_run(argv[1], argv[2], &sets[i]);
	n_failed += vectors_run(argv[1], argv[2]);
	return n_failed ? 1 : 0;
}
