/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A poll's memo: the sdk's cursor, alone or inside of {"cursor", "known"}. Any other memo is that of a program
 * that keeps its place itself: it is handed back to that program. When such a program is changed and lets the connector
 * keep the place, the walk begins anew, and people are told.
 */
#include <string.h>

#include "generic.h"
#include "sdk/crypto.h"

#define MS         1000
#define HASH_CHARS 6 /* base64: 36 bits; of a ticket, and of what was told of it */

void cursor_begin(struct cursor *cursor, const struct generic_settings *settings, const struct ent_call *call,
		  const struct ent_response *response, struct ent_arena *arena, struct ent_err *err)
{
	const struct sdk_cursor_rule rule = {.overlap_ms = settings->poll_overlap_s * MS,
					     .grain_ms = settings->poll_grain_s * MS,
					     .stamp_ms = settings->poll_grain_s * MS};
	const struct sdk_json *root = NULL, *place = NULL;
	struct ent_err unread;
	int64_t phase = 0;

	*cursor = (struct cursor){.arena = arena, .call = *call, .known = ENT_STR("")};
	if (call->memo.n > 0 && sdk_json_parse(arena, call->memo, &root, &unread) == ENT_OK &&
	    sdk_json_kind(sdk_json_at(root, "cursor")) == SDK_JSON_OBJECT) {
		cursor->call.memo = sdk_json_print(arena, sdk_json_at(root, "cursor"));
		cursor->known = sdk_or_empty(sdk_json_text_at(root, "known"));
		if (cursor->known.n % (2 * (size_t)HASH_CHARS) != 0) /* not ours */
			cursor->known = ENT_STR("");
	}
	if (!sdk_cursor_is_memo(arena, cursor->call.memo)) {
		cursor->foreign = root ? call->memo : ENT_ABSENT;
		cursor->call.memo = ENT_ABSENT;
	}
	sdk_cursor_begin(&cursor->poll, &rule, &cursor->call, response, arena, err);
	if (!cursor->poll.ask || cursor->poll.ask->place.n == 0 ||
	    sdk_json_parse(arena, cursor->poll.ask->place, &place, &unread) != ENT_OK)
		return;
	if (sdk_json_int(sdk_json_at(place, "phase"), &phase) && phase > 0 && phase < ENT_PHASES_MAX)
		cursor->phase = (unsigned)phase;
	if (sdk_json_kind(sdk_json_at(place, "memo")) != SDK_JSON_NULL)
		cursor->memo = sdk_json_print(arena, sdk_json_at(place, "memo"));
}

/* The hash of the ticket and that of its version, one behind the other. */
static struct ent_str known_make(const struct cursor *cursor, struct ent_str id, struct ent_str version)
{
	const struct ent_str part[] = {id, version};
	unsigned char hash[SDK_HASH_MAX];
	struct ent_str text[2];

	for (size_t i = 0; i < 2; i++) {
		(void)sdk_digest(SDK_SHA256, &part[i], 1, hash);
		text[i] = sdk_head(sdk_base64(cursor->arena, hash, HASH_CHARS), HASH_CHARS);
	}
	return sdk_format(cursor->arena, "%.*s%.*s", ENT_F(text[0]), ENT_F(text[1]));
}

/* Where the ticket stands in `known`; known.n: nowhere. */
static size_t known_find(const struct cursor *cursor, struct ent_str entry)
{
	size_t i = 0;

	while (i < cursor->known.n && memcmp(cursor->known.p + i, entry.p, HASH_CHARS) != 0)
		i += entry.n;
	return i;
}

bool cursor_is_news(const struct cursor *cursor, struct ent_str id, struct ent_str version)
{
	struct ent_str entry = known_make(cursor, id, version);
	size_t at = known_find(cursor, entry);

	return !version.p || at == cursor->known.n || memcmp(cursor->known.p + at, entry.p, entry.n) != 0;
}

void cursor_know(struct cursor *cursor, struct ent_str id, struct ent_str version)
{
	struct ent_str entry = known_make(cursor, id, version), known = cursor->known;
	size_t at = known_find(cursor, entry), behind;

	if (!version.p)
		return;
	if (at == known.n && known.n >= CURSOR_KNOWN_MAX * entry.n) /* the oldest is forgotten, and told again */
		at = 0;
	behind = at < known.n ? at + entry.n : at;
	cursor->known = sdk_format(cursor->arena, "%.*s%.*s%.*s", (int)at, known.p, (int)(known.n - behind),
				   known.p + behind, ENT_F(entry));
}

/* Up to the limit of a memo; absent: it is longer. */
static struct ent_str written(struct ent_arena *arena, struct sdk_buf *buf)
{
	struct ent_str json = buf->failed ? ENT_ABSENT : sdk_dup(arena, sdk_buf_view(buf));

	sdk_buf_release(buf);
	return json;
}

void cursor_more(struct cursor *cursor, unsigned phase, struct ent_str memo)
{
	struct sdk_jsonw w;
	struct sdk_buf buf;

	sdk_buf_init(&buf, ENT_MEMO_MAX);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kint(&w, "phase", phase);
	if (memo.p)
		sdk_jsonw_kraw(&w, "memo", memo);
	sdk_jsonw_close(&w, '}');
	sdk_cursor_part(&cursor->poll, written(cursor->arena, &buf));
}

static struct ent_str known_beside(const struct cursor *cursor, struct ent_str memo)
{
	struct sdk_jsonw w;
	struct sdk_buf buf;

	sdk_buf_init(&buf, ENT_MEMO_MAX);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kraw(&w, "cursor", memo);
	sdk_jsonw_kstr(&w, "known", cursor->known);
	sdk_jsonw_close(&w, '}');
	return written(cursor->arena, &buf);
}

enum ent_rc cursor_end(struct cursor *cursor, enum ent_rc rc, struct ent_result *ret, struct ent_err *err)
{
	rc = sdk_cursor_end(&cursor->poll, rc, ret);
	if (rc < ENT_OK)
		return rc;
	if (cursor->known.n > 0)
		ret->memo = known_beside(cursor, ret->memo);
	if (!ret->memo.p)
		return sdk_fail_as(err, ENT_EINVAL, "generic.cursor_large",
				   "the cursor and the tickets of a list without times are more than {most=%d} bytes",
				   ENT_MEMO_MAX);
	if (cursor->foreign.p)
		ret->note = sdk_say(
		    cursor->poll.arena, "generic.own_place",
		    "the program kept its own place before and does not any more: its list is read from the beginning");
	return rc;
}
