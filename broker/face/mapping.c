/* SPDX-License-Identifier: Apache-2.0 */
/* Maps of a supplier: list, publish, activate an earlier one. */
#include "face/mapping.h"

#include "core/maps.h"
#include "face/answer.h"
#include "face/ask.h"
#include "face/body.h"
#include "view/view_map.h"

bool mapping_read(struct exchange *x, const struct supplier *supplier, const struct sdk_json *node,
		  struct ent_str *ret_json, struct maps *ret)
{
	struct ent_err err;

	*ret_json = sdk_json_print(&x->arena.abi, node);
	if (ret_json->n > MAP_JSON_MAX) {
		answer_problem(x, PROBLEM_CONTENT, "ask.map_large", "\"map\" has more than {most=%d} bytes.",
			       MAP_JSON_MAX);
		return false;
	}
	if (maps_parse(&x->arena.abi, *ret_json, supplier->connector, ret, &err) == ENT_OK)
		return true;
	answer_problem(x, PROBLEM_CONTENT, "ask.map", "\"map\": {why=%p}.", SDK_WHY(&err));
	return false;
}

void mapping_list(struct exchange *x)
{
	const struct supplier *supplier = ask_supplier(x);
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;
	enum ent_rc rc;

	if (supplier == NULL)
		return;
	rc = view_map_list(ask_view(x), supplier, &json, &err);
	ask_answer(x, 200, rc, json, &err);
}

/* Another map is in force now: every set of suppliers has to be made anew. */
static void change_answer(struct exchange *x)
{
	const struct face_world *world = &x->desk->face->world;
	const struct job *job = x->work;
	bool published = job->kind == JOB_MAP_PUBLISH;
	int64_t version = published ? job->ask.ret_count : job->ask.id;
	struct sdk_jsonw w;

	if (!ask_done(x, job))
		return;
	log_write(world->log, LOG_INFO, published ? "map.published" : "map.activated",
		  LOG_STR("supplier", job->ask.supplier), LOG_INT("version", version), LOG_STR("by", x->principal),
		  LOG_END);
	if (world->reload != NULL)
		world->reload(world->of);
	w = answer_json(x);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kstr(&w, "supplier", job->ask.supplier);
	sdk_jsonw_kint(&w, "version", version);
	sdk_jsonw_close(&w, '}');
	answer_done(x, published ? 201 : 200);
}

void mapping_post(struct exchange *x)
{
	struct {
		const struct sdk_json *map;
	} body = {NULL};
	static const struct body_field fields[] = {{"map", BODY_NODE, true, 0, 0, 0}, {0}};
	const struct supplier *supplier = ask_supplier(x);
	struct job *job = ask_new(x, JOB_MAP_PUBLISH);
	struct maps maps;

	if (supplier == NULL || !body_read(x, fields, &body) ||
	    !mapping_read(x, supplier, body.map, &job->ask.text, &maps))
		return;
	job->ask.supplier = supplier->name;
	ask_submit(x, job, change_answer);
}

void mapping_activate(struct exchange *x)
{
	const struct supplier *supplier = ask_supplier(x);
	struct job *job = ask_new(x, JOB_MAP_ROLL_BACK);

	if (supplier == NULL || !ask_number(x, 1, true, &job->ask.id))
		return;
	job->ask.supplier = supplier->name;
	ask_submit(x, job, change_answer);
}
