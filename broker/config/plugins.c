/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connector is vetted before anything of it is called: symbol, ABI, size, and
 * whether its tables hold what the broker relies on. After that they are trusted.
 * The table itself is copied, so that it is whole however much of it the connector knew.
 */
#include "config/plugins.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "sdk/webhook.h"

#define PLUGIN_MAX         256
#define PLUGIN_NAME_MAX    64
#define PLUGIN_SETTING_MAX 128
#define SETTINGS_SIZE_MAX  (64u * 1024u)
#define TABLE_SIZE_LEAST   offsetof(struct ent_connector, build) /* through decode */
#define OPS_ALL            ((1u << ENT_N_OP) - 1)

struct plugin {
	void *handle;
	const char *file;
	const struct ent_connector *connector; /* a copy, whole: zero where the connector's own ends */
};

struct plugins {
	struct sdk_arena arena;
	struct plugin at[PLUGIN_MAX];
	size_t n;
};

static bool is_connector_name(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_");

	return n > 0 && n <= PLUGIN_NAME_MAX && name[n] == '\0';
}

static enum ent_rc vet_map(const char *file, const struct ent_map_row *row, enum ent_attr attr, struct ent_err *err)
{
	for (; row && row->native; row++)
		if (!sdk_is_canonical(attr, sdk_str(row->canonical)))
			return sdk_fail(err, ENT_EINVAL,
					"%s: its %s table gives \"%s\" the meaning \"%s\", which is none", file,
					sdk_attr_name(attr), row->native, row->canonical ? row->canonical : "");
	return ENT_OK;
}

static size_t setting_size(enum ent_setting_type type)
{
	switch (type) {
	case ENT_SETTING_STR:
		return sizeof(struct ent_str);
	case ENT_SETTING_INT:
		return sizeof(int64_t);
	case ENT_SETTING_BOOL:
		return sizeof(bool);
	}
	return SIZE_MAX; /* a type this broker does not know */
}

static enum ent_rc vet_settings(const char *file, const struct ent_connector *c, struct ent_err *err)
{
	size_t n = 0;

	if (c->settings_size > SETTINGS_SIZE_MAX)
		return sdk_fail(err, ENT_EINVAL, "%s: its settings are larger than %u bytes", file, SETTINGS_SIZE_MAX);
	for (const struct ent_setting *row = c->setting; row && row->name; row++) {
		size_t size = setting_size(row->type);

		if (++n > PLUGIN_SETTING_MAX || !row->help || size > c->settings_size ||
		    row->offset > c->settings_size - size)
			return sdk_fail(
			    err, ENT_EINVAL,
			    "%s: its setting \"%s\" has no help, an unknown type or lies outside its struct", file,
			    row->name);
	}
	return ENT_OK;
}

/* Checks the connector's ops on the way out, and that build and parse go with them. */
static enum ent_rc vet_ops(const char *file, const struct ent_connector *c, struct ent_err *err)
{
	if (!c->build != !c->parse)
		return sdk_fail(err, ENT_EINVAL, "%s: build and parse belong together, one is missing", file);
	if (c->ops & ~OPS_ALL)
		return sdk_fail(err, ENT_EINVAL, "%s: its ops name one that this broker does not know", file);
	if (!c->ops != !c->build)
		return sdk_fail(err, ENT_EINVAL, "%s: %s", file,
				c->ops ? "it has ops and no build" : "it has build and no ops");
	return ENT_OK;
}

static enum ent_rc connector_vet(const char *file, const struct ent_connector *c, struct ent_err *err)
{
	enum ent_rc rc;

	if (!c->name || !is_connector_name(c->name))
		return sdk_fail(err, ENT_EINVAL, "%s: its name is not of a-z, 0-9, - and _", file);
	if (!c->version || !c->summary)
		return sdk_fail(err, ENT_EINVAL, "%s: version or summary is missing in its table", file);
	if (!c->verify || !c->decode)
		return sdk_fail(err, ENT_EINVAL, "%s: verify or decode is missing in its table", file);
	rc = vet_ops(file, c, err);
	if (rc == ENT_OK)
		rc = vet_settings(file, c, err);
	for (unsigned i = 0; i < ENT_N_ATTR && rc == ENT_OK; i++)
		rc = vet_map(file, c->map[i], (enum ent_attr)i, err);
	return rc;
}

/* A connector of an older or newer broker knows less or more of the table: what it does not know is zero, what this
 * broker does not know is left behind. */
static enum ent_rc table_copy(struct ent_arena *arena, const char *file, const struct ent_connector *given,
			      const struct ent_connector **ret, struct ent_err *err)
{
	struct ent_connector *table;

	if (given->abi != ENT_ABI)
		return sdk_fail(err, ENT_EINVAL, "%s: made for connector ABI %u, this broker speaks %u: build it anew",
				file, given->abi, ENT_ABI);
	if (given->size < TABLE_SIZE_LEAST)
		return sdk_fail(err, ENT_EINVAL, "%s: its table has %u bytes, ABI %u needs %zu: build it anew", file,
				given->size, ENT_ABI, TABLE_SIZE_LEAST);
	table = SDK_NEW(arena, struct ent_connector);
	memcpy(table, given, given->size < sizeof *table ? given->size : sizeof *table);
	*ret = table;
	return ENT_OK;
}

