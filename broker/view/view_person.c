/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view_person.h"

#include <string.h>

#include "sdk/webhook.h"
#include "store/people.h"

void view_person_print(const struct view *view, struct sdk_jsonw *w, struct ent_str ref)
{
	struct person person;
	bool is_known = people_load(view->db, view->arena, ref, &person);

	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr_some(w, "ref", ref);
	if (is_known) {
		sdk_jsonw_kstr(w, "organisation", person.organisation);
		sdk_jsonw_kz(w, "kind", person_kind(&person));
	}
	sdk_jsonw_kstr(w, "name", person.name);
	sdk_jsonw_close(w, '}');
}

void view_requester_print(const struct view *view, struct sdk_jsonw *w, struct ent_str ref)
{
	if (!ref.n || !view_is_ours(view))
		return;
	sdk_jsonw_key(w, "requester");
	view_person_print(view, w, ref);
}

/* The next `"ref":"..."` of a person. Within a text its quotes would be escaped. */
static struct ent_str next_ref(struct ent_str *rest)
{
	static const char key[] = "\"ref\":\"";
	const size_t n = sizeof key - 1;
	const char *at;

	while ((at = rest->n ? memmem(rest->p, rest->n, key, n) : NULL) != NULL) {
		const char *end = rest->p + rest->n;
		struct ent_str ref = {at + n, ID_SIZE - 1};

		*rest = (struct ent_str){at + n, (size_t)(end - at) - n};
		if (rest->n > ref.n && ref.p[ref.n] == '"')
			return ref;
	}
	return ENT_ABSENT;
}

static bool is_before(struct ent_str json, struct ent_str ref)
{
	return memmem(json.p, (size_t)(ref.p - json.p), ref.p, ref.n) != NULL;
}

void view_people_print(const struct view *view, struct sdk_jsonw *w, struct ent_str json)
{
	struct ent_str rest = json, ref;
	struct person person;

	sdk_jsonw_key(w, "people");
	sdk_jsonw_open(w, '[');
	while ((ref = next_ref(&rest)).p)
		if (!is_before(json, ref) && people_load(view->db, view->arena, ref, &person))
			view_person_print(view, w, ref);
	sdk_jsonw_close(w, ']');
}
