/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connectors as the loader must and must not take them: one source, a module for each
 * of the faults below. FAULT is the number of one; 0 is a connector without any.
 */
#include "entente/connector.h"

#define NONE            0
#define TWIN            1 /* another file, the same name */
#define ABI_NEWER       2
#define ABI_UNSERVED    3 /* gives NULL for the ABI it is asked for */
#define TABLE_SMALL     4
#define NAME_BAD        5
#define DECODE_MISSING  6
#define PARSE_MISSING   7
#define SETTING_OUTSIDE 8
#define MAP_UNKNOWN     9
#define TABLE_SHORT     10 /* knows the least there is: what stands behind it is not the table any more */
#define TABLE_LONG      11 /* made for a broker whose table goes on */
#define OPS_UNKNOWN     12
#define OPS_UNBUILT     13 /* ops, and nothing that builds them */
#define OPS_NONE        14 /* build, and nothing to build */
#define WRITER          15 /* without any fault: one that writes, with all of the table */

static enum ent_rc fixture_verify(const struct ent_self *self, const struct ent_webhook *webhook,
				  const struct ent_str *secret, size_t n_secret, int64_t now_ms,
				  struct ent_arena *arena, struct ent_str *ret_delivery, struct ent_err *err)
{
	(void)self, (void)webhook, (void)secret, (void)n_secret, (void)now_ms, (void)arena, (void)err;
	*ret_delivery = ENT_ABSENT;
	return ENT_OK;
}

#if FAULT != DECODE_MISSING
static enum ent_rc fixture_decode(const struct ent_self *self, const struct ent_webhook *webhook,
				  struct ent_arena *arena, struct ent_changes *ret, struct ent_err *err)
{
	(void)self, (void)webhook, (void)arena, (void)err;
	*ret = (struct ent_changes){NULL, 0};
	return ENT_OK;
}
#endif

#define PARSES (FAULT == OPS_UNKNOWN || FAULT == OPS_NONE || FAULT == WRITER)
#define BUILDS (PARSES || FAULT == PARSE_MISSING || FAULT == TABLE_SHORT)

#if FAULT == OPS_UNKNOWN
#define OPS (1u << 31)
#elif FAULT == OPS_UNBUILT || FAULT == PARSE_MISSING || FAULT == WRITER
#define OPS (1u << ENT_ADD_COMMENT)
#else
#define OPS 0
#endif

#if BUILDS
static enum ent_rc fixture_build(const struct ent_self *self, const struct ent_call *call, struct ent_arena *arena,
				 struct ent_request *ret, struct ent_err *err)
{
	(void)self, (void)call, (void)arena, (void)ret, (void)err;
	return ENT_EUNSUPPORTED;
}
#endif

#if PARSES
static enum ent_rc fixture_parse(const struct ent_self *self, const struct ent_call *call,
				 const struct ent_response *response, struct ent_arena *arena, struct ent_result *ret,
				 struct ent_err *err)
{
	(void)self, (void)call, (void)response, (void)arena, (void)ret, (void)err;
	return ENT_OK;
}

static enum ent_repeat fixture_repeat(const struct ent_self *self, enum ent_op_kind kind, unsigned *ret_lag_s)
{
	(void)self, (void)ret_lag_s;
	return kind == ENT_ADD_COMMENT ? ENT_REPEAT_SEARCH : ENT_REPEAT_NEVER;
}

static const struct ent_sentence fixture_cannot[] = {{"cannot.fixture", "It keeps nothing."}, {0}};
#endif

struct fixture_settings {
	struct ent_str word;
	int64_t number;
	bool flag;
};

static const struct ent_setting fixture_setting[] = {
    {"word", ENT_SETTING_STR, "plain", offsetof(struct fixture_settings, word), "a word"},
    {"number", ENT_SETTING_INT, NULL, offsetof(struct fixture_settings, number), "a number that must be given"},
    {"flag", ENT_SETTING_BOOL, "false", FAULT == SETTING_OUTSIDE ? 4096 : offsetof(struct fixture_settings, flag),
     "a flag"},
    {0},
};

static const struct ent_map_row fixture_status[] = {
    {"open", "in_progress"}, {"done", FAULT == MAP_UNKNOWN ? "finished" : "resolved"}, {0}};

static const struct ent_connector fixture_connector = {
    .abi = FAULT == ABI_NEWER ? ENT_ABI + 1 : ENT_ABI,
    .size = FAULT == TABLE_SMALL   ? offsetof(struct ent_connector, build) - 1
	    : FAULT == TABLE_SHORT ? offsetof(struct ent_connector, build)
	    : FAULT == TABLE_LONG  ? sizeof(struct ent_connector) + 64
				   : sizeof(struct ent_connector),
    .name = FAULT == NAME_BAD ? "Fix Ture" : "fixture",
    .version = "1",
    .summary = "for the tests of the loader",
    .setting = fixture_setting,
    .settings_size = sizeof(struct fixture_settings),
    .map[ENT_STATUS] = fixture_status,
    .verify = fixture_verify,
#if FAULT != DECODE_MISSING
    .decode = fixture_decode,
#endif
    .ops = OPS,
#if BUILDS
    .build = fixture_build,
#endif
#if PARSES
    .parse = fixture_parse,
    .repeat = fixture_repeat,
    .cannot = fixture_cannot,
#endif
};

const struct ent_connector *entente_connector(uint32_t abi)
{
	return FAULT != ABI_UNSERVED && abi == ENT_ABI ? &fixture_connector : NULL;
}
