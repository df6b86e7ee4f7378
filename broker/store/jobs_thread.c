/* SPDX-License-Identifier: Apache-2.0 */
#include "store/jobs_thread.h"

#include "core/decide_own.h"
#include "core/echo.h"
#include "core/quote.h"
#include "core/whom.h"
#include "core/organisation.h"
#include "sdk/webhook.h"
#include "store/asker.h"
#include "store/mentions.h"
#include "store/jobs_draft.h"
#include "store/people.h"
#include "store/rows.h"
#include "store/users.h"

#include <stdio.h>

/* ---- what is held ------------------------------------------------------------------------ */

void thread_hold(const struct apply *apply, const struct job *job, struct comment *comment)
{
	const struct ent_str ours = organisation_ours(apply->suppliers), author = comment->author.organisation;
	const struct audience narrow = audience_make(apply->arena, ours, author, ENT_ABSENT, false, false);

	if (job->ask.undo_ms <= 0 || !author.n)
		return;
	if (sdk_eq(author, ours) && !audience_widens(&narrow, &comment->audience))
		return; /* nobody else reads it */
	comment->meant = comment->audience;
	comment->audience = narrow;
	comment->held_by = author;
	comment->held_ms = apply->now_ms + job->ask.undo_ms;
}

/* For whom it is meant, of those that take part now: a share may have been taken back while it was held. */
static struct audience audience_now(const struct apply *apply, struct dossier *dossier, const struct comment *comment)
{
	const struct ent_str ours = organisation_ours(apply->suppliers);
	struct ent_str rest = comment->meant.organisations, names = ENT_STR("");

	while (rest.n) {
		struct ent_str name = sdk_cut(rest, ',', &rest);

		if (!sdk_eq(name, ours) && !dossier_takes_part(dossier, name, ENT_ABSENT))
			continue;
		names = sdk_join(apply->arena, names, ",", name);
	}
	return audience_make(apply->arena, ours, comment->held_by, names, comment->meant.everyone,
			     comment->meant.requester);
}

static void publish_comment(struct apply *apply, struct dossier *dossier, const struct situation *at,
			    const struct comment *known, const struct person *author)
{
	struct events events = {.arena = apply->arena};
	const struct audience audience = audience_now(apply, dossier, known);

	struct comment published = *known;
	published.audience = audience;
	decide_own_published(at, known, &audience, author, &events);
	mentions_put(apply, &events, mentions_reached(apply, dossier, &published));
	apply_events(apply, &events);
	apply_save(apply);
}

void thread_publish_due(struct apply *apply, const struct timer *timer)
{
	const struct person nobody = {.ref = ENT_ABSENT};
	struct comment row;
	struct situation at;
	struct dossier *dossier = apply_open(apply, timer->incident, &at);

	if (!dossier || !comment_by_uuid(apply->db, apply->arena, sdk_str(timer->subject), &row) ||
	    row.incident != dossier->incident.number)
		return;
	publish_comment(apply, dossier, &at, dossier_comment(dossier, row.supplier, row.ticket, row.external_id),
			&nobody);
}

/* ---- quotes ------------------------------------------------------------------------------ */

enum { QUOTED_MAX = 200, QUOTED_BYTES = 20 }; /* the newest are looked for; a shorter one may be anybody's words */

static bool may_quote(const struct job *job, struct dossier *dossier, const struct comment *comment)
{
	if (comment->held_by.n)
		return asker_wrote(&job->ask.by, job->suppliers, comment);
	return job->ask.by.kind != READER_ORGANISATION || whom_reads(dossier, &job->ask.by, comment);
}

/* The words as they are stored, and as people see them, by the names of those whom they mention. */
static size_t add_copies(struct apply *apply, const struct comment *row, struct quote_copy *copy, size_t n)
{
	const struct ent_str shown =
	    row->supplier.n ? row->body : mentions_plain(apply->db, apply->arena, row->body, row->format);

	copy[n++].words = echo_words(apply->arena, row->body);
	if (shown.p != row->body.p)
		copy[n++].words = echo_words(apply->arena, shown);
	return n;
}

