/* SPDX-License-Identifier: Apache-2.0 */
/* The connector's own settings: `settings`. */
#ifndef CONFIG_CONFIG_SETTINGS_H
#define CONFIG_CONFIG_SETTINGS_H

#include "config/config_supplier.h"

void config_settings_read(struct supplier_reader *r, const struct config_node *node);

#endif
