/* SPDX-License-Identifier: Apache-2.0 */
#include "store/people.h"
#include "store/jobs_out.h"

#include "core/decide_own.h"
#include "core/organisation.h"
#include "core/queue_wait.h"
#include "core/whom.h"
#include "core/wording.h"
#include "sdk/webhook.h"
#include "store/asker.h"
#include "store/audience_ask.h"
#include "store/deliveries.h"
#include "store/jobs_draft.h"
#include "store/jobs_thread.h"
#include "store/jobs_upload.h"
#include "store/mentions.h"
#include "store/rows.h"
#include "store/settle.h"

#include <string.h>

/* NULL: refused. */
static struct dossier *incident_of_job(struct apply *apply, struct job *job, struct situation *ret)
{
	struct dossier *dossier = apply_open(apply, job->ask.incident, ret);
	char number[INCIDENT_NUMBER_SIZE];

	if (dossier && asker_takes_part(dossier, &job->ask.by))
		return dossier;
	job_refuse(job, JOB_NOT_FOUND, "ask.no_incident", "there is no incident {incident=%.*s}",
		   ENT_F(incident_number(job->ask.incident, number)));
	return NULL;
}

static void end_job(struct apply *apply, struct job *job, struct events *events)
{
	apply_events(apply, events);
	apply_save(apply);
	job->outcome = JOB_ACCEPTED;
}

/* ---- shares ------------------------------------------------------------------------------ */

/* A ticket is there, or on its way. */
static bool ticket_is_due(struct dossier *dossier, const struct situation *at, const struct supplier *supplier)
{
	for (size_t i = 0; i < at->n_word; i++)
		if (sdk_eq(at->word[i].supplier, supplier->name))
			return true;
	return queue_ticket_comes(dossier, supplier->name);
}

/* supplier NULL: an organisation without a tool. */
static bool may_share(struct dossier *dossier, struct job *job, const struct situation *at,
		      const struct supplier *supplier)
{
	const struct incident *incident = at->incident;
	char number[INCIDENT_NUMBER_SIZE];

	if (status_facts(incident->values.at[ENT_STATUS])->terminal) {
		job_refuse(job, JOB_CONFLICT, "ask.incident_over",
			   "{incident=%.*s} is {status=%s}; give it an open status first",
			   ENT_F(incident_number(incident->number, number)),
			   sdk_status_name(incident->values.at[ENT_STATUS]));
		return false;
	}
	if (supplier && !ticket_is_due(dossier, at, supplier) && !supplier_can(supplier, ENT_CREATE_TICKET)) {
		if (supplier->link.url.n)
			job_refuse(job, JOB_CONFLICT, "ask.cannot_make",
				   "{supplier=%.*s} has no ticket in {incident=%.*s}, and none can be made there: its "
				   "connector cannot",
				   ENT_F(supplier->name), ENT_F(incident_number(incident->number, number)));
		else
			job_refuse(job, JOB_CONFLICT, "ask.only_listened",
				   "{supplier=%.*s} has no ticket in {incident=%.*s}, and none can be made there: it "
				   "is only listened to, it has no url",
				   ENT_F(supplier->name), ENT_F(incident_number(incident->number, number)));
		return false;
	}
	return true;
}

/* Was the same brief given to whom the share names since it was shared: as the text of its ticket, or as a comment? A
 * delivery that was cancelled gave nothing. */
static bool is_brief_given(struct apply *apply, const struct incident *incident, const struct supplier_set *set,
			   struct ent_str sharer, const struct brief *brief)
{
	const struct audience audience = audience_make(apply->arena, organisation_ours(set),
						       organisation_named(set, sharer), ENT_ABSENT, false, false);
	struct ent_str text = wording_brief(apply->arena, wording_language(set, sharer), brief, incident);
	struct db_stmt *stmt = db_use(
	    apply->db, "SELECT 1 FROM share AS s WHERE s.incident = $1 AND s.supplier = $2 AND s.withdrawn_ms = 0 AND "
		       "(EXISTS (SELECT 1 FROM delivery AS d WHERE d.incident = $1 AND d.supplier = $2 AND d.text = $3 "
		       "AND d.made_ms >= s.since_ms AND d.state <> 'cancelled') OR EXISTS (SELECT 1 FROM comment AS c "
		       "WHERE c.incident = $1 AND c.supplier = '' AND c.organisations = $4 AND c.everyone = 0 AND "
		       "c.body = $3 AND c.removed = 0 AND c.created_ms >= s.since_ms AND "
		       "NOT EXISTS (SELECT 1 FROM delivery AS d WHERE d.incident = $1 AND d.supplier = $2 AND "
		       "d.comment = c.uuid AND d.state = 'cancelled')))");

