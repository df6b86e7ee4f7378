/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view_reader.h"

#include "core/organisation.h"
#include "core/phrase.h"
#include "core/wording.h"
#include "sdk/webhook.h"
#include "store/users.h"

enum { READER_AT = 30, TOOLS_AT, OURS_AT = 39, PERSON_AT };

bool view_is_ours(const struct view *view)
{
	return reader_is_ours(view->reader);
}

void view_bind(const struct view *view, struct db_stmt *stmt)
{
	struct ent_str tool[ORGANISATION_TOOLS_MAX];
	bool named = view->reader->kind == READER_ORGANISATION && view->reader->organisation.n;
	size_t n = named ? organisation_tools(view->suppliers, view->reader->organisation, tool) : 0;

	if (view_is_ours(view))
		db_bind_str(stmt, READER_AT, ENT_ABSENT);
	else
		db_bind_str(stmt, READER_AT, named ? view->reader->organisation : ENT_STR(""));
	for (size_t i = 0; i < ORGANISATION_TOOLS_MAX && db_takes(stmt, TOOLS_AT); i++)
		db_bind_str(stmt, TOOLS_AT + (int)i, i < n ? tool[i] : ENT_ABSENT);
	if (db_takes(stmt, OURS_AT))
		db_bind_str(stmt, OURS_AT, organisation_ours(view->suppliers));
	if (db_takes(stmt, PERSON_AT))
		db_bind_str(stmt, PERSON_AT, sdk_or_empty(view->reader->ref));
}

bool view_is_own(const struct view *view, struct ent_str supplier)
{
	return reader_sees_own(view->reader, organisation_named(view->suppliers, supplier));
}

/* False: a machine, or a person who has not said which. */
static bool language_of_person(const struct view *view, enum ent_language *ret)
{
	struct user user;

	return view->reader->ref.n && users_find(view->db, view->arena, view->reader->ref, &user) &&
	       phrase_language_by_word(user.language, ret);
}

enum ent_language view_language(const struct view *view)
{
	enum ent_language language;
	struct ent_str tool[ORGANISATION_TOOLS_MAX];
	bool named = view->reader->kind == READER_ORGANISATION && view->reader->organisation.n;

	if (language_of_person(view, &language))
		return language;
	if (named && organisation_tools(view->suppliers, view->reader->organisation, tool))
		return wording_language(view->suppliers, tool[0]);
	return ENT_ENGLISH;
}

bool view_ours_only(const struct view *view, struct ent_err *err)
{
	if (view_is_ours(view))
		return true;
	(void)sdk_fail_as(err, ENT_EGONE, "ask.nothing_here", "there is nothing here for this reader");
	return false;
}
