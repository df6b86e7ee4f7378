/* SPDX-License-Identifier: Apache-2.0 */
#include "sdk/poll.h"

#include <string.h>

#include "sdk/crypto.h"
#include "sdk/http.h"

#define OVERLAP_MS 20000
#define STAMP_MS   1000
#define SKEW_MS    300000               /* of the clock of a tool that does not tell it, to ours */
#define AHEAD_MS   (24 * 3600 * 1000LL) /* a stamp further ahead is wrong and moves nothing */
#define SEEN_MAX   600                  /* beyond it the oldest are forgotten, and told again */
#define WAITS_SIZE (24 << 10)           /* bytes of the ids that wait for a request of their own: the memo holds them */
#define PAGES_MAX  10000                /* with the same time */
#define HASH_SIZE  6                    /* bytes: 48 bits tell a few hundred apart */
#define HASH_CHARS (2 * HASH_SIZE)

enum seen_how {
	SEEN_FOR_GOOD = '+',
	SEEN_NOW = '~', /* in this walk, stamped just now: to be told again in the next one */
	SEEN_ONCE = '-' /* in the walk before */
};

struct sdk_poll_seen {
	int64_t stamp_ms;
	char how;
	char hash[HASH_CHARS];
};

/* ---- memo ------------------------------------------------------------------------- */

static int64_t whole(const struct sdk_poll *poll, int64_t ms)
{
	return ms > 0 ? ms - ms % poll->rule.grain_ms : 0;
}

static bool seen_read(struct sdk_poll *poll, const struct sdk_json *list)
{
	for (const struct sdk_json *at = sdk_json_first(list); at; at = sdk_json_next(at)) {
		struct sdk_poll_seen *seen = &poll->seen[poll->n_seen];
		const struct sdk_json *stamp = sdk_json_first(at);
		struct ent_str text = sdk_json_text(sdk_json_next(stamp));

		if (poll->n_seen == SEEN_MAX || !sdk_json_int(stamp, &seen->stamp_ms) || text.n != 1 + HASH_CHARS)
			return false;
		seen->how = text.p[0];
		memcpy(seen->hash, text.p + 1, HASH_CHARS);
		poll->n_seen++;
	}
	return true;
}

static bool memo_read(struct sdk_poll *poll, struct ent_str memo)
{
	const struct sdk_json *root = NULL, *waits;
	struct ent_err unread;

	if (sdk_json_parse(poll->arena, memo, &root, &unread) != ENT_OK ||
	    !sdk_json_int(sdk_json_at(root, "since"), &poll->since_ms) ||
	    !sdk_json_int(sdk_json_at(root, "page"), &poll->page) ||
	    !sdk_json_int(sdk_json_at(root, "high"), &poll->high_ms) || poll->since_ms < 0 || poll->page < 0)
		return false;
	poll->began_ms = 0;
	(void)sdk_json_int(sdk_json_at(root, "began"), &poll->began_ms); /* in the middle of a walk */
	poll->before_ms = poll->high_ms;
	poll->token = sdk_json_text_at(root, "token");
	poll->caught_up = sdk_json_bool(sdk_json_at(root, "caught_up"), false);
	waits = sdk_json_at(root, "todo");
	for (const struct sdk_json *at = sdk_json_first(waits); at; at = sdk_json_next(at)) {
		if (poll->n_waits == SDK_POLL_TODO_MAX || sdk_json_text(at).n == 0)
			return false;
		poll->waits[poll->n_waits++] = sdk_json_text(at);
	}
	poll->todo = poll->n_waits > 0 ? poll->waits[0] : ENT_ABSENT;
	return seen_read(poll, sdk_json_at(root, "seen"));
}

static enum ent_rc memo_write(const struct sdk_poll *poll, struct ent_str *ret)
{
	struct sdk_jsonw w;
	struct sdk_buf buf;