	db_bind_int(stmt, 1, incident->number);
	db_bind_str(stmt, 2, sharer);
	db_bind_str(stmt, 3, text);
	db_bind_str(stmt, 4, audience.organisations);
	bool given = db_row(stmt);
	db_done(stmt);
	return given;
}

static enum reads_from reads_from(struct dossier *dossier, const struct job *job)
{
	if (job->ask.with_history)
		return READS_ALL;
	return dossier_share_begins(dossier, job->ask.supplier) ? READS_FROM_TIME : READS_AS_BEFORE;
}

static void run_share(struct apply *apply, struct job *job)
{
	const struct person author = people_asking(apply, &job->ask.by, &job->ask.author);
	const struct ent_str sharer = job->ask.supplier;
	bool has_tool = !organisation_has_no_tool(job->suppliers, sharer);
	const struct supplier *supplier = has_tool ? job_supplier(job) : NULL;
	struct events events = {.arena = apply->arena};
	struct brief brief = job->ask.brief;
	struct situation at;
	struct dossier *dossier = supplier || !has_tool ? incident_of_job(apply, job, &at) : NULL;

	if (!dossier || !may_share(dossier, job, &at, supplier))
		return;
	if (brief.what.n &&
	    is_brief_given(apply, &dossier->incident, job->suppliers, sharer, &brief)) /* it is not said twice */
		brief = (struct brief){.what = ENT_ABSENT};
	decide_share(&at, sharer, job->ask.escalated, reads_from(dossier, job), &brief, &author, &events);
	end_job(apply, job, &events);
	if (job->ask.with_history && supplier)
		settle_thread(apply, dossier->incident.number, supplier);
}

/* Is a delivery open for this supplier that is owed from before a merge (see delivery.owed)? */
static bool is_owed(struct dossier *dossier, struct ent_str supplier)
{
	struct dossier_queue *queue = dossier_queue(dossier, supplier);
	struct delivery *delivery = dossier_open(dossier, queue, 0);

	while (delivery && !delivery->owed)
		delivery = dossier_open(dossier, queue, delivery->id);
	return delivery != NULL;
}

/* Whose share a person means, who may name an organisation, also one that got a tool since. */
static bool find_share(struct apply *apply, struct dossier *dossier, struct job *job)
{
	struct ent_str named = job->ask.supplier, sharer;

	if (dossier_shares(dossier, named) || is_owed(dossier, named))
		return true;
	if (!job->suppliers || organisation_sharer(apply->arena, job->suppliers, named, &sharer) != SHARER_FOUND)
		return false;
	job->ask.supplier = sharer;
	return dossier_shares(dossier, sharer) || is_owed(dossier, sharer);
}

static void run_unshare(struct apply *apply, struct job *job)
{
	const struct person author = people_asking(apply, &job->ask.by, &job->ask.author);
	struct events events = {.arena = apply->arena};
	char number[INCIDENT_NUMBER_SIZE];
	struct situation at;
	struct dossier *dossier = incident_of_job(apply, job, &at);

	if (!dossier)
		return;
	if (!find_share(apply, dossier, job)) {
		job_refuse(job, JOB_NOT_FOUND, "ask.not_shared", "{incident=%.*s} is not shared with {supplier=%.*s}",
			   ENT_F(incident_number(dossier->incident.number, number)),
			   ENT_F(sdk_head(job->ask.supplier, SUPPLIER_NAME_MAX)));
		return;
	}
	at.others_share =
	    dossier_takes_part(dossier, organisation_named(job->suppliers, job->ask.supplier), job->ask.supplier);
	decide_unshare(&at, job->ask.supplier, job->ask.text, &author, &events);
	end_job(apply, job, &events);
}

/* ---- the thread, the status ------------------------------------------------------------------ */

