/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What changed since: issues in the order of their update, then each of them with its
 * notes. A stamp is a whole second, and more may happen within it; so an issue is read
 * again at the next polls, until its second is long over.
 *
 * seen: "ID@UPDATED_ON/TIMES", how often it was taken. todo: "ID SINCE", notes since when.
 */
#include "redmine.h"

#include "sdk/time.h"

#define PAGE       100 /* issues; what Redmine allows */
#define TIMES      3   /* polls that read an issue after one change */
#define WINDOW     100 /* issues that are listed again, for those that show up late */
#define OVERLAP_MS 60000

enum phase { BEGIN, GO_ON };

static struct ent_str time_of(struct ent_arena *arena, int64_t ms)
{
	return sdk_format(arena, "%.19sZ", sdk_time(arena, ms > 0 ? ms : 0).p);
}

static int64_t ms_of(struct ent_str time)
{
	int64_t ms;

	return sdk_time_parse(time, 0, &ms) ? ms : 0;
}

static struct ent_str from_of(const struct sdk_walk *walk)
{
	return walk->from.n > 0 ? walk->from : time_of(walk->arena, walk->since_ms);
}

enum ent_rc redmine_poll_build(const struct redmine_settings *settings, const struct ent_call *call,
			       struct ent_arena *arena, struct ent_request *ret, struct ent_err *err)
{
	struct ent_str id, rest, from, skip;
	struct sdk_walk *walk;
	enum ent_rc rc = sdk_walk_read(call, arena, &walk, err);

	if (rc != ENT_OK)
		return rc;
	id = sdk_cut(sdk_walk_first(walk), ' ', &rest);
	from = from_of(walk);
	skip = sdk_int(arena, walk->skip);
	if (call->phase == BEGIN) /* 401 to a stranger; 403 or 200 to us; holds nothing that is secret */
		sdk_ask_get(ret, ENT_STR("/custom_fields.json"));
	else if (id.n > 0)
		sdk_ask_get(ret, redmine_issue_path(arena, id));
	else
		sdk_ask_get(ret, sdk_http_path(arena,
					       "/issues.json?status_id=*&project_id=%s&updated_on=%3E%3D%s&"
					       "sort=updated_on,id&limit=100&offset=%s",
					       &settings->project, &from, &skip, NULL));
	return ENT_OK;
}

/* ---- the list -------------------------------------------------------------------------- */

struct row {
	struct ent_str id, time;
};

static struct ent_str seen_time(struct ent_str word)
{
	struct ent_str rest;

	(void)sdk_cut(word, '@', &rest);
	return sdk_cut(rest, '/', &rest);
}

/* Negative, 0, positive; both of one format. */
static int time_compare(struct ent_str a, struct ent_str b)
{
	int64_t left = ms_of(a), right = ms_of(b);

	return left < right ? -1 : left > right;
}

/* How often the row was taken; *ret_i is where that stands. */
static int64_t times_seen(const struct sdk_walk *walk, const struct row *row, size_t *ret_i)
{
	struct ent_str want = sdk_format(walk->arena, "%.*s@%.*s", ENT_F(row->id), ENT_F(row->time));
	int64_t times;

	for (*ret_i = 0; *ret_i < walk->seen.n; (*ret_i)++) {
		struct ent_str rest, word = sdk_cut(walk->seen.at[*ret_i], '/', &rest);

		if (sdk_eq(word, want))
			return sdk_to_int(rest, &times) ? times : TIMES;
	}
	return 0;
}

/* False: no room, it is for the next page. */
static bool row_take(struct sdk_walk *walk, const struct row *row)
{
	struct ent_arena *arena = walk->arena;
	size_t i;
	int64_t times = times_seen(walk, row, &i);
	struct ent_str word;

	if (times >= TIMES)
		return true;
	if (!sdk_walk_add(walk, sdk_format(arena, "%.*s %lld", ENT_F(row->id), (long long)walk->since_ms)))
		return false;
	word = sdk_format(arena, "%.*s@%.*s/%lld", ENT_F(row->id), ENT_F(row->time), (long long)times + 1);
	if (times > 0)
		walk->seen.at[i] = word;
	else
		(void)sdk_walk_see(walk, word); /* without room it is told again, which does no harm */
	return true;
}

/* Of what was seen, what the next list may show again is kept. */
static void seen_cut(struct sdk_walk *walk)
{
	size_t old = 0;

	while (old < walk->seen.n && time_compare(seen_time(walk->seen.at[old]), walk->from) < 0)
		old++;
	sdk_walk_forget(walk, old);
}

/* Where the next list begins. A full page: where it ended; rows move to the end as they change, so half of it is read
 * again when the whole page is of one second. */
