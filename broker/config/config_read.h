/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the YAML file, for config*.c only. Every problem is kept with its line and
 * the reading goes on, so that a person sees all of them at once; readers return
 * "nothing" for what is wrong and the caller need not look.
 */
#ifndef CONFIG_CONFIG_READ_H
#define CONFIG_CONFIG_READ_H

#include <yaml.h>

#include "config/config.h"

#define CONFIG_PROBLEMS_MAX 50   /* told; more are only counted */
#define CONFIG_KEYS_MAX     4096 /* of one mapping */

struct config_reader {
	struct sdk_arena arena; /* names and texts, until config_reader_close() */
	const char *path;
	yaml_document_t document;
	bool has_document;
	struct sdk_buf problems;
	size_t n_problem;
	struct ent_err first;
};

struct config_node {
	yaml_node_t *yaml;   /* NULL: the file does not have it */
	struct ent_str name; /* in full: "suppliers.orion.settings.decode" */
	int line;
};
struct config_member {
	struct ent_str key;
	struct config_node value;
};

/* False: the file cannot be read or is no YAML; the problem is kept. *ret_root.yaml is NULL for an empty file. */
bool config_reader_open(struct config_reader *reader, const char *path, struct config_node *ret_root);
void config_reader_close(struct config_reader *reader);

void config_problem(struct config_reader *reader, int line, struct ent_str name, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* What was found, in quotes, safe to print: cut, control characters replaced. Never for a secret. */
struct ent_str config_found(struct config_reader *reader, struct ent_str text);

/* Members of a mapping, each key once; a member left without value counts as an empty mapping. */
size_t config_members(struct config_reader *reader, const struct config_node *node, const struct config_member **ret);
/* Items of a list; nothing at all counts as an empty one. */
size_t config_items(struct config_reader *reader, const struct config_node *node, const struct config_node **ret);
bool config_text(struct config_reader *reader, const struct config_node *node, struct ent_str *ret);
bool config_bool(struct config_reader *reader, const struct config_node *node, bool *ret);
bool config_is_text(const struct config_node *node); /* a scalar with a value */

/* "; did you mean X?" for the nearest of the candidates, or "". next(of, i) gives them until it is NULL. */
struct ent_str config_nearest(struct config_reader *reader, struct ent_str word,
			      const char *(*next)(const void *of, size_t i), const void *of);

/* ---- the table --------------------------------------------------------------- */

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
/* One row's value; false: a problem was kept. */
bool config_row_read(struct config_reader *reader, const struct config_row *row, const struct config_node *node,
		     struct config *config);
void config_row_default(const struct config_row *row, struct config *config);
/* As one would write it: "1MiB", "30s". */
void config_row_print(const struct config_row *row, const struct config *config, struct sdk_buf *buf);
void config_print_text(struct ent_str text, struct sdk_buf *buf); /* quoted where YAML needs it */

/* ---- amounts: all rows but CONFIG_TEXT, with or without a place in struct config -- */

/* "1MiB", "30s", "4711": digits and a unit. Times need theirs, bytes and plain numbers do not. */
bool config_amount_read(struct config_reader *reader, const struct config_row *row, const struct config_node *node,
			struct ent_str text, int64_t *ret);
/* value in the row's own unit, as one would write it. */
void config_amount_print(const struct config_row *row, int64_t value, struct sdk_buf *buf);
void config_allowed_print(const struct config_row *row, struct sdk_buf *buf); /* "1 to 64, or 0"; "json, text" */
/* Keeps the problem: found, why (may be ""), allowed. Returns false. */
bool config_refuse(struct config_reader *reader, const struct config_row *row, const struct config_node *node,
		   struct ent_str text, const char *why);

/* ---- suppliers ---------------------------------------------------------------- */

/* A setting of a supplier. */
struct config_key {
	const char *name, *form, *help;
	bool required;
	const struct config_key *member; /* of a group whose members are known; ends with {0} */
	const struct config_row *row;    /* an amount: form and help are its; its offset is into struct supplier */
};
const struct config_key *config_supplier_keys(void); /* ends with {0} */
/* Each node under its key's place in found; what is no key is told as no setting of `what`, "a supplier". */
void config_keys_sort(struct config_reader *reader, const struct config_node *node, const struct config_key *keys,
		      const char *what, struct config_node *found);
void config_suppliers_read(struct config_reader *reader, const struct config_node *list, const struct plugins *plugins,
			   struct config *config);
/* A reference's text; a problem when it is none, without repeating it. */
bool config_reference(struct config_reader *reader, const struct config_node *node, struct ent_str *ret);

#endif
