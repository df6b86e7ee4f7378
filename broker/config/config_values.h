/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_CONFIG_VALUES_H
#define CONFIG_CONFIG_VALUES_H

#include "config/config.h"

void config_values_print(const struct config *config, struct sdk_buf *buf); /* effective; secrets as references only */

#endif
