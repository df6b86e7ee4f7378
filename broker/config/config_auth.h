/* SPDX-License-Identifier: Apache-2.0 */
/* How we log in at a supplier's tool: `auth` and `credentials`. */
#ifndef CONFIG_CONFIG_AUTH_H
#define CONFIG_CONFIG_AUTH_H

#include "config/config_supplier.h"

void config_auth_read(struct supplier_reader *r, const struct config_node *node, bool plain_http);
void config_auth_credentials(struct supplier_reader *r, const struct config_node *node);

#endif
