/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets by reference: env:NAME or file:/path. */
#ifndef CONFIG_CONFIG_SECRET_H
#define CONFIG_CONFIG_SECRET_H

#include "config/config_supplier.h"

/* A reference's text. False: it is none; the problem is kept and does not repeat it. */
bool config_secret_reference(struct config_reader *reader, const struct config_node *node, struct ent_str *ret);
/* `secret` and `unsigned`; after connector and the way out, which say whether the supplier can do without. */
void config_secret_read(struct supplier_reader *r, const struct config_node *node, const struct config_node *open);

#endif
