/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shows what another map would make of what a supplier really sent: its last arrivals are decoded once more and read
 * with both maps. Nothing is changed.
 */
#include "face/mapping_try.h"

#include <string.h>
#include "base/charset.h"
#include "face/answer.h"
#include "face/arrive.h"
#include "face/ask.h"
#include "face/body.h"
#include "face/mapping.h"
#include "sdk/webhook.h"
#include "view/view_raw.h"

#define LAST_MAX  5000
#define LAST_DFLT 500
#define ROWS_MAX  500     /* differences in one answer */
#define BUDGET_US 2000000 /* after that it answers with what it has found so far */

/* A value that the two maps read differently. */
struct difference {
	const char *attribute;
	struct ent_str native, from, to, ticket;
	int64_t n;
};

struct trial {
	struct exchange *x;
	struct supplier now, then; /* the supplier, with its map and with the other */
	struct ent_self self;
	struct difference *at;
	size_t n;
	int64_t last, arrivals, undecoded, changes, unmapped_now, unmapped_then, end_us;
	bool cut_off, more_rows;
};

/* ---- differences ------------------------------------------------------------------------- */

static void note_difference(struct trial *trial, const char *attribute, struct ent_str native, struct ent_str from,
			    struct ent_str to, struct ent_str ticket)
{
	struct ent_arena *arena = &trial->x->arena.abi;

	if (sdk_eq(sdk_or_empty(from), sdk_or_empty(to)))
		return;
	for (size_t i = 0; i < trial->n; i++) {
		struct difference *one = &trial->at[i];

		if (strcmp(one->attribute, attribute) == 0 && sdk_eq(one->native, native) && sdk_eq(one->from, from) &&
		    sdk_eq(one->to, to)) {
			one->n++;
			return;
		}
	}
	if (trial->n == ROWS_MAX) {
		trial->more_rows = true;
		return;
	}
	trial->at[trial->n++] = (struct difference){.attribute = attribute,
						    .native = sdk_dup(arena, native),
						    .from = sdk_dup(arena, sdk_or_empty(from)),
						    .to = sdk_dup(arena, sdk_or_empty(to)),
						    .ticket = sdk_dup(arena, ticket),
						    .n = 1};
}

static void compare_changes(struct trial *trial, const struct ent_change *now, const struct ent_change *then)
{
	struct ent_str ticket = now->ticket.key.n > 0 ? now->ticket.key : now->ticket.id;

	trial->changes++;
	for (int i = 0; i < ENT_N_ATTR; i++) {
		const struct ent_value *value = &now->ticket.at[i];

		if ((now->ticket.has & (1u << i)) != 0)
			note_difference(trial, sdk_attr_name((enum ent_attr)i),
					value->native.n > 0 ? value->native : value->text, value->text,
					then->ticket.at[i].text, ticket);
	}
	note_difference(trial, "author", now->comment.author.id, now->comment.author.name, then->comment.author.name,
			ticket);
	note_difference(trial, "actor", now->actor.id, now->actor.name, then->actor.name, ticket);
}

/* ---- one arrival ----------------------------------------------------------------------------- */

/* An arrival that ended the broker before is not decoded here either. */
static bool decode_again(struct trial *trial, const struct raw_row *row, struct ent_arena *arena,
			 struct ent_changes *ret)
{
	struct ent_webhook webhook = arrive_kept(arena, row->header_json, row->body);
	unsigned char hash[SDK_HASH_MAX];
	struct ent_err err;
	bool is_read;

	if (arrive_was_asked_for(row->delivery_id))
		return arrive_read_answer(trial->x, &trial->now, &trial->self, &webhook, arena, ret, &err) == ENT_OK;
	(void)sdk_digest(SDK_SHA256, &webhook.body, 1, hash);
	struct slot_id id = arrival_slot(&trial->now, hash);
	if (!slot_enter(trial->x->desk->slot, &id, false))
		return false;
	is_read = charset_read(arena, webhook.header, webhook.n_header, &webhook.body, &err) == ENT_OK &&
		  trial->now.connector->decode(&trial->self, &webhook, arena, ret, &err) == ENT_OK;
	slot_leave(trial->x->desk->slot);
	return is_read;
}

