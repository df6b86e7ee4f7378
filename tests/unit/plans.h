/* SPDX-License-Identifier: Apache-2.0 */
/* An incident in which every supplier takes part, and what an event of it plans. For the tests of test_federate*.c. */
#ifndef UNIT_PLANS_H
#define UNIT_PLANS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "suppliers.h"

#define UUID "51f4a1d6-6f0b-4c89-9a57-3f1fd33d0b02"

struct world {
	struct sdk_arena arena;
	struct supplier_set *set;
	struct incident before, after;
	struct event event;
	struct party party[N_SUPPLIERS];
	struct federate at;
	struct planned_list list;
};

/* Everybody takes part with a ticket in progress at priority 3, and so does the incident; orion holds the ball and is
 * who speaks. */
static inline void begin(struct world *world, enum event_kind kind)
{
	memset(world, 0, sizeof *world);
	sdk_arena_init(&world->arena);
	world->set = test_suppliers();
	world->before = (struct incident){.number = 42,
					  .values.at[ENT_STATUS] = ENT_IN_PROGRESS,
					  .values.at[ENT_PRIORITY] = 3,
					  .holder = ENT_STR("orion"),
					  .sequence = 3};
	world->after = world->before;
	world->event =
	    (struct event){.kind = kind, .incident = 42, .supplier = ENT_STR("orion"), .ticket_id = ENT_STR("A-1")};
	for (size_t i = 0; i < N_SUPPLIERS; i++)
		world->party[i] = (struct party){.supplier = &world->set->at[i],
						 .shares = true,
						 .ticket = ENT_STR("T-1"),
						 .values.at[ENT_STATUS] = ENT_IN_PROGRESS,
						 .values.at[ENT_PRIORITY] = 3};
	world->at =
	    (struct federate){ENT_STR("us"), &world->before, &world->after, &world->event, world->party, N_SUPPLIERS};
	world->list.arena = &world->arena.abi;
}

static inline void end(struct world *world)
{
	supplier_set_unref(world->set);
	sdk_arena_release(&world->arena);
}

/* "telnord:add_comment vega:update_ticket(status,priority)" */
static inline const char *plans(struct world *world)
{
	struct ent_str text = ENT_STR("");

	federate(&world->at, &world->list);
	for (size_t i = 0; i < world->list.n; i++) {
		const struct planned *p = &world->list.at[i];
		const char *op = p->op == ENT_CREATE_TICKET    ? "create"
				 : p->op == ENT_ADD_COMMENT    ? "comment"
				 : p->op == ENT_EDIT_COMMENT   ? "edit"
				 : p->op == ENT_REMOVE_COMMENT ? "removal"
							       : "update";
		if (p->op == ENT_ADD_COMMENT && !p->comment[0])
			op = p->text.n ? "notice" : "nothing";
		text = sdk_format(&world->arena.abi, "%.*s%s%.*s:%s%s%s%s", ENT_F(text), i ? " " : "",
				  ENT_F(p->supplier->name), op, p->set & (1u << ENT_STATUS) ? "+status" : "",
				  p->set & (1u << ENT_PRIORITY) ? "+priority" : "", p->cancels ? "+cancels" : "");
		if (p->set & (1u << ENT_IMPACT | 1u << ENT_URGENCY))
			text = sdk_format(&world->arena.abi, "%.*s%s%s", ENT_F(text),
					  p->set & (1u << ENT_IMPACT) ? "+impact" : "",
					  p->set & (1u << ENT_URGENCY) ? "+urgency" : "");
	}
	return sdk_z(&world->arena.abi, text);
}

static inline void expect(struct world *world, const char *what, const char *want)
{
	const char *got = plans(world);

	if (strcmp(got, want) != 0)
		fail_msg("%s: got '%s', expected '%s'", what, got, want);
	end(world);
}

#endif
