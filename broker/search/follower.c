/* SPDX-License-Identifier: Apache-2.0 */
#include "search/follower.h"

#include <inttypes.h>
#include <string.h>

#include "core/organisation.h"
#include "sdk/webhook.h"
#include "store/outbox.h"
#include "store/rows.h"

#define FOLLOWER_STORE "store" /* which one it is, and whose tools are whose there */
#define FOLLOWER_MARK  "mark"  /* the event at the position: a store that was put back has another one there */
#define FOLLOWER_AT    "at"    /* the incident that was gone through last */
#define FOLLOWER_REF   "ref"   /* the person */

void follower_open(struct follower *follower, struct db *index, struct db *store, const struct store_meta *meta,
		   const struct supplier_set *suppliers)
{
	follower->meta = meta;
	fill_open(&follower->fill, index, store, suppliers);
}

void follower_close(struct follower *follower)
{
	fill_close(&follower->fill);
}

/* ---- whose index it is -------------------------------------------------------------------- */

/* The rows of another store, or under other organisations, say something else. */
static struct ent_str store_name(struct follower *follower)
{
	const struct supplier_set *set = follower->fill.suppliers;
	struct ent_arena *arena = &follower->fill.arena.abi;
	struct ent_str name = sdk_format(arena, "%s %" PRId64 " %.*s", follower->meta->store_id,
					 follower->meta->created_ms, ENT_F(organisation_ours(set)));

	for (size_t i = 0; set && i < set->n; i++)
		name = sdk_format(arena, "%.*s %.*s=%.*s", ENT_F(name), ENT_F(set->at[i].name),
				  ENT_F(organisation_of(&set->at[i])));
	return name;
}

struct follower_mark {
	struct ent_arena *arena;
	int64_t seq;
	struct ent_str text;
};

static struct ent_str mark_of(struct ent_arena *arena, const struct outbox_row *row)
{
	return sdk_format(arena, "%" PRId64 " %.*s %" PRId64 " %" PRId64, row->seq, ENT_F(sdk_or_empty(row->subject)),
			  row->sequence, row->recorded_ms);
}

static bool keep_mark(void *to, const struct outbox_row *row)
{
	struct follower_mark *mark = to;

	if (row->seq == mark->seq)
		mark->text = mark_of(mark->arena, row);
	return false;
}

/* No event stands at position 0, nor at one that a rebuild reserved. */
static struct ent_str read_mark(struct follower *follower, int64_t position)
{
	struct follower_mark mark = {&follower->fill.arena.abi, position, ENT_STR("")};

	if (position > 0)
		(void)outbox_read(follower->fill.store, position - 1, 1, keep_mark, &mark);
	return mark.text;
}

static bool is_of_store(struct follower *follower)
{
	struct db *index = follower->fill.index;
	int64_t position = index_number(index, INDEX_POSITION);

	return index_has_text(index, FOLLOWER_STORE, store_name(follower)) &&
	       position <= outbox_last_seq(follower->fill.store) &&
	       index_has_text(index, FOLLOWER_MARK, read_mark(follower, position));
}

static void begin_anew(struct follower *follower)
{
	struct db *index = follower->fill.index;
	int64_t position = outbox_last_seq(follower->fill.store);

	index_clear(index);
	index_set_text(index, FOLLOWER_STORE, store_name(follower));
	index_set_number(index, INDEX_POSITION, position);
	index_set_text(index, FOLLOWER_MARK, read_mark(follower, position));
	index_set_number(index, INDEX_STAGE, INDEX_STAGE_INCIDENTS);
}

void follower_restart(struct follower *follower)
{
	db_begin(follower->fill.index);
	index_set_text(follower->fill.index, FOLLOWER_STORE, ENT_STR(""));
	(void)db_commit(follower->fill.index);
}

/* ---- the whole store ------------------------------------------------------------------------ */

static void go_through_incidents(struct follower *follower)
{
	struct db *index = follower->fill.index;
	int64_t number[FOLLOWER_STEP];
	size_t n = view_hit_incidents(follower->fill.store, index_number(index, FOLLOWER_AT), number, FOLLOWER_STEP);

	for (size_t i = 0; i < n; i++) {
		fill_incident_row(&follower->fill, number[i], true);
		fill_forget(&follower->fill);
	}
	if (n > 0)
		index_set_number(index, FOLLOWER_AT, number[n - 1]);
	else
		index_set_number(index, INDEX_STAGE, INDEX_STAGE_PEOPLE);
}

struct follower_people {
	struct follower *follower;
	int n;
};

