/* SPDX-License-Identifier: Apache-2.0 */
/* The settings of one supplier: name, what may stand there, help. Reading, help and sample go by the same table. */
#ifndef CONFIG_CONFIG_KEYS_H
#define CONFIG_CONFIG_KEYS_H

#include "config/config_row.h"

/* The settings of a supplier, in the order of config_keys_supplier(). */
enum key {
	KEY_NAME,
	KEY_TITLE,
	KEY_ORGANISATION,
	KEY_CONNECTOR,
	KEY_SECRET,
	KEY_UNSIGNED,
	KEY_PUBLIC,
	KEY_READ_BY,
	KEY_PRIVATE,
	KEY_JOINS,
	KEY_URL,
	KEY_AUTH,
	KEY_CREDENTIALS,
	KEY_ACCOUNT,
	KEY_COMMENTS_AS,
	KEY_LANGUAGE,
	KEY_POLICY,
	KEY_MAP,
	KEY_SETTINGS,
	KEY_CA_FILE,
	KEY_PLAIN_HTTP,
	KEY_ALLOW,
	KEY_TIMEOUT,
	KEY_CONNECT_TIMEOUT,
	KEY_ANSWER_MAX,
	KEY_RATE,
	KEY_AT_ONCE,
	KEY_POLL,
	KEY_SWEEP,
	KEY_SEARCH_LAG,
	KEY_SILENCE,
	KEY_TITLE_MAX,
	KEY_TEXT_MAX,
	KEY_PAUSED,
	KEY_N
};

struct config_key {
	const char *name, *form, *help;
	bool required;
	const struct config_key *member; /* of a group whose members are known; ends with {0} */
	const struct config_row *row;    /* an amount: form and help are its; its offset is into struct supplier */
};
const struct config_key *config_keys_supplier(void); /* ends with {0} */
/* Puts each member of `node` under its key's place in found. A member that is no key is a problem: "is no setting of"
 * what, "a supplier". */
void config_keys_sort(struct config_reader *reader, const struct config_node *node, const struct config_key *keys,
		      const char *what, struct config_node *found);

#endif
