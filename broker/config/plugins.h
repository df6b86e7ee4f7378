/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding connectors: every .so of a folder, by the one symbol of connector.h.
 * Wrong ABI, missing symbol, table too small, two of one name: refused by name.
 */
#ifndef CONFIG_PLUGINS_H
#define CONFIG_PLUGINS_H

#include "entente/connector.h"

struct plugins;

/* folder: several, separated by ':'; earlier ones win nothing, a name twice is refused. */
enum ent_rc plugins_load(const char *folder, struct plugins **ret, struct ent_err *err)
    __attribute__((warn_unused_result));
/* Takes NULL. After the last use of any table, and after each arena that a connector was given is released: what it
 * deferred there is its code. */
void plugins_unload(struct plugins *plugins);
const struct ent_connector *plugins_find(const struct plugins *plugins, struct ent_str name); /* NULL: none */
size_t plugins_count(const struct plugins *plugins);
const struct ent_connector *plugins_at(const struct plugins *plugins, size_t i); /* sorted by name */

#endif
