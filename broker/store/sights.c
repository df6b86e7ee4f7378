/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sights.h"

#include "core/organisation.h"
#include "core/whom.h"
#include "sdk/webhook.h"
#include "store/acts.h"
#include "store/rows.h"

enum { NEWS_MAX = 500 }; /* events that are looked at; after more of them there is news */

static bool is_of_ours(const struct apply *apply, struct ent_str organisation)
{
	return sdk_eq(organisation, organisation_ours(apply->suppliers));
}

bool sights_words(struct apply *apply, struct dossier *dossier, struct ent_str organisation, const char *uuid)
{
	const struct reader reader = is_of_ours(apply, organisation)
					 ? reader_ours
					 : (struct reader){.kind = READER_ORGANISATION, .organisation = organisation};
	struct comment comment;

	return comment_by_uuid(apply->db, apply->arena, sdk_str(uuid), &comment) && !comment.removed &&
	       whom_reads(dossier, &reader, &comment);
}

/* Its share stands, and it sees the incident since then. */
static bool sees_since(const struct apply *apply, struct dossier *dossier, struct ent_str organisation, int64_t at_ms)
{
	if (is_of_ours(apply, organisation))
		return true;
	dossier_load_shares(dossier);
	for (size_t i = 0; i < dossier->n_share; i++) {
		const struct share *share = dossier->share[i];

		if (!share->withdrawn_ms && share->sees_ms < at_ms &&
		    sdk_eq(organisation_named(apply->suppliers, share->supplier), organisation))
			return true;
	}
	return false;
}

bool sights_act(struct apply *apply, struct dossier *dossier, struct ent_str organisation, const struct act *act)
{
	if (act->kind != ACT_HANDOVER && act->kind != ACT_PROMISE)
		return sights_words(apply, dossier, organisation, act->uuid);
	return sees_since(apply, dossier, organisation, act->state == ACT_OPEN ? INT64_MAX : act->ended_ms);
}

/* ---- news --------------------------------------------------------------------------------- */

static bool is_their_own(const struct apply *apply, struct ent_str organisation, const struct event *event)
{
	if (event->supplier.n)
		return sdk_eq(organisation_named(apply->suppliers, event->supplier), organisation);
	return sdk_eq(sdk_or_empty(event->actor.organisation), organisation);
}

static bool is_news_for(struct apply *apply, struct dossier *dossier, struct ent_str organisation,
			const struct event *event)
{
	struct act act;

	switch (event->kind) {
	case EVENT_COMMENT_ADDED:
	case EVENT_COMMENT_PUBLISHED:
		return sights_words(apply, dossier, organisation, event->comment.uuid);
	case EVENT_INCIDENT_STATUS_CHANGED:
	case EVENT_INCIDENT_HOLDER_CHANGED:
	case EVENT_INCIDENT_DESCRIBED:
		return sees_since(apply, dossier, organisation, event->recorded_ms);
	case EVENT_INCIDENT_MERGED:
	case EVENT_JOIN_REQUESTED:
	case EVENT_DELIVERY_PARKED:
		return is_of_ours(apply, organisation);
	default:
		return act_is_of(event) && acts_load(apply->db, apply->arena, sdk_str(event->act.uuid), &act) &&
		       sights_act(apply, dossier, organisation, &act);
	}
}

bool sights_news(struct apply *apply, struct dossier *dossier, struct ent_str organisation, int64_t sequence)
{
	struct db_stmt *stmt = db_use(apply->db, "SELECT kind, recorded_ms, json FROM event WHERE incident = $1 AND "
						 "sequence > $2 ORDER BY sequence LIMIT $3");
	struct event *list = SDK_NEW_N(apply->arena, struct event, NEWS_MAX);
	size_t n = 0, n_row = 0;
	enum event_kind kind;
	struct ent_err err;

	db_bind_int(stmt, 1, dossier->incident.number);
	db_bind_int(stmt, 2, sequence);
	db_bind_int(stmt, 3, NEWS_MAX);
	for (; n_row < NEWS_MAX && db_row(stmt); n_row++)
		if (event_kind_by_name(db_str(stmt, 0), &kind) &&
		    event_parse(apply->arena, kind, sdk_dup(apply->arena, db_str(stmt, 2)), &list[n], &err) == ENT_OK)
			list[n++].recorded_ms = db_int(stmt, 1);
	db_done(stmt);
	for (size_t i = 0; i < n; i++)
		if (!is_their_own(apply, organisation, &list[i]) && is_news_for(apply, dossier, organisation, &list[i]))
			return true;
	return n_row == NEWS_MAX;
}
