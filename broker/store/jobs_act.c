/* SPDX-License-Identifier: Apache-2.0 */
/* People of several organisations work together: asks, hand-overs, promises, help, plain words for the requester. */
#include "store/jobs_act.h"

#include "core/decide_act.h"
#include "core/organisation.h"
#include "sdk/webhook.h"
#include "store/acts_follow.h"
#include "store/asker.h"
#include "store/audience_ask.h"
#include "store/jobs_thread.h"
#include "store/jobs_upload.h"
#include "store/mentions.h"
#include "store/people.h"
#include "store/rows.h"
#include "store/revisions.h"

#include <string.h>

/* A job about an act: what it looks at, and the words that it brings. */
struct acting {
	struct apply *apply;
	struct job *job;
	struct dossier *dossier;
	struct situation at;
	struct act_scene scene;
	struct act act;          /* that it is about, as it stands */
	struct comment answered; /* the act's words; incident 0: it answers none */
	struct comment words;
	struct ent_str mentions;    /* of the words */
	const struct comment *told; /* NULL: a person asks. Else a tool told it: whose words, and where they stand */
	struct events events;
};

/* Whom the words are for when nobody is named: a promise for whoever takes part, an act for whom it is for, an answer
 * for who waits for it. */
static struct audience readers_of(const struct acting *acting, const struct ask *ask)
{
	struct ent_str other = acting->act.uuid[0] ? acting->act.from : ask->act.to;
	struct audience asked = ask->audience;

	if (!ask->has_audience && acting->job->kind != JOB_TELL)
		asked = (struct audience){.organisations = other, .everyone = ask->act.kind == ACT_PROMISE};
	return audience_make(acting->apply->arena, organisation_ours(acting->job->suppliers),
			     acting->words.author.organisation, asked.organisations, asked.everyone, asked.requester);
}

static void take_words(struct acting *acting)
{
	const struct ask *ask = &acting->job->ask;
	struct comment *words = &acting->words;

	*words = (struct comment){.author = people_asking(acting->apply, &ask->by, &ask->author),
				  .body = ask->text,
				  .format = ask->format,
				  .created_ms = acting->apply->now_ms};
	if (acting->told) {
		*words = *acting->told;
		words->body = ask->text;
		words->format = ask->format;
	}
	words->audience = readers_of(acting, ask);
	if (ask->text.n)
		memcpy(words->uuid, ask->comment_uuid, ID_SIZE);
}

/* ---- may it be said ------------------------------------------------------------------------ */

/* The entry that its words carry. */
static enum entry_act_kind entry_of_job(const struct job *job)
{
	const enum act_kind kind = job->ask.act.kind;

	if (job->kind == JOB_TELL)
		return ENTRY_TOLD;
	if (job->kind == JOB_ACT_BEGIN)
		return act_entry(kind);
	if (kind == ACT_HANDOVER)
		return job->ask.accepts ? ENTRY_ACCEPTED : ENTRY_DECLINED;
	return kind == ACT_HELP ? ENTRY_OFFER : act_entry_of_answer(job->ask.said);
}

/* The same person said the same to the same readers, by the same act: a request whose answer was lost. Plain words have
 * no readers that were asked for. */
static bool says_again(const struct acting *acting, const struct comment *known)
{
	const struct job *job = acting->job;
	const struct comment *words = &acting->words;
	struct comment first;

	return known->incident == acting->dossier->incident.number && !known->supplier.n &&
	       known->entry.kind == entry_of_job(job) &&
	       (job->kind != JOB_ACT_BEGIN || sdk_eq(sdk_or_empty(known->entry.to), sdk_or_empty(job->ask.act.to))) &&
	       strcmp(known->reply_to, job->kind == JOB_ACT_ANSWER ? job->ask.act.uuid : "") == 0 &&
	       sdk_eq(sdk_or_empty(known->author.ref), sdk_or_empty(words->author.ref)) &&
	       revisions_first(acting->apply->db, acting->apply->arena, known->incident, known->uuid, &first) &&
	       sdk_eq(first.body, sdk_or_empty(words->body)) &&
	       (job->kind == JOB_TELL || audience_equal(&first.audience, &words->audience));
}

/* The words were said before, or another comment has their id. */
static bool is_said(struct acting *acting)
{
	struct job *job = acting->job;
	struct comment known;

	if (!job->ask.comment_uuid[0] ||
	    !comment_by_uuid(acting->apply->db, acting->apply->arena, sdk_str(job->ask.comment_uuid), &known))
		return false;
	if (says_again(acting, &known))
		job->outcome = JOB_REPEATED;
	else
		job_refuse(job, JOB_CONFLICT, "ask.comment_id_other", "another comment has this id");
	return true;
}

