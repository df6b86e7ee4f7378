/* SPDX-License-Identifier: Apache-2.0 */
#include "store/jobs_join.h"

#include "core/decide_own.h"
#include "core/holder.h"
#include "store/join.h"
#include "store/people.h"

#include <string.h>

/* Both incidents of a request, as they stand. */
struct joining {
	struct join_request request;
	struct dossier *target, *asking; /* asking NULL: a tool handed over to the supplier */
	struct situation at;             /* of the target */
};

/* False: refused. */
static bool joining_load(struct apply *apply, struct job *job, struct joining *ret)
{
	struct situation unused;

	*ret = (struct joining){.target = NULL};
	if (!join_load(apply->db, apply->arena, job->ask.id, &ret->request)) {
		job_refuse(job, JOB_NOT_FOUND, "ask.no_join",
			   "there is no join request {id=%lld}; entente join list --state all shows them",
			   (long long)job->ask.id);
		return false;
	}
	ret->target = apply_open(apply, ret->request.incident, &ret->at);
	if (ret->request.asking)
		ret->asking = apply_open(apply, ret->request.asking, &unused);
	if (ret->target && (ret->asking || !ret->request.asking))
		return true;
	job_refuse(job, JOB_NOT_FOUND, "ask.join_over",
		   "an incident of join request {id=%lld} is not there any more: nothing is left to decide",
		   (long long)job->ask.id);
	return false;
}

/* The older incident stays, as when a ticket joins by itself. */
static void join_both(struct apply *apply, struct joining *joining, const struct events *told)
{
	struct dossier *target = joining->target, *asking = joining->asking;
	struct events events = *told;

	apply_events(apply, &events);
	apply_save(apply);
	if (target->incident.number < asking->incident.number) {
		apply_merge(apply, target, &joining->at, asking->incident.number);
	} else {
		joining->at.incident = &asking->incident;
		apply_merge(apply, asking, &joining->at, target->incident.number);
	}
	apply_save(apply);
	memcpy(apply->incident_uuid, joining->at.incident->uuid, ID_SIZE);
}

static bool can_be_asked(struct job *job, const struct joining *joining)
{
	const struct supplier *supplier = supplier_by_name(job->suppliers, joining->request.supplier);

	if (organisation_has_no_tool(job->suppliers, joining->request.supplier))
		return true;
	if (supplier &&
	    (supplier_can(supplier, ENT_CREATE_TICKET) || dossier_speaker(joining->target, joining->request.supplier)))
		return true;
	job_refuse(job, JOB_CONFLICT, "ask.join_no_ticket",
		   "{supplier=%.*s} has no ticket in this incident, and its connector cannot make one: refuse the "
		   "request, or have its people name the incident in a ticket",
		   ENT_F(joining->request.supplier));
	return false;
}

static void run_join_accept(struct apply *apply, struct job *job)
{
	struct events events = {.arena = apply->arena};
	const struct brief none = {.what = ENT_ABSENT};
	const struct person author = people_asking(apply, &job->ask.by, &job->ask.author);
	struct joining joining;

	if (!joining_load(apply, job, &joining))
		return;
	struct ent_str supplier = joining.request.supplier;
	enum reads_from reads_from = dossier_share_begins(joining.target, supplier) ? READS_FROM_TIME : READS_AS_BEFORE;
	if (sdk_eqz(joining.request.state, "accepted")) {
		job->outcome = JOB_REPEATED;
		return;
	}
	if (joining.asking) {
		decide_join(&joining.at, supplier, joining.request.ticket, reads_from, &author, &events);
		join_both(apply, &joining, &events);
	} else {
		if (!can_be_asked(job, &joining))
			return;
		decide_share(&joining.at, supplier,
			     holder_is(job->suppliers, joining.target->incident.holder, supplier), reads_from, &none,
			     &author, &events);
		apply_events(apply, &events);
		apply_save(apply);
	}
	job->outcome = JOB_ACCEPTED;
}

static void run_join_refuse(struct apply *apply, struct job *job)
{
	struct events events = {.arena = apply->arena};
	struct joining joining;

	if (!joining_load(apply, job, &joining))
		return;
	if (sdk_eqz(joining.request.state, "refused")) {
		job->outcome = JOB_REPEATED;
		return;
	}
	if (!sdk_eqz(joining.request.state, "open")) {
		job_refuse(job, JOB_CONFLICT, "ask.join_accepted",
			   "join request {id=%lld} was accepted; unshare takes the incident back",
			   (long long)job->ask.id);
		return;
	}
	struct event *event = events_add(&events, EVENT_JOIN_REFUSED, &joining.at);
	event->supplier = joining.request.supplier;
	event->actor = people_asking(apply, &job->ask.by, &job->ask.author);
	event->reason = job->ask.text;
	if (joining.asking) {
		event->other = joining.asking->incident.number;
		memcpy(event->other_uuid, joining.asking->incident.uuid, ID_SIZE);
	}
	apply_events(apply, &events);
	apply_save(apply);
	job->outcome = JOB_ACCEPTED;
}

const struct job_row jobs_join[] = {
    {JOB_JOIN_ACCEPT, "join_accept", run_join_accept, false},
    {JOB_JOIN_REFUSE, "join_refuse", run_join_refuse, false},
    {.run = NULL},
};
