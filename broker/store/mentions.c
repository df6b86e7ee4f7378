/* SPDX-License-Identifier: Apache-2.0 */
#include "store/mentions.h"

#include "core/organisation.h"
#include "core/whom.h"
#include "sdk/webhook.h"
#include "store/people.h"
#include "store/users.h"

#include <stdio.h>
#include <string.h>

/* ---- who they are ------------------------------------------------------------------------- */

/* After a rebuild from the stream there is no account: the table of people knows the name. */
static void mention_name_person(struct db *db, struct ent_arena *arena, struct mention_person *ret)
{
	struct person person;
	struct user user;

	if (users_find(db, arena, sdk_str(ret->ref), &user)) {
		ret->name = user.name;
		ret->organisation = user.organisation;
	} else if (people_load(db, arena, sdk_str(ret->ref), &person)) {
		ret->name = person.name;
		ret->organisation = sdk_or_empty(person.organisation);
	} else {
		ret->name = ret->organisation = ENT_STR("");
	}
}

size_t mentions_read(struct db *db, struct ent_arena *arena, struct ent_str body, enum ent_format format,
		     struct mention_person **ret)
{
	struct mention *list;
	size_t n = mention_list(arena, body, format, &list);

	*ret = n ? SDK_NEW_N(arena, struct mention_person, n) : NULL;
	for (size_t i = 0; i < n; i++) {
		struct mention_person *person = &(*ret)[i];

		memcpy(person->ref, list[i].ref, ID_SIZE);
		person->is_quoted = list[i].is_quoted;
		mention_name_person(db, arena, person);
	}
	return n;
}

struct ent_str mentions_name(const struct mention_person *person)
{
	return person->name.n ? person->name : person->organisation;
}

struct named {
	const struct mention_person *list;
	size_t n;
};

static struct ent_str name_among(void *of, const char *ref)
{
	const struct named *named = of;

	for (size_t i = 0; i < named->n; i++)
		if (strcmp(named->list[i].ref, ref) == 0)
			return mentions_name(&named->list[i]).n ? mentions_name(&named->list[i]) : ENT_ABSENT;
	return ENT_ABSENT;
}

struct ent_str mentions_plain(struct db *db, struct ent_arena *arena, struct ent_str body, enum ent_format format)
{
	struct mention_person *list;
	struct named named = {.n = mentions_read(db, arena, body, format, &list)};

	named.list = list;
	return named.n ? mention_plain(arena, body, format, name_among, &named) : body;
}

bool mentions_knows(struct db *db, struct ent_arena *arena, const struct supplier_set *suppliers,
		    const struct reader *reader, struct ent_str ref)
{
	struct user user;

	if (!users_find(db, arena, ref, &user))
		return false;
	if (reader->kind != READER_ORGANISATION || sdk_eq(reader->organisation, user.organisation))
		return true;
	return sdk_eqz(user.state, USER_ACTIVE) && users_meet(db, suppliers, reader->organisation, user.organisation);
}

struct ent_said mentions_unknown(struct ent_arena *arena, const char *ref)
{
	return sdk_say(
	    arena, "mention.unknown",
	    "there is nobody {ref=%s} whom you could mention: GET /v1/users, or entente user list, shows who is "
	    "there",
	    ref);
}

/* ---- may they be mentioned ------------------------------------------------------------------ */

static bool refuse_stranger_named(struct job *job, struct ent_arena *arena, const char *ref)
{
	job->outcome = JOB_CONTENT;
	(void)sdk_fail_said(&job->err, ENT_EINVAL, mentions_unknown(arena, ref));
	return false;
}

