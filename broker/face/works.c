/* SPDX-License-Identifier: Apache-2.0 */
#include "face/works.h"

#include "face/answer.h"
#include "face/ask.h"
#include "view/view_work.h"

void works_list(struct exchange *x)
{
	struct work_filter filter = {.reason = exchange_argument(x, "reason"),
				     .cursor = exchange_argument(x, "cursor")};
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;

	if (ask_limit(x, &filter.limit))
		ask_answer(x, 200, view_work(ask_view(x), &filter, &json, &err), json, &err);
}
