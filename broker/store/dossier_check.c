/* SPDX-License-Identifier: Apache-2.0 */
#include "store/dossier_check.h"

#ifdef ENTENTE_CHECKS
#include "store/dossier.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct check {
	const struct dossier *kept;
	bool failed;
};

static void check_holds(struct check *check, bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "incident %lld: its dossier in memory is not what the tables hold: %s\n",
		(long long)check->kept->incident.number, what);
	check->failed = true;
}

#define SAME(a, b, of, field) check_holds(check, (a)->field == (b)->field, of #field)
#define SAME_TEXT(a, b, of, field)                                                                                     \
	check_holds(check,                                                                                             \
		    (a)->field.n == (b)->field.n &&                                                                    \
			(!(a)->field.n || memcmp((a)->field.p, (b)->field.p, (a)->field.n) == 0) &&                    \
			!(a)->field.p == !(b)->field.p,                                                                \
		    of #field)

static void check_incident(struct check *check, const struct incident *a, const struct incident *b)
{
	check_holds(check, strcmp(a->uuid, b->uuid) == 0, "uuid");
	check_holds(check, memcmp(&a->values, &b->values, sizeof a->values) == 0, "values");
	SAME_TEXT(a, b, "", title);
	SAME_TEXT(a, b, "", holder);
	SAME_TEXT(a, b, "", handed_by);
	SAME_TEXT(a, b, "", declined_by);
	SAME_TEXT(a, b, "", service);
	SAME_TEXT(a, b, "", site);
	SAME_TEXT(a, b, "", requester.ref);
	SAME_TEXT(a, b, "", requester.organisation);
	SAME_TEXT(a, b, "", requester.name);
	SAME(a, b, "", requester.is_machine);
	SAME(a, b, "", holder_since_ms);
	SAME(a, b, "", is_accepted);
	SAME(a, b, "", needed_before_ms);
	SAME(a, b, "", opened_ms);
	SAME(a, b, "", said_ms);
	SAME(a, b, "", changed_ms);
	SAME(a, b, "", sequence);
	SAME(a, b, "", merged_into);
	SAME(a, b, "", n_ticket);
	SAME(a, b, "", n_comment);
	SAME(a, b, "", finished);
	SAME(a, b, "", worded);
}

static void check_kept_ticket(struct check *check, const struct ticket *a, const struct ticket *b)
{
	SAME(a, b, "ticket.", id);
	SAME(a, b, "ticket.", incident);
	SAME(a, b, "ticket.", origin);
	SAME_TEXT(a, b, "ticket.", key);
	SAME_TEXT(a, b, "ticket.", continues_as);
	SAME(a, b, "ticket.", has);
	SAME(a, b, "ticket.", removed);
	SAME(a, b, "ticket.", removed_stamp.version);
	SAME(a, b, "ticket.", removed_stamp.time_ms);
	SAME(a, b, "ticket.", changed_ms);
	SAME(a, b, "ticket.", dirty);
	SAME(a, b, "ticket.", placed);
	for (size_t i = 0; i < ENT_N_ATTR; i++) {
		SAME_TEXT(a, b, "ticket.", at[i].value.text);
		SAME_TEXT(a, b, "ticket.", at[i].value.native);
		SAME(a, b, "ticket.", at[i].stamp.version);
		SAME(a, b, "ticket.", at[i].stamp.time_ms);
	}
}

static void check_tickets(struct check *check, struct dossier *kept, struct dossier *stored)
{
	for (size_t i = 0; i < kept->n_ticket; i++) {
		const struct ticket *ticket =
		    dossier_ticket(stored, kept->ticket[i]->supplier, kept->ticket[i]->external_id);
		check_holds(check, ticket != NULL, "a ticket that it does not have");
		if (ticket)
			check_kept_ticket(check, kept->ticket[i], ticket);
	}
	if (!kept->has_tickets)
		return;
	stored->source->tickets(stored);
	check_holds(check, stored->n_ticket == kept->n_ticket, "n_ticket of all");
}

static void check_shares(struct check *check, const struct dossier *kept, struct dossier *stored)
{
	if (!kept->has_shares)
		return;
	stored->source->shares(stored);
	check_holds(check, stored->n_share == kept->n_share, "n_share");
	for (size_t i = 0; i < kept->n_share && i < stored->n_share; i++) {
		const struct share *a = kept->share[i], *b = stored->share[i];
		SAME(a, b, "share.", incident);
		SAME_TEXT(a, b, "share.", supplier);
		SAME(a, b, "share.", since_ms);
		SAME(a, b, "share.", sees_ms);
		SAME(a, b, "share.", reads_ms);
		SAME(a, b, "share.", withdrawn_ms);
		SAME(a, b, "share.", anew);
		SAME(a, b, "share.", parted);
		SAME(a, b, "share.", n_create);
		SAME(a, b, "share.", is_new);
		SAME(a, b, "share.", dirty);
	}
}

void dossier_check(struct dossier *dossier, struct db *db)
{
	struct check check = {dossier, false};
	struct dossier stored;
	const int64_t used = *db_used(db);

	bool found = dossier_load(&stored, db, dossier->arena, dossier->suppliers, dossier->incident.number);
	check_holds(&check, found || db_failed(db), "it is not there");
	if (found)
		check_incident(&check, &dossier->incident, &stored.incident);
	if (found)
		check_tickets(&check, dossier, &stored);
	if (found)
		check_shares(&check, dossier, &stored);
	if (found && dossier->has_reads)
		stored.source->reads(&stored);
	check_holds(&check, stored.n_reads == 0, "n_reads");
	*db_used(db) = used; /* a release build would not have asked */
	if (check.failed && !db_failed(db))
		abort();
}
#else
typedef int dossier_check_is_of_debug_builds; /* ISO C wants something in each file */
#endif
