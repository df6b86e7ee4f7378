/* SPDX-License-Identifier: Apache-2.0 */
#include "store/acts_follow.h"

#include "sdk/webhook.h"

#include <stdio.h>

static bool takes_part(void *of, struct ent_str organisation)
{
	return dossier_takes_part(of, organisation, ENT_ABSENT);
}

struct act_scene acts_follow_scene(struct apply *apply, struct dossier *dossier, const struct situation *at)
{
	struct act_scene scene = {.at = at, .takes_part = takes_part, .of = dossier};

	scene.n_open = acts_open(apply->db, apply->arena, dossier->incident.number, &scene.open);
	return scene;
}

bool acts_follow_is_stale(struct apply *apply, const struct event *event)
{
	const struct act *open;
	size_t n;

	if (!act_is_of(event))
		return false;
	n = acts_open(apply->db, apply->arena, event->incident, &open);
	return act_is_stale(open, n, event);
}

/* The comment of ours below whose copy a tool's comment stands: the copy's marker was in it. */
static void find_answered(struct apply *apply, const struct comment *comment, char ret[ID_SIZE])
{
	struct db_stmt *stmt = db_use(apply->db, "SELECT comment FROM delivery WHERE key = $1 AND supplier = $2");

	db_bind_str(stmt, 1, sdk_str(apply->below));
	db_bind_str(stmt, 2, comment->supplier);
	if (db_row(stmt))
		snprintf(ret, ID_SIZE, "%.*s", ENT_F(db_str(stmt, 0)));
	db_done(stmt);
}

void acts_follow(struct apply *apply, struct dossier *dossier, const struct event *event, struct events *ret)
{
	const struct situation at = {.suppliers = apply->suppliers,
				     .supplier = ENT_STR(""),
				     .incident = &dossier->incident,
				     .now_ms = apply->now_ms};
	struct act_scene scene = acts_follow_scene(apply, dossier, &at);

	if (!scene.n_open)
		return;
	if (event->kind == EVENT_COMMENT_ADDED && event->comment.supplier.n && apply->below[0])
		find_answered(apply, &event->comment, scene.answers);
	act_follow(&scene, event, ret);
}
