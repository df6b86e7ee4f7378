/* SPDX-License-Identifier: Apache-2.0 */
/* The list `sign_in`: which provider the people of an organisation come from. */
#ifndef CONFIG_CONFIG_WAY_IN_H
#define CONFIG_CONFIG_WAY_IN_H

#include "config/config_keys.h"

const struct config_key *config_keys_way_in(void); /* ends with {0} */
void config_ways_in_read(struct config_reader *reader, const struct config_node *list, struct config *config);
/* Once the organisations are known: each is one of them, and stands once. */
void config_ways_in_check(struct config_reader *reader, struct config *config);

#endif
