/* SPDX-License-Identifier: Apache-2.0 */
/* The tools of a run, and how the broker is configured for them. */
#include "sim.h"

enum { POLL_MS = 6000, SWEEP_MS = 15000 };

/* Only the remote id tells: the tool changes our words, and our account is not known. Its log shows them late. */
static void only_id(struct tool *tool)
{
	tool->class = CLASS_A;
	tool->hooks = tool->knows_account = tool->marks = tool->renumbers = false;
	tool->mangles = true;
}

void tools_draw(struct sim *sim)
{
	struct rng rng;

	sim->n_tool = sim->plan.n_tool;
	for (int i = 0; i < sim->n_tool; i++) {
		struct tool *tool = &sim->tool[i];

		tool_init(tool, i, sim->seed);
		if (sim->plan.only_id)
			only_id(tool);
		rng_init(&rng, sim->seed, "policy", (uint64_t)i);
		if (plan_has(&sim->plan, FAULT_POLICY))
			tool->policy = (enum policy)rng_below(&rng, POLICY_THEIRS + 1);
		trace_line(&sim->world, "%s: class %c%s%s%s%s%s%s", tool->name, 'A' + (int)tool->class,
			   tool->hooks ? ", hooks" : "", tool->tells_actor ? ", tells actor" : "",
			   tool->mangles ? ", mangles" : "", tool->marks ? ", keeps markers" : "",
			   tool->knows_account ? ", account known" : "", tool->everyone ? ", public is everyone" : "");
	}
	robot_draw(sim);
	rank_draw(sim);
	words_draw(sim);
}

static void configure(struct supplier_set *set, struct supplier *supplier, const struct tool *tool)
{
	struct ent_arena *arena = &set->arena.abi;
	int64_t *settings = SDK_NEW_N(arena, int64_t, 1);

	*settings = (int64_t)tool->class;
	supplier->name = sdk_dup(arena, sdk_str(tool->name));
	supplier->title = sdk_format(arena, "Supplier %d", tool->index);
	supplier->connector = rank_connector(tool);
	supplier->settings = settings;
	supplier->public_everyone = tool->everyone;
	supplier->joins = JOINS_ANYONE;
	for (unsigned i = 0; i < ENT_N_ATTR; i++)
		supplier->policy[i] = tool->policy;
	supplier->account = tool->knows_account ? ENT_STR("bot") : ENT_ABSENT;
	supplier->link = (struct supplier_link){.url = sdk_format(arena, "https://%s.example/api", tool->name),
						.timeout_ms = 30000,
						.connect_ms = 5000,
						.answer_max = 1 << 20,
						.rate_per_min = tool->rate_per_min,
						.at_once = 3,
						.poll_ms = POLL_MS,
						.sweep_ms = SWEEP_MS,
						.search_lag_ms = -1,
						.silence_ms = -1};
}

/* They are the first of the set. */
void tools_configure(struct supplier_set *set, const struct sim *sim)
{
	for (int i = 0; i < sim->n_tool; i++)
		configure(set, &set->at[i], &sim->tool[i]);
}