static void run_comment(struct apply *apply, struct job *job)
{
	struct events events = {.arena = apply->arena};
	struct comment known, comment = {.author = people_asking(apply, &job->ask.by, &job->ask.author),
					 .body = job->ask.text,
					 .created_ms = apply->now_ms};
	struct situation at;
	struct ent_str mentions;
	struct dossier *dossier = incident_of_job(apply, job, &at);

	if (!dossier)
		return;
	if (job->ask.comment_uuid[0] &&
	    comment_by_uuid(apply->db, apply->arena, sdk_str(job->ask.comment_uuid), &known)) {
		if (!known.supplier.n && known.incident == dossier->incident.number)
			job->outcome = JOB_REPEATED;
		else
			job_refuse(job, JOB_CONFLICT, "ask.comment_id_other", "another comment has this id");
		return;
	}
	comment.format = job->ask.format;
	if (!audience_ask_new(apply, job, dossier, &comment.audience) ||
	    !thread_quotes_fit(apply, job, dossier, &comment.audience) ||
	    !mentions_ask(apply, job, dossier, &comment, &mentions) ||
	    !upload_may_go(apply, job, dossier->incident.number) || !draft_use(apply, job, dossier, &comment.audience))
		return;
	memcpy(comment.reply_to, job->ask.reply_to, ID_SIZE);
	memcpy(comment.uuid, job->ask.comment_uuid, ID_SIZE);
	thread_hold(apply, job, &comment);
	decide_own_comment(&at, &comment, &events);
	mentions_put(apply, &events, mentions);
	upload_attach(apply, job, &at, &comment, &events);
	end_job(apply, job, &events);
}

/* Whom a person with us names as the one who asked for it. */
static struct description description_of(struct apply *apply, const struct job *job)
{
	struct description description = job->ask.description;
	const struct ent_person told = {ENT_ABSENT, description.requester.name};

	description.requester = people_ours(apply, &told);
	return description;
}

/* The words that a person opened the incident with. False: a tool's ticket opened it. */
static bool opening_words(struct apply *apply, int64_t incident, struct incident *ret)
{
	struct db_stmt *stmt =
	    db_use(apply->db,
		   "SELECT d.json FROM event AS d JOIN event AS o ON o.incident = d.incident AND o.sequence = 1 AND "
		   "o.supplier = '' AND o.kind = 'incident.opened' WHERE d.incident = $1 AND d.sequence = 2 AND "
		   "d.supplier = '' AND d.kind = 'incident.described'");
	struct event event;
	struct ent_err err;

	db_bind_int(stmt, 1, incident);
	bool is_person = db_row(stmt) && event_parse(apply->arena, EVENT_INCIDENT_DESCRIBED,
						     sdk_dup(apply->arena, db_str(stmt, 0)), &event, &err) == ENT_OK;
	db_done(stmt);
	*ret = (struct incident){.number = incident};
	if (is_person)
		description_fold(ret, &event.description);
	return is_person;
}

/* Is it the request again that opened the incident, whatever was said of it since? */
static bool opens_again(struct apply *apply, int64_t incident, const struct description *said)
{
	struct description all = *said;
	struct incident first;

	all.says = (1u << DESCRIBED_N) - 1; /* what it does not say is empty */
	return opening_words(apply, incident, &first) && !description_news(&all, &first).says;
}

/* By a person, without a ticket. Its id is the asker's: with it a repeat finds what the first request made. */
static void run_open(struct apply *apply, struct job *job)
{
	const struct person author = people_asking(apply, &job->ask.by, &job->ask.author);
	struct events events = {.arena = apply->arena};
	int64_t known = incident_by_uuid(apply->db, sdk_str(job->ask.incident_uuid));

	const struct description description = description_of(apply, job);
	char number[INCIDENT_NUMBER_SIZE];

	if (known && !opens_again(apply, known, &description)) {
		job_refuse(job, JOB_CONFLICT, "ask.incident_id_taken",
			   "this id is that of {incident=%.*s}, which this request did not open; take a new id, or "
			   "change what is said of it",
			   ENT_F(incident_number(known, number)));
		return;
	}
	if (known) {
		job->ask.incident = known;
		job->outcome = JOB_REPEATED;
		return;
	}
	struct dossier *dossier = apply_new(apply);
	struct situation at = {.suppliers = apply->suppliers, .incident = &dossier->incident, .now_ms = apply->now_ms};
	memcpy(dossier->incident.uuid, job->ask.incident_uuid, ID_SIZE);
	decide_own_opened(&at, &description, &author, &events);
	end_job(apply, job, &events);
	memcpy(apply->incident_uuid, job->ask.incident_uuid, ID_SIZE);
}