/* That person and what can be done are told beside the sentence: see face/ask.c. */
static bool refuse_outside(struct job *job, struct dossier *dossier, const struct mention_person *person)
{
	struct ask *ask = &job->ask;
	const struct ent_str name = sdk_head(mentions_name(person), 100), organisation = person->organisation;

	memcpy(ask->outside, person->ref, ID_SIZE);
	snprintf(ask->outside_of, sizeof ask->outside_of, "%.*s", ENT_F(organisation));
	ask->outside_shares = sdk_eq(organisation, organisation_ours(job->suppliers)) ||
			      dossier_takes_part(dossier, organisation, ENT_ABSENT);
	if (ask->outside_shares)
		job_refuse(job, JOB_CONTENT, "mention.outside",
			   "{name=%.*s} could not read it: it is not for {organisation=%.*s}. Let that organisation "
			   "read it as well, or keep the name as plain text",
			   ENT_F(name), ENT_F(organisation));
	else
		job_refuse(job, JOB_CONTENT, "mention.no_part",
			   "{name=%.*s} could not read it: the incident is not shared with {organisation=%.*s}. Share "
			   "it, or keep the name as plain text",
			   ENT_F(name), ENT_F(organisation));
	return false;
}

bool mentions_ask(struct apply *apply, struct job *job, struct dossier *dossier, const struct comment *comment,
		  struct ent_str *ret_refs)
{
	struct mention_person *list;
	size_t n = mentions_read(apply->db, apply->arena, comment->body, comment->format, &list);

	*ret_refs = ENT_ABSENT;
	if (n > MENTION_MAX) {
		job_refuse(job, JOB_CONTENT, "mention.many", "a text mentions up to {most=%d} people", MENTION_MAX);
		return false;
	}
	for (size_t i = 0; i < n; i++)
		if (!mentions_knows(apply->db, apply->arena, job->suppliers, &job->ask.by, sdk_str(list[i].ref)))
			return refuse_stranger_named(job, apply->arena, list[i].ref);
	for (size_t i = 0; i < n; i++)
		if (!mention_reaches(dossier, comment, list[i].organisation, list[i].is_quoted, apply->now_ms))
			return refuse_outside(job, dossier, &list[i]);
	*ret_refs = mentions_reached(apply, dossier, comment);
	return true;
}

struct ent_str mentions_reached(struct apply *apply, struct dossier *dossier, const struct comment *comment)
{
	struct mention_person *list;
	size_t n = mentions_read(apply->db, apply->arena, comment->body, comment->format, &list);
	struct ent_str refs = ENT_ABSENT;

	for (size_t i = 0; i < n && i < MENTION_MAX; i++)
		if (!list[i].is_quoted && mention_reaches(dossier, comment, list[i].organisation, false, apply->now_ms))
			refs = sdk_join(apply->arena, refs, ",", sdk_str(list[i].ref));
	return refs;
}

void mentions_put(struct apply *apply, struct events *events, struct ent_str refs)
{
	struct ent_str rest = refs;

	while (rest.n)
		(void)people_of_account(apply, sdk_cut(rest, ',', &rest));
	for (size_t i = 0; i < events->n; i++) {
		struct event *event = &events->at[i];

		if (event->kind == EVENT_COMMENT_ADDED || event->kind == EVENT_COMMENT_EDITED ||
		    event->kind == EVENT_COMMENT_PUBLISHED)
			event->comment.mentions = refs;
	}
}

/* ---- the table -------------------------------------------------------------------------------- */

void mentions_fold(struct db *db, const struct event *event)
{
	const struct comment *comment = &event->comment;
	struct ent_str rest = comment->mentions;
	struct db_stmt *stmt;

	if (comment->supplier.n)
		return;
	switch (event->kind) {
	case EVENT_COMMENT_EDITED:
	case EVENT_COMMENT_PUBLISHED:
	case EVENT_COMMENT_REMOVED:
		stmt = db_use(db, "DELETE FROM mention WHERE comment = $1");
		db_bind_str(stmt, 1, sdk_str(comment->uuid));
		(void)db_row(stmt);
		break;
	case EVENT_COMMENT_ADDED:
		break;
	default:
		return;
	}
	while (event->kind != EVENT_COMMENT_REMOVED && rest.n) {
		stmt = db_use(
		    db, "INSERT INTO mention (comment, account) VALUES ($1, $2) ON CONFLICT (comment, account) DO "
			"NOTHING");
		db_bind_str(stmt, 1, sdk_str(comment->uuid));
		db_bind_str(stmt, 2, sdk_cut(rest, ',', &rest));
		(void)db_row(stmt);
	}
}
