/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many small random worlds in one store: a step of each of them is one job, and the jobs of a step are one transaction.
 * A model beside the store says what orion, an organisation, may see: kept apart from core/reader and from the SQL.
 */
#ifndef UNIT_VIEW_WORLDS_H
#define UNIT_VIEW_WORLDS_H

#include "deliveries.h"

#define WORLDS    1000
#define STEPS     8
#define WORDS_MAX (2 * STEPS)
#define NEVER     INT64_MAX
#define WORD_SIZE 32
#define ORION     "orion"

static const struct reader orion = {.kind = READER_ORGANISATION, .organisation = ENT_STR(ORION)};
/* Its tools are called otherwise. */
enum { TOOLS = 2 };
static const char *const tool_name[TOOLS] = {"north", "south"};
#define COEUR "coeur" /* an organisation whose tool is datacoeur */

/* Something that was said. */
struct said {
	char text[WORD_SIZE];
	int64_t at_ms;   /* by its tool's clock, at most when it was heard */
	int64_t told_ms; /* by its tool's clock */
	int of;          /* which of the two incidents */
	bool ours, orions, everyone, named;
	const struct job *job; /* may have been refused */
};

/* The part of one of orion's tools in each incident. */
struct tool {
	int64_t since_ms[2]; /* NEVER: it does not read what was said there */
	bool shared[2], withdrawn[2];
	bool ended_by_merge, began_since; /* while both are one */
};

/* Two incidents that may become one; orion's part in each. */
struct small {
	uint64_t seed;
	int64_t number[2];
	struct tool tool[TOOLS];
	bool linked[2];
	bool coeur[2];             /* COEUR takes part: orion is told */
	enum ent_status status[2]; /* by a person */
	int merged;                /* 1: the second went into the first */
	bool parted;               /* by a person: no tool merges them again */
	struct tool before[TOOLS]; /* as they were when it did */
	bool coeur_before[2];
	struct said said[WORDS_MAX];
	int n_said;
};

static inline uint64_t small_random(struct small *small)
{
	small->seed ^= small->seed << 13;
	small->seed ^= small->seed >> 7;
	small->seed ^= small->seed << 17;
	return small->seed;
}

static inline int small_pick(struct small *small, int n)
{
	return (int)(small_random(small) >> 33) % n;
}

/* It takes part by any of its tools. */
static inline bool small_shares(const struct small *small, int which)
{
	return small->tool[0].shared[which] || small->tool[1].shared[which];
}

static inline bool small_sees_incident(const struct small *small, int which)
{
	if (small->merged && which == 1)
		return false; /* it is the first now */
	return small_shares(small, which);
}

static inline bool small_reads(const struct tool *tool, int stands, const struct said *said)
{
	return tool->shared[stands] && (tool->since_ms[said->of] == 0 ||
					(tool->since_ms[said->of] != NEVER && said->at_ms > tool->since_ms[said->of]));
}

static inline bool small_sees(const struct small *small, const struct said *said)
{
	int stands = small->merged ? 0 : said->of;

	if (!small_shares(small, stands) || (said->job && said->job->outcome != JOB_ACCEPTED))
		return false;
	if (said->orions || said->named)
		return true;
	return said->everyone &&
	       (small_reads(&small->tool[0], stands, said) || small_reads(&small->tool[1], stands, said));
}

/* ---- jobs of one step ------------------------------------------------------------------------ */

struct batch {
	struct world *world;
	size_t n;
};