	sdk_buf_init(&buf, ENT_MEMO_MAX);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kint(&w, "since", poll->since_ms);
	sdk_jsonw_kint(&w, "page", poll->page);
	sdk_jsonw_kstr_opt(&w, "token", poll->token);
	sdk_jsonw_kint(&w, "high", poll->high_ms);
	if (poll->caught_up) /* the same memo as before when nothing was new: then there is nothing to store */
		sdk_jsonw_kbool(&w, "caught_up", true);
	else
		sdk_jsonw_kint(&w, "began", poll->began_ms);
	sdk_jsonw_key(&w, "seen");
	sdk_jsonw_open(&w, '[');
	for (size_t i = 0; i < poll->n_seen; i++) {
		const struct sdk_poll_seen *seen = &poll->seen[i];

		sdk_jsonw_open(&w, '[');
		sdk_jsonw_int(&w, seen->stamp_ms);
		sdk_jsonw_str(&w, sdk_format(poll->arena, "%c%.*s", seen->how, HASH_CHARS, seen->hash));
		sdk_jsonw_close(&w, ']');
	}
	sdk_jsonw_close(&w, ']');
	if (poll->n_waits > poll->begin_waits) {
		sdk_jsonw_key(&w, "todo");
		sdk_jsonw_open(&w, '[');
		for (size_t i = poll->begin_waits; i < poll->n_waits; i++)
			sdk_jsonw_str(&w, poll->waits[i]);
		sdk_jsonw_close(&w, ']');
	}
	sdk_jsonw_close(&w, '}');
	bool fits = !buf.failed;
	if (fits)
		*ret = sdk_dup(poll->arena, sdk_buf_view(&buf));
	sdk_buf_release(&buf);
	return fits ? ENT_OK
		    : sdk_fail(poll->err, ENT_EINVAL, "a page names more tickets than a cursor of %d bytes holds",
			       ENT_MEMO_MAX);
}

enum ent_rc sdk_poll_begin(struct sdk_poll *poll, const struct sdk_poll_rule *rule, const struct ent_call *call,
			   const struct ent_response *response, struct ent_arena *arena, struct ent_err *err)
{
	*poll = (struct sdk_poll){.arena = arena, .err = err, .rule = *rule, .now_ms = call->now_ms};
	poll->rule.overlap_ms = rule->overlap_ms > 0 ? rule->overlap_ms : OVERLAP_MS;
	poll->rule.grain_ms = rule->grain_ms > 0 ? rule->grain_ms : 1;
	poll->rule.stamp_ms = rule->stamp_ms > 0 ? rule->stamp_ms : STAMP_MS;
	poll->seen = SDK_NEW_N(arena, struct sdk_poll_seen, SEEN_MAX);
	poll->waits = SDK_NEW_N(arena, struct ent_str, SDK_POLL_TODO_MAX);
	poll->knows_now = response && sdk_http_date(sdk_http_header(response, "Date"), call->now_ms, &poll->now_ms);
	if (call->memo.n == 0)
		poll->since_ms = whole(poll, call->op.since_ms);
	else if (!memo_read(poll, call->memo))
		return sdk_fail(err, ENT_EINVAL, "the cursor of this poll cannot be read: remove it to begin anew");
	return ENT_OK;
}

/* ---- items -------------------------------------------------------------------------- */

static void hash_make(const struct sdk_poll *poll, struct ent_str id, int64_t stamp_ms, struct ent_str content,
		      char ret[HASH_CHARS])
{
	struct ent_str part[] = {id, ENT_STR("\n"), sdk_int(poll->arena, stamp_ms), ENT_STR("\n"), content};
	unsigned char hash[SDK_HASH_MAX];

	(void)sdk_digest(SDK_SHA256, part, sizeof part / sizeof *part, hash);
	memcpy(ret, sdk_hex(poll->arena, hash, HASH_SIZE).p, HASH_CHARS);
}

static void seen_forget(struct sdk_poll *poll, size_t i)
{
	memmove(&poll->seen[i], &poll->seen[i + 1], (poll->n_seen - i - 1) * sizeof poll->seen[0]);
	poll->n_seen--;
}

static struct sdk_poll_seen *seen_add(struct sdk_poll *poll)
{
	size_t oldest = 0;

	for (size_t i = 1; i < poll->n_seen; i++)
		if (poll->seen[i].stamp_ms < poll->seen[oldest].stamp_ms)
			oldest = i;
	if (poll->n_seen == SEEN_MAX)
		seen_forget(poll, oldest);
	return &poll->seen[poll->n_seen++];
}

/* May another change appear there that has the same stamp? Our clock stands in for the tool's, with twice the margin.
 */
static bool is_fresh(const struct sdk_poll *poll, int64_t stamp_ms)
{
	int64_t margin = poll->rule.stamp_ms + (poll->knows_now ? 1 : 2) * poll->rule.overlap_ms;

	return stamp_ms + margin > poll->now_ms && stamp_ms <= poll->now_ms + AHEAD_MS;
}

