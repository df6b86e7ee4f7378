/* SPDX-License-Identifier: Apache-2.0 */
/* Suppliers for tables of core: three that can be written to and one that is only listened to. */
#ifndef TEST_SUPPLIERS_H
#define TEST_SUPPLIERS_H

#include "core/federate.h"
#include "sdk/webhook.h"

#include <string.h>

static enum ent_rc test_build(const struct ent_self *self, const struct ent_call *call, struct ent_arena *arena,
			      struct ent_request *ret, struct ent_err *err)
{
	(void)self, (void)call, (void)arena, (void)ret, (void)err;
	return ENT_EUNSUPPORTED;
}

static enum ent_rc test_parse(const struct ent_self *self, const struct ent_call *call,
			      const struct ent_response *response, struct ent_arena *arena, struct ent_result *ret,
			      struct ent_err *err)
{
	(void)self, (void)call, (void)response, (void)arena, (void)ret, (void)err;
	return ENT_EUNSUPPORTED;
}

static const struct ent_map_row test_status_words[] = {
    {"New", "new"},           {"Open", "in_progress"}, {"Waiting", "pending"},
    {"Resolved", "resolved"}, {"Closed", "closed"},    {0},
};
static const struct ent_map_row test_priority_words[] = {{"High", "1"}, {"Normal", "3"}, {"Low", "5"}, {0}};

static const struct ent_connector test_connector = {
    .abi = ENT_ABI,
    .size = sizeof(struct ent_connector),
    .name = "test",
    .ops = 1u << ENT_CREATE_TICKET | 1u << ENT_UPDATE_TICKET | 1u << ENT_ADD_COMMENT | 1u << ENT_EDIT_COMMENT |
	   1u << ENT_REMOVE_COMMENT,
    .map[ENT_STATUS] = test_status_words,
    .map[ENT_PRIORITY] = test_priority_words,
    .build = test_build,
    .parse = test_parse,
};

enum { ORION, TELNORD, VEGA, EAR, N_SUPPLIERS }; /* ear: no url */

static inline struct supplier_set *test_suppliers(void)
{
	static const char *const name[] = {"orion", "telnord", "vega", "ear"};
	static const char *const title[] = {"Orion", "TelNord", "Vega SA", "Ear"};
	struct supplier_set *set = supplier_set_new(N_SUPPLIERS);

	for (size_t i = 0; i < N_SUPPLIERS; i++) {
		set->at[i].name = sdk_str(name[i]);
		set->at[i].title = sdk_str(title[i]);
		set->at[i].connector = &test_connector;
		if (i != EAR)
			set->at[i].link.url = ENT_STR("https://tool.example");
	}
	return set;
}

#endif
