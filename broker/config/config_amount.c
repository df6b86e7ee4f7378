/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers, sizes and times as people write them: "4711", "1MiB", "30s". */
#include "config/config_amount.h"

#include <string.h>

#define KIB 1024ll
#define MIB (1024 * KIB)

struct unit {
	const char *name;
	int64_t factor;
};
/* Largest last; times in microseconds. */
static const struct unit byte_units[] = {{"B", 1}, {"KiB", KIB}, {"MiB", MIB}, {"GiB", 1024 * MIB}, {0}};
static const struct unit time_units[] = {
    {"us", 1}, {"ms", 1000}, {"s", 1000000}, {"m", 60000000}, {"h", 3600000000ll}, {"d", 86400000000ll}, {0}};

static const struct unit *unit_find(const struct unit *unit, struct ent_str name)
{
	for (; unit->name; unit++)
		if (sdk_eqz(name, unit->name))
			return unit;
	return NULL;
}

static int64_t base_factor(const struct config_row *row)
{
	return row->type == CONFIG_TIME ? unit_find(time_units, sdk_str(row->unit))->factor : 1;
}

/* value in the row's own unit, as one would write it. */
void config_amount_print(const struct config_row *row, int64_t value, struct sdk_buf *buf)
{
	const struct unit *unit = row->type == CONFIG_TIME ? time_units : byte_units, *best = unit;
	int64_t whole;

	if (row->type == CONFIG_INT || (value == 0 && row->type == CONFIG_BYTES)) {
		sdk_buf_int(buf, value);
		return;
	}
	if (row->type == CONFIG_TIME && value < 0) {
		sdk_buf_z(buf, row->words);
		return;
	}
	whole = value * base_factor(row);
	for (; unit->name; unit++)
		if (whole % unit->factor == 0 && whole != 0)
			best = unit;
	/* days from a week on, else 90 s is 90s and 24 h is 1d */
	sdk_buf_int(buf, whole / best->factor);
	sdk_buf_z(buf, whole == 0 ? row->unit : best->name);
}

void config_amount_allowed(const struct config_row *row, struct sdk_buf *buf)
{
	if (row->type == CONFIG_TEXT) {
		for (const char *p = row->words ? row->words : ""; *p; p++)
			sdk_buf_add(buf, *p == ' ' ? ", " : p, *p == ' ' ? 2 : 1);
		return;
	}
	config_amount_print(row, row->min, buf);
	sdk_buf_z(buf, " to ");
	config_amount_print(row, row->max, buf);
	if (row->zero)
		sdk_buf_z(buf, row->words ? ", 0" : ", or 0");
	if (row->words)
		sdk_buf_format(buf, ", or %s", row->words);
}

bool config_amount_refuse(struct config_reader *reader, const struct config_row *row, const struct config_node *node,
			  struct ent_str text, const char *why)
{
	struct ent_str found = config_found(reader, text);
	struct sdk_buf allowed;

	sdk_buf_init(&allowed, 1024);
	config_amount_allowed(row, &allowed);
	config_problem(reader, node->line, node->name, "found %.*s%s%s allowed: %.*s", (int)found.n, found.p, why,
		       strchr(why, '?') ? "" : ",", (int)allowed.n, allowed.p);
	sdk_buf_release(&allowed);
	return false;
}

/* "1MiB", "30s", "4711": digits and a unit. Times need theirs, bytes and plain numbers do not. */
bool config_amount_read(struct config_reader *reader, const struct config_row *row, const struct config_node *node,
			struct ent_str text, int64_t *ret)
{
	const struct unit *units = row->type == CONFIG_TIME    ? time_units
				   : row->type == CONFIG_BYTES ? byte_units
							       : NULL,
			  *unit;
	int64_t base = base_factor(row), factor = 1, n;
	struct ent_str digits = text, rest;

	if (row->type == CONFIG_TIME && row->words && sdk_eqz(text, row->words)) {
		*ret = -1;
		return true;
	}
	digits.n = 0;
	while (digits.n < text.n &&
	       ((text.p[digits.n] >= '0' && text.p[digits.n] <= '9') || (digits.n == 0 && text.p[0] == '-')))
		digits.n++;
	rest = sdk_trim((struct ent_str){text.p + digits.n, text.n - digits.n});
	if (!sdk_to_int(digits, &n))
		return config_amount_refuse(reader, row, node, text,
					    units ? ", which is no number with a unit" : ", which is no whole number");
	if (rest.n > 0) {
		unit = units ? unit_find(units, rest) : NULL;
		if (!unit)
			return config_amount_refuse(reader, row, node, text,
						    row->type == CONFIG_TIME    ? " (units: us, ms, s, m, h, d)"
						    : row->type == CONFIG_BYTES ? " (units: B, KiB, MiB, GiB)"
										: ", which is no whole number");
		factor = unit->factor;
	} else if (row->type == CONFIG_TIME && n != 0) {
		return config_amount_refuse(reader, row, node, text, " without a unit (us, ms, s, m, h, d)");
	}
	if (__builtin_mul_overflow(n, factor, &n))
		return config_amount_refuse(reader, row, node, text, "");
	if (n % base != 0)
		return config_amount_refuse(reader, row, node, text,
					    row->unit[0] == 'd'   ? ", which is not in whole days"
					    : row->unit[0] == 'm' ? ", which is not in whole milliseconds"
								  : ", which is not in whole seconds");
	n /= base;
	if ((n < row->min || n > row->max) && !(n == 0 && row->zero))
		return config_amount_refuse(reader, row, node, text, "");
	*ret = n;
	return true;
}
