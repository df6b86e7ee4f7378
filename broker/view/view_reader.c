/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view_reader.h"

#include "core/organisation.h"

enum { READER_AT = 30, TOOLS_AT, OURS_AT = 39 };

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
	for (size_t i = 0; i < ORGANISATION_TOOLS_MAX; i++)
		db_bind_str(stmt, TOOLS_AT + (int)i, i < n ? tool[i] : ENT_ABSENT);
	if (db_takes(stmt, OURS_AT))
		db_bind_str(stmt, OURS_AT, organisation_ours(view->suppliers));
}

bool view_is_own(const struct view *view, struct ent_str supplier)
{
	return reader_sees_own(view->reader, organisation_named(view->suppliers, supplier));
}

bool view_ours_only(const struct view *view, struct ent_err *err)
{
	if (view_is_ours(view))
		return true;
	(void)sdk_fail_as(err, ENT_EGONE, "ask.nothing_here", "there is nothing here for this reader");
	return false;
}
