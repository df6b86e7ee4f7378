/* SPDX-License-Identifier: Apache-2.0 */
#include "store/notify.h"

#include "core/organisation.h"
#include "core/whom.h"
#include "sdk/webhook.h"
#include "store/follows.h"
#include "store/rows.h"
#include "store/users.h"

#include <string.h>

const char *notify_word(enum notify_reason reason)
{
#define X(id, word) [id] = word,
	static const char *const words[NOTIFY_N] = {NOTIFY_REASONS(X)};
#undef X
	return words[reason];
}

/* Something that people are told of. */
struct notify {
	struct apply *apply;
	struct dossier *dossier;
	const struct event *event;
	struct comment words;          /* uuid "": it has none */
	const char *act;               /* uuid; "": none */
	struct ent_str about, by, own; /* by: ref of who did it; own: of whose words it tells. They are not told */
};

/* ---- may they read it --------------------------------------------------------------------- */

/* A hand-over and a promise are for whoever takes part. */
static bool may_read(const struct notify *notify, struct ent_str organisation)
{
	const bool is_ours = sdk_eq(organisation, organisation_ours(notify->apply->suppliers));
	const struct reader reader = {.kind = is_ours ? READER_OURS : READER_ORGANISATION,
				      .organisation = organisation};

	if (!is_ours && !dossier_takes_part(notify->dossier, organisation, ENT_ABSENT))
		return false;
	return !notify->words.uuid[0] ||
	       (!notify->words.removed && whom_reads(notify->dossier, &reader, &notify->words));
}

/* ---- rows ------------------------------------------------------------------------------------- */

/* Old ones go, now and then. */
static void forget_old(const struct notify *notify, struct ent_str account, struct ent_str organisation)
{
	struct db_stmt *stmt;

	if (notify->event->seq % 64 != 0)
		return;
	stmt =
	    db_use(notify->apply->db,
		   "DELETE FROM notified WHERE account = $1 AND organisation = $2 AND made_ms < (SELECT made_ms FROM "
		   "notified WHERE account = $1 AND organisation = $2 ORDER BY made_ms DESC LIMIT 1 OFFSET $3)");
	db_bind_str(stmt, 1, account);
	db_bind_str(stmt, 2, organisation);
	db_bind_int(stmt, 3, NOTIFY_KEPT);
	(void)db_row(stmt);
}

/* About the same words only a better reason is news. */
static void put_row(const struct notify *notify, enum notify_reason reason, struct ent_str account,
		    struct ent_str organisation)
{
	struct db_stmt *stmt = db_use(
	    notify->apply->db,
	    "INSERT INTO notified (account, organisation, about, reason, incident, comment, act, by_ref, made_ms) "
	    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (account, organisation, about) DO UPDATE SET "
	    "reason "
	    "= excluded.reason, act = excluded.act, made_ms = excluded.made_ms WHERE excluded.reason < "
	    "notified.reason");

	db_bind_str(stmt, 1, account);
	db_bind_str(stmt, 2, organisation);
	db_bind_str(stmt, 3, notify->about);
	db_bind_int(stmt, 4, (int64_t)reason);
	db_bind_int(stmt, 5, notify->dossier->incident.number);
	db_bind_str(stmt, 6, sdk_str(notify->words.uuid));
	db_bind_str(stmt, 7, sdk_str(notify->act));
	db_bind_str(stmt, 8, notify->by);
	db_bind_int(stmt, 9, notify->apply->now_ms);
	(void)db_row(stmt);
	forget_old(notify, account, organisation);
}

/* Nobody is told of what they did, nor who cannot come in any more. */
static void tell_account(const struct notify *notify, enum notify_reason reason, struct ent_str ref)
{
	struct user user;

	if (!ref.n || sdk_eq(ref, notify->by) || sdk_eq(ref, notify->own) ||
	    !users_find(notify->apply->db, notify->apply->arena, ref, &user) || sdk_eqz(user.state, USER_DISABLED) ||
	    !may_read(notify, user.organisation))
		return;
	put_row(notify, reason, ref, ENT_STR(""));
	if (reason == NOTIFY_MENTION)
		follows_begin(notify->apply->db, ref, notify->dossier->incident.number, notify->apply->now_ms);
}

static void tell_organisation(const struct notify *notify, enum notify_reason reason, struct ent_str organisation)
{
	if (organisation.n && may_read(notify, organisation))
		put_row(notify, reason, ENT_STR(""), organisation);
}

static void tell_mentioned(const struct notify *notify)
{
	struct db_stmt *stmt;
	struct ent_str refs = ENT_ABSENT;

	if (!notify->words.uuid[0])
		return;
	stmt = db_use(notify->apply->db, "SELECT account FROM mention WHERE comment = $1");
	db_bind_str(stmt, 1, sdk_str(notify->words.uuid));
	while (db_row(stmt))
		refs = sdk_join(notify->apply->arena, refs, ",", db_str(stmt, 0));
	while (refs.n)
		tell_account(notify, NOTIFY_MENTION, sdk_cut(refs, ',', &refs));
}

/* Those who may not read it take no place from those who may. */
static void tell_followers(const struct notify *notify)
{
	struct apply *apply = notify->apply;
	const int64_t incident = notify->dossier->incident.number;
	struct ent_str *list = SDK_NEW_N(apply->arena, struct ent_str, NOTIFY_FOLLOWERS);
	struct ent_str names = follows_organisations(apply->db, apply->arena, incident);

	while (names.n) {
		const struct ent_str organisation = sdk_cut(names, ',', &names);
		size_t n = 0;

		if (may_read(notify, organisation))
			n = follows_list(apply->db, apply->arena, incident, organisation, list, NOTIFY_FOLLOWERS);
		for (size_t i = 0; i < n; i++)
			tell_account(notify, NOTIFY_FOLLOWED, list[i]);
	}
}

