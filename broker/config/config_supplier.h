/* SPDX-License-Identifier: Apache-2.0 */
/* The list `suppliers`. */
#ifndef CONFIG_CONFIG_SUPPLIER_H
#define CONFIG_CONFIG_SUPPLIER_H

#include "config/config_keys.h"

#define CONFIG_SUPPLIERS_MAX 1000

/* One supplier while it is read. */
struct supplier_reader {
	struct config_reader *reader;
	const struct plugins *plugins;
	struct supplier *supplier;
	struct config_note *note;
	struct ent_arena *arena, *keep; /* the set's; the config's */
	struct ent_str name;            /* in full */
	int line;
};
/* Checks the organisations, which needs all suppliers and our own name. */
void config_organisations_check(struct config_reader *reader, struct config *config);
void config_suppliers_read(struct config_reader *reader, const struct config_node *list, const struct plugins *plugins,
			   struct config *config);

#endif
