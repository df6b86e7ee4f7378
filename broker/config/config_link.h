/* SPDX-License-Identifier: Apache-2.0 */
/* The way out to a supplier's tool: every setting from `url` on, but `map` and `settings`. */
#ifndef CONFIG_CONFIG_LINK_H
#define CONFIG_CONFIG_LINK_H

#include "config/config_supplier.h"

#define CONFIG_ALLOW_MAX 64

void config_link_read(struct supplier_reader *r, const struct config_node found[KEY_N]);

#endif