/* ---- events ------------------------------------------------------------------------------------ */

/* A comment of the dossier; what the job has just written stands in no table yet. */
static bool set_words(struct notify *notify, struct ent_str supplier, struct ent_str ticket, struct ent_str external_id)
{
	const struct comment *words =
	    dossier_comment(notify->dossier, sdk_or_empty(supplier), sdk_or_empty(ticket), external_id);

	if (!words->uuid[0] || words->held_by.n)
		return false;
	notify->words = *words;
	notify->about = sdk_dup(notify->apply->arena, sdk_str(words->uuid));
	notify->own = sdk_or_empty(words->author.ref);
	return true;
}

/* The words of an act: written here, or the comment in which a tool told it. */
static bool set_act_words(struct notify *notify, const char *uuid)
{
	const struct dossier *dossier = notify->dossier;
	struct comment stored;

	if (!uuid[0])
		return false;
	for (size_t i = 0; i < dossier->n_comment; i++)
		if (strcmp(dossier->comment[i]->uuid, uuid) == 0)
			return set_words(notify, dossier->comment[i]->supplier, dossier->comment[i]->ticket,
					 dossier->comment[i]->external_id);
	return comment_by_uuid(notify->apply->db, notify->apply->arena, sdk_str(uuid), &stored) &&
	       set_words(notify, stored.supplier, stored.ticket, stored.external_id);
}

/* An act, with the words that it brings, where it brings some. */
static void set_act(struct notify *notify, const char *words)
{
	const struct event *event = notify->event;

	notify->act = event->act.uuid;
	if (!set_act_words(notify, words))
		notify->about = sdk_format(notify->apply->arena, "%s/%s", event->act.uuid, event_name(event->kind));
}

/* The writer of what it answers. */
static void tell_answered(const struct notify *notify)
{
	struct apply *apply = notify->apply;
	struct comment answered;

	if (notify->words.reply_to[0] &&
	    comment_by_uuid(apply->db, apply->arena, sdk_str(notify->words.reply_to), &answered))
		tell_account(notify, NOTIFY_ANSWER, sdk_or_empty(answered.author.ref));
}

/* A comment that others read from now on. The words of an act are told of with the act. */
static void notify_words(struct notify *notify)
{
	const struct comment *comment = &notify->event->comment;

	if (notify->event->kind == EVENT_COMMENT_ADDED && !comment->supplier.n)
		follows_begin(notify->apply->db, sdk_or_empty(comment->author.ref), notify->dossier->incident.number,
			      notify->apply->now_ms);
	if ((notify->event->kind == EVENT_COMMENT_ADDED && comment->entry.kind != ENTRY_WORDS) ||
	    !set_words(notify, comment->supplier, comment->ticket, comment->external_id))
		return;
	tell_mentioned(notify);
	if (notify->event->kind == EVENT_COMMENT_EDITED)
		return;
	tell_answered(notify);
	tell_followers(notify);
}

static void notify_act(struct notify *notify)
{
	const struct act *act = &notify->event->act;

	switch (notify->event->kind) {
	case EVENT_ASK_MADE:
	case EVENT_HANDOVER_PROPOSED:
	case EVENT_PROMISE_MADE:
	case EVENT_HELP_WANTED:
		set_act(notify, act->uuid);
		if (act->kind != ACT_PROMISE)
			tell_organisation(notify, act->kind == ACT_HANDOVER ? NOTIFY_HANDOVER : NOTIFY_ASK,
					  sdk_or_empty(act->to));
		break;
	case EVENT_ASK_ANSWERED:
	case EVENT_HANDOVER_ACCEPTED:
	case EVENT_HANDOVER_DECLINED:
	case EVENT_HELP_OFFERED:
		set_act(notify, act->ended_by);
		tell_account(notify, NOTIFY_ANSWER, sdk_or_empty(act->by));
		break;
	case EVENT_HANDOVER_LAPSED:
		set_act(notify, "");
		tell_account(notify, NOTIFY_ANSWER, sdk_or_empty(act->by));
		return;
	case EVENT_ASK_OVERDUE:
		set_act(notify, "");
		tell_organisation(notify, NOTIFY_ASK, sdk_or_empty(act->to));
		return;
	case EVENT_PROMISE_BROKEN:
		set_act(notify, "");
		tell_account(notify, NOTIFY_PROMISE, sdk_or_empty(act->by));
		return;
	default:
		return;
	}
	tell_mentioned(notify);
	tell_followers(notify);
}

void notify_event(struct apply *apply, struct dossier *dossier, const struct event *event)
{
	struct notify notify = {.apply = apply,
				.dossier = dossier,
				.event = event,
				.act = "",
				.by = sdk_or_empty(event->actor.ref),
				.own = ENT_STR("")};

	switch (event->kind) {
	case EVENT_COMMENT_ADDED:
	case EVENT_COMMENT_PUBLISHED:
	case EVENT_COMMENT_EDITED:
		notify_words(&notify);
		break;
	case EVENT_INCIDENT_TOLD:
		if (set_words(&notify, ENT_STR(""), ENT_STR(""), sdk_str(event->comment.uuid))) {
			tell_mentioned(&notify);
			tell_followers(&notify);
		}
		break;
	default:
		if (act_is_of(event))
			notify_act(&notify);
	}
}
