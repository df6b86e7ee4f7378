/* SPDX-License-Identifier: Apache-2.0 */
/* One supplier while it is read; for config_supplier.c and config_map.c only. */
#ifndef CLI_CONFIG_SUPPLIER_H
#define CLI_CONFIG_SUPPLIER_H

#include "cli/config_read.h"

#define CONFIG_SUPPLIERS_MAX 1000

struct supplier_reader {
	struct config_reader *reader;
	const struct plugins *plugins;
	struct supplier *supplier;
	struct config_note *note;
	struct ent_arena *arena, *keep; /* the set's; the config's */
	struct ent_str name;            /* in full */
	int line;
};

/* The supplier's name when it is one, for the names of problems; absent when not. */
struct ent_str config_supplier_name(struct config_reader *reader, const struct config_node *item);
void config_map_read(struct supplier_reader *r, const struct config_node *node);
void config_settings_read(struct supplier_reader *r, const struct config_node *node);

#endif
