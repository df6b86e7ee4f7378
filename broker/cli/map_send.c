/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/map_send.h"

#include <poll.h>
#include <stdio.h>

#include "cli/show.h"

#define FILE_SIZE_MAX ((size_t)256 << 10) /* bytes */
#define LAST_DEFAULT  500                 /* arrivals that `try` looks at */

static struct ent_str map_body(struct ent_arena *arena, struct ent_str map, int64_t last)
{
	struct client_body body;

	client_body_begin(&body);
	sdk_jsonw_kraw(&body.w, "map", map);
	if (last)
		sdk_jsonw_kint(&body.w, "last", last);
	return client_body_take(&body, arena);
}

static enum ent_rc map_file_read(struct ent_arena *arena, const char *name, struct ent_str *ret, struct ent_err *err)
{
	struct ent_err why;
	enum ent_rc rc = client_read(arena, name, FILE_SIZE_MAX, ret, err);

	if (rc == ENT_OK && sdk_json_check(*ret, &why) != ENT_OK)
		rc = sdk_fail(err, ENT_EINVAL, "%s is no JSON: %s", name, why.msg);
	return rc;
}

/* The map in force. */
static enum ent_rc map_fetch(const struct question_call *call, struct ent_str *ret, struct ent_err *err)
{
	struct client_answer answer;
	const struct sdk_json *node;
	struct client *client;
	enum ent_rc rc = client_open(&call->client, &client, err);

	if (rc)
		return rc;
	rc = client_call(client, call->arena, "GET", question_path(call, "/v1/suppliers/{supplier}/maps"), ENT_ABSENT,
			 &answer, err);
	if (!rc)
		rc = sdk_json_parse(call->arena, answer.body, &node, err);
	if (!rc)
		*ret = sdk_json_print(call->arena, sdk_json_at(node, "map"));
	client_close(client);
	return rc;
}

static int map_send_file(const struct question_call *call, struct ent_str path, int64_t last, client_show *show)
{
	const char *file = question_value(call, "file");
	struct ent_str map, json = ENT_ABSENT;
	struct ent_err err;
	bool unused;
	int status;

	if ((file ? map_file_read(call->arena, file, &map, &err) : map_fetch(call, &map, &err)) != ENT_OK)
		return client_complain(&err);
	status = client_ask(&call->client, call->arena, "POST", path, map_body(call->arena, map, last), &json, &unused);
	if (!status)
		client_print(&call->client, call->arena, json, show);
	return status;
}

int map_send_try(const struct question_call *call)
{
	const char *last = question_value(call, "last");
	struct ent_err err;
	int64_t n = LAST_DEFAULT;

	if (last && (!sdk_to_int(sdk_str(last), &n) || n < 1)) {
		(void)sdk_fail(&err, ENT_EINVAL, "--last takes a number from 1 to 5000");
		return client_complain(&err);
	}
	return map_send_file(call, question_path(call, "/v1/suppliers/{supplier}/maps/try"), n, show_map_try);
}

int map_send_publish(const struct question_call *call)
{
	return map_send_file(call, question_path(call, "/v1/suppliers/{supplier}/maps"), 0, show_map_change);
}

/* ---- in force -------------------------------------------------------------------------- */

enum { FORCE_MS = 5000, LOOK_MS = 100 };

/* maps: the answer to GET .../maps. Does the broker work with the version that it shall work with? */
static bool is_in_force(const struct sdk_json *maps)
{
	int64_t now = 0, wanted = 0;

	(void)sdk_json_int(sdk_json_at(maps, "version"), &now); /* not there: the configuration's */
	for (const struct sdk_json *at = sdk_json_first(sdk_json_at(maps, "items")); at; at = sdk_json_next(at))
		if (sdk_json_bool(sdk_json_at(at, "active"), false))
			(void)sdk_json_int(sdk_json_at(at, "version"), &wanted);
	return now == wanted;
}

int map_send_wait(const struct question_call *call)
{
	struct ent_str path = question_path(call, "/v1/suppliers/{supplier}/maps");
	struct client *client;
	struct ent_err err;
	bool done = false;

	if (client_open(&call->client, &client, &err) != ENT_OK)
		return client_complain(&err);
	for (int waited = 0; !done && waited < FORCE_MS; waited += LOOK_MS) {
		struct client_answer answer;
		const struct sdk_json *maps;
		struct sdk_arena arena;

		sdk_arena_init(&arena);
		done = client_call(client, &arena.abi, "GET", path, ENT_ABSENT, &answer, &err) == ENT_OK &&
		       sdk_json_parse(&arena.abi, answer.body, &maps, &err) == ENT_OK && is_in_force(maps);
		sdk_arena_release(&arena);
		if (!done)
			(void)poll(NULL, 0, LOOK_MS);
	}
	client_close(client);
	if (!done)
		fputs("entente map: it is stored and not in force yet; the broker's log says why (map.refused)\n",
		      stderr);
	return done ? 0 : 1;
}
