/* SPDX-License-Identifier: Apache-2.0 */
/* An incident that orion holds, and what is decided of it. For test_policy.c and test_decide_own.c. */
#ifndef UNIT_SITUATIONS_H
#define UNIT_SITUATIONS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/arrival.h"
#include "core/decide.h"
#include "core/decide_own.h"
#include "core/decide_word.h"
#include "core/fold.h"
#include "suppliers.h"

struct world {
	struct sdk_arena arena;
	struct supplier_set *set;
	struct incident incident;
	struct ticket ticket;
	struct arrival arrival;
	struct situation at;
	struct ent_change change;
	struct events events;
};

/* vega speaks; orion holds an incident in progress at priority 3. */
static inline void begin(struct world *world)
{
	memset(world, 0, sizeof *world);
	sdk_arena_init(&world->arena);
	world->set = test_suppliers();
	world->incident = (struct incident){.number = 42,
					    .values.at[ENT_STATUS] = ENT_IN_PROGRESS,
					    .values.at[ENT_PRIORITY] = 3,
					    .holder = ENT_STR("orion"),
					    .is_accepted = true,
					    .sequence = 5};
	world->at = (struct situation){.suppliers = world->set,
				       .supplier = ENT_STR("vega"),
				       .incident = &world->incident,
				       .now_ms = 1000000,
				       .arrival = &world->arrival,
				       .writes = true};
	world->change = (struct ent_change){.kind = ENT_TICKET_CHANGED, .ticket.id = ENT_STR("V-1")};
	world->events.arena = &world->arena.abi;
}

static inline void end(struct world *world)
{
	supplier_set_unref(world->set);
	sdk_arena_release(&world->arena);
}

static inline struct ent_str kinds(struct world *world)
{
	struct ent_str text = ENT_STR("");

	for (size_t i = 0; i < world->events.n; i++)
		text = sdk_format(&world->arena.abi, "%.*s%s%s", ENT_F(text), i ? " " : "",
				  event_name(world->events.at[i].kind));
	return text;
}

/* The incident after all that was decided. */
static inline void fold(struct world *world)
{
	for (size_t i = 0; i < world->events.n; i++) {
		struct event *event = &world->events.at[i];
		event->sequence = world->incident.sequence + 1;
		fold_incident(&world->incident, event);
	}
}

#endif
