/* SPDX-License-Identifier: Apache-2.0 */
#include "core/arrival.h"

#include "base/charset.h"
#include "core/state.h"
#include "sdk/crypto.h"
#include "sdk/json.h"
#include "sdk/webhook.h"

#include <string.h>

/* Beside those of ticket.h, in bytes; beyond them an arrival becomes a dead letter. */
enum { WORD_MAX = 4000, HEADER_JSON_MAX = 16384 };

/* As they stand in an event's JSON. A changed ticket's event holds what it was and what it is, so that two of the
 * former and what surrounds them fit in one Kafka record of 4 MiB, as one of the latter does. */
enum { ATTRIBUTES_MAX = 1536 << 10, COMMENT_MAX = 3 << 20 };

/* A supplier's clock may be ahead by this much; what claims more is taken as said now, or one mistake would make
 * everything that follows late. */
#define AHEAD_MAX_MS INT64_C(86400000)
#define TIME_MIN_MS  INT64_C(-62135596800000) /* year 1 */
#define TIME_MAX_MS  INT64_C(253402300799999) /* year 9999 */

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
		return sdk_fail(err, ENT_EINVAL,
				"the delivery id has to be 1 to %d printable ASCII characters without spaces",
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

static enum ent_rc check_text(struct check *check, const char *what, struct ent_str text, size_t max)
{
	if (text.n > max)
		return sdk_fail(check->err, ENT_EINVAL, "%s is %zu bytes long; at most %zu are kept", what, text.n,
				max);
	if (!sdk_is_utf8(text))
		return sdk_fail(check->err, ENT_EINVAL, "%s is not valid UTF-8", what);
	if (text.n && memchr(text.p, '\0', text.n))
		return sdk_fail(check->err, ENT_EINVAL, "%s holds U+0000", what);
	return ENT_OK;
}

static enum ent_rc check_id(struct check *check, const char *what, struct ent_str id)
{
	if (id.n == 0)
		return sdk_fail(check->err, ENT_EINVAL, "%s is missing", what);
	return check_text(check, what, id, ENT_ID_MAX);
}

/* The supplier's own map first, then what the tool's semantics say, then the connector's defaults. */
static void map_value(struct check *check, struct ent_ticket *ticket, enum ent_attr attr, const struct map *map,
		      const struct ent_map_row *dflt)
{
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
	struct ent_str ours = word.n ? map_in(&check->supplier->category, NULL, word) : ENT_ABSENT;

	if ((ticket->has & (1u << ENT_CATEGORY)) && ours.n)
		*value = (struct ent_value){ours, word};
}

/* A name that the tool gives is never replaced; an id shown for want of one is no name. */
static void map_name(struct check *check, struct ent_str id, struct ent_str *name)
{
	struct ent_str known = id.n ? map_in(&check->supplier->person, NULL, id) : ENT_ABSENT;

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

static enum ent_rc check_ticket(struct check *check, struct ent_ticket *ticket)
{
	enum ent_rc rc = check_id(check, "the ticket's id", ticket->id);
	if (rc == ENT_OK)
		rc = check_text(check, "the ticket's key", ticket->key, ENT_ID_MAX);
	for (int i = 0; rc == ENT_OK && i < ENT_N_ATTR; i++) {
		struct ent_value *value = &ticket->at[i];
		bool is_long = i == ENT_DESCRIPTION || i == ENT_FIELDS;
		if (!(ticket->has & (1u << i))) {
			*value = (struct ent_value){ENT_ABSENT, ENT_ABSENT};
			continue;
		}
		rc = check_text(check, sdk_attr_name((enum ent_attr)i), value->text, is_long ? SIZE_MAX : WORD_MAX);
		if (rc == ENT_OK)
			rc = check_text(check, sdk_attr_name((enum ent_attr)i), value->native, WORD_MAX);
	}
	if (rc != ENT_OK)
		return rc;
	map_value(check, ticket, ENT_STATUS, &check->supplier->status, check->supplier->connector->status);
	map_value(check, ticket, ENT_PRIORITY, &check->supplier->priority, check->supplier->connector->priority);
	map_category(check, ticket);
	struct ent_str *fields = &ticket->at[ENT_FIELDS].text;
	if (fields->n) { /* compact, so that it reads the same after a journey through an event */
		const struct sdk_json *json;
		if (sdk_json_parse(check->arena, *fields, &json, check->err) != ENT_OK)
			return ENT_EINVAL;
		*fields = sdk_json_print(check->arena, json);
	}
	return ENT_OK;
}

/* What forms hold when they hold nothing: it would tie strangers' tickets together. */
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

static enum ent_rc check_correlation(struct check *check, struct ent_correlation *correlation)
{
	enum ent_rc rc = check_text(check, "the correlation key", correlation->key, ENT_ID_MAX);
	int64_t number;

	if (rc == ENT_OK && correlation->n_reference > ENT_REFERENCES_MAX)
		return sdk_fail(check->err, ENT_EINVAL, "%zu references to other tickets; at most %d are taken",
				correlation->n_reference, ENT_REFERENCES_MAX);
	if (!incident_number_parse(correlation->number, &number))
		correlation->number = ENT_ABSENT; /* the field holds something of theirs */
	if (says_nothing(correlation->key))
		correlation->key = ENT_ABSENT;
	struct ent_reference *reference = SDK_NEW_N(check->arena, struct ent_reference, correlation->n_reference + 1);
	for (size_t i = 0; rc == ENT_OK && i < correlation->n_reference; i++) {
		reference[i] = correlation->reference[i];
		const struct supplier *named = supplier_by_any(check->set, reference[i].supplier);
		if (named)
			reference[i].supplier = named->name;
		rc = check_id(check, "a reference's supplier", reference[i].supplier);
		if (rc == ENT_OK)
			rc = check_id(check, "a reference's ticket id", reference[i].id);
	}
	correlation->reference = reference;
	return rc;
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

/* Bytes that a text takes in JSON. */
static size_t printed_size(struct ent_str text)
{
	size_t n = text.n;

	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		if (c == '"' || c == '\\')
			n += 1;
		else if (c < ' ')
			n += 5;
	}
	return n;
}

static enum ent_rc check_size(struct check *check, const struct ent_change *change)
{
	size_t n = 0;

	for (int i = 0; i < ENT_N_ATTR; i++)
		n += printed_size(change->ticket.at[i].text) + printed_size(change->ticket.at[i].native);
	if (n > ATTRIBUTES_MAX)
		return sdk_fail(check->err, ENT_EINVAL,
				"the ticket's attributes take %zu bytes as JSON; at most %d are taken", n,
				ATTRIBUTES_MAX);
	n = printed_size(change->comment.body);
	if (n > COMMENT_MAX)
		return sdk_fail(check->err, ENT_EINVAL, "the comment takes %zu bytes as JSON; at most %d are taken", n,
				COMMENT_MAX);
	return ENT_OK;
}

static enum ent_rc check_time(struct check *check, const char *what, int64_t ms)
{
	if (ms < TIME_MIN_MS || ms > TIME_MAX_MS)
		return sdk_fail(check->err, ENT_EINVAL, "%s is not in the years 1 to 9999", what);
	return ENT_OK;
}

static enum ent_rc check_stamp(struct check *check, struct ent_change *change)
{
	enum ent_rc rc = check_time(check, "the change's time", change->stamp.time_ms);

	if (rc == ENT_OK)
		rc = check_time(check, "the comment's time", change->comment.created_ms);
	if (rc == ENT_OK && change->stamp.version < 0)
		rc = sdk_fail(check->err, ENT_EINVAL, "the change's version is negative");
	if (rc == ENT_OK && change->stamp.time_ms > check->received_ms + AHEAD_MAX_MS)
		change->stamp.time_ms = check->received_ms;
	return rc;
}

static enum ent_rc check_comment(struct check *check, struct ent_change *change)
{
	struct ent_comment *comment = &change->comment;
	enum ent_rc rc;

	if (!comment->id.n && change->kind == ENT_COMMENT_ADDED)
		comment->id = comment_id(check->arena, change);
	rc = check_id(check, "the comment's id", comment->id);
	if (rc == ENT_OK)
		rc = check_text(check, "the comment", comment->body, SIZE_MAX);
	if (rc == ENT_OK)
		rc = check_text(check, "the comment's author", comment->author.name, WORD_MAX);
	if (rc == ENT_OK)
		rc = check_text(check, "the comment's author", comment->author.id, WORD_MAX);
	return rc;
}

static enum ent_rc check_attachment(struct check *check, const struct ent_attachment *attachment)
{
	enum ent_rc rc = check_id(check, "the attachment's id", attachment->id);

	if (rc == ENT_OK)
		rc = check_text(check, "the attachment's name", attachment->name, WORD_MAX);
	if (rc == ENT_OK)
		rc = check_text(check, "the attachment's media type", attachment->media_type, ENT_ID_MAX);
	if (rc == ENT_OK)
		rc = check_text(check, "the attachment's address", attachment->url, WORD_MAX);
	return rc;
}

/* What people wrote. Nothing that stores or shows it takes U+0000, which says nothing, so it costs no arrival. */
static void mend_texts(struct ent_arena *arena, struct ent_change *change)
{
	struct ent_str *const text[] = {&change->comment.body, &change->comment.author.name, &change->actor.name,
					&change->attachment.name};

	for (size_t i = 0; i < sizeof text / sizeof *text; i++)
		*text[i] = sdk_without_nul(arena, *text[i]);
	for (int i = 0; i < ENT_N_ATTR; i++)
		if (change->ticket.has & (1u << i))
			change->ticket.at[i].text = sdk_without_nul(arena, change->ticket.at[i].text);
}

static enum ent_rc check_change(struct check *check, struct ent_change *change)
{
	enum ent_rc rc;

	mend_texts(check->arena, change);
	rc = check_ticket(check, &change->ticket);

	if (rc == ENT_OK)
		rc = check_size(check, change);
	if (rc == ENT_OK)
		rc = check_stamp(check, change);
	if (rc == ENT_OK)
		rc = check_correlation(check, &change->correlation);
	if (rc == ENT_OK)
		rc = check_text(check, "the actor", change->actor.name, WORD_MAX);
	if (rc == ENT_OK)
		rc = check_text(check, "the actor's id", change->actor.id, WORD_MAX);
	if (rc == ENT_OK && (change->kind == ENT_COMMENT_ADDED || change->kind == ENT_COMMENT_REMOVED))
		rc = check_comment(check, change);
	if (rc == ENT_OK && change->kind == ENT_ATTACHMENT_ADDED)
		rc = check_attachment(check, &change->attachment);
	if (rc == ENT_OK) /* after the comment's id is made, which may hold its author's words */
		map_people(check, change);
	return rc;
}

static enum ent_rc check_changes(struct check *check, struct ent_changes changes, struct ent_changes *ret)
{
	if (changes.n > ENT_CHANGES_MAX)
		return sdk_fail(check->err, ENT_EINVAL, "%zu changes in one arrival; at most %d are taken", changes.n,
				ENT_CHANGES_MAX);
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
static void settle(const struct supplier_set *set, const struct supplier *supplier, enum ent_rc rc, struct ent_err *err,
		   struct ent_changes changes, struct ent_arena *arena, struct arrival *arrival)
{
	struct check check = {arena, set, supplier, err, arrival->received_ms, 0};

	if (rc == ENT_OK)
		rc = check_changes(&check, changes, &arrival->changes);
	arrival->suppliers = set;
	arrival->from = supplier;
	arrival->n_unmapped = check.n_unmapped;
	arrival->dead = rc != ENT_OK;
	if (arrival->dead) {
		arrival->changes = (struct ent_changes){NULL, 0};
		arrival->reason = sdk_dup(arena, sdk_str(err->msg[0] ? err->msg : "the connector gave no reason"));
	}
}

void arrival_decode(const struct supplier_set *set, const struct supplier *supplier, const struct ent_self *self,
		    const struct ent_webhook *webhook, struct ent_arena *arena, struct arrival *arrival)
{
	struct ent_err err = {""};
	struct ent_changes changes = {NULL, 0};
	struct ent_webhook read = *webhook;
	enum ent_rc rc = charset_read(arena, read.header, read.n_header, &read.body, &err);

	if (rc == ENT_OK)
		rc = supplier->connector->decode(self, &read, arena, &changes, &err);
	settle(set, supplier, rc, &err, changes, arena, arrival);
}

void arrival_take(const struct supplier_set *set, const struct supplier *supplier, struct ent_changes changes,
		  struct ent_arena *arena, struct arrival *arrival)
{
	struct ent_err err = {""};

	settle(set, supplier, ENT_OK, &err, changes, arena, arrival);
}
