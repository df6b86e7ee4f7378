/* SPDX-License-Identifier: Apache-2.0 */
/* One supplier while it is read; for config_*.c only. */
#ifndef CONFIG_CONFIG_SUPPLIER_H
#define CONFIG_CONFIG_SUPPLIER_H

#include "config/config_read.h"

#define CONFIG_SUPPLIERS_MAX 1000
#define CONFIG_ALLOW_MAX     64

/* Its settings, in the order of config_supplier_keys(). */
enum key {
	KEY_NAME,
	KEY_TITLE,
	KEY_CONNECTOR,
	KEY_SECRET,
	KEY_UNSIGNED,
	KEY_PUBLIC,
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

struct supplier_reader {
	struct config_reader *reader;
	const struct plugins *plugins;
	struct supplier *supplier;
	struct config_note *note;
	struct ent_arena *arena, *keep; /* the set's; the config's */
	struct ent_str name;            /* in full */
	int line;
};

/* The supplier's name when it is one, for the names of problems; absent when not. */
struct ent_str config_supplier_name(struct config_reader *reader, const struct config_node *item);
/* secret and unsigned; after connector and the way out, which say whether it can do without. */
void config_secrets_read(struct supplier_reader *r, const struct config_node *node, const struct config_node *open);
/* The way out: everything from url on but map and settings. */
void config_link_read(struct supplier_reader *r, const struct config_node found[KEY_N]);
void config_auth_read(struct supplier_reader *r, const struct config_node *node, bool plain_http);
void config_credentials_read(struct supplier_reader *r, const struct config_node *node);
void config_map_read(struct supplier_reader *r, const struct config_node *node);
void config_settings_read(struct supplier_reader *r, const struct config_node *node);

#endif