bool sdk_poll_news(struct sdk_poll *poll, struct ent_str id, int64_t stamp_ms, struct ent_str content)
{
	struct sdk_poll_seen *seen = NULL;
	char hash[HASH_CHARS];
	bool fresh = !content.p && is_fresh(poll, stamp_ms);

	if (poll->is_full) /* it is met again: the walk goes on from what was taken */
		return false;
	if (stamp_ms <= poll->now_ms + AHEAD_MS) {
		poll->reach_ms = stamp_ms > poll->reach_ms ? stamp_ms : poll->reach_ms;
		poll->high_ms = stamp_ms > poll->high_ms ? stamp_ms : poll->high_ms;
	}
	hash_make(poll, id, stamp_ms, content, hash);
	for (size_t i = 0; i < poll->n_seen && !seen; i++)
		if (memcmp(poll->seen[i].hash, hash, HASH_CHARS) == 0)
			seen = &poll->seen[i];
	if (seen && seen->how != SEEN_ONCE)
		return false;
	if (!seen) {
		seen = seen_add(poll);
		seen->stamp_ms = stamp_ms;
		memcpy(seen->hash, hash, HASH_CHARS);
		/* without the tool's clock nothing is believed at first sight */
		fresh = fresh || (!content.p && !poll->knows_now);
	}
	seen->how = fresh ? SEEN_NOW : SEEN_FOR_GOOD;
	return true;
}

void sdk_poll_later(struct sdk_poll *poll, struct ent_str id)
{
	for (size_t i = 0; i < poll->n_waits; i++)
		if (sdk_eq(poll->waits[i], id))
			return;
	if (poll->is_full || poll->n_waits == SDK_POLL_TODO_MAX)
		return;
	poll->waits[poll->n_waits++] = id;
	poll->waits_size += id.n;
	poll->is_full = poll->n_waits == SDK_POLL_TODO_MAX || poll->waits_size >= WAITS_SIZE;
}

/* ---- where to go on --------------------------------------------------------------------- */

/* How far back the next walk has to begin, at most: what was made before is shown by now, and this walk has met it. */
static int64_t settled_ms(const struct sdk_poll *poll)
{
	int64_t newest = poll->knows_now || poll->high_ms > poll->began_ms ? poll->began_ms : poll->high_ms;

	return newest - poll->rule.overlap_ms - poll->rule.stamp_ms;
}

/* What neither this walk nor the next one can meet again. */
static void seen_prune(struct sdk_poll *poll)
{
	int64_t next = whole(poll, settled_ms(poll));
	int64_t least = poll->since_ms < next || poll->caught_up ? poll->since_ms : next;

	for (size_t i = poll->n_seen; i > 0; i--)
		if (poll->seen[i - 1].stamp_ms < least)
			seen_forget(poll, i - 1);
}

/* The walk is over: the next one begins where nothing can appear any more that was not told. */
static void walk_end(struct sdk_poll *poll)
{
	int64_t next = settled_ms(poll);

	if (poll->knows_now && next > poll->high_ms + poll->rule.grain_ms)
		next = poll->high_ms + poll->rule.grain_ms;
	if (poll->high_ms > 0)
		poll->since_ms = whole(poll, next);
	for (size_t i = 0; i < poll->n_seen; i++)
		if (poll->seen[i].how == SEEN_NOW)
			poll->seen[i].how = SEEN_ONCE;
	poll->page = 0;
	poll->token = ENT_ABSENT;
	poll->caught_up = true;
}

enum ent_rc sdk_poll_page(struct sdk_poll *poll, bool more, struct ent_str token, struct ent_str *ret_memo)
{
	int64_t reach = whole(poll, poll->reach_ms);

	more = more || poll->is_full;
	if (more && poll->page >= PAGES_MAX)
		return sdk_fail(poll->err, ENT_EINVAL, "more than %d pages of changes of one time", PAGES_MAX);
	if (poll->caught_up || poll->began_ms == 0) { /* this page is a walk's first */
		int64_t guess = poll->now_ms - SKEW_MS, before = poll->before_ms;

		poll->began_ms = poll->knows_now ? poll->now_ms : guess > before ? guess : before;
	}
	poll->caught_up = false;
	if (!poll->is_full)
		poll->token = token;
	if (!more) {
		walk_end(poll);
	} else if (token.p || reach <= poll->since_ms) {
		poll->page += !poll->is_full; /* else the same page once more, for the rest of it */
	} else {
		poll->since_ms = reach;
		poll->page = 0;
	}
	seen_prune(poll);
	enum ent_rc rc = memo_write(poll, ret_memo);
	return rc == ENT_OK && (more || poll->n_waits > 0) ? ENT_MORE : rc;
}

enum ent_rc sdk_poll_done(struct sdk_poll *poll, struct ent_str *ret_memo)
{
	poll->begin_waits = poll->n_waits > 0 ? 1 : 0;
	enum ent_rc rc = memo_write(poll, ret_memo);
	return rc == ENT_OK && (poll->n_waits > 1 || !poll->caught_up) ? ENT_MORE : rc;
}
