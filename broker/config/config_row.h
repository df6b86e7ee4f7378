/* SPDX-License-Identifier: Apache-2.0 */
/* The settings of the file but the suppliers', one row each: parser, help, sample and `config show` read the same
 * table. */
#ifndef CONFIG_CONFIG_ROW_H
#define CONFIG_CONFIG_ROW_H

#include "config/config_reader.h"

enum config_type { CONFIG_TEXT, CONFIG_INT, CONFIG_BYTES, CONFIG_TIME };

struct config_row {
	const char *name; /* "http.body_max" */
	enum config_type type;
	size_t offset;
	const char *dflt;   /* as written in the file */
	const char *sample; /* what the sample file has instead, NULL: dflt */
	const char *unit;   /* CONFIG_TIME: what the struct holds, "us", "ms", "s" or "d" */
	int64_t min, max;   /* in that unit */
	const char *words;  /* CONFIG_TEXT: all it may be; CONFIG_TIME: the word for -1; NULL: none */
	const char *help;
	bool zero; /* 0 is allowed, too, whatever min says */
};
/* Ends with {0}; rows of one section stand together. */
const struct config_row *config_rows(void);
/* May an organisation be called so? Ours, or a supplier's. False: a problem was kept. */
bool config_row_organisation(struct config_reader *reader, const struct config_node *node, struct ent_str name);
/* One row's value; false: a problem was kept. */
bool config_row_read(struct config_reader *reader, const struct config_row *row, const struct config_node *node,
		     struct config *config);
void config_row_default(const struct config_row *row, struct config *config);
/* As one would write it: "1MiB", "30s". */
void config_row_print(const struct config_row *row, const struct config *config, struct sdk_buf *buf);
/* A text as one would write it: quoted where YAML needs it. */
void config_row_text(struct ent_str text, struct sdk_buf *buf);

#endif