static bool take_person(void *to, const struct person_row *row)
{
	struct follower_people *people = to;

	fill_person_row(&people->follower->fill, row->person.ref);
	index_set_text(people->follower->fill.index, FOLLOWER_REF, row->person.ref);
	return ++people->n < FOLLOWER_STEP;
}

static void go_through_people(struct follower *follower)
{
	struct db *index = follower->fill.index;
	struct db_stmt *stmt = db_use(index, "SELECT value FROM progress WHERE name = '" FOLLOWER_REF "'");
	struct ent_str last = db_row(stmt) ? sdk_dup(&follower->fill.arena.abi, db_str(stmt, 0)) : ENT_ABSENT;
	struct follower_people people = {follower, 0};

	db_done(stmt);
	if (outbox_people(follower->fill.store, -1, INT64_MAX, last, take_person, &people))
		index_set_number(index, INDEX_STAGE, INDEX_STAGE_EVENTS);
}

/* ---- its events ----------------------------------------------------------------------------- */

struct follower_batch {
	struct follower *follower;
	int64_t first, last, moved; /* moved: the incident that was filled last */
	struct ent_str mark;
};

/* The rows that the event is about, as the store holds them now. */
static void follow_event(struct follower_batch *batch, const struct outbox_row *row)
{
	struct fill *fill = &batch->follower->fill;
	bool is_merge = row->kind == EVENT_INCIDENT_MERGED || row->kind == EVENT_INCIDENT_SPLIT ||
			row->kind == EVENT_INCIDENT_RESTORED;
	int64_t number = incident_by_uuid(fill->store, row->subject);
	struct event event;
	struct ent_err err;

	if (number == 0)
		return; /* a supplier's state */
	if (number != batch->moved || is_merge)
		fill_incident_row(fill, number, is_merge);
	batch->moved = number;
	if (event_parse(&fill->arena.abi, row->kind, row->json, &event, &err) != ENT_OK)
		return; /* entente fsck says so */
	if (event.comment.uuid[0])
		fill_comment_row(fill, view_hit_comment(fill->store, sdk_str(event.comment.uuid)));
	else if (event.ticket_id.n && row->supplier.n)
		fill_ticket_row(fill, view_hit_ticket(fill->store, row->supplier, event.ticket_id));
}

static bool take_event(void *to, const struct outbox_row *row)
{
	struct follower_batch *batch = to;

	if (row->topic == OUTBOX_EVENTS)
		follow_event(batch, row);
	sdk_buf_clear(&batch->follower->fill.reads);
	fill_forget(&batch->follower->fill);
	batch->last = row->seq;
	batch->mark = mark_of(&batch->follower->fill.arena.abi, row);
	return !db_failed(batch->follower->fill.index);
}

/* All of it is read as of one moment: outbox_read() holds it until it is done. */
static bool follow_events(struct follower *follower)
{
	struct db *index = follower->fill.index;
	struct follower_people people = {follower, INT32_MIN};
	struct follower_batch batch = {.follower = follower, .first = index_number(index, INDEX_POSITION)};

	batch.last = batch.first;
	if (outbox_read(follower->fill.store, batch.first, FOLLOWER_STEP, take_event, &batch) <= 0)
		return false;
	index_set_number(index, INDEX_POSITION, batch.last);
	index_set_text(index, FOLLOWER_MARK, batch.mark);
	struct ent_str last = sdk_dup(&follower->fill.arena.abi, ENT_STR(""));
	(void)outbox_people(follower->fill.store, batch.first, batch.last, last, take_person, &people);
	if (follower->fill.forgets)
		index_shred(index);
	follower->fill.forgets = false;
	return true;
}

/* ---- a step ---------------------------------------------------------------------------------- */

bool follower_step(struct follower *follower)
{
	struct db *index = follower->fill.index;
	bool more = true;

	fill_forget(&follower->fill);
	db_begin(index);
	if (!is_of_store(follower)) {
		begin_anew(follower);
	} else {
		switch (index_number(index, INDEX_STAGE)) {
		case INDEX_STAGE_INCIDENTS:
			go_through_incidents(follower);
			break;
		case INDEX_STAGE_PEOPLE:
			go_through_people(follower);
			break;
		default:
			more = follow_events(follower);
		}
	}
	if (db_failed(follower->fill.store) || !more) {
		db_rollback(index);
		return false;
	}
	return db_commit(index);
}

int64_t follower_behind(struct db *index, struct db *store)
{
	int64_t behind = outbox_last_seq(store) - index_number(index, INDEX_POSITION);

	if (index_number(index, INDEX_STAGE) != INDEX_STAGE_EVENTS)
		return -1;
	return behind > 0 ? behind : 0;
}
