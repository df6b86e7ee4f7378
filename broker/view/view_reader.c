/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view_reader.h"

enum { READER_AT = 30 };

bool view_is_ours(const struct view *view)
{
	return reader_is_ours(view->reader);
}

void view_bind(const struct view *view, struct db_stmt *stmt)
{
	bool named = view->reader->kind == READER_ORGANISATION && view->reader->organisation.p;

	if (view_is_ours(view))
		db_bind_null(stmt, READER_AT);
	else
		db_bind_str(stmt, READER_AT, named ? view->reader->organisation : ENT_STR(""));
}

bool view_ours_only(const struct view *view, struct ent_err *err)
{
	if (view_is_ours(view))
		return true;
	(void)sdk_fail_as(err, ENT_EGONE, "ask.nothing_here", "there is nothing here for this reader");
	return false;
}
