/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/tail_names.h"

#include "core/person.h"
#include "sdk/webhook_json.h"

void tail_names_init(struct tail_names *names, const struct bus_options *options)
{
	*names = (struct tail_names){.options = options};
	sdk_arena_init(&names->arena);
}

void tail_names_release(struct tail_names *names)
{
	sdk_arena_release(&names->arena);
}

static struct tail_name *known_name(struct tail_names *names, struct ent_str ref)
{
	struct tail_name *one = names->first;

	while (one && !sdk_eq(one->ref, ref))
		one = one->next;
	return one;
}

void tail_names_add(struct tail_names *names, struct ent_str ref, struct ent_str name)
{
	struct ent_arena *arena = &names->arena.abi;
	struct tail_name *one = known_name(names, ref);

	if (!one) {
		one = SDK_NEW(arena, struct tail_name);
		*one = (struct tail_name){.ref = sdk_dup(arena, ref), .next = names->first};
		names->first = one;
	}
	if (!sdk_eq(sdk_or_empty(one->name), sdk_or_empty(name)))
		one->name = sdk_dup(arena, sdk_or_empty(name));
}

static bool take_name(void *to, const struct bus_record *record)
{
	struct sdk_arena arena;
	struct person_row row;
	struct ent_err err;

	sdk_arena_init(&arena);
	if (!record->value.p) /* forgotten */
		tail_names_add(to, record->key, ENT_STR(""));
	else if (person_record_parse(&arena.abi, record->value, &row, &err) == ENT_OK)
		tail_names_add(to, row.person.ref, row.person.name);
	sdk_arena_release(&arena);
	return true;
}

struct ent_str tail_names_find(struct tail_names *names, struct ent_str ref)
{
	struct tail_name *one = known_name(names, ref);
	struct ent_err err;
	bool trimmed;

	if (one || !ref.n)
		return one ? one->name : ENT_STR("");
	if (names->options && !names->is_closed)
		names->is_closed =
		    bus_read_whole(names->options, KAFKA_PEOPLE, take_name, names, &trimmed, &err) != ENT_OK;
	if (!known_name(names, ref))
		tail_names_add(names, ref, ENT_STR("")); /* asked for once */
	return known_name(names, ref)->name;
}
