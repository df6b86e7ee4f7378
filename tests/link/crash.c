/* SPDX-License-Identifier: Apache-2.0 */
/* The null connector with a fault: what holds the word "boom" ends the process. */
#include <stdlib.h>
#include <string.h>

#include "entente/connector.h"
#undef ENT_EXPORT
#define ENT_EXPORT(table)

#include "../../connectors/null/null.c"

static void look(struct ent_str body)
{
	if (body.n > 0 && memmem(body.p, body.n, "boom", 4) != NULL)
		abort();
}

static enum ent_rc crash_decode(const struct ent_self *self, const struct ent_webhook *webhook, struct ent_arena *arena,
				struct ent_changes *ret, struct ent_err *err)
{
	look(webhook->body);
	return null_decode(self, webhook, arena, ret, err);
}

static enum ent_rc crash_parse(const struct ent_self *self, const struct ent_call *call,
			       const struct ent_response *response, struct ent_arena *arena, struct ent_result *ret,
			       struct ent_err *err)
{
	look(response->body);
	return null_parse(self, call, response, arena, ret, err);
}

static const struct ent_connector crash_connector = {
    .abi = ENT_ABI,
    .size = sizeof(struct ent_connector),
    .name = "crash",
    .version = ENTENTE_VERSION,
    .summary = "the null connector with a fault",
    .ops = 1u << ENT_POLL,
    .setting = null_setting,
    .settings_size = sizeof(struct null_settings),
    .map[ENT_STATUS] = null_status,
    .verify = null_verify,
    .decode = crash_decode,
    .build = null_build,
    .parse = crash_parse,
    .repeat = null_repeat,
};

const struct ent_connector *entente_connector(uint32_t abi)
{
	return abi == ENT_ABI ? &crash_connector : NULL;
}