bool thread_quotes_fit(struct apply *apply, struct job *job, struct dossier *dossier, const struct audience *audience)
{
	struct quote_copy *copy = SDK_NEW_N(apply->arena, struct quote_copy, 2 * QUOTED_MAX);
	struct db_stmt *stmt =
	    db_use(apply->db, "SELECT uuid FROM comment WHERE incident = $1 AND removed = 0 AND uuid <> $2 ORDER BY id "
			      "DESC LIMIT $3");
	char uuid[QUOTED_MAX][ID_SIZE];
	size_t n = 0, n_copy = 0, room = QUOTE_LOOK_MAX;
	struct comment row;

	if (job->ask.text.n < QUOTED_BYTES)
		return true;
	db_bind_int(stmt, 1, dossier->incident.number);
	db_bind_str(stmt, 2, sdk_str(job->ask.comment_uuid));
	db_bind_int(stmt, 3, QUOTED_MAX);
	while (n < QUOTED_MAX && db_row(stmt))
		snprintf(uuid[n++], ID_SIZE, "%.*s", ENT_F(db_str(stmt, 0)));
	db_done(stmt);
	for (size_t i = 0; i < n; i++)
		if (comment_by_uuid(apply->db, apply->arena, sdk_str(uuid[i]), &row) && row.body.n >= QUOTED_BYTES &&
		    audience_widens(&row.audience, audience) && may_quote(job, dossier, &row))
			n_copy = add_copies(apply, &row, copy, n_copy);
	/* Words of its own below, as what is nothing but quotes would stay as it is. */
	const struct ent_str text = sdk_format(apply->arena, "%.*s\n\nentente", ENT_F(job->ask.text));
	if (!n_copy || sdk_eq(quote_strip(apply->arena, text, copy, n_copy, &room), text))
		return true;
	job_refuse(
	    job, JOB_CONTENT, "ask.quote_narrower",
	    "the words quote a comment that fewer people may read: leave the quote out, or write for those alone");
	return false;
}

bool thread_is_as_seen(struct job *job, const struct comment *known)
{
	if (!job->ask.if_match || job->ask.if_match == known->version)
		return true;
	job_refuse(job, JOB_CHANGED, "ask.comment_changed",
		   "the comment was changed since you read it: it has version {version=%lld} by now; read it and its "
		   "history again",
		   (long long)known->version);
	return false;
}

void thread_change(struct apply *apply, struct job *job, struct dossier *dossier, const struct situation *at,
		   const struct comment *known, const struct comment *changed)
{
	const struct person author = people_asking(apply, &job->ask.by, &job->ask.author);
	struct events events = {.arena = apply->arena};
	struct comment read = *changed;
	struct ent_str mentions;

	if (known->held_by.n)
		read.audience = known->meant;
	if (!mentions_ask(apply, job, dossier, &read, &mentions))
		return;
	decide_own_edit(at, known, changed->body, &changed->audience, &author, &events);
	mentions_put(apply, &events, mentions);
	apply_events(apply, &events);
	apply_save(apply);
	job->outcome = JOB_ACCEPTED;
}

/* ---- by a person ------------------------------------------------------------------------- */

/* A comment that is held is there for the organisation that wrote it, and for nobody else. */
static bool is_there(const struct job *job, const struct comment *comment)
{
	return !comment->held_by.n || asker_wrote(&job->ask.by, job->suppliers, comment);
}

/* The comment that the job names, as it stands. What is held by another organisation is not there. NULL: refused. */
static const struct comment *thread_comment(struct apply *apply, struct job *job, struct dossier **ret_dossier,
					    struct situation *ret_at)
{
	struct ent_str id = sdk_str(job->ask.comment_uuid);
	char number[INCIDENT_NUMBER_SIZE];
	struct comment row;

