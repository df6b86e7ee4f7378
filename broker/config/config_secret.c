/* SPDX-License-Identifier: Apache-2.0 */
/* The secret of a supplier's webhooks, by reference. */
#include "config/config_secret.h"

bool config_secret_reference(struct config_reader *reader, const struct config_node *node, struct ent_str *ret)
{
	struct ent_str text;

	if (!config_text(reader, node, &text))
		return false;
	if (sdk_starts(text, "env:") || sdk_starts(text, "file:")) {
		*ret = text;
		return true;
	}
	config_problem(
	    reader, node->line, node->name,
	    "a secret stands in the file itself; write env:NAME or file:/path, and consider it known to others");
	return false;
}

static void one_secret_read(struct supplier_reader *r, const struct config_node *node)
{
	struct supplier *supplier = r->supplier;
	struct ent_str reference;
	struct ent_err err;

	if (!config_secret_reference(r->reader, node, &reference))
		return;
	if (secret_load(reference, &supplier->secret[supplier->n_secret], &err) != ENT_OK) {
		config_problem(r->reader, node->line, node->name, "%s", err.msg);
		return;
	}
	r->note->secret[supplier->n_secret++] = sdk_dup(r->keep, reference);
}

/* Everything comes by asking: then nobody needs to call us, and nobody may. */
static bool is_polled(const struct supplier *supplier)
{
	return supplier_can(supplier, ENT_POLL) && supplier->link.poll_ms > 0;
}

void config_secret_read(struct supplier_reader *r, const struct config_node *node, const struct config_node *open)
{
	const struct config_node *item;
	bool is_unsigned = false;
	size_t n;

	if (open->yaml)
		(void)config_bool(r->reader, open, &is_unsigned); /* a problem is kept, and it stays false */
	if (node->yaml && is_unsigned) {
		config_problem(r->reader, open->line, open->name, "stands beside `secret`: remove one of the two");
	} else if (!node->yaml) {
		r->supplier->no_hooks = !is_unsigned && is_polled(r->supplier);
		if (!is_unsigned && !r->supplier->no_hooks)
			config_problem(r->reader, r->line, r->name,
				       "nothing says how its webhooks are signed. Add `secret: env:NAME` or `secret: "
				       "file:/path`, or `unsigned: true` to accept them from anyone");
	} else if (node->yaml->type != YAML_SEQUENCE_NODE) {
		one_secret_read(r, node);
	} else {
		n = config_items(r->reader, node, &item);
		if (n < 1 || n > SUPPLIER_SECRET_MAX)
			config_problem(r->reader, node->line, node->name,
				       "has %zu secrets, allowed: 1, or 2 while one replaces the other", n);
		for (size_t i = 0; i < n && i < SUPPLIER_SECRET_MAX; i++)
			one_secret_read(r, &item[i]);
	}
}
