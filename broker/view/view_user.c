/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view_user.h"

#include "core/organisation.h"
#include "sdk/webhook.h"
#include "store/users.h"
#include "view/view_json.h"

/* ---- whom a reader may know -------------------------------------------------------------- */

static bool knows_organisation(const struct view *view, struct ent_str organisation)
{
	return reader_sees_own(view->reader, organisation) ||
	       (view->reader->organisation.n &&
		users_meet(view->db, view->suppliers, view->reader->organisation, organisation));
}

/* Those that the reader knows, each between two commas; "": all, for our people. */
static struct ent_str known_to(const struct view *view)
{
	struct ent_str rest = organisation_list(view->arena, view->suppliers), list = ENT_STR(",");

	if (view_is_ours(view))
		return ENT_STR("");
	while (rest.n) {
		struct ent_str name = sdk_cut(rest, ',', &rest);

		if (knows_organisation(view, name))
			list = sdk_format(view->arena, "%.*s%.*s,", ENT_F(list), ENT_F(name));
	}
	return list;
}

/* ---- people ------------------------------------------------------------------------------ */

static void user_print(const struct view *view, struct sdk_jsonw *w, const struct user *user)
{
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr(w, "ref", user->ref);
	sdk_jsonw_kstr(w, "organisation", user->organisation);
	sdk_jsonw_kstr(w, "name", user->name);
	if (reader_sees_own(view->reader, user->organisation)) {
		sdk_jsonw_kz(w, "role", role_word(user->role));
		sdk_jsonw_kstr(w, "state", user->state);
		sdk_jsonw_kstr(w, "mail", user->mail);
		sdk_jsonw_kstr(w, "language", user->language);
		sdk_jsonw_kstr(w, "time_zone", user->time_zone);
		sdk_jsonw_kbool(w, "shows_seen", user->shows_seen);
		json_time(w, "made", user->made_ms);
		if (user->seen_ms)
			json_time(w, "seen", user->seen_ms);
	}
	sdk_jsonw_close(w, '}');
}

#define KNOWN "($4 = '' OR replace($4, ',' || organisation || ',', '') <> $4) "

/* Nobody is told of another organisation who was disabled, or has not come yet. */
static bool is_told_of(const struct view *view, const struct user *user)
{
	return reader_sees_own(view->reader, user->organisation) || sdk_eqz(user->state, USER_ACTIVE);
}

enum ent_rc view_user_list(const struct view *view, struct ent_str organisation, struct ent_str state,
			   struct ent_str cursor, int limit, struct ent_str *ret, struct ent_err *err)
{
	struct db_stmt *stmt =
	    db_use(view->db,
		   "SELECT " USER_COLUMNS " FROM account WHERE ref > $1 AND ($2 = '' OR organisation = $2) AND ($3 = "
		   "'' OR state = $3) AND " KNOWN "AND ($6 IS NULL OR organisation = $6 OR state = '" USER_ACTIVE
		   "') ORDER BY ref LIMIT $5");
	struct ent_str last = ENT_ABSENT;
	struct sdk_buf buf;
	struct sdk_jsonw w;
	struct user user;
	int n = 0;

	if (state.n && !sdk_eqz(state, USER_INVITED) && !sdk_eqz(state, USER_ACTIVE) && !sdk_eqz(state, USER_DISABLED))
		return sdk_fail_as(err, ENT_EINVAL, "ask.user_state", "state is one of invited, active, disabled");
	limit = limit < 1 ? 50 : limit > VIEW_PAGE_MAX ? VIEW_PAGE_MAX : limit;
	struct ent_str known = known_to(view);
	db_bind_str(stmt, 1, sdk_or_empty(cursor));
	db_bind_str(stmt, 2, sdk_or_empty(organisation));
	db_bind_str(stmt, 3, sdk_or_empty(state));
	db_bind_str(stmt, 4, known);
	db_bind_int(stmt, 5, limit + 1);
	db_bind_str(stmt, 6, view_is_ours(view) ? ENT_ABSENT : sdk_or_empty(view->reader->organisation));
	json_page_open(&w, &buf);
	while (db_row(stmt)) {
		if (++n > limit)
			continue;
		user_row(view->arena, stmt, &user);
		last = user.ref;
		user_print(view, &w, &user);
	}
	json_page_close(&w, n > limit ? last : ENT_ABSENT);
	return json_answer(view->db, view->arena, &buf, ret, err);
}

static enum ent_rc user_gone(const struct view *view, struct ent_err *err)
{
	return db_failed(view->db) ? sdk_fail_as(err, ENT_ERETRY, "store.error", "{said=%s}", db_error(view->db))
				   : sdk_fail_as(err, ENT_EGONE, "ask.nobody", "there is nobody here with this ref");
}

enum ent_rc view_user(const struct view *view, struct ent_str ref, struct ent_str *ret, struct ent_err *err)
{
	struct sdk_buf buf;
	struct sdk_jsonw w;
	struct user user;

	if (!users_find(view->db, view->arena, ref, &user) || !knows_organisation(view, user.organisation) ||
	    !is_told_of(view, &user))
		return user_gone(view, err);
	sdk_buf_init(&buf, JSON_ANSWER_MAX);
	sdk_jsonw_init(&w, &buf);
	user_print(view, &w, &user);
	return json_answer(view->db, view->arena, &buf, ret, err);
}

/* ---- organisations ----------------------------------------------------------------------- */

static void organisation_print(const struct view *view, struct sdk_jsonw *w, struct ent_str name)
{
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr(w, "name", name);
	sdk_jsonw_kbool(w, "ours", sdk_eq(name, organisation_ours(view->suppliers)));
	if (reader_sees_own(view->reader, name)) {
		sdk_jsonw_key(w, "tools");
		sdk_jsonw_open(w, '[');
		for (size_t i = 0; view->suppliers && i < view->suppliers->n; i++)
			if (sdk_eq(organisation_of(&view->suppliers->at[i]), name))
				sdk_jsonw_str(w, view->suppliers->at[i].name);
		sdk_jsonw_close(w, ']');
	}
	sdk_jsonw_close(w, '}');
}

enum ent_rc view_user_organisations(const struct view *view, struct ent_str *ret, struct ent_err *err)
{
	struct ent_str rest = organisation_list(view->arena, view->suppliers);
	struct sdk_buf buf;
	struct sdk_jsonw w;

	json_page_open(&w, &buf);
	while (rest.n) {
		struct ent_str name = sdk_cut(rest, ',', &rest);

		if (knows_organisation(view, name))
			organisation_print(view, &w, name);
	}
	json_page_close(&w, ENT_ABSENT);
	return json_answer(view->db, view->arena, &buf, ret, err);
}

enum ent_rc view_user_organisation(const struct view *view, struct ent_str name, struct ent_str *ret,
				   struct ent_err *err)
{
	struct sdk_buf buf;
	struct sdk_jsonw w;

	if (!organisation_is_known(view->suppliers, name) || !knows_organisation(view, name))
		return sdk_fail_as(err, ENT_EGONE, "ask.no_organisation",
				   "there is no organisation of this name here; entente org list shows them");
	sdk_buf_init(&buf, JSON_ANSWER_MAX);
	sdk_jsonw_init(&w, &buf);
	organisation_print(view, &w, name);
	return json_answer(view->db, view->arena, &buf, ret, err);
}

struct ent_str view_user_own_name(const struct view *view)
{
	struct user user;

	if (!view->reader->ref.n || !users_find(view->db, view->arena, view->reader->ref, &user))
		return ENT_STR("");
	return user.name;
}
