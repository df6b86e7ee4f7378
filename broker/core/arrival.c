/* SPDX-License-Identifier: Apache-2.0 */
#include "core/arrival.h"

#include "base/charset.h"
#include "core/state.h"
#include "sdk/crypto.h"
#include "sdk/json.h"
#include "sdk/webhook.h"

#include <string.h>

/* An event holds a ticket's fields some levels down, and is itself read with SDK_JSON_DEPTH_MAX. */
enum { HEADER_JSON_MAX = 16384, FIELDS_DEPTH_MAX = SDK_JSON_DEPTH_MAX - 16 };

/* A supplier's clock may be ahead by this much; what claims more is taken as said now, or one mistake would make
 * everything that follows late. */
#define AHEAD_MAX_MS INT64_C(86400000)

#define CLOCK_OFF_MS INT64_C(3600000)
#define LATE_MAX_MS  (30 * INT64_C(86400000))

/* ---- verify ---------------------------------------------------------------- */

/* Headers that authenticate, or could: not kept. */
static bool is_secret_header(struct ent_arena *arena, struct ent_str name)
{
	static const char *const exact[] = {"authorization", "proxy-authorization", "cookie", "x-api-key", "host"};
	static const char *const part[] = {"signature", "token", "secret", "auth"};
	const char *lower = sdk_z(arena, sdk_lower(arena, name));

	for (size_t i = 0; i < sizeof exact / sizeof *exact; i++)
		if (strcmp(lower, exact[i]) == 0)
			return true;
	for (size_t i = 0; i < sizeof part / sizeof *part; i++)
		if (strstr(lower, part[i]))
			return true;
	return false;
}

static bool stands_before(const struct ent_webhook *webhook, size_t i)
{
	for (size_t before = 0; before < i; before++)
		if (sdk_eq(webhook->header[before].name, webhook->header[i].name))
			return true;
	return false;
}

/* Some tools send the shared secret itself, in a header of the administrator's choice. */
static bool holds_secret(const struct supplier *supplier, struct ent_str value)
{
	for (size_t i = 0; i < supplier->n_secret; i++) {
		struct ent_str secret = secret_bytes(&supplier->secret[i]);
		if (secret.n && value.n && memmem(value.p, value.n, secret.p, secret.n))
			return true;
	}
	return false;
}

static struct ent_str keep_headers(struct ent_arena *arena, const struct supplier *supplier,
				   const struct ent_webhook *webhook)
{
	struct sdk_buf buf;
	struct sdk_jsonw w;

	sdk_buf_init(&buf, HEADER_JSON_MAX);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	for (size_t i = 0; i < webhook->n_header; i++) {
		const struct ent_header *header = &webhook->header[i];
		if (stands_before(webhook, i) || is_secret_header(arena, header->name) ||
		    holds_secret(supplier, header->value) || !sdk_is_utf8(header->value) ||
		    memchr(header->value.p ? header->value.p : "", '\0', header->value.n))
			continue;
		sdk_jsonw_key_str(&w, header->name);
		sdk_jsonw_str(&w, header->value);
	}
	sdk_jsonw_close(&w, '}');
	struct ent_str kept = buf.failed ? ENT_STR("{}") : sdk_dup(arena, sdk_buf_view(&buf));
	sdk_buf_release(&buf);
	return kept;
}

bool arrival_is_delivery_id(struct ent_str id)
{
	if (id.n == 0 || id.n > ENT_ID_MAX)
		return false;
	for (size_t i = 0; i < id.n; i++)
		if ((unsigned char)id.p[i] <= ' ' || (unsigned char)id.p[i] >= 0x7f)
			return false;
	return true;
}

enum ent_rc arrival_verify(const struct supplier *supplier, const struct ent_self *self,
			   const struct ent_webhook *webhook, bool unsigned_ok, int64_t now_ms, struct ent_arena *arena,
			   struct arrival *ret, struct ent_err *err)
{
	struct ent_str secret[SUPPLIER_SECRET_MAX], id = ENT_ABSENT;
	size_t n_secret = unsigned_ok ? 0 : supplier->n_secret;