static inline const struct job *batch_add(struct batch *batch, const struct job *job)
{
	struct job *kept = SDK_NEW(&batch->world->arena.abi, struct job);

	*kept = *job;
	kept->answer = world_answered;
	if (!kept->suppliers && kept->kind != JOB_ARRIVAL)
		kept->suppliers = batch->world->suppliers;
	assert_true(writer_submit(batch->world->writer, kept));
	if (++batch->n % 500)
		return kept;
	struct ent_err err;
	if (writer_step(batch->world->writer, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	return kept;
}

static inline void batch_run(struct batch *batch)
{
	struct ent_err err;
	enum ent_rc rc;

	while ((rc = writer_step(batch->world->writer, &err)) == ENT_OK)
		;
	if (rc != ENT_MORE)
		fail_msg("%s", err.msg);
	batch->n = 0;
}

static inline void batch_arrive(struct batch *batch, const char *supplier, struct ent_change change)
{
	struct ent_change *kept = SDK_NEW(&batch->world->arena.abi, struct ent_change);

	*kept = change;
	batch_add(batch, &(struct job){.kind = JOB_ARRIVAL, .arrival = arrival_of(batch->world, supplier, kept, 1)});
}

/* ---- what happens ------------------------------------------------------------------------------ */

static inline const char *ticket_of(struct world *world, const char *supplier, int index, int which)
{
	return sdk_z(&world->arena.abi, sdk_format(&world->arena.abi, "%c-%d-%d", supplier[0], index, which));
}

/* A title that orion may read only once the incident is shared with it. */
static inline void open_incident(struct batch *batch, int index, int which, const char *supplier, const char *title)
{
	struct ent_change change = ticket(batch->world, ticket_of(batch->world, supplier, index, which), "new", "3");

	sdk_set(&change.ticket, ENT_TITLE, sdk_dup(&batch->world->arena.abi, sdk_str(title)));
	sdk_set(&change.ticket, ENT_DESCRIPTION, ENT_STR("telnord-only description"));
	batch_arrive(batch, supplier, change);
}

static inline struct said *add_said(struct small *small, int which, const char *text)
{
	struct said *said = &small->said[small->n_said++];

	*said = (struct said){.of = which};
	snprintf(said->text, sizeof said->text, "%s", text);
	return said;
}

static inline void our_words(struct batch *batch, struct small *small, int which, const char *text,
			     const char *audience)
{
	struct world *world = batch->world;
	struct job job = {.kind = JOB_COMMENT,
			  .ask = {.incident = small->number[small->merged ? 0 : which],
				  .text = sdk_dup(&world->arena.abi, sdk_str(text)),
				  .author = {ENT_STR("desk"), ENT_STR("desk")}}};
	struct said *said = add_said(small, small->merged ? 0 : which, text);

	said->ours = true;
	said->at_ms = said->told_ms = world->now_ms;
	said->everyone = !strcmp(audience, "everyone");
	said->named = strstr(audience, ORION);
	assert_true(audience_words(&world->arena.abi, organisation_ours(world->suppliers), sdk_str(audience),
				   &job.ask.audience));
	world->chance.uuid(&world->chance, job.ask.comment_uuid);
	said->job = batch_add(batch, &job);
}

/* told_ms: when its tool says that it was written. */
static inline void their_words(struct batch *batch, struct small *small, int index, int which, const char *supplier,
			       const char *text, bool is_public, int64_t told_ms)
{
	struct world *world = batch->world;
	const char *kept = sdk_z(&world->arena.abi, sdk_str(text));
	struct ent_change change = word(world, ticket_of(world, supplier, index, which), kept, kept);
	struct said *said = add_said(small, which, text);

	change.comment.visibility = is_public ? ENT_PUBLIC : ENT_INTERNAL;
	change.comment.created_ms = told_ms;
	said->told_ms = told_ms;
	said->at_ms = told_ms < world->now_ms ? told_ms : world->now_ms;
	said->orions = !strcmp(supplier, ORION);
	said->everyone = is_public;
	batch_arrive(batch, supplier, change);
}

/* tool: one of orion's; NULL: the supplier is another's. */
static inline void give_share(struct batch *batch, struct small *small, int which, const char *supplier,
			      struct tool *tool, bool with_history)
{
	int to = small->merged ? 0 : which;

	batch_add(batch, &(struct job){.kind = JOB_SHARE,
				       .ask = {.incident = small->number[to],
					       .supplier = sdk_str(supplier),
					       .with_history = with_history,
					       .author = {ENT_STR("desk"), ENT_STR("desk")},
					       .brief = {.what = ENT_STR("Look at it.")}}});
	if (!tool)
		small->coeur[to] = true;
	if (!tool)
		return;
	bool anew = !tool->shared[to];
	tool->began_since |= anew;
	tool->ended_by_merge = false;
	tool->shared[to] = true;
	tool->withdrawn[to] = false;
	for (int i = 0; i < 2; i++)
		if (small->merged || i == to) {
			if (with_history)
				tool->since_ms[i] = 0;
			else if (anew)
				tool->since_ms[i] = batch->world->now_ms;
		}
}

static inline void take_share(struct batch *batch, struct small *small, int which, const char *supplier,
			      struct tool *tool)
{
	int to = small->merged ? 0 : which;

	if (!tool->shared[to])
		return;
	batch_add(batch, &(struct job){.kind = JOB_UNSHARE,
				       .ask = {.incident = small->number[to],
					       .supplier = sdk_str(supplier),
					       .text = ENT_STR("It is done."),
					       .author = {ENT_STR("desk"), ENT_STR("desk")}}});
	tool->shared[to] = false;
	tool->withdrawn[to] = true;
}

/* The second incident's ticket names the first incident: it goes into that one. A share taken back counts. */
static inline void merge_both(struct batch *batch, struct small *small, int index)
{
	struct world *world = batch->world;
	struct ent_change change = ticket(world, ticket_of(world, "telnord", index, 1), "new", "3");

	change.correlation.number =
	    incident_number(small->number[0], SDK_NEW_N(&world->arena.abi, char, INCIDENT_NUMBER_SIZE));
	batch_arrive(batch, "telnord", change);
	if (small->parted)
		batch_add(batch, &(struct job){.kind = JOB_MERGE,
					       .ask = {.incident = small->number[1],
						       .other = small->number[0],
						       .author = {ENT_STR("desk"), ENT_STR("desk")}}});
	/* What was said for everyone is for those who can read it now. */
	for (int i = 0; i < small->n_said; i++) {
		small->said[i].named |= small->said[i].everyone && small_sees(small, &small->said[i]);
		small->said[i].everyone = false;
	}
	small->merged = 1;
	memcpy(small->before, small->tool, sizeof small->before);
	memcpy(small->coeur_before, small->coeur, sizeof small->coeur_before);
	small->coeur[0] |= small->coeur[1];
	for (int k = 0; k < TOOLS; k++) {
		struct tool *tool = &small->tool[k];

		for (int i = 0; i < 2; i++)
			if (!tool->shared[i])
				tool->since_ms[i] = world->now_ms;
		tool->shared[0] = (tool->shared[0] || tool->shared[1]) && !tool->withdrawn[0] && !tool->withdrawn[1];
		tool->withdrawn[0] |= tool->withdrawn[1];
		tool->began_since = false;
		tool->ended_by_merge = !tool->shared[0];
	}
}

/* Each share as before, and never wider: a share that the merge itself ended stands again and reads from now on. */
static inline void part_tool(struct tool *tool, const struct tool *before, int64_t now_ms)
{
	const struct tool one = *tool; /* both are one */

	for (int i = 0; i < 2; i++) {
		bool ended = before->shared[i] && before->withdrawn[1 - i] && one.ended_by_merge;
		bool took_part = before->shared[i] || before->withdrawn[i];

		tool->shared[i] = i == 0 ? one.shared[0] : one.shared[0] && before->shared[1];
		tool->withdrawn[i] =
		    i == 0 ? one.withdrawn[0] : before->withdrawn[1] || (before->shared[1] && !one.shared[0]);
		if (i == 1 && before->since_ms[1] > tool->since_ms[1])
			tool->since_ms[1] = before->since_ms[1];
		if (i == 0 && !took_part && one.shared[0] && !one.began_since)
			tool->shared[0] = tool->withdrawn[0] = false; /* it came with the other one */
		if (ended) {
			tool->shared[i] = true;
			tool->withdrawn[i] = false;
			tool->since_ms[i] = now_ms;
		}
	}
}

/* A person parts them. What the second one's ticket says counts there. */
static inline void part_both(struct batch *batch, struct small *small)
{
	batch_add(batch,
		  &(struct job){.kind = JOB_SPLIT,
				.ask = {.incident = small->number[0], .author = {ENT_STR("desk"), ENT_STR("desk")}}});
	small->merged = 0;
	small->parted = true;
	small->status[1] = ENT_NEW;
	small->coeur[0] = small->coeur_before[0] || (small->coeur[0] && !small->coeur_before[1]);
	small->coeur[1] = small->coeur_before[1];
	for (int k = 0; k < TOOLS; k++)
		part_tool(&small->tool[k], &small->before[k], batch->world->now_ms);
}

/* ---- who is who --------------------------------------------------------------------------------- */

/* orion has two tools and none of its own name; the organisation of datacoeur is called otherwise. */
static inline struct supplier_set *views_suppliers(void)
{
	struct supplier_set *plain = world_suppliers(), *set = supplier_set_new(plain->n + 1);

	for (size_t i = 0; i < set->n; i++) {
		set->at[i] = plain->at[i < plain->n ? i : 0];
		set->at[i].index = i;
		if (sdk_eqz(set->at[i].name, "datacoeur"))
			set->at[i].organisation = ENT_STR(COEUR);
		if (!sdk_eqz(set->at[i].name, ORION))
			continue;
		set->at[i].name = set->at[i].title = sdk_str(tool_name[i != 0]);
		set->at[i].organisation = ENT_STR(ORION);
	}
	supplier_set_unref(plain);
	return set;
}

static inline int views_set_up(void **state)
{
	int rc = world_set_up(state);
	struct world *world = *state;

	supplier_set_unref(world->suppliers);
	world->suppliers = views_suppliers();
	return rc;
}

#endif
