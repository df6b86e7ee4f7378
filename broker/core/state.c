/* SPDX-License-Identifier: Apache-2.0 */
#include "core/state.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const struct status_facts *status_facts(enum ent_status status)
{
	/* open, active, terminal */
	static const struct status_facts facts[ENT_N_STATUS] = {
	    [ENT_STATUS_UNKNOWN] = {true, false, false}, [ENT_NEW] = {true, false, false},
	    [ENT_ACKNOWLEDGED] = {true, true, false},    [ENT_IN_PROGRESS] = {true, true, false},
	    [ENT_PENDING] = {true, false, false},        [ENT_HELD] = {true, false, false},
	    [ENT_TRANSFERRED] = {true, false, false},    [ENT_RESOLVED] = {false, false, false},
	    [ENT_CLOSED] = {false, false, true},         [ENT_CANCELLED] = {false, false, true},
	    [ENT_REJECTED] = {false, false, true},
	};
	assert((unsigned)status < ENT_N_STATUS);
	return &facts[status];
}

struct values ticket_values(const struct ticket *ticket)
{
	struct values values = {{0}};

	for (unsigned i = 0; i < ENT_N_ATTR; i++)
		values.at[i] = attr_value((enum ent_attr)i, ticket->at[i].value.text);
	return values;
}

struct ent_str incident_number(int64_t number, char ret[INCIDENT_NUMBER_SIZE])
{
	int n = snprintf(ret, INCIDENT_NUMBER_SIZE, INCIDENT_PREFIX "%06" PRId64, number);
	return (struct ent_str){ret, (size_t)n};
}

bool incident_number_parse(struct ent_str text, int64_t *ret)
{
	const size_t prefix = sizeof INCIDENT_PREFIX - 1;
	int64_t number;

	if (!sdk_starts(text, INCIDENT_PREFIX))
		return false;
	if (!sdk_to_int((struct ent_str){text.p + prefix, text.n - prefix}, &number) || number <= 0)
		return false;
	*ret = number;
	return true;
}

int stamp_compare(struct ent_stamp a, struct ent_stamp b)
{
	if (a.version > 0 && b.version > 0)
		return (a.version > b.version) - (a.version < b.version);
	if (a.time_ms != 0 && b.time_ms != 0)
		return (a.time_ms > b.time_ms) - (a.time_ms < b.time_ms);
	return 1;
}

const char *comment_format_word(enum ent_format format)
{
	return format == ENT_MARKDOWN ? "markdown" : "text";
}

bool comment_format_by_word(struct ent_str word, enum ent_format *ret)
{
	if (!sdk_eqz(word, "text") && !sdk_eqz(word, "markdown"))
		return false;
	*ret = sdk_eqz(word, "markdown") ? ENT_MARKDOWN : ENT_TEXT;
	return true;
}
