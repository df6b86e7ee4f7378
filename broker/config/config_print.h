/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_CONFIG_PRINT_H
#define CONFIG_CONFIG_PRINT_H

#include "sdk/str.h"

void config_print_help(struct sdk_buf *buf);   /* the table, for people */
void config_print_sample(struct sdk_buf *buf); /* a commented file with every default */

#endif
