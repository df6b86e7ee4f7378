/* SPDX-License-Identifier: Apache-2.0 */
#include "face/private.h"

#include <string.h>

#include "face/answer.h"
#include "face/ask.h"
#include "face/auth.h"
#include "face/body.h"
#include "face/reading.h"
#include "sdk/uuid.h"
#include "sdk/webhook.h"
#include "view/view_erasure.h"
#include "view/view_export.h"

/* The person that the path names: oneself, where that is enough, or whoever it is for who administers. False: answered.
 */
static bool private_ref(struct exchange *x, bool self, struct job *job)
{
	struct ent_str ref = sdk_lower(&x->arena.abi, x->param[0]);
	bool is_self = self && x->reader.ref.n && sdk_eq(ref, x->reader.ref);

	if (!is_self && !auth_may(x, VERB_ADMINISTER))
		return false;
	if (sdk_is_uuid(ref)) {
		memcpy(job->ask.comment_uuid, ref.p, ID_SIZE - 1);
		return true;
	}
	answer_problem(x, PROBLEM_NOT_FOUND, "ask.person_uuid",
		       "A person's ref is a UUID; entente user list, and each comment, shows it.");
	return false;
}

/* ---- told -------------------------------------------------------------------------------------- */

struct export_body {
	struct ent_str table;
	int64_t skip;
	struct job *job;
};

/* On a reader's thread. */
static void export_read(struct exchange *x)
{
	const struct export_body *body = x->work;
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;
	enum ent_rc rc =
	    view_export(ask_view(x), sdk_str(body->job->ask.comment_uuid), body->table, body->skip, &json, &err);

	ask_answer(x, 200, rc, json, &err);
}

static void export_noted(struct exchange *x)
{
	const struct export_body *body = x->work;

	if (ask_done(x, body->job))
		reading_ask(x, export_read);
}

void private_export(struct exchange *x)
{
	static const struct body_field fields[] = {
	    {"table", BODY_TEXT, false, 1, 40, offsetof(struct export_body, table)},
	    {"skip", BODY_INT, false, 0, INT32_MAX, offsetof(struct export_body, skip)},
	    {0}};
	struct export_body *body = SDK_NEW(&x->arena.abi, struct export_body);

	body->job = ask_new(x, JOB_PERSON_EXPORT);
	if (!private_ref(x, true, body->job) || !body_read(x, fields, body))
		return;
	ask_submit(x, body->job, export_noted);
	x->work = body;
}

/* ---- forgotten ---------------------------------------------------------------------------------- */

struct erase_body {
	const struct sdk_json *also;
};

/* Further words that tools may call the person by: one a line. False: answered. */
static bool read_also(struct exchange *x, const struct sdk_json *node, struct ask *ret)
{
	struct ent_str words = ENT_STR("");
	const struct sdk_json *one = sdk_json_first(node);

	if (!node)
		return true;
	if (sdk_json_kind(node) == SDK_JSON_ARRAY && sdk_json_count(node) <= ERASE_WORDS_MAX) {
		for (; one; one = sdk_json_next(one)) {
			struct ent_str word = sdk_trim(sdk_json_text(one));

			if (sdk_json_kind(one) != SDK_JSON_STRING || word.n < 3 || word.n > 254 ||
			    sdk_has_control(word))
				break;
			words = sdk_join(&x->arena.abi, words, "\n", word);
		}
		ret->text = words;
		if (!one)
			return true;
	}
	answer_problem(
	    x, PROBLEM_CONTENT, "ask.erase_also",
	    "\"also\" has to be a list of up to {most=%d} words by which tools call the person, each of 3 to "
	    "254 bytes in one line.",
	    ERASE_WORDS_MAX);
	return false;
}

static void erase_answer(struct exchange *x)
{
	const struct job *job = x->work;
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;

	if (!ask_done(x, job))
		return;
	atomic_fetch_add(&x->desk->face->tokens_changed, 1); /* each worker looks the tokens of the person up again */
	enum ent_rc rc = view_erasure(ask_view(x), sdk_str(job->ask.comment_uuid), &json, &err);
	ask_answer(x, 200, rc, json, &err);
}

void private_erase(struct exchange *x)
{
	static const struct body_field fields[] = {{"also", BODY_NODE, false, 0, 0, offsetof(struct erase_body, also)},
						   {0}};
	struct job *job = ask_new(x, JOB_PERSON_ERASE);
	struct erase_body body = {0};

	if (private_ref(x, false, job) && body_read(x, fields, &body) && read_also(x, body.also, &job->ask))
		ask_submit(x, job, erase_answer);
}