static void list_advance(struct sdk_walk *walk, struct ent_str last, bool full)
{
	struct ent_str from = from_of(walk);

	walk->more = full;
	if (full && time_compare(last, from) > 0) {
		walk->from = last;
		walk->skip = 0;
	} else if (full) {
		walk->from = from;
		walk->skip += PAGE / 2;
	} else {
		int64_t back = last.n > 0 ? ms_of(last) - OVERLAP_MS : 0;

		if (walk->seen.n > WINDOW && ms_of(seen_time(walk->seen.at[walk->seen.n - WINDOW])) > back)
			back = ms_of(seen_time(walk->seen.at[walk->seen.n - WINDOW]));
		walk->from = back > ms_of(from) ? time_of(walk->arena, back) : from;
		walk->since_ms = ms_of(walk->from) > walk->since_ms ? ms_of(walk->from) : walk->since_ms;
		walk->skip = 0;
	}
	seen_cut(walk);
}

/* The tool's clock was set back: what is stamped from now on would lie before where the list begins. */
static void clock_heed(struct sdk_walk *walk, const struct ent_response *response)
{
	int64_t date_ms;

	if (!sdk_http_date(sdk_http_header(response, "Date"), walk->since_ms, &date_ms) ||
	    ms_of(from_of(walk)) <= date_ms)
		return;
	walk->from = time_of(walk->arena, date_ms - OVERLAP_MS);
	if (walk->since_ms > date_ms - OVERLAP_MS)
		walk->since_ms = date_ms - OVERLAP_MS;
}

static enum ent_rc list_parse(const struct redmine_settings *settings, struct sdk_walk *walk,
			      const struct ent_response *response, struct ent_err *err)
{
	const struct sdk_json *root = NULL, *issues;
	struct ent_str last = ENT_ABSENT;
	bool full;
	enum ent_rc rc;

	if (response->status == 404 || response->status == 403)
		return sdk_fail(err, ENT_EAUTH, "HTTP %d: there is no project %.*s that our user may see",
				response->status, ENT_F(settings->project));
	rc = sdk_http_json(response, walk->arena, &root, err);
	issues = sdk_json_at(root, "issues");
	if (rc == ENT_OK && sdk_json_kind(issues) != SDK_JSON_ARRAY)
		return sdk_fail(err, ENT_EINVAL, "the list has no issues");
	full = sdk_json_count(issues) >= PAGE;
	for (const struct sdk_json *at = sdk_json_first(issues); at && rc == ENT_OK; at = sdk_json_next(at)) {
		struct row row = {.time = sdk_word_at(at, "updated_on")};

		rc = sdk_id_at(at, "id", &row.id, err);
		if (rc == ENT_OK && ms_of(row.time) == 0)
			rc = sdk_fail(err, ENT_EINVAL, "updated_on of issue %.*s is no time", ENT_F(row.id));
		if (rc == ENT_OK && !row_take(walk, &row)) {
			full = true;
			break;
		}
		last = row.time;
	}
	if (rc == ENT_OK)
		list_advance(walk, last, full);
	if (rc == ENT_OK && !walk->more)
		clock_heed(walk, response);
	return rc;
}

/* ---- answers ------------------------------------------------------------------------------- */

static enum ent_rc issue_parse(const struct redmine_settings *settings, struct sdk_walk *walk,
			       const struct ent_response *response, struct sdk_changes *list, struct ent_err *err)
{
	struct ent_str since, id = sdk_cut(sdk_walk_first(walk), ' ', &since);
	const struct sdk_json *issue = NULL;
	int64_t since_ms;
	enum ent_rc rc = redmine_issue_read(response, id, walk->arena, &issue, err);

	if (rc == ENT_EGONE) {
		err->msg[0] = '\0';
		sdk_changes_add(list, ENT_TICKET_REMOVED)->ticket.id = id;
		rc = ENT_OK;
	} else if (rc == ENT_OK) {
		rc = redmine_issue_add(settings, list, issue, err);
		if (rc == ENT_OK && sdk_to_int(since, &since_ms))
			rc = redmine_notes_add(settings, list, issue, since_ms, err);
	}
	if (rc == ENT_OK)
		sdk_walk_drop(walk);
	return rc;
}

enum ent_rc redmine_poll_parse(const struct redmine_settings *settings, const struct ent_call *call,
			       const struct ent_response *response, struct ent_arena *arena, struct ent_result *ret,
			       struct ent_err *err)
{
	struct sdk_changes list;
	struct sdk_walk *walk;
	enum ent_rc rc = sdk_walk_read(call, arena, &walk, err);

	if (rc != ENT_OK)
		return rc;
	sdk_changes_init(&list, arena);
	if (call->phase == BEGIN) {
		rc = response->status == 403 ? ENT_OK : sdk_http_status(response, arena, err);
		walk->more = true;
	} else if (walk->todo.n > 0) {
		rc = issue_parse(settings, walk, response, &list, err);
		if (sdk_walk_aside(walk, call, response, rc)) {
			err->msg[0] = '\0';
			sdk_changes_init(&list, arena);
			rc = ENT_OK;
		}
	} else {
		rc = list_parse(settings, walk, response, err);
	}
	if (rc == ENT_OK)
		rc = sdk_changes_take(&list, &ret->changes, err);
	return rc == ENT_OK ? sdk_walk_end(walk, ret) : rc;
}
