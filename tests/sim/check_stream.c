/* SPDX-License-Identifier: Apache-2.0 */
/* I2, I3, I8: what a read_committed reader of Kafka sees, beside what the store holds. */
#include "look.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/person.h"
#include "sdk/crypto.h"
#include "sdk/json.h"

/* One event of the store, by its sequence, and how often Kafka has it. */
struct stored {
	bool is_dead_letter;
	int32_t partition;
	int64_t sequence;
	char key[ID_SIZE]; /* of the record: the incident, or the supplier */
	unsigned char hash[32];
	int n_committed;
	bool is_seen; /* on Kafka, committed or not, with first_hash */
	unsigned char first_hash[32];
};

struct told {
	struct look *look;
	struct stored *at; /* 1..n */
	int64_t n;
	struct sdk_arena arena;
};

static void hash_of(struct ent_str bytes, unsigned char ret[32])
{
	unsigned char hash[SDK_HASH_MAX];

	(void)sdk_digest(SDK_SHA256, &bytes, 1, hash);
	memcpy(ret, hash, 32);
}

static struct ent_str header(const struct kafka_record *record, const char *name)
{
	for (size_t i = 0; i < record->n_header; i++)
		if (!strcmp(record->header[i].name, name))
			return record->header[i].value;
	return ENT_ABSENT;
}

static int64_t header_int(const struct kafka_record *record, const char *name)
{
	int64_t value;

	return sdk_to_int(header(record, name), &value) ? value : -1;
}

static void stored_load(struct told *told)
{
	struct look *look = told->look;
	sqlite3_stmt *stmt =
	    look_ask(look, "SELECT event.seq, event.kind, event.sequence, event.partition_no, event.json, "
			   "coalesce(incident.uuid, supplier_state.supplier) FROM event LEFT JOIN incident ON "
			   "incident.number = event.incident LEFT JOIN supplier_state ON supplier_state.row_no = "
			   "-event.incident ORDER BY event.seq");
	int64_t next = 1;

	told->n = look_int(look, "SELECT coalesce(max(seq), 0) FROM event");
	told->at = SDK_NEW_N(&told->arena.abi, struct stored, (size_t)told->n + 1);
	while (look_row(stmt)) {
		int64_t seq = sqlite3_column_int64(stmt, 0);
		struct stored *stored = &told->at[seq];
		struct ent_str uuid = look_text(stmt, 5);

		if (seq != next++)
			sim_violates(look->sim, "I2", "store", "the store has no event %lld", (long long)next - 1);
		stored->is_dead_letter = sdk_eqz(look_text(stmt, 1), "deadletter");
		stored->sequence = sqlite3_column_int64(stmt, 2);
		stored->partition = sqlite3_column_int(stmt, 3);
		hash_of(look_text(stmt, 4), stored->hash);
		memcpy(stored->key, uuid.p, uuid.n < ID_SIZE ? uuid.n : ID_SIZE - 1);
	}
}

/* Even an aborted record was seen by a read_uncommitted reader: an id means one thing for ever. */
static void check_ids(struct told *told, enum kafka_topic topic, int32_t partition)
{
	struct sim *sim = told->look->sim;
	struct consumer consumer = {&sim->cluster, topic, partition, 0};
	const struct kafka_record *record;

	while ((record = consumer_next_any(&consumer, NULL))) {
		int64_t seq = header_int(record, "ce_storeseq");
		unsigned char hash[32];
		struct stored *stored;

		if (seq < 1 || seq > told->n) {
			sim_violates(sim, "I8", "relay", "Kafka was given event %lld, the store ends at %lld",
				     (long long)seq, (long long)told->n);
			return;
		}
		stored = &told->at[seq];
		hash_of(record->value, hash);
		if (stored->is_seen && memcmp(stored->first_hash, hash, 32))
			sim_violates(sim, "I8", "relay", "event id %lld named two different events", (long long)seq);
		stored->is_seen = true;
		memcpy(stored->first_hash, hash, 32);
	}
}

struct place {
	char key[ID_SIZE];
	int64_t sequence;
};

/* The last sequence of this incident, or supplier, in this partition so far. */
static struct place *place_of(struct told *told, struct place *place, size_t *n, struct ent_str key)
{
	(void)told;
	for (size_t i = 0; i < *n; i++)
		if (sdk_eqz(key, place[i].key))
			return &place[i];
	memset(&place[*n], 0, sizeof place[*n]);
	memcpy(place[*n].key, key.p, key.n < ID_SIZE ? key.n : ID_SIZE - 1);
	return &place[(*n)++];
}

static void check_event(struct told *told, const struct kafka_record *record, int32_t partition, struct place *place)
{
	struct sim *sim = told->look->sim;
	int64_t seq = header_int(record, "ce_storeseq"), sequence = header_int(record, "ce_sequence");
	struct stored *stored = &told->at[seq > 0 && seq <= told->n ? seq : 0];
	unsigned char hash[32];

	hash_of(record->value, hash);
	if (stored == told->at || stored->is_dead_letter)
		sim_violates(sim, "I2", "relay", "Kafka has event %lld that the store does not know", (long long)seq);
	else if (stored->n_committed++)
		sim_violates(sim, "I2", "relay", "Kafka has event %lld twice", (long long)seq);
	else if (memcmp(hash, stored->hash, 32) || !sdk_eqz(record->key, stored->key))
		sim_violates(sim, "I2", "relay", "event %lld says something else on Kafka than in the store",
			     (long long)seq);
	else if (sequence != stored->sequence || sequence != place->sequence + 1)
		sim_violates(sim, "I3", "relay", "event %lld is %lld in its incident, Kafka has it as %lld after %lld",
			     (long long)seq, (long long)stored->sequence, (long long)sequence,
			     (long long)place->sequence);
	else if (partition != stored->partition)
		sim_violates(sim, "I3", "relay", "event %lld is in partition %d, not %d", (long long)seq, partition,
			     stored->partition);
	place->sequence = sequence;
}

