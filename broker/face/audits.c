/* SPDX-License-Identifier: Apache-2.0 */
/* The audit log: listed, verified; and what is noted in it although nothing was done. */
#include "face/audits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "face/answer.h"
#include "face/ask.h"
#include "face/route.h"
#include "sdk/percent.h"
#include "sdk/webhook.h"
#include "view/view_audit.h"

enum { AUDIT_HEAD_MIN = 12, AUDIT_HEAD_MAX = 64 }; /* digits of a hash that was kept elsewhere */

void audits_list(struct exchange *x)
{
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;
	int limit;

	if (!ask_limit(x, &limit))
		return;
	enum ent_rc rc = view_audit_list(ask_view(x), exchange_argument(x, "act"), exchange_argument(x, "cursor"),
					 limit, &json, &err);
	ask_answer(x, 200, rc, json, &err);
}

/* Empty: none. */
static bool head_is_hash(struct ent_str head)
{
	for (size_t i = 0; i < head.n; i++)
		if (sdk_hex_value(head.p[i]) < 0)
			return false;
	return head.n == 0 || (head.n >= AUDIT_HEAD_MIN && head.n <= AUDIT_HEAD_MAX);
}

/* Where the answer before ended: its `rows`, a colon, its `head`. False: answered. */
static bool read_from(struct exchange *x, struct audit_head *ret)
{
	struct ent_str hash, rows = sdk_cut(exchange_argument(x, "after"), ':', &hash);

	*ret = (struct audit_head){0};
	if (!rows.n && hash.p == NULL)
		return true;
	if (!sdk_to_int(rows, &ret->id) || ret->id < 0 || hash.n != AUDIT_HEAD_MAX || !head_is_hash(hash)) {
		answer_problem(x, PROBLEM_REQUEST, "ask.audit_after",
			       "\"after\" has to be the `rows` of the answer before, a colon, and its `head`.");
		return false;
	}
	for (size_t i = 0; i < AUDIT_HASH_SIZE; i++)
		ret->hash[i] = (unsigned char)(sdk_hex_value(hash.p[2 * i]) << 4 | sdk_hex_value(hash.p[2 * i + 1]));
	return true;
}

void audits_verify(struct exchange *x)
{
	struct ent_str json = ENT_ABSENT, head = exchange_argument(x, "head");
	struct audit_head from;
	struct ent_err err;

	if (!head_is_hash(head)) {
		answer_problem(x, PROBLEM_REQUEST, "ask.audit_head",
			       "\"head\" has to be a hash in hex, or its first {least=%d} digits or more.",
			       AUDIT_HEAD_MIN);
		return;
	}
	if (!read_from(x, &from))
		return;
	enum ent_rc rc = view_audit_verify(ask_view(x), &from, head, &json, &err);

	ask_answer(x, 200, rc, json, &err);
}

/* It lives longer than its exchange, which is answered at once. */
struct refusal_note {
	struct job job;
	char ref[ID_SIZE], token[ID_SIZE], route[160];
};

static void note_answered(struct job *job)
{
	free(job->owner);
}

static struct ent_str note_keep(char to[ID_SIZE], struct ent_str word)
{
	size_t n = word.n < ID_SIZE ? word.n : 0;

	if (n)
		memcpy(to, word.p, n);
	return (struct ent_str){to, n};
}

void audits_refused(struct exchange *x)
{
	struct refusal_note *note;

	if (!desk_may_log_refusal(x->home))
		return;
	note = sdk_xalloc(sizeof *note);
	memset(note, 0, sizeof *note);
	snprintf(note->route, sizeof note->route, "%s %s", x->route->method, x->route->pattern);
	note->job.kind = JOB_REFUSED;
	note->job.ask.by = (struct reader){.kind = x->reader.kind,
					   .role = x->reader.role,
					   .ref = note_keep(note->ref, x->reader.ref),
					   .token = note_keep(note->token, x->reader.token)};
	note->job.ask.text = sdk_str(note->route);
	note->job.answer = note_answered;
	note->job.owner = note;
	if (!writer_submit(x->home->face->world.writer, &note->job))
		free(note);
}
