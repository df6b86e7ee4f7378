/* SPDX-License-Identifier: Apache-2.0 */
/* The settings of an example configuration, for the cases that try it. */
#include "harness.h"

#include <string.h>
#include <yaml.h>

#define DEPTH_MAX 16

static bool is_word(const yaml_node_t *node, const char *word)
{
	return node && node->type == YAML_SCALAR_NODE && strcmp((const char *)node->data.scalar.value, word) == 0;
}

static const yaml_node_t *node_find(yaml_document_t *document, const yaml_node_t *node, const char *name,
				    unsigned depth)
{
	const yaml_node_t *found = NULL;

	if (!node || depth == DEPTH_MAX)
		return NULL;
	if (node->type == YAML_SEQUENCE_NODE)
		for (yaml_node_item_t *at = node->data.sequence.items.start;
		     at < node->data.sequence.items.top && !found; at++)
			found = node_find(document, yaml_document_get_node(document, *at), name, depth + 1);
	if (node->type == YAML_MAPPING_NODE)
		for (yaml_node_pair_t *at = node->data.mapping.pairs.start; at < node->data.mapping.pairs.top && !found;
		     at++) {
			const yaml_node_t *value = yaml_document_get_node(document, at->value);

			found = is_word(yaml_document_get_node(document, at->key), name)
				    ? value
				    : node_find(document, value, name, depth + 1);
		}
	return found;
}

static struct ent_str scalar(const yaml_node_t *node)
{
	if (!node || node->type != YAML_SCALAR_NODE)
		return ENT_ABSENT;
	return (struct ent_str){(const char *)node->data.scalar.value, node->data.scalar.length};
}

static const char *settings_give(struct plugin *plugin, yaml_document_t *document)
{
	const yaml_node_t *settings = node_find(document, yaml_document_get_root_node(document), "settings", 0);

	if (!settings || settings->type != YAML_MAPPING_NODE)
		return "the file has no mapping called settings";
	for (yaml_node_pair_t *at = settings->data.mapping.pairs.start; at < settings->data.mapping.pairs.top; at++)
		if (!plugin_give(plugin, scalar(yaml_document_get_node(document, at->key)),
				 scalar(yaml_document_get_node(document, at->value))))
			return "the file has a setting that the connector does not have";
	return NULL;
}

const char *settings_load(struct plugin *plugin, const char *folder, struct ent_str file)
{
	struct ent_str path = sdk_format(&plugin->arena.abi, "%s/%.*s", folder, ENT_F(file));
	yaml_document_t document;
	yaml_parser_t parser;
	struct ent_str text;
	const char *why;

	if (!file_read(&plugin->arena.abi, sdk_z(&plugin->arena.abi, path), &text))
		return "the file of settings cannot be read";
	if (!yaml_parser_initialize(&parser))
		return "out of memory";
	yaml_parser_set_input_string(&parser, (const unsigned char *)text.p, text.n);
	why = "the file of settings is no YAML";
	if (yaml_parser_load(&parser, &document)) {
		why = settings_give(plugin, &document);
		yaml_document_delete(&document);
	}
	yaml_parser_delete(&parser);
	return why;
}
