/* SPDX-License-Identifier: Apache-2.0 */
#include "core/holder.h"

#include "core/situation.h"
#include "sdk/webhook.h"

bool holder_is(const struct supplier_set *suppliers, struct ent_str holder, struct ent_str supplier)
{
	return supplier.n > 0 && sdk_eq(holder, organisation_named(suppliers, supplier));
}

bool holder_word(struct ent_str holder, struct ent_str *ret)
{
	static const size_t n = sizeof HOLDER_WORD - 1;

	if (!sdk_starts(holder, HOLDER_WORD))
		return false;
	*ret = (struct ent_str){holder.p + n, holder.n - n};
	return true;
}

static bool is_name(struct ent_str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!(name.p[i] >= 'a' && name.p[i] <= 'z') && !(name.p[i] >= '0' && name.p[i] <= '9') &&
		    (name.p[i] != '-' || i == 0))
			return false;
	return name.n > 0 && name.n <= SUPPLIER_NAME_MAX;
}

struct ent_str holder_named(const struct supplier_set *suppliers, struct ent_str name, struct ent_arena *arena)
{
	const struct supplier *supplier = suppliers && name.n ? supplier_by_any(suppliers, name) : NULL;

	if (supplier)
		return organisation_of(supplier);
	if (!name.n)
		return organisation_ours(suppliers);
	if (organisation_is_known(suppliers, name) || (!suppliers && is_name(name)))
		return name;
	return sdk_format(arena, HOLDER_WORD "%.*s", ENT_F(name));
}

void holder_json(struct sdk_jsonw *w, const char *key, struct ent_str holder)
{
	struct ent_str word;

	if (!holder_word(holder, &word)) {
		sdk_jsonw_kstr(w, key, sdk_or_empty(holder));
		return;
	}
	sdk_jsonw_key(w, key);
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr(w, "word", word);
	sdk_jsonw_close(w, '}');
}

struct ent_str holder_read(struct ent_arena *arena, const struct sdk_json *node)
{
	struct ent_str word = sdk_json_text_at(node, "word");

	if (sdk_json_kind(node) == SDK_JSON_STRING && sdk_json_text(node).n)
		return sdk_json_text(node);
	return word.n ? sdk_format(arena, HOLDER_WORD "%.*s", ENT_F(word)) : ENT_ABSENT;
}