/* The comment of the job, as it stands in the dossier: who may not read it is not told that it exists. NULL: refused.
 */
static const struct comment *own_comment(struct apply *apply, struct job *job, struct dossier *dossier)
{
	struct ent_str id = sdk_str(job->ask.comment_uuid);
	struct comment known;
	char number[INCIDENT_NUMBER_SIZE];

	if (!comment_by_uuid(apply->db, apply->arena, id, &known) || known.incident != dossier->incident.number ||
	    (!known.supplier.n && !asker_wrote(&job->ask.by, job->suppliers, &known) &&
	     !whom_reads(dossier, &job->ask.by, &known))) {
		job_refuse(job, JOB_NOT_FOUND, "ask.no_comment",
			   "there is no comment {comment=%.*s} in {incident=%.*s}", ENT_F(id),
			   ENT_F(incident_number(dossier->incident.number, number)));
		return NULL;
	}
	if (known.supplier.n) {
		job_refuse(job, JOB_CONFLICT, "ask.comment_of_tool",
			   "the comment was written in {supplier=%.*s}'s tool: it is changed there",
			   ENT_F(known.supplier));
		return NULL;
	}
	return dossier_comment(dossier, known.supplier, known.ticket, known.external_id);
}

static void refuse_held(struct job *job)
{
	job_refuse(job, JOB_CONFLICT, "ask.comment_held",
		   "the comment is held: undo it and write it for others, or publish it first");
}

static void run_comment_edit(struct apply *apply, struct job *job)
{
	struct situation at;
	struct dossier *dossier = incident_of_job(apply, job, &at);
	const struct comment *known = dossier ? own_comment(apply, job, dossier) : NULL;

	if (!known || !thread_is_authors(apply, job, known))
		return;
	if (known->removed) {
		job_refuse(job, JOB_CONFLICT, "ask.comment_removed", "the comment was removed; write a new one");
		return;
	}
	if (known->held_by.n && job->ask.has_audience) {
		refuse_held(job);
		return;
	}
	struct comment changed = *known;
	if (!thread_is_as_seen(job, known) || !audience_ask_edit(apply, job, dossier, known, &changed.audience) ||
	    !thread_quotes_fit(apply, job, dossier, known->held_by.n ? &known->meant : &changed.audience))
		return;
	if (job->ask.text.p)
		changed.body = job->ask.text;
	thread_change(apply, job, dossier, &at, known, &changed);
}

static void run_comment_remove(struct apply *apply, struct job *job)
{
	struct events events = {.arena = apply->arena};
	struct situation at;
	const struct person author = people_asking(apply, &job->ask.by, &job->ask.author);
	struct dossier *dossier = incident_of_job(apply, job, &at);
	const struct comment *known = dossier ? own_comment(apply, job, dossier) : NULL;

	if (!known || !thread_is_authors(apply, job, known) || !thread_is_as_seen(job, known))
		return;
	decide_own_removal(&at, known, &author, &events);
	end_job(apply, job, &events);
}

static void run_comment_widen(struct apply *apply, struct job *job)
{
	struct situation at;
	const struct person author = people_asking(apply, &job->ask.by, &job->ask.author);
	struct dossier *dossier = incident_of_job(apply, job, &at);
	const struct comment *known = dossier ? own_comment(apply, job, dossier) : NULL;

	if (!known)
		return;
	if (known->removed) {
		job_refuse(job, JOB_CONFLICT, "ask.comment_removed", "the comment was removed; write a new one");
		return;
	}
	if (known->held_by.n) {
		refuse_held(job);
		return;
	}
	struct comment wider = *known;
	if (thread_is_as_seen(job, known) && audience_ask_wider(apply, job, dossier, known, &author, &wider.audience))
		thread_change(apply, job, dossier, &at, known, &wider);
}

static void run_status(struct apply *apply, struct job *job)
{
	const struct person author = people_asking(apply, &job->ask.by, &job->ask.author);
	struct events events = {.arena = apply->arena};
	enum ent_status status = job->ask.status;
	struct situation at;
	struct dossier *dossier = incident_of_job(apply, job, &at);

	if (!dossier)
		return;
	if (status == ENT_TRANSFERRED || (status == ENT_STATUS_UNKNOWN && !job->ask.description.says)) {
		job_refuse(job, JOB_CONFLICT, "ask.never_status", "an incident is never {status=%s}",
			   sdk_status_name(status));
		return;
	}
	const struct description description = description_of(apply, job);
	decide_described(&at, &description, &author, &events);
	if (status != ENT_STATUS_UNKNOWN)
		decide_status(&at, status, &author, &events);
	end_job(apply, job, &events);
}

