/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers, sizes and times as people write them, for every row but CONFIG_TEXT; the row may have no place in struct
 * config. */
#ifndef CONFIG_CONFIG_AMOUNT_H
#define CONFIG_CONFIG_AMOUNT_H

#include "config/config_row.h"

/* "1MiB", "30s", "4711": digits and a unit. Times need theirs, bytes and plain numbers do not. */
bool config_amount_read(struct config_reader *reader, const struct config_row *row, const struct config_node *node,
			struct ent_str text, int64_t *ret);
/* value in the row's own unit, as one would write it. */
void config_amount_print(const struct config_row *row, int64_t value, struct sdk_buf *buf);
void config_amount_allowed(const struct config_row *row, struct sdk_buf *buf); /* "1 to 64, or 0"; "json, text" */
/* Keeps the problem: found, why (may be ""), allowed. Returns false. */
bool config_amount_refuse(struct config_reader *reader, const struct config_row *row, const struct config_node *node,
			  struct ent_str text, const char *why);

#endif