static void check_events(struct told *told, int32_t partition)
{
	struct sim *sim = told->look->sim;
	struct consumer consumer = {&sim->cluster, KAFKA_EVENTS, partition, 0};
	struct place *place = SDK_NEW_N(&told->arena.abi, struct place, (size_t)told->n + 1);
	const struct kafka_record *record;
	size_t n_place = 0;

	while ((record = consumer_next(&consumer, NULL)) && !sim->violation.invariant[0])
		check_event(told, record, partition, place_of(told, place, &n_place, record->key));
}

static void check_dead_letters(struct told *told)
{
	struct sim *sim = told->look->sim;
	struct consumer consumer = {&sim->cluster, KAFKA_DEADLETTER, 0, 0};
	const struct kafka_record *record;

	while ((record = consumer_next(&consumer, NULL))) {
		int64_t seq = header_int(record, "ce_storeseq");

		if (seq < 1 || seq > told->n || !told->at[seq].is_dead_letter)
			sim_violates(sim, "I2", "relay", "Kafka has a dead letter %lld that the store does not know",
				     (long long)seq);
		else if (told->at[seq].n_committed++)
			sim_violates(sim, "I2", "relay", "Kafka has dead letter %lld twice", (long long)seq);
	}
}

/* entente.incidents.v1: the newest word about each incident is its state now, or that it is gone. */
static void check_snapshots(struct told *told)
{
	struct look *look = told->look;
	sqlite3_stmt *stmt = look_ask(look, "SELECT uuid, sequence, merged_into FROM incident");

	while (look_row(stmt)) {
		const struct kafka_record *record, *last = NULL;
		const struct sdk_json *json = NULL;
		int64_t sequence = -1;
		struct ent_err err;

		for (int32_t p = 0; p < look->sim->plan.partitions; p++) {
			struct consumer consumer = {&look->sim->cluster, KAFKA_INCIDENTS, p, 0};

			while ((record = consumer_next(&consumer, NULL)))
				if (sdk_eq(record->key, look_text(stmt, 0)))
					last = record;
		}
		if (last && last->value.p && sdk_json_parse(&told->arena.abi, last->value, &json, &err) == ENT_OK)
			(void)sdk_json_int(sdk_json_at(json, "sequence"), &sequence); /* -1 stays */
		if (!last ||
		    (sqlite3_column_int64(stmt, 2) ? last->value.p != NULL : sequence != sqlite3_column_int64(stmt, 1)))
			sim_violates(look->sim, "I2", "relay",
				     "the snapshot of incident %s is of sequence %lld, the store has %lld",
				     look_text(stmt, 0).p, (long long)sequence,
				     (long long)sqlite3_column_int64(stmt, 1));
	}
}

/* entente.people.v1: the newest record of each ref tells what the table holds, and no event tells a name. */
static void check_person(struct told *told, struct ent_str ref, struct ent_str name)
{
	struct sim *sim = told->look->sim;
	struct consumer people = {&sim->cluster, KAFKA_PEOPLE, 0, 0};
	const struct kafka_record *record;
	struct person_row row = {.person.ref = ENT_STR("")};
	struct ent_err err = {0};
	char quoted[300];
	size_t n = (size_t)snprintf(quoted, sizeof quoted, "\"%.*s\"", ENT_F(name));

	while ((record = consumer_next(&people, NULL)))
		if (sdk_eq(record->key, ref) &&
		    person_record_parse(&told->arena.abi, record->value, &row, &err) != ENT_OK)
			sim_violates(sim, "I2", "relay", "a person's record cannot be read: %s", err.msg);
	if (!sdk_eq(row.person.ref, ref) || !sdk_eq(row.person.name, name))
		sim_violates(sim, "I2", "relay", "person %.*s is called %.*s in the store, and %.*s on Kafka",
			     ENT_F(ref), ENT_F(name), ENT_F(row.person.name));
	for (int32_t p = 0; p < sim->plan.partitions && name.n; p++) {
		struct consumer events = {&sim->cluster, KAFKA_EVENTS, p, 0};

		while ((record = consumer_next(&events, NULL)))
			if (memmem(record->value.p, record->value.n, quoted, n))
				sim_violates(sim, "names", "relay", "an event tells the name %.*s", ENT_F(name));
	}
}

static void check_people(struct told *told)
{
	sqlite3_stmt *stmt = look_ask(told->look, "SELECT ref, name FROM person");

	while (look_row(stmt)) /* to its end: only there it is closed */
		if (!told->look->sim->violation.invariant[0])
			check_person(told, look_text(stmt, 0), look_text(stmt, 1));
}

void check_stream(struct look *look)
{
	struct told told = {.look = look};

	sdk_arena_init(&told.arena);
	stored_load(&told);
	for (int32_t p = 0; p < look->sim->plan.partitions && !look->sim->violation.invariant[0]; p++) {
		check_ids(&told, KAFKA_EVENTS, p);
		check_events(&told, p);
	}
	check_ids(&told, KAFKA_DEADLETTER, 0);
	check_dead_letters(&told);
	for (int64_t seq = 1; seq <= told.n; seq++)
		if (told.at[seq].n_committed != 1)
			sim_violates(look->sim, "I2", "relay", "event %lld is %d times on Kafka", (long long)seq,
				     told.at[seq].n_committed);
	if (!look->sim->violation.invariant[0])
		check_snapshots(&told);
	check_people(&told);
	sdk_arena_release(&told.arena);
}