	*ret_dossier = apply_open(apply, job->ask.incident, ret_at);
	if (*ret_dossier && asker_takes_part(*ret_dossier, &job->ask.by) &&
	    comment_by_uuid(apply->db, apply->arena, id, &row) && row.incident == (*ret_dossier)->incident.number &&
	    is_there(job, &row))
		return dossier_comment(*ret_dossier, row.supplier, row.ticket, row.external_id);
	job_refuse(job, JOB_NOT_FOUND, "ask.no_comment", "there is no comment {comment=%.*s} in {incident=%.*s}",
		   ENT_F(id), ENT_F(incident_number(job->ask.incident, number)));
	return NULL;
}

bool thread_is_authors(struct apply *apply, struct job *job, const struct comment *comment)
{
	const struct reader *by = &job->ask.by;
	struct user user;

	if (asker_wrote(by, job->suppliers, comment) &&
	    ((by->ref.n && sdk_eq(by->ref, comment->author.ref)) || reader_may(by, VERB_INVITE) ||
	     (!by->ref.n && !users_find(apply->db, apply->arena, sdk_or_empty(comment->author.ref), &user))))
		return true;
	job_refuse(job, JOB_CONFLICT, "ask.comment_of_other",
		   "the comment is another person's: its author decides about it, or an administrator there");
	return false;
}

static void run_comment_publish(struct apply *apply, struct job *job)
{
	const struct person author = people_asking(apply, &job->ask.by, &job->ask.author);
	struct situation at;
	struct dossier *dossier;
	const struct comment *known = thread_comment(apply, job, &dossier, &at);

	if (!known || !thread_is_authors(apply, job, known))
		return;
	if (known->removed) {
		job_refuse(job, JOB_CONFLICT, "ask.comment_removed", "the comment was removed; write a new one");
		return;
	}
	job->outcome = known->held_by.n ? JOB_ACCEPTED : JOB_REPEATED; /* its time came first: it is what was wanted */
	publish_comment(apply, dossier, &at, known, &author);
}

static void run_comment_undo(struct apply *apply, struct job *job)
{
	const struct person author = people_asking(apply, &job->ask.by, &job->ask.author);
	struct events events = {.arena = apply->arena};
	struct situation at;
	struct dossier *dossier;
	const struct comment *known = thread_comment(apply, job, &dossier, &at);

	if (!known || !thread_is_authors(apply, job, known))
		return;
	if (!known->held_by.n) {
		job_refuse(job, JOB_CONFLICT, "ask.undo_late",
			   "the comment is published, and others may have read it: it can be removed, not undone");
		return;
	}
	job->outcome = known->removed ? JOB_REPEATED : JOB_ACCEPTED;
	draft_give_back(apply, job, known);
	decide_own_removal(&at, known, &author, &events);
	apply_events(apply, &events);
	apply_save(apply);
}

static void run_comment_pin(struct apply *apply, struct job *job)
{
	const struct person author = people_asking(apply, &job->ask.by, &job->ask.author);
	struct events events = {.arena = apply->arena};
	struct situation at;
	struct dossier *dossier;
	const struct comment *known = thread_comment(apply, job, &dossier, &at);

	if (!known)
		return;
	if (known->removed) {
		job_refuse(job, JOB_CONFLICT, "ask.comment_removed", "the comment was removed; write a new one");
		return;
	}
	job->outcome = JOB_ACCEPTED;
	decide_own_pinned(&at, known, job->ask.is_pinned, &author, &events);
	apply_events(apply, &events);
	apply_save(apply);
}

const struct job_row jobs_thread[] = {
    {JOB_COMMENT_PUBLISH, "comment_publish", run_comment_publish, false},
    {JOB_COMMENT_UNDO, "comment_undo", run_comment_undo, false},
    {JOB_COMMENT_PIN, "comment_pin", run_comment_pin, false},
    {.run = NULL},
};
