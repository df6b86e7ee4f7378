/* SPDX-License-Identifier: Apache-2.0 */
#include "core/merge.h"

#include "core/organisation.h"
#include "core/reader.h"
#include "sdk/webhook.h"

static bool is_named(const struct event *merged, struct ent_str supplier)
{
	for (size_t i = 0; i < merged->n_part; i++)
		if (sdk_eq(merged->part[i].supplier, supplier))
			return true;
	return false;
}

void merge_name_shares(struct dossier *kept, struct dossier *gone, struct event *merged)
{
	struct dossier *const side[] = {kept, gone};
	struct ent_reference *list;

	for (size_t i = 0; i < 2; i++)
		dossier_load_shares(side[i]);
	merged->part = list = SDK_NEW_N(kept->arena, struct ent_reference, kept->n_share + gone->n_share + 1);
	merged->n_part = 0;
	for (size_t i = 0; i < 2; i++)
		for (size_t k = 0; k < side[i]->n_share; k++) {
			const struct share *share = side[i]->share[k];
			struct ent_str organisation =
			    kept->suppliers ? organisation_named(kept->suppliers, share->supplier) : share->supplier;
			if (share->withdrawn_ms == 0 && !is_named(merged, share->supplier))
				list[merged->n_part++] = (struct ent_reference){share->supplier, organisation};
		}
}

static const struct share *standing_share(struct dossier *side, struct ent_str supplier)
{
	const struct share *share = dossier_share(side, supplier);

	return share && share->withdrawn_ms == 0 ? share : NULL;
}

struct audience merge_audience(struct dossier *side, const struct event *merged, const struct comment *comment)
{
	struct ent_str names = sdk_or_empty(comment->audience.organisations);

	for (size_t i = 0; i < merged->n_part; i++) {
		const struct share *share = standing_share(side, merged->part[i].supplier);
		const struct reader reader = {.kind = READER_ORGANISATION, .organisation = merged->part[i].id};

		if (!share)
			continue;
		const struct reading reading = {true, dossier_reads_since(side, share, comment)};
		if (reader_sees_comment(&reader, comment, &reading))
			names = sdk_join(side->arena, names, ",", reader.organisation);
	}
	return audience_make(side->arena, ENT_ABSENT, ENT_ABSENT, names, false, comment->audience.requester);
}

static struct ent_str organisation_in(const struct event *merged, struct ent_str supplier)
{
	for (size_t i = 0; i < merged->n_part; i++)
		if (sdk_eq(merged->part[i].supplier, supplier))
			return merged->part[i].id;
	return supplier;
}

struct ent_str merge_seen_by(struct dossier *side, const struct event *merged, int64_t at_ms)
{
	struct ent_str names = ENT_STR(",");

	dossier_load_shares(side);
	for (size_t i = 0; i < side->n_share; i++) {
		const struct share *share = side->share[i];
		if (share->withdrawn_ms == 0 && share->sees_ms <= at_ms)
			names = sdk_format(side->arena, "%.*s%.*s,", ENT_F(names),
					   ENT_F(organisation_in(merged, share->supplier)));
	}
	return names;
}
