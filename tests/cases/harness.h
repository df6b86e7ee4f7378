/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the two test programs of connectors share: loading a connector as the broker
 * does, giving it settings, checking what every connector promises, and printing what
 * it said so that a person can read it.
 */
#ifndef CASES_HARNESS_H
#define CASES_HARNESS_H

#include <stdio.h>

#include "sdk/webhook.h"

#define PLUGIN_SETTINGS_MAX 64

struct plugin {
	void *library;
	const struct ent_connector *connector; /* what the connector knows of the table; zero behind it */
	struct ent_connector table;
	struct ent_str given[PLUGIN_SETTINGS_MAX]; /* by the row of the settings table; absent: its default */
	struct sdk_arena arena;                    /* settings and given values */
	struct ent_self self;
};

/* Loads DIRECTORY/NAME.so through the contract's symbol. False: *ret_why says why. */
bool plugin_load(struct plugin *plugin, const char *directory, const char *name, const char **ret_why);
void plugin_release(struct plugin *plugin); /* takes a zeroed one */
/* Back to defaults: closes the state, forgets what was given. */
void plugin_reset(struct plugin *plugin);
bool plugin_give(struct plugin *plugin, struct ent_str name, struct ent_str value);
/* Fills the settings and opens the state. ENT_EINVAL names a setting that is missing or wrong. */
enum ent_rc plugin_open(struct plugin *plugin, struct ent_err *err) __attribute__((warn_unused_result));

/* Gives the scalars of the first mapping called `settings` in a YAML file. NULL, or what is wrong. */
const char *settings_load(struct plugin *plugin, const char *folder, struct ent_str file);

/* NULL when every word of a table (NULL: none) means something, and what it is on the way out comes back as
 * the same on the way in; else what does not. */
const char *map_fault(struct ent_arena *arena, const struct ent_map_row *map, enum ent_attr attr);
/* NULL when the changes keep what ticket.h promises; else what is wrong with which. */
const char *changes_fault(struct ent_arena *arena, const struct ent_changes *changes);
void changes_print(struct sdk_buf *out, const struct ent_connector *connector, const struct ent_changes *changes);
const char *rc_name(enum ent_rc rc); /* "ok", "invalid", "auth", ... */
/* In quotes, with what is not printable escaped; absent is "-". */
void quoted_print(struct sdk_buf *out, struct ent_str s);

/* Takes the first line, or the first word (or what stands between quotes), off the text. */
struct ent_str line_take(struct ent_str *text);
struct ent_str word_take(struct ent_str *text);
/* Where the JSON value that begins at `begin` ends. Good enough to aim at. */
size_t value_end(struct ent_str text, size_t begin);

/* The whole file in the arena. False when it cannot be read or is larger than 16 MiB. */
bool file_read(struct ent_arena *arena, const char *path, struct ent_str *ret);

#endif
