/* SPDX-License-Identifier: Apache-2.0 */
/* One connector under libFuzzer: see answer.h. First byte: the op; second: phase, look and status; up to a line break
 * the memo; the rest is the answer, the text, and a webhook. tests/unit/test_answers.c does the same with a fixed set.
 */
#include "answer.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void complain(const char *fault, const struct ent_err *err)
{
	if (!fault)
		return;
	fprintf(stderr, "%s (%s)\n", fault, err->msg);
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int status[] = {200, 201, 204, 400, 404, 409, 200, 503};
	static struct answerer answerer; /* one state serves many answers, as in the broker */
	struct ent_call call = {0};
	struct ent_str rest, memo;
	struct ent_err err = {0};

	if (size < 3)
		return 0;
	if (!answerer.connector)
		complain(answerer_open(&answerer, entente_connector(ENT_ABI), &err), &err);
	rest = (struct ent_str){(const char *)data + 2, size - 2};
	memo = sdk_cut(rest, '\n', &rest);
	call_fill(&call, data[0], data[1], words_of(rest));
	call.memo = memo.n > 0 && sdk_is_utf8(memo) ? memo : ENT_ABSENT;
	complain(answerer_ask(&answerer, &call, status[data[1] >> 4 & 7], sdk_or_empty(rest), &err), &err);
	complain(answerer_hear(&answerer, sdk_or_empty(rest), &err), &err);
	return 0;
}