	for (size_t i = 0; i < n_secret; i++)
		secret[i] = secret_bytes(&supplier->secret[i]);
	enum ent_rc rc = supplier->connector->verify(self, webhook, secret, n_secret, now_ms, arena, &id, err);
	if (rc != ENT_OK)
		return rc;
	if (id.p && !arrival_is_delivery_id(id))
		return sdk_fail_as(err, ENT_EINVAL, "arrival.delivery_id",
				   "the delivery id has to be 1 to {most=%d} printable ASCII characters without spaces",
				   ENT_ID_MAX);
	*ret = (struct arrival){.supplier = supplier->name, .received_ms = now_ms, .body = webhook->body};
	unsigned char hash[SDK_HASH_MAX];
	(void)sdk_digest(SDK_SHA256, &webhook->body, 1, hash);
	memcpy(ret->body_hash, hash, sizeof ret->body_hash);
	ret->delivery_id = id.p ? id
				: sdk_format(arena, "sha256:%.64s",
					     sdk_z(arena, sdk_hex(arena, ret->body_hash, sizeof ret->body_hash)));
	ret->traceparent = sdk_header(webhook->header, webhook->n_header, "traceparent");
	ret->header_json = keep_headers(arena, supplier, webhook);
	return ENT_OK;
}

/* ---- decode ---------------------------------------------------------------- */

struct check {
	struct ent_arena *arena;
	const struct supplier_set *set;
	const struct supplier *supplier;
	struct ent_err *err;
	int64_t received_ms;
	uint32_t n_unmapped;
};

/* The supplier's own map first, then what the tool's semantics say, then the connector's defaults. */
static void map_value(struct check *check, struct ent_ticket *ticket, enum ent_attr attr)
{
	const struct map *map = &check->supplier->maps.of[attr];
	const struct ent_map_row *dflt = check->supplier->connector->map[attr];
	struct ent_value *value = &ticket->at[attr];
	struct ent_str canonical = value->native.n ? map_in(map, NULL, value->native) : ENT_ABSENT;

	if (!(ticket->has & (1u << attr)))
		return;
	if (!canonical.p && sdk_is_canonical(attr, value->text))
		canonical = value->text;
	if (!canonical.p && value->native.n)
		canonical = map_in(map, dflt, value->native);
	if (!value->native.n)
		value->native = value->text;
	value->text = sdk_or_empty(canonical);
	if (!canonical.p && value->native.n)
		check->n_unmapped++;
}

/* Its word for a category; one that no row knows stands as it is. */
static void map_category(struct check *check, struct ent_ticket *ticket)
{
	struct ent_value *value = &ticket->at[ENT_CATEGORY];
	struct ent_str word = value->native.n ? value->native : value->text;
	struct ent_str ours = word.n ? map_in(&check->supplier->maps.of[ENT_CATEGORY], NULL, word) : ENT_ABSENT;

	if ((ticket->has & (1u << ENT_CATEGORY)) && ours.n)
		*value = (struct ent_value){ours, word};
}

/* A name that the tool gives is never replaced; an id shown for want of one is no name. */
static void map_name(struct check *check, struct ent_str id, struct ent_str *name)
{
	struct ent_str known = id.n ? map_in(&check->supplier->maps.of[MAP_PERSON], NULL, id) : ENT_ABSENT;

	if (known.n && (!name->n || sdk_eq(*name, id)))
		*name = known;
}

static void map_people(struct check *check, struct ent_change *change)
{
	static const enum ent_attr people[] = {ENT_ASSIGNEE, ENT_REQUESTER};

	for (size_t i = 0; i < sizeof people / sizeof *people; i++)
		if (change->ticket.has & (1u << people[i]))
			map_name(check, change->ticket.at[people[i]].native, &change->ticket.at[people[i]].text);
	map_name(check, change->actor.id, &change->actor.name);
	map_name(check, change->comment.author.id, &change->comment.author.name);
}

/* 0: neither object nor array. No deeper than SDK_JSON_DEPTH_MAX: it was parsed. */
static size_t json_depth(const struct sdk_json *node)
{
	enum sdk_json_kind kind = sdk_json_kind(node);
	size_t below = 0;

	if (kind != SDK_JSON_OBJECT && kind != SDK_JSON_ARRAY)
		return 0;
	for (node = sdk_json_first(node); node; node = sdk_json_next(node)) {
		size_t depth = json_depth(node);
		below = depth > below ? depth : below;
	}
	return below + 1;
}

/* Compact, so that they read the same after a journey through an event. */
static enum ent_rc check_fields(struct check *check, struct ent_str *fields)
{
	const struct sdk_json *json;