/* They are written for the requester: no comment of the thread has the same words. */
static bool is_copy(struct acting *acting)
{
	struct db_stmt *stmt =
	    db_use(acting->apply->db, "SELECT 1 FROM comment WHERE incident = $1 AND removed = 0 AND "
				      "body = $2 AND held_by IN ('', $3) LIMIT 1");

	db_bind_int(stmt, 1, acting->dossier->incident.number);
	db_bind_str(stmt, 2, acting->job->ask.text);
	db_bind_str(stmt, 3, organisation_ours(acting->job->suppliers));
	if (!db_found(stmt))
		return false;
	job_refuse(acting->job, JOB_CONFLICT, "told.copy",
		   "a comment of the thread has these words; say it to the requester in words of its own");
	return true;
}

/* An act's words are asked what a comment is asked. False: the job is answered. */
static bool acting_words(struct acting *acting)
{
	struct job *job = acting->job;
	struct audience *readers = &acting->words.audience;

	take_words(acting);
	if (is_said(acting))
		return false;
	if (!acting->words.uuid[0])
		return true;
	const struct comment *answered = acting->answered.incident ? &acting->answered : NULL;
	return audience_ask_act(job, acting->dossier, answered, readers) &&
	       upload_may_go(acting->apply, job, acting->dossier->incident.number) &&
	       (job->kind != JOB_TELL || !is_copy(acting)) &&
	       thread_quotes_fit(acting->apply, job, acting->dossier, readers) &&
	       mentions_ask(acting->apply, job, acting->dossier, &acting->words, &acting->mentions);
}

/* False: the job is answered. */
static bool acting_open(struct apply *apply, struct job *job, const struct comment *told, struct acting *ret)
{
	char number[INCIDENT_NUMBER_SIZE];

	*ret = (struct acting){.apply = apply, .job = job, .told = told, .events = {.arena = apply->arena}};
	ret->dossier = apply_open(apply, job->ask.incident, &ret->at);
	if (!ret->dossier || !asker_takes_part(ret->dossier, &job->ask.by)) {
		job_refuse(job, JOB_NOT_FOUND, "ask.no_incident", "there is no incident {incident=%.*s}",
			   ENT_F(incident_number(job->ask.incident, number)));
		return false;
	}
	ret->scene = acts_follow_scene(apply, ret->dossier, &ret->at);
	return true;
}

static bool is_same_noun(enum act_kind a, enum act_kind b)
{
	return a == b || (act_is_ask(a) && act_is_ask(b));
}

/* An ask or a call for help is known to those who may read its words, and to nobody else, as in views. */
static bool acting_sees(const struct acting *acting)
{
	const struct reader *by = &acting->job->ask.by;

	return by->kind != READER_ORGANISATION || acting->act.kind == ACT_HANDOVER || acting->act.kind == ACT_PROMISE ||
	       (acting->answered.incident && whom_reads(acting->dossier, by, &acting->answered));
}

/* The act that the job names. False: the job is answered. */
static bool acting_find(struct apply *apply, struct job *job, const struct comment *told, struct acting *ret)
{
	if (!acting_open(apply, job, told, ret))
		return false;
	if (acts_load(apply->db, apply->arena, sdk_str(job->ask.act.uuid), &ret->act) &&
	    ret->act.incident == ret->dossier->incident.number && is_same_noun(ret->act.kind, job->ask.act.kind)) {
		if (!comment_by_uuid(apply->db, apply->arena, sdk_str(ret->act.uuid), &ret->answered))
			ret->answered.incident = 0;
		if (acting_sees(ret))
			return acting_words(ret);
	}
	job_refuse(job, JOB_NOT_FOUND, "act.none", "there is no {act=%s} with this id in the incident",
		   act_is_ask(job->ask.act.kind) ? "ask" : act_word(job->ask.act.kind));
	return false;
}

/* The arrival that told it. Who holds the ball from now on is as when a person accepts here: both tools hear of it. */
static void name_cause(struct acting *acting)
{
	const struct arrival *arrival = &acting->job->arrival;

	for (size_t i = 0; i < acting->events.n; i++) {
		struct event *event = &acting->events.at[i];

		if (!act_is_of(event) && !event->supplier.n)
			continue;
		event->supplier = arrival->supplier;
		event->delivery_id = arrival->delivery_id;
		event->traceparent = arrival->traceparent;
	}
}

