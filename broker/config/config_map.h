/* SPDX-License-Identifier: Apache-2.0 */
/* A supplier's words and what they mean: `map`. */
#ifndef CONFIG_CONFIG_MAP_H
#define CONFIG_CONFIG_MAP_H

#include "config/config_supplier.h"

void config_map_read(struct supplier_reader *r, const struct config_node *node);

#endif
