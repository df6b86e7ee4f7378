/* SPDX-License-Identifier: Apache-2.0 */
#include "store/people.h"

#include "core/echo.h"
#include "core/mention.h"
#include "core/organisation.h"
#include "sdk/webhook.h"
#include "store/outbox.h"
#include "store/users.h"

#include <assert.h>
#include <string.h>

/* A token's name has no colon. */
#define ACCOUNT_PREFIX "account:"

/* An account that the job has met. */
struct people_met {
	struct account account;
	struct person_row row;
	bool is_new, is_dirty; /* not stored yet; something new was told */
	struct people_met *next;
};

static bool same_account(const struct account *a, const struct account *b)
{
	return sdk_eq(a->id, b->id) && sdk_eq(a->supplier, b->supplier) && sdk_eq(a->organisation, b->organisation);
}

static struct people_met *met_before(const struct apply *apply, const struct account *account)
{
	struct people_met *met = apply->met;

	while (met && !same_account(&met->account, account))
		met = met->next;
	return met;
}

static bool row_by_mark(struct apply *apply, struct person_row *row)
{
	struct db_stmt *stmt =
	    db_use(apply->db, "SELECT ref, organisation, kind, name, erased FROM person WHERE account_hash = $1");

	db_bind_blob(stmt, 1, (struct ent_str){(const char *)row->mark, PERSON_MARK_SIZE});
	bool found = db_row(stmt);
	if (found)
		row->person = (struct person){.ref = sdk_dup(apply->arena, db_str(stmt, 0)),
					      .organisation = sdk_dup(apply->arena, db_str(stmt, 1)),
					      .name = sdk_dup(apply->arena, db_str(stmt, 3)),
					      .is_machine = sdk_eqz(db_str(stmt, 2), "machine"),
					      .is_erased = db_int(stmt, 4) != 0};
	db_done(stmt);
	return found;
}

/* As store/dossier_check.h does it. */
#ifdef ENTENTE_CHECKS
static void row_check(struct apply *apply, const struct person_row *known)
{
	struct person_row row = *known;
	const int64_t used = *db_used(apply->db);
	bool same = row_by_mark(apply, &row) && sdk_eq(row.person.ref, known->person.ref) &&
		    sdk_eq(row.person.organisation, known->person.organisation) &&
		    sdk_eq(row.person.name, known->person.name) && row.person.is_machine == known->person.is_machine &&
		    row.person.is_erased == known->person.is_erased;

	*db_used(apply->db) = used;
	assert(same || db_failed(apply->db));
}
#define ROW_CHECK(apply, known) row_check(apply, known)
#else
#define ROW_CHECK(apply, known) ((void)0)
#endif

/* As it is stored. False: it is not known. */
static bool row_of(struct apply *apply, const struct account *account, struct person_row *ret)
{
	const struct person_row *known = accounts_find(apply->accounts, account);

	if (!known)
		person_mark(apply->people_key, account->organisation, account->supplier, account->id, ret->mark);
	else
		*ret = *known;
	if (!known)
		return row_by_mark(apply, ret);
	ROW_CHECK(apply, known);
	return true;
}

static struct people_met *meet_person(struct apply *apply, const struct account *account)
{
	struct people_met *before = met_before(apply, account), *met;
	char ref[ID_SIZE];

	if (before)
		return before;
	met = SDK_NEW(apply->arena, struct people_met);
	*met = (struct people_met){.account = *account, .next = apply->met};
	met->is_new = !row_of(apply, account, &met->row);
	if (met->is_new) {
		apply->chance->uuid(apply->chance, ref);
		met->row.person = (struct person){.ref = sdk_dup(apply->arena, sdk_str(ref)),
						  .organisation = account->organisation,
						  .name = ENT_STR("")};
	}
	apply->met = met;
	return met;
}

static struct person person_of(struct apply *apply, struct ent_str organisation, struct ent_str supplier,
			       const struct ent_person *told, bool is_machine)
{
	const struct account account = {organisation, supplier, person_account(told)};

	if (!account.id.n)
		return (struct person){.ref = ENT_STR("")};
	struct people_met *met = meet_person(apply, &account);
	met->is_dirty |= person_learn(&met->row.person, told, is_machine);
	return met->row.person;
}

static struct person person_there(struct apply *apply, const struct situation *at, const struct ent_person *told)
{
	const struct supplier *from = at->arrival ? at->arrival->from : NULL;

	return person_of(apply, organisation_named(at->suppliers, at->supplier), at->supplier, told,
			 from && echo_is_account(from, told));
}

void people_of_change(struct apply *apply, struct situation *at, struct ent_change *change)
{
	at->actor = person_there(apply, at, &change->actor);
	at->author = person_there(apply, at, &change->comment.author);
	for (unsigned i = 0; i < ENT_N_ATTR; i++) {
		struct ent_value *value = &change->ticket.at[i];

		if (!attr_in(change->ticket.has & PERSON_ATTRS, i))
			continue;
		const struct ent_person told = {value->native, value->text};
		const struct person person = person_there(apply, at, &told);
		*value = person_value(apply->arena, &person);
	}
}

struct person people_ours(struct apply *apply, const struct ent_person *told)
{
	return person_of(apply, organisation_ours(apply->suppliers), ENT_STR(""), told, false);
}

