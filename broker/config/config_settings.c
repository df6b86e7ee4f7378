/* SPDX-License-Identifier: Apache-2.0 */
/* The connector's own settings, by its own table. */
#include "config/config_settings.h"

static const char *next_setting(const void *of, size_t i)
{
	const struct ent_setting *row = of;

	return row ? row[i].name : NULL;
}

/* False: the text is no value of that type. */
static bool setting_put(struct supplier_reader *r, const struct ent_setting *row, struct ent_str text)
{
	void *at = (char *)r->supplier->settings + row->offset;
	int64_t n;

	switch (row->type) {
	case ENT_SETTING_STR:
		*(struct ent_str *)at = sdk_dup(r->arena, text);
		return true;
	case ENT_SETTING_INT:
		if (!sdk_to_int(text, &n))
			return false;
		*(int64_t *)at = n;
		return true;
	case ENT_SETTING_BOOL:
		if (!sdk_eqz(text, "true") && !sdk_eqz(text, "false"))
			return false;
		*(bool *)at = sdk_eqz(text, "true");
		return true;
	}
	return false;
}

static void setting_read(struct supplier_reader *r, const struct ent_setting *row, const struct config_member *member,
			 struct config_pair *pair)
{
	struct ent_str text, found;

	if (!config_text(r->reader, &member->value, &text))
		return;
	*pair = (struct config_pair){sdk_str(row->name), sdk_dup(r->keep, text), ENT_ABSENT, member->value.line};
	r->note->n_setting++;
	if (setting_put(r, row, text))
		return;
	found = config_found(r->reader, text);
	config_problem(r->reader, member->value.line, member->value.name, "found %.*s, allowed: %s", (int)found.n,
		       found.p, row->type == ENT_SETTING_INT ? "a whole number" : "true, false");
}

static const struct config_member *member_of(const struct config_member *member, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (sdk_eqz(member[i].key, name))
			return &member[i];
	return NULL;
}

static void strangers_tell(struct supplier_reader *r, const struct config_member *member, size_t n)
{
	const struct ent_connector *connector = r->supplier->connector;

	for (size_t i = 0; i < n; i++) {
		const struct ent_setting *row = connector->setting;
		struct ent_str near;

		while (row && row->name && !sdk_eqz(member[i].key, row->name))
			row++;
		if (row && row->name)
			continue;
		near = config_nearest(r->reader, member[i].key, next_setting, connector->setting);
		config_problem(r->reader, member[i].value.line, member[i].value.name,
			       "is no setting of connector %s%.*s (`entente config --help %s` lists them)",
			       connector->name, (int)near.n, near.p, connector->name);
	}
}

/* A connector may need a setting, or a program, to poll. Asked at once, so that no command says it will be polled. */
static void poll_try(struct supplier_reader *r, void *state)
{
	struct supplier *supplier = r->supplier;
	const struct ent_self self = {supplier->settings, state};
	const struct ent_call call = {.op = {.kind = ENT_POLL}, .attempt = 1};
	struct ent_request request = {0};
	struct sdk_arena arena;
	struct ent_err err = {0};

	if (!supplier_can(supplier, ENT_POLL))
		return;
	sdk_arena_init(&arena);
	if (supplier->connector->build(&self, &call, &arena.abi, &request, &err) == ENT_EUNSUPPORTED)
		supplier->cannot_poll = sdk_said_dup(r->arena, sdk_said(&err));
	sdk_arena_release(&arena);
}

/* A refusal by open() is a problem of the file, so a reload with it is refused as a whole. */
static void settings_try(struct supplier_reader *r, int line, struct ent_str name)
{
	const struct ent_connector *connector = r->supplier->connector;
	void *state = NULL;
	struct ent_err err;

	if (connector->open && connector->open(r->supplier->settings, &state, &err) != ENT_OK) {
		config_problem(r->reader, line, name, "connector %s: %s", connector->name, err.msg);
		return;
	}
	poll_try(r, state);
	if (connector->open && connector->close)
		connector->close(state);
}

void config_settings_read(struct supplier_reader *r, const struct config_node *node)
{
	const struct ent_connector *connector = r->supplier->connector;
	const struct config_member *member = NULL;
	size_t n = config_members(r->reader, node, &member), before = r->reader->n_problem, n_row = 0;
	struct ent_str name = sdk_format(&r->reader->arena.abi, "%.*s.settings", (int)r->name.n, r->name.p);
	int line = node->yaml ? node->line : r->line;
	struct config_pair *pair;

	while (connector->setting && connector->setting[n_row].name)
		n_row++;
	r->supplier->settings = sdk_alloc(r->arena, connector->settings_size ? connector->settings_size : 1);
	r->note->setting = pair = SDK_NEW_N(r->keep, struct config_pair, n_row + 1);
	strangers_tell(r, member, n);
	for (size_t i = 0; i < n_row; i++) {
		const struct ent_setting *row = &connector->setting[i];
		const struct config_member *given = member_of(member, n, row->name);

		if (given)
			setting_read(r, row, given, &pair[r->note->n_setting]);
		else if (!row->dflt)
			config_problem(r->reader, line, name, "%s is missing. Connector %s needs it: %s", row->name,
				       connector->name, row->help);
		else if (!setting_put(r, row, sdk_str(row->dflt)))
			config_problem(r->reader, line, name, "connector %s has no valid default for %s",
				       connector->name, row->name);
	}
	if (r->reader->n_problem == before)
		settings_try(r, line, name);
}
