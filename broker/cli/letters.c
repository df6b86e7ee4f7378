/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/letters.h"

#include <stddef.h>

#include "cli/show.h"

struct letters {
	int64_t replayed, dead, failed, after;
	bool more;
};

/* {"supplier": NAME, "after": ID}, both if wanted. */
static struct ent_str page_body(struct ent_arena *arena, const char *supplier, const struct letters *replay)
{
	struct client_body body;

	client_body_begin(&body);
	sdk_jsonw_kstr_opt(&body.w, "supplier", sdk_str(supplier));
	if (replay->after > 0)
		sdk_jsonw_kint(&body.w, "after", replay->after);
	return client_body_take(&body, arena);
}

/* ENT_EINVAL also when the cursor stands still: it would go on for ever. */
static enum ent_rc outcome_add(struct ent_arena *arena, struct ent_str json, struct letters *replay,
			       struct ent_err *err)
{
	static const struct sdk_field field[] = {{"replayed", SDK_FIELD_INT, true, offsetof(struct letters, replayed)},
						 {"dead", SDK_FIELD_INT, true, offsetof(struct letters, dead)},
						 {"failed", SDK_FIELD_INT, true, offsetof(struct letters, failed)},
						 {"after", SDK_FIELD_INT, true, offsetof(struct letters, after)},
						 {"more", SDK_FIELD_BOOL, true, offsetof(struct letters, more)},
						 {0}};
	const struct sdk_json *node;
	struct letters page;
	enum ent_rc rc = sdk_json_parse(arena, json, &node, err);

	if (!rc)
		rc = sdk_json_read(node, field, &page, err);
	if (!rc && page.more && page.after <= replay->after)
		rc = sdk_fail(err, ENT_EINVAL, "the broker's cursor does not move: is it of another version?");
	if (rc)
		return rc;
	replay->replayed += page.replayed;
	replay->dead += page.dead;
	replay->failed += page.failed;
	replay->after = page.after;
	replay->more = page.more;
	return ENT_OK;
}

/* As the API says it of a page. */
static struct ent_str letters_json(struct ent_arena *arena, const struct letters *replay)
{
	struct client_body body;

	client_body_begin(&body);
	sdk_jsonw_kint(&body.w, "replayed", replay->replayed);
	sdk_jsonw_kint(&body.w, "dead", replay->dead);
	sdk_jsonw_kint(&body.w, "failed", replay->failed);
	sdk_jsonw_kint(&body.w, "after", replay->after);
	sdk_jsonw_kbool(&body.w, "more", replay->more);
	return client_body_take(&body, arena);
}

/* Each letter that waits is tried once: what stays dead stays behind the cursor. */
int letters_replay(const struct question_call *call)
{
	struct letters replay = {.more = true};
	struct client *client;
	struct ent_err err;
	enum ent_rc rc = client_open(&call->client, &client, &err);

	if (rc)
		return client_complain(&err);
	while (replay.more && !rc) {
		struct client_answer answer;
		struct sdk_arena page;

		sdk_arena_init(&page);
		rc = client_call(client, &page.abi, "POST", ENT_STR("/v1/deadletters/replay"),
				 page_body(&page.abi, question_value(call, "supplier"), &replay), &answer, &err);
		if (!rc)
			rc = outcome_add(&page.abi, answer.body, &replay, &err);
		sdk_arena_release(&page);
	}
	client_close(client);
	if (!rc || replay.after > 0) {
		struct ent_str json = letters_json(call->arena, &replay);

		client_print(&call->client, call->arena, json, show_letter);
	}
	return rc ? client_complain(&err) : 0;
}
