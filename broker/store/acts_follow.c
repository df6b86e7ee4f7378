/* SPDX-License-Identifier: Apache-2.0 */
#include "store/acts_follow.h"

#include "core/organisation.h"
#include "sdk/webhook.h"

#include <stdio.h>
#include <string.h>

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

/* The comment of ours below whose copy a tool's comment stands: the copy's marker was in it. "" stays when it is none.
 */
static void find_answered(struct apply *apply, struct ent_str supplier, char ret[ID_SIZE])
{
	struct db_stmt *stmt = db_use(apply->db, "SELECT comment FROM delivery WHERE key = $1 AND supplier = $2");

	db_bind_str(stmt, 1, sdk_str(apply->below));
	db_bind_str(stmt, 2, supplier);
	if (db_row(stmt))
		snprintf(ret, ID_SIZE, "%.*s", ENT_F(db_str(stmt, 0)));
	db_done(stmt);
}

/* A change that may say yes or no to what is proposed. */
static bool may_end_proposal(const struct situation *at, const struct ent_change *change)
{
	return at->ticket && change->ticket.has & (UINT32_C(1) << ENT_STATUS | UINT32_C(1) << ENT_ASSIGNEE);
}

void acts_follow_look(struct apply *apply, struct dossier *dossier, struct situation *at,
		      const struct ent_change *change)
{
	const struct ent_str organisation = at->from ? organisation_of(at->from) : at->supplier;
	bool is_words = change->kind == ENT_COMMENT_ADDED && !at->comment && !at->is_comment_echo;
	const int64_t incident = dossier->incident.number;
	char answered[ID_SIZE] = "";
	const struct act *open;
	struct act *declined = SDK_NEW(apply->arena, struct act);

	if (dossier->is_new || at->withdrawn || (!is_words && !may_end_proposal(at, change)))
		return;
	if (is_words && acts_declined(apply->db, apply->arena, incident, organisation, declined))
		at->declined = declined;
	if (is_words && apply->below[0])
		find_answered(apply, at->supplier, answered);
	if (!may_end_proposal(at, change) && !answered[0])
		return;
	const size_t n = acts_open(apply->db, apply->arena, incident, &open);
	for (size_t i = 0; i < n; i++) {
		if (!same_text(open[i].to, organisation))
			continue;
		if (open[i].kind == ACT_HANDOVER)
			at->proposed = &open[i];
		else if (act_is_ask(open[i].kind) && strcmp(open[i].uuid, answered) == 0)
			at->answers = &open[i];
	}
}

void acts_follow(struct apply *apply, struct dossier *dossier, const struct event *event, struct events *ret)
{
	const struct situation at = {.suppliers = apply->suppliers,
				     .supplier = ENT_STR(""),
				     .incident = &dossier->incident,
				     .now_ms = apply->now_ms};
	const struct act_scene scene = acts_follow_scene(apply, dossier, &at);

	if (!scene.n_open)
		return;
	act_follow(&scene, event, ret);
}
