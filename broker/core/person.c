/* SPDX-License-Identifier: Apache-2.0 */
#include "core/person.h"

#include <string.h>

#include "sdk/crypto.h"
#include "sdk/webhook_json.h"

#define KIND_MACHINE "machine"
#define KIND_PERSON  "person"

struct ent_str person_account(const struct ent_person *told)
{
	return told->id.n ? told->id : sdk_or_empty(told->name);
}

void person_mark(struct ent_str key, struct ent_str organisation, struct ent_str supplier, struct ent_str account,
		 unsigned char ret[PERSON_MARK_SIZE])
{
	const struct ent_str part[] = {organisation, ENT_STR("\n"), supplier, ENT_STR("\n"), account};
	unsigned char hash[SDK_HASH_MAX];

	(void)sdk_hmac(SDK_SHA256, key, part, sizeof part / sizeof *part, hash);
	memcpy(ret, hash, PERSON_MARK_SIZE);
}

/* Some tools show the account where they know no name: that replaces no name. */
bool person_learn(struct person *known, const struct ent_person *told, bool is_machine)
{
	if (known->is_erased)
		return false;
	bool is_account = sdk_eq(told->name, person_account(told));
	bool learns_name =
	    told->name.n && !(is_account && known->name.n) && !sdk_eq(told->name, sdk_or_empty(known->name));
	bool learns_kind = known->is_machine != is_machine;

	if (learns_name)
		known->name = told->name;
	known->is_machine = is_machine;
	return learns_name || learns_kind;
}

/* ---- in events ---------------------------------------------------------------------- */

const char *person_kind(const struct person *person)
{
	return person->is_machine ? KIND_MACHINE : KIND_PERSON;
}

static void print_who(struct sdk_jsonw *w, const struct person *person)
{
	sdk_jsonw_kstr(w, "ref", person->ref);
	sdk_jsonw_kstr(w, "organisation", sdk_or_empty(person->organisation));
	sdk_jsonw_kz(w, "kind", person_kind(person));
}

void person_print(struct sdk_jsonw *w, const char *key, const struct person *person)
{
	if (!person->ref.n)
		return;
	sdk_jsonw_key(w, key);
	sdk_jsonw_open(w, '{');
	print_who(w, person);
	sdk_jsonw_close(w, '}');
}

struct person person_parse(const struct sdk_json *node)
{
	return (struct person){.ref = sdk_or_empty(sdk_json_text_at(node, "ref")),
			       .organisation = sdk_or_empty(sdk_json_text_at(node, "organisation")),
			       .name = ENT_STR(""),
			       .is_machine = sdk_json_is(node, "kind", KIND_MACHINE)};
}

struct ent_value person_value(struct ent_arena *arena, const struct person *person)
{
	if (!person->ref.n)
		return (struct ent_value){ENT_STR(""), ENT_STR("")};
	return (struct ent_value){person->ref,
				  sdk_format(arena, "%.*s %s", ENT_F(person->organisation), person_kind(person))};
}

struct person person_of_value(const struct ent_value *value)
{
	struct ent_str kind, organisation = sdk_cut(value->native, ' ', &kind);

	return (struct person){.ref = sdk_or_empty(value->text),
			       .organisation = sdk_or_empty(organisation),
			       .name = ENT_STR(""),
			       .is_machine = sdk_eqz(kind, KIND_MACHINE)};
}

/* ---- entente.people.v1 ----------------------------------------------------------------- */

void person_record(const struct person_row *row, struct sdk_buf *buf)
{
	static const char digit[] = "0123456789abcdef";
	char mark[2 * PERSON_MARK_SIZE + 1] = "";
	struct sdk_jsonw w;

	for (size_t i = 0; i < PERSON_MARK_SIZE; i++) {
		mark[2 * i] = digit[row->mark[i] >> 4];
		mark[2 * i + 1] = digit[row->mark[i] & 15];
	}
	sdk_jsonw_init(&w, buf);
	sdk_jsonw_open(&w, '{');
	print_who(&w, &row->person);
	sdk_jsonw_kz(&w, "account_hash", mark);
	sdk_jsonw_kstr_some(&w, "name", row->person.name);
	if (row->person.is_erased)
		sdk_jsonw_kbool(&w, "erased", true);
	sdk_jsonw_close(&w, '}');
}

static bool read_hex(struct ent_str text, unsigned char ret[PERSON_MARK_SIZE])
{
	static const char digit[] = "0123456789abcdef";

	if (text.n != (size_t)2 * PERSON_MARK_SIZE)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		const char *at = memchr(digit, text.p[i], 16);

		if (!at)
			return false;
		ret[i / 2] = (unsigned char)(ret[i / 2] << 4 | (at - digit));
	}
	return true;
}

enum ent_rc person_record_parse(struct ent_arena *arena, struct ent_str json, struct person_row *ret,
				struct ent_err *err)
{
	const struct sdk_json *node;
	enum ent_rc rc = sdk_json_parse(arena, json, &node, err);

	if (rc != ENT_OK)
		return rc;
	*ret = (struct person_row){.person = person_parse(node)};
	ret->person.name = sdk_or_empty(sdk_json_text_at(node, "name"));
	ret->person.is_erased = sdk_json_bool(sdk_json_at(node, "erased"), false);
	if (!ret->person.ref.n || !read_hex(sdk_json_text_at(node, "account_hash"), ret->mark))
		return sdk_fail_as(err, ENT_EINVAL, "person.record",
				   "a person's record lacks a valid ref or account_hash");
	return ENT_OK;
}
