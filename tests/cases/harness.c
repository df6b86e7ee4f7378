/* SPDX-License-Identifier: Apache-2.0 */
#include "harness.h"

#include <dlfcn.h>
#include <string.h>

#include "sdk/time.h"

#define FILE_MAX (16u * 1024u * 1024u)

static const char *plugin_handshake(struct plugin *plugin, const char *name)
{
	const struct ent_connector *(*symbol)(uint32_t), *given;
	void *found = dlsym(plugin->library, ENT_CONNECTOR_SYMBOL);

	if (!found)
		return "no symbol " ENT_CONNECTOR_SYMBOL;
	memcpy(&symbol, &found, sizeof(symbol));
	if (symbol(ENT_ABI + 1))
		return "claims an ABI that does not exist";
	given = symbol(ENT_ABI);
	if (!given || given->abi != ENT_ABI || given->size < offsetof(struct ent_connector, build))
		return "does not serve this ABI";
	memcpy(&plugin->table, given, given->size < sizeof(plugin->table) ? given->size : sizeof(plugin->table));
	plugin->connector = &plugin->table;
	if (strcmp(plugin->connector->name, name) != 0)
		return "carries another name than its file";
	return NULL;
}

bool plugin_load(struct plugin *plugin, const char *directory, const char *name, const char **ret_why)
{
	struct ent_str path;
	const char *why;

	memset(plugin, 0, sizeof(*plugin));
	sdk_arena_init(&plugin->arena);
	path = sdk_format(&plugin->arena.abi, "%s/%s.so", directory, name);
	plugin->library = dlopen(sdk_z(&plugin->arena.abi, path), RTLD_NOW | RTLD_LOCAL);
	why = plugin->library ? plugin_handshake(plugin, name) : dlerror();
	if (why)
		*ret_why = why;
	return !why;
}

void plugin_reset(struct plugin *plugin)
{
	if (plugin->connector && plugin->connector->close)
		plugin->connector->close(plugin->self.state);
	memset(plugin->given, 0, sizeof(plugin->given));
	memset(&plugin->self, 0, sizeof(plugin->self));
	sdk_arena_release(&plugin->arena);
}

void plugin_release(struct plugin *plugin)
{
	plugin_reset(plugin);
	if (plugin->library)
		dlclose(plugin->library);
	memset(plugin, 0, sizeof(*plugin));
}

bool plugin_give(struct plugin *plugin, struct ent_str name, struct ent_str value)
{
	const struct ent_setting *row = plugin->connector->setting;

	for (size_t i = 0; row && row[i].name && i < PLUGIN_SETTINGS_MAX; i++) {
		if (!sdk_eqz(name, row[i].name))
			continue;
		plugin->given[i] = value.n > 0 ? sdk_dup(&plugin->arena.abi, value) : ENT_STR("");
		return true;
	}
	return false;
}

static bool setting_fill(const struct ent_setting *row, struct ent_str value, char *settings)
{
	int64_t i;
	bool b = sdk_eqz(value, "true");

	switch (row->type) {
	case ENT_SETTING_STR:
		memcpy(settings + row->offset, &value, sizeof(value));
		return true;
	case ENT_SETTING_INT:
		if (!sdk_to_int(value, &i))
			return false;
		memcpy(settings + row->offset, &i, sizeof(i));
		return true;
	case ENT_SETTING_BOOL:
		memcpy(settings + row->offset, &b, sizeof(b));
		return b || sdk_eqz(value, "false");
	}
	return false;
}

enum ent_rc plugin_open(struct plugin *plugin, struct ent_err *err)
{
	const struct ent_connector *connector = plugin->connector;
	const struct ent_setting *row = connector->setting;
	char *settings = sdk_alloc(&plugin->arena.abi, connector->settings_size + 1);

	for (size_t i = 0; row && row[i].name; i++) {
		struct ent_str value = plugin->given[i].p ? plugin->given[i] : sdk_str(row[i].dflt);

		if (!value.p)
			return sdk_fail(err, ENT_EINVAL, "setting %s is not given", row[i].name);
		if (!setting_fill(&row[i], value, settings))
			return sdk_fail(err, ENT_EINVAL, "setting %s has a wrong value", row[i].name);
	}
	plugin->self.settings = settings;
	return connector->open ? connector->open(settings, &plugin->self.state, err) : ENT_OK;
}

bool file_read(struct ent_arena *arena, const char *path, struct ent_str *ret)
{
	FILE *file = fopen(path, "rb");
	char *text;
	size_t n;

	if (!file)
		return false;
	text = sdk_alloc(arena, FILE_MAX);
	n = fread(text, 1, FILE_MAX, file);
	fclose(file);
	*ret = (struct ent_str){text, n};
	return n < FILE_MAX;
}

struct ent_str line_take(struct ent_str *text)
{
	struct ent_str rest;
	struct ent_str line = sdk_cut(*text, '\n', &rest);

	*text = rest.p ? rest : (struct ent_str){text->p + text->n, 0};
	return line;
}

struct ent_str word_take(struct ent_str *text)
{
	struct ent_str rest, word;

	*text = sdk_trim(*text);
	if (text->n > 0 && text->p[0] == '"')
		word = sdk_cut((struct ent_str){text->p + 1, text->n - 1}, '"', &rest);
	else
		word = sdk_cut(*text, ' ', &rest);
	*text = rest.p ? rest : ENT_STR("");
	return word;
}

size_t value_end(struct ent_str text, size_t begin)
{
	unsigned depth = 0;
	bool in_string = false;

	for (size_t i = begin; i < text.n; i++) {
		char c = text.p[i];

		if (in_string && c == '\\') {
			i++;
		} else if (c == '"') {
			in_string = !in_string;
			if (!in_string && depth == 0)
				return i + 1;
		} else if (!in_string && (c == '{' || c == '[')) {
			depth++;
		} else if (!in_string && (c == '}' || c == ']')) {
			if (depth <= 1)
				return depth == 1 ? i + 1 : i;
			depth--;
		} else if (!in_string && depth == 0 && c == ',') {
			return i;
		}
	}
	return text.n;
}

const char *rc_name(enum ent_rc rc)
{
	switch (rc) {
	case ENT_OK:
		return "ok";
	case ENT_MORE:
		return "more";
	case ENT_EINVAL:
		return "invalid";
	case ENT_ERETRY:
		return "retry";
	case ENT_EAUTH:
		return "auth";
	case ENT_EGONE:
		return "gone";
	case ENT_EUNSUPPORTED:
		return "unsupported";
	case ENT_ECONFLICT:
		return "conflict";
	case ENT_ETOOLONG:
		return "too long";
	}
	return "unknown rc";
}