/* ---- the queue ---------------------------------------------------------------------------------- */

static void act_has_no_words(struct job *job, const struct delivery *delivery)
{
	if (delivery->op == ENT_UPDATE_TICKET)
		job_refuse(job, JOB_CONFLICT, "ask.edit_values",
			   "delivery {id=%lld} has no words to edit: it sets values", (long long)delivery->id);
	else
		job_refuse(job, JOB_CONFLICT, "ask.edit_removal",
			   "delivery {id=%lld} has no words to edit: it takes a comment away", (long long)delivery->id);
}

static void act_not_now(struct job *job, const struct delivery *delivery)
{
	long long id = (long long)delivery->id;

	if (delivery->state == DELIVERY_DONE)
		job_refuse(job, JOB_CONFLICT, "ask.act_done", "delivery {id=%lld} is done: it stands in the tool", id);
	else if (delivery->state == DELIVERY_CANCELLED)
		job_refuse(job, JOB_CONFLICT, "ask.act_cancelled",
			   "delivery {id=%lld} is cancelled: it is not brought any more; say it anew", id);
	else
		job_refuse(
		    job, JOB_CONFLICT, "ask.act_goes",
		    "delivery {id=%lld} is {state=%s}: it goes by itself; people decide about parked and unknown ones",
		    id, delivery_state_name(delivery->state));
}

static void run_act(struct apply *apply, struct job *job)
{
	const struct ask *ask = &job->ask;
	const struct person author = people_asking(apply, &ask->by, &ask->author);
	struct delivery delivery;

	if (settle_act(apply, ask->id, ask->action, ask->text, &author, &delivery))
		job->outcome = JOB_ACCEPTED;
	else if (delivery.id == 0)
		job_refuse(job, JOB_NOT_FOUND, "ask.no_delivery", "there is no delivery {id=%lld}", (long long)ask->id);
	else if (ask->action == DELIVERY_EDIT && !delivery_has_words(delivery.op))
		act_has_no_words(job, &delivery);
	else
		act_not_now(job, &delivery);
}

static void run_send(struct apply *apply, struct job *job)
{
	if (settle_begin(apply, job->ask.id, job->ask.hash))
		job->outcome = JOB_ACCEPTED;
	else
		job_refuse(job, JOB_NOT_FOUND, "ask.delivery_over", "delivery {id=%lld} does not wait any more",
			   (long long)job->ask.id);
}

static void run_result(struct apply *apply, struct job *job)
{
	if (settle_result(apply, &job->ask.result, &job->arrival))
		job->outcome = JOB_ACCEPTED;
	else
		job_refuse(job, JOB_NOT_FOUND, "ask.attempt_over",
			   "attempt {attempt=%u} of delivery {id=%lld} is not in flight", job->ask.result.attempt,
			   (long long)job->ask.result.id);
}

static void run_repair(struct apply *apply, struct job *job)
{
	job->ask.ret_count = settle_repair(apply, job->ask.supplier, job->ask.cause);
	job->outcome = JOB_ACCEPTED;
}

static void run_strand(struct apply *apply, struct job *job)
{
	job->ask.ret_count = settle_strand(apply, job->suppliers);
	job->outcome = JOB_ACCEPTED;
}

/* Those that leave something due without an event stir link. */
const struct job_row jobs_out[] = {
    {JOB_SHARE, "share", run_share, false},
    {JOB_UNSHARE, "unshare", run_unshare, false},
    {JOB_COMMENT, "comment", run_comment, false},
    {JOB_OPEN, "open", run_open, false},
    {JOB_COMMENT_EDIT, "comment_edit", run_comment_edit, false},
    {JOB_COMMENT_REMOVE, "comment_remove", run_comment_remove, false},
    {JOB_COMMENT_WIDEN, "comment_widen", run_comment_widen, false},
    {JOB_STATUS, "status", run_status, false},
    {JOB_DELIVERY_ACT, "delivery_act", run_act, true},
    {JOB_REPAIR, "repair", run_repair, true},
    {JOB_SEND, "send", run_send, false},
    {JOB_RESULT, "result", run_result, false},
    {JOB_STRAND, "strand", run_strand, false},
    {.run = NULL},
};