static bool try_arrival(void *to, const struct raw_row *row)
{
	struct trial *trial = to;
	struct exchange *x = trial->x;
	struct clock *clock = x->desk->face->world.clock;
	struct arrival now = {.supplier = trial->now.name, .received_ms = row->received_ms}, then = now;
	struct ent_changes changes = {NULL, 0};
	struct sdk_arena arena;

	if (clock->mono_us(clock) > trial->end_us) {
		trial->cut_off = true;
		return false;
	}
	trial->arrivals++;
	sdk_arena_init(&arena);
	if (!decode_again(trial, row, &arena.abi, &changes)) {
		trial->undecoded++;
	} else {
		arrival_take(x->roster->set, &trial->now, changes, &arena.abi, &now);
		arrival_take(x->roster->set, &trial->then, changes, &arena.abi, &then);
		trial->unmapped_now += now.n_unmapped;
		trial->unmapped_then += then.n_unmapped;
		for (size_t i = 0; i < now.changes.n && i < then.changes.n; i++)
			compare_changes(trial, &now.changes.at[i], &then.changes.at[i]);
	}
	sdk_arena_release(&arena);
	return true;
}

/* ---- the answer -------------------------------------------------------------------------------- */

static void print_trial(struct trial *trial)
{
	struct sdk_jsonw w = answer_json(trial->x);

	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kstr(&w, "supplier", trial->now.name);
	sdk_jsonw_kint(&w, "version", trial->now.map_version);
	sdk_jsonw_kint(&w, "arrivals", trial->arrivals);
	sdk_jsonw_kint(&w, "undecoded", trial->undecoded);
	sdk_jsonw_kint(&w, "changes", trial->changes);
	sdk_jsonw_kint(&w, "unmapped_before", trial->unmapped_now);
	sdk_jsonw_kint(&w, "unmapped_after", trial->unmapped_then);
	sdk_jsonw_kbool(&w, "cut_off", trial->cut_off || trial->more_rows);
	sdk_jsonw_key(&w, "differences");
	sdk_jsonw_open(&w, '[');
	for (size_t i = 0; i < trial->n; i++) {
		const struct difference *one = &trial->at[i];

		sdk_jsonw_open(&w, '{');
		sdk_jsonw_kz(&w, "attribute", one->attribute);
		sdk_jsonw_kstr(&w, "native", one->native);
		sdk_jsonw_kstr(&w, "from", one->from);
		sdk_jsonw_kstr(&w, "to", one->to);
		sdk_jsonw_kint(&w, "n", one->n);
		sdk_jsonw_kstr(&w, "ticket", one->ticket);
		sdk_jsonw_close(&w, '}');
	}
	sdk_jsonw_close(&w, ']');
	sdk_jsonw_close(&w, '}');
	answer_done(trial->x, 200);
}

struct try_body {
	const struct sdk_json *map;
	int64_t last;
};

static const struct body_field try_fields[] = {{"map", BODY_NODE, true, 0, 0, offsetof(struct try_body, map)},
					       {"last", BODY_INT, false, 1, LAST_MAX, offsetof(struct try_body, last)},
					       {0}};

void mapping_try(struct exchange *x)
{
	const struct supplier *supplier = ask_supplier(x);
	struct trial *trial = SDK_NEW(&x->arena.abi, struct trial);
	struct clock *clock = x->desk->face->world.clock;
	struct try_body body = {NULL, LAST_DFLT};
	struct ent_str json;
	struct maps maps;
	struct ent_err err;

	if (supplier == NULL || !body_read(x, try_fields, &body) || !mapping_read(x, supplier, body.map, &json, &maps))
		return;
	trial->x = x;
	trial->now = trial->then = *supplier;
	trial->then.maps = maps;
	trial->at = SDK_NEW_N(&x->arena.abi, struct difference, ROWS_MAX);
	trial->end_us = clock->mono_us(clock) + BUDGET_US;
	/* A state of its own: this is a reader's thread, and the roster's is the worker's. */
	trial->self = (struct ent_self){supplier->settings, NULL};
	if (supplier->connector->open != NULL &&
	    supplier->connector->open(supplier->settings, &trial->self.state, &err) != ENT_OK) {
		answer_problem(x, PROBLEM_INTERNAL, "ask.settings", "The connector refuses its settings: {why=%p}.",
			       SDK_WHY(&err));
		return;
	}
	if (view_raw(ask_view(x), supplier->name, body.last, try_arrival, trial, &err) == ENT_OK)
		print_trial(trial);
	else
		answer_failure(x, ENT_ERETRY, &err);
	if (supplier->connector->close != NULL)
		supplier->connector->close(trial->self.state);
}