	if (sdk_json_parse(check->arena, *fields, &json, check->err) != ENT_OK)
		return ENT_EINVAL;
	if (json_depth(json) > FIELDS_DEPTH_MAX)
		return sdk_fail_as(check->err, ENT_EINVAL, "arrival.fields_deep",
				   "\"fields\" holds objects or arrays in each other more than {most=%d} deep",
				   FIELDS_DEPTH_MAX);
	*fields = sdk_json_print(check->arena, json);
	return ENT_OK;
}

static enum ent_rc check_ticket(struct check *check, struct ent_ticket *ticket)
{
	for (int i = 0; i < ENT_N_ATTR; i++)
		if (!(ticket->has & (1u << i)))
			ticket->at[i] = (struct ent_value){ENT_ABSENT, ENT_ABSENT};
	for (unsigned i = 0; i < ENT_N_ATTR; i++)
		if (attr_in(ATTR_MAPPEDS, i))
			map_value(check, ticket, (enum ent_attr)i);
	map_category(check, ticket);
	return ticket->at[ENT_FIELDS].text.n ? check_fields(check, &ticket->at[ENT_FIELDS].text) : ENT_OK;
}

/* A form holds these words when it holds nothing: such a key would tie strangers' tickets together. */
static bool says_nothing(struct ent_str key)
{
	static const char *const words[] = {"n/a", "none", "null", "unknown", "undefined", "000", "---", "test"};

	if (key.n < 3)
		return true;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (sdk_ieqz(key, words[i]))
			return true;
	return false;
}

static void check_correlation(struct check *check, struct ent_correlation *correlation)
{
	int64_t number;

	if (!incident_number_parse(correlation->number, &number))
		correlation->number = ENT_ABSENT; /* the field holds something of theirs */
	if (says_nothing(correlation->key))
		correlation->key = ENT_ABSENT;
	struct ent_reference *reference = SDK_NEW_N(check->arena, struct ent_reference, correlation->n_reference + 1);
	for (size_t i = 0; i < correlation->n_reference; i++) {
		reference[i] = correlation->reference[i];
		const struct supplier *named = supplier_by_any(check->set, reference[i].supplier);
		if (named)
			reference[i].supplier = named->name;
	}
	correlation->reference = reference;
}

/* A tool that gives no id: the same words by the same person at the same time are the same comment. */
static struct ent_str comment_id(struct ent_arena *arena, const struct ent_change *change)
{
	const struct ent_comment *comment = &change->comment;
	const struct ent_str line = ENT_STR("\n");
	const struct ent_str time = sdk_int(arena, comment->created_ms ? comment->created_ms : change->stamp.time_ms);
	const struct ent_str part[] = {comment->author.id, line, comment->author.name, line, time, line, comment->body};
	struct ent_str hash = sdk_content_id(arena, part, sizeof part / sizeof *part);

	return sdk_format(arena, "sha256:%.*s", ENT_F(hash));
}

static void check_stamp(struct check *check, struct ent_change *change)
{
	if (change->stamp.time_ms > check->received_ms + AHEAD_MAX_MS)
		change->stamp.time_ms = check->received_ms;
}

static enum ent_rc check_change(struct check *check, struct ent_change *change)
{
	enum ent_rc rc;

	sdk_change_mend(check->arena, change);
	rc = sdk_change_vet(change, check->err);

	if (rc == ENT_OK)
		rc = check_ticket(check, &change->ticket);
	if (rc != ENT_OK)
		return rc;
	check_stamp(check, change);
	check_correlation(check, &change->correlation);
	bool has_words = change->kind == ENT_COMMENT_ADDED || (change->kind == ENT_ACT && change->comment.body.n);
	if (has_words && !change->comment.id.n)
		change->comment.id = comment_id(check->arena, change);
	map_people(check, change); /* after the comment's id is made, which may hold its author's words */
	return ENT_OK;
}

static enum ent_rc check_changes(struct check *check, struct ent_changes changes, struct ent_changes *ret)
{
	if (changes.n > ENT_CHANGES_MAX)
		changes.n = ENT_CHANGES_MAX;
	struct ent_change *at = SDK_NEW_N(check->arena, struct ent_change, changes.n + 1);
	for (size_t i = 0; i < changes.n; i++) {
		at[i] = changes.at[i];
		enum ent_rc rc = check_change(check, &at[i]);
		if (rc != ENT_OK)
			return rc;
	}
	*ret = (struct ent_changes){at, changes.n};
	return ENT_OK;
}

