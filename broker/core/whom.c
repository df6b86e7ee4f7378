/* SPDX-License-Identifier: Apache-2.0 */
#include "core/whom.h"

#include "core/organisation.h"
#include "sdk/webhook.h"

bool whom_reads(struct dossier *dossier, const struct reader *reader, const struct comment *comment)
{
	const struct supplier_set *set = dossier->suppliers;
	struct spoken spoken = reader_spoken(comment);

	spoken.by_us = sdk_eq(sdk_or_empty(spoken.author), organisation_ours(set));
	if (reader_is_ours(reader))
		return reader_right(reader, &spoken, true) != RIGHT_NONE;
	dossier_load_shares(dossier);
	for (size_t i = 0; i < dossier->n_share; i++) {
		const struct share *share = dossier->share[i];
		if (share->withdrawn_ms != 0 || !sdk_eq(organisation_named(set, share->supplier), reader->organisation))
			continue;
		const struct reading reading = {true, dossier_reads_since(dossier, share, comment)};
		if (reader_sees_said(reader, &spoken, &reading))
			return true;
	}
	return false;
}

/* The broker itself is nobody, and with us. */
static bool is_with_us(const struct whom *whom)
{
	return whom->author->kind != READER_ORGANISATION;
}

static struct ent_str own_of(const struct dossier *dossier, const struct whom *whom)
{
	return is_with_us(whom) ? organisation_ours(dossier->suppliers) : whom->author->organisation;
}

/* The first name that takes no part; ours always does. */
static bool all_take_part(struct dossier *dossier, const struct audience *audience, struct ent_str *ret_name)
{
	struct ent_str rest = audience->organisations;

	while (rest.n) {
		struct ent_str name = sdk_cut(rest, ',', &rest);
		if (sdk_eq(name, organisation_ours(dossier->suppliers)) ||
		    dossier_takes_part(dossier, name, ENT_ABSENT))
			continue;
		*ret_name = name;
		return false;
	}
	return true;
}

/* Everybody whom the reply is for may read what it answers. */
static bool answers_for_all(struct dossier *dossier, const struct comment *answered, const struct audience *audience,
			    struct ent_str *ret_name)
{
	struct ent_str rest = audience->organisations;

	*ret_name = audience->requester ? ENT_STR("requester") : ENT_STR("everyone");
	if ((audience->requester && !answered->audience.requester) ||
	    (audience->everyone && !answered->audience.everyone))
		return false;
	while (rest.n) {
		const struct reader reader = {.kind = READER_ORGANISATION, .organisation = sdk_cut(rest, ',', &rest)};
		if (sdk_eq(reader.organisation, organisation_ours(dossier->suppliers)) ||
		    whom_reads(dossier, &reader, answered))
			continue;
		*ret_name = reader.organisation;
		return false;
	}
	return true;
}

enum whom_verdict whom_decide(struct dossier *dossier, const struct whom *whom, struct audience *ret,
			      struct ent_str *ret_name)
{
	const struct ent_str ours = organisation_ours(dossier->suppliers), own = own_of(dossier, whom);

	*ret_name = ENT_STR("");
	*ret = audience_make(dossier->arena, ours, own, ENT_ABSENT, false, false);
	if (whom->answered && whom->author->kind != READER_NOBODY && !whom_reads(dossier, whom->author, whom->answered))
		return WHOM_UNSEEN;
	if (!whom->asked)
		return WHOM_FINE;
	*ret = audience_make(dossier->arena, ours, own, whom->asked->organisations, whom->asked->everyone,
			     whom->asked->requester);
	if (ret->requester && !is_with_us(whom))
		return WHOM_REQUESTER;
	if (!all_take_part(dossier, ret, ret_name))
		return WHOM_NO_PART;
	return !whom->answered || answers_for_all(dossier, whom->answered, ret, ret_name) ? WHOM_FINE : WHOM_WIDER;
}

bool whom_is_conflict(enum whom_verdict verdict)
{
	return verdict == WHOM_NO_PART || verdict == WHOM_UNSEEN;
}

struct ent_said whom_say(struct ent_arena *arena, const struct whom *whom, enum whom_verdict verdict,
			 struct ent_str name)
{
	const struct ent_str head = sdk_head(name, SUPPLIER_NAME_MAX);

	switch (verdict) {
	case WHOM_NO_PART:
		if (is_with_us(whom))
			return sdk_say(arena, "ask.share_first",
				       "the incident is not shared with {supplier=%.*s}; share it first", ENT_F(head));
		return sdk_say(arena, "ask.no_part",
			       "{name=%.*s} takes no part in this incident; name organisations that do, or everyone",
			       ENT_F(head));
	case WHOM_REQUESTER:
		return SDK_SENTENCE("ask.requester_not_yours",
				    "only people of the service desk write to the requester; leave \"requester\" out");
	case WHOM_WIDER:
		if (sdk_eqz(name, "everyone"))
			return SDK_SENTENCE("ask.reply_everyone",
					    "not everyone may read the comment that this one answers: name fewer, or "
					    "widen that comment first");
		return sdk_say(arena, "ask.reply_wider",
			       "{name=%.*s} may not read the comment that this one answers: leave it out of the "
			       "audience, or widen that comment first",
			       ENT_F(head));
	case WHOM_UNSEEN:
		return sdk_say(arena, "ask.no_comment_to_answer",
			       "there is no comment {comment=%s} in this thread to answer",
			       whom->answered ? whom->answered->uuid : "");
	case WHOM_FINE:
		break;
	}
	return SDK_SILENCE;
}
