/* SPDX-License-Identifier: Apache-2.0 */
/* A person with us says that two incidents are one, that they are not, or what one is to the other. */
#include "store/jobs_merge.h"

#include "store/asker.h"
#include "store/links.h"
#include "store/parting.h"
#include "store/people.h"
#include "store/rows.h"

#include <string.h>

struct pair {
	struct dossier *one, *other; /* as named; other NULL: none is named */
	struct situation at;         /* of the first */
};

static struct dossier *incident_named(struct apply *apply, struct job *job, int64_t number, struct situation *ret)
{
	struct dossier *dossier = apply_open(apply, number, ret);
	char text[INCIDENT_NUMBER_SIZE];

	if (dossier && asker_takes_part(dossier, &job->ask.by))
		return dossier;
	job_refuse(job, JOB_NOT_FOUND, "ask.no_incident", "there is no incident {incident=%.*s}",
		   ENT_F(incident_number(number, text)));
	return NULL;
}

/* False: refused. */
static bool pair_load(struct apply *apply, struct job *job, struct pair *ret)
{
	struct situation unused;

	*ret = (struct pair){.other = NULL};
	ret->other = incident_named(apply, job, job->ask.other, &unused);
	ret->one = ret->other ? incident_named(apply, job, job->ask.incident, &ret->at) : NULL;
	if (!ret->one)
		return false;
	ret->at.actor = people_asking(apply, &job->ask.by, &job->ask.author);
	return true;
}

/* The older one stays, as when a tool's word merges them. */
static void run_merge(struct apply *apply, struct job *job)
{
	struct pair pair;

	if (!pair_load(apply, job, &pair))
		return;
	job->outcome = JOB_REPEATED;
	if (pair.one == pair.other)
		return;
	bool is_older = pair.one->incident.number < pair.other->incident.number;
	struct dossier *kept = is_older ? pair.one : pair.other;
	pair.at.incident = &kept->incident;
	struct dossier *gone = is_older ? pair.other : pair.one;
	apply_merge(apply, kept, &pair.at, gone->incident.number);
	memcpy(job->ask.comment_uuid, gone->incident.uuid, ID_SIZE); /* its answer names it, also the same once more */
	memcpy(apply->incident_uuid, kept->incident.uuid, ID_SIZE);
	job->outcome = JOB_ACCEPTED;
}

/* The incident that leaves; 0: refused, or it stands already. */
static int64_t incident_that_leaves(struct apply *apply, struct job *job, int64_t kept)
{
	int64_t gone;

	switch (parting_choose(apply->db, kept, job->ask.other, &gone, &job->err)) {
	case PARTING_STANDS:
		return gone;
	case PARTING_DONE:
		job->outcome = JOB_REPEATED;
		memcpy(job->ask.comment_uuid, apply_dossier(apply, gone)->incident.uuid, ID_SIZE);
		break;
	case PARTING_NONE:
		job->outcome = JOB_CONFLICT;
		break;
	}
	return 0;
}

static void run_split(struct apply *apply, struct job *job)
{
	struct situation at;
	struct dossier *kept = incident_named(apply, job, job->ask.incident, &at);
	int64_t gone = kept ? incident_that_leaves(apply, job, kept->incident.number) : 0;

	if (!gone)
		return;
	at.actor = people_asking(apply, &job->ask.by, &job->ask.author);
	apply_split(apply, kept, &at, gone);
	memcpy(job->ask.comment_uuid, apply_dossier(apply, gone)->incident.uuid, ID_SIZE);
	memcpy(apply->incident_uuid, kept->incident.uuid, ID_SIZE);
	job->outcome = JOB_ACCEPTED;
}

/* Each of the two tells it of itself. */
static void tell_link(struct apply *apply, const struct pair *pair, enum relation relation, bool is_linked)
{
	struct events events = {.arena = apply->arena};
	struct dossier *const side[] = {pair->one, pair->other};

	for (size_t i = 0; i < 2; i++) {
		struct situation at = pair->at;
		at.incident = &side[i]->incident;
		struct event *event = events_add(&events, EVENT_INCIDENT_LINKED, &at);
		event->actor = at.actor;
		event->other = side[1 - i]->incident.number;
		memcpy(event->other_uuid, side[1 - i]->incident.uuid, ID_SIZE);
		event->relation = i == 0 ? relation : relation_back(relation);
		event->is_linked = is_linked;
	}
	apply_events(apply, &events);
	apply_save(apply);
}

static void run_link(struct apply *apply, struct job *job)
{
	struct pair pair;

	if (!pair_load(apply, job, &pair))
		return;
	if (pair.one == pair.other) {
		job_refuse(job, JOB_CONFLICT, "link.same", "both are one incident");
		return;
	}
	job->outcome = JOB_REPEATED;
	memcpy(apply->incident_uuid, pair.one->incident.uuid, ID_SIZE);
	for (unsigned i = 0; i < RELATION_N; i++) {
		const enum relation relation = (enum relation)i;
		if (job->kind == JOB_LINK && relation != job->ask.relation)
			continue;
		if (links_has(apply->db, pair.one->incident.number, pair.other->incident.number, relation) ==
		    (job->kind == JOB_LINK))
			continue;
		tell_link(apply, &pair, relation, job->kind == JOB_LINK);
		job->outcome = JOB_ACCEPTED;
	}
}

const struct job_row jobs_merge[] = {
    {JOB_MERGE, "merge", run_merge, false},
    {JOB_SPLIT, "split", run_split, false},
    {JOB_LINK, "link", run_link, false},
    {JOB_UNLINK, "unlink", run_link, false},
    {.run = NULL},
};