/* rc, err: what the connector said about the changes. */
static void arrival_settle(const struct supplier_set *set, const struct supplier *supplier, enum ent_rc rc,
			   struct ent_err *err, struct ent_changes changes, struct ent_arena *arena,
			   struct arrival *arrival)
{
	struct check check = {arena, set, supplier, err, arrival->received_ms, 0};

	if (rc == ENT_OK)
		rc = check_changes(&check, changes, &arrival->changes);
	arrival->suppliers = set;
	arrival->from = supplier;
	arrival->n_unmapped = check.n_unmapped;
	arrival->dead = rc != ENT_OK;
	arrival->is_cut = rc == ENT_OK && changes.n > ENT_CHANGES_MAX;
	if (arrival->is_cut)
		arrival->reason =
		    sdk_say(arena, "arrival.cut",
			    "it tells more than {most=%d} changes: the first {taken=%d} were taken. Read the rest from "
			    "the tool with `entente backfill`, then ignore this dead letter",
			    ENT_CHANGES_MAX, ENT_CHANGES_MAX);
	if (arrival->dead) {
		arrival->changes = (struct ent_changes){NULL, 0};
		arrival->reason = err->msg[0] ? sdk_said_dup(arena, sdk_said(err))
					      : SDK_SENTENCE("arrival.no_reason", "the connector gave no reason");
	}
}

void arrival_decode(const struct supplier_set *set, const struct supplier *supplier, const struct ent_self *self,
		    const struct ent_webhook *webhook, struct ent_arena *arena, struct arrival *arrival)
{
	struct ent_err err = {0};
	struct ent_changes changes = {NULL, 0};
	struct ent_webhook read = *webhook;
	enum ent_rc rc = charset_read(arena, read.header, read.n_header, &read.body, &err);

	if (rc == ENT_OK)
		rc = supplier->connector->decode(self, &read, arena, &changes, &err);
	arrival->pushed = true;
	arrival_settle(set, supplier, rc, &err, changes, arena, arrival);
}

void arrival_take(const struct supplier_set *set, const struct supplier *supplier, struct ent_changes changes,
		  struct ent_arena *arena, struct arrival *arrival)
{
	struct ent_err err = {0};

	arrival_settle(set, supplier, ENT_OK, &err, changes, arena, arrival);
}

bool arrival_is_off(const struct arrival *arrival, int64_t told_ms)
{
	int64_t newest_ms = told_ms;

	for (size_t i = 0; i < arrival->changes.n; i++) {
		const struct ent_change *change = &arrival->changes.at[i];
		if (change->stamp.time_ms > newest_ms)
			newest_ms = change->stamp.time_ms;
		if (change->kind == ENT_COMMENT_ADDED && change->comment.created_ms > newest_ms)
			newest_ms = change->comment.created_ms;
	}
	return newest_ms < arrival->received_ms - CLOCK_OFF_MS;
}

int64_t arrival_said(const struct arrival *arrival, int64_t told_ms)
{
	bool may_be_now = arrival->pushed && !arrival->keeps_time && told_ms >= arrival->received_ms - LATE_MAX_MS;

	return may_be_now && arrival_is_off(arrival, told_ms) ? arrival->received_ms : told_ms;
}

void arrival_refuse(const struct supplier_set *set, const struct supplier *supplier, struct ent_said reason,
		    struct arrival *arrival)
{
	arrival->suppliers = set;
	arrival->from = supplier;
	arrival->dead = true;
	arrival->reason = reason;
}

struct slot_id arrival_slot(const struct supplier *supplier, const unsigned char body_hash[32])
{
	const struct ent_str part[] = {
	    supplier->name, sdk_str(supplier->connector->name), {(const char *)body_hash, 32}};

	return slot_id(part, sizeof part / sizeof *part);
}

struct slot_id arrival_answer_slot(const struct supplier *supplier, const struct ent_call *call, struct ent_str body)
{
	const char op = (char)call->op.kind;
	const struct ent_str part[] = {
	    supplier->name, sdk_str(supplier->connector->name), {&op, 1}, call->op.ticket.id, body};

	return slot_id(part, sizeof part / sizeof *part);
}
