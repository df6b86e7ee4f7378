/* SPDX-License-Identifier: Apache-2.0 */
/* Changes a dossier by an event. A table: anything more that is kept of an incident is one more row. */
#include "core/dossier.h"

#include "core/fold.h"
#include "sdk/webhook.h"

#include <string.h>

static void fold_into_incident(struct dossier *dossier, const struct event *event)
{
	struct incident *incident = &dossier->incident;
	const struct ent_str holder = incident->holder;
	const int64_t merged_into = incident->merged_into;
	const unsigned status = incident->values.at[ENT_STATUS];

	fold_incident(incident, event);
	incident->placed |= !sdk_eq(sdk_or_empty(holder), sdk_or_empty(incident->holder)) ||
			    merged_into != incident->merged_into || status != incident->values.at[ENT_STATUS];
	dossier->dirty = true;
}

/* ---- tickets ---------------------------------------------------------------------------- */

/* A ticket that came or is gone lets others go first. The one that opened the incident finds no queue. */
static void touch_queue(struct dossier *dossier, const struct event *event)
{
	dossier_queue(dossier, event->supplier)->touched = true;
}

static struct ticket *ticket_named(struct dossier *dossier, const struct event *event, struct ent_str external_id)
{
	struct ticket *ticket = dossier_ticket(dossier, event->supplier, external_id);

	if (ticket)
		return ticket;
	return dossier_ticket_add(
	    dossier,
	    &(struct ticket){.incident = event->incident, .supplier = event->supplier, .external_id = external_id});
}

static void fold_plain_ticket(struct dossier *dossier, const struct event *event)
{
	struct ticket *ticket = event->kind == EVENT_TICKET_LINKED
				    ? dossier_ticket_add(dossier, &(struct ticket){.incident = event->incident,
										   .supplier = event->supplier,
										   .external_id = event->ticket_id})
				    : ticket_named(dossier, event, event->ticket_id);
	bool was_removed = ticket->removed;
	struct ent_str key = ticket->key;

	fold_ticket(ticket, event);
	ticket->dirty = true;
	ticket->placed |= !sdk_eq(sdk_or_empty(key), sdk_or_empty(ticket->key));
	if (ticket->removed != was_removed || (event->kind == EVENT_TICKET_LINKED && event->sequence > 2))
		touch_queue(dossier, event);
}

static bool counts_as_ticket(const struct ticket *ticket)
{
	return ticket && !ticket->continues_as.n;
}

/* All that went on as the ticket that was left go on as its next one. */
static void follow_chain(struct dossier *dossier, const struct event *event)
{
	for (size_t i = 0; i < dossier->n_ticket; i++) {
		struct ticket *ticket = dossier->ticket[i];
		if (sdk_eq(ticket->supplier, event->supplier) && ticket->continues_as.n &&
		    sdk_eq(ticket->continues_as, event->ticket_id)) {
			ticket->continues_as = event->continues_id;
			ticket->dirty = true;
		}
	}
}

static void fold_continued_ticket(struct dossier *dossier, const struct event *event)
{
	struct ticket *left = dossier_ticket(dossier, event->supplier, event->ticket_id);
	struct ticket *next = dossier_ticket(dossier, event->supplier, event->continues_id);
	int64_t counted = counts_as_ticket(left) + counts_as_ticket(next);

	if (!left)
		left = ticket_named(dossier, event, event->ticket_id);
	if (!next) {
		const struct ticket made = fold_continued(left, event);
		next = dossier_ticket_add(dossier, &made);
		next->dirty = true;
	} else if (next->continues_as.n) { /* the ticket came back */
		*next = fold_returned(next, left, event);
		next->dirty = true;
	}
	fold_ticket(left, event);
	left->dirty = left->placed = next->placed = true;
	follow_chain(dossier, event);
	dossier->incident.n_ticket += 1 - counted;
	touch_queue(dossier, event);
}

static void fold_into_ticket(struct dossier *dossier, const struct event *event)
{
	switch (event->kind) {
	case EVENT_TICKET_LINKED:
	case EVENT_TICKET_CHANGED:
	case EVENT_TICKET_REMOVED:
		fold_plain_ticket(dossier, event);
		break;
	case EVENT_TICKET_CONTINUED:
		fold_continued_ticket(dossier, event);
		break;
	default:
		break;
	}
}

/* ---- comments ----------------------------------------------------------------------------- */

