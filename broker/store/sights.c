/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sights.h"

#include "core/organisation.h"
#include "core/whom.h"
#include "sdk/webhook.h"
#include "store/acts.h"
#include "store/rows.h"

enum { NEWS_PAGE = 50 }; /* events that are read at once */

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

static bool is_news_kind(enum event_kind kind)
{
	const struct event event = {.kind = kind};

	switch (kind) {
	case EVENT_COMMENT_ADDED:
	case EVENT_COMMENT_PUBLISHED:
	case EVENT_INCIDENT_STATUS_CHANGED:
	case EVENT_INCIDENT_HOLDER_CHANGED:
	case EVENT_INCIDENT_DESCRIBED:
	case EVENT_INCIDENT_MERGED:
	case EVENT_JOIN_REQUESTED:
	case EVENT_DELIVERY_PARKED:
		return true;
	default:
		return act_is_of(&event);
	}
}

/* The next events after *last. How many rows there were. */
static size_t next_events(struct apply *apply, int64_t incident, int64_t *last, struct event *ret, size_t *ret_n)
{
	struct db_stmt *stmt = db_use(apply->db, "SELECT kind, recorded_ms, json, sequence FROM event WHERE incident = "
						 "$1 AND sequence > $2 ORDER BY sequence LIMIT $3");
	size_t n_row = 0;
	enum event_kind kind;
	struct ent_err err;

	*ret_n = 0;
	db_bind_int(stmt, 1, incident);
	db_bind_int(stmt, 2, *last);
	db_bind_int(stmt, 3, NEWS_PAGE);
	for (; n_row < NEWS_PAGE && db_row(stmt); n_row++) {
		*last = db_int(stmt, 3);
		if (event_kind_by_name(db_str(stmt, 0), &kind) && is_news_kind(kind) &&
		    event_parse(apply->arena, kind, sdk_dup(apply->arena, db_str(stmt, 2)), &ret[*ret_n], &err) ==
			ENT_OK)
			ret[(*ret_n)++].recorded_ms = db_int(stmt, 1);
	}
	db_done(stmt);
	return n_row;
}

bool sights_news(struct apply *apply, struct dossier *dossier, struct ent_str organisation, int64_t *last)
{
	struct event *list = SDK_NEW_N(apply->arena, struct event, NEWS_PAGE);
	size_t n, n_row;

	do {
		n_row = next_events(apply, dossier->incident.number, last, list, &n);
		for (size_t i = 0; i < n; i++)
			if (!is_their_own(apply, organisation, &list[i]) &&
			    is_news_for(apply, dossier, organisation, &list[i]))
				return true;
	} while (n_row == NEWS_PAGE);
	return false;
}
