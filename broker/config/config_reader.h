/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The YAML file as nodes with their lines, for config_*.c only. Every problem is kept with
 * its line and the reading goes on, so that a person sees all of them at once. A function
 * that meets a wrong value keeps the problem and returns "nothing": its caller need not look.
 */
#ifndef CONFIG_CONFIG_READER_H
#define CONFIG_CONFIG_READER_H

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
/* The text that was found, in quotes, safe to print: cut, control characters replaced. Never for a secret. */
struct ent_str config_found(struct config_reader *reader, struct ent_str text);

/* Members of a mapping, each key once; a member left without value counts as an empty mapping. */
size_t config_members(struct config_reader *reader, const struct config_node *node, const struct config_member **ret);
/* Items of a list; nothing at all counts as an empty one. */
size_t config_items(struct config_reader *reader, const struct config_node *node, const struct config_node **ret);
bool config_text(struct config_reader *reader, const struct config_node *node, struct ent_str *ret);
/* A text of one line, 1 to 1000 bytes, such as stands in an address or a header; absent: the file has none, or it is
 * wrong. In the arena. */
struct ent_str config_line(struct config_reader *reader, struct ent_arena *arena, const struct config_node *node);
bool config_bool(struct config_reader *reader, const struct config_node *node, bool *ret);
bool config_is_text(const struct config_node *node); /* a scalar with a value */

/* "; did you mean X?" for the nearest of the candidates, or "". next(of, i) gives them until it is NULL. */
struct ent_str config_nearest(struct config_reader *reader, struct ent_str word,
			      const char *(*next)(const void *of, size_t i), const void *of);

#endif