static void fold_into_comment(struct dossier *dossier, const struct event *event)
{
	if (event->kind != EVENT_COMMENT_ADDED && event->kind != EVENT_COMMENT_EDITED &&
	    event->kind != EVENT_COMMENT_REMOVED && event->kind != EVENT_COMMENT_PUBLISHED &&
	    event->kind != EVENT_COMMENT_PINNED)
		return;
	const struct comment *said = &event->comment;
	struct comment *comment =
	    dossier_comment(dossier, sdk_or_empty(said->supplier), sdk_or_empty(said->ticket), said->external_id);
	bool stood = comment->uuid[0] && !comment->removed;

	fold_comment(comment, event);
	comment->dirty = true;
	dossier->incident.n_comment += !comment->removed - stood;
}

/* ---- shares -------------------------------------------------------------------------------- */

static struct share *share_begin(struct dossier *dossier, const struct event *event, int64_t reads_ms)
{
	return dossier_share_add(dossier, (struct share){.supplier = event->supplier,
							 .since_ms = event->recorded_ms,
							 .sees_ms = event->recorded_ms,
							 .reads_ms = reads_ms,
							 .is_new = true,
							 .dirty = true});
}

/* By a person: no supplier takes part yet. */
static void fold_opened(struct dossier *dossier, const struct event *event)
{
	if (event->supplier.n)
		(void)share_begin(dossier, event, event->recorded_ms);
}

static void fold_arrived(struct dossier *dossier, const struct event *event)
{
	struct share *share = dossier_share(dossier, event->supplier);

	if (!share || !share->anew)
		return;
	share->anew = false;
	share->dirty = true;
}

static bool has_ticket_that_stands(struct dossier *dossier, struct ent_str supplier)
{
	const struct ticket *ticket = dossier_speaker(dossier, supplier);

	return ticket && !ticket->removed;
}

/* That holds for all incidents that came together. */
static void read_anew(struct dossier *dossier, struct share *share, int64_t reads_ms)
{
	share->reads_ms = reads_ms;
	share->reads_anew = true;
	for (size_t i = 0; i < dossier->n_reads;)
		if (sdk_eq(dossier->reads[i].supplier, share->supplier))
			dossier->reads[i] = dossier->reads[--dossier->n_reads];
		else
			i++;
}

static void fold_shared(struct dossier *dossier, const struct event *event)
{
	bool begins = dossier_share_begins(dossier, event->supplier);
	struct share *share = dossier_share(dossier, event->supplier);

	if (!share)
		share = share_begin(dossier, event, event->recorded_ms);
	if (begins)
		share->since_ms = share->sees_ms = event->recorded_ms;
	if (event->reads_from != READS_AS_BEFORE)
		read_anew(dossier, share, event->reads_from == READS_ALL ? 0 : event->reads_ms);
	share->withdrawn_ms = 0;
	share->parted = false;
	share->anew = !event->ticket_id.n && !has_ticket_that_stands(dossier, event->supplier);
	share->dirty = true;
}

/* By a merge, what was open for the supplier before it is owed, and is still made. */
static void fold_unshared(struct dossier *dossier, const struct event *event)
{
	struct share *share = dossier_share(dossier, event->supplier);
	bool is_owed = sdk_eqz(sdk_or_empty(event->cause), EVENT_BY_MERGE);

	for (size_t i = 0; !is_owed && i < dossier->n_delivery; i++)
		if (dossier->delivery[i]->owed && sdk_eq(dossier->delivery[i]->supplier, event->supplier)) {
			dossier->delivery[i]->owed = false;
			dossier->delivery[i]->dirty = true;
		}
	if (!share)
		return;
	share->withdrawn_ms = event->recorded_ms;
	share->parted = sdk_eqz(sdk_or_empty(event->cause), EVENT_BY_SPLIT);
	share->owes_none = !is_owed;
	share->dirty = true;
}

static void fold_into_share(struct dossier *dossier, const struct event *event)
{
	if (event->kind == EVENT_INCIDENT_OPENED)
		fold_opened(dossier, event);
	else if (event->kind == EVENT_TICKET_LINKED)
		fold_arrived(dossier, event);
	else if (event->kind == EVENT_INCIDENT_SHARED)
		fold_shared(dossier, event);
	else if (event->kind == EVENT_INCIDENT_UNSHARED)
		fold_unshared(dossier, event);
}

/* ---- all ------------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	void (*fold)(struct dossier *dossier, const struct event *event);
} dossier_folds[] = {
    {"incident", fold_into_incident},
    {"ticket", fold_into_ticket},
    {"comment", fold_into_comment},
    {"share", fold_into_share},
};

void dossier_fold(struct dossier *dossier, const struct event *event)
{
	for (size_t i = 0; i < sizeof dossier_folds / sizeof *dossier_folds; i++)
		dossier_folds[i].fold(dossier, event);
}
