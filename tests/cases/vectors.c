/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Known signatures: each must be accepted as it stands, and refused with its secret, its
 * body or itself changed by one byte.
 */
#include "vectors.h"

#include <string.h>

#include "sdk/time.h"

#define SECONDS_TO_MS 1000

/* Whose connector checks a vendor's signatures; the others' vectors are for other connectors. */
static const struct {
	const char *vendor, *connector;
} owner[] = {
    {"github", "github"},
    {"github-sha256", "github"},
    {"jira-cloud", "jira"},
    {"zendesk", "zendesk"},
    {"gitlab-signing-token / Standard Webhooks", "native"},
    {"standard-webhooks-v1", "native"},
};

struct vector {
	const char *connector, *vendor;
	struct ent_header header[4];
	size_t n_header, signature; /* which header is it */
	struct ent_str secret, body;
	int64_t now_ms;
};

static enum ent_rc vector_verify(const struct plugin *plugin, const struct vector *v, struct ent_arena *arena)
{
	struct ent_webhook webhook = {v->header, v->n_header, v->body, ENT_ABSENT};
	struct ent_str delivery = ENT_ABSENT;
	struct ent_err err;

	return plugin->connector->verify(&plugin->self, &webhook, &v->secret, 1, v->now_ms, arena, &delivery, &err);
}

static struct ent_str changed(struct ent_arena *arena, struct ent_str s, size_t at)
{
	char *p = sdk_z(arena, s);

	p[at] = (char)(p[at] == 'a' ? 'b' : 'a');
	return (struct ent_str){p, s.n};
}

static const char *vector_fault(const struct plugin *plugin, const struct vector *v, struct ent_arena *arena)
{
	struct vector w = *v;

	if (vector_verify(plugin, v, arena) != ENT_OK)
		return "the known signature was refused";
	w.secret = changed(arena, v->secret, v->secret.n / 2);
	if (vector_verify(plugin, &w, arena) != ENT_EAUTH)
		return "another secret was accepted";
	w = *v;
	for (size_t i = 0; i < v->body.n; i++) {
		w.body = changed(arena, v->body, i);
		if (vector_verify(plugin, &w, arena) != ENT_EAUTH)
			return "another body was accepted";
	}
	w = *v;
	for (size_t i = 0; i < v->header[v->signature].value.n; i++) {
		w.header[v->signature].value = changed(arena, v->header[v->signature].value, i);
		if (vector_verify(plugin, &w, arena) != ENT_EAUTH)
			return "another signature was accepted";
	}
	w.header[v->signature].value = ENT_STR("");
	return vector_verify(plugin, &w, arena) == ENT_EAUTH ? NULL : "an empty signature was accepted";
}

static void header_add(struct vector *v, struct ent_str name, struct ent_str value)
{
	if (v->n_header == sizeof(v->header) / sizeof(v->header[0]))
		return;
	if (sdk_ieqz(name, "webhook-timestamp")) {
		int64_t seconds;

		v->now_ms = sdk_to_int(value, &seconds) ? seconds * SECONDS_TO_MS : 0;
	} else if (sdk_ieqz(name, "X-Zendesk-Webhook-Signature-Timestamp") && !sdk_time_parse(value, 0, &v->now_ms)) {
		v->now_ms = 0;
	}
	if (sdk_ieqz(name, "webhook-signature"))
		v->signature = v->n_header;
	v->header[v->n_header++] = (struct ent_header){name, value};
}

/* The two files write the same things under different names. */
static bool vector_read(const struct sdk_json *node, struct vector *v)
{
	struct ent_str vendor = sdk_word_at(node, "vendor");
	struct ent_str secret = sdk_word_at(node, "secret_utf8");
	struct ent_str body = sdk_word_at(node, "body_utf8");
	struct ent_str signature = sdk_word_at(node, "expected");
	const struct sdk_json *at;

	memset(v, 0, sizeof(*v));
	vendor = vendor.p ? vendor : sdk_word_at(node, "scheme");
	v->secret = secret.p ? secret : sdk_word_at(node, "secret");
	v->body = body.p ? body : sdk_word_at(node, "body");
	signature = signature.p ? signature : sdk_word_at(node, "signature");
	for (size_t i = 0; i < sizeof(owner) / sizeof(owner[0]); i++)
		if (sdk_eqz(vendor, owner[i].vendor)) {
			v->vendor = owner[i].vendor;
			v->connector = owner[i].connector;
		}
	if (signature.p)
		header_add(v, sdk_word_at(node, "header"), signature);
	at = sdk_json_at(node, "other_headers");
	for (at = sdk_json_first(at ? at : sdk_json_at(node, "headers")); at; at = sdk_json_next(at))
		header_add(v, sdk_json_key(at), sdk_json_text(at));
	return v->connector && v->n_header > 0;
}

static unsigned list_run(const char *plugins, const struct sdk_json *list, unsigned *ret_n)
{
	unsigned n_failed = 0;

	for (const struct sdk_json *at = sdk_json_first(list); at; at = sdk_json_next(at)) {
		struct sdk_arena arena; /* released before the plugin: what was deferred in it is the plugin's code */
		struct plugin plugin;
		struct vector v;
		struct ent_err err;
		const char *why = NULL;

		if (!vector_read(at, &v))
			continue;
		sdk_arena_init(&arena);
		if (plugin_load(&plugin, plugins, v.connector, &why) && plugin_open(&plugin, &err) == ENT_OK)
			why = vector_fault(&plugin, &v, &arena.abi);
		printf("%sok - vectors/%s: %s%s%s\n", why ? "not " : "", v.connector, v.vendor, why ? ": " : "",
		       why ? why : "");
		n_failed += why != NULL;
		++*ret_n;
		sdk_arena_release(&arena);
		plugin_release(&plugin);
	}
	return n_failed;
}

unsigned vectors_run(const char *plugins, const char *shared)
{
	static const char *const file[] = {"fixtures/signature-vectors.json", "hostile/webhooks/vectors.json"};
	struct sdk_arena arena;
	unsigned n_failed = 0, n = 0;

	sdk_arena_init(&arena);
	for (size_t i = 0; i < sizeof(file) / sizeof(file[0]); i++) {
		const char *path = sdk_z(&arena.abi, sdk_format(&arena.abi, "%s/%s", shared, file[i]));
		const struct sdk_json *root;
		struct ent_err err;
		struct ent_str text;

		if (!file_read(&arena.abi, path, &text) || sdk_json_parse(&arena.abi, text, &root, &err) != ENT_OK) {
			printf("not ok - vectors: %s cannot be read\n", path);
			n_failed++;
			continue;
		}
		if (sdk_json_kind(root) == SDK_JSON_OBJECT)
			root = sdk_json_at(root, "vectors");
		n_failed += list_run(plugins, root, &n);
	}
	if (n != 6) {
		printf("not ok - vectors: %u of 6 were found\n", n);
		n_failed++;
	}
	sdk_arena_release(&arena);
	return n_failed;
}