/* On failure the handle stays in the list, so that plugins_unload() closes it after err was written. */
static enum ent_rc load_one(struct plugins *plugins, const char *file, struct ent_err *err)
{
	struct plugin *plugin = &plugins->at[plugins->n];
	const struct ent_connector *(*entry)(uint32_t abi), *given;
	void *symbol;
	enum ent_rc rc;

	if (plugins->n == PLUGIN_MAX)
		return sdk_fail(err, ENT_EINVAL, "%s: more than %d connectors", file, PLUGIN_MAX);
	*plugin = (struct plugin){.handle = dlopen(file, RTLD_NOW | RTLD_LOCAL), .file = file};
	if (!plugin->handle)
		return sdk_fail(err, ENT_EINVAL, "cannot load connector %s", dlerror());
	plugins->n++;
	symbol = dlsym(plugin->handle, ENT_CONNECTOR_SYMBOL);
	if (!symbol)
		return sdk_fail(err, ENT_EINVAL, "%s: no connector, it lacks the symbol " ENT_CONNECTOR_SYMBOL, file);
	memcpy(&entry, &symbol, sizeof entry); /* POSIX lets dlsym give functions, ISO C has no cast for it */
	given = entry(ENT_ABI);
	if (!given)
		return sdk_fail(err, ENT_EINVAL, "%s: does not serve connector ABI %u: build it anew for this broker",
				file, ENT_ABI);
	rc = table_copy(&plugins->arena.abi, file, given, &plugin->connector, err);
	if (rc == ENT_OK)
		rc = connector_vet(file, plugin->connector, err);
	if (rc != ENT_OK)
		return rc;
	for (size_t i = 0; i + 1 < plugins->n; i++)
		if (strcmp(plugins->at[i].connector->name, plugin->connector->name) == 0)
			return sdk_fail(err, ENT_EINVAL, "two connectors call themselves \"%s\": %s and %s; remove one",
					plugin->connector->name, plugins->at[i].file, file);
	return ENT_OK;
}

static int text_order(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int plugin_order(const void *a, const void *b)
{
	return strcmp(((const struct plugin *)a)->connector->name, ((const struct plugin *)b)->connector->name);
}

static bool is_module(const char *name)
{
	size_t n = strlen(name);

	return name[0] != '.' && n > 3 && strcmp(name + n - 3, ".so") == 0;
}

/* The files of one folder, sorted, so that what is refused does not hang on the folder's order. */
static enum ent_rc list_folder(struct plugins *plugins, const char *folder, const char **file, size_t *ret_n,
			       struct ent_err *err)
{
	DIR *dir = opendir(folder);
	size_t n = 0;

	if (!dir)
		return sdk_fail(err, ENT_EINVAL, "connector folder %s: %s", folder, strerror(errno));
	for (struct dirent *entry; (entry = readdir(dir));) {
		if (!is_module(entry->d_name))
			continue;
		if (n == PLUGIN_MAX) {
			(void)closedir(dir); /* only read */
			return sdk_fail(err, ENT_EINVAL, "connector folder %s: more than %d connectors", folder,
					PLUGIN_MAX);
		}
		/* with its folder, dlopen never searches elsewhere */
		file[n++] = sdk_z(&plugins->arena.abi, sdk_format(&plugins->arena.abi, "%s/%s", folder, entry->d_name));
	}
	(void)closedir(dir); /* only read */
	qsort(file, n, sizeof *file, text_order);
	*ret_n = n;
	return ENT_OK;
}

static enum ent_rc load_folder(struct plugins *plugins, const char *folder, struct ent_err *err)
{
	const char *file[PLUGIN_MAX];
	size_t n = 0;
	enum ent_rc rc = list_folder(plugins, folder, file, &n, err);

	for (size_t i = 0; i < n && rc == ENT_OK; i++)
		rc = load_one(plugins, file[i], err);
	return rc;
}

enum ent_rc plugins_load(const char *folder, struct plugins **ret, struct ent_err *err)
{
	struct plugins *plugins = sdk_xalloc(sizeof *plugins);
	struct ent_str rest = sdk_str(folder);
	enum ent_rc rc = ENT_OK;

	plugins->n = 0;
	sdk_arena_init(&plugins->arena);
	while (rest.p && rc == ENT_OK) {
		struct ent_str one = sdk_cut(rest, ':', &rest);

		if (one.n > 0)
			rc = load_folder(plugins, sdk_z(&plugins->arena.abi, one), err);
	}
	if (rc != ENT_OK) {
		plugins_unload(plugins);
		return rc;
	}
	qsort(plugins->at, plugins->n, sizeof *plugins->at, plugin_order);
	*ret = plugins;
	return ENT_OK;
}

void plugins_unload(struct plugins *plugins)
{
	if (!plugins)
		return;
	for (size_t i = 0; i < plugins->n; i++)
		(void)dlclose(plugins->at[i].handle); /* nothing to do about a module that does not want to go */
	sdk_arena_release(&plugins->arena);
	free(plugins);
}

const struct ent_connector *plugins_find(const struct plugins *plugins, struct ent_str name)
{
	for (size_t i = 0; i < plugins->n; i++)
		if (sdk_eqz(name, plugins->at[i].connector->name))
			return plugins->at[i].connector;
	return NULL;
}

size_t plugins_count(const struct plugins *plugins)
{
	return plugins->n;
}

const struct ent_connector *plugins_at(const struct plugins *plugins, size_t i)
{
	return plugins->at[i].connector;
}