/* The files stand at the act's words, as these were decided. */
static void acting_attach(struct acting *acting)
{
	for (size_t i = 0; acting->job->ask.n_attachment && i < acting->events.n; i++) {
		if (acting->events.at[i].kind != EVENT_COMMENT_ADDED)
			continue;
		const struct comment words = acting->events.at[i].comment;
		upload_attach(acting->apply, acting->job, &acting->at, &words, &acting->events);
		return;
	}
}

static void acting_end(struct acting *acting, enum ent_rc rc)
{
	if (rc != ENT_OK) {
		acting->job->outcome = JOB_CONFLICT;
		return;
	}
	mentions_put(acting->apply, &acting->events, acting->mentions);
	acting_attach(acting);
	if (acting->told)
		name_cause(acting);
	apply_events(acting->apply, &acting->events);
	apply_save(acting->apply);
	acting->job->outcome = JOB_ACCEPTED;
}

static void act_begin(struct apply *apply, struct job *job, const struct comment *told)
{
	struct acting acting;

	if (!acting_open(apply, job, told, &acting) || !acting_words(&acting))
		return;
	if (job->ask.act.kind == ACT_HANDOVER && apply->suppliers && apply->suppliers->handover_lapses_ms)
		job->ask.act.due_ms = apply->now_ms + apply->suppliers->handover_lapses_ms;
	acting_end(&acting, decide_act_begin(&acting.scene, &job->ask.act, &acting.words, &acting.events, &job->err));
}

static void act_answer(struct apply *apply, struct job *job, const struct comment *told)
{
	struct acting acting;
	enum ent_rc rc;

	if (!acting_find(apply, job, told, &acting))
		return;
	if (acting.act.kind == ACT_HANDOVER)
		rc = decide_handover_answer(&acting.scene, &acting.act, job->ask.accepts, &acting.words, &acting.events,
					    &job->err);
	else if (acting.act.kind == ACT_HELP)
		rc = decide_help_offer(&acting.scene, &acting.act, &acting.words, &acting.events, &job->err);
	else
		rc = decide_ask_answer(&acting.scene, &acting.act, job->ask.said, &acting.words, &acting.events,
				       &job->err);
	acting_end(&acting, rc);
}

static void act_end(struct apply *apply, struct job *job, const struct comment *told)
{
	struct acting acting;

	if (acting_find(apply, job, told, &acting))
		acting_end(&acting,
			   decide_act_end(&acting.scene, &acting.act, &acting.words.author, &acting.events, &job->err));
}

static void run_act_begin(struct apply *apply, struct job *job)
{
	act_begin(apply, job, NULL);
}

static void run_act_answer(struct apply *apply, struct job *job)
{
	act_answer(apply, job, NULL);
}

static void run_act_end(struct apply *apply, struct job *job)
{
	act_end(apply, job, NULL);
}

void jobs_act_told(struct apply *apply, struct job *job, const struct comment *told)
{
	if (job->kind == JOB_ACT_BEGIN)
		act_begin(apply, job, told);
	else if (job->kind == JOB_ACT_ANSWER)
		act_answer(apply, job, told);
	else
		act_end(apply, job, told);
}

/* ---- plain words for the requester --------------------------------------------------------- */

static void run_tell(struct apply *apply, struct job *job)
{
	struct acting acting;

	job->ask.audience = (struct audience){.requester = true};
	if (job->ask.supplier.n)
		job->ask.audience.organisations = organisation_named(job->suppliers, job->ask.supplier);

	if (!acting_open(apply, job, NULL, &acting) || !acting_words(&acting))
		return;
	decide_act_told(&acting.scene, &acting.words, &acting.events);
	acting_end(&acting, ENT_OK);
}

/* ---- time ------------------------------------------------------------------------------------ */

void jobs_act_due(struct apply *apply, const struct timer *timer)
{
	struct events events = {.arena = apply->arena};
	struct situation at;
	struct dossier *dossier = apply_open(apply, timer->incident, &at);
	struct act act;

	if (!dossier || !acts_load(apply->db, apply->arena, sdk_str(timer->subject), &act))
		return;
	const struct act_scene scene = acts_follow_scene(apply, dossier, &at);
	act_due(&scene, &act, &events);
	apply_events(apply, &events);
	apply_save(apply);
}

const struct job_row jobs_act[] = {
    {JOB_ACT_BEGIN, "act_begin", run_act_begin, false},
    {JOB_ACT_ANSWER, "act_answer", run_act_answer, false},
    {JOB_ACT_END, "act_end", run_act_end, false},
    {JOB_TELL, "tell", run_tell, false},
    {.run = NULL},
};