struct person people_of_account(struct apply *apply, struct ent_str ref)
{
	struct user user;

	if (!users_find(apply->db, apply->arena, ref, &user))
		return (struct person){.ref = ENT_STR("")};
	const struct account account = {user.organisation, ENT_STR(""),
					sdk_format(apply->arena, ACCOUNT_PREFIX "%.*s", ENT_F(ref))};
	const struct ent_person told = {account.id, user.name};
	struct people_met *met = meet_person(apply, &account);
	if (met->is_new)
		met->row.person.ref = ref;
	met->is_dirty |= person_learn(&met->row.person, &told, false);
	return met->row.person;
}

struct person people_asking(struct apply *apply, const struct reader *by, const struct ent_person *told)
{
	if (by->ref.n)
		return people_of_account(apply, by->ref);
	if (by->kind == READER_ORGANISATION)
		return person_of(apply, by->organisation, ENT_STR(""), told, true);
	return people_ours(apply, told);
}

/* ---- written with the event that names them ------------------------------------------- */

static bool event_names(const struct event *event, struct ent_str ref)
{
	if (sdk_eq(sdk_or_empty(event->actor.ref), ref) || sdk_eq(sdk_or_empty(event->comment.author.ref), ref) ||
	    sdk_eq(sdk_or_empty(event->description.requester.ref), ref) || mention_has(event->comment.mentions, ref))
		return true;
	for (size_t i = 0; i < event->n_attr; i++)
		if (attr_in(PERSON_ATTRS, event->attr[i].attr) && sdk_eq(sdk_or_empty(event->attr[i].to.text), ref))
			return true;
	return false;
}

static void row_save(struct db *db, const struct person_row *row, int64_t seq)
{
	struct db_stmt *stmt = db_use(
	    db, "INSERT INTO person (ref, organisation, account_hash, kind, name, erased, first_seq, seq) VALUES ($1, "
		"$2, $3, $4, $5, $7, $6, $6) ON CONFLICT (ref) DO UPDATE SET kind = excluded.kind, name = "
		"excluded.name, erased = excluded.erased, seq = excluded.seq");
	const struct person *person = &row->person;

	db_bind_str(stmt, 1, person->ref);
	db_bind_str(stmt, 2, sdk_or_empty(person->organisation));
	db_bind_blob(stmt, 3, (struct ent_str){(const char *)row->mark, PERSON_MARK_SIZE});
	db_bind_str(stmt, 4, sdk_str(person_kind(person)));
	db_bind_str(stmt, 5, sdk_or_empty(person->name));
	db_bind_int(stmt, 6, seq);
	db_bind_int(stmt, 7, person->is_erased);
	(void)db_row(stmt);
}

void people_named(struct apply *apply, const struct event *event)
{
	for (struct people_met *met = apply->met; met; met = met->next) {
		if ((!met->is_new && !met->is_dirty) || !event_names(event, met->row.person.ref))
			continue;
		row_save(apply->db, &met->row, event->seq);
		met->is_new = met->is_dirty = false;
	}
}

bool people_erase(struct apply *apply, struct ent_str ref)
{
	const int64_t seq = apply->ledger->seq + 1;
	struct db_stmt *stmt = db_use(apply->db, "UPDATE person SET name = '', erased = 1, seq = $2 WHERE ref = $1");

	db_bind_str(stmt, 1, ref);
	db_bind_int(stmt, 2, seq);
	if (!db_changed(stmt))
		return false;
	apply->ledger->seq = seq;
	outbox_append(apply->db, &(struct outbox_entry){.seq = seq,
							.kind = ENT_STR(EVENT_KIND_PERSON),
							.sequence = -seq,
							.partition = -1,
							.time_ms = apply->now_ms,
							.recorded_ms = apply->now_ms,
							.json = ENT_STR("")});
	apply->n_event++;
	accounts_clear(apply->accounts); /* it holds names of before */
	return true;
}

void people_keep(struct apply *apply)
{
	for (const struct people_met *met = apply->met; met; met = met->next)
		accounts_keep(apply->accounts, &met->account, met->is_new || met->is_dirty ? NULL : &met->row);
	accounts_settle(apply->accounts);
}

bool people_load(struct db *db, struct ent_arena *arena, struct ent_str ref, struct person *ret)
{
	struct db_stmt *stmt = db_use(db, "SELECT organisation, kind, name FROM person WHERE ref = $1");

	*ret = (struct person){.ref = ref, .organisation = ENT_STR(""), .name = ENT_STR("")};
	if (!ref.n)
		return false;
	db_bind_str(stmt, 1, ref);
	bool found = db_row(stmt);
	if (found)
		*ret = (struct person){.ref = ref,
				       .organisation = sdk_dup(arena, db_str(stmt, 0)),
				       .name = sdk_dup(arena, db_str(stmt, 2)),
				       .is_machine = sdk_eqz(db_str(stmt, 1), "machine")};
	db_done(stmt);
	return found;
}

/* ---- published and read back ------------------------------------------------------------ */

void people_restore(struct db *db, const struct person_row *row)
{
	row_save(db, row, 0);
}

void people_forget(struct db *db, struct ent_str ref)
{
	struct db_stmt *stmt = db_use(db, "DELETE FROM person WHERE ref = $1");

	db_bind_str(stmt, 1, ref);
	(void)db_row(stmt);
}
